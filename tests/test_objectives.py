"""Every objective against all panels written out: no lottery is better, and the gap is honest."""

import numpy as np
import pytest
from oracle import all_panels
from pools import problem_of, seeded
from scipy.optimize import linprog, minimize, minimize_scalar
from second import shape

import sortition
from sortition.engine.objectives import Custom, Goldilocks, Minimax, Nash
from sortition.engine.relaxation import Relaxation
from sortition.engine.targets import find_target

SEEDS = range(40)


def membership(pool):
    """Return who is on which panel, ``(n, p)``, and who is on any."""
    panels = all_panels(pool)
    holds = np.zeros((len(pool.people), len(panels)))
    for at, panel in enumerate(panels):
        holds[list(panel), at] = 1
    return holds, np.flatnonzero(holds.any(axis=1))


def smallest_largest(holds, able, floor=0.0):
    """Return the smallest possible largest chance when nobody in `able` has less than `floor`."""
    count = holds.shape[1]
    above = np.hstack([holds[able], -np.ones((len(able), 1))])
    below = np.hstack([-holds[able], np.zeros((len(able), 1))])
    answer = linprog(
        np.append(np.zeros(count), 1.0), np.vstack([above, below]),
        np.append(np.zeros(len(able)), np.full(len(able), -floor)),
        np.append(np.ones(count), 0.0)[None], [1.0], [(0, None)] * count + [(0, 1)],
    )
    return answer.fun if answer.status == 0 else np.inf


def largest_smallest(holds, able):
    """Return the largest possible smallest chance of `able`."""
    count = holds.shape[1]
    rows = np.hstack([-holds[able], np.ones((len(able), 1))])
    return -linprog(
        np.append(np.zeros(count), -1.0), rows, np.zeros(len(able)),
        np.append(np.ones(count), 0.0)[None], [1.0], [(0, None)] * count + [(0, 1)],
    ).fun


@pytest.mark.parametrize("seed", SEEDS)
def test_minimax(seed):
    """No lottery has a smaller largest chance."""
    pool = seeded(seed)
    holds, able = membership(pool)
    fair = sortition.find_distribution(problem_of(pool), Minimax())
    assert smallest_largest(holds, able) == pytest.approx(fair.chance.max(), abs=1e-6)
    assert fair.certificate.proven


@pytest.mark.parametrize("seed", SEEDS)
def test_nash(seed):
    """No panel gains more than the others lose: the optimality condition of the Nash welfare."""
    pool = seeded(seed)
    holds, able = membership(pool)
    fair = sortition.find_distribution(problem_of(pool), Nash())
    worth = (holds[able] / fair.chance[able][:, None]).sum(axis=0)
    assert len(able) == pytest.approx(worth.max(), rel=1e-5)
    assert fair.certificate.gap < 1e-6


@pytest.mark.parametrize("gamma", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("seed", SEEDS[:15])
def test_goldilocks(seed, gamma):
    """No smallest chance, with its best largest, has a lower value."""
    pool = seeded(seed)
    holds, able = membership(pool)
    equal = problem_of(pool).size / len(pool.people)

    def value(least):
        return smallest_largest(holds, able, least) / equal + gamma * equal / least

    top = largest_smallest(holds, able)
    search = minimize_scalar(
        value, bounds=(top * 1e-3, top), method="bounded", options={"xatol": 1e-9}
    )
    best = min(search.fun, value(top * (1 - 1e-9)))
    fair = sortition.find_distribution(problem_of(pool), Goldilocks(gamma))
    chance = fair.chance[able]
    reached = chance.max() / equal + gamma * equal / chance.min()
    assert best == pytest.approx(reached, rel=1e-5)
    assert fair.certificate.proven


@pytest.mark.parametrize("seed", SEEDS[:15])
def test_custom(seed):
    """No lottery comes nearer to the chances asked for."""
    pool = seeded(seed)
    holds, able = membership(pool)
    problem = problem_of(pool)
    equal = problem.size / len(pool.people)
    wanted = {own: equal * (0.6 + 0.1 * (at % 5)) for at, own in enumerate(problem.ids)}
    # People whom no rule tells apart share a chance, so what they were asked for is averaged.
    asked = np.array([wanted[own] for own in problem.ids])
    mean = np.bincount(problem.type_of, asked) / problem.people
    asked = mean[problem.type_of]
    count = holds.shape[1]

    def distance(weights):
        return float((((holds @ weights - asked) ** 2) / asked)[able].sum())

    start = np.full(count, 1 / count)
    answer = minimize(
        distance, start, bounds=[(0, 1)] * count, method="SLSQP",
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    fair = sortition.find_distribution(problem, Custom(wanted))
    reached = float((((fair.chance - asked) ** 2) / asked)[able].sum())
    assert reached <= answer.fun + 1e-5
    assert fair.certificate.gap < 1e-5


def test_custom_needs_everyone():
    """A chance that was asked for nobody in particular is refused."""
    problem = problem_of(seeded(1))
    with pytest.raises(ValueError, match="no chance was asked for"):
        sortition.find_distribution(problem, Custom({problem.ids[0]: 0.5}))


@pytest.mark.parametrize("gamma", [0.0, -1.0, float("nan"), float("inf")])
def test_gamma_is_positive(gamma):
    """Goldilocks with a weight that is no weight is refused where it is built."""
    with pytest.raises(ValueError, match="gamma"):
        Goldilocks(gamma)


@pytest.mark.parametrize("objective", [Goldilocks(), Minimax()], ids=lambda each: each.name)
@pytest.mark.parametrize("name", ["sf_b", "exact"])
def test_levels_under_a_largest_chance_are_exact(name, objective):
    """Where the largest chance is no fraction that the rules know, the others follow from it."""
    relaxation = Relaxation.of(problem_of(shape(name)))
    target = find_target(relaxation, objective)
    seats = relaxation.rows.times(target.seats)
    assert target.exact
    assert (np.maximum(relaxation.lower - seats, seats - relaxation.upper) <= 1e-9).all()


def test_out_of_time_the_error_speaks_of_the_value():
    """Not of somebody's chance: the objective, what was found and what none passes."""
    problem = problem_of(seeded(0))
    with pytest.raises(sortition.TimeLimitError, match="“minimax” it is worth") as error:
        sortition.find_distribution(problem, Minimax(), time_limit=0.0)
    found = error.value.certificate
    assert f"{found.value:.4g}, and no lottery can pass {found.value_bound:.4g}" in str(error.value)
