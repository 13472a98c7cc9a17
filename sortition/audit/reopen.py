"""A published lottery as values again, so that anybody can audit it from its folder.

``reopened(published) -> Lottery | ExactLottery``. Takes what `sortition.lots.published` read and
checked; chances and proof are those of the record, nothing is solved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.distribution import Certificate, Distribution, Unselectable
from sortition.engine.problem import Problem
from sortition.engine.problem import compile as compile_problem
from sortition.files.tables import fold
from sortition.lots.exact import ExactLottery
from sortition.lots.lottery import Lottery
from sortition.lots.published import Published
from sortition.people.pool import Pool
from sortition.rules.quotas import Quota, Quotas, split_cross, split_union
from sortition.verify import read_rows

__all__ = ["reopened"]


def reopened(published: Published) -> Lottery | ExactLottery:
    """Return the lottery of a folder.

    Parameters
    ----------
    published
        What `sortition.lots.published.open_lottery` returned: files that verify, and their pool.

    Notes
    -----
    A quota is known by its name and by who is in its group. Where the name spells out columns of
    the list, and these say the same, the quota speaks of features again; else of ids.
    """
    files, pool = published.files, published.pool
    record: dict[str, Any] = json.loads(files["record.json"])
    header, *people = read_rows(files["groups.csv"])
    # A replacement tells seats apart, and not whose they are.
    seats = replace(pool, person=None) if record.get("follows") else pool
    problem = compile_problem(seats, _quotas(record, header, people, pool))
    chances = {own: float(chance) for own, chance, *_ in read_rows(files["chances.csv"])[1:]}
    type_chance = np.zeros(problem.types)
    type_chance[problem.type_of] = [chances[own] for own in problem.ids]
    rows = read_rows(files["lottery.csv"])[1:]
    if record["kind"] == "exact":
        weights = tuple(int(row[1]) for row in rows)
        panels = np.array([[int(cell) for cell in row[2:]] for row in rows], dtype=np.int64)
        share = np.array([weight / sum(weights) for weight in weights])
        fair = _distribution(problem, record, panels, share, type_chance)
        return ExactLottery(fair, panels, weights)
    place = {own: at for at, own in enumerate(problem.ids)}
    tickets = np.full((len(rows), problem.size), -1, dtype=np.int64)
    for at, (_, *members) in enumerate(rows):
        held = sorted(place[own] for own in members if own)
        tickets[at, : len(held)] = held
    types = np.append(problem.type_of, problem.types)[tickets]  # an empty seat is one type more
    counted = np.stack([np.bincount(own, minlength=problem.types + 1)[:-1] for own in types])
    panels, counts = np.unique(counted, axis=0, return_counts=True)
    fair = _distribution(problem, record, panels, counts / len(rows), type_chance)
    return Lottery(fair, tickets, np.bincount(tickets[tickets >= 0], minlength=len(problem.ids)))


def _quotas(
    record: Mapping[str, Any], header: Sequence[str], people: Sequence[Sequence[str]], pool: Pool
) -> Quotas:
    """Return the rules of the record, over features where their names say so."""
    id_column = pool.id_column or "id"
    quotas = []
    for entry in record["quotas"]:
        column = header.index(entry["name"])
        ids = tuple(row[0] for row in people if row[column] == "1")
        where = _where(entry["name"], frozenset(ids), pool)
        quotas.append(Quota(where or ((id_column, ids),), entry["min"], entry["max"],
                            label="" if where else entry["name"]))
    named = {fold(name) for quota in quotas for name, _ in quota.where}
    # That everybody has a place in the quotas was seen to when the lottery was made.
    outside = tuple(
        (name, values) for name, values in
        zip((id_column, *pool.features), (pool.ids, *pool.values), strict=True)
        if fold(name) in named
    )
    size = record["size"][0], record["size"][1]
    return Quotas(size, tuple(quotas), record["per_household"], outside=outside)


def _where(
    name: str, ids: frozenset[str], pool: Pool
) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    """Return the features and values that a quota's name spells out; None where it does not."""
    inside = np.ones(len(pool), dtype=bool)
    where = []
    for part in split_cross(name):
        words, _, values = part.partition(": ")
        feature = pool.feature(words)
        if feature is None:
            return None
        column = pool.features.index(feature)
        wanted = {fold(value) for value in split_union(values)}
        codes = [at for at, value in enumerate(pool.values[column]) if fold(value) in wanted]
        inside &= np.isin(pool.codes[:, column], codes)
        where.append((words, split_union(values)))
    found = tuple(where)
    spelled = Quota(found, 0, 0).name == name
    members = {own for own, here in zip(pool.ids, inside.tolist(), strict=True) if here}
    return found if spelled and members == ids else None


def _distribution(
    problem: Problem, record: Mapping[str, Any], panels: NDArray[np.int64],
    weights: NDArray[np.float64], type_chance: NDArray[np.float64],
) -> Distribution:
    gap, gamma = record["gap"], record.get("gamma")
    certificate = Certificate(
        record["objective"], float(record["bound"]), float("inf") if gap is None else float(gap),
        proven=record["proven"], gamma=None if gamma is None else float(gamma),
    )
    barred = tuple(Unselectable((own,), (), whole) for own, whole in record["barred"].items())
    return Distribution(problem, panels, weights, type_chance, certificate, barred, 0.0)
