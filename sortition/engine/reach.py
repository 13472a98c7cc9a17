"""Who can be on a panel at all, and which rules leave no room for the others.

Called by `sortition.engine.search` when the relaxation promises chances that no mixture was found
for: often because it gives seats to people whom no panel can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Clock, OutOfTimeError
from sortition.engine.distribution import Unselectable
from sortition.engine.panels import PanelFinder, infeasible
from sortition.engine.proof import exclusion
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import Status
from sortition.errors import SolverError

__all__ = ["Reach"]

Ints = NDArray[np.int64]

_SHORT = 1e-6  # seats: a type that cannot have one by more than this can have none
_BINDING = 1e-7  # a multiplier above this names a rule


class Reach:
    """What was found out about people on no panel.

    Attributes
    ----------
    excluded : list
        The parts of the proof that show by arithmetic that no panel holds a type.
    """

    def __init__(self) -> None:
        self._reasons: dict[int, tuple[str, ...]] = {}  # by type, the rules in words
        self.excluded: list[dict[str, Any]] = []

    def bar(self, relaxation: Relaxation, known: list[Ints], clock: Clock) -> Relaxation:
        """Return the relaxation with everyone barred whom no panel holds.

        Parameters
        ----------
        relaxation
            The rules and cuts; the same object is returned when there is nobody to bar.
        known
            ``(t,)`` panels known so far, to which those found on the way are added.
        clock
            May unwind the search.

        Raises
        ------
        InfeasibleError
            If there is no panel at all.
        """
        problem = relaxation.problem
        covered = np.zeros(problem.types, dtype=bool)
        for panel in known:
            covered |= panel > 0
        finder = PanelFinder(relaxation)
        finder.found = known
        barred = relaxation.barred.copy()
        for t in np.flatnonzero(~covered & ~barred):
            clock.tick("reach")
            if covered[t]:
                continue
            one = np.zeros(problem.types)
            one[t] = 1.0
            most = finder.relax(one)
            if most.status is not Status.OPTIMAL:
                raise infeasible(problem)
            if most.value < 1 - _SHORT:
                self._reasons[int(t)] = _rules(relaxation, most.row_dual)
                self.excluded.append(exclusion(relaxation, int(t), most.row_dual))
                barred[t] = True
                continue
            found = finder.find(one)
            holding = found if found is not None and found[t] > 0 else _hold(relaxation, t, clock)
            if holding is None:
                self._reasons[int(t)] = ()
                barred[t] = True
            else:
                known.append(holding)
                covered |= holding > 0
        if (barred == relaxation.barred).all():
            return relaxation
        if barred.all():
            raise infeasible(problem)
        return replace(relaxation, barred=barred)

    def name_zeros(self, relaxation: Relaxation, seats: NDArray[np.float64]) -> None:
        """Name the rules behind a chance of zero that the relaxation itself showed.

        Parameters
        ----------
        relaxation
            The rules.
        seats
            ``(t,)`` expected seats of each type.
        """
        finder = PanelFinder(relaxation)
        asked = (seats <= 0) & self.able(len(seats))
        while asked.any():  # whoever can have a seat: the objective chose it, no rule is to blame
            free = asked & (finder.relax(asked.astype(np.float64)).x >= 1 - _SHORT)
            if not free.any():
                break
            asked &= ~free
        for t in np.flatnonzero(asked):
            one = np.zeros(relaxation.problem.types)
            one[t] = 1.0
            most = finder.relax(one)
            if most.status is Status.OPTIMAL and most.value < 1 - _SHORT:
                self._reasons[int(t)] = _rules(relaxation, most.row_dual)

    def able(self, types: int) -> NDArray[np.bool_]:
        """Return ``(t,)`` who was not found to be on no panel."""
        able = np.ones(types, dtype=bool)
        able[list(self._reasons)] = False
        return able

    def unselectable(self, relaxation: Relaxation) -> tuple[Unselectable, ...]:
        """Return who is on no panel, by the reason."""
        problem = relaxation.problem
        by_reason: dict[tuple[tuple[str, ...], bool], list[str]] = {}
        for own, t in zip(problem.ids, problem.type_of, strict=True):
            if int(t) in self._reasons:
                reason = self._reasons[int(t)], bool(relaxation.barred[t])
                by_reason.setdefault(reason, []).append(own)
        return tuple(Unselectable(tuple(ids), *reason) for reason, ids in sorted(by_reason.items()))


def _hold(relaxation: Relaxation, t: np.intp, clock: Clock) -> Ints | None:
    """Return a panel with type t, by integer program; None proves that there is none."""
    problem = relaxation.problem
    model = relaxation.model(integer=True)
    low = np.zeros(problem.types)
    low[t] = 1.0
    model.set_bounds(low, relaxation.limit)
    solution = model.solve(max(clock.left(), 0.0))
    if solution.status is Status.INFEASIBLE:
        return None
    if not len(solution.x):
        raise OutOfTimeError
    panel = np.rint(solution.x).astype(np.int64)
    if not problem.admits(panel):  # which says nothing of whether there is another
        raise SolverError("solver-failed", status="a panel that breaks the rules")
    return panel


def _rules(relaxation: Relaxation, dual: Sequence[float] | NDArray[np.float64]) -> tuple[str, ...]:
    """Return the binding rules in words; households and the size have codes of their own."""
    names = relaxation.problem.names
    rows = np.flatnonzero(np.abs(dual) > _BINDING)
    plain = [names[r] for r in rows if 0 < r < len(names)]
    return tuple(plain + (["(household)"] if (rows >= len(names)).any() else []))
