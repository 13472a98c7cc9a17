"""Who sits on which ticket, when it is settled how many of each type do.

Within a type everybody is on equally many tickets, or one more; where homes hold more than one of a
type, or several types, as near to that as exchanges between homes bring it. Called by
`sortition.lots.lottery`.
"""

from __future__ import annotations

import hashlib
from collections import deque
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem

__all__ = ["seat_people"]

Ints = NDArray[np.int64]


def seat_people(problem: Problem, counted: Ints) -> Ints:
    """Return ``(M, k)`` sorted person indices: the seats of each type go round its people.

    Within a type everybody is on equally many tickets, or one more, homes permitting; who gets the
    one more follows a hash of the id, not its place in the alphabet.

    Parameters
    ----------
    problem
        The people.
    counted
        ``(M, t)`` seats of each type on each ticket.
    """
    by_hash = np.argsort([_hash_order(own) for own in problem.ids], kind="stable")
    by_type = by_hash[np.argsort(problem.type_of[by_hash], kind="stable")]
    first = np.concatenate([[0], np.cumsum(problem.people)])
    free = _unconstrained(problem)
    tickets, people = _in_turns(counted * free[problem.pattern], by_type, first)
    parts = [(tickets, people)]
    home_of = problem.household.tolist()
    members = [by_type[a:b].tolist() for a, b in pairwise(first.tolist())]
    for pattern in np.flatnonzero(~free):
        types = np.flatnonzero(problem.pattern == pattern)
        here = _seat_households(problem, types, members, home_of, counted)
        seats = [(ticket, person) for ticket, chosen in here.items() for person in chosen]
        of_ticket, seated = np.array(seats, dtype=np.int64).reshape(-1, 2).T
        parts.append((of_ticket, seated))
    tickets, people = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((people, tickets))
    tickets, people = tickets[order], people[order]
    begins = np.searchsorted(tickets, np.arange(len(counted)))
    out = np.full((len(counted), problem.size), -1, dtype=np.int64)
    out[tickets, np.arange(len(tickets)) - begins[tickets]] = people
    return out


def _unconstrained(problem: Problem) -> NDArray[np.bool_]:
    """Return ``(h,)`` of which patterns anybody of a type may take any of its seats."""
    patterns = len(problem.capacity)
    everybody = np.bincount(problem.pattern, problem.people, patterns)
    alone: NDArray[np.bool_] = np.bincount(problem.pattern, minlength=patterns) == 1
    alone &= np.bincount(problem.pattern, problem.limit, patterns) == everybody
    # Nor is there anything to choose where every type of a pattern is one person.
    alone |= np.bincount(problem.pattern, problem.people > 1, patterns) == 0
    return alone


def _in_turns(counted: Ints, by_type: Ints, first: Ints) -> tuple[Ints, Ints]:
    """Return tickets and people seat by seat: each type's people sit down in turn, over and over.

    Parameters
    ----------
    counted
        ``(M, t)`` seats.
    by_type
        ``(n,)`` people, those of type t from ``first[t]`` to ``first[t + 1]``.
    first
        ``(t + 1,)``.
    """
    of_type, ticket = np.nonzero(counted.T)
    taken = counted[ticket, of_type]
    of_type, ticket = np.repeat(of_type, taken), np.repeat(ticket, taken)
    before = np.concatenate([[0], np.cumsum(counted.sum(axis=0))])
    turn = np.arange(len(of_type)) - before[of_type]
    return ticket, by_type[first[of_type] + turn % np.diff(first)[of_type]]


def _seat_households(
    problem: Problem,
    types: NDArray[np.intp],
    members: list[list[int]],
    home_of: list[int],
    counted: Ints,
) -> dict[int, list[int]]:
    """Seat one household pattern, ticket by ticket: fewest tickets so far first, homes in turn."""
    held = {person: 0 for t in types for person in members[t]}
    # Tickets with many seats leave least to choose: they come first, the others make up for them.
    seats = counted[:, types].sum(axis=1)
    order = np.argsort(-seats, kind="stable")
    queues = {int(t): deque(members[t]) for t in types}
    here: dict[int, list[int]] = {}
    for ticket in order[seats[order] > 0].tolist():
        wanted = {int(t): int(counted[ticket, t]) for t in types}
        chosen = _by_turns(wanted, queues, home_of, problem.per_household)
        stuck = chosen is None
        if chosen is None:
            chosen = _round_homes(wanted, members, held, home_of)
        for person in chosen:
            held[person] += 1
        if stuck:
            queues = {t: deque(sorted(own, key=held.__getitem__)) for t, own in queues.items()}
        here[ticket] = chosen
    _even_out(problem, here, members, home_of, held)
    return here


def _even_out(
    problem: Problem, here: dict[int, list[int]], members: list[list[int]], home_of: list[int],
    held: dict[int, int],
) -> None:
    """Let homes of one pattern change places on single tickets until their people hold alike.

    Two homes of a pattern have the same members as to all rules, so that no rule sees such a
    change. It is made where it lowers the sum of squares of what people hold, for somebody who
    holds two tickets more than another of the type.
    """
    twins = _twins(problem, members, held)
    while True:
        pairs = (
            (most, least)
            for own in (members[t] for t in sorted({int(problem.type_of[p]) for p in held}))
            for most in sorted(own, key=lambda p: (-held[p], -p))
            for least in sorted(own, key=lambda p: (held[p], p))
            if held[most] - held[least] >= 2
        )
        for most, least in pairs:
            changes = []
            for ticket, chosen in here.items():
                if most not in chosen or least in chosen:
                    continue
                if home_of[most] == home_of[least]:
                    swap = {most: least}
                else:
                    between = twins[home_of[most]], twins[home_of[least]]
                    # As their twins, but that the two themselves are each other's.
                    swap = _exchange(*between, most, least)
                    swap = {p: swap[p] for p in chosen if p in swap}
                gain = sum(2 * (held[p] - held[q]) for p, q in swap.items()) - 2 * len(swap)
                changes.append((gain, ticket, swap))
            best = max(changes, default=(0, -1, {}), key=lambda change: (change[0], -change[1]))
            if best[0] > 0:
                _, ticket, swap = best
                here[ticket] = [swap.get(p, p) for p in here[ticket]]
                for p, q in swap.items():
                    held[p] -= 1
                    held[q] += 1
                break
        else:
            return


def _twins(
    problem: Problem, members: list[list[int]], held: dict[int, int]
) -> dict[int, dict[int, list[int]]]:
    """Return the people of each home by type, as many of each in every home of a pattern."""
    homes: dict[int, dict[int, list[int]]] = {}
    for t in sorted({int(problem.type_of[person]) for person in held}):
        for person in members[t]:
            homes.setdefault(int(problem.household[person]), {}).setdefault(t, []).append(person)
    return homes


def _exchange(
    one: dict[int, list[int]], other: dict[int, list[int]], most: int, least: int
) -> dict[int, int]:
    """Return who takes whose place when two homes change: `most` and `least` each other's."""
    swap: dict[int, int] = {}
    for t, own in one.items():
        theirs = sorted(other[t], key=lambda p: (p != least, p))
        for p, q in zip(sorted(own, key=lambda p: (p != most, p)), theirs, strict=True):
            swap[p], swap[q] = q, p
    return swap


def _by_turns(
    wanted: dict[int, int], queues: dict[int, deque[int]], home_of: list[int], most: int
) -> list[int] | None:
    """Choose from the front of the queues, homes not used yet first; None when that gets stuck.

    Whoever is chosen goes to the end of the queue, so that those on fewest tickets stand in front.
    """
    sent: dict[int, int] = {}
    chosen: dict[int, list[int]] = {}
    # The types with most seats choose first, when every home is still open.
    for t in sorted((t for t in wanted if wanted[t]), key=lambda t: (-wanted[t], t)):
        taken = chosen[t] = []
        for used in range(most):
            for person in queues[t]:
                if len(taken) == wanted[t]:
                    break
                home = home_of[person]
                if sent.get(home, 0) == used and person not in taken:
                    sent[home] = used + 1
                    taken.append(person)
        if len(taken) < wanted[t]:
            return None
    for t, taken in chosen.items():
        for person in taken:
            queues[t].remove(person)
            queues[t].append(person)
    return [person for taken in chosen.values() for person in taken]


def _round_homes(
    wanted: dict[int, int], members: list[list[int]], held: dict[int, int], home_of: list[int]
) -> list[int]:
    """Deal the seats of one type after the other round the homes, which never gets stuck.

    With M homes each gets at most ⌈Σ wanted / M⌉ seats and at most ⌈wanted_t / M⌉ of a type, which
    is what the household rule and the type's limit allow.
    """
    at_home: dict[int, dict[int, list[int]]] = {}
    for t in wanted:
        for person in members[t]:
            at_home.setdefault(home_of[person], {}).setdefault(t, []).append(person)
    burden = {h: sum(held[p] for own in ts.values() for p in own) for h, ts in at_home.items()}
    homes = sorted(at_home, key=lambda home: (burden[home], home))
    chosen: list[int] = []
    turn = 0
    for t, count in wanted.items():
        for _ in range(count):
            own = [p for p in at_home[homes[turn % len(homes)]][t] if p not in chosen]
            chosen.append(min(own, key=lambda p: held[p]))
            turn += 1
    return chosen


def _hash_order(own: str) -> bytes:
    return hashlib.sha256(b"sortition/1/order\x00" + own.encode()).digest()
