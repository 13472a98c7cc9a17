"""Reserves on empty seats without another lot: the first in their order with whom the rules hold.

Takes the rules of a draw, who stays and the reserves that the draw fixed; gives who steps in, and
checks that a record says the same. Called by ``sortition replace --from-reserves``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sortition.engine.panels import any_panel, some_panel
from sortition.engine.problem import Problem, restated
from sortition.errors import InputError, VerificationError
from sortition.lots.ranked import check_rank, reserves_of, stepped_in
from sortition.lots.replacement import (
    STAYS,
    check_follows,
    panel_ids,
    published_problem,
    remaining_problem,
)
from sortition.verify import read_rows

__all__ = ["check_steps_in", "first_who_fit", "only_from"]


def first_who_fit(
    problem: Problem, stay: Collection[str], gone: Collection[str], ranked: Sequence[str],
    seats: int,
) -> tuple[str, ...]:
    """Return who of the reserves step in: in their order, whoever leaves the rules possible.

    Going down the list, somebody gets a seat if those who stay, those who have one already and
    this person can be filled up with later reserves to a panel that keeps every rule; else the next
    is looked at. So the first reserve steps in wherever any choice of reserves with them does, and
    then the second; nothing else is weighed.

    Parameters
    ----------
    problem
        The rules, and the people of the draw before.
    stay, gone
        Ids that keep their seats, and that gave them up or cannot be asked.
    ranked
        The reserves in their order; those who are on the panel or gone are passed over.
    seats
        How many came free: where the size of the panel may vary, it does not grow.

    Raises
    ------
    InfeasibleError, InputError
        If no choice of these reserves fills the seats; see `only_from` for the ways out.
    """
    askable = set(problem.ids) - set(stay) - set(gone)
    free = [own for own in ranked if own in askable]
    rules = _no_larger(problem, len(stay) + seats)
    any_panel(remaining_problem(rules, stay, only_from(problem, stay, free)))  # or say why not
    seated: list[str] = []
    passed: set[str] = set()
    for own in free:
        if _possible(rules, {*stay, *seated, own}, set(free) - passed):
            seated.append(own)
        else:
            passed.add(own)
    return tuple(seated)


def only_from(problem: Problem, stay: Collection[str], ranked: Collection[str]) -> set[str]:
    """Return who cannot be drawn if only these may be: what `remaining_problem` calls gone."""
    return set(problem.ids) - set(stay) - set(ranked)


def check_steps_in(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[str, ...]:
    """Confirm that those who stepped in after a draw are the first who fit; return them.

    Parameters
    ----------
    before, after
        Files by name, as for `sortition.lots.replacement.check_follows`, which is asked first; of
        the draw, ``lottery.csv`` as well.

    Returns
    -------
    tuple of str
        Nobody where the seats were filled by lot.

    Raises
    ------
    VerificationError
        If the reserves are not those of the draw before, or others step in than their order says.
    """
    changed = check_follows(before, after)
    record, new = json.loads(before["record.json"]), json.loads(after["record.json"])
    if new["follows"].get("reserves") is None:
        return ()
    known, taken = reserves_of(record), reserves_of({"follows": new["follows"]})
    problem = published_problem(before)
    drawn = read_rows(before["lottery.csv"])[1 + record["draw"]["ticket"]][0]
    check_rank(record, set(problem.ids) - set(panel_ids(before)), drawn)
    if known is None or known != taken:
        raise VerificationError("reserves-bad-order", None, None)
    seated = stepped_in(new["follows"])
    if not seated:
        return ()
    agreed, bounds = problem.quotas, {change.name: change.new for change in changed}
    low, high = agreed.size
    quotas = replace(agreed, quotas=tuple(
        replace(quota, lower=bounds[quota.name][0], upper=bounds[quota.name][1])
        if quota.name in bounds else quota for quota in agreed.quotas
    ), per_household=new["per_household"],
        size=agreed.size if low <= new["size"][0] <= high else tuple(new["size"]))
    stay, gone = set(new["follows"]["stay"]), set(new["follows"]["gone"])
    there = gone & set(panel_ids(before))  # others never had a seat
    expected = first_who_fit(restated(problem, quotas), stay, gone, known.ids, len(there))
    if expected != seated:
        raise VerificationError("reserves-bad-steps", len(expected), len(seated))
    return expected


def _no_larger(problem: Problem, there: int) -> Problem:
    """Return the rules for a panel that is not larger than it was, where its size may vary."""
    low, high = problem.quotas.size
    return restated(problem, replace(
        problem.quotas, size=(low, max(low, min(high, there)))
    ))


def _possible(rules: Problem, seated: set[str], left: set[str]) -> bool:
    """Return whether a panel holds all who are seated, and beside them only such as are left."""
    if not _within(rules, seated):
        return False
    if _fill(rules, seated):
        return True
    try:
        open_seats = remaining_problem(rules, seated, only_from(rules, seated, left))
    except InputError:  # no seat is left, or fewer candidates than seats
        return False
    return some_panel(open_seats) is not None


def _within(rules: Problem, seated: set[str]) -> bool:
    """Return whether these people, counted one by one, are nowhere too many."""
    places = [at for at, own in enumerate(rules.ids) if own in seated]
    at_home = int(np.bincount(rules.household[places]).max())
    counts = rules.rows[:, rules.type_of[places]].sum(axis=1)
    return at_home <= rules.per_household and bool((counts <= rules.upper)[_agreed(rules)].all())


def _fill(rules: Problem, seated: set[str]) -> bool:
    """Return whether these people, counted one by one, are nowhere too few."""
    places = [at for at, own in enumerate(rules.ids) if own in seated]
    counts = rules.rows[:, rules.type_of[places]].sum(axis=1)
    return bool((counts >= rules.lower)[_agreed(rules)].all())


def _agreed(rules: Problem) -> list[int]:
    """Return the rows of the size and the quotas, without that of an earlier replacement."""
    return [at for at, name in enumerate(rules.names) if name != STAYS]
