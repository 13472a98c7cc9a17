"""``sortition phases``: how far panels drawn after each other are, and chances through them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.process.phases import Through
    from sortition.rules.project import Project
    from sortition.rules.several import Part

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "phases", _phases, [
            options.argument(language, "project", "meta-project", "argument-phases"),
            options.option(language, "--ahead", is_flag=True),
            *options.out(language, words("meta-file")),
        ],
        "sortition phases project.toml", "sortition phases project.toml --ahead",
        "sortition phases project.toml --out phases.csv", about="help-phases-rules",
    )


def _phases(say: Say, project: str, **given: Any) -> int:
    from sortition.errors import InputError, Issue
    from sortition.files.writers import to_csv
    from sortition.lots.record import decimal
    from sortition.process.phases import Phase, along
    from sortition.rules.read_project import read_project

    rules.speak(say, project, given["lang"])
    asked = read_project(project)
    if not asked.phases:
        raise InputError([Issue("phase-none", {}, project, suggestion="phase-none-how")])
    names = {part.name for part in asked.phases}
    phases = [
        Phase(part.name, part.within if part.within in names else None, _chances(part.out))
        for part in asked.phases
    ]
    multiplied = along(phases)
    told = [_told(say, part, multiplied.get(part.name)) for part in asked.phases]
    ahead = {}
    for part in asked.phases if given["ahead"] else ():
        found = _ahead(say, asked, part)
        if found is not None:
            ahead[part.name] = _said_ahead(say, part, found)
    if given["out"]:
        ids = sorted({own for chances in multiplied.values() for own in chances})
        rows = [[own, *(decimal(chances.get(own, 0.0)) for chances in multiplied.values())]
                for own in ids]
        path = Path(given["out"])
        data = to_csv(["id", *multiplied], rows).encode()
        say.write(str(path.parent), {path.name: data}, force=given["force"])
    say.document({"schema": 1, "phases": told, "ahead": ahead})
    return OK


def _chances(folder: str) -> dict[str, float] | None:
    """Return the chances in the lottery of a phase, None where there is none."""
    import csv

    from sortition.errors import InputError, Issue
    from sortition.verify import read_rows

    path = Path(folder) / "chances.csv"
    if not path.is_file():
        return None
    try:
        rows = read_rows(path.read_bytes())
        if rows[0][:2] != ["id", "chance"]:
            raise ValueError(rows[0])
        return {row[0]: float(row[1]) for row in rows[1:]}
    except (ValueError, IndexError, csv.Error):
        raise InputError([Issue("phase-chances-file", {}, str(path),
                                suggestion="phase-chances-file-how")]) from None


def _told(say: Say, part: Part, chances: Mapping[str, float] | None) -> dict[str, Any]:
    """Say how far a phase is, and the chances up to it."""
    from sortition.lots.folder import lottery_record

    record = lottery_record(part.out)
    state = "drawn" if record.get("draw") else "lottery" if record else "not-made"
    if state == "drawn":
        code = "phase-drawn"
    elif state == "lottery":
        code = "phase-lottery"
    else:
        code = "phase-not-made"
    say.line(code, phase=part.name, folder=part.out)
    able = [chance for chance in (chances or {}).values() if chance > 0]
    if able:
        words = say.words("phase-chances", count=len(able), least=say.percent(min(able)),
                          most=say.percent(max(able)))
        say.plain(f"  {words}")
    return {"name": part.name, "from": part.within, "state": state, "people": len(able),
            "min_chance": min(able, default=None), "max_chance": max(able, default=None)}


def _ahead(say: Say, project: Project, part: Part) -> Through | None:
    """Return the chances before the phase that this one is drawn from is drawn."""
    from sortition.engine.problem import compile as compile_problem
    from sortition.engine.search import find_distribution
    from sortition.process.phases import through
    from sortition.verify import read_rows

    before = next((own for own in project.phases if own.name == part.within), None)
    path = Path(before.out) / "lottery.csv" if before else None
    if path is None or not path.is_file() or part.size is None:
        return None
    header, *rows = read_rows(path.read_bytes())
    if header[0] != "ticket":  # an exact lottery has no people in its panels
        say.line("phase-ahead-exact", phase=part.name)
        return None

    def second(ids: tuple[str, ...]) -> dict[str, float]:
        ready = project.phase(part.name, ids).prepare()
        fair = find_distribution(compile_problem(ready.pool, ready.quotas))
        return dict(zip(fair.problem.ids, fair.chance.tolist(), strict=True))

    with say.busy("phases", 60.0):
        return through(([own for own in row[1:] if own] for row in rows), second)


def _said_ahead(say: Say, part: Part, found: Through) -> dict[str, Any]:
    able = [chance for chance in found.chance.values() if chance > 0] or [0.0]
    say.line("phase-ahead", phase=part.name, least=say.percent(min(able)),
             most=say.percent(max(able)), count=len(able))
    if found.possible < 1:
        say.error(say.words("phase-ahead-open", phase=part.name,
                            share=say.percent(1 - found.possible)))
    return {"possible": found.possible, "chance": dict(found.chance)}
