"""``sortition check``: what was read, and whether a panel exists."""

from __future__ import annotations

from typing import Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "check", _check,
        [*options.asked(language), *options.rules(language)],
        "sortition check people.csv quotas.csv --size 24 --household street,postcode",
    )


def _check(say: Say, **given: Any) -> int:
    from sortition.engine.panels import any_panel
    from sortition.engine.problem import compile as compile_problem

    project = rules.project(say, given)
    ready = rules.read(project)
    pool, quotas = ready.pool, ready.quotas
    problem = compile_problem(pool, quotas)
    rules.understood(say, project, ready, problem)
    any_panel(problem)
    say.line("panel-exists", bold=True)
    low, high = quotas.size
    say.document({
        "schema": 1, "pool": len(pool), "types": problem.types,
        "size": low if low == high else [low, high], "quotas": len(quotas.quotas),
        "feasible": True,
    })
    return OK
