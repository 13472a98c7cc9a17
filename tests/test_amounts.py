"""Amounts: every way of saying how many seats, and what is none."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sortition.rules.amounts import Amount


@pytest.mark.parametrize(
    ("said", "least", "most", "share"),
    [
        (8, 8, 8, False), ("8", 8, 8, False), ("8.0", 8, 8, False), ([7, 9], 7, 9, False),
        ("7-9", 7, 9, False), ("7 – 9", 7, 9, False), ("7 tot en met 9", 7, 9, False),
        ("1/3", Fraction(1, 3), Fraction(1, 3), True),
        (0.1, Fraction(1, 10), Fraction(1, 10), True),
        ("33,3%", Fraction(333, 1000), Fraction(333, 1000), True),
        ("33.3 %", Fraction(333, 1000), Fraction(333, 1000), True),
        ("30-40%", Fraction(3, 10), Fraction(2, 5), True),
        ("1/4 - 1/3", Fraction(1, 4), Fraction(1, 3), True), ("100%", 1, 1, True),
        ("at least 2", 2, None, False), ("minstens 2", 2, None, False), ("2+", 2, None, False),
        ("2 of meer", 2, None, False), ("≥ 20%", Fraction(1, 5), None, True),
        ("At most 3", None, 3, False), ("hoogstens 3", None, 3, False),
    ],
)
def test_amounts(
    said: object, least: Fraction | int | None, most: Fraction | int | None, share: bool
) -> None:
    """Every way of saying how much, in exact fractions."""
    assert Amount(least, most, share) == Amount.of(said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    ["", "eight", "-3", "1/0", "4/3", "120%", "2.5", "7-1/3", "7-", True, None, [1, 2, 3], 1e300,
     "1 000", {"a": 1}],
)
def test_what_is_no_amount(said: object) -> None:
    """Words, negative numbers, more than everything, parts of a seat: None, never a guess."""
    assert Amount.of(said) is None
