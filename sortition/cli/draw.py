"""``sortition draw``: from a published lottery, or a rehearsal from people and quotas in one go."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import clock, making, options, reserves, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say, shown
from sortition.cli.sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.draw import Draw
    from sortition.lots.published import Published
    from sortition.lots.ranked import Reserves

__all__ = ["command"]

_ENTRIES = {"drawn-line": "drawn-line-entries", "drawn-line-exact": "drawn-line-exact-entries"}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "draw", _draw,
        [*options.drawn_from(language),
         options.option(language, "--ticket", type=int, metavar=words("meta-number")),
         options.option(language, "--seed", metavar=words("meta-text")),
         options.option(language, "--dice", metavar=words("meta-text")),
         options.option(language, "--drand", metavar=words("meta-file")),
         options.option(language, "--nist", metavar=words("meta-file")),
         options.option(language, "--certificate", metavar=words("meta-file")),
         options.option(language, "--fetch", metavar=words("meta-text"), multiple=True),
         options.option(language, "--early", metavar=words("meta-text")),
         *reserves.asked(language),
         options.option(language, "--pool", metavar=words("meta-file")),
         *options.rules(language), *options.engine(language), options.panel_csv(language),
         *options.out(language)],
        "sortition draw lottery --ticket 417",
        'sortition draw lottery --seed "1 March 2026: 3 14 15 92"',
        "sortition draw lottery --ticket 417 --reserve-list 12",
        "sortition draw people.csv quotas.csv --size 24 --out rehearsal",
        about="help-draw-rules",
    )


def _draw(say: Say, **given: Any) -> int:
    from sortition.errors import InputError, Issue

    others = any(given[name] not in (None, ())
                 for name in ("dice", "drand", "nist", "fetch", "certificate"))
    if given["ticket"] is not None and given["seed"] is not None and not others:
        raise click.UsageError(say.words("usage-one-source"))
    if given["seed"] is not None and not given["seed"].strip():
        raise click.UsageError(say.words("usage-seed-blank"))
    issues = [Issue("typed-not-text", {"option": f"--{name}"}, suggestion="seed-plain")
              for name in ("seed", "early")
              if any("\ud800" <= sign <= "\udfff" for sign in given[name] or "")]
    if issues:
        raise InputError(issues)
    if given["early"] is not None and not given["early"].strip():
        raise click.UsageError(say.words("usage-early-blank"))
    if Path(given["rules"]).is_dir():
        return _draw_published(say, **given)
    if not given["quotas"]:
        if not Path(given["rules"]).exists():
            raise InputError(
                [Issue("folder-missing", {}, given["rules"], suggestion="check-folder")]
            )
        if not given["rules"].lower().endswith(".toml") and given["size"] is None:
            raise InputError(
                [Issue("folder-is-file", {}, given["rules"], suggestion="name-folder")]
            )
    if given["pool"] is not None:
        raise click.UsageError(say.words("usage-pool"))
    if others:
        raise click.UsageError(say.words("usage-sources-folder"))
    if given["early"] is not None:
        raise click.UsageError(say.words("usage-early"))
    return _draw_in_one(say, **given)


def _draw_in_one(say: Say, **given: Any) -> int:
    """Make a lottery and draw from it at once: a first try."""
    from sortition.draw import draw
    from sortition.lots.drawn import draw_files
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import LOTTERY_FILES, SHEETS, draw_names, ticket_label
    from sortition.lots.record import summary
    from sortition.output import refuse_taken
    from sortition.report import page

    project = rules.project(say, given)
    folder = making.out(say, given, project)
    before = lottery_record(folder)
    refuse_taken(folder, [*LOTTERY_FILES, *draw_names(before)], force=given["force"])
    if given["exact"] and given["ticket"] is not None:
        raise click.UsageError(say.words("usage-exact-ticket"))
    ready, lottery, finished = making.make(say, project, given)
    _ticket_in_range(given["ticket"], None if lottery.kind == "exact" else len(lottery.tickets))
    # Nobody could see this lottery before its draw, so it is a rehearsal whatever the source.
    drawn = draw(lottery, ticket=given["ticket"], seed=given["seed"], rehearsal=True)
    files = making.files(say, lottery, project, ready, folder, rehearsal=True)
    record = json.loads(files["record.json"])
    choose = reserves.choice(say, given, ready.pool, lambda: lottery.problem,
                             lambda ticket: ticket_label(record, ticket))
    chosen = choose and choose(drawn)
    files |= draw_files(files, drawn, ready.pool.table, ready.pool.ids_by_row,
                        language=say.language, reserves=chosen)
    files |= {"report.html": page(files, say.language)}
    say.write(folder, files, force=given["force"],
              remove=[*_left_over(files, before), *SHEETS])
    _said(say, drawn, files)
    reserves.said(say, chosen)
    say.line("rehearsal-line")
    say.line("next-verify", folder=shown(folder))
    say.document(summary(lottery) | {"draw": drawn.to_dict(), "panel": list(drawn.panel.ids)}
                 | ({} if chosen is None else {"reserves": chosen.to_dict()}))
    return OK if finished else OUT_OF_TIME


def _draw_published(say: Say, **given: Any) -> int:
    """Draw from a folder that ``lottery`` wrote."""
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import SHEETS, STATUSES, draw_names, ticket_label
    from sortition.lots.published import open_lottery
    from sortition.lots.ranked import reserves_of
    from sortition.lots.replacement import published_problem
    from sortition.output import refuse_taken

    folder = given["rules"]
    extra = [
        word for name, word in options.MAKING.items() if given[name] not in (None, (), False)
        and not (name == "time_limit" and given["reserve_group"])  # that takes its time
    ]
    extra += [given["quotas"]] if given["quotas"] else []
    if extra:
        raise click.UsageError(say.words("usage-no-effect", options=", ".join(extra)))
    record = lottery_record(folder)
    sources = sources_of(say, given, record)
    if given["ticket"] is None and given["seed"] is None and not sources:
        code = "usage-source-exact" if record.get("kind") == "exact" else "usage-source"
        raise click.UsageError(say.words(code))
    published = open_lottery(folder, given["pool"])
    _ticket_in_range(given["ticket"], published.tickets)
    if record["draw"] is None:
        # Statuses are of a replacement, for its draw.
        names = [name for name in draw_names(record) if name != STATUSES]
        refuse_taken(folder, names, force=given["force"])
    if not published.proven:
        say.error(say.words("unproven"))
    early = _early(say, record, given)
    choose = reserves.choice(
        say, given, published.pool, lambda: published_problem(published.files),
        lambda ticket: ticket_label(record, ticket),
    )
    done = record["draw"] is not None and not given["force"]
    drawn, files = published.draw(
        None if sources else given["ticket"], None if sources else given["seed"], say.language,
        csv=given["csv"], sources=sources, early=early, reserves=None if done else choose,
    )
    if done:
        _same(folder, drawn, record)
        chosen = choose and choose(drawn)
        return _again(say, folder, drawn, record, published, chosen)
    chosen = reserves_of(json.loads(files["record.json"])) if choose else None
    signed = SHEETS if record["draw"] is not None else ()  # of the draw that does not count now
    say.write(folder, files, force=True, remove=[*_left_over(files, record), *signed])
    _said(say, drawn, files)
    if early is not None:
        at = say.moment(record["announced"]["at"])
        say.error(say.words("draw-early-told", at=at))
    reserves.said(say, chosen)
    seal = _sealed(say, files)
    say.line("next-verify", folder=shown(folder))
    say.document({
        "schema": 1, "draw": drawn.to_dict(), "panel": list(drawn.panel.ids),
        "lottery_sha256": drawn.lottery_sha256, "seal": seal,
        **({} if chosen is None else {"reserves": chosen.to_dict()}),
    })
    return OK


def _early(
    say: Say, record: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, str] | None:
    """Return when and why it is drawn before the announced time; refuse that without a reason.

    And refuse any draw before the record was fixed: one of both clocks is wrong. All this is by the
    clock of this computer. A rehearsal counts for nothing, and the same draw again changes nothing.
    """
    from datetime import datetime

    from sortition.errors import InputError, Issue

    at: str | None = (record.get("announced") or {}).get("at")
    fixed: str | None = record.get("fixed_at")
    reason = given["early"]
    if reason is not None and at is None:
        raise click.UsageError(say.words("usage-early"))
    if record["rehearsal"] or (record["draw"] is not None and not given["force"]):
        return None
    now, time = clock.now(), say.moment(clock.stated())
    try:
        unfixed = fixed is not None and now < datetime.fromisoformat(fixed)
        soon = at is not None and now < datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise InputError([Issue("folder-not-lottery", {}, given["rules"],
                                suggestion="run-lottery-first")]) from None
    if fixed is not None and unfixed:
        params = {"now": time, "fixed": say.moment(fixed)}
        raise InputError([Issue("draw-unfixed", params, suggestion="clock-right")])
    if at is None or not soon:
        return None
    if reason is None:
        params = {"at": say.moment(at), "now": time}
        raise InputError([Issue("draw-early", params, suggestion="draw-early-how")])
    return {"at": clock.stated(), "reason": unicodedata.normalize("NFC", reason).strip()}


def _same(folder: str, drawn: Draw, record: Mapping[str, Any]) -> None:
    """Refuse any draw but the one on record."""
    from sortition.errors import InputError, Issue
    from sortition.lots.drawn import drawn_by
    from sortition.lots.names import ticket_label

    before = record["draw"]
    if drawn_by(drawn) != {name: before[name] for name in ("ticket", "sources")}:
        ticket = ticket_label(record, before["ticket"])
        code = "drawn-already-exact" if record.get("kind") == "exact" else "drawn-already"
        raise InputError([Issue(code, {"ticket": ticket}, folder, suggestion="force-again")])


def _again(
    say: Say, folder: str, drawn: Draw, record: Mapping[str, Any], published: Published,
    chosen: Reserves | None,
) -> int:
    """Say that it was drawn like this before; fix the reserves that are asked for now."""
    from sortition.errors import InputError, Issue
    from sortition.lots.names import ticket_label
    from sortition.lots.ranked import reserves_of

    fixed = reserves_of({"draw": record["draw"]})
    if chosen is not None and fixed is not None and chosen != fixed:
        raise InputError([Issue("reserves-already", {"count": len(fixed.ids)}, folder,
                                suggestion="force-again")])
    say.line("drawn-same", ticket=ticket_label(record, record["draw"]["ticket"]))
    if chosen is not None and fixed is None:
        files = published.with_reserves(chosen, say.language)
        say.write(folder, files, force=True)
        _sealed(say, files)
    reserves.said(say, chosen)
    say.document({
        "schema": 1, "draw": drawn.to_dict(), "panel": list(drawn.panel.ids),
        "lottery_sha256": drawn.lottery_sha256, "again": True,
        **({} if chosen is None else {"reserves": chosen.to_dict()}),
    })
    return OK


def _sealed(say: Say, files: Mapping[str, bytes]) -> str:
    """Say what to publish with the outcome, or that it was a rehearsal; return the seal."""
    record = json.loads(files["record.json"])
    if record["rehearsal"]:
        say.line("rehearsal-line")
    else:
        say.line("publish-seal", seal=record["seal"])
    return str(record["seal"])


def _left_over(files: Mapping[str, bytes], before: Mapping[str, Any]) -> list[str]:
    """Return what another draw may have written that this one does not."""
    from sortition.lots.names import draw_names

    return [name for name in draw_names(before) if name not in files]


def _ticket_in_range(ticket: int | None, count: int | None) -> None:
    """Refuse a ticket that is not there; an exact lottery, without a count, has none at all."""
    from sortition.errors import InputError, Issue
    from sortition.lots.names import ticket_label

    if ticket is not None and count is None:
        raise InputError([Issue("exact-no-tickets", suggestion="give-seed")])
    if ticket is not None and count is not None and not 0 <= ticket < count:
        first, last = (ticket_label({"tickets": count}, at) for at in (0, count - 1))
        params = {"ticket": ticket, "first": first, "last": last}
        raise InputError([Issue("ticket-out-of-range", params)])


def _said(say: Say, drawn: Draw, files: Mapping[str, bytes]) -> None:
    """Say which ticket was drawn; `files` hold the record."""
    from sortition.lots.names import ticket_label

    record = json.loads(files["record.json"])
    code = "drawn-line-exact" if record["kind"] == "exact" else "drawn-line"
    if record["source"].get("plain_lot") is True:  # perhaps of streets or municipalities
        code = _ENTRIES[code]
    say.line(code, bold=True, ticket=ticket_label(record, drawn.ticket),
             people=len(drawn.panel.ids))
