"""Ages and birth dates in words: a cell in, a date, a year or an age out; bands as `Band`.

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

__all__ = [
    "OLDEST", "Band", "age_on", "parse_bands", "parse_birth_date", "parse_birth_year",
    "years_of_birth",
]

OLDEST = 120  # years; nobody in the Netherlands has been older

_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d\d:\d\d.*)?")
_SHORT_YEAR = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}")
_BAND = re.compile(
    r"(?P<low>\d{1,4})\s*(?:-|–|t/m)\s*(?P<high>\d{1,4})"
    r"|(?P<least>\d{1,4})\s*\+|<\s*(?P<below>\d{1,4})"
)
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_OF_YEARS = 1000  # a band that speaks of such a number is one of years of birth


@dataclass(frozen=True, slots=True)
class Band:
    """A group of ages in whole years, or of years of birth.

    Parameters
    ----------
    label
        As the user wrote it; it becomes the value of the new column.
    lower, upper
        Youngest and oldest age in it, or first and last year; `upper` is None when there is none.
    """

    label: str
    lower: int
    upper: int | None

    def holds(self, number: int) -> bool:
        """Return whether somebody of this age, or born in this year, is in the band."""
        return self.lower <= number and (self.upper is None or number <= self.upper)

    @property
    def last(self) -> int:
        """The largest number that the label speaks of."""
        return self.lower if self.upper is None else self.upper

    @property
    def of_years(self) -> bool:
        """Whether it is one of years of birth."""
        return self.last >= _OF_YEARS - 1


def parse_bands(labels: Sequence[str]) -> tuple[Band, ...]:
    """Return the bands that the labels say, youngest first.

    Parameters
    ----------
    labels
        Ages such as ``<16``, ``16-29``, ``30 t/m 64`` and ``65+``, or years of birth such as
        ``<1962``, ``1962-1981`` and ``1982+``, which are then youngest last.

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
    for band in bands:
        if band.of_years != bands[0].of_years:
            pair = {"one": bands[0].label, "other": band.label}
            raise InputError([*issues, Issue("band-mixed", pair, suggestion="band-forms")])
    bands.sort(key=lambda band: (band.lower, band.label))
    for one, other in pairwise(bands):
        pair = {"one": one.label, "other": other.label}
        if one.upper is None or other.lower <= one.upper:
            issues.append(Issue("band-overlap", pair, suggestion="band-apart"))
        elif other.lower > one.upper + 1:
            missing = {"low": one.upper + 1, "high": other.lower - 1}
            code = "band-gap-years" if one.of_years else "band-gap"
            issues.append(Issue(code, {**pair, **missing}, suggestion="band-close"))
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


def parse_birth_year(cell: str) -> int | None:
    """Return the year of a cell that holds a year of birth and nothing else, or None.

    Examples
    --------
    >>> parse_birth_year("1971"), parse_birth_year("'71"), parse_birth_year("3-2-1971")
    (1971, None, None)
    """
    words = cell.strip()
    return int(words) if _YEAR.fullmatch(words) else None


def years_of_birth(bands: Sequence[Band], year: int) -> list[str]:
    """Return bands of the years of birth of those who reach the ages of bands in a year.

    Examples
    --------
    >>> years_of_birth(parse_bands(["16-29", "30+"]), 2026)
    ['<1997', '1997-2010']
    """
    return [
        f"<{year - band.lower + 1}" if band.upper is None
        else f"{year - band.upper}-{year - band.lower}"
        for band in reversed(bands)
    ]


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
