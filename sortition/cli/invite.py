"""``sortition invite``: letters from a register, and everybody's chance of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say
from sortition.process.invitations.choices import NO_ADDRESS, SPREADS

if TYPE_CHECKING:
    from sortition.process.invitations.invitation import Invitation
    from sortition.process.invitations.invite import Invited

__all__ = ["command", "rates"]

_MOST_REGIONS = 30  # told one by one


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "invite", _invite,
        [options.argument(language, "register", "meta-register", "argument-register"),
         options.option(language, "--letters", type=click.IntRange(min=1), metavar="N"),
         options.option(language, "--reserves", type=click.IntRange(min=0), metavar="N"),
         options.option(language, "--region", metavar=words("meta-column")),
         options.option(language, "--spread", type=click.Choice(SPREADS)),
         options.option(language, "--floor", type=click.IntRange(min=0), metavar="N"),
         options.option(language, "--address", metavar=words("meta-columns")),
         options.option(language, "--no-address", type=click.Choice(NO_ADDRESS)),
         options.option(language, "--only", metavar=words("meta-only"), multiple=True),
         options.option(language, "--areas", metavar=words("meta-areas")),
         options.option(language, "--areas-share", metavar="20%"),
         options.option(language, "--response", metavar=words("meta-rates"), multiple=True),
         click.option("--id", metavar=words("meta-column"), help=words("help-invite-id")),
         click.option("--seed", metavar=words("meta-text"), help=words("help-invite-seed")),
         *options.out(language)],
        "sortition invite register.csv --letters 10000 --region gemeente"
        " --address postcode,huisnummer --seed '1 March 2026' --out letters",
        "sortition invite project.toml --out letters",
        about="help-invite-register",
    )


def _invite(say: Say, **given: Any) -> int:
    import secrets
    from dataclasses import replace

    from sortition.output import refuse_taken
    from sortition.process.invitations.invite import FILES, invite, invited_files, record_of

    folder = making.out(say, given)
    refuse_taken(folder, FILES, force=given["force"])
    asked, register = _asked(say, given)
    checkable = bool(asked.seed.strip())
    if not checkable:
        asked = replace(asked, seed=secrets.token_hex(32))
    invited = invite(register, asked)
    files = invited_files(invited)
    _told(say, invited)
    if not checkable:
        say.error(say.words("invite-no-seed"))
    written = say.write(folder, files, force=given["force"])
    say.line("invite-private", file=str(written[0]), bold=True)
    say.document(record_of(invited) | {"checkable": checkable})
    return OK


def _asked(say: Say, given: dict[str, Any]) -> tuple[Invitation, str]:
    """Return what is asked, by the file or by options, which win over the file."""
    from sortition.process.invitations.invitation import invitation

    values: dict[str, Any] = {}
    file = None
    if given["register"].lower().endswith(".toml"):
        file = given["register"]
        values = rules.section(say, file, "invite", lang=given["lang"])
    else:
        values["register"] = given["register"]
    for key in ("letters", "reserves", "region", "spread", "floor", "no_address", "id", "seed"):
        if given[key] is not None:
            values[key] = given[key]
    if given["address"] is not None:
        values["address"] = options.listed(given["address"])
    if given["only"]:
        values["only"] = dict(_some(say, words, "usage-only") for words in given["only"])
    if (given["areas"] is None) != (given["areas_share"] is None):
        raise click.UsageError(say.words("usage-areas"))
    if given["areas"] is not None:
        column, names = _some(say, given["areas"], "usage-areas")
        values["areas"] = {"column": column, "values": names, "share": given["areas_share"]}
    if given["response"]:
        values["response"] = dict(rates(say, words) for words in given["response"])
    if file is None and "letters" not in values:
        raise click.UsageError(say.words("usage-letters"))
    return invitation(values, file)


def _some(say: Say, words: str, code: str) -> tuple[str, list[str]]:
    """Return a column and some of its values from ``column=value,value``."""
    column, sign, names = words.partition("=")
    if not sign:
        raise click.UsageError(say.words(code))
    return column.strip(), options.listed(names)


def rates(say: Say, words: str) -> tuple[str, dict[str, str]]:
    """Return a column and its rates from ``column: value=rate, value=rate``."""
    column, sign, rest = words.partition(":")
    pairs = [pair.rpartition("=") for pair in rest.split(",")]
    if not sign or not all(middle for _, middle, _ in pairs):
        raise click.UsageError(say.words("usage-response", value=words))
    return column.strip(), {value.strip(): rate for value, _, rate in pairs}


def _told(say: Say, invited: Invited) -> None:
    """Say how letters were divided and how likely one is."""
    from sortition.process.invitations.invite import record_of

    record = record_of(invited)
    say.line("invite-read", people=record["people"], homes=record["homes"])
    if record["no_address"]:
        code = "invite-left-out" if record["no_address_are"] == "left-out" else "invite-alone"
        say.line(code, count=record["no_address"])
    chances = invited.division.chances().values()
    say.line("invite-drawn", letters=record["letters"], reserves=record["reserves"], bold=True)
    if invited.asked.region:
        regions = list(record["regions"].items())
        for region, count in regions[:_MOST_REGIONS]:
            say.plain(f"  {region}: {count}")
        if len(regions) > _MOST_REGIONS:
            say.plain("  …")
    if record["areas"]:
        say.line("invite-in-areas", count=record["areas"]["letters"])
    if record["lacking"]:
        say.line("invite-lacking", count=record["lacking"])
    say.line("invite-chances" if record["exact"] else "invite-chances-about",
             least=say.percent(float(min(chances))), most=say.percent(float(max(chances))))
