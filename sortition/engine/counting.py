"""How many panels there are: a `Problem` becomes a graph of partial panels, equal ones merged.

Households are gone through pattern by pattern. What matters of the seats given so far is only how
many count for each quota that is still open, so partial panels that agree on this are one state.
Called by `sortition.engine.uniform`; whole numbers without rounding throughout.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.errors import SortitionError

__all__ = ["Block", "Graph", "graph_of"]

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]
Step = Callable[[Small, int], tuple[Small, Bools]]
Ways = dict[tuple[int, ...], int]
Leads = tuple[Small, ...]
Exact = NDArray[np.object_]  # Python's whole numbers, as large as they need to be

_RANKED = 2**62  # keys of states stay below


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The households of one pattern, and every number of seats they can be given.

    Parameters
    ----------
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
    several
        The same for 0, 1, … households together; empty for people alone.
    """

    types: Ints
    households: int
    inside: tuple[int, ...]
    moves: Ints
    ways: tuple[int, ...]
    each: Ways
    several: tuple[Ways, ...]

    def way(self, move: int, number: int) -> list[tuple[int, int, int]]:
        """Return one of the ``ways[move]`` sets of people, numbered from 0.

        Each person is a household, a place in `types`, and a place among those of that type in
        the household.
        """
        left = tuple(self.moves[move].tolist())
        if not self.several:
            return [(home, 0, 0) for home in _combination(number, self.households, left[0])]
        chosen = []
        for home in reversed(range(self.households)):
            for sent, ways in self.each.items():
                rest = tuple(map(int.__sub__, left, sent))
                others = self.several[home].get(rest, 0)
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
        For each block ``(s, j)``: the state of the next layer that move j leads to; -1 where no
        panel goes on like that. There is one state before the first block and one after the last,
        or none anywhere if no panel exists.
    """

    blocks: tuple[Block, ...]
    leads: Leads

    def completions(self) -> tuple[Exact, ...]:
        """Return for every layer ``(s + 1,)`` how many sets of people complete each state.

        The last entry, 0, is what -1 leads to.
        """
        layers = [np.array([1, 0], dtype=object)]
        for block, leads in zip(reversed(self.blocks), reversed(self.leads), strict=True):
            layers.append(_completed(block, leads, layers[-1]))
        return tuple(reversed(layers))

    def count(self) -> int:
        """Return how many panels of people there are."""
        layer = np.array([1, 0], dtype=object)
        for block, leads in zip(reversed(self.blocks), reversed(self.leads), strict=True):
            layer = _completed(block, leads, layer)
        return int(layer[0])


def _blocks_of(problem: Problem, most_states: int) -> tuple[Block, ...]:
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
        several: tuple[Ways, ...] = ()
        if inside == (1,):
            most = min(households, problem.size)
            ways: Ways = {(x,): math.comb(households, x) for x in range(most + 1)}
        else:
            several = _powers(each, households, problem.size, most_states)
            ways = several[-1]
        moves = np.array(sorted(ways), dtype=np.int64)
        found = tuple(ways[move] for move in sorted(ways))
        blocks.append(Block(types, households, inside, moves, found, each, several))
    return tuple(blocks)


def graph_of(
    problem: Problem, most_states: int, check: Callable[[], None] = lambda: None
) -> Graph:
    """Return the graph of the partial panels that some panel completes.

    First the quotas of one feature have a graph, that of the seats among them; then the other
    quotas join one by one, those farthest from what plain chance would give first. What leads
    nowhere under a few quotas is gone before the others come, which in tight pools is nearly all.

    Raises
    ------
    SortitionError
        ``count-too-large`` if more than `most_states` partial panels come up in one of the steps.
    """
    try:
        blocks = _blocks_of(problem, most_states)
        blocks, feature = _in_order(problem, blocks)
        graph = _of_rows(problem, blocks, [0, *feature], most_states)
        for row in _hardest_first(problem):
            if row not in feature:
                check()
                alone = _of_rows(problem, blocks, [row], most_states)
                graph = _together((graph, alone), most_states)
    except _TooManyError:
        raise SortitionError("count-too-large", states=most_states) from None
    return Graph(blocks, graph)


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
    ways: Ways = {(): 1}
    for here in inside:
        ways = {
            (*sent, more): count * math.comb(here, more)
            for sent, count in ways.items()
            for more in range(min(here, most - sum(sent)) + 1)
        }
    return ways


def _powers(each: Ways, households: int, size: int, most_states: int) -> tuple[Ways, ...]:
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
            raise _TooManyError
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
    problem: Problem, blocks: tuple[Block, ...]
) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    """Return the blocks in an order that keeps few quotas open at a time, and its first feature.

    Blocks are sorted by one feature and within it by another, so that the quotas of the first
    close one after the other. Every pair of features is tried on an estimate of the states.
    """
    groups = _disjoint(problem.rows) or ((),)
    most = np.array([_most(problem, block) for block in blocks])
    tried = []
    for first in itertools.permutations(range(len(groups)), min(2, len(groups))):
        rest = (group for group in range(len(groups)) if group not in first)
        rows = [row for group in (*first, *rest) for row in groups[group]]
        keys = [
            min(tuple((-problem.rows[rows, at]).tolist()) for at in block.types)
            for block in blocks
        ]
        order = sorted(range(len(blocks)), key=keys.__getitem__)
        tried.append((_estimate(problem, most[order], groups), first, order))
    _, first, order = min(tried)
    return tuple(blocks[at] for at in order), groups[first[0]]


def _estimate(problem: Problem, most: Ints, groups: tuple[tuple[int, ...], ...]) -> int:
    """Return about how many states there would be at most, for blocks in this order."""
    before = np.vstack([np.zeros((1, most.shape[1]), dtype=np.int64), most.cumsum(axis=0)])
    after = before[-1] - before
    width = np.minimum(problem.upper, before) - np.maximum(problem.lower - after, 0) + 1
    width = np.where(after > 0, np.maximum(width, 1), 1).astype(object)
    states = np.ones(len(width), dtype=object)
    for group in filter(None, groups):
        # With the seats known, the others settle one of the group: the widest costs nothing.
        states *= width[:, group].prod(axis=1) // width[:, group].max(axis=1)
    return int(states.sum())


def _hardest_first(problem: Problem) -> list[int]:
    """Return the quotas by how far their middle is from what drawing from all people would give.

    The distance is in standard deviations of a binomial draw.
    """
    share = problem.rows[1:] @ problem.people / problem.people.sum()
    middle = (problem.lower + problem.upper)[1:] / 2
    spread = np.sqrt(problem.size * share * (1 - share)) + 1e-9  # a group may hold everybody
    far = np.abs(middle - problem.size * share) / spread
    return [1 + row for row in np.argsort(-far, kind="stable").tolist()]


class _TooManyError(Exception):
    """More partial panels than allowed."""


def _of_rows(
    problem: Problem, blocks: tuple[Block, ...], rows: list[int], most_states: int
) -> Leads:
    """Return the graph of partial panels as far as these rows of the problem are concerned."""
    lower, upper = problem.lower[rows, None], problem.upper[rows, None]
    added = [problem.rows[rows][:, block.types] @ block.moves.T for block in blocks]
    rest = np.sum([step.max(axis=1) for step in added], axis=0)[:, None]
    steps: list[tuple[int, Step]] = []
    for step in added:
        rest = rest - step.max(axis=1)[:, None]
        steps.append((step.shape[1], partial(_add, step, rest, lower, upper)))
    return _explored(np.zeros((len(rows), 1), dtype=np.int32), steps, most_states)


def _together(graphs: tuple[Leads, ...], most_states: int) -> Leads:
    """Return the graph of what several graphs allow at once."""
    begin = min(len(leads[0]) for leads in graphs)  # one state; none if there is no panel
    steps = [(layers[0].shape[1], partial(_follow, layers)) for layers in zip(*graphs, strict=True)]
    return _explored(np.zeros((len(graphs), begin), dtype=np.int32), steps, most_states)


def _add(
    step: Ints, rest: Ints, lower: Ints, upper: Ints, states: Small, move: int
) -> tuple[Small, Bools]:
    """Return the counts ``(r, s)`` after a move, and which states can still keep the rows.

    A count that can no longer exceed its maximum matters only as far as its minimum.
    """
    counts = states + step[:, move, None]
    fits = ((counts <= upper) & (counts + rest >= lower)).all(axis=0)
    counts = np.where(counts + rest <= upper, np.minimum(counts, lower), counts)
    return counts.astype(np.int32), np.asarray(fits)


def _follow(layers: tuple[Small, ...], states: Small, move: int) -> tuple[Small, Bools]:
    """Return where a move leads in each of several graphs, and whether all of them allow it."""
    ahead = np.stack([layer[at, move] for layer, at in zip(layers, states, strict=True)])
    return ahead, np.asarray((ahead >= 0).all(axis=0))


def _explored(start: Small, steps: Iterable[tuple[int, Step]], most_states: int) -> Leads:
    """Return the graph of all states reached from the start, as few as do the same.

    States are columns of numbers. A step is a number of moves and what each of them does.
    """
    states = start
    leads = []
    visited = 0
    for moves, step in steps:
        lead = np.full((states.shape[1], moves), -1, dtype=np.int32)
        reached = []
        for move in range(moves):
            ahead, fits = step(states, move)
            lead[fits, move] = 0
            reached.append(ahead[:, fits])
            visited += reached[-1].shape[1]
            if visited > most_states:
                raise _TooManyError
        merged = np.concatenate(reached, axis=1)
        example, which = _classes(merged)
        lead.T[lead.T == 0] = which
        leads.append(lead)
        states = merged[:, example]
    return _reduced(leads)


def _reduced(leads: Sequence[Small]) -> Leads:
    """Leave out states that lead nowhere, and merge those from which everything is the same."""
    kept = []
    new = np.zeros(leads[-1].max(initial=-1) + 2, dtype=np.int32)  # all that is left is one state
    new[-1] = -1
    for lead in reversed(leads):
        ahead = new[lead]
        alive = (ahead >= 0).any(axis=1)
        example, which = _classes(ahead[alive].T)
        kept.append(ahead[alive][example])
        new = np.full(len(lead) + 1, -1, dtype=np.int32)
        new[:-1][alive] = which
    return tuple(reversed(kept))


def _classes(columns: Small) -> tuple[Ints, Ints]:
    """Return an example of each different column, and for every column which of them it is."""
    key = np.zeros(columns.shape[1], dtype=np.int64)
    size = 1
    for row in columns:
        low = int(row.min(initial=0))
        width = int(row.max(initial=0)) - low + 1
        if size * width > _RANKED:
            values, key = np.unique(key, return_inverse=True)
            size = len(values)
        key = key * width + (row - low)
        size *= width
    _, example, which = np.unique(key, return_index=True, return_inverse=True)
    return example, which
