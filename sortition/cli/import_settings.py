"""``sortition import``: the settings of another program become a project file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown
from sortition.engine.objectives import OBJECTIVES

if TYPE_CHECKING:
    from sortition.errors import Issue
    from sortition.rules.ready import Ready

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    file = words("meta-file")
    return options.command(
        language, "import", _import,
        [options.argument(language, "settings", "meta-settings", "argument-settings"),
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
    import tomllib

    from sortition.errors import InputError
    from sortition.messages import render_issue
    from sortition.output import refuse_taken
    from sortition.rules.project import Project
    from sortition.rules.settings import project_text

    path = Path(given["out"])
    refuse_taken(str(path.parent), [path.name], force=given["force"])
    issues: list[Issue] = []
    made, size = "", rules.seats(say, given["size"])
    try:
        made = project_text(
            given["settings"], given["people"], given["quotas"], size,
            objective=given["objective"], folder=str(path.parent), language=say.language,
        )
    except InputError as error:
        issues += error.issues
    asks = tomllib.loads(made)
    try:
        ready = Project(given["people"], given["quotas"], size, asks.get("id"),
                        tuple(asks.get("household", ()))).prepare()
    except InputError as error:
        issues += error.issues
    if issues:
        raise InputError(issues)
    left = _left_to_mend(ready)
    say.write(str(path.parent), {path.name: made.encode()}, force=given["force"])
    if left:
        say.error(say.words("import-mend"))
        for issue in left:
            say.error(render_issue(issue, say.language))
    say.line("next-check", rules=shown(str(path)))
    say.document({"schema": 1, "file": str(path), "project": made,
                  "issues": [issue.to_dict(say.language) for issue in left]})
    return OK


def _left_to_mend(ready: Ready) -> list[Issue]:
    """Return where people and quotas disagree: aliases in the project file may be the answer."""
    from sortition.engine.problem import compile as compile_problem
    from sortition.errors import InputError

    try:
        compile_problem(ready.pool, ready.quotas)
    except InputError as error:
        return list(error.issues)
    return []
