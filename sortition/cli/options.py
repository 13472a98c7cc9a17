"""The options that commands share, and how a command is put together, in one language.

Help texts are part of what a coordinator reads, so that commands are built for a language.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli.guard import guarded
from sortition.cli.say import Say
from sortition.engine.objectives import OBJECTIVES
from sortition.people.choices import CHOICES, CSV

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = [
    "HELPFUL",
    "MAKING",
    "Argument",
    "Decorator",
    "argument",
    "asked",
    "command",
    "drawn_from",
    "engine",
    "listed",
    "option",
    "out",
    "panel_csv",
    "rules",
    "time_limit",
    "words",
]

HELPFUL = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

Decorator = Callable[[Any], Any]

# What says how a lottery is made, and so nothing to a draw from one that is there.
MAKING = {
    "out": "--out", "size": "--size", "id_column": "--id", "household": "--household",
    "tickets": "--tickets", "objective": "--objective", "time_limit": "--time-limit",
    "gamma": "--gamma", "chances": "--chances", "per_household": "--per-household",
    "balance": "--balance", "exact": "--exact", "sheet": "--sheet", "exclude": "--exclude",
    "already_selected": "--already-selected", "duplicates": "--duplicates",
    "include": "--include", "phase": "--phase",
}


# Metavars behind which a file or a folder stands.
_PLACES = ("meta-file", "meta-folder", "meta-people", "meta-quotas", "meta-rehearsal",
           "meta-settings")


class _Place(click.types.StringParamType):
    """A text that a shell completes as it completes a file; looked at by the commands alone."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leave it to the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class Argument(click.Argument):
    """An argument that says what stands there; not in the way of click, whose versions differ."""

    def __init__(self, *names: Any, about: str, **kind: Any) -> None:
        super().__init__(*names, **kind)
        self.about = about

    def help_record(self) -> tuple[str, str]:
        """Return the word that stands for it, and what it is."""
        return (self.metavar or self.human_readable_name).strip("[]| "), self.about


class _Command(click.Command):
    """A command whose help has a section on its arguments, before that on its options."""

    heading = ""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both sections."""
        rows = [own.help_record() for own in self.params if isinstance(own, Argument)]
        if rows:
            with formatter.section(self.heading):
                formatter.write_dl(rows)
        super().format_options(ctx, formatter)


def words(language: str) -> Callable[[str], str]:
    """Return the function from code to text in this language."""
    return lambda code: messages.text(code, language)


def listed(names: str | None) -> list[str]:
    """Return what stands between commas; nothing where nothing was said."""
    return [name.strip() for name in names.split(",")] if names else []


def option(language: str, *names: str, **kind: Any) -> Decorator:
    """Return an option whose help is the text ``help-NAME``."""
    text_code = "help-" + names[0].removeprefix("--")
    return click.option(*names, help=messages.text(text_code, language), **kind)


def argument(language: str, name: str, meta: str, code: str, **kind: Any) -> Decorator:
    """Return an argument with the word that stands for it and a line of help, both by code."""
    say = words(language)
    return click.argument(name, cls=Argument, metavar=say(meta), about=say(code), **kind)


def asked(language: str) -> list[Decorator]:
    """Return the arguments RULES, or POOL and QUOTAS."""
    return [
        argument(language, "rules", "meta-people", "argument-people"),
        argument(language, "quotas", "meta-quotas", "argument-quotas", required=False),
    ]


def drawn_from(language: str) -> list[Decorator]:
    """Return the arguments FOLDER, or RULES for a rehearsal."""
    return [
        argument(language, "rules", "meta-folder", "argument-folder"),
        argument(language, "quotas", "meta-rehearsal", "argument-rehearsal", required=False),
    ]


def rules(language: str) -> list[Decorator]:
    """Return the options that say how people and quotas are read."""
    say = words(language)
    return [
        option(language, "--size", metavar="N"),
        option(language, "--id", "id_column", metavar=say("meta-column")),
        option(language, "--household", metavar=say("meta-columns"), multiple=True),
        option(language, "--per-household", type=click.IntRange(min=1), metavar="N"),
        option(language, "--sheet", metavar=say("meta-text")),
        option(language, "--exclude", metavar=say("meta-file"), multiple=True),
        option(language, "--already-selected", metavar=say("meta-file")),
        option(language, "--duplicates", type=click.Choice(CHOICES)),
        option(language, "--include", metavar="ID,ID"),
        option(language, "--phase", metavar=say("meta-text")),
    ]


def engine(language: str) -> list[Decorator]:
    """Return the options that say which lottery is made."""
    say = words(language)
    return [
        option(language, "--objective", type=click.Choice([*OBJECTIVES, "custom"])),
        option(language, "--gamma", metavar="G"),
        option(language, "--chances", metavar=say("meta-file")),
        option(language, "--balance", metavar=say("meta-columns"), multiple=True),
        option(language, "--exact", is_flag=True),
        option(language, "--tickets", type=click.IntRange(min=1, max=100_000), metavar="M"),
        time_limit(language),
    ]


def time_limit(language: str) -> Decorator:
    """Return the option that ends long work."""
    return option(language, "--time-limit", type=click.FloatRange(min=0), metavar="S",
                  callback=no_nan(language))


def no_nan(language: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    """Return what refuses ``nan`` as a number of seconds, which lies in any range for click."""

    def number(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        if value is not None and math.isnan(value):
            raise click.BadParameter(messages.text("usage-time-limit", language))
        return value

    return number


def out(language: str, place: str | None = None) -> list[Decorator]:
    """Return the options that say where files go: into a folder, or another place."""
    return [
        option(language, "--out", metavar=place or words(language)("meta-folder")),
        option(language, "--force", is_flag=True),
        option(language, "--dry-run", is_flag=True),
    ]


def panel_csv(language: str) -> Decorator:
    """Return the option that says for whom the panel is written as text."""
    return option(language, "--csv", type=click.Choice(CSV))


def command(
    language: str, name: str, run: Callable[..., int], parameters: Sequence[Decorator],
    *examples: str, about: str | None = "help-rules",
) -> click.Command:
    """Return a command: parameters in, an exit code out, with what every command has.

    Parameters
    ----------
    language
        Of the help.
    name
        Of the command; its help is the text ``help-NAME``.
    run
        Called with a `Say` and the parameters by name.
    parameters
        Arguments and options besides those common to all.
    examples
        Lines to show under the help.
    about
        A text on the arguments, shown between help and examples; None for none.
    """
    say = words(language)
    common = [
        option(language, "--lang", type=click.Choice(messages.LANGUAGES)),
        option(language, "--json", "as_json", is_flag=True),
        option(language, "--quiet", is_flag=True),
        option(language, "--no-color", is_flag=True),
        option(language, "--debug", is_flag=True),
    ]

    def callback(**given: Any) -> int:
        above = click.get_current_context().parent
        if given["lang"] is None and above is not None:  # sortition --lang nl check …
            given["lang"] = above.params.get("lang")
        return guarded(run, Say(language, given), given)

    for decorate in reversed([*parameters, *common]):
        callback = decorate(callback)
    shown = "\n".join(f"  {line}" for line in examples)
    parts = [say(f"help-{name}"), *([say(about)] if about else []),
             f"\b\n{say('help-examples')}\n{shown}"]
    places = {say(code) for code in _PLACES}
    made: _Command = click.command(
        name, cls=_Command, help="\n\n".join(parts), short_help=say(f"help-{name}"),
        context_settings=HELPFUL, options_metavar=say("meta-options"),
    )(callback)
    made.heading = say("help-arguments")
    for parameter in made.params:
        if parameter.metavar in places and parameter.type is click.STRING:
            parameter.type = _Place()
    return made
