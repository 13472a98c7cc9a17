"""Several objectives side by side: the same figures for each, everybody's chances in one frame.

``compare_objectives(problem) -> Comparison``. Called by researchers and by the command line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sortition.audit.chances import ChanceFigures, chance_figures
from sortition.audit.optima import Extremes, extremes
from sortition.display import card, percent
from sortition.engine.clock import Progress
from sortition.engine.distribution import Distribution
from sortition.engine.legacy import LegacyEstimate
from sortition.engine.objectives import Goldilocks, Leximin, Maximin, Minimax, Nash, Objective
from sortition.engine.problem import Problem
from sortition.engine.search import find_distribution
from sortition.errors import TimeLimitError

Floats = NDArray[np.float64]

if TYPE_CHECKING:
    from typing import TypeAlias

    import pandas as pd

    _Series: TypeAlias = "pd.Series[float]"
    Given: TypeAlias = Floats | Sequence[float] | Mapping[str, float] | _Series | LegacyEstimate

__all__ = ["Compared", "Comparison", "compare_objectives"]

_USUAL: tuple[Objective, ...] = (Leximin(), Nash(), Goldilocks(), Minimax())
_NO_OTHERS: Mapping[str, Given] = {}
_NOISE = 1e-9  # by which sums of weights leave the interval from 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What one objective gives.

    Parameters
    ----------
    name
        Of the objective, or as it was given.
    chance
        ``(n,)`` everybody's chance, in the order of the problem's ids.
    figures
        How equal these chances are.
    panels
        How many panels the distribution has; None where chances were given.
    proven
        Whether they are the best in the objective's sense; None where chances were given.
    seconds
        Time it took; None where chances were given.
    draws
        From how many panels the chances are estimated; None where they are not estimates.
    interval
        Lower and upper ends of a 99 % interval for each estimate, ``(n,)`` each; None where the
        chances are not estimates.
    """

    name: str
    chance: Floats = field(repr=False)
    figures: ChanceFigures
    panels: int | None
    proven: bool | None
    seconds: float | None
    draws: int | None = None
    interval: tuple[Floats, Floats] | None = field(default=None, repr=False)

    @property
    def smallest_interval(self) -> tuple[float, float] | None:
        """The interval of whoever has the smallest estimate of those who can be selected.

        The smallest of many estimates is smaller on average than the smallest chance: the upper end
        is the one to read.
        """
        if self.interval is None:
            return None
        low, high = self.interval
        at = np.flatnonzero(self.chance == self.figures.smallest)
        return float(low[at].min()), float(high[at].min())


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Objectives side by side.

    Parameters
    ----------
    ids
        ``(n,)`` sorted ids.
    best
        The best smallest and largest chance, what all are measured against.
    results
        One entry per objective.
    """

    ids: tuple[str, ...] = field(repr=False)
    best: Extremes
    results: tuple[Compared, ...]

    def __repr__(self) -> str:
        return f"Comparison: {', '.join(own.name for own in self.results)}"

    def _repr_html_(self) -> str:
        """Show the figures of each objective."""
        rows = (
            (own.name if own.draws is None else f"{own.name} (estimate)",
             percent(own.figures.smallest), percent(own.figures.largest),
             f"{own.figures.gini:.3f}", percent(own.figures.geometric_mean))
            for own in self.results
        )
        header = ("objective", "smallest", "largest", "Gini", "geometric mean")
        return card(repr(self), header, rows)

    def to_frame(self) -> pd.DataFrame:
        """Return a row per objective with its figures."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["results"])

    @property
    def chances(self) -> pd.DataFrame:
        """A row per person, a column of chances per objective; the index holds the ids."""
        import pandas as pd

        columns = {result.name: result.chance for result in self.results}
        return pd.DataFrame(columns, index=pd.Index(self.ids, name="id"))

    @property
    def intervals(self) -> pd.DataFrame:
        """A row per person, for each estimate the columns ``NAME_low`` and ``NAME_high``."""
        import pandas as pd

        columns = {
            f"{own.name}_{end}": ends
            for own in self.results if own.interval is not None
            for end, ends in zip(("low", "high"), own.interval, strict=True)
        }
        return pd.DataFrame(columns, index=pd.Index(self.ids, name="id"))

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data for JSON; chances of single people are not in it."""
        return {
            "best": asdict(self.best),
            "results": [
                {"name": own.name, **asdict(own.figures), "panels": own.panels,
                 "proven": own.proven, "seconds": own.seconds, "draws": own.draws,
                 "smallest_low": ends[0], "smallest_high": ends[1]}
                for own in self.results
                for ends in [own.smallest_interval or (None, None)]
            ],
        }


def compare_objectives(
    problem: Problem,
    objectives: Sequence[Objective] = _USUAL,
    *,
    others: Mapping[str, Given] = _NO_OTHERS,
    time_limit: float = 60.0,
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Find the lottery of each objective and measure all of them in the same way.

    Parameters
    ----------
    problem
        The rules.
    objectives
        Leximin, nash, goldilocks and minimax when not stated.
    others
        Chances from elsewhere by name: ``(n,)`` in the order of ``problem.ids``, such as those of
        `find_uniform`; by id, in a dict or a Series; or what `estimate_legacy` returns, which comes
        with intervals.
    time_limit
        Seconds for each objective; what is not finished by then is the best so far.
    progress
        Called with a `Progress` of the stage ``"objectives"`` at each; what it raises stops the
        search.

    Returns
    -------
    Comparison

    Raises
    ------
    InfeasibleError
        If no panel keeps the rules.
    ValueError
        If chances from elsewhere are not one for each person, from 0 to 1, or have a name that is
        taken.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": ["left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> [round(own.figures.smallest, 6) for own in compare_objectives(problem).results]
    [0.5, 0.5, 0.5, 0.5]
    """
    start = time.perf_counter()
    given = {name: _chances(problem, name, other) for name, other in others.items()}
    taken = {objective.name for objective in objectives} & {*given}
    if taken:
        raise ValueError(f"an objective has this name already: {', '.join(sorted(taken))}")
    found = []
    for at, objective in enumerate(objectives):
        if progress is not None:
            spent = time.perf_counter() - start
            progress(Progress("objectives", float("nan"), spent, at / len(objectives)))
        found.append(_found(problem, objective, time_limit))
    best = extremes(problem, found, time_limit=time_limit)
    # Who is on no panel is a matter of the rules, and every search says the same; one that did
    # not run through may not know all.
    able = np.ones(len(problem.ids), dtype=bool)
    for fair in found or [_found(problem, Maximin(), time_limit)]:
        able &= fair.selectable
    results = [
        Compared(
            fair.certificate.objective, fair.chance, _figures(fair.chance, able, best),
            len(fair.panels), fair.certificate.proven, fair.seconds,
        )
        for fair in found
    ]
    results += [_given(name, other, able, best) for name, other in given.items()]
    return Comparison(problem.ids, best, tuple(results))


def _chances(problem: Problem, name: str, other: Given) -> Floats | LegacyEstimate:
    """Return chances from elsewhere in the order of the ids, once there is one for everybody."""
    if isinstance(other, LegacyEstimate):
        return other
    items = getattr(other, "items", None)  # of a dict or a Series
    if items is not None:
        by_id = {str(own): chance for own, chance in items()}
        missing = len({*problem.ids} - {*by_id})
        if missing:
            raise ValueError(f"{name}: {missing} of {len(problem.ids)} people have no chance")
        other = np.array([by_id[own] for own in problem.ids])
    chance = np.asarray(other, dtype=np.float64)
    if chance.shape != (len(problem.ids),):
        raise ValueError(
            f"{name}: one chance for each of {len(problem.ids)} people, not {chance.shape}"
        )
    if not ((chance >= -_NOISE) & (chance <= 1 + _NOISE)).all():
        raise ValueError(f"{name}: chances lie from 0 to 1")
    return np.clip(chance, 0.0, 1.0)


def _given(
    name: str, other: Floats | LegacyEstimate, able: NDArray[np.bool_], best: Extremes
) -> Compared:
    """Return chances from elsewhere, measured."""
    if isinstance(other, LegacyEstimate):
        figures = _figures(other.chance, able, best)
        return Compared(name, other.chance, figures, None, None, None, other.draws, other.interval)
    return Compared(name, other, _figures(other, able, best), None, None, None)


def _figures(chance: Floats, able: NDArray[np.bool_], best: Extremes) -> ChanceFigures:
    return chance_figures(chance, able, best.smallest, best.largest)


def _found(problem: Problem, objective: Objective, time_limit: float) -> Distribution:
    """Return the objective's distribution, or the best that was found in time."""
    try:
        return find_distribution(problem, objective, time_limit=time_limit)
    except TimeLimitError as error:
        return error.distribution
