"""What one false answer brings: against enumeration, lie by lie."""

from __future__ import annotations

from dataclasses import replace

import pytest
from oracle import SmallPool, all_panels, leximin_by_enumeration
from pools import FEW, PAIR, STEPS, THREE, frames_of, problem_of, seeded
from test_audit import pool_of

import sortition
from sortition import InfeasibleError, Manipulation, manipulability


def found_for(pool: SmallPool, **asked: object) -> tuple[Manipulation, ...]:
    return manipulability(pool_of(pool), problem_of(pool).quotas, **asked)


def chance_of(pool: SmallPool, person: int) -> float | None:
    """Return a person's leximin chance by enumeration; None where no panel exists."""
    panels = all_panels(pool)
    return float(leximin_by_enumeration(len(pool.people), panels)[person]) if panels else None


def largest_gains(pool: SmallPool) -> dict[str, float]:
    """Return per feature the largest gain of anybody's single lie, by enumeration."""
    truth = leximin_by_enumeration(len(pool.people), all_panels(pool))
    gains: dict[str, float] = {}
    for at, person in enumerate(pool.people):
        for feature in {feature for feature, *_ in pool.rules}:
            for value in {v for f, words, *_ in pool.rules if f == feature
                          for v in words.split("|")}:
                if value == person[feature]:
                    continue
                people = list(pool.people)
                people[at] = {**person, feature: value}
                then = chance_of(replace(pool, people=tuple(people)), at)
                if then is not None:
                    gain = then - float(truth[at])
                    gains[feature] = max(gains.get(feature, -1.0), gain)
    return gains


@pytest.mark.parametrize("seed", range(8))
def test_the_largest_gains_are_those_of_enumeration(seed: int) -> None:
    """Whoever lies, about whatever, households among them."""
    pool = seeded(seed)
    found = found_for(pool, thorough=True)

    expected = largest_gains(pool)
    for own in found:
        assert (True, True) == (own.proven, own.complete)
        assert pytest.approx(expected[own.feature], abs=1e-6) == own.gain
    for feature in set(expected) - {own.feature for own in found}:  # lies that change no group
        assert pytest.approx(0.0, abs=1e-6) == expected[feature]


@pytest.mark.parametrize("seed", range(8))
def test_the_person_and_the_answer_are_a_witness(seed: int) -> None:
    """Giving that answer in their place gives the chance that is stated, also in the quick way."""
    pool = seeded(seed)
    for own in found_for(pool):
        at = next(i for i, person in enumerate(pool.people) if person["id"] == own.person)
        people = list(pool.people)
        assert own.truth == people[at][own.feature]
        people[at] = {**people[at], own.feature: own.answer}
        assert pytest.approx(chance_of(pool, at), abs=1e-6) == own.chance
        assert pytest.approx(
            chance_of(replace(pool, people=tuple(people)), at), abs=1e-6
        ) == own.then


def test_steps_by_hand() -> None:
    """One of four has a chance of 1/4; as the second of side c it would be 1/2, of b 2/4."""
    (own,) = found_for(STEPS.pool)

    assert ("side", "p01", "a", 4) == (own.feature, own.person, own.truth, own.people)
    assert (pytest.approx(0.25), pytest.approx(0.5)) == (own.chance, own.then)
    assert pytest.approx(0.25) == own.gain


def test_a_lie_that_leaves_no_panel_is_no_gain() -> None:
    """The only one of the right cannot leave: no lottery would be held."""
    (own,) = found_for(THREE.pool)

    assert ("l", "r", 1) == (own.truth, own.answer, own.tried)


def test_nobody_can_say_anything_else() -> None:
    """One value in the quotas, and no other in the list."""
    assert () == found_for(PAIR.pool)


def test_an_answer_that_nobody_gave_counts() -> None:
    """A quota names it, so it can be given."""
    people, _ = frames_of(THREE.pool)
    rules = tuple(sortition.Quota((("side", (v,)),), 0, 2) for v in "lrx")
    (own,) = manipulability(
        sortition.Pool.from_frame(people, "id"), sortition.Quotas((2, 2), rules)
    )

    assert pytest.approx(2 / 3) == own.chance == own.then
    assert 4 == own.tried


def test_out_of_time_is_said() -> None:
    """What was not looked at is not claimed."""
    assert () == found_for(STEPS.pool, time_limit=0.0)


def test_it_reports_how_far_it_is_and_can_be_stopped() -> None:
    """At every lie, with the time since the start."""
    reports: list[sortition.Progress] = []
    found_for(STEPS.pool, progress=reports.append)

    assert {"lies"} == {report.stage for report in reports}
    assert 0 == reports[0].done
    assert sorted(report.done for report in reports) == [own.done for own in reports]
    assert reports[-1].done < 1
    assert sorted(report.seconds for report in reports) == [own.seconds for own in reports]
    with pytest.raises(KeyboardInterrupt):
        found_for(STEPS.pool, progress=interrupted)


def interrupted(report: sortition.Progress) -> None:
    raise KeyboardInterrupt


def test_what_is_impossible_says_why() -> None:
    """As everywhere."""
    with pytest.raises(InfeasibleError):
        found_for(FEW.pool)


def test_the_audit_asks_for_its_own_objective() -> None:
    """Goldilocks with its γ; chances of one's own it cannot ask for."""
    problem, pool = problem_of(STEPS.pool), pool_of(STEPS.pool)
    fair = sortition.find_distribution(problem, sortition.Goldilocks(2.0))
    (own,) = sortition.audit(fair, pool, manipulability=True).manipulations
    custom = sortition.find_distribution(
        problem, sortition.Custom(dict.fromkeys(problem.ids, 0.5))
    )

    assert pytest.approx(0.25, abs=1e-4) == own.gain
    with pytest.raises(ValueError, match="manipulability"):
        sortition.audit(custom, pool, manipulability=True)
