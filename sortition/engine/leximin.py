"""Leximin over the relaxation: level after level by LPs, then the levels solved exactly.

Comes from `sortition.engine.relaxation`; its target goes to `sortition.engine.realise`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.engine.persons import lifted, seats_target
from sortition.engine.relaxation import Dual, LevelModel, Relaxation, Target
from sortition.engine.solver import INF

__all__ = ["leximin", "leximin_of", "polish"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HAIR = 1e-10  # of a fixed level, or of k/n: how much lower it is held, so that noise has room
_WIDEST_HAIR = 1e-5
_MERGES = (0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)  # how near levels are that may be one
_NOISE = 1e-5  # of a level: what the LPs may have found it to be besides its exact value
_SPECK = 1e-11  # of the sum of all multipliers: less is noise of the LP
_TIGHT = 1e-6  # seats: a row activity nearer than this to its bound counts as on it
_UNDER = 100  # times as much noise and distance where levels are found under a ceiling


def leximin(
    relaxation: Relaxation,
    *,
    ceiling: Floats | None = None,
    check: Callable[[], None] = lambda: None,
) -> Target | None:
    """Return the leximin-optimal chances over the relaxation, or None when it is empty.

    Maximise the smallest chance z of the free types; whoever has a positive dual stays at z in
    every optimum and is fixed there, a hair lower; repeat. Where people could take one of several
    seats it is done for the chances of people first, and then for those of seats.

    Parameters
    ----------
    relaxation
        The rules.
    ceiling
        ``(t,)`` seats that no type may exceed, where an objective caps the chances; None for none.
    check
        Called between LPs; may raise to stop.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021), supplementary information 9.
    """
    problem = relaxation.problem
    if problem.owner is not None and ceiling is None:
        wide = _found(lifted(relaxation), None, check, first=problem.types)
        return None if wide is None else seats_target(problem, wide)
    return _found(relaxation, ceiling, check)


def _found(
    relaxation: Relaxation, ceiling: Floats | None, check: Callable[[], None], first: int = 0
) -> Target | None:
    """Return the target; of the types from `first` on before the others."""
    level = np.where(relaxation.barred, 0.0, np.nan)
    order: list[Ints] = [np.flatnonzero(relaxation.barred)]
    duals: list[Dual] = []
    for z, stuck, dual in _levels(relaxation, ceiling, check, first):
        level[stuck] = z
        order.append(stuck)
        duals += [dual] if dual is not None else []
    if np.isnan(level).any():
        return None
    # Under a ceiling the levels carry its hair, which the exact ones need not share; and those of
    # seats come after a hundred levels of people and stand on what noise these have.
    noise = _NOISE if ceiling is None and not first else 10 * _NOISE
    target = polish(relaxation, level, order, duals, noise)
    if target.exact or ceiling is None:
        return target
    # Rules alone need not determine the levels: with the largest chance as given they do. What the
    # hair of the ceiling does to the lowest levels, times multipliers, is more than noise.
    highest = float((ceiling / relaxation.problem.people).max())
    return polish(relaxation, level, order, duals, _UNDER * _NOISE, highest)


def leximin_of(
    relaxation: Relaxation, t: int, *, check: Callable[[], None] = lambda: None
) -> float | None:
    """Return the leximin-optimal chance of type t alone, as the LPs find it; None when empty.

    Cheaper than `leximin` where thousands of relaxations are asked: it ends with the level of t and
    does not solve for exact levels.
    """
    if relaxation.barred[t]:
        return 0.0
    found = _levels(relaxation, None, check)
    return next((z for z, stuck, _ in found if t in stuck), None)


def _levels(
    relaxation: Relaxation, ceiling: Floats | None, check: Callable[[], None], first: int = 0
) -> Iterator[tuple[float, Ints, Dual | None]]:
    """Yield level after level: its chance, the types it fixes and why; none when it is empty."""
    people = relaxation.problem.people.astype(np.float64)
    model = LevelModel(relaxation, ceiling)
    chance_limit = model.limit / people
    level = np.where(relaxation.barred, 0.0, np.nan)  # nan while free
    equal = relaxation.problem.size / len(relaxation.problem.ids)
    z, hair = 0.0, _HAIR
    begun = False
    while np.isnan(level).any():
        check()
        free = np.isnan(level)
        if free[first:].any():
            free[:first] = False
        fixed = np.nan_to_num(level)
        lowered = np.maximum(fixed - hair * np.maximum(fixed, equal), 0.0)
        base = np.where(free, 0.0, people * lowered)
        answer = model.solve(base, free)
        dual = None
        if answer is None:
            if not begun:
                return
            if hair < _WIDEST_HAIR:  # noise of the levels below made the rest look impossible
                hair *= 10
                continue
            stuck = free
        else:
            z, price, rows = answer
            if first:  # seats of people: a hundred levels that rest on each other
                z = _undisturbed(relaxation, model.limit, fixed, free, z, rows)
            stuck = free & (people * price > 1e-6)
            if z >= chance_limit[free].min() - 1e-12:
                stuck |= free & (chance_limit <= z + 1e-12)
            if not stuck.any():  # every dual drowned in noise: the largest one decides
                stuck = free & (price >= price[free].max())
            dual = Dual(rows, price, np.flatnonzero(stuck))
        level[stuck] = z
        begun = True
        yield z, np.flatnonzero(stuck), dual


def _undisturbed(
    relaxation: Relaxation, limit: Floats, level: Floats, free: NDArray[np.bool_], z: float,
    rows: Floats,
) -> float:
    """Return z by duality: for the levels below as they are, not a hair lower as the LP had them.

    ``z Σ_free a_t m_t = Σ λ⁺ upper + Σ λ⁻ lower − Σ_below a_t⁺ m_t level_t + Σ a_t⁻ limit_t`` with
    ``a = Aᵀ λ``. Otherwise the hairs of a hundred levels, times multipliers, would add up.
    """
    people = relaxation.problem.people
    a = relaxation.rows.back(rows)
    a = np.where(np.abs(a) * people > _SPECK, a, 0.0)
    share = float((a * people)[free & (a > 0)].sum())
    if abs(share - 1) > _TIGHT:  # z is at the limit of somebody's chance
        return z
    up, down = rows > _SPECK, rows < -_SPECK
    most = rows[up] @ relaxation.upper[up] + rows[down] @ relaxation.lower[down]
    most -= np.minimum(a, 0.0) @ limit
    below = ~free & (a > 0)
    found = float(most - (a * people)[below] @ level[below]) / share
    return found if abs(found - z) <= _NOISE * max(z, 1e-3) else z


def polish(
    relaxation: Relaxation,
    level: Floats,
    order: Sequence[Ints],
    duals: Sequence[Dual],
    noise: float = _NOISE,
    highest: float | None = None,
) -> Target:
    """Return the target with its levels solved exactly from the rules that are tight there.

    People of equal chance form few groups; the tight rules are linear equations for the groups'
    levels with integer coefficients, so the levels are rational and Gauss finds them.

    Parameters
    ----------
    relaxation
        The rules and cuts.
    level
        ``(t,)`` each type's chance as solvers found it.
    order
        Positions of the types, level by level, rising.
    duals
        What proves the levels.
    noise
        How far, relative, the exact levels may lie from those found.
    highest
        The chance that nobody may exceed, which is then taken as exact; None for no such rule.
    """
    apart = None
    for merge in _MERGES:  # ties usually come out equal by themselves; else they are merged
        target = _solve_levels(relaxation, level, order, merge, noise, highest)
        if target.exact:
            return replace(target, duals=tuple(duals))
        apart = apart or target
    # Without an exact answer there is no reason to take two levels for one.
    return replace(apart or target, duals=tuple(duals))


def _solve_levels(
    relaxation: Relaxation, level: Floats, order: Sequence[Ints], merge: float, noise: float,
    highest: float | None,
) -> Target:
    """Return the target with levels nearer than `merge` (relative) taken as one."""
    problem = relaxation.problem
    groups: list[list[int]] = []
    values: list[float] = []
    for types in order:
        for t in types:
            if values and abs(level[t] - values[-1]) <= merge * values[-1]:
                groups[-1].append(int(t))
            else:
                groups.append([int(t)])
                values.append(float(level[t]))
    level_of = np.zeros(problem.types, dtype=np.int64)
    for at, members in enumerate(groups):
        level_of[members] = at
    seats = problem.people * level
    inside = np.zeros((problem.types, len(groups)))
    inside[np.arange(problem.types), level_of] = problem.people
    used = relaxation.rows.times_each(inside)  # whole numbers, or dyadic in a cut: exact in floats
    activity = relaxation.rows.times(seats)
    equations: list[tuple[float, ...]] = []  # coefficients, and what they add up to
    equal = relaxation.lower == relaxation.upper  # tight whatever noise there is
    tight = _TIGHT if highest is None else _UNDER * _TIGHT
    for bound in (relaxation.lower, relaxation.upper):
        near = np.abs(activity - bound) < tight * np.maximum(1, np.abs(bound))
        rows = np.flatnonzero(near | equal)
        equations += map(tuple, np.column_stack([used[rows], bound[rows]]).tolist())
    for t in np.flatnonzero(np.abs(seats - relaxation.limit) < _TIGHT):
        one = [0.0] * len(groups)
        one[level_of[t]] = float(problem.people[t])
        equations.append((*one, float(relaxation.limit[t])))
    if highest is not None:
        for group in set(level_of[problem.people * highest - seats < tight].tolist()):
            equations.append((*(float(at == group) for at in range(len(groups))), highest))
    for group in set(level_of[(seats < _TIGHT) & ~relaxation.barred].tolist()):  # nobody has less
        equations.append((*(float(at == group) for at in range(len(groups))), 0.0))
    solved = _gauss(dict.fromkeys(equations), len(groups))
    if solved is not None and _within(
        relaxation, used, level_of, solved, values, noise
    ):
        merged = sorted(set(solved))
        where = np.array([merged.index(value) for value in solved])
        level_of = where[level_of]
        exact_seats = np.array(
            [float(int(p) * merged[g]) for p, g in zip(problem.people, level_of, strict=True)]
        )
        return Target(level_of, tuple(merged), True, exact_seats)
    return Target(level_of, tuple(Fraction(value) for value in values), False, seats)


def _gauss(equations: Iterable[tuple[float, ...]], unknowns: int) -> list[Fraction] | None:
    """Return the one solution of the equations, None when they leave an unknown open.

    Elimination in whole numbers: a row may be multiplied by anything, which spares fractions. An
    equation that contradicts those before it was not tight after all and is passed over; the caller
    checks the solution against every rule.
    """
    pivots: dict[int, list[int]] = {}
    for equation in equations:
        row = _whole(equation)
        for at, pivot in pivots.items():
            row = _without(row, pivot, at)
        lead = next((at for at in range(unknowns) if row[at]), None)
        if lead is None:
            continue
        pivots = {at: _without(pivot, row, lead) for at, pivot in pivots.items()}
        pivots[lead] = row
        if len(pivots) == unknowns:
            return [Fraction(pivots[at][-1], pivots[at][at]) for at in range(unknowns)]
    return None


def _whole(row: Sequence[float]) -> list[int]:
    """Return the row times the common denominator of its numbers, which are dyadic."""
    ratios = [value.as_integer_ratio() for value in row]
    common = max(below for _, below in ratios)
    return [above * (common // below) for above, below in ratios]


def _without(row: list[int], pivot: list[int], at: int) -> list[int]:
    """Return the row with the unknown `at` eliminated, in lowest terms."""
    if not row[at]:
        return row
    common = math.gcd(row[at], pivot[at])
    keep, take = pivot[at] // common, row[at] // common
    row = [keep * a - take * b for a, b in zip(row, pivot, strict=True)]
    shared = math.gcd(*row)
    return [a // shared for a in row] if shared > 1 else row


def _within(
    relaxation: Relaxation, used: Floats, level_of: Ints, solved: Sequence[Fraction],
    values: Sequence[float], noise: float,
) -> bool:
    """Return whether the exact levels keep every rule and are those that the LPs found."""
    if any(abs(float(a) - b) > noise * max(b, 1e-3) for a, b in zip(solved, values, strict=True)):
        return False
    # Far from its bounds a row holds whatever the last digits are: exact counting is for the rest.
    about = used @ np.array([float(value) for value in solved])
    slack = np.minimum(about - relaxation.lower, relaxation.upper - about)
    near = np.flatnonzero(slack < _TIGHT * np.maximum(1.0, np.abs(about)))
    for row, low, high in zip(
        used[near].tolist(), relaxation.lower[near], relaxation.upper[near], strict=True
    ):
        total = sum(
            (Fraction(c) * value for c, value in zip(row, solved, strict=True)), Fraction(0)
        )
        if (low > -INF and total < Fraction(low)) or total > Fraction(high):
            return False
    people = relaxation.problem.people
    return all(
        int(people[t]) * solved[g] <= int(relaxation.limit[t]) for t, g in enumerate(level_of)
    ) and min(solved) >= 0
