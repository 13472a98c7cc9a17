"""``sortition replace``: from the folder of a draw, the lottery of the seats that came free."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli import options
from sortition.cli.guard import INFEASIBLE, OK, OUT_OF_TIME
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.diagnosis.repair import Repair
    from sortition.engine.distribution import Distribution
    from sortition.engine.problem import Problem
    from sortition.errors import InfeasibleError
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.lots.published import Published
    from sortition.people.pool import Pool
    from sortition.people.statuses import Status

__all__ = ["command"]

_SECONDS = 30.0  # for ways out, unless --time-limit says otherwise


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "replace", _replace,
        [click.argument("folder", metavar=words("meta-folder")),
         options.option(language, "--status", metavar=words("meta-file")),
         options.option(language, "--column", default="status", metavar=words("meta-column")),
         options.option(language, "--deviate", type=click.IntRange(min=1), metavar="N"),
         options.option(language, "--seed", metavar=words("meta-text")),
         options.option(language, "--pool", metavar=words("meta-file")),
         options.time_limit(language), *options.out(language)],
        "sortition replace lottery --status panel-status.csv --out second",
        'sortition draw second --seed "9 March 2026: 8 1 22 40"',
        about="help-replace-folder",
    )


def _replace(say: Say, **given: Any) -> int:
    from sortition.engine.search import find_distribution
    from sortition.errors import TimeLimitError
    from sortition.lots.published import Published, draws_so_far
    from sortition.lots.record import DRAW_FILES, LOTTERY_FILES, lottery_files, summary
    from sortition.lots.replacement import published_problem, replacement_problem
    from sortition.output import refuse_taken
    from sortition.report import checkers, page

    folder = _asked(say, given)
    refuse_taken(folder, [*LOTTERY_FILES, *DRAW_FILES], force=given["force"])
    before, record, statuses = _before(say, given)
    stay = {own for own, status in statuses.items() if status.stays}
    gone = set(statuses) - stay
    _said_statuses(say, statuses)
    problem, repair, listed = _possible(say, published_problem(before.files), stay, gone, given)
    if problem is None:
        say.document({"schema": 1, "error": "infeasible", "repairs": listed})
        return INFEASIBLE
    finished = True
    again = replacement_problem(problem, stay, gone)
    try:
        fair = find_distribution(again, time_limit=given["time_limit"], progress=say.progress)
    except TimeLimitError as error:
        fair, finished = error.distribution, False
        say.error(say.words("time-out"))
    chances = _said_chances(say, fair, stay)
    lottery = _lottery(fair, record)
    follows = _follows(before.files, stay, gone, repair)
    source = _source(before, gone, given["folder"], folder)
    files = lottery_files(lottery, source, draws_so_far(folder), follows)
    files |= {"report.html": page(files, say.language), **checkers(lottery.kind)}
    drawn = None
    if given["seed"] is not None:
        tickets = None if lottery.kind == "exact" else len(lottery.tickets)
        pool = _left_in(before.pool, source["rows_out"])
        ready = Published(files, tickets, pool, proven=fair.certificate.proven)
        drawn, made = ready.draw(None, given["seed"], say.language, rehearsal=True)
        files |= made
    gone_files = () if drawn else DRAW_FILES
    say.write(folder, files, force=given["force"], remove=gone_files)
    if drawn is not None:
        say.line("rehearsal-line")
    _next(say, lottery, folder, drawn=drawn is not None, finished=finished)
    say.document(summary(lottery) | {
        "follows": follows, "candidates": chances,
        "draw": None if drawn is None else drawn.to_dict(),
        "panel": None if drawn is None else list(drawn.panel.ids),
    })
    return OK if finished else OUT_OF_TIME


def _asked(say: Say, given: dict[str, Any]) -> str:
    """Return the folder to write to; refuse what cannot be meant."""
    from sortition.errors import InputError, Issue

    if given["status"] is None:
        raise click.UsageError(say.words("usage-status"))
    if not given["out"]:
        raise click.UsageError(say.words("out-missing"))
    if given["seed"] is not None and not given["seed"].strip():
        raise click.UsageError(say.words("usage-seed-blank"))
    if given["seed"] is not None and any("\ud800" <= sign <= "\udfff" for sign in given["seed"]):
        raise InputError([Issue("seed-not-text", {}, suggestion="seed-plain")])
    if Path(given["folder"]).is_file():
        raise InputError([Issue("folder-is-file", {}, given["folder"], suggestion="name-folder")])
    return str(given["out"])


def _before(
    say: Say, given: dict[str, Any]
) -> tuple[Published, dict[str, Any], Mapping[str, Status]]:
    """Return the draw that is followed, checked as `verify` does, its record and the statuses."""
    from dataclasses import replace

    from sortition.checking import verify_folder
    from sortition.errors import InputError, Issue, VerificationError
    from sortition.lots.published import lottery_record, open_lottery
    from sortition.lots.replacement import panel_ids
    from sortition.people.statuses import read_statuses

    folder = given["folder"]
    published = open_lottery(folder, given["pool"])
    record = lottery_record(folder)
    if given["lang"] is None and record["source"].get("lang") in messages.LANGUAGES:
        say.language = record["source"]["lang"]
    if record["draw"] is None:
        raise InputError(
            [Issue("replace-not-drawn", {}, folder, suggestion="replace-draw-first")]
        )
    failed = next((step for step in verify_folder(folder).steps if not step.ok), None)
    if failed is not None:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    panel = (Path(folder) / "panel.csv").read_bytes()
    published = replace(published, files={**published.files, "panel.csv": panel})
    statuses = read_statuses(
        given["status"], panel_ids(published.files), column=given["column"],
        id=record["draw"]["id_column"],
    )
    return published, record, statuses


def _said_statuses(say: Say, statuses: Mapping[str, Status]) -> None:
    counts = Counter(status.name for status in statuses.values())
    stay, gone = counts["CONFIRMED"] + counts["ASKED"], counts["WITHDRAWN"] + counts["NO_ANSWER"]
    say.line("replace-statuses", stay=stay, confirmed=counts["CONFIRMED"], asked=counts["ASKED"],
             gone=gone, withdrawn=counts["WITHDRAWN"], silent=counts["NO_ANSWER"])


def _possible(
    say: Say, problem: Problem, stay: set[str], gone: set[str], given: dict[str, Any]
) -> tuple[Problem | None, Repair | None, list[dict[str, Any]]]:
    """Return the rules to replace by, the way out they take, and the ways out as data.

    The rules are None when no replacement keeps them and no way out was chosen.
    """
    from sortition.engine.panels import any_panel
    from sortition.errors import InfeasibleError
    from sortition.lots.replacement import remaining_problem

    remaining = remaining_problem(problem, stay, gone)
    low, high = int(remaining.lower[0]), int(remaining.upper[0])
    say.line("replace-needed", seats=low if low == high else f"{low}–{high}",
             candidates=len(remaining.ids))
    for name, lower, upper in zip(remaining.names[1:], remaining.lower[1:].tolist(),
                                  remaining.upper[1:].tolist(), strict=True):
        if upper:
            words = say.words("replace-needed-line", name=name, lower=lower,
                              upper=min(upper, high))
            say.plain(f"  {words}")
    try:
        any_panel(remaining)
    except InfeasibleError as error:
        return _way_out(say, problem, error, stay, gone, given)
    if given["deviate"] is not None:
        raise click.UsageError(say.words("usage-deviate-nothing"))
    return problem, None, []


def _way_out(
    say: Say, problem: Problem, error: InfeasibleError, stay: set[str], gone: set[str],
    given: dict[str, Any],
) -> tuple[Problem | None, Repair | None, list[dict[str, Any]]]:
    """Say why nothing is possible and what would be; return the way out that was chosen."""
    from sortition.lots.replacement import ways_out

    say.infeasible(error)
    seconds = _SECONDS if given["time_limit"] is None else given["time_limit"]
    with say.busy("repairs", seconds):
        found = ways_out(problem, stay, gone, seconds)
    listed = [{"number": number, "text": repair.render(say.language)}
              for number, (repair, _) in enumerate(found, 1)]
    say.line("repairs-offered" if found else "repairs-none", bold=True)
    for own in listed:
        say.plain(f"  {own['number']}. {own['text']}")
    number = given["deviate"]
    if number is None:
        if found:
            say.line("replace-deviate")
        return None, None, listed
    if number > len(found):
        raise click.UsageError(say.words("usage-apply-number", last=len(found)))
    repair, changed = found[number - 1]
    say.line("replace-deviates", bold=True, repair=repair.render(say.language))
    return changed, repair, listed


def _said_chances(say: Say, fair: Distribution, stay: set[str]) -> dict[str, float]:
    """Say how fair the chances of the candidates are, and how near to the optimum."""
    import numpy as np

    candidate = ~np.isin(fair.problem.ids, sorted(stay))
    able = fair.chance[fair.selectable & candidate]
    if len(able) < candidate.sum():
        say.line("replace-candidates-not", count=int(candidate.sum()) - len(able), able=len(able))
    say.line("replace-chances", bold=True, least=say.percent(able.min()),
             most=say.percent(able.max()))
    certificate = fair.certificate
    code = "optimum-line" if certificate.proven else "optimum-open"
    say.line(code, bound=say.percent(certificate.bound), gap=say.points(certificate.gap))
    return {"min_chance": float(able.min()), "max_chance": float(able.max())}


def _lottery(fair: Distribution, record: Mapping[str, Any]) -> Lottery | ExactLottery:
    """Return a lottery of the same kind as the one before."""
    from sortition.lots.exact import to_exact
    from sortition.lots.lottery import to_lottery

    return to_exact(fair) if record.get("kind") == "exact" else to_lottery(fair, record["tickets"])


def _follows(
    files: Mapping[str, bytes], stay: set[str], gone: set[str], repair: Repair | None
) -> dict[str, Any]:
    """Return what the new record says of the one before."""
    import hashlib

    return {
        "record_sha256": hashlib.sha256(files["record.json"]).hexdigest(),
        "stay": sorted(stay), "gone": sorted(gone),
        "changed": [] if repair is None else sorted(change.name for change in repair.changes),
    }


def _source(before: Published, gone: set[str], folder: str, out: str) -> dict[str, Any]:
    """Return where the list stands, seen from the new folder, and the rows that are out of it."""
    import json

    source: dict[str, Any] = json.loads(before.files["record.json"])["source"]
    pool = before.pool
    own = zip(pool.ids_by_row, pool.table.numbers, strict=True)
    rows = [number for who, number in own if who in gone]
    place = pool.table.file or str(Path(folder) / source["file"])
    return source | {
        "file": os.path.relpath(place, out),
        "rows_out": sorted({*source.get("rows_out", ()), *rows}),
    }


def _left_in(pool: Pool, rows_out: list[int]) -> Pool:
    """Return the list without these rows, as the draw from the new folder would read it."""
    from sortition.people.duplicates import without_rows
    from sortition.people.pool import Pool

    table = without_rows(pool.table, set(rows_out))
    return Pool.from_table(table, pool.id_column, pool.household_columns)


def _next(
    say: Say, lottery: Lottery | ExactLottery, folder: str, *, drawn: bool, finished: bool
) -> None:
    """Say what comes next."""
    place = shown(folder)
    if not finished:
        say.line("next-again")
    elif not drawn:
        say.line("next-draw-exact", folder=place)
    say.line("next-verify", folder=place)
