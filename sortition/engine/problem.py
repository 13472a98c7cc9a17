"""From people and words to integers and arrays: ``compile(pool, quotas) -> Problem``.

Everything right of here works on types (people whom no rule can tell apart), never on persons;
names, values and files end in this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sortition.display import card, seats
from sortition.errors import InputError, Issue, PoolError, QuotaError
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.messages import some_rows
from sortition.people.pool import Pool
from sortition.rules.fields import MOST_STRANGE, many_strange
from sortition.rules.quotas import Quota, Quotas, join_union

__all__ = ["Problem", "compile", "of_groups", "restated"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A panel as an integer vector x over T types, and the rules it keeps.

    A panel is x with ``0 ≤ x ≤ limit``, ``lower ≤ rows @ x ≤ upper`` and, for every household
    pattern h, ``Σ_{t in h} x_t ≤ capacity_h``. A person of type t serves with chance
    ``E[x_t] / people_t``.

    Parameters
    ----------
    ids
        ``(n,)`` sorted ids of the pool.
    type_of
        ``(n,)`` the type of each person.
    household
        ``(n,)`` household of each person.
    per_household
        How many of a household may serve together.
    people
        ``(t,)`` how many people have the type.
    limit
        ``(t,)`` how many of them may serve together.
    rows, lower, upper
        ``(m, t)``, ``(m,)``, ``(m,)``: row 0 counts the seats, the others are the quotas.
    pattern
        ``(t,)`` household pattern of the type: households whose members have the same quota
        groups are interchangeable, so they share one; people alone have patterns of their own.
    capacity
        ``(h,)`` seats that all households of a pattern may fill together.
    names
        ``(m,)`` the rows in words.
    quotas
        The rules in words, for reports; the engine does not read them.
    """

    ids: tuple[str, ...] = field(repr=False)
    type_of: Ints = field(repr=False)
    household: Ints = field(repr=False)
    per_household: int
    people: Ints = field(repr=False)
    limit: Ints = field(repr=False)
    rows: Ints = field(repr=False)
    lower: Ints = field(repr=False)
    upper: Ints = field(repr=False)
    pattern: Ints = field(repr=False)
    capacity: Ints = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    quotas: Quotas = field(repr=False)

    def __repr__(self) -> str:
        size = seats((int(self.lower[0]), self.size))
        return f"Problem: {len(self.ids)} people of {self.types} types, {size}"

    def _repr_html_(self) -> str:
        """Show how many people there are for the seats of every rule."""
        rows = zip(self.names, self.rows @ self.people, self.lower, self.upper, strict=True)
        return card(repr(self), ("rule", "people", "min", "max"), rows)

    @property
    def size(self) -> int:
        """Seats of the largest panel allowed, k."""
        return int(self.upper[0])

    @property
    def types(self) -> int:
        """How many types there are, T."""
        return len(self.people)

    def admits(self, panel: Ints) -> bool:
        """Return whether the ``(t,)`` integer vector keeps every rule."""
        counts = self.rows @ panel
        return bool(
            (panel >= 0).all()
            and (panel <= self.limit).all()
            and (counts >= self.lower).all()
            and (counts <= self.upper).all()
            and (self.shared(panel) <= self.capacity).all()
        )

    def admits_all(self, panels: Ints) -> bool:
        """Return whether all of the ``(p, t)`` integer vectors keep every rule."""
        # Floats multiply many times faster, and sums of whole numbers below 2⁵³ are exact in them.
        counts = panels.astype(np.float64) @ self.rows.T.astype(np.float64)
        homes = np.zeros((len(self.capacity), len(panels)), dtype=np.int64)
        np.add.at(homes, self.pattern, panels.T)
        return bool(
            (panels >= 0).all()
            and (panels <= self.limit).all()
            and (counts >= self.lower).all()
            and (counts <= self.upper).all()
            and (homes <= self.capacity[:, None]).all()
        )

    def shared(self, panel: Ints) -> Ints:
        """Return per household pattern how many seats the panel fills, ``(h,)``."""
        totals = np.zeros(len(self.capacity), dtype=np.int64)
        np.add.at(totals, self.pattern, panel)
        return totals


def compile(pool: Pool, quotas: Quotas) -> Problem:  # noqa: A001 - the field's builder verb
    """Turn people and rules into arrays.

    Parameters
    ----------
    pool
        The volunteers.
    quotas
        The rules for one panel.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        With every disagreement between people and quotas: features that are no column, values
        that no quota names, a panel larger than the pool.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": ["left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> problem = compile(Pool.from_frame(people), Quotas.from_frame(rules, size=2))
    >>> sorted(problem.people.tolist())  # two types: two people who lean left, one right
    [1, 2]
    """
    features, issues = _matched_features(pool, quotas)
    issues += _size_issues(pool, quotas)
    issues += _value_issues(pool, quotas, features)
    if issues:
        in_quotas = {issue.code.startswith("quota-") for issue in issues}
        kinds = {True: QuotaError, False: PoolError}
        raise (kinds[in_quotas.pop()] if len(in_quotas) == 1 else InputError)(issues)
    group = np.zeros((len(pool), len(quotas.quotas)), dtype=np.int64)
    for at, quota in enumerate(quotas.quotas):
        group[:, at] = _membership(pool, quota, features)
    return of_groups(pool.ids, pool.household.astype(np.int64), group, quotas)


def of_groups(ids: tuple[str, ...], household: Ints, group: Ints, quotas: Quotas) -> Problem:
    """Return the problem of people of whom only the quota groups are known.

    Parameters
    ----------
    ids
        Sorted ids.
    household
        ``(n,)`` people of one household share a number.
    group
        ``(n, q)`` 1 for whoever is in the group of a quota, in the order of ``quotas.quotas``.
    quotas
        The rules.
    """
    # The order of the file cannot matter.
    order = sorted(range(len(quotas.quotas)), key=lambda at: fold(quotas.quotas[at].name))
    ordered = [quotas.quotas[at] for at in order]
    group = np.hstack([np.ones((len(ids), 1), dtype=np.int64), group[:, order]])
    type_of, pattern_of, households = _types(group, household, quotas.per_household)
    people = np.bincount(type_of)
    example = np.zeros(len(people), dtype=np.int64)
    example[type_of] = np.arange(len(ids))
    pattern = pattern_of[example]
    capacity = households * quotas.per_household
    # Nobody is on a panel twice, so a size range ends at the pool.
    most = min(quotas.size[1], len(ids))
    lower = np.array([quotas.size[0], *(q.lower for q in ordered)], dtype=np.int64)
    upper = np.array([most, *(min(q.upper, len(ids)) for q in ordered)], dtype=np.int64)
    # A type's own limit: each household gives at most `per_household` of its members of that type.
    inside = people // households[pattern]
    limit = np.minimum(inside, quotas.per_household) * households[pattern]
    arrays = {
        "type_of": type_of, "household": household, "people": people,
        "limit": limit, "rows": np.ascontiguousarray(group[example].T), "lower": lower,
        "upper": upper, "pattern": pattern, "capacity": capacity,
    }
    for array in arrays.values():
        array.setflags(write=False)
    names = ("", *(quota.name for quota in ordered))
    return Problem(
        ids=ids, per_household=quotas.per_household, names=names, quotas=quotas, **arrays
    )


def restated(problem: Problem, quotas: Quotas) -> Problem:
    """Return the same people under the same groups with other bounds, size or household rule.

    The types stay: they may be finer than `compile` would make them, which changes no answer.

    Parameters
    ----------
    problem
        What was compiled.
    quotas
        The rules it was compiled from, with other numbers.

    Raises
    ------
    ValueError
        If the quotas are of other groups.
    """
    ordered = sorted(quotas.quotas, key=lambda quota: fold(quota.name))
    if tuple(quota.name for quota in ordered) != problem.names[1:]:
        raise ValueError("quotas of other groups than the problem's: compile them")
    most = len(problem.ids)
    households = problem.capacity // problem.per_household
    inside = problem.people // households[problem.pattern]
    arrays = {
        "lower": np.array([quotas.size[0], *(q.lower for q in ordered)], dtype=np.int64),
        "upper": np.minimum([quotas.size[1], *(q.upper for q in ordered)], most),
        "limit": np.minimum(inside, quotas.per_household) * households[problem.pattern],
        "capacity": households * quotas.per_household,
    }
    for array in arrays.values():
        array.setflags(write=False)
    return replace(problem, per_household=quotas.per_household, quotas=quotas, **arrays)


def _matched_features(pool: Pool, quotas: Quotas) -> tuple[dict[str, int], list[Issue]]:
    """Return for each feature of the quotas, folded, the column of `pool.codes`; and the issues."""
    found = {}
    issues = []
    for name in quotas.features:
        own = pool.feature(name)
        if own is not None:
            found[fold(name)] = pool.features.index(own)
            continue
        if fold(name) == fold(pool.id_column or "id"):
            continue  # a quota on people by name
        near = nearest(name, pool.features)
        row = next((q.row for q in quotas.quotas if name in dict(q.where)), None)
        issues.append(
            Issue(
                "quota-feature-unknown",
                {"name": name, "nearest": near, "columns": ", ".join(pool.features)},
                quotas.file, row, suggestion="did-you-mean" if near else "columns-are",
            )
        )
    return found, issues


def _size_issues(pool: Pool, quotas: Quotas) -> list[Issue]:
    if quotas.size[0] <= len(pool):
        return []
    size, people = quotas.size[0], len(pool)
    params = {"size": size, "people": people, "missing": size - people}
    return [Issue("size-above-pool", params, pool.table.file, suggestion="fewer-seats")]


def _value_issues(pool: Pool, quotas: Quotas, features: dict[str, int]) -> list[Issue]:
    """Return an issue for every value of people that no quota names, and every unheld value."""
    issues = []
    for name, column in features.items():
        named = {fold(v): v for q in quotas.quotas for v in _values(q, name)}
        outside = {fold(v) for own, values in quotas.outside if fold(own) == name for v in values}
        held = {fold(value): code for code, value in enumerate(pool.values[column])}
        # People with a value outside the quotas could be on no panel or on every one: to guess
        # either would change who may be drawn, so it is a question to the user.
        strange = {key: code for key, code in held.items() if key not in named}
        unnamed = [code for key, code in strange.items() if key not in outside]
        if len(unnamed) > MOST_STRANGE:
            unknown = [pool.values[column][code] for code in unnamed]
            issues.append(many_strange(pool, pool.features[column], unknown))
        else:
            issues += [_strange_issue(pool, quotas, name, column, code, named) for code in unnamed]
        # A value that has a quota of its own is not another one's misspelling.
        spare = [pool.values[column][code] for code in strange.values()]
        for quota in quotas.quotas:
            values = _values(quota, name)
            if quota.lower == 0 or not values or any(fold(v) in held for v in values):
                continue
            near = next((own for v in values if (own := nearest(v, spare))), None)
            params = {"name": quota.name, "lower": quota.lower, "nearest": near,
                      "values": ", ".join(pool.values[column][:20]),
                      "written": join_union([near or ""])}
            suggestion = "did-you-mean" if near else "unheld-is"
            if near and "|" in near:
                suggestion = "value-with-bar"
            issues.append(Issue("quota-value-unheld", params, quotas.file, quota.row,
                                suggestion=suggestion))
    return sorted(issues, key=lambda i: (i.file or "", i.row or 0, i.column or ""))


def _strange_issue(
    pool: Pool, quotas: Quotas, feature: str, column: int, code: int, named: dict[str, str]
) -> Issue:
    """Return the issue of one value that no quota names, with all its rows."""
    value = pool.values[column][code]
    people = np.flatnonzero(pool.codes[:, column] == code)
    rows = sorted(pool.table.numbers[pool.order[person]] for person in people)
    near = nearest(value, named.values())
    quota_row = next((q.row for q in quotas.quotas if near in _values(q, feature)), None)
    suggestion = "values-are"
    if near:
        suggestion = "did-you-mean" if quota_row is None else "did-you-mean-quota"
    if "|" in value:
        suggestion = "value-with-bar"
    return Issue(
        "pool-value-unknown" if value else "pool-value-blank",
        {"value": value[:60], "count": len(rows), "rows": some_rows(rows), "nearest": near,
         "quota_row": quota_row, "values": ", ".join(named.values()),
         "written": join_union([value[:60]])},
        pool.table.file, rows[0], pool.features[column], suggestion=suggestion,
    )


def _values(quota: Quota, feature: str) -> tuple[str, ...]:
    """Return the values of a folded feature that the quota speaks of."""
    return tuple(v for name, values in quota.where if fold(name) == feature for v in values)


def _membership(pool: Pool, quota: Quota, features: dict[str, int]) -> Ints:
    """Return ``(n,)`` 1 for whoever is in the quota's group."""
    inside = np.ones(len(pool), dtype=bool)
    for name, values in quota.where:
        if fold(name) not in features:
            inside &= np.isin(pool.ids, values)
            continue
        column = features[fold(name)]
        wanted = {fold(value) for value in values}
        codes = [c for c, value in enumerate(pool.values[column]) if fold(value) in wanted]
        inside &= np.isin(pool.codes[:, column], codes)
    return inside.astype(np.int64)


def _types(
    group: Ints, household: Sequence[int] | Ints, per_household: int
) -> tuple[Ints, Ints, Ints]:
    """Sort people into types.

    Two people are of one type when they are in the same quota groups and so are, as a multiset,
    the people they live with: then swapping the two households changes nothing. Returns the type
    of each person, the pattern of each person's household, and how many households each pattern
    has. Types are numbered by their groups, not by who comes first, so ids cannot matter.
    """
    _, profile = np.unique(group, axis=0, return_inverse=True)
    profile = profile.reshape(-1)
    members: dict[int, list[int]] = {}
    for person, home in enumerate(household):
        members.setdefault(int(home), []).append(person)
    pattern_key: dict[int, tuple[int, ...]] = {
        # A household smaller than what it may send is no rule at all: its members count as alone.
        home: tuple(sorted(int(profile[p]) for p in own)) if len(own) > per_household else ()
        for home, own in members.items()
    }
    people_key = [
        pattern_key[int(home)] or (int(profile[person]),) for person, home in enumerate(household)
    ]
    patterns = {key: at for at, key in enumerate(sorted(set(people_key)))}
    pattern_of = np.array([patterns[key] for key in people_key], dtype=np.int64)
    pairs = np.stack([profile, pattern_of], axis=1)
    _, type_of = np.unique(pairs, axis=0, return_inverse=True)
    households = np.zeros(len(patterns), dtype=np.int64)
    for home, own in members.items():
        if pattern_key[home]:
            households[patterns[pattern_key[home]]] += 1
        else:
            for person in own:
                households[pattern_of[person]] += 1
    return type_of.reshape(-1).astype(np.int64), pattern_of, households
