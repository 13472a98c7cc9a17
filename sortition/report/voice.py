"""The words and numbers of the page in one language; called by the other modules of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sortition import messages
from sortition.report.entries import ENTRIES

__all__ = ["Voice"]


@dataclass(frozen=True, slots=True)
class Voice:
    """Texts, counts and chances as the reader's language writes them.

    Parameters
    ----------
    language
        ``"en"`` or ``"nl"``.
    entries
        Whether a plain lot is told of, which may be one of municipalities or of streets: no text
        then speaks of people or of seats.
    """

    language: str
    entries: bool = False

    def words(self, code: str, **params: Any) -> str:
        """Return a text of the catalogue."""
        own = ENTRIES.get(code, code) if self.entries else code
        return messages.text(own, self.language, **params)

    def rule(self, name: str) -> str:
        """Return the name of a quota as people read it."""
        return messages.rule_name(name, self.language)

    def count(self, number: int) -> str:
        """Return a whole number in groups of three digits.

        Examples
        --------
        >>> Voice("nl").count(10000)
        '10.000'
        """
        shown = f"{number:,}"
        return shown.replace(",", ".") if self.language == "nl" else shown

    def between(self, low: int, high: int) -> str:
        """Return a number, or the range where there are two."""
        return self.count(low) if low == high else f"{self.count(low)}–{self.count(high)}"

    def percent(self, chance: float) -> str:
        """Return a chance with three digits."""
        return messages.percent(chance, self.language)

    def points(self, gap: float) -> str:
        """Return a difference between chances in percentage points."""
        return messages.points(gap, self.language)

    def share(self, part: float) -> str:
        """Return a share in whole percents, to be read at a glance."""
        return f"{100 * part:.0f} %"

    def number(self, value: float) -> str:
        """Return a number with at most three decimals."""
        return messages.number(round(value, 3), "g", self.language)

    def day(self, when: str) -> str:
        """Return a date, given as year-month-day, in words.

        Examples
        --------
        >>> Voice("en").day("2026-06-01")
        '1 June 2026'
        """
        return messages.day(when, self.language)

    def moment(self, when: str) -> str:
        """Return a time in ISO 8601 in words."""
        return messages.moment(when, self.language)
