"""Why no panel exists: arithmetic first, then the relaxation, then integers.

Takes a `Problem` that nothing satisfies; returns a `Diagnosis` with smallest sets of conflicting
rules and the counts behind them. Called where nothing was found; changes nothing. What to do about
it is for `sortition.diagnosis.repair`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sortition.diagnosis.conflicts import (
    HOUSEHOLD,
    SIZE,
    Conflict,
    Count,
    Diagnosis,
    Level,
    Rule,
    Side,
)
from sortition.diagnosis.sums import failing_sums
from sortition.engine.problem import Problem
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF, Status
from sortition.files.tables import fold

__all__ = ["Conflict", "Count", "Diagnosis", "Rule", "diagnose", "rules_of"]

_MOST = 3  # conflicts told at once
_FEW = 4  # quotas of a conflict whose people are counted in words


def diagnose(problem: Problem, *, time_limit: float = 10.0) -> Diagnosis:
    """Return the rules that conflict, and what shows it.

    First the groups that have too few people, and the bounds of a feature that do not add up to
    the seats; then, among the other rules, sets that even parts of
    people could not keep together; failing both, a set that only parts of people could keep. No
    rule of a set can be spared: each is found by leaving out one rule after the other for good if
    the rest still conflicts.

    Parameters
    ----------
    problem
        Rules that no panel keeps.
    time_limit
        Seconds for the integer programs; see `Conflict.minimal`.

    Returns
    -------
    Diagnosis

    References
    ----------
    Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs", ORSA
    Journal on Computing 3 (1991): the deletion filter.
    """
    rules = rules_of(problem)
    conflicts = _too_few(problem)
    whole = any(conflict.rules[0].row == SIZE for conflict in conflicts)
    conflicts += _sums(problem, [rule.row for conflict in conflicts for rule in conflict.rules])
    short = {rule for conflict in conflicts for rule in conflict.rules if rule.row > SIZE}
    if not whole and len(conflicts) < _MOST:
        rest = [rule for rule in rules if rule not in short]
        conflicts += _conflicts(problem, "relaxation", rest, _MOST - len(conflicts), INF)
    level: Level | None = conflicts[0].level if conflicts else None
    if not conflicts:
        until = time.perf_counter() + time_limit
        if _test(problem, integer=True, until=until)(rules) is not True:
            level = "integer"
            conflicts = _conflicts(problem, "integer", rules, _MOST, until)
    rows = {quota.name: quota.row for quota in problem.quotas.quotas}
    return Diagnosis(level, tuple(conflicts), problem.quotas.file, rows)


def rules_of(problem: Problem) -> list[Rule]:
    """Return all rules that can fail, those first that a conflict should rather do without.

    Minima speak of people who are wanted, maxima only of the others: so a conflict is told in
    minima where it can be; and by the number of seats rather than by neither.
    """
    quotas = range(1, len(problem.rows))
    rules = []
    if (problem.limit < problem.people).any() or _shared(problem).any():
        rules.append(Rule(HOUSEHOLD, "max", "", problem.per_household))
    able = problem.rows @ problem.people
    rules += [_rule(problem, row, "max") for row in quotas if problem.upper[row] < able[row]]
    rules += [_rule(problem, row, "min") for row in quotas if problem.lower[row] > 0]
    rules.append(Rule(SIZE, "max", "", int(problem.upper[0])))
    rules.append(Rule(SIZE, "min", "", int(problem.lower[0])))
    return rules


def _rule(problem: Problem, row: int, side: Side) -> Rule:
    """Return one bound of a row."""
    name = problem.names[row]
    bound = int((problem.lower if side == "min" else problem.upper)[row])
    together = any(
        quota.role and quota.name == name and name not in _role_names(problem)
        for quota in problem.quotas.quotas
    )
    return Rule(row, side, name, bound, together)


def _role_names(problem: Problem) -> set[str]:
    """Return the names of the quotas on one role."""
    return {f"{seats.feature}: {name}" for seats in problem.quotas.roles for name in seats.names}


def _shared(problem: Problem) -> NDArray[np.bool_]:
    """Return per household pattern whether its rule says more than the limits of its types."""
    shared: NDArray[np.bool_] = np.bincount(problem.pattern, minlength=len(problem.capacity)) > 1
    return shared


def _too_few(problem: Problem) -> list[Conflict]:
    """Return the minima that exceed their group, or what the group's households may send."""
    conflicts = []
    for row in range(len(problem.rows)):
        lower = int(problem.lower[row])
        count = _count(problem, (row,))
        if count.together >= lower:
            continue
        rules = [_rule(problem, row, "min")]
        if count.people >= lower:
            rules.append(Rule(HOUSEHOLD, "max", "", problem.per_household))
        conflicts.append(Conflict("arithmetic", tuple(rules), (count,)))
    return conflicts


def _sums(problem: Problem, without: Sequence[int]) -> list[Conflict]:
    """Return the bounds of a feature that do not add up to the seats."""
    conflicts = []
    for side, rows in failing_sums(problem, without):
        rules = [_rule(problem, row, side) for row in rows]
        seats = (Rule(SIZE, "max", "", int(problem.upper[0])) if side == "min"
                 else Rule(SIZE, "min", "", int(problem.lower[0])))
        inside = int((problem.rows[list(rows)] @ problem.people).sum())
        others = 0 if side == "min" else len(problem.ids) - inside
        conflicts.append(Conflict("arithmetic", (*_told(rules), seats), others=others))
    return conflicts


def _conflicts(
    problem: Problem, level: Level, rules: Sequence[Rule], most: int, until: float
) -> list[Conflict]:
    """Return conflicts of one level, no quota in two of them."""
    possible = _test(problem, integer=level == "integer", until=until)
    found: list[Conflict] = []
    while len(found) < most and possible(rules) is False:
        core, minimal = _irreducible(rules, possible)
        found.append(Conflict(level, core, _counts(problem, core), minimal))
        quotas = {rule for rule in core if rule.row > SIZE}
        if not quotas or not minimal:
            break
        rules = [rule for rule in rules if rule not in quotas]
    return found


def _test(
    problem: Problem, *, integer: bool, until: float
) -> Callable[[Sequence[Rule]], bool | None]:
    """Return a function that says whether rules can be kept together, None when time ran out."""
    relaxation = Relaxation.of(problem)
    model = relaxation.model(integer=integer)
    quotas = len(problem.rows)

    def possible(rules: Sequence[Rule]) -> bool | None:
        low = np.full(len(relaxation.lower), -INF)
        high = np.full(len(relaxation.lower), INF)
        limit = problem.people
        for rule in rules:
            if rule.row == HOUSEHOLD:
                high[quotas:], limit = relaxation.upper[quotas:], problem.limit
            elif rule.side == "min":
                low[rule.row] = rule.bound
            else:
                high[rule.row] = rule.bound
        model.set_row_bounds(low, high)
        model.set_bounds(np.zeros(problem.types), limit)
        status = model.solve(until - time.perf_counter() if until < INF else INF).status
        return None if status is Status.TIME_LIMIT else status is not Status.INFEASIBLE

    return possible


def _irreducible(
    rules: Sequence[Rule], possible: Callable[[Sequence[Rule]], bool | None]
) -> tuple[tuple[Rule, ...], bool]:
    """Return rules of which none can be spared, and whether that is proven: a deletion filter."""
    kept = list(rules)
    for rule in rules:
        rest = [other for other in kept if other is not rule]
        answer = possible(rest)
        if answer is None:
            return _told(kept), False
        if not answer:
            kept = rest
    return _told(kept), True


def _told(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Return the rules as they are told: quotas, then the seats, then the household rule."""
    order = {SIZE: 1, HOUSEHOLD: 2}
    return tuple(sorted(rules, key=lambda rule: (order.get(rule.row, 0), rule.row, rule.side)))


def _counts(problem: Problem, rules: Sequence[Rule]) -> tuple[Count, ...]:
    """Return the people in each group of a few rules, and in each two at once."""
    rows = sorted({rule.row for rule in rules if rule.row > SIZE})
    if len(rows) > _FEW:
        return ()
    counts = {row: _count(problem, (row,)) for row in rows}
    found = list(counts.values())
    for pair in combinations(sorted(rows, key=lambda row: (counts[row].people, row)), 2):
        count = _count(problem, pair)
        # That nobody has two values of one feature goes without saying, and that whoever is in
        # a crossed group is in its parts.
        if not _part_of_the_other(problem, pair) and (
            count.people or not _same_feature(problem, pair)
        ):
            found.append(count)
    return tuple(found)


def _same_feature(problem: Problem, rows: Sequence[int]) -> bool:
    named = {quota.name: quota for quota in problem.quotas.quotas}
    spoken = {tuple(fold(f) for f, _ in named[problem.names[row]].where) for row in rows}
    return len(spoken) == 1


def _part_of_the_other(problem: Problem, rows: Sequence[int]) -> bool:
    """Return whether one of two groups is the other one with a further feature crossed in."""
    named = {quota.name: quota for quota in problem.quotas.quotas}
    one, other = ({(fold(f), frozenset(map(fold, values))) for f, values in
                   named[problem.names[row]].where} for row in rows)
    return one < other or other < one


def _count(problem: Problem, rows: tuple[int, ...]) -> Count:
    """Return the people who are in the groups of all these rows."""
    inside = problem.rows[list(rows)].min(axis=0)[problem.type_of] > 0
    _, members = np.unique(problem.household[inside], return_counts=True)
    return Count(
        tuple(problem.names[row] for row in rows),
        int(inside.sum()),
        int(members[members > 1].sum()),
        int(np.minimum(members, problem.per_household).sum()),
        int(problem.rows[rows[0]][problem.type_of].sum()),
    )
