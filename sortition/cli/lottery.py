"""``sortition lottery``: the fair lottery, not drawn yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "lottery", _lottery,
        [*options.asked(language), *options.rules(language), *options.engine(language),
         options.panel_csv(language), *options.out(language)],
        "sortition lottery people.csv quotas.csv --size 24 --out lottery",
        "sortition lottery project.toml --out lottery --lang nl",
        "sortition lottery people.csv quotas.csv --size 24 --exact --out exact",
    )


def _lottery(say: Say, **given: Any) -> int:
    from sortition.lots.record import DRAW_FILES, LOTTERY_FILES, summary
    from sortition.output import refuse_taken

    project = rules.project(say, given)
    folder = making.out(say, given, project)
    refuse_taken(folder, [*LOTTERY_FILES, *DRAW_FILES], force=given["force"])
    ready, lottery, finished = making.make(say, project, given)
    files = making.files(say, lottery, project, ready, folder)
    # A panel drawn from another lottery must not lie beside this one.
    removed = [name for name in DRAW_FILES if (Path(folder) / name).exists()]
    say.write(folder, files, force=given["force"], remove=DRAW_FILES)
    if removed:
        say.line("removed", files=", ".join(removed))
    place = shown(folder)
    if finished:
        _how_to_draw(say, lottery, place)
    else:
        say.line("next-again")
    say.line("next-verify", folder=place)
    say.document(summary(lottery) | {"removed": removed})
    return OK if finished else OUT_OF_TIME


def _how_to_draw(say: Say, lottery: Lottery | ExactLottery, place: str) -> None:
    """Say what to publish first, and how a number or a text is drawn."""
    from sortition.lots.record import ticket_label

    if lottery.kind == "exact":
        say.line("publish-exact", digest=lottery.sha256)
        say.line("next-draw-exact", folder=place)
        return
    say.line("publish", digest=lottery.sha256)
    count = len(lottery.tickets)
    if count == 1:
        say.line("next-draw-one", folder=place)
        return
    first, last = (ticket_label({"tickets": count}, at) for at in (0, count - 1))
    say.line("next-draw", first=first, last=last, folder=place)
    say.line("next-balls", digits=len(last))
    if set(last) != {"9"}:
        say.line("next-balls-again", last=last)
