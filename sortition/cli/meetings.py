"""``sortition meetings``: people already drawn, into meetings of limited size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options, rules
from sortition.cli.guard import INFEASIBLE, OK, OUT_OF_TIME, UNVERIFIED
from sortition.cli.say import Say, shown
from sortition.people.choices import CSV

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.process.meetings.rules import Reading
    from sortition.process.meetings.seated import Seating
    from sortition.process.meetings.seed import DrawnSeed

__all__ = ["command"]

_MOST = 20  # meetings or wishes told one by one
_SECONDS = 60.0
_RULES = {  # of `sortition.process.meetings.unmet`
    "time": "meetings-rule-time", "theme": "meetings-rule-theme",
    "interest": "meetings-rule-interest", "member": "meetings-rule-member",
    "full": "meetings-rule-full", "organisation": "meetings-rule-organisation",
    "apart": "meetings-rule-apart", "needed": "meetings-rule-needed",
    "together": "meetings-rule-together", "other": "meetings-rule-other",
}
_CALLED = {
    "out": "meetings-called-out", "lacking": "meetings-called-lacking",
    "unwished": "meetings-called-unwished", "ranks": "meetings-called-ranks",
    "mix": "meetings-called-mix", "again": "meetings-called-again",
}
_BROKEN = {  # of `sortition.process.meetings.check`
    "people": "meetings-broken-people", "rounds": "meetings-broken-rounds",
    "time": "meetings-broken-time", "theme": "meetings-broken-theme",
    "interest": "meetings-broken-interest", "member": "meetings-broken-member",
    "once": "meetings-broken-once", "capacity": "meetings-broken-capacity",
    "organisation": "meetings-broken-organisation", "apart": "meetings-broken-apart",
    "together": "meetings-broken-together",
}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "meetings", _meetings,
        [options.argument(language, "rules", "meta-meetings", "argument-meetings"),
         click.option("--people", metavar=words("meta-file"), help=words("help-meetings-people")),
         options.option(language, "--tables", type=click.IntRange(1, 1000), metavar="N"),
         options.option(language, "--capacity", metavar="N"),
         options.option(language, "--rounds", type=click.IntRange(1, 100), metavar="N"),
         options.option(language, "--mix", metavar=words("meta-columns")),
         options.option(language, "--organisation", metavar=words("meta-column")),
         options.option(language, "--per-organisation", type=click.IntRange(min=1), metavar="N"),
         options.option(language, "--as-far-as-possible", is_flag=True),
         click.option("--id", metavar=words("meta-column"), help=words("help-meetings-id")),
         click.option("--seed", metavar=words("meta-text"), help=words("help-meetings-seed")),
         click.option("--draw", metavar=words("meta-folder"), help=words("help-meetings-draw")),
         click.option("--check", metavar=words("meta-folder"), help=words("help-meetings-check")),
         options.option(language, "--commitment", metavar="HEX"),
         click.option("--csv", type=click.Choice(CSV), help=words("help-meetings-csv")),
         click.option("--time-limit", type=click.FloatRange(min=0.1), metavar="S",
                      callback=options.no_nan(language), help=words("help-meetings-time-limit")),
         *options.out(language)],
        "sortition meetings project.toml --seed '1 March 2026' --out meetings",
        "sortition meetings panel.csv --tables 8 --rounds 3 --mix geslacht,leeftijd"
        " --seed '1 March 2026' --out tables",
        "sortition meetings project.toml --check meetings",
        about="help-meetings-rules",
    )


def _meetings(say: Say, **given: Any) -> int:
    from sortition.errors import SolverError
    from sortition.output import refuse_taken
    from sortition.process.meetings.files import file_names, meeting_files
    from sortition.process.meetings.record import RECORD, digests, record_of, summary_of
    from sortition.process.meetings.seating import NoSeatingError, find_seating

    if given["draw"] is not None and given["seed"] is not None:
        raise click.UsageError(say.words("usage-seed-draw"))
    if given["commitment"] is not None and not given["commitment"].strip():
        raise click.UsageError(say.words("usage-commitment"))
    if given["check"] is not None:
        return _checked(say, given)
    if given["commitment"] is not None:
        raise click.UsageError(say.words("usage-commitment-check"))
    folder = making.out(say, given)
    reading, csv, stated = _asked(say, given)
    inputs = digests(_project(given), reading.files)  # now, and not after a minute of seating
    reading, seed_from = _seeded(say, reading, given)
    checkable = seed_from["kind"] != "made-up"
    _, names = file_names(reading.programme.meetings, csv)
    refuse_taken(folder, names, force=given["force"])
    _read(say, reading)
    try:
        seating = find_seating(
            reading.programme, as_far_as_possible=given["as_far_as_possible"],
            time_limit=given["time_limit"] or _SECONDS,
        )
    except NoSeatingError as error:
        say.error(say.words(error.code))
        say.issues(error.diagnosis, error.code)
        say.line("meetings-try")
        return INFEASIBLE
    except SolverError as error:
        words = say.words(error.code, **error.params)
        say.error(words)
        say.document({"schema": 1, "error": error.code, "message": words, "issues": []})
        return OUT_OF_TIME
    files = meeting_files(seating, reading, say.language, csv)
    files[RECORD] = record_of(seating, files, {
        "as_far_as_possible": given["as_far_as_possible"], "csv": csv, "lang": say.language,
        "inputs": inputs, "options": stated, "seed_from": seed_from,
    })
    say.write(folder, files, force=given["force"])
    _told(say, seating)  # behind the names of many files, or nobody would see it
    if not checkable:
        say.error(say.words("invite-no-seed"))
    say.line("meetings-private", bold=True)
    seal = json.loads(files[RECORD])["seal"]
    again = [shown(given["rules"])]
    again += [f"--{key} {shown(given[key])}" for key in ("people", "draw") if given[key]]
    say.line("meetings-seal", seal=seal, rules=" ".join(again), folder=shown(folder))
    say.document(summary_of(seating) | {"checkable": checkable, "seal": seal})
    if not seating.finished:
        say.error(say.words("meetings-time-out"))
    return OK if seating.finished else OUT_OF_TIME


def _seeded(say: Say, reading: Reading, given: dict[str, Any]) -> tuple[Reading, dict[str, Any]]:
    """Return the programme with its seed, and where that comes from."""
    import secrets
    from dataclasses import replace

    told: dict[str, Any] = {"kind": "rules" if given["seed"] is None else "option"}
    seed = reading.programme.seed
    if (draw := _draw_folder(say, given)) is not None:
        drawn = _drawn(say, draw)
        seed, told = drawn.text, drawn.to_dict()
    elif not seed.strip():
        seed, told = secrets.token_hex(32), {"kind": "made-up"}
    return replace(reading, programme=replace(reading.programme, seed=seed)), told


def _project(given: dict[str, Any]) -> str | None:
    """Return the project file, or None where the rules are options."""
    return given["rules"] if given["rules"].lower().endswith(".toml") else None


def _draw_folder(say: Say, given: dict[str, Any]) -> str | None:
    """Return the folder of the draw that the seed follows from, by the option or the file."""
    file = _project(given)
    if given["draw"] is None and given["seed"] is None and file is not None:
        said = _table(say, given).get("draw")
        return str(Path(file).parent / said) if isinstance(said, str) else None
    return str(given["draw"]) if given["draw"] is not None else None


def _drawn(say: Say, folder: str) -> DrawnSeed:
    """Return the seed that a draw gives, and say what it follows from."""
    from sortition.process.meetings.seed import seed_of_draw

    drawn = seed_of_draw(folder)
    say.line("meetings-seed-draw", commitment=drawn.commitment, drawn=drawn.drawn)
    if drawn.rehearsal:
        say.line("rehearsal-line")
    if drawn.earlier:
        say.line("meetings-seed-earlier", count=drawn.earlier)
    return drawn


def _checked(say: Say, given: dict[str, Any]) -> int:
    """Check a folder that was written before, from list and rules; say it step by step."""
    from sortition.process.meetings.recheck import OPEN, recheck, seed_kind, written_files
    from sortition.process.meetings.seed import seed_of_draw

    if useless := [f"--{key.replace('_', '-')}" for key in (
            "out", "csv", "time_limit", "as_far_as_possible") if given[key] not in (None, False)]:
        raise click.UsageError(say.words("usage-check-only", options=", ".join(useless)))
    files = written_files(given["check"])
    draw = _draw_folder(say, given)
    # Whoever checks may have list and rules only: the folder that the file names is then not there.
    if given["draw"] is None and (seed_kind(files) != "draw" or not Path(draw or "").is_dir()):
        draw = None
    drawn = None if draw is None else _drawn(say, draw)
    ruled = _draw_folder(say, given | {"draw": None})
    other = draw and ruled and Path(ruled).is_dir() and not Path(ruled).samefile(draw)
    named = seed_of_draw(str(ruled)) if other else None
    result = recheck(
        files, lambda stated: _asked(say, given, stated)[0], rules=_project(given),
        stated=_table(say, given), seed=given["seed"], draw=drawn, named=named,
        published=given["commitment"],
    )
    steps = [step._replace(params=_named(say, step.params)) for step in result.steps]
    for step in steps:
        open_ = step.ok and step.code in OPEN
        sign = "–" if open_ else "✓" if step.ok else "✗"
        words = say.words(step.code, **step.params)
        if step.ok:
            say.plain(f"{step.number}. {say.sign(sign)} {words}")
        else:
            say.error(f"{step.number}. {sign} {words}")
    left = any(step.code in OPEN for step in result.steps)
    code = "not-verified" if not result.ok else "meetings-verified-but" if left else "verified"
    say.line(code, bold=True)
    say.document({"schema": 1, "ok": result.ok, "steps": [
        {"number": step.number, "ok": step.ok, "code": step.code,
         "message": say.words(step.code, **step.params)} for step in steps
    ]})
    return OK if result.ok else UNVERIFIED


def _named(say: Say, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a step, goals and rules in words."""
    named = dict(params)
    if isinstance(named.get("goals"), list):
        named["goals"] = ", ".join(say.words(_CALLED[own]) for own in named["goals"])
    if named.get("goal") in _CALLED:
        named["goal"] = say.words(_CALLED[named["goal"]])
    if named.get("rule") in _BROKEN:
        named["rule"] = say.words(_BROKEN[named["rule"]])
    return named


def _table(say: Say, given: dict[str, Any]) -> dict[str, Any]:
    """Return the table of the project file; nothing where the rules are options."""
    file = _project(given)
    return {} if file is None else rules.section(say, file, "meetings", lang=given["lang"])


def _asked(
    say: Say, given: dict[str, Any], recorded: Mapping[str, Any] | None = None
) -> tuple[Reading, str | None, dict[str, Any]]:
    """Return what is asked, by the file or by options, which win over the file; and those options.

    Options on record count where they are not given.
    """
    from sortition.process.meetings.recheck import OPTIONS
    from sortition.process.meetings.rules import read_programme
    from sortition.rules.project_file import read_toml, table_lines

    values = _table(say, given)
    tables: dict[str, Any] = {}
    lines: list[int] = []
    if (file := _project(given)) is not None:
        tables, text = read_toml(file)
        lines = table_lines(text, tables).get("meeting", [])
    else:
        values["people"] = given["rules"]
    stated = dict(recorded or {})
    stated |= {key: given[key] for key in OPTIONS if given[key] is not None}
    if given["mix"] is not None:
        stated["mix"] = list(options.listed(given["mix"]))
    if given["capacity"] is not None:
        stated["capacity"] = _capacity(say, given["capacity"])
    if file is None and "tables" not in stated:
        raise click.UsageError(say.words("usage-tables"))
    values |= stated
    for key, other in {"seed": "draw", "draw": "seed", "csv": ""}.items():
        if given[key] is not None:
            values[key] = given[key]
            values.pop(other, None)
    people = given["people"]
    reading = read_programme(values, tables.get("meeting", []), file=file, lines=lines,
                             columns=tables.get("columns"), people=people)
    return reading, values.get("csv"), stated


def _capacity(say: Say, words: str) -> int | list[int]:
    """Return the most people, or the least and the most."""
    try:
        low, high = rules.seats(say, words)
    except click.UsageError:
        raise click.UsageError(say.words("usage-capacity", value=words)) from None
    return high if low == high else [low, high]


def _read(say: Say, reading: Reading) -> None:
    """Say what was read and how it was understood."""
    from sortition.messages import render_issue

    programme = reading.programme
    places = sum(programme.meetings[at].places for at in programme.rounds[0])
    say.line("meetings-read", people=len(programme.people), meetings=len(programme.rounds[0]),
             rounds=len(programme.rounds), places=places)
    for note in reading.notes:
        say.line("meetings-note", issue=render_issue(note, say.language))


def _told(say: Say, seating: Seating) -> None:
    """Say who sits where in numbers, what could not be, and how good it is at best."""
    from sortition.messages import render_issue
    from sortition.process.meetings.unmet import unmet
    from sortition.report.meeting_pages import title_of
    from sortition.report.voice import Voice

    voice = Voice(say.language)
    programme, tally = seating.programme, seating.tally
    for at, meeting in enumerate(programme.meetings[:_MOST]):
        words = say.words("meetings-room", name=title_of(seating, meeting, voice),
                          people=len(seating.room(at)), guests=len(meeting.guests),
                          most=meeting.most)
        say.plain(f"  {words}")
    if len(programme.meetings) > _MOST:
        say.plain("  …")
    for issue in seating.why:
        say.error(f"  {render_issue(issue, say.language)}")
    for number, count in tally.wishes.items():
        say.line("meetings-wish-line", number=number, count=count)
    if any(own.wishes for own in programme.people):
        say.line("meetings-unwished", count=tally.unwished)
    missed = [each for each in unmet(seating) if each.number == 1]
    for each in missed[:_MOST]:
        words = say.words("meetings-unmet", id=each.id, wish=each.wish,
                          rule=say.words(_RULES[each.rule]))
        say.plain(f"  {words}")
    if len(missed) > _MOST:
        say.line("meetings-unmet-more", count=len(missed) - _MOST)
    told = [("mix", "meetings-goal-mix")]
    if len(programme.rounds) > 1:
        told.append(("again", "meetings-goal-again"))
    for name, code in told:
        goal = seating.goals[name]
        say.line("meetings-goal-best" if goal.proven else "meetings-goal", goal=say.words(code),
                 value=goal.value, bound=goal.bound)
    if any(own.wishes for own in programme.people):
        best = seating.goals["unwished"].proven and seating.goals["ranks"].proven
        say.line("meetings-wishes-best" if best else "meetings-wishes-open")
