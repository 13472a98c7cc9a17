"""The proof as data: whole-number multipliers with which arithmetic alone confirms the chances.

Comes from the duals that `sortition.relaxation` met, goes into the record; `sortition.verify`
checks it without solver and without floats. For any multipliers λ of the rules, sign by sign, and
any person i with ``a_i = Σ λ`` over the rules that count i,

    Σ a_i π_i  ≤  B  =  Σ λ⁺ · maximum − Σ λ⁻ · minimum

holds for every lottery, since it holds for every panel. With ``y_i = max(0, a_i)`` and π ≤ 1 this
bounds ``Σ y_i π_i``, and so the smallest chance of the people not fixed on lower levels. Rounding
the multipliers loses a little of the bound and nothing of its validity.

References
----------
Neumaier, Shcherbina, "Safe bounds in linear and mixed-integer linear programming", *Mathematical
Programming* 99 (2004).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sortition.relaxation import Dual, Relaxation, Target

__all__ = ["level_proofs"]

_PRICED = 1e-6  # of the sum of all prices: less is noise
_SCALE = 1e12  # multipliers become whole numbers of this size


def level_proofs(relaxation: Relaxation, target: Target) -> tuple[dict[str, Any], ...]:
    """Return one entry per dual: the level it proves and its multipliers.

    Returns
    -------
    tuple of dict
        ``level``: the chance, as a fraction. ``size``: multiplier of the number of seats.
        ``quotas``: one per quota. ``households``: household pattern → multiplier, where not zero.
        Empty when the relaxation has cuts, whose proof is an integer program.
    """
    if relaxation.cuts:
        return ()
    return tuple(_entry(relaxation, target, dual) for dual in target.duals)


def _entry(relaxation: Relaxation, target: Target, dual: Dual) -> dict[str, Any]:
    problem = relaxation.problem
    size = len(problem.rows)
    sums = dual.rows @ relaxation.matrix
    homes = np.zeros(len(problem.capacity))
    shared = np.flatnonzero(np.bincount(problem.pattern, minlength=len(homes)) > 1)
    homes[shared] = dual.rows[size : size + len(shared)]
    # Where a home holds several of a type, its rule is in the type's limit: what holds it there.
    limited = problem.limit < problem.people
    held = np.maximum(dual.price - sums, 0.0)
    homes[problem.pattern[limited]] += held[limited]
    # Whoever stands at a chance of one per household, and not because of any price.
    stuck = dual.stuck[(dual.price[dual.stuck] * problem.people[dual.stuck]) <= _PRICED]
    at_limit = stuck[limited[stuck]]
    homes[problem.pattern[at_limit]] += 1.0 / problem.people[at_limit]
    whole = np.rint(dual.rows[:size] * _SCALE).astype(np.int64).tolist()
    level = target.levels[target.level_of[dual.stuck[0]]]
    return {
        "level": str(level),
        "size": whole[0],
        "quotas": whole[1:],
        "households": {
            int(pattern): int(value)
            for pattern, value in enumerate(np.rint(np.maximum(homes, 0.0) * _SCALE))
            if value
        },
    }
