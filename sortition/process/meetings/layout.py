"""The programme in whole numbers and arrays, people in the order of the lot.

A `Programme` in, one `Layout` out: units of people who sit together, and for each round where they
may sit, what that is worth and what is counted there. Called by
`sortition.process.meetings.seating`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sortition.files.cells import fold
from sortition.process.meetings.programme import Meeting, Person, Programme, by_lot

__all__ = ["Layout", "Round", "layout"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """Meetings among which everybody sits in one.

    Parameters
    ----------
    meetings
        Their positions in the programme, ``m`` of them.
    allowed
        ``(n, m)`` where each unit may sit.
    cost
        ``(n, m)`` what a seat costs: `Layout.unwished` for each person who did not wish it, one
        for each wish that was dearer to them.
    places, fewest
        ``(m,)`` people of the list at most and at least.
    needs
        ``(m, e)`` people with each expertise at least.
    named
        ``(m,)`` a number for each name or theme, for `once`.
    low, high
        ``(m,)`` the even size, rounded down and up: in proportion to the places.
    """

    meetings: tuple[int, ...]
    allowed: Bools
    cost: Ints
    places: Ints
    fewest: Ints
    needs: Ints
    named: Ints
    low: Ints
    high: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Units and what is counted of them.

    Parameters
    ----------
    units
        Who sits together: positions in `ids`.
    ids
        Everybody in the order of the lot.
    weight
        ``(n,)`` people in each unit.
    rounds
        One or more.
    holds
        ``(n, e)`` people with each expertise.
    group, limit
        ``(n, g)`` people in each group of which a meeting may have few, and ``(g,)`` how few.
    value, share
        ``(n, v)`` people with each value that is mixed, and ``(v,)`` how many have it.
    unwished
        What it costs to put somebody where they did not wish to be: more than all ranks together.
    once
        As of the programme.
    """

    units: tuple[tuple[int, ...], ...]
    ids: tuple[str, ...]
    weight: Ints
    rounds: tuple[Round, ...]
    holds: Ints
    group: Ints
    limit: Ints
    value: Ints
    share: Ints
    unwished: int
    once: bool
    expertise: tuple[str, ...] = field(default=(), repr=False)

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.ids)


def layout(programme: Programme) -> Layout:
    """Return the programme in arrays."""
    ids = by_lot(programme.seed, (own.id for own in programme.people))
    at = {own: number for number, own in enumerate(ids)}
    people = sorted(programme.people, key=lambda own: at[own.id])
    units = _units(programme, at)
    weight = np.array([len(unit) for unit in units], dtype=np.int64)
    sums = np.zeros((len(units), len(ids)), dtype=np.int64)  # from people to units
    for number, unit in enumerate(units):
        sums[number, list(unit)] = 1
    needed = {fold(own): own for meeting in programme.meetings for own in meeting.needs}
    holds = _table([map(fold, own.expertise) for own in people], tuple(needed))
    group, limit = _groups(programme, people, at)
    mixed = range(len(programme.mix))
    values = [[f"{at}\0{fold(person.values[at])}" for at in mixed] for person in people]
    value = _table(values, tuple(sorted({cell for row in values for cell in row})))
    dearest = max((len(own.wishes) for own in people), default=0)
    unwished = 1 + max(dearest - 1, 0) * len(ids) * len(programme.rounds)
    names = sorted({_subject(meeting) for meeting in programme.meetings})
    return Layout(
        units, ids, weight,
        tuple(_round(programme, people, sums, own, needed, unwished, names)
              for own in programme.rounds),
        sums @ holds, sums @ group, limit, sums @ value, value.sum(axis=0), unwished,
        programme.once, tuple(needed.values()),
    )


def _subject(meeting: Meeting) -> str:
    return fold(meeting.theme or meeting.name)


def _units(programme: Programme, at: dict[str, int]) -> tuple[tuple[int, ...], ...]:
    """Return who sits together, first by lot first."""
    head = list(range(len(at)))

    def root(own: int) -> int:
        while head[own] != own:
            own = head[own]
        return own

    for group in programme.together:
        first, *others = sorted(root(at[own]) for own in group)
        for other in others:
            low, high = sorted((root(first), root(other)))
            head[high] = low
    members: dict[int, list[int]] = {}
    for own in range(len(at)):
        members.setdefault(root(own), []).append(own)
    return tuple(map(tuple, members.values()))


def _table(cells: Sequence[Iterable[str]], names: tuple[str, ...]) -> Ints:
    """Return ``(n, names)``: 1 where a person's cells hold the name."""
    column = {name: number for number, name in enumerate(names)}
    out = np.zeros((len(cells), len(names)), dtype=np.int64)
    for row, own in enumerate(cells):
        for cell in own:
            if cell in column:
                out[row, column[cell]] = 1
    return out


def _groups(
    programme: Programme, people: Sequence[Person], at: dict[str, int]
) -> tuple[Ints, Ints]:
    """Return people by group, and how many of a group a meeting may have; binding ones only."""
    cells: list[list[str]] = [[] for _ in people]
    limits: dict[str, int] = {}
    if programme.per_organisation is not None:
        own = [fold(person.organisation) for person in people]
        for name, count in Counter(own).items():
            if name and count > programme.per_organisation:
                limits[f"o\0{name}"] = programme.per_organisation
        for row, name in enumerate(own):
            cells[row].append(f"o\0{name}")
    for number, group in enumerate(programme.apart):
        limits[f"a\0{number}"] = 1
        for one in group:
            cells[at[one]].append(f"a\0{number}")
    names = tuple(sorted(limits))
    return _table(cells, names), np.array([limits[name] for name in names], dtype=np.int64)


def _round(
    programme: Programme, people: Sequence[Person], sums: Ints, own: tuple[int, ...],
    needed: dict[str, str], unwished: int, names: list[str],
) -> Round:
    meetings = [programme.meetings[at] for at in own]
    may = np.ones((len(people), len(meetings)), dtype=np.int64)
    cost = np.zeros_like(may)
    for row, person in enumerate(people):
        for column, meeting in enumerate(meetings):
            may[row, column] = not any(programme.stops(person, meeting))
            rank = programme.rank(person, meeting)
            if person.wishes:
                cost[row, column] = unwished if rank is None else rank - 1
    places = np.array([meeting.places for meeting in meetings], dtype=np.int64)
    room = max(1, int(places.sum()))
    return Round(
        own, sums @ (1 - may) == 0, sums @ cost, places,
        np.array([meeting.fewest for meeting in meetings], dtype=np.int64),
        np.array([[_need(meeting, key) for key in needed] for meeting in meetings],
                 dtype=np.int64).reshape(len(meetings), len(needed)),
        np.array([names.index(_subject(meeting)) for meeting in meetings], dtype=np.int64),
        len(people) * places // room, -(-len(people) * places // room),
    )


def _need(meeting: Meeting, key: str) -> int:
    return next((count for name, count in meeting.needs.items() if fold(name) == key), 0)
