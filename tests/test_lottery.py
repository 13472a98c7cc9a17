"""The lottery: every ticket counted again by a stranger, from the people's own words."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from oracle import SmallPool, keeps_rules
from pools import NAMED, THREE, crowded, planted_pools, problem_of, published_example, seeded

import sortition
from sortition import Lottery, find_distribution, read_pool, read_quotas

INTEGER = (166, 193, 205, 249, 437, 517)  # cuts were needed for these
POOLS = {
    **{named.name: named.pool for named in NAMED},
    **{f"seed {seed}": seeded(seed) for seed in (*range(15), *INTEGER)},
    **{f"crowded {seed}": crowded(seed) for seed in range(10)},
    "example_small": published_example(200, 20),
}
TICKETS = (1, 10, 100, 1000)
LARGE = (*(named.name for named in NAMED), "example_small", *(f"seed {at}" for at in INTEGER))


@cache
def lottery(name: str, tickets: int) -> Lottery:
    return distribution(name).to_lottery(tickets)


@cache
def distribution(name: str):
    return find_distribution(problem_of(POOLS[name]))


def count_again(pool: SmallPool, made: Lottery, tickets: int) -> None:
    """Read lottery.csv as a stranger would and count everything from the people's dicts."""
    rows = list(csv.reader(io.StringIO(made.csv)))
    seats = pool.sizes[-1]
    assert ["ticket", *(f"member_{at}" for at in range(1, seats + 1))] == rows[0]
    width = len(str(tickets - 1))
    assert [f"{at:0{width}d}" for at in range(tickets)] == [row[0] for row in rows[1:]]
    where = {person["id"]: at for at, person in enumerate(pool.people)}
    tally: Counter[str] = Counter()
    for row in rows[1:]:
        members = [own for own in row[1:] if own]
        assert sorted(members) == members
        assert keeps_rules(pool, [where[own] for own in members])
        tally.update(members)
    chance = dict(zip(made.problem.ids, made.distribution.chance.tolist(), strict=True))
    assert [tally[own] for own in made.problem.ids] == made.counts.tolist()
    deviation = {own: tally[own] - tickets * chance[own] for own in where}
    assert pytest.approx(max(map(abs, deviation.values())), abs=1e-9) == made.loss
    assert pytest.approx(list(deviation.values()), abs=1e-9) == made.deviation.tolist()


@pytest.mark.parametrize(
    ("name", "tickets"),
    [(name, tickets) for name in POOLS for tickets in TICKETS if tickets < 1000 or name in LARGE],
)
def test_every_ticket_keeps_every_rule(name: str, tickets: int) -> None:
    """Members, counts and loss are those that a stranger counts."""
    count_again(POOLS[name], lottery(name, tickets), tickets)


@given(planted_pools())
@settings(max_examples=40)
def test_every_ticket_keeps_every_rule_of_any_planted_pool(pool: SmallPool) -> None:
    """The same with pools that hypothesis makes."""
    count_again(pool, find_distribution(problem_of(pool)).to_lottery(50), 50)


@pytest.mark.parametrize("name", POOLS)
def test_whoever_no_panel_can_hold_is_on_no_ticket(name: str) -> None:
    """And whoever always serves is on every one."""
    made = lottery(name, 100)
    chance = made.distribution.chance

    assert not made.counts[chance == 0].any()
    assert (made.counts[chance == 1] == 100).all()


@pytest.mark.parametrize("name", LARGE)
def test_a_thousand_tickets_put_hardly_anyone_off_by_more_than_one(name: str) -> None:
    """The loss stays below two tickets of a thousand: 0.2 percentage points."""
    assert lottery(name, 1000).loss < 2


def test_chances_that_are_whole_tickets_are_met_exactly() -> None:
    """Three people, a half, a half and one: 500, 500 and 1000 of a thousand tickets."""
    made = lottery(THREE.name, 1000)

    assert [500, 500, 1000] == made.counts.tolist()
    assert 0.0 == pytest.approx(made.loss, abs=1e-9)


def test_homes_that_may_send_three_are_filled_without_getting_stuck() -> None:
    """Three homes of a, a, a and b, three from each at most: six a and two b can be seated."""
    people = tuple(
        {"id": f"p{home}{at}", "side": side, "street": str(home), "postcode": str(home)}
        for home in range(3)
        for at, side in enumerate("aaab")
    )
    rules = (("side", "a", 6, 6), ("side", "b", 2, 2))
    pool = SmallPool(people, rules, 8, ("street", "postcode"), per_household=3)

    made = find_distribution(problem_of(pool)).to_lottery(30)

    count_again(pool, made, 30)


def test_tickets_are_in_canonical_order() -> None:
    """By their members, so that the same lottery is always the same file."""
    rows = lottery("seed 0", 100).tickets.tolist()

    assert sorted(rows) == rows


def test_the_digest_is_that_of_the_file() -> None:
    """SHA-256 of lottery.csv as it is written."""
    made = lottery(THREE.name, 10)

    assert hashlib.sha256(made.csv.encode()).hexdigest() == made.sha256
    assert "ticket,member_1,member_2\n0,p01,p03\n" == made.csv[:35]


def test_members_are_the_ids_on_a_ticket() -> None:
    """Sorted ids; a number that is none is an IndexError, from the end too."""
    made = lottery(THREE.name, 10)

    assert {("p01", "p03"), ("p02", "p03")} == {made.members(at) for at in range(10)}
    for number in (-1, 10):
        with pytest.raises(IndexError):
            made.members(number)


@pytest.mark.parametrize("tickets", [0, -1])
def test_a_lottery_has_at_least_one_ticket(tickets: int) -> None:
    """None, and fewer than none."""
    with pytest.raises(ValueError, match="at least one ticket"):
        distribution(THREE.name).to_lottery(tickets)


def test_a_lottery_cannot_be_changed() -> None:
    """Frozen, and its arrays read-only."""
    made = lottery(THREE.name, 10)
    for array in (made.tickets, made.counts):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        made.counts = np.zeros(3)


def test_couples_alike_take_turns() -> None:
    """Two couples, three tickets for one side, the other, and both: each person serves once."""
    people = tuple(
        {"id": own, "side": side, "street": home, "postcode": "1"}
        for own, side, home in (("a1", "a", "x"), ("b1", "b", "x"), ("a2", "a", "y"),
                                ("b2", "b", "y"))
    )
    rules = (("side", "a", 0, 1), ("side", "b", 0, 1))
    problem = problem_of(SmallPool(people, rules, (1, 2), household=("street", "postcode")))
    fair = find_distribution(problem)
    a, b = (int(problem.type_of[problem.ids.index(own)]) for own in ("a1", "b1"))
    panels = np.zeros((3, problem.types), dtype=np.int64)
    panels[[0, 2], a] = panels[[1, 2], b] = 1
    thirds = replace(
        fair, panels=panels, weights=np.full(3, 1 / 3), type_chance=np.full(problem.types, 1 / 3)
    )

    assert [1, 1, 1, 1] == thirds.to_lottery(3).counts.tolist()


@pytest.mark.parametrize(("name", "size", "most"), [("odd-3033", 34, 2), ("odd-3213", 54, 1)])
def test_homes_of_many_kinds_share_evenly(name: str, size: int, most: int) -> None:
    """Pools in which dealing seats home by home left somebody a whole ticket off."""
    folder = ROOT / "tests" / "data" / name
    pool = read_pool(folder / "people.csv", household=["street", "postcode"])
    quotas = replace(read_quotas(folder / "quotas.csv", size=size), per_household=most)

    assert find_distribution(sortition.compile(pool, quotas)).to_lottery(1000).loss < 1


def test_without_time_every_ticket_still_keeps_the_rules() -> None:
    """Panels that are known fill the tickets; it says that there was more to do."""
    pool, fair = POOLS["seed 166"], distribution("seed 166")
    quick, slow = fair.to_lottery(30, time_limit=0.0), fair.to_lottery(30, time_limit=60.0)

    count_again(pool, quick, 30)
    assert (False, True) == (quick.complete, slow.complete)
    assert slow.loss <= quick.loss
    assert slow.csv == fair.to_lottery(30).csv


def test_it_tells_how_many_tickets_are_found() -> None:
    """The share of those that no whole copy of a panel gives, growing from nothing."""
    told: list[sortition.Progress] = []
    distribution("seed 166").to_lottery(7, progress=told.append)
    shares = [own.done for own in told if own.done == own.done]

    assert {"tickets"} == {own.stage for own in told}
    assert shares == sorted(shares)
    assert 0.0 == shares[0] <= shares[-1] < 1
