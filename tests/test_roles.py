"""Roles: the quotas hold exactly when everyone can be given a seat of one of their roles."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sortition import InputError, Pool, Shares, compile, state  # noqa: A004 - the field's verb
from sortition.rules.roles import RoleRow, RoleSeats, assign_roles, role_rows

Roles = frozenset[int]


def assignable(panel: Sequence[Roles], lower: Sequence[int], upper: Sequence[int]) -> bool:
    """Try every assignment."""
    for chosen in itertools.product(*panel):
        filled = Counter(chosen)
        if all(least <= filled[role] <= most
               for role, (least, most) in enumerate(zip(lower, upper, strict=True))):
            return True
    return False


def keeps(panel: Sequence[Roles], rows: Sequence[RoleRow]) -> bool:
    """Return whether a panel keeps every row."""
    for row in rows:
        some = set(row.roles)
        count = sum(own <= some if row.only else bool(own & some) for own in panel)
        if count < row.lower or (row.upper is not None and count > row.upper):
            return False
    return True


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[Roles], list[int], list[int], tuple[int, int]]:
    count = draw(st.integers(1, 4))
    role = st.integers(0, count - 1)
    people = draw(st.lists(st.frozensets(role, min_size=1), min_size=1, max_size=6))
    lower = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    upper = [least + draw(st.integers(0, 2)) for least in lower]
    low = draw(st.integers(1, len(people)))
    return people, lower, upper, (low, draw(st.integers(low, len(people))))


@given(pools())
def test_the_rows_hold_exactly_when_roles_can_be_assigned(
    pool: tuple[list[Roles], list[int], list[int], tuple[int, int]],
) -> None:
    """Every panel of every allowed size, against every assignment; and the one that is made."""
    people, lower, upper, sizes = pool
    rows = role_rows(Counter(people), lower, upper, sizes)
    names = tuple(f"r{role}" for role in range(len(lower)))
    held = {f"p{at}": tuple(sorted(own)) for at, own in enumerate(people)}
    seats = RoleSeats("role", names, tuple(lower), tuple(upper), held)
    for size in range(sizes[0], sizes[1] + 1):
        for chosen in itertools.combinations(range(len(people)), size):
            panel = [people[at] for at in chosen]
            possible = assignable(panel, lower, upper)
            assert possible == keeps(panel, rows)
            ids = [f"p{at}" for at in chosen]
            if not possible:
                with pytest.raises(ValueError, match="left"):
                    assign_roles(ids, seats)
                continue
            roles = assign_roles(ids, seats)
            assert roles == assign_roles(reversed(ids), seats)
            assert sorted(ids) == list(roles)
            assert all(int(roles[own][1:]) in held[own] for own in ids)
            filled = Counter(roles.values())
            assert all(low <= filled[name] <= high
                       for name, low, high in zip(names, lower, upper, strict=True))


CELLS = ["a", "b", "c", "a;b", "b;c", "a;b;c", ""]


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(CELLS), min_size=2, max_size=6),
    st.lists(st.sampled_from(CELLS), max_size=2),
    st.lists(st.integers(0, 2), min_size=2, max_size=2), st.integers(1, 2), st.integers(0, 1),
)
def test_statements_admit_exactly_the_panels_whose_roles_can_be_assigned(
    cells: list[str], beside: list[str], least: list[int], more: int, span: int
) -> None:
    """Two roles, one a union; blank cells outside; people beside the lottery fill seats too."""
    size = len(beside) + max(1, len(cells) // 2)
    sizes = (size, min(size + span, len(beside) + len(cells)))
    pool = Pool.from_frame(pd.DataFrame({"id": [f"p{at}" for at in range(len(cells))],
                                         "role": cells}))
    amounts: dict[str, object] = {
        "a|b": [least[0], least[0] + more], "c": [least[1], least[1] + more]
    }
    roles = Shares("role", amounts, one_seat_each=True, separator=";", unknown="outside")
    able = [_roles(cell) for cell in cells]
    there = [_roles(cell) for cell in beside]
    bounds = ([*least, 0], [min(low + more, sizes[1]) for low in least] + [9])
    counted = [{"role": cell} for cell in beside]
    try:
        problem = compile(pool, state([roles], pool, sizes, counted=counted).quotas)
    except InputError:  # said to be impossible before any panel was looked at
        problem = None
    for count in range(sizes[0] - len(beside), sizes[1] - len(beside) + 1):
        for panel in itertools.combinations(range(len(cells)), count):
            possible = assignable([*(able[at] for at in panel), *there], *bounds)
            if problem is None:
                assert not possible
                continue
            chosen = np.bincount(problem.type_of[list(panel)], minlength=problem.types)
            assert possible == problem.admits(chosen)


def _roles(cell: str) -> Roles:
    return frozenset({"a": 0, "b": 0, "c": 1}.get(tag, 2) for tag in cell.split(";"))


def test_roles_that_nobody_shares_are_plain_quotas() -> None:
    """Two roles, nobody with both: one row each, with both bounds."""
    people = Counter({frozenset([0]): 9, frozenset([1]): 9})

    assert [RoleRow((0,), False, 2, 3), RoleRow((1,), False, 2, 3)] == role_rows(
        people, [2, 2], [3, 3], (5, 5)
    )


def test_a_shared_role_by_hand() -> None:
    """Two seats each of four: at least two who could fill each; more than two is no harm."""
    people = Counter({frozenset([0]): 4, frozenset([1]): 4, frozenset([0, 1]): 2})

    assert [RoleRow((0,), False, 2, None), RoleRow((1,), False, 2, None)] == role_rows(
        people, [2, 2], [2, 2], (4, 4)
    )


def test_three_roles_by_hand() -> None:
    """Eight seats each of 24, somebody with every pair: pairs need sixteen."""
    people = Counter({frozenset(pair): 9 for pair in itertools.combinations(range(3), 2)})
    people += Counter({frozenset([role]): 30 for role in range(3)})

    rows = role_rows(people, [8] * 3, [8] * 3, (24, 24))

    assert [((0,), 8), ((1,), 8), ((2,), 8), ((0, 1), 16), ((0, 2), 16), ((1, 2), 16)] == [
        (row.roles, row.lower) for row in rows
    ]


def test_another_text_may_assign_others() -> None:
    """Two people who both hold both roles: the lot decides, both ways occur."""
    seats = RoleSeats("role", ("a", "b"), (1, 1), (1, 1), {"p": (0, 1), "q": (0, 1)})

    found = {assign_roles(["p", "q"], seats, str(lot))["p"] for lot in range(20)}

    assert {"a", "b"} == found


def test_people_outside_the_lottery_fill_roles_too() -> None:
    """One seat each; the person beside the lottery takes role a, so p fills b."""
    seats = RoleSeats("role", ("a", "b"), (1, 1), (1, 1), {"p": (0, 1)}, ((0,),))

    assert {"p": "b"} == assign_roles(["p"], seats)
