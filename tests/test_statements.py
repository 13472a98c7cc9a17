"""Quotas in people's terms: the compositions that were asked for, counted by hand."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import sortition
from sortition import InputError, Pool, Quota, QuotaError, compile  # noqa: A004 - the field's verb
from sortition.amounts import Amount
from sortition.messages import LANGUAGES
from sortition.quota_table import statement_from_mapping, statements_from_table
from sortition.statements import EachAtMost, Shares, Spread, Statement
from sortition.stating import Stated, state
from sortition.tables import from_frame, read_table

TWELVE = (
    "Meierijstad", "Lochem", "Coevorden", "Oosterhout", "Barneveld", "Rijswijk", "Oldambt",
    "Etten-Leur", "De Bilt", "Papendrecht", "Waalwijk", "Zeist",
)
REGION = {
    "Heerlen": 87498, "Kerkrade": 45302, "Landgraaf": 37105, "Beekdaelen": 36363,
    "Brunssum": 27773, "Voerendaal": 12378, "Simpelveld": 10252,
}


def people(**columns: list[str]) -> Pool:
    """Return a pool with ids p1, p2, … and these columns."""
    count = len(next(iter(columns.values())))
    ids = [f"p{at}" for at in range(1, count + 1)]
    return Pool.from_frame(pd.DataFrame({"id": ids, **columns}))


def bounds(stated: Stated) -> dict[str, tuple[int, int]]:
    """Return the seats of each group, by its name."""
    return {quota.name: (quota.lower, quota.upper) for quota in stated.quotas.quotas}


def codes(stated: Stated) -> list[str]:
    return [note.code for note in stated.notes]


def refused(*statements: Statement, pool: Pool, size: int | tuple[int, int] = 24,
            **further: object) -> list[str]:
    """Return the codes of what is wrong, after seeing that each renders in every language."""
    with pytest.raises(InputError) as caught:
        compile(pool, state(statements, pool, size, **further).quotas)  # type: ignore[arg-type]
    for issue in caught.value.issues:
        for language in LANGUAGES:
            assert issue.to_dict(language)["message"]
    return [issue.code for issue in caught.value.issues]


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


def test_thirds_one_of_them_a_union() -> None:
    """24 seats: 8 for benefit recipients, 8 for businesses, 8 for education and civil servants."""
    pool = people(rol=["uitkering", "ondernemer", "onderwijs", "ambtenaar"] * 10)
    thirds = Shares("Rol", {"uitkering": "1/3", "ondernemer": "1/3", "onderwijs|ambtenaar": "1/3"})

    stated = state([thirds], pool, 24)

    assert {"rol: uitkering": (8, 8), "rol: ondernemer": (8, 8),
            "rol: onderwijs | ambtenaar": (8, 8)} == bounds(stated)
    assert [] == codes(stated), "nothing was rounded"
    assert compile(pool, stated.quotas).types == 3


def test_roles_that_people_share() -> None:
    """Thirds of 24; roles that people share need 16 together, and on each panel are assigned."""
    held = ["clientenraad", "ambtenaar", "zorgvrager", "mantelzorger"] * 9
    held += ["zorgvrager; mantelzorger"] * 4 + ["Mantelzorger;ambtenaar"] * 3
    pool = people(rol=held)
    statement = Shares(
        "rol", {"clientenraad|ambtenaar": "1/3", "zorgvrager": "1/3", "mantelzorger": "1/3"},
        one_seat_each=True, separator=";",
    )

    stated = state([statement], pool, 24)

    assert {
        "rol: clientenraad | ambtenaar": (8, 24), "rol: zorgvrager": (8, 24),
        "rol: mantelzorger": (8, 24), "rol: clientenraad | ambtenaar | mantelzorger": (16, 24),
        "rol: zorgvrager | mantelzorger": (16, 24),
    } == bounds(stated), "nobody is of the first and the second: their 16 follow"
    assert ["note-roles"] == codes(stated)
    fair = sortition.find_distribution(compile(pool, stated.quotas))
    lottery = fair.to_lottery(20)
    for ticket in range(20):
        roles = sortition.assign_roles(lottery.members(ticket), stated.roles[0])
        assert [8, 8, 8] == [list(roles.values()).count(name) for name in stated.roles[0].names]


def test_an_even_spread_of_twenty_four_over_twelve() -> None:
    """Two each; of 25 two or three each, and exactly: one of them three, by lot."""
    pool = people(gemeente=list(TWELVE) * 3)

    two = state([Spread("gemeente")], pool, 24)
    open_ = state([Spread("gemeente")], pool, 25)
    exact = state([Spread("gemeente", exact=True)], pool, 25, lot="Zeist, 1 March")

    assert [(2, 2)] * 12 == list(bounds(two).values())
    assert ["note-even"] == codes(two)
    assert [(2, 3)] * 12 == list(bounds(open_).values())
    assert ["note-even-range"] == codes(open_)
    assert [(2, 2)] * 11 + [(3, 3)] == sorted(bounds(exact).values())
    assert ["note-tie", "note-rounded"] == codes(exact)
    assert "Zeist, 1 March" in str(exact.notes[0])


def test_the_order_of_the_file_decides_nothing() -> None:
    """The same people in another order: the same quotas, also where the lot decides."""
    rows = list(TWELVE) * 3
    expected = bounds(state([Spread("gemeente", exact=True)], people(gemeente=rows), 25))
    rows.sort(reverse=True)

    assert expected == bounds(state([Spread("gemeente", exact=True)], people(gemeente=rows), 25))


def test_a_misspelt_municipality_is_asked_about() -> None:
    """Etten- Leur is no municipality; did you mean Etten-Leur?"""
    pool = people(gemeente=[*TWELVE, "Etten- Leur"] * 2)
    spread = Spread("gemeente", values={"gemeente": TWELVE})

    with pytest.raises(InputError) as caught:
        compile(pool, state([spread], pool, 24).quotas)

    assert {("pool-value-unknown", "Etten-Leur")} == {
        (issue.code, issue.params["nearest"]) for issue in caught.value.issues
    }


@pytest.mark.parametrize(
    ("size", "expected"), [(24, [8, 4, 4, 3, 3, 1, 1]), (100, [34, 18, 14, 14, 11, 5, 4])]
)
def test_a_spread_by_inhabitants(size: int, expected: list[int]) -> None:
    """The region's seats, with the rounding in the notes."""
    pool = people(gemeente=list(REGION) * 40)

    stated = state([Spread("gemeente", "proportional", populations=REGION)], pool, size)

    assert [(seats, seats) for seats in expected] == list(bounds(stated).values())
    assert ["note-rounded"] == codes(stated)
    if size == 24:
        assert "Heerlen 8.18 → 8; Kerkrade 4.24 → 4" in str(stated.notes[0])
        assert "Heerlen 8,18 → 8" in stated.notes[0].render("nl")


def test_square_roots_help_the_small_ones() -> None:
    """Populations 1, 4 and 9 are as 1, 2 and 3: of 12 seats 2, 4 and 6; one either side."""
    pool = people(town=["a", "b", "c"] * 8)
    spread = Spread("town", "root", populations={"a": 100, "b": 400, "c": 900}, tolerance=1)

    assert {"town: a": (1, 3), "town: b": (3, 5), "town: c": (5, 7)} == bounds(
        state([spread], pool, 12)
    )


def test_a_floor_and_a_tolerance() -> None:
    """90, 8 and 2 of 10 seats: 8, 1, 1 with a floor of one, which no tolerance goes below."""
    pool = people(town=["a", "b", "c"] * 12)
    spread = Spread("town", "proportional", populations={"a": 90, "b": 8, "c": 2}, floor=1,
                    tolerance=1)

    assert {"town: a": (7, 9), "town: b": (1, 2), "town: c": (1, 2)} == bounds(
        state([spread], pool, 10)
    )
    assert ["spread-floor"] == refused(Spread("town", floor=4), pool=pool, size=10)


def test_a_spread_by_sign_ups() -> None:
    """Six of ten signed up in a: six of ten seats."""
    pool = people(town=["a"] * 6 + ["b"] * 4)

    stated = state([Spread("town", "proportional")], pool, 5)

    assert {"town: a": (3, 3), "town: b": (2, 2)} == bounds(stated)


def test_crossed_groups_take_the_groups_of_the_single_features() -> None:
    """Three roles, one a union, over two towns: six cells of four; one either side."""
    pool = people(rol=["u", "o", "s", "t"] * 12, town=["x"] * 24 + ["y"] * 24)
    thirds = Shares("rol", {"u": "1/3", "o": "1/3", "s|t": "1/3"})

    stated = state([thirds, Spread(("rol", "town"), tolerance=1)], pool, 24)

    cells = {name: seats for name, seats in bounds(stated).items() if "×" in name}
    assert {f"rol: {rol} × town: {town}": (3, 5) for rol in ("u", "o", "s | t") for town in "xy"
            } == cells
    assert compile(pool, stated.quotas).types == 6


def test_a_crossed_spread_by_sign_ups() -> None:
    """Three of four women live in x, and no men in y: seats as the cells are filled."""
    pool = people(sex=["w"] * 4 + ["m"] * 4, town=["x", "x", "x", "y"] + ["x"] * 4)

    stated = state([Spread(("sex", "town"), "proportional")], pool, 4)

    assert [(0, 0), (2, 2)] == [bounds(stated)[f"sex: m × town: {town}"] for town in "yx"]
    assert 4 == sum(low for low, _ in bounds(stated).values())


def test_single_cells_and_shares_of_them() -> None:
    """Three to five women with a business, half of the seats for men without; the rest is free."""
    pool = people(rol=["o", "u"] * 20, sex=["w", "w", "m", "m"] * 10)
    cells = Shares(("rol", "sex"), {"o × w": "3-5", "u x m": "50%"}, whole=False)

    stated = state([cells], pool, 10)

    assert {"rol: o × sex: w": (3, 5), "rol: u × sex: m": (5, 5)} == bounds(stated)
    assert compile(pool, stated.quotas).types == 3


def test_a_working_group() -> None:
    """Eight to ten people, knowledge, mandate and drive each at least once, two of one body."""
    pool = people(
        bijdrage=["kennis; mandaat", "kennis", "drive", "", "mandaat;netwerk", "netwerk"] * 3,
        organisatie=["GGD", "GGD", "GGD", "", "", "zorg"] * 3,
    )
    tags = Shares("bijdrage", dict.fromkeys(["kennis", "mandaat", "drive"], "1+"), whole=False,
                  separator=";")

    stated = state([tags, EachAtMost("organisatie", 2)], pool, (8, 10))
    problem = compile(pool, stated.quotas)

    assert {"bijdrage: kennis": (1, 10), "bijdrage: mandaat": (1, 10), "bijdrage: drive": (1, 10),
            "organisatie: GGD": (0, 2), "organisatie: zorg": (0, 2)} == bounds(stated)
    assert ["note-several", "note-at-most"] == codes(stated)
    held = {name: int((row * problem.people).sum())
            for name, row in zip(problem.names, problem.rows, strict=True)}
    assert [6, 6, 3, 9, 3] == [held[name] for name in bounds(stated)]
    assert [8, 10] == [problem.lower[0], problem.upper[0]]


def test_a_blank_organisation_is_nobodys() -> None:
    """Ten people without one are not ten of the same; one value small enough needs no rule."""
    pool = people(org=[""] * 10 + ["a"] * 3 + ["b"] * 2)

    stated = state([EachAtMost("org", 2)], pool, 12)

    assert {"org: a": (0, 2)} == bounds(stated)
    problem = compile(pool, stated.quotas)
    assert problem.admits(np.where(problem.people == 3, 2, 10)), "two of a, ten others"
    assert not problem.admits(np.where(problem.people == 3, 3, 9))


def test_amounts_of_every_kind_in_one_feature() -> None:
    """A count, a range, a share and two bounds; the share is rounded against the rest."""
    pool = people(age=list("abcde") * 10)
    mixed = Shares("age", {"a": 3, "b": "2-4", "c": "33,3%", "d": "2+", "e": "hoogstens 20%"})

    stated = state([mixed], pool, 16)

    assert {"age: a": (3, 3), "age: b": (2, 4), "age: c": (5, 5), "age: d": (2, 16),
            "age: e": (0, 3)} == bounds(stated)
    assert "c 5.33 → 5" in str(stated.notes[0])


def test_a_size_in_a_range_gives_shares_two_bounds() -> None:
    """A half of 8 to 10 is 4 to 5; 30-40 % is at least 2.4, so 3, and at most 4."""
    pool = people(age=["a", "b", "c"] * 10)

    halves = state([Shares("age", {"a": "1/2", "b|c": "1/2"})], pool, (8, 10))
    ranges = state([Shares("age", {"a": "30-40%", "b": "0+", "c": "0+"})], pool, (8, 10))

    assert {"age: a": (4, 5), "age: b | c": (4, 5)} == bounds(halves)
    assert (3, 4) == bounds(ranges)["age: a"]


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ({"a": "33,3%", "b": "33,3%", "c": "33,3%"}, "shares-sum"),
        ({"a": "1/2", "b": "1/4", "c": 1}, "shares-sum-seats"),
        ({"a": "1/2", "b": "1/3", "c": "1+"}, None),
        ({"a": "2/3", "b": "1/2", "c": "0+"}, "shares-sum-seats"),
        ({"a": "33-34%", "b": "0+", "c": "0+"}, "amount-no-whole"),
        ({"a": "1/2", "b|a": "1/2", "c": 0}, "group-overlap"),
    ],
)
def test_amounts_that_do_not_add_up(amounts: dict[str, object], expected: str | None) -> None:
    """Shares that are not the whole, counts that do not fill it, and nothing wrong at all."""
    pool = people(age=["a", "b", "c"] * 10)
    if expected is None:
        assert state([Shares("age", amounts)], pool, 10)
    else:
        assert [expected] == refused(Shares("age", amounts), pool=pool, size=10)


def test_the_sum_is_shown() -> None:
    """Three times 33.3 % is 99.9 %."""
    pool = people(age=["a", "b", "c"] * 10)
    with pytest.raises(InputError, match=r"99\.9 %, not to 100 %"):
        state([Shares("age", dict.fromkeys("abc", "33.3%"))], pool, 24)


def test_blank_cells_count_as_is_stated() -> None:
    """Nobody is guessed at: an error, outside, or as if they had a value."""
    pool = people(age=["30-64"] * 6 + ["65+"] * 6 + [""] * 2)
    halves: Mapping[str, object] = {"30-64": "1/2", "65+": "1/2"}

    assert {"pool-value-blank"} == set(refused(Shares("age", halves), pool=pool, size=4))
    outside = state([Shares("age", halves, unknown="outside", tolerance=1)], pool, 4)
    other = state([Shares("age", halves, unknown="as:30-64")], pool, 4)
    full = state([Shares("age", halves, unknown="outside")], pool, 4)

    assert sorted([6, 6, 2]) == sorted(compile(pool, outside.quotas).people.tolist())
    assert sorted([8, 6]) == sorted(compile(pool, other.quotas).people.tolist())
    assert {"age: 30-64": (2, 2), "age: 65+": (2, 2)} == bounds(other)
    assert ["note-outside"] == codes(outside)
    assert ["note-as"] == codes(other)
    assert ["note-outside-none", "note-outside"] == codes(full)


def test_a_blank_cell_counts_as_a_value_that_exists() -> None:
    """Misspelt, or said in two ways: asked about."""
    pool = people(age=["30-64"] * 6 + ["65+"] * 6 + [""] * 2)
    halves: Mapping[str, object] = {"30-64": "1/2", "65+": "1/2"}
    limit = Shares("age", {"65+": "at most 2"}, whole=False, unknown="outside")

    assert "statement-as" in refused(Shares("age", halves, unknown="as:30-46"), pool=pool, size=4)
    assert ["statement-two"] == refused(
        Shares("age", halves, unknown="as:65+"), limit, pool=pool, size=4
    )


def test_people_who_are_on_every_panel() -> None:
    """They fill seats, count for the quotas, and have a chance of 1."""
    pool = people(age=["a"] * 6 + ["b"] * 6)

    stated = state([Shares("age", {"a": "1/2", "b": "1/2"})], pool, 4, include=["p3", "p12", "p3"])
    fair = sortition.find_distribution(compile(pool, stated.quotas))
    chance = dict(zip(pool.ids, fair.chance, strict=True))

    assert {1.0} == {chance["p3"], chance["p12"]}
    assert {0.2} == {round(float(chance[own]), 12) for own in chance if own not in {"p3", "p12"}}
    assert (2, 2) == bounds(stated)["id: p12 | p3"]
    assert ["note-include"] == codes(stated)


def test_people_on_every_panel_must_exist_and_fit() -> None:
    """An id that is no id, with the nearest; more people than seats."""
    pool = people(age=["a"] * 6 + ["b"] * 6)
    half = Shares("age", {"a": "1/2", "b": "1/2"})

    assert ["include-unknown"] == refused(half, pool=pool, size=4, include=["p33"])
    assert ["include-many"] == refused(half, pool=pool, size=2, include=["p1", "p2", "p3"])


def test_people_outside_the_lottery_who_are_counted() -> None:
    """Two of ten seats are taken by two of a: eight to draw, three of them of a."""
    pool = people(age=["a"] * 6 + ["b"] * 6)
    half = Shares("age", {"a": "1/2", "b": "1/2"})

    stated = state([half], pool, 10, counted=[{"Age": "A"}, {"age": "a"}])

    assert (8, 8) == stated.quotas.size
    assert {"age: a": (3, 3), "age: b": (5, 5)} == bounds(stated)
    assert ["note-counted"] == codes(stated)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"age": "c"}, "counted-value"), ({}, "counted-blank"),
        ({"age": "a", "agee": "a"}, "counted-feature"),
    ],
)
def test_people_outside_the_lottery_are_checked(person: dict[str, str], expected: str) -> None:
    """A value without quota, none at all, a feature that is no column."""
    pool = people(age=["a"] * 6 + ["b"] * 6)
    half = Shares("age", {"a": "1/2", "b": "1/2"})

    assert [expected] == refused(half, pool=pool, size=4, counted=[person])


def test_more_people_outside_the_lottery_than_a_group_may_have() -> None:
    """Three of a beside the lottery, and only two seats for them."""
    pool = people(age=["a"] * 6 + ["b"] * 6)
    half = Shares("age", {"a": "1/2", "b": "1/2"})

    assert ["counted-too-many"] == refused(half, pool=pool, size=4, counted=[{"age": "a"}] * 3)


def test_two_statements_of_one_group_are_one_quota() -> None:
    """The narrower bounds hold; bounds that exclude each other are an issue."""
    pool = people(age=["a", "b"] * 6)
    half = Shares("age", {"a": "1/2", "b": "1/2"}, tolerance=1)

    both = state([half, Shares("age", {"a": "at most 2"}, whole=False)], pool, 4)

    assert {"age: a": (1, 2), "age: b": (1, 3)} == bounds(both)
    assert ["statements-clash"] == refused(
        half, Shares("age", {"a": "at most 0"}, whole=False), pool=pool, size=4
    )


def test_words_that_do_not_match_the_list() -> None:
    """A feature that is no column, a tag nobody has, a role that is not named: with the nearest."""
    pool = people(rol=["zorgvrager;cliënt", "zorgvrager"] * 6)

    assert ["quota-feature-unknown"] == refused(EachAtMost("rool", 2), pool=pool)
    typo = Shares("rol", {"zorgvragr": "at most 3"}, whole=False, separator=";")
    assert ["statement-unheld"] == refused(typo, pool=pool, size=4)
    roles = Shares("rol", {"zorgvrager": "1/2", "client": "1/2"}, one_seat_each=True, separator=";")
    assert ["tag-unknown"] == refused(roles, pool=pool, size=4)
    assert ["shares-several"] == refused(
        Shares("rol", {"zorgvrager": "1/2", "cliënt": "1/2"}, separator=";"), pool=pool, size=4
    )


def test_a_municipality_without_sign_ups_is_no_reason_to_bend() -> None:
    """Simpelveld should have one seat and nobody there signed up: the user hears of it."""
    pool = people(gemeente=[name for name in REGION if name != "Simpelveld"] * 10)
    spread = Spread("gemeente", "proportional", populations=REGION)

    assert ["quota-value-unheld"] == refused(spread, pool=pool)


def test_roles_on_panels_of_several_sizes() -> None:
    """At most two in each of two roles: of those who hold one role only, two and no more."""
    pool = people(rol=["a"] * 4 + ["b"] * 4 + ["a;b"] * 2)
    roles = Shares("rol", {"a": "1-2", "b": "1-2"}, one_seat_each=True, separator=";")

    stated = state([roles], pool, (3, 4))
    problem = compile(pool, stated.quotas)

    assert {"rol: a": (1, 4), "rol: b": (1, 4), "rol ≠ b": (0, 2), "rol ≠ a": (0, 2)
            } == bounds(stated)
    for size in (3, 4):
        for panel in itertools.combinations(range(10), size):
            ids = [pool.ids[at] for at in panel]
            counts = np.bincount(problem.type_of[list(panel)], minlength=problem.types)
            try:
                sortition.assign_roles(ids, stated.roles[0])
            except ValueError:
                assert not problem.admits(counts)
            else:
                assert problem.admits(counts)


def test_people_beside_the_lottery_fill_roles() -> None:
    """One of four seats is a client council's, counted: one more of them, and two carers."""
    pool = people(rol=["raad"] * 4 + ["zorg"] * 4)
    halves = Shares("rol", {"raad": "1/2", "zorg": "1/2"}, one_seat_each=True, separator=";")

    stated = state([halves], pool, 4, counted=[{"rol": "Raad"}])

    assert {"rol: raad": (1, 1), "rol: zorg": (2, 2)} == bounds(stated)
    assert {"p1": "raad", "p5": "zorg", "p6": "zorg"} == sortition.assign_roles(
        ["p6", "p1", "p5"], stated.roles[0]
    )


def test_an_organisation_beside_the_lottery_counts() -> None:
    """Two of GGD at most, one sits there already: one more, though only two signed up."""
    pool = people(org=["GGD"] * 2 + ["x", "y", ""])

    stated = state([EachAtMost("org", 2)], pool, 4, counted=[{"org": "ggd"}])

    assert {"org: GGD": (0, 1)} == bounds(stated)


def test_more_seats_can_mean_fewer() -> None:
    """The Alabama paradox, 6, 6 and 2 of 10 and 11: the minimum is the smaller of both."""
    pool = people(town=["a"] * 12 + ["b"] * 12 + ["c"] * 12)
    spread = Spread("town", "proportional", populations={"a": 6, "b": 6, "c": 2})

    assert [(4, 5), (4, 5), (1, 2)] == list(bounds(state([spread], pool, (10, 11))).values())


def test_every_note_renders_in_both_languages() -> None:
    """A pool and statements that give nearly all of them."""
    pool = people(age=["a", "b", "", "a"] * 9, rol=["x;y", "x", "y", "z"] * 9,
                  town=["t", "u", "v"] * 12)
    stated = state(
        [Shares("age", {"a": "1/2", "b": "1/2"}, unknown="outside"),
         Shares("rol", {"x": "1/3", "y": "1/3", "z": "1/3"}, one_seat_each=True, separator=";"),
         Spread("town", exact=True, tolerance=1), Spread(("rol", "town")), EachAtMost("town", 6)],
        pool, 10, include=["p1"], counted=[{"age": "a", "rol": "z", "town": "t"}], lot="2026",
    )

    assert {"note-rounded", "note-outside-none", "note-roles", "note-tie", "note-tolerance",
            "note-even-range", "note-several", "note-at-most", "note-outside", "note-counted",
            "note-include"} == set(codes(stated))
    assert all(note.render("en") != note.render("nl") for note in stated.notes)


def test_people_without_a_role() -> None:
    """A blank cell is an error, unless it is stated that these people count for no role."""
    pool = people(rol=["a", "b", "a;b", "", ";"] * 3)
    halves: Mapping[str, object] = {"a": "1/2", "b": "1/2"}
    strict = Shares("rol", halves, one_seat_each=True, separator=";")
    open_ = Shares("rol", {"a": "1+", "b": "1+"}, one_seat_each=True, separator=";",
                   unknown="outside")

    assert ["tag-blank"] == refused(strict, pool=pool, size=4)
    stated = state([open_], pool, 4)
    assert {"rol: a": (1, 4), "rol: b": (1, 4), "rol: a | b": (2, 4)} == bounds(stated)
    roles = sortition.assign_roles(["p3", "p4", "p5", "p8"], stated.roles[0])
    assert {"p3", "p8"} == set(roles)
    assert {"a", "b"} == set(roles.values())


def test_too_many_roles() -> None:
    """Nine roles of which everyone fills one: the message says to join some."""
    pool = people(rol=[f"r{at}" for at in range(9)] * 3)
    roles = Shares("rol", dict.fromkeys([f"r{at}" for at in range(9)], "0+"), one_seat_each=True)

    assert ["roles-many"] == refused(roles, pool=pool, size=9)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"of": "a", "shares": {"x": 1}}, Shares("a", {"x": 1})),
        ({"of": "a", "seats": {"x": "2+"}, "tolerance": 1},
         Shares("a", {"x": "2+"}, whole=False, tolerance=1)),
        ({"of": ["a", "b"], "cells": [{"b": "y", "A": "x", "seats": "3-5"}]},
         Shares(("a", "b"), {"x × y": "3-5"}, whole=False)),
        ({"of": "a", "separator": ";", "at_least_one": ["x", "y"]},
         Shares("a", {"x": "1+", "y": "1+"}, whole=False, separator=";")),
        ({"of": "a", "each_at_most": 2, "unknown": "outside"},
         EachAtMost("a", 2, unknown="outside")),
        ({"of": "a", "spread": "root", "populations": {"x": 4}, "floor": 1},
         Spread("a", "root", populations={"x": 4}, floor=1)),
        ({"of": "a", "spread": "proportional", "populations": "pool"}, Spread("a", "proportional")),
        ({"of": "a", "spread": "even", "values": ["x", "y"], "exact": True},
         Spread("a", values={"a": ["x", "y"]}, exact=True)),
        ({"of": "a", "shares": {"x": "1/1"}, "one_seat_each": True},
         Shares("a", {"x": "1/1"}, one_seat_each=True)),
    ],
)
def test_a_table_of_the_project_file(table: dict[str, object], expected: Statement) -> None:
    """Each kind of statement, as written and as made in Python."""
    assert expected == statement_from_mapping(table)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"off": "a", "shares": {"x": 1}}, ["statement-key", "statement-of"]),
        ({"of": "a"}, ["statement-says-nothing"]),
        ({"of": "a", "shares": {"x": 1}, "spread": "even"}, ["statement-says-more"]),
        ({"of": "a", "shares": {"x": 1}, "floor": 1}, ["statement-key-elsewhere"]),
        ({"of": 3, "shares": [1], "tolerance": "one"}, ["statement-type"] * 3),
        ({"of": "a", "shares": {"x": "many", "y": "9-7", " ": 2}, "tolerance": -1},
         ["group-blank", "amount-unread", "amount-reversed", "statement-negative"]),
        ({"of": ["a", "b"], "seats": {"x": 1}}, ["group-shape"]),
        ({"of": "a", "seats": {"x|y": 1, "Y | x": 2}}, ["group-twice"]),
        ({"of": ["a", "b"], "shares": {"x × y": 1}, "one_seat_each": True},
         ["statement-roles-crossed"]),
        ({"of": "a", "spread": "evn"}, ["statement-spread"]),
        ({"of": "a", "spread": "even", "populations": {"x": -1}}, ["population-wrong"]),
        ({"of": "a", "spread": "root", "populations": {"x": 0}}, ["population-none"]),
        ({"of": "a", "spread": "even", "values": {"b": ["x"]}}, ["statement-values-of"]),
        ({"of": ["a", "b"], "spread": "even", "values": ["x"]}, ["statement-values-list"]),
        ({"of": "a", "spread": "even", "values": ["x"], "populations": {"x": 1}},
         ["statement-values-twice"]),
        ({"of": ["a", "b"], "each_at_most": 1}, ["statement-one-feature"]),
        ({"of": ["a", "A "], "spread": "even"}, ["statement-of"]),
        ({"of": ["a", "b"], "cells": [{"a": "x", "seats": 1}]}, ["statement-cell"]),
        ({"of": "a", "shares": {}}, ["statement-empty"]),
        ({"of": "a", "shares": {"x": 1}, "unknown": "x", "separator": " "},
         ["statement-separator", "statement-unknown"]),
        ({"of": ["a", "b"], "seats": {"x × y": 1}, "unknown": "as:x"},
         ["statement-unknown-crossed"]),
        ({"of": "a", "each_at_most": -1}, ["statement-negative"]),
    ],
)
def test_what_is_wrong_with_a_table(table: dict[str, object], expected: list[str]) -> None:
    """Everything at once, at the line of the project file, in both languages."""
    with pytest.raises(QuotaError) as caught:
        statement_from_mapping(table, file="project.toml", row=12)

    assert expected == [issue.code for issue in caught.value.issues]
    for issue in caught.value.issues:
        assert ("project.toml", 12) == (issue.file, issue.row)
        assert issue.to_dict("en")["message"] != issue.to_dict("nl")["message"]


@pytest.mark.parametrize(
    "words",
    ["gemeente;inwoners\nHeerlen;87.498\nKerkrade;45 302\nTotaal;\n;132.800\n".replace(
        "Totaal;\n", ""), "Gemeente,code,people\nHeerlen,GM0917,87498\nKerkrade,GM0928,45302.0\n",
     "regio,aantal\nHeerlen,87498\nKerkrade,45302\n"],
)
def test_populations_from_a_file(tmp_path: Path, words: str) -> None:
    """Under the feature's name or first, with points or spaces between thousands."""
    (tmp_path / "inwoners.csv").write_text(words, encoding="utf-8")
    table = {"of": "gemeente", "spread": "proportional", "populations": "inwoners.csv"}

    statement = statement_from_mapping(table, folder=tmp_path)

    assert isinstance(statement, Spread)
    assert {"Heerlen": 87498, "Kerkrade": 45302} == statement.populations


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gemeente,inwoners\nHeerlen,veel\nKerkrade,\nHEERLEN,1\nKERKRADE,2\nKerkrade,3",
         ["quota-not-whole", "quota-blank", "quota-duplicate"]),
        ("gemeente,x,y\nHeerlen,1,2", ["population-column"]),
    ],
)
def test_what_is_wrong_with_populations(tmp_path: Path, words: str, expected: list[str]) -> None:
    """Words for numbers, nothing, a group twice; two columns that could be the count."""
    (tmp_path / "inwoners.csv").write_text(words, encoding="utf-8")
    table = {"of": "gemeente", "spread": "proportional", "populations": "inwoners.csv"}

    with pytest.raises(InputError) as caught:
        statement_from_mapping(table, folder=tmp_path)

    assert expected == [issue.code for issue in caught.value.issues]


def test_crossed_groups_in_a_quota_file() -> None:
    """Feature ``rol × town`` with a value for each, unions within."""
    frame = pd.DataFrame({"feature": ["rol × town", "rol x town", "rol"],
                          "value": ["a|b × X", "c * Y", "d x e"], "min": [1, 0, 0],
                          "max": [2, 3, 9]})

    quotas = sortition.Quotas.from_frame(frame, 3).quotas

    assert (
        Quota((("rol", ("a", "b")), ("town", ("X",))), 1, 2),
        Quota((("rol", ("c",)), ("town", ("Y",))), 0, 3),
        Quota((("rol", ("d x e",)),), 0, 9),
    ) == quotas


def test_a_crossed_group_of_another_shape_in_a_quota_file() -> None:
    """Two features and one value: which of them is meant?"""
    frame = pd.DataFrame({"feature": ["rol × town"], "value": ["a"], "min": [1], "max": [2]})

    with pytest.raises(QuotaError) as caught:
        sortition.Quotas.from_frame(frame, 3)

    assert ["group-shape"] == [issue.code for issue in caught.value.issues]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("feature,value,share\nrol,a,1/3\nRol,b|c,2/3\n,total,1\nrol × sex,a × w,2+\n",
         (Shares("rol", {"a": "1/3", "b|c": "2/3"}), Shares(("rol", "sex"), {"a × w": "2+"}))),
        ("Kenmerk;Waarde;Zetels;noot\nrol;a;7-9;\n",
         (Shares("rol", {"a": "7-9"}, whole=False),)),
        ("feature,value,min,max,share\nrol,a,1,2,1/3\n", None),
        ("feature,value\nrol,a\n", None),
    ],
)
def test_a_quota_file_with_shares(
    tmp_path: Path, words: str, expected: tuple[Shares, ...] | None
) -> None:
    """One column of amounts in place of min and max; a file that has those is none of these."""
    (tmp_path / "quotas.csv").write_text(words, encoding="utf-8")

    assert expected == statements_from_table(read_table(tmp_path / "quotas.csv"))


def test_what_is_wrong_with_a_quota_file_of_shares() -> None:
    """A word for a number, and a value twice, in one go."""
    frame = pd.DataFrame({"feature": ["a", "a", "b"], "value": ["x", "x", "y"],
                          "share": ["1/2", "1/2", "half"]})

    with pytest.raises(QuotaError) as caught:
        statements_from_table(from_frame(frame))

    assert ["group-twice", "amount-unread"] == [issue.code for issue in caught.value.issues]


def test_the_page_says_what_can_be_read() -> None:
    """Every project file shown in the documentation of quotas is one."""
    page = (ROOT / "docs" / "quotas.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    tables = [table for block in shown for table in tomllib.loads(block)["quota"]]

    assert len(tables) >= 8
    assert all(statement_from_mapping(table).features for table in tables)
