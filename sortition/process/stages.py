"""From a letter to a seat: everybody's chance through both stages.

`Kinds` and numbers of letters in; the chance to serve of somebody who has a letter out, exactly
where the pools can be gone through, else by simulation. Called by ``sortition plan`` and in
Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import of_groups
from sortition.engine.search import find_distribution
from sortition.errors import InfeasibleError
from sortition.process.kinds import Kinds
from sortition.process.pools import answers

__all__ = ["Stages", "both_stages"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_POOLS = 5_000  # that are gone through


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """Chances of somebody who has a letter.

    Parameters
    ----------
    seats
        ``(c,)`` expected seats of each kind.
    error
        ``(c,)`` their standard errors; 0 where every pool was gone through.
    sent
        ``(c,)`` expected letters to each kind.
    possible
        The probability that the answers make a panel at all.
    exact
        Whether every pool was gone through.
    """

    seats: Floats = field(repr=False)
    error: Floats = field(repr=False)
    sent: Floats = field(repr=False)
    possible: float
    exact: bool

    @property
    def serving(self) -> Floats:
        """``(c,)`` the chance to sit on the panel of somebody of a kind who has a letter.

        Times their chance of a letter it is their chance through both stages.
        """
        return self.seats / np.where(self.sent > 0, self.sent, np.inf)

    def of_groups(self, rows: Ints) -> Floats:
        """Return ``(m,)`` the same for the groups of ``(m, c)`` rows of kinds, on average."""
        sent = rows @ self.sent
        chance: Floats = rows @ self.seats / np.where(sent > 0, sent, np.inf)
        return chance


def both_stages(
    kinds: Kinds, letters: Ints, *, simulations: int = 200, seed: str = "plan"
) -> Stages:
    """Return everybody's chance to serve, given a letter.

    Within a kind everyone with a letter is alike: answers come independently at one rate, and the
    lottery gives people of a kind one chance. So the chance is E[seats of the kind] divided by the
    (expected) letters to the kind, where seats are those of the leximin lottery over the pool that
    answers, and none where no panel can be made.

    Parameters
    ----------
    kinds
        Whom there is. Where each kind is a group of its own and the pools are few, all of them are
        gone through.
    letters
        ``(g,)`` letters to each group.
    simulations, seed
        For pools that are too many.
    """
    share = kinds.people / np.bincount(kinds.group, kinds.people)[kinds.group]
    sent = letters[kinds.group] * share
    alone = len(kinds.groups) == len(kinds.where)
    exact = alone and prod(int(count) + 1 for count in sent) <= _MOST_POOLS
    pools = _every(kinds, np.rint(sent).astype(np.int64)) if exact else (
        (1 / simulations, answers(kinds, letters, seed, number, kinds.rates))
        for number in range(simulations)
    )
    mean, square, possible = np.zeros(len(sent)), np.zeros(len(sent)), 0.0
    for weight, counts in pools:
        seats = _seats(kinds, counts)
        if seats is not None:
            possible += weight
            mean += weight * seats
            square += weight * seats**2
    spread = np.sqrt(np.maximum(square - mean**2, 0.0) / simulations)
    return Stages(mean, np.zeros(len(sent)) if exact else spread, sent, possible, exact)


def _every(kinds: Kinds, sent: Ints) -> Iterator[tuple[float, Ints]]:
    """Yield every pool with its probability: a product of binomials."""
    choices = [
        [comb(count, k) * rate**k * (1 - rate) ** (count - k) for k in range(count + 1)]
        for count, rate in zip(sent.tolist(), kinds.response.tolist(), strict=True)
    ]
    for pool in product(*(range(len(own)) for own in choices)):
        weight = prod(own[k] for own, k in zip(choices, pool, strict=True))
        if weight:
            yield weight, np.array(pool, dtype=np.int64)


def _seats(kinds: Kinds, counts: Ints) -> Floats | None:
    """Return ``(c,)`` expected seats of each kind in the leximin lottery; None without a panel."""
    if (kinds.rows @ counts < kinds.lower).any():
        return None
    kind = np.repeat(np.arange(len(counts)), counts)
    ids = tuple(f"{at:09d}" for at in range(len(kind)))
    group = np.ascontiguousarray(kinds.rows[1:, kind].T)
    problem = of_groups(ids, np.arange(len(kind)), group, kinds.quotas)
    try:
        chance = find_distribution(problem).chance
    except InfeasibleError:
        return None
    seats = np.zeros(len(counts))
    np.add.at(seats, kind, chance)
    return seats
