"""The best chances over the relaxation, for every objective: target, value and bound.

Comes from `sortition.engine.relaxation`; `sortition.engine.search` looks for panels whose
mixture is the target. Because every lottery's chances lie in the relaxation, the value found here
bounds what any lottery can reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sortition.engine.leximin import leximin
from sortition.engine.objectives import (
    BALANCED,
    Custom,
    Goldilocks,
    Leximin,
    Maximin,
    Minimax,
    Nash,
    Objective,
)
from sortition.engine.relaxation import LevelModel, Relaxation, Target
from sortition.engine.solver import INF, Model, Solution, Status
from sortition.engine.values import wanted_seats

__all__ = ["find_target", "settled"]

Floats = NDArray[np.float64]

_HAIR = 1e-8  # of the largest chance: room for the noise of the LP that found it
_TANGENTS = 60  # for the reciprocal of the smallest chance; a dozen are usual


def find_target(
    relaxation: Relaxation, objective: Objective, *, check: Callable[[], None] = lambda: None
) -> Target | None:
    """Return the chances that are best over the relaxation, None when it is empty.

    Parameters
    ----------
    relaxation
        The rules.
    objective
        What to optimise; ties are broken by leximin, so that the answer is unique.
    check
        Called between solves; may raise to stop.
    """
    if isinstance(objective, Leximin | Maximin):
        return leximin(relaxation, check=check)
    first = _first_level(relaxation, check)
    if first is None:
        return None
    from sortition.engine.convex import maximise, nash_response, nearest_response

    able = np.flatnonzero(first > 0)
    people = relaxation.problem.people.astype(np.float64)
    limit = relaxation.limit
    if isinstance(objective, Nash):
        response = nash_response(people[able], limit[able], relaxation.problem.size)
        return _as_target(relaxation, *maximise(relaxation, response, able, check))
    if isinstance(objective, Custom):
        wanted = wanted_seats(relaxation.problem, objective)
        response = nearest_response(wanted[able], limit[able])
        seats, rows = maximise(relaxation, response, able, check)
        return _as_target(relaxation, seats, 2 * rows)  # it maximises half of the sum
    model = _ExtremesModel(relaxation, able)
    if isinstance(objective, Minimax):
        most, rows = model.lowest_maximum()
    else:
        most, rows = model.goldilocks(float(objective.gamma), check)
    target = leximin(relaxation, ceiling=most * people * (1 + _HAIR), check=check)
    return None if target is None else replace(target, rows=rows)


def settled(relaxation: Relaxation, objective: Objective) -> Objective:
    """Return the objective with its γ as a number, where it was to follow from the rules."""
    if not isinstance(objective, Goldilocks) or objective.gamma != BALANCED:
        return objective
    first = _first_level(relaxation, lambda: None)
    if first is None:  # no panel, and so no γ that matters
        return Goldilocks()
    able = np.flatnonzero(first > 0)
    answer = LevelModel(relaxation).solve(np.zeros(relaxation.problem.types), first > 0)
    equal = relaxation.problem.size / len(relaxation.problem.ids)
    least = answer[0] if answer is not None else equal
    most, _ = _ExtremesModel(relaxation, able).lowest_maximum()
    return Goldilocks(most * least / equal**2)


def _first_level(relaxation: Relaxation, check: Callable[[], None]) -> Floats | None:
    """Return ``(t,)`` something positive for whoever has a chance in the relaxation, else zero."""
    model = LevelModel(relaxation)
    free = ~relaxation.barred
    while True:
        check()
        answer = model.solve(np.zeros(relaxation.problem.types), free)
        if answer is None:
            return None
        z, price, _ = answer
        if z > 1e-9 or not free.any():
            return np.where(free, 1.0, 0.0)
        free = free & (price * relaxation.problem.people <= 1e-6)


def _as_target(relaxation: Relaxation, seats: Floats, rows: Floats) -> Target:
    """Return a target whose levels are simply the distinct chances found."""
    chance = seats / relaxation.problem.people
    levels, level_of = np.unique(chance, return_inverse=True)
    return Target(level_of.reshape(-1), tuple(levels.tolist()), False, seats, rows=rows)


class _ExtremesModel:
    """LPs over the relaxation in the largest and the smallest chance of those who have one."""

    def __init__(self, relaxation: Relaxation, able: NDArray[np.intp]) -> None:
        self.problem = relaxation.problem
        rules, count = relaxation.rows.dense(), relaxation.problem.types
        people = relaxation.problem.people[able].astype(np.float64)
        own = np.zeros((len(able), count))
        own[np.arange(len(able)), able] = 1.0
        blank = np.zeros((len(rules), 3))
        above = np.column_stack([-people, np.zeros((len(able), 2))])  # x − people · most ≤ 0
        below = np.column_stack([np.zeros(len(able)), -people, np.zeros(len(able))])
        self._rules = len(rules)
        self._columns = count + 3  # types, largest, smallest, reciprocal of the smallest
        self._model = Model(
            np.vstack([
                np.hstack([rules, blank]), np.hstack([own, above]), np.hstack([own, below]),
            ]),
            np.concatenate([relaxation.lower, np.full(len(able), -INF), np.zeros(len(able))]),
            np.concatenate([relaxation.upper, np.zeros(len(able)), np.full(len(able), INF)]),
            np.zeros(self._columns),
            np.concatenate([relaxation.limit, [1.0, 1.0, INF]]),
        )

    def _solve(self, most: float, reciprocal: float) -> Solution:
        cost = np.zeros(self._columns)
        cost[-3], cost[-1] = -most, -reciprocal
        self._model.set_cost(cost)
        solution = self._model.solve()
        if solution.status is not Status.OPTIMAL:
            raise RuntimeError("the relaxation lost its points; please report this")
        return solution

    def lowest_maximum(self) -> tuple[float, Floats]:
        """Return the smallest possible largest chance, and the multipliers of the rules."""
        solution = self._solve(1.0, 0.0)
        return float(solution.x[-3]), solution.row_dual[: self._rules]

    def goldilocks(self, gamma: float, check: Callable[[], None]) -> tuple[float, Floats]:
        """Return the largest chance of the best lotteries in Goldilocks' sense, and multipliers.

        The reciprocal of the smallest chance is the maximum of its tangents; each LP adds one
        where it was too low, so every value on the way is a valid lower bound.
        """
        equal = self.problem.size / len(self.problem.ids)
        at = equal
        for _ in range(_TANGENTS):
            check()
            row = np.zeros((1, self._columns))
            row[0, -1], row[0, -2] = 1.0, 1.0 / at**2  # 1/z ≥ 2/at − z/at²
            self._model.add_rows(row, [2.0 / at], [INF])
            solution = self._solve(1.0 / equal, gamma * equal)
            x = solution.x
            if x[-2] > 0 and 1.0 / x[-2] - x[-1] <= 1e-12 / x[-2]:
                break
            at = max(float(x[-2]), at / 8)  # never so near to zero that the tangent is a wall
        return float(x[-3]), solution.row_dual[: self._rules]
