"""Several panels from one pool in one draw, against hand counts and enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from oracle import Rule, SmallPool, keeps_rules, leximin_by_enumeration
from pools import dice_of

from sortition import (
    InfeasibleError,
    InputError,
    Pool,
    Quota,
    Quotas,
    draw,
    find_distribution,
    to_lottery,
    verify,
)
from sortition.process.themes import Theme, Themes, compile_themes

THREE = pd.DataFrame({
    "id": ["a", "b", "c"], "can": ["", "", "work"], "home": ["1", "1", "2"], "side": ["l"] * 3,
})


def _free(size: int) -> Quotas:
    return Quotas((size, size), (Quota((("side", ("l",)),), size, size),))


def _themes(people: pd.DataFrame, *sizes: int, **options) -> Themes:
    household = options.pop("household", ())
    names = ("care", "work", "city")[: len(sizes)]
    given = [Theme(name, _free(size)) for name, size in zip(names, sizes, strict=True)]
    return compile_themes(Pool.from_frame(people, "id", household), given, **options)


def _codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [issue.code for issue in error.value.issues]


def test_equal_shares():
    """Two seats in two themes for three people: a third each for everybody in each."""
    themes = _themes(THREE, 1, 1)
    found = find_distribution(themes.problem)
    assert np.allclose(np.full((3, 2), 1 / 3), themes.chance(found))
    assert found.certificate.proven
    assert themes.bound(found) == pytest.approx(2 / 3)


def test_bound_tells_what_seats_cost():
    """c takes work only, and still has 2/3; the others have what is left of it."""
    themes = _themes(THREE, 1, 1, takes="can")
    found = find_distribution(themes.problem)
    assert np.allclose([[1 / 2, 1 / 6], [1 / 2, 1 / 6], [0, 2 / 3]], themes.chance(found))
    assert (2 / 3, True) == (pytest.approx(found.certificate.bound), found.certificate.people)
    assert themes.bound(found) == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(24))
def test_enumeration(seed):
    """Chances are the leximin over every set of panels, written out: of people, or with two panels
    each of seats.
    """
    dice = dice_of(f"themes {seed}")
    most = 1 + seed % 2
    people = tuple(
        {"id": f"p{at}", "side": dice.choice("lr"), "age": dice.choice("yo"),
         "not": dice.choice(("", "", "", "care", "work"))}
        for at in range(6)
    )
    panels: list[list[tuple[int, ...]]] = []
    given = []
    for name, size in (("care", 2), ("work", 2 + seed % 2 * (most - 1))):
        able = [at for at, person in enumerate(people) if person["not"] != name]
        planted = dice.sample(able, size)
        rules: tuple[Rule, ...] = tuple(
            (feature, value, max(held - slack, 0), held + 1)
            for feature, values, slack in (("side", "lr", 0), ("age", "yo", 1))
            for value in values
            for held in [sum(people[at][feature] == value for at in planted)]
        )
        pool = SmallPool(people, rules, size)
        panels.append([p for p in itertools.combinations(able, size) if keeps_rules(pool, p)])
        held = {f: {person[f] for person in people} for f in ("side", "age")}
        frame = pd.DataFrame([r for r in rules if r[1] in held[r[0]]],
                             columns=["feature", "value", "min", "max"])
        given.append(Theme(name, Quotas.from_frame(frame, size)))
    together = [
        (*one, *(6 + at for at in other)) for one, other in itertools.product(*panels)
        if most > 1 or not set(one) & set(other)
    ]
    themes = compile_themes(
        Pool.from_frame(pd.DataFrame(people), "id"), given, most=most, refuses="not"
    )
    if not together:
        with pytest.raises(InfeasibleError):
            find_distribution(themes.problem)
        return
    found = find_distribution(themes.problem)
    if most == 1:
        expected = leximin_by_enumeration(6, [sorted(at % 6 for at in one) for one in together])
        assert np.allclose(expected, themes.chance(found).sum(axis=1), atol=1e-6)
        assert verify(draw(to_lottery(found, 20), ticket=3), to_lottery(found, 20)).ok
    else:
        expected = leximin_by_enumeration(12, together).reshape(2, 6).T
        assert np.allclose(expected, themes.chance(found), atol=1e-5)
    assert found.certificate.proven
    for ticket in range(20):
        drawn = themes.panels(to_lottery(found, 20).members(ticket))
        at = [tuple(int(own[1:]) for own in drawn[name]) for name in ("care", "work")]
        assert (*at[0], *(6 + own for own in at[1])) in together


def test_home():
    """With homes, one of a home is on any panel: a and b share, c always serves."""
    themes = _themes(THREE, 1, 1, household=["home"])
    chance = themes.chance(find_distribution(themes.problem))
    assert np.allclose([1 / 2, 1 / 2, 1.0], chance.sum(axis=1))


def test_most_two_of_three():
    """Somebody may be on two of three panels, and nobody on all three."""
    themes = _themes(THREE, 1, 2, 2, most=2)
    lottery = to_lottery(find_distribution(themes.problem), 30)
    for ticket in range(30):
        drawn = [own for ids in themes.panels(lottery.members(ticket)).values() for own in ids]
        assert len(drawn) == 5
        assert max(drawn.count(own) for own in "abc") == 2


def test_order_of_rows_and_themes():
    """Neither the order of the rows nor that of the themes changes a byte of the lottery."""
    theme = [Theme("care", _free(1)), Theme("work", _free(1))]
    made = {
        to_lottery(find_distribution(compile_themes(
            Pool.from_frame(frame, "id"), order, takes="can").problem), 50).csv
        for frame in (THREE, THREE.iloc[::-1]) for order in (theme, theme[::-1])
    }
    assert len(made) == 1


def test_issues_all_at_once():
    """An unknown theme in a cell, a theme with too few people and homes are all told."""
    people = THREE.assign(can=["wrok", "care", "care"])
    with pytest.raises(InputError) as error:
        _themes(people, 1, 2, most=2, takes="can", household=["home"])
    assert _codes(error) == ["theme-unknown", "theme-too-few", "theme-homes"]
    assert error.value.issues[0].row == 1


def test_unknown_column():
    """A column that is not there is told, not taken for blank."""
    with pytest.raises(InputError) as error:
        _themes(THREE, 1, 1, refuses="cann")
    assert _codes(error) == ["quota-feature-unknown"]


def test_above_pool():
    """Three people cannot fill four different seats, which takes no solver to see."""
    with pytest.raises(InputError) as error:
        _themes(THREE, 2, 2)
    assert _codes(error) == ["theme-above-pool"]
    assert error.value.issues[0].params == {"seats": 4, "people": 3}


def test_nobody_without_a_theme():
    """Whoever refuses every theme is told by row, as is not done of a name that is misspelt."""
    with pytest.raises(InputError) as error:
        _themes(THREE.assign(can=["", "care|work", "care;work"]), 1, 1, refuses="can")
    assert _codes(error)[0] == "theme-nothing"
    assert error.value.issues[0].params == {"count": 2, "rows": "2, 3"}


def test_infeasible():
    """Two panels that both need the one person on the right: the diagnosis says that none exist."""
    people = THREE.assign(side=["l", "l", "r"])
    rules = Quotas((1, 1), tuple(
        Quota((("side", (side,)),), low, low) for side, low in (("l", 0), ("r", 1))
    ))
    themes = compile_themes(Pool.from_frame(people), [Theme(name, rules) for name in ("a", "b")])
    with pytest.raises(InfeasibleError):
        find_distribution(themes.problem)


def test_a_panel_within_another():
    """A small panel out of a large one, at once: two of four, one of whom is on both."""
    people = pd.DataFrame({"id": list("abcd"), "side": list("llrr")})
    large = Quotas((2, 2), tuple(Quota((("side", (side,)),), 1, 1) for side in "lr"))
    small = Quotas((1, 1), tuple(
        Quota((("side", (side,)),), low, low) for side, low in (("l", 1), ("r", 0))
    ))
    themes = compile_themes(
        Pool.from_frame(people), [Theme("small", small, within="large"), Theme("large", large)]
    )
    found = find_distribution(themes.problem)
    assert np.allclose([0.5] * 4, themes.chance(found).sum(axis=1))
    lottery = to_lottery(found, 20)
    for ticket in range(20):
        panels = themes.panels(lottery.members(ticket))
        assert len(panels["large"]) == 2
        assert set(panels["small"]) < set(panels["large"])
        assert panels["small"][0] in "ab"


@pytest.mark.parametrize(("names", "most"), [([], 1), (["a", "A"], 1), (["a: b"], 1), (["a"], 0)])
def test_arguments(names, most):
    """Themes need different names without the joint, and room for one panel each."""
    with pytest.raises(ValueError, match="theme"):
        compile_themes(
            Pool.from_frame(THREE, "id"), [Theme(name, _free(1)) for name in names], most=most
        )
