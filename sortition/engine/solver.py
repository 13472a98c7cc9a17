"""The only module that talks to HiGHS: one persistent model on arrays, solved many times.

A `Model` maximises ``cost @ x`` under row and column bounds, as an LP or, when asked, as an
integer program. An answer is a value with a status; nothing here decides what it means.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, NamedTuple

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sortition.errors import SolverError

__all__ = ["Model", "Solution", "Status", "Triplets", "solver_version"]

Floats = NDArray[np.float64]
INF = highspy.kHighsInf
# Enumeration: with it HiGHS 1.15.1 calls integer programs of 16 columns impossible that have 29
# solutions, and takes others to be best that are not. Its presolve has erred before, so that no
# "infeasible" is believed with presolve.
_WRONG_PRESOLVE = 1 << 16
_SMALLER = -10  # power of two: with costs near 1e6 the ratio test of the dual simplex can fail


class Triplets(NamedTuple):
    """The entries of a matrix that are not zero, row by row."""

    shape: tuple[int, int]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: Floats


class Status(enum.Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    TIME_LIMIT = "time limit"


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer of one solve.

    Parameters
    ----------
    status
        How it ended; without `Status.OPTIMAL` the arrays may be empty.
    x
        Column values.
    value
        ``cost @ x``.
    bound
        For an integer program the proven upper bound on `value`; else `value`.
    row_dual, col_dual
        Of an LP: how much `value` rises per unit of the row's bound, and per unit of the column's.
    """

    status: Status
    x: Floats
    value: float
    bound: float
    row_dual: Floats
    col_dual: Floats


class Model:
    """Maximise ``cost @ x`` subject to ``row_lower ≤ A x ≤ row_upper``, ``lower ≤ x ≤ upper``.

    Parameters
    ----------
    matrix
        ``(m, c)`` coefficients, dense or as `Triplets`; stored sparse.
    row_lower, row_upper
        ``(m,)``.
    lower, upper
        ``(c,)``.
    integer
        Whether every column is integer.
    """

    def __init__(
        self,
        matrix: NDArray[Any] | Triplets,
        row_lower: ArrayLike,
        row_upper: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        *,
        integer: bool = False,
    ) -> None:
        rows, columns = matrix.shape
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs are partial
        highs = self._highs
        highs.silent()
        # One thread, one seed: the same input gives the same pivots everywhere.
        for option, value in (
            ("threads", 1), ("random_seed", 0), ("presolve", "on" if integer else "off"),
            ("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9),
            ("mip_feasibility_tolerance", 1e-9), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0),
            ("presolve_rule_off", _WRONG_PRESOLVE),
        ):
            highs.setOptionValue(option, value)
        empty = np.zeros(0)
        highs.addCols(
            columns, np.zeros(columns), _floats(lower), _floats(upper), 0,
            np.zeros(columns, np.int32), np.zeros(0, np.int32), empty,
        )
        highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._all = np.arange(columns, dtype=np.int32)
        self.add_rows(matrix, row_lower, row_upper)
        self._rows = np.arange(rows, dtype=np.int32)
        if integer:
            kind = np.full(columns, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
            highs.changeColsIntegrality(columns, self._all, kind)
        self._integer = integer
        self._set: dict[int, Floats] = {}  # columns that were blank and replaced since

    def add_rows(
        self, matrix: NDArray[Any] | Triplets, lower: ArrayLike, upper: ArrayLike
    ) -> None:
        """Append the ``(m, c)`` rows."""
        entries = matrix if isinstance(matrix, Triplets) else _triplets(matrix)
        count = entries.shape[0]
        starts = np.searchsorted(entries.row, np.arange(count)).astype(np.int32)
        self._highs.addRows(
            count, _floats(lower), _floats(upper), len(entries.value), starts,
            entries.column.astype(np.int32), _floats(entries.value),
        )
        self._rows = np.arange(self._highs.getNumRow(), dtype=np.int32)

    def add_columns(
        self, matrix: NDArray[Any], cost: ArrayLike, lower: ArrayLike, upper: ArrayLike
    ) -> None:
        """Append columns, given as the ``(m, c)`` block of the matrix."""
        at_column, at_row = np.nonzero(matrix.T)
        count = matrix.shape[1]
        starts = np.searchsorted(at_column, np.arange(count)).astype(np.int32)
        values = _floats(matrix[at_row, at_column])
        self._highs.addCols(
            count, _floats(cost), _floats(lower), _floats(upper), len(values), starts,
            at_row.astype(np.int32), values,
        )
        self._all = np.arange(self._highs.getNumCol(), dtype=np.int32)

    def set_cost(self, cost: ArrayLike) -> None:
        """Replace the whole cost vector."""
        self._highs.changeColsCost(len(self._all), self._all, _floats(cost))

    def set_bounds(self, lower: ArrayLike, upper: ArrayLike) -> None:
        """Replace the bounds of every column."""
        self._highs.changeColsBounds(len(self._all), self._all, _floats(lower), _floats(upper))

    def set_row_bounds(self, lower: ArrayLike, upper: ArrayLike) -> None:
        """Replace the bounds of every row."""
        self._highs.changeRowsBounds(len(self._rows), self._rows, _floats(lower), _floats(upper))

    def set_column(self, column: int, coefficients: Floats) -> None:
        """Replace the coefficients of one column in every row."""
        before = np.zeros(len(coefficients))
        known = self._set.get(column, before)
        before[: len(known)] = known
        for row in np.flatnonzero(coefficients != before):
            self._highs.changeCoeff(row, column, float(coefficients[row]))
        self._set[column] = coefficients.copy()

    def set_option(self, option: str, value: float | str) -> None:
        """Set an option of HiGHS by its own name."""
        self._highs.setOptionValue(option, value)

    def start_from(self, x: NDArray[Any]) -> None:
        """Offer a feasible point to an integer program."""
        self._highs.setSolution(len(x), self._all, _floats(x))

    def solve(self, seconds: float = INF) -> Solution:
        """Solve, within `seconds` when given.

        Raises
        ------
        SolverError
            If HiGHS ends without an answer, after a second try from nothing.
        """
        highs = self._highs
        # The clock of HiGHS runs on over all solves of one model.
        highs.setOptionValue("time_limit", highs.getRunTime() + max(float(seconds), 0.0))
        highs.run()
        status = _STATUS.get(highs.getModelStatus())
        if status is None:  # numerical trouble: once more from nothing, with smaller costs
            highs.clearSolver()
            highs.setOptionValue("user_objective_scale", _SMALLER)
            highs.run()
            highs.setOptionValue("user_objective_scale", 0)
            status = _STATUS.get(highs.getModelStatus())
        if self._integer and status is Status.INFEASIBLE:
            highs.setOptionValue("presolve", "off")
            highs.clearSolver()
            highs.run()
            highs.setOptionValue("presolve", "on")
            status = _STATUS.get(highs.getModelStatus())
        if status is None:
            raise SolverError("solver-failed", status=str(highs.getModelStatus()))
        solution = highs.getSolution()
        value = highs.getInfo().objective_function_value
        if self._integer:
            bound = highs.getInfo().mip_dual_bound
            none = np.zeros(0)
            x = _floats(solution.col_value) if solution.value_valid else none
            return Solution(status, x, value, bound, none, none)
        return Solution(
            status, _floats(solution.col_value), value, value,
            _floats(solution.row_dual), _floats(solution.col_dual),
        )


_S = highspy.HighsModelStatus
_STATUS = {
    _S.kOptimal: Status.OPTIMAL,
    _S.kInfeasible: Status.INFEASIBLE,
    _S.kUnboundedOrInfeasible: Status.INFEASIBLE,
    _S.kTimeLimit: Status.TIME_LIMIT,
    _S.kInterrupt: Status.TIME_LIMIT,
    _S.kSolutionLimit: Status.TIME_LIMIT,
    _S.kObjectiveTarget: Status.OPTIMAL,
    _S.kObjectiveBound: Status.OPTIMAL,
}


def _triplets(matrix: NDArray[Any]) -> Triplets:
    rows, columns = np.nonzero(matrix)
    shape = (matrix.shape[0], matrix.shape[1])
    return Triplets(shape, rows, columns, _floats(matrix[rows, columns]))


def _floats(values: ArrayLike) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)


def solver_version() -> str:
    """Return the name and version of the solver, for the record."""
    return f"HiGHS {highspy.Highs().version()}"  # type: ignore[no-untyped-call]  # as above
