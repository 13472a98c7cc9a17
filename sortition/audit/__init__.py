"""A lottery measured: how fair its chances are, whom its panels mirror, what lying would bring.

``audit(made, pool) -> Audit``. Everything here looks at what the engine made and steers nothing;
importing it loads no solver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sortition.audit.groups import Population
    from sortition.audit.result import Audit
    from sortition.audit.seats import Made
    from sortition.engine.clock import Progress
    from sortition.people.pool import Pool
    from sortition.rules.quotas import Quota

__all__ = ["audit"]

_NO_POPULATION: Mapping[str, Mapping[str, float]] = {}


def audit(
    made: Made,
    pool: Pool,
    *,
    over: Sequence[Sequence[str]] = (),
    population: Population = _NO_POPULATION,
    without: Sequence[Quota] = (),
    prices: bool = False,
    manipulability: bool = False,
    time_limit: float = 60.0,
    progress: Callable[[Progress], None] | None = None,
) -> Audit:
    """Measure a lottery: chances, groups, panels, who is left out and why.

    Parameters
    ----------
    made
        A `Distribution`, a `Lottery` or an `ExactLottery`.
    pool
        The people it was made from.
    over
        Combinations of features to look at, such as ``[["gender", "age"]]``; they need not be
        features of quotas.
    population
        How many people there are of each group, by features: ``{"gender": {"woman": 51, "man":
        49}}``, for combinations ``{"gender × age": {"woman × 16-29": …}}``.
    without
        Quotas that the lottery does not keep: how likely would they have been met?
    prices
        Whether to ask what the smallest chance would be with one bound looser; see
        `sortition.prices`.
    manipulability
        Whether to ask what a false answer would bring; see `sortition.manipulability`.
    time_limit
        Seconds for each part that solves anything.
    progress
        Called now and then while lies are looked at; see `sortition.manipulability`.

    Returns
    -------
    Audit
        Figures, `frames` and `to_dict`.

    Raises
    ------
    InputError
        If a feature is no column of the pool.
    ValueError
        If the lottery was made from other people.

    References
    ----------
    Each figure has its source where it is defined; see also ``docs/audit.md``.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": ["left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> pool = sortition.Pool.from_frame(people)
    >>> problem = sortition.compile(pool, sortition.Quotas.from_frame(rules, size=2))
    >>> found = sortition.audit(sortition.find_distribution(problem), pool)
    >>> found.chances.smallest, found.chances.largest, round(found.chances.gini, 3)
    (0.5, 1.0, 0.167)
    >>> [(group.name, group.people, group.expected) for group in found.groups]
    [('left', 2, 1.0), ('right', 1, 1.0)]
    """
    from sortition.audit.measure import measured

    return measured(
        made, pool, over=over, population=population, without=without, price=prices,
        manipulation=manipulability, time_limit=time_limit, progress=progress,
    )
