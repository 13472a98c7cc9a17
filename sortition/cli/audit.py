"""``sortition audit``: a lottery measured, from its folder or made for the purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli import making, options, prices, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.audit.compare import Comparison
    from sortition.audit.groups import Group
    from sortition.audit.result import Audit
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.people.pool import Pool

__all__ = ["command"]

_SECONDS = 120.0  # for each part that solves anything, unless --time-limit says otherwise
_MOST_IDS = 10
_GROUP_HEAD = ("report-group", "report-signed-up", "audit-pool-share", "report-seats",
               "report-expected", "audit-panel-share", "report-chance")
_OBJECTIVE_HEAD = ("audit-named", "report-smallest", "report-largest", "audit-gini",
                   "audit-geometric")
_PANELS = {"people": "audit-panels-people", "types": "audit-panels-types"}
_AGAINST = {
    "pool": "audit-against-pool", "quotas": "audit-against-quotas",
    "population": "audit-against-population",
}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "audit", _audit,
        [*options.drawn_from(language),
         options.option(language, "--over", metavar=words("meta-columns"), multiple=True),
         options.option(language, "--population", metavar=words("meta-population"), multiple=True),
         options.option(language, "--without", metavar=words("meta-file")),
         click.option("--compare", is_flag=True, help=words("help-audit-compare")),
         options.option(language, "--manipulability", is_flag=True),
         options.option(language, "--prices", is_flag=True),
         options.option(language, "--figures", is_flag=True),
         options.option(language, "--pool", metavar=words("meta-file")),
         *options.rules(language), *options.engine(language), *options.out(language)],
        "sortition audit lottery --over gender,age",
        "sortition audit people.csv quotas.csv --size 24 --compare --manipulability",
        about="help-audit-rules",
    )


def _audit(say: Say, **given: Any) -> int:
    from sortition.audit.compare import compare_objectives
    from sortition.audit.measure import measured
    from sortition.output import refuse_taken
    from sortition.rules.quotas import read_quotas

    if given["figures"] and not given["out"]:
        raise click.UsageError(say.words("usage-figures"))
    if given["out"]:
        refuse_taken(given["out"], _FILES, force=given["force"])
    made, pool, finished = _made(say, given)
    if given["manipulability"] and made.distribution.certificate.objective == "custom":
        raise click.UsageError(say.words("usage-audit-custom"))
    size = (int(made.problem.lower[0]), made.problem.size)
    seconds = _SECONDS if given["time_limit"] is None else given["time_limit"]
    found = measured(
        made, pool,
        over=[[name.strip() for name in names.split(",")] for names in given["over"]],
        population=dict(_population(say, words) for words in given["population"]),
        without=read_quotas(given["without"], size).quotas if given["without"] else (),
        price=given["prices"], manipulation=given["manipulability"], time_limit=seconds,
        progress=say.progress,
    )
    compared = None
    if given["compare"]:
        compared = compare_objectives(
            made.problem, time_limit=seconds, progress=say.progress
        )
    _told(say, found)
    if compared is not None:
        _compared(say, compared)
    document = found.to_dict() | ({} if compared is None else {"compared": compared.to_dict()})
    if given["out"]:
        files = _files(found, document, compared)
        files |= _figures(say, found, compared) if given["figures"] else {}
        say.write(given["out"], files, force=given["force"])
    say.document(document)
    return OK if finished else OUT_OF_TIME


def _made(say: Say, given: dict[str, Any]) -> tuple[Lottery | ExactLottery, Pool, bool]:
    """Return the lottery of a folder, or one made now; its people; and whether it is finished."""
    if not Path(given["rules"]).is_dir():
        if given["pool"] is not None:
            raise click.UsageError(say.words("usage-pool"))
        ready, lottery, finished = making.make(say, rules.project(say, given), given)
        return lottery, ready.pool, finished
    from sortition.audit.reopen import reopened
    from sortition.lots.published import lottery_record, open_lottery

    extra = [word for name, word in options.MAKING.items()
             if name != "time_limit" and name != "out" and given[name] not in (None, (), False)]
    extra += [given["quotas"]] if given["quotas"] else []
    if extra:
        raise click.UsageError(say.words("usage-no-effect-audit", options=", ".join(extra)))
    source = lottery_record(given["rules"]).get("source")
    if given["lang"] is None and isinstance(source, dict):  # as the lottery was made
        language = source.get("lang")
        say.language = language if language in messages.LANGUAGES else say.language
    published = open_lottery(given["rules"], given["pool"])
    return reopened(published), published.pool, True


def _population(say: Say, words: str) -> tuple[str, dict[str, int]]:
    """Return features and how many people there are of each of their groups."""
    from sortition.rules.populations import read_populations
    from sortition.rules.quotas import CROSS

    names, sign, file = words.partition("=")
    if not (names and sign and file):
        raise click.UsageError(say.words("usage-population", value=words))
    features = [name.strip() for name in names.split(",")]
    return CROSS.join(features), read_populations(file, features)


def _told(say: Say, found: Audit) -> None:
    """Say what was measured, figure by figure."""
    figures, panels = found.chances, found.panels
    say.line("audit-chances", bold=True, least=say.percent(figures.smallest),
             mean=say.percent(figures.mean), most=say.percent(figures.largest))
    say.line("audit-equal", gini=round(figures.gini, 4),
             geometric=say.percent(figures.geometric_mean))
    say.line("audit-best", small=round(figures.smallest_of_best, 3),
             large=round(figures.largest_of_best, 3), below=say.percent(figures.below_optimum))
    for barred in found.barred:
        ids = ", ".join([*barred.ids[:_MOST_IDS], *(["…"] if len(barred.ids) > _MOST_IDS else [])])
        names = "; ".join(rule.render(say.language) for rule in barred.rules)
        say.line("audit-barred" if names else "audit-barred-open", ids=ids, rules=names,
                 count=len(barred.ids))
    say.line(_PANELS[panels.of], distinct=panels.distinct,
             entropy=round(panels.entropy, 2))
    for over in dict.fromkeys(group.over for group in found.groups):
        say.plain(over or say.words("audit-unions"), bold=True)
        groups = [group for group in found.groups if group.over == over]
        say.table(_GROUP_HEAD, [_group_row(say, group) for group in groups],
                  [_group(say, group) for group in groups])
        for error in found.errors:
            if error.over == over:
                reference = say.words(_AGAINST[error.against])
                say.plain("  " + say.words(
                    "audit-error", against=reference, share=say.percent(error.loosemore_hanby),
                    largest=say.percent(error.largest)))
    for quota in found.left_out:
        met = say.words("audit-unknown") if quota.met is None else say.percent(quota.met)
        say.line("audit-left-out", name=quota.name, lower=quota.lower, upper=quota.upper,
                 expected=round(quota.expected, 2), met=met)
    if found.prices:
        prices.told(say, found.prices)
    if found.manipulations:
        say.line("audit-lies", bold=True)
    for lie in found.manipulations:
        code = "audit-lie" if lie.gain > 1e-9 else "audit-lie-none"
        line = say.words(code, feature=lie.feature, truth=lie.truth, answer=lie.answer,
                         person=lie.person, people=lie.people, chance=say.percent(lie.chance),
                         then=say.percent(lie.then))
        say.plain(f"  {line}{'' if lie.complete else say.words('audit-lie-open')}")


def _group_row(say: Say, group: Group) -> list[str]:
    """Return one group as cells under `_GROUP_HEAD`."""
    chances = seats = "–"
    if group.lower is not None and group.upper is not None:
        same = group.lower == group.upper
        seats = str(group.lower) if same else f"{group.lower}–{group.upper}"
    if group.chances is not None:
        least, most = map(say.percent, (group.chances.smallest, group.chances.largest))
        chances = least if least == most else f"{least} – {most}"
    return [group.name, str(group.people), say.percent(group.pool_share), seats,
            messages.number(round(group.expected, 2), "g", say.language),
            say.percent(group.panel_share), chances]


def _group(say: Say, group: Group) -> str:
    """Return one group in a line."""
    seats = ""
    if group.lower is not None and group.upper is not None:
        same = group.lower == group.upper
        seats = str(group.lower) if same else f"{group.lower}–{group.upper}"
        seats = say.words("audit-quota", seats=seats)
    line = say.words("audit-group", name=group.name, people=group.people,
                     pool=say.percent(group.pool_share), expected=round(group.expected, 2),
                     panel=say.percent(group.panel_share), quota=seats)
    if group.population_share is not None:
        line += say.words("audit-population-share", share=say.percent(group.population_share))
    if group.chances is not None:
        line += say.words("audit-group-chances", least=say.percent(group.chances.smallest),
                          most=say.percent(group.chances.largest))
    return line


def _compared(say: Say, compared: Comparison) -> None:
    """Say what other objectives would give, a line each."""
    say.line("audit-compared", bold=True)
    lines, rows = [], []
    for own in compared.results:
        figures = own.figures
        least, most, geometric = map(
            say.percent, (figures.smallest, figures.largest, figures.geometric_mean))
        lines.append(say.words("audit-objective", name=own.name, least=least, most=most,
                               gini=round(figures.gini, 4), geometric=geometric))
        rows.append([own.name, least, most,
                     messages.number(round(figures.gini, 4), "g", say.language), geometric])
    say.table(_OBJECTIVE_HEAD, rows, lines)


_TABLES = ("people", "summary", "groups", "errors", "left_out", "prices", "manipulations")
_FILES = (
    "audit.json", *(f"{name}.csv" for name in _TABLES), "objectives.csv", "chances.svg",
    "groups.svg", "combination-1.svg", "tickets.svg",
)


def _files(
    found: Audit, document: dict[str, Any], compared: Comparison | None
) -> dict[str, bytes]:
    """Return the audit as files: JSON, and a table for each frame that holds anything."""
    import json

    from sortition.files.writers import to_csv

    frames = found.frames
    if compared is not None:
        frames["objectives"] = compared.to_frame()
    files = {"audit.json": (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()}
    for name in (*_TABLES, "objectives"):
        frame = frames.get(name)
        if frame is not None and len(frame):
            cells = frame.astype(object).where(frame.notna(), "")
            files[f"{name}.csv"] = to_csv(list(frame.columns), cells.to_numpy().tolist()).encode()
    return files


def _figures(say: Say, found: Audit, compared: Comparison | None) -> dict[str, bytes]:
    """Return the figures that there is something to show in."""
    from sortition.audit.figures import (
        chances_figure,
        groups_figure,
        intersections_figure,
        rendered,
        tickets_figure,
    )
    from sortition.rules.quotas import split_cross

    frames, language = found.frames, say.language
    groups, people = frames["groups"], frames["people"]
    chances = people[["chance"]] if compared is None else compared.chances
    figures = {
        "chances.svg": chances_figure(chances, equal=found.chances.mean, language=language),
        "groups.svg": groups_figure(groups, language=language),
    }
    crossed = [over for over in groups["over"].unique() if len(split_cross(over)) == 2]
    for at, over in enumerate(crossed, 1):
        figures[f"combination-{at}.svg"] = intersections_figure(groups, over, language=language)
    if found.panels.tickets is not None:
        figures["tickets.svg"] = tickets_figure(people, found.panels.tickets, language=language)
    return {name: rendered(figure) for name, figure in figures.items()}
