"""Who can be on no panel, as far as linear programs can tell: a `Problem` in, ids out.

Called by ``sortition check``, which makes no lottery and so does not get to know all of them.
"""

from __future__ import annotations

import numpy as np

from sortition.engine.problem import Problem
from sortition.engine.relaxation import LevelModel, Relaxation
from sortition.engine.solver import Status

__all__ = ["barred_at_least"]

_NOTHING = 1e-6  # seats


def barred_at_least(problem: Problem) -> tuple[str, ...]:
    """Return people who are on no panel, sorted by id.

    Whoever has no chance in the relaxation is on no panel. There may be more of them, whom only
    whole numbers keep off; a lottery finds those too.

    Parameters
    ----------
    problem
        Rules that some panel keeps.
    """
    relaxation = Relaxation.of(problem)
    model = LevelModel(relaxation)
    free = np.ones(problem.types, dtype=bool)
    while True:
        answer = model.solve(np.zeros(problem.types), free)
        if answer is None or answer[0] > _NOTHING / len(problem.ids):
            break
        stuck = free & (answer[1] * problem.people > _NOTHING)
        if not stuck.any():
            break
        free &= ~stuck
    # The duals only point at them. That all of these together get no seat is the reason to say so.
    together = relaxation.model()
    together.set_cost(np.where(free, 0.0, 1.0))
    solution = together.solve()
    if solution.status is not Status.OPTIMAL or solution.x[~free].sum() > _NOTHING:
        return ()
    out = ~free[problem.type_of]
    return tuple(sorted(own for own, barred in zip(problem.ids, out.tolist(), strict=True)
                        if barred))
