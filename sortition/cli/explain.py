"""``sortition explain``: one person's chance in plain words, for a letter."""

from __future__ import annotations

from typing import Any

import click

from sortition.cli import options
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "explain", _explain,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         click.argument("id", cls=options.Argument, metavar="ID", about=words("argument-id"))],
        "sortition explain lottery PK-0017", "sortition explain lottery PK-0017 --lang nl",
        about="help-explain-rules",
    )


def _explain(say: Say, folder: str, id: str, **_: Any) -> int:  # noqa: A002 - the word users know
    from sortition.lots.explain import explain
    from sortition.lots.published import read_files

    told = explain(read_files(folder), id)
    for line in told.letter(say.language):
        say.plain(line)
    say.document({"schema": 1} | told.to_dict())
    return OK
