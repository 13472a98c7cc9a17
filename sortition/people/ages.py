"""Ages and birth dates in words: a cell in, a date or an age out; bands in words, `Band` out.

Called by `sortition.people.derive.with_bands`, and by the search for double sign-ups, which
compares birth dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sortition.errors import InputError, Issue

__all__ = ["OLDEST", "Band", "age_on", "parse_bands", "parse_birth_date"]

OLDEST = 120  # years; nobody in the Netherlands has been older

_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d\d:\d\d.*)?")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
_BAND = re.compile(
    r"(?P<low>\d{1,3})\s*(?:-|–|t/m)\s*(?P<high>\d{1,3})"
    r"|(?P<least>\d{1,3})\s*\+|<\s*(?P<below>\d{1,3})"
)


@dataclass(frozen=True, slots=True)
class Band:
    """A group of ages, in whole years.

    Parameters
    ----------
    label
        As the user wrote it; it becomes the value of the new column.
    lower, upper
        Youngest and oldest age in it; `upper` is None when there is no oldest.
    """

    label: str
    lower: int
    upper: int | None

    def holds(self, age: int) -> bool:
        """Return whether somebody of this age is in the band."""
        return self.lower <= age and (self.upper is None or age <= self.upper)


def parse_bands(labels: Sequence[str]) -> tuple[Band, ...]:
    """Return the bands that the labels say, youngest first.

    Parameters
    ----------
    labels
        Such as ``<16``, ``16-29``, ``30 t/m 64`` and ``65+``.

    Raises
    ------
    InputError
        With every label that is no band, every overlap and every gap between two bands. Below the
        first and above the last there may be nothing: whoever is there is told by row.

    Examples
    --------
    >>> [(band.lower, band.upper) for band in parse_bands(["65+", "16-29", "30-64"])]
    [(16, 29), (30, 64), (65, None)]
    """
    issues = []
    bands = []
    for label in labels:
        band = _band(label)
        if band is None:
            issues.append(Issue("band-form", {"band": label[:60]}, suggestion="band-forms"))
        else:
            bands.append(band)
    bands.sort(key=lambda band: (band.lower, band.label))
    for one, other in pairwise(bands):
        pair = {"one": one.label, "other": other.label}
        if one.upper is None or other.lower <= one.upper:
            issues.append(Issue("band-overlap", pair, suggestion="band-apart"))
        elif other.lower > one.upper + 1:
            missing = {"low": one.upper + 1, "high": other.lower - 1}
            issues.append(Issue("band-gap", {**pair, **missing}, suggestion="band-close"))
    if not labels:
        issues.append(Issue("band-none", {}, suggestion="band-forms"))
    if issues:
        raise InputError(issues)
    return tuple(bands)


def _band(label: str) -> Band | None:
    """Return the band a label says, or None when it says none."""
    found = _BAND.fullmatch(label.strip())
    if found is None:
        return None
    if found["least"]:
        return Band(label, int(found["least"]), None)
    low, high = (0, int(found["below"]) - 1) if found["below"] else (
        int(found["low"]), int(found["high"])
    )
    return Band(label, low, high) if low <= high else None


def parse_birth_date(cell: str) -> date | str:
    """Return the date of a cell, or the code of what is wrong with it.

    Day before month, as in Dutch: ``31-12-1980``, ``31/12/1980``, ``31.12.1980``; or as ISO,
    ``1980-12-31``, which is how dates come out of a workbook.

    Returns
    -------
    date or str
        The date; ``birth-short-year`` for a year of two digits, whose century would be a guess;
        ``birth-impossible`` for a day that no calendar has; ``birth-form`` for anything else.

    Examples
    --------
    >>> parse_birth_date("3-2-1985")
    datetime.date(1985, 2, 3)
    >>> parse_birth_date("3-2-85"), parse_birth_date("31-2-1985")
    ('birth-short-year', 'birth-impossible')
    """
    words = cell.strip()
    if found := _YEAR_FIRST.fullmatch(words):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(words):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
    else:
        return "birth-short-year" if _SHORT_YEAR.fullmatch(words) else "birth-form"
    try:
        return date(year, month, day)
    except ValueError:
        return "birth-impossible"


def age_on(born: date, day: date) -> int:
    """Return the age in whole years on a day; negative before birth.

    Whoever was born on 29 February grows a year older on 1 March in years without that day.

    Examples
    --------
    >>> leap = date(2008, 2, 29)
    >>> age_on(leap, date(2026, 2, 28)), age_on(leap, date(2026, 3, 1))
    (17, 18)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
