"""Repairs: tiny ones by hand, two score of random ones by a second opinion, files, words."""

from __future__ import annotations

import importlib.util
import io
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import pandas as pd
import pytest
from conftest import ROOT
from oracle import Rule, SmallPool, all_panels
from pools import CROSS, FEW, HOME, NAMED, ROOF, TRIANGLES, Named, dice_of, problem_of

import sortition
from sortition.diagnosis.diagnose import diagnose
from sortition.diagnosis.newcomers import Recruit
from sortition.diagnosis.repair import Change, Repair, apply, quotas_csv, repairs
from sortition.diagnosis.ways import roles_toml
from sortition.files.tables import from_frame
from sortition.rules.quotas import Quotas

SCRIPT = ROOT / "benchmarks" / "agree_repairs.py"


@pytest.fixture(scope="module")
def agree():
    """The script in `benchmarks/` that checks hundreds."""
    spec = importlib.util.spec_from_file_location("agree_repairs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["agree_repairs"] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", range(0, 42, 3))
def test_what_is_named_conflicts_and_what_is_offered_repairs(agree, first: int) -> None:
    """At each level: conflicts minimal, repairs feasible and cheapest, says another program."""
    ends = [agree.compare(seed) for seed in range(first, first + 3)]

    assert [[], [], []] == [wrong for _, _, _, wrong in ends]
    assert ["arithmetic", "relaxation", "integer"] == [level for level, _, _, _ in ends]
    assert all(conflicts and offered for _, conflicts, offered, _ in ends)


def test_a_false_no_of_the_solver_is_not_believed(agree) -> None:
    """HiGHS 1.15.1 with all of its presolve finds a set of these rules impossible that is not."""
    assert ("integer", []) == agree.compare(104)[::3]


def offered(pool: SmallPool) -> dict[tuple[str, ...], Repair]:
    """Return the repairs by their kinds."""
    return {repair.kinds: repair for repair in repairs(problem_of(pool))}


ALL = ("least-reluctance", "fewest-seats", "fewest-rules")


def test_a_group_that_is_too_small() -> None:
    """One seat less for the left, or one more of the left."""
    assert {
        ("newcomers",): ((), (Recruit((("side", "l"),), 1),)),
        ALL: ((Change("side: l", (3, 3), (2, 3)),), ()),
    } == {kinds: (own.changes, own.recruits) for kinds, own in offered(FEW.pool).items()}


def test_a_kind_of_people_who_are_missing() -> None:
    """Two young ones and two from the north fit in three seats when somebody is both."""
    found = offered(CROSS.pool)

    assert (Recruit((("age", "y"), ("area", "n")), 1),) == found["newcomers",].recruits
    assert (2, 2) == (found[ALL].seats, len(found[ALL].changes))


def test_a_home_that_may_send_more() -> None:
    """Three people of one home: one seat, two housemates, or somebody else."""
    found = offered(ROOF.pool)

    assert {("size",), ("household",), ("newcomers",)} == set(found)
    assert ((2, 2), (1, 1)) == found["size",].size
    assert (1, 2) == found["household",].per_household


def test_whole_people_in_the_way() -> None:
    """Any one of the six maxima, or a seat less."""
    found = offered(TRIANGLES.pool)

    assert ((3, 3), (2, 2)) == found["size",].size
    (change,) = found[ALL].changes
    assert ((0, 1), (0, 2)) == (change.old, change.new)


@pytest.mark.parametrize("named", NAMED, ids=lambda named: named.name)
def test_what_is_possible_needs_no_repair(named: Named) -> None:
    """Nothing is offered for rules that a panel keeps."""
    assert () == repairs(problem_of(named.pool))


def people(*values: str) -> tuple[dict[str, str], ...]:
    """Return people p0, p1, … with one feature."""
    return tuple({"id": f"p{at}", "side": value} for at, value in enumerate(values))


def test_small_minima_are_lowered_last() -> None:
    """A seat from a group of five rather than the only one of another; one change is the fewest."""
    person = {"id": "", "big": "no", "small": "no"}
    both = [{**person, "big": "yes"}] * 5 + [{**person, "small": "yes"}] + [person] * 3
    rules: tuple[Rule, ...] = (
        ("big", "yes", 5, 5), ("big", "no", 0, 5), ("small", "yes", 1, 5), ("small", "no", 0, 5),
    )
    pool = SmallPool(
        tuple({**own, "id": f"p{at}"} for at, own in enumerate(both)), rules, 5
    )
    found = repairs(problem_of(pool))
    change = next(own.changes for own in found if "least-reluctance" in own.kinds)

    assert (Change("big: yes", (5, 5), (4, 5)),) == change


def test_within_the_flexible_bounds_if_they_suffice() -> None:
    """They say which minimum may give way; the others are marked as beyond them."""
    pool = CROSS.pool
    problem = problem_of(pool)
    flex = {"age: y": (2, 3), "area: n": (1, 3), "area: s": (0, 2)}
    quotas = replace(problem.quotas, quotas=tuple(
        replace(quota, flex=flex.get(quota.name)) for quota in problem.quotas.quotas
    ))
    found = repairs(replace(problem, quotas=quotas))
    within = [own for own in found if "flex" in own.kinds]

    assert {("area: n", (1, 2)), ("area: s", (1, 2))} == {
        (change.name, change.new) for change in within[0].changes
    }
    assert [False] == [own.beyond_flex for own in within]
    assert "within the flexible bounds" in within[0].render()


def test_flexible_bounds_that_do_not_suffice_are_left_and_it_is_said() -> None:
    """Every change of a quota is marked."""
    problem = problem_of(FEW.pool)
    quotas = replace(problem.quotas, quotas=tuple(
        replace(quota, flex=(quota.lower, quota.upper + 1)) for quota in problem.quotas.quotas
    ))
    (own,) = [r for r in repairs(replace(problem, quotas=quotas)) if r.changes]

    assert own.beyond_flex
    assert "beyond the flexible bounds" in own.render("en")
    assert (2, 4) == apply(quotas, own).quotas[0].flex


def test_where_nothing_helps_alone_quotas_and_size_change_together() -> None:
    """Two homes of two who may not serve together: neither three seats nor the minimum can stay."""
    home = dict.fromkeys(HOME, "1")
    pool = SmallPool(
        ({"id": "a", "side": "l", **home}, {"id": "b", "side": "l", **home},
         {"id": "c", "side": "r", **home}),
        (("side", "l", 2, 2), ("side", "r", 1, 1)), 3, HOME, 1,
    )
    found = repairs(problem_of(pool), most=9)

    # Three people per household would do; so the models together are not asked.
    assert {("household",), ("newcomers",)} == {own.kinds for own in found}
    assert (1, 3) == found[0].per_household or (1, 3) == found[1].per_household


@pytest.mark.parametrize("named", [FEW, CROSS, ROOF, TRIANGLES], ids=lambda named: named.name)
def test_what_is_applied_has_a_panel(named: Named) -> None:
    """Counted by writing all panels out."""
    for repair in repairs(problem_of(named.pool)):
        quotas = apply(problem_of(named.pool).quotas, repair)
        newcomers = tuple(
            {"id": f"new{at}", **dict(recruit.where), **dict.fromkeys(named.pool.household, "")}
            for recruit in repair.recruits for at in range(recruit.count)
        )
        rules = tuple((q.where[0][0], "|".join(q.where[0][1]), q.lower, q.upper)
                      for q in quotas.quotas)
        pool = replace(named.pool, people=named.pool.people + newcomers, rules=rules,
                       size=quotas.size, per_household=quotas.per_household)

        assert all_panels(pool), str(repair)


def test_a_repair_of_other_quotas_is_refused() -> None:
    """Its old numbers have to be those of the quotas."""
    quotas = problem_of(FEW.pool).quotas
    repair = Repair(("fewest-seats",), (Change("side: l", (3, 3), (2, 3)),))

    assert (2, 3) == (apply(quotas, repair).quotas[0].lower, apply(quotas, repair).quotas[0].upper)
    for other in (
        apply(quotas, repair), problem_of(CROSS.pool).quotas,
    ):
        with pytest.raises(ValueError, match="other quotas"):
            apply(other, repair)


def test_the_quota_file_reads_back() -> None:
    """Unions and flexible bounds included."""
    words = (
        "feature,value,min,max,min_flex,max_flex\nrol,onderwijs|ambtenaar,2,2,,\n"
        "rol,onderwijs,1,2,0,3\nrol,ondernemer,3,3,,\n"
    )
    quotas = Quotas.from_table(from_frame(frame_of(words)), 5)

    assert words == quotas_csv(quotas)
    assert quotas == Quotas.from_table(from_frame(frame_of(quotas_csv(quotas))), 5)


def test_crossed_quotas_are_written_side_by_side() -> None:
    """Feature × feature, value × value."""
    plain = [sortition.Quota(((f, (v,)),), 0, 2) for f, v in (("age", "y"), ("area", "n"))]
    crossed = sortition.Quota((("age", ("y",)), ("area", ("n", "s"))), 1, 2)

    assert (
        "feature,value,min,max\nage,y,0,2\narea,n,0,2\nage × area,y × n|s,1,2\n"
    ) == quotas_csv(Quotas((2, 2), (*plain, crossed)))


def frame_of(words: str) -> pd.DataFrame:
    """Return CSV text as a DataFrame of text."""
    return pd.read_csv(io.StringIO(words), dtype=str, keep_default_na=False)


def test_the_words_in_both_languages() -> None:
    """What to do, and why one might."""
    repair = Repair(
        ("fewest-seats",), (Change("age: y", (2, 3), (1, 3)), Change("age: o", (1, 1), (1, 2))),
        ((4, 4), (5, 5)), (1, 2), (Recruit((("age", "y"), ("area", "n")), 2),), True, False,
    )

    assert (
        "change 2 of the quotas: age: y (minimum 2 → 1); age: o (maximum 1 → 2); set the number of "
        "seats to 5; allow 2 people per household; find more sign-ups: 2. For example 2 × (age: y, "
        "area: n) (fewest seats changed; beyond the flexible bounds of the quota file; time ran "
        "out: a cheaper one may exist)"
    ) == repair.render("en")
    assert "minimum van 2 naar 1" in repair.render("nl")
    assert 2 == repair.seats


def test_row_order_changes_nothing() -> None:
    """The same repairs from the list turned round, rules and people."""
    for named in (FEW, CROSS, ROOF, TRIANGLES):
        turned = replace(
            named.pool, people=named.pool.people[::-1], rules=named.pool.rules[::-1]
        )
        one, other = repairs(problem_of(named.pool)), repairs(problem_of(turned))

        assert [{*own.changes} for own in one] == [{*own.changes} for own in other]
        assert [own.recruits for own in one] == [own.recruits for own in other]


def roles(include: Sequence[str], held: Sequence[str]) -> sortition.Problem:
    """Return six seats, two for each of three roles, at most two women, some people by name."""
    people = pd.DataFrame({"id": list("12345678"), "rol": held, "sex": list("vvmmvmmv")})
    pool = sortition.Pool.from_frame(people)
    thirds = sortition.statement_from_mapping({
        "of": "rol", "separator": ";", "one_seat_each": True,
        "shares": dict.fromkeys("abc", "1/3"),
    })
    women = sortition.statement_from_mapping({"of": "sex", "seats": {"v": "at most 2"}})
    stated = sortition.state([thirds, women], pool, 6, include=include)
    return sortition.compile(pool, stated.quotas)


def test_people_by_name_are_no_quota_to_change() -> None:
    """Three women are on every panel where two may be: nobody new is one of them."""
    held = ["a;b", "a", "b", "a;c", "c", "a", "a", "a;b"]
    offered = sortition.repairs(roles(["1", "2", "5"], held))

    assert [["sex: v (maximum 2 → 3)"]] == [list(map(str, own.changes)) for own in offered]


def test_only_what_was_written_of_roles_is_changed() -> None:
    """One person has role c, for two seats: then a or b has three, and what follows follows."""
    held = ["a;b", "a", "b", "a", "c", "a", "a", "a;b"]
    problem = roles(["1"], held)
    (way,) = [own for own in sortition.repairs(problem) if own.changes]
    after = {quota.name: (quota.lower, quota.upper)
             for quota in apply(problem.quotas, way).quotas}

    assert "change 2 of the quotas: rol: a (maximum 2 → 3); rol: c (minimum 2 → 1)" == (
        str(way).partition(" (takes")[0]
    )
    assert (1, 5) == (after["rol: c"][0], after["rol: a | b"][1])


def test_a_larger_panel_is_not_kept_small_by_bounds_that_said_nothing() -> None:
    """“At least two” stays so in any panel; and role seats follow the new size."""
    people = pd.DataFrame({"id": list("123456"), "side": list("llllrr"),
                           "role": ["a", "a;b", "a", "a;b", "b", "b"]})
    pool = sortition.Pool.from_frame(people)
    sides = sortition.Shares("side", {"l": "at least 1", "r": "at least 2"}, whole=False)
    both = sortition.Shares("role", {"a": "at least 2", "b": "at least 2"}, one_seat_each=True,
                            separator=";")
    problem = sortition.compile(pool, sortition.state([sides, both], pool, 3).quotas)
    sizes = {own.size[1]: own for own in sortition.repairs(problem) if own.size}

    assert {(4, 4)} == sizes.keys()
    larger = apply(problem.quotas, sizes[4, 4])
    assert {"side: l": 4, "role: a": 4} == {
        quota.name: quota.upper for quota in larger.quotas if quota.name in ("side: l", "role: a")
    }


@pytest.mark.parametrize("seed", range(30))
def test_repairs_of_roles_are_the_cheapest_that_can_be_assigned(seed: int) -> None:
    """By the fewest seats of roles and of one quota; says trying out everything."""
    dice = dice_of(seed)
    count = 7
    held = [";".join(sorted(dice.sample("abc", dice.choice([1, 1, 2])))) for _ in range(count)]
    sides = [dice.choice("lr") for _ in range(count)]
    least = [dice.randint(0, 2) for _ in "abc"]
    most = [low + dice.randint(0, 1) for low in least]
    pool = sortition.Pool.from_frame(
        pd.DataFrame({"id": list("1234567"), "role": held, "side": sides})
    )
    statements = [
        sortition.Shares("role", {name: [low, high] for name, low, high in
                                  zip("abc", least, most, strict=True)},
                         one_seat_each=True, separator=";"),
        sortition.Shares("side", {"l": "at most 1"}, whole=False),
    ]
    try:
        problem = sortition.compile(pool, sortition.state(statements, pool, 4).quotas)
    except sortition.InputError:
        return  # nobody has a role that is asked for
    ways = sortition.repairs(problem)

    def cost(panel: tuple[int, ...]) -> int:
        """Return the seats by which bounds must move for a panel."""
        left = max(sum(sides[at] == "l" for at in panel) - 1, 0)
        fills = (Counter(roles) for roles in product(*(held[at].split(";") for at in panel)))
        return left + min(
            sum(max(low - own[name], own[name] - high, 0)
                for name, low, high in zip("abc", least, most, strict=True))
            for own in fills
        )

    cheapest = min(cost(panel) for panel in combinations(range(count), 4))
    assert (cheapest == 0) == (not ways)
    found = [own.seats for own in ways if "fewest-seats" in own.kinds]
    assert [cheapest] * len(found) == found
    assert not any(" | " in change.name for own in ways for change in own.changes)


def test_numbers_are_those_of_the_whole_panel() -> None:
    """Somebody beside the lottery counts in what is said, as in what was written."""
    people = pd.DataFrame({"id": list("12345"), "side": list("lllrr"), "role": list("aaabb")})
    pool = sortition.Pool.from_frame(people)
    sides = sortition.Shares("side", {"l": "at least 4", "r": "at least 2"}, whole=False)
    roles = sortition.Shares("role", {"a": "at least 3", "b": 1}, one_seat_each=True)
    stated = sortition.state([sides, roles], pool, 5, counted=[{"side": "l", "role": "a"}])
    problem = sortition.compile(pool, stated.quotas)
    said = " ".join(map(str, sortition.repairs(problem)))

    assert "set the number of seats to 6" not in said
    assert "side: l (minimum 4 → 3)" in said
    (seats,) = stated.quotas.roles
    assert 'shares = { "a" = "at least 3", "b" = 1 }' == roles_toml(seats, 5)


def test_what_follows_from_several_roles_is_told_as_such() -> None:
    """Nobody wrote that a and b need four seats together."""
    people = pd.DataFrame({"id": list("1234"), "role": ["a;b", "a", "b", "a"]})
    pool = sortition.Pool.from_frame(people)
    both = sortition.Shares("role", {"a": "2+", "b": "2+"}, one_seat_each=True, separator=";")
    problem = sortition.compile(pool, sortition.state([both], pool, 3).quotas)
    (conflict,) = diagnose(problem).conflicts

    assert "role: a | b (at least 4) (for these roles together)" in str(conflict)
