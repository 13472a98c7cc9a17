"""Whom to recruit: the fewest further sign-ups with whom a panel keeps every rule.

Takes a `Problem`; turns what people can be into blocks of groups for the model of
`sortition.diagnosis.repair_models`, and its answer back into people. Called by
`sortition.diagnosis.repair`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.files.tables import fold
from sortition.rules.quotas import Quotas

__all__ = ["Recruit", "fewest_newcomers"]

Ints = NDArray[np.int64]

_MOST_KINDS = 20_000  # in one block of features that quotas cross


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


def fewest_newcomers(
    problem: Problem, seconds: float
) -> tuple[tuple[Recruit, ...], bool, Problem] | None:
    """Return the fewest further sign-ups, whether fewer are proven not to do, and the new problem.

    None when they do not help, when nothing was found in time, or when there is too much to list.
    """
    from sortition.diagnosis import repair_models as models

    blocks = []
    for features in _crossed(problem.quotas):
        block = _kinds(problem, features)
        if block is None:
            return None
        blocks.append(block)
    answer = models.fewest_newcomers(
        problem, [block.groups for block in blocks], [block.common for block in blocks], seconds
    )
    if answer is None:
        return None
    # Any kinds of one block go with any of another: the groups of a block are its own.
    members = [np.repeat(np.arange(len(own)), own) for own in answer.seats]
    people: dict[tuple[tuple[str, str], ...], int] = {}
    columns = []
    for kinds in zip(*members, strict=True):
        where = tuple(
            pair for block, c in zip(blocks, kinds, strict=True) for pair in block.where[c]
        )
        people[where] = people.get(where, 0) + 1
        columns.append(sum(block.groups[:, c] for block, c in zip(blocks, kinds, strict=True)))
    rows = np.stack(columns, axis=1)
    rows[0] = 1
    recruits = tuple(Recruit(where, count) for where, count in people.items())
    return recruits, answer.proven, _joined(problem, rows)


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
    if all(named[problem.names[row]].fixed for row in own_rows):  # nobody new has such a name
        return _Kinds(((),), np.zeros((len(problem.rows), 1), dtype=np.int64), np.ones(1, np.int64))
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
