"""Numbers of seats as people say them: ``8``, ``"7-9"``, ``"1/3"``, ``"33,3%"``, ``"at least 2"``.

From one cell or TOML value to an `Amount` in exact fractions; called by
`sortition.rules.statements`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Amount"]

_QUANTITY = r"(\d{1,9}(?:[.,]\d{1,9})?\s*%?|\d{1,9}\s*/\s*\d{1,9})"
_EXACT = re.compile(_QUANTITY)
_RANGE = re.compile(rf"{_QUANTITY}\s*(?:-|–|—|\.\.|to|t/m|tot en met)\s*{_QUANTITY}")
_LEAST = re.compile(
    rf"(?:at least|minstens|minimaal|ten minste|>=|≥)\s*{_QUANTITY}"
    rf"|{_QUANTITY}\s*(?:\+|or more|of meer)"
)
_MOST = re.compile(
    rf"(?:at most|up to|hoogstens|maximaal|ten hoogste|<=|≤)\s*{_QUANTITY}"
    rf"|{_QUANTITY}\s*(?:or fewer|of minder)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a panel a group gets: a share or a number of seats, exact or between two bounds.

    Parameters
    ----------
    least, most
        Bounds, both included; None where nothing was said. Equal for an exact amount.
    share
        Whether they are parts of the panel (``1/3``) or seats (``8``).
    """

    least: Fraction | None
    most: Fraction | None
    share: bool

    @property
    def exact(self) -> Fraction | None:
        """The amount when it is one number."""
        return self.least if self.least == self.most else None

    def seats(self, bound: Fraction, size: int) -> Fraction:
        """Return a bound as seats of a panel of `size`."""
        return bound * size if self.share else bound

    @classmethod
    def of(cls, said: object) -> Amount | None:
        """Return what was said as an amount; None when it cannot be understood.

        Parameters
        ----------
        said
            A whole number of seats; a float below 1, taken as the decimal it is written as; two
            whole numbers in a list; or a text: ``8``, ``7-9``, ``1/3``, ``33,3%``, ``30-40%``,
            ``at least 2`` (``minstens 2``, ``2+``), ``at most 3`` (``hoogstens 3``).

        Examples
        --------
        >>> Amount.of("33,3%").exact
        Fraction(333, 1000)
        >>> Amount.of("minstens 2").least, Amount.of("minstens 2").most
        (Fraction(2, 1), None)
        """
        if isinstance(said, bool):
            return None
        if isinstance(said, list | tuple):
            return cls.of("-".join(map(str, said))) if len(said) == 2 else None
        words = " ".join(str(said).casefold().split())
        if found := _EXACT.fullmatch(words):
            return _between(found[1], found[1])
        if found := _RANGE.fullmatch(words):
            # In "30-40%" the sign belongs to both.
            first = found[1] + "%" if "%" in found[2] and "%" not in found[1] else found[1]
            return _between(first, found[2])
        if found := _LEAST.fullmatch(words):
            return _between(found[1] or found[2], None)
        if found := _MOST.fullmatch(words):
            return _between(None, found[1] or found[2])
        return None


def _between(least: str | None, most: str | None) -> Amount | None:
    """Return the amount between two quantities of one kind."""
    read = [None if words is None else _quantity(words) for words in (least, most)]
    known = [pair for words, pair in zip((least, most), read, strict=True) if words is not None]
    if any(pair is None for pair in known):
        return None
    kinds = {pair[1] for pair in known if pair is not None}
    low, high = (None if pair is None else pair[0] for pair in read)
    return Amount(low, high, kinds.pop()) if len(kinds) == 1 else None


def _quantity(words: str) -> tuple[Fraction, bool] | None:
    """Return a number and whether it is a share; None when it is neither seats nor a share."""
    plain = words.replace(" ", "").replace(",", ".")
    if "/" in plain:
        above, below = map(int, plain.split("/"))
        value, share = Fraction(above, below) if below else Fraction(2), True
    elif plain.endswith("%"):
        value, share = Fraction(plain[:-1]) / 100, True
    else:
        value = Fraction(plain)
        share = value.denominator > 1  # 0.25 is a quarter; 8.0 is eight seats
    return None if share and value > 1 else (value, share)
