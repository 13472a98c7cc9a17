"""Every panel equally likely: counted, numbered and drawn, against enumeration."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from oracle import SmallPool, all_panels
from pools import (
    HOME,
    IMPOSSIBLE,
    NAMED,
    PAIR,
    RANGE,
    THREE,
    Named,
    crowded,
    planted_pools,
    problem_of,
    published_example,
    seeded,
)

from sortition import InfeasibleError, SortitionError, Uniform, count_panels, find_uniform
from sortition.messages import LANGUAGES, text


def enumerated(pool: SmallPool) -> list[tuple[str, ...]]:
    """Return the ids of every panel, in order."""
    return sorted(tuple(sorted(pool.people[at]["id"] for at in p)) for p in all_panels(pool))


def by_id(equal: Uniform) -> dict[str, Fraction]:
    """Return everybody's exact chance."""
    of_type = equal.problem.type_of.tolist()
    return {id_: equal.type_chance[t] for id_, t in zip(equal.ids, of_type, strict=True)}


def agree(pool: SmallPool) -> None:
    """Panels, their numbers and everybody's chance are those of the enumeration, exactly."""
    panels = enumerated(pool)
    equal = find_uniform(problem_of(pool))
    held = Counter(id_ for panel in panels for id_ in panel)

    assert len(panels) == equal.panels == count_panels(problem_of(pool))
    assert panels == sorted(equal.panel(number).ids for number in range(equal.panels))
    assert {p["id"]: Fraction(held[p["id"]], len(panels)) for p in pool.people} == by_id(equal)


@pytest.mark.parametrize("named", NAMED, ids=lambda named: named.name)
def test_named_pools(named: Named) -> None:
    """Homes, blank addresses, unions, ranges, people on no panel: counted as by enumeration."""
    agree(named.pool)


@given(planted_pools())
def test_any_small_pool(pool: SmallPool) -> None:
    """The same whatever the features, quotas, sizes and homes."""
    agree(pool)


@pytest.mark.parametrize("seed", range(25))
def test_seeded_pools(seed: int) -> None:
    """The same with twelve people, and with homes of which two may serve."""
    agree(seeded(seed))
    agree(crowded(seed))


def test_counted_by_hand() -> None:
    """Two people for one seat; two or three of four people; two who share a home."""
    assert 2 == count_panels(problem_of(THREE.pool))
    # one or two of each side: 2 · 2 pairs, and 2 · 1 + 1 · 2 sets of three
    assert 8 == count_panels(problem_of(RANGE.pool))
    assert 2 == count_panels(problem_of(PAIR.pool))


@pytest.mark.parametrize("per_household", [1, 2])
def test_few_homes_alike(per_household: int) -> None:
    """Homes with the same members share a pattern, and still every panel has one number."""
    people = tuple(
        {"id": f"p{home}{at}", "side": side, "street": f"Laan {home}", "postcode": "1"}
        for home in range(3)
        for at, side in enumerate("wmm")
    )
    rules = (("side", "w", 1, 2), ("side", "m", 1, 3))
    agree(SmallPool(people, rules, (2, 4), HOME, per_household))


def test_many_homes_alike() -> None:
    """Forty homes of one woman and two men, each sending one: C(40, 5) · C(35, 5) · 2^5 panels."""
    people = tuple(
        {"id": f"p{home:02d}{at}", "side": side, "street": f"Laan {home}", "postcode": "1"}
        for home in range(40)
        for at, side in enumerate("wmm")
    )
    pool = SmallPool(people, (("side", "w", 5, 5), ("side", "m", 5, 5)), 10, HOME)
    equal = find_uniform(problem_of(pool))

    assert math.comb(40, 5) * math.comb(35, 5) * 2**5 == equal.panels
    assert {Fraction(5, 40), Fraction(5, 80)} == set(equal.type_chance)
    for panel in equal.sample(5):
        assert 10 == len({id_[:3] for id_ in panel.ids}) == len(panel.ids)


@pytest.mark.parametrize(("people", "seats"), [(200, 20), (2000, 200)])
def test_the_published_examples(people: int, seats: int) -> None:
    """The one woman who is conservative has less than the others; the sums are binomial."""
    half, k = people // 2, seats // 2
    without = [math.comb(half - 1, s) * math.comb(half, seats - s) for s in (k - 1, k, k + 1)]
    # she adds to the women and to the conservatives: of the rest, k - 1 or k are liberal women
    with_her = [
        math.comb(half - 1, s) * math.comb(half, seats - 1 - s) for s in (k - 1, k)
    ]
    equal = find_uniform(problem_of(published_example(people, seats)))

    assert sum(without) + sum(with_her) == equal.panels
    assert Fraction(sum(with_her), equal.panels) == min(equal.type_chance)
    assert seats == sum(by_id(equal).values())
    assert pytest.approx(seats) == equal.chance.sum()


def test_a_sample_is_uniform() -> None:
    """The frequencies of eight panels in 4000 draws are as chance has them."""
    equal = find_uniform(problem_of(RANGE.pool))
    counts = Counter(panel.ids for panel in equal.sample(4000, seed="chi"))
    squares = sum((count - 500) ** 2 / 500 for count in counts.values())

    assert enumerated(RANGE.pool) == sorted(counts)
    assert squares < 18.5  # 99 % of the χ² distribution with 7 degrees of freedom


def test_the_seed_says_it_all() -> None:
    """The same text gives the same panels, more draws begin with them; another gives others."""
    equal = find_uniform(problem_of(published_example(200, 20)))

    assert equal.sample(3, seed="a") == equal.sample(5, seed="a")[:3]
    assert equal.sample(3, seed="a") != equal.sample(3, seed="b")
    with pytest.raises(ValueError, match="one draw"):
        equal.sample(0)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    """People and quotas in another order: the same panel under every number."""
    pool = crowded(seed)
    turned = replace(pool, people=pool.people[::-1], rules=pool.rules[::-1])
    one, two = (find_uniform(problem_of(p)) for p in (pool, turned))

    assert one.panels == two.panels
    assert [one.panel(n) for n in range(one.panels)] == [two.panel(n) for n in range(two.panels)]


@pytest.mark.parametrize("named", IMPOSSIBLE, ids=lambda named: named.name)
def test_no_panel(named: Named) -> None:
    """Zero is a count; a lottery over nothing is an error that says what is in the way."""
    assert 0 == count_panels(problem_of(named.pool))
    with pytest.raises(InfeasibleError) as raised:
        find_uniform(problem_of(named.pool))
    assert raised.value.diagnosis


@pytest.mark.parametrize("number", [-1, 2])
def test_no_such_panel(number: int) -> None:
    """The panels are numbered from 0 to N - 1."""
    with pytest.raises(ValueError, match="not one of 0 … 1"):
        find_uniform(problem_of(THREE.pool)).panel(number)


def test_too_large_is_said() -> None:
    """Beyond the limit there is no guess but an error, in either language."""
    problem = problem_of(seeded(3))
    with pytest.raises(SortitionError) as raised:
        count_panels(problem, most_states=3)

    assert "count-too-large" == raised.value.code
    for language in LANGUAGES:
        assert "3" in text(raised.value.code, language, **raised.value.params)


def test_it_can_be_stopped() -> None:
    """Whoever waits may lose patience between two steps."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_uniform(problem_of(published_example(200, 20)), check=stop)
