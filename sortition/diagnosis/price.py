"""The price of each quota: what the smallest chance would be if one bound were a seat looser.

``prices(problem) -> (Price, …)``, on request only. What cannot matter is ruled out by the duals of
the relaxation; for the rest the changed problem is solved to a proof where time allows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from sortition.diagnosis.written import changed
from sortition.engine.clock import Progress
from sortition.engine.distribution import Distribution
from sortition.engine.objectives import Maximin
from sortition.engine.problem import Problem
from sortition.engine.relaxation import LevelModel, Relaxation
from sortition.engine.search import find_distribution
from sortition.errors import InfeasibleError, QuotaError, TimeLimitError
from sortition.messages import text
from sortition.rules.quotas import Quotas
from sortition.rules.role_quotas import resized, with_roles

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Price", "prices", "prices_frame"]

Side = Literal["min", "max", "smaller", "larger", "household"]

_NOTHING = 1e-9  # seats: a dual nearer to zero is none


@dataclass(frozen=True, slots=True)
class Price:
    """What loosening one bound by one would do to the smallest chance.

    Parameters
    ----------
    name
        The quota's name; empty for the size and for the household rule.
    side
        ``"min"`` or ``"max"`` of a quota; a ``"smaller"`` or ``"larger"`` panel; one person more
        per ``"household"``.
    bound, loosened
        The number now, and then.
    now
        Smallest chance of those who can be selected, with the rules as they are, in [0, 1].
    then
        The same with the looser rule; None when no panel keeps the changed rules, which only
        another size can do, or when nothing is known.
    certified
        Whether `then` is proven, also that there is no panel; else time ran out, and it is an
        upper bound from the relaxation, or None for another size.
    barred_now, barred_then
        How many people are on no panel at all; None where that is not known. Whoever comes in
        counts in `then`: so it can be lower than `now`.
    """

    name: str
    side: Side
    bound: int
    loosened: int
    now: float
    then: float | None
    certified: bool
    barred_now: int
    barred_then: int | None

    @property
    def gain(self) -> float | None:
        """By how much the smallest chance rises (at most, unless certified); see `barred_then`."""
        return None if self.then is None else self.then - self.now

    def render(self, language: str = "en") -> str:
        """Return what is loosened in words, such as ``age: 16-29, minimum 5 → 4``."""
        own = "price-household" if self.side == "household" else "price-size"
        code = {"min": "price-min", "max": "price-max"}.get(self.side, "price-other")
        bound = text(code, language, bound=self.bound, loosened=self.loosened)
        return f"{self.name or text(own, language)}, {bound}"


def prices(
    problem: Problem, *, time_limit: float = 60.0,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Price, ...]:
    """Return the price of every bound that may matter, the dearest first.

    Parameters
    ----------
    problem
        Rules that a panel keeps.
    time_limit
        Seconds; bounds that are not settled by then get an upper bound from the relaxation.
    progress
        Called with a `Progress` of the stage ``"prices"`` at every bound; what it raises stops
        the search.

    Returns
    -------
    tuple of Price
        Bounds that are not there are proven to cost nothing: loosening them by a seat leaves the
        smallest chance as it is. The sizes and the household rule are always there.

    Raises
    ------
    InfeasibleError
        If no panel keeps the rules.
    TimeLimitError
        If not even the present smallest chance was found in time.

    Notes
    -----
    Let z be the best smallest chance over the relaxation. As a function of the bounds z is concave,
    so a bound whose multiplier is zero in one optimal solution cannot raise z. Where the lottery
    reaches z and nobody is barred, it cannot raise the lottery's smallest chance either.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c", "d"], "side": ["left"] * 3 + ["right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [0, 0], "max": [1, 2]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> dearest = prices(problem)[0]
    >>> dearest.name, dearest.side, round(dearest.now, 3), round(dearest.then, 3)
    ('side: left', 'max', 0.333, 0.5)
    """
    start = time.perf_counter()
    until = start + time_limit
    now = find_distribution(problem, Maximin(), time_limit=time_limit)
    smallest, barred = _smallest(now)
    found = []
    asked = list(_loosened(problem, now))
    for at, (name, side, bound, loosened, quotas) in enumerate(asked):
        if progress is not None:
            spent = time.perf_counter() - start
            progress(Progress("prices", float("nan"), spent, at / len(asked)))
        then: tuple[float | None, int | None, bool] = None, None, True
        if quotas is not None:
            left = until - time.perf_counter()
            then = _then(changed(problem, quotas), side, now, left)
        chance, barred_then, certified = then
        found.append(
            Price(name, side, bound, loosened, smallest, chance, certified, barred, barred_then)
        )
    return tuple(sorted(found, key=lambda price: -(price.gain or 0.0)))


def prices_frame(found: tuple[Price, ...], *, language: str = "en") -> pd.DataFrame:
    """Return prices as a DataFrame, a row each, with the gain and the change in words."""
    import pandas as pd

    columns = list(Price.__dataclass_fields__)
    rows = [
        [*(getattr(price, column) for column in columns), price.gain, price.render(language)]
        for price in found
    ]
    return pd.DataFrame(rows, columns=[*columns, "gain", "change"])


def _smallest(fair: Distribution) -> tuple[float, int]:
    """Return the smallest chance of those who can be selected, and how many cannot."""
    able = fair.selectable
    return float(fair.chance[able].min()), int((~able).sum())


def _loosened(
    problem: Problem, now: Distribution
) -> Iterator[tuple[str, Side, int, int, Quotas | None]]:
    """Yield every bound that may matter, and the quotas with it one looser."""
    quotas = problem.quotas
    rows = {name: row for row, name in enumerate(problem.names) if row}
    multipliers = None
    if not now.unselectable and now.certificate.method == "relaxation":
        relaxation = Relaxation.of(problem)
        everybody = np.ones(problem.types, dtype=bool)
        answer = LevelModel(relaxation).solve(np.zeros(problem.types), everybody)
        multipliers = None if answer is None else answer[2]
    able = problem.rows @ problem.people
    for at, quota in enumerate(quotas.quotas):
        if quota.role:  # nobody wrote it: the seats of the roles come below
            continue
        row = rows[quota.name]
        # Where nobody is barred and the relaxation is reached, its multipliers say what matters.
        weight = np.nan if multipliers is None else multipliers[row]
        sides: list[tuple[Side, int, int]] = []
        if quota.lower > 0 and not weight > -_NOTHING:
            sides.append(("min", quota.lower, quota.lower - 1))
        # A maximum as large as the panel, or the group, keeps nobody off.
        if quota.upper < min(able[row], quotas.size[1]) and not weight < _NOTHING:
            sides.append(("max", quota.upper, quota.upper + 1))
        for side, bound, then in sides:
            low, high = (then, quota.upper) if side == "min" else (quota.lower, then)
            flex = quota.flex and (min(quota.flex[0], low), max(quota.flex[1], high))
            loose = [*quotas.quotas]
            loose[at] = replace(quota, lower=low, upper=high, flex=flex)
            yield quota.name, side, bound, then, replace(quotas, quotas=tuple(loose))
    yield from _role_seats(quotas)
    low, high = quotas.size
    smaller = (low - 1, high - 1) if low == high else (low - 1, high)
    larger = (low + 1, high + 1) if low == high else (low, high + 1)
    if low > 1:
        yield "", "smaller", low, low - 1, _resized(quotas, smaller)
    if high < len(problem.ids):
        yield "", "larger", high, high + 1, _resized(quotas, larger)
    own = quotas.per_household
    if np.bincount(problem.household).max() > own:
        yield "", "household", own, own + 1, replace(quotas, per_household=own + 1)


def _role_seats(quotas: Quotas) -> Iterator[tuple[str, Side, int, int, Quotas | None]]:
    """Yield every bound on the seats of a role, and the quotas with it one looser."""
    most = quotas.size[1] + len(quotas.seated)
    for number, seats in enumerate(quotas.roles):
        for role, name in enumerate(seats.names):
            sides: list[tuple[Side, int, int]] = []
            if name and seats.lower[role] > 0:
                sides.append(("min", seats.lower[role], seats.lower[role] - 1))
            if name and seats.upper[role] < most:
                sides.append(("max", seats.upper[role], seats.upper[role] + 1))
            for side, bound, then in sides:
                lower, upper = [*seats.lower], [*seats.upper]
                (lower if side == "min" else upper)[role] = then
                roles = [*quotas.roles]
                roles[number] = replace(seats, lower=tuple(lower), upper=tuple(upper))
                yield f"{seats.feature}: {name}", side, bound, then, with_roles(quotas, roles)


def _resized(quotas: Quotas, size: tuple[int, int]) -> Quotas | None:
    """Return the quotas for another size, None when their numbers do not add up to it."""
    try:
        return resized(quotas, size)
    except QuotaError:
        return None


def _then(
    problem: Problem, side: Side, now: Distribution, seconds: float
) -> tuple[float | None, int | None, bool]:
    """Return the smallest chance, how many are barred, and whether this is proven."""
    if seconds > 0:
        try:
            fair = find_distribution(problem, Maximin(), time_limit=seconds)
            if fair.certificate.proven:
                return (*_smallest(fair), True)
        except InfeasibleError:
            return None, None, True
        except TimeLimitError:
            pass
    if side in ("smaller", "larger"):  # who can be selected now need not be selectable then
        return None, None, False
    able = np.zeros(problem.types, dtype=bool)
    able[problem.type_of[now.selectable]] = True  # the people stand in the same order
    answer = LevelModel(Relaxation.of(problem)).solve(np.zeros(problem.types), able)
    return None if answer is None else answer[0], None, False
