"""The draw after the draw: who stays, what is still needed, and the lottery of the empty seats.

Takes a `Problem` and the ids that stay and that are gone; gives the problem of the whole new panel,
from which a lottery is made as from any other, and the problem of the empty seats alone, for
words and ways out. A published lottery holds all that is needed; see `published_problem`. Called by
``sortition replace``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.diagnosis.repair import Change, Repair, apply, repairs
from sortition.engine.problem import Problem, of_groups, restated
from sortition.errors import InputError, Issue, VerificationError
from sortition.files.writers import to_csv
from sortition.lots.groups import group_rows
from sortition.lots.ranked import reserves_of, stepped_in
from sortition.rules.panel_names import JOINS
from sortition.rules.quotas import Quota, Quotas
from sortition.verify import read_rows

__all__ = [
    "STAYS",
    "check_follows",
    "panel_ids",
    "published_problem",
    "remaining_problem",
    "replacement_problem",
    "seats_gone",
    "ways_out",
]

Ints = NDArray[np.int64]

STAYS = "(stays)"  # the quota that keeps on every panel those who stay


def replacement_problem(
    problem: Problem, stay: Collection[str], gone: Collection[str],
    steps_in: Collection[str] = (),
) -> Problem:
    """Return the problem of the whole panel anew, with everyone who stays on every panel.

    The quotas, the size and the household rule are those of the first draw, so that whoever checks
    a panel checks the agreed rules; one quota more counts those who stay. Their housemates are on
    no panel unless the household rule leaves room, which the lottery proves.

    Parameters
    ----------
    problem
        The rules and people of the draw before.
    stay
        Ids that keep their seat.
    gone
        Ids that gave theirs up: they are left out.
    steps_in
        Ids of reserves who take all the empty seats: there is nothing left to draw then, and the
        only panel is they and those who stay.

    Raises
    ------
    ValueError
        If somebody is not in the pool, or both stays and is gone.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c", "d"], "side": ["l", "l", "l", "r"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["l", "r"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> again = replacement_problem(problem, stay=["d"], gone=["a"])
    >>> fair = sortition.find_distribution(again)
    >>> dict(zip(again.ids, fair.chance.round(3).tolist()))
    {'b': 0.5, 'c': 0.5, 'd': 1.0}
    """
    _known(problem, {*stay, *steps_in}, gone)
    ids = [own for own in problem.ids if own not in gone]
    quotas = _agreed(problem)
    low, high = quotas.size
    low = max(low, min(len(stay) + 1, high))  # of a range of sizes: at least one seat is filled
    if steps_in:
        stay = {*stay, *steps_in}
        low = high = len(stay)
    named = [quota.name for quota in quotas.quotas]
    if stay:
        kept = Quota((("id", tuple(sorted(stay))),), len(stay), len(stay), label=STAYS)
        quotas = replace(quotas, quotas=(*quotas.quotas, kept), outside=_open(quotas))
    group = _groups(problem, ids, named)
    if stay:
        group = np.hstack([group, np.isin(ids, sorted(stay))[:, None].astype(np.int64)])
    return of_groups(
        tuple(ids), _homes(problem, ids), group, replace(quotas, size=(low, high))
    )


def seats_gone(
    record: Mapping[str, Any], ids: Collection[str], stay: Collection[str], gone: Collection[str]
) -> set[str]:
    """Return whom a replacement leaves out: of several panels every seat of whoever is gone.

    Parameters
    ----------
    record
        Of the draw before.
    ids
        Of its pool: people, or seats.
    stay, gone
        Of its panel.
    """
    if not record["source"].get("themes"):
        return set(gone)
    people = {seat.partition(JOINS)[2] for seat in gone}
    return {seat for seat in ids if seat.partition(JOINS)[2] in people} - set(stay)


def remaining_problem(problem: Problem, stay: Collection[str], gone: Collection[str]) -> Problem:
    """Return the problem of the empty seats: candidates, and what the quotas still ask for.

    Every bound and the size are less by those who stay. Candidates are neither of the panel nor
    live with as many of those who stay as may serve together; where a household may send more, a
    quota of its own says how many.

    Parameters and errors as for `replacement_problem`.

    Raises
    ------
    InputError
        If there are fewer candidates than empty seats, or no seat is empty.
    """
    _known(problem, stay, gone)
    home = dict(zip(problem.ids, problem.household.tolist(), strict=True))
    taken = Counter(home[own] for own in stay)
    most = problem.per_household
    ids = [
        own for own in problem.ids
        if own not in stay and own not in gone and taken[home[own]] < most
    ]
    agreed = _agreed(problem)
    named = [quota.name for quota in agreed.quotas]
    low, high = (size - len(stay) for size in agreed.size)
    if high < 1:
        raise InputError([Issue("replace-nothing", suggestion="replace-nothing-is")])
    if len(ids) < low or not ids:
        params = {"candidates": len(ids), "seats": max(low, 1)}
        raise InputError([Issue("replace-too-few", params, suggestion="replace-too-few-is")])
    filled = _filled(problem, stay)
    left = tuple(
        replace(quota, lower=max(quota.lower - filled[quota.name], 0),
                upper=max(quota.upper - filled[quota.name], 0), flex=None, label=quota.name)
        for quota in agreed.quotas
    )
    group = _groups(problem, ids, named)
    mates: dict[int, list[str]] = {}
    for own in ids:
        mates.setdefault(home[own], []).append(own)
    for number, own_mates in mates.items():
        if taken[number] and len(own_mates) > most - taken[number]:
            left += (Quota((("id", tuple(own_mates)),), 0, most - taken[number]),)
            group = np.hstack([group, np.isin(ids, own_mates)[:, None].astype(np.int64)])
    quotas = replace(agreed, size=(max(low, 1), high), quotas=left, outside=_open(agreed))
    return of_groups(tuple(ids), _homes(problem, ids), group, quotas)


def ways_out(
    problem: Problem, stay: Collection[str], gone: Collection[str], time_limit: float = 60.0
) -> tuple[tuple[Repair, Problem], ...]:
    """Return the least deviations that make a replacement possible, and the problem with each.

    They are the repairs of the empty seats, said of the whole panel; `replacement_problem` of the
    problem that comes with one has a panel. That further people sign up is none of them.

    Parameters
    ----------
    problem, stay, gone
        As for `replacement_problem`.
    time_limit
        Seconds.
    """
    filled, agreed = _filled(problem, stay), _agreed(problem)
    before = {quota.name: quota for quota in agreed.quotas}
    found = []
    for repair in repairs(remaining_problem(problem, stay, gone), time_limit=time_limit):
        if repair.recruits or any(change.name not in before for change in repair.changes):
            continue
        changes = tuple(_lifted(own, before[own.name], filled[own.name]) for own in repair.changes)
        size = repair.size and (agreed.size, (repair.size[1][0] + len(stay),
                                              repair.size[1][1] + len(stay)))
        whole = replace(repair, changes=changes, size=size)
        found.append((whole, _rebound(problem, apply(agreed, whole))))
    return tuple(found)


def published_problem(files: Mapping[str, bytes]) -> Problem:
    """Return the problem of a published lottery, from ``record.json`` and ``groups.csv``.

    Parameters
    ----------
    files
        Checked files of a lottery, by name.
    """
    record = json.loads(files["record.json"])
    header, *rows = read_rows(files["groups.csv"])
    names = [quota["name"] for quota in record["quotas"]]
    columns = [header.index(name, 2) for name in names]
    rows.sort()
    ids = tuple(row[0] for row in rows)
    bound = {home: at for at, home in enumerate(sorted({row[1] for row in rows} - {""}))}
    household = [
        bound[row[1]] if row[1] else len(bound) + at for at, row in enumerate(rows)
    ]
    group = np.array([[int(row[at]) for at in columns] for row in rows], dtype=np.int64)
    quotas = Quotas(
        tuple(record["size"]),
        tuple(Quota(((q["name"], ("1",)),), q["min"], q["max"], label=q["name"])
              for q in record["quotas"]),
        record["per_household"],
        outside=tuple((name, ("0",)) for name in names),
    )
    return of_groups(ids, np.array(household, dtype=np.int64), group, quotas)


def panel_ids(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the sorted ids in the checked ``panel.csv`` of a draw."""
    header, *rows = read_rows(files["panel.csv"])
    at = header.index(json.loads(files["record.json"])["draw"]["id_column"])
    return tuple(sorted(row[at] for row in rows))


def check_follows(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[Change, ...]:
    """Confirm that a lottery is the replacement after a draw; return the quotas that changed.

    Each of both is checked for itself by `sortition.verify`; this is the link between them.

    Parameters
    ----------
    before, after
        Files by name: of the draw, ``record.json``, ``groups.csv``, ``panel.csv``; of what follows
        it, ``record.json`` and ``groups.csv``.

    Returns
    -------
    tuple of Change
        What was agreed to deviate from, because no replacement kept it.

    Raises
    ------
    VerificationError
        If it follows another record, other people, or is made from other groups or rules.
    """
    new = json.loads(after["record.json"])
    follows = new.get("follows") or {}
    digest = hashlib.sha256(before["record.json"]).hexdigest()
    if follows.get("record_sha256") != digest:
        raise VerificationError("follows-bad-record", digest, follows.get("record_sha256"))
    panel = set(panel_ids(before))
    stay, gone = set(follows["stay"]), set(follows["gone"])
    seated, reserves = stepped_in(follows), reserves_of({"follows": follows})
    declined = gone & set(reserves.ids if reserves else ())  # reserves who will not be asked again
    if stay & gone or stay | (gone - declined) != panel - declined:
        raise VerificationError("follows-bad-people", len(panel), len(stay | gone))
    problem = published_problem(before)
    bounds = {q["name"]: (q["min"], q["max"]) for q in new["quotas"]}
    agreed = _agreed(problem)
    missing = next((q.name for q in agreed.quotas if q.name not in bounds), None)
    if missing is not None:
        raise VerificationError("follows-bad-rules", missing, None)
    changed = tuple(
        Change(q.name, (q.lower, q.upper), bounds[q.name]) for q in agreed.quotas
        if bounds[q.name] != (q.lower, min(q.upper, len(problem.ids)))
    )
    stated = {change.name for change in changed}
    if stated != set(follows["changed"]):
        raise VerificationError("follows-bad-rules", follows["changed"], sorted(stated))
    moved = tuple(
        replace(q, lower=bounds[q.name][0], upper=bounds[q.name][1]) for q in agreed.quotas
    )
    quotas = replace(agreed, quotas=moved, size=tuple(new["size"]),
                     per_household=new["per_household"])
    left = seats_gone(json.loads(before["record.json"]), problem.ids, stay, gone)
    expected = replacement_problem(_rebound(problem, quotas), stay, left, seated)
    header, *people = group_rows(expected, types=new["kind"] == "exact")
    if to_csv(header, people).encode() != after["groups.csv"]:
        raise VerificationError("follows-bad-groups", None, None)
    return changed


def _known(problem: Problem, stay: Collection[str], gone: Collection[str]) -> None:
    if not {*stay, *gone} <= set(problem.ids) or set(stay) & set(gone):
        raise ValueError("people who are not in the pool, or who both stay and are gone")


def _agreed(problem: Problem) -> Quotas:
    """Return the rules without the quota of an earlier replacement, in the order of the rows."""
    named = {quota.name: quota for quota in problem.quotas.quotas}
    own = tuple(named[name] for name in problem.names[1:] if name != STAYS)
    # Seats of roles are what their quotas say; whoever stays is not in the lottery for the rest.
    return replace(problem.quotas, quotas=own, file=None, roles=(), seated=())


def _open(quotas: Quotas) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what belongs to no quota: a quota on some ids leaves the others alone."""
    return (*quotas.outside, ("id", ()))


def _groups(problem: Problem, ids: Collection[str], named: Collection[str]) -> Ints:
    """Return ``(n, q)`` which of these people are in the groups of these quotas."""
    rows = [problem.names.index(name) for name in named]
    group: Ints = problem.rows[rows][:, problem.type_of[_places(problem, ids)]].T
    return group


def _homes(problem: Problem, ids: Collection[str]) -> Ints:
    homes: Ints = problem.household[_places(problem, ids)]
    return homes


def _places(problem: Problem, ids: Collection[str]) -> list[int]:
    """Return where these people stand in the problem."""
    at = {own: place for place, own in enumerate(problem.ids)}
    return [at[own] for own in ids]


def _filled(problem: Problem, stay: Collection[str]) -> dict[str, int]:
    """Return per rule how many of those who stay it counts."""
    counts = problem.rows[:, problem.type_of[_places(problem, stay)]].sum(axis=1)
    return dict(zip(problem.names, counts.tolist(), strict=True))


def _lifted(change: Change, quota: Quota, filled: int) -> Change:
    """Return a change of what is still needed as one of the whole quota."""
    old = quota.lower, quota.upper
    new = tuple(
        own if after == before else after + filled
        for own, before, after in zip(old, change.old, change.new, strict=True)
    )
    return Change(change.name, old, (new[0], new[1]), change.row)


def _rebound(problem: Problem, agreed: Quotas) -> Problem:
    """Return the problem with these bounds of its agreed quotas."""
    own = tuple(quota for quota in problem.quotas.quotas if quota.name == STAYS)
    return restated(problem, replace(agreed, quotas=(*agreed.quotas, *own)))
