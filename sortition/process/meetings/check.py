"""Every rule of a programme counted again, in whole numbers and from the people's own words.

A `Programme` and who sits where in; breaches and a `Tally` out. Shares no code with the model or
the search, which may be wrong. Called before anything is written, and by tests.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from sortition.files.cells import fold
from sortition.process.meetings.programme import Meeting, Person, Programme

__all__ = ["Lack", "Seats", "Tally", "alike", "breaches", "groups_together", "misdealt", "tally"]

Seats = Mapping[str, tuple[int | None, ...]]  # per id and round a position among the meetings


@dataclass(frozen=True, slots=True)
class Lack:
    """A meeting that has fewer people than it must.

    Parameters
    ----------
    meeting
        Its position.
    expertise
        Of whom there are too few; blank where people at all are.
    has, must
        How many there are, and how many there must be.
    """

    meeting: int
    expertise: str
    has: int
    must: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What a seating achieves.

    Parameters
    ----------
    out
        ``(id, round)`` of everybody who has no seat in a round, rounds from 0.
    lacks
        Meetings with fewer people, or less expertise, than they must have.
    wishes
        For each number of a wish how many seats fulfil it.
    unwished
        Seats of people with wishes that fulfil none.
    mix
        People by which values and sizes miss their even share, rounded down or up.
    again
        Encounters of two people, not of one group together, who met in an earlier round.
    """

    out: tuple[tuple[str, int], ...]
    lacks: tuple[Lack, ...]
    wishes: Mapping[int, int]
    unwished: int
    mix: int
    again: int

    @property
    def ranks(self) -> int:
        """How many wishes were dearer than those that are fulfilled, over all seats."""
        return sum((number - 1) * count for number, count in self.wishes.items())

    @property
    def lacking(self) -> int:
        """By how many people minimums and expertise are missed."""
        return sum(lack.must - lack.has for lack in self.lacks)


def _rooms(programme: Programme, seats: Seats) -> dict[int, list[Person]]:
    """Return who sits in each meeting."""
    rooms: dict[int, list[Person]] = {at: [] for at in range(len(programme.meetings))}
    for person in programme.people:
        for at in seats[person.id]:
            if at is not None:
                rooms[at].append(person)
    return rooms


def breaches(programme: Programme, seats: Seats) -> Iterator[tuple[str, str]]:
    """Yield the rule and the meeting, or the person, of everything that may never be.

    Empty seats, and what a meeting lacks, are no breaches: these are counted in the tally.
    """
    meetings = programme.meetings
    rounds = programme.rounds
    if set(seats) != {own.id for own in programme.people}:
        yield "people", ""
        return
    for person in programme.people:
        own = seats[person.id]
        if len(own) != len(rounds):
            yield "rounds", person.id
            continue
        for number, at in enumerate(own):
            if at is None:
                continue
            if at not in rounds[number]:
                yield "rounds", person.id
            for rule in programme.stops(person, meetings[at]):
                yield rule, person.id
        subjects = [fold(meetings[at].theme or meetings[at].name) for at in own if at is not None]
        if programme.once and len(set(subjects)) < len(subjects):
            yield "once", person.id
    for at, room in _rooms(programme, seats).items():
        meeting = meetings[at]
        if len(room) + len(meeting.guests) > meeting.most:
            yield "capacity", meeting.name
        crowds = Counter(fold(own.organisation) for own in room if own.organisation)
        most = programme.per_organisation
        if most is not None and crowds and max(crowds.values()) > most:
            yield "organisation", meeting.name
        here = {own.id for own in room}
        if any(len(here.intersection(group)) > 1 for group in programme.apart):
            yield "apart", meeting.name
    for group in programme.together:
        if len({seats[own] for own in group}) > 1:
            yield "together", ", ".join(group)


def alike(programme: Programme, lot: Sequence[str]) -> list[list[Person]]:
    """Return those who said the same as others, each group in the order of the lot.

    Whoever is named in a group together or apart, or for a meeting, has a place of their own.
    """
    named = {own for group in (*programme.together, *programme.apart) for own in group}
    named.update(own for meeting in programme.meetings for own in meeting.members)
    place = {own: at for at, own in enumerate(lot)}
    found: dict[object, list[Person]] = defaultdict(list)
    for person in sorted(programme.people, key=lambda own: place[own.id]):
        if person.id not in named:
            sets = [None if words is None else frozenset(map(fold, words)) for words in
                    (person.times, person.themes, person.expertise, person.interests)]
            said = (*sets, fold(person.organisation), tuple(map(fold, person.wishes)),
                    tuple(map(fold, person.values)))
            found[said].append(person)
    return [group for group in found.values() if len(group) > 1]


def misdealt(programme: Programme, seats: Seats, lot: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield who has dearer seats than somebody who said the same and comes first by lot; with them.

    Seats are as dear as the sum of the numbers of the wishes that they fulfil, over the rounds: a
    seat where somebody did not wish to be counts as one number more than their last wish, no seat
    as two. Of equally dear ones the first by lot has what comes first in the list of meetings.
    """

    def dear(person: Person) -> tuple[int, list[int]]:
        own, last = seats[person.id], len(person.wishes)
        numbers = [last + 2 if at is None else
                   programme.rank(person, programme.meetings[at]) or last + 1 for at in own]
        return sum(numbers), [-1 if at is None else at for at in own]

    for group in alike(programme, lot):
        for first, later in pairwise(group):
            if dear(later) < dear(first):
                yield later.id, first.id


def tally(programme: Programme, seats: Seats) -> Tally:
    """Return what a seating achieves."""
    meetings, people = programme.meetings, programme.people
    rooms = _rooms(programme, seats)
    out = tuple((own.id, number) for own in people
                for number, at in enumerate(seats[own.id]) if at is None)
    lacks = []
    for at, room in rooms.items():
        if len(room) + len(meetings[at].guests) < meetings[at].least:
            must = meetings[at].least - len(meetings[at].guests)
            lacks.append(Lack(at, "", len(room), must))
        for expertise, must in meetings[at].needs.items():
            has = sum(fold(expertise) in map(fold, own.expertise) for own in room)
            if has < must:
                lacks.append(Lack(at, expertise, has, must))
    wishes: Counter[int] = Counter()
    unwished = 0
    for own in people:
        for seat in seats[own.id]:
            if seat is not None and own.wishes:
                number = programme.rank(own, meetings[seat])
                if number is None:
                    unwished += 1
                else:
                    wishes[number] += 1
    return Tally(
        out, tuple(lacks), dict(sorted(wishes.items())), unwished,
        _uneven(programme, rooms), _again(programme, seats),
    )


def _uneven(programme: Programme, rooms: Mapping[int, Sequence[Person]]) -> int:
    """Return by how many people even shares are missed."""
    everybody, off = len(programme.people), 0
    features = range(len(programme.mix))
    cells = {own.id: tuple(map(fold, own.values)) for own in programme.people}
    there = [Counter(own[feature] for own in cells.values()) for feature in features]
    for own in programme.rounds:
        meetings: list[tuple[Meeting, Sequence[Person]]] = [
            (programme.meetings[at], rooms[at]) for at in own
        ]
        places = sum(meeting.places for meeting, _ in meetings)
        for meeting, room in meetings:
            off += _miss(len(room), everybody * meeting.places, places)
            for feature in features:
                here = Counter(cells[person.id][feature] for person in room)
                off += sum(_miss(here[value], len(room) * count, everybody)
                           for value, count in there[feature].items())
    return off


def _miss(has: int, above: int, below: int) -> int:
    """Return how far a count is from above / below, rounded down or up."""
    low, high = above // max(below, 1), -(-above // max(below, 1))
    return max(0, has - high, low - has)


def _again(programme: Programme, seats: Seats) -> int:
    """Return how many encounters were not the first of these two."""
    friends = {
        frozenset(pair) for group in groups_together(programme) for pair in combinations(group, 2)
    }
    met: Counter[frozenset[str]] = Counter()
    for number, _ in enumerate(programme.rounds):
        rooms = defaultdict(list)
        for own, places in seats.items():
            if places[number] is not None:
                rooms[places[number]].append(own)
        for room in rooms.values():
            met.update(map(frozenset, combinations(room, 2)))
    return sum(count - 1 for pair, count in met.items() if pair not in friends)


def groups_together(programme: Programme) -> list[set[str]]:
    """Return the groups together, those that share somebody as one."""
    joined: list[set[str]] = []
    for group in programme.together:
        own = set(group)
        for other in [each for each in joined if each & own]:
            joined.remove(other)
            own |= other
        joined.append(own)
    return joined
