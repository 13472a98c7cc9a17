"""Why no panel exists, in words: arithmetic first, then the relaxation, then integers.

Called when nothing is feasible; returns issues, changes nothing.
"""

from __future__ import annotations

import numpy as np

from sortition.errors import Issue
from sortition.problem import Problem
from sortition.relaxation import Relaxation
from sortition.solver import INF, Status

__all__ = ["diagnose"]


def diagnose(problem: Problem) -> tuple[Issue, ...]:
    """Return the rules that conflict.

    First the quotas that too few people could fill; failing that, a smallest set of rules that
    even parts of people could not keep together (none of them can be spared); failing that, the
    finding that only whole people are in the way.

    Parameters
    ----------
    problem
        Rules that no panel keeps.

    Returns
    -------
    tuple of Issue
        At least one.
    """
    quotas = {quota.name: quota for quota in problem.quotas.quotas}
    file = problem.quotas.file
    short = []
    for at in range(1, len(problem.rows)):
        able = int(problem.rows[at] @ problem.limit)
        if able < problem.lower[at]:
            name = problem.names[at]
            params = {"name": name, "lower": int(problem.lower[at]), "people": able}
            short.append(Issue("conflict-too-few", params, file, quotas[name].row,
                               suggestion="change-quotas"))
    if short:
        return tuple(short)
    rows = _smallest_conflict(Relaxation.of(problem))
    if not rows:
        return (Issue("conflict-integer", {}, file, suggestion="change-quotas"),)
    return (Issue("conflict-rules", {"rules": Rules(problem, tuple(rows))}, file,
                  suggestion="change-quotas"),)


class Rules:
    """Rows of a problem that render as words in either language.

    Parameters
    ----------
    problem
        Whose rows.
    rows
        Which; those behind the quotas are the household rule.
    """

    def __init__(self, problem: Problem, rows: tuple[int, ...]) -> None:
        self.problem = problem
        self.rows = rows

    def render(self, language: str) -> str:
        """Return the rules in words, separated by semicolons."""
        from sortition.messages import text

        words = []
        for row in self.rows:
            if row >= len(self.problem.rows):
                continue
            code = "rule-size" if row == 0 else "rule-bounds"
            words.append(
                text(code, language, name=self.problem.names[row],
                     lower=int(self.problem.lower[row]), upper=int(self.problem.upper[row]))
            )
        if any(row >= len(self.problem.rows) for row in self.rows):
            words.append(text("rule-household", language))
        return "; ".join(words)

    def __str__(self) -> str:
        return self.render("en")


def _smallest_conflict(relaxation: Relaxation) -> list[int]:
    """Return rows of which none can be spared if the rest is to stay impossible; [] if possible.

    A deletion filter: drop one row after the other and leave it out when the others still
    conflict. All household rows count as one.
    """
    problem = relaxation.problem
    model = relaxation.model()
    blocks = [[row] for row in range(len(problem.rows))]
    # The household rule stands in rows, and in the limits of types of which a home holds several.
    homes = list(range(len(problem.rows), len(relaxation.rows)))
    limited = bool((problem.limit < problem.people).any())
    if homes or limited:
        blocks.append(homes)
    low, high = relaxation.lower.copy(), relaxation.upper.copy()
    if model.solve().status is not Status.INFEASIBLE:
        return []
    kept = []
    for block in blocks:
        before = low[block].copy(), high[block].copy()
        low[block], high[block] = -INF, INF
        model.set_row_bounds(low, high)
        household = block is homes
        if household:
            model.set_bounds(np.zeros(problem.types), problem.people)
        if model.solve().status is not Status.INFEASIBLE:
            low[block], high[block] = before
            if household:
                model.set_bounds(np.zeros(problem.types), problem.limit)
            kept.append(len(problem.rows) if household else block[0])
    return sorted(int(row) for row in kept)
