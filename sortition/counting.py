"""How many panels of people there are: a `Problem` as a graph of partial panels, with equal ones merged.

Households are gone through pattern by pattern. What matters of the seats given so far is only how
many count for each quota that is still open, so partial panels that agree on this are one state.
Called by `sortition.uniform`; whole numbers without rounding throughout.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.errors import SortitionError
from sortition.problem import Problem

__all__ = ["Block", "Graph", "blocks_of", "graph_of"]

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Ways = dict[tuple[int, ...], int]
Exact = NDArray[np.object_]  # Python's whole numbers, as large as they need to be

_RANKED = 2**62  # keys of states stay below


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The households of one pattern, and every number of seats they can be given.

    Parameters
    ----------
    pattern
        Which.
    types
        ``(q,)`` the types of people in them.
    households
        How many households.
    inside
        ``(q,)`` how many of each type live in every one of them.
    moves
        ``(j, q)`` numbers of people of each type that they can send together.
    ways
        ``(j,)`` in how many ways: sets of people.
    each
        In how many ways one household can send so many people of each type.
    partial
        The same for 0, 1, … households together; empty for people alone.
    """

    pattern: int
    types: Ints
    households: int
    inside: tuple[int, ...]
    moves: Ints
    ways: tuple[int, ...]
    each: Ways
    partial: tuple[Ways, ...]

    def way(self, move: int, number: int) -> list[tuple[int, int, int]]:
        """Return one of the ``ways[move]`` sets of people, numbered from 0.

        Each person is a household, a place in `types`, and a place among those of that type in
        the household.
        """
        left = tuple(self.moves[move].tolist())
        if not self.partial:
            return [(home, 0, 0) for home in _combination(number, self.households, left[0])]
        chosen = []
        for home in reversed(range(self.households)):
            for sent, ways in self.each.items():
                rest = tuple(map(int.__sub__, left, sent))
                others = self.partial[home].get(rest, 0)
                if number < ways * others:
                    break
                number -= ways * others
            own, number = divmod(number, others)
            left = rest
            for at, (here, wanted) in enumerate(zip(self.inside, sent, strict=True)):
                own, combination = divmod(own, math.comb(here, wanted))
                chosen += [(home, at, one) for one in _combination(combination, here, wanted)]
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """States between the blocks, and where each move leads.

    Parameters
    ----------
    blocks
        In the order in which they are gone through.
    leads
        For each block ``(s, j)``: the state of the next layer that move j leads to; behind its
        last state where the panel would break a rule. There is one state before the first block.
    ends
        How many states there are after the last block: 1, or 0 if no panel exists.
    """

    blocks: tuple[Block, ...]
    leads: tuple[Small, ...]
    ends: int

    def completions(self) -> tuple[Exact, ...]:
        """Return for every layer ``(s + 1,)`` how many sets of people complete each state.

        The last entry stands for the broken rule: 0.
        """
        layers = [self._end()]
        for block, leads in zip(reversed(self.blocks), reversed(self.leads), strict=True):
            layers.append(_completed(block, leads, layers[-1]))
        return tuple(reversed(layers))

    def count(self) -> int:
        """Return how many panels of people there are."""
        layer = self._end()
        for block, leads in zip(reversed(self.blocks), reversed(self.leads), strict=True):
            layer = _completed(block, leads, layer)
        return int(layer[0])

    def _end(self) -> Exact:
        return np.array([*[1] * self.ends, 0], dtype=object)


def blocks_of(problem: Problem, most_states: int) -> tuple[Block, ...]:
    """Return the blocks of a problem, one for each household pattern, in the pattern's order.

    H households with a_t people of type t each, of whom at most c may serve, can send x people in
    as many ways as the coefficient of z^x in ``(Σ_{|y| ≤ c} Π C(a_t, y_t) z^y)^H``; people alone
    in C(H, x) ways.
    """
    blocks = []
    for pattern, capacity in enumerate(problem.capacity.tolist()):
        types = np.flatnonzero(problem.pattern == pattern)
        households = capacity // problem.per_household
        inside = tuple((problem.people[types] // households).tolist())
        each = _sent(inside, min(problem.per_household, problem.size))
        partial: tuple[Ways, ...] = ()
        if inside == (1,):
            most = min(households, problem.size)
            ways = {(x,): math.comb(households, x) for x in range(most + 1)}
        else:
            partial = _powers(each, households, problem.size, most_states)
            ways = partial[-1]
        moves = np.array(sorted(ways), dtype=np.int64)
        found = tuple(ways[move] for move in sorted(ways))
        blocks.append(Block(pattern, types, households, inside, moves, found, each, partial))
    return tuple(blocks)


def graph_of(
    problem: Problem, most_states: int, check: Callable[[], None] = lambda: None
) -> Graph:
    """Return the graph of partial panels that can keep every rule, as far as counting tells.

    Raises
    ------
    SortitionError
        ``count-too-large`` if there are more than `most_states` steps between states.
    """
    groups = _disjoint(problem.rows)
    blocks = _in_order(problem, blocks_of(problem, most_states), groups)
    most = np.array([_most(problem, block) for block in blocks])
    after = np.vstack([most[::-1].cumsum(axis=0)[::-1][1:], np.zeros((1, len(problem.rows)), int)])
    seen = np.arange(len(problem.rows))  # the rows still open, which are the columns of `states`
    states = np.zeros((1, len(seen)), dtype=np.int32)
    leads: list[Small] = []
    visited = 0
    for block, rest in zip(blocks, after, strict=True):
        check()
        steps = (problem.rows[:, block.types] @ block.moves.T).T.astype(np.int32)
        fits = np.zeros((len(states), len(steps)), dtype=bool)
        reached = []
        for at, step in enumerate(steps):
            counts = states + step[seen]
            fits[:, at] = _can_be_completed(problem, counts, seen, rest, groups)
            reached.append(counts[fits[:, at]])
            visited += len(reached[-1])
            if visited > most_states:
                raise SortitionError("count-too-large", states=most_states)
        states, which = _merged(problem, np.vstack(reached), seen, rest)
        lead = np.full(fits.shape, len(states), dtype=np.int32)
        lead.T[fits.T] = which
        leads.append(lead)
        seen = seen[rest[seen] > 0]
    return Graph(blocks, tuple(leads), len(states))


def _completed(block: Block, leads: Small, layer: Exact) -> Exact:
    """Return the completions of the states before a block from those behind it."""
    before = np.zeros(len(leads) + 1, dtype=object)
    for way, lead in zip(block.ways, leads.T, strict=True):
        before[:-1] += way * layer[lead]
    return before


def _combination(number: int, among: int, size: int) -> list[int]:
    """Return the set of that many out of 0 … among - 1 that has this number, from 0."""
    chosen: list[int] = []
    for at in range(among):
        with_it = math.comb(among - at - 1, size - len(chosen) - 1) if len(chosen) < size else 0
        if number < with_it:
            chosen.append(at)
        else:
            number -= with_it
    return chosen


def _sent(inside: tuple[int, ...], most: int) -> Ways:
    """Return in how many ways one household can send at most `most` people, by their types."""
    options = itertools.product(*(range(min(a, most) + 1) for a in inside))
    return {
        sent: math.prod(map(math.comb, inside, sent)) for sent in options if sum(sent) <= most
    }


def _powers(
    each: Ways, households: int, size: int, most_states: int
) -> tuple[Ways, ...]:
    """Return the ways of 0, 1, …, H households together to send at most `size` people."""
    none = (0,) * len(next(iter(each)))
    powers = [{none: 1}]
    entries = 0
    for _ in range(households):
        ways: Ways = {}
        for sent, count in powers[-1].items():
            for more, factor in each.items():
                total = tuple(map(int.__add__, sent, more))
                if sum(total) <= size:
                    ways[total] = ways.get(total, 0) + count * factor
        powers.append(ways)
        entries += len(ways)
        if entries > most_states:
            raise SortitionError("count-too-large", states=most_states)
    return tuple(powers)


def _most(problem: Problem, block: Block) -> Ints:
    """Return ``(m,)`` the most that the block can add to each row."""
    most: Ints = (problem.rows[:, block.types] @ block.moves.T).max(axis=1)
    return most


def _disjoint(rows: Ints) -> tuple[tuple[int, ...], ...]:
    """Sort the quotas into groups of which nobody is in two, such as the values of a feature."""
    groups: list[list[int]] = []
    for row in range(1, len(rows)):
        for group in groups:
            if not (rows[group].any(axis=0) & (rows[row] > 0)).any():
                group.append(row)
                break
        else:
            groups.append([row])
    return tuple(tuple(group) for group in groups)


def _in_order(
    problem: Problem, blocks: tuple[Block, ...], groups: tuple[tuple[int, ...], ...]
) -> tuple[Block, ...]:
    """Return the blocks in an order that keeps few quotas open at a time.

    Blocks are sorted by one feature and within it by another, so that the quotas of the first
    close one after the other. Every pair of features is tried on an estimate of the states.
    """
    most = np.array([_most(problem, block) for block in blocks])
    best: tuple[float, tuple[int, ...]] | None = None
    for first in itertools.permutations(range(len(groups)), min(2, len(groups))):
        rest = (group for group in range(len(groups)) if group not in first)
        rows = [row for group in (*first, *rest) for row in groups[group]]
        keys = [
            min(tuple((-problem.rows[rows, at]).tolist()) for at in block.types)
            for block in blocks
        ]
        order = tuple(sorted(range(len(blocks)), key=lambda at: (keys[at], at)))  # noqa: B023 - used at once
        cost = _estimate(problem, most[list(order)], groups)
        if best is None or cost < best[0]:
            best = cost, order
    return blocks if best is None else tuple(blocks[at] for at in best[1])


def _estimate(problem: Problem, most: Ints, groups: tuple[tuple[int, ...], ...]) -> float:
    """Return about how many states there would be at most, for blocks in this order."""
    before = np.vstack([np.zeros((1, most.shape[1]), dtype=np.int64), most.cumsum(axis=0)])
    after = before[-1] - before
    width = np.minimum(problem.upper, before) - np.maximum(problem.lower - after, 0) + 1
    width = np.where(after > 0, np.maximum(width, 1), 1).astype(float)
    states = np.ones(len(width))
    for group in groups:
        # With the seats known, the others settle one of the group: the widest costs nothing.
        states *= width[:, group].prod(axis=1) / width[:, group].max(axis=1)
    return float(states.sum())


def _can_be_completed(
    problem: Problem, counts: Small, seen: Ints, rest: Ints, groups: tuple[tuple[int, ...], ...]
) -> NDArray[np.bool_]:
    """Return ``(s,)`` whether no row is over, and what is left can bring every row far enough."""
    lower, upper, more = problem.lower[seen], problem.upper[seen], rest[seen]
    fits = np.asarray(((counts <= upper) & (counts + more >= lower)).all(axis=1))
    left = upper[0] - counts[:, 0]  # row 0, the seats, is open to the end
    for group in groups:
        inside = np.flatnonzero(np.isin(seen, group))
        wanted = np.maximum(lower[inside] - counts[:, inside], 0).sum(axis=1)
        fits &= wanted <= left
        if (problem.rows[list(group)].sum(axis=0) == 1).all():
            room = np.minimum(upper[inside] - counts[:, inside], more[inside]).sum(axis=1)
            fits &= counts[:, 0] + room >= lower[0]
    return fits


def _merged(problem: Problem, counts: Small, seen: Ints, rest: Ints) -> tuple[Small, Ints]:
    """Return the different states ``(s, r)``, and for each of `counts` which one it is.

    Rows that nobody left is in are done with. A row that can no longer exceed its maximum matters
    only as far as its minimum.
    """
    kept = rest[seen] > 0
    rows, counts = seen[kept], counts[:, kept]
    harmless = counts + rest[rows] <= problem.upper[rows]
    counts = np.where(harmless, np.minimum(counts, problem.lower[rows]), counts).astype(np.int32)
    key = np.zeros(len(counts), dtype=np.int64)
    size = 1
    for column in counts.T:
        low = int(column.min(initial=0))
        width = int(column.max(initial=0)) - low + 1
        if size * width > _RANKED:
            values, key = np.unique(key, return_inverse=True)
            size = len(values)
        key = key * width + (column - low)
        size *= width
    _, example, which = np.unique(key, return_index=True, return_inverse=True)
    return counts[example], which
