"""Seats from exact amounts: largest remainders, floors, square roots; ties by a public lot.

Exact fractions in, whole numbers out, standard library only; called by `sortition.rules.seats` and
`sortition.rules.roles`, and for letters by `sortition.process.invitations.letters`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

__all__ = ["Apportionment", "largest_remainder", "root", "with_floor"]

_DOMAIN = b"sortition/1/remainder"
_ROOT_SCALE = 10**20


@dataclass(frozen=True, slots=True)
class Apportionment:
    """Whole seats, and what was left to the lot.

    Parameters
    ----------
    seats
        Seats per group.
    tied
        Groups with the one remainder that was partly rounded up, sorted; empty if the lot
        decided nothing.
    winners
        Those of them that got a seat more, sorted.
    """

    seats: Mapping[str, int]
    tied: tuple[str, ...] = ()
    winners: tuple[str, ...] = ()


def largest_remainder(
    exact: Mapping[str, Fraction], lot: str = "", feature: str = ""
) -> Apportionment:
    """Round amounts that add up to a whole number, so that the seats add up to it too.

    Everyone gets the whole part of their amount; the seats left go to the largest remainders, one
    each. Among equal remainders those with the smallest SHA-256 of ``lot``, ``feature`` and the
    group come first, never those that stand first in a file.

    Parameters
    ----------
    exact
        Amount per group, 0 or more.
    lot, feature
        What the lot is made of, besides the group.

    Raises
    ------
    ValueError
        If the amounts do not add up to a whole number.

    References
    ----------
    Hamilton's method; Balinski, Young, "Fair Representation" (1982).

    Examples
    --------
    >>> largest_remainder({"a": Fraction(5, 2), "b": Fraction(7, 4), "c": Fraction(7, 4)}).seats
    {'a': 2, 'b': 2, 'c': 2}
    """
    total = sum(exact.values(), Fraction(0))
    if total.denominator != 1:
        raise ValueError(f"the amounts add up to {total}, not to a whole number")
    seats = {group: int(amount) for group, amount in exact.items()}
    left = int(total) - sum(seats.values())
    remainder = {group: amount - seats[group] for group, amount in exact.items()}
    ranked = sorted(exact, key=lambda group: (-remainder[group], rank(lot, feature, group)))
    for group in ranked[:left]:
        seats[group] += 1
    if 0 < left < len(ranked) and remainder[ranked[left - 1]] == remainder[ranked[left]]:
        last = remainder[ranked[left]]
        tied = {group for group in exact if remainder[group] == last}
        winners = tied & set(ranked[:left])
        return Apportionment(seats, tuple(sorted(tied)), tuple(sorted(winners)))
    return Apportionment(seats)


def rank(lot: str, *words: str) -> bytes:
    """Return what the lot says of these words; the smallest comes first."""
    parts = [unicodedata.normalize("NFC", word).strip().encode() for word in (lot, *words)]
    return hashlib.sha256(b"\0".join([_DOMAIN, *parts])).digest()


def with_floor(
    weights: Mapping[str, Fraction], seats: int, floor: int = 0
) -> dict[str, Fraction]:
    """Divide seats in proportion to the weights, but nobody gets less than the floor.

    Whoever would get less gets the floor, and the others divide what is left in proportion; again,
    until nobody among them gets less.

    Parameters
    ----------
    weights
        0 or more, not all 0.
    seats
        How many; at least the floor for every group.
    floor
        The least for every group.

    Raises
    ------
    ValueError
        If there are too few seats for the floors.

    Examples
    --------
    >>> weights = {"Heerlen": Fraction(90), "Simpelveld": Fraction(2), "Voerendaal": Fraction(8)}
    >>> {name: str(amount) for name, amount in with_floor(weights, 10, floor=1).items()}
    {'Heerlen': '8', 'Simpelveld': '1', 'Voerendaal': '1'}
    """
    if floor * len(weights) > seats:
        raise ValueError(f"{len(weights)} groups of at least {floor} do not fit in {seats} seats")
    low: set[str] = set()
    while True:
        left = seats - floor * len(low)
        total = sum((w for group, w in weights.items() if group not in low), Fraction(0))
        exact = {
            group: Fraction(floor) if group in low
            else weight * left / total if total else Fraction(left, len(weights) - len(low))
            for group, weight in weights.items()
        }
        below = {group for group, amount in exact.items() if amount < floor}
        if not below:
            return exact
        low |= below


def root(number: int) -> Fraction:
    """Return the square root, rounded down to 20 decimals so that it is the same everywhere.

    Examples
    --------
    >>> root(144)
    Fraction(12, 1)
    """
    return Fraction(isqrt(number * _ROOT_SCALE**2), _ROOT_SCALE)
