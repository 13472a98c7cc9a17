"""Bounds of one feature that do not add up to the seats: the first arithmetic anybody would do.

Takes a `Problem`, returns rows and sides of its bounds; called by `sortition.diagnosis.diagnose`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from sortition.engine.problem import Problem
from sortition.files.tables import fold

__all__ = ["Sum", "failing_sums"]

Sum = tuple[Literal["min", "max"], tuple[int, ...]]


def failing_sums(problem: Problem, without: Sequence[int] = ()) -> list[Sum]:
    """Return the fewest bounds of each feature whose sum leaves too few or too many seats.

    Minima of groups without a person in common need as many seats as they add up to; where such
    groups hold everybody, no more seats are filled than their maxima add up to, or than there are
    people in them. None of the bounds of a sum can be spared.

    Parameters
    ----------
    problem
        The rules.
    without
        Rows of which the minima are left out.
    """
    found: list[Sum] = []
    for rows in _by_feature(problem):
        needed = _too_many(problem, [row for row in rows if row not in without])
        if needed:
            found.append(("min", needed))
        allowed = _too_few(problem, rows)
        if allowed:
            found.append(("max", allowed))
    return found


def _by_feature(problem: Problem) -> Iterator[list[int]]:
    """Yield rows of quotas on the same features, nobody in two of them: unions beside parts go."""
    named = {quota.name: quota for quota in problem.quotas.quotas}
    spoken: dict[tuple[str, ...], list[int]] = {}
    for row, name in enumerate(problem.names[1:], 1):
        key = tuple(sorted(fold(feature) for feature, _ in named[name].where))
        spoken.setdefault(key, []).append(row)
    for rows in spoken.values():
        plain = [row for row in rows
                 if all(len(values) == 1 for _, values in named[problem.names[row]].where)]
        for family in (rows, plain):
            if family and (problem.rows[family].sum(axis=0) <= 1).all():
                yield family
                break


def _too_many(problem: Problem, rows: Sequence[int]) -> tuple[int, ...]:
    """Return minima that add up to more than the seats, the largest first until they do."""
    chosen: list[int] = []
    total = 0
    for row in sorted(rows, key=lambda row: -problem.lower[row]):
        chosen.append(row)
        total += int(problem.lower[row])
        if total > problem.upper[0]:
            # All before the last fit; so do all without one of them: none is smaller than the last.
            return tuple(chosen)
    return ()


def _too_few(problem: Problem, rows: Sequence[int]) -> tuple[int, ...]:
    """Return maxima that add up to less than the seats where everybody is in one of the groups."""
    if not (problem.rows[rows].sum(axis=0) == 1).all():
        return ()
    able = problem.rows @ problem.people
    spare = {row: int(able[row] - problem.upper[row]) for row in rows}
    missing = int(problem.lower[0]) - sum(min(int(problem.upper[row]), int(able[row]))
                                          for row in rows)
    if missing <= 0:
        return ()
    kept = [row for row in rows if spare[row] > 0]
    for row in sorted(kept, key=lambda row: spare[row]):
        if spare[row] < missing:  # without this maximum there are too few seats still
            missing -= spare[row]
            kept.remove(row)
    return tuple(kept)
