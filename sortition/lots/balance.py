"""Fairest first, then most representative: better mixed tickets with everybody's chance as it was.

Takes a lottery and the intersections of features that an organiser names (gender and age together,
say), and exchanges people between tickets until every panel is as near as can be found to the
counts that are expected there. Called by the command line after `sortition.lots.lottery`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Clock, Progress
from sortition.errors import Issue, QuotaError
from sortition.lots.lottery import Lottery, canonical
from sortition.people.pool import Pool

__all__ = ["Balance", "balanced"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROUNDS = 24  # in each, every ticket meets one other
_WORTH = 2e-2  # of what can still be gained: a round that brings less is the last
_LOOKED_AT = 12  # best exchanges of a pair that are tried against the rules


@dataclass(frozen=True, slots=True)
class Balance:
    """How near the panels are to the expected counts in one intersection.

    Parameters
    ----------
    over
        The features.
    cells
        How many combinations of their values occur in the pool.
    before, after
        Mean over the tickets of ``Σ (count − expected)²`` over the cells, in seats squared.
    floor
        What no lottery with these chances can go below: a count is a whole number, so a cell that
        expects e seats has a mean square of at least ``f (1 − f)`` with f the fraction of e.
    worst_before, worst_after
        Largest difference, in seats, of any cell on any ticket.
    """

    over: tuple[str, ...]
    cells: int
    before: float
    after: float
    floor: float
    worst_before: float
    worst_after: float


def balanced(
    lottery: Lottery,
    pool: Pool,
    over: Sequence[Sequence[str]],
    *,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Lottery:
    """Return the lottery with its people exchanged between tickets for balance.

    Everybody stays on as many tickets as before, so that all chances and their proof hold; every
    ticket keeps every rule. With D the difference of two tickets' counts per cell, exchanging a for
    b changes the sum of squares by ``2 (D_b − D_a) + 4`` for every intersection in which they are
    in different cells: what is expected cancels out. Pairs of tickets meet in an order that follows
    from the lottery's digest, and exchange as long as that lowers the sum.

    Parameters
    ----------
    lottery
        Tickets to improve.
    pool
        The people, with their features; they need not be features of quotas.
    over
        Intersections: each a sequence of feature names.
    time_limit
        Seconds; what is not exchanged by then stays as it is, and ``complete`` is False.
    progress
        Called with a `Progress` of the stage ``"balance"`` at each pair; what it raises stops the
        work.

    Returns
    -------
    Lottery
        With a `Balance` per intersection in ``balance``.

    Raises
    ------
    QuotaError
        If a feature is no column of the pool.
    """
    if not over:
        return lottery
    clock = Clock.of(time_limit, progress)
    names, cell_of = _cells(pool, over)
    tickets = lottery.tickets.copy()
    offsets = np.cumsum([0, *(int(cells.max()) + 1 for cells in cell_of)])
    wide = np.stack([cells + at for cells, at in zip(cell_of, offsets[:-1], strict=True)], axis=1)
    expected = np.zeros(offsets[-1])
    for cells in wide.T:
        expected += np.bincount(cells, lottery.counts, offsets[-1]) / len(tickets)
    count = np.stack([_count(ticket, wide, offsets[-1]) for ticket in tickets])
    before = (count - expected).astype(np.float64)
    _exchange(lottery, tickets, count, wide, expected, clock)
    complete = lottery.complete and clock.left() > 0
    after = (count - expected).astype(np.float64)
    figures = []
    for name, at, to in zip(names, offsets[:-1], offsets[1:], strict=True):
        part = slice(int(at), int(to))
        share = expected[part] % 1
        figures.append(
            Balance(
                name, int(to - at), _mean_square(before[:, part]), _mean_square(after[:, part]),
                float((share * (1 - share)).sum()), float(np.abs(before[:, part]).max()),
                float(np.abs(after[:, part]).max()),
            )
        )
    ordered = canonical(lottery.problem, tickets)
    return replace(lottery, tickets=ordered, balance=tuple(figures), complete=complete)


def _cells(
    pool: Pool, over: Sequence[Sequence[str]]
) -> tuple[list[tuple[str, ...]], list[Ints]]:
    """Return the features of each intersection, and ``(n,)`` the cell of each person there."""
    names, cells, issues = [], [], []
    for asked in over:
        wanted = [asked] if isinstance(asked, str) else asked  # one name, and not its letters
        own = [pool.feature(name) for name in wanted]
        issues += [
            Issue("balance-feature", {"name": name, "columns": ", ".join(pool.features)},
                  pool.table.file, suggestion="columns-are")
            for name, found in zip(wanted, own, strict=True) if found is None
        ]
        found = [name for name in own if name is not None]
        columns = pool.codes[:, [pool.features.index(name) for name in found]]
        if not issues:
            _, cell = np.unique(columns, axis=0, return_inverse=True)
            names.append(tuple(found))
            cells.append(cell.reshape(-1).astype(np.int64))
    if issues:
        raise QuotaError(issues)
    return names, cells


def _count(ticket: Ints, wide: Ints, cells: int) -> Ints:
    return np.bincount(wide[ticket[ticket >= 0]].reshape(-1), minlength=cells)


def _mean_square(difference: NDArray[Any]) -> float:
    return float((difference**2).sum(axis=1).mean())


def _exchange(
    lottery: Lottery, tickets: Ints, count: Ints, wide: Ints, expected: Floats, clock: Clock,
) -> None:
    """Let pairs of tickets exchange people, in place, round after round."""
    fraction = expected % 1
    floor = float((fraction * (1 - fraction)).sum())
    groups = lottery.problem.rows[:, lottery.problem.type_of].T  # (n, m)
    seats = np.stack([groups[ticket[ticket >= 0]].sum(axis=0) for ticket in tickets])
    numbers = np.arange(len(tickets))
    total = _mean_square(count - expected)
    for turn in range(_ROUNDS):
        order = _partners(lottery.sha256, numbers, turn)
        pairs = list(zip(order[::2], order[1::2], strict=False))
        for at, (i, j) in enumerate(pairs):
            if not clock.told("balance", done=(turn + at / len(pairs)) / _ROUNDS):
                return
            while _best(lottery, tickets, count, seats, wide, groups, int(i), int(j)):
                pass
        left = _mean_square(count - expected)
        if total - left <= _WORTH * max(left - floor, 1e-9):
            break
        total = left


def _partners(digest: str, numbers: Ints, turn: int) -> Ints:
    """Return the tickets in the order of a hash; neighbours are a pair."""
    text = f"sortition/1/balance\0{digest}\0{turn}\0"
    keys = [hashlib.sha256(f"{text}{number}".encode()).digest() for number in numbers.tolist()]
    return np.array(sorted(numbers.tolist(), key=lambda number: keys[number]))


def _best(
    lottery: Lottery, tickets: Ints, count: Ints, seats: Ints, wide: Ints, groups: Ints,
    i: int, j: int,
) -> bool:
    """Make the best exchange of two tickets that every rule allows; return whether there is one.

    Tight quotas leave few single exchanges. Two at once whose effects on the quotas cancel are as
    good: a woman for a man here, a man for a woman there.
    """
    own, other = tickets[i][tickets[i] >= 0], tickets[j][tickets[j] >= 0]
    give, take = np.setdiff1d(own, other), np.setdiff1d(other, own)
    if not len(give) or not len(take):
        return False
    apart = count[i] - count[j]
    differ = (wide[give][:, None, :] != wide[take][None, :, :]).sum(axis=2)
    change = (4 * differ + 2 * (
        apart[wide[take]].sum(axis=1)[None, :] - apart[wide[give]].sum(axis=1)[:, None]
    )).reshape(-1)
    order = np.argsort(change, kind="stable")
    chosen = [order[at : at + 1] for at in range(min(_LOOKED_AT, len(order)))]
    chosen = [one for one in chosen if change[one[0]] < 0]
    # One number per effect on the quotas; the best exchange of each effect, and of its opposite.
    mark = groups @ _marks(groups.shape[1])
    effect = (mark[take][None, :] - mark[give][:, None]).reshape(-1)
    effects, first = np.unique(effect[order], return_index=True)
    best = order[first]
    opposite = np.searchsorted(effects, -effects)
    pairs = np.flatnonzero(
        (effects > 0) & (effects[np.minimum(opposite, len(effects) - 1)] == -effects)
    )
    together = change[best[pairs]] + change[best[opposite[pairs]]]
    for at in pairs[np.argsort(together, kind="stable")[:_LOOKED_AT]]:
        chosen.append(np.array([best[at], best[opposite[at]]]))
    for moves in chosen:
        out, into = give[moves // len(take)], take[moves % len(take)]
        if len(set(out.tolist())) < len(out) or len(set(into.tolist())) < len(into):
            continue
        step = np.zeros(len(apart), dtype=np.int64)
        np.add.at(step, wide[into].reshape(-1), 1)
        np.add.at(step, wide[out].reshape(-1), -1)
        if int(step @ apart + step @ step) >= 0:
            continue
        moved = groups[into].sum(axis=0) - groups[out].sum(axis=0)
        here, there = _changed(own, out, into), _changed(other, into, out)
        if (
            _keeps(lottery, seats[i] + moved, here)
            and _keeps(lottery, seats[j] - moved, there)
        ):
            tickets[i, : len(here)], tickets[j, : len(there)] = here, there
            tickets[i, len(here) :] = tickets[j, len(there) :] = -1
            seats[i] += moved
            seats[j] -= moved
            count[i] += step
            count[j] -= step
            return True
    return False


def _marks(rows: int) -> Ints:
    """Return ``(m,)`` whole numbers whose small combinations are different for all purposes."""
    text = "sortition/1/mark\0"
    digests = (hashlib.sha256(f"{text}{row}".encode()).digest()[:6] for row in range(rows))
    return np.array([int.from_bytes(digest, "big") for digest in digests])


def _changed(panel: Ints, out: Ints, into: Ints) -> Ints:
    return np.append(panel[~np.isin(panel, out)], into)


def _keeps(lottery: Lottery, seats: Ints, panel: Ints) -> bool:
    """Return whether these counts keep the quotas, and these people the household rule."""
    problem = lottery.problem
    if (seats < problem.lower).any() or (seats > problem.upper).any():
        return False
    return int(np.bincount(problem.household[panel]).max()) <= problem.per_household
