"""Dutch municipalities: a name, an official other name or a code in, the municipality out.

The names stand in ``places.toml``, with their source and what they do not cover. Called before
quotas are compared with a column of municipalities. Only what is exact is put right; a former
municipality or a near miss is an issue with a suggestion, because the answer decides whose seat
somebody may fill.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from sortition.errors import Issue
from sortition.files.headings import required_column
from sortition.files.spelling import loosen, nearest
from sortition.files.tables import Table, fold
from sortition.messages import some_rows

__all__ = [
    "Change", "Place", "WasPlace", "find_place", "former_place", "near_places", "normalise_places",
    "place_issues",
]

_CODE = re.compile(r"(?:gm)?0*(\d{1,4})")  # Excel takes the zeros off 0917
_WORD = re.compile(r"^gemeente\s+|\s*\(gemeente\)$")


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality of today.

    Parameters
    ----------
    name
        As CBS writes it.
    code
        Of CBS, ``GM`` and four digits.
    """

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class WasPlace:
    """A municipality that is none any more.

    Parameters
    ----------
    name
        What it was called.
    into
        The municipalities its inhabitants live in now; more than one when it was divided.
    since
        The year of the change; where changes followed each other, of the first.
    """

    name: str
    into: tuple[str, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Change:
    """One spelling that was put right, for the user to see.

    Parameters
    ----------
    before, after
        The cell as it was and as it is.
    rows
        Numbers of the rows that had it.
    """

    before: str
    after: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Atlas:
    """``places.toml``, keyed as it is looked up."""

    by_code: dict[str, Place]
    by_name: dict[str, Place]  # names and aliases, folded
    former: dict[str, WasPlace]  # folded
    spellings: dict[str, Place]  # one spelling per loose form, to choose the nearest from


@cache
def _atlas() -> _Atlas:
    source = resources.files("sortition.people") / "places.toml"
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    by_code = {code: Place(name, code) for code, name in data["municipalities"].items()}
    by_name = {fold(place.name): place for place in by_code.values()}
    spellings = {place.name: place for place in by_code.values()}
    forms = {loosen(name) for name in spellings}
    for name, aliases in data["aliases"].items():
        for alias in aliases:
            by_name[fold(alias)] = by_name[fold(name)]
            if loosen(alias) not in forms:
                forms.add(loosen(alias))
                spellings[alias] = by_name[fold(name)]
    former = {
        fold(name): WasPlace(name, tuple(entry["into"]), entry["since"])
        for name, entry in data["former"].items()
    }
    return _Atlas(by_code, by_name, former, spellings)


def find_place(words: str) -> Place | None:
    """Return the municipality that `words` name exactly, or None.

    Exact are the name, an official other name and the code, whatever the case, extra spaces and
    kind of apostrophe, with or without the word “gemeente”. A name that two municipalities share
    is none of them; `near_places` tells which.

    Examples
    --------
    >>> find_place("den haag")
    Place(name="'s-Gravenhage", code='GM0518')
    >>> find_place("917").name
    'Heerlen'
    >>> find_place("Bergen") is None
    True
    """
    atlas = _atlas()
    key = _WORD.sub("", fold(words))
    if code := _CODE.fullmatch(key):
        return atlas.by_code.get(f"GM{int(code[1]):04d}")
    return atlas.by_name.get(key)


def former_place(words: str) -> WasPlace | None:
    """Return the municipality that `words` named in the past, or None.

    Examples
    --------
    >>> former_place("Uden")
    WasPlace(name='Uden', into=('Maashorst',), since=2022)
    """
    return _atlas().former.get(_WORD.sub("", fold(words)))


def near_places(words: str) -> tuple[Place, ...]:
    """Return the municipalities that `words` may stand for: none, one, or those that share it.

    Examples
    --------
    >>> [place.name for place in near_places("Etten- Leur")]
    ['Etten-Leur']
    >>> [place.name for place in near_places("Bergen")]
    ['Bergen (L.)', 'Bergen (NH.)']
    """
    exact = find_place(words)
    if exact is not None:
        return (exact,)
    atlas = _atlas()
    wanted = _WORD.sub("", fold(words))
    near = nearest(wanted, atlas.spellings)
    if near is not None:
        return (atlas.spellings[near],)
    same = [place for name, place in atlas.spellings.items() if loosen(name) == loosen(wanted)]
    return tuple(sorted(same, key=lambda place: place.name))


def place_issues(table: Table, column: str) -> list[Issue]:
    """Return an issue for every spelling in `column` that is no municipality of today.

    Blank cells are left to whoever needs them filled.

    Parameters
    ----------
    table
        People, or quotas.
    column
        Header of the municipalities.

    Raises
    ------
    PoolError
        If there is no such column.
    """
    own = required_column(table, column)
    issues = []
    for value, rows in _rows_of(table, own).items():
        if find_place(value) is not None:
            continue
        params = {"value": value[:60], "count": len(rows), "rows": some_rows(rows)}
        where = (table.file, rows[0], own)
        old, near = former_place(value), near_places(value)
        if old is not None:
            params |= {"since": old.since, "places": ", ".join(old.into)}
            issues.append(Issue("place-former", params, *where, suggestion="place-of-today"))
        elif len(near) > 1:
            params |= {"places": ", ".join(place.name for place in near)}
            issues.append(Issue("place-shared", params, *where, suggestion="place-which"))
        else:
            params |= {"nearest": near[0].name if near else None}
            suggestion = "did-you-mean" if near else "place-check"
            issues.append(Issue("place-unknown", params, *where, suggestion=suggestion))
    return issues


def normalise_places(table: Table, column: str) -> tuple[Table, tuple[Change, ...]]:
    """Write every municipality that is named exactly as CBS writes it.

    Parameters
    ----------
    table
        People, or quotas.
    column
        Header of the municipalities.

    Returns
    -------
    table
        The same rows; cells that `find_place` does not know are as they were.
    changes
        Every spelling that was changed, in the order of the rows.

    Raises
    ------
    PoolError
        If there is no such column.

    Examples
    --------
    >>> people = Table(("gemeente",), (("GM0355",), ("Udem",)), (2, 3))
    >>> normalise_places(people, "gemeente")[1]
    (Change(before='GM0355', after='Zeist', rows=(2,)),)
    """
    own = required_column(table, column)
    right = {
        value: place.name for value in set(table.column(own))
        if (place := find_place(value)) is not None and place.name != value
    }
    rows: dict[str, list[int]] = {}
    for value, number in zip(table.column(own), table.numbers, strict=True):
        if value in right:
            rows.setdefault(value, []).append(number)
    changes = tuple(Change(value, right[value], tuple(found)) for value, found in rows.items())
    at = table.columns.index(own)
    mended = tuple(
        (*row[:at], right.get(row[at], row[at]), *row[at + 1:]) for row in table.rows
    )
    return replace(table, rows=mended), changes


def _rows_of(table: Table, column: str) -> dict[str, list[int]]:
    """Return for each spelling but blanks, one per `fold`, the numbers of its rows."""
    spelling: dict[str, str] = {}
    rows: dict[str, list[int]] = {}
    for value, number in zip(table.column(column), table.numbers, strict=True):
        if key := fold(value):
            rows.setdefault(spelling.setdefault(key, value), []).append(number)
    return rows
