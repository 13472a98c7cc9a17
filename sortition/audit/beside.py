"""A group beside a reference, kind by kind: who is of a kind, and what the reference says of it.

A group and another list of people, quotas or a population in; kinds of people out, for
`sortition.audit.against` to measure. Here it is settled which columns are compared, whose value is
known, and what is asked that cannot be answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sortition.audit.groups import Population, cells
from sortition.errors import InputError, Issue
from sortition.files.headings import HEADINGS
from sortition.files.spelling import loosen
from sortition.files.tables import fold
from sortition.people.personal import kind_of
from sortition.people.pool import Pool
from sortition.rules.quotas import CROSS, Quotas, split_cross

__all__ = [
    "Kind", "Known", "alone", "beside_people", "beside_population", "beside_quotas", "unlisted",
]

Bools = NDArray[np.bool_]

_MOST_VALUES = 20  # of a column that is compared without being asked for
_PERSONAL = ("id", "email", "telephone", "name", "first name", "initials", "last name",
             "name particle", "birth date", "postcode", "address", "house number")
_MOST_KINDS = 1_000  # of one feature, or of two crossed
_COMPLETE = 0.005  # shares that are rounded and all there add up to one within this


class Known(NamedTuple):
    """What a reference says of a kind of people: shares, or people of so many."""

    low: float | None
    high: float | None
    people: int | None = None
    of: int | None = None


class Kind(NamedTuple):
    """One kind of people: who of the group is of it, of whom it is known, and the reference."""

    over: str
    name: str
    inside: Bools
    known: Bools
    reference: Known


def alone(names: Sequence[str]) -> list[list[str]]:
    """Return each feature as a combination of its own."""
    return [[name] for name in names]


def _known(pool: Pool, features: Sequence[str], blanks: frozenset[str]) -> Bools:
    """Return whose value is known of each of the features."""
    known = np.ones(len(pool), dtype=bool)
    for feature in features:
        at = pool.features.index(feature)
        codes = [c for c, value in enumerate(pool.values[at]) if fold(value) in blanks]
        known &= ~np.isin(pool.codes[:, at], codes)
    return known


def beside_people(
    group: Pool, others: Pool, names: Sequence[str] | None, pairs: Sequence[Sequence[str]],
    blanks: frozenset[str],
) -> tuple[list[Kind], list[str]]:
    """Return the kinds of people that either list has, and what is not compared.

    Parameters
    ----------
    group, others
        Who is compared, and with whom.
    names
        The features to compare; None for all that both lists have and that tell of kinds of people.
    pairs
        Features to cross.
    blanks
        Folded values that say nothing: whoever has one is not known.

    Raises
    ------
    InputError
        If a feature is not there, there is none to compare, or one has too many values.
    """
    passed: list[str] = []
    if names is None:
        shared = [name for name in group.features if others.feature(name)]
        names = [name for name in shared if _telling(group, others, name)]
        passed = [name for name in shared if name not in names]
    _refuse_many(group, [*alone(names), *pairs])
    _refuse(group, [name for name in (*names, *sum(map(tuple, pairs), ()))
                    if others.feature(name) is None], others.features, others.table.file)
    if not names and not pairs:
        raise _nothing(group, others.features, others.table.file)
    kinds = []
    for features in [*alone(names), *map(list, pairs)]:
        theirs = [others.feature(name) or name for name in features]
        known, others_known = _known(group, features, blanks), _known(others, theirs, blanks)
        if not known.any():
            passed.append(CROSS.join(features))
            continue
        of = int(others_known.sum())
        there = {
            _folded(values): (values, int((inside & others_known).sum()))
            for values, inside in cells(others, theirs)
        }
        more = [CROSS.join(values) for values, _ in there.values()] if all(
            len(split_cross(value)) == 1 for values, _ in there.values() for value in values
        ) else []
        for values, inside in cells(group, features, more):
            if blanks & set(map(fold, values)):
                continue
            hits = there.get(_folded(values), (values, 0))[1]
            share = hits / of if of else None
            kinds.append(Kind(CROSS.join(features), CROSS.join(values), inside & known, known,
                               Known(share, share, hits, of)))
    return kinds, passed


def _telling(group: Pool, others: Pool, name: str) -> bool:
    """Say whether a column parts people into few enough kinds, and names nobody."""
    usual = {loosen(heading) for kind in _PERSONAL for heading in HEADINGS[kind]}
    if loosen(name) in usual:
        return False
    values: set[str] = set()
    for pool in (group, others):
        own = pool.feature(name) or name
        if kind_of(pool.table.column(own)) is not None:
            return False
        values |= set(map(fold, pool.values[pool.features.index(own)]))
    # Where nearly everybody has a value of their own, it is about persons and not about kinds.
    most = max(max(len(group), len(others)) // 2, 2)
    return 1 < len(values) <= min(_MOST_VALUES, most)


def beside_population(
    group: Pool, population: Population, names: Sequence[str] | None,
    pairs: Sequence[Sequence[str]], blanks: frozenset[str],
) -> tuple[list[Kind], list[str]]:
    """Return the kinds of people that either knows; parameters and errors as of `beside_people`."""
    tables = {split_cross(words): dict(table) for words, table in population.items()}
    known_there = {_folded(features): features for features in tables}
    wanted = None if names is None else {fold(name) for name in names}
    asked = [[name] for name in names or ()] + list(map(list, pairs))
    _refuse(group, [CROSS.join(own) for own in asked if _folded(own) not in known_there],
            [CROSS.join(own) for own in tables], None)
    kinds, passed, issues = [], [], []
    for features, table in tables.items():
        own = [group.feature(name) for name in features]
        if wanted is not None and not set(map(fold, features)) <= wanted:
            continue
        if None in own:
            passed.append(CROSS.join(features))
            continue
        columns = [name for name in own if name is not None]
        _refuse_many(group, [columns])
        over, total = CROSS.join(columns), float(sum(table.values()))
        shares = max(table.values()) <= 1
        if not total > 0 or (shares and total > 1 + _COMPLETE):
            code = "compare-shares-above" if total > 0 else "audit-population"
            issues.append(Issue(code, {"name": over, "total": total * 100}))
            continue
        whole = not shares or total > 1 - _COMPLETE
        of = None if shares or any(v != int(v) for v in table.values()) else int(total)
        known = _known(group, columns, blanks)
        if not known.any():
            passed.append(over)
            continue
        there = {_folded(split_cross(name)): float(number) for name, number in table.items()}
        order = {name: at for at, name in enumerate(there)}  # that of the table, bands rising
        found = sorted(cells(group, columns, tuple(table)),
                       key=lambda own: order.get(_folded(own[0]), len(order)))
        for values, inside in found:
            if blanks & set(map(fold, values)):
                continue
            number = there.get(_folded(values), 0.0 if whole else None)
            share = None if number is None else number / (total if whole else 1.0)
            people = None if of is None or number is None else int(number)
            kinds.append(Kind(over, CROSS.join(values), inside & known, known,
                               Known(share, share, people, of)))
        here = [_folded(values) for values, inside in found if (inside & known).any()]
        if len(columns) == 1 and not there.keys() & set(here):
            some = ", ".join(str(name) for name in [*table][:_MOST_VALUES])
            issues.append(Issue("compare-no-value", {"name": over, "values": some}, None,
                                suggestion="compare-no-value-is"))
    if issues:
        raise InputError(issues)
    if not kinds:
        raise _nothing(group, [CROSS.join(own) for own in tables], None)
    return kinds, passed


def unlisted(kinds: Sequence[Kind], population: Population) -> list[tuple[str, str]]:
    """Return features and values of the group that the tables do not name and that count as 0."""
    named = {_folded(split_cross(over)): {_folded(split_cross(name)) for name in table}
             for over, table in population.items()}
    return [
        (kind.over, kind.name) for kind in kinds if kind.inside.any()
        and kind.reference.low is not None
        and _folded(split_cross(kind.name)) not in named[_folded(split_cross(kind.over))]
    ]


def beside_quotas(
    group: Pool, quotas: Quotas, names: Sequence[str] | None, pairs: Sequence[Sequence[str]],
    blanks: frozenset[str],
) -> tuple[list[Kind], list[str]]:
    """Return the groups of the quotas, each with its bounds as shares of the seats.

    Parameters and errors as of `beside_people`.
    """
    low, high = quotas.size
    spoken = {_folded([name for name, _ in quota.where]) for quota in quotas.quotas}
    asked = [[name] for name in names or ()] + list(map(list, pairs))
    _refuse(group, [CROSS.join(own) for own in asked if _folded(own) not in spoken],
            quotas.features, quotas.file)
    wanted = None if names is None else {_folded(own) for own in asked}
    kinds, passed = [], []
    for quota in quotas.quotas:
        features = [name for name, _ in quota.where]
        own = [group.feature(name) for name in features]
        if quota.role or (wanted is not None and _folded(features) not in wanted):
            continue
        if None in own:
            passed += [name for name, found in zip(features, own, strict=True)
                       if found is None and name not in passed]
            continue
        columns = [name for name in own if name is not None]
        known = _known(group, columns, blanks)
        if not known.any():
            passed += [name for name in features if name not in passed]
            continue
        inside = known.copy()
        for name, (_, values) in zip(columns, quota.where, strict=True):
            at, keys = group.features.index(name), set(map(fold, values))
            codes = [c for c, value in enumerate(group.values[at]) if fold(value) in keys]
            inside &= np.isin(group.codes[:, at], codes)
        name = CROSS.join(" | ".join(values) for _, values in quota.where)
        bounds = Known(quota.lower / high, min(quota.upper / low, 1.0))
        kinds.append(Kind(CROSS.join(columns), quota.label or name, inside, known, bounds))
    if not kinds:
        raise _nothing(group, quotas.features, quotas.file)
    order = {name: at for at, name in enumerate(dict.fromkeys(kind.over for kind in kinds))}
    return sorted(kinds, key=lambda kind: order[kind.over]), passed


def _refuse(
    group: Pool, names: Sequence[str], known: Sequence[str], file: str | None
) -> None:
    """Raise an error with every feature that the reference does not know."""
    if names:
        raise InputError([
            Issue("compare-no-reference", {"name": name, "columns": ", ".join(known)}, file,
                  suggestion="columns-are")
            for name in dict.fromkeys(names)
        ])


def _refuse_many(group: Pool, wanted: Sequence[Sequence[str]]) -> None:
    """Raise an error where people have so many values that a column cannot be a feature."""
    issues = []
    for features in wanted:
        columns = [group.features.index(name) for name in features]
        many = len(np.unique(group.codes[:, columns], axis=0))
        if many > _MOST_KINDS:
            params = {"name": CROSS.join(features), "count": many, "most": _MOST_KINDS}
            issues.append(Issue("compare-too-many", params, group.table.file))
    if issues:
        raise InputError(issues)


def _nothing(group: Pool, known: Sequence[str], file: str | None) -> InputError:
    params = {"ours": ", ".join(group.features), "columns": ", ".join(known)}
    return InputError([Issue("compare-nothing-shared", params, file, suggestion="columns-are")])


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(fold, words))
