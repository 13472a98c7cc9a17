"""Compiling: types and household patterns counted by hand; words that do not match."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from oracle import all_panels, keeps_rules
from pools import PAIR, THREE, UNION, dice_of, frames_of, planted_pools, problem_of

import sortition
from sortition import InputError, Pool, PoolError, Quota, QuotaError, Quotas
from sortition.messages import render_issue


def lives(*people: str) -> pd.DataFrame:
    """Return people from words `side home`, `_` for no address, with ids p1, p2, …"""
    rows = [word.split() for word in people]
    return pd.DataFrame(
        {
            "id": [f"p{at}" for at in range(1, len(rows) + 1)],
            "side": [side for side, _ in rows],
            "home": ["" if home == "_" else home for _, home in rows],
        }
    )


def sides(size: int, per_household: int = 1) -> Quotas:
    both = [Quota((("side", (side,)),), 0, size) for side in "lr"]
    return Quotas((size, size), tuple(both), per_household)


def test_people_whom_no_rule_can_tell_apart_are_one_type() -> None:
    """Two of the left, one of the right: two types."""
    problem = problem_of(THREE.pool)

    assert [0, 0, 1] == problem.type_of.tolist() or [1, 1, 0] == problem.type_of.tolist()
    assert sorted([2, 1]) == sorted(problem.people.tolist())
    assert problem.people.tolist() == problem.limit.tolist()
    assert (2, 2) == (problem.types, problem.size)


def test_the_first_row_counts_seats_and_the_others_are_the_quotas() -> None:
    """Every type sits once; the rows follow the quotas' names."""
    problem = problem_of(UNION.pool)

    assert ("", "side: a | b", "side: c") == problem.names
    assert [1] * problem.types == problem.rows[0].tolist()
    assert [2, 1, 1] == problem.lower.tolist() == problem.upper.tolist()
    rows = problem.rows[1:].T.tolist()
    seats = {int(count): row for count, row in zip(problem.people, rows, strict=True)}
    assert {3: [1, 0], 1: [0, 1]} == seats, "a and b are one type: no rule tells them apart"


def test_people_who_share_a_home_are_a_type_of_their_own() -> None:
    """Two of one side in one home: one type of two people with one seat between them."""
    problem = problem_of(PAIR.pool)

    assert sorted([(2, 1), (1, 1)]) == sorted(
        zip(problem.people.tolist(), problem.limit.tolist(), strict=True)
    )


def test_homes_with_the_same_kinds_of_people_share_a_pattern() -> None:
    """Two homes of one left and one right: two types of two people, two seats for all four."""
    people = lives("l h1", "r h1", "l h2", "r h2", "l h3", "r _")

    problem = sortition.compile(Pool.from_frame(people, household=["home"]), sides(3))

    at_home = problem.type_of[:4].tolist()
    assert at_home[:2] == at_home[2:]
    assert 4 == problem.types
    assert [2, 2, 2, 2, 1, 1] == problem.people[problem.type_of].tolist()
    patterns = problem.pattern[problem.type_of]
    assert 1 == len(set(patterns[:4].tolist()))
    assert [2, 1, 1] == [int(problem.capacity[patterns[at]]) for at in (0, 4, 5)]


def test_homes_with_other_people_in_them_are_another_pattern() -> None:
    """A left one who lives with a right one is no equal of one who lives with a left one."""
    people = lives("l h1", "r h1", "l h2", "l h2", "l _")

    problem = sortition.compile(Pool.from_frame(people, household=["home"]), sides(3))

    assert 4 == len(set(problem.type_of.tolist()))
    assert 1 == len(set(problem.type_of[2:4].tolist()))
    assert [1, 1, 1, 1, 1] == problem.limit[problem.type_of].tolist()


def test_a_home_no_larger_than_what_it_may_send_is_no_rule() -> None:
    """With two from a household allowed, a couple is like two people alone."""
    people = lives("l h1", "l h1", "l _", "l h2", "l h2", "l h2")

    problem = sortition.compile(
        Pool.from_frame(people, household=["home"]), sides(3, per_household=2)
    )

    assert 1 == len(set(problem.type_of[:3].tolist()))
    assert [3, 3] == sorted(problem.people.tolist())
    assert [3, 3, 3, 2, 2, 2] == problem.limit[problem.type_of].tolist()


@given(planted_pools(most=8))
def test_a_set_of_people_keeps_the_rules_exactly_when_the_problem_admits_it(pool) -> None:
    """Types lose nothing: for every set of people the counts per type say the same."""
    problem = problem_of(pool)
    panels = set(all_panels(pool))
    dice = dice_of(0)
    for _ in range(60):
        some = tuple(sorted(dice.sample(range(len(pool.people)), dice.choice(pool.sizes))))
        homes = problem.household[list(some)]
        counts = np.bincount(problem.type_of[list(some)], minlength=problem.types)
        one_each = len(set(homes.tolist())) == len(homes)

        assert (some in panels) == keeps_rules(pool, some)
        assert (some in panels) == (problem.admits(counts) and one_each)


def test_the_order_of_people_and_quotas_does_not_matter() -> None:
    """Rows shuffled in both tables give the same arrays."""
    people, rules = frames_of(PAIR.pool)
    wanted = problem_of(PAIR.pool)
    problem = sortition.compile(
        Pool.from_frame(people.iloc[::-1], household=PAIR.pool.household),
        Quotas.from_frame(rules.iloc[::-1], size=2),
    )

    assert wanted.names == problem.names
    for name in ("type_of", "household", "people", "limit", "rows", "lower", "upper", "pattern"):
        assert getattr(wanted, name).tolist() == getattr(problem, name).tolist()


def test_crossed_quotas_count_who_has_both() -> None:
    """A quota on two features is one row over the people who have both values."""
    people = pd.DataFrame({"id": list("abcd"), "f": list("xxyy"), "g": list("uvuv")})
    quotas = Quotas(
        (2, 2),
        (
            Quota((("f", ("x", "y")),), 2, 2),
            Quota((("g", ("u", "v")),), 2, 2),
            Quota((("f", ("x",)), ("g", ("u",))), 1, 1),
        ),
    )

    problem = sortition.compile(Pool.from_frame(people), quotas)

    row = problem.names.index("f: x × g: u")
    assert [1, 0, 0, 0] == problem.rows[row][problem.type_of].tolist()


def test_names_match_whatever_their_case_and_spaces() -> None:
    """Quotas speak of `Side: L`, the list of `side: l `."""
    quotas = Quotas((1, 1), (Quota((("Side", ("L",)),), 0, 1), Quota((("SIDE", ("r ",)),), 0, 1)))

    problem = sortition.compile(Pool.from_frame(lives("l _", "r _", "L _")), quotas)

    assert 2 == problem.types


def issues_of(people: pd.DataFrame, quotas: Quotas, kind: type[InputError]) -> list[tuple]:
    with pytest.raises(kind) as caught:
        sortition.compile(Pool.from_frame(people), quotas)
    return [(i.code, i.row, i.column, i.params.get("nearest")) for i in caught.value.issues]


def test_a_feature_that_is_no_column_is_told_with_the_nearest() -> None:
    """Every such feature, not only the first."""
    quotas = Quotas(
        (1, 1), (Quota((("sidee", ("l",)),), 0, 1, 2), Quota((("zzzz", ("l",)),), 0, 1, 3))
    )

    assert [
        ("quota-feature-unknown", 2, None, "side"), ("quota-feature-unknown", 3, None, None),
    ] == issues_of(lives("l _"), quotas, QuotaError)


def test_features_and_values_are_told_at_once() -> None:
    """A feature that is no column does not hide a value that no quota names."""
    wrong, right = Quota((("sidee", ("l",)),), 0, 1, 2), Quota((("side", ("l",)),), 0, 1, 3)
    quotas = Quotas((1, 1), (wrong, right))

    assert [
        ("quota-feature-unknown", 2, None, "side"), ("pool-value-unknown", 2, "side", None),
    ] == issues_of(lives("l _", "other _"), quotas, InputError)


def test_a_value_that_no_quota_names_is_told_once_with_all_its_people() -> None:
    """Unknown and blank values, each with its first row, a few more rows and how many there are."""
    people = lives("l _", "other _", "_ _", "r _", *["other _"] * 6).replace({"side": {"_": ""}})
    with pytest.raises(PoolError) as caught:
        sortition.compile(Pool.from_frame(people), sides(1))

    assert [
        ("pool-value-unknown", 2, "side", 7, "2, 5, 6, 7, 8, …"),
        ("pool-value-blank", 3, "side", 1, "3"),
    ] == [
        (i.code, i.row, i.column, i.params["count"], i.params["rows"]) for i in caught.value.issues
    ]
    assert "[[exclude]]" in render_issue(caught.value.issues[0])  # or they may not be drawn
    assert "[[exclude]]" not in render_issue(caught.value.issues[1])


def test_a_misspelt_value_is_told_with_the_quota_it_may_belong_to_and_back() -> None:
    """The list's issue names the quota's row; the quota's issue names the list's spelling."""
    places = [Quota((("side", (name,)),), 1, 1, at) for at, name in ((5, "Etten-Leur"), (6, "Epe"))]

    with pytest.raises(InputError) as caught:
        sortition.compile(
            Pool.from_frame(lives("Etten-.Leur _", "Epe _")), Quotas((2, 2), tuple(places))
        )

    found = {issue.code: issue for issue in caught.value.issues}
    assert {"pool-value-unknown", "quota-value-unheld"} == set(found)
    assert "Etten-.Leur" == found["quota-value-unheld"].params["nearest"]
    unknown = found["pool-value-unknown"]
    assert ("Etten-Leur", 5) == (unknown.params["nearest"], unknown.params["quota_row"])
    assert "did you mean “Etten-Leur”, of the quota in row 5?" in str(unknown)


def test_every_quota_that_nobody_can_fill_is_told_once() -> None:
    """Each with its own row and the spelling it may have; a union of two values is one quota."""
    rules = [("Etten-Leur",), ("Zeist",), ("Epe", "Ede")]
    places = [Quota((("side", names),), 1, 1, at) for at, names in enumerate(rules, 2)]

    issues = issues_of(lives("Zeyst _", "Etten-.Leur _"), Quotas((2, 2), tuple(places)), InputError)

    assert [(2, "Etten-.Leur"), (3, "Zeyst"), (4, None)] == [
        (row, near) for code, row, _, near in issues if code == "quota-value-unheld"
    ]


def test_a_value_with_a_quota_of_its_own_is_nobodys_misspelling() -> None:
    """Nobody is called Eppe; Epe has a quota, so that it is not suggested for Eppe's."""
    places = [Quota((("side", (name,)),), 1, 1, at) for at, name in ((5, "Eppe"), (6, "Epe"))]

    assert [("quota-value-unheld", 5, None, None)] == issues_of(
        lives("Epe _", "Epe _"), Quotas((2, 2), tuple(places)), InputError
    )


def test_a_quota_for_a_value_that_nobody_has_is_told() -> None:
    """Seats wanted for a group that is empty are a spelling to look at, not a conflict."""
    quotas = Quotas(
        (2, 2),
        (Quota((("side", ("left",)),), 1, 2, 2), Quota((("side", ("l",)),), 0, 2, 3)),
    )

    with pytest.raises(InputError) as caught:
        sortition.compile(Pool.from_frame(lives("l _", "l _")), quotas)

    assert [("quota-value-unheld", 2)] == [(i.code, i.row) for i in caught.value.issues]


def test_a_quota_of_zero_for_a_value_that_nobody_has_is_fine() -> None:
    """Nobody wanted and nobody there."""
    quotas = Quotas(
        (1, 1), (Quota((("side", ("left",)),), 0, 2), Quota((("side", ("l",)),), 0, 2))
    )

    assert 1 == sortition.compile(Pool.from_frame(lives("l _", "l _")), quotas).types


def test_a_panel_larger_than_the_pool_is_told() -> None:
    """Three seats, two people."""
    assert [("size-above-pool", None, None, None)] == issues_of(
        lives("l _", "r _"), sides(3), InputError
    )


def test_a_problem_cannot_be_changed() -> None:
    """Frozen, and its arrays read-only."""
    problem = problem_of(THREE.pool)

    for name in ("type_of", "people", "limit", "rows", "lower", "upper", "pattern", "capacity"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(problem, name)[...] = 0
    with pytest.raises(AttributeError):
        problem.per_household = 2


def test_a_quota_can_name_people() -> None:
    """One of two people by id; the column of ids is no feature, and nobody else must be named."""
    people = lives("l _", "l _", "r _")
    named = Quota((("ID", ("p1", "p3")),), 1, 1)

    problem = sortition.compile(
        Pool.from_frame(people), Quotas((2, 2), (named,), outside=(("id", ()),))
    )

    assert ("", "ID: p1 | p3") == problem.names
    assert [1, 0, 1] == problem.rows[1][problem.type_of].tolist()


def test_values_outside_on_purpose_are_no_issue() -> None:
    """Whoever is outside counts for nothing; any other value without quota is still asked about."""
    people = lives("l _", "r _", "m _")
    left = Quota((("side", ("l",)),), 1, 1)

    problem = sortition.compile(
        Pool.from_frame(people), Quotas((2, 2), (left,), outside=(("Side", ("M", "r")),))
    )
    with pytest.raises(PoolError) as caught:
        sortition.compile(
            Pool.from_frame(people), Quotas((2, 2), (left,), outside=(("side", ("r",)),))
        )

    assert [1, 0, 0] == problem.rows[1][problem.type_of].tolist()
    assert ["m"] == [issue.params["value"] for issue in caught.value.issues]


def test_a_column_of_many_values_is_one_question() -> None:
    """Ages without bands: one message, not one for each; whose they are is not said."""
    frame = pd.DataFrame({"id": range(60), "age": [str(at) for at in range(16, 76)]})
    rules = pd.DataFrame({"feature": ["age"], "value": ["16-29"], "min": [0], "max": [9]})
    with pytest.raises(InputError) as caught:
        sortition.compile(Pool.from_frame(frame), Quotas.from_frame(rules, size=9))

    thirds = sortition.Shares("age", {"16-29": "1/3", "30+": "2/3"})
    with pytest.raises(InputError) as stated:
        sortition.state([thirds], Pool.from_frame(frame), 9)

    for error in (caught.value, stated.value):
        assert [("pool-values-many", "age", 60)] == [
            (issue.code, issue.column, issue.params["count"]) for issue in error.issues
        ]
