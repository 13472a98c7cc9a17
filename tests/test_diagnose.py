"""Why no panel exists: levels, smallest conflicts, the counts behind them, and their words."""

from __future__ import annotations

import pandas as pd
import pytest
from pools import CROSS, FEW, IMPOSSIBLE, NAMED, ROOF, TRIANGLES, Named, problem_of

from sortition import InfeasibleError, Pool, Quotas, find_distribution
from sortition import compile as compile_problem
from sortition.diagnosis.diagnose import Conflict, Count, Diagnosis, Rule, diagnose
from sortition.messages import render_issue


def told(diagnosis: Diagnosis) -> list[list[str]]:
    """Return the rules of every conflict in words."""
    return [[str(rule) for rule in conflict.rules] for conflict in diagnosis.conflicts]


@pytest.mark.parametrize(
    ("named", "level"),
    [(FEW, "arithmetic"), (ROOF, "arithmetic"), (CROSS, "relaxation"), (TRIANGLES, "integer")],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_first_level_that_fails_is_named(named: Named, level: str) -> None:
    """Counting one group, parts of people, whole people: in this order."""
    diagnosis = diagnose(problem_of(named.pool))

    assert level == diagnosis.level
    assert {level} == {conflict.level for conflict in diagnosis.conflicts}
    assert all(conflict.minimal for conflict in diagnosis.conflicts)


def test_a_group_with_too_few_people_is_one_rule() -> None:
    """Three of the left are wanted where there are two."""
    conflict = Conflict(
        "arithmetic", (Rule(1, "min", "side: l", 3),), (Count(("side: l",), 2, 0, 2, 2),)
    )

    assert (conflict,) == diagnose(problem_of(FEW.pool)).conflicts


def test_people_of_one_home_are_counted() -> None:
    """Three people sign up, all of one home, and one may serve."""
    (conflict,) = diagnose(problem_of(ROOF.pool)).conflicts

    assert ["at least 2 seats in all", "at most one person per household"] == [
        str(rule) for rule in conflict.rules
    ]
    assert (Count(("",), 3, 3, 1, 3),) == conflict.counts


def test_two_groups_without_anybody_in_common() -> None:
    """Two young ones and two from the north need four seats; and so do the maxima of the others."""
    diagnosis = diagnose(problem_of(CROSS.pool))

    assert [
        ["age: y (at least 2)", "area: n (at least 2)", "at most 3 seats in all"],
        ["age: o (at most 1)", "area: s (at most 1)", "at least 3 seats in all"],
    ] == told(diagnosis)
    assert (
        Count(("age: y",), 3, 0, 3, 3), Count(("area: n",), 3, 0, 3, 3),
        Count(("age: y", "area: n"), 0, 0, 0, 3),
    ) == diagnosis.conflicts[0].counts


def test_whole_people_in_the_way() -> None:
    """Of three who exclude each other one serves: two circles of them cannot fill three seats."""
    (rules,) = told(diagnose(problem_of(TRIANGLES.pool)))

    assert [f"{f}: y (at most 1)" for f in "abcdef"] + ["at least 3 seats in all"] == rules


def test_without_time_for_integers_it_says_less_and_nothing_wrong() -> None:
    """The level is known, the rules are not."""
    diagnosis = diagnose(problem_of(TRIANGLES.pool), time_limit=0.0)

    assert Diagnosis("integer", ()) == diagnosis
    assert ["conflict-whole"] == [issue.code for issue in diagnosis.issues]


@pytest.mark.parametrize("named", NAMED, ids=lambda named: named.name)
def test_where_a_panel_exists_there_is_no_conflict(named: Named) -> None:
    """Nothing is made up."""
    assert Diagnosis(None, ()) == diagnose(problem_of(named.pool))
    assert () == diagnose(problem_of(named.pool)).issues


@pytest.mark.parametrize("named", IMPOSSIBLE, ids=lambda named: named.name)
def test_the_error_carries_the_diagnosis_and_its_issues(named: Named) -> None:
    """A value for programs, issues to print."""
    with pytest.raises(InfeasibleError) as caught:
        find_distribution(problem_of(named.pool))

    assert diagnose(problem_of(named.pool)) == caught.value.reasons
    # The rules in the parameters of issues are compared as they are read.
    assert list(map(str, caught.value.reasons)) == list(map(str, caught.value.diagnosis))


def test_the_words_in_both_languages() -> None:
    """Who is in both groups, and who shares an address."""
    conflict = Conflict(
        "relaxation",
        (Rule(1, "min", "age: y", 3), Rule(2, "max", "area: n", 1), Rule(0, "max", "", 3),
         Rule(-1, "max", "", 2)),
        (Count(("age: y", "area: n"), 3, 2, 2, 5),),
        minimal=False,
    )

    assert (
        "age: y (at least 3); area: n (at most 1); at most 3 seats in all; at most 2 people per "
        "household. In the list: of the 5 in “age: y”, also in “area: n”: 3 (2 of them share an "
        "address; at most 2 can serve together). Time ran out: perhaps not all of these rules are "
        "in the way"
    ) == conflict.render("en")
    assert (
        "age: y (minstens 3); area: n (hoogstens 1); hoogstens 3 plaatsen in totaal; hoogstens 2 "
        "personen per huishouden. In de lijst: van de 5 in “age: y” ook in “area: n”: 3 (2 van hen "
        "delen een adres; hoogstens 2 kunnen samen meedoen). De tijd was om: misschien zit niet "
        "elk van deze regels in de weg"
    ) == conflict.render("nl")


def test_an_issue_speaks_of_the_row_and_the_people() -> None:
    """In Dutch too, and without a name."""
    (issue,) = diagnose(problem_of(FEW.pool)).issues

    assert ("conflict-too-few", 1) == (issue.code, issue.row)
    assert "minstens 3 plaatsen" in render_issue(issue, "nl")


def summed(rules: list[list[object]], size: int | tuple[int, int]) -> Diagnosis:
    """Return the diagnosis of two people on each of three sides under these quotas."""
    people = pd.DataFrame({"id": list("abcdef"), "side": ["l", "r", "m"] * 2})
    frame = pd.DataFrame(rules, columns=["feature", "value", "min", "max"])
    return diagnose(compile_problem(Pool.from_frame(people), Quotas.from_frame(frame, size)))


def test_minima_that_add_up_to_more_than_the_seats() -> None:
    """2 + 2 > 3, and the third minimum is innocent; the first arithmetic anybody would do."""
    diagnosis = summed([["side", "l", 2, 2], ["side", "r", 1, 2], ["side", "m", 2, 2]], 3)

    assert "arithmetic" == diagnosis.level
    assert [["side: l (at least 2)", "side: m (at least 2)", "at most 3 seats in all"]] == told(
        diagnosis
    )
    (issue,) = diagnosis.issues
    assert ("conflict-sum-min", 4) == (issue.code, issue.params["sum"])
    assert "samen 4, meer dan er plaatsen zijn: side: l (minstens 2)" in render_issue(issue, "nl")


def test_maxima_that_add_up_to_fewer_than_the_seats() -> None:
    """1 + 1 + 1 < 4; 1 + 9 with two people < 4 where the third side gives one."""
    diagnosis = summed([["side", "l", 0, 1], ["side", "r", 0, 1], ["side", "m", 0, 1]], (4, 5))

    assert [("arithmetic", "conflict-sum-max")] == [
        (diagnosis.level, issue.code) for issue in diagnosis.issues
    ]
    assert [["side: l (at most 1)", "side: r (at most 1)", "at least 5 seats in all"]] == told(
        summed([["side", "l", 0, 1], ["side", "r", 0, 1], ["side", "m", 0, 9]], 5)
    )


def test_a_union_beside_its_parts_is_counted_once() -> None:
    """The parts need four of three seats; the union says nothing more."""
    diagnosis = summed([["side", "l", 2, 2], ["side", "r", 2, 2], ["side", "m", 0, 2],
                        ["side", "l|r", 2, 3]], 3)

    assert [["side: l (at least 2)", "side: r (at least 2)", "at most 3 seats in all"]] == told(
        diagnosis
    )


def test_maxima_that_leave_seats_empty_are_told_with_the_people_of_the_other_groups() -> None:
    """One of the old, and there are two young people: three for four seats."""
    people = pd.DataFrame({"id": list("123456"), "age": list("yyoooo")})
    rules = pd.DataFrame({"feature": "age", "value": ["y", "o"], "min": 0, "max": [2, 1]})
    problem = compile_problem(Pool.from_frame(people), Quotas.from_frame(rules, size=4))
    (issue,) = diagnose(problem).issues

    assert ("conflict-sum-max-others", 1, 2) == (
        issue.code, issue.params["sum"], issue.params["others"]
    )
