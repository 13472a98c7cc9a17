"""From codes to words: every text a person reads, in English and in Dutch.

The catalogues are the TOML files under ``locale/``, one per language with the same keys and the
same placeholders (a test holds them to it). A text is a ``str.format`` template; numbers are
written the way the language writes them.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from sortition.errors import Issue

__all__ = [
    "LANGUAGES",
    "day",
    "language_from_environment",
    "moment",
    "number",
    "percent",
    "plain",
    "points",
    "render_issue",
    "rule_name",
    "some_rows",
    "source_name",
    "text",
]

LANGUAGES = ("en", "nl")
_SMALLEST = 1e-6  # shown
_SOURCES = {
    "ticket": "source-is-ticket", "dice": "source-is-dice", "text": "source-is-text",
    "drand": "source-is-drand", "nist": "source-is-nist",
}
_ROWS_SHOWN = 5
_ROWS_ALIKE = 20


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all texts of one language, by code."""
    source = Path(__file__).with_name("locale") / f"{language}.toml"
    return _Catalogue(source.read_text(encoding="utf-8"))


class _Catalogue(Mapping[str, str]):
    """A TOML file with a text a line, each parsed when it is asked for: few of them ever are."""

    def __init__(self, source: str) -> None:
        lines = (line.partition(" = ") for line in source.splitlines() if line[:1] not in "[#")
        self._lines = {code.strip('"'): value for code, _, value in lines if value}
        self._texts: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        if code not in self._texts:
            self._texts[code] = tomllib.loads(f"text = {self._lines[code]}")["text"]
        return self._texts[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def language_from_environment() -> str:
    """Return the language of the user's locale, English when it is none of ours."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "nl" if value.lower().startswith("nl") else "en"
    return "en"


@runtime_checkable
class Renders(Protocol):
    """A parameter that is itself words, in either language."""

    def render(self, language: str) -> str:
        """Return the words."""


@dataclass(frozen=True, slots=True)
class Words:
    """A parameter that is a text of the catalogue."""

    code: str
    params: tuple[tuple[str, Any], ...] = ()

    def render(self, language: str) -> str:
        """Return the text."""
        return text(self.code, language, **dict(self.params))

    def __str__(self) -> str:
        return self.render("en")


class _Number(float):
    """A float that formats with the decimal sign of its language."""

    language = "en"

    def __format__(self, spec: str) -> str:
        return number(float(self), spec or "g", self.language)


class _DutchNumber(_Number):
    language = "nl"


def text(code: str, /, language: str = "en", **params: Any) -> str:
    """Return the text of `code` in `language`, its placeholders filled from `params`.

    Parameters
    ----------
    code
        Key of the catalogue.
    language
        One of `LANGUAGES`.
    **params
        Values of the placeholders; floats are written in the language's form.

    Raises
    ------
    KeyError
        If the catalogue has no such code, or a placeholder is not given.

    Examples
    --------
    >>> text("pool-id-duplicate", id="7", rows="2, 5")
    'the id 7 occurs more than once, in rows 2, 5'
    """
    kind = _DutchNumber if language == "nl" else _Number
    shown: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, float):
            shown[name] = kind(value)
        elif isinstance(value, Renders):
            shown[name] = value.render(language)
        else:
            shown[name] = value
    return catalogue(language)[code].format(**shown)


def number(value: float | Decimal, spec: str, language: str) -> str:
    """Return a number in the form of the language."""
    shown = format(value, spec)
    return shown.replace(".", ",") if language == "nl" else shown


def plain(value: float, language: str) -> str:
    """Return a small number with three digits and no exponent, and never as nothing at all.

    Examples
    --------
    >>> plain(0.0000512, "nl"), plain(1.7e-14, "nl"), plain(12345.0, "en")
    ('0,0000512', '< 0,000001', '12300')
    """
    if not math.isfinite(value):
        return "∞"
    if value < _SMALLEST:
        return f"< {number(_SMALLEST, '.6f', language)}"
    return number(Decimal(f"{value:.3g}"), "f", language)


def percent(chance: float, language: str) -> str:
    """Return a chance as people read it: three digits, and nothing below a millionth of a %."""
    return f"{plain(100 * chance, language) if chance else 0} %"


def points(gap: float, language: str) -> str:
    """Return a difference between chances in percentage points, never as nothing at all."""
    return plain(100 * gap, language)


def day(when: str, language: str) -> str:
    """Return a date, given as year-month-day, in words; what is no date stays as it is.

    Examples
    --------
    >>> day("2026-06-01", "en")
    '1 June 2026'
    """
    try:
        found = date.fromisoformat(when)
    except ValueError:  # as in a record that somebody edited
        return when
    month = text("report-months", language).split()[found.month - 1]
    return f"{found.day} {month} {found.year}"


def moment(when: str, language: str) -> str:
    """Return a time in ISO 8601 with its distance from UTC, in words.

    Examples
    --------
    >>> moment("2027-03-01T20:00:00+01:00", "nl")
    '1 maart 2027 om 20:00 uur (UTC+01:00)'
    >>> moment("2027-03-01T20:00:30+00:00", "en"), moment("tonight", "en")
    ('1 March 2027, 20:00:30 (UTC)', 'tonight')
    """
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        return when
    time = found.strftime("%H:%M:%S" if found.second else "%H:%M")
    zone = found.isoformat()[-6:] if found.utcoffset() else ""
    return text("moment", language, day=day(found.date().isoformat(), language), time=time,
                zone=f"UTC{zone}")


def rule_name(name: str, language: str) -> str:
    """Return the name of a quota as people read it: one that the program made is a text.

    Examples
    --------
    >>> rule_name("(stays)", "nl"), rule_name("rol: ondernemer", "nl")
    ('wie in het panel blijft', 'rol: ondernemer')
    """
    own = {"(stays)": "quota-stays", "(everybody)": "quota-everybody"}.get(name)
    return name if own is None else text(own, language)


def source_name(announced: Mapping[str, Any], language: str) -> str:
    """Return what was announced to decide: names of sources in words, a sentence as it is.

    Examples
    --------
    >>> source_name({"source": "ticket + dice:20", "names": ["ticket", "dice:20"]}, "nl")
    'een nummer dat wordt getrokken (ticket) + dobbelstenen (dice:20)'
    >>> source_name({"source": "ten balls, town hall", "names": []}, "nl")
    'ten balls, town hall'
    """
    source = str(announced["source"])
    if not announced.get("names"):
        return source
    parts = [part.strip() for part in source.split("+")]
    codes = [_SOURCES.get(part.partition(":")[0]) for part in parts]
    return " + ".join(f"{text(code, language)} ({part})" if code else part
                      for code, part in zip(codes, parts, strict=True))


def some_rows(numbers: Sequence[int], most: int = _ROWS_SHOWN) -> str:
    """Return the first few row numbers, and a sign when there are more.

    Examples
    --------
    >>> some_rows([2, 5, 7, 8, 9, 12])
    '2, 5, 7, 8, 9, …'
    """
    shown = [str(number) for number in numbers[:most]]
    return ", ".join(shown + ["…"] * (len(numbers) > most))


def render_issue(issue: Issue, language: str = "en") -> str:
    """Return one line (two with a suggestion) saying where, what and what to do."""
    place = [issue.file] if issue.file else []
    if issue.row is not None:
        place.append(text("row", language, row=issue.row))
    if issue.column is not None:
        place.append(text("column", language, column=issue.column))
    line = ", ".join(place) + ": " if place else ""
    line += text(issue.code, language, **issue.params)
    if issue.row is not None and issue.also:
        rows = (issue.row, *issue.also)
        line += text("rows-alike", language, count=len(rows), rows=some_rows(rows, _ROWS_ALIKE))
    if issue.suggestion is not None:
        line += "\n  → " + text(issue.suggestion, language, **issue.params)
    return line
