"""The relaxation R of the set of panels, and chances over it: chances first, panels second.

R is all ``0 ≤ x ≤ limit`` that keep the rows of the `Problem` and the cuts found so far; the
hull Q of all panels lies inside, so whatever is optimal over R bounds what any lottery can do.
Comes from `sortition.engine.problem`; `sortition.engine.leximin` finds the target there, and
`sortition.engine.realise` looks for panels whose mixture is it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.engine.rows import Rows
from sortition.engine.solver import INF, Model, Status

__all__ = ["Cut", "Dual", "LevelModel", "Relaxation", "Target"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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
    level
        The level, where it is not that of these types: people who have one of several seats.
    """

    rows: Floats
    price: Floats
    stuck: Ints
    level: Fraction | None = None


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
    rows
        ``(m,)`` multipliers of the rules behind the value, for objectives other than leximin and
        maximin; negative where a lower bound holds.
    """

    level_of: Ints
    levels: tuple[Fraction, ...]
    exact: bool
    seats: Floats
    duals: tuple[Dual, ...] = ()
    rows: Floats | None = None

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
