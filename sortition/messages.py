"""From codes to words: every text a person reads, in English and in Dutch.

The catalogues are the TOML files under ``locale/``, one per language with the same keys and the
same placeholders (a test holds them to it). A text is a ``str.format`` template; numbers are
written the way the language writes them.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from sortition.errors import Issue

__all__ = [
    "LANGUAGES",
    "language_from_environment",
    "number",
    "percent",
    "points",
    "render_issue",
    "text",
]

LANGUAGES = ("en", "nl")
_SMALL = 1e-8


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of one language, by code."""
    source = resources.files("sortition") / "locale" / f"{language}.toml"
    tables: dict[str, dict[str, str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return {code: words for table in tables.values() for code, words in table.items()}


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

    def render(self, language: str) -> str:
        """Return the text."""
        return text(self.code, language)

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


def number(value: float, spec: str, language: str) -> str:
    """Return a number in the form of the language."""
    shown = format(value, spec)
    return shown.replace(".", ",") if language == "nl" else shown


def percent(chance: float, language: str) -> str:
    """Return a chance as people read it: three digits, and nothing below a millionth of a %."""
    if 0 < chance < _SMALL:
        return f"< {number(100 * _SMALL, '.6f', language)} %"
    return f"{number(100 * chance, '.3g', language)} %"


def points(gap: float, language: str) -> str:
    """Return a difference between chances in percentage points, never as nothing at all."""
    if gap < _SMALL:
        return f"< {number(100 * _SMALL, '.6f', language)}"
    return number(100 * gap, ".3g", language)


def render_issue(issue: Issue, language: str = "en") -> str:
    """Return one line (two with a suggestion) saying where, what and what to do."""
    place = [issue.file] if issue.file else []
    if issue.row is not None:
        place.append(text("row", language, row=issue.row))
    if issue.column is not None:
        place.append(text("column", language, column=issue.column))
    line = ", ".join(place) + ": " if place else ""
    line += text(issue.code, language, **issue.params)
    if issue.suggestion is not None:
        line += "\n  → " + text(issue.suggestion, language, **issue.params)
    return line
