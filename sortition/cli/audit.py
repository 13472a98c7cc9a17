"""``sortition audit``: a lottery measured, from its folder or made for the purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli import audit_files, making, options, prices, rules
from sortition.cli.guard import OK, OUT_OF_TIME
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.audit.compare import Comparison
    from sortition.audit.groups import Group
    from sortition.audit.result import Audit
    from sortition.engine.problem import Problem
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.people.pool import Pool

__all__ = ["command"]

_SECONDS = 120.0  # for each part that solves anything, unless --time-limit says otherwise
_MOST_IDS = 10
_DIGITS = 12  # of a share: what is smaller is noise of floats
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
         options.option(language, "--legacy", type=click.IntRange(1, 1_000_000), metavar="N"),
         options.option(language, "--manipulability", is_flag=True),
         options.option(language, "--prices", is_flag=True),
         options.option(language, "--figures", is_flag=True),
         options.option(language, "--pool", metavar=words("meta-file")),
         *options.rules(language), *options.engine(language), *options.out(language)],
        "sortition audit lottery --over gender,age",
        "sortition audit people.csv quotas.csv --size 24 --compare --manipulability",
        "sortition audit lottery --legacy 1000",
        about="help-audit-rules",
    )


def _audit(say: Say, **given: Any) -> int:
    from sortition.audit.measure import measured
    from sortition.output import refuse_taken
    from sortition.rules.quotas import read_quotas

    if given["figures"] and not given["out"]:
        raise click.UsageError(say.words("usage-figures"))
    if given["out"]:
        refuse_taken(given["out"], audit_files.NAMES, force=given["force"])
    made, pool, finished = _made(say, given)
    if given["manipulability"] and made.distribution.certificate.objective == "custom":
        raise click.UsageError(say.words("usage-audit-custom"))
    size = (int(made.problem.lower[0]), made.problem.size)
    if given["legacy"] and size[0] != size[1]:
        raise click.UsageError(say.words("usage-legacy-size", low=size[0], high=size[1]))
    seconds = _SECONDS if given["time_limit"] is None else given["time_limit"]
    found = measured(
        made, pool,
        over=[options.listed(names) for names in given["over"]],
        population=dict(_population(say, words) for words in given["population"]),
        without=read_quotas(given["without"], size).quotas if given["without"] else (),
        price=given["prices"], manipulation=given["manipulability"], time_limit=seconds,
        progress=say.progress,
    )
    compared = _side_by_side(say, made.problem, given, seconds)
    _told(say, found)
    if compared is not None:
        _compared(say, compared)
    document = found.to_dict(say.language)
    if compared is not None:
        document["compared"] = compared.to_dict()
    if given["out"]:
        files = audit_files.tables(found, document, compared)
        if given["figures"]:
            files |= audit_files.figures(found, compared, say.language)
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
    from sortition.lots.folder import lottery_record
    from sortition.lots.published import open_lottery

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


def _side_by_side(
    say: Say, problem: Problem, given: dict[str, Any], seconds: float
) -> Comparison | None:
    """Return other objectives, and the greedy method where asked, measured in the same way."""
    if not given["compare"] and not given["legacy"]:
        return None
    from sortition.audit.compare import compare_objectives
    from sortition.engine.legacy import estimate_legacy
    from sortition.errors import SolverError

    others = {}
    if given["legacy"]:
        try:
            others["legacy"] = estimate_legacy(
                problem, given["legacy"], time_limit=seconds, progress=say.progress
            )
        except SolverError as error:  # a dead end of that method; the others are there
            say.error(say.words(error.code, **error.params))
    return compare_objectives(problem, others=others, time_limit=seconds, progress=say.progress)


def _population(say: Say, words: str) -> tuple[str, dict[str, int]]:
    """Return features and how many people there are of each of their groups."""
    from sortition.rules.populations import read_populations
    from sortition.rules.quotas import CROSS

    names, sign, file = words.partition("=")
    if not (names and sign and file):
        raise click.UsageError(say.words("usage-population", value=words))
    features = options.listed(names)
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
                    "audit-error", against=reference,
                    share=say.percent(round(error.loosemore_hanby, _DIGITS)),
                    largest=say.percent(round(error.largest, _DIGITS))))
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
    name = messages.rule_name(group.name, say.language)
    return [name, str(group.people), say.percent(group.pool_share), seats,
            messages.number(round(group.expected, 2), "g", say.language),
            say.percent(group.panel_share), chances]


def _group(say: Say, group: Group) -> str:
    """Return one group in a line."""
    seats = ""
    if group.lower is not None and group.upper is not None:
        same = group.lower == group.upper
        seats = str(group.lower) if same else f"{group.lower}–{group.upper}"
        seats = say.words("audit-quota", seats=seats)
    name = messages.rule_name(group.name, say.language)
    line = say.words("audit-group", name=name, people=group.people,
                     pool=say.percent(group.pool_share), expected=round(group.expected, 2),
                     panel=say.percent(group.panel_share), quota=seats)
    if group.population_share is not None:
        line += say.words("audit-population-share", share=say.percent(group.population_share))
    if group.chances is not None:
        least, most = say.percent(group.chances.smallest), say.percent(group.chances.largest)
        line += (say.words("audit-group-chance", chance=least) if least == most
                 else say.words("audit-group-chances", least=least, most=most))
    return line


def _compared(say: Say, compared: Comparison) -> None:
    """Say what other objectives would give, a line each."""
    say.line("audit-compared", bold=True)
    lines, rows = [], []
    for own in compared.results:
        figures = own.figures
        least, most, geometric = map(
            say.percent, (figures.smallest, figures.largest, figures.geometric_mean))
        name = own.name if own.draws is None else say.words("audit-estimated", name=own.name)
        lines.append(say.words("audit-objective", name=name, least=least, most=most,
                               gini=round(figures.gini, 4), geometric=geometric))
        rows.append([name, least, most,
                     messages.number(round(figures.gini, 4), "g", say.language), geometric])
    say.table(_OBJECTIVE_HEAD, rows, lines)
    for own in compared.results:
        if own.smallest_interval is not None:
            low, high = map(say.percent, own.smallest_interval)
            say.plain("  " + say.words("audit-estimate", name=own.name, draws=own.draws, low=low,
                                       high=high))
