"""A lottery measured: ``measured(made, pool, …) -> Audit``, behind `sortition.audit`.

Asks every part of the audit for its figures and puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sortition.audit.barred import barred_by
from sortition.audit.chances import chance_figures
from sortition.audit.errors import errors_of
from sortition.audit.groups import Group, Population, groups_of
from sortition.audit.manipulate import manipulability
from sortition.audit.optima import extremes
from sortition.audit.panels import left_out, panel_figures
from sortition.audit.result import Audit
from sortition.audit.seats import Made, distribution_of
from sortition.diagnosis.price import prices
from sortition.engine.clock import Progress
from sortition.engine.distribution import Distribution
from sortition.engine.objectives import OBJECTIVES, Goldilocks, Objective
from sortition.lots.lottery import Lottery
from sortition.people.pool import Pool
from sortition.rules.quotas import Quota

__all__ = ["measured", "ratio_products"]


def measured(
    made: Made,
    pool: Pool,
    *,
    over: Sequence[Sequence[str]],
    population: Population,
    without: Sequence[Quota],
    price: bool,
    manipulation: bool,
    time_limit: float,
    progress: Callable[[Progress], None] | None,
) -> Audit:
    """Return the audit; see `sortition.audit` for the parameters."""
    fair, problem = distribution_of(made), made.problem
    if pool.ids != problem.ids:
        raise ValueError("the lottery was made from another list of people")
    best = extremes(problem, [fair], time_limit=time_limit)
    groups = groups_of(made, pool, over, population, best)
    certificate = fair.certificate
    return Audit(
        objective=certificate.objective,
        proven=certificate.proven,
        size=(int(problem.lower[0]), problem.size),
        ids=problem.ids,
        chance=made.chance,
        selectable=fair.selectable,
        ratio_product=ratio_products(pool, groups),
        held=made.counts if isinstance(made, Lottery) else None,
        best=best,
        chances=chance_figures(made.chance, fair.selectable, best.smallest, best.largest),
        groups=groups,
        errors=errors_of(groups),
        panels=panel_figures(made),
        barred=barred_by(fair, time_limit=time_limit),
        left_out=left_out(made, pool, without),
        prices=prices(problem, time_limit=time_limit, progress=progress) if price else (),
        manipulations=(
            manipulability(
                pool, problem.quotas, _objective(fair), time_limit=time_limit, progress=progress
            )
            if manipulation else ()
        ),
    )


def _objective(fair: Distribution) -> Objective:
    """Return the objective that a distribution was found for."""
    certificate = fair.certificate
    if certificate.gamma is not None:
        return Goldilocks(certificate.gamma)
    if certificate.objective not in OBJECTIVES:
        raise ValueError("what lies bring with chances of one's own: ask manipulability itself")
    return OBJECTIVES[certificate.objective]


def ratio_products(pool: Pool, groups: Sequence[Group]) -> NDArray[np.float64]:
    """Return how over-represented everybody's answers are in the pool, feature by feature.

    ``Π_f (n_f(i) / n) ÷ ((lower + upper) / 2k)``: per feature the share of the pool that has person
    i's value, divided by the share that the middle of its quota asks for; the product is over the
    features all of whose values have a quota of their own. Above 1: more people like i signed up
    than are needed, and their chances will be small; below 1: fewer.

    Parameters
    ----------
    pool
        The people.
    groups
        With the quotas of all single values.

    Returns
    -------
    ndarray
        ``(n,)``; infinite where a quota has no seat; nan where no feature has such quotas.

    References
    ----------
    The ratio product of Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021), against
    which they show the chances of the greedy method.
    """
    product = np.full(len(pool), np.nan)
    size = next(group.expected / group.panel_share for group in groups if group.panel_share)
    for column, feature in enumerate(pool.features):
        own = {group.name: group for group in groups if group.over == feature and group.people}
        ratio = np.full(len(pool.values[column]), np.nan)
        for code, value in enumerate(pool.values[column]):
            group = own.get(value)
            if group is None or group.lower is None or group.upper is None:
                break
            asked = (group.lower + min(group.upper, size)) / 2 / size
            ratio[code] = group.pool_share / asked if asked else np.inf
        else:
            product = np.where(np.isnan(product), 1.0, product) * ratio[pool.codes[:, column]]
    return product
