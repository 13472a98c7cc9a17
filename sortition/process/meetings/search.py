"""A fast search for an even mix and new encounters, without loss of what comes before these.

Seats of a `Layout` in, better seats out: changes of place between two units, or of one into a free
place, chosen one after the other by rule and never by chance, so that the same seats come out on
every machine. Called by `sortition.process.meetings.seating`.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from sortition.process.meetings.layout import Layout, Round

__all__ = ["Value", "improve", "value_of"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LATE = 5  # steps back with which a change is compared: Burke, Bykov 2017
_TABU = 20  # steps at most in which somebody who changed places stays
_PATIENCE = 20  # steps for each seat without anything better after which it ends
_NO_LIMIT = np.int64(2**40)
# What comes first in the order of goals weighs more than all that can follow in one change.
_OUT, _LACK, _MIX = np.int64(10**15), np.int64(10**10), np.int64(10**6)


@dataclass(frozen=True, slots=True, order=True)
class Value:
    """The goals of a seating, each to be as small as can be, in this order.

    Parameters
    ----------
    out
        Seats that stay unfilled: people and rounds.
    lacking
        People by which minimums and expertise are missed.
    wishes
        The cost of wishes.
    mix
        People by which values and sizes miss their even share, rounded down or up.
    again
        Encounters of two people who met in an earlier round.
    """

    out: int
    lacking: int
    wishes: int
    mix: int
    again: int


class _Table:
    """One round: who sits where, and what is counted at each meeting.

    Nowhere is the last place, where all is allowed and nothing counted. A free place at a meeting
    is a unit of nobody: rows n, n + 1, … of the tables of units, one for each meeting.
    """

    def __init__(self, layout: Layout, own: Round, seats: Ints) -> None:
        n, m = own.allowed.shape
        self.n, self.m, self.own, self.layout = n, m, own, layout
        self.at = np.concatenate([seats, np.arange(m + 1)])
        self.named = np.append(own.named, -1)

        def rows(table: Ints) -> Ints:
            return np.vstack([table, np.zeros((m + 1, table.shape[1]), dtype=np.int64)])

        self.allowed = np.ones((n + m + 1, m + 1), dtype=bool)
        self.allowed[:n, :m] = own.allowed
        self.cost = rows(np.hstack([own.cost, np.zeros((n, 1), dtype=np.int64)]))
        # What may be few: people at all, and of each group.
        self.few = rows(np.hstack([layout.weight[:, None], layout.group]))
        self.most = np.full((m + 1, self.few.shape[1]), _NO_LIMIT)
        self.most[:m, 0], self.most[:m, 1:] = own.places, layout.limit
        # What must be enough: people at all, and with each expertise.
        self.many = rows(np.hstack([layout.weight[:, None], layout.holds]))
        self.least = np.zeros((m + 1, self.many.shape[1]), dtype=np.int64)
        self.least[:m, 0], self.least[:m, 1:] = own.fewest, own.needs
        self.value = rows(layout.value)
        sizes = np.arange(int(own.places.max(initial=0)) + 1)
        self.floor = sizes[:, None] * layout.share // layout.people
        self.roof = -(-sizes[:, None] * layout.share // layout.people)
        self.count()

    def count(self) -> None:
        """Count anew what sits where."""
        m = self.m
        one = np.zeros((m + 1, len(self.at)), dtype=np.int64)
        one[self.at, np.arange(len(self.at))] = 1
        self.few_at, self.many_at, self.value_at = one @ self.few, one @ self.many, one @ self.value

    def lack(self, counts: Ints, meeting: Ints | np.int64) -> Ints:
        """Return by how many people minimums are missed."""
        short: Ints = np.maximum(self.least[meeting] - counts, 0).sum(axis=-1)
        return short

    def uneven(self, counts: Ints, size: Ints, meeting: Ints | np.int64) -> Ints:
        """Return by how many people values and size miss their share; nothing counts nowhere."""
        inside = meeting < self.m
        held = np.where(inside, size, 0)
        at = np.minimum(meeting, self.m - 1)
        miss = np.maximum(counts - self.roof[held], 0) + np.maximum(self.floor[held] - counts, 0)
        sized = np.maximum(held - self.own.high[at], 0) + np.maximum(self.own.low[at] - held, 0)
        off: Ints = np.where(inside, miss.sum(axis=-1) + sized, 0)
        return off

    def value_here(self) -> tuple[int, int, int, int]:
        """Return the goals of this round alone."""
        every = np.arange(self.m + 1)
        out = int(self.few_at[self.m, 0])
        lack = int(self.lack(self.many_at, every).sum())
        wishes = int(self.cost[np.arange(self.n), self.at[: self.n]].sum())
        mix = int(self.uneven(self.value_at, self.few_at[:, 0], every).sum())
        return out, lack, wishes, mix

    def changes(self, u: int, free: Bools) -> tuple[Ints, Ints, Ints]:
        """Return with whom u may change places, and what it does to the goals before and to mix.

        Parameters
        ----------
        u
            A unit.
        free
            ``(n + m + 1,)`` who may change at all.
        """
        a = int(self.at[u])
        other = free & (self.at != a) & self.allowed[u, self.at] & self.allowed[:, a]
        found = np.flatnonzero(other)
        b = self.at[found]
        here = self.few_at[a] + self.few[found] - self.few[u]
        there = self.few_at[b] - self.few[found] + self.few[u]
        fit = (here <= self.most[a]).all(axis=1) & (there <= self.most[b]).all(axis=1)
        found, b, here, there = found[fit], b[fit], here[fit], there[fit]
        aa = np.full(len(found), a)
        more = self.many[found] - self.many[u]
        before = self.lack(self.many_at[a], np.int64(a)) + self.lack(self.many_at[b], b)
        lack = self.lack(self.many_at[a] + more, aa) + self.lack(self.many_at[b] - more, b) - before
        wish = self.cost[found, a] + self.cost[u, b] - self.cost[found, b] - self.cost[u, a]
        out = np.where(b == self.m, self.few[u, 0] - self.few[found, 0], 0)
        if a == self.m:
            out = out + self.few[found, 0] - self.few[u, 0]
        more = self.value[found] - self.value[u]
        was = self.uneven(self.value_at[a], self.few_at[a, 0], np.int64(a))
        was = was + self.uneven(self.value_at[b], self.few_at[b, 0], b)
        mix = self.uneven(self.value_at[a] + more, here[:, 0], aa)
        mix = mix + self.uneven(self.value_at[b] - more, there[:, 0], b) - was
        return found, out * _OUT + lack * _LACK + wish, mix

    def change(self, u: int, v: int) -> None:
        """Let two units change places; v may be a free place."""
        a, b = int(self.at[u]), int(self.at[v])
        for counts, table in ((self.few_at, self.few), (self.many_at, self.many),
                              (self.value_at, self.value)):
            counts[a] += table[v] - table[u]
            counts[b] += table[u] - table[v]
        self.at[u] = b
        if v < self.n:
            self.at[v] = a

    def blamed(self) -> Bools:
        """Return ``(n,)`` who sits where something is missed, or nowhere."""
        every = np.arange(self.m + 1)
        wrong: Bools = self.lack(self.many_at, every) > 0
        wrong |= self.uneven(self.value_at, self.few_at[:, 0], every) > 0
        wrong[self.m] = True
        blamed: Bools = wrong[self.at[: self.n]]
        return blamed


class _Encounters:
    """Who met whom how often, over all rounds."""

    def __init__(self, weight: Ints, rounds: list[_Table]) -> None:
        self.weight, self.rounds = weight, rounds
        self.pairs = np.outer(weight, weight)
        n = len(weight)
        self.seat = []
        for table in rounds:
            one = np.zeros((n, table.m + 1), dtype=np.int64)
            one[np.arange(n), table.at[:n]] = 1
            one[:, table.m] = 0
            self.seat.append(one)
        self.met = _met(rounds)
        self.leave, self.join = [], []
        for one in self.seat:
            self.leave.append((self.pairs * (self.met > 1)) @ one)
            self.join.append((self.pairs * (self.met > 0)) @ one)

    def changes(self, r: int, u: int, found: Ints) -> Ints:
        """Return what a change of places with each of those found does to encounters."""
        table, n = self.rounds[r], len(self.weight)
        a, b = int(table.at[u]), table.at[found]
        leave, join = self.leave[r], self.join[r]
        out: Ints = join[u, b] - leave[u, a]
        people = found < n
        v, of = found[people], b[people]
        own = self.pairs[u, v] * (self.met[u, v] > 0)
        inside = np.where(of < table.m, own, 0) + (own if a < table.m else 0)
        out[people] += join[v, a] - leave[v, of] - inside
        return out

    def change(self, r: int, u: int, v: int) -> None:
        """Take note that u and v are about to change places."""
        table, n = self.rounds[r], len(self.weight)
        a, b = int(table.at[u]), int(table.at[v])
        self._move(r, u, a, b)
        if v < n:
            self._move(r, v, b, a)

    def _move(self, r: int, u: int, a: int, b: int) -> None:
        table = self.rounds[r]
        for meeting, by in ((a, -1), (b, 1)):
            if meeting == table.m:
                continue
            if by < 0:
                self._sit(r, u, meeting, by)
            others = np.flatnonzero(self.seat[r][:, meeting])
            others = others[others != u]
            before = self.met[u, others]
            self.met[u, others] += by
            self.met[others, u] += by
            after = self.met[u, others]
            for above, sums in ((1, self.leave), (0, self.join)):
                turn = self.pairs[u, others] * ((after > above) * 1 - (before > above) * 1)
                who, by_how = others[turn != 0], turn[turn != 0]
                for own, one in zip(sums, self.seat, strict=True):
                    own[u] += by_how @ one[who]
                    own[who] += by_how[:, None] * one[u]
            if by > 0:
                self._sit(r, u, meeting, by)

    def _sit(self, r: int, u: int, meeting: int, by: int) -> None:
        """Let u get up from a meeting or sit down."""
        self.seat[r][u, meeting] += by
        self.leave[r][:, meeting] += by * self.pairs[:, u] * (self.met[:, u] > 1)
        self.join[r][:, meeting] += by * self.pairs[:, u] * (self.met[:, u] > 0)


def _met(rounds: list[_Table]) -> Ints:
    """Return ``(n, n)`` how often two units sit in one meeting."""
    n = rounds[0].n
    met = np.zeros((n, n), dtype=np.int64)
    for table in rounds:
        at = table.at[:n]
        met += (at[:, None] == at) & (at < table.m)
    np.fill_diagonal(met, 0)
    return met


def value_of(layout: Layout, seats: Ints) -> Value:
    """Return the goals of seats, ``(rounds, n)`` as for `improve`, counted anew."""
    rounds = [_Table(layout, own, seats[r]) for r, own in enumerate(layout.rounds)]
    parts = [table.value_here() for table in rounds]
    again = 0
    if len(rounds) > 1:  # encounters that were not the first, of people in different units
        pairs = np.outer(layout.weight, layout.weight)
        again = int((pairs * np.maximum(_met(rounds) - 1, 0)).sum() // 2)
    out, lack, wishes, mix = (sum(column) for column in zip(*parts, strict=True))
    return Value(out, lack, wishes, mix, again)


def improve(
    layout: Layout, seats: Ints, *, steps: int, enough: tuple[int, int] = (0, 0),
    until: float = inf,
) -> tuple[Ints, bool]:
    """Return seats that are as good in what comes first, and better mixed, with new encounters.

    With them, whether it ended by itself and not because time ran out.

    One after the other everybody who sits where something can be better looks for the change of
    places that helps most. It is made if nothing that comes before the mix gets worse, and if the
    seating is then at least as good as it is now or was some steps ago (late acceptance).

    Parameters
    ----------
    layout
        The programme in arrays.
    seats
        ``(rounds, n)`` as of `sortition.process.meetings.model.model_seats`.
    steps
        How many times somebody looks.
    enough
        Bounds on mix and encounters: when both are reached it ends.
    until
        When time runs out, as `time.perf_counter` counts.
    """
    if time.perf_counter() >= until:
        return seats, False
    n, count = len(layout.units), len(layout.rounds)
    rounds = [_Table(layout, own, seats[r]) for r, own in enumerate(layout.rounds)]
    met = _Encounters(layout.weight, rounds) if count > 1 else None
    value = value_of(layout, seats)
    low = value.mix * int(_MIX) + value.again
    goal = enough[0] * int(_MIX) + enough[1]
    best, best_seats = (value.out, value.lacking, value.wishes, low), seats.copy()
    high = 0  # below what it began with, when something before the mix got better
    best_high = 0
    history = [low] * _LATE
    tabu, patience = min(_TABU, count * n // 4), _PATIENCE * count * n
    last = 0  # step in which something got better
    stay = np.full((count, n), -tabu)
    queue: deque[tuple[int, int]] = deque()
    for step in range(steps):
        reached = high == 0 and low <= goal and not (value.out or value.lacking)
        if reached or step - last > patience:
            break
        if time.perf_counter() >= until:
            return best_seats, False
        if not queue:
            queue.extend(_waiting(rounds, met))
            if not queue:
                break
        r, u = queue.popleft()
        table = rounds[r]
        free = np.ones(n + table.m + 1, dtype=bool)
        free[:n] = step - stay[r] >= tabu
        if layout.once and count > 1:
            free &= _unseen(layout, rounds, r, u)
        found, before, mix = table.changes(u, free)
        delta = mix * _MIX
        if met is not None:
            delta = delta + met.changes(r, u, found)
        keep = before <= 0
        found, before, delta = found[keep], before[keep], delta[keep]
        if not len(found):
            continue
        pick = int(np.lexsort((delta, before))[0])
        gain, by = int(before[pick]), int(delta[pick])
        late = history[step % _LATE]
        if gain < 0 or by < 0 or low + by <= max(low, late):
            v = int(found[pick])
            if met is not None:
                met.change(r, u, v)
            table.change(u, v)
            stay[r, u] = step
            if v < n:
                stay[r, v] = step
            high, low = high + gain, low + by
            if (high, low) < (best_high, best[3]):
                best_high, last = high, step
                best = (*best[:3], low)
                best_seats = np.stack([each.at[:n] for each in rounds])
        history[step % _LATE] = low
    return best_seats, True


def _waiting(rounds: list[_Table], met: _Encounters | None) -> list[tuple[int, int]]:
    """Return rounds and units that look for a change, in the order of the lot."""
    found = []
    for r, table in enumerate(rounds):
        blamed = table.blamed()
        if met is not None:
            here = met.leave[r][np.arange(table.n), table.at[: table.n]]
            blamed = blamed | (here > 0)
        found += [(r, u) for u in np.flatnonzero(blamed).tolist()]
    return sorted(found, key=lambda each: (each[1], each[0]))


def _unseen(layout: Layout, rounds: list[_Table], r: int, u: int) -> Bools:
    """Return with whom u can change so that neither sits at a subject of another round."""
    n, table = len(layout.units), rounds[r]
    own = np.ones(n + table.m + 1, dtype=bool)
    here, there = table.named[table.at[u]], table.named[table.at]
    for other, elsewhere in enumerate(rounds):
        if other == r:
            continue
        at = elsewhere.named[elsewhere.at[:n]]
        if here >= 0:
            own[:n] &= at != here
        own &= (there != at[u]) | (there < 0)
    return own
