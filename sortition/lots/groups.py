"""``groups.csv`` as a table: per person the household, perhaps the type, and the quota groups.

Made from a `Problem`, for `sortition.lots.exact`, whose draw depends on it, and for
`sortition.lots.record`.
"""

from __future__ import annotations

from sortition.engine.problem import Problem

__all__ = ["group_rows", "home_numbers"]


def home_numbers(problem: Problem) -> dict[int, int]:
    """Return the number, from 1, of every household larger than what it may send.

    The others are bound by no rule: who lives there concerns nobody.
    """
    sizes: dict[int, int] = {}
    for home in problem.household.tolist():
        sizes[home] = sizes.get(home, 0) + 1
    bound = (home for home, size in sizes.items() if size > problem.per_household)
    return {home: at for at, home in enumerate(bound, 1)}


def group_rows(problem: Problem, *, types: bool = False) -> list[list[str]]:
    """Return header and rows: id, household, the type from 1 if asked for, 1 or 0 per quota."""
    homes = home_numbers(problem)
    inside = problem.rows[1:, :].T.astype(str).tolist()  # one list per type
    return [
        ["id", "household", *(["type"] if types else []), *problem.names[1:]],
        *(
            [own, str(homes.get(home, "")), *([str(t + 1)] if types else []), *inside[t]]
            for own, home, t in zip(
                problem.ids, problem.household.tolist(), problem.type_of.tolist(), strict=True
            )
        ),
    ]
