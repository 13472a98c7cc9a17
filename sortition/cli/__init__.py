"""The command line: parse, call, print. No logic of its own.

One module per command; `build` puts them together for one language.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import nullcontext
from importlib import import_module
from itertools import pairwise
from typing import NoReturn

import click

from sortition import __version__, dutch_click, messages
from sortition.cli import options
from sortition.cli.guard import INTERRUPTED, OK, USAGE
from sortition.cli.say import print_document

__all__ = ["build", "main"]

_PARTS = {  # of the list of commands: a heading for each, and the module that makes each command
    "part-rules": {"init": "init", "import": "import_settings", "check": "check",
                   "pseudonymise": "pseudonymise"},
    "part-letters": {"plan": "plan", "invite": "invite"},
    "part-draw": {"lottery": "lottery", "ceremony": "ceremony", "draw": "draw",
                  "verify": "verify", "publish": "publish", "page": "page", "lot": "lot"},
    "part-after": {"explain": "explain", "replace": "replace", "phases": "phases",
                   "members": "members", "served": "served", "purge": "purge"},
    "part-groups": {"meetings": "meetings", "compare": "compare"},
    "part-research": {"audit": "audit", "completion": "completion"},
}
_COMMANDS = {name: module for part in _PARTS.values() for name, module in part.items()}
_OF_A_LOTTERY = {
    "audit", "ceremony", "draw", "explain", "page", "publish", "purge", "replace", "verify",
}
_NO_LOTTERY = {"--out", "--pool"}  # what stands behind these is no lottery to draw from


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with an exit code of the contract."""
    from sortition.output import patient_streams

    # One process, one command, small matrices: threads of the linear algebra would only be started,
    # and what is loaded at the start lives to the end, so that there is little garbage to look for.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000)
    own = arguments is None  # nobody called this function but the operating system
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(arguments)
    # Click writes bytes when a shell asks it to complete a word; nobody reads those.
    streams = nullcontext() if "_SORTITION_COMPLETE" in os.environ else patient_streams()
    with streams, dutch_click.spoken(language):
        code = _run(arguments, language)
    if own:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process at once, where nobody is left to be told.

    Taking apart all that was loaded is a tenth of a short run. Worker processes have to hear of the
    end, and whoever reads what is written here must have all of it.
    """
    if "multiprocessing" in sys.modules:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return
    os._exit(code)


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
            message = " ".join(said.format_message().splitlines())
            print_document({"schema": 1, "error": "usage", "message": message, "issues": []})
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
    """Return the language of the last --lang, else of lottery or project, else of the locale."""
    language = (_language_of_folder(arguments) or _language_of_project(arguments)
                or messages.language_from_environment())
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


def _language_of_folder(arguments: Sequence[str]) -> str | None:
    """Return the language in which the lottery was made that a command is about, if it is."""
    pairs = pairwise(arguments)
    folders = [
        word for before, word in pairs
        if before not in _NO_LOTTERY and not word.startswith("-") and os.path.isdir(word)  # noqa: PTH112 - never raises
    ]
    if not folders or not _OF_A_LOTTERY & set(arguments):
        return None
    from sortition.lots.folder import lottery_record

    source = lottery_record(folders[0]).get("source")
    language = source.get("lang") if isinstance(source, dict) else None
    return language if language in messages.LANGUAGES else None


def _language_of_project(arguments: Sequence[str]) -> str | None:
    """Return the language of a project file, so that errors of usage are in it too."""
    files = [
        word for before, word in pairwise(("", *arguments))
        if not before.startswith("-") and word.lower().endswith(".toml")
    ]
    if not files:
        return None
    from sortition.rules.project_file import project_language

    return project_language(files[0])


def build(language: str) -> click.Group:
    """Return the commands with their help in one language."""
    words = options.words(language)
    group = _Group(
        "sortition", help=words("help-main"), context_settings=options.HELPFUL,
        options_metavar=words("meta-options"), subcommand_metavar=words("meta-command"),
    )
    click.version_option(__version__, help=words("help-version"))(group)
    group.params.insert(0, click.Option(
        ["--lang"], type=click.Choice(messages.LANGUAGES), help=words("help-lang")
    ))
    group.commands = _Commands(language)
    group.headings = {part: words(part) for part in _PARTS}
    return group


class _Group(click.Group):
    """All commands, told in the order in which somebody needs them."""

    headings: dict[str, str]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the name of each command and the first sentence of its help, part by part."""
        widest = max(map(len, self.commands))
        for part, names in _PARTS.items():
            rows = [(name.ljust(widest), _sentence(self.commands[name])) for name in names]
            with formatter.section(self.headings[part]):
                formatter.write_dl(rows)


def _sentence(command: click.Command) -> str:
    """Return the first sentence of what a command does."""
    first, point, _ = (command.short_help or "").partition(". ")
    return first + point.rstrip()


class _Commands(MutableMapping[str, click.Command]):
    """The commands in one language, each made when it is asked for: most runs ask for one."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._made: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._made:
            module = import_module(f"sortition.cli.{_COMMANDS[name]}")
            self._made[name] = module.command(self._language)
        return self._made[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)
