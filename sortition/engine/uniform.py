"""The lottery in which every panel that keeps the rules is equally likely, for comparison.

Takes a `Problem`, counts its panels exactly (`sortition.engine.counting`) and gives everyone's
chance as a fraction, and panels by number. It is not a fair lottery: see
`sortition.engine.search` for that.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.draw import Panel
from sortition.engine.counting import Block, Exact, Graph, graph_of
from sortition.engine.problem import Problem
from sortition.errors import InfeasibleError

__all__ = ["Uniform", "count_panels", "find_uniform"]

Floats = NDArray[np.float64]

MOST_STATES = 20_000_000  # some 20 seconds and 1 GiB

_DOMAIN = b"sortition/1/uniform"


@dataclass(frozen=True, slots=True, eq=False)
class Uniform:
    """All panels of people, each equally likely.

    Parameters
    ----------
    problem
        The rules.
    panels
        How many sets of people keep them, N.
    type_chance
        ``(t,)`` the chance of a person of each type: on how many of the N panels, divided by N.
    """

    problem: Problem = field(repr=False)
    panels: int
    type_chance: tuple[Fraction, ...] = field(repr=False)
    _graph: Graph = field(repr=False)
    _layers: tuple[Exact, ...] = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Everybody in the pool, ``(n,)`` sorted."""
        return self.problem.ids

    @property
    def chance(self) -> Floats:
        """``(n,)`` chance of each person, rounded; people on no panel have 0."""
        return np.array([float(chance) for chance in self.type_chance])[self.problem.type_of]

    def panel(self, number: int) -> Panel:
        """Return the panel with a number: each of the N panels has one.

        Parameters
        ----------
        number
            From 0 to N - 1.

        Raises
        ------
        ValueError
            If there is no such panel.
        """
        if not 0 <= number < self.panels:
            raise ValueError(f"panel {number} is not one of 0 … {self.panels - 1}")
        state = 0
        people: list[int] = []
        steps = zip(self._graph.blocks, self._graph.leads, self._layers[1:], strict=True)
        for block, leads, completions in steps:
            for move, ways in enumerate(block.ways):
                after = completions[leads[state, move]]
                if number < ways * after:
                    break
                number -= ways * after
            way, number = divmod(number, after)
            state = int(leads[state, move])
            if block.moves[move].any():
                homes = _homes(self.problem, block)
                people += [homes[home][at][one] for home, at, one in block.way(move, way)]
        return Panel(tuple(self.problem.ids[person] for person in sorted(people)))

    def sample(self, draws: int, *, seed: str = "uniform") -> tuple[Panel, ...]:
        """Draw panels, each equally likely every time, independently.

        SHA-256 of the seed and counters gives a number of as many bits as N has; numbers from N
        on are rejected. So the chances are exact, and more draws begin with the same panels.

        Parameters
        ----------
        draws
            How many.
        seed
            Text from which all randomness follows. For simulation, not for an official draw.

        Raises
        ------
        ValueError
            If `draws` is below one.
        """
        if draws < 1:
            raise ValueError(f"at least one draw is needed, not {draws}")
        return tuple(self.panel(_below(self.panels, seed, at)) for at in range(draws))


def count_panels(
    problem: Problem,
    *,
    most_states: int = MOST_STATES,
    check: Callable[[], None] = lambda: None,
) -> int:
    """Count the panels of people that keep every rule.

    Parameters
    ----------
    problem
        The rules.
    most_states
        How many partial panels may come up in one step of the counting.
    check
        Called between the steps; may raise to stop.

    Returns
    -------
    int
        0 if no panel exists.

    Raises
    ------
    SortitionError
        ``count-too-large`` beyond `most_states`.

    Examples
    --------
    >>> import pandas as pd
    >>> from sortition import Pool, Quotas, compile
    >>> people = pd.DataFrame({"id": list("abcd"), "side": ["left", "left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [2, 1], "max": [2, 1]})
    >>> count_panels(compile(Pool.from_frame(people), Quotas.from_frame(rules, size=3)))
    3
    """
    return graph_of(problem, most_states, check).count()


def find_uniform(
    problem: Problem,
    *,
    most_states: int = MOST_STATES,
    check: Callable[[], None] = lambda: None,
) -> Uniform:
    """Return the lottery in which every panel of people that keeps the rules is equally likely.

    Parameters
    ----------
    problem
        The rules.
    most_states
        How many partial panels may come up in one step of the counting.
    check
        Called between the steps; may raise to stop.

    Returns
    -------
    Uniform

    Raises
    ------
    InfeasibleError
        If no panel exists.
    SortitionError
        ``count-too-large`` beyond `most_states`.

    See Also
    --------
    sortition.find_distribution : the fairest lottery, which has no such limit.

    References
    ----------
    De Azevedo, Gölz (2026), arXiv 2604.02712: sampling panels uniformly. The way of counting here
    is not theirs.

    Examples
    --------
    >>> import pandas as pd
    >>> from sortition import Pool, Quotas, compile
    >>> people = pd.DataFrame({"id": list("abcd"), "side": ["left", "left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 0], "max": [2, 1]})
    >>> equal = find_uniform(compile(Pool.from_frame(people), Quotas.from_frame(rules, size=2)))
    >>> equal.panels, equal.chance.tolist()
    (6, [0.5, 0.5, 0.5, 0.5])
    """
    graph = graph_of(problem, most_states, check)
    layers = graph.completions()
    panels = int(layers[0][0])
    if not panels:
        from sortition.diagnosis.diagnose import diagnose

        raise InfeasibleError(diagnose(problem))
    seats = _seats(problem, graph, layers)
    chance = tuple(
        Fraction(of_type, panels * people)
        for of_type, people in zip(seats, problem.people.tolist(), strict=True)
    )
    return Uniform(problem, panels, chance, graph, layers)


def _seats(problem: Problem, graph: Graph, layers: tuple[Exact, ...]) -> list[int]:
    """Return ``(t,)`` how many seats each type has on all panels together."""
    seats = [0] * problem.types
    begun = np.array([1], dtype=object)  # ways from the first state to each state of a layer
    for block, leads, completions in zip(graph.blocks, graph.leads, layers[1:], strict=True):
        further = np.zeros(len(completions), dtype=object)
        for sent, ways, lead in zip(block.moves.tolist(), block.ways, leads.T, strict=True):
            here = ways * begun
            through = int((here * completions[lead]).sum())
            for of_type, number in zip(block.types.tolist(), sent, strict=True):
                seats[of_type] += number * through
            np.add.at(further, lead, here)
        begun = further[:-1]
    return seats


def _homes(problem: Problem, block: Block) -> list[list[list[int]]]:
    """Return the people of each household of a block by type, in the order of their ids."""
    if not block.several:
        return [[[person]] for person in np.flatnonzero(problem.type_of == block.types[0]).tolist()]
    homes: dict[int, list[list[int]]] = {}
    for person in np.flatnonzero(np.isin(problem.type_of, block.types)).tolist():
        home = int(problem.household[person])
        own = homes.setdefault(home, [[] for _ in block.types])
        own[block.types.tolist().index(problem.type_of[person])].append(person)
    return list(homes.values())


def _below(limit: int, seed: str, draw: int) -> int:
    """Return a number from 0 to `limit` - 1, each equally likely."""
    text = unicodedata.normalize("NFC", seed).strip().encode()
    bits = (limit - 1).bit_length()
    counter = 0
    while True:
        digest = b""
        while len(digest) * 8 < bits:
            parts = (_DOMAIN, text, str(draw).encode(), str(counter).encode())
            digest += hashlib.sha256(b"\0".join(parts)).digest()
            counter += 1
        number = int.from_bytes(digest, "big") >> (len(digest) * 8 - bits)
        if number < limit:
            return number
