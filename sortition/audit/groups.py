"""Groups of people: their chances and seats, against the pool, the quotas and the population.

Values of the features that quotas speak of, combinations that are asked for, and the groups of the
quotas themselves; with the published measures of how far a panel is from what it should mirror.
Called by `sortition.audit.measure`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.audit.chances import ChanceFigures, chance_figures
from sortition.audit.optima import Extremes
from sortition.audit.seats import Made, distribution_of, seat_chances
from sortition.errors import Issue, QuotaError
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.quotas import CROSS, Quota, split_cross

__all__ = ["Group", "Population", "cells", "columns_of", "groups_of"]

Bools = NDArray[np.bool_]
Population = Mapping[str, Mapping[str, float]]  # "gender × age" → "woman × 16-29" → people


@dataclass(frozen=True, slots=True)
class Group:
    """One group of people, in the pool and on the panel.

    Parameters
    ----------
    over
        The features whose values part the pool into such groups, ``gender × age``; empty for the
        group of a quota that is no combination of single values.
    name
        The values, ``woman × 16-29``; else the name of the quota.
    people
        Of the pool, how many.
    pool_share
        The same as a share of the pool.
    lower, upper
        Bounds of the quota on this very group, in seats; None without one.
    population_share
        Share of the population table; None without one.
    expected
        Expected seats, ``Σ π_i`` over the group.
    panel_share
        The same as a share of the expected size of the panel.
    least, most
        Smallest and largest number of seats on any panel that can be drawn; None where that
        depends on who of a household serves (see `sortition.audit.seats.seat_chances`).
    chances
        Figures of the members' chances; None where nobody in the pool is in the group.
    """

    over: str
    name: str
    people: int
    pool_share: float
    lower: int | None
    upper: int | None
    population_share: float | None
    expected: float
    panel_share: float
    least: int | None
    most: int | None
    chances: ChanceFigures | None


def groups_of(
    made: Made,
    pool: Pool,
    over: Sequence[Sequence[str]],
    population: Population,
    best: Extremes,
) -> tuple[Group, ...]:
    """Return every value of the quotas' features, the combinations asked for, and other quotas.

    Parameters
    ----------
    made
        The lottery.
    pool
        The people.
    over
        Features, or combinations of them, to look at besides those of the quotas.
    population
        People by group; its features are looked at too, and its groups also where the pool has
        nobody.
    best
        What smallest and largest chances are measured against.

    Raises
    ------
    QuotaError
        With every feature that is no column of the pool, or a population of nobody.
    """
    problem = made.problem
    quotas = {_key(quota): (row, quota) for row, quota in _rows(made)}
    spoken = set(map(pool.feature, problem.quotas.features))
    wanted = [[name] for name in pool.features if name in spoken]
    wanted += [[names] if isinstance(names, str) else list(names) for names in over]
    wanted += [list(split_cross(names)) for names in population]
    # What pandas counts is as good as a dict.
    counted = {_folded(split_cross(names)): dict(table) for names, table in population.items()}
    found: list[Group] = []
    seen = set()
    looked: set[tuple[str, ...]] = set()
    for features in columns_of(pool, wanted):
        if _folded(features) in looked:
            continue
        looked.add(_folded(features))
        table = counted.get(_folded(features), {})
        total = sum(table.values())
        if table and not total > 0:
            raise QuotaError([Issue("audit-population", {"name": CROSS.join(features)})])
        shares = {_folded(split_cross(name)): count / total for name, count in table.items()}
        for values, inside in cells(pool, features, tuple(table)):
            key = frozenset(
                (fold(f), frozenset([fold(v)])) for f, v in zip(features, values, strict=True)
            )
            seen.add(key)
            _, quota = quotas.get(key, (0, None))
            share = shares.get(_folded(values), 0.0) if table else None
            found.append(
                _group(made, best, CROSS.join(features), CROSS.join(values), inside, quota, share)
            )
    for key, (row, quota) in quotas.items():
        if key not in seen:
            inside = problem.rows[row, problem.type_of] > 0
            found.append(_group(made, best, "", quota.name, inside, quota, None))
    return tuple(found)


def cells(
    pool: Pool, features: Sequence[str], more: Sequence[str] = ()
) -> Iterator[tuple[tuple[str, ...], Bools]]:
    """Yield the combinations of values that occur, each with who has it; then `more`, with nobody.

    Parameters
    ----------
    pool
        The people.
    features
        Names of columns, as the pool spells them.
    more
        Names of groups; those that occur are passed over.
    """
    columns = [pool.features.index(feature) for feature in features]
    found, place = np.unique(pool.codes[:, columns], axis=0, return_inverse=True)
    place = place.reshape(-1)
    occurring = set()
    for at, codes in enumerate(found.tolist()):
        values = tuple(pool.values[c][code] for c, code in zip(columns, codes, strict=True))
        occurring.add(_folded(values))
        yield values, place == at
    for name in more:
        values = split_cross(name)
        if _folded(values) not in occurring and len(values) == len(features):
            yield values, np.zeros(len(pool), dtype=bool)


def columns_of(pool: Pool, wanted: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the combinations of features in the pool's own spelling.

    Raises
    ------
    QuotaError
        With every feature that is no column of the pool.
    """
    found, issues = [], []
    for names in wanted:
        own = [pool.feature(name) for name in names]
        issues += [
            Issue("audit-feature", {"name": name, "columns": ", ".join(pool.features)},
                  pool.table.file, suggestion="columns-are")
            for name, column in zip(names, own, strict=True) if column is None
        ]
        found.append(tuple(column for column in own if column is not None))
    if issues:
        raise QuotaError(issues)
    return found


def _group(
    made: Made, best: Extremes, over: str, name: str, inside: Bools, quota: Quota | None,
    population: float | None,
) -> Group:
    fair = distribution_of(made)
    people = int(inside.sum())
    chance = made.chance
    seats = seat_chances(made, inside)
    possible = None if seats is None else np.flatnonzero(seats > 0)
    expected = float(chance[inside].sum())
    return Group(
        over, name, people, people / len(inside),
        None if quota is None else quota.lower,
        None if quota is None else quota.upper,
        population, expected, expected / float(chance.sum()),
        None if possible is None else int(possible[0]),
        None if possible is None else int(possible[-1]),
        chance_figures(chance[inside], fair.selectable[inside], best.smallest, best.largest)
        if people else None,
    )


def _rows(made: Made) -> Iterator[tuple[int, Quota]]:
    """Yield each quota with its row in the problem."""
    by_name = {quota.name: quota for quota in made.problem.quotas.quotas}
    for row, name in enumerate(made.problem.names):
        if row:
            yield row, by_name[name]


def _key(quota: Quota) -> frozenset[tuple[str, frozenset[str]]]:
    return frozenset((fold(name), frozenset(map(fold, values))) for name, values in quota.where)


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(fold, words))
