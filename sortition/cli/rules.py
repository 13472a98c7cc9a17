"""RULES as a command states them: the words of the command line over those of a project file.

Used by every command that reads people and quotas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli.say import Say
from sortition.engine.objectives import OBJECTIVES

if TYPE_CHECKING:
    from sortition.engine.problem import Problem
    from sortition.people.pool import Pool
    from sortition.rules.project import Project
    from sortition.rules.quotas import Quotas

__all__ = ["project", "read", "understood"]


def project(say: Say, given: dict[str, Any]) -> Project:
    """Return the rules from the command's words; an option given wins over the project file."""
    from dataclasses import replace

    from sortition.rules.project import Project, project_language, read_project

    size = _size(say, given["size"])
    household = given["household"]
    stated: dict[str, Any] = {
        "size": size,
        "id": given["id_column"],
        "household": tuple(name.strip() for name in household.split(",")) if household else None,
        "objective": given.get("objective"),
        "tickets": given.get("tickets"),
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    if given["rules"].lower().endswith(".toml") and not given["quotas"]:
        if given["lang"] is None:
            say.language = project_language(given["rules"]) or say.language
        return replace(read_project(given["rules"], list(OBJECTIVES)), **stated)
    if not given["quotas"]:
        raise click.UsageError(say.words("usage-quotas"))
    if size is None:
        raise click.UsageError(say.words("usage-size"))
    return Project(pool=given["rules"], quotas=given["quotas"], **stated)


def _size(say: Say, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    low, dash, high = (part.strip() for part in value.replace("–", "-").partition("-"))
    if low.isascii() and low.isdigit() and (not dash or (high.isascii() and high.isdigit())):
        return int(low), int(high if dash else low)
    raise click.UsageError(say.words("usage-size-form", value=value))


def read(project: Project, given: dict[str, Any]) -> tuple[Pool, Quotas]:
    """Return pool and quotas, with what the command line says about households."""
    from dataclasses import replace

    pool, quotas = project.read()
    if given["per_household"] is not None:
        quotas = replace(quotas, per_household=given["per_household"])
    return pool, quotas


def understood(say: Say, project: Project, pool: Pool, quotas: Quotas, problem: Problem) -> None:
    """Say what was read and how it was understood."""
    import numpy as np

    low, high = quotas.size
    say.line("read-people", people=len(pool), types=problem.types, file=project.pool)
    say.line("read-quotas", quotas=len(quotas.quotas), features=", ".join(quotas.features),
             size=low if low == high else f"{low}–{high}", file=project.quotas)
    if pool.id_column:
        say.line("read-ids", column=pool.id_column)
    else:
        say.line("read-ids-rows")
    used = {pool.feature(name) for name in quotas.features} | {pool.id_column}
    unused = [c for c in pool.table.columns if c not in used | set(pool.household_columns)]
    if unused:
        say.line("read-unused", columns=", ".join(unused))
    if pool.household_columns:
        sizes = np.bincount(pool.household)
        say.line("households", count=int((sizes > 1).sum()), most=quotas.per_household)
    else:
        say.line("household-hint")
