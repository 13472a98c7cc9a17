"""Leximin over the hull of all panels, level by level, for when it is smaller than the relaxation.

Called by `sortition.engine.search` when the relaxation's target has no mixture. Inner side: a
master LP over real panels, so that every level reached is reached by a lottery. Outer side: the
relaxation with cuts, each proven by one integer program. A level is done when the two meet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.leximin import polish
from sortition.engine.panels import PRICE_BITS, PRICE_SCALE, PanelFinder, climb, exact_panel
from sortition.engine.persons import lifted, lowered, spread_over_seats
from sortition.engine.relaxation import Cut, Dual, LevelModel, Relaxation, Target
from sortition.engine.solver import INF, Model, Status
from sortition.errors import SolverError

__all__ = ["Climb", "LevelClimb"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_RELATIVE = 1e-9  # of the level: nearer than this, inner and outer value have met
_LOST = 1e-10  # of the level: what its bound may lose where an integer program ends early
_LATE = 0.5  # seconds spent after time ran out to say how far others could be from their best
_ALL = 10**9  # more levels than there can be
_SIMPLE = 10**6  # largest denominator of a level that is shown as a simple fraction


@dataclass(frozen=True, slots=True, eq=False)
class Climb:
    """How far the levels were climbed.

    Parameters
    ----------
    panels, weights
        ``(p, t)``, ``(p,)`` the mixture that reaches the levels.
    proven
        How many levels are proven, and whether that is all of them.
    done
        Whether every level asked for is proven.
    value, bound
        What the mixture reaches at the first level not proven, and the upper bound there; of the
        first level when all are proven.
    gap
        The largest distance left between both sides of a proven level.
    floor
        ``(u,)`` proven chance of each unit on a proven level; nan elsewhere.
    relaxation
        With the cuts that were found.
    """

    panels: Ints
    weights: Floats
    proven: int
    done: bool
    value: float
    bound: float
    gap: float
    floor: Floats
    relaxation: Relaxation


class LevelClimb:
    """The climb, kept as an object so that what was reached survives a time limit.

    Levels are of units: the types, or the kinds of people whose seats the types are.

    Parameters
    ----------
    relaxation
        The rules, with whoever no panel can hold barred.
    panels
        ``(p, t)`` panels known so far, at least one.
    only_first
        Whether the smallest chance is all that is asked for (maximin).
    among
        ``(t,)`` the types whose chances are raised; everybody not barred when None.
    """

    def __init__(
        self,
        relaxation: Relaxation,
        panels: Ints,
        *,
        only_first: bool = False,
        among: NDArray[np.bool_] | None = None,
    ) -> None:
        self.relaxation = relaxation
        self.problem = relaxation.problem
        self.only_first = only_first
        problem = self.problem
        owned = problem.owner is not None and problem.owners is not None
        self.unit = problem.owner if problem.owner is not None else np.arange(problem.types)
        people = problem.owners if problem.owners is not None else problem.people
        self.owned, self.units, self.people = owned, len(people), people.astype(np.float64)
        able = self._any(~relaxation.barred)
        self.free = able if among is None else able & self._any(among)
        self.base = np.zeros(self.units)  # seats that units on proven levels keep
        self.floor = np.where(able, np.nan, 0.0)
        self.limit = problem.owners * able if problem.owners is not None else relaxation.limit
        self.proven = 0
        self.first = (0.0, INF)
        self.gap = 0.0  # the largest distance left between the two sides of a proven level
        self.panels = np.unique(panels, axis=0)
        self._known = {panel.tobytes() for panel in self.panels}
        self._finder = PanelFinder(relaxation)
        self._outer = self._new_outer()
        self._master = self._new_master()
        self._solve_master()
        self.bound = 1.0
        self._blame = np.zeros(self.units)  # prices behind the bound, valid for all panels
        self._behind = np.zeros(len(relaxation.rows))  # and the multipliers of the rules
        self._duals: list[Dual] = []
        self._order: list[Ints] = [np.flatnonzero(~able)]
        self.bound = min(self.bound, self._outer_level())
        self.first = (self.value, self.bound)

    # -- types and units ---------------------------------------------------------------------

    def _any(self, types: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return ``(u,)`` which units have any of these types."""
        return np.asarray(np.bincount(self.unit, types, self.units) > 0)

    def _seats(self, panels: Ints) -> Ints:
        """Return ``(p, u)`` how many seats of each unit the ``(p, t)`` panels fill."""
        if not self.owned:
            return panels
        seats = np.zeros((self.units, len(panels)), dtype=panels.dtype)
        np.add.at(seats, self.unit, panels.T)
        return seats.T

    def _new_outer(self) -> LevelModel:
        """Return the model of the outer side, with a column for each unit behind the types."""
        return LevelModel(lifted(self.relaxation) if self.owned else self.relaxation)

    def _wide(self, units: NDArray[Any]) -> NDArray[Any]:
        """Return values of units as the outer model has them."""
        if not self.owned:
            return units
        return np.concatenate([np.zeros(self.problem.types, dtype=units.dtype), units])

    # -- the two sides -----------------------------------------------------------------------

    def _new_master(self) -> Model:
        """Return the model: max z, Σ w b_t − people_t z ≥ 0 for free t, ≥ base_t else, Σ w = 1."""
        types, count = self.units, len(self.panels)
        matrix = np.zeros((types + 1, count + 1))
        matrix[:types, 1:] = self._seats(self.panels).T
        matrix[types, 1:] = 1.0
        model = Model(
            matrix, np.zeros(types + 1), np.full(types + 1, INF),
            np.zeros(count + 1), np.append(1.0, np.full(count, INF)),
        )
        model.set_option("simplex_strategy", 4)  # primal: panels are added, bounds stay
        self._cost = np.append(1.0, np.zeros(count))
        model.set_cost(self._cost)
        return model

    def _solve_master(self, tries: int = 100) -> None:
        """Set value, weights and prices from the master LP at the present level."""
        if not tries:
            raise SolverError("solver-failed", status="the levels reached cannot be kept")
        types = self.units
        self._master.set_row_bounds(
            np.append(np.where(self.free, 0.0, self.base), 1.0),
            np.append(np.full(types, INF), 1.0),
        )
        self._master.set_column(0, np.append(-self.people * self.free, 0.0))
        solution = self._master.solve()
        if solution.status is not Status.OPTIMAL:
            # Noise of the last level: give way by a hair, below anything reported.
            self.base = self.base * (1 - 1e-9)
            self._solve_master(tries - 1)
            return
        weights = np.maximum(solution.x[1:], 0.0)
        self.weights = weights / weights.sum()
        self.prices = np.maximum(-solution.row_dual[:types], 0.0)
        served = self.weights @ self._seats(self.panels)
        self.value = float((served[self.free] / self.people[self.free]).min())

    def _add(self, panels: list[Ints]) -> bool:
        """Add those panels that are new; return whether any was."""
        fresh = []
        for panel in panels:
            if panel.tobytes() not in self._known:
                self._known.add(panel.tobytes())
                fresh.append(panel)
        if not fresh:
            return False
        seats = self._seats(np.array(fresh)).astype(np.float64)
        block = np.vstack([seats.T, np.ones(len(fresh))])
        self._master.add_columns(block, np.zeros(len(fresh)), np.zeros(len(fresh)),
                                 np.full(len(fresh), INF))
        self.panels = np.vstack([self.panels, fresh])
        return True

    def _outer_level(self) -> float:
        """Return the largest z for which the relaxation has ``x ≥ people z`` on the free types."""
        fixed = np.where(self.free, 0.0, self.base * (1 - 1e-9))
        answer = self._outer.solve(self._wide(fixed), self._wide(self.free))
        if answer is None:  # noise of the fixed levels: nothing is learnt, so nothing is claimed
            return self.bound
        if answer[0] <= self.bound:
            self._blame, self._behind = answer[1:]
            if self.owned:
                own = lowered(self.problem, Dual(self._behind, self._blame, np.zeros(0, np.int64)))
                self._blame, self._behind = self._blame[self.problem.types :], own.rows
        return answer[0]

    # -- climbing ----------------------------------------------------------------------------

    def run(
        self, check: Callable[[float, float], None], remaining: Callable[[], float],
        levels: int = _ALL,
    ) -> Climb:
        """Climb until so many levels are proven; `state` holds what was reached if `check` raises.

        Parameters
        ----------
        check
            Called between steps with the gap of the level at hand, and the share of the types
            whose chance is settled.
        remaining
            Seconds left for an integer program.
        levels
            How many in all, all there are by default.
        """
        levels = 1 if self.only_first else levels
        while self.free.any() and self.proven < levels:
            if self.proven:
                self._solve_master()
                self.bound = 1.0
                self.bound = min(self.bound, self._outer_level())
            self._level(check, remaining)
            self._fix()
            if self.proven == 1:
                self.first = (self.value, self.bound)
        return self.state()

    def state(self) -> Climb:
        """Return what was reached so far."""
        done = not self.free.any() or (self.only_first and self.proven > 0)
        value, bound = self.first if done else (self.value, self.bound)
        used = self.weights > 1e-14
        return Climb(
            self.panels[: len(self.weights)][used], self.weights[used] / self.weights[used].sum(),
            self.proven, done, value, bound, self.gap, self.floor, self.relaxation,
        )

    def ceiling(self) -> Floats:
        """Return ``(u,)`` the largest chance anyone can have while the proven levels are kept.

        Asked when time is out already: whoever a second does not suffice for may have any chance.
        """
        late = time.perf_counter() + _LATE
        keep = np.where(np.isnan(self.floor), 0.0, self.base) * (1 - 1e-9)
        rules = lifted(self.relaxation) if self.owned else self.relaxation
        model = rules.model()
        model.set_bounds(np.minimum(self._wide(keep), rules.limit), rules.limit)
        most = self.limit / self.people
        for t in np.flatnonzero(np.isnan(self.floor)):
            if time.perf_counter() > late:
                break
            one = np.zeros(self.units)
            one[t] = 1.0
            model.set_cost(self._wide(one))
            solution = model.solve()
            if solution.status is Status.OPTIMAL:
                most[t] = min(most[t], solution.value / self.people[t])
        return most

    def _settled(self) -> float:
        """Return for which share of the types that can serve the chance is settled."""
        able = self._any(~self.relaxation.barred)
        return 1 - float((self.free & able).sum() / max(able.sum(), 1))

    def _met(self) -> bool:
        return self.value >= self.bound - _RELATIVE * max(self.bound, 1e-6)

    def _level(self, check: Callable[[float, float], None], remaining: Callable[[], float]) -> None:
        """Raise the inner and lower the outer value of the present level until they meet."""
        while not self._met():
            check(self.bound - self.value, self._settled())
            if self._price():
                self._solve_master()
                continue
            if not self._price_exactly(remaining()):
                # No panel weighs more at these prices: the master is optimal, and what is left
                # between the two sides is the solver's noise. It is kept as part of the gap.
                break
            self._solve_master()
        self.gap = max(self.gap, self.bound - self.value)

    def _price(self) -> bool:
        """Add panels worth more than the master pays; return whether any was found cheaply."""
        worth, prices = self._worth(), self.prices[self.unit]
        weighed = self.panels @ prices
        candidates = []
        panel = self._finder.find(prices)
        if panel is not None:
            candidates.append(climb(self.relaxation, panel, prices))
        for at in np.argsort(-weighed, kind="stable")[:6]:
            candidates.append(climb(self.relaxation, self.panels[at], prices))
        least = worth * (1 + 1e-7)
        return self._add([p for p in candidates if prices @ p > least])

    def _worth(self) -> float:
        """Return what the master pays for a panel: the most its own panels weigh."""
        return float((self.panels @ self.prices[self.unit]).max())

    def _price_exactly(self, seconds: float) -> bool:
        """Find the panel worth most by integer program; add it, and the cut it proves.

        Returns whether the panel is new, so that the master can still rise.
        """
        largest = self.prices.max()
        priced = np.rint(self.prices * (2.0**PRICE_BITS / largest)).astype(np.int64)
        whole = priced[self.unit]
        best = self.panels[int(np.argmax(self.panels @ whole))]
        open_ = float(priced @ np.where(self.free, self.people, 0.0))
        panel, bound, proven = exact_panel(
            self.relaxation, whole, PRICE_SCALE, seconds, best, _LOST * self.bound * open_
        )
        if panel is None or not np.isfinite(bound):
            if np.isinf(seconds):
                raise SolverError("solver-failed", status="no panel where one is known")
            return True  # out of time: the caller's check ends the climb
        # Worth adding only if it weighs more than every panel known, by more than rounding.
        gain = float(whole @ panel) - float(whole @ best) > _LOST * self.bound * open_
        new = self._add([panel]) and gain
        # To the last unit the solver cannot tell: a known panel may weigh one more than its best.
        most = max(int(bound), int(whole @ best))
        cut = Cut(whole, most)
        self.relaxation = replace(self.relaxation, cuts=(*self.relaxation.cuts, cut))
        self._finder = PanelFinder(self.relaxation)
        self._outer = self._new_outer()
        # Weak duality at these very prices: people·z on the free types, base on the others.
        owed = float(priced @ np.where(self.free, 0.0, self.base))
        direct = (most - owed) / open_
        if direct <= self.bound:
            self.bound, self._blame = direct, self.prices
            self._behind = np.zeros(len(self.relaxation.rows))
            self._behind[-1] = largest * 2.0 ** (cut.bits - PRICE_BITS)
        self.bound = min(self.bound, self._outer_level())
        return new or not proven

    def _fix(self) -> None:
        """Fix whoever cannot rise above the level just proven.

        These are the types with a positive price behind the bound. The prices of the master would
        not do: they speak of the panels known so far, where the bound speaks of all.
        """
        price = self._blame * self.people
        stuck = self.free & (price > 1e-6 * max(float(price[self.free].sum()), 1e-6))
        stuck |= self.free & (self.limit / self.people <= self.value + 1e-12)
        served = self.weights @ self._seats(self.panels[: len(self.weights)])
        if not stuck.any():  # every price drowned in noise: the largest decides
            stuck = self.free & (price >= price[self.free].max())
        # Never more than real panels reach: then every valid cut leaves room for them.
        self.base[stuck] = np.minimum(self.value * self.people, served)[stuck]
        self.floor[stuck] = min(self.value, self.bound)
        whole = stuck & (self.limit / self.people - self.floor <= _RELATIVE)
        self.floor[whole] = (self.limit / self.people)[whole]  # on every panel: no noise
        self._order.append(np.flatnonzero(stuck))
        self._duals.append(Dual(self._behind, self._blame, self._order[-1]))
        self.free = self.free & ~stuck
        self.proven += 1

    def target(self) -> Target:
        """Return the levels of a climb that is done, exact where the rules determine them."""
        if self.owned:
            return self._target_of_people()
        return polish(self.relaxation, self.floor, self._order, self._proofs())

    def _target_of_people(self) -> Target:
        """Return the levels of people, and the seats that the mixture gives them."""
        used = self.panels[: len(self.weights)]
        levels = [_simple(float(self.floor[own[0]])) for own in self._order[1:]]
        wanted = np.zeros(self.units)
        for level, own in zip(levels, self._order[1:], strict=True):
            wanted[own] = float(level)
        chance = spread_over_seats(
            self.problem, (self.weights @ used) / self.problem.people, wanted
        )
        values, level_of = np.unique(chance, return_inverse=True)
        duals = tuple(
            Dual(dual.rows, dual.price[self.unit], np.flatnonzero(np.isin(self.unit, dual.stuck)),
                 level)
            for dual, level in zip(self._proofs(), levels, strict=True)
        )
        return Target(level_of.reshape(-1), tuple(values.tolist()), False,
                      self.problem.people * chance, duals)

    def first_level(self) -> Target:
        """Return the smallest chance as a target of one level, with what proves it."""
        level = _simple(float(np.nanmax(self.floor)))
        if self.owned:
            return replace(self._target_of_people(), levels=(level,))
        chance = np.where(self.relaxation.barred, 0.0, float(level))
        none = np.zeros(self.problem.types, dtype=np.int64)
        return Target(none, (level,), False, self.people * chance, tuple(self._proofs()))

    def _proofs(self) -> list[Dual]:
        """Return what proves each level, in terms of all cuts found since."""
        rows = len(self.relaxation.rows)
        return [
            replace(dual, rows=np.append(dual.rows, np.zeros(rows - len(dual.rows))))
            for dual in self._duals
        ]


def _simple(level: float) -> Fraction:
    """Return a level as a simple fraction, where it is as good as one."""
    exact = Fraction(level)
    simple = exact.limit_denominator(_SIMPLE)
    return simple if abs(simple - exact) <= _RELATIVE * exact else exact
