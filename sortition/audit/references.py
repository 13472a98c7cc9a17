"""What a group is compared with, from a file of any kind: people, quotas, or a population.

A path in, a `Reference` out; which kind of table it is shows in its columns. Called by the command
line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sortition.audit.groups import Population
from sortition.errors import InputError, Issue
from sortition.files.headings import find_column
from sortition.files.readers import read_table
from sortition.files.tables import Table, fold
from sortition.people.pool import Pool
from sortition.rules.amounts import Amount
from sortition.rules.populations import COUNT_HEADERS, VALUE_HEADERS, whole_number
from sortition.rules.quotas import CROSS, Quotas, is_quota_table, split_cross

__all__ = ["Reference", "read_reference"]

_FEATURE_HEADERS = ("feature", "category", "kenmerk", "featurename")
_SHARE_HEADERS = ("share", "aandeel", "percentage", "percent", "procent", "pct", "%")
_PERCENT_HEADERS = _SHARE_HEADERS[2:]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a group is compared with, and the file it comes from."""

    value: Pool | Quotas | Population
    file: str


def read_reference(
    path: str | os.PathLike[str], group: Pool, *, size: tuple[int, int] | None = None,
    sheet: str | None = None, id: str | None = None,  # noqa: A002 - the word users know
) -> Reference:
    """Read what a group is to be compared with.

    Parameters
    ----------
    path
        A CSV or XLSX file. With the columns of a quota file it is one; with one column of numbers
        of people or of shares, and no ids, it counts a population: either ``feature,value,share``
        with a row for each value, or a column for each feature with a row for each combination.
        Else it has one row per person.
    group
        Whose columns say which are features.
    size
        Seats; a quota file needs them.
    sheet, id
        As for `sortition.read_pool`.

    Raises
    ------
    InputError
        With every row that cannot be read.
    """
    file = os.fspath(path)
    table = read_table(file, sheet)
    if is_quota_table(table):
        if size is None:
            raise InputError([Issue("compare-size", {}, table.file, suggestion="give-size")])
        return Reference(Quotas.from_table(table, size), file)
    number = _number_column(table)
    if number is None or find_column(table, "id") is not None or id is not None:
        return Reference(Pool.from_table(table, id), file)
    feature = next((c for c in map(table.find, _FEATURE_HEADERS) if c), None)
    value = next((c for c in map(table.find, VALUE_HEADERS) if c), None)
    if feature is not None and value is not None:
        return Reference(_long(table, feature, value, number), file)
    features = [c for c in table.columns if c != number and group.feature(c) is not None]
    if not features:
        first = next((c for c in table.columns if c != number), None)
        known = {"ours": ", ".join(group.features), "columns": first or number}
        raise InputError([Issue("compare-nothing-shared", known, table.file,
                                suggestion="columns-are")])
    return Reference(_wide(table, features, number), file)


def _number_column(table: Table) -> str | None:
    """Return the column of numbers of people, or of shares."""
    headers = (*COUNT_HEADERS, *_SHARE_HEADERS)
    return next((c for c in map(table.find, headers) if c is not None), None)


def _long(table: Table, feature: str, value: str, number: str) -> dict[str, dict[str, float]]:
    """Return a population of a row for each value."""
    names = [CROSS.join(split_cross(cell)) for cell in table.column(feature)]
    groups = [CROSS.join(split_cross(cell)) for cell in table.column(value)]
    return _read(table, number, names, groups, value)


def _wide(table: Table, features: Sequence[str], number: str) -> dict[str, dict[str, float]]:
    """Return a population of a row for each combination, and what follows for each feature."""
    cells = list(zip(*(table.column(name) for name in features), strict=True))
    over = CROSS.join(features)
    groups = [CROSS.join(own) if all(own) else "" for own in cells]
    found = _read(table, number, [over] * len(groups), groups, features[0])
    if len(features) > 1:
        for at, feature in enumerate(features):
            alone: dict[str, float] = {}
            for group, people in found[over].items():
                name = group.split(CROSS)[at]
                alone[name] = alone.get(name, 0) + people
            found[feature] = alone
    return {name: found[name] for name in [*found][1:] + [*found][:1]}


def _read(
    table: Table, number: str, names: Sequence[str], groups: Sequence[str], column: str
) -> dict[str, dict[str, float]]:
    """Return the numbers by feature and value; raise every issue at once."""
    cells = table.column(number)
    shares = fold(number) in _SHARE_HEADERS or any("%" in cell for cell in cells)
    issues: list[Issue] = []
    found: dict[str, dict[str, float]] = {}
    spelled: dict[str, str] = {}
    rows: dict[tuple[str, str], int] = {}
    for row, name, group, cell in zip(table.numbers, names, groups, cells, strict=True):
        if not (name and group):
            continue  # a line of totals or notes
        over, key = spelled.setdefault(fold(name), name), (fold(name), fold(group))
        people = _share(cell, number) if shares else whole_number(cell)
        if people is None:
            code = "compare-share-not" if shares and cell else "quota-not-whole"
            issues.append(Issue(code if cell else "quota-blank", {"cell": cell[:30]}, table.file,
                                row, number,
                                suggestion="compare-share-is" if shares else "write-whole-number"))
        elif key in rows:
            issues.append(Issue("quota-duplicate", {"name": f"{over}: {group}",
                                                    "first": rows[key]},
                                table.file, row, column, suggestion="remove-row"))
        else:
            rows[key] = row
            found.setdefault(over, {})[group] = float(people)
    if issues:
        raise InputError(issues)
    return found


def _share(cell: str, header: str) -> Fraction | None:
    """Return a share: ``70%``, ``0,7``, ``7/10``, and below a header of per cent ``70``."""
    words = cell.replace(" ", "")
    said = Amount.of(words)
    if said is None or said.exact is None:
        return None
    per_cent = fold(header) in _PERCENT_HEADERS and "%" not in words and "/" not in words
    found = Fraction(words.replace(",", ".")) / 100 if per_cent else said.exact
    return found if 0 <= found <= 1 else None
