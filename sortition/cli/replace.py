"""``sortition replace``: from the folder of a draw, the lottery of the seats that came free.

Or, from its reserves, those who step in without another lot.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options
from sortition.cli.clock import stated
from sortition.cli.guard import INFEASIBLE, OK, OUT_OF_TIME
from sortition.cli.say import Say, shown
from sortition.cli.standing import Standing, standing
from sortition.cli.ways_out import possible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sortition.diagnosis.repair import Repair
    from sortition.engine.clock import Clock
    from sortition.engine.distribution import Distribution
    from sortition.engine.problem import Problem
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.lots.published import Published
    from sortition.lots.ranked import Reserves
    from sortition.people.pool import Pool

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "replace", _replace,
        [options.argument(language, "folder", "meta-folder", "argument-lottery"),
         options.option(language, "--status", metavar=words("meta-file")),
         options.option(language, "--column", metavar=words("meta-column")),
         options.option(language, "--from-reserves", is_flag=True),
         options.option(language, "--deviate", type=click.IntRange(min=1), metavar="N"),
         options.option(language, "--seed", metavar=words("meta-text")),
         options.option(language, "--pool", metavar=words("meta-file")),
         options.time_limit(language), *options.out(language)],
        "sortition replace lottery --out second",
        'sortition draw second --seed "9 March 2026: 8 1 22 40"',
        "sortition replace lottery --status panel-status.csv --out second",
        "sortition replace lottery --from-reserves --out second",
        about="help-replace-folder",
    )


def _replace(say: Say, **given: Any) -> int:
    from sortition.engine.clock import Clock
    from sortition.engine.search import find_distribution
    from sortition.errors import TimeLimitError
    from sortition.lots.folder import draws_so_far, lottery_record
    from sortition.lots.names import LOTTERY_FILES, PRIVATE, SHEETS, STATUSES, draw_names
    from sortition.lots.published import Published
    from sortition.lots.record import lottery_files, summary
    from sortition.lots.replacement import published_problem, replacement_problem, seats_gone
    from sortition.lots.rosters import status_file
    from sortition.output import refuse_taken
    from sortition.report import checkers, page
    from sortition.verify import commitment

    folder = _asked(say, given)
    drawn_files = draw_names(lottery_record(folder))
    refuse_taken(folder, [*LOTTERY_FILES, *drawn_files], force=given["force"])
    now = standing(say, given)
    before, stay = now.published, now.stay
    agreed = published_problem(before.files)
    left = seats_gone(now.record, agreed.ids, stay, now.gone)
    whole = now._replace(declined=now.declined | left)  # every seat of whoever is gone
    problem, repair, listed = _possible(say, agreed, whole, given)
    if problem is None:
        say.document({"schema": 1, "error": "infeasible", "repairs": listed})
        return INFEASIBLE
    seated = _step_in(say, problem, now) if given["from_reserves"] else ()
    finished = True
    again = replacement_problem(problem, stay, left, seated)
    clock = Clock.of(given["time_limit"], say.progress)
    try:
        fair = find_distribution(again, time_limit=given["time_limit"], progress=say.progress)
    except TimeLimitError as error:
        fair, finished = error.distribution, False
        say.error(say.words("time-out"))
    chances = None if seated else _said_chances(say, fair, stay)
    kind = _kind(now.record)
    lottery = _lottery(fair, {"kind": "tickets", "tickets": 1} if seated else kind, clock)
    if finished and lottery.kind == "tickets" and not lottery.complete:
        finished = False
        say.error(say.words("time-out-tickets"))
    follows = _follows(now, repair) | _taken_over(now.reserves, seated, kind)
    source = _source(before, left, given["folder"], folder)
    files = lottery_files(lottery, source, draws_so_far(folder), follows,
                          fixed_at=stated())
    files |= {"report.html": page(files, say.language), **checkers(lottery.kind)}
    drawn = None
    kept = {own: now.statuses[own] for own in stay}
    if given["seed"] is not None or seated:
        tickets = None if lottery.kind == "exact" else len(lottery.tickets)
        pool = _left_in(before.pool, source["rows_out"])
        ready = Published(files, tickets, pool, fair.certificate.proven, kept)
        drawn, made = ready.draw(
            0 if seated else None, given["seed"], say.language, rehearsal=not seated
        )
        files |= made
    else:
        files[STATUSES] = status_file(kept)
    say.write(folder, files, force=given["force"], remove=[*drawn_files, *SHEETS])
    if drawn is not None and not seated:
        say.line("rehearsal-line")
    committed = commitment(json.loads(files["record.json"]))
    if drawn is None and finished:
        say.line("publish", digest=committed)
        say.line("private-inclusion", file=PRIVATE)
    _next(say, lottery, folder, drawn=drawn is not None, finished=finished)
    say.document(summary(lottery) | {
        "follows": follows, "candidates": chances, "commitment": committed,
        "draw": None if drawn is None else drawn.to_dict(),
        "panel": None if drawn is None else list(drawn.panel.ids),
    })
    return OK if finished else OUT_OF_TIME


def _asked(say: Say, given: dict[str, Any]) -> str:
    """Return the folder to write to; refuse what cannot be meant."""
    from sortition.errors import InputError, Issue

    if not given["out"]:
        raise click.UsageError(say.words("out-missing"))
    if given["seed"] is not None and given["from_reserves"]:
        raise click.UsageError(say.words("usage-from-reserves"))
    if given["seed"] is not None and not given["seed"].strip():
        raise click.UsageError(say.words("usage-seed-blank"))
    if given["seed"] is not None and any("\ud800" <= sign <= "\udfff" for sign in given["seed"]):
        raise InputError([Issue("typed-not-text", {"option": "--seed"}, suggestion="seed-plain")])
    if Path(given["folder"]).is_file():
        raise InputError([Issue("folder-is-file", {}, given["folder"], suggestion="name-folder")])
    return str(given["out"])


def _possible(
    say: Say, agreed: Problem, now: Standing, given: dict[str, Any]
) -> tuple[Problem | None, Repair | None, list[dict[str, Any]]]:
    """Return what `possible` does, for candidates from the pool or from the reserves alone."""
    from sortition.errors import InputError, Issue
    from sortition.lots.stepping_in import only_from

    if not given["from_reserves"]:
        return possible(say, agreed, now.stay, now.gone, given)
    if now.reserves is None:
        raise InputError([Issue("replace-no-reserves", {}, given["folder"],
                                suggestion="replace-no-reserves-is")])
    free = set(now.reserves.ids) - now.gone
    try:
        found = possible(say, agreed, now.stay, only_from(agreed, now.stay, free), given)
    except InputError as error:  # too few of them
        raise InputError([replace(issue, suggestion="replace-without-reserves")
                          if issue.code == "replace-too-few" else issue
                          for issue in error.issues]) from None
    if found[0] is None:
        say.line("replace-without-reserves")
    return found


def _step_in(say: Say, problem: Problem, now: Standing) -> Sequence[str]:
    """Return the reserves who take the empty seats, and say who they are."""
    from sortition.lots.stepping_in import first_who_fit

    ranked = now.reserves.ids if now.reserves else ()
    seated = first_who_fit(problem, now.stay, now.gone, ranked, len(now.left))
    say.line("replace-step-in", bold=True)
    for own in seated:
        say.line("replace-step-in-line", id=own, rank=ranked.index(own) + 1)
    return seated


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


def _kind(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how lotteries are made: where reserves stepped in, as in the lottery before that."""
    reserves = record.get("follows", {}).get("reserves") or {}
    made: Mapping[str, Any] = reserves["lottery"] if reserves.get("steps_in") else record
    return {"kind": made.get("kind"), "tickets": made.get("tickets")}


def _lottery(
    fair: Distribution, kind: Mapping[str, Any], clock: Clock
) -> Lottery | ExactLottery:
    """Return a lottery of this kind."""
    from sortition.lots.exact import to_exact

    if kind["kind"] == "exact":
        return to_exact(fair)
    return making.rounded(fair, kind["tickets"], clock)


def _follows(now: Standing, repair: Repair | None) -> dict[str, Any]:
    """Return what the new record says of the one before."""
    import hashlib

    return {
        "record_sha256": hashlib.sha256(now.published.files["record.json"]).hexdigest(),
        "stay": sorted(now.stay), "gone": sorted(now.gone),
        "changed": [] if repair is None else sorted(change.name for change in repair.changes),
    }


def _taken_over(
    reserves: Reserves | None, seated: Sequence[str], kind: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what it says of reserves: they stay the same, and some may have stepped in."""
    if reserves is None:
        return {}
    return {"reserves": reserves.to_dict() | {"steps_in": list(seated), "lottery": dict(kind)}}


def _source(before: Published, gone: set[str], folder: str, out: str) -> dict[str, Any]:
    """Return where the list stands, seen from the new folder, and the rows that are out of it."""
    from sortition.files.paths import path_from

    source: dict[str, Any] = json.loads(before.files["record.json"])["source"]
    pool = before.pool
    own = zip(pool.ids_by_row, pool.table.numbers, strict=True)
    rows = [number for who, number in own if who in gone]
    place = pool.table.file or str(Path(folder) / source["file"])
    return source | {
        "file": path_from(out, place),
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
