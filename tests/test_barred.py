"""Who can be on no panel: nobody who is on one, and everybody whom plain arithmetic keeps off."""

from __future__ import annotations

from hypothesis import given
from oracle import SmallPool, all_panels
from pools import planted_pools, problem_of

from sortition.diagnosis.barred import barred_at_least


@given(planted_pools())
def test_nobody_who_is_on_a_panel_is_named(pool: SmallPool) -> None:
    """Compared with all panels, counted one by one."""
    on_one = {pool.people[at]["id"] for panel in all_panels(pool) for at in panel}

    assert set() == on_one & set(barred_at_least(problem_of(pool)))


def test_a_group_without_seats_and_whoever_is_in_the_way_are_named() -> None:
    """No seat for x; with both seats of l for women, the man of l has none either."""
    people = (("l", "w"), ("l", "w"), ("l", "m"), ("r", "m"), ("x", "w"))
    pool = SmallPool(
        tuple({"id": f"p{at}", "side": side, "sex": sex} for at, (side, sex) in enumerate(people)),
        (("side", "l", 2, 2), ("side", "r", 1, 1), ("side", "x", 0, 0), ("sex", "w", 2, 2),
         ("sex", "m", 1, 1)),
        3,
    )

    assert ("p2", "p4") == barred_at_least(problem_of(pool))
