"""The fair distribution against enumeration, against scipy, against the published examples.

`SEEDS` are small pools whose panels the oracle writes out, all of them; `INTEGER` are those among
them where the hull of all panels is smaller than the relaxation, so that cuts are needed.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from oracle import SmallPool, all_panels, keeps_rules, leximin_by_enumeration
from pools import (
    CROSS,
    FEW,
    IMPOSSIBLE,
    NAMED,
    ODD,
    ROOF,
    TRIANGLES,
    Named,
    broken,
    crowded,
    dice_of,
    frames_of,
    planted_pools,
    problem_of,
    published_example,
    seeded,
)
from scipy.optimize import linprog
from test_forgery import NEED_CUTS

import sortition
from sortition import (
    Distribution,
    InfeasibleError,
    Leximin,
    Maximin,
    Pool,
    Problem,
    Progress,
    Quotas,
    TimeLimitError,
    find_distribution,
)
from sortition.engine.clock import Clock
from sortition.engine.objectives import Objective

INTEGER = (
    166, 193, 205, 249, 437, 517, 558, 579, 610, 659, 686, 696, 1088, 1189, 1198, 1258, 1280, 1285,
    1344, 1404, 1437, 1450, 1587, 1622, 1667, 1769, 1770, 1823, 2022, 2155,
)
SEEDS = (*range(110), *INTEGER)
CROWDED = (*range(12), 18, 40, 103, 186, 194, 352)
POOLS = {
    **{named.name: named.pool for named in NAMED},
    **{f"seed {seed}": seeded(seed) for seed in SEEDS},
    **{f"crowded {seed}": crowded(seed) for seed in CROWDED},
}
names_of_pools = pytest.mark.parametrize("name", POOLS)


class Case:
    """A pool, its problem, all its panels, and the oracle's chances."""

    def __init__(self, pool: SmallPool) -> None:
        self.pool = pool
        self.problem = problem_of(pool)
        self.panels = all_panels(pool)
        self.chances = leximin_by_enumeration(len(pool.people), self.panels)
        self.able = sorted(set(itertools.chain(*self.panels)))
        self.smallest = float(self.chances[self.able].min())
        # The issue's promise on the gap, and room for the oracle's own rounding.
        self.near = 1e-6 * pool.sizes[-1] / len(pool.people)


@cache
def case(name: str) -> Case:
    return Case(POOLS[name])


@cache
def solved(name: str) -> Distribution:
    return find_distribution(case(name).problem)


def check_lottery(pool: SmallPool, fair: Distribution) -> None:
    """Assert that the weights are a lottery over real panels with just the chances stated."""
    problem = fair.problem
    assert abs(fair.weights.sum() - 1) <= 1e-12
    assert (fair.weights > 0).all()
    assert all(problem.admits(panel) for panel in fair.panels)
    reached = fair.weights @ fair.panels / problem.people
    assert np.abs(reached - fair.type_chance).max() <= 1e-9
    assert ((fair.chance >= 0) & (fair.chance <= 1 + 1e-12)).all()
    for ticket in fair.to_lottery(6).tickets:
        assert keeps_rules(pool, ticket[ticket >= 0].tolist())


@pytest.mark.parametrize("named", [n for n in NAMED if n.chances], ids=lambda n: n.name)
def test_chances_are_those_counted_by_hand(named: Named) -> None:
    """Every named pool has the chances written beside it, from the engine and from the oracle."""
    assert pytest.approx(named.chances, abs=1e-9) == solved(named.name).chance.tolist(), named.why
    assert pytest.approx(named.chances, abs=1e-6) == case(named.name).chances.tolist(), named.why


@names_of_pools
def test_leximin_agrees_with_enumeration(name: str) -> None:
    """Everyone's chance within 1e-6, proven, with a gap of at most 1e-6 · k / n."""
    small, fair = case(name), solved(name)

    assert np.abs(small.chances - fair.chance).max() <= 1e-6
    assert fair.certificate.proven
    assert 0 <= fair.certificate.gap <= small.near
    assert abs(small.smallest - fair.certificate.bound) <= 1e-6
    check_lottery(small.pool, fair)


@names_of_pools
def test_maximin_agrees_with_enumeration(name: str) -> None:
    """The smallest chance of those who can be selected is the oracle's, and so is the bound."""
    small = case(name)

    fair = find_distribution(small.problem, Maximin())

    assert abs(small.smallest - fair.chance[small.able].min()) <= 1e-6
    assert abs(small.smallest - fair.certificate.bound) <= 1e-6
    assert ("maximin", True) == (fair.certificate.objective, fair.certificate.proven)
    assert 0 <= fair.certificate.gap <= small.near
    check_lottery(small.pool, fair)


@names_of_pools
def test_the_unselectable_are_those_in_no_panel(name: str) -> None:
    """Exactly those: their chance is zero and everyone else's is not."""
    small, fair = case(name), solved(name)
    ids = [person["id"] for person in small.pool.people]
    wanted = {own for at, own in enumerate(ids) if at not in small.able}

    assert wanted == {own for group in fair.unselectable for own in group.ids}
    assert [at in small.able for at in range(len(ids))] == fair.selectable.tolist()
    assert [at in small.able for at in range(len(ids))] == (fair.chance > 0).tolist()


@names_of_pools
def test_the_levels_are_the_proven_chances(name: str) -> None:
    """The certificate's levels, rising, are the different chances of those who can be selected."""
    small, fair = case(name), solved(name)
    levels = [float(level) for level in fair.certificate.levels if level > 0]

    assert sorted(levels) == levels
    for chance in small.chances[small.able]:
        assert min(abs(chance - level) for level in levels) <= 1e-6
    for level in levels:
        assert np.abs(small.chances - level).min() <= 1e-6


def test_among_the_pools_are_hulls_smaller_than_the_relaxation() -> None:
    """The cuts are tested too: in these pools the relaxation's bound is out of reach."""
    methods = [solved(f"seed {seed}").certificate.method for seed in INTEGER]

    assert methods.count("integer") >= 15
    assert "integer" == solved(ODD.name).certificate.method
    assert "relaxation" == solved("three").certificate.method


@given(planted_pools())
@settings(max_examples=50)
def test_leximin_agrees_with_enumeration_on_any_planted_pool(pool: SmallPool) -> None:
    """Hypothesis looks for the smallest pool on which engine and oracle differ."""
    small = Case(pool)

    fair = find_distribution(small.problem)

    assert np.abs(small.chances - fair.chance).max() <= 1e-6
    assert fair.certificate.proven
    assert fair.certificate.gap <= small.near
    check_lottery(pool, fair)


# -- nothing is feasible -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_twin_has_no_panel_and_is_told_why(seed: int) -> None:
    """One quota made impossible: an error with a diagnosis, never a distribution."""
    pool = broken(seeded(seed))
    assert [] == all_panels(pool)

    with pytest.raises(InfeasibleError) as caught:
        find_distribution(problem_of(pool))

    assert caught.value.diagnosis
    assert all(str(issue) for issue in caught.value.diagnosis)


@given(planted_pools())
@settings(max_examples=30)
def test_any_broken_twin_has_no_panel(pool: SmallPool) -> None:
    """The same with pools that hypothesis makes."""
    with pytest.raises(InfeasibleError) as caught:
        find_distribution(problem_of(broken(pool)))

    assert caught.value.diagnosis


@pytest.mark.parametrize("named", IMPOSSIBLE, ids=lambda named: named.name)
@pytest.mark.parametrize("limit", [None, 0.0])
def test_what_is_impossible_is_so_for_every_objective(named: Named, limit: float | None) -> None:
    """No time limit turns impossible into "time ran out"."""
    assert [] == all_panels(named.pool), named.why
    for objective in (Leximin(), Maximin()):
        with pytest.raises(InfeasibleError) as caught:
            find_distribution(problem_of(named.pool), objective, time_limit=limit)
        assert caught.value.diagnosis


@pytest.mark.parametrize(
    ("named", "words"),
    [(FEW, ["side: l"]), (CROSS, ["age: ", "area: "]), (ROOF, ["share an address"]),
     (TRIANGLES, ["a: y"])],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_diagnosis_names_the_rules_that_conflict(named: Named, words: list[str]) -> None:
    """Few people, two quotas, the household rule; where only whole people fail, it says so."""
    with pytest.raises(InfeasibleError) as caught:
        find_distribution(problem_of(named.pool))

    told = " ".join(map(str, caught.value.diagnosis))
    assert [word for word in words if word in told] == words


# -- published results and other opinions ----------------------------------------------------------


@pytest.mark.parametrize(("count", "size"), [(200, 20), (2000, 200)])
def test_the_published_examples_give_everybody_ten_percent(count: int, size: int) -> None:
    """Flanigan, Gölz, Gupta, Hennig, Procaccia, Nature 596 (2021): exactly 10 % each."""
    fair = find_distribution(problem_of(published_example(count, size)))

    assert {0.1} == set(fair.chance.tolist())
    assert (True, 0.1) == (fair.certificate.proven, fair.certificate.bound)
    assert fair.certificate.gap <= 1e-6 * size / count
    assert {100} == set(fair.to_lottery(1000).counts.tolist())


def first_level_by_scipy(people: pd.DataFrame, rules: pd.DataFrame, size: int, home: list) -> float:
    """Return the largest smallest chance over the relaxation, a variable for each person."""
    count = len(people)
    rows, most = [], []
    for rule in rules.itertuples():
        inside = people[rule.feature].isin(rule.value.split("|")).to_numpy(float)
        rows += [np.append(inside, 0.0), np.append(-inside, 0.0)]
        most += [rule.max, -rule.min]
    if home:
        together = people[people[home].ne("").all(axis=1)].groupby(home).indices.values()
        addressed = np.flatnonzero(people[home].ne("").all(axis=1))
        for members in together:
            rows.append(np.zeros(count + 1))
            rows[-1][addressed[members]] = 1.0
            most.append(1)
    rows += list(np.hstack([-np.eye(count), np.ones((count, 1))]))
    most += [0.0] * count
    answer = linprog(
        np.append(np.zeros(count), -1.0), np.array(rows), most,
        np.append(np.ones(count), 0.0)[None], [size], [(0, 1)] * (count + 1), method="highs",
    )
    assert answer.status == 0
    return float(-answer.fun)


def test_a_second_solver_agrees_on_the_first_level_of_the_region(region) -> None:
    """The shipped data set, person by person, households included, by scipy."""
    people = pd.read_csv(region / "people.csv", dtype=str, keep_default_na=False)
    rules = pd.read_csv(region / "quotas.csv")
    home = ["adres", "postcode"]
    problem = sortition.compile(
        Pool.from_frame(people, household=home), Quotas.from_frame(rules, size=24)
    )

    fair = find_distribution(problem)

    wanted = first_level_by_scipy(people, rules, 24, home)
    assert abs(wanted - fair.chance.min()) <= 1e-6 * 24 / len(people)
    assert abs(wanted - fair.certificate.bound) <= 1e-6 * 24 / len(people)


@pytest.mark.parametrize("seed", INTEGER[:10])
def test_where_cuts_were_needed_the_relaxation_promised_more(seed: int) -> None:
    """The relaxation, solved by scipy, is never below what enumeration reaches."""
    small = case(f"seed {seed}")
    if isinstance(small.pool.size, tuple):
        pytest.skip("the relaxation above is for one size")
    people, rules = frames_of(small.pool)

    promised = first_level_by_scipy(people, rules, small.pool.size, list(small.pool.household))

    assert promised >= small.chances.min() - 1e-9


# -- time ------------------------------------------------------------------------------------------


def stopped(problem: Problem, objective: Objective, ticks: int) -> Distribution | None:
    """Return what is there when time runs out after so many looks at it, None if finished."""
    looks = itertools.count()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Clock, "left", lambda self: float(ticks - next(looks)))
        try:
            find_distribution(problem, objective, time_limit=600.0)
        except TimeLimitError as error:
            return error.distribution
    return None


TIMED = ("three", "loner", "odd", "range", *(f"seed {at}" for at in (*range(8), *INTEGER[:8])))


@cache
def unfinished(name: str) -> tuple[Distribution, ...]:
    """Return what both objectives have with no time, hardly any, and after more and more steps."""
    problem = case(name).problem
    found = []
    for objective in (Leximin(), Maximin()):
        for limit in (0.0, 1e-9):
            with pytest.raises(TimeLimitError) as caught:
                find_distribution(problem, objective, time_limit=limit)
            found.append(caught.value.distribution)
    steps = (stopped(problem, Leximin(), 2**power) for power in itertools.count())
    found += itertools.takewhile(lambda fair: fair is not None, steps)
    return tuple(found)


timed = pytest.mark.parametrize("name", TIMED)


@timed
def test_whenever_time_runs_out_there_is_a_lottery(name: str) -> None:
    """Never nothing: real panels, weights that add up, chances they have; and not called proven."""
    for fair in unfinished(name):
        check_lottery(case(name).pool, fair)
        assert not fair.certificate.proven


@timed
def test_whenever_time_runs_out_the_bound_is_one(name: str) -> None:
    """No lottery gives the least of those who can be selected more than the bound."""
    least = min(fair.certificate.bound for fair in unfinished(name))

    assert least >= case(name).smallest - 1e-9


@timed
def test_whenever_time_runs_out_the_gap_covers_the_smallest_chance(name: str) -> None:
    """What the smallest chance of those who can be selected may still gain is within the gap."""
    small = case(name)
    for fair in unfinished(name):
        shortfall = small.smallest - float(fair.chance[small.able].min())
        assert fair.certificate.gap >= shortfall - 1e-9


@timed
def test_whenever_time_runs_out_the_gap_covers_everyone(name: str) -> None:
    """For leximin the gap is the largest shortfall of anyone from the chance they should have."""
    small = case(name)
    for fair in unfinished(name):
        if fair.certificate.objective == "leximin":
            shortfall = float((small.chances - fair.chance).max())
            assert fair.certificate.gap >= shortfall - 1e-9


@timed
def test_whenever_time_runs_out_nobody_is_wrongly_called_unselectable(name: str) -> None:
    """Who is named is on no panel; who was not looked at yet is not named."""
    small = case(name)
    able = {small.pool.people[at]["id"] for at in small.able}
    for fair in unfinished(name):
        assert not able & {own for group in fair.unselectable for own in group.ids}


def test_time_enough_changes_nothing() -> None:
    """A limit that is not reached gives the same answer as none."""
    fair = find_distribution(case("seed 0").problem, time_limit=600.0)

    assert solved("seed 0").chance.tolist() == fair.chance.tolist()


def test_progress_tells_for_how_many_the_chance_is_settled() -> None:
    """Where levels are proven one by one, a share that grows from nothing and stays below one."""
    told: list[Progress] = []
    find_distribution(problem_of(seeded(NEED_CUTS[0])), progress=told.append)
    done = [report.done for report in told if report.stage == "levels"]

    assert done
    assert 0 <= done[0]
    assert sorted(done) == done
    assert done[-1] < 1


def test_progress_is_told_and_may_stop_the_search() -> None:
    """Stages by name, seconds that do not go back; what the callback raises comes through."""
    told: list[Progress] = []
    find_distribution(case(f"seed {INTEGER[0]}").problem, progress=told.append)

    assert {"target", "panels", "reach", "levels"} >= {report.stage for report in told}
    assert {"target", "panels"} <= {report.stage for report in told}
    seconds = [report.seconds for report in told]
    assert sorted(seconds) == seconds

    def enough(report: Progress) -> None:
        raise InterruptedError(report.stage)

    with pytest.raises(InterruptedError, match="target"):
        find_distribution(case("three").problem, progress=enough)


# -- what cannot matter ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [*range(10), *INTEGER[:6]])
def test_neither_row_order_nor_ids_matter(seed: int) -> None:
    """Rows shuffled and everybody renamed: each person keeps their chance, to the last bit."""
    pool = seeded(seed)
    people, rules = frames_of(pool)
    wanted = dict(zip(people["id"], solved(f"seed {seed}").chance.tolist(), strict=True))
    dice = dice_of(seed)
    new = dict(zip(people["id"], dice.sample(range(10**6), len(people)), strict=True))
    shuffled = people.assign(own=people["id"], id=people["id"].map(new)).sample(
        frac=1, random_state=seed
    )

    problem = sortition.compile(
        Pool.from_frame(shuffled, id="id", household=pool.household),
        Quotas.from_frame(rules.iloc[::-1], size=pool.size),
    )
    fair = find_distribution(problem)

    chance = dict(zip(problem.ids, fair.chance.tolist(), strict=True))
    assert wanted == {own: chance[str(new[own])] for own in wanted}


def test_a_distribution_cannot_be_changed() -> None:
    """Frozen, and its arrays read-only."""
    fair = solved("three")
    for array in (fair.panels, fair.weights, fair.type_chance):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        fair.seconds = 0.0
