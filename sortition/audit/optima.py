"""The best that any lottery could do for the smallest and for the largest chance.

``extremes(problem) -> Extremes``: what the chances of one lottery are measured against.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sortition.engine.distribution import Distribution
from sortition.engine.objectives import LEVELLED, Maximin, Minimax
from sortition.engine.problem import Problem
from sortition.engine.search import find_distribution
from sortition.errors import TimeLimitError

__all__ = ["Extremes", "extremes"]


@dataclass(frozen=True, slots=True)
class Extremes:
    """The best smallest and the best largest chance.

    Parameters
    ----------
    smallest
        No lottery gives everybody who can be selected more than this.
    largest
        No lottery keeps everybody's chance below this.
    proven
        Whether both are reached by a lottery, each by one of its own; else time ran out and they
        are bounds that perhaps no lottery reaches.
    """

    smallest: float
    largest: float
    proven: bool


def extremes(
    problem: Problem, known: Sequence[Distribution] = (), *, time_limit: float = 60.0
) -> Extremes:
    """Return the best smallest and the best largest chance.

    Parameters
    ----------
    problem
        The rules.
    known
        Distributions for these rules that were found before: where one answers the question it is
        not asked again.
    time_limit
        Seconds for both.

    Raises
    ------
    InfeasibleError
        If no panel keeps the rules.
    """
    until = time.perf_counter() + time_limit
    by_name = {fair.certificate.objective: fair for fair in known if fair.certificate.proven}
    levelled = next((by_name[name] for name in LEVELLED if name in by_name), None)
    small = levelled or _found(problem, Maximin(), until)
    large = by_name.get("minimax") or _found(problem, Minimax(), until)
    reached = float(small.chance[small.selectable].min())
    least = reached if small.certificate.proven else max(small.certificate.bound, reached)
    proven = large.certificate.proven
    most = float(large.chance.max()) if proven else large.certificate.value_bound
    return Extremes(least, most, small.certificate.proven and proven)


def _found(problem: Problem, objective: Maximin | Minimax, until: float) -> Distribution:
    """Return the best distribution that was found in time."""
    try:
        left = max(until - time.perf_counter(), 0.0)
        return find_distribution(problem, objective, time_limit=left)
    except TimeLimitError as error:
        return error.distribution
