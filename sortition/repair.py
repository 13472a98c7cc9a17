"""The cheapest ways out when no panel exists: ``repairs(problem) -> (Repair, …)``.

Takes a `Problem`, asks the models of `sortition.repair_models`, and offers only what an exact
integer program of its own confirms with a panel. Nothing is changed unless `apply` is called; what
stands in the way is told by `sortition.diagnose`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sortition.problem import Problem, restated
from sortition.quotas import Quota, Quotas
from sortition.relaxation import Relaxation
from sortition.tables import fold, to_csv

if TYPE_CHECKING:
    from sortition.repair_models import Loosening

__all__ = ["Change", "Recruit", "Repair", "apply", "quotas_csv", "repairs"]

Ints = NDArray[np.int64]
Kind = Literal[
    "flex", "fewest-rules", "fewest-seats", "least-reluctance", "size", "household", "newcomers",
    "together",
]

# What else than a bound costs, next to `repair_models.reluctance`: only to put them in an order.
_SEAT = 1.0  # a seat of the panel more or less
_HOUSEMATE = 2.0  # one person more per household
_NEWCOMER = 2.0  # one further sign-up
_SAME = 1e-6  # costs nearer than this are equal
_MOST_KINDS = 20_000  # of newcomers, in one block of features that quotas cross


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
    """

    name: str
    old: tuple[int, int]
    new: tuple[int, int]
    row: int | None = field(default=None, compare=False)

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
        return f"{self.name} ({', '.join(parts)})"

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Recruit:
    """People of one kind who would have to sign up as well.

    Parameters
    ----------
    where
        Their value of each feature that a quota speaks of.
    count
        How many.
    """

    where: tuple[tuple[str, str], ...]
    count: int

    def render(self, language: str) -> str:
        """Return the people in words."""
        from sortition.messages import text

        words = ", ".join(f"{feature}: {value}" for feature, value in self.where)
        return text("repair-recruit", language, count=self.count, words=words)


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
        What it is ordered by; see `sortition.repair_models.reluctance` for bounds; a seat of the
        size counts 1, a further person per household or a further sign-up 2.
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
    """Return the quotas as a CSV file: feature, value, min, max, and flexible bounds if any."""
    flexible = any(quota.flex is not None for quota in quotas.quotas)
    columns = ["feature", "value", "min", "max", *(["min_flex", "max_flex"] if flexible else [])]
    rows = [
        [
            " × ".join(feature for feature, _ in quota.where),
            " × ".join("|".join(values) for _, values in quota.where),
            quota.lower, quota.upper,
            *((quota.flex or ("", "")) if flexible else ()),
        ]
        for quota in quotas.quotas
    ]
    # Quotas are read back by a program: an apostrophe in front would make it another value.
    return to_csv(columns, rows, escape=False)


def _possible(problem: Problem, seconds: float) -> bool:
    """Return whether a panel was found and, counted in whole numbers, keeps every rule."""
    solution = Relaxation.of(problem).model(integer=True).solve(seconds)
    return bool(len(solution.x)) and problem.admits(np.rint(solution.x).astype(np.int64))


def _offers(problem: Problem, until: float) -> Iterator[tuple[Repair, Problem]]:
    """Yield every repair that a model gives, with the problem it would make."""
    from sortition import repair_models as models

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
    from sortition import repair_models as models

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
    from sortition.repair_models import reluctance

    quotas = problem.quotas
    rows = {name: row for row, name in enumerate(problem.names) if row}
    changes, cost, beyond = [], 0.0, False
    for quota in quotas.quotas:
        down, up = (int(own[rows[quota.name]]) for own in (loosening.down, loosening.up))
        if not (down or up):
            continue
        # A maximum above the whole pool is as good as the pool.
        new = quota.lower - down, min(quota.upper, len(problem.ids)) + up if up else quota.upper
        changes.append(Change(quota.name, (quota.lower, quota.upper), new, quota.row))
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
    from sortition.repair_models import fewest_newcomers

    blocks = [_kinds(problem, features) for features in _crossed(problem.quotas)]
    if any(block is None for block in blocks):
        return []
    known = [block for block in blocks if block is not None]
    answer = fewest_newcomers(
        problem, [block.groups for block in known], [block.common for block in known], seconds
    )
    if answer is None:
        return []
    # Any kinds of one block go with any of another: the groups of a block are its own.
    members = [np.repeat(np.arange(len(own)), own) for own in answer.seats]
    people: dict[tuple[tuple[str, str], ...], int] = {}
    for kinds in zip(*members, strict=True):
        pairs = [pair for block, c in zip(known, kinds, strict=True) for pair in block.where[c]]
        people[tuple(pairs)] = people.get(tuple(pairs), 0) + 1
    recruits = tuple(Recruit(where, count) for where, count in people.items())
    rows = np.stack(
        [
            sum(block.groups[:, c] for block, c in zip(known, kinds, strict=True))
            for kinds in zip(*members, strict=True)
        ],
        axis=1,
    )
    rows[0] = 1
    cost = _NEWCOMER * rows.shape[1]
    repair = Repair(("newcomers",), recruits=recruits, proven=answer.proven, cost=cost)
    return [(repair, _joined(problem, rows))]


@dataclass(frozen=True, slots=True, eq=False)
class _Kinds:
    """What newcomers may be in a block of features: values, groups ``(m, c)``, how common."""

    where: tuple[tuple[tuple[str, str], ...], ...]
    groups: Ints
    common: Ints


def _crossed(quotas: Quotas) -> list[tuple[str, ...]]:
    """Return the features in blocks: those that one quota crosses belong together."""
    blocks = [{fold(feature)} for feature in quotas.features]
    for quota in quotas.quotas:
        own = {fold(feature) for feature, _ in quota.where}
        joined = own.union(*(block for block in blocks if block & own))
        blocks = [block for block in blocks if not block & own] + [joined]
    named = [
        tuple(feature for feature in quotas.features if fold(feature) in block) for block in blocks
    ]
    return sorted(named)


def _kinds(problem: Problem, features: Sequence[str]) -> _Kinds | None:
    """Return what newcomers may be in these features, None when that is too much to list.

    Kinds that no quota tells apart are one; of their names the first stands for all.
    """
    quotas = problem.quotas.quotas
    values = [
        {fold(v): v for quota in quotas for f, own in quota.where if fold(f) == fold(name)
         for v in own}
        for name in features
    ]
    if np.prod([len(own) for own in values], dtype=float) > _MOST_KINDS:
        return None
    named = {quota.name: quota for quota in quotas}
    own_rows = [
        row for row, name in enumerate(problem.names) if row
        and {fold(f) for f, _ in named[name].where} <= {fold(f) for f in features}
    ]
    folded = tuple(map(fold, features))
    found: dict[tuple[int, ...], tuple[tuple[str, str], ...]] = {}
    for kind in product(*(sorted(own) for own in values)):
        mine = dict(zip(folded, kind, strict=True))
        key = tuple(
            int(all(mine[fold(f)] in map(fold, own) for f, own in named[problem.names[row]].where))
            for row in own_rows
        )
        spelled = [(f, own[v]) for f, own, v in zip(features, values, kind, strict=True)]
        found.setdefault(key, tuple(spelled))
    for key in map(tuple, problem.rows[own_rows].T.tolist()):
        found.setdefault(key, ())  # people of the pool whom no quota names
    groups = np.zeros((len(problem.rows), len(found)), dtype=np.int64)
    groups[own_rows] = np.array(list(found), dtype=np.int64).T
    alike = (problem.rows[own_rows][:, :, None] == groups[own_rows][:, None, :]).all(axis=0)
    return _Kinds(tuple(found.values()), groups, problem.people @ alike)


def _joined(problem: Problem, rows: Ints) -> Problem:
    """Return the problem with further people who live alone, one per column of `rows`."""
    count = rows.shape[1]
    types, patterns = problem.types + np.arange(count), len(problem.capacity) + np.arange(count)
    homes = int(problem.household.max()) + 1 + np.arange(count)
    ones = np.ones(count, dtype=np.int64)
    return replace(
        problem,
        ids=(*problem.ids, *(f"+{at}" for at in range(1, count + 1))),
        type_of=np.append(problem.type_of, types), household=np.append(problem.household, homes),
        people=np.append(problem.people, ones), limit=np.append(problem.limit, ones),
        rows=np.hstack([problem.rows, rows]), pattern=np.append(problem.pattern, patterns),
        capacity=np.append(problem.capacity, problem.per_household * ones),
    )
