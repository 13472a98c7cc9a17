"""Exact lotteries: chances counted from whole weights, and a deal that is fair in every order."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import permutations, product
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import keeps_rules
from pools import (
    NAMED,
    THREE,
    crowded,
    dice_of,
    frames_of,
    problem_of,
    published_example,
    seeded,
)

import sortition
from sortition import ExactLottery, Pool, Quotas, draw, find_distribution
from sortition.draw import Candidate, deal, in_order, panel_from_seed
from sortition.lots.exact import TOTAL, _whole
from sortition.verify_exact import drawn_from

DIGEST = "ab" * 32  # of some lottery
INTEGER = (166, 193, 205, 249)  # cuts were needed for these
POOLS = {
    **{named.name: named.pool for named in NAMED},
    **{f"seed {seed}": seeded(seed) for seed in (*range(10), *INTEGER)},
    **{f"crowded {seed}": crowded(seed) for seed in range(10)},
    "example_small": published_example(200, 20),
}


@cache
def exact(name: str) -> ExactLottery:
    return find_distribution(problem_of(POOLS[name])).to_exact()


# -- weights and chances -------------------------------------------------------------------------


@given(st.lists(st.fractions(min_value=Fraction(1, 10**18), max_value=1), min_size=1, max_size=40))
def test_weights_are_whole_and_add_up_exactly(shares: list[Fraction]) -> None:
    """Each is the share rounded down or up, and none with a smaller remainder was rounded up."""
    weights = _whole(shares)
    due = [share * TOTAL / sum(shares) for share in shares]
    over = [weight - wanted for weight, wanted in zip(weights, due, strict=True)]

    assert sum(weights) == TOTAL
    assert all(-1 < each < 1 for each in over)
    up = [wanted % 1 for wanted, each in zip(due, over, strict=True) if each > 0]
    down = [wanted % 1 for wanted, each in zip(due, over, strict=True) if each < 0]
    assert not up or not down or min(up) >= max(down)


def test_three_equal_shares_by_hand() -> None:
    """A third of 10¹⁵ is 333 333 333 333 333 and a bit: the first gets the one that is left."""
    third = TOTAL // 3

    assert [third + 1, third, third] == _whole([Fraction(1, 3)] * 3)


@pytest.mark.parametrize("name", POOLS)
def test_chances_are_those_that_the_weights_give(name: str) -> None:
    """Counted here from lottery.csv and groups.csv; the loss is the largest difference."""
    made = exact(name)
    rows = [line.split(",") for line in made.csv.splitlines()]
    groups = [line.split(",") for line in made.groups.splitlines()]
    types = len(rows[0]) - 2
    alike = Counter(row[2] for row in groups[1:])
    counted = {
        str(t): Fraction(sum(int(row[1]) * int(row[1 + t]) for row in rows[1:]),
                         TOTAL * alike[str(t)])
        for t in range(1, types + 1)
    }
    found = made.distribution.chance.tolist()
    people = dict(zip((row[0] for row in groups[1:]), (row[2] for row in groups[1:]), strict=True))

    assert ["panel", "weight", *(f"type_{t}" for t in range(1, types + 1))] == rows[0]
    assert sum(int(row[1]) for row in rows[1:]) == TOTAL
    assert list(made.problem.ids) == list(people)
    assert [float(counted[t]) for t in people.values()] == made.chance.tolist()
    loss = max(abs(counted[t] - Fraction(wanted))
               for t, wanted in zip(people.values(), found, strict=True))
    assert float(loss) == made.loss
    assert made.loss < 1e-13


@pytest.mark.parametrize("named", [each for each in NAMED if each.chances], ids=lambda n: n.name)
def test_chances_are_those_counted_by_hand(named) -> None:
    """To the fourteenth digit: nothing is lost to tickets."""
    assert pytest.approx(list(named.chances), abs=1e-14) == exact(named.name).chance.tolist()


@pytest.mark.parametrize("name", POOLS)
def test_panels_are_distinct_in_order_and_keep_every_rule(name: str) -> None:
    """And whoever no panel can hold has exactly no chance."""
    made = exact(name)
    panels = made.panels.tolist()

    assert sorted(panels) == panels
    assert len({tuple(panel) for panel in panels}) == len(panels)
    assert all(made.problem.admits(panel) for panel in made.panels)
    assert min(made.weights) > 0
    assert not made.chance[~made.distribution.selectable].any()


def test_a_panel_without_weight_is_dropped_and_equal_ones_are_one() -> None:
    """A weight of 10⁻¹⁷ is nothing of 10¹⁵, and two halves of one panel are one panel."""
    fair = find_distribution(problem_of(POOLS["range"]))
    first, second = fair.panels[:2]
    panels, weights = np.array([first, second, first]), np.array([0.5, 1e-17, 0.5])

    made = replace(fair, panels=panels, weights=weights).to_exact()

    assert ([first.tolist()], (TOTAL,)) == (made.panels.tolist(), made.weights)


def test_a_panel_that_breaks_a_rule_is_never_published() -> None:
    """Whatever the weights came from, the panels are counted again."""
    fair = find_distribution(problem_of(THREE.pool))

    with pytest.raises(RuntimeError, match="breaks a rule"):
        replace(fair, panels=fair.panels + 1).to_exact()


def test_the_order_of_the_rows_changes_nothing() -> None:
    """Types, households and panels are numbered by what they are."""
    for name in ("seed 3", "crowded 1", "later"):
        pool = POOLS[name]
        people, rules = (frame.sample(frac=1, random_state=7) for frame in frames_of(pool))
        quotas = replace(Quotas.from_frame(rules, size=pool.size),
                         per_household=pool.per_household)
        problem = sortition.compile(
            Pool.from_frame(people, id="id", household=pool.household), quotas
        )

        assert exact(name).sha256 == find_distribution(problem).to_exact().sha256


def test_the_digest_is_that_of_the_panels() -> None:
    """As of a lottery of tickets; an official draw is bound to the commitment."""
    made = exact("later")

    assert hashlib.sha256(made.csv.encode()).hexdigest() == made.sha256


# -- the deal, in every order --------------------------------------------------------------------


def town(*homes: str) -> list[Candidate]:
    """Return people from words, a digit per type: “12” is a home, “1” is bound by none."""
    return [
        Candidate(f"{at}{seat}", int(kind), str(at) if len(home) > 1 else "")
        for at, home in enumerate(homes, 1)
        for seat, kind in enumerate(home)
    ]


TOWNS = {  # people, and how many of one home may serve
    "all free": (town("1", "1", "1", "2", "2"), 1),
    "three pairs": (town("12", "12", "12"), 1),
    "pairs of one type": (town("11", "11", "2"), 1),
    "two patterns": (town("12", "12", "34", "5"), 1),
    "two of three": (town("112", "112"), 2),
    "two of four": (town("1122"), 2),
    "three types, two each": (town("123", "123"), 2),
}


def limits(people: list[Candidate], per_household: int) -> tuple[dict, dict]:
    """Return the seats that every type and every pattern may have, counted from the homes."""
    homes: dict[str, list[int]] = {}
    for person in people:
        homes.setdefault(person.home or person.id, []).append(person.type)
    types: Counter[int] = Counter()
    patterns: Counter[tuple[int, ...]] = Counter()
    for own in homes.values():
        patterns[tuple(sorted(own))] += per_household
        types.update({kind: min(own.count(kind), per_household) for kind in set(own)})
    return types, patterns


def fitting(people: list[Candidate], per_household: int) -> list[tuple[int, ...]]:
    """Return every panel that keeps the limits of types and patterns."""
    types, patterns = limits(people, per_household)
    panels = product(*(range(types[kind] + 1) for kind in sorted(types)))
    return [
        panel for panel in panels
        if all(sum(panel[kind - 1] for kind in set(pattern)) <= most
               for pattern, most in patterns.items())
    ]


@pytest.mark.parametrize("name", TOWNS)
def test_everyone_of_a_type_serves_in_equally_many_orders(name: str) -> None:
    """All n! orders of the people, every panel: x_t / m_t of them seat each person of type t."""
    people, per_household = TOWNS[name]
    alike = Counter(person.type for person in people)
    home_of = {person.id: person.home for person in people}
    orders = list(permutations(people))
    panels = fitting(people, per_household)
    dice_of(name).shuffle(panels)

    for panel in panels[:6]:
        served: Counter[str] = Counter()
        for order in orders:
            seated = deal(panel, order)
            served.update(seated)
            shared = Counter(home_of[own] for own in seated if home_of[own])
            assert max(shared.values(), default=0) <= per_household
            assert len(set(seated)) == sum(panel)
        for person in people:
            fair = Fraction(panel[person.type - 1], alike[person.type])
            assert fair == Fraction(served[person.id], factorial(len(people)))


@pytest.mark.parametrize("name", TOWNS)
def test_every_panel_that_keeps_the_limits_can_be_dealt(name: str) -> None:
    """As many of each type as it says, and never too many of one home."""
    people, per_household = TOWNS[name]
    kind_of = {person.id: person.type for person in people}
    for at, panel in enumerate(fitting(people, per_household)):
        seated = deal(panel, in_order(f"seed {at}", DIGEST, people))

        got = Counter(kind_of[own] for own in seated)
        assert list(panel) == [got[kind] for kind in range(1, len(panel) + 1)]


# -- from a seed ---------------------------------------------------------------------------------


def test_a_panel_is_drawn_as_often_as_its_weight_says() -> None:
    """20,000 seeds, weights 1 to 4: χ² with 3 degrees of freedom below its 99.9 % point."""
    weights = [4, 1, 2, 3]
    counts = Counter(panel_from_seed(f"seed {at}", DIGEST, weights) for at in range(20_000))
    expected = [2000 * weight for weight in weights]

    chi = sum((counts[at] - wanted) ** 2 / wanted for at, wanted in enumerate(expected))
    assert chi < 16.27


def test_a_panel_is_the_one_whose_interval_holds_the_number() -> None:
    """By hand with hashlib: h mod W against the sums of the weights, last of all the largest."""
    weights = [5, 1, 1, 3]
    starts = [0, 0, 0, 0, 0, 1, 2, 3, 3, 3]
    for at in range(50):
        words = b"sortition/1/panel\0" + DIGEST.encode() + f"\0lot {at}\0".encode() + b"0"
        number = int(hashlib.sha256(words).hexdigest(), 16) % 10

        assert starts[number] == panel_from_seed(f" lot {at}\n", DIGEST, weights)


def test_people_stand_in_the_order_of_their_hash() -> None:
    """By hand with hashlib; another seed or another lottery is another order."""
    people = [Candidate(f"p{at}", 1, "") for at in range(30)]

    def key(own: str) -> str:
        words = b"sortition/1/person\0" + DIGEST.encode() + b"\0lot 7\0" + own.encode()
        return hashlib.sha256(words).hexdigest()

    ordered = [person.id for person in in_order("lot 7", DIGEST, people)]
    assert sorted((person.id for person in people), key=key) == ordered
    assert ordered != [person.id for person in in_order("lot 8", DIGEST, people)]
    assert ordered != [person.id for person in in_order("lot 7", "cd" * 32, people)]


def test_outcomes_are_as_frequent_as_all_orders_say() -> None:
    """6000 seeds: panel and people together, against weights and the enumeration of all orders."""
    people = town("12", "12", "3", "3")
    panels, weights = [(1, 1, 1), (2, 0, 1), (0, 1, 1)], [5, 2, 3]
    expected: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for order in permutations(people):
        for at, panel in enumerate(panels):
            expected[at, deal(panel, order)] += weights[at]
    whole = factorial(len(people)) * sum(weights)
    seeds = 6000

    counts: Counter[tuple[int, tuple[str, ...]]] = Counter()
    for at in range(seeds):
        number = panel_from_seed(f"{at}", DIGEST, weights)
        counts[number, deal(panels[number], in_order(f"{at}", DIGEST, people))] += 1

    assert set(counts) == set(expected)
    assert len(expected) == 4 + 2 + 4  # by hand: either home sends the 1, and either 3 serves, …
    chi = sum((counts[key] - seeds * share / whole) ** 2 / (seeds * share / whole)
              for key, share in expected.items())
    assert chi < 27.88  # the 99.9 % point with 9 degrees of freedom


@pytest.mark.parametrize("name", POOLS)
def test_whoever_is_drawn_keeps_every_rule(name: str) -> None:
    """Twenty seeds, the people drawn counted from their own words; the verifier draws the same."""
    pool, made = POOLS[name], exact(name)
    where = {person["id"]: at for at, person in enumerate(pool.people)}
    seats = [{str(t): x for t, x in enumerate(panel, 1)} for panel in made.panels.tolist()]
    people = [(own, str(t), home) for own, t, home in made.candidates]
    for at in range(20):
        drawn = draw(made, seed=f"seed {at}")

        assert keeps_rules(pool, [where[own] for own in drawn.panel.ids])
        again = drawn_from(
            f"seed {at}", made.sha256, list(zip(made.weights, seats, strict=True)), people)
        assert (drawn.ticket, set(drawn.panel.ids)) == again


def test_the_published_vector_stays() -> None:
    """Who is drawn once is drawn for ever: these never change."""
    people = town("12", "12", "3", "3", "3")
    seed, digest = "Heerlen, 1 March 2026", "00" * 32

    assert panel_from_seed(seed, digest, [2, 5, 3]) == 2
    assert panel_from_seed(seed, digest, [2 * 10**14, 5 * 10**14, 3 * 10**14]) == 1
    ordered = in_order(seed, digest, people)
    assert [person.id for person in ordered] == ["20", "40", "30", "50", "10", "21", "11"]
    assert deal((1, 1, 1), ordered) == ("11", "20", "40")


def test_a_draw_says_panel_method_and_seed() -> None:
    """As it was given; the digest is the one that the draw was bound to."""
    made = exact("later")

    drawn = draw(made, seed=" Zoë ")

    assert panel_from_seed("Zoë", made.sha256, made.weights) == drawn.ticket
    assert ("seed", " Zoë ", made.sha256) == (drawn.method, drawn.seed, drawn.lottery_sha256)
    assert drawn.rehearsal, "nothing was fixed before"


def test_the_computer_makes_up_a_text_and_it_is_a_rehearsal() -> None:
    """Never twice the same, and the draw follows from it like from any other."""
    made = exact("later")
    one, two = draw(made), draw(made)

    assert one.seed != two.seed
    assert ("system", True) == (one.method, one.rehearsal)
    assert one.panel == draw(made, seed=one.seed).panel


@pytest.mark.parametrize("source", [{"ticket": 0}, {"ticket": 0, "seed": "x"}])
def test_no_number_draws_from_an_exact_lottery(source: dict) -> None:
    """Panels are not equally likely, and a number says nothing of the people."""
    with pytest.raises(ValueError, match=r"exact lottery|ticket"):
        draw(exact("later"), **source)


def test_an_exact_lottery_cannot_be_changed() -> None:
    """Frozen, and its panels read-only."""
    made = exact("later")

    with pytest.raises(ValueError, match="read-only"):
        made.panels[...] = 0
    with pytest.raises(AttributeError):
        made.weights = ()
