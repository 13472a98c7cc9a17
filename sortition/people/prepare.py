"""From the list as it was read to the list that is drawn from, as a project file asks for it.

Double sign-ups, people who may not be drawn, columns that are changed or made. Called by
`sortition.rules.project` before a `Pool` is made; everything done is in the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.errors import InputError, Issue
from sortition.files.headings import find_column
from sortition.files.paths import path_from
from sortition.files.readers import read_table
from sortition.files.tables import Table
from sortition.people.duplicates import (
    Dropped,
    duplicate_issues,
    find_duplicates,
    settle,
    without_rows,
)

if TYPE_CHECKING:
    from sortition.people.exclude import Left
    from sortition.people.places import Change
    from sortition.people.served import Served

__all__ = ["Among", "Column", "Exclude", "Prepared", "prepare", "with_columns"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is made from another one, or whose cells are changed.

    Parameters
    ----------
    name
        Its header.
    source
        The column it is made from; None for a column of the list itself.
    bands, on
        Age bands, and the day on which ages count; or bands of years of birth, without a day.
    areas
        File with the areas in which postcodes lie.
    listed, words
        File of people, and what the cell says of those who are on it and of all others.
    aliases
        Spelling → value.
    places
        Whether the values are Dutch municipalities, to be written as CBS does.
    separator, unknown
        What every quota on this column says of its cells, unless it says something else.
    """

    name: str
    source: str | None = None
    bands: tuple[str, ...] = ()
    on: date | None = None
    areas: str | None = None
    listed: str | None = None
    words: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    places: bool = False
    separator: str | None = None
    unknown: str | None = None

    @classmethod
    def of(cls, name: str, values: Mapping[str, Any], folder: Path) -> Column:
        """Return the column that a table of a project file states; paths are relative to it."""
        on, areas, listed = values.get("on"), values.get("areas"), values.get("listed")
        return cls(
            name, values.get("from"), tuple(values.get("bands", ())),
            date.fromisoformat(on) if isinstance(on, str) else on,
            None if areas is None else str(folder / areas),
            None if listed is None else str(folder / listed), tuple(values.get("words", ())),
            values.get("aliases", {}),
            values.get("places", False), values.get("separator"), values.get("unknown"),
        )

    def to_dict(self, folder: str) -> dict[str, Any]:
        """Return what makes its cells as plain data, for `of`; paths relative to a folder."""
        stated = {
            "name": self.name, "from": self.source, "bands": list(self.bands),
            "on": self.on and self.on.isoformat(),
            "areas": self.areas and path_from(folder, self.areas),
            "listed": self.listed and path_from(folder, self.listed),
            "words": list(self.words),
            "aliases": dict(self.aliases), "places": self.places,
        }
        return {key: value for key, value in stated.items() if value}


@dataclass(frozen=True, slots=True)
class Exclude:
    """People who may not be drawn.

    Parameters
    ----------
    reason
        In the user's words.
    ids
        Who, by id; each must be in the list.
    file
        A file with a column of ids, of whom not all need be in the list.
    housemates
        Whether those who live with them may not be drawn either.
    """

    reason: str
    ids: tuple[str, ...] = ()
    file: str | None = None
    housemates: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """The people among whom alone is drawn: those of an earlier panel who are still there.

    Parameters
    ----------
    ids
        Who.
    reason
        Why the others may not be drawn.
    file
        Where it says who; None where they were given.
    """

    ids: frozenset[str]
    reason: str
    file: str | None = None

    def excludes(self, table: Table, id_column: str | None) -> tuple[Exclude, ...]:
        """Return those who are not among them; none where nobody is left out."""
        ids = table.column(id_column) if id_column else tuple(map(str, table.numbers))
        others = tuple(own for own in ids if own and own not in self.ids)
        return (Exclude(self.reason, others),) if others else ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The list to draw from, and what became of the rest.

    Parameters
    ----------
    table
        People and columns as they count.
    doubles
        Rows that were dropped as double sign-ups.
    questions
        Double sign-ups that nobody has decided on.
    left
        People who may not be drawn.
    changes
        Names of municipalities that were written otherwise.
    """

    table: Table
    doubles: tuple[Dropped, ...] = ()
    questions: tuple[Issue, ...] = ()
    left: tuple[Left, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def rows_out(self) -> tuple[int, ...]:
        """The numbers of the rows that are not in the list any more, in order."""
        return tuple(sorted([*(one.row for one in self.doubles), *(one.row for one in self.left)]))


def prepare(
    table: Table,
    *,
    id: str | None = None,  # noqa: A002 - the word users know
    household: Sequence[str] = (),
    columns: Sequence[Column] = (),
    exclude: Sequence[Exclude] = (),
    duplicates: str | None = None,
    keep_rows: Sequence[int] = (),
    served: Served | None = None,
    among: Among | None = None,
) -> Prepared:
    """Settle double sign-ups, then leave people out, then change and make columns.

    Parameters
    ----------
    table
        People.
    id, household
        Headers, as for `sortition.read_pool`.
    columns, exclude
        In the order in which they are done.
    duplicates, keep_rows
        As ``choice`` and ``keep`` of `sortition.settle`. When neither is given every row stays
        and the double sign-ups are questions.
    served
        Who may not be drawn because they served before.
    among
        Who alone may be drawn.

    Raises
    ------
    InputError
        With every issue of the first of these steps that has any.
    """
    doubles: tuple[Dropped, ...] = ()
    questions: tuple[Issue, ...] = ()
    if duplicates is not None or keep_rows:
        settled = settle(table, duplicates, keep_rows, id)
        if duplicates != "keep-both":  # pairs that are not sure stay, which is not to be silent
            open_ = [own for own in settled.both if not set(own.rows) <= set(keep_rows)]
            questions = tuple(duplicate_issues(table, open_))
        table, doubles = settled.table, settled.dropped
    elif id is None or table.find(id):  # else the missing column is told with the rest
        questions = tuple(duplicate_issues(table, find_duplicates(table, id)))
    if among is not None or served is not None:
        named = find_column(table, "id") if id is None else table.find(id)
        if among is not None:
            exclude = (*exclude, *among.excludes(table, named))
        if served is not None and (id is None or named):
            gone, unknown = served.leaving(table, named)
            exclude = (*exclude, *(Exclude(reason, tuple(own)) for reason, own in gone))
            questions = (*questions, *unknown)
    left: tuple[Left, ...] = ()
    if exclude:
        table, left = _without_all(table, exclude, id, household)
    table, changes = with_columns(table, columns)
    return Prepared(table, doubles, questions, left, changes)


def with_columns(
    table: Table, columns: Sequence[Column]
) -> tuple[Table, tuple[Change, ...]]:
    """Return the list with each column changed or made, and the municipalities rewritten.

    Raises
    ------
    InputError
        With every issue of all columns.
    """
    changes: list[Change] = []
    issues: list[Issue] = []
    for column in columns:
        try:
            table, rewritten = _with_column(table, column)
        except InputError as error:
            issues += error.issues
            continue
        changes += rewritten
    if issues:
        raise InputError(issues)
    return table, tuple(changes)


def _without_all(
    table: Table, exclude: Sequence[Exclude], own_id: str | None, household: Sequence[str]
) -> tuple[Table, tuple[Left, ...]]:
    """Return the list without those who may not be drawn, whichever list names them first."""
    from sortition.people.exclude import without

    left: list[Left] = []
    issues: list[Issue] = []
    whole = table
    for one in exclude:
        homes = household if one.housemates else ()
        try:
            who = read_table(one.file) if one.file else one.ids
            # Named in two lists is no mistake: each list is held against the whole one.
            found = without(whole, who, one.reason, id=own_id, household=homes,
                            strangers=one.file is not None).left
        except InputError as error:
            issues += error.issues
            continue
        known = {gone.row for gone in left}
        left += [gone for gone in found if gone.row not in known]
    if issues:
        raise InputError(issues)
    rows = {gone.row for gone in left}
    return without_rows(table, rows), tuple(sorted(left, key=lambda gone: gone.row))


def _with_column(table: Table, column: Column) -> tuple[Table, tuple[Change, ...]]:
    from sortition.people.derive import with_aliases, with_area, with_bands, with_listed
    from sortition.people.places import normalise_places, place_issues

    if column.bands and column.source:
        table = with_bands(table, column.source, column.bands, on=column.on, into=column.name)
    if column.areas and column.source:
        table = with_area(table, column.source, read_table(column.areas), into=column.name)
    if column.listed and column.source:
        table = with_listed(
            table, column.source, read_table(column.listed), column.words, into=column.name
        )
    if column.aliases or not (column.source or column.places):
        table = with_aliases(table, column.name, column.aliases)  # which also finds the column
    if not column.places:
        return table, ()
    issues = place_issues(table, column.name)
    if issues:
        raise InputError(issues)
    return normalise_places(table, column.name)
