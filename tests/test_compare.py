"""Objectives side by side: the same measure for all, and each best at what it is for."""

from __future__ import annotations

import numpy as np
import pytest
from pools import LONER, STEPS, problem_of, seeded

import sortition
from sortition import compare_objectives


@pytest.mark.parametrize("seed", range(6))
def test_each_objective_is_best_at_its_own(seed: int) -> None:
    """Leximin has the best smallest chance, minimax the best largest, nash the best product."""
    found = {own.name: own.figures for own in compare_objectives(problem_of(seeded(seed))).results}

    assert ["leximin", "nash", "goldilocks", "minimax"] == list(found)
    assert pytest.approx(1.0) == found["leximin"].smallest_of_best
    assert pytest.approx(1.0, abs=1e-5) == found["minimax"].largest_of_best
    for figures in found.values():
        assert figures.smallest_of_best <= 1 + 1e-6
        assert figures.largest_of_best >= 1 - 1e-6
        if not figures.barred:
            assert figures.geometric_mean <= found["nash"].geometric_mean + 1e-5
    assert 0.0 == found["leximin"].below_optimum


def test_chances_from_elsewhere_stand_beside_them() -> None:
    """Those of the greedy method, say; nothing is said of a proof that there is not."""
    problem = problem_of(STEPS.pool)
    estimate = sortition.estimate_legacy(problem, 50)
    found = compare_objectives(
        problem, [sortition.Leximin()], others={"legacy": estimate.chance}
    )

    assert ["leximin", "legacy"] == found.to_frame()["name"].tolist()
    assert (None, None) == (found.results[1].proven, found.results[1].panels)
    assert ["leximin", "legacy"] == list(found.chances.columns)
    assert problem.ids == tuple(found.chances.index)
    np.testing.assert_array_equal(estimate.chance, found.chances["legacy"])


def test_estimates_are_marked_as_such() -> None:
    """With the panels they come from and an interval; nothing of the others is an estimate."""
    problem = problem_of(STEPS.pool)
    estimate = sortition.estimate_legacy(problem, 200)
    found = compare_objectives(problem, [sortition.Leximin()], others={"legacy": estimate})
    low, high = estimate.interval
    worst = int(estimate.hits.argmin())
    frame = found.to_frame().set_index("name")

    assert 200 == found.results[1].draws
    assert (low[worst], high[worst]) == found.results[1].smallest_interval
    assert [low[worst], high[worst]] == frame.loc["legacy", ["smallest_low", "smallest_high"]
                                                  ].tolist()
    assert frame.loc["leximin", ["draws", "smallest_low", "smallest_high"]].isna().all()
    assert ["legacy_low", "legacy_high"] == list(found.intervals.columns)
    np.testing.assert_array_equal(high, found.intervals["legacy_high"])


def test_whoever_is_barred_is_so_for_all() -> None:
    """One person on no panel, and not counted among those below the optimum."""
    for own in compare_objectives(problem_of(LONER.pool)).results:
        assert 1 == own.figures.barred
        assert own.figures.smallest > 0.3


def test_only_chances_from_elsewhere() -> None:
    """They are measured all the same."""
    problem = problem_of(LONER.pool)
    chance = np.array([0.5, 0.5, 1.0, 0.5, 0.5, 0.0])
    (own,) = compare_objectives(problem, [], others={"mine": chance}).results

    assert (1, pytest.approx(1.0)) == (own.figures.barred, own.figures.smallest_of_best)


def test_out_of_time_is_the_best_so_far() -> None:
    """Measured, and not called proven."""
    (own,) = compare_objectives(
        problem_of(LONER.pool), [sortition.Leximin()], time_limit=0.0
    ).results

    assert own.proven is False


def test_it_tells_how_far_it_is() -> None:
    """A report for each objective, the share that is done growing from nothing."""
    told: list[sortition.Progress] = []
    compare_objectives(problem_of(STEPS.pool), progress=told.append)

    assert [("objectives", at / 4) for at in range(4)] == [(own.stage, own.done) for own in told]
