"""``sortition explain``: one person's chance in plain words, for a letter."""

from __future__ import annotations

from typing import Any

import click

from sortition.cli import options
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]

_SAID = {"stays": "explain-stays", "gone": "explain-gone", "steps-in": "explain-steps-in",
         "passed": "explain-passed", "candidate": "explain-candidate"}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "explain", _explain,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         click.argument("id", cls=options.Argument, metavar="ID", about=words("argument-id")),
         options.option(language, "--before", metavar=words("meta-folder"))],
        "sortition explain lottery PK-0017", "sortition explain lottery PK-0017 --lang nl",
        "sortition explain second PK-0017 --before lottery",
        about="help-explain-rules",
    )


def _explain(say: Say, folder: str, id: str, before: str | None, **_: Any) -> int:  # noqa: A002 - the word users know
    from sortition.files.cells import tidy
    from sortition.lots.explain import explain
    from sortition.lots.folder import drawn_files, read_files

    files, own = read_files(folder), tidy(id)
    if before is not None:
        return _replaced(say, files, drawn_files(before), own)
    told = explain(files, own)
    for line in told.letter(say.language):
        say.plain(line)
    say.document({"schema": 1} | told.to_dict())
    return OK


def _replaced(say: Say, files: dict[str, bytes], before: dict[str, bytes], own: str) -> int:
    """Say what the first draw meant for somebody, and what came of them when seats came free."""
    from sortition.lots.explain import explain
    from sortition.lots.place import place_of

    first, place = explain(before, own), place_of(before, files, own)
    told = explain(files, own) if place == "candidate" else None
    for line in first.letter(say.language):
        say.plain(line)
    say.plain("")
    say.line(_SAID[place])
    for line in told.letter(say.language) if told else ():
        say.plain(line)
    say.document({"schema": 1, "before": first.to_dict(), "place": place,
                  "after": None if told is None else told.to_dict()})
    return OK
