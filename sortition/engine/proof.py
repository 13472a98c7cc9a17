"""The proof as data: whole-number multipliers with which arithmetic alone confirms the chances.

Comes from the duals that `sortition.engine.relaxation` met, goes into the record;
`sortition.verify` checks it without solver and without floats. For any multipliers λ of the rules,
sign by sign, and any person i with ``a_i = Σ λ`` over the rules that count i, every panel P has

    Σ_{i in P} a_i  ≤  B  =  Σ λ⁺ · maximum − Σ λ⁻ · minimum.

*Levels.* What holds for every panel holds for every lottery: ``Σ a_i π_i ≤ B``. With
``y_i = max(0, a_i)`` and π ≤ 1 this bounds ``Σ y_i π_i``, and so the smallest chance of the people
not fixed on lower levels. *Exclusions.* If ``a_i + Σ_{j ≠ i} min(0, a_j) > B``, no panel holds i.

Rounding the multipliers loses a little of the bound and nothing of its validity. A cut is a rule of
its own: its maximum is the answer of an integer program, which whoever checks the proof takes as
given or solves again.

References
----------
Neumaier, Shcherbina, "Safe bounds in linear and mixed-integer linear programming", *Mathematical
Programming* 99 (2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.relaxation import Cut, Dual, Relaxation, Target

__all__ = ["Proof", "exclusion", "level_proofs"]

_PRICED = 1e-6  # of the sum of all prices: less is noise
_ZERO = 1e-12  # a multiplier below this is noise
_BITS = 44  # of the largest multiplier as a whole number; the last few of a double are noise


@dataclass(frozen=True, slots=True)
class Proof:
    """What arithmetic needs to confirm the chances.

    Parameters
    ----------
    levels
        One entry per level found, rising: ``level``, the chance as a fraction, and the multipliers
        ``size``, ``quotas`` (one per quota), ``households`` (household pattern → multiplier) and
        ``cuts`` (one per cut).
    excluded
        Entries with ``type`` instead of ``level``: a type that no panel can hold, and why.
    cuts
        The valid inequalities that the levels stand on, each proven by one integer program.
    """

    levels: tuple[dict[str, Any], ...] = field(repr=False, default=())
    excluded: tuple[dict[str, Any], ...] = field(repr=False, default=())
    cuts: tuple[Cut, ...] = field(repr=False, default=())

    def __bool__(self) -> bool:
        return bool(self.levels)


def level_proofs(
    relaxation: Relaxation, target: Target, excluded: tuple[dict[str, Any], ...] = ()
) -> Proof:
    """Return the proof of a target, with those cuts only that it stands on."""
    size = len(relaxation.rows) - len(relaxation.cuts)
    priced = np.array([dual.rows[size:] > _PRICED**2 for dual in target.duals])
    used = np.flatnonzero(priced.any(axis=0)) if len(target.duals) else np.zeros(0, np.intp)
    return Proof(
        tuple(_level(relaxation, target, dual, used) for dual in target.duals),
        excluded, tuple(relaxation.cuts[at] for at in used),
    )


def exclusion(relaxation: Relaxation, t: int, rows: NDArray[np.float64]) -> dict[str, Any]:
    """Return why no panel holds type t, from the duals of the LP that maximises its seats."""
    sums = relaxation.rows.back(rows)
    homes = _homes(relaxation, rows)
    # Where a home holds several of a type, its rule is in the type's limit: what holds it there.
    problem = relaxation.problem
    held = (problem.limit < problem.people) & (sums < 0)
    homes += _at_home(relaxation, np.where(held, -sums, 0.0))
    return {"type": t} | _multipliers(relaxation, rows, homes, np.zeros(0, np.intp))


def _level(
    relaxation: Relaxation, target: Target, dual: Dual, cuts: NDArray[np.intp]
) -> dict[str, Any]:
    problem = relaxation.problem
    sums = relaxation.rows.back(dual.rows)
    homes = _homes(relaxation, dual.rows)
    # As in `exclusion`: what holds a type at its limit.
    limited = problem.limit < problem.people
    homes += _at_home(relaxation, np.where(limited, np.maximum(dual.price - sums, 0.0), 0.0))
    # Whoever stands at a chance of one per household, and not because of any price.
    stuck = dual.stuck[(dual.price[dual.stuck] * problem.people[dual.stuck]) <= _PRICED]
    at_limit = stuck[limited[stuck]]
    homes[problem.pattern[at_limit]] += 1.0 / problem.people[at_limit]
    level = dual.level
    if level is None:
        level = target.levels[target.level_of[dual.stuck[0]]]
    return {"level": str(level)} | _multipliers(relaxation, dual.rows, homes, cuts)


def _at_home(
    relaxation: Relaxation, held: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``(h,)`` per pattern the most that holds one of its types at its limit.

    One multiplier serves all types of a home, since together they have no more seats than one.
    """
    most = np.zeros(len(relaxation.problem.capacity))
    np.maximum.at(most, relaxation.problem.pattern, held)
    return most


def _homes(relaxation: Relaxation, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``(h,)`` the multiplier of each household pattern, of those that are rows."""
    problem = relaxation.problem
    homes = np.zeros(len(problem.capacity))
    shared = np.flatnonzero(np.bincount(problem.pattern, minlength=len(homes)) > 1)
    homes[shared] = rows[len(problem.rows) : len(problem.rows) + len(shared)]
    return homes


def _multipliers(
    relaxation: Relaxation,
    rows: NDArray[np.float64],
    homes: NDArray[np.float64],
    cuts: NDArray[np.intp],
) -> dict[str, Any]:
    """Return the multipliers as whole numbers of one scale.

    A multiplier that is off by ε costs ε for each person it counts, and they may be a hundred
    thousand: so the scale follows the multipliers.
    """
    size = len(relaxation.problem.rows)
    rows, homes = (np.where(np.abs(own) < _ZERO, 0.0, own) for own in (rows, homes))
    largest = max(float(np.abs(rows).max(initial=0.0)), float(homes.max(initial=0.0)))
    scale = 2.0 ** (_BITS - np.frexp(largest)[1])
    first = len(relaxation.rows) - len(relaxation.cuts)
    bits = [relaxation.cuts[at].bits for at in cuts]
    shift = max(bits, default=0)  # a cut's row is its weights over 2^bits

    def whole(value: float, by: int) -> int:
        return int(np.rint(value * scale)) << by

    own = [whole(value, shift) for value in rows[:size]]
    return {
        "size": own[0],
        "quotas": own[1:],
        "households": {
            pattern: whole(value, shift)
            for pattern, value in enumerate(homes)
            if value > 0
        },
        "cuts": [
            whole(max(rows[first + at], 0.0), shift - own_bits)
            for at, own_bits in zip(cuts, bits, strict=True)
        ],
    }
