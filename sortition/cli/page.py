"""``sortition page``: the page of a lottery made again, in another language or with names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sortition.cli import making, options
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "page", _page,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         options.option(language, "--show", metavar=words("meta-columns")),
         *options.out(language, words("meta-file"))],
        "sortition page lottery --lang nl --out pagina.html",
        "sortition page lottery --show name,town --out internal.html", about=None,
    )


def _page(say: Say, folder: str, **given: Any) -> int:
    from sortition.lots.folder import read_files
    from sortition.output import refuse_taken
    from sortition.report import page

    path = Path(making.out(say, given))
    refuse_taken(str(path.parent), [path.name], force=given["force"])
    files, show = read_files(folder), tuple(options.listed(given["show"]))
    panel = Path(folder) / "panel.csv"
    if panel.is_file():
        files["panel.csv"] = panel.read_bytes()
    if show:
        _all_there(files.get("panel.csv"), show, str(panel))
    made = page(files, say.language, show)
    say.write(str(path.parent), {path.name: made}, force=given["force"])
    if show:
        say.line("page-private", bold=True)
    say.document({"schema": 1, "file": str(path), "shown": list(show)})
    return OK


def _all_there(panel: bytes | None, show: tuple[str, ...], file: str) -> None:
    """Raise `InputError` for every column that cannot be shown."""
    from sortition.errors import InputError, Issue
    from sortition.files.spelling import nearest
    from sortition.verify import read_rows

    if panel is None:
        raise InputError([Issue("page-missing-panel", {}, file)])
    header = read_rows(panel)[0]
    issues = []
    for name in show:
        if name not in header:
            near = nearest(name, header)
            issues.append(Issue("column-missing", {"name": name, "nearest": near}, file,
                                suggestion="did-you-mean" if near else None))
    if issues:
        raise InputError(issues)
