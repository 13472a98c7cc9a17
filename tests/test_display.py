"""What a notebook shows of our values: one line, a small table, hostile values as text."""

from __future__ import annotations

import pandas as pd
import pytest

import sortition
from sortition import datasets
from sortition.diagnosis.diagnose import diagnose
from sortition.display import card

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def shown() -> dict[str, object]:
    """One value of each type, of people who live in a hostile place."""
    people = pd.DataFrame({"id": ["a", "b", f"c{HOSTILE}"], "place": [HOSTILE, HOSTILE, "x & y"]})
    rules = pd.DataFrame([("place", HOSTILE, 1, 1), ("place", "x & y", 1, 1)],
                         columns=["feature", "value", "min", "max"])
    pool, quotas = sortition.Pool.from_frame(people), sortition.Quotas.from_frame(rules, size=2)
    problem = sortition.compile(pool, quotas)
    fair = sortition.find_distribution(problem)
    lottery = fair.to_lottery(10)
    drawn = sortition.draw(lottery, ticket=3)
    few = sortition.Quotas.from_frame(rules.assign(min=0, max=[1, 0]), size=2)
    return {
        "Pool": pool, "Quotas": quotas, "Problem": problem, "Distribution": fair,
        "Lottery": lottery, "ExactLottery": fair.to_exact(), "Draw": drawn, "Panel": drawn.panel,
        "Diagnosis": diagnose(sortition.compile(pool, few)), "Audit": sortition.audit(fair, pool),
        "Comparison": sortition.compare_objectives(problem, others={HOSTILE: fair.chance}),
        "DataSet": datasets.load("werkgroep"),
    }


LINES = {
    "Pool": "Pool: 3 people, 1 features",
    "Quotas": "Quotas: 2 seats, 2 quotas, at most 1 of a household",
    "Problem": "Problem: 3 people of 2 types, 2 seats",
    "Distribution": "chances 50 % to 100 %, proven",
    "Lottery": "Lottery: 10 tickets of 2 seats, nobody off by more than 0.00 tickets",
    "ExactLottery": "panels of 2 seats",
    "Draw": "Draw: 3 by ticket, 2 people",
    "Panel": "Panel: 2 people",
    "Diagnosis": "Diagnosis: 1 conflicts, shown by arithmetic",
    "Audit": "Audit: leximin, 3 people, chances 50 % to 100 %, Gini 0.167",
    "Comparison": "Comparison: leximin, nash, goldilocks, minimax",
    "DataSet": "DataSet werkgroep: ",
}


@pytest.mark.parametrize("name", LINES)
def test_a_value_says_what_it_is_in_one_line(shown: dict[str, object], name: str) -> None:
    """Its type and what one would ask first."""
    assert LINES[name] in repr(shown[name])
    assert 1 == len(repr(shown[name]).splitlines())


@pytest.mark.parametrize("name", LINES)
def test_a_table_runs_nothing(shown: dict[str, object], name: str) -> None:
    """Whatever people wrote stays text; the line is its title."""
    table = shown[name]._repr_html_()  # type: ignore[attr-defined]

    assert "<script" not in table
    assert table.startswith("<table><caption")
    assert (1, 1) == (table.count("<table>"), table.count("</table>"))


def test_hostile_values_are_still_to_be_read(shown: dict[str, object]) -> None:
    """Escaped, not dropped."""
    for name in ("Pool", "Quotas", "Problem", "Lottery", "Panel", "Comparison"):
        assert "&lt;script&gt;" in shown[name]._repr_html_()  # type: ignore[attr-defined]


def test_a_long_list_is_cut_and_says_so() -> None:
    """A notebook is no place for a thousand rows."""
    assert 20 == card("x", ["n"], ([n] for n in range(20))).count("<td")
    assert "<td style=\"text-align:left\">…</td>" in card("x", ["n"], ([n] for n in range(21)))


def test_names_and_addresses_of_a_pool_are_not_shown() -> None:
    """A column in which nearly all differ shows how many, not what."""
    people = pd.DataFrame({"id": range(30), "naam": [f"Zilmbi {n}" for n in range(30)]})

    assert "Zilmbi" not in sortition.Pool.from_frame(people)._repr_html_()
