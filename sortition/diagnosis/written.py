"""The bounds that somebody wrote: of the size, of the quotas and of the seats of roles.

Takes a `Problem`; says which bounds can be loosened, and makes the problem with others. For
`sortition.diagnosis.repair` and `sortition.diagnosis.price`, so that they offer no change of a
bound that only follows from others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem, of_groups, restated
from sortition.rules.quotas import Quotas
from sortition.rules.role_quotas import members
from sortition.rules.roles import RoleSeats

__all__ = ["Written", "changed", "role_sets", "written"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Bounds: the rows of a problem in their order, and behind them the roles of each feature.

    Parameters
    ----------
    lower, upper
        ``(b,)`` seats. Row 0 is the size; seats of roles are those of the whole panel, with the
        people who sit on it outside the lottery.
    free
        ``(b,)`` whether it can be loosened: not the size, no people by name, no quota that only
        follows from the seats of roles.
    implied
        ``(b,)`` whether it is such a quota.
    open
        ``(b,)`` whether it has no maximum, however large the panel.
    """

    lower: Ints
    upper: Ints
    free: NDArray[np.bool_]
    implied: NDArray[np.bool_]
    open: NDArray[np.bool_]


def written(problem: Problem) -> Written:
    """Return the bounds that somebody wrote."""
    named = {quota.name: quota for quota in problem.quotas.quotas}
    quotas = [named[name] for name in problem.names[1:]]
    roles = problem.quotas.roles
    beside = len(problem.ids) + len(problem.quotas.seated)
    lower = [*problem.lower, *(own for seats in roles for own in seats.lower)]
    upper = [*problem.upper, *(min(own, beside) for seats in roles for own in seats.upper)]
    implied = [False, *(bool(quota.role) for quota in quotas)]
    free = [False, *(not (quota.fixed or quota.role) for quota in quotas)]
    names = [name for seats in roles for name in seats.names]
    most = problem.quotas.size[1] + len(problem.quotas.seated)
    unlimited = [False, *(quota.open for quota in quotas),
                 *(own >= most for seats in roles for own in seats.upper)]
    return Written(
        np.array(lower, dtype=np.int64), np.array(upper, dtype=np.int64),
        np.array([*free, *map(bool, names)]), np.array([*implied, *([False] * len(names))]),
        np.array(unlimited),
    )


def role_sets(problem: Problem, seats: RoleSeats) -> dict[tuple[int, ...], list[int]]:
    """Return the types of the problem that hold each set of roles."""
    found: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for kind, person in _examples(problem):
        found[seats.held[person]].append(kind)
    return dict(found)


def _examples(problem: Problem) -> Iterator[tuple[int, str]]:
    """Yield somebody of each type."""
    kinds, first = np.unique(problem.type_of, return_index=True)
    for kind, at in zip(kinds.tolist(), first.tolist(), strict=True):
        yield kind, problem.ids[at]


def changed(problem: Problem, quotas: Quotas) -> Problem:
    """Return the same people under other bounds; what follows from the seats of roles may change.

    Parameters
    ----------
    problem
        What was compiled.
    quotas
        The rules it was compiled from, with other numbers.
    """
    if not quotas.roles:
        return restated(problem, quotas)
    rows = {name: row for row, name in enumerate(problem.names)}
    by_feature = {seats.feature: seats for seats in quotas.roles}
    group = np.zeros((len(problem.ids), len(quotas.quotas)), dtype=np.int64)
    for at, quota in enumerate(quotas.quotas):
        if quota.name in rows:
            group[:, at] = problem.rows[rows[quota.name]][problem.type_of]
        else:
            inside = members(by_feature[quota.role], quota)
            group[:, at] = [own in inside for own in problem.ids]
    return of_groups(problem.ids, problem.household, group, quotas)
