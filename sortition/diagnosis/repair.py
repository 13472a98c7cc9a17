"""The cheapest ways out when no panel exists: ``repairs(problem) -> (Repair, …)``.

Takes a `Problem`, asks the models of `sortition.diagnosis.repair_models`, and offers only what an
exact integer program of its own confirms with a panel. Nothing is changed unless `apply` is called;
what stands in the way is told by `sortition.diagnosis.diagnose`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from sortition.diagnosis.newcomers import Recruit, fewest_newcomers
from sortition.engine.problem import Problem, restated
from sortition.engine.relaxation import Relaxation
from sortition.files.writers import to_csv
from sortition.rules.quotas import CROSS, Quota, Quotas, join_union

if TYPE_CHECKING:
    from sortition.diagnosis.repair_models import Loosening

__all__ = ["Change", "Repair", "apply", "quotas_csv", "repairs"]

Kind = Literal[
    "flex", "fewest-rules", "fewest-seats", "least-reluctance", "size", "household", "newcomers",
    "together",
]

# What else than a bound costs, next to `repair_models.reluctance`: only to put them in an order.
_SEAT = 1.0  # a seat of the panel more or less
_HOUSEMATE = 2.0  # one person more per household
_NEWCOMER = 2.0  # one further sign-up
_SAME = 1e-6  # costs nearer than this are equal


@dataclass(frozen=True, slots=True)
class Change:
    """A quota with other bounds.

    Parameters
    ----------
    name
        The quota's name.
    old, new
        Least and most seats.
    row
        Row of the quota file, for messages.
    follows
        Whether the quota only follows from others, and so changes with them.
    """

    name: str
    old: tuple[int, int]
    new: tuple[int, int]
    row: int | None = field(default=None, compare=False)
    follows: bool = field(default=False, compare=False)

    def render(self, language: str) -> str:
        """Return the change in words."""
        from sortition.messages import text

        parts = [
            text(code, language, old=old, new=new)
            for code, old, new in (
                ("repair-min", self.old[0], self.new[0]), ("repair-max", self.old[1], self.new[1]),
            )
            if old != new
        ]
        if self.follows:
            parts.append(text("repair-follows", language))
        return f"{self.name} ({', '.join(parts)})"

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to make a panel possible, confirmed by a panel.

    Parameters
    ----------
    kinds
        What it is the cheapest of; several where these agree.
    changes
        Quotas with other bounds.
    size
        Least and most seats, old and new; None where they stay.
    per_household
        People of one household who may serve together, old and new; None where it stays.
    recruits
        Further sign-ups, each living alone: one choice among those with as few people.
    beyond_flex
        Whether a bound leaves the flexible bounds that the quota file gives.
    proven
        Whether it is proven that nothing cheaper of its kinds exists; else time ran out.
    cost
        What it is ordered by; see `sortition.diagnosis.repair_models.reluctance` for bounds; a seat
        of the size counts 1, a further person per household or a further sign-up 2.
    """

    kinds: tuple[Kind, ...]
    changes: tuple[Change, ...] = ()
    size: tuple[tuple[int, int], tuple[int, int]] | None = None
    per_household: tuple[int, int] | None = None
    recruits: tuple[Recruit, ...] = ()
    beyond_flex: bool = False
    proven: bool = True
    cost: float = 0.0

    @property
    def seats(self) -> int:
        """By how many seats bounds of quotas change, all together."""
        return sum(
            abs(new - old)
            for change in self.changes
            for old, new in zip(change.old, change.new, strict=True)
        )

    def render(self, language: str = "en") -> str:
        """Return what to do and why one might, in words."""
        from sortition.messages import text

        parts = []
        if self.changes:
            words = "; ".join(change.render(language) for change in self.changes)
            parts.append(text("repair-quotas", language, count=len(self.changes), changes=words))
        if self.size:
            low, high = self.size[1]
            size = str(low) if low == high else f"{low}–{high}"
            parts.append(text("repair-size", language, size=size))
        if self.per_household:
            parts.append(text("repair-household", language, most=self.per_household[1]))
        if self.recruits:
            words = "; ".join(recruit.render(language) for recruit in self.recruits)
            count = sum(recruit.count for recruit in self.recruits)
            parts.append(text("repair-newcomers", language, count=count, recruits=words))
        why = [text(_WHY[kind], language) for kind in self.kinds if kind in _WHY]
        if self.beyond_flex:
            why.append(text("repair-beyond-flex", language))
        if not self.proven:
            why.append(text("repair-unproven", language))
        return "; ".join(parts) + (f" ({'; '.join(why)})" if why else "")

    def __str__(self) -> str:
        return self.render("en")


_WHY: dict[Kind, str] = {
    "flex": "repair-why-flex",
    "fewest-rules": "repair-why-rules",
    "fewest-seats": "repair-why-seats",
    "least-reluctance": "repair-why-reluctance",
}


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
    for repair, changed in _offers(problem, until):
        for at, other in enumerate(found):
            if _as_good(other, repair):
                found[at] = replace(other, kinds=(*other.kinds, *repair.kinds),
                                    proven=other.proven and repair.proven)
                break
        else:
            if _possible(changed, until - time.perf_counter()):
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


def apply(quotas: Quotas, repair: Repair) -> Quotas:
    """Return the quotas with what the repair changes; further sign-ups change none.

    Flexible bounds that a bound leaves are moved with it.

    Raises
    ------
    ValueError
        If the repair is of other quotas.
    """
    changes = {change.name: change for change in repair.changes}
    changed = tuple(_changed(quota, changes.pop(quota.name, None)) for quota in quotas.quotas)
    size, own = (repair.size or (quotas.size,) * 2), quotas.per_household
    household = repair.per_household or (own, own)
    if changes or size[0] != quotas.size or household[0] != own:
        raise ValueError("a repair of other quotas")
    return replace(quotas, quotas=changed, size=size[1], per_household=household[1])


def _changed(quota: Quota, change: Change | None) -> Quota:
    if change is None:
        return quota
    if change.old != (quota.lower, quota.upper):
        raise ValueError("a repair of other quotas")
    lower, upper = change.new
    flex = quota.flex and (min(quota.flex[0], lower), max(quota.flex[1], upper))
    return replace(quota, lower=lower, upper=upper, flex=flex)


def quotas_csv(quotas: Quotas) -> str:
    """Return the quotas as a CSV file: feature, value, min, max, and flexible bounds if any.

    Values that no quota names, on purpose, may have any number of seats: a quota file must name
    them too. People who are on every panel are not in it: their ids are no feature.
    """
    flexible = any(quota.flex is not None for quota in quotas.quotas)
    columns = ["feature", "value", "min", "max", *(["min_flex", "max_flex"] if flexible else [])]
    rows = [
        [
            CROSS.join(feature for feature, _ in quota.where),
            CROSS.join(join_union(values, "|") for _, values in quota.where),
            quota.lower, quota.upper,
            *((quota.flex or ("", "")) if flexible else ()),
        ]
        for quota in quotas.quotas
        if not quota.fixed
    ]
    free = (0, quotas.size[1], *(("", "") if flexible else ()))
    rows += [[name, join_union([value]), *free]
             for name, values in quotas.outside for value in values if value]
    return to_csv(columns, rows)


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
    floor, roof = np.zeros_like(problem.lower), np.zeros_like(problem.upper)
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
    for quota in quotas.quotas:
        down, up = (int(own[rows[quota.name]]) for own in (loosening.down, loosening.up))
        if not (down or up):
            continue
        # A maximum above the whole pool is as good as the pool.
        new = quota.lower - down, min(quota.upper, len(problem.ids)) + up if up else quota.upper
        old = quota.lower, quota.upper
        changes.append(Change(quota.name, old, new, quota.row, quota.follows))
        cost += reluctance(quota.lower, down, up)
        flex = quota.flex or (quota.lower, quota.upper)
        beyond |= new[0] < flex[0] or new[1] > flex[1]
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
        (kind,), tuple(changes), size, beyond_flex=beyond, proven=loosening.proven, cost=cost
    )
    return repair, restated(problem, apply(quotas, repair))


def _household(problem: Problem, until: float) -> list[tuple[Repair, Problem]]:
    """Return the fewest people per household, more than now, that make a panel possible."""
    own = problem.per_household
    for most in range(own + 1, int(np.bincount(problem.household).max()) + 1):
        changed = restated(problem, replace(problem.quotas, per_household=most))
        if _possible(changed, max(until - time.perf_counter(), 0.0) / 3):
            cost = _HOUSEMATE * (most - own)
            return [(Repair(("household",), per_household=(own, most), cost=cost), changed)]
    return []


def _newcomers(problem: Problem, seconds: float) -> list[tuple[Repair, Problem]]:
    """Return the fewest further sign-ups, and the problem with them."""
    found = fewest_newcomers(problem, seconds)
    if found is None:
        return []
    recruits, proven, joined = found
    cost = _NEWCOMER * (len(joined.ids) - len(problem.ids))
    return [(Repair(("newcomers",), recruits=recruits, proven=proven, cost=cost), joined)]
