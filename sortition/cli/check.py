"""``sortition check``: what was read, whether a panel exists, and if not what would make one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import INFEASIBLE, OK
from sortition.cli.prices import told
from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sortition.diagnosis.repair import Repair
    from sortition.engine.problem import Problem
    from sortition.errors import InfeasibleError
    from sortition.rules.project import Project
    from sortition.rules.quotas import Quotas
    from sortition.rules.ready import Ready

__all__ = ["command"]

_MOST_IDS = 10  # in one line
_SECONDS = 30.0  # for ways out, and for prices, unless --time-limit says otherwise


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "check", _check,
        [*options.asked(language), *options.rules(language),
         options.option(language, "--prices", is_flag=True),
         options.option(language, "--apply", type=click.IntRange(min=1), metavar="N"),
         options.time_limit(language), *options.out(language, words("meta-file"))],
        "sortition check people.csv quotas.csv --size 24 --household street,postcode",
        "sortition check people.csv quotas.csv --size 24 --apply 2 --out quotas-new.csv",
    )


def _check(say: Say, **given: Any) -> int:
    from sortition.engine.panels import any_panel
    from sortition.engine.problem import compile as compile_problem
    from sortition.errors import InfeasibleError

    if (given["apply"] is None) != (given["out"] is None):
        raise click.UsageError(say.words("usage-apply"))
    if given["out"] is not None and Path(given["out"]).suffix.lower() == ".toml":
        raise click.UsageError(say.words("usage-apply-toml"))
    project = rules.project(say, given)
    ready = rules.read(project)
    problem = compile_problem(ready.pool, ready.quotas)
    rules.understood(say, project, ready, problem)
    known = _known(say, project, ready, problem)
    seconds = _SECONDS if given["time_limit"] is None else given["time_limit"]
    try:
        any_panel(problem)
    except InfeasibleError as error:
        return _impossible(say, project, ready.quotas, problem, error, known, seconds, given)
    say.line("panel-exists", bold=True)
    known["unselectable_at_least"] = _barred(say, problem)
    if given["apply"] is not None:
        raise click.UsageError(say.words("usage-apply-nothing"))
    if given["prices"]:
        known["prices"] = _prices(say, problem, seconds)
    say.document(known | {"feasible": True})
    return OK


def _known(
    say: Say, project: Project, ready: Ready, problem: Problem
) -> dict[str, Any]:
    """Return what was understood as data."""
    low, high = ready.quotas.size
    pool = ready.pool
    people = ready.several.people if ready.several else pool
    return {
        "schema": 1, "pool": len(people), "types": problem.types,
        "size": low if low == high else [low, high], "quotas": len(ready.quotas.quotas),
        "read": asdict(pool.table.dialect),
        "columns": {
            "id": people.id_column, "household": list(pool.household_columns),
            "features": list(ready.quotas.features),
            "unused": rules.unused(ready, project.takes, project.refuses),
        },
        "notes": [note.render(say.language) for note in ready.notes],
        "left_out": len(ready.prepared.rows_out),
        "questions": [issue.to_dict(say.language) for issue in ready.prepared.questions],
        "rules": [
            {"name": name, "min": int(lower), "max": int(upper)}
            for name, lower, upper in zip(
                problem.names[1:], problem.lower[1:], problem.upper[1:], strict=True
            )
        ],
    }


def _impossible(
    say: Say, project: Project, quotas: Quotas, problem: Problem, error: InfeasibleError,
    known: dict[str, Any], seconds: float, given: dict[str, Any],
) -> int:
    """Say why no panel exists and what would make one; write the quotas of a way out if asked."""
    from sortition.diagnosis.repair import repairs

    say.infeasible(error)
    if given["prices"]:
        say.line("prices-no-panel")
    with say.busy("repairs", seconds):
        found = repairs(problem, time_limit=seconds)
    document = known | {
        "feasible": False, "error": error.code, "level": error.reasons.level,
        "issues": [issue.to_dict(say.language) for issue in error.diagnosis],
        "repairs": [_as_data(say, number, own) for number, own in enumerate(found, 1)],
    }
    if not found:
        say.line("repairs-none")
    else:
        say.line("repairs-offered", bold=True)
        for number, own in enumerate(found, 1):
            say.plain(f"  {number}. {own.render(say.language)}")
    code = INFEASIBLE
    if given["apply"] is not None:
        document["applied"] = _apply(say, project, quotas, found, given)
        if not given["quotas"]:  # a project file
            say.line("applied-project", file=Path(given["out"]).name)
        code = OK
    elif found:
        say.line("repairs-project" if _lost(project) else "repairs-apply")
    say.document(document)
    return code


def _as_data(say: Say, number: int, repair: Repair) -> dict[str, Any]:
    changes = [
        {"name": change.name, "old": [seats + change.seated for seats in change.old],
         "new": [seats + change.seated for seats in change.new]}
        for change in repair.changes
    ]
    return {
        "number": number, "text": repair.render(say.language), "kinds": list(repair.kinds),
        "changes": changes,
        "size": repair.size and [seats + repair.seated for seats in repair.size[1]],
        "per_household": repair.per_household and repair.per_household[1],
        "newcomers": sum(recruit.count for recruit in repair.recruits), "proven": repair.proven,
    }


def _apply(
    say: Say, project: Project, quotas: Quotas, found: Sequence[Repair], given: dict[str, Any]
) -> dict[str, Any]:
    """Write the quotas of the way out that was chosen; say what a quota file cannot hold."""
    from sortition.diagnosis.ways import apply, quotas_csv, roles_toml
    from sortition.display import span
    from sortition.errors import InputError, Issue

    number = given["apply"]
    if number > len(found):
        raise click.UsageError(say.words("usage-apply-number", last=len(found)))
    chosen = found[number - 1]
    changed = apply(quotas, chosen)
    lost = _lost(project)
    if lost:
        for seats, before in zip(changed.roles, quotas.roles, strict=True):
            if seats != before:
                most = changed.size[1] + len(changed.seated)
                say.line("applied-roles", feature=seats.feature, shares=roles_toml(seats, most))
        params = {"lost": "; ".join(lost), "changes": chosen.render(say.language)}
        raise InputError([Issue("apply-loses", params, given["rules"],
                                suggestion="apply-loses-how")])
    path = Path(given["out"])
    data = quotas_csv(changed).encode()
    say.write(str(path.parent), {path.name: data}, force=given["force"])
    if chosen.size:
        low, high = (seats + len(changed.seated) for seats in changed.size)
        say.line("applied-size", size=span((low, high)).replace("–", "-"))
    if chosen.per_household:
        say.line("applied-household", most=changed.per_household)
    if chosen.recruits:
        say.line("applied-newcomers")
    included = [own for quota in changed.quotas if quota.fixed for own in quota.where[0][1]]
    if included:
        say.line("applied-include", ids=",".join(included))
    return {"number": number, "file": str(path)}


def _lost(project: Project) -> list[str]:
    """Return what the project says of the cells of its quotas and a quota file cannot say."""
    parts = (*project.themes, *project.phases)
    lost: dict[str, None] = {}
    for statement in (*project.statements, *(one for part in parts for one in part.statements)):
        for name in statement.features:
            separator, unknown = statement.said_of(name)
            said = {"separator": separator, "unknown": unknown,
                    "one_seat_each": getattr(statement, "one_seat_each", False)}
            keys = [key for key, value in said.items() if value]
            if keys:
                lost[f"{name} ({', '.join(keys)})"] = None
    return list(lost)


def _barred(say: Say, problem: Problem) -> list[str]:
    """Say who can be on no panel although there are panels, and return their ids."""
    from sortition.diagnosis.barred import barred_at_least

    out = barred_at_least(problem)
    if out:
        ids = ", ".join([*out[:_MOST_IDS], *(["…"] if len(out) > _MOST_IDS else [])])
        say.line("barred-at-least", count=len(out), ids=ids)
    return list(out)


def _prices(say: Say, problem: Problem, seconds: float) -> list[dict[str, Any]]:
    """Say what each bound costs, the dearest first, and return it as data."""
    from sortition.diagnosis.price import prices

    found = prices(problem, time_limit=seconds, progress=say.progress)
    told(say, found)
    return [asdict(price) | {"gain": price.gain} for price in found]
