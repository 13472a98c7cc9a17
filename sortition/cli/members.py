"""``sortition members``: the members after a draw that renews a part of a panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "members", _members, [
            options.argument(language, "project", "meta-project", "argument-members"),
            options.argument(language, "folder", "meta-folder", "argument-drawn"),
            *options.out(language, words("meta-file")),
        ],
        "sortition members project.toml lottery --out members-5.csv", about=None,
    )


def _members(say: Say, project: str, folder: str, **given: Any) -> int:
    from sortition.errors import InputError, Issue
    from sortition.files.readers import read_table
    from sortition.files.writers import to_csv
    from sortition.people.cohorts import next_members
    from sortition.rules.read_project import read_project

    rules.speak(say, project, given["lang"])
    if not given["out"]:
        raise click.UsageError(say.words("out-file-missing"))
    out = Path(given["out"])
    asked = read_project(project)
    if asked.cohorts is None:
        raise InputError([Issue("cohort-none", {}, project, suggestion="cohort-none-how")])
    cohorts = asked.cohorts
    stay, leave = cohorts.split(read_table(cohorts.members))
    panel = read_table(str(Path(folder) / "panel.csv"))
    after = next_members(stay, panel, cohorts.since, cohorts.round)
    say.write(str(out.parent), {out.name: to_csv(after.columns, after.rows).encode()},
              force=given["force"])
    say.line("members-line", stay=len(stay.rows), new=len(panel.rows), leave=len(leave.rows),
             number=cohorts.round)
    say.document({"schema": 1, "round": cohorts.round, "stay": len(stay.rows),
                  "new": len(panel.rows), "leave": len(leave.rows)})
    return OK
