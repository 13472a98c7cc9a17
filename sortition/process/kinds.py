"""Kinds of people whom quotas tell apart: how many there are, and which part of them answers.

Quotas, numbers of inhabitants and rates of response in; arrays over kinds out. Called by
`sortition.process.plan` and its command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from sortition.errors import InputError, Issue
from sortition.files.headings import missing_column
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.quotas import CROSS, Quotas, split_cross

__all__ = ["Kinds", "kinds_of", "raked"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_KINDS = 20_000
_ROUNDS = 1_000  # of raking


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """C kinds of people, and the M rules of a panel; rule 0 counts the seats.

    Parameters
    ----------
    quotas
        The rules in words.
    where
        Per kind its value of each of the quotas' features.
    people
        ``(c,)`` how many there are, in any unit.
    response
        ``(c,)`` which part of them answers a letter.
    rows, lower, upper
        ``(m, c)``, ``(m,)``, ``(m,)``: which kinds are in which group, and its seats.
    names
        ``(m,)`` the rules in words, blank for the seats.
    group
        ``(c,)`` among whom a kind's letters are drawn: letters can be counted per group.
    groups
        The names of these groups.
    """

    quotas: Quotas
    where: tuple[tuple[str, ...], ...]
    people: Floats = field(repr=False)
    response: Floats = field(repr=False)
    rows: Ints = field(repr=False)
    lower: Ints = field(repr=False)
    upper: Ints = field(repr=False)
    names: tuple[str, ...]
    group: Ints = field(repr=False)
    groups: tuple[str, ...]

    @property
    def rates(self) -> Floats:
        """``(g,)`` which part of the letters of a group is answered."""
        people = np.bincount(self.group, self.people)
        answers: Floats = np.bincount(self.group, self.people * self.response) / people
        return answers

    @property
    def mix(self) -> Floats:
        """``(c,)`` which part of the answers of its group is of a kind."""
        answers = self.people * self.response
        share: Floats = answers / np.bincount(self.group, answers)[self.group]
        return share

    def counts(self, pool: Pool) -> Ints:
        """Return ``(c,)`` how many people of a pool are of each kind.

        Raises
        ------
        InputError
            If a feature is no column, or some people are of no kind.
        """
        table = pool.table
        columns = [table.find(name) for name in self.quotas.features]
        issues = [missing_column(table, name)
                  for name, own in zip(self.quotas.features, columns, strict=True) if own is None]
        if issues:
            raise InputError(issues)
        at = {tuple(map(fold, own)): kind for kind, own in enumerate(self.where)}
        # Values outside all quotas are one, unless a table of people tells them apart.
        known = [{own[place] for own in at} for place in range(len(columns))]
        outside = [_outside(self.quotas, name) for name in self.quotas.features]
        counts = np.zeros(len(self.where), dtype=np.int64)
        strangers = 0
        for cells in zip(*(table.column(own) for own in columns if own), strict=True):
            keys = (
                "" if key in out and key not in values else key
                for key, values, out in zip(map(fold, cells), known, outside, strict=True)
            )
            kind = at.get(tuple(keys))
            if kind is None:
                strangers += 1
            else:
                counts[kind] += 1
        if strangers:
            raise InputError([Issue("plan-strangers", {"count": strangers}, table.file)])
        return counts


def kinds_of(
    quotas: Quotas, rate: Fraction, response: Mapping[str, Mapping[str, Fraction]],
    by: Sequence[str] = (), population: Mapping[str, int] | None = None,
) -> Kinds:
    """Return the kinds of people.

    Parameters
    ----------
    quotas
        The rules of a panel.
    rate
        Which part of the letters is answered on the whole.
    response
        Per feature of the quotas the rate of each value; several multiply each other and `rate`.
    by
        Features of the quotas that the register knows, so that letters can be counted by them.
    population
        How many people there are of each combination of the quotas' features, in their order.
        Without it each feature is taken to be as its quotas, and the features to be independent.

    Raises
    ------
    InputError
        With every feature or value that is not one of the quotas', and rates above 1.
    """
    features = quotas.features
    people = _population(quotas) if population is None else {
        split_cross(words): Fraction(count) for words, count in population.items() if count
    }
    issues = []
    own = {fold(name): at for at, name in enumerate(features)}
    for name in (*response, *by):
        if fold(name) not in own:
            near = nearest(name, features)
            params = {"name": name, "nearest": near, "columns": ", ".join(features)}
            issues.append(Issue("plan-feature", params,
                                suggestion="did-you-mean" if near else "columns-are"))
    rates = {
        own[fold(name)]: {fold(value): r for value, r in values.items()}
        for name, values in response.items() if fold(name) in own
    }
    for at, known in rates.items():
        for value in sorted({kind[at] for kind in people if fold(kind[at]) not in known}):
            params = {"value": value, "feature": features[at]}
            issues.append(Issue("plan-rate", params, suggestion="plan-rate-is"))
    if issues:
        raise InputError(issues)
    where = tuple(sorted(people))
    answers = [
        rate * prod((known[fold(kind[at])] for at, known in rates.items()), start=Fraction(1))
        for kind in where
    ]
    if max(answers) > 1:
        raise InputError([Issue("plan-above", {"rate": float(max(answers))})])
    group_of = [CROSS.join(kind[own[fold(name)]] for name in by) for kind in where]
    groups = tuple(sorted(set(group_of)))
    rows = np.ones((len(quotas.quotas) + 1, len(where)), dtype=np.int64)
    for row, quota in enumerate(quotas.quotas, 1):
        inside = [(own[fold(name)], set(map(fold, values))) for name, values in quota.where]
        rows[row] = [all(fold(kind[at]) in some for at, some in inside) for kind in where]
    return Kinds(
        quotas, where, np.array([float(people[kind]) for kind in where]),
        np.array([float(own_rate) for own_rate in answers]), rows,
        np.array([quotas.size[0], *(quota.lower for quota in quotas.quotas)]),
        np.array([quotas.size[1], *(quota.upper for quota in quotas.quotas)]),
        ("", *(quota.name for quota in quotas.quotas)),
        np.array([groups.index(name) for name in group_of]), groups,
    )


def _population(quotas: Quotas) -> dict[tuple[str, ...], Fraction]:
    """Return every combination of values, as common as the middles of its quotas say."""
    weights: list[dict[str, Fraction]] = []
    for feature in quotas.features:
        own: dict[str, Fraction] = {}
        spelled: dict[str, str] = {}
        for quota in quotas.quotas:
            values = [v for name, some in quota.where if fold(name) == fold(feature) for v in some]
            for value in values:
                spelled.setdefault(fold(value), value)
            if len(quota.where) == 1 and values:
                middle = Fraction(quota.lower + min(quota.upper, quotas.size[1]), 2 * len(values))
                for value in values:
                    own.setdefault(fold(value), middle)
        least = min((w for w in own.values() if w), default=Fraction(1))
        # A group that may stay empty exists all the same.
        found = {name: own.get(key) or least / 2 for key, name in spelled.items()}
        if _outside(quotas, feature):  # whoever is in none of the groups fills the other seats
            found[""] = max(Fraction(quotas.size[1]) - sum(own.values()), least / 2)
        weights.append(found)
    if prod(map(len, weights)) > _MOST_KINDS:
        raise InputError([Issue("plan-kinds", {"most": _MOST_KINDS}, suggestion="plan-kinds-is")])
    return {
        kind: prod((own[v] for own, v in zip(weights, kind, strict=True)), start=Fraction(1))
        for kind in product(*weights)
    }


def _outside(quotas: Quotas, feature: str) -> set[str]:
    """Return the values of a feature that belong to no quota, on purpose."""
    return {fold(value) for name, values in quotas.outside if fold(name) == fold(feature)
            for value in values}


def raked(kinds: Kinds) -> Floats:
    """Return ``(c,)`` how many seats of each kind to expect: as the people, within the quotas.

    Kinds of a group with too few seats are multiplied up to its minimum, those of one with too many
    down to its maximum, in turn, until nothing changes (iterative proportional fitting).

    References
    ----------
    Deming, Stephan, "On a least squares adjustment of a sampled frequency table when the expected
    marginal totals are known", *Annals of Mathematical Statistics* 11 (1940).
    """
    size = float(kinds.upper[0])
    seats: Floats = kinds.people * (size / kinds.people.sum())
    for _ in range(_ROUNDS):
        before = seats
        for row, lower, upper in zip(kinds.rows[1:], kinds.lower[1:], kinds.upper[1:], strict=True):
            inside = float(row @ seats)
            wanted = min(max(inside, float(lower)), float(upper), size)
            if inside > 0 and inside != wanted:
                seats = np.where(row == 1, seats * (wanted / inside), seats)
        seats = seats * (size / seats.sum())
        if np.abs(seats - before).max() < 1e-9 * size:
            break
    return seats
