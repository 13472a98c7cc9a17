"""The engine against models that are written as mathematics and solved once, person by person.

Small pools: every panel is listed. Middle ones, of the size of real assemblies: single integer
programs. It is optimality that is asserted: what the engine proves, the models reach exactly.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from oracle import SmallPool, all_panels, keeps_rules
from pools import IMPOSSIBLE, LATER, NAMED, Named, crowded, dice_of, problem_of, seeded
from second import heaviest_panel, leximin, maximin, panel_with, relaxed_leximin, shape

import sortition
from sortition import Distribution, Maximin, find_distribution
from sortition.engine.leximin import leximin as leximin_of_relaxation
from sortition.engine.panels import PRICE_BITS, PRICE_SCALE, any_panel, climb, exact_panel
from sortition.engine.relaxation import Relaxation

# Cuts were needed for these.
INTEGER = (166, 193, 205, 249, 437, 517, 558, 579, 610, 659, 686, 696, 1088)
POOLS = {
    **{named.name: named.pool for named in NAMED},
    **{f"seed {seed}": seeded(seed) for seed in (*range(16), *INTEGER)},
    **{f"crowded {seed}": crowded(seed) for seed in (*range(4), 18, 40, 103)},
}
MIDDLE = ("mass", "sf_c", "hd")
names_of_pools = pytest.mark.parametrize("name", POOLS)


@cache
def pool_of(name: str) -> SmallPool:
    return shape(name) if name in MIDDLE else POOLS[name]


@cache
def solved(name: str) -> Distribution:
    return find_distribution(problem_of(pool_of(name)))


def per_person(pool: SmallPool, problem: sortition.Problem, per_type: np.ndarray) -> list[int]:
    """Return the whole numbers of the types as one for each person, in the order of the pool."""
    at = {own: int(t) for own, t in zip(problem.ids, problem.type_of, strict=True)}
    return [int(per_type[at[person["id"]]]) for person in pool.people]


# -- one panel -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*POOLS, *MIDDLE])
def test_the_heaviest_panel_weighs_the_same(name: str) -> None:
    """For prices by dice the engine's integer program, proven, and the model agree exactly."""
    pool, dice = pool_of(name), dice_of(name)
    problem = problem_of(pool)
    relaxation, start = Relaxation.of(problem), any_panel(problem)
    for bits in (3, PRICE_BITS):
        prices = np.array([dice.randint(0, 2**bits) for _ in range(problem.types)])

        panel, bound, proven = exact_panel(
            relaxation, prices, PRICE_SCALE * 2.0 ** (PRICE_BITS - bits), 60.0, start
        )
        best, weight = heaviest_panel(pool, per_person(pool, problem, prices))

        assert proven
        assert panel is not None
        assert keeps_rules(pool, best)
        assert weight == int(prices @ panel) == bound
        assert int(prices @ climb(relaxation, start, prices.astype(float))) <= weight


@pytest.mark.parametrize("name", [*POOLS, *MIDDLE])
def test_whoever_is_called_unselectable_is_on_no_panel(name: str) -> None:
    """And everybody else is on some: asked person by person, of one of each type."""
    pool, fair = pool_of(name), solved(name)
    where = {person["id"]: i for i, person in enumerate(pool.people)}
    out = {own for group in fair.unselectable for own in group.ids}
    asked = {int(t): own for own, t in zip(fair.problem.ids, fair.problem.type_of, strict=True)}
    some = sorted(asked.values())[:: max(1, len(asked) // 12)]

    for own in some:
        panel = panel_with(pool, where[own])
        assert (own in out) == (panel is None)


@pytest.mark.parametrize("named", IMPOSSIBLE, ids=lambda named: named.name)
def test_what_is_impossible_has_no_panel(named: Named) -> None:
    """The model has no solution where the engine says that there is no panel."""
    assert panel_with(named.pool) is None, named.why


# -- all chances, over panels listed one by one ----------------------------------------------------


@names_of_pools
def test_leximin_over_all_panels_is_the_same_by_sums_of_the_smallest(name: str) -> None:
    """The sorted chances: found here without asking for anybody's level."""
    pool, fair = pool_of(name), solved(name)
    panels = all_panels(pool)

    wanted = leximin(len(pool.people), panels)

    assert pytest.approx(wanted, abs=1e-6) == sorted(fair.chance.tolist())


@names_of_pools
def test_the_smallest_chance_over_all_panels_is_the_same(name: str) -> None:
    """Bound and value of maximin are both the model's optimum."""
    pool = pool_of(name)
    fair = find_distribution(problem_of(pool), Maximin())

    wanted = maximin(len(pool.people), all_panels(pool))

    near = 1e-6 * pool.sizes[-1] / len(pool.people)
    assert pytest.approx(wanted, abs=near) == fair.chance[fair.selectable].min()
    assert pytest.approx(wanted, abs=near) == fair.certificate.bound


# -- the relaxation --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in POOLS if len(POOLS[name].people) <= 10])
def test_the_relaxation_has_the_chances_that_scipy_finds(name: str) -> None:
    """Over parts of people, everybody's leximin chance; the engine's levels solve it exactly."""
    pool = pool_of(name)
    problem = problem_of(pool)

    target = leximin_of_relaxation(Relaxation.of(problem))

    assert target is not None
    at = {own: float(c) for own, c in zip(problem.ids, target.chance[problem.type_of], strict=True)}
    mine = [at[person["id"]] for person in pool.people]
    assert pytest.approx(relaxed_leximin(pool).tolist(), abs=1e-6) == mine
    assert target.exact


# -- the certificate -------------------------------------------------------------------------------


def directions(fair: Distribution):
    """Yield each proven level with the weight per person behind it, and what it allows at most."""
    problem, proof = fair.problem, fair.certificate.proof
    for level in proof.levels:
        # Python's whole numbers: these have more bits than numpy's.
        rules = [level["size"], *level["quotas"]]
        each = [
            sum(m * int(row[t]) for m, row in zip(rules, problem.rows, strict=True))
            + level["households"].get(int(problem.pattern[t]), 0)
            + sum(m * int(cut.weights[t])
                  for m, cut in zip(level["cuts"], proof.cuts, strict=True))
            for t in range(problem.types)
        ]
        most = sum(
            m * int(high if m > 0 else low)
            for m, low, high in zip(rules, problem.lower, problem.upper, strict=True)
        )
        most += sum(m * int(problem.capacity[h]) for h, m in level["households"].items())
        most += sum(m * cut.most for m, cut in zip(level["cuts"], proof.cuts, strict=True))
        yield Fraction(level["level"]), each, most


@pytest.mark.parametrize("name", [*POOLS, *MIDDLE])
def test_in_the_direction_of_each_level_no_panel_weighs_more_than_is_claimed(name: str) -> None:
    """Max over panels of y·x by the model: within the proof's claim, and just the level's worth.

    With y from the proof, ``Σ y_i π_i ≤ max_P y·P`` for every lottery. So when all with a lower
    level keep it, the others can at most share what is left: that is the level, to 1e-6 of k/n.
    """
    pool, fair = pool_of(name), solved(name)
    problem = fair.problem
    near = 1e-6 * problem.size / len(problem.ids)
    levels = list(directions(fair))
    assert levels
    for level, each, most in levels if name in POOLS else levels[:2]:
        y = np.array([max(0, a) for a in each], dtype=object)

        _, weight = heaviest_panel(pool, per_person(pool, problem, y))

        assert weight <= most + sum((yt - a) * int(m) for yt, a, m in
                                    zip(y, each, problem.limit, strict=True))
        chance = fair.type_chance
        free = chance >= max(float(level), near) - near / 2
        kept = sum(float(y[t]) * problem.people[t] * chance[t] for t in np.flatnonzero(~free))
        shared = sum(float(y[t]) * problem.people[t] for t in np.flatnonzero(free))
        if shared > 0:  # else whoever stands at a level is on every panel
            assert pytest.approx(float(level), abs=near) == (weight - kept) / shared


WITH_CUTS = (*(f"seed {seed}" for seed in INTEGER), "odd", LATER.name)


@pytest.mark.parametrize("name", WITH_CUTS)
def test_every_cut_is_tight(name: str) -> None:
    """A cut's right-hand side is the weight of the heaviest panel: valid, and no looser."""
    fair = solved(name)
    for cut in fair.certificate.proof.cuts:
        prices = per_person(pool_of(name), fair.problem, cut.weights)
        assert cut.most == heaviest_panel(pool_of(name), prices)[1]


def test_there_are_cuts_to_look_at() -> None:
    """Most of these pools need one."""
    assert 8 <= sum(len(solved(name).certificate.proof.cuts) > 0 for name in WITH_CUTS)
