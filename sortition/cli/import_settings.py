"""``sortition import``: the settings of another program become a project file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown
from sortition.engine.objectives import OBJECTIVES

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    file = words("meta-file")
    return options.command(
        language, "import", _import,
        [click.argument("settings", metavar=words("meta-settings")),
         options.option(language, "--people", metavar=file, required=True),
         options.option(language, "--quotas", metavar=file, required=True),
         options.option(language, "--size", metavar="N", required=True),
         click.option("--objective", type=click.Choice(list(OBJECTIVES)),
                      help=words("help-import-objective")),
         click.option("--out", metavar=file, default="project.toml", help=words("help-project")),
         options.option(language, "--force", is_flag=True),
         options.option(language, "--dry-run", is_flag=True)],
        "sortition import sf_stratification_settings.toml --people people.csv "
        "--quotas categories.csv --size 24",
        about=None,
    )


def _import(say: Say, **given: Any) -> int:
    from sortition.output import refuse_taken
    from sortition.rules.settings import project_text

    path = Path(given["out"])
    refuse_taken(str(path.parent), [path.name], force=given["force"])
    made = project_text(
        given["settings"], given["people"], given["quotas"], rules.seats(say, given["size"]),
        objective=given["objective"], folder=str(path.parent), language=say.language,
    )
    say.write(str(path.parent), {path.name: made.encode()}, force=given["force"])
    say.line("next-check", rules=shown(str(path)))
    say.document({"schema": 1, "file": str(path), "project": made})
    return OK
