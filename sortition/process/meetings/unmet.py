"""Which wishes are not met, and which rule stands in the way of each.

A `Seating` in, a row per person and wish out. Called by `sortition.process.meetings.files`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sortition.files.cells import fold
from sortition.process.meetings.check import groups_together
from sortition.process.meetings.programme import Meeting, Person
from sortition.process.meetings.seated import Seating

__all__ = ["Unmet", "unmet"]


class Unmet(NamedTuple):
    """A wish that is dearer to somebody than what they got.

    Parameters
    ----------
    id
        Whose.
    number, wish
        Which of their wishes, from 1, and its words.
    rule
        ``time``, ``theme``, ``interest`` or ``member``: they may not sit there; ``full``;
        ``organisation`` or ``apart``: who sits there; ``needed``: the meeting where they are
        would go short; ``together``: they sit in a group; ``other``: others wished it as much,
        and the rules left no room for all of them.
    """

    id: str
    number: int
    wish: str
    rule: str


def unmet(seating: Seating) -> Iterator[Unmet]:
    """Yield the wishes that are dearer to somebody than what they got, by id."""
    programme = seating.programme
    rooms = {at: seating.room(at) for at in range(len(programme.meetings))}
    groups = groups_together(programme)
    for person in programme.people:
        own = [at for at in seating.seats[person.id] if at is not None]
        got = {programme.rank(person, programme.meetings[at]) for at in own} - {None}
        best = min((number for number in got if number), default=len(person.wishes) + 1)
        for number, wish in enumerate(person.wishes[: best - 1], 1):
            yield Unmet(person.id, number, wish, _why(seating, rooms, groups, person, wish))


def _why(
    seating: Seating, rooms: dict[int, tuple[Person, ...]], groups: list[set[str]],
    person: Person, wish: str,
) -> str:
    """Return the rule that stands in the way: the one of the meeting that came nearest."""
    programme = seating.programme
    order = ("other", "needed", "apart", "organisation", "full", "together", "member", "interest",
             "theme", "time")
    found = []
    for at, meeting in enumerate(programme.meetings):
        if not meeting.called(wish):
            continue
        stopped = next(programme.stops(person, meeting), None)
        if stopped is not None:
            found.append(stopped)
        elif group := next((group for group in groups if person.id in group), None):
            room = len(rooms[at]) + len(group) <= meeting.places
            found.append("together" if room else "full")
        else:
            found.append(_there(seating, meeting, rooms[at], person, rooms))
    return min(found, key=order.index, default="time")


def _there(
    seating: Seating, meeting: Meeting, room: tuple[Person, ...], person: Person,
    rooms: dict[int, tuple[Person, ...]],
) -> str:
    """Return the rule that stands in the way of one who may sit there."""
    programme = seating.programme
    if len(room) >= meeting.places:
        return "full"
    crowd = Counter(fold(own.organisation) for own in room if own.organisation)
    most = programme.per_organisation
    if most is not None and person.organisation and crowd[fold(person.organisation)] >= most:
        return "organisation"
    here = {own.id for own in room}
    if any(person.id in group and here & {*group} for group in programme.apart):
        return "apart"
    for at in seating.seats[person.id]:
        if at is None or programme.meetings[at].round != meeting.round:
            continue
        now, own = programme.meetings[at], rooms[at]
        if len(own) <= now.fewest:
            return "needed"
        for expertise, must in now.needs.items():
            has = [fold(expertise) in map(fold, each.expertise) for each in own]
            if fold(expertise) in map(fold, person.expertise) and sum(has) <= must:
                return "needed"
    return "other"
