"""Separable concave objectives over the relaxation, by their dual in as many unknowns as rules.

Called by `sortition.engine.targets`. For ``max Σ φ_t(x_t)`` over ``lower ≤ A x ≤ upper``, ``0 ≤ x ≤
limit``, every multiplier λ of the rows answers with its own best x, type by type, from
``a = Aᵀ λ``; the dual is convex and smooth in λ, and there are some dozens of rows where there may
be thousands of types.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF

__all__ = ["Separable", "maximise", "nash_response", "nearest_response"]

Floats = NDArray[np.float64]

_STEPS = 300
_SMALL = 1e-13


@dataclass(frozen=True, slots=True)
class Separable:
    """A separable concave function by its conjugate.

    Parameters
    ----------
    answer
        ``a (t,) → (x, slope, value)``: the x that maximises ``φ_t(x) − a_t x`` within the limit,
        minus its derivative by a_t (not negative), and the value of that maximum.
    start
        A first multiplier for the number of seats.
    """

    answer: Callable[[Floats], tuple[Floats, Floats, Floats]]
    start: float = 0.0


def nash_response(people: Floats, limit: Floats, seats: int) -> Separable:
    """Return ``φ = people · log x``: the Nash welfare, a constant apart."""

    def answer(a: Floats) -> tuple[Floats, Floats, Floats]:
        open_ = a * limit > people
        safe = np.where(open_, a, 1.0)
        x = np.where(open_, people / safe, limit)
        slope = np.where(open_, people / safe**2, 0.0)
        return x, slope, people * np.log(x) - a * x

    return Separable(answer, float(people.sum()) / seats)


def nearest_response(wanted: Floats, limit: Floats) -> Separable:
    """Return ``φ = −(x − wanted)² / (2 wanted)``, in seats."""

    def answer(a: Floats) -> tuple[Floats, Floats, Floats]:
        raw = wanted * (1 - a)
        x = np.clip(raw, 0.0, limit)
        slope = np.where((raw > 0) & (raw < limit), wanted, 0.0)
        return x, slope, -((x - wanted) ** 2) / (2 * wanted) - a * x

    return Separable(answer)


def maximise(
    relaxation: Relaxation, function: Separable, types: NDArray[np.intp],
    check: Callable[[], None],
) -> tuple[Floats, Floats]:
    """Return the best x of the given types over the relaxation, and the multipliers λ behind it.

    The other types are zero. Multipliers are ``(m,)``, negative where a row's lower bound holds.

    Projected Newton on the dual: multipliers of upper bounds and of lower bounds are kept apart
    and not negative; those at zero with a rising gradient stay there.

    Parameters
    ----------
    relaxation
        The rules.
    function
        What is maximised, a sum over types, by its response to prices.
    types
        ``(s,)`` which types may have seats.
    check
        Called between steps; may raise to stop.

    References
    ----------
    Bertsekas, "Projected Newton methods for optimization problems with simple constraints", *SIAM
    Journal on Control and Optimization* 20 (1982).
    """
    matrix = relaxation.rows.dense()[:, types]
    has_upper = np.flatnonzero(relaxation.upper < INF)
    has_lower = np.flatnonzero(relaxation.lower > -INF)
    rows = np.vstack([matrix[has_upper], -matrix[has_lower]])
    bound = np.concatenate([relaxation.upper[has_upper], -relaxation.lower[has_lower]])
    used = np.abs(rows).sum(axis=1) > 0
    rows, bound, row = rows[used], bound[used], np.append(has_upper, has_lower)[used]
    sign = np.append(np.ones(len(has_upper)), -np.ones(len(has_lower)))[used]
    mu = np.zeros(len(rows))
    mu[0] = function.start  # row 0 is the number of seats

    def dual(mu: Floats) -> tuple[float, Floats, Floats]:
        x, slope, value = function.answer(rows.T @ mu)
        return float(value.sum() + bound @ mu), x, slope

    value, x, slope = dual(mu)
    damp = 1e-3
    for _ in range(_STEPS):
        check()
        gradient = bound - rows @ x
        held = (mu <= _SMALL) & (gradient >= 0)
        free = np.flatnonzero(~held)
        if not len(free) or np.abs(gradient[free]).max() < _SMALL * (1 + np.abs(bound).max()):
            break
        hessian = (rows[free] * slope) @ rows[free].T
        # Some damping: rows depend on each other, and far from the answer the model is poor.
        curvature = float(np.trace(hessian)) / len(free)
        # Where every x is at a limit the dual is flat: any length of step is as good as another.
        damped = hessian + damp * (curvature if curvature > _SMALL else 1.0) * np.eye(len(free))
        try:
            step = np.linalg.solve(damped, gradient[free])
        except np.linalg.LinAlgError:  # rows that depend on each other, to the last digit
            damp = max(damp * 100, 1e-12)
            continue
        length = 1.0
        while length > _SMALL:
            trial = mu.copy()
            trial[free] = np.maximum(mu[free] - length * step, 0.0)
            new, new_x, new_slope = dual(trial)
            if new <= value + 1e-4 * float(gradient @ (trial - mu)):
                break
            length *= 0.5
        else:
            if damp > 1:  # no descent left in double precision
                break
            damp *= 100
            continue
        damp = max(damp * 0.1, 1e-14)
        mu, value, x, slope = trial, new, new_x, new_slope
    full = np.zeros(relaxation.problem.types)
    full[types] = x
    multipliers = np.zeros(len(relaxation.rows))
    np.add.at(multipliers, row, sign * mu)
    return full, multipliers
