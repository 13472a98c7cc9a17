"""The relaxation R of the set of panels, and leximin over it: chances first, panels second.

R is all ``0 ≤ x ≤ limit`` that keep the rows of the `Problem` and the cuts found so far; the
hull Q of all panels lies inside, so whatever is optimal over R bounds what any lottery can do.
Comes from `sortition.engine.problem`; `sortition.engine.realise` looks for panels whose mixture is
the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.engine.rows import Rows
from sortition.engine.solver import INF, Model, Status

__all__ = ["Cut", "Dual", "LevelModel", "Relaxation", "Target", "leximin", "leximin_of", "polish"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HAIR = 1e-10  # of a fixed level, or of k/n: how much lower it is held, so that noise has room
_WIDEST_HAIR = 1e-5
_MERGES = (0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)  # how near levels are that may be one
_NOISE = 1e-5  # of a level: what the LPs may have found it to be besides its exact value
_TIGHT = 1e-6  # seats: an LP's row activity nearer than this to its bound counts as on it


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A valid inequality ``weights @ x ≤ most`` for every panel x, proven by an integer program."""

    weights: Ints
    most: int

    @property
    def bits(self) -> int:
        """How many bits the largest weight has; the LP sees the weights over two to this power."""
        return int(np.abs(self.weights).max()).bit_length()


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """The problem's rows, household rows and cuts as one system ``lower ≤ A x ≤ upper``.

    Parameters
    ----------
    problem
        The rules.
    barred
        ``(t,)`` True for types that no panel can hold.
    cuts
        Valid inequalities found so far.
    """

    problem: Problem
    barred: NDArray[np.bool_]
    cuts: tuple[Cut, ...] = ()
    rows: Rows = field(init=False)
    lower: Floats = field(init=False)
    upper: Floats = field(init=False)
    limit: Floats = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        # Household patterns of one type are already kept by that type's limit.
        shared = np.flatnonzero(np.bincount(problem.pattern, minlength=len(problem.capacity)) > 1)
        # Scaled by powers of two, which loses no bit, so that all rows are of one magnitude.
        scales = [2.0**-cut.bits for cut in self.cuts]
        cuts = np.zeros((len(self.cuts), problem.types))
        for at, (cut, scale) in enumerate(zip(self.cuts, scales, strict=True)):
            cuts[at] = cut.weights * scale
        most = [cut.most * scale for cut, scale in zip(self.cuts, scales, strict=True)]
        rows = Rows(problem.rows.astype(np.float64), problem.pattern, shared, cuts)
        object.__setattr__(self, "rows", rows)
        values = {
            "lower": np.concatenate([problem.lower, np.full(len(shared) + len(most), -INF)]),
            "upper": np.concatenate([problem.upper, problem.capacity[shared], most]),
            "limit": np.where(self.barred, 0.0, problem.limit),
        }
        for name, value in values.items():
            value.setflags(write=False)
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, problem: Problem) -> Relaxation:
        """Return the relaxation without cuts."""
        return cls(problem, np.zeros(problem.types, dtype=bool))

    def model(self, *, integer: bool = False) -> Model:
        """Return a fresh model of the relaxation, or of its integer points."""
        zero = np.zeros(self.problem.types)
        own = self.rows.triplets()
        return Model(own, self.lower, self.upper, zero, self.limit, integer=integer)


@dataclass(frozen=True, slots=True, eq=False)
class Dual:
    """The multipliers behind one level: why the free types cannot all have more.

    Parameters
    ----------
    rows
        ``(m,)`` what one seat more in the upper bound of a row would add to the level; negative
        where the lower bound holds.
    price
        ``(t,)`` what the level loses when a type must have one seat more.
    stuck
        Positions of the types that the level fixes.
    """

    rows: Floats
    price: Floats
    stuck: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Chances to aim at: the leximin of the relaxation, level by level.

    Parameters
    ----------
    level_of
        ``(t,)`` position of each type's level in `levels`.
    levels
        The distinct chances, rising; exact rationals when `exact`.
    exact
        Whether the levels solve the tight rules exactly (else they carry the solver's noise).
    seats
        ``(t,)`` expected seats ``people × level``.
    duals
        What proves the levels, in the order they were found.
    """

    level_of: Ints
    levels: tuple[Fraction, ...]
    exact: bool
    seats: Floats
    duals: tuple[Dual, ...] = ()

    @property
    def chance(self) -> Floats:
        """``(t,)`` chance of each type."""
        return np.array([float(level) for level in self.levels])[self.level_of]


class LevelModel:
    """One persistent LP: the largest z that all free types can have as their chance.

    Chances are written as level plus slack, ``x_t = base_t + grow_t · z + s_t`` with ``s_t ≥ 0`` a
    column bound, so that the LP keeps only the rows of the rules.
    """

    def __init__(self, relaxation: Relaxation, ceiling: Floats | None = None) -> None:
        self.relaxation = relaxation
        self.limit = relaxation.limit if ceiling is None else np.minimum(relaxation.limit, ceiling)
        self._types = relaxation.problem.types
        own = relaxation.rows.triplets()
        self._model = Model(  # one column more, for z
            own._replace(shape=(len(relaxation.rows), self._types + 1)), relaxation.lower,
            relaxation.upper, np.zeros(self._types + 1), np.append(self.limit, 1.0),
        )
        self._model.set_cost(np.append(np.zeros(self._types), 1.0))
        self._capped: list[int] = []  # types whose limit is a row, because it was violated once

    def solve(self, base: Floats, free: NDArray[np.bool_]) -> tuple[float, Floats, Floats] | None:
        """Return z, what it loses per seat that a type must have more, and the rows' duals.

        Parameters
        ----------
        base
            ``(t,)`` seats of the types on lower levels, which keep at least these; 0 elsewhere.
        free
            ``(t,)`` whose chance z is.

        Returns
        -------
        z, price, rows
            ``people · price (t,)`` adds up to one over the free types, unless z sits on the bound
            that no chance exceeds its type's limit. None when no point keeps the rules.
        """
        rules, count = self.relaxation, self._types
        people = rules.problem.people.astype(np.float64)
        grow = np.where(free, people, 0.0)
        moved, raised = rules.rows.times(base), rules.rows.times(grow)
        highest = float((self.limit[free] / people[free]).min())
        while True:
            caps = np.array(self._capped, dtype=np.int64)
            self._model.set_row_bounds(
                np.concatenate([rules.lower - moved, np.full(len(caps), -INF)]),
                np.concatenate([rules.upper - moved, self.limit[caps] - base[caps]]),
            )
            self._model.set_column(count, np.concatenate([raised, grow[caps]]))
            self._model.set_bounds(
                np.zeros(count + 1),
                np.append(np.maximum(self.limit - base, 0.0), max(highest, 0.0)),
            )
            solution = self._model.solve()
            if solution.status is not Status.OPTIMAL:
                return None
            z = max(float(solution.x[count]), 0.0)
            x = base + grow * z + solution.x[:count]
            over = np.flatnonzero(free & (x > self.limit + _TIGHT))
            if not len(over):
                price = np.maximum(-solution.col_dual[:count], 0.0)
                return z, price, solution.row_dual[: len(rules.rows)]
            rows = np.zeros((len(over), count + 1))
            rows[np.arange(len(over)), over] = 1.0
            self._model.add_rows(rows, np.full(len(over), -INF), self.limit[over])
            self._capped += over.tolist()


def leximin(
    relaxation: Relaxation,
    *,
    ceiling: Floats | None = None,
    check: Callable[[], None] = lambda: None,
) -> Target | None:
    """Return the leximin-optimal chances over the relaxation, or None when it is empty.

    Maximise the smallest chance z of the free types; whoever has a positive dual stays at z in
    every optimum and is fixed there, a hair lower; repeat.

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
    level = np.where(relaxation.barred, 0.0, np.nan)
    order: list[Ints] = [np.flatnonzero(relaxation.barred)]
    duals: list[Dual] = []
    for z, stuck, dual in _levels(relaxation, ceiling, check):
        level[stuck] = z
        order.append(stuck)
        duals += [dual] if dual is not None else []
    if np.isnan(level).any():
        return None
    # Under a ceiling the levels carry its hair, which the exact ones need not share.
    noise = _NOISE if ceiling is None else 10 * _NOISE
    return polish(relaxation, level, order, duals, noise)


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
    relaxation: Relaxation, ceiling: Floats | None, check: Callable[[], None]
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
            stuck = free & (people * price > 1e-6)
            if z >= chance_limit[free].min() - 1e-12:
                stuck |= free & (chance_limit <= z + 1e-12)
            if not stuck.any():  # every dual drowned in noise: the largest one decides
                stuck = free & (price >= price[free].max())
            dual = Dual(rows, price, np.flatnonzero(stuck))
        level[stuck] = z
        begun = True
        yield z, np.flatnonzero(stuck), dual


def polish(
    relaxation: Relaxation,
    level: Floats,
    order: Sequence[Ints],
    duals: Sequence[Dual],
    noise: float = _NOISE,
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
    """
    for merge in _MERGES:  # ties usually come out equal by themselves; else they are merged
        target = _solve_levels(relaxation, level, order, merge, noise)
        if target.exact:
            break
    return replace(target, duals=tuple(duals))


def _solve_levels(
    relaxation: Relaxation, level: Floats, order: Sequence[Ints], merge: float, noise: float
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
    equations: list[tuple[list[float], float]] = []
    inside = np.zeros((problem.types, len(groups)))
    inside[np.arange(problem.types), level_of] = problem.people
    used = relaxation.rows.times_each(inside)  # whole numbers, or dyadic in a cut: exact in floats
    activity = relaxation.rows.times(seats)
    for bound in (relaxation.lower, relaxation.upper):
        for row in np.flatnonzero(np.abs(activity - bound) < _TIGHT * np.maximum(1, np.abs(bound))):
            equations.append((used[row].tolist(), float(bound[row])))
    for t in np.flatnonzero(np.abs(seats - relaxation.limit) < _TIGHT):
        one = [0.0] * len(groups)
        one[level_of[t]] = float(problem.people[t])
        equations.append((one, float(relaxation.limit[t])))
    for group in set(level_of[(seats < _TIGHT) & ~relaxation.barred].tolist()):  # nobody has less
        equations.append(([float(at == group) for at in range(len(groups))], 0.0))
    solved = _gauss(equations, len(groups))
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


def _gauss(equations: Sequence[tuple[list[float], float]], unknowns: int) -> list[Fraction] | None:
    """Return the one solution of the equations, None when they leave an unknown open.

    An equation that contradicts those before it was not tight after all and is passed over; the
    caller checks the solution against every rule.
    """
    pivots: dict[int, list[Fraction]] = {}
    for coefficients, right in equations:
        row = [Fraction(c) for c in coefficients] + [Fraction(right)]
        for at, pivot in pivots.items():
            if row[at]:
                factor = row[at]
                row = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        lead = next((at for at in range(unknowns) if row[at]), None)
        if lead is None:
            continue
        row = [a / row[lead] for a in row]
        for at, pivot in pivots.items():
            if pivot[lead]:
                factor = pivot[lead]
                pivots[at] = [a - factor * b for a, b in zip(pivot, row, strict=True)]
        pivots[lead] = row
        if len(pivots) == unknowns:
            return [pivots[at][-1] for at in range(unknowns)]
    return None


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
