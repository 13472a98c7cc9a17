"""From statements and a pool to plain quotas: ``state(statements, pool, size) -> Stated``.

Everything people say in shares, spreads and roles becomes whole numbers of seats here, before
`sortition.engine.problem.compile`; each rounding and each decision by lot is a note for the user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sortition.display import span
from sortition.errors import InputError, Issue
from sortition.files.cells import tidy
from sortition.files.spelling import loosen, nearest
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.fields import Field
from sortition.rules.parts import Part, issue, part_of
from sortition.rules.quotas import Quota, Quotas, join_union, size_range, split_union
from sortition.rules.role_quotas import less_seated, merged, seated_in
from sortition.rules.roles import RoleSeats
from sortition.rules.seats import Note
from sortition.rules.statements import (
    EachAtMost,
    Shares,
    Spread,
    Statement,
    counts_as,
    speaks_of_everyone,
    stated_groups,
)

__all__ = ["Note", "Stated", "state"]


@dataclass(frozen=True, slots=True)
class Stated:
    """Statements as plain quotas.

    Parameters
    ----------
    quotas
        For `sortition.compile`.
    notes
        Every rounding, decision by lot and derived bound.
    roles
        The seats of each feature of which everyone fills one, for `sortition.assign_roles`.
    """

    quotas: Quotas
    notes: tuple[Note, ...] = ()
    roles: tuple[RoleSeats, ...] = ()


def state(
    statements: Sequence[Statement],
    pool: Pool,
    size: int | tuple[int, int],
    *,
    per_household: int = 1,
    include: Sequence[str] = (),
    counted: Sequence[Mapping[str, str]] = (),
    lot: str = "",
    besides: Sequence[Quota] = (),
) -> Stated:
    """Turn statements into quotas of whole numbers of seats.

    Parameters
    ----------
    statements
        In any order.
    pool
        The volunteers.
    size
        Seats on the panel, or the smallest and largest number allowed.
    per_household
        How many members of one household may serve together.
    include
        Ids of people who are on every panel; they count for the quotas and fill seats.
    counted
        People who sit on the panel outside the lottery, each as feature → value: they fill a seat
        and count for the quotas, so that fewer are left to draw.
    lot
        Text, fixed beforehand, that decides which of equal remainders is rounded up.
    besides
        Quotas in whole seats that hold as well, such as those of a file.

    Returns
    -------
    Stated

    Raises
    ------
    InputError
        With every issue of all statements.

    Examples
    --------
    >>> import pandas as pd
    >>> from sortition import Pool, Shares
    >>> people = pd.DataFrame({"id": list("abcdef"), "side": ["left", "right", "middle"] * 2})
    >>> half = Shares("side", {"left": "1/2", "right|middle": "1/2"})
    >>> stated = state([half], Pool.from_frame(people), 4)
    >>> {quota.name: (quota.lower, quota.upper) for quota in stated.quotas.quotas}
    {'side: left': (2, 2), 'side: right | middle': (2, 2)}
    """
    sizes = size_range(size)
    include = [include] if isinstance(include, str) else include  # one id, and not its signs
    beside = [{fold(name): cell.strip() for name, cell in own.items()} for own in counted]
    fields, issues = _fields(statements, pool, beside)
    sound = [s for s in statements if all(fold(name) in fields for name in s.features)]
    parts = [part_of(statement, sound, fields, pool, sizes, beside, lot) for statement in sound]
    parts.append(_field_notes(sound, fields))
    file = next((s.file for s in sound if s.file), None)
    quotas, clashes = merged(
        [*besides, *(quota for part in parts for quota in part.quotas)], file
    )
    quotas, used_up = _without(quotas, beside, file)
    ids, strangers = _included(include, pool, sizes)
    issues += [issue for part in parts for issue in part.issues]
    issues += [*clashes, *used_up, *strangers, *_value_issues(sound, fields, pool, beside)]
    if issues:
        raise InputError(issues)
    roles = tuple(role for part in parts for role in part.roles)
    left = (sizes[0] - len(beside), sizes[1] - len(beside))
    notes = [note for part in parts for note in part.notes]
    notes += _near_notes(sound, fields)
    if beside:
        notes.append(Note("note-counted", {"count": len(beside), "size": span(left)}))
    if ids:
        notes.append(Note("note-include", {"count": len(ids[0].where[0][1])}))
    return Stated(
        Quotas(left, (*quotas, *ids), per_household, file,
               outside=_outside(sound, fields, quotas, ids), roles=roles, seated=tuple(beside)),
        tuple(notes), roles,
    )


def _fields(
    statements: Sequence[Statement], pool: Pool, beside: Sequence[Mapping[str, str]]
) -> tuple[dict[str, Field], list[Issue]]:
    """Return the column behind each feature that can be found, by its folded name."""
    said: dict[str, list[Statement]] = {}
    issues = []
    for statement in statements:
        for name in statement.features:
            own = pool.feature(name)
            if own is not None:
                said.setdefault(own, []).append(statement)
                continue
            near = nearest(name, pool.features)
            issues.append(issue(
                statement, "quota-feature-unknown", "did-you-mean" if near else "columns-are",
                name=name, nearest=near, columns=", ".join(pool.features),
            ))
    for number, person in enumerate(beside, 1):
        for name in person:
            if pool.feature(name) is None:
                near = nearest(name, pool.features)
                params = {"number": number, "name": name, "nearest": near,
                          "columns": ", ".join(pool.features)}
                issues.append(Issue("counted-feature", params,
                                    suggestion="did-you-mean" if near else "columns-are"))
    fields = {}
    for own, speaking in said.items():
        # What one statement says of a column holds for all that speak of it.
        found: list[str | None] = []
        for at, key in enumerate(("separator", "unknown")):
            answers = {
                answer: s for s in speaking if (answer := s.said_of(own)[at]) is not None
            }
            if len(answers) > 1:
                last = list(answers.values())[-1]
                issues.append(issue(last, "statement-two", name=key, feature=own,
                                    values=", ".join(answers)))
            found.append(next(iter(answers), None))
        cells = [person.get(fold(own), "") for person in beside]
        fields[fold(own)] = Field.of(pool, own, found[0], found[1], counts_as(found[1]), cells)
    return fields, issues


def _field_notes(sound: Sequence[Statement], fields: Mapping[str, Field]) -> Part:
    """Return how many people count outside or as another value because their cell is blank."""
    notes = []
    done = set()
    for statement in sound:
        for name in statement.features:
            own, unknown = fields[fold(name)], statement.said_of(name)[1]
            if not unknown or own.name in done or not own.people.get(""):
                continue
            done.add(own.name)
            code = "note-outside" if own.outside else "note-as"
            params = {"feature": own.name, "people": own.people[""], "value": counts_as(unknown)}
            notes.append(Note(code, params, statement.file, statement.row))
    return Part(notes=notes)


def _value_issues(
    sound: Sequence[Statement], fields: Mapping[str, Field], pool: Pool,
    beside: Sequence[Mapping[str, str]],
) -> list[Issue]:
    """Return an issue for every value that a statement should name, or names in vain."""
    issues = []
    for key, own in fields.items():
        speaking = [s for s in sound if key in map(fold, s.features)]
        if all(isinstance(s, EachAtMost) for s in speaking):
            continue
        whole = [s for s in speaking if not isinstance(s, EachAtMost) and speaks_of_everyone(s)]
        named = list(dict.fromkeys(value for s in whole for value in _named(s, key)))
        if whole and not named:  # spread over whatever occurs
            named = list(own.values)
        issues += own.strangers(pool, named or None)
        if named:
            issues += _stray_defaults(speaking, own, named)
            issues += _beside_issues(beside, own, named)
    for statement in sound:
        if isinstance(statement, EachAtMost) or speaks_of_everyone(statement):
            continue
        for name in statement.features:
            own = fields[fold(name)]
            for value in _named(statement, fold(name)):
                near = nearest(value, own.values)
                if not own.count([value]) and near:
                    ask = "value-with-bar" if "|" in near else "did-you-mean"
                    issues.append(issue(statement, "statement-unheld", ask, feature=own.name,
                                        value=value, nearest=near, written=join_union([near])))
    return issues


def _near_notes(
    sound: Sequence[Statement], fields: Mapping[str, Field]
) -> list[Note]:
    """Return a note for every two values that may be one, misspelt, and that count apart.

    Where every value must be named the misspelt one is an error already. Elsewhere both may be
    meant, so it is said and not refused.
    """
    notes = []
    for key, own in fields.items():
        speaking = [s for s in sound if key in map(fold, s.features)]
        named = {fold(value): value for s in speaking if not isinstance(s, EachAtMost)
                 for value in _named(s, key)}
        first: dict[str, str] = {loosen(value): value for value in named.values()}
        for value in own.values:
            like = first.setdefault(loosen(value), value)
            if fold(like) == fold(value) and named and fold(value) not in named:
                like = nearest(value, named.values()) or value
            if fold(like) != fold(value) and fold(value) not in named:
                params = {"feature": own.name, "value": value, "like": like,
                          "people": own.count([value])}
                notes.append(Note("note-near", params, speaking[0].file, speaking[0].row))
    return notes


def _stray_defaults(
    speaking: Sequence[Statement], own: Field, named: Sequence[str]
) -> list[Issue]:
    """Return an issue where blank cells are to count as a value that no group names."""
    known = set(map(fold, named))
    issues = []
    for statement in speaking:
        value = counts_as(statement.said_of(own.name)[1])
        if value is not None and fold(value) not in known:
            near = nearest(value, named)
            issues.append(issue(statement, "statement-as", "did-you-mean" if near else "values-are",
                                feature=own.name, value=value, nearest=near,
                                values=", ".join(named)))
    return issues


def _beside_issues(
    beside: Sequence[Mapping[str, str]], own: Field, named: Sequence[str]
) -> list[Issue]:
    """Return an issue for every person outside the lottery who counts for no group of a feature."""
    known = set(map(fold, named))
    issues = []
    for number, person in enumerate(beside, 1):
        held = own.held[own.cell(person.get(fold(own.name), ""))]
        if not held and not own.outside:
            issues.append(Issue("counted-blank", {"number": number, "feature": own.name}))
        for value in [value for key, value in held.items() if key not in known]:
            near = nearest(value, named)
            params = {"number": number, "feature": own.name, "value": value, "nearest": near,
                      "values": ", ".join(named)}
            issues.append(Issue("counted-value", params,
                                suggestion="did-you-mean" if near else "values-are"))
    return issues


def _named(statement: Shares | Spread, key: str) -> tuple[str, ...]:
    """Return the values of a feature that a statement names; none if they follow from elsewhere."""
    at = [fold(name) for name in statement.features].index(key)
    groups = stated_groups(statement)
    if groups is not None:
        return tuple(value for group in groups for value in group[at])
    listed = statement.values.items() if isinstance(statement, Spread) else ()
    unions = next((values for name, values in listed if fold(name) == key), ())
    return tuple(value for union in unions for value in split_union(union))


def _without(
    quotas: Sequence[Quota], beside: Sequence[Mapping[str, str]], file: str | None
) -> tuple[list[Quota], list[Issue]]:
    """Return the quotas less the seats of people who sit on the panel outside the lottery."""
    issues = []
    for quota in quotas:
        count = seated_in(quota, beside)
        if count > quota.upper:
            params = {"name": quota.name, "count": count, "upper": quota.upper}
            issues.append(Issue("counted-too-many", params, file, quota.row))
    return [less_seated(quota, beside) for quota in quotas], issues


def _included(
    include: Sequence[str], pool: Pool, sizes: tuple[int, int]
) -> tuple[tuple[Quota, ...], list[Issue]]:
    """Return the quota that puts people on every panel."""
    known = set(pool.ids)
    issues = []
    include = [tidy(own) for own in include]  # as the ids of the list are read
    for own in dict.fromkeys(include):
        if own not in known:
            near = nearest(own, pool.ids)
            issues.append(Issue("include-unknown", {"id": own, "nearest": near}, pool.table.file,
                                suggestion="did-you-mean" if near else None))
    ids = tuple(sorted(known & set(include)))
    if len(ids) > sizes[1]:
        issues.append(Issue("include-many", {"count": len(ids), "size": sizes[1]}))
    if not ids or issues:
        return (), issues
    return (Quota(((pool.id_column or "id", ids),), len(ids), len(ids), fixed=True),), []


def _outside(
    sound: Sequence[Statement], fields: Mapping[str, Field], quotas: Sequence[Quota],
    ids: Sequence[Quota],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the values of each feature that no quota names, on purpose.

    Where no statement speaks of everyone these are all that are left. A blank cell is among them
    if a statement says so, if the cell holds a list, or if only the commonest values are limited.
    """
    found = []
    for key, own in fields.items():
        named = {fold(v) for q in quotas for name, values in q.where if fold(name) == key
                 for v in values}
        speaking = [s for s in sound if key in map(fold, s.features)]
        blank = own.outside or own.several or all(isinstance(s, EachAtMost) for s in speaking)
        claimed = any(map(speaks_of_everyone, speaking)) and not own.several
        left = tuple(
            cell for cell in own.cells
            if fold(cell) not in named and (blank if not fold(cell) else not claimed)
        )
        if left:
            found.append((own.name, left))
    return (*found, *((quota.where[0][0], ()) for quota in ids))
