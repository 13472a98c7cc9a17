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
from sortition.errors import InputError, PoolError, QuotaError
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.agreement import agreement
from sortition.rules.quotas import Quota, Quotas

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
    owner, owners
        Where the "people" are seats of which a person can have one, ``(t,)`` the kind of person
        whose seats the type is, and ``(g,)`` how many people of each kind there are: chances are
        made equal between people then. None where everybody has one seat.
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
    owner: Ints | None = field(default=None, repr=False)
    owners: Ints | None = field(default=None, repr=False)

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
    features, issues = agreement(pool, quotas)
    if issues:
        in_quotas = {issue.code.startswith("quota-") for issue in issues}
        kinds = {True: QuotaError, False: PoolError}
        raise (kinds[in_quotas.pop()] if len(in_quotas) == 1 else InputError)(issues)
    group = np.zeros((len(pool), len(quotas.quotas)), dtype=np.int64)
    for at, quota in enumerate(quotas.quotas):
        group[:, at] = _membership(pool, quota, features)
    return of_groups(
        pool.ids, pool.household.astype(np.int64), group, quotas, person=pool.person
    )


def of_groups(
    ids: tuple[str, ...], household: Ints, group: Ints, quotas: Quotas,
    *, person: Ints | None = None,
) -> Problem:
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
    person
        ``(n,)`` whose seat each of `ids` is, where people can take one of several; a household
        holds whole people. None where everybody has one.
    """
    # The order of the file cannot matter.
    order = sorted(range(len(quotas.quotas)), key=lambda at: fold(quotas.quotas[at].name))
    ordered = [quotas.quotas[at] for at in order]
    group = np.hstack([np.ones((len(ids), 1), dtype=np.int64), group[:, order]])
    profile = np.unique(group, axis=0, return_inverse=True)[1].reshape(-1)
    if person is not None:
        profile, whole = _with_people(profile, person)
    type_of, pattern_of, households = _types(profile, household, quotas.per_household)
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
    if person is not None:
        _, kind = np.unique(np.stack([whole, pattern_of], axis=1), axis=0, return_inverse=True)
        _, first = np.unique(person, return_index=True)
        arrays["owner"] = kind.reshape(-1)[example]
        arrays["owners"] = np.bincount(kind.reshape(-1)[first])
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


def _with_people(profile: Ints, person: Ints) -> tuple[Ints, Ints]:
    """Return profiles that tell apart the seats of different kinds of people, and these kinds.

    People are of one kind when their seats have the same profiles.
    """
    seats: dict[int, list[int]] = {}
    for own, groups in zip(person.tolist(), profile.tolist(), strict=True):
        seats.setdefault(own, []).append(groups)
    key = {own: tuple(sorted(groups)) for own, groups in seats.items()}
    number = {each: at for at, each in enumerate(sorted(set(key.values())))}
    whole = np.array([number[key[own]] for own in person.tolist()], dtype=np.int64)
    _, refined = np.unique(np.stack([profile, whole], axis=1), axis=0, return_inverse=True)
    return refined.reshape(-1).astype(np.int64), whole


def _types(
    profile: Ints, household: Sequence[int] | Ints, per_household: int
) -> tuple[Ints, Ints, Ints]:
    """Sort people into types, from the number of the set of groups that each is in.

    Two people are of one type when they are in the same quota groups and so are, as a multiset,
    the people they live with: then swapping the two households changes nothing. Returns the type
    of each person, the pattern of each person's household, and how many households each pattern
    has. Types are numbered by their groups, not by who comes first, so ids cannot matter.
    """
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
