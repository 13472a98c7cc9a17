"""A project file as TOML: reading it, and what is wrong with its keys and tables.

From a path to plain values; called by `sortition.rules.read_project`, which makes a `Project` of
them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.readers import read_bytes
from sortition.files.spelling import nearest
from sortition.messages import LANGUAGES
from sortition.rules.fitting import key_issues, table_issues
from sortition.rules.keys import KEYS, TABLES
from sortition.rules.meant import as_meant

__all__ = [
    "column_issues", "project_issues", "project_language", "read_toml", "table_lines", "tables_of",
]

_REPEATED = (
    "exclude", "seated", "quota", "theme", "theme.quota", "phase", "phase.quota", "meeting",
)


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


def project_issues(
    values: dict[str, Any], path: str, lines: Mapping[str, list[int]], objectives: Sequence[str]
) -> list[Issue]:
    """Return what is wrong with the keys of a project file; of [[quota]] only that it is there.

    Parameters
    ----------
    values
        The file. What is called ``[[quotas]]`` is from then on called ``[[quota]]``.
    path
        Its name, for messages.
    lines
        As `table_lines` gives them.
    objectives
        The names that ``objective`` may have; any when there are none.
    """
    issues = [] if "quota" in values else _named_quotas(values, path)
    return [*issues, *key_issues(values, path, lines),
            *_together(_as_meant(values), path, objectives)]


def tables_of(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
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
    found = tables_of(values, outer)
    return [one for table in found for one in tables_of(table, inner)] if inner else found


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
        meant["exclude"] = [as_meant(one, TABLES["exclude"]) for one in tables_of(meant, "exclude")]
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
    for number, table in enumerate(tables_of(values, "exclude"), 1):
        if ("ids" in table) == ("file" in table):
            issues.append(Issue("project-exclude", {"number": number}, path,
                                suggestion="project-exclude-is"))
    return issues


def _of_years(bands: object) -> bool:
    """Return whether bands are those of years of birth, with which no day goes."""
    labels = bands if isinstance(bands, list) else []
    return any(re.search(r"\d{4}", label) for label in labels if isinstance(label, str))


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
        wanted = (
            len(makes) == ("from" in table)
            and ("on" in table) == ("bands" in table and not _of_years(table["bands"]))
            and ("words" in table) == ("listed" in table)
        )
        if not wanted:
            issues.append(Issue("project-column", {"name": header}, path,
                                suggestion="project-column-is"))
    return issues
