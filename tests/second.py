"""A second opinion, written as mathematics: PuLP models of one panel and of a fair lottery.

Person by person, with a variable each: no types, no relaxation, no cuts, no columns. Each model
is built, solved once and thrown away; what comes out is counted again in whole numbers.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pulp
from oracle import Rule, SmallPool, keeps_rules
from pools import HOME, dice_of
from scipy.optimize import linprog

from sortition.datasets import make_pool

LARGEST = 1e4  # prices as the solver sees them: its tolerances are absolute


def _solve(model: pulp.LpProblem) -> bool:
    """Solve to the end; return whether there is a solution at all."""
    model.solve(pulp.HiGHS(msg=False, gapRel=0.0, mip_feasibility_tolerance=1e-9))
    assert model.status in (pulp.LpStatusOptimal, pulp.LpStatusInfeasible)
    return bool(model.status == pulp.LpStatusOptimal)


def homes_of(pool: SmallPool) -> list[list[int]]:
    """Return the people of every home; whoever left part of the address open lives alone."""
    homes: dict[tuple[str, ...], list[int]] = {}
    for i, person in enumerate(pool.people):
        address = tuple(person[column].casefold() for column in pool.household)
        if address and all(address):
            homes.setdefault(address, []).append(i)
    return list(homes.values())


def one_panel(pool: SmallPool) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
    """Return the model of one panel: x_i = 1 when person i serves.

    size:       k⁻ ≤ Σ x_i ≤ k⁺
    quotas:     lower_q ≤ Σ_{i in q} x_i ≤ upper_q
    households: Σ_{i in h} x_i ≤ per_household
    """
    model = pulp.LpProblem("panel", pulp.LpMaximize)
    x = [model.add_variable(f"x{i}", cat=pulp.LpBinary) for i in range(len(pool.people))]
    model += pulp.lpSum(x) >= pool.sizes[0]
    model += pulp.lpSum(x) <= pool.sizes[-1]
    for feature, value, lower, upper in pool.rules:
        group = [i for i, p in enumerate(pool.people) if p[feature] in value.split("|")]
        model += pulp.lpSum(x[i] for i in group) >= lower
        model += pulp.lpSum(x[i] for i in group) <= upper
    for home in homes_of(pool):
        model += pulp.lpSum(x[i] for i in home) <= pool.per_household
    return model, x


def _served(pool: SmallPool, x: Sequence[pulp.LpVariable]) -> list[int]:
    panel = [i for i, variable in enumerate(x) if variable.value() > 0.5]
    assert keeps_rules(pool, panel)
    return panel


def heaviest_panel(pool: SmallPool, prices: Sequence[int]) -> tuple[list[int], int]:
    """Return a panel with the largest ``Σ price_i x_i``, and that sum: max over all panels."""
    model, x = one_panel(pool)
    scale = LARGEST / max(1, *(abs(price) for price in prices))
    model += pulp.lpSum(price * scale * x[i] for i, price in enumerate(prices))
    assert _solve(model)
    panel = _served(pool, x)
    return panel, sum(prices[i] for i in panel)


def panel_with(pool: SmallPool, person: int | None = None) -> list[int] | None:
    """Return a panel, with that person when one is given; None when there is none."""
    model, x = one_panel(pool)
    if person is not None:
        model += x[person] == 1
    model += pulp.lpSum([])
    return _served(pool, x) if _solve(model) else None


def maximin(count: int, panels: Sequence[Sequence[int]]) -> float:
    """Return the largest smallest chance of lotteries on the panels listed.

    max z  where  Σ_P w_P = 1  and  Σ_{P ∋ i} w_P ≥ z  for everybody on any panel.
    """
    model = pulp.LpProblem("maximin", pulp.LpMaximize)
    z = model.add_variable("z", 0, 1)
    chance = _lottery(model, count, panels)
    model += z
    for i in sorted(set().union(*panels)):
        model += chance[i] >= z
    assert _solve(model)
    return float(z.value())


def leximin(count: int, panels: Sequence[Sequence[int]]) -> list[float]:
    """Return the leximin chances in rising order, by sums of the smallest.

    The sum of the j smallest chances is ``max j·t − Σ_i max(0, t − π_i)``. Raising the sums for
    j = 1, 2, … one after the other raises the chances in leximin order, with one model per j and
    without asking who stands on which level.

    References
    ----------
    Ogryczak, Śliwiński, "On solving linear programs with the ordered weighted averaging
    objective", *European Journal of Operational Research* 148 (2003).
    """
    sums = [0.0]
    for last in range(1, count + 1):
        model = pulp.LpProblem("leximin", pulp.LpMaximize)
        chance = _lottery(model, count, panels)
        of_smallest = []
        for j in range(1, last + 1):
            t = model.add_variable(f"t{j}")
            short = [model.add_variable(f"s{j}_{i}", 0) for i in range(count)]
            for i in range(count):
                model += short[i] >= t - chance[i]
            of_smallest.append(j * t - pulp.lpSum(short))
        for reached, again in zip(sums[1:], of_smallest, strict=False):
            model += again >= reached - 1e-9
        model += of_smallest[-1]
        assert _solve(model)
        sums.append(float(of_smallest[-1].value()))
    return np.diff(sums).tolist()


def _lottery(
    model: pulp.LpProblem, count: int, panels: Sequence[Sequence[int]]
) -> list[pulp.LpAffineExpression]:
    """Add weights of panels that sum to one; return everybody's chance in them."""
    weight = [model.add_variable(f"w{p}", 0) for p in range(len(panels))]
    model += pulp.lpSum(weight) == 1
    return [
        pulp.lpSum(weight[p] for p, panel in enumerate(panels) if i in panel)
        for i in range(count)
    ]


def relaxed_leximin(pool: SmallPool) -> np.ndarray:
    """Return everybody's leximin chance over parts of people instead of panels, by scipy.

    Raise the floor of all who are free; then ask of each alone whether they could have more.
    """
    count = len(pool.people)
    rows = [np.ones(count), -np.ones(count)]
    most = [float(pool.sizes[-1]), -float(pool.sizes[0])]
    for feature, value, lower, upper in pool.rules:
        group = np.array([p[feature] in value.split("|") for p in pool.people], dtype=float)
        rows += [group, -group]
        most += [float(upper), -float(lower)]
    for home in homes_of(pool):
        rows.append(np.isin(np.arange(count), home).astype(float))
        most.append(float(pool.per_household))

    def raised(level: np.ndarray, cost: np.ndarray, floor: float) -> np.ndarray:
        free = np.isnan(level)
        above = np.hstack([-np.eye(count), free[:, None].astype(float)])
        answer = linprog(
            -cost, np.vstack([np.hstack([rows, np.zeros((len(rows), 1))]), above]),
            np.append(most, np.where(free, 0.0, 1e-9 - np.nan_to_num(level))),
            bounds=[(0, 1)] * count + [(floor, 1)], method="highs",
        )
        assert answer.status == 0, answer.message
        return np.asarray(answer.x)

    level = np.full(count, np.nan)
    while np.isnan(level).any():
        z = raised(level, np.eye(count + 1)[count], 0.0)[count]
        for i in np.flatnonzero(np.isnan(level)):
            held = np.where(np.isnan(level), z, level)
            if raised(held, np.eye(count + 1)[i], 0.0)[i] <= z + 1e-7:
                level[i] = z
    return level


@cache
def shape(name: str) -> SmallPool:
    """Return a pool of the benchmarks, a real one's size: 70 people for ``"mass"``, and so on."""
    made = make_pool(name)
    people = tuple(dict(zip(("id", *made.features), row, strict=True)) for row in made.people)
    rules = tuple((q.feature, q.value, q.lower, q.upper) for q in made.quotas)
    return SmallPool(people, rules, made.seats)


def odd(seed: int) -> SmallPool:
    """Return a pool of 3 to 11 people with a panel planted among odd rules.

    Homes of one, few or many people, of whom one to three may serve; a size from … to; exact quotas
    beside loose ones; unions that overlap; values that nobody has.
    """
    dice = dice_of(f"odd {seed}")
    values = [dice.choice((1, 2, 2, 2, 3, 4)) for _ in range(dice.randint(1, 5))]
    people = [
        {"id": f"p{i:02d}", **{f"f{f}": f"v{dice.randrange(v)}" for f, v in enumerate(values)}}
        for i in range(dice.randint(3, 11))
    ]
    household = dice.choice(((), HOME, HOME))
    per_household = dice.choice((1, 1, 1, 2, 3)) if household else 1
    homes = dice.choice((1, 2, 3, len(people) // 2 + 1, len(people)))
    for person in people if household else ():
        person["street"] = f"Laan {dice.randrange(homes)}"
        person["postcode"] = dice.choice(("1234 AB",) * 8 + ("",))
    pool = SmallPool(tuple(people), (), 1, household, per_household)
    at_home = {i: min(home) for home in homes_of(pool) for i in home}
    used: Counter[int] = Counter()
    planted: list[int] = []
    for i in dice.sample(range(len(people)), min(len(people), dice.randint(1, 7))):
        if used[at_home.get(i, -1 - i)] < per_household:
            used[at_home.get(i, -1 - i)] += 1
            planted.append(i)
    slacks = dice.choice(((0,), (0, 0, 1), (0, 1, 2), (1, 2, 9)))
    rules: list[Rule] = []
    for f, count in enumerate(values):
        own = [f"v{v}" for v in range(count)]
        pairs = ["|".join(pair) for pair in itertools.combinations(own, 2)] if count > 2 else []
        unions = dice.sample(pairs, min(len(pairs), dice.randint(0, 2)))
        for value in (*own, *unions):
            held = sum(people[i][f"f{f}"] in value.split("|") for i in planted)
            lower, upper = max(0, held - dice.choice(slacks)), held + dice.choice(slacks)
            rules.append((f"f{f}", value, lower, upper))
        if dice.randrange(8) == 0:
            rules.append((f"f{f}", "nobody's", 0, dice.randint(0, 3)))
    size = len(planted)
    span = (max(1, size - dice.randint(0, 2)), size + dice.randint(0, 2))
    return replace(pool, rules=tuple(rules), size=span if dice.randrange(4) == 0 else size)
