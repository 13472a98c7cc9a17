"""Rounding: the region's seats by hand, sums kept, ties by a lot that no file order touches."""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sortition.rules.apportion import largest_remainder, root, with_floor

INHABITANTS = {
    "Heerlen": 87498, "Kerkrade": 45302, "Landgraaf": 37105, "Beekdaelen": 36363,
    "Brunssum": 27773, "Voerendaal": 12378, "Simpelveld": 10252,
}
SHARES = {name: Fraction(people) for name, people in INHABITANTS.items()}


@pytest.mark.parametrize(
    ("seats", "expected"),
    [(24, [8, 4, 4, 3, 3, 1, 1]), (100, [34, 18, 14, 14, 11, 5, 4])],
)
def test_the_seats_of_the_region(seats: int, expected: list[int]) -> None:
    """Seven municipalities by inhabitants, as the published table has them."""
    assert expected == list(largest_remainder(with_floor(SHARES, seats)).seats.values())


weights = st.dictionaries(
    st.text("abcdefg", min_size=1, max_size=3), st.integers(0, 1000).map(Fraction), min_size=1,
).filter(lambda found: any(found.values()))


@given(weights, st.integers(1, 60), st.randoms())
def test_rounding_keeps_the_sum_and_stays_within_one_seat(
    shares: dict[str, Fraction], seats: int, dice: object
) -> None:
    """Whole seats that add up, each the amount rounded down or up, whatever the order."""
    exact = with_floor(shares, seats)
    found = largest_remainder(exact, "lot").seats
    order = list(exact)
    dice.shuffle(order)  # type: ignore[attr-defined]

    assert seats == sum(found.values())
    assert all(math.floor(exact[g]) <= found[g] <= math.ceil(exact[g]) for g in exact)
    assert found == largest_remainder({group: exact[group] for group in order}, "lot").seats


@given(weights, st.integers(1, 60), st.integers(0, 3))
def test_a_floor_is_kept_and_the_others_stay_in_proportion(
    shares: dict[str, Fraction], seats: int, floor: int
) -> None:
    """Nobody below the floor; two groups above it relate as their weights do."""
    if floor * len(shares) > seats:
        with pytest.raises(ValueError, match="do not fit"):
            with_floor(shares, seats, floor)
        return
    exact = with_floor(shares, seats, floor)
    above = [group for group in exact if exact[group] > floor]

    assert seats == sum(exact.values())
    assert all(amount >= floor for amount in exact.values())
    assert len({exact[group] / shares[group] for group in above if shares[group]}) <= 1


def test_a_floor_by_hand() -> None:
    """10 seats for 90, 8 and 2: 9, 0.8 and 0.2; with a floor of 1 the first has 8 left."""
    shares = {"a": Fraction(90), "b": Fraction(8), "c": Fraction(2)}

    assert {"a": 9, "b": Fraction(4, 5), "c": Fraction(1, 5)} == with_floor(shares, 10)
    assert {"a": 8, "b": 1, "c": 1} == with_floor(shares, 10, 1)


def test_a_tie_is_decided_by_the_lot() -> None:
    """Two seats over three: the smallest SHA-256 come first, and the groups are named."""
    exact = dict.fromkeys("abc", Fraction(2, 3))
    parts = {g: b"\0".join([b"sortition/1/remainder", b"2026", b"town", g.encode()])
             for g in exact}
    last = max(exact, key=lambda g: hashlib.sha256(parts[g]).digest())

    found = largest_remainder(exact, "2026", "town")

    assert {"a", "b", "c"} - {last} == {g for g, seats in found.seats.items() if seats}
    assert ("a", "b", "c") == found.tied
    assert tuple(sorted({"a", "b", "c"} - {last})) == found.winners


def test_other_texts_draw_others() -> None:
    """Over a hundred texts each of three tied groups is left out sometimes."""
    exact = dict.fromkeys("abc", Fraction(2, 3))
    lots = [largest_remainder(exact, str(text)).winners for text in range(100)]

    assert {("a", "b"), ("a", "c"), ("b", "c")} == set(lots)


def test_without_a_tie_there_is_no_lot() -> None:
    """Equal remainders that are all rounded up, or none of them, leave nothing to the lot."""
    up = {"a": Fraction(3, 4), "b": Fraction(3, 4), "c": Fraction(1, 2)}

    assert () == largest_remainder(up).tied
    assert () == largest_remainder({"a": Fraction(2), "b": Fraction(3)}).tied


def test_amounts_must_add_up_to_whole_seats() -> None:
    """A half on its own cannot be rounded to keep the sum."""
    with pytest.raises(ValueError, match="whole number"):
        largest_remainder({"a": Fraction(1, 2)})


def test_square_roots() -> None:
    """Exact where the root is whole; else right to 20 decimals and from below."""
    assert Fraction(300) == root(90000)
    assert root(2) ** 2 < 2 < (root(2) + Fraction(1, 10**20)) ** 2
