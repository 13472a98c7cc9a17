"""RULES as a command states them: the words of the command line over those of a project file.

Used by every command that reads people and quotas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options
from sortition.cli.say import Say
from sortition.engine.objectives import OBJECTIVES

if TYPE_CHECKING:
    from sortition.engine.problem import Problem
    from sortition.people.prepare import Exclude
    from sortition.rules.project import Project
    from sortition.rules.ready import Ready, Several

__all__ = ["prepared", "project", "read", "seats", "section", "speak", "understood", "unused"]


def speak(say: Say, file: str, lang: str | None) -> None:
    """Speak the language of a project file, unless one is asked for."""
    from sortition.rules.project_file import project_language

    if lang is None:
        say.language = project_language(file) or say.language


def section(say: Say, file: str, name: str, *, lang: str | None) -> dict[str, Any]:
    """Return a table of a project file, and speak the file's language unless one is asked for."""
    from sortition.rules.project_file import read_toml

    speak(say, file, lang)
    table = read_toml(file)[0].get(name, {})
    # Something else than a table is for the reader of the table to name.
    return dict(table) if isinstance(table, dict) else {name: table}


def project(say: Say, given: dict[str, Any]) -> Project:
    """Return the rules from the command's words; an option given wins over the project file."""
    from dataclasses import replace

    from sortition.rules.project import Project

    size = None if given["size"] is None else seats(say, given["size"])
    stated: dict[str, Any] = {
        "size": size,
        "id": given["id_column"],
        "household": _named(",".join(given["household"])),
        "objective": given.get("objective"),
        "tickets": given.get("tickets"),
        "per_household": given["per_household"],
        "sheet": given["sheet"],
        "already_selected": given["already_selected"],
        "duplicates": given["duplicates"],
        "include": _named(given["include"]),
        "csv": given.get("csv"),
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    if given["rules"].lower().endswith(".toml") and not given["quotas"]:
        from sortition.rules.read_project import read_project

        speak(say, given["rules"], given["lang"])
        found = read_project(given["rules"], [*OBJECTIVES, "custom"])
        if "objective" in given:  # a command that makes a lottery
            given |= {name: value for name, value in found.making.items() if name in given
                       and not given[name] and not (name == "exact" and given["tickets"])}
        found = _phase(say, found, given)
        if found.themes and (size or stated.get("include")):
            raise click.UsageError(say.words("usage-themes"))
        made = replace(found, exclude=(*found.exclude, *_excluded(say, given)), **stated)
    elif given.get("phase") is not None:
        raise click.UsageError(say.words("usage-phase-file"))
    elif not given["quotas"]:
        raise click.UsageError(say.words("usage-quotas"))
    elif size is None:
        raise click.UsageError(say.words("usage-size"))
    else:
        exclude = _excluded(say, given)
        made = Project(given["rules"], given["quotas"], exclude=exclude, **stated)
    if given["per_household"] is not None and not made.household:
        raise click.UsageError(say.words("usage-per-household"))
    return made


def _phase(say: Say, project: Project, given: dict[str, Any]) -> Project:
    """Return the phase that is asked for as a project of its own."""
    name = given.get("phase")
    names = ", ".join(phase.name for phase in project.phases)
    if not project.phases:
        if name is not None:
            raise click.UsageError(say.words("usage-phase-none"))
        return project
    if name is None:
        raise click.UsageError(say.words("usage-phase", phases=names))
    try:
        return project.phase(name)
    except KeyError:
        raise click.UsageError(
            say.words("usage-phase-unknown", phase=name, phases=names)
        ) from None


def _named(names: str | None) -> tuple[str, ...] | None:
    """Return the names between commas; None where the option is not there."""
    return tuple(options.listed(names)) or None


def _excluded(say: Say, given: dict[str, Any]) -> tuple[Exclude, ...]:
    """Return who may not be drawn besides those of the project file, with the file as reason."""
    from sortition.people.prepare import Exclude

    return tuple(
        Exclude(say.words("excluded-by-file", file=file), file=file) for file in given["exclude"]
    )


def seats(say: Say, value: str) -> tuple[int, int]:
    """Return the smallest and the largest number that ``--size`` allows."""
    low, dash, high = (part.strip() for part in value.replace("–", "-").partition("-"))
    if low.isascii() and low.isdigit() and (not dash or (high.isascii() and high.isdigit())):
        return int(low), int(high if dash else low)
    raise click.UsageError(say.words("usage-size-form", value=value))


def read(project: Project) -> Ready:
    """Return what the project's files say."""
    return project.prepare()


def understood(say: Say, project: Project, ready: Ready, problem: Problem) -> None:
    """Say what was read and how it was understood."""
    import numpy as np

    from sortition.display import span
    from sortition.files.dialects import describe

    pool, quotas = ready.several.people if ready.several else ready.pool, ready.quotas
    say.line("read-people", people=len(pool), types=problem.types, file=project.pool)
    for line in describe(pool.table.dialect, say.language):
        say.plain(f"  {line}")
    counts: dict[str, Any] = {"quotas": len(quotas.quotas), "features": ", ".join(quotas.features),
              "size": span(quotas.size)}
    if ready.several:
        _themes(say, ready.several)
    elif project.all_stay:
        say.line("read-all-stay", people=len(pool))
    elif project.quotas:
        say.line("read-quotas", **counts, file=project.quotas)
    else:
        say.line("read-stated", **counts)
    prepared(say, project, ready)
    if pool.id_column:
        say.line("read-ids", column=pool.id_column)
    else:
        say.line("read-ids-rows", row=pool.table.dialect.header_row)
    if spare := unused(ready, project.takes, project.refuses):
        say.line("read-unused", columns=", ".join(spare))
    if pool.household_columns:
        sizes = np.bincount(pool.household)
        say.line("households", count=int((sizes > 1).sum()), most=quotas.per_household)
    elif ready.several and project.most == 1:
        say.line("household-hint-themes")
    else:
        say.line("household-hint")


def _themes(say: Say, several: Several) -> None:
    """Say of several panels how large each is, and how many people it is open to."""
    import numpy as np

    from sortition.display import span
    from sortition.rules.panel_names import within_of

    names = [theme.name for theme in several.themes]
    within = within_of({theme.name: theme.within for theme in several.themes})
    say.line("read-themes", count=len(names), most=several.most)
    for theme in several.themes:
        inside = [names.index(name) for name in within[theme.name]]
        people = len(np.unique(several.seated.person[np.isin(several.seated.theme, inside)]))
        code = "read-theme-within" if theme.within else "read-theme"
        words = say.words(code, theme=theme.name, size=span(theme.quotas.size), people=people,
                          quotas=len(theme.quotas.quotas), within=theme.within)
        say.plain(f"  {words}")


def unused(ready: Ready, *others: str | None) -> list[str]:
    """Return the columns of the list that nothing of the draw looks at.

    Parameters
    ----------
    others
        Columns that something else than a quota looks at.
    """
    pool = ready.several.people if ready.several else ready.pool
    features = (*ready.quotas.features, *filter(None, others))
    used = {pool.feature(name) for name in features} | {pool.id_column}
    return [c for c in pool.table.columns if c not in used | set(pool.household_columns)]


def prepared(say: Say, project: Project, ready: Ready) -> None:
    """Say who is not in the list any more, and what became of its columns."""
    from collections import Counter
    from dataclasses import replace

    from sortition.messages import render_issue, some_rows
    from sortition.rules.project import ALREADY_SELECTED, MEMBER, NOT_AMONG

    found = ready.prepared
    if found.doubles:
        say.line("read-doubles", rows=some_rows([one.row for one in found.doubles]))
    for reason, count in Counter(one.reason for one in found.left).items():
        code = {ALREADY_SELECTED: "excluded-already", MEMBER: "excluded-member",
                NOT_AMONG: "excluded-not-among"}.get(reason)
        words = say.words(code) if code else reason
        say.line("read-left", count=count, reason=words)
    if project.columns:
        say.line("read-made", columns=", ".join(column.name for column in project.columns))
    for change in found.changes:
        say.line("read-place", before=change.before, after=change.after, count=len(change.rows))
    for note in ready.notes:
        say.plain(note.render(say.language))
    for issue in found.questions:
        say.line("read-question", issue=render_issue(replace(issue, suggestion=None), say.language))
    if found.questions:  # one answer for all
        say.plain("  → " + say.words("duplicate-choose"))
