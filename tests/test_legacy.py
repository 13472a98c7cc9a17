"""The greedy method, for comparison: valid panels, intervals, the published figure."""

from __future__ import annotations

import dataclasses

import pytest
from pools import LONER, PAIR, problem_of, published_example, seeded

from sortition.engine.legacy import estimate_legacy


def test_the_published_example() -> None:
    """One person of 200 gets far less than the others: at most 1.21 % in the published runs."""
    problem = problem_of(published_example(200, 20))

    estimate = estimate_legacy(problem, 1000)

    least, most = estimate.interval
    worst = int(estimate.hits.argmin())
    assert least[worst] <= 0.0121
    assert most[worst] < 0.1
    assert 20 * 1000 == estimate.hits.sum()
    assert ((least <= estimate.chance) & (estimate.chance <= most)).all()


@pytest.mark.parametrize("seed", range(12))
def test_every_panel_keeps_the_rules(seed: int) -> None:
    """As many people on each as there are seats, and nobody who can be on none."""
    pool = seeded(seed)
    problem = problem_of(pool)
    if int(problem.lower[0]) != problem.size:
        with pytest.raises(ValueError, match="range"):
            estimate_legacy(problem, 5)
        return
    estimate = estimate_legacy(problem, 40)
    assert 40 * problem.size == estimate.hits.sum()
    assert estimate.hits.max() <= 40


def test_counted_by_hand() -> None:
    """Two who share a home share a seat, the third always serves; a loner never does."""
    pair = estimate_legacy(problem_of(PAIR.pool), 200)
    assert [200, 200] == [int(pair.hits[:2].sum()), int(pair.hits[2])]
    loner = estimate_legacy(problem_of(LONER.pool), 200)
    assert 0 == loner.hits[5]


def test_the_seed_says_it_all() -> None:
    """The same text gives the same counts; another text others."""
    problem = problem_of(published_example(200, 20))
    one, two, other = (estimate_legacy(problem, 50, seed=text) for text in ("a", "a", "b"))
    assert one.hits.tolist() == two.hits.tolist() != other.hits.tolist()


def test_what_never_happened_may_have_no_chance() -> None:
    """The interval of nobody's hits begins at nothing, that of everybody's ends at certainty."""
    low, high = estimate_legacy(problem_of(LONER.pool), 100).interval
    assert (0.0, 0.0) == (low[5], low.min())
    low, high = estimate_legacy(problem_of(PAIR.pool), 100).interval
    assert 1.0 == high[2]


def test_time_is_the_end_of_it() -> None:
    """One panel in any case; what was drawn by then is the estimate. It tells how far it is."""
    told = []
    found = estimate_legacy(problem_of(PAIR.pool), 50, time_limit=0.0, progress=told.append)
    assert (1, 2) == (found.draws, int(found.hits.sum()))
    assert [("legacy", 0.0), ("legacy", 0.02)] == [(own.stage, own.done) for own in told]


def test_no_draws_are_none() -> None:
    """Nor is a number of draws below one."""
    with pytest.raises(ValueError, match="one draw"):
        estimate_legacy(problem_of(PAIR.pool), 0)
    assert dataclasses.is_dataclass(estimate_legacy(problem_of(PAIR.pool), 1))
