"""Making a lottery and saying how fair it is: what ``lottery`` and the rehearsal have in common."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli import options, rules
from sortition.cli.clock import stated
from sortition.cli.say import Say
from sortition.engine.objectives import LEVELLED, OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.engine.clock import Clock
    from sortition.engine.distribution import Distribution
    from sortition.engine.objectives import Objective
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.people.pool import Pool
    from sortition.rules.project import Project
    from sortition.rules.ready import Ready, Several

__all__ = ["files", "make", "out", "rounded"]

_MORE = 0.1  # of the time limit that rounding and balancing have, where the search took it all
_IDS = 10  # of people on no panel, told for each reason


def make(
    say: Say, project: Project, given: dict[str, Any]
) -> tuple[Ready, Lottery | ExactLottery, bool]:
    """Return what was read, the lottery and whether it was finished in time."""
    from sortition.engine.clock import Clock
    from sortition.engine.problem import compile as compile_problem
    from sortition.engine.search import find_distribution
    from sortition.errors import TimeLimitError

    if given["exact"] and (given["tickets"] is not None or given["balance"]):
        raise click.UsageError(say.words("usage-exact"))
    ready = rules.read(project)
    objective = _objective(say, project, ready.pool, given)
    problem = compile_problem(ready.pool, ready.quotas)
    rules.understood(say, project, ready, problem)
    finished = True
    clock = Clock.of(given["time_limit"], say.progress)
    try:
        fair = find_distribution(
            problem, objective, time_limit=given["time_limit"], progress=say.progress
        )
    except TimeLimitError as error:
        fair, finished = error.distribution, False
        say.error(say.words("time-out"))
    _fairness(say, fair)
    if ready.several and not fair.certificate.people:
        _on_any(say, ready.several, fair)
    if given["exact"]:
        from sortition.lots.exact import to_exact

        exact = to_exact(fair)
        say.line("exact-line", panels=len(exact.panels), total=exact.total,
                 loss=say.points(exact.loss))
        return ready, exact, finished
    lottery = rounded(fair, project.tickets or (1 if project.all_stay else 1000), clock)
    if given["balance"]:
        from sortition.lots.balance import balanced

        over = [options.listed(names) for names in given["balance"]]
        lottery = balanced(lottery, ready.pool, over, **_rest(clock))
    if finished and not lottery.complete:
        say.error(say.words("time-out-tickets"))
    if project.all_stay:
        say.line("tickets-all-stay", people=len(ready.pool), bold=True)
    else:
        _rounding(say, lottery)
    return ready, lottery, finished and lottery.complete


def rounded(fair: Distribution, tickets: int, clock: Clock) -> Lottery:
    """Return the tickets, made in the time that the search has left."""
    from sortition.lots.lottery import to_lottery

    return to_lottery(fair, tickets, **_rest(clock))


def _rest(clock: Clock) -> dict[str, Any]:
    """Return the time that is left, or a little more, and progress that counts on from here."""
    from dataclasses import replace

    spent, tell = clock.spent(), clock.progress
    limit = None if math.isinf(clock.limit) else max(clock.left(), _MORE * clock.limit)
    return {
        "time_limit": limit,
        "progress": None if tell is None
        else lambda report: tell(replace(report, seconds=report.seconds + spent)),
    }


def _objective(say: Say, project: Project, pool: Pool, given: dict[str, Any]) -> Objective:
    """Return the objective with what it needs to know."""
    from sortition.engine.objectives import BALANCED, Custom, Goldilocks

    name, gamma, chances = project.objective or "leximin", given["gamma"], given["chances"]
    if chances and name != "custom":
        raise click.UsageError(say.words("usage-chances-only"))
    if name == "custom":
        from sortition.people.chances import read_chances

        if not chances:
            raise click.UsageError(say.words("usage-chances"))
        return Custom(read_chances(chances, pool))
    if gamma is None:
        return OBJECTIVES[name]
    try:
        weight = BALANCED if gamma == BALANCED else float(gamma.replace(",", "."))
        if name != "goldilocks":
            raise ValueError(name)
        return Goldilocks(weight)
    except ValueError:
        raise click.UsageError(say.words("usage-gamma")) from None


def _fairness(say: Say, fair: Distribution) -> None:
    """Say how fair the chances are and how near to the optimum."""
    able = fair.able
    people = fair.problem.owners if fair.certificate.people else None
    count = len(fair.chance) if people is None else int(people.sum())
    out = count - len(able)
    if out:
        say.line("could-serve-not", count=out)
    elif fair.unselectable:
        say.line("could-serve-not-theme")
    for group in fair.unselectable:
        ids = ", ".join([*group.ids[:_IDS], *(["…"] if len(group.ids) > _IDS else [])])
        names = [n if n != "(household)" else say.words("rule-household") for n in group.rules]
        because = say.words("could-serve-not-because", ids=ids, rules="; ".join(names))
        say.plain(f"  {because if names else ids}")
    if people is not None:
        say.line("themes-people")
    equal = fair.problem.size / count
    low, high = say.percent(able.min()), say.percent(able.max())
    if low == high:
        say.line("chances-same", bold=True, chance=low)
    else:
        say.line("chances-line", bold=True, least=low, most=high, equal=say.percent(equal))
    certificate = fair.certificate
    if certificate.objective in LEVELLED:
        code = "optimum-line" if certificate.proven else "optimum-open"
        say.line(code, bound=say.percent(certificate.bound), gap=say.points(certificate.gap))
    else:
        code = "objective-line" if certificate.proven else "objective-open"
        code = code if math.isfinite(certificate.gap) else "objective-no-gap"
        say.line(code, objective=certificate.objective,
                 gap=messages.plain(certificate.gap, say.language))
        value, bound = (_worth(say, certificate.objective, worth)
                        for worth in (certificate.value, certificate.value_bound))
        say.line(_VALUES[certificate.objective], value=value, bound=bound)


_VALUES = {
    "minimax": "objective-value-minimax", "nash": "objective-value-nash",
    "goldilocks": "objective-value-goldilocks", "custom": "objective-value-custom",
}


def _worth(say: Say, objective: str, value: float) -> str:
    """Return a value of an objective as it is read: as a chance, if it is one or a mean of some."""
    if objective in ("minimax", "nash"):
        return say.percent(value if objective == "minimax" else math.exp(value))
    return messages.plain(value, say.language) if value else "0"


def _on_any(say: Say, several: Several, fair: Distribution) -> None:
    """Say what each person's chance is to be on any of several panels."""
    from sortition.process.themes import themes_of

    themes = themes_of(several, fair.problem)
    total = themes.chance(fair).sum(axis=1)
    able = total[total > 0]
    if several.most > 1:
        number = messages.number
        say.line("themes-expected", least=number(float(able.min()), ".2f", say.language),
                 most=number(float(able.max()), ".2f", say.language))
        return
    say.line("themes-any", bold=True, least=say.percent(able.min()), most=say.percent(able.max()))
    bound = themes.bound(fair)
    if bound is not None:
        say.line("themes-bound", bound=say.percent(bound))


def _rounding(say: Say, lottery: Lottery) -> None:
    """Say what tickets cost, and how near the panels are to what is expected."""
    if len(lottery.tickets) == 1:
        say.line("tickets-one")
    else:
        say.line("tickets-line", tickets=len(lottery.tickets), loss=round(lottery.loss, 2))
    for part in lottery.balance:
        say.line("balance-line", over=" × ".join(part.over), before=round(part.before, 2),
                 after=round(part.after, 2), floor=round(part.floor, 2))


def out(say: Say, given: dict[str, Any], project: Project | None = None) -> str:
    """Return the folder to write to: the one asked for, or that of the project."""
    folder = given["out"] or (project and project.out)
    if not folder:
        raise click.UsageError(say.words("out-missing"))
    return str(folder)


def files(
    say: Say, lottery: Lottery | ExactLottery, project: Project, ready: Ready, folder: str,
    announced: Mapping[str, str] | None = None, *, rehearsal: bool = False,
) -> dict[str, bytes]:
    """Return the files of a lottery, the page among them; `announced` is how it will be drawn."""
    from sortition.lots.folder import draws_so_far, lottery_record
    from sortition.lots.groups import group_rows
    from sortition.lots.record import lottery_files
    from sortition.lots.source import source_of
    from sortition.report import checkers, page

    roles = ready.roles or ready.several
    source = source_of(project, ready, folder, say.language,
                       group_rows(lottery.problem) if roles else ())
    files = lottery_files(lottery, source, earlier=draws_so_far(folder), announced=announced,
                          before=lottery_record(folder), rehearsal=rehearsal,
                          fixed_at=stated())
    return files | {"report.html": page(files, say.language), **checkers(lottery.kind)}
