"""The cheapest ways out when no panel exists: ``repairs(problem) -> (Repair, …)``.

Takes a `Problem`, asks the models of `sortition.diagnosis.repair_models`, and offers only what an
exact integer program of its own confirms with a panel. Nothing is changed unless `apply` is called;
what stands in the way is told by `sortition.diagnosis.diagnose`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sortition.diagnosis.newcomers import fewest_newcomers
from sortition.diagnosis.ways import Change, Kind, Repair, apply, quotas_csv
from sortition.diagnosis.written import changed, written
from sortition.engine.problem import Problem, restated
from sortition.engine.relaxation import Relaxation
from sortition.rules.role_quotas import seated_in

if TYPE_CHECKING:
    from sortition.diagnosis.repair_models import Loosening

__all__ = ["Change", "Repair", "apply", "quotas_csv", "repairs"]

# What else than a bound costs, next to `repair_models.reluctance`: only to put them in an order.
_SEAT = 1.0  # a seat of the panel more or less
_HOUSEMATE = 2.0  # one person more per household
_NEWCOMER = 2.0  # one further sign-up
_SAME = 1e-6  # costs nearer than this are equal



def repairs(problem: Problem, *, most: int = 5, time_limit: float = 60.0) -> tuple[Repair, ...]:
    """Return the cheapest ways to make a panel possible, side by side.

    Within the flexible bounds of the quota file if these suffice; by the fewest quotas changed; by
    the fewest seats changed; with the most care for small groups; by another size of the panel; by
    more people per household; by more sign-ups. Where none of these does it alone, quotas and size
    change together.

    Parameters
    ----------
    problem
        Rules that no panel keeps.
    most
        How many to return.
    time_limit
        Seconds for all of them; what is not found by then is left out.

    Returns
    -------
    tuple of Repair
        The cheapest first; each was confirmed by a panel that keeps the changed rules. Empty when
        a panel exists already.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": ["left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [0, 2], "max": [2, 2]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> [[str(change) for change in repair.changes] for repair in repairs(problem)]
    [[], ['side: right (minimum 2 → 1)']]
    """
    until = time.perf_counter() + time_limit
    if _possible(problem, time_limit):
        return ()
    found: list[Repair] = []
    for repair, made in _offers(problem, until):
        for at, other in enumerate(found):
            if _as_good(other, repair):
                found[at] = replace(other, kinds=(*other.kinds, *repair.kinds),
                                    proven=other.proven and repair.proven)
                break
        else:
            if _possible(made, until - time.perf_counter()):
                found.append(repair)
    return tuple(sorted(found, key=lambda repair: repair.cost)[:most])


def _as_good(other: Repair, repair: Repair) -> bool:
    """Return whether the other is as cheap in the kind of this one: then both would say the same.

    Only bounds of quotas are compared; whoever stays within flexible bounds is not replaced by
    whoever leaves them.
    """
    if not (other.changes and repair.changes) or other.size != repair.size:
        return False
    if repair.kinds == ("fewest-rules",):
        return len(other.changes) <= len(repair.changes)
    if repair.kinds == ("fewest-seats",):
        return other.seats <= repair.seats
    return other.changes == repair.changes or (
        repair.kinds == ("least-reluctance",) and other.cost <= repair.cost + _SAME
    )


def _possible(problem: Problem, seconds: float) -> bool:
    """Return whether a panel was found and, counted in whole numbers, keeps every rule."""
    solution = Relaxation.of(problem).model(integer=True).solve(seconds)
    return bool(len(solution.x)) and problem.admits(np.rint(solution.x).astype(np.int64))


def _offers(problem: Problem, until: float) -> Iterator[tuple[Repair, Problem]]:
    """Yield every repair that a model gives, with the problem it would make."""
    from sortition.diagnosis import repair_models as models

    def seconds() -> float:
        return max(until - time.perf_counter(), 0.0) / 3  # something is left for the others

    loosenings: dict[Kind, models.Loosening | None] = {
        "flex": _within_flex(problem, seconds()),
        "least-reluctance": models.least_reluctance(problem, seconds()),
        "fewest-seats": models.fewest_seats(problem, seconds()),
        "fewest-rules": models.fewest_rules(problem, seconds()),
        "size": models.nearest_size(problem, seconds()),
    }
    # In this order: what is kind to small groups may be as cheap in the plainer senses, too.
    offers = [_restating(problem, kind, own) for kind, own in loosenings.items() if own is not None]
    offers += _household(problem, until)
    offers += _newcomers(problem, seconds())
    if not offers:
        together = models.least_reluctance(problem, seconds(), size=True)
        if together is not None:
            offers.append(_restating(problem, "together", together))
    yield from offers


def _within_flex(problem: Problem, seconds: float) -> Loosening | None:
    """Return the fewest seats within the flexible bounds of the file; None without any."""
    from sortition.diagnosis import repair_models as models

    named = {quota.name: quota for quota in problem.quotas.quotas}
    floor = np.zeros_like(written(problem).lower)
    roof = floor.copy()
    for row, name in enumerate(problem.names[1:], 1):
        flex = named[name].flex
        if flex is not None:
            floor[row] = problem.lower[row] - flex[0]
            roof[row] = max(min(flex[1], len(problem.ids)) - problem.upper[row], 0)
    if not (floor.any() or roof.any()):
        return None
    return models.fewest_seats(problem, seconds, within=(floor, roof))


def _restating(problem: Problem, kind: Kind, loosening: Loosening) -> tuple[Repair, Problem]:
    """Return a loosening in words, and the problem with it."""
    from sortition.diagnosis.repair_models import reluctance

    quotas = problem.quotas
    rows = {name: row for row, name in enumerate(problem.names) if row}
    changes, cost, beyond = [], 0.0, False
    beside = {quota.name: seated_in(quota, quotas.seated) for quota in quotas.quotas}
    bounds = [(rows[quota.name], quota.name, quota.lower, quota.upper, quota.row, "", quota.flex)
              for quota in quotas.quotas]
    at = len(problem.rows)
    for seats in quotas.roles:
        for name, lower, upper in zip(seats.names, seats.lower, seats.upper, strict=True):
            label = f"{seats.feature}: {name}"
            bounds.append((at, label, lower, upper, seats.row, seats.feature, None))
            at += 1
    for at, name, lower, upper, line, role, flex in bounds:
        down, up = int(loosening.down[at]), int(loosening.up[at])
        if not (down or up):
            continue
        # A maximum above the whole pool is as good as the pool.
        new = lower - down, min(upper, len(problem.ids)) + up if up else upper
        # Seats of roles are those of the whole panel as they are.
        seated = 0 if role else beside[name]
        changes.append(Change(name, (lower, upper), new, line, role, seated))
        cost += reluctance(lower, down, up)
        least, most = flex or (lower, upper)
        beyond |= new[0] < least or new[1] > most
    down, up = int(loosening.down[0]), int(loosening.up[0])
    size = None
    if down or up:
        low, high = quotas.size
        # A fixed size moves as a whole, a range is widened.
        new_size = (low - down + up, low - down + up) if low == high else (low - down, high + up)
        size = quotas.size, new_size
        cost += _SEAT * (down + up)
    beyond &= any(quota.flex is not None for quota in quotas.quotas)
    repair = Repair(
        (kind,), tuple(changes), size, beyond_flex=beyond, proven=loosening.proven, cost=cost,
        seated=len(quotas.seated),
    )
    return repair, changed(problem, apply(quotas, repair))


def _household(problem: Problem, until: float) -> list[tuple[Repair, Problem]]:
    """Return the fewest people per household, more than now, that make a panel possible."""
    own = problem.per_household
    for most in range(own + 1, int(np.bincount(problem.household).max()) + 1):
        made = restated(problem, replace(problem.quotas, per_household=most))
        if _possible(made, max(until - time.perf_counter(), 0.0) / 3):
            cost = _HOUSEMATE * (most - own)
            return [(Repair(("household",), per_household=(own, most), cost=cost), made)]
    return []


def _newcomers(problem: Problem, seconds: float) -> list[tuple[Repair, Problem]]:
    """Return the fewest further sign-ups, and the problem with them."""
    found = fewest_newcomers(problem, seconds)
    if found is None:
        return []
    recruits, proven, joined = found
    cost = _NEWCOMER * (len(joined.ids) - len(problem.ids))
    return [(Repair(("newcomers",), recruits=recruits, proven=proven, cost=cost), joined)]
