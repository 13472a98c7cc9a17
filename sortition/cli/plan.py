"""``sortition plan``: how many letters to whom, and who is missing while sign-ups come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli import invite, missing, options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.people.pool import Pool
    from sortition.process.kinds import Kinds
    from sortition.process.plan import Outlook, Plan
    from sortition.process.planning import Planning
    from sortition.process.pools import Interval
    from sortition.process.stages import Stages
    from sortition.rules.quotas import Quotas

__all__ = ["command"]

_FILES = ("plan.json", "letters-per-group.csv", "serving.csv", *missing.FILES)
_MOST_GROUPS = 40  # told one by one
_STAGES = 200  # pools in which a lottery is made


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    file = words("meta-file")
    return options.command(
        language, "plan", _plan,
        [options.argument(language, "rules", "meta-plan", "argument-plan"),
         options.option(language, "--size", metavar="N"),
         options.option(language, "--rate", metavar="4.5%"),
         click.option("--response", metavar=words("meta-rates"), multiple=True,
                      help=words("help-plan-response")),
         options.option(language, "--by", metavar=words("meta-columns")),
         click.option("--population", metavar=file, help=words("help-plan-population")),
         click.option("--letters", type=click.IntRange(min=1), metavar="N",
                      help=words("help-plan-letters")),
         options.option(language, "--confidence", metavar="95%"),
         click.option("--people", metavar=file, help=words("help-plan-people")),
         options.option(language, "--to-come", metavar="40%"),
         options.option(language, "--both-stages", is_flag=True),
         options.option(language, "--simulations", type=click.IntRange(1, 1_000_000), metavar="N"),
         click.option("--seed", metavar=words("meta-text"), help=words("help-plan-seed")),
         options.option(language, "--jobs", type=click.IntRange(1, 1024), metavar="N"),
         *options.out(language)],
        "sortition plan quotas.csv --size 24 --rate 4.5% --by gemeente",
        "sortition plan quotas.csv --size 24 --rate 4.5% --letters 2000 --people people.csv"
        " --to-come 40%",
        about="help-plan-rules",
    )


def _plan(say: Say, **given: Any) -> int:
    from sortition.output import refuse_taken
    from sortition.process.kinds import kinds_of
    from sortition.process.plan import plan, who_is_missing
    from sortition.process.stages import both_stages
    from sortition.rules.populations import read_populations

    if given["out"]:
        refuse_taken(given["out"], _FILES, force=given["force"])
    asked = _asked(say, given)
    if given["people"] and asked.letters is None:
        raise click.UsageError(say.words("usage-plan-people"))
    quotas, pool = _rules(say, given, asked)
    population = asked.population and read_populations(asked.population, quotas.features)
    kinds = kinds_of(quotas, asked.rate, asked.response, asked.by, population or None)
    jobs = given["jobs"] or 1
    if pool is not None:
        missing.refuse_strangers(pool, quotas)
        now = kinds.counts(pool)
        planned = plan(kinds, letters=asked.letters, simulations=1, seed=asked.seed)
        arrivals = who_is_missing(
            kinds, now, planned.letters, asked.to_come, simulations=asked.simulations,
            seed=asked.seed, jobs=jobs, progress=say.progress,
        )
        rows = missing.rows_of(kinds, arrivals)
        missing.told(say, rows, arrivals)
        _possible(say, arrivals.outlook)
        document = _data(kinds, arrivals.outlook) | {
            "people": rows[0]["now"], "due": arrivals.due, "possible_now": arrivals.possible_now,
        }
        for own, row in zip(document["rules"], rows, strict=True):
            own |= {name: row[name] for name in ("now", "missing", "part")}
        files = missing.tables(rows)
    else:
        planned = plan(
            kinds, letters=asked.letters, confidence=asked.confidence,
            simulations=asked.simulations, seed=asked.seed, jobs=jobs, progress=say.progress,
        )
        stages = None
        if given["both_stages"]:
            stages = both_stages(
                kinds, planned.letters, simulations=min(_STAGES, asked.simulations),
                seed=asked.seed,
            )
        document = _told(say, planned, asked, stages)
        files = _tables(planned, stages)
    if given["out"]:
        say.write(given["out"], _json(document) | files, force=given["force"])
    say.document(document)
    return OK


def _asked(say: Say, given: dict[str, Any]) -> Planning:
    """Return what is asked, by the file or by options, which win over the file."""
    from sortition.process.planning import planning

    values: dict[str, Any] = {}
    file = None
    if given["rules"].lower().endswith(".toml"):
        file = given["rules"]
        values = rules.section(say, file, "plan", lang=given["lang"])
    asked = {key: given[key] for key in ("rate", "letters", "confidence", "simulations", "seed",
                                         "to_come") if given[key] is not None}
    if given["by"] is not None:
        asked["by"] = options.listed(given["by"])
    if given["response"]:
        asked["response"] = dict(invite.rates(say, words) for words in given["response"])
    if "rate" not in asked and not values:  # by options alone, or a project without [plan]
        raise click.UsageError(say.words("usage-rate"))
    if given["population"] is None:
        return planning(values | asked, file)
    from dataclasses import replace

    values.pop("population", None)
    return replace(planning(values | asked, file), population=given["population"])


def _rules(say: Say, given: dict[str, Any], asked: Planning) -> tuple[Quotas, Pool | None]:
    """Return the quotas, and the sign-ups so far when there are any."""
    from dataclasses import replace

    from sortition.rules.project import Project
    from sortition.rules.quotas import read_quotas
    from sortition.rules.read_project import read_project

    size = None if given["size"] is None else rules.seats(say, given["size"])
    people = given["people"]
    if not given["rules"].lower().endswith(".toml"):
        if size is None:
            raise click.UsageError(say.words("usage-size"))
        if people is None:
            return read_quotas(given["rules"], size), None
        ready = Project(people, given["rules"], size).prepare()
        return ready.quotas, ready.pool
    project = read_project(given["rules"])
    if size is not None:
        project = replace(project, size=size)
    # What is counted per value, such as a spread over municipalities, needs to know which there
    # are: a table of people says so, and sign-ups so far may not.
    counted = None
    if asked.population is not None and project.statements:
        counted = replace(project, pool=asked.population, household=(), columns=(), exclude=(),
                          already_selected=None, id=None, include=(), sheet=None)
    if people is None and not project.statements and project.quotas:
        return read_quotas(project.quotas, project.size), None
    if people is None:
        return (counted or project).prepare().quotas, None
    project = replace(project, pool=people)
    if counted is None:
        ready = project.prepare()
        rules.prepared(say, project, ready)
        return ready.quotas, ready.pool
    return counted.prepare().quotas, project.people()


def _told(
    say: Say, planned: Plan, asked: Planning, stages: Stages | None
) -> dict[str, Any]:
    """Say how many letters and what to expect of them; return it as data."""
    kinds, outlook = planned.kinds, planned.outlook
    total = int(planned.letters.sum())
    if asked.population is None:
        say.line("plan-assumed")
    say.line("plan-letters", letters=total, bold=True)
    groups = list(zip(kinds.groups, planned.letters.tolist(), strict=True))
    if asked.by:
        for name, letters in groups[:_MOST_GROUPS]:
            say.plain(f"  {name}: {letters}")
        if len(groups) > _MOST_GROUPS:
            say.plain("  …")
    _possible(say, outlook)
    if planned.enough is False and all(met.estimate == 1 for met in outlook.met):
        say.error(say.words("plan-never"))  # every group is there in every pool, and no panel
    elif planned.enough is False:
        say.error(say.words("plan-not-enough", wanted=say.percent(asked.confidence)))
    for name, met in zip(kinds.names, outlook.met, strict=True):
        if name and met.estimate < 1:
            say.line("plan-short", name=name, share=say.percent(1 - met.estimate))
    document = _data(kinds, outlook) | {
        "letters": total, "groups": dict(groups), "enough": planned.enough,
    }
    if stages is not None:
        say.line("plan-stages-exact" if stages.exact else "plan-stages", bold=True)
        groups_of_rules = stages.of_groups(kinds.rows)
        for name, serving in zip(kinds.names, groups_of_rules.tolist(), strict=True):
            say.plain(f"  {name or say.words('plan-everyone')}: {say.percent(serving)}")
        document["both_stages"] = {
            "exact": stages.exact, "possible": stages.possible,
            "rules": groups_of_rules.tolist(),
        }
    return document


def _possible(say: Say, outlook: Outlook) -> None:
    """Say how likely a panel is."""
    low, middle, high = outlook.pool
    say.line("plan-pool", low=low, middle=middle, high=high)
    possible = outlook.possible
    say.line("plan-possible", share=say.percent(possible.estimate), low=say.percent(possible.low),
             high=say.percent(possible.high), simulations=outlook.simulations)


def _data(kinds: Kinds, outlook: Outlook) -> dict[str, Any]:
    """Return what to expect as data."""
    return {
        "schema": 1, "possible": _interval(outlook.possible), "simulations": outlook.simulations,
        "pool": list(outlook.pool),
        "rules": [
            {"name": name, "min": lower, "expected": expected, "met": _interval(met)}
            for name, lower, expected, met in zip(
                kinds.names, kinds.lower.tolist(), outlook.expected.tolist(), outlook.met,
                strict=True,
            )
        ],
    }


def _interval(found: Interval) -> dict[str, float]:
    return found._asdict()


def _tables(planned: Plan, stages: Stages | None) -> dict[str, bytes]:
    """Return letters per group, and chances to serve, as tables."""
    from sortition.files.writers import to_csv

    kinds = planned.kinds
    groups = list(zip(kinds.groups, planned.letters.tolist(), strict=True))
    files = {"letters-per-group.csv": to_csv(["group", "letters"], groups).encode()}
    if stages is not None:
        sent = [max(count, 1e-300) for count in stages.sent.tolist()]
        rows = [
            [*own, f"{serving:.12g}", f"{error / letters:.3g}"]
            for own, serving, error, letters in zip(
                kinds.where, stages.serving.tolist(), stages.error.tolist(), sent, strict=True
            )
        ]
        header = [*kinds.quotas.features, "serving", "error"]
        files["serving.csv"] = to_csv(header, rows).encode()
    return files


def _json(document: dict[str, Any]) -> dict[str, bytes]:
    import json

    return {"plan.json": (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()}
