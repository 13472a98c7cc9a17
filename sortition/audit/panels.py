"""The panels a lottery may draw: how many, how evenly, and what rounding to tickets cost.

Also how likely a quota that was left out would have been met all the same. Called by
`sortition.audit.measure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sortition.audit.seats import Made, seat_chances, weighted_panels
from sortition.engine.problem import compile as compile_problem
from sortition.lots.exact import ExactLottery
from sortition.lots.lottery import Lottery
from sortition.people.pool import Pool
from sortition.rules.quotas import Quota, Quotas

__all__ = ["LeftOut", "PanelFigures", "left_out", "panel_figures"]


@dataclass(frozen=True, slots=True)
class PanelFigures:
    """What can be drawn.

    Parameters
    ----------
    of
        ``"people"`` where tickets name people; ``"types"`` where a panel says how many serve of
        each type and who serves is drawn after it, which adds to the panels and to the entropy.
    distinct
        How many different panels.
    entropy
        Shannon's, ``−Σ w log₂ w`` over the different panels, in bits: 0 when the panel is certain,
        ``log₂ distinct`` when all are equally likely.
    largest_weight
        How likely the likeliest panel is.
    tickets
        How many tickets; None where there are none.
    ticket_loss
        By how many tickets the worst-off person is away from M times their chance; in chances where
        the lottery is exact; None for a distribution that was not rounded.

    References
    ----------
    Shannon, "A mathematical theory of communication", *Bell System Technical Journal* 27 (1948).
    Rounding to tickets: Flanigan, Kehne, Procaccia, "Fair sortition made transparent", NeurIPS
    (2021).
    """

    of: Literal["people", "types"]
    distinct: int
    entropy: float
    largest_weight: float
    tickets: int | None
    ticket_loss: float | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A quota that the lottery did not keep, and how it fares all the same.

    Parameters
    ----------
    name, lower, upper
        The quota.
    people
        How many of the pool are in its group.
    expected
        Expected seats of the group, ``Σ π_i``.
    met
        How likely the panel drawn is to keep it: the share of tickets that do, or the weight of
        the panels that do; None where that depends on who of a household serves (see
        `sortition.audit.seats.seat_chances`).
    """

    name: str
    lower: int
    upper: int
    people: int
    expected: float
    met: float | None


def panel_figures(made: Made) -> PanelFigures:
    """Return what can be drawn from a lottery or a distribution."""
    if isinstance(made, Lottery):
        _, counts = np.unique(made.tickets, axis=0, return_counts=True)
        weights: NDArray[np.float64] = counts / len(made.tickets)
    else:
        panels, share = weighted_panels(made)
        distinct, place = np.unique(panels, axis=0, return_inverse=True)
        weights = np.bincount(place.reshape(-1), share, len(distinct)).astype(np.float64)
    weights = weights[weights > 0]
    entropy = abs(float(-(weights * np.log2(weights)).sum()))
    return PanelFigures(
        "people" if isinstance(made, Lottery) else "types", len(weights), entropy,
        float(weights.max()),
        len(made.tickets) if isinstance(made, Lottery) else None,
        made.loss if isinstance(made, Lottery | ExactLottery) else None,
    )


def left_out(made: Made, pool: Pool, quotas: Iterable[Quota]) -> tuple[LeftOut, ...]:
    """Return how likely each of these quotas is to be met, though the lottery did not ask for it.

    Parameters
    ----------
    made
        The lottery.
    pool
        The people, with the features of these quotas.
    quotas
        What was left out.

    Raises
    ------
    InputError
        If a quota speaks of a feature that is no column.
    """
    found = []
    for quota in quotas:
        # Compiled alone, with everybody else outside it: the group as any quota would have it.
        outside = tuple(
            (name, pool.values[pool.features.index(column)])
            for name, _ in quota.where if (column := pool.feature(name)) is not None
        )
        alone = Quotas((1, made.problem.size), (replace(quota, lower=0),), outside=outside)
        problem = compile_problem(pool, alone)
        inside = problem.rows[1, problem.type_of] > 0
        seats = seat_chances(made, inside)
        met = None if seats is None else float(seats[quota.lower : quota.upper + 1].sum())
        found.append(LeftOut(
            quota.name, quota.lower, quota.upper, int(inside.sum()),
            float(made.chance[inside].sum()), met,
        ))
    return tuple(found)
