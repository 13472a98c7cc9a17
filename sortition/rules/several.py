"""Several panels in a project file: what each ``[[theme]]`` says, and what holds for all of them.

From the values of a project file to frozen `Part`s, with every issue; called by
`sortition.rules.project`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.spelling import nearest
from sortition.rules.keys import KEYS, TABLES, fits, table_issues
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.statements import Statement

__all__ = ["Part", "parts", "slug"]

_NOT_IN_NAMES = (": ", "|", ";")
_TAKEN = "excel"  # panel-excel.csv is the panel of a single theme


@dataclass(frozen=True, slots=True)
class Part:
    """One of several panels, as a project file states it.

    Parameters
    ----------
    name
        What it is called.
    size
        Smallest and largest number of seats.
    quotas
        Path of a quota file; None for that of the project, if it has one.
    statements
        Its own quotas, besides those of the project.
    include
        Ids of people who are on every panel of it.
    within
        The one whose panel it is a part of.
    """

    name: str
    size: tuple[int, int]
    quotas: str | None = None
    statements: tuple[Statement, ...] = ()
    include: tuple[str, ...] = ()
    within: str | None = None


def slug(name: str) -> str:
    """Return a name as a part of the name of a file.

    Examples
    --------
    >>> slug("Zorg & welzijn")
    'zorg-welzijn'
    """
    return "-".join(re.findall(r"\w+", name.lower()))


def parts(
    values: Mapping[str, Any], kind: str, path: str, lines: Mapping[str, list[int]]
) -> tuple[tuple[Part, ...], list[Issue]]:
    """Return what the tables of a kind state, and every issue.

    Parameters
    ----------
    values
        The whole file.
    kind
        The name of the tables, ``"theme"``.
    path
        The file, for messages and as the place that other files stand relative to.
    lines
        Where the tables begin, under the name of the kind and, for their quotas, that name with
        ``.quota`` behind it.
    """
    found: list[Part] = []
    issues: list[Issue] = []
    tables = values.get(kind, [])
    if not fits(tables, KEYS[kind].schema):
        return (), []  # told with the other keys
    rows: Sequence[int | None] = lines.get(kind) or [None] * len(tables)
    own_lines = list(lines.get(f"{kind}.quota", ()))
    quotas_above = "quotas" in values or "quota" in values
    for table, row in zip(tables, rows, strict=True):
        own = list(table_issues(table, TABLES[kind], f"{kind}.", path, row))
        statements, wrong = _statements(table, path, own_lines)
        own += wrong
        size = table.get("size", values.get("size"))
        if size is None:
            needed = {"size": TABLES[kind]["size"]._replace(needed=True)}
            own += table_issues({}, needed, f"{kind}.", path, row)
        if not ("quotas" in table or "quota" in table or quotas_above):
            own.append(Issue("theme-quotas", {"name": str(table.get("name", ""))[:60]}, path, row,
                             suggestion="theme-quotas-are"))
        issues += own
        if own or not fits(size, KEYS["size"].schema):
            continue
        quotas = table.get("quotas")
        found.append(Part(
            table["name"].strip(), (size, size) if isinstance(size, int) else (size[0], size[1]),
            None if quotas is None else str(Path(path).parent / quotas), tuple(statements),
            tuple(table.get("include", ())), table.get("within"),
        ))
    if len(found) == len(tables):  # else a name may be one of those that could not be read
        issues += _name_issues(found, path, rows)
    return tuple(found), issues


def _statements(
    table: Mapping[str, Any], path: str, lines: list[int]
) -> tuple[list[Statement], list[Issue]]:
    """Return the quotas of one table; their lines are taken from the front of those left."""
    found: list[Statement] = []
    issues: list[Issue] = []
    tables = table.get("quota", [])
    if not fits(tables, TABLES["theme"]["quota"].schema):
        return [], []
    for one in tables:
        row = lines.pop(0) if lines else None
        try:
            found.append(
                statement_from_mapping(one, file=path, row=row, folder=Path(path).parent)
            )
        except InputError as error:
            issues += error.issues
    return found, issues


def _name_issues(
    found: Sequence[Part], path: str, rows: Sequence[int | None]
) -> list[Issue]:
    """Return an issue for names that cannot be used, are there twice, or lie within nothing."""
    issues = []
    seen: dict[str, int | None] = {_TAKEN: None}
    names = [part.name for part in found]
    for part, row in zip(found, rows, strict=True):
        key = slug(part.name)
        if not key or any(sign in part.name for sign in _NOT_IN_NAMES):
            issues.append(Issue("theme-name", {"name": part.name[:60]}, path, row,
                                suggestion="theme-name-is"))
        elif key in seen:
            issues.append(Issue("theme-twice", {"name": part.name[:60], "first": seen[key]}, path,
                                row, suggestion="theme-name-is"))
        seen.setdefault(key, row)
        others = [name for name in names if name != part.name]
        if part.within is not None and part.within not in others:
            near = nearest(part.within, others)
            params = {"value": part.within[:60], "nearest": near, "values": ", ".join(others)}
            issues.append(Issue("theme-unknown", params, path, row,
                                suggestion="did-you-mean" if near else "values-are"))
    outer = {part.name: part.within for part in found}
    for part, row in zip(found, rows, strict=True):
        above, steps = part.within, 0
        while above is not None and steps <= len(found):
            above, steps = outer.get(above), steps + 1
        if steps > len(found):
            issues.append(Issue("theme-circle", {"name": part.name[:60]}, path, row))
    return issues
