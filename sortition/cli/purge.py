"""``sortition purge``: names and addresses out of a lottery's folder; what can be checked stays."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from sortition.lots.purge import Purged

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "purge", _purge,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         options.option(language, "--yes", is_flag=True),
         options.option(language, "--dry-run", is_flag=True)],
        "sortition purge lottery --dry-run", "sortition purge lottery --yes",
        about="help-purge-rules",
    )


def _purge(say: Say, folder: str, yes: bool, dry_run: bool, **_: Any) -> int:
    from sortition.lots.folder import lottery_record, read_files
    from sortition.lots.names import PRIVATE, draw_names
    from sortition.lots.purge import purge
    from sortition.output import left_behind, write_files

    if yes == dry_run:
        raise click.UsageError(say.words("usage-purge"))
    place = Path(folder)
    files = read_files(folder)
    names = (*draw_names(lottery_record(folder)), PRIVATE)
    files |= {name: (place / name).read_bytes() for name in names
              if (place / name).is_file()}
    left = left_behind(folder)
    others = frozenset(path.name for path in place.iterdir() if path not in left)
    purged = purge(files, others)
    if purged and yes:
        write_files(folder, purged.rewritten, force=True, remove=purged.removed)
    for path in left if yes else ():
        shutil.rmtree(path, ignore_errors=True)
    say.wrote = yes and bool(purged or left)
    _said(say, purged, [shown(str(path)) for path in left], done=yes)
    say.line("next-verify", folder=shown(folder))
    say.document({
        "schema": 1, "done": yes, "removed": [*purged.removed, *map(str, left)],
        "rewritten": list(purged.rewritten), "columns": list(purged.columns),
        "unknown": list(purged.unknown), "ids": purged.ids,
    })
    return OK


def _said(say: Say, purged: Purged, left: list[str], *, done: bool) -> None:
    """Say what went, or would go, and what cannot be reached from here."""
    if not purged and not left:
        say.line("purge-nothing")
    else:
        say.line("purge-done" if done else "purge-would", bold=True)
        for name in (*purged.removed, *left):
            say.plain(f"  {name}")
        for name in purged.rewritten:
            kept = say.words("purge-columns", file=name, columns=", ".join(purged.columns))
            say.plain(f"  {kept}")
    if purged.ids:
        say.error(say.words("purge-ids"))
    if purged.unknown:
        say.error(say.words("purge-unknown", files=", ".join(purged.unknown)))
    say.line("purge-elsewhere")
