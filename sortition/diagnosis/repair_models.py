"""The cheapest ways out of rules that no panel keeps, as integer programs to be read.

One function per model; each takes a `Problem` and returns what has to give, or None where giving
that does not help. Called by `sortition.diagnosis.repair`, which checks every answer anew. Written
with PuLP because each is solved once: what counts here is that the formulas can be compared with
the ones of docs/repairs.md.

Symbols: types t, rules r (r = 0 counts the seats, the last are the seats of roles), household
patterns h; A_rt is 1 where people of type t are in the group of r; y_Rr people who hold the set of
roles R fill a seat of r in R.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from sortition.diagnosis.written import role_sets, written
from sortition.engine.problem import Problem

__all__ = [
    "Loosening",
    "Newcomers",
    "fewest_newcomers",
    "fewest_rules",
    "fewest_seats",
    "least_reluctance",
    "nearest_size",
    "reluctance",
]

Ints = NDArray[np.int64]

RAISE = 0.5  # the reluctance to raise a maximum by a seat; see `reluctance`
_LOSS = 1e-6  # by how much an earlier goal may be missed for a later one: the solver's noise


@dataclass(frozen=True, slots=True, eq=False)
class Loosening:
    """By how many seats bounds give way.

    Parameters
    ----------
    down, up
        ``(b,)`` how much lower each minimum and how much higher each maximum, in the order of
        `sortition.diagnosis.written.Written`.
    proven
        Whether it is proven that nothing cheaper of its kind exists; else time ran out.
    """

    down: Ints
    up: Ints
    proven: bool


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """How many people of each kind would have to sign up as well.

    Parameters
    ----------
    seats
        Per block of groups ``(c,)`` how many of them are of each of its kinds.
    proven
        Whether it is proven that fewer do not suffice; else time ran out.
    """

    seats: tuple[Ints, ...]
    proven: bool


def reluctance(lower: int, down: int, up: int) -> float:
    """Return what it costs to lower a minimum by `down` and to raise a maximum by `up` seats.

    Lowering a minimum from v to v − 1 costs 1 + 4/v: most where it leaves a group without any seat
    of its own, and more with every seat. Raising a maximum takes no group's seat away: 1/2 a seat.

    Examples
    --------
    >>> [reluctance(lower, 1, 0) for lower in (1, 2, 10)], reluctance(10, 0, 1)
    ([5.0, 3.0, 1.4], 0.5)
    """
    return sum(1 + 4 / v for v in range(lower - down + 1, lower + 1)) + RAISE * up


class _Loosened:
    """The panels of a problem whose bounds may give way.

    ::

        lower_r − down_r ≤ Σ_t A_rt x_t ≤ upper_r + up_r     for every quota r that was written
        lower_r − down_r ≤ Σ_R y_Rr     ≤ upper_r + up_r     for every role r
        Σ_r y_Rr = Σ_{t holds R} x_t + counted_R             for every set R of roles
        Σ_{t in h} x_t ≤ capacity_h                          for every household pattern h
        0 ≤ x_t ≤ limit_t,  0 ≤ down_r ≤ floor_r,  0 ≤ up_r ≤ roof_r,  all of them whole

    Where no maximum was stated there is none, also when the panel grows.
    """

    def __init__(self, problem: Problem, floor: Ints, roof: Ints) -> None:
        self.written = own = written(problem)
        self.rules = range(len(own.lower))
        model = self.model = pulp.LpProblem("loosened", pulp.LpMinimize)
        x = _seats(model, problem)
        self.down = _whole(model, "down", floor)
        self.up = _whole(model, "up", roof)
        filled = [_filled(problem, x, r) for r in range(len(problem.rows))]
        for at in range(len(problem.quotas.roles)):
            filled += _role_seats(model, problem, x, at)
        for r in self.rules:
            if own.implied[r]:  # by the seats of the roles
                continue
            model += filled[r] >= int(own.lower[r]) - self.down[r]
            if not own.open[r]:
                model += filled[r] <= int(own.upper[r]) + self.up[r]

    @property
    def seats(self) -> Any:
        """Σ_r down_r + up_r."""
        return pulp.lpSum(self.down) + pulp.lpSum(self.up)

    def changed(self) -> Any:
        """Return Σ_r d_r, where d_r is 1 when a bound of r gives way: down_r + up_r ≤ most·d_r."""
        d = _whole(self.model, "changed", np.ones(len(self.rules), dtype=np.int64))
        for r in self.rules:
            self.model += self.down[r] <= int(self.down[r].upBound) * d[r]
            self.model += self.up[r] <= int(self.up[r].upBound) * d[r]
        return pulp.lpSum(d)

    def reluctance(self) -> Any:
        """Return Σ_r Σ_v (1 + 4/v) s_rv + up_r/2, where down_r = Σ_v s_rv over v ≤ lower_r.

        The steps s_rv may be fractions: because each costs more than the one before, the cheapest
        fill one after the other.
        """
        costs = [RAISE * up for up in self.up]
        for r in self.rules:
            lower, most = int(self.written.lower[r]), int(self.down[r].upBound)
            steps = range(lower, lower - most, -1)
            s = {v: self.model.add_variable(f"step_{r}_{v}", 0, 1) for v in steps}
            self.model += pulp.lpSum(s.values()) == self.down[r]
            costs += [(1 + 4 / v) * s[v] for v in steps]
        return pulp.lpSum(costs)

    def solve(self, goals: Sequence[Any], seconds: float) -> Loosening | None:
        """Minimise one goal after the other; None when no panel keeps even these rules."""
        proven = _minimise(self.model, goals, seconds)
        if proven is None:
            return None
        return Loosening(_values(self.down), _values(self.up), proven)


def fewest_rules(problem: Problem, seconds: float) -> Loosening | None:
    """Return the fewest quotas that have to change; of these by the fewest seats."""
    loose = _Loosened(problem, *_quotas_only(problem))
    return loose.solve([loose.changed(), loose.seats, loose.reluctance()], seconds)


def fewest_seats(
    problem: Problem, seconds: float, within: tuple[Ints, Ints] | None = None
) -> Loosening | None:
    """Return the fewest seats by which quotas have to change; of these, in the fewest quotas.

    Parameters
    ----------
    problem
        The rules.
    seconds
        Time allowed.
    within
        ``(b,)`` by how much each minimum and maximum may move; None for as far as it takes.
    """
    loose = _Loosened(problem, *(_quotas_only(problem) if within is None else within))
    return loose.solve([loose.seats, loose.changed(), loose.reluctance()], seconds)


def least_reluctance(problem: Problem, seconds: float, *, size: bool = False) -> Loosening | None:
    """Return the change of quotas that takes least from small groups; see `reluctance`.

    Parameters
    ----------
    problem
        The rules.
    seconds
        Time allowed.
    size
        Whether the number of seats may change as well: then a panel is always possible.
    """
    floor, roof = _quotas_only(problem)
    if size:
        floor[0], roof[0] = problem.lower[0] - 1, len(problem.ids) - problem.upper[0]
    loose = _Loosened(problem, floor, roof)
    return loose.solve([loose.reluctance(), loose.changed()], seconds)


def nearest_size(problem: Problem, seconds: float) -> Loosening | None:
    """Return by how few seats the size has to change when every quota stays."""
    floor = np.zeros_like(written(problem).lower)
    roof = floor.copy()
    floor[0], roof[0] = problem.lower[0] - 1, len(problem.ids) - problem.upper[0]
    loose = _Loosened(problem, floor, roof)
    return loose.solve([loose.seats], seconds)


def fewest_newcomers(
    problem: Problem, blocks: Sequence[Ints], common: Sequence[Ints], seconds: float
) -> Newcomers | None:
    """Return the fewest further sign-ups with whom a panel keeps every rule.

    Newcomers live alone, and each is of one kind c in every block b of groups::

        lower_r ≤ Σ_t A_rt x_t + Σ_c B_rc y_bc ≤ upper_r     for every rule r of block b
        lower_0 ≤ Σ_t x_t + Y ≤ upper_0
        Σ_c y_bc = Y                                         for every block b

    and Y is as small as can be; then the kinds are as common in the pool as can be.

    Parameters
    ----------
    problem
        The rules.
    blocks
        Per block ``(m, c)``: 1 where people of a kind are in the group of a rule.
    common
        Per block ``(c,)``: how many people of the pool are of each kind.
    seconds
        Time allowed.
    """
    model = pulp.LpProblem("newcomers", pulp.LpMinimize)
    x = _seats(model, problem)
    most = int(problem.upper[0])
    total = model.add_variable("newcomers", 0, most, cat=pulp.LpInteger)
    y = [
        _whole(model, f"kind_{b}", np.full(block.shape[1], most)) for b, block in enumerate(blocks)
    ]
    for own in y:
        model += pulp.lpSum(own) == total
    for r in range(len(problem.rows)):
        joined = total if r == 0 else pulp.lpSum(
            of_kind
            for own, block in zip(y, blocks, strict=True)
            for of_kind, inside in zip(own, block[r], strict=True)
            if inside
        )
        filled = _filled(problem, x, r) + joined
        model += filled >= int(problem.lower[r])
        model += filled <= int(problem.upper[r])
    rare = pulp.lpSum(
        -int(count) * of_kind
        for own, counts in zip(y, common, strict=True)
        for of_kind, count in zip(own, counts, strict=True)
    )
    proven = _minimise(model, [total + 0, rare], seconds)
    return None if proven is None else Newcomers(tuple(map(_values, y)), proven)


def _quotas_only(problem: Problem) -> tuple[Ints, Ints]:
    """Return how far bounds can move at all: not those of the size, nor of people by name."""
    own = written(problem)
    people = len(problem.ids) + len(problem.quotas.seated)
    return np.where(own.free, own.lower, 0), np.where(own.free, people - own.upper, 0)


def _seats(model: Any, problem: Problem) -> list[Any]:
    """Add x: ``0 ≤ x_t ≤ limit_t``, whole, within the capacity of the household patterns."""
    x = _whole(model, "seats", problem.limit)
    own = np.bincount(problem.pattern, minlength=len(problem.capacity))
    for h in np.flatnonzero(own > 1):  # one type alone is limited as it is
        members = np.flatnonzero(problem.pattern == h).tolist()
        model += pulp.lpSum(x[t] for t in members) <= int(problem.capacity[h])
    return x


def _filled(problem: Problem, x: Sequence[Any], rule: int) -> Any:
    """Return Σ_t A_rt x_t."""
    return pulp.lpSum(x[t] for t in np.flatnonzero(problem.rows[rule]).tolist())


def _role_seats(model: Any, problem: Problem, x: Sequence[Any], at: int) -> list[Any]:
    """Add y for the roles of one feature; return Σ_R y_Rr for each role r."""
    seats = problem.quotas.roles[at]
    filled: list[list[Any]] = [[] for _ in seats.names]
    types, counted = role_sets(problem, seats), Counter(seats.counted)
    for held in sorted({*types, *counted} - {()}):
        number = "_".join(map(str, held))
        y = [model.add_variable(f"role_{at}_{number}_{r}", 0) for r in held]
        there = pulp.lpSum(x[t] for t in types.get(held, ()))
        model += pulp.lpSum(y) == there + counted[held]
        for r, own in zip(held, y, strict=True):
            filled[r].append(own)
    return [pulp.lpSum(own) for own in filled]


def _whole(model: Any, name: str, most: Ints) -> list[Any]:
    """Add whole variables from 0 to `most`."""
    return [
        model.add_variable(f"{name}_{at}", 0, int(top), cat=pulp.LpInteger)
        for at, top in enumerate(most)
    ]


def _minimise(model: Any, goals: Sequence[Any], seconds: float) -> bool | None:
    """Minimise the first goal, then the next at no loss of the first, and so on.

    Returns whether all of it is proven, None when there is no solution (or none was found in time).
    """
    until = time.perf_counter() + seconds
    for at, goal in enumerate(goals):
        left = until - time.perf_counter()
        if left <= 0:
            return None if at == 0 else False
        best = {own.name: own.varValue for own in model.variables()}
        model.setObjective(goal)
        # Single-threaded and from one seed, so that ties end the same way everywhere.
        # Without presolve, which was seen to call what is possible impossible.
        model.solve(pulp.HiGHS(msg=False, threads=1, gapRel=0.0, timeLimit=left, random_seed=0,
                               presolve="off"))
        if model.sol_status != pulp.LpSolutionOptimal:
            if at == 0:
                return None
            for own in model.variables():
                own.varValue = best.get(own.name)
            return False
        model += goal <= float(pulp.value(goal)) + _LOSS
    return True


def _values(variables: Sequence[Any]) -> Ints:
    return np.array([round(own.value()) for own in variables], dtype=np.int64)
