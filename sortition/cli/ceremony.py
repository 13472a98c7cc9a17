"""``sortition ceremony``: sheets to print for a draw in public."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from sortition.cli import options
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "ceremony", _ceremony,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         *options.out(language)],
        "sortition ceremony lottery", "sortition ceremony lottery --lang nl --out printed",
        about="help-ceremony-rules",
    )


def _ceremony(say: Say, folder: str, **given: Any) -> int:
    from sortition.lots.folder import checked_files
    from sortition.lots.names import SHEETS
    from sortition.output import refuse_taken
    from sortition.report.ceremony import official_record, script, ticket_list

    place = given["out"] or folder
    refuse_taken(place, SHEETS, force=given["force"])
    files = checked_files(folder)
    name = shown(Path(folder).resolve().name)
    sheets = dict(zip(SHEETS, (
        script(files, name, say.language), ticket_list(files, say.language),
        official_record(files, say.language),
    ), strict=True))
    made = {file: sheet for file, sheet in sheets.items() if sheet is not None}
    say.write(place, made, force=given["force"],
              remove=[file for file in SHEETS if file not in made])
    if len(made) < len(SHEETS):
        say.line("ceremony-no-tickets")
    if json.loads(files["record.json"])["draw"] is None:
        say.line("ceremony-again")
    say.document({"schema": 1, "files": sorted(made)})
    return OK
