"""The command line: parse, call, print. No logic of its own.

The commands are built for one language, because help texts are part of what a coordinator reads.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sortition import __version__, dutch_click, messages
from sortition.objectives import LEVELLED, OBJECTIVES

if TYPE_CHECKING:
    from sortition.distribution import Distribution, Progress
    from sortition.errors import Issue
    from sortition.lottery import Lottery
    from sortition.objectives import Objective
    from sortition.project import Project

__all__ = ["main"]

OK, UNEXPECTED, USAGE, INPUT, INFEASIBLE, UNVERIFIED, OUT_OF_TIME, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 130,
)


class Say:
    """Where words go: results to standard output, everything else to standard error."""

    def __init__(self, language: str, options: dict[str, Any]) -> None:
        self.language = language
        self.json = bool(options.get("as_json"))
        self.quiet = bool(options.get("quiet"))
        self.debug = bool(options.get("debug"))
        self.color = False if options.get("no_color") or "NO_COLOR" in os.environ else None
        self.wrote = False
        self._live = not self.quiet and sys.stderr.isatty()
        self._shown = 0

    def words(self, code: str, **params: Any) -> str:
        """Return a text in the user's language."""
        return messages.text(code, self.language, **params)

    def line(self, code: str, *, bold: bool = False, **params: Any) -> None:
        """Print a text, unless asked to be quiet or to speak JSON."""
        self.plain(self.words(code, **params), bold=bold)

    def plain(self, words: str, *, bold: bool = False) -> None:
        """Print words as they are."""
        self.clear()
        if not self.quiet and not self.json:
            click.secho(words, bold=bold, color=self.color)

    def error(self, words: str) -> None:
        """Print to standard error, always."""
        self.clear()
        click.secho(words, err=True, fg="red", color=self.color)

    def document(self, content: dict[str, Any]) -> None:
        """Print the JSON document, when asked for."""
        if self.json:
            _document(content)

    def progress(self, report: Progress) -> None:
        """Keep one line of progress on a terminal."""
        if not self._live:
            return
        seconds = messages.number(report.seconds, ".1f", self.language)
        words = f"{self.words('progress-' + report.stage)} … {seconds} s"
        click.echo("\r" + words.ljust(self._shown), err=True, nl=False)
        self._shown = len(words)

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", err=True, nl=False)
            self._shown = 0

    def percent(self, chance: float) -> str:
        """Return a chance as people read it."""
        return messages.percent(chance, self.language)

    def points(self, gap: float) -> str:
        """Return a difference between chances, in percentage points."""
        return messages.points(gap, self.language)


def _document(content: dict[str, Any]) -> None:
    """Print one JSON document, with escapes where the encoding lacks a sign."""
    words = json.dumps(content, ensure_ascii=False, indent=1)
    try:
        words.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        words = json.dumps(content, indent=1)
    click.echo(words)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with an exit code of the contract."""
    from sortition.output import patient_streams

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(arguments)
    with patient_streams(), dutch_click.spoken(language):
        code = _run(arguments, language)
    sys.exit(code)


def _run(arguments: Sequence[str], language: str) -> int:
    group = build(language)
    try:
        code = group.main(arguments, "sortition", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        said = _elsewhere(group, error, language)
        said.show()
        if "--json" in arguments:
            words = said.format_message().splitlines()
            _document({"schema": 1, "error": "usage", "message": " ".join(words), "issues": []})
        return USAGE
    return code if isinstance(code, int) else OK


def _elsewhere(
    group: click.Group, error: click.ClickException, language: str
) -> click.ClickException:
    """Return an error that names the commands which do have the option, if there are any."""
    if not isinstance(error, click.NoSuchOption):
        return error
    name = error.option_name
    having = [
        command.name
        for command in group.commands.values()
        if command.name and any(name in parameter.opts for parameter in command.params)
    ]
    if not having:
        return error
    words = messages.text("usage-elsewhere", language, name=name, commands=", ".join(having))
    return click.UsageError(words, error.ctx)


def _language(arguments: Sequence[str]) -> str:
    """Return the language of the last --lang if it stands there, else of the locale."""
    language = messages.language_from_environment()
    for at, word in enumerate(arguments):
        if word.startswith("--lang="):
            wanted = word.removeprefix("--lang=")
        elif word == "--lang" and at + 1 < len(arguments):
            wanted = arguments[at + 1]
        else:
            continue
        if wanted in messages.LANGUAGES:
            language = wanted
    return language


def build(language: str) -> click.Group:
    """Return the commands with their help in one language."""

    def words(code: str) -> str:
        return messages.text(code, language)

    def explained(name: str, examples: Sequence[str]) -> str:
        shown = "\n".join(f"  {line}" for line in examples)
        parts = [words(f"help-{name}"), f"\b\n{words('help-examples')}\n{shown}"]
        if name != "verify":
            parts.insert(1, words("help-draw-rules" if name == "draw" else "help-rules"))
        return "\n\n".join(parts)

    helpful = {
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    }
    group = click.Group(
        "sortition", help=words("help-main"), context_settings=helpful,
        options_metavar=words("meta-options"), subcommand_metavar=words("meta-command"),
    )
    click.version_option(__version__, help=words("help-version"))(group)

    def option(*names: str, **kind: Any) -> Callable[[Any], Any]:
        text_code = "help-" + names[0].removeprefix("--")
        return click.option(*names, help=words(text_code), **kind)

    def number(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        if value is not None and math.isnan(value):
            raise click.BadParameter(words("usage-time-limit"))
        return value

    group.params.insert(0, click.Option(
        ["--lang"], type=click.Choice(messages.LANGUAGES), help=words("help-lang")
    ))
    common = [
        option("--lang", type=click.Choice(messages.LANGUAGES)),
        option("--json", "as_json", is_flag=True),
        option("--quiet", is_flag=True),
        option("--no-color", is_flag=True),
        option("--debug", is_flag=True),
    ]
    asked = [
        click.argument("rules", metavar=words("meta-people")),
        click.argument("quotas", metavar=words("meta-quotas"), required=False),
    ]
    drawn_from = [
        click.argument("rules", metavar=words("meta-folder")),
        click.argument("quotas", metavar=words("meta-rehearsal"), required=False),
    ]
    rules = [
        option("--size", metavar="N"),
        option("--id", "id_column", metavar=words("meta-column")),
        option("--household", metavar=words("meta-columns")),
        option("--per-household", type=click.IntRange(min=1), metavar="N"),
    ]
    engine = [
        option("--objective", type=click.Choice([*OBJECTIVES, "custom"])),
        option("--gamma", metavar="G"),
        option("--chances", metavar=words("meta-file")),
        option("--balance", metavar=words("meta-columns"), multiple=True),
        option("--tickets", type=click.IntRange(min=1, max=1_000_000), metavar="M"),
        option("--time-limit", type=click.FloatRange(min=0), metavar="S",
               callback=number),
    ]
    out = [option("--out", metavar=words("meta-folder")), option("--force", is_flag=True)]

    def command(
        name: str, run: Callable[..., int], options: list[Callable[[Any], Any]], *examples: str
    ) -> None:
        def guarded(**given: Any) -> int:
            above = click.get_current_context().parent
            if given["lang"] is None and above is not None:  # sortition --lang nl check …
                given["lang"] = above.params.get("lang")
            return _guarded(run, Say(language, given), given)

        for decorate in reversed(options):
            guarded = decorate(guarded)
        group.add_command(
            click.command(name, help=explained(name, examples),
                          short_help=words(f"help-{name}"), context_settings=helpful,
                          options_metavar=words("meta-options"))(guarded)
        )

    command(
        "check", _check, [*asked, *rules, *common],
        "sortition check people.csv quotas.csv --size 24 --household street,postcode",
    )
    command(
        "lottery", _lottery, [*asked, *rules, *engine, *out, *common],
        "sortition lottery people.csv quotas.csv --size 24 --out lottery",
        "sortition lottery project.toml --out lottery --lang nl",
    )
    command(
        "draw", _draw,
        [*drawn_from, option("--ticket", type=int, metavar=words("meta-number")),
         option("--seed", metavar=words("meta-text")),
         option("--pool", metavar=words("meta-file")), *rules, *engine, *out, *common],
        "sortition draw lottery --ticket 417",
        'sortition draw lottery --seed "1 March 2026: 3 14 15 92"',
        "sortition draw people.csv quotas.csv --size 24 --out rehearsal",
    )
    command(
        "verify", _verify, [click.argument("folder", metavar=words("meta-folder")), *common],
        "sortition verify lottery",
    )
    return group


def _guarded(run: Callable[..., int], say: Say, given: dict[str, Any]) -> int:
    """Run a command; turn every error into words and an exit code."""
    from sortition.errors import InfeasibleError, InputError, SolverError, VerificationError

    try:
        return run(say, **given)
    except InputError as error:
        _issues(say, error.issues, error.code)
        say.error(say.words("input-count", count=len(error.issues)))
        return INPUT
    except InfeasibleError as error:
        say.error(say.words(error.code))
        if error.diagnosis:
            say.error(say.words("infeasible-shown"))
        _issues(say, error.diagnosis, error.code)
        return INFEASIBLE
    except VerificationError as error:
        words = say.words(error.code, **error.params)
        say.error(words)
        say.document({"schema": 1, "error": error.code, "message": words, "issues": []})
        return UNVERIFIED
    except SolverError as error:
        return _unexpected(say, error, say.words(error.code, **error.params))
    except KeyboardInterrupt:
        code = "interrupted-written" if say.wrote else "interrupted"
        say.error(say.words(code))
        say.document({"schema": 1, "error": "interrupted", "message": say.words(code),
                      "issues": []})
        return INTERRUPTED
    except click.ClickException:
        raise
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback unasked
        return _unexpected(say, error, type(error).__name__)


def _unexpected(say: Say, error: Exception, kind: str) -> int:
    if say.debug:
        traceback.print_exception(error)
    words = say.words("unexpected-written" if say.wrote else "unexpected", kind=kind)
    say.error(words)
    say.document({"schema": 1, "error": "unexpected", "message": words, "issues": []})
    return UNEXPECTED


def _issues(say: Say, issues: Sequence[Issue], code: str) -> None:
    """Print issues, at most fifty in full, or as JSON."""
    most = 50
    for issue in issues[:most]:
        say.error(messages.render_issue(issue, say.language))
    if len(issues) > most:
        say.error("…")
    shown = [issue.to_dict(say.language) for issue in issues]
    say.document({"schema": 1, "error": code, "issues": shown})


# -- the commands --------------------------------------------------------------------------------


def _project(say: Say, given: dict[str, Any]) -> Project:
    """Return the rules from the command's words; an option given wins over the project file."""
    from dataclasses import replace

    from sortition.project import Project, project_language, read_project

    size = _size(say, given["size"])
    household = given["household"]
    stated: dict[str, Any] = {
        "size": size,
        "id": given["id_column"],
        "household": tuple(name.strip() for name in household.split(",")) if household else None,
        "objective": given.get("objective"),
        "tickets": given.get("tickets"),
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    if given["rules"].lower().endswith(".toml") and not given["quotas"]:
        if given["lang"] is None:
            say.language = project_language(given["rules"]) or say.language
        return replace(read_project(given["rules"], list(OBJECTIVES)), **stated)
    if not given["quotas"]:
        raise click.UsageError(say.words("usage-quotas"))
    if size is None:
        raise click.UsageError(say.words("usage-size"))
    return Project(pool=given["rules"], quotas=given["quotas"], **stated)


def _size(say: Say, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    low, dash, high = (part.strip() for part in value.replace("–", "-").partition("-"))
    if low.isascii() and low.isdigit() and (not dash or (high.isascii() and high.isdigit())):
        return int(low), int(high if dash else low)
    raise click.UsageError(say.words("usage-size-form", value=value))


def _check(say: Say, **given: Any) -> int:
    from sortition.panels import any_panel
    from sortition.problem import compile as compile_problem

    project = _project(say, given)
    pool, quotas = _read(project, given)
    problem = compile_problem(pool, quotas)
    _understood(say, project, pool, quotas, problem)
    any_panel(problem)
    say.line("panel-exists", bold=True)
    low, high = quotas.size
    say.document({
        "schema": 1, "pool": len(pool), "types": problem.types,
        "size": low if low == high else [low, high], "quotas": len(quotas.quotas),
        "feasible": True,
    })
    return OK


def _understood(say: Say, project: Project, pool: Any, quotas: Any, problem: Any) -> None:
    """Say what was read and how it was understood."""
    import numpy as np

    low, high = quotas.size
    say.line("read-people", people=len(pool), types=problem.types, file=project.pool)
    say.line("read-quotas", quotas=len(quotas.quotas), features=", ".join(quotas.features),
             size=low if low == high else f"{low}–{high}", file=project.quotas)
    if pool.id_column:
        say.line("read-ids", column=pool.id_column)
    else:
        say.line("read-ids-rows")
    used = {pool.feature(name) for name in quotas.features} | {pool.id_column}
    unused = [c for c in pool.table.columns if c not in used | set(pool.household_columns)]
    if unused:
        say.line("read-unused", columns=", ".join(unused))
    if pool.household_columns:
        sizes = np.bincount(pool.household)
        say.line("households", count=int((sizes > 1).sum()), most=quotas.per_household)
    else:
        say.line("household-hint")


def _read(project: Project, given: dict[str, Any]) -> tuple[Any, Any]:
    """Return pool and quotas, with what the command line says about households."""
    from dataclasses import replace

    pool, quotas = project.read()
    if given["per_household"] is not None:
        quotas = replace(quotas, per_household=given["per_household"])
    return pool, quotas


def _objective(say: Say, project: Project, pool: Any, given: dict[str, Any]) -> Objective:
    """Return the objective with what it needs to know."""
    from sortition.objectives import BALANCED, Custom, Goldilocks

    name, gamma, chances = project.objective or "leximin", given["gamma"], given["chances"]
    if chances and name != "custom":
        raise click.UsageError(say.words("usage-chances-only"))
    if name == "custom":
        from sortition.chances import read_chances

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


def _make(say: Say, project: Project, given: dict[str, Any]) -> tuple[Any, Lottery, bool]:
    """Return pool, lottery and whether it was finished in time."""
    from sortition.distribution import find_distribution
    from sortition.errors import TimeLimitError
    from sortition.lottery import to_lottery
    from sortition.problem import compile as compile_problem

    pool, quotas = _read(project, given)
    objective = _objective(say, project, pool, given)
    problem = compile_problem(pool, quotas)
    _understood(say, project, pool, quotas, problem)
    finished = True
    try:
        fair = find_distribution(
            problem, objective, time_limit=given["time_limit"], progress=say.progress
        )
    except TimeLimitError as error:
        fair, finished = error.distribution, False
        say.error(say.words("time-out"))
    lottery = to_lottery(fair, project.tickets or 1000)
    if given["balance"]:
        from sortition.balance import balanced

        over = [[name.strip() for name in names.split(",")] for names in given["balance"]]
        lottery = balanced(lottery, pool, over)
    _fairness(say, fair, lottery)
    return pool, lottery, finished


def _fairness(say: Say, fair: Distribution, lottery: Lottery) -> None:
    """Say how fair the lottery is and how near to the optimum."""
    able = fair.chance[fair.selectable]
    count = len(fair.chance)
    out = count - len(able)
    if out:
        say.line("could-serve-not", count=out)
        for group in fair.unselectable:
            most = 10
            ids = ", ".join([*group.ids[:most], *(["…"] if len(group.ids) > most else [])])
            names = [n if n != "(household)" else say.words("rule-household")
                     for n in group.rules]
            because = say.words("could-serve-not-because", ids=ids, rules="; ".join(names))
            say.plain(f"  {because if names else ids}")
    equal = fair.problem.size / count
    say.line("chances-line", bold=True, least=say.percent(able.min()),
             most=say.percent(able.max()), equal=say.percent(equal))
    certificate = fair.certificate
    if certificate.objective in LEVELLED:
        code = "optimum-line" if certificate.proven else "optimum-open"
        say.line(code, bound=say.percent(certificate.bound), gap=say.points(certificate.gap))
    else:
        code = "objective-line" if certificate.proven else "objective-open"
        say.line(code, objective=certificate.objective, gap=certificate.gap)
    if len(lottery.tickets) == 1:
        say.line("tickets-one")
    else:
        say.line("tickets-line", tickets=len(lottery.tickets), loss=round(lottery.loss, 2))
    for part in lottery.balance:
        say.line("balance-line", over=" × ".join(part.over), before=round(part.before, 2),
                 after=round(part.after, 2), floor=round(part.floor, 2))


def _source(project: Project, pool: Any, folder: str, language: str) -> dict[str, Any]:
    """Return where the drawn rows can be found again, relative to the folder, and the language."""
    import hashlib

    return {
        "file": os.path.relpath(project.pool, folder),
        "sha256": hashlib.sha256(Path(project.pool).read_bytes()).hexdigest(),
        "id": pool.id_column,
        "household": list(pool.household_columns),
        "lang": language,
    }


def _out(say: Say, given: dict[str, Any]) -> str:
    if not given["out"]:
        raise click.UsageError(say.words("out-missing"))
    return str(given["out"])


def _files(
    say: Say, lottery: Lottery, project: Project, pool: Any, folder: str
) -> dict[str, bytes]:
    from sortition.published import draws_so_far
    from sortition.record import lottery_files
    from sortition.report import page

    source = _source(project, pool, folder, say.language)
    files = lottery_files(lottery, source, earlier=draws_so_far(folder))
    return files | {"report.html": page(files, say.language)}


def _lottery(say: Say, **given: Any) -> int:
    from sortition.output import refuse_taken, write_files
    from sortition.record import DRAW_FILES, LOTTERY_FILES, summary

    folder = _out(say, given)
    project = _project(say, given)
    refuse_taken(folder, [*LOTTERY_FILES, *DRAW_FILES], force=given["force"])
    pool, lottery, finished = _make(say, project, given)
    files = _files(say, lottery, project, pool, folder)
    # A panel drawn from another lottery must not lie beside this one.
    written = write_files(folder, files, force=given["force"], remove=DRAW_FILES)
    _wrote(say, written)
    shown = _shown(folder)
    if not finished:
        say.line("next-again")
    elif len(lottery.tickets) == 1:
        say.line("next-draw-one", folder=shown)
    else:
        say.line("next-draw", last=len(lottery.tickets) - 1, folder=shown)
    say.line("next-verify", folder=shown)
    say.document(summary(lottery))
    return OK if finished else OUT_OF_TIME


def _shown(folder: str) -> str:
    """Return a folder as it can be pasted behind a command."""
    return shlex.quote(os.path.normpath(folder))


def _wrote(say: Say, written: Sequence[Path]) -> None:
    say.wrote = True
    say.line("written")
    for path in written:
        say.plain(f"  {os.path.normpath(path)}")


def _draw(say: Say, **given: Any) -> int:
    from sortition.errors import InputError, Issue

    if given["ticket"] is not None and given["seed"] is not None:
        raise click.UsageError(say.words("usage-one-source"))
    if given["seed"] is not None and not given["seed"].strip():
        raise click.UsageError(say.words("usage-seed-blank"))
    if given["seed"] is not None and any("\ud800" <= sign <= "\udfff" for sign in given["seed"]):
        raise InputError([Issue("seed-not-text", {}, suggestion="seed-plain")])
    if Path(given["rules"]).is_dir():
        return _draw_published(say, **given)
    if not given["quotas"]:
        if not Path(given["rules"]).exists():
            raise InputError([Issue("folder-missing", {}, given["rules"], suggestion="check-path")])
        if not given["rules"].lower().endswith(".toml") and given["size"] is None:
            raise InputError(
                [Issue("folder-is-file", {}, given["rules"], suggestion="name-folder")]
            )
    if given["pool"] is not None:
        raise click.UsageError(say.words("usage-pool"))
    return _draw_in_one(say, **given)


def _draw_in_one(say: Say, **given: Any) -> int:
    """Make a lottery and draw from it at once: a first try."""
    from sortition.draw import draw
    from sortition.output import refuse_taken, write_files
    from sortition.record import DRAW_FILES, LOTTERY_FILES, draw_files, summary
    from sortition.report import page

    folder = _out(say, given)
    project = _project(say, given)
    refuse_taken(folder, [*LOTTERY_FILES, *DRAW_FILES], force=given["force"])
    pool, lottery, finished = _make(say, project, given)
    _ticket_in_range(given["ticket"], len(lottery.tickets))
    # Nobody could see this lottery before its draw, so it is a rehearsal whatever the source.
    drawn = draw(lottery, ticket=given["ticket"], seed=given["seed"], rehearsal=True)
    files = _files(say, lottery, project, pool, folder)
    files |= draw_files(files, drawn, pool.table, pool.ids_by_row)
    files |= {"report.html": page(files, say.language)}
    written = write_files(folder, files, force=given["force"])
    say.wrote = True
    say.line("drawn-line", bold=True, ticket=drawn.ticket, people=len(drawn.panel.ids))
    say.line("rehearsal-line")
    _wrote(say, written)
    say.line("next-verify", folder=_shown(folder))
    say.document(summary(lottery) | {"draw": drawn.to_dict(), "panel": list(drawn.panel.ids)})
    return OK if finished else OUT_OF_TIME


# What says how a lottery is made, and so nothing to a draw from one that is there.
_MAKING = {
    "out": "--out", "size": "--size", "id_column": "--id", "household": "--household",
    "tickets": "--tickets", "objective": "--objective", "time_limit": "--time-limit",
    "gamma": "--gamma", "chances": "--chances", "per_household": "--per-household",
    "balance": "--balance",
}


def _draw_published(say: Say, **given: Any) -> int:
    """Draw from a folder that ``lottery`` wrote."""
    from sortition.output import refuse_taken, write_files
    from sortition.published import lottery_record, open_lottery
    from sortition.record import DRAW_FILES

    folder = given["rules"]
    extra = [shown for name, shown in _MAKING.items() if given[name] not in (None, ())]
    extra += [given["quotas"]] if given["quotas"] else []
    if extra:
        raise click.UsageError(say.words("usage-no-effect", options=", ".join(extra)))
    if given["ticket"] is None and given["seed"] is None:
        raise click.UsageError(say.words("usage-source"))
    source = lottery_record(folder).get("source")
    if given["lang"] is None and isinstance(source, dict):  # as the lottery was made
        language = source.get("lang")
        say.language = language if language in messages.LANGUAGES else say.language
    published = open_lottery(folder, given["pool"], force=given["force"])
    _ticket_in_range(given["ticket"], published.tickets)
    refuse_taken(folder, DRAW_FILES, force=given["force"])
    if not published.proven:
        say.error(say.words("unproven"))
    drawn, files = published.draw(given["ticket"], given["seed"], say.language)
    written = write_files(folder, files, force=True)
    say.wrote = True
    say.line("drawn-line", bold=True, ticket=drawn.ticket, people=len(drawn.panel.ids))
    _wrote(say, written)
    say.line("next-verify", folder=_shown(folder))
    say.document({
        "schema": 1, "draw": drawn.to_dict(), "panel": list(drawn.panel.ids),
        "lottery_sha256": drawn.lottery_sha256,
    })
    return OK


def _ticket_in_range(ticket: int | None, count: int) -> None:
    from sortition.errors import InputError, Issue

    if ticket is not None and not 0 <= ticket < count:
        params = {"ticket": ticket, "last": count - 1}
        raise InputError([Issue("ticket-out-of-range", params)])


def _verify(say: Say, folder: str, **_: Any) -> int:
    from sortition.errors import InputError, Issue
    from sortition.published import lottery_record
    from sortition.verify import verify_folder

    if Path(folder).is_file():
        raise InputError([Issue("folder-is-file", {}, folder, suggestion="name-folder")])
    if not Path(folder).is_dir():
        raise InputError([Issue("folder-missing", {}, folder, suggestion="check-path")])
    result = verify_folder(folder)
    unchecked = False
    for step in result.steps:
        open_ = step.ok and step.code == "verify-proof-none"
        unchecked = unchecked or open_
        sign = "–" if open_ else "✓" if step.ok else "✗"
        line = f"{step.number}. {sign} {say.words(step.code, **step.params)}"
        if step.ok:
            say.plain(line)
        else:
            say.error(line)
    if not result.ok:
        say.line("not-verified", bold=True)
    else:
        say.line("verified-but-proof" if unchecked else "verified", bold=True)
        if (lottery_record(folder).get("draw") or {}).get("rehearsal"):
            say.line("rehearsal-line")
    say.document({
        "schema": 1, "ok": result.ok,
        "steps": [
            {"number": step.number, "ok": step.ok, "code": step.code,
             "message": say.words(step.code, **step.params)}
            for step in result.steps
        ],
    })
    return OK if result.ok else UNVERIFIED
