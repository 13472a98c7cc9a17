"""Chances of people across the seats they could take: leximin, its proof, and both verifiers."""

from __future__ import annotations

import io
import itertools
import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from browser import CHROMIUM, verified
from oracle import all_panels, leximin_by_enumeration
from pools import dice_of, frames_of, seeded

from sortition import Maximin, Pool, Quota, Quotas, find_distribution
from sortition.checking import verify_files
from sortition.engine.persons import lifted, person_chance
from sortition.engine.relaxation import Relaxation
from sortition.lots.commitment import sealed
from sortition.lots.record import lottery_files
from sortition.process.themes import Theme, Themes, compile_themes

# Pools of `pools.seeded` whose panels, with another beside them, reach less than the relaxation.
NEED_CUTS = (6, 39, 302)


def _beside(seed: int) -> tuple[Themes, list[list[int]], list[str]]:
    """Return a pool's own panel and a free one of one or two people, and every pair of panels."""
    pool = seeded(seed)
    dice = dice_of(f"x{seed}")
    size = dice.choice((1, 1, 2))
    refused = [dice.choice(("", "", "", "a", "b")) for _ in pool.people]
    people, rules = frames_of(pool)
    feature = rules.feature[0]
    free = Quotas((size, size), tuple(
        Quota(((feature, (value,)),), 0, size) for value in sorted(set(people[feature]))
    ))
    homes = [tuple(own[c].casefold() for c in pool.household) for own in pool.people]
    pairs = []
    for one in all_panels(pool):
        able = [at for at in range(len(homes)) if refused[at] != "b" and at not in one]
        for other in itertools.combinations(able, size):
            shared = [homes[at] for at in one + other if homes[at] and all(homes[at])]
            if len(shared) == len(set(shared)) and not any(refused[at] == "a" for at in one):
                pairs.append(sorted(one + other))
    themes = compile_themes(
        Pool.from_frame(people.assign(**{"not": refused}), "id", pool.household),
        [Theme("a", Quotas.from_frame(rules, pool.size)), Theme("b", free)], refuses="not",
    )
    return themes, pairs, [own["id"] for own in pool.people]


@pytest.mark.parametrize("seed", [1, 5, 8, 13, *NEED_CUTS])
def test_leximin_over_people_is_that_of_enumeration(seed: int) -> None:
    """Also with homes, and where cuts are needed; with a proof that both kinds of lottery carry."""
    themes, pairs, ids = _beside(seed)
    found = find_distribution(themes.problem)
    reached = dict(zip(themes.people, themes.chance(found).sum(axis=1), strict=True))
    expected = leximin_by_enumeration(len(ids), pairs)
    assert np.allclose(expected, [reached[own] for own in ids], atol=1e-6)
    assert (True, True) == (found.certificate.people, found.certificate.proven)
    assert found.certificate.bound == pytest.approx(expected[expected > 1e-9].min(), abs=1e-7)
    assert ("integer" if seed in NEED_CUTS else "relaxation") == found.certificate.method
    for lottery in (found.to_lottery(50), found.to_exact()):
        files = lottery_files(lottery)
        assert verify_files(files).ok
        record = json.loads(files["record.json"])
        assert record["persons"] is True
        assert record["proof"]["levels"]
        assert float(record["min_chance"]) == pytest.approx(expected[expected > 1e-9].min())


@pytest.mark.parametrize("seed", [1, 5, 6])
def test_maximin_over_people(seed: int) -> None:
    """The smallest chance of a person, proven."""
    themes, pairs, ids = _beside(seed)
    found = find_distribution(themes.problem, Maximin())
    expected = leximin_by_enumeration(len(ids), pairs)
    reached = person_chance(themes.problem, found.type_chance)
    assert reached[reached > 1e-9].min() == pytest.approx(expected[expected > 1e-9].min())
    assert verify_files(lottery_files(found.to_lottery(50))).ok


def test_what_people_leave_open_is_settled_by_seats() -> None:
    """Four people, two panels of one: each person half, and a quarter on each panel."""
    people = pd.DataFrame({"id": list("abcd"), "side": ["l"] * 4})
    one = Quotas((1, 1), (Quota((("side", ("l",)),), 1, 1),))
    themes = compile_themes(Pool.from_frame(people), [Theme("x", one), Theme("y", one)])
    found = find_distribution(themes.problem)
    assert np.allclose(0.25, themes.chance(found))
    assert (Fraction(1, 2),) == found.certificate.levels


def test_people_of_one_kind_are_counted_together() -> None:
    """Two who can take both and one who can take one: two kinds, three types of seats."""
    people = pd.DataFrame({"id": list("abc"), "side": "l", "can": ["", "", "x"]})
    one = Quotas((1, 1), (Quota((("side", ("l",)),), 1, 1),))
    problem = compile_themes(
        Pool.from_frame(people), [Theme("x", one), Theme("y", one)], takes="can"
    ).problem
    assert [1, 2] == sorted(problem.owners.tolist())
    assert 3 == problem.types
    wide = lifted(Relaxation.of(problem))
    panel = np.array([1.0 if own == 2 else 0.0 for own in problem.people], dtype=np.float64)
    seats = np.bincount(problem.owner, panel, 2)
    ties = wide.problem.rows[len(problem.rows) :] @ np.concatenate([panel, seats])
    assert [0.0, 0.0] == ties.tolist()


def _published() -> dict[str, bytes]:
    people = pd.DataFrame({
        "id": list("abcde"), "side": list("llrrr"), "not": ["", "", "", "x", ""],
    })
    two = Quotas((2, 2), tuple(Quota((("side", (side,)),), 1, 1) for side in "lr"))
    one = Quotas((1, 1), tuple(Quota((("side", (side,)),), 0, 1) for side in "lr"))
    themes = compile_themes(
        Pool.from_frame(people), [Theme("x", two), Theme("y", one)], refuses="not"
    )
    return lottery_files(find_distribution(themes.problem).to_lottery(60))


def _forged(change) -> dict[str, bytes]:
    files = _published()
    record = json.loads(files["record.json"])
    change(record, files)
    return files | {"record.json": sealed(record)}


def _a_level_too_high(record, _):
    record["proof"]["levels"][0]["level"] = "7/10"


def _a_bound_too_high(record, _):
    record["bound"] = "0.99"


def _seats_as_people(record, _):
    del record["persons"]


def _households_gone(record, files):
    import hashlib

    rows = [line.split(",") for line in files["groups.csv"].decode().splitlines()]
    text = "\n".join(",".join([row[0], "" if at else row[1], *row[2:]])
                     for at, row in enumerate(rows)) + "\n"
    files["groups.csv"] = text.encode()
    record["sha256"]["groups.csv"] = hashlib.sha256(text.encode()).hexdigest()


def _two_of_a_person(record, _):
    record["per_household"] = 2


FORGED = [_a_level_too_high, _a_bound_too_high, _seats_as_people, _households_gone,
          _two_of_a_person]


@pytest.mark.parametrize("change", FORGED)
def test_a_forged_proof_about_people_fails(change) -> None:
    """Levels, bound, and what lets a person count once."""
    assert verify_files(_published()).ok
    assert not verify_files(_forged(change)).ok


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")
def test_the_page_says_the_same() -> None:
    """Step by step, of honest and of forged files."""
    cases = [_published(), *map(_forged, FORGED)]
    for seed in (1, *NEED_CUTS[:1]):
        found = find_distribution(_beside(seed)[0].problem)
        cases += [lottery_files(found.to_lottery(50)), lottery_files(found.to_exact())]
    said = [[(step["code"], step["ok"]) for step in steps] for steps in verified(cases)]
    assert [[(step.code, step.ok) for step in verify_files(files).steps] for files in cases] == said


BARRED = """id,a,b,c,can
p00,z,v,m,
p01,y,u,n,
p02,y,u,m,t0
p03,z,v,m,
p04,z,v,n,
p05,y,w,m,t0
p06,y,u,n,
p07,x,w,m,t1
p08,z,v,m,
p09,x,v,n,t1
p10,z,w,n,
p11,y,v,m,t0
p12,z,w,n,
p13,x,w,n,t0
p14,z,u,n,
p15,y,u,n,
p16,z,u,n,t0
p17,x,v,n,t1
p18,x,u,m,
p19,z,w,m,
"""
RULES = (
    {"a": {"x": (0, 1), "y": (0, 1), "z": (0, 2)}, "b": {"u": (1, 1), "v": (0, 0), "w": (0, 2)},
     "c": {"m": (1, 2), "n": (1, 2)}},
    {"a": {"x": (0, 1), "y": (0, 2), "z": (1, 2)}, "b": {"u": (1, 1), "v": (0, 0), "w": (0, 1)},
     "c": {"m": (0, 1), "n": (2, 3)}},
)


def test_a_seat_that_nobody_can_have_weighs_nothing() -> None:
    """Cuts are needed, and one of somebody's two seats is barred: the levels stay as they are."""
    people = pd.read_csv(io.StringIO(BARRED), dtype=str, keep_default_na=False)
    themes = [
        Theme(f"t{at}", Quotas.from_frame(pd.DataFrame(
            [(name, value, *seats) for name, own in rules.items() for value, seats in own.items()],
            columns=["feature", "value", "min", "max"],
        ), 2)) for at, rules in enumerate(RULES)
    ]
    themes = compile_themes(Pool.from_frame(people, "id"), themes, takes="can")
    fair = find_distribution(themes.problem)

    assert fair.certificate.proven
    assert [0.25, 0.3, 0.625] == pytest.approx([float(own) for own in fair.certificate.levels])
    for made in (fair.to_lottery(100), fair.to_exact()):
        assert verify_files(lottery_files(made)).ok
