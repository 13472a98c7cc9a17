"""``sortition publish``: the files of a lottery that may be published, in a folder of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from sortition.lots.publish import Public

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "publish", _publish,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         options.option(language, "--smallest", type=click.IntRange(min=2, max=1000), default=5,
                        metavar="N"),
         options.option(language, "--with-groups", is_flag=True),
         *options.out(language)],
        "sortition publish lottery --out public",
        "sortition publish lottery --with-groups --out for-the-notary",
        about="help-publish-rules",
    )


def _publish(say: Say, folder: str, **given: Any) -> int:
    from sortition.errors import InputError, Issue
    from sortition.lots.folder import read_files
    from sortition.lots.names import DRAW_FILES, LOTTERY_FILES
    from sortition.lots.publish import publish
    from sortition.output import refuse_taken
    from sortition.verify import DRAWN, commitment

    place = making.out(say, given)
    if os.path.realpath(place) == os.path.realpath(folder):  # never fails, as resolve can
        raise InputError([Issue("publish-same", {}, place, suggestion="other-folder")])
    names = [*LOTTERY_FILES, *DRAW_FILES]
    refuse_taken(place, names, force=given["force"])
    files = read_files(folder)
    files |= {name: (Path(folder) / name).read_bytes() for name in DRAWN
              if (Path(folder) / name).is_file()}
    public = publish(files, say.language, given["smallest"], with_groups=given["with_groups"])
    say.write(place, public.files, force=given["force"],
              remove=[name for name in names if name not in public.files])
    _said(say, public, given["smallest"])
    digest = commitment(json.loads(files["record.json"]))
    if public.checkable:
        say.line("publish-check", folder=shown(place), digest=digest)
    say.document({
        "schema": 1, "files": sorted(public.files), "recognisable": public.recognisable,
        "rare": public.rare, "barred": public.barred, "checkable": public.checkable,
        "commitment": digest,
    })
    return OK


def _said(say: Say, public: Public, smallest: int) -> None:
    """Say what to think of before the files go anywhere."""
    if public.rehearsal:
        say.error(say.words("publish-rehearsal"))
    if public.row_numbers:
        say.error(say.words("publish-rows"))
    if public.recognisable:
        code = "publish-groups-in" if public.checkable else "publish-groups-out"
        say.error(say.words(code, count=public.recognisable, smallest=smallest))
    if public.roles_held:
        said = "publish-roles" if "record.json" in public.files else "publish-roles-out"
        say.error(say.words(said))
    if public.barred:
        say.error(say.words("publish-barred", count=public.barred))
    if public.rare:
        say.line("publish-rare", count=public.rare, smallest=smallest)
