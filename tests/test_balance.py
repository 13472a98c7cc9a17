"""Fairest first, then most representative: exchanges that change nobody's chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

import sortition
from sortition.lots.balance import balanced

DATA = ROOT / "datasets" / "parkstad-werk-economie"


def four() -> tuple[sortition.Pool, sortition.Lottery]:
    """Two women and two men, a young and an old one of each; one of each sex and age serves."""
    people = pd.DataFrame({
        "id": ["wy", "wo", "my", "mo"], "sex": list("wwmm"), "age": list("yoyo"),
        "job": ["a", "b", "b", "a"],
    })
    rules = pd.DataFrame({
        "feature": ["sex", "sex"], "value": ["w", "m"], "min": [1, 1], "max": [1, 1],
    })
    pool = sortition.Pool.from_frame(people, id="id")
    quotas = sortition.Quotas.from_frame(rules, size=2)
    return pool, sortition.find_distribution(sortition.compile(pool, quotas)).to_lottery(2)


@pytest.mark.parametrize("feature", ["age", "job"])
def test_counted_by_hand(feature: str) -> None:
    """Each of two tickets can hold one of either kind, and then does: nothing is left to gain."""
    pool, lottery = four()

    better = balanced(lottery, pool, [[feature]])

    kind = dict(zip(["wy", "wo", "my", "mo"],
                    {"age": "yoyo", "job": "abba"}[feature], strict=True))
    assert [2, 2] == [len({kind[own] for own in better.members(at)}) for at in range(2)]
    assert [(0.0, 0.0)] == [(part.after, part.floor) for part in better.balance]
    assert [1, 1, 1, 1] == better.counts.tolist()


@pytest.fixture(scope="module")
def parkstad() -> tuple[sortition.Pool, sortition.Lottery]:
    """A lottery of 200 tickets."""
    pool = sortition.read_pool(DATA / "people.csv", id="id", household=["adres", "postcode"])
    quotas = sortition.read_quotas(DATA / "quotas.csv", size=24)
    fair = sortition.find_distribution(sortition.compile(pool, quotas))
    return pool, fair.to_lottery(200)


OVER = [["geslacht", "leeftijd"], ["rol", "opleiding"]]


def test_no_chance_changes_and_every_rule_is_kept(parkstad) -> None:
    """Everybody is on as many tickets as before, and the published files pass every step."""
    pool, lottery = parkstad

    better = balanced(lottery, pool, OVER)

    held = np.bincount(better.tickets[better.tickets >= 0], minlength=len(pool))
    assert lottery.counts.tolist() == held.tolist() == better.counts.tolist()
    assert sortition.verify(sortition.draw(better, ticket=7), better).ok


def test_the_figures_are_those_of_the_tickets(parkstad) -> None:
    """Counted again person by person; between the floor and where it began, and much nearer."""
    pool, lottery = parkstad

    better = balanced(lottery, pool, OVER)

    frame = pool.table
    where = dict(zip(pool.ids_by_row, frame.rows, strict=True))
    for part in better.balance:
        at = [list(frame.columns).index(name) for name in part.over]
        cell = {own: tuple(row[i] for i in at) for own, row in where.items()}
        seen = []
        for which in (lottery, better):
            counts = pd.DataFrame([
                pd.Series([cell[own] for own in which.members(t)]).value_counts()
                for t in range(200)
            ]).fillna(0)
            expected = counts.mean()
            seen.append(float(((counts - expected) ** 2).sum(axis=1).mean()))
        assert [part.before, part.after] == pytest.approx(seen, abs=1e-9)
        assert part.floor <= part.after < part.before
    assert sum(p.after - p.floor for p in better.balance) < 0.5 * sum(
        p.before - p.floor for p in better.balance
    )


def test_row_order_does_not_matter(parkstad) -> None:
    """The same tickets from a list that was shuffled."""
    pool, lottery = parkstad
    frame = pd.read_csv(DATA / "people.csv", dtype=str, keep_default_na=False)
    other = sortition.Pool.from_frame(
        frame.sample(frac=1, random_state=3), id="id", household=["adres", "postcode"]
    )

    assert balanced(lottery, pool, OVER[:1]).csv == balanced(lottery, other, OVER[:1]).csv


def test_an_unknown_feature_is_told(parkstad) -> None:
    """All of them at once."""
    pool, lottery = parkstad
    with pytest.raises(sortition.QuotaError) as caught:
        balanced(lottery, pool, [["geslacht", "leeftijdd"], ["beroep"]])
    assert ["leeftijdd", "beroep"] == [issue.params["name"] for issue in caught.value.issues]


def test_time_and_progress() -> None:
    """Nothing is exchanged without time, and all chances hold; with it, it tells how far it is."""
    pool, lottery = four()
    told: list[sortition.Progress] = []
    stopped = balanced(lottery, pool, [["age"], ["job"]], time_limit=0.0)
    finished = balanced(lottery, pool, [["age"], ["job"]], time_limit=600.0, progress=told.append)

    assert (False, True) == (stopped.complete, finished.complete)
    assert lottery.csv == stopped.csv
    assert all(part.before == part.after for part in stopped.balance)
    assert lottery.counts.tolist() == finished.counts.tolist()
    assert {"balance"} == {own.stage for own in told}
    assert told[0].done == 0.0
    assert [own.done for own in told] == sorted(own.done for own in told)
