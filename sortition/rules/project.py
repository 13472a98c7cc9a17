"""``project.toml`` as a `Project`: every key checked, every table understood.

Called by the command line and in Python; `sortition.rules.ready` reads the files that it names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.readers import read_bytes
from sortition.files.spelling import nearest
from sortition.messages import LANGUAGES
from sortition.people.cohorts import Cohorts
from sortition.people.prepare import Column, Exclude
from sortition.people.served import Served
from sortition.rules.keys import KEYS, MOST_TICKETS, TABLES, as_meant, key_issues, table_issues
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.ready import (
    ALREADY_SELECTED,
    MEMBER,
    NOT_AMONG,
    Project,
    Ready,
    Several,
    as_columns_say,
)
from sortition.rules.several import parts

__all__ = [
    "ABOUT", "ALREADY_SELECTED", "MEMBER", "MOST_TICKETS", "NOT_AMONG", "Project", "Ready",
    "Several", "column_issues", "project_language", "read_project", "read_toml", "table_lines",
]

ABOUT = ("title", "organiser", "date")
_REPEATED = ("exclude", "seated", "quota", "theme", "theme.quota", "phase", "phase.quota",
             "meeting")


def read_project(path: str, objectives: Sequence[str] = ()) -> Project:
    """Read a ``project.toml``; the files it names stand relative to it.

    Parameters
    ----------
    path
        The file.
    objectives
        The names that ``objective`` may have; any when there are none.

    Raises
    ------
    InputError
        With every key that is unknown, missing or of the wrong kind, and every table that cannot
        be understood.
    """
    values, text = read_toml(path)
    lines = table_lines(text, values)
    issues = [] if "quota" in values else _named_quotas(values, path)
    issues += [*key_issues(values, path, lines), *_together(_as_meant(values), path, objectives)]
    home = Path(path).parent
    statements = []
    for at, table in enumerate(_tables(values, "quota")):
        row = lines["quota"][at] if lines.get("quota") else None
        try:
            statements.append(statement_from_mapping(table, file=path, row=row, folder=home))
        except InputError as error:
            issues += error.issues
    themes, wrong = parts(values, "theme", path, lines)
    issues += wrong
    phases, wrong = parts(values, "phase", path, lines)
    issues += wrong
    if issues:
        raise InputError(issues)

    def file(name: str | None) -> str | None:
        return None if name is None else str(home / name)

    size = values.get("size", 0)  # of several panels each has its own
    columns = tuple(
        Column.of(name, table, home) for name, table in values.get("columns", {}).items()
    )
    exclude = tuple(
        Exclude(table["reason"], tuple(table.get("ids", ())), file(table.get("file")),
                table.get("housemates", False))
        for table in values.get("exclude", ())
    )
    return Project(
        pool=str(home / values["pool"]),
        quotas=file(values.get("quotas")),
        size=(size, size) if isinstance(size, int) else (size[0], size[1]),
        id=values.get("id"),
        household=tuple(values.get("household", ())),
        objective=values.get("objective"),
        tickets=values.get("tickets"),
        lang=values.get("lang"),
        sheet=values.get("sheet"),
        per_household=values.get("per_household", 1),
        statements=as_columns_say(statements, columns),
        columns=columns,
        exclude=exclude,
        already_selected=file(values.get("already_selected")),
        duplicates=values.get("duplicates"),
        keep_rows=tuple(values.get("keep_rows", ())),
        include=tuple(values.get("include", ())),
        seated=tuple(values.get("seated", ())),
        lot=values.get("lot", ""),
        themes=tuple(replace(part, statements=as_columns_say(part.statements, columns))
                     for part in themes),
        most=values.get("most", 1),
        takes=values.get("takes"),
        refuses=values.get("refuses"),
        phases=tuple(replace(part, statements=as_columns_say(part.statements, columns))
                     for part in phases),
        served=_served(values, home),
        cohorts=_cohorts(values, home),
        about={name: str(values[name]).strip() for name in ABOUT if name in values},
        making=_making(values, file),
        out=file(values.get("out")),
        csv=values.get("csv"),
    )


def _served(values: Mapping[str, Any], home: Path) -> Served | None:
    """Return what the file says of people who served before; the year is that of the draw."""
    if "served" not in values:
        return None
    table = values["served"]
    day = values.get("date")
    year = table.get("year", day.year if isinstance(day, date) else None)
    return Served(str(home / table["file"]), str(home / table["key"]), table["reason"],
                  tuple(table.get("of", ())), table.get("years"), year)


def _cohorts(values: Mapping[str, Any], home: Path) -> Cohorts | None:
    if "cohorts" not in values:
        return None
    table = values["cohorts"]
    return Cohorts(str(home / table["members"]), table["round"], table["rounds"],
                   table.get("since", "since"))


def _making(
    values: Mapping[str, Any], file: Callable[[str | None], str | None]
) -> dict[str, Any]:
    """Return what else the file says of the lottery to be made, by the names of the options."""
    plain = ("gamma", "exact", "time_limit", "source")
    found = {name: values[name] for name in plain if name in values}
    if "drawn_at" in values:  # a time of TOML, or a text as on the command line
        at = values["drawn_at"]
        found["drawn_at"] = at if isinstance(at, str) else at.isoformat()
    if "chances" in values:
        found["chances"] = file(values["chances"])
    if "balance" in values:
        found["balance"] = tuple(values["balance"])
    return found


def read_toml(path: str) -> tuple[dict[str, Any], str]:
    """Return what a file of settings holds, and its text.

    Raises
    ------
    InputError
        If there is no such file, or it is no TOML.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError:
        raise InputError([Issue("file-encoding", {}, path, suggestion="save-toml")]) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # Brackets within brackets without end, or a number of more digits than Python takes.
        toml = isinstance(error, tomllib.TOMLDecodeError)
        params = {"reason": str(error) if toml else type(error).__name__}
        raise InputError([Issue("project-toml", params, path, suggestion="mend-toml")]) from None


def project_language(path: str) -> str | None:
    """Return the language that a project file asks for, even where the rest cannot be read."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
    found = re.search(r"""^[ \t]*lang[ \t]*=[ \t]*(["'])(\w+)\1""", text, re.MULTILINE)
    return found[2] if found and found[2] in LANGUAGES else None


def _tables(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the tables of a name that stand several times; none where they are no tables."""
    found = values.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def table_lines(text: str, values: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return where ``[[quota]]`` and its like begin, of those whose headers can all be found."""
    found: dict[str, list[int]] = {name: [] for name in _REPEATED}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*([\w.]+)\s*\]\]", line)
        if header and header[1] in found:
            found[header[1]].append(number)
    return {
        name: numbers for name, numbers in found.items()
        if numbers and len(numbers) == len(_nested(values, name))
    }


def _nested(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the tables of a name such as ``theme.quota``, in the order in which they stand."""
    outer, _, inner = name.partition(".")
    found = _tables(values, outer)
    return [one for table in found for one in _tables(table, inner)] if inner else found


def _named_quotas(values: dict[str, Any], path: str) -> list[Issue]:
    """Return an issue where ``[[quota]]`` is called ``[[quotas]]``, and read it as meant."""
    if not isinstance(values.get("quotas"), list):
        return []
    values["quota"] = values.pop("quotas")
    params = {"name": "[[quotas]]", "nearest": "[[quota]]"}
    return [Issue("project-key", params, path, suggestion="did-you-mean")]


def _as_meant(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file, its columns and exclusions with what their unknown keys seem to mean."""
    meant = as_meant(values, KEYS)
    columns = meant.get("columns")
    if isinstance(columns, dict):
        meant["columns"] = {
            name: as_meant(table, TABLES["columns"]) if isinstance(table, dict) else table
            for name, table in columns.items()
        }
    if "exclude" in meant:
        meant["exclude"] = [as_meant(one, TABLES["exclude"]) for one in _tables(meant, "exclude")]
    return meant


def _together(
    values: Mapping[str, Any], path: str, objectives: Sequence[str]
) -> list[Issue]:
    """Return an issue for what is sound by itself but not beside the rest."""
    issues: list[Issue] = []
    several = "theme" in values or "phase" in values
    if "theme" in values and "phase" in values:
        issues.append(Issue("project-phases-themes", {}, path,
                            suggestion="project-phases-themes-how"))
    table = values.get("served")
    if isinstance(table, dict) and "years" in table and not {"year"} & set(table) and (
        "date" not in values
    ):
        issues.append(Issue("project-served-year", {}, path, suggestion="project-served-year-is"))
    if "phase" in values and "cohorts" in values:
        issues.append(Issue("project-not-themes", {"name": "cohorts"}, path,
                            suggestion="project-not-themes-how"))
    if not several:
        issues += table_issues(
            {} if "size" not in values else {"size": 0},
            {"size": KEYS["size"]._replace(needed=True)}, "", path, None,
        )
        if "quotas" not in values and "quota" not in values:
            issues.append(Issue("project-quotas", {}, path, suggestion="project-quotas-are"))
    issues += [
        Issue("project-themes", {"name": name}, path, suggestion="project-themes-are")
        for name in ("most", "takes", "refuses") if name in values and "theme" not in values
    ]
    issues += [
        Issue("project-not-themes", {"name": name}, path, suggestion="project-not-themes-how")
        for name in ("include", "seated", "cohorts") if name in values and "theme" in values
    ]
    name = values.get("objective")
    if isinstance(name, str) and objectives and name not in objectives:
        near = nearest(name, objectives)
        params = {"name": name, "values": ", ".join(objectives), "nearest": near}
        issues.append(Issue("objective-unknown", params, path, suggestion="values-are"))
    issues += column_issues(values.get("columns", {}), path)
    for number, table in enumerate(_tables(values, "exclude"), 1):
        if ("ids" in table) == ("file" in table):
            issues.append(Issue("project-exclude", {"number": number}, path,
                                suggestion="project-exclude-is"))
    return issues


def column_issues(columns: object, path: str) -> list[Issue]:
    """Return an issue for every ``[columns.…]`` whose keys do not go together."""
    from sortition.rules.statements import is_unknown

    issues = []
    for header, table in columns.items() if isinstance(columns, dict) else ():
        if not isinstance(table, dict):
            continue
        unknown = table.get("unknown")
        if isinstance(unknown, str) and not is_unknown(unknown):
            issues.append(Issue("statement-unknown", {"value": unknown}, path,
                                suggestion="statement-unknown-is"))
        makes = [key for key in ("bands", "areas", "listed") if key in table]
        wanted = len(makes) == ("from" in table) and all(
            (key in table) == (other in table)
            for key, other in (("on", "bands"), ("words", "listed"))
        )
        if not wanted:
            issues.append(Issue("project-column", {"name": header}, path,
                                suggestion="project-column-is"))
    return issues
