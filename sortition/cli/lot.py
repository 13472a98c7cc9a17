"""``sortition lot``: one of a list, or a few, without quotas; not drawn yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli import lottery, making, options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.process.one_of import Lot, OneOf

__all__ = ["command"]

_MOST_NAMES = 20  # told one by one


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "lot", _lot,
        [options.argument(language, "names", "meta-list", "argument-names"),
         click.option("--column", metavar=words("meta-column"), help=words("help-lot-column")),
         options.option(language, "--count", type=click.IntRange(min=1), metavar="N"),
         options.option(language, "--past", metavar=words("meta-file"), multiple=True),
         options.option(language, "--past-column", metavar=words("meta-column")),
         options.option(language, "--weights", metavar=words("meta-column")),
         options.option(language, "--places", is_flag=True),
         options.option(language, "--source", metavar=words("meta-text")),
         options.option(language, "--drawn-at", metavar=words("meta-time")),
         *options.out(language)],
        "sortition lot hosts.csv --past past-hosts.csv --out host",
        "sortition draw host --ticket 7",
        about="help-lot-list",
    )


def _lot(say: Say, **given: Any) -> int:
    from sortition.engine.problem import compile as compile_problem
    from sortition.engine.search import find_distribution
    from sortition.lots.exact import ExactLottery, to_exact
    from sortition.lots.lottery import Lottery, to_lottery
    from sortition.process.one_of import lot_of

    announced = lottery.announced(say, given)
    folder = making.out(say, given)
    lottery.refuse(folder, given)
    asked = _asked(say, given)
    lot = lot_of(asked, say.words("lot-reason"), say.words("lot-label"))
    problem = compile_problem(lot.ready.pool, lot.ready.quotas)
    fair = find_distribution(problem, lot.objective)
    made: Lottery | ExactLottery
    made = to_exact(fair) if lot.tickets is None else to_lottery(fair, lot.tickets)
    _told(say, lot, made)
    files = making.files(say, made, lot.project, lot.ready, folder, announced)
    lottery.written(say, given, folder, made, files, announced)
    return OK


def _asked(say: Say, given: dict[str, Any]) -> OneOf:
    """Return what is asked, by the file or by options, which win over the file."""
    from dataclasses import replace

    from sortition.process.one_of import OneOf, one_of
    from sortition.rules.project_file import read_toml
    from sortition.rules.read_project import ABOUT

    file = given["names"]
    if file.lower().endswith(".toml"):
        values = rules.section(say, file, "plain_lot", lang=given["lang"])
        whole = read_toml(file)[0]
        asked = one_of(values, file, {name: str(whole[name]).strip() for name in ABOUT
                                      if name in whole})
    else:
        asked = OneOf(file)
    stated = {name: given[name] for name in ("column", "count", "past_column", "weights")
              if given[name] is not None}
    if given["past"]:
        stated["past"] = tuple(given["past"])
    if given["places"]:
        stated["places"] = True
    return replace(asked, **stated)


def _told(say: Say, lot: Lot, made: Any) -> None:
    """Say who can be drawn, who not, and how likely each is."""
    from sortition.messages import some_rows

    pool = lot.ready.pool
    say.line("lot-read", count=len(pool) + len(lot.gone), file=lot.project.pool)
    for change in lot.ready.prepared.changes:
        say.line("read-place", before=change.before, after=change.after, count=len(change.rows))
    if lot.gone:
        say.line("lot-gone", count=len(lot.gone), names=_some(lot.gone))
    for file, rows in lot.strangers:
        say.line("lot-strangers", file=file, rows=some_rows(rows), count=len(rows))
    least, most = float(made.chance.min()), float(made.chance.max())
    code = "lot-equal" if most - least < 1e-12 else "lot-unequal"
    say.line(code, bold=True, count=len(pool), seats=made.problem.size,
             least=say.percent(least), most=say.percent(most))


def _some(names: tuple[str, ...]) -> str:
    more = ["…"] if len(names) > _MOST_NAMES else []
    return ", ".join([*names[:_MOST_NAMES], *more])
