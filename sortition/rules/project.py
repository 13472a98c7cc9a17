"""RULES as the commands take them: ``project.toml``, or people, quotas and a size.

Ends in one frozen `Rules` value; reading the files it names is one call more.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.readers import read_bytes
from sortition.files.spelling import nearest
from sortition.messages import LANGUAGES, Words
from sortition.people.pool import Pool, read_pool
from sortition.rules.quotas import Quotas, read_quotas

__all__ = ["MOST_TICKETS", "Project", "project_language", "read_project"]

MOST_TICKETS = 1_000_000

# Key → (kind, as a code of the catalogue, Python type, example line)
_KEYS: dict[str, tuple[str, type | tuple[type, ...], str]] = {
    "pool": ("kind-file", str, 'pool = "people.csv"'),
    "quotas": ("kind-file", str, 'quotas = "quotas.csv"'),
    "size": ("kind-size", (int, list), "size = 24"),
    "id": ("kind-column", str, 'id = "id"'),
    "household": ("kind-columns", list, 'household = ["street", "postcode"]'),
    "objective": ("kind-word", str, 'objective = "leximin"'),
    "tickets": ("kind-tickets", int, "tickets = 1000"),
    "lang": ("kind-language", str, 'lang = "nl"'),
}
_NEEDED = ("pool", "quotas", "size")


@dataclass(frozen=True, slots=True)
class Project:
    """What one draw needs: files, columns and settings.

    Parameters
    ----------
    pool, quotas
        Paths of the two tables.
    size
        Smallest and largest number of seats.
    id
        Header of the ids, None to look for it.
    household
        Headers that together say who lives together.
    objective, tickets, lang
        As the options of the same name; None when not stated.
    """

    pool: str
    quotas: str
    size: tuple[int, int]
    id: str | None = None
    household: tuple[str, ...] = ()
    objective: str | None = None
    tickets: int | None = None
    lang: str | None = None

    def read(self) -> tuple[Pool, Quotas]:
        """Read both tables; every issue of both is raised together.

        Raises
        ------
        InputError
            With the issues of the people and of the quotas.
        """
        issues: list[Issue] = []
        pool: Pool | None = None
        quotas: Quotas | None = None
        try:
            pool = read_pool(self.pool, self.id, self.household)
        except InputError as error:
            issues += error.issues
        try:
            quotas = read_quotas(self.quotas, self.size)
        except InputError as error:
            issues += error.issues
        if pool is None or quotas is None:
            raise InputError(issues)
        return pool, quotas


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
        With every key that is unknown, missing or of the wrong kind.
    """
    data = read_bytes(path)
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError([Issue("file-encoding", {}, path, suggestion="save-toml")]) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # Brackets within brackets without end, or a number of more digits than Python takes.
        toml = isinstance(error, tomllib.TOMLDecodeError)
        params = {"reason": str(error) if toml else type(error).__name__}
        raise InputError([Issue("project-toml", params, path, suggestion="mend-toml")]) from None
    issues = [*_unknown(values, path), *_wrong(values, path, objectives)]
    if issues:
        raise InputError(issues)
    home = Path(path).parent
    size = values["size"]
    return Project(
        pool=str(home / values["pool"]),
        quotas=str(home / values["quotas"]),
        size=(size, size) if isinstance(size, int) else (size[0], size[1]),
        id=values.get("id"),
        household=tuple(values.get("household", ())),
        objective=values.get("objective"),
        tickets=values.get("tickets"),
        lang=values.get("lang"),
    )


def project_language(path: str) -> str | None:
    """Return the language that a project file asks for, even where the rest cannot be read."""
    try:
        text = read_bytes(path).decode("utf-8-sig", errors="replace")
    except InputError:
        return None
    found = re.search(r"""^[ \t]*lang[ \t]*=[ \t]*(["'])(\w+)\1""", text, re.MULTILINE)
    return found[2] if found and found[2] in LANGUAGES else None


def _unknown(values: dict[str, Any], path: str) -> list[Issue]:
    issues = []
    for name in values:
        if name not in _KEYS:
            near = nearest(name, _KEYS)
            params = {"name": name, "nearest": near, "keys": ", ".join(_KEYS)}
            issues.append(Issue("project-key", params, path,
                                suggestion="did-you-mean" if near else "project-keys-are"))
    return issues


def _wrong(values: dict[str, Any], path: str, objectives: Sequence[str]) -> list[Issue]:
    issues = []
    for name, (kind, types, example) in _KEYS.items():
        params = {"name": name, "kind": Words(kind), "example": example}
        if name not in values:
            if name in _NEEDED:
                issues.append(Issue("project-needs", params, path, suggestion="project-add-key"))
            continue
        value = values[name]
        fine = isinstance(value, types) and not isinstance(value, bool)
        if isinstance(value, list):
            inner: Sequence[type] = (int,) if name == "size" else (str,)
            fine = fine and all(type(item) in inner for item in value)
            fine = fine and (name != "size" or len(value) == 2)
        if fine and name == "objective" and objectives and value not in objectives:
            params = {"name": value, "values": ", ".join(objectives)}
            issues.append(Issue("objective-unknown", params, path, suggestion="values-are"))
            continue
        fine = fine and (name != "tickets" or 1 <= value <= MOST_TICKETS)
        fine = fine and (name != "lang" or value in LANGUAGES)
        if not fine:
            issues.append(Issue("project-type", params, path, suggestion="project-add-key"))
    return issues
