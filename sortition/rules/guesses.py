"""What the columns of a list of people probably are: a `Table` in, guesses out.

Each is a guess for the user to confirm; called by `sortition.rules.starter`, which writes them
down, most of them as comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sortition.files.headings import columns_of
from sortition.files.spelling import divider, loosen, nearest
from sortition.files.tables import Table, fold
from sortition.people.ages import OLDEST, age_on, parse_birth_date, parse_birth_year

__all__ = ["Ages", "Feature", "age_column", "alike", "feature_of", "year_column"]

_MOST_VALUES = 20  # of a column that a quota is proposed for
_FEWEST_PEOPLE = 3  # per value, on average
_RARE = 4  # a misspelling has at most one in so many people of what was meant
# What may stand between several values in a cell; the first always does, the others only where
# the values that they separate stand alone in other cells too.
_SEPARATORS = (";", " en ", " and ", "/", "|", "+", "&", ",")
# Words that say that nothing is known, folded.
_UNKNOWN = {
    "onbekend", "weet niet", "weet ik niet", "niet bekend", "niet ingevuld", "geen opgave",
    "n.v.t.", "nvt", "unknown", "not known", "n/a", "none given", "-", "?",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """A column that a quota is proposed for.

    Parameters
    ----------
    name
        Its header.
    people
        How many people have each value, the most first.
    blank
        How many have none.
    separator
        What stands between several values in a cell; None where no cell holds several.
    """

    name: str
    people: tuple[tuple[str, int], ...]
    blank: int
    separator: str | None


def feature_of(table: Table, name: str) -> Feature | None:
    """Return a column as a feature when its values are few and shared by people."""
    cells = table.column(name)
    separator = _separator(cells)
    held = [
        {fold(part): part.strip() for part in (cell.split(separator) if separator else [cell])
         if part.strip()}
        for cell in cells
    ]
    counts = Counter(key for own in held for key in own)
    spelling = {key: value for own in reversed(held) for key, value in own.items()}
    blank = sum(not own for own in held)
    if not 2 <= len(counts) <= _MOST_VALUES or counts.total() < _FEWEST_PEOPLE * len(counts):
        return None
    people = sorted(((spelling[key], count) for key, count in counts.items()),
                    key=lambda pair: (-pair[1], fold(pair[0])))
    return Feature(name, tuple(people), blank, separator)


def _separator(cells: Sequence[str]) -> str | None:
    """Return what stands between several values in a cell, None where nothing seems to."""
    if any(_SEPARATORS[0] in cell for cell in cells):
        return _SEPARATORS[0]
    alone = {fold(cell) for cell in cells}
    for separator in _SEPARATORS[1:]:
        lists = [cell.split(separator) for cell in set(cells) if separator in cell]
        if lists and all(fold(part) in alone - {""} for parts in lists for part in parts):
            return separator
    return None


def alike(feature: Feature) -> dict[str, str]:
    """Return spellings that may stand for another value of a feature, or (blank) for none.

    Examples
    --------
    >>> alike(Feature("sex", (("m", 9), ("vrouw", 8), ("man", 5), ("onbekend", 1)), 0, None))
    {'m': 'man', 'onbekend': ''}
    >>> alike(Feature("role", (("shop", 9), ("resident", 8), ("shop, resident", 4)), 0, ";"))
    {'shop, resident': 'shop; resident'}
    """
    found: dict[str, str] = {}
    known = {fold(value) for value, _ in feature.people}
    for value, count_here in reversed(feature.people):  # the rarest first
        if feature.separator and (other := divider(value, known)) is not None:
            parts = (part.strip() for part in value.split(other) if part.strip())
            found[value] = f"{feature.separator.strip()} ".join(parts)  # a list, written otherwise
            continue
        if fold(value) in _UNKNOWN:
            found[value] = ""
            continue
        others = {own: count for own, count in feature.people
                  if own != value and own not in found}
        near = nearest(value, others)
        if near is not None and (
            loosen(near).startswith(loosen(value)) or count_here * _RARE <= others[near]
        ):  # mbo, that many have, is no slip for hbo
            found[value] = near
    return {value: found[value] for value, _ in feature.people if value in found}


@dataclass(frozen=True, slots=True)
class Ages:
    """The column from which ages follow, and everyone's age; None where it cannot be read.

    With years of birth, the age that is reached in the year asked for.
    """

    source: str
    ages: tuple[int | None, ...]


def age_column(table: Table, today: date) -> Ages | None:
    """Return the column of birth dates or of ages in numbers that tells most ages, if any."""
    found = [
        Ages(column, tuple(_age(cell, today) for cell in table.column(column)))
        for kind in ("birth date", "age") for column in columns_of(table, kind)
    ]
    return _best(table, found)


def year_column(table: Table, year: int) -> Ages | None:
    """Return the column of years of birth that tells most of them, if any."""
    def reached(cell: str) -> int | None:
        born = parse_birth_year(cell)
        return None if born is None or not 0 <= year - born <= OLDEST else year - born

    return _best(table, [Ages(column, tuple(map(reached, table.column(column))))
                         for column in columns_of(table, "birth year")])


def _best(table: Table, found: Sequence[Ages]) -> Ages | None:
    """Return the column that tells most ages, if it tells those of most people."""
    best = max(found, key=lambda one: sum(age is not None for age in one.ages), default=None)
    # Bands that somebody filled in are a column like any other.
    told = 0 if best is None else sum(age is not None for age in best.ages)
    return best if 2 * told > len(table.rows) else None


def _age(cell: str, today: date) -> int | None:
    """Return the age that a cell tells, a number or a birth date."""
    if re.fullmatch(r"[0-9]{1,3}", cell):
        age = int(cell)
    elif isinstance(born := parse_birth_date(cell), date):
        age = age_on(born, today)
    else:
        return None
    return age if 0 <= age <= OLDEST else None
