"""Who can be on no panel, and the rules that see to it: a witness, not a count.

``barred_by(fair) -> (Barred, …)``. The search names rules where the relaxation shows it; where
only whole people are in the way, the person is given a seat and the conflict is looked for. Called
by `sortition.audit.measure`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from sortition.diagnosis.diagnose import Conflict, Rule, diagnose
from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem
from sortition.rules.quotas import Quota

__all__ = ["Barred", "barred_by"]


@dataclass(frozen=True, slots=True)
class Barred:
    """People whom the same rules keep off every panel.

    Parameters
    ----------
    ids
        Who.
    rules
        Rules that cannot hold together once any of them has a seat; without any one of these the
        others can, where `minimal`. Empty when time ran out.
    level
        What shows it: ``"arithmetic"``, ``"relaxation"`` or ``"integer"``, as in
        `sortition.diagnosis.diagnose.Conflict`; ``""`` when time ran out.
    minimal
        Whether no rule can be spared.
    """

    ids: tuple[str, ...]
    rules: tuple[Rule, ...]
    level: str
    minimal: bool


def barred_by(fair: Distribution, *, time_limit: float = 20.0) -> tuple[Barred, ...]:
    """Return who is on no panel, by a smallest set of rules that keeps them out.

    Parameters
    ----------
    fair
        A distribution, which knows who cannot be selected.
    time_limit
        Seconds for all conflicts together.

    References
    ----------
    Chinneck, Dravnieks, "Locating minimal infeasible constraint sets in linear programs", *ORSA
    Journal on Computing* 3 (1991).
    """
    problem = fair.problem
    until = time.perf_counter() + time_limit
    found: dict[tuple[tuple[Rule, ...], str, bool], list[str]] = {}
    for t in np.unique(problem.type_of[~fair.selectable]).tolist():
        left = until - time.perf_counter()
        conflict = _conflict(problem, t, left) if left > 0 else None
        reason: tuple[tuple[Rule, ...], str, bool] = (), "", False
        if conflict is not None:
            rules = tuple(rule for rule in conflict.rules if rule.row < len(problem.names))
            reason = rules, conflict.level, conflict.minimal
        ids = (problem.ids[i] for i in np.flatnonzero(problem.type_of == t))
        found.setdefault(reason, []).extend(ids)
    barred = (Barred(tuple(sorted(ids)), *reason) for reason, ids in found.items())
    return tuple(sorted(barred, key=lambda own: own.ids))


def _conflict(problem: Problem, t: int, seconds: float) -> Conflict | None:
    """Return rules that conflict when somebody of type t must serve, None if none was found."""
    one = (np.arange(problem.types) == t).astype(np.int64)
    seat = Quota((), 1, int(problem.people[t]), label="(a seat)")
    forced = replace(
        problem,
        rows=np.vstack([problem.rows, one]),
        lower=np.append(problem.lower, 1),
        upper=np.append(problem.upper, problem.people[t]),
        names=(*problem.names, seat.name),
        quotas=replace(problem.quotas, quotas=(*problem.quotas.quotas, seat)),
    )
    found = diagnose(forced, time_limit=seconds)
    return found.conflicts[0] if found.conflicts else None
