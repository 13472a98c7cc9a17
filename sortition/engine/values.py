"""The value of chances in an objective's own unit, and the bound that no lottery passes.

Called by `sortition.engine.search` for minimax, Nash, Goldilocks and custom targets; the levels of
leximin have proofs of their own, see `sortition.engine.proof`.

The bounds are weak duality. Multipliers λ of the rules, sign by sign, give every panel, and so the
expected seats x of every lottery,

    a · x  ≤  B,   a = Aᵀ λ,   B = Σ λ⁺ · upper − Σ λ⁻ · lower,

whoever found λ and however well. a and B are added up in whole numbers, from multipliers that are
rounded first; what is left to do in floats is rounded outward.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.engine.objectives import Custom, Goldilocks, Minimax, Nash, Objective
from sortition.engine.problem import Problem
from sortition.engine.proof import added_up
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF

__all__ = ["shortfall", "value_bound", "value_of", "wanted_seats"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_BITS = 62  # of the largest multiplier, when multipliers become whole numbers
_ULP = 2.0**-52
_ROOM = 2.0**-48  # of a value: outward, past the rounding of a handful of operations


def value_of(problem: Problem, objective: Objective, chance: Floats, able: Bools) -> float:
    """Return what chances are worth, in the objective's unit.

    Parameters
    ----------
    problem
        The rules.
    objective
        In whose unit; not leximin or maximin.
    chance
        ``(t,)`` chance of a person of each type, in [0, 1].
    able
        ``(t,)`` who is not known to be on no panel.

    Returns
    -------
    float
        Minimax: the largest chance. Nash: the mean of ``log π`` over those able; -inf if one of
        them has no chance. Goldilocks: ``(n/k) max π + γ (k/n) / min π``; inf if one has none.
        Custom: ``Σ (π − wanted)² / wanted`` over everybody, also those on no panel.
    """
    people = problem.people
    if isinstance(objective, Minimax):
        return float(chance.max())
    if isinstance(objective, Custom):
        wanted = wanted_seats(problem, objective) / people
        return float(people @ ((chance - wanted) ** 2 / wanted))
    least = float(chance[able].min())
    if isinstance(objective, Nash):
        if least <= 0:
            return -math.inf
        return float(people[able] @ np.log(chance[able]) / people[able].sum())
    if not isinstance(objective, Goldilocks):
        raise TypeError(f"the value of {objective.name} is its smallest chance")
    if least <= 0:
        return math.inf
    equal = problem.size / len(problem.ids)
    return float(chance.max()) / equal + float(objective.gamma) * equal / least


def shortfall(problem: Problem, objective: Objective, best: Floats, reached: Floats) -> float:
    """Return how much worse chances are than the best over the relaxation, in the objective's unit.

    Parameters
    ----------
    problem
        The rules.
    objective
        In whose unit.
    best, reached
        ``(t,)`` chance of each type: the target, and what a mixture has.
    """
    able = best > 0
    if not isinstance(objective, Minimax | Nash | Goldilocks | Custom):
        return max(float((best - reached)[able].max()), 0.0)
    gap = value_of(problem, objective, reached, able) - value_of(problem, objective, best, able)
    return max(-gap if isinstance(objective, Nash) else gap, 0.0)


def wanted_seats(problem: Problem, objective: Custom) -> Floats:
    """Return ``(t,)`` the seats asked for: summed over the people of each type."""
    missing = [own for own in problem.ids if own not in objective.wanted]
    if missing:
        raise ValueError(f"no chance was asked for {len(missing)} of {len(problem.ids)} people")
    each = np.array([objective.wanted[own] for own in problem.ids])
    return np.bincount(problem.type_of, each, problem.types).astype(np.float64)


def value_bound(
    relaxation: Relaxation, objective: Objective, rows: Floats | None, able: Bools, seen: Bools
) -> float:
    """Return the value that no lottery passes: the most for Nash, the least for the others.

    Parameters
    ----------
    relaxation
        Rules and cuts, which every panel keeps.
    objective
        Not leximin or maximin.
    rows
        ``(m',)`` multipliers of the first rules of the relaxation, negative where a lower bound
        holds; None where none are known, and only the number of seats speaks.
    able
        ``(t,)`` who is not known to be on no panel.
    seen
        ``(t,)`` who is known to be on one. Whoever is only able may turn out to be on none, and so
        carries no bound on anybody's smallest chance.
    """
    tries = [_Sums(relaxation, _seats_only(relaxation, objective, seen), able)]
    if rows is not None:
        tries.append(_Sums(relaxation, rows, able))
    if isinstance(objective, Nash):
        return min(_nash(sums, able, seen) for sums in tries)
    if isinstance(objective, Custom):
        return max(_custom(sums, objective, able) for sums in tries)
    return max(
        _extremes(sums, float(objective.gamma) if isinstance(objective, Goldilocks) else 0.0, seen)
        for sums in tries
    )


def _seats_only(relaxation: Relaxation, objective: Objective, seen: Bools) -> Floats:
    """Return multipliers that speak of the number of seats alone; row 0 counts them."""
    problem = relaxation.problem
    first = {"nash": problem.people[seen].sum() / problem.size, "custom": 0.0}
    return np.array([first.get(objective.name, -1.0)])


class _Sums:
    """``a · x ≤ B`` in whole numbers: ``a (t,)`` and `most`, both times `scale`."""

    def __init__(self, relaxation: Relaxation, rows: Floats, able: Bools) -> None:
        self.problem = problem = relaxation.problem
        self.limit = np.where(able, relaxation.limit, 0.0)
        signed = np.zeros(len(relaxation.rows))
        signed[: len(rows)] = rows
        # A bound that there is not cannot be leant on.
        signed[(signed > 0) & (relaxation.upper >= INF)] = 0.0
        signed[(signed < 0) & (relaxation.lower <= -INF)] = 0.0
        cuts = relaxation.cuts
        # A cut's row is its weights over 2^bits; so all others count 2^shift times as much.
        shift = max((cut.bits for cut in cuts), default=0)
        power = _BITS - math.frexp(float(np.abs(signed).max()))[1]
        whole = [int(math.ldexp(float(value), power)) for value in signed]
        rules, first = len(problem.rows), len(signed) - len(cuts)
        homes = [0] * len(problem.capacity)
        for home, value in zip(relaxation.rows.shared.tolist(), whole[rules:first], strict=True):
            homes[home] = value << shift
        a, self.most = added_up(
            relaxation, [value << shift for value in whole[:rules]], homes,
            [(cut, value << shift - cut.bits)
             for cut, value in zip(cuts, whole[first:], strict=True)],
        )
        self.a = np.array(a, dtype=object)
        self.scale = Fraction(2) ** (power + shift)

    def per_seat(self) -> tuple[Floats, float]:
        """Return a and B as the nearest floats."""
        each = np.array([float(Fraction(value) / self.scale) for value in self.a.tolist()])
        return each, float(Fraction(self.most) / self.scale)


def _extremes(sums: _Sums, gamma: float, seen: Bools) -> float:
    """Return a lower bound on the Goldilocks expression, or with γ = 0 on the largest chance.

    With m the smallest chance of those seen and M the largest, x_t ≥ m people_t where a_t > 0 and
    x_t ≤ min(limit_t, M people_t) where a_t < 0. So ``P m ≤ B + g(M)``, where g is concave and
    linear between the chances at which types reach their limits. M is the mean at least, and m at
    most everybody's equal part of all seats, and the chance at a limit.
    """
    problem, a = sums.problem, sums.a
    equal = Fraction(problem.size, len(problem.ids))
    most = Fraction(max(int(problem.lower[0]), 0), len(problem.ids))
    limits = zip(sums.limit[seen].tolist(), problem.people[seen].tolist(), strict=True)
    least = min(Fraction(int(limit), people) for limit, people in limits)
    least = min(least, Fraction(problem.size, int(problem.people[seen].sum())))
    push = Fraction(sum((a * problem.people)[seen & (a > 0)].tolist()))
    ends: dict[Fraction, list[int]] = {}  # chance at the limit → slope that ends there
    for t in np.flatnonzero((a < 0) & (sums.limit > 0)):
        people = int(problem.people[t])
        at = Fraction(int(sums.limit[t]), people)
        ends.setdefault(at, []).append(-int(a[t]) * people)
    slope, g = Fraction(sum(map(sum, ends.values()))), Fraction(0)
    best, left = INF, Fraction(0)
    for right in sorted({*ends, most, Fraction(1)}):
        room = sums.most + g
        if right > most or right == 1:
            chance, small = _lowest(
                (max(left, most), right), (push, room - slope * left, slope), least,
                gamma * float(equal) ** 2,
            )
            if small > 0:
                value = float(chance) if not gamma else (
                    float(chance / equal) + gamma * float(equal / small)
                )
                best = min(best, value)
        g += slope * (right - left)
        slope -= sum(ends.get(right, []))
        left = right
    return best * (1 - _ROOM)


def _lowest(
    between: tuple[Fraction, Fraction], line: tuple[Fraction, Fraction, Fraction],
    least: Fraction, weight: float,
) -> tuple[Fraction, Fraction]:
    """Return M and m with the least ``M + weight / m`` on a piece; m is 0 where no lottery is.

    On a piece m is the least of three: ``push m ≤ room + slope M``, `least`, and M. So the answer
    stands at an end, where two of them meet, or where one of them alone has its turn.
    """
    (low, high), (push, room, slope) = between, line
    if room + slope * high < 0:
        return high, Fraction(0)
    start = max(low, -room / slope) if slope else low
    if not weight:
        return start, least

    def smallest(chance: Fraction) -> Fraction:
        return min(least, chance, (room + slope * chance) / push if push else least)

    tries = [start, high, least, Fraction(math.sqrt(weight))]
    if push != slope:
        tries.append(room / (push - slope))
    if push and slope:
        turn = Fraction(math.sqrt(weight * float(push * slope)))  # of room + slope M
        tries += [(push * least - room) / slope, (turn - room) / slope]
    found = [(chance, smallest(chance)) for chance in (min(max(t, start), high) for t in tries)]
    return min(
        (pair for pair in found if pair[1] > 0), default=(high, Fraction(0)),
        key=lambda pair: pair[0] + Fraction(weight) / pair[1],
    )


def _nash(sums: _Sums, able: Bools, seen: Bools) -> float:
    """Return an upper bound on the mean of ``log π``.

    Σ people log x ≤ Σ max over x of (people log x − a x) + B over those seen; logarithms of chances
    are not positive, so whoever else turns out to be able only lowers the sum.
    """
    a, most = sums.per_seat()
    people, limit = sums.problem.people.astype(np.float64), sums.limit
    x = np.where(a * limit > people, people / np.where(a > 0, a, 1.0), limit)
    logs = np.where(seen, people * np.log(np.where(seen, x / people, 1.0)), 0.0)
    paid = np.where(seen, a * x, np.minimum(a, 0.0) * limit)
    total = math.fsum([*logs, *-paid, most]) + _ULP * 4 * (
        np.abs(logs).sum() + np.abs(a * limit).sum() + people.sum() + abs(most)
    )
    # Not divided by those able only, since some of them may be on no panel.
    return min(float(total), 0.0) / float(people[able].sum()) * (1 - _ROOM)


def _custom(sums: _Sums, objective: Custom, able: Bools) -> float:
    """Return a lower bound on ``Σ (x − wanted)² / wanted``, in seats, which is that of chances."""
    a, most = sums.per_seat()
    wanted = wanted_seats(sums.problem, objective)
    x = np.where(able, np.clip(wanted * (1 - a / 2), 0.0, sums.limit), 0.0)
    apart, paid = (x - wanted) ** 2 / wanted, a * x
    total = math.fsum([*apart, *paid, -most]) - _ULP * 4 * (
        apart.sum() + np.abs(a * sums.limit).sum() + abs(most)
    )
    return max(float(total), 0.0) * (1 - _ROOM)
