"""One statement as plain quotas: which cells its groups are, and how many seats they get.

From a statement, the columns it speaks of and the size to a `Part`; called by
`sortition.rules.stating`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from sortition.errors import Issue
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.fields import Field
from sortition.rules.quotas import CROSS, Quota, join_union, split_union
from sortition.rules.role_quotas import role_quotas
from sortition.rules.roles import MOST_ROLES, RoleSeats
from sortition.rules.seats import Note, Seats, group_name, share_seats, spread_seats
from sortition.rules.statements import (
    EachAtMost,
    Group,
    Shares,
    Spread,
    Statement,
    speaks_of_everyone,
    stated_groups,
)

__all__ = ["Part", "issue", "part_of"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one statement comes to."""

    quotas: Sequence[Quota] = ()
    notes: Sequence[Note] = ()
    issues: Sequence[Issue] = ()
    roles: Sequence[RoleSeats] = ()


def part_of(
    statement: Statement, sound: Sequence[Statement], fields: Mapping[str, Field], pool: Pool,
    sizes: tuple[int, int], beside: Sequence[Mapping[str, str]], lot: str,
) -> Part:
    """Return the quotas of one statement, or what is wrong with it.

    Parameters
    ----------
    statement
        One of `sound`.
    sound
        All statements that can be understood: a group that another one names is a group here too.
    fields
        By folded feature, what people's cells say.
    pool
        The people.
    sizes
        Smallest and largest number of seats.
    beside
        People who sit outside the lottery and count: their value in each feature.
    lot
        The text that decides between equal remainders.
    """
    if isinstance(statement, EachAtMost):
        return _each_at_most(statement, fields[fold(statement.of)], beside)
    own = [fields[fold(name)] for name in statement.features]
    if isinstance(statement, Shares):
        several = own[0].several and len(own) == 1
        if several and statement.whole and not statement.one_seat_each:
            return Part(issues=[issue(statement, "shares-several", "shares-several-is",
                                      feature=own[0].name)])
        overlap = [] if statement.one_seat_each else _overlaps(statement)
        seats = share_seats(statement, sizes, lot)
        if overlap or seats.issues:
            return Part(issues=[*overlap, *seats.issues])
        if statement.one_seat_each:
            return _one_seat_each(statement, own[0], seats, pool, sizes, beside)
    else:
        groups = _groups(statement, own, sound)
        weights = _weights(statement, own, groups, pool)
        if not groups or (statement.spread != "even" and not any(weights)):
            return Part(issues=[issue(statement, "population-none")])
        seats = spread_seats(statement, groups, weights, sizes, lot)
    if seats.issues:
        return Part(issues=seats.issues)
    quotas = [
        replace(_quota(own, group, lower, upper, statement.row), open=at in seats.open)
        for at, (group, lower, upper) in enumerate(
            zip(seats.groups, seats.lower, seats.upper, strict=True)
        )
    ]
    notes = [*seats.notes, *_full(statement, own, seats, sizes)]
    if any(column.several for column in own):
        notes.append(_note(statement, "note-several"))
    return Part(quotas, notes)


def _groups(
    statement: Spread, own: Sequence[Field], sound: Sequence[Statement]
) -> tuple[Group, ...]:
    """Return the groups to spread over."""
    stated = stated_groups(statement)
    if stated is not None:
        return stated
    by_key = {fold(name): values for name, values in statement.values.items()}
    choices = []
    for column in own:
        key = fold(column.name)
        alone = (
            stated_groups(s) for s in sound
            if s is not statement and speaks_of_everyone(s)
            and [fold(name) for name in s.features] == [key]
        )
        elsewhere = next((groups for groups in alone if groups is not None), None)
        if key in by_key:
            choices.append(tuple(split_union(value) for value in by_key[key]))
        elif elsewhere is not None:
            choices.append(tuple(group[0] for group in elsewhere))
        else:
            choices.append(tuple((value,) for value in column.values))
    return tuple(product(*choices))


def _weights(
    statement: Spread, own: Sequence[Field], groups: Sequence[Group], pool: Pool
) -> tuple[int, ...]:
    """Return the population of each group: as stated, or the people who signed up."""
    if statement.populations is not None:
        return tuple(statement.populations.values())
    if statement.spread == "even":
        return (1,) * len(groups)
    inside = [
        np.all([c.mask(pool, values) for c, values in zip(own, group, strict=True)], axis=0)
        for group in groups
    ]
    return tuple(int(people.sum()) for people in inside)


def _quota(
    own: Sequence[Field], group: Group, lower: int, upper: int, row: int | None
) -> Quota:
    """Return the quota of a group, in cells of the list of people."""
    pairs = list(zip(own, group, strict=True))
    where = tuple((column.name, column.holding(values)) for column, values in pairs)
    label = CROSS.join(f"{column.name}: {join_union(values)}" for column, values in pairs)
    plain = Quota(where, lower, upper, row)
    return plain if plain.name == label else replace(plain, label=label)


def _overlaps(statement: Shares) -> list[Issue]:
    """Return an issue for every value that stands in two groups that are to be the whole panel."""
    if not statement.whole or len(statement.features) > 1:
        return []
    times = Counter(fold(value) for group in statement.groups for value in set(group[0]))
    return [
        issue(statement, "group-overlap", feature=statement.features[0], value=value)
        for value, count in times.items()
        if count > 1
    ]


def _full(
    statement: Shares | Spread, own: Sequence[Field], seats: Seats, sizes: tuple[int, int]
) -> list[Note]:
    """Return a note if people who count for no group find every seat taken."""
    blank = len(own) == 1 and own[0].outside and own[0].people.get("")
    full = speaks_of_everyone(statement) and sum(seats.lower) >= sizes[1]
    return [_note(statement, "note-outside-none")] if blank and full else []


def _each_at_most(
    statement: EachAtMost, own: Field, beside: Sequence[Mapping[str, str]]
) -> Part:
    """Return a quota for every value that more people have than may serve."""
    people: Counter[str] = Counter()
    for cell, count in own.people.items():
        people.update(dict.fromkeys(own.held[cell], count))
    for person in beside:
        people.update(own.held[own.cell(person.get(fold(own.name), ""))].keys())
    spelled = {fold(value): value for value in own.values}
    # The commonest value is always there, so that the rule can be seen.
    common = max(spelled, key=lambda key: (people[key], key), default=None)
    many = [key for key in spelled if people[key] > statement.most or key == common]
    params = {"feature": own.name, "most": statement.most,
              "count": sum(people[key] > statement.most for key in many)}
    return Part(
        [_quota([own], ((spelled[key],),), 0, statement.most, statement.row) for key in many],
        [Note("note-at-most", params, statement.file, statement.row)],
    )


def _one_seat_each(
    statement: Shares, own: Field, seats: Seats, pool: Pool, sizes: tuple[int, int],
    beside: Sequence[Mapping[str, str]],
) -> Part:
    """Return the quotas that hold exactly when everyone can be given a seat of one of their roles.

    People whose cell is blank, where that is allowed, get a place of their own behind the roles.
    """
    names = [group_name(group) for group in seats.groups]
    if len(names) > MOST_ROLES:
        return Part(issues=[issue(statement, "roles-many", "roles-many-is", feature=own.name,
                                  count=len(names), most=MOST_ROLES)])
    lower, upper = list(seats.lower), list(seats.upper)
    if own.outside:
        names.append("")
        lower.append(0)
        upper.append(sizes[1])
    keys = [set(map(fold, group[0])) for group in seats.groups]
    cells = {
        cell: tuple(at for at, key in enumerate(keys) if key & held.keys())
        or ((len(keys),) if own.outside and not held else ())
        for cell, held in own.held.items()
    }
    column = pool.features.index(own.name)
    made = RoleSeats(
        own.name, tuple(names), tuple(lower), tuple(upper),
        {person: cells[pool.values[column][code]]
         for person, code in zip(pool.ids, pool.codes[:, column], strict=True)},
        tuple(cells[own.cell(person.get(fold(own.name), ""))] for person in beside),
        cells, statement.row,
    )
    quotas = role_quotas(made, sizes)
    notes = [*seats.notes, *_full(statement, [own], seats, sizes)]
    if len(quotas) > len(seats.groups):
        notes.append(_note(statement, "note-roles"))
    return Part(quotas, notes, (), [made])


def issue(
    statement: Statement, code: str, suggestion: str | None = None, **params: object
) -> Issue:
    """Return an issue that stands where the statement does."""
    return Issue(code, params, statement.file, statement.row, suggestion=suggestion)


def _note(statement: Shares | Spread, code: str) -> Note:
    params = {"feature": CROSS.join(statement.features)}
    return Note(code, params, statement.file, statement.row)
