"""Where people and quotas speak of different things: features, values, more seats than people.

A `Pool` and `Quotas` in, every issue out; called by `sortition.engine.problem.compile`, and for
each of several panels by `sortition.rules.themes`.
"""

from __future__ import annotations

import numpy as np

from sortition.errors import Issue
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.messages import some_rows
from sortition.people.pool import Pool
from sortition.rules.fields import MOST_STRANGE, many_strange
from sortition.rules.quotas import Quota, Quotas, join_union

__all__ = ["agreement"]


def agreement(pool: Pool, quotas: Quotas) -> tuple[dict[str, int], list[Issue]]:
    """Return the column of `pool.codes` of each feature of the quotas, folded; and the issues.

    These are features that are no column, a panel larger than the pool, values of people that no
    quota names, and values that nobody has although a quota needs some who do.
    """
    features, issues = _matched_features(pool, quotas)
    issues += _size_issues(pool, quotas)
    return features, issues + _value_issues(pool, quotas, features)


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
    suggestion = "values-are-or-out" if value else "values-are"
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
