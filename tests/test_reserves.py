"""Reserves: ranked so that nobody's place depends on others, and groups against drop-outs."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import SmallPool
from pools import HOME, problem_of, seeded

import sortition
from sortition.draw import rank_reserves
from sortition.lots.reserves import choose_reserves

DIGEST = "ab" * 32
SIDES = SmallPool(
    tuple({"id": own, "side": own[0]} for own in ("l1", "l2", "l3", "r1", "r2", "r3", "r4")),
    (("side", "l", 1, 1), ("side", "r", 2, 2)),
    3,
)


@given(st.sets(st.text("abcdef", min_size=1), min_size=1), st.data())
def test_whoever_leaves_moves_nobody_else(ids: set[str], data: st.DataObject) -> None:
    """The order without somebody is the order with them, without them; and any order goes in."""
    ranked = rank_reserves("spoken", DIGEST, ids)
    gone = data.draw(st.sampled_from(sorted(ids)))

    assert tuple(own for own in ranked if own != gone) == rank_reserves(
        "spoken", DIGEST, ids - {gone}
    )
    assert ranked == rank_reserves(" spoken ", DIGEST, sorted(ids, reverse=True))


def test_the_order_follows_from_the_text_and_the_lottery() -> None:
    """Another text or another digest, another order."""
    ids = [f"p{at}" for at in range(20)]
    orders = {rank_reserves(text, digest, ids) for text in ("a", "b") for digest in (DIGEST, "00")}
    assert 4 == len(orders)


def test_a_group_against_the_drop_outs_that_are_certain() -> None:
    """If the one of the left surely leaves, the only reserve is of the left, and nothing is missed.
    """
    group = choose_reserves(
        problem_of(SIDES), ["l1", "r1", "r2"], 1, seed="x", digest=DIGEST,
        drop_out={"l1": 1.0, "r1": 0.0, "r2": 0.0}, samples=5,
    )
    assert "l" == group.ids[0][0]
    # one seat empty and one of the left too few
    assert (2.0, 0.0, 0.0) == (group.without, group.with_them, pytest.approx(group.bound))


def missed(problem: sortition.Problem, panel: tuple[str, ...], reserves: tuple[str, ...]) -> int:
    """Return by how many seats the best who step in miss the rules, person by person."""
    type_of = dict(zip(problem.ids, problem.type_of.tolist(), strict=True))
    least = 10**6
    for count in range(len(reserves) + 1):
        for step_in in combinations(reserves, count):
            off = 0
            for row, low, high in zip(problem.rows, problem.lower, problem.upper, strict=True):
                filled = sum(int(row[type_of[own]]) for own in (*panel, *step_in))
                off += max(low - filled, 0) + max(filled - high, 0)
            least = min(least, off)
    return least


@pytest.mark.parametrize("seed", range(12))
def test_two_reserves_are_the_best_two(seed: int) -> None:
    """Against trying every pair, when it is known who drops out; nor can the bound be beaten."""
    pool = seeded(seed)
    problem = problem_of(pool)
    panel = sortition.find_distribution(problem).to_lottery(tickets=1).members(0)
    chances = {own: float(at < 2) for at, own in enumerate(panel)}
    group = choose_reserves(
        problem, panel, 2, seed="x", digest=DIGEST, drop_out=chances, samples=3
    )
    homes = dict(zip(problem.ids, problem.household.tolist(), strict=True))
    size = {home: list(homes.values()).count(home) for home in homes.values()}
    bound = {homes[own] for own in panel if size[homes[own]] > problem.per_household}
    others = [own for own in problem.ids if own not in panel and homes[own] not in bound]
    pairs = [
        pair for pair in combinations(others, 2)
        if homes[pair[0]] != homes[pair[1]] or size[homes[pair[0]]] <= problem.per_household
    ]
    best = min(
        missed(problem, panel[2:], pair) for pair in [*pairs, *((own,) for own in others), ()]
    )

    assert group.with_them == missed(problem, panel[2:], group.ids)
    assert group.without == missed(problem, panel[2:], ())
    assert group.bound is not None
    assert group.bound <= best + 1e-6
    assert best == group.with_them <= group.without


def test_a_housemate_is_no_reserve() -> None:
    """Neither of somebody on the panel nor of another reserve."""
    people = tuple(
        {"id": own, "side": "l", "street": f"Kade {home}", "postcode": "1"}
        for own, home in zip("abcdef", "112233", strict=True)
    )
    problem = problem_of(SmallPool(people, (("side", "l", 1, 1),), 1, HOME))
    group = choose_reserves(problem, ["a"], 5, seed="x", digest=DIGEST, drop_out=0.9, samples=9)

    assert 2 == len(group.ids)
    assert [("c" in group.ids) + ("d" in group.ids), ("e" in group.ids) + ("f" in group.ids)] == [
        1, 1,
    ]


@pytest.mark.parametrize(
    ("panel", "most", "chances"),
    [(["x"], 1, 0.1), (["l1"], 0, 0.1), (["l1"], 11, 0.1), (["l1"], 1, 1.1), (["l1"], 1, {})],
)
def test_what_makes_no_sense_is_refused(
    panel: list[str], most: int, chances: float | dict[str, float]
) -> None:
    """People who are not there, no or too many reserves, chances that are none or missing."""
    with pytest.raises(ValueError, match=r"pool|chances"):
        choose_reserves(problem_of(SIDES), panel, most, seed="", digest="", drop_out=chances)
