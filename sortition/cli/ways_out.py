"""Whether empty seats can be filled, and what to change where they cannot.

Called by ``sortition replace``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.diagnosis.repair import Repair
    from sortition.engine.problem import Problem
    from sortition.errors import InfeasibleError

__all__ = ["possible"]

_SECONDS = 30.0  # for ways out, unless --time-limit says otherwise


def possible(
    say: Say, problem: Problem, stay: set[str], gone: set[str], given: Mapping[str, Any]
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
            most = min(upper, high)
            say.plain(f"  {name}: {lower if lower == most else f'{lower}–{most}'}")
    try:
        any_panel(remaining)
    except InfeasibleError as error:
        return _way_out(say, problem, error, stay, gone, given)
    if given["deviate"] is not None:
        raise click.UsageError(say.words("usage-deviate-nothing"))
    return problem, None, []


def _way_out(
    say: Say, problem: Problem, error: InfeasibleError, stay: set[str], gone: set[str],
    given: Mapping[str, Any],
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
