"""The audit of a lottery: figures counted by hand, against enumeration, and as published."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from oracle import SmallPool, all_panels
from pools import LONER, NAMED, ODD, PAIR, STEPS, THREE, frames_of, problem_of, published_example

import sortition
from sortition.audit.chances import chance_figures, geometric_mean, gini
from sortition.audit.optima import extremes
from sortition.audit.result import Audit
from sortition.rules.quotas import Quota


def pool_of(pool: SmallPool) -> sortition.Pool:
    people, _ = frames_of(pool)
    return sortition.Pool.from_frame(people, "id", pool.household)


def audited(pool: SmallPool, **asked: object) -> Audit:
    return sortition.audit(sortition.find_distribution(problem_of(pool)), pool_of(pool), **asked)


# Four of them, one seat each side: who serves within a side is equally likely.
FOUR = SmallPool(
    tuple(
        {"id": f"p{at}", "side": side, "sex": sex, "home": home}
        for at, (side, sex, home) in enumerate(["lfa", "lmb", "rfa", "rmb"])
    ),
    (("side", "l", 1, 1), ("side", "r", 1, 1)),
    2,
)


def test_gini_by_its_definition() -> None:
    """Half the mean absolute difference over the mean, counted pair by pair."""
    chance = np.array([0.1, 0.1, 0.4, 1.0, 0.0])
    pairs = sum(abs(a - b) for a in chance for b in chance)

    assert pytest.approx(pairs / (2 * 25 * chance.mean())) == gini(chance)
    assert gini(np.full(7, 0.3)) == pytest.approx(0.0, abs=1e-15)
    assert gini(np.zeros(3)) == 0.0


def test_geometric_mean() -> None:
    """The root of the product; nobody may have nothing."""
    assert pytest.approx((0.5 * 0.5 * 1.0) ** (1 / 3)) == geometric_mean(np.array([0.5, 0.5, 1.0]))
    assert geometric_mean(np.array([0.0, 1.0])) == 0.0
    assert geometric_mean(np.zeros(0)) == 0.0


def test_figures_of_three_by_hand() -> None:
    """Two share a seat, one is certain; no lottery can do better, or worse."""
    found = audited(THREE.pool).chances

    assert (3, 0, 0.5, 1.0) == (found.people, found.barred, found.smallest, found.largest)
    assert pytest.approx(2 / 3) == found.mean
    assert pytest.approx(1 / 6) == found.gini
    assert pytest.approx(0.25 ** (1 / 3)) == found.geometric_mean
    assert (0.0, 1.0, 1.0) == (
        found.below_optimum, found.smallest_of_best, found.largest_of_best
    )


@pytest.mark.parametrize("name", NAMED, ids=lambda own: own.name)
def test_expected_seats_are_sums_of_the_chances_counted_by_hand(name) -> None:
    """Group by group; all groups of a feature share the expected seats between them."""
    found = audited(name.pool)
    if not name.chances:
        pytest.skip("its chances were not counted by hand")
    by_id = dict(zip((own["id"] for own in name.pool.people), name.chances, strict=True))

    assert pytest.approx([by_id[own] for own in found.ids]) == found.chance.tolist()
    for group in found.groups:
        if not group.over:
            continue
        members = [p["id"] for p in name.pool.people if p[group.over] == group.name]
        assert group.people == len(members)
        assert pytest.approx(sum(by_id[own] for own in members)) == group.expected
        assert pytest.approx(group.expected / sum(name.chances)) == group.panel_share


def test_a_union_is_a_group_of_its_own() -> None:
    """Beside its values, and with its bounds."""
    rules = (("side", "l|r", 2, 2), ("side", "l", 0, 2), ("side", "r", 0, 2))
    found = {group.name: group for group in audited(replace(FOUR, rules=rules)).groups}

    assert ("", 4, 2, 2) == (
        (union := found["side: l | r"]).over, union.people, union.lower, union.upper
    )
    assert ("side", 2) == (found["l"].over, found["l"].people)


def test_below_the_optimum_is_counted_among_those_who_can_serve() -> None:
    """Two of the three who can be selected have less than the best smallest chance."""
    figures = chance_figures(
        np.array([0.2, 0.3, 0.5, 0.0]), np.array([True, True, True, False]), 0.4, 0.4
    )

    assert pytest.approx(2 / 3) == figures.below_optimum
    assert (1, 0.2) == (figures.barred, figures.smallest)
    assert (pytest.approx(0.5), pytest.approx(1.25)) == (
        figures.smallest_of_best, figures.largest_of_best
    )


@pytest.mark.parametrize("objective", [sortition.Nash(), sortition.Minimax(), sortition.Leximin()])
def test_the_best_chances_are_asked_for_where_they_are_not_known(objective) -> None:
    """1 of 4, 2 of 3 and 1 of 1: nothing else is possible, whatever is aimed at."""
    problem = problem_of(STEPS.pool)
    best = extremes(problem, [sortition.find_distribution(problem, objective)])

    assert (pytest.approx(0.25), pytest.approx(1.0), True) == (
        best.smallest, best.largest, best.proven
    )


def test_without_time_the_best_chances_are_bounds() -> None:
    """Never better for the lottery than the truth: the smallest not too low."""
    problem = problem_of(ODD.pool)
    best = extremes(problem, time_limit=0.0)

    assert not best.proven
    assert best.smallest >= 1 / 3 - 1e-9
    assert best.largest <= 1.0


@pytest.mark.parametrize("make", [lambda f: f, lambda f: f.to_lottery(100), lambda f: f.to_exact()])
def test_a_quota_left_out_is_met_as_often_as_counting_says(make: Callable) -> None:
    """One woman of two: the two sides are drawn apart, so on half of the panels."""
    fair = sortition.find_distribution(problem_of(FOUR))
    quota = Quota((("sex", ("f",)),), 1, 1)
    (found,) = sortition.audit(make(fair), pool_of(FOUR), without=[quota]).left_out

    assert ("sex: f", 2, pytest.approx(1.0)) == (found.name, found.people, found.expected)
    if make(fair) is fair:
        assert pytest.approx(0.5) == found.met
    else:
        # On tickets any split is fair to everybody: what counts is what stands on them.
        assert 0.0 <= found.met <= 1.0


def test_what_stands_on_tickets_is_counted() -> None:
    """Ticket by ticket, with the very people."""
    lottery = sortition.find_distribution(problem_of(FOUR)).to_lottery(10)
    women = {"p0", "p2"}
    met = sum(len(women & set(lottery.members(at))) == 1 for at in range(10)) / 10
    quota = Quota((("sex", ("f",)),), 1, 1)
    (found,) = sortition.audit(lottery, pool_of(FOUR), without=[quota]).left_out

    assert met == found.met


def test_a_group_that_cuts_through_homes_has_no_chances_without_tickets() -> None:
    """Of the two who share a home one serves; which one is drawn last."""
    people = tuple({**own, "sex": sex} for own, sex in zip(PAIR.pool.people, "fmf", strict=True))
    pool = replace(PAIR.pool, people=people)
    quota = Quota((("sex", ("f",)),), 1, 1)
    fair = sortition.find_distribution(problem_of(pool))
    (open_,) = sortition.audit(fair, pool_of(pool), without=[quota]).left_out
    (counted,) = sortition.audit(fair.to_lottery(10), pool_of(pool), without=[quota]).left_out

    assert (None, pytest.approx(1.5)) == (open_.met, open_.expected)
    assert 0.5 == counted.met


def test_seats_of_a_group_lie_within_what_panels_have() -> None:
    """The least and the most that can be drawn, never outside the quota."""
    for group in audited(STEPS.pool).groups:
        assert group.lower == group.least == group.most == group.upper


def test_errors_by_hand() -> None:
    """The left has two thirds of the pool, half of the seats, and a tenth of the population."""
    found = audited(THREE.pool, population={"side": {"l": 10, "r": 90}}).errors
    by_reference = {error.against: error for error in found}

    for against, off in (("pool", 1 / 6), ("quotas", 0.0), ("population", 0.4)):
        error = by_reference[against]
        assert ("side", 2) == (error.over, error.groups)
        assert pytest.approx([off**2, off, off, off]) == [
            error.mean_squared, error.loosemore_hanby, error.gallagher, error.largest
        ]


def test_intersections_and_groups_that_nobody_signed_up_for() -> None:
    """A combination of the population counts, though no volunteer has it."""
    table = {"l × f": 1, "l × x": 3}
    found = audited(FOUR, over=[["side", "sex"]], population={"side × sex": table})
    own = {group.name: group for group in found.groups if group.over == "side × sex"}

    assert {"l × f", "l × m", "r × f", "r × m", "l × x"} == set(own)
    assert (0, None, 0.75, 0.0) == (
        (missing := own["l × x"]).people, missing.chances, missing.population_share,
        missing.expected,
    )
    assert (1, 0.25, 0.25, 0.5) == (
        (held := own["l × f"]).people, held.pool_share, held.population_share, held.expected
    )


def test_what_is_no_column_is_said_at_once() -> None:
    """All of them, and a population of nobody too."""
    with pytest.raises(sortition.QuotaError) as caught:
        audited(FOUR, over=[["sidd", "sex"], ["height"]])
    assert ["sidd", "height"] == [issue.params["name"] for issue in caught.value.issues]
    with pytest.raises(sortition.QuotaError, match="has nobody in it"):
        audited(FOUR, population={"side": {"l": 0}})


def test_another_list_of_people_is_refused() -> None:
    """Chances belong to the people they were made for."""
    fair = sortition.find_distribution(problem_of(THREE.pool))
    with pytest.raises(ValueError, match="another list"):
        sortition.audit(fair, pool_of(FOUR))


def test_panels_by_hand() -> None:
    """Two panels, each as likely, are one bit; of types there is one panel, and no doubt."""
    fair = sortition.find_distribution(problem_of(THREE.pool))
    lottery = sortition.audit(fair.to_lottery(10), pool_of(THREE.pool)).panels
    types = sortition.audit(fair, pool_of(THREE.pool)).panels

    assert ("people", 2, 1.0, 0.5, 10, 0.0) == (
        lottery.of, lottery.distinct, lottery.entropy, lottery.largest_weight, lottery.tickets,
        pytest.approx(lottery.ticket_loss, abs=1e-9),
    )
    assert ("types", 1, 0.0, 1.0, None, None) == (
        types.of, types.distinct, types.entropy, pytest.approx(types.largest_weight),
        types.tickets, types.ticket_loss,
    )


def test_whoever_is_on_no_panel_has_a_witness() -> None:
    """The rules named keep the young southerner out, and without any one of them they do not."""
    (barred,) = audited(LONER.pool).barred
    named = {(rule.name, rule.side) for rule in barred.rules}

    assert ("p06",) == barred.ids
    assert barred.minimal
    assert not any(5 in panel for panel in all_panels(only(LONER.pool, named)))
    for rule in named:
        assert any(5 in panel for panel in all_panels(only(LONER.pool, named - {rule}))), rule


def only(pool: SmallPool, named: set[tuple[str, str]]) -> SmallPool:
    """Return the pool with none of its rules but these; the size is the rule without a name."""
    most = len(pool.people)
    low, high = pool.sizes[0], pool.sizes[-1]
    rules = tuple(
        (f, v, least if (f"{f}: {v}", "min") in named else 0,
         greatest if (f"{f}: {v}", "max") in named else most)
        for f, v, least, greatest in pool.rules
    )
    size = low if ("", "min") in named else 0, high if ("", "max") in named else most
    return replace(pool, rules=rules, size=size)


def test_ratio_products_by_hand() -> None:
    """Of three, two lean left (2/3) where half of the seats is theirs: 4/3; the other 2/3."""
    found = audited(THREE.pool)

    assert pytest.approx([4 / 3, 4 / 3, 2 / 3]) == found.ratio_product.tolist()


def test_ratio_products_need_a_quota_for_every_value() -> None:
    """A union leaves open what is asked of each."""
    rules = (("side", "l|r", 2, 2),)
    found = audited(replace(FOUR, rules=rules))

    assert np.isnan(found.ratio_product).all()
    assert [None] * 4 == [person["ratio_product"] for person in found.to_dict()["people"]]


def test_frames_and_json_hold_the_same() -> None:
    """A row per person and per group; JSON without anything that JSON has not."""
    fair = sortition.find_distribution(problem_of(LONER.pool))
    found = sortition.audit(fair.to_lottery(20), pool_of(LONER.pool), prices=True)
    frames, plain = found.frames, json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert {"people", "summary", "groups", "errors", "barred", "left_out", "prices",
            "manipulations", "definitions"} == set(frames)
    pd.testing.assert_frame_equal(found.to_frame(), frames["people"])
    assert found.ids == tuple(frames["people"]["id"])
    for name in ("groups", "errors", "barred", "prices"):
        assert len(plain[name]) == len(frames[name]) > 0
        assert list(plain[name][0]) == list(frames[name].columns)
    assert ["tickets" in own for own in plain["people"]] == [True] * 6
    assert found.held is not None
    assert 60 == found.held.sum()


@pytest.mark.parametrize(("count", "size"), [(200, 20), (2000, 200)])
def test_the_published_examples(count: int, size: int) -> None:
    """LEXIMIN: everybody 10 %, Gini 0 (Flanigan et al., Nature 596, 2021, table of results)."""
    found = audited(published_example(count, size)).chances

    assert (pytest.approx(0.1), pytest.approx(0.1)) == (found.smallest, found.largest)
    assert pytest.approx(0.0, abs=1e-12) == found.gini
    assert (pytest.approx(1.0), pytest.approx(1.0)) == (
        found.smallest_of_best, found.largest_of_best
    )


def test_the_published_figures_of_the_greedy_method() -> None:
    """LEGACY on the small example, 10,000 panels: at most 1.21 % for the rarest, Gini 2.1 %."""
    problem = problem_of(published_example(200, 20))
    estimate = sortition.estimate_legacy(problem, 10_000)
    low, high = (bound[estimate.chance.argmin()] for bound in estimate.interval)

    assert low < 0.0121 < high
    assert pytest.approx(0.021, abs=0.001) == gini(estimate.chance)


def test_entropy_is_largest_when_all_panels_are_as_likely() -> None:
    """Six tickets that are all different are log2 of six bits."""
    fair = sortition.find_distribution(problem_of(STEPS.pool))
    panels = sortition.audit(fair.to_lottery(12), pool_of(STEPS.pool)).panels

    assert panels.entropy <= math.log2(panels.distinct) + 1e-12
    assert panels.distinct <= 12


# Columns that say whose row it is, and are no figures.
LABELS = {"over", "name", "against", "ids", "side", "feature", "person", "truth", "answer"}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_figure_has_its_definition(language: str) -> None:
    """One for each in what is stored as JSON, in either language, and none for what is not there.

    A source stands with every figure that the page of the documentation has a reference for.
    """
    fair = sortition.find_distribution(problem_of(LONER.pool))
    lottery, pool = fair.to_lottery(20), pool_of(LONER.pool)
    quota = Quota((("age", ("y",)),), 1, 1)
    audit = sortition.audit(lottery, pool, prices=True, manipulability=True, without=[quota])
    found = audit.to_dict(language)
    compared = sortition.compare_objectives(
        fair.problem, [sortition.Leximin()],
        others={"legacy": sortition.estimate_legacy(fair.problem, 10)},
    ).to_dict()
    rows = {
        name: found[name] if isinstance(found[name], list) else [found[name]]
        for name in ("people", "best", "chances", "panels", "groups", "errors", "barred",
                     "left_out", "prices", "manipulations")
    } | {"compared": compared["results"]}
    shown = [(table, key) for table, own in rows.items() for key in own[0]
             if key not in LABELS and (table, key) != ("people", "id")]
    defined = [(own["table"], own["figure"]) for own in found["definitions"]]

    assert sorted(shown) == sorted(defined)
    assert all(own["definition"] for own in found["definitions"])
    sourced = {own["figure"] for own in found["definitions"] if own["source"]}
    assert {"gini", "geometric_mean", "below_optimum", "smallest_of_best", "ratio_product",
            "mean_squared", "loosemore_hanby", "gallagher", "entropy", "ticket_loss", "gain",
            "smallest_high", "rules"} <= sourced
    assert ["table", "figure", "definition", "source"] == list(audit.frames["definitions"].columns)
