"""``sortition lottery``: the fair lottery, not drawn yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sortition.cli import making, options, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say, shown

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "lottery", _lottery,
        [*options.asked(language), *options.rules(language), *options.engine(language),
         *options.out(language)],
        "sortition lottery people.csv quotas.csv --size 24 --out lottery",
        "sortition lottery project.toml --out lottery --lang nl",
        "sortition lottery people.csv quotas.csv --size 24 --exact --out exact",
    )


def _lottery(say: Say, **given: Any) -> int:
    from sortition.lots.record import DRAW_FILES, LOTTERY_FILES, summary, ticket_label
    from sortition.output import refuse_taken, write_files

    folder = making.out(say, given)
    project = rules.project(say, given)
    refuse_taken(folder, [*LOTTERY_FILES, *DRAW_FILES], force=given["force"])
    ready, lottery, finished = making.make(say, project, given)
    files = making.files(say, lottery, project, ready, folder)
    # A panel drawn from another lottery must not lie beside this one.
    removed = [name for name in DRAW_FILES if (Path(folder) / name).exists()]
    written = write_files(folder, files, force=given["force"], remove=DRAW_FILES)
    say.written(written)
    if removed:
        say.line("removed", files=", ".join(removed))
    place = shown(folder)
    if not finished:
        say.line("next-again")
    elif lottery.kind == "exact":
        say.line("next-draw-exact", folder=place)
    elif len(lottery.tickets) == 1:
        say.line("next-draw-one", folder=place)
    else:
        count = len(lottery.tickets)
        first, last = (ticket_label({"tickets": count}, at) for at in (0, count - 1))
        say.line("next-draw", first=first, last=last, folder=place)
    say.line("next-verify", folder=place)
    say.document(summary(lottery) | {"removed": removed})
    return OK if finished else OUT_OF_TIME
