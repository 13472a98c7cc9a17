"""``sortition init``: a first project file, made from the list of people itself."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown

__all__ = ["command"]

_OUT = "project.toml"


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "init", _init,
        [options.argument(language, "people", "meta-people", "argument-list"),
         options.option(language, "--size", metavar="N"),
         options.option(language, "--sheet", metavar=words("meta-text")),
         *options.out(language, words("meta-file"))],
        "sortition init people.csv",
        "sortition init people.csv --size 24 --out draw/project.toml --lang nl",
        about=None,
    )


def _init(say: Say, **given: Any) -> int:
    from sortition.files.paths import path_from
    from sortition.files.readers import read_table
    from sortition.output import refuse_taken
    from sortition.rules.starter import first_project

    path = Path(given["out"] or _OUT)
    size = None if given["size"] is None else rules.seats(say, given["size"])
    refuse_taken(str(path.parent), [path.name], force=given["force"])
    table = read_table(given["people"], given["sheet"])
    text = first_project(
        table, path_from(path.parent, given["people"]), size, say.language, date.today(),  # noqa: DTZ011 - the user's own day
        sheet=given["sheet"],
    )
    files = {path.name: text.encode()}
    say.write(str(path.parent), files, force=given["force"])
    say.line("next-change" if size else "next-change-size")
    say.line("next-check", rules=shown(str(path)))
    quotas = [quota["of"] for quota in tomllib.loads(text).get("quota", [])]
    say.document({"schema": 1, "file": str(path), "people": len(table.rows), "quotas": quotas})
    return OK
