"""``sortition lottery``: the fair lottery, not drawn yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import clock, making, options, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["announced", "command", "refuse", "written"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "lottery", _lottery,
        [*options.asked(language), *options.rules(language), *options.engine(language),
         options.option(language, "--source", metavar=words("meta-text")),
         options.option(language, "--drawn-at", metavar=words("meta-time")),
         options.panel_csv(language), *options.out(language)],
        "sortition lottery people.csv quotas.csv --size 24 --out lottery",
        "sortition lottery project.toml --out lottery --lang nl",
        "sortition lottery people.csv quotas.csv --size 24 --exact --out exact",
        'sortition lottery project.toml --out lottery --source "ten balls, town hall" '
        "--drawn-at 2027-03-01T20:00+01:00",
    )


def _lottery(say: Say, **given: Any) -> int:
    project = rules.project(say, given)
    announcement = announced(say, given)
    folder = making.out(say, given, project)
    refuse(folder, given)
    ready, lottery, finished = making.make(say, project, given)
    files = making.files(say, lottery, project, ready, folder, announcement)
    written(say, given, folder, lottery, files, announcement, finished=finished)
    return OK if finished else OUT_OF_TIME


def refuse(folder: str, given: dict[str, Any]) -> None:
    """Raise an error where a lottery or a draw lies already, unless asked to write over it."""
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import LOTTERY_FILES, draw_names
    from sortition.output import refuse_taken

    drawn = draw_names(lottery_record(folder))
    refuse_taken(folder, [*LOTTERY_FILES, *drawn], force=given["force"])


def written(
    say: Say, given: dict[str, Any], folder: str, lottery: Lottery | ExactLottery,
    files: dict[str, bytes], announcement: dict[str, Any] | None, *, finished: bool = True,
) -> None:
    """Write a lottery, and say what to publish, how to draw and how to check."""
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import CHECKERS, PRIVATE, SHEETS, draw_names
    from sortition.lots.record import summary
    from sortition.messages import source_name
    from sortition.verify import commitment

    committed = commitment(json.loads(files["record.json"]))
    # A panel drawn from another lottery, or its tickets on paper, must not lie beside this one.
    old = [*draw_names(lottery_record(folder)), *SHEETS]
    removed = [name for name in old if (Path(folder) / name).exists()]
    stale = [name for name in CHECKERS if name not in files]
    say.write(folder, files, force=given["force"], remove=[*old, *stale])
    if removed:
        say.line("removed", files=", ".join(removed))
    place = shown(folder)
    if finished:
        say.line("publish", digest=committed)
        if announcement is None:
            say.line("announced-none")
        else:
            say.line("announced", source=source_name(announcement, say.language),
                     at=say.moment(announcement["at"]))
        say.line("private-inclusion", file=PRIVATE)
        _how_to_draw(say, lottery, place, (announcement or {}).get("names", []))
    else:
        say.line("next-again")
    say.line("next-verify", folder=place)
    say.document(summary(lottery) | {
        "removed": removed, "commitment": committed, "announced": announcement,
    })


def announced(say: Say, given: dict[str, Any]) -> dict[str, Any] | None:
    """Return the source of randomness and its time, if they were announced."""
    from sortition.lots.commitment import announcement

    source, at = given["source"], given["drawn_at"]
    if source is None and at is None:
        return None
    if at is None or not (source or "").strip():
        raise click.UsageError(say.words("usage-announced"))
    return announcement(source, at, clock.now())


def _how_to_draw(
    say: Say, lottery: Lottery | ExactLottery, place: str, names: list[str]
) -> None:
    """Say how a number or a text is drawn, or the sources whose names were announced."""
    from sortition.lots.names import ticket_label

    if names and names != ["ticket"]:
        ways = {"ticket": "--ticket", "text": "--seed"}
        kinds = [name.partition(":")[0] for name in names]
        given = " ".join(f"{ways.get(kind, '--' + kind)} …" for kind in kinds)
        say.line("next-draw-named", sources=", ".join(names), folder=place, options=given)
        return
    if lottery.kind == "exact":
        say.line("next-draw-exact", folder=place)
        return
    count = len(lottery.tickets)
    if count == 1:
        say.line("next-draw-one", folder=place)
        return
    first, last = (ticket_label({"tickets": count}, at) for at in (0, count - 1))
    say.line("next-draw", first=first, last=last, folder=place)
    say.line("next-balls", digits=len(last))
    if set(last) != {"9"}:
        say.line("next-balls-again", last=last)
