"""The price of each bound: by hand, against enumeration, and honest when time runs out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from oracle import SmallPool, all_panels, leximin_by_enumeration
from pools import EQUAL, FEW, LONER, PAIR, THREE, problem_of, seeded

from sortition import InfeasibleError, Progress
from sortition.diagnosis.price import Price, prices, prices_frame


def smallest(pool: SmallPool) -> tuple[float, int]:
    """Return the smallest chance of whoever is on some panel, and how many are on none."""
    panels = all_panels(pool)
    able = sorted({own for panel in panels for own in panel})
    chances = leximin_by_enumeration(
        len(able), [[able.index(own) for own in panel] for panel in panels]
    )
    return float(chances.min()), len(pool.people) - len(able)


def loosened(pool: SmallPool, price: Price) -> SmallPool | None:
    """Return the pool with the bound of a price one looser."""
    if price.side == "household":
        return replace(pool, per_household=price.loosened)
    if not price.name:
        if isinstance(pool.size, tuple):
            return None
        return replace(pool, size=price.loosened)
    rules = []
    for feature, value, low, high in pool.rules:
        if price.name == f"{feature}: {value.replace('|', ' | ')}":
            low, high = (price.loosened, high) if price.side == "min" else (low, price.loosened)
        rules.append((feature, value, low, high))
    return replace(pool, rules=tuple(rules))


@pytest.mark.parametrize("seed", range(12))
def test_every_price_is_what_enumeration_says(seed: int) -> None:
    """The smallest chance now and then, and how many are barred."""
    pool = seeded(seed)
    now, barred = smallest(pool)
    for price in prices(problem_of(pool)):
        assert price.certified
        assert (pytest.approx(now, abs=1e-7), barred) == (price.now, price.barred_now)
        changed = loosened(pool, price)
        if changed is None or not all_panels(changed):
            continue
        then, barred_then = smallest(changed)
        assert (pytest.approx(then, abs=1e-7), barred_then) == (price.then, price.barred_then)


@pytest.mark.parametrize("seed", range(12, 20))
def test_a_bound_without_a_price_costs_nothing(seed: int) -> None:
    """Whatever is not listed leaves the smallest chance as it is."""
    pool = seeded(seed)
    now, _ = smallest(pool)
    listed = {(price.name, price.side) for price in prices(problem_of(pool))}
    for feature, value, low, high in pool.rules:
        name = f"{feature}: {value.replace('|', ' | ')}"
        for side, bound in (("min", low - 1), ("max", high + 1)):
            if (name, side) in listed or bound < 0:
                continue
            price = Price(name, side, 0, bound, now, None, True, 0, None)
            changed = loosened(pool, price)
            assert changed is not None
            assert pytest.approx(now, abs=1e-7) == smallest(changed)[0], (name, side)


def test_the_household_rule_has_a_price() -> None:
    """Two of three share a home and a seat; both seats for three are two thirds each."""
    (price,) = [own for own in prices(problem_of(PAIR.pool)) if own.side == "household"]

    assert (1, 2, 0.5) == (price.bound, price.loosened, price.now)
    assert pytest.approx(2 / 3) == price.then
    assert pytest.approx(1 / 6) == price.gain


def test_another_size_that_the_quotas_do_not_allow() -> None:
    """One of the left and one of the right are two seats, no more and no fewer."""
    found = {own.side: own for own in prices(problem_of(THREE.pool)) if not own.name}

    assert {"smaller": (None, True), "larger": (None, True)} == {
        side: (own.then, own.certified) for side, own in found.items()
    }


def test_a_seat_more_where_no_quota_binds() -> None:
    """Five of six instead of four."""
    found = {own.side: own.then for own in prices(problem_of(EQUAL.pool))}

    assert {"larger": pytest.approx(5 / 6), "smaller": pytest.approx(3 / 6)} == found


def test_where_somebody_is_barred_every_bound_is_tried() -> None:
    """The relaxation says little there."""
    names = {own.name for own in prices(problem_of(LONER.pool)) if own.name}

    assert {"age: y", "age: o", "area: n", "area: s"} == names


def test_what_is_impossible_has_no_price() -> None:
    """It says why instead."""
    with pytest.raises(InfeasibleError):
        prices(problem_of(FEW.pool))


def test_prices_as_a_frame() -> None:
    """A row each."""
    found = prices(problem_of(PAIR.pool))
    frame = prices_frame(found)

    assert [own.side for own in found] == frame["side"].tolist()
    assert [*Price.__dataclass_fields__, "gain", "change"] == list(frame.columns)
    assert [own.render() for own in found] == frame["change"].tolist()


def test_it_tells_how_far_it_is() -> None:
    """A report for every bound, the share that is done growing from nothing."""
    told: list[Progress] = []
    found = prices(problem_of(THREE.pool), progress=told.append)

    assert {"prices"} == {report.stage for report in told}
    assert [at / len(told) for at in range(len(told))] == [report.done for report in told]
    assert len(found) == len(told)
