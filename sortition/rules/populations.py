"""How many people live where: a table of groups and counts, such as statistics offices publish.

From a file to a mapping; called by `sortition.rules.quota_table` for spreads in proportion to it,
by `sortition.audit.references`, and by the commands that plan and audit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from sortition.errors import InputError, Issue
from sortition.files.headings import TOTAL
from sortition.files.readers import read_table
from sortition.files.tables import Table, fold
from sortition.rules.quotas import CROSS

__all__ = ["COUNT_HEADERS", "VALUE_HEADERS", "read_populations", "whole_number"]

VALUE_HEADERS = ("value", "name", "waarde", "naam")
COUNT_HEADERS = (
    "people", "population", "inhabitants", "count", "inwoners", "inwonertal", "bevolking", "aantal",
)
# People are whole, so a point or a space before three digits stands between thousands.
_COUNT = re.compile(r"\d{1,12}|\d{1,3}(?:[., ]\d{3}){1,3}|\d{1,12}[.,]0")


def read_populations(
    path: str | os.PathLike[str], features: Sequence[str]
) -> dict[str, int]:
    """Read how many people there are in each group.

    Parameters
    ----------
    path
        A CSV or XLSX file with a column per feature (of one feature: under its name, ``value`` or
        ``waarde``, or else the first column) and one of counts (``people``, ``inwoners``,
        ``aantal``, …, or else the only other column).
    features
        The features; of several the groups are crossed, ``ondernemer × Heerlen``.

    Raises
    ------
    InputError
        With every row that cannot be read.
    """
    table = read_table(path)
    names = _columns(table, features)
    count = _count_column(table, names)
    issues = []
    found: dict[str, int] = {}
    rows: dict[str, int] = {}
    groups = zip(*(table.column(name) for name in names), strict=True)
    for number, parts, cell in zip(table.numbers, groups, table.column(count), strict=True):
        group = CROSS.join(parts)
        if not all(parts):
            continue  # a line of totals or notes
        people = whole_number(cell)
        if people is None:
            issues.append(Issue("quota-not-whole" if cell else "quota-blank", {"cell": cell[:30]},
                                table.file, number, count, suggestion="write-whole-number"))
        elif fold(group) in rows:
            params = {"name": group, "first": rows[fold(group)]}
            issues.append(Issue("quota-duplicate", params, table.file, number, names[0],
                                suggestion="remove-row"))
        else:
            rows[fold(group)] = number
            found[group] = people
    issues += _without_total(found, rows, table)
    if issues:
        raise InputError(issues)
    return found


def whole_number(cell: str) -> int | None:
    """Return a number of people as it is written, ``87.498`` say; None when it is none.

    Examples
    --------
    >>> whole_number("87.498"), whole_number("12.0"), whole_number("a few")
    (87498, 12, None)
    """
    return int(re.sub(r"[.,]0$|[., ]", "", cell)) if _COUNT.fullmatch(cell) else None


def _without_total(
    found: dict[str, int], rows: Mapping[str, int], table: Table
) -> list[Issue]:
    """Take a last row that is the total of the others out; an issue where it only looks like it."""
    last = next(reversed(found), "")
    if len(found) < 3 or not TOTAL.match(last):
        return []
    total = found.pop(last)
    others = sum(found.values())
    if total == others:
        return []
    params = {"name": last[:60], "total": total, "sum": others}
    return [Issue("population-total", params, table.file, rows[fold(last)],
                  suggestion="remove-note")]


def _columns(table: Table, features: Sequence[str]) -> list[str]:
    """Return the columns of the features."""
    found = [table.find(name) for name in features]
    if len(features) == 1 and found == [None]:
        usual = (table.find(name) for name in VALUE_HEADERS)
        found = [next((name for name in usual if name), table.columns[0])]
    issues = [
        Issue("column-missing", {"name": name, "columns": ", ".join(table.columns)}, table.file,
              suggestion="columns-are")
        for name, own in zip(features, found, strict=True)
        if own is None
    ]
    if issues:
        raise InputError(issues)
    return [name for name in found if name is not None]


def _count_column(table: Table, names: Sequence[str]) -> str:
    """Return the column of counts."""
    usual = [name for name in map(table.find, COUNT_HEADERS) if name and name not in names]
    others = [name for name in table.columns if name not in names]
    if not usual and len(others) != 1:
        raise InputError([Issue("population-column", {"columns": ", ".join(table.columns)},
                                table.file, suggestion="population-column-is")])
    return (usual or others)[0]
