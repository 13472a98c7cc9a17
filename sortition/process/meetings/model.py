"""The seating as an integer program, to be read: who is left out, which rules give, wishes.

A `Layout` in, seats and a bound out. Written with PuLP because it is solved once or a few times:
what counts is that the formulas can be compared with those of docs/meetings.md. Mix and encounters
are left to `sortition.process.meetings.search`, which starts from these seats; of the mix this
model gives a bound. Called by `sortition.process.meetings.seating`.

Symbols: units u of w_u people, rounds r, meetings j, expertise e, groups g, values v.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from sortition.process.meetings.layout import Layout, Round

__all__ = ["Mixed", "Modelled", "mix_bound", "model_seats"]

Ints = NDArray[np.int64]

# Places that people can take in a round, up to which the mix is solved; and how far.
_FEW, _MANY, _NODES = 300, 20_000, 200
_WHOLE = 1e-6  # by how much a sum of whole numbers may seem less than it is


@dataclass(frozen=True, slots=True, eq=False)
class Modelled:
    """What the model found.

    Parameters
    ----------
    seats
        ``(rounds, n)`` the column of each unit's meeting, ``m`` for nowhere; None if time ran out
        before there was an answer.
    out, lacking, wishes
        Bounds: the fewest seats that stay unfilled, the fewest people by which minimums and
        expertise are missed, and the least cost of wishes with those two at their least.
    proven
        Whether the bounds are reached by these seats: the integer program was solved to its end.
    """

    seats: Ints | None
    out: int
    lacking: int
    wishes: int
    proven: bool


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """What bounds the mix.

    Parameters
    ----------
    bound
        What no seating undercuts.
    seats
        As of `Modelled`, where the integer program was asked of every round.
    kind
        ``"integer program"``, ``"relaxation"``, or ``"none"`` where time ran out.
    ended
        Whether time did not run out.
    """

    bound: int
    seats: Ints | None
    kind: str
    ended: bool = True


class _Seating:
    """Rounds in one integer program.

    ::

        Σ_j x_urj + out_ur = 1                                     for every unit and round
        fewest_j − lack_j ≤ Σ_u w_u x_urj ≤ places_j               for every meeting
        Σ_u holds_ue x_urj ≥ needs_je − short_je                   for every expertise
        Σ_u group_ug x_urj ≤ limit_g                               for every group
        Σ_{r, j of one subject} x_urj ≤ 1                          where nobody comes twice
        x whole from 0 to 1 and 0 where a unit may not sit; out, lack, short ≥ 0
    """

    def __init__(self, layout: Layout, rounds: Sequence[Round], *, whole: bool = True,
                 strict: bool = False) -> None:
        self.layout, self.rounds, self.strict = layout, rounds, strict
        self.units = range(len(layout.units))
        kind = self.kind = pulp.LpInteger if whole else pulp.LpContinuous
        model = self.model = pulp.LpProblem("seating", pulp.LpMinimize)
        most = 0 if strict else None
        self.out: list[list[Any]] = []
        self.x: list[list[dict[int, Any]]] = []
        missed: list[Any] = []
        for r, own in enumerate(rounds):
            x: list[dict[int, Any]] = [
                {j: model.add_variable(f"x_{u}_{r}_{j}", 0, 1, cat=kind)
                 for j in np.flatnonzero(own.allowed[u]).tolist()} for u in self.units
            ]
            out = [model.add_variable(f"out_{u}_{r}", 0, most) for u in self.units]
            for u in self.units:
                model += pulp.lpSum(x[u].values()) + out[u] == 1
            for j in range(len(own.meetings)):
                size = self._sum(x, j, layout.weight)
                model += size <= int(own.places[j])
                missed.append(model.add_variable(f"lack_{r}_{j}", 0, most))
                model += size >= int(own.fewest[j]) - missed[-1]
                for e in np.flatnonzero(own.needs[j]).tolist():
                    missed.append(model.add_variable(f"short_{r}_{j}_{e}", 0, most))
                    held = self._sum(x, j, layout.holds[:, e])
                    model += held >= int(own.needs[j, e]) - missed[-1]
                for g, limit in enumerate(layout.limit.tolist()):
                    model += self._sum(x, j, layout.group[:, g]) <= limit
            self.x.append(x)
            self.out.append(out)
        if layout.once and len(rounds) > 1:
            for u in self.units:
                for subject in sorted({int(name) for own in rounds for name in own.named}):
                    model += pulp.lpSum(
                        x[u][j] for own, x in zip(rounds, self.x, strict=True)
                        for j in np.flatnonzero(own.named == subject).tolist() if j in x[u]
                    ) <= 1
        self.left_out = pulp.lpSum(
            int(layout.weight[u]) * out[u] for out in self.out for u in self.units
        )
        self.missed = pulp.lpSum(missed)
        self.wishes = pulp.lpSum(
            int(own.cost[u, j]) * x[u][j]
            for own, x in zip(rounds, self.x, strict=True) for u in self.units for j in x[u]
            if own.cost[u, j]
        )

    def _sum(self, x: Sequence[dict[int, Any]], j: int, weight: Ints) -> Any:
        """Return Σ_u weight_u x_uj."""
        return pulp.lpSum(
            int(weight[u]) * x[u][j] for u in np.flatnonzero(weight).tolist() if j in x[u]
        )

    def mix(self) -> Any:
        """Return by how many people values and sizes miss their even share, rounded.

        With s_j the size, c_jv those with value v, N people of whom n_v have it, P places, and y_js
        = 1 where s_j = s, from 0 to 1::

            Σ_s y_js = 1,  Σ_s s y_js = s_j
            Σ_s ⌊s n_v / N⌋ y_js − under_jv ≤ c_jv ≤ Σ_s ⌈s n_v / N⌉ y_js + over_jv
            off_j = Σ_s max(0, s − ⌈N places_j / P⌉, ⌊N places_j / P⌋ − s) y_js

        A y for each size says much more than s_j n_v / N rounded by a whole person: with whole x
        most programs end at the root.
        """
        layout, off, N = self.layout, [], self.layout.people
        for r, (own, x) in enumerate(zip(self.rounds, self.x, strict=True)):
            for j in range(len(own.meetings)):
                least = int(own.fewest[j]) if self.strict else 0
                low, high = int(own.low[j]), int(own.high[j])
                y = {s: self.model.add_variable(f"y_{r}_{j}_{s}", 0, 1, cat=self.kind)
                     for s in range(least, int(own.places[j]) + 1)}
                self.model += pulp.lpSum(y.values()) == 1
                self.model += pulp.lpSum(s * y[s] for s in y) == self._sum(x, j, layout.weight)
                off.append(pulp.lpSum(max(0, s - high, low - s) * y[s] for s in y))
                for v, n in enumerate(layout.share.tolist()):
                    over, under = (
                        self.model.add_variable(f"{side}_{r}_{j}_{v}", 0, cat=self.kind)
                        for side in ("over", "under")
                    )
                    off += [over, under]
                    held = self._sum(x, j, layout.value[:, v])
                    self.model += held <= pulp.lpSum(-(-s * n // N) * y[s] for s in y) + over
                    self.model += held >= pulp.lpSum(s * n // N * y[s] for s in y) - under
        return pulp.lpSum(off)

    def minimise(
        self, goal: Any, seconds: float, nodes: int | None = None
    ) -> tuple[bool, float] | None:
        """Return whether this is the optimum and what bounds it, or None without an answer."""
        self.model.setObjective(goal)
        # Single-threaded and from one seed, so that ties end the same way everywhere.
        most = {} if nodes is None else {"mip_max_nodes": nodes}
        solver = pulp.HiGHS(msg=False, threads=1, gapRel=0.0, timeLimit=max(seconds, 0.1),
                            random_seed=0, **most)
        try:
            self.model.solve(solver)
            status = self.model.sol_status
        except KeyError:  # PuLP 3.3 has no word for a limit on nodes; the values are in place
            status = pulp.LpSolutionIntegerFeasible
        info = self.model.solverModel.getInfo()
        if status == pulp.LpSolutionOptimal:
            return True, float(pulp.value(goal) or 0)
        if status != pulp.LpSolutionIntegerFeasible or not isfinite(info.objective_function_value):
            return None
        return False, max(0.0, float(info.mip_dual_bound))

    def seats(self) -> Ints:
        """Return ``(rounds, n)`` where everybody sits, ``m`` for nowhere."""
        found = np.array([[len(own.meetings)] * len(self.units) for own in self.rounds])
        for r, x in enumerate(self.x):
            for u in self.units:
                for j, chosen in x[u].items():
                    if (chosen.value() or 0) > 1 / 2:
                        found[r, u] = j
        return found.astype(np.int64)


def model_seats(layout: Layout, until: float) -> Modelled:
    """Return seats that leave out the fewest people, then miss minimums the least, then cost least.

    Rounds are looked at one by one, unless nobody may come twice to the same subject. `until` is
    when time runs out, as `time.perf_counter` counts.
    """
    together = layout.once and len(layout.rounds) > 1
    parts = [layout.rounds] if together else [(own,) for own in layout.rounds]
    found: list[Modelled] = []
    for at, rounds in enumerate(parts):
        same = next((b for b in range(at) if _alike(parts[b][0], rounds[0]) and not together), None)
        if same is None and at and time.perf_counter() >= until:
            return Modelled(None, 0, 0, 0, proven=False)
        found.append(found[same] if same is not None else _part(layout, rounds, until))
    seats = [each.seats for each in found if each.seats is not None]
    return Modelled(
        np.concatenate(seats) if len(seats) == len(found) else None,
        sum(each.out for each in found), sum(each.lacking for each in found),
        sum(each.wishes for each in found), all(each.proven for each in found),
    )


def _alike(one: Round, other: Round) -> bool:
    """Return whether two rounds ask the same."""
    return one.allowed.shape == other.allowed.shape and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("allowed", "cost", "places", "fewest", "needs")
    )


def _part(layout: Layout, rounds: Sequence[Round], until: float) -> Modelled:
    """Return the answer for some rounds: strict if it can be, else with what has to give."""
    strict = _Seating(layout, rounds, strict=True)
    solved = strict.minimise(strict.wishes, until - time.perf_counter())
    if solved is not None:
        return Modelled(strict.seats(), 0, 0, _up(solved[1]), solved[0])
    loose = _Seating(layout, rounds)
    seats, bounds, proven = None, [0, 0, 0], True
    for at, goal in enumerate((loose.left_out, loose.missed, loose.wishes)):
        solved = loose.minimise(goal, until - time.perf_counter())
        proven = solved is not None and solved[0]
        if solved is None:
            break
        seats, bounds[at] = loose.seats(), _up(solved[1])
        if not proven:
            break
        loose.model += goal <= bounds[at] + 1 / 2
    out, lacking, wishes = bounds
    return Modelled(seats, out, lacking, wishes, proven)


def mix_bound(
    layout: Layout, before: Sequence[tuple[int, int, int]], until: float
) -> Mixed:
    """Return a bound on the mix among seatings as good in the goals before it.

    It comes from the integer program, of very many people in a round from its linear relaxation.

    Parameters
    ----------
    layout
        The programme in arrays.
    before
        The people left out, the people who are lacking and the cost of wishes: of each round, where
        no round can be better in these, so that each is bounded by itself; else of all together.
    until
        When time runs out, as `time.perf_counter` counts; what was not reached by then counts 0.
    """
    apart = len(before) == len(layout.rounds)
    parts = [(own,) for own in layout.rounds] if apart else [layout.rounds]
    found: list[Mixed] = []
    for at, (rounds, goals) in enumerate(zip(parts, before, strict=True)):
        same = next((b for b in range(at) if goals == before[b]
                     and _alike(parts[b][0], rounds[0])), None)
        found.append(found[same] if same is not None else _mixed(layout, rounds, goals, until))
    kinds = {each.kind for each in found}
    ended = all(each.ended for each in found)
    kind = kinds.pop() if len(kinds) == 1 else "relaxation"
    seats = [each.seats for each in found if each.seats is not None]
    rows = np.concatenate(seats) if len(seats) == len(found) else None
    return Mixed(sum(each.bound for each in found), rows, kind, ended)


def _mixed(
    layout: Layout, rounds: Sequence[Round], before: tuple[int, int, int], until: float
) -> Mixed:
    """Return the bound of some rounds together."""
    if time.perf_counter() >= until:
        return Mixed(0, None, "none", ended=False)
    columns = sum(int(own.allowed.sum()) for own in rounds)
    whole = len(rounds) == 1 and columns <= _MANY
    nodes = _NODES if columns <= _FEW else 1
    model = _Seating(layout, rounds, whole=whole, strict=not any(before[:2]))
    for goal, most in zip((model.left_out, model.missed, model.wishes), before, strict=True):
        model.model += goal <= most
    solved = model.minimise(model.mix(), until - time.perf_counter(), nodes=nodes)
    ended = time.perf_counter() < until
    if solved is None or not (solved[0] or whole):
        return Mixed(0, None, "none", ended)
    kind = "integer program" if whole else "relaxation"
    return Mixed(_up(solved[1]), model.seats() if whole else None, kind, ended)


def _up(bound: float) -> int:
    """Return the least whole number that a bound allows."""
    return int(np.ceil(bound - _WHOLE * max(1.0, abs(bound))))
