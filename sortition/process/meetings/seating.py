"""Who sits where: a `Programme` in, a checked `Seating` with its bounds out, or why there is none.

The model comes first (everyone seated, rules, wishes), then the search (mix, new encounters), then
the lot between people of equal claim, then a count in whole numbers. Called by the command line.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sortition.errors import InfeasibleError, Issue, SolverError, SortitionError, VerificationError
from sortition.files.cells import fold
from sortition.process.meetings.check import breaches, misdealt, tally
from sortition.process.meetings.conflicts import conflicts, shortfalls
from sortition.process.meetings.encounters import fewest_again
from sortition.process.meetings.layout import Layout, layout
from sortition.process.meetings.model import Mixed, Modelled, mix_bound, model_seats
from sortition.process.meetings.programme import Person, Programme
from sortition.process.meetings.search import Value, improve, value_of
from sortition.process.meetings.seated import Goal, Seating

__all__ = ["NoSeatingError", "find_seating"]

Ints = NDArray[np.int64]

_STEPS = 8000  # of the search: some seconds with 500 people


class NoSeatingError(InfeasibleError):
    """No seating keeps all rules; `diagnosis` says why, everything at once."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        SortitionError.__init__(self, "meetings-infeasible")
        self.diagnosis = tuple(issues)


def find_seating(
    programme: Programme, *, as_far_as_possible: bool = False, time_limit: float = 60.0,
    steps: int = _STEPS,
) -> Seating:
    """Return who sits where, in this order of goals.

    1. As few seats as possible stay unfilled: everybody in every round.
    2. Meetings miss their minimums and their expertise by as few people as possible.
    3. As few people as possible sit where they did not wish to, if they have wishes; then the sum
       of the numbers of wishes is as low as possible.
    4. Sizes and values miss their even share as little as possible.
    5. As few people as possible meet again.

    All other rules always hold. Unless `as_far_as_possible`, so do the first two, in full.
    Among people who said the same the lot decides: who comes first has the dearer wishes.

    Parameters
    ----------
    programme
        What is asked.
    as_far_as_possible
        Whether somebody may be left out, or a meeting go short, where it cannot be otherwise.
    time_limit
        Seconds for model, search and bound together; only when they run out does the answer depend
        on the machine.
    steps
        Of the search at most.

    Raises
    ------
    NoSeatingError
        With every reason why not everybody can be seated by all rules.
    SolverError
        If time ran out before there was any answer.
    VerificationError
        If what was found breaks a rule when counted again: a fault of this program.
    """
    until = time.perf_counter() + time_limit
    plan = layout(programme)
    found = conflicts(programme)
    if found and not as_far_as_possible:
        raise NoSeatingError(found)
    modelled = model_seats(plan, until)
    if modelled.seats is None:
        raise SolverError("meetings-no-answer", seconds=time_limit)
    value = value_of(plan, modelled.seats)
    if (value.out or value.lacking) and not as_far_as_possible:
        nearest = shortfalls(programme, tally(programme, _by_id(plan, modelled.seats)))
        raise NoSeatingError([Issue("meetings-clash"), *nearest])
    again = 0 if value.out else fewest_again(programme)
    rows, ended = improve(plan, modelled.seats, steps=steps, enough=(0, again), until=until)
    value, mixed = value_of(plan, rows), Mixed(0, None, "none")
    if value.mix:
        # What is at its least over all rounds is so in each, if no rule goes across them.
        apart = modelled.proven and not plan.once
        mixed = mix_bound(plan, [(own.out, own.lacking, own.wishes) for own in (
            _values(plan, rows) if apart else [value])], until)
        if mixed.seats is not None and value_of(plan, mixed.seats).mix < value.mix:
            # Rounds that ask the same came out the same: whom one meets is still to be searched.
            other, more = improve(plan, mixed.seats, steps=steps, enough=(mixed.bound, again),
                                  until=until)
            ended = ended and more
            rows = other if value_of(plan, other) < value else rows
        ended = ended and (mixed.ended or value_of(plan, rows).mix == mixed.bound)
    made = _checked(programme, plan, rows, modelled, mixed, again)
    return replace(made, why=(*found, *shortfalls(programme, made.tally)),
                   finished=modelled.proven and ended)


def _checked(
    programme: Programme, plan: Layout, rows: Ints, modelled: Modelled, mixed: Mixed, again: int
) -> Seating:
    """Return the seating with the lot between equals, when it is what the search said it is."""
    seats = _dealt(programme, plan, rows)
    wrong = next(breaches(programme, seats), None)
    if wrong is not None:
        raise VerificationError("meetings-breach", None, None, rule=wrong[0], where=wrong[1])
    unfair = next(misdealt(programme, seats, plan.ids), None)
    if unfair is not None:
        raise VerificationError("meetings-breach", None, None, rule="lot", where=", ".join(unfair))
    counted, value = tally(programme, seats), value_of(plan, rows)
    wishes = counted.unwished * plan.unwished + counted.ranks
    told = (len(counted.out), counted.lacking, wishes, counted.mix, counted.again)
    said = (value.out, value.lacking, value.wishes, value.mix, value.again)
    if told != said:
        raise VerificationError("meetings-miscount", said, told)
    exact = (told[0], told[1]) == (modelled.out, modelled.lacking)
    unwished, ranks = divmod(modelled.wishes, plan.unwished) if exact else (0, 0)
    if counted.unwished > unwished:
        ranks = 0
    goals = {
        "out": Goal(len(counted.out), modelled.out, "integer program"),
        "lacking": Goal(counted.lacking, modelled.lacking, "integer program"),
        "unwished": Goal(counted.unwished, unwished, "integer program"),
        "ranks": Goal(counted.ranks, ranks, "integer program"),
        "mix": Goal(counted.mix, mixed.bound, mixed.kind),
        "again": Goal(counted.again, min(again, counted.again), "count" if again else "none"),
    }
    return Seating(programme, seats, plan.ids, counted, goals)


def _values(plan: Layout, rows: Ints) -> list[Value]:
    """Return the goals of each round by itself."""
    return [value_of(replace(plan, rounds=(own,)), rows[r : r + 1])
            for r, own in enumerate(plan.rounds)]


def _by_id(plan: Layout, rows: Ints) -> dict[str, tuple[int | None, ...]]:
    """Return the seats of each person."""
    seats: dict[str, tuple[int | None, ...]] = {}
    for unit, members in enumerate(plan.units):
        own = tuple(
            each.meetings[at] if at < len(each.meetings) else None
            for each, at in zip(plan.rounds, rows[:, unit].tolist(), strict=True)
        )
        seats |= {plan.ids[member]: own for member in members}
    return dict(sorted(seats.items()))


def _dealt(
    programme: Programme, plan: Layout, rows: Ints
) -> dict[str, tuple[int | None, ...]]:
    """Return seats in which, of people who said the same, the lot gives the first the dearest.

    Whoever is named in a group or for a meeting stays where they are.
    """
    seats = _by_id(plan, rows)
    named = {own for group in (*programme.together, *programme.apart) for own in group}
    named |= {own for meeting in programme.meetings for own in meeting.members}
    people = {own.id: own for own in programme.people}
    alike: dict[object, list[str]] = defaultdict(list)
    for own in plan.ids:
        if own not in named:
            alike[_said(people[own])].append(own)
    for ids in alike.values():
        worst = len(people[ids[0]].wishes) + 1

        def dear(own: tuple[int | None, ...], who: Person = people[ids[0]],
                 worst: int = worst) -> tuple[int, list[int]]:
            numbers = [worst + 1 if at is None else
                       programme.rank(who, programme.meetings[at]) or worst for at in own]
            return sum(numbers), [-1 if at is None else at for at in own]

        for own, seat in zip(ids, sorted((seats[own] for own in ids), key=dear), strict=True):
            seats[own] = seat
    return seats


def _said(person: Person) -> tuple[object, ...]:
    """Return what somebody said, as it counts."""

    def some(words: Sequence[str] | None) -> tuple[str, ...] | None:
        return None if words is None else tuple(sorted(map(fold, words)))

    return (some(person.times), some(person.themes), tuple(map(fold, person.wishes)),
            some(person.expertise), fold(person.organisation), some(person.interests),
            tuple(map(fold, person.values)))
