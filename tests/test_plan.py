"""Plans: pools, intervals, both stages, who is missing; by hand and by enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, load
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sortition.engine.clock import Progress
from sortition.errors import InputError
from sortition.people.pool import Pool
from sortition.process.kinds import Kinds, kinds_of, raked
from sortition.process.plan import plan, who_is_missing
from sortition.process.pools import answers, feasible, interval
from sortition.process.stages import both_stages
from sortition.rules.quotas import Quota, Quotas

HALF = Fraction(1, 2)
benchmark = load(ROOT / "benchmarks" / "plan.py")


def quotas(size: int | tuple[int, int], *bounds: tuple[str, str, int, int]) -> Quotas:
    sizes = (size, size) if isinstance(size, int) else size
    return Quotas(sizes, tuple(
        Quota(((feature, (value,)),), lower, upper) for feature, value, lower, upper in bounds
    ))


SIDES = quotas(4, ("side", "l", 2, 2), ("side", "r", 1, 2))
GRID = quotas(
    4, ("sex", "f", 2, 2), ("sex", "m", 2, 2), ("age", "old", 1, 2), ("age", "young", 2, 3)
)


# -- kinds -----------------------------------------------------------------------------------------


def test_kinds_are_the_combinations_of_values() -> None:
    """As common as the middles of their quotas; rates multiply."""
    kinds = kinds_of(GRID, Fraction(1, 10), {"age": {"old": Fraction(2), "young": Fraction(1)}},
                     by=["sex"])

    assert (("f", "old"), ("f", "young"), ("m", "old"), ("m", "young")) == kinds.where
    assert [3, 5, 3, 5] == (kinds.people).tolist()
    assert [0.2, 0.1, 0.2, 0.1] == kinds.response.tolist()
    assert (("f", "m"), [0, 0, 1, 1]) == (kinds.groups, kinds.group.tolist())
    assert np.allclose([11 / 80, 11 / 80], kinds.rates)


def test_a_population_says_how_many_there_are() -> None:
    """Combinations that nobody has are no kind."""
    population = {"f × old": 10, "f × young": 30, "m × old": 0, "m × young": 60}
    kinds = kinds_of(GRID, HALF, {}, population=population)

    assert [10, 30, 60] == kinds.people.tolist()


def test_seats_are_raked_to_the_quotas() -> None:
    """90 % of one kind where two of four seats are the most: two and two."""
    kinds = kinds_of(SIDES, HALF, {}, population={"l": 10, "r": 90})

    assert np.allclose([2, 2], raked(kinds))
    inside = kinds_of(GRID, HALF, {}, population={
        "f × old": 20, "f × young": 20, "m × old": 10, "m × young": 30,
    })
    seats = raked(inside)
    assert np.allclose([2, 2], [seats[:2].sum(), seats[2:].sum()])
    assert 1 <= seats[0] + seats[2] <= 2


def test_what_no_quota_speaks_of_is_told_at_once() -> None:
    """Features of rates and of `by`, and values without a number."""
    with pytest.raises(InputError) as raised:
        kinds_of(GRID, HALF, {"job": {"a": HALF}, "age": {"old": HALF}}, by=["place"])

    assert ["plan-feature", "plan-feature", "plan-rate"] == [i.code for i in raised.value.issues]
    with pytest.raises(InputError, match="above 100 %"):
        kinds_of(GRID, HALF, {"age": {"old": Fraction(3), "young": HALF}})


# -- pools -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hits", "of"), [(0, 10), (3, 10), (10, 10), (1, 1), (943, 1000)])
def test_intervals_are_those_of_clopper_and_pearson(hits: int, of: int) -> None:
    """As scipy has them."""
    expected = binomtest(hits, of).proportion_ci(0.99, method="exact")

    found = interval(hits, of)

    assert np.allclose([hits / of, expected.low, expected.high], found, atol=1e-9)


@given(
    st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 2), st.integers(1, 3),
    st.integers(2, 4),
)
def test_whether_a_panel_can_be_made_is_as_enumeration_says(
    counts: list[int], lower: int, upper: int, size: int
) -> None:
    """Every pool of up to twelve people in four kinds."""
    if upper < lower or lower > size:
        return
    rows = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0]])
    low, high = np.array([size, lower, 1]), np.array([size, upper, 2])
    kinds = Kinds(SIDES, tuple((str(at),) for at in range(4)), np.ones(4), np.ones(4), rows, low,
                  high, ("", "a", "b"), np.zeros(4, dtype=np.int64), ("",))
    panels = product(*(range(count + 1) for count in counts))
    expected = any(
        ((rows @ panel >= low) & (rows @ panel <= high)).all() for panel in map(np.array, panels)
    )

    assert expected == feasible(kinds, np.array(counts))


def test_more_letters_keep_all_answers_to_fewer() -> None:
    """So that what is true of fewer letters is true of more."""
    kinds = kinds_of(GRID, Fraction(1, 10), {}, by=["sex"])
    before = np.zeros(4)
    for letters in (0, 10, 50, 51, 400):
        now = answers(kinds, np.array([letters, letters]), "seed", 3, kinds.rates)
        assert (now >= before).all()
        before = now


def test_answers_come_at_their_rates() -> None:
    """The mean of 400 pools is within four standard errors of what it should be."""
    kinds = kinds_of(GRID, Fraction(1, 10), {"age": {"old": Fraction(3), "young": Fraction(1)}})
    pools = np.array([answers(kinds, np.array([200]), "s", at, kinds.rates) for at in range(400)])
    expected = 200 * kinds.people / kinds.people.sum() * kinds.response

    assert (np.abs(pools.mean(axis=0) - expected) < 4 * np.sqrt(expected / 400)).all()


# -- plans -----------------------------------------------------------------------------------------


def test_the_probability_is_within_its_interval_of_ten_thousand_pools() -> None:
    """Pools of other random numbers, judged by counting: two kinds, two sides."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {}, by=["side"])
    dice = np.random.default_rng(5)
    planned = plan(kinds, letters=24)
    left, right = (dice.binomial(count, 0.25, 10_000) for count in planned.letters)

    frequency = ((left >= 2) & (right >= 2)).mean()

    assert planned.outlook.possible.low <= frequency <= planned.outlook.possible.high
    assert 0.5 < frequency < 0.99


def test_letters_are_the_fewest_that_are_enough() -> None:
    """A tenth less no longer is; and groups that answer less get more."""
    kinds = kinds_of(SIDES, Fraction(1, 20),
                     {"side": {"l": Fraction(1), "r": Fraction(2)}}, by=["side"])
    planned = plan(kinds, confidence=0.9)
    total = int(planned.letters.sum())

    assert planned.enough
    assert planned.letters[0] > planned.letters[1]
    assert plan(kinds, letters=total * 7 // 10).outlook.possible.high < 0.9


def test_it_tells_how_far_it_is() -> None:
    """First while the number of letters is looked for, then batch by batch; a stop stops it."""
    told: list[Progress] = []
    kinds = kinds_of(SIDES, HALF, {})
    quiet, loud = plan(kinds, simulations=200), plan(kinds, simulations=200, progress=told.append)
    pools = [own.done for own in told if own.stage == "pools"]

    assert quiet.letters.tolist() == loud.letters.tolist()
    assert "letters" == told[0].stage
    assert [0.0, 0.25, 0.5, 0.75] == pools == [own.done for own in told[-4:]]
    with pytest.raises(KeyboardInterrupt):
        plan(kinds, progress=_stop)


def _stop(_: Progress) -> None:
    raise KeyboardInterrupt


def test_jobs_and_batches_change_nothing() -> None:
    """The same text, the same result, on one process or two; another text, another one."""
    pytest.importorskip("joblib")
    kinds = kinds_of(GRID, Fraction(1, 10), {})

    one, two = (
        plan(kinds, letters=60, simulations=300, jobs=jobs).outlook for jobs in (1, 2)
    )
    other = plan(kinds, letters=60, simulations=300, seed="other").outlook

    assert (one.possible, one.pool, one.met) == (two.possible, two.pool, two.met)
    assert (one.expected == two.expected).all()
    assert not (one.expected == other.expected).all()


def test_a_panel_that_cannot_be_is_said() -> None:
    """Nobody of a kind exists: no number of letters is enough."""
    kinds = kinds_of(SIDES, Fraction(1, 2), {}, population={"l": 10})
    planned = plan(kinds, simulations=20)

    assert not planned.enough
    assert 0 == planned.outlook.possible.estimate


def test_who_is_missing_when_nothing_is_to_come() -> None:
    """What is there decides."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {})
    for now, possible in (([2, 1], 0), ([2, 2], 1), ([1, 5], 0)):
        found = who_is_missing(kinds, np.array(now), np.array([50]), 0.0, simulations=20)
        assert possible == found.outlook.possible.estimate == found.possible_now
        assert [sum(now), *now] == found.outlook.expected.tolist() == found.now.tolist()
        assert 12.5 == found.due


def test_what_is_to_come_is_what_was_not_answered_yet() -> None:
    """100 letters, rate a half, half of it to come, 20 there: 80 · (1/4) / (3/4) more."""
    kinds = kinds_of(quotas(1, ("side", "l", 1, 1)), HALF, {})
    found = who_is_missing(kinds, np.array([20]), np.array([100]), 0.5, simulations=2000)

    assert abs(found.outlook.expected[0] - (20 + 80 / 3)) < 0.5
    assert 25 == found.due


def test_who_lags_behind() -> None:
    """Two of twenty where half were to be expected; of the people who are there, not of all."""
    kinds = kinds_of(SIDES, Fraction(1, 4), {}, population={"l": 50, "r": 50})
    now = np.array([2, 18])
    found = who_is_missing(kinds, now, np.array([400]), 0.5, simulations=20)

    assert [20, 10, 10] == found.part.tolist()
    assert (False, True, False) == found.behind
    assert 50 == found.due
    assert (False,) * 3 == who_is_missing(
        kinds, np.array([8, 12]), np.array([400]), 0.5, simulations=20).behind


def test_values_outside_all_quotas_are_a_kind() -> None:
    """They fill the seats that no quota speaks of; whoever has one is counted there."""
    rules = Quotas((6, 6), (Quota((("work", ("school",)),), 0, 2),),
                   outside=(("work", ("", "none")),))
    kinds = kinds_of(rules, HALF, {})

    assert (("",), ("school",)) == kinds.where
    assert [5, 1] == kinds.people.tolist()
    people = Pool.from_frame(pd.DataFrame({"id": list("abcd"), "work": ["", "None", "school", ""]}))
    assert [3, 1] == kinds.counts(people).tolist()


# -- both stages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rates", [(HALF, HALF), (Fraction(1, 3), Fraction(3, 4))])
def test_chances_through_both_stages_are_those_of_enumeration(
    rates: tuple[Fraction, Fraction]
) -> None:
    """Every set of letters, every set of answers; the panel by hand.

    Three people of l and four of r; letters to two and three of them; a panel of two with one or
    two of l. Fairest is s of l with s / l = (2 - s) / r, or as near as the rules let it be.
    """
    people = ["l"] * 3 + ["r"] * 4
    rate = dict(zip("lr", rates, strict=True))
    total = [Fraction(0)] * 7
    sets = [a + b for a in combinations(range(3), 2) for b in combinations(range(3, 7), 3)]
    for invited in sets:
        for answered in product([False, True], repeat=5):
            weight = Fraction(1, len(sets))
            pool = []
            for person, yes in zip(invited, answered, strict=True):
                own = rate[people[person]]
                weight *= own if yes else 1 - own
                pool += [person] if yes else []
            left = sum(people[person] == "l" for person in pool)
            right = len(pool) - left
            if len(pool) < 2 or not left:
                continue
            seats = min(max(Fraction(2 * left, len(pool)), 1, 2 - right), 2, left)
            for person in pool:
                share = seats / left if people[person] == "l" else (2 - seats) / right
                total[person] += weight * share
    rules = quotas(2, ("side", "l", 1, 2), ("side", "r", 0, 1))
    kinds = kinds_of(rules, Fraction(1), {"side": rate}, by=["side"])

    stages = both_stages(kinds, np.array([2, 3]))

    assert stages.exact
    letter = np.array([2 / 3, 3 / 4])
    assert np.allclose([float(total[0]), float(total[3])], letter * stages.serving, atol=1e-9)


@pytest.mark.parametrize("seed", [1, 3, 9])
def test_small_random_cases_through_both_stages(seed: int) -> None:
    """Two crossed features, answers person by person, leximin over all panels one by one."""
    assert benchmark.two_stages(seed) < 1e-7


def test_simulated_stages_are_near_the_exact_ones() -> None:
    """Within four standard errors."""
    rules = quotas(2, ("side", "l", 1, 1), ("side", "r", 1, 1))
    kinds = kinds_of(rules, HALF, {}, by=["side"])
    exact = both_stages(kinds, np.array([3, 2]))
    joined = kinds_of(rules, HALF, {})
    rough = both_stages(joined, np.array([5]), simulations=300)

    assert np.allclose([21 / 96, 21 / 64], exact.serving)
    assert 21 / 32 == pytest.approx(exact.possible)
    assert not rough.exact
    assert (rough.error > 0).all()
    # Five letters to either side at random: both answer unless nobody of one side does.
    both = 1 - 2 * 0.75**5 + 0.5**5
    assert abs(rough.possible - both) < 4 * (both * (1 - both) / 300) ** 0.5
