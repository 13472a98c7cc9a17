"""Quotas in people's terms: the compositions that were asked for, counted by hand."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

import sortition
from sortition import InputError, Pool, compile  # noqa: A004 - the field's verb
from sortition.messages import LANGUAGES
from sortition.rules.statements import EachAtMost, Shares, Spread, Statement
from sortition.rules.stating import Stated, state

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


def test_a_minimum_above_the_size_is_a_quota_with_ways_out() -> None:
    """“At least 13” of 12 seats is no slip between two shares: like “13”, no panel can have it."""
    pool = people(rol=["a", "b"] * 20)
    stated = state([Shares("rol", {"a": "at least 13"}, whole=False)], pool, 12)

    assert {"rol: a": (13, 13)} == bounds(stated)


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
    strict = Shares("age", {"65+": "at most 2"}, whole=False)

    assert ["pool-value-blank"] == refused(strict, pool=pool, size=4)

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


def test_several_values_with_another_sign_between() -> None:
    """A comma where others have a semicolon: how to write it, in the list or as an alias."""
    pool = people(rol=["boer;bakker", "boer, bakker", "boer", "bakker"])
    half = Shares("rol", {"boer": "1/2", "bakker": "1/2"}, one_seat_each=True, separator=";")
    with pytest.raises(InputError) as caught:
        state([half], pool, 2)
    issue = caught.value.issues[0]
    assert ("pool-value-unknown", "boer; bakker") == (issue.code, issue.params["written"])
    assert 'aliases = { "boer, bakker" = "boer; bakker" }' in str(issue)


def test_words_that_do_not_match_the_list() -> None:
    """A feature that is no column, a tag nobody has, a role that is not named: with the nearest."""
    pool = people(rol=["zorgvrager;cliënt", "zorgvrager"] * 6)

    assert ["quota-feature-unknown"] == refused(EachAtMost("rool", 2), pool=pool)
    typo = Shares("rol", {"zorgvragr": "at most 3"}, whole=False, separator=";")
    assert ["statement-unheld"] == refused(typo, pool=pool, size=4)
    roles = Shares("rol", {"zorgvrager": "1/2", "client": "1/2"}, one_seat_each=True, separator=";")
    assert ["pool-value-unknown"] == refused(roles, pool=pool, size=4)
    assert ["shares-several"] == refused(
        Shares("rol", {"zorgvrager": "1/2", "cliënt": "1/2"}, separator=";"), pool=pool, size=4
    )


@pytest.mark.parametrize("statement", [
    Shares("town", {"Etten-Leur": "at least 2"}, whole=False), Spread("town"),
    EachAtMost("town", 3),
])
def test_a_spelling_that_counts_apart_is_said(statement: Statement) -> None:
    """Whoever wrote “Etten- Leur” does not count for Etten-Leur: not an error, and not silent."""
    pool = people(town=["Etten-Leur"] * 6 + ["Etten- Leur"] + ["Zeist"] * 6)

    near = [note for note in state([statement], pool, 6).notes if note.code == "note-near"]

    assert [{"Etten-Leur", "Etten- Leur"}] == [
        {note.params["value"], note.params["like"]} for note in near
    ]
    clean = people(town=["Etten-Leur"] * 6 + ["Zeist"] * 6)
    assert "note-near" not in codes(state([statement], clean, 6))


def test_a_typing_error_in_the_list_is_said() -> None:
    """“Heerlem” is not named, and need not be; a band of other numbers is not near."""
    pool = people(town=["Heerlen"] * 6 + ["Heerlem", "Zeist"], age=["16-29", "16-39"] * 4)
    stated = state([Shares("town", {"Heerlen": "3+"}, whole=False),
                    Shares("age", {"16-29": "1+"}, whole=False)], pool, 6)

    assert [("Heerlem", "Heerlen", 1)] == [
        (note.params["value"], note.params["like"], note.params["people"])
        for note in stated.notes if note.code == "note-near"
    ]


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

    assert ["pool-value-blank"] == refused(strict, pool=pool, size=4)
    stated = state([open_], pool, 4)
    assert {"rol: a": (1, 4), "rol: b": (1, 4), "rol: a | b": (2, 4)} == bounds(stated)
    roles = sortition.assign_roles(["p3", "p4", "p5", "p8"], stated.roles[0])
    assert {"p3", "p8"} == set(roles)
    assert {"a", "b"} == set(roles.values())


def test_a_role_that_is_not_named_is_no_role_to_spread_over() -> None:
    """A crossed spread takes the groups of the roles; it makes no group of a misspelt one."""
    pool = people(rol=["a", "b", "a;b", "c"] * 3, town=["t", "u"] * 6)
    halves = Shares("rol", {"a": "1/2", "b": "1/2"}, one_seat_each=True, separator=";")

    assert ["pool-value-unknown"] == refused(halves, Spread(("rol", "town")), pool=pool, size=4)


def test_too_many_roles() -> None:
    """Nine roles of which everyone fills one: the message says to join some."""
    pool = people(rol=[f"r{at}" for at in range(9)] * 3)
    roles = Shares("rol", dict.fromkeys([f"r{at}" for at in range(9)], "0+"), one_seat_each=True)

    assert ["roles-many"] == refused(roles, pool=pool, size=9)


@pytest.mark.parametrize(
    ("amounts", "beside"),
    [
        ({"a": "at least 2", "b": "at least 2"}, []),
        ({"a": "0-1", "b": "0-1"}, []),
        ({"a": "at least 2", "b": "2-3"}, [{"role": "a;b"}]),
    ],
)
def test_role_seats_that_do_not_fit_the_panel_are_no_typing_error(
    amounts: dict[str, object], beside: list[dict[str, str]]
) -> None:
    """Bounds that only follow from those of the roles are never called reversed or clashing."""
    pool = people(role=["a", "b", "a;b", "a;b", "b"])
    roles = Shares("role", amounts, one_seat_each=True, separator=";")
    problem = compile(pool, state([roles], pool, 3, counted=beside).quotas)

    with pytest.raises(sortition.InfeasibleError):
        sortition.find_distribution(problem)


def test_a_lot_without_a_text_is_said() -> None:
    """Somebody who knows the sign-ups could choose a text afterwards."""
    pool = people(side=["left", "right"] * 3)
    half = Shares("side", {"left": "1/2", "right": "1/2"})

    assert ["note-tie-no-text", "note-rounded"] == codes(state([half], pool, 3))
    assert ["note-tie", "note-rounded"] == codes(state([half], pool, 3, lot="1 March"))
