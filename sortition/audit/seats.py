"""How many seats a group fills on the panel that will be drawn: a chance for every number.

``seat_chances(made, inside)`` works on whatever can be drawn from: tickets are counted; where who
serves within a type is drawn last, the chances are hypergeometric. Called by
`sortition.audit.groups` and for quotas that were left out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem
from sortition.lots.exact import ExactLottery
from sortition.lots.lottery import Lottery

__all__ = ["Made", "distribution_of", "seat_chances", "weighted_panels"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

Made = Distribution | Lottery | ExactLottery  # what can be audited


def distribution_of(made: Made) -> Distribution:
    """Return the distribution behind whatever was made of it."""
    return made if isinstance(made, Distribution) else made.distribution


def weighted_panels(made: Distribution | ExactLottery) -> tuple[Ints, Floats]:
    """Return ``(p, t)`` panels and ``(p,)`` weights that add up to one."""
    if isinstance(made, Distribution):
        return made.panels, made.weights
    return made.panels, np.array([weight / made.total for weight in made.weights])


def seat_chances(made: Made, inside: Bools) -> Floats | None:
    """Return how likely the group is to fill 0, 1, …, k seats.

    Parameters
    ----------
    made
        A lottery or a distribution.
    inside
        ``(n,)`` who is in the group.

    Returns
    -------
    ndarray or None
        ``(k + 1,)`` chances that add up to one. None only without tickets, and where people of one
        type, some in the group, share homes: then it depends on who serves with whom.

    Notes
    -----
    On tickets it is the share of tickets with s of the group. Without them, x_t of the m_t people
    of a type are drawn with equal chances, so that of its g_t people in the group s serve with
    chance ``C(g, s) C(m − g, x − s) / C(m, x)``, independently of the other types.
    """
    most = made.problem.size
    if isinstance(made, Lottery):
        within = np.append(inside, False)  # position -1 is an empty seat
        counts = within[made.tickets].sum(axis=1)
        return np.bincount(counts, minlength=most + 1) / len(counts)
    problem = made.problem
    group = np.bincount(problem.type_of[inside], minlength=problem.types)
    cut = (group > 0) & (group < problem.people)
    if (cut & ~_alone(problem)).any():
        return None
    panels, weights = weighted_panels(made)
    whole = panels[:, group == problem.people].sum(axis=1)
    total = np.zeros(most + 1)
    for panel, sure, weight in zip(panels, whole.tolist(), weights.tolist(), strict=True):
        chances = np.ones(1)
        for t in np.flatnonzero(cut & (panel > 0)):
            chances = np.convolve(
                chances, _hypergeometric(int(problem.people[t]), int(group[t]), int(panel[t]))
            )
        total[sure : sure + len(chances)] += weight * chances
    return total


def _alone(problem: Problem) -> Bools:
    """Return ``(t,)`` whose homes bind nobody: any x_t of them may serve, each set as likely."""
    shared = np.bincount(problem.pattern, minlength=len(problem.capacity)) > 1
    return np.asarray(~shared[problem.pattern] & (problem.limit == problem.people))


def _hypergeometric(people: int, group: int, seats: int) -> Floats:
    """Return the chances that 0, 1, …, `seats` of the seats go to the group."""
    ways = math.comb(people, seats)
    return np.array([
        math.comb(group, s) * math.comb(people - group, seats - s) / ways
        for s in range(seats + 1)
    ])
