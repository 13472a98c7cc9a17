"""Several panels in a project file: what each ``[[theme]]`` or ``[[phase]]`` says.

Themes are drawn together, phases after each other. From the values of a project file to frozen
`Part`s, with every issue; called by `sortition.rules.read_project`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.spelling import nearest
from sortition.rules.fitting import fits, table_issues
from sortition.rules.keys import KEYS, TABLES
from sortition.rules.panel_names import slug
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.statements import Statement

__all__ = ["Part", "parts"]

_NOT_IN_NAMES = (": ", "|", ";")
_TABLES = (".csv", ".xlsx", ".txt")  # what a phase can be drawn from besides another
_TAKEN = "excel"  # panel-excel.csv is the panel of a single theme


@dataclass(frozen=True, slots=True)
class Part:
    """One of several panels, as a project file states it.

    Parameters
    ----------
    name
        What it is called.
    size
        Smallest and largest number of seats; None for everybody who is left, in a phase.
    quotas
        Path of a quota file; None for that of the project, if it has one.
    statements
        Its own quotas, besides those of the project.
    include
        Ids of people who are on every panel of it.
    within
        The theme whose panel it is a part of; the phase, or file of people, that it is drawn from.
    gone
        Of a phase, a file of people who are not there any more.
    out
        Of a phase, its folder.
    """

    name: str
    size: tuple[int, int] | None
    quotas: str | None = None
    statements: tuple[Statement, ...] = ()
    include: tuple[str, ...] = ()
    within: str | None = None
    gone: str | None = None
    out: str = ""


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
        size = table.get("size", values.get("size") if kind == "theme" else None)
        whole = kind == "phase" and size is None  # everybody who is left
        if size is None and not whole:
            needed = {"size": TABLES[kind]["size"]._replace(needed=True)}
            own += table_issues({}, needed, f"{kind}.", path, row)
        asks = "quotas" in table or "quota" in table
        params = {"name": str(table.get("name", ""))[:60], "kind": kind}
        if not (asks or quotas_above or whole):
            own.append(Issue("theme-quotas", params, path, row, suggestion="theme-quotas-are"))
        if whole and (asks or "from" not in table):
            own.append(Issue("phase-size", params, path, row, suggestion="phase-size-is"))
        issues += own
        if own or not (whole or fits(size, KEYS["size"].schema)):
            continue
        file = partial(_file, Path(path).parent)
        found.append(Part(
            table["name"].strip(), None if size is None else _span(size),
            file(table.get("quotas")), tuple(statements), tuple(table.get("include", ())),
            table.get("within", table.get("from")), file(table.get("gone")),
            str(Path(path).parent / table.get("out", slug(table["name"]))),
        ))
    if len(found) == len(tables):  # else a name may be one of those that could not be read
        issues += _name_issues(found, kind, path, rows)
    return tuple(found), issues


def _span(size: int | Sequence[int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def _file(folder: Path, name: str | None) -> str | None:
    return None if name is None else str(folder / name)


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
    found: Sequence[Part], kind: str, path: str, rows: Sequence[int | None]
) -> list[Issue]:
    """Return an issue for names that cannot be used, are there twice, or lie within nothing."""
    issues = []
    seen: dict[str, str] = {}
    names = [part.name for part in found]
    for part, row in zip(found, rows, strict=True):
        key = slug(part.name)
        if key in {"", _TAKEN} or any(sign in part.name for sign in _NOT_IN_NAMES):
            issues.append(Issue("theme-name", {"name": part.name[:60]}, path, row,
                                suggestion="theme-name-is"))
        elif key in seen:
            issues.append(Issue("theme-twice", {"name": part.name[:60], "other": seen[key][:60]},
                                path, row, suggestion="theme-name-is"))
        seen.setdefault(key, part.name)
        others = [name for name in names if name != part.name]
        if kind == "phase":  # what comes later cannot be drawn from, and a file can
            others = names[: names.index(part.name)]
        if part.within is not None and part.within not in others and not (
            kind == "phase" and part.within.lower().endswith(_TABLES)
        ):
            near = nearest(part.within, others)
            params = {"value": part.within[:60], "nearest": near, "values": ", ".join(others)}
            how = "did-you-mean" if near else "values-are" if others else "phase-from-is"
            code = "theme-unknown" if kind == "theme" else "phase-unknown"
            issues.append(Issue(code, params, path, row, suggestion=how))
    outer = {part.name: part.within for part in found}
    for part, row in zip(found, rows, strict=True):
        above, steps = part.within, 0
        while above is not None and steps <= len(found):
            above, steps = outer.get(above), steps + 1
        if steps > len(found):
            issues.append(Issue("theme-circle", {"name": part.name[:60]}, path, row))
    return issues
