"""Columns made from columns: a `Table` in, the same rows with a cell changed or added out.

Aliases that the user chose, age bands from ages or birth dates, areas from postcodes. Called
between reading a list and making a `Pool` of it. Whoever cannot be placed is an issue by row;
birth dates and addresses are never repeated in a message.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sortition.errors import Gathered, InputError, Issue, PoolError
from sortition.files.headings import find_column, missing_column, required_column
from sortition.files.tables import Table, fold
from sortition.people.ages import (
    OLDEST,
    Band,
    age_on,
    parse_bands,
    parse_birth_date,
    parse_birth_year,
    years_of_birth,
)
from sortition.people.homes import normalise_postcode

__all__ = ["with_aliases", "with_area", "with_bands", "with_listed"]

_AGE = re.compile(r"\d{1,3}")
_PART = r"[1-9][0-9]{3}(?:\s*[A-Za-z]{2})?"
_RANGE = re.compile(rf"({_PART})(?:\s*(?:-|–|t/m)\s*({_PART}))?")
# Headers of a table of areas, folded.
_FROM = ("van", "vanaf", "from")
_TO = ("tot en met", "t/m", "tot", "to")
_CODES = ("postcode", "postcodes", "pc4", "pc", "prefix")


def with_aliases(table: Table, column: str, aliases: Mapping[str, str]) -> Table:
    """Replace spellings by the values that the user says they stand for.

    Parameters
    ----------
    table
        People.
    column
        Header of the column.
    aliases
        From a spelling (compared by `fold`) to the value that is meant. Each cell is replaced
        once: a → b and b → c leave b where a stood. Spellings that do not occur change nothing.

    Raises
    ------
    PoolError
        If there is no such column.
    InputError
        If two spellings that are one by `fold` stand for different values.

    Examples
    --------
    >>> people = Table(("plaats",), (("Etten- Leur",), ("Zeist",)), (2, 3))
    >>> with_aliases(people, "plaats", {"etten- leur": "Etten-Leur"}).column("plaats")
    ('Etten-Leur', 'Zeist')
    """
    own = required_column(table, column)
    meant: dict[str, str] = {}
    issues = [
        Issue("alias-twice", {"value": wrong[:60], "one": meant[fold(wrong)], "other": right},
              column=own, suggestion="alias-once")
        for wrong, right in aliases.items()
        if fold(meant.setdefault(fold(wrong), right)) != fold(right)
    ]
    if issues:
        raise InputError(issues)
    at = table.columns.index(own)
    rows = tuple(
        (*row[:at], meant.get(fold(row[at]), row[at]), *row[at + 1:]) for row in table.rows
    )
    return replace(table, rows=rows)


def with_bands(
    table: Table, column: str, bands: Sequence[str], *, on: date | None = None,
    into: str = "age band",
) -> Table:
    """Add a column with everyone's age band on a stated day, or their band of years of birth.

    A blank cell stays blank: where it counts is for the quotas to say.

    Parameters
    ----------
    table
        People.
    column
        Header of their ages (whole years) or birth dates; see
        `sortition.people.ages.parse_birth_date`. For bands of years, of years of birth.
    bands
        Such as ``["16-29", "30-64", "65+"]``, or years of birth: ``["1940-1996", "1997-2010"]``.
    on
        The day on which ages count. Ages, other than birth dates, are taken as they stand.
        Whoever was born on 29 February grows older on 1 March where there is no such day.
        None for bands of years, which say nothing of an age on a day.
    into
        Header of the new column.

    Raises
    ------
    InputError
        If the bands overlap, leave a gap or cannot be read, if there is a day with bands of years,
        or none with bands of ages.
    PoolError
        With every row whose cell is no age or date, a day that does not exist, lies after
        `on` or more than 120 years before it, or whose age is in no band. For bands of years, with
        every row whose cell is no year, one in no band, or more than 120 before the last of them.

    Examples
    --------
    >>> people = Table(("geboren",), (("1-6-1996",), ("2-6-1996",)), (2, 3))
    >>> with_bands(people, "geboren", ["16-29", "30+"], on=date(2026, 6, 1)).column("age band")
    ('30+', '16-29')
    """
    parsed = parse_bands(bands)
    if parsed[0].of_years == (on is not None):
        raise InputError([Issue("project-column", {"name": into}, suggestion="project-column-is")])
    return _derived(table, column, into, lambda cell: (
        "" if not cell.strip() else _years_of(cell, parsed) if on is None
        else _band_of(cell, parsed, on)
    ))


def with_area(table: Table, column: str, areas: Table, *, into: str = "area") -> Table:
    """Add a column with the area in which everyone's postcode lies; blank where that is blank.

    Parameters
    ----------
    table
        People.
    column
        Header of their postcodes. Four digits alone will do where the area holds all of them.
    areas
        A row per range. Either a column ``postcode`` with cells such as ``6411``, ``6411-6419``,
        ``6411 AB`` or ``6411 AA-6411 KZ``, or two columns, ``van`` and ``tot en met`` (or
        ``from`` and ``to``), both ends included; and one more column, the area.
    into
        Header of the new column.

    Raises
    ------
    InputError
        If `areas` has other columns, a row that is no range, or ranges of two areas that overlap.
    PoolError
        With every row whose postcode is no postcode, or in no range.

    Examples
    --------
    >>> areas = Table(("postcode", "wijk"), (("6411-6419", "Noord"), ("6421", "Zuid")), (2, 3))
    >>> people = Table(("postcode",), (("6412ab",), ("6421 XZ",)), (2, 3))
    >>> with_area(people, "postcode", areas).column("area")
    ('Noord', 'Zuid')
    """
    ranges = _ranges(areas)
    lows = [own.low for own in ranges]
    return _derived(table, column, into, lambda cell: _area_of(cell, ranges, lows))


def with_listed(
    table: Table, column: str, who: Table, words: Sequence[str], *, into: str = "member"
) -> Table:
    """Add a column that says who is on a list, such as that of the present members.

    Parameters
    ----------
    table
        People.
    column
        Header of their ids; in the other list the same one, or else a usual one.
    who
        The other list, of which not all need be here.
    words
        The value of those who are on it, and that of all others.
    into
        Header of the new column.

    Raises
    ------
    PoolError
        If either list has no such column.

    Examples
    --------
    >>> people = Table(("id",), (("a",), ("b",)), (2, 3))
    >>> with_listed(people, "id", Table(("id",), (("b",),), (2,)), ["lid", "nieuw"]).rows
    (('a', 'nieuw'), ('b', 'lid'))
    """
    own = who.find(column) or find_column(who, "id")
    if own is None:
        raise PoolError([missing_column(who, column)])
    listed = set(who.column(own)) - {""}
    return _derived(table, column, into, lambda cell: words[0] if cell in listed else words[1])


def _derived(
    table: Table, column: str, into: str, value_of: Callable[[str], str | Issue]
) -> Table:
    """Return the table with a column made cell by cell, or raise every issue with its row."""
    own = required_column(table, column)
    there = table.find(into)  # perhaps in capitals, which is the same column
    if there is not None:
        raise PoolError(
            [Issue("derived-exists", {"name": there}, table.file, column=there,
                   suggestion="derived-rename")]
        )
    memo: dict[str, str | Issue] = {}
    made = []
    issues = Gathered()
    for cell, number in zip(table.column(own), table.numbers, strict=True):
        if cell not in memo:
            memo[cell] = value_of(cell)
        value = memo[cell]
        if isinstance(value, Issue):
            issues.add(replace(value, file=table.file, row=number, column=own))
        else:
            made.append(value)
    if issues:
        raise PoolError(issues.issues)
    rows = tuple((*row, value) for row, value in zip(table.rows, made, strict=True))
    return replace(table, columns=(*table.columns, into), rows=rows)


def _band_of(cell: str, bands: Sequence[Band], on: date) -> str | Issue:
    """Return the label of the band of an age or birth date, or what is wrong with the cell."""
    words = cell.strip()
    if parse_birth_year(words) is not None:
        years = ", ".join(f'"{label}"' for label in years_of_birth(bands, on.year))
        return Issue("birth-year", {"bands": years, "year": on.year}, suggestion="birth-year-bands")
    if _AGE.fullmatch(words):
        age = int(words)
    else:
        born = parse_birth_date(words)
        if isinstance(born, str):
            short = born == "birth-short-year"
            return Issue(born, suggestion="birth-full-year" if short else "birth-forms")
        if born > on:
            return Issue("birth-future", {"day": on.isoformat()}, suggestion="birth-check")
        age = age_on(born, on)
    if age > OLDEST:
        return Issue("birth-too-old", {"oldest": OLDEST}, suggestion="birth-check")
    labels = ", ".join(band.label for band in bands)
    band = next((band for band in bands if band.holds(age)), None)
    return band.label if band else Issue("band-outside", {"bands": labels}, suggestion="band-widen")


def _years_of(cell: str, bands: Sequence[Band]) -> str | Issue:
    """Return the label of the band of a year of birth, or what is wrong with the cell."""
    year = parse_birth_year(cell)
    if year is None:
        return Issue("birth-year-form", suggestion="birth-year-forms")
    first = bands[-1].last - OLDEST
    if year < first:  # a slip of the pen, which an open first band would take in
        return Issue("birth-year-early", {"first": first}, suggestion="birth-check")
    band = next((band for band in bands if band.holds(year)), None)
    labels = ", ".join(one.label for one in bands)
    if band is None:
        return Issue("birth-year-outside", {"bands": labels}, suggestion="band-widen")
    return band.label


@dataclass(frozen=True, slots=True)
class _Range:
    """Postcodes from `low` to `high`, as printed, and the area they lie in."""

    low: str
    high: str
    area: str
    row: int


def _area_of(cell: str, ranges: Sequence[_Range], lows: Sequence[str]) -> str | Issue:
    """Return the area of a postcode, or what is wrong with it."""
    if not cell.strip():
        return ""
    low, high = _ends(cell.strip())
    if not low:
        return Issue("postcode-form", suggestion="postcode-forms")
    at = bisect_right(lows, low) - 1
    if at < 0 or high > ranges[at].high:
        return Issue("postcode-outside", suggestion="postcode-add")
    return ranges[at].area


def _ends(words: str) -> tuple[str, str]:
    """Return the first and last postcode of four digits, or a postcode twice, or blanks."""
    if re.fullmatch(r"[1-9][0-9]{3}", words):
        return f"{words} AA", f"{words} ZZ"
    whole = normalise_postcode(words) or ""
    return whole, whole


def _ranges(areas: Table) -> tuple[_Range, ...]:
    """Return the ranges of the table in order, those of one area that overlap as one."""
    low, high, area = _area_columns(areas)
    cells = zip(
        areas.column(low), areas.column(high) if high else areas.column(low), areas.column(area),
        areas.numbers, strict=True,
    )
    issues = []
    found = []
    for one, other, name, number in cells:
        if not (one or other or name):
            continue
        parts = _RANGE.fullmatch(one if high is None else f"{one} - {other or one}")
        first = _ends(parts[1])[0] if parts else ""
        last = _ends(parts[2] or parts[1])[1] if parts else ""
        if not (first and last and first <= last and name):
            issues.append(Issue("area-row", {}, areas.file, number, suggestion="area-rows"))
        else:
            found.append(_Range(first, last, name, number))
    merged: list[_Range] = []
    for own in sorted(found, key=lambda own: (own.low, own.high, own.row)):
        before = merged[-1] if merged else None
        if before is None or own.low > before.high:
            merged.append(own)
        elif fold(before.area) == fold(own.area):
            merged[-1] = replace(before, high=max(before.high, own.high))
        else:
            params = {"one": before.area, "other": own.area, "first": before.row}
            issues.append(
                Issue("area-overlap", params, areas.file, own.row, suggestion="area-apart")
            )
    if issues:
        raise InputError(issues)
    return tuple(merged)


def _area_columns(areas: Table) -> tuple[str, str | None, str]:
    """Return the headers of the first postcode, the last (None: in one cell) and the area."""
    keys = {fold(column): column for column in areas.columns}
    low = next((keys[key] for key in _FROM if key in keys), None)
    high = next((keys[key] for key in _TO if key in keys), None)
    if low is None or high is None:
        low, high = next((keys[key] for key in _CODES if key in keys), None), None
    rest = [column for column in areas.columns if column not in (low, high)]
    if low is None or not rest:
        params = {"columns": ", ".join(areas.columns)}
        raise InputError([Issue("area-header", params, areas.file, suggestion="area-headers")])
    return low, high, rest[0]
