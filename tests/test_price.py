"""The price of each bound: by hand, against enumeration, and honest when time runs out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from oracle import SmallPool, all_panels, leximin_by_enumeration
from pools import EQUAL, FEW, LONER, PAIR, THREE, dice_of, problem_of, seeded

import sortition
from sortition import InfeasibleError, Progress
from sortition.cli.prices import told
from sortition.cli.say import Say
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


def test_bounds_that_cost_nothing_are_counted_and_not_listed(capsys) -> None:
    """And that no panel is possible is not the same as that time ran out."""
    def price(side: str, then: float | None, *, certified: bool = True) -> Price:
        return Price("a", side, 1, 2, 0.2, then, certified, 0, None if then is None else 0)

    told(Say("en", {}), [price("max", 0.3), price("max", 0.2), price("min", 0.2 + 1e-9)])
    first = capsys.readouterr().out
    told(Say("nl", {}), [price("max", None), price("max", None, certified=False)])
    second = capsys.readouterr().out
    told(Say("en", {}), [price("max", 0.2)])

    assert "from 20 % to 30 %" in first
    assert "leave the smallest chance the same: 2" in first
    assert 3 == len(first.splitlines())
    assert "geen panel mogelijk" in second.splitlines()[1]
    assert "niet bekend" in second.splitlines()[2]
    assert "nothing: " in capsys.readouterr().out


def test_a_maximum_as_large_as_the_panel_has_no_price() -> None:
    """It keeps nobody off, however many people are in the group."""
    pool = pd.DataFrame([{"id": str(at), "side": "left"} for at in range(6)])
    rules = pd.DataFrame({"feature": ["side"], "value": ["left"], "min": [0], "max": [3]})
    problem = sortition.compile(
        sortition.Pool.from_frame(pool), sortition.Quotas.from_frame(rules, size=3)
    )

    assert {""} == {own.name for own in prices(problem)}


@pytest.mark.parametrize("seed", range(6))
def test_the_prices_of_role_seats_are_those_of_the_roles(seed: int) -> None:
    """Of bounds that were written only, and as if the project had said the looser one."""
    dice = dice_of(seed)
    held = [";".join(sorted(dice.sample("abc", dice.choice([1, 1, 2])))) for _ in range(7)]
    pool = sortition.Pool.from_frame(pd.DataFrame({"id": list("1234567"), "role": held}))

    def problem(seats: dict[str, list[int]]) -> sortition.Problem:
        roles = sortition.Shares("role", seats, one_seat_each=True, separator=";")
        return sortition.compile(pool, sortition.state([roles], pool, 4).quotas)

    stated = {name: [1, 2] for name in "abc"}
    try:
        found = [own for own in prices(problem(stated)) if own.name]
    except (InfeasibleError, sortition.InputError):
        return
    assert {own.name for own in found} <= {"role: a", "role: b", "role: c"}
    for own in found:
        name = own.name[-1]
        looser = [own.loosened, 2] if own.side == "min" else [1, own.loosened]
        then = sortition.find_distribution(
            problem(stated | {name: looser}), sortition.Maximin()
        )
        assert pytest.approx(then.chance[then.selectable].min(), abs=1e-7) == own.then


def test_a_larger_panel_has_the_price_of_its_own_role_seats() -> None:
    """What follows from the roles is worked out anew: five of six people, two roles, no maxima."""
    pool = sortition.Pool.from_frame(
        pd.DataFrame({"id": list("123456"), "role": ["a", "a;b", "a", "a;b", "b", "b"]})
    )
    roles = sortition.Shares("role", {"a": "2+", "b": "2+"}, one_seat_each=True, separator=";")
    problem = sortition.compile(pool, sortition.state([roles], pool, 5).quotas)

    assert [1.0] == [own.then for own in prices(problem) if own.side == "larger"]
