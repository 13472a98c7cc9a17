"""``project.toml`` as a `Project`: every key checked, every table understood.

Called by the command line and in Python; `sortition.rules.project` reads the files that it names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sortition.errors import InputError
from sortition.people.cohorts import Cohorts
from sortition.people.prepare import Column, Exclude
from sortition.people.served import Served
from sortition.rules.project import Project, as_columns_say
from sortition.rules.project_file import project_issues, read_toml, table_lines, tables_of
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.several import parts

__all__ = ["ABOUT", "read_project"]

ABOUT = ("title", "organiser", "date")


def read_project(path: str | os.PathLike[str], objectives: Sequence[str] = ()) -> Project:
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
    path = os.fspath(path)  # issues name it
    values, text = read_toml(path)
    lines = table_lines(text, values)
    issues = project_issues(values, path, lines, objectives)
    home = Path(path).parent
    statements = []
    for at, table in enumerate(tables_of(values, "quota")):
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
