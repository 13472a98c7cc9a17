"""``sortition pseudonymise``: contact data that stay, and a list for the draw without them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import making, options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say, shown

if TYPE_CHECKING:
    from sortition.people.pseudonyms import Split
    from sortition.rules.project import Project

__all__ = ["command"]

_FILES = ("contact.csv", "people.csv")
_ANY_SIZE = (1, 1_000_000)  # the number of seats decides nothing here
_WARNINGS = {"bsn": "kept-bsn", "email": "kept-email", "telephone": "kept-telephone",
             "unique": "kept-unique"}


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "pseudonymise", _pseudonymise,
        [*options.asked(language),
         options.option(language, "--keep", metavar=words("meta-columns")),
         options.option(language, "--household", metavar=words("meta-columns")),
         options.option(language, "--passphrase", metavar=words("meta-file")),
         *options.out(language)],
        "sortition pseudonymise people.csv quotas.csv --household street,postcode --out split",
        "sortition pseudonymise people.csv --keep gender,age --out split",
        "sortition pseudonymise project.toml --passphrase secret.txt --out split",
        about="help-pseudonymise-rules",
    )


def _pseudonymise(say: Say, **given: Any) -> int:
    from sortition.files.readers import read_table
    from sortition.files.writers import to_csv
    from sortition.output import refuse_taken
    from sortition.people.pseudonyms import pseudonymise

    folder = making.out(say, given)
    keep = tuple(options.listed(given["keep"]))
    household = tuple(options.listed(given["household"]))
    refuse_taken(folder, _FILES, force=given["force"])
    project = _project(say, given)
    if project is None and not keep:
        raise click.UsageError(say.words("usage-keep"))
    table, used = project.needs() if project else (read_table(given["rules"]), ())
    household = household or (project.household if project else ())
    split = pseudonymise(table, used, keep, household, _passphrase(given["passphrase"]))
    files = {
        name: to_csv(one.columns, one.rows).encode()
        for name, one in zip(_FILES, (split.contact, split.people), strict=True)
    }
    _said(say, split, household=bool(household))
    written = say.write(folder, files, force=given["force"])
    say.line("split-private", file=str(written[0]), bold=True)
    if project is not None and given["rules"].lower().endswith(".toml"):
        home = Path(given["rules"]).resolve().parent
        listed = Path(os.path.relpath(written[1].resolve(), home)).as_posix()
        say.line("split-next-project", project=given["rules"], file=listed)
        if household:
            say.line("split-next-household")
    else:
        say.line("split-next", file=shown(str(written[1])))
    say.document({
        "schema": 1, "people": len(split.people.rows), "kept": list(split.kept),
        "left_out": list(split.left_out), "unused": list(split.unused),
        "personal": [{"column": column, "kind": kind} for column, kind in split.personal],
        "alone": split.alone, "households": split.households,
    })
    return OK


def _project(say: Say, given: dict[str, Any]) -> Project | None:
    """Return the rules, of which the features matter; None when only columns are named."""
    from sortition.engine.objectives import OBJECTIVES
    from sortition.rules.project import Project
    from sortition.rules.read_project import read_project

    if given["rules"].lower().endswith(".toml") and not given["quotas"]:
        rules.speak(say, given["rules"], given["lang"])
        return read_project(given["rules"], list(OBJECTIVES))
    return Project(given["rules"], given["quotas"], _ANY_SIZE) if given["quotas"] else None


def _passphrase(path: str | None) -> str | None:
    """Return what a file holds: on the command line others could read it."""
    from sortition.errors import InputError, Issue

    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError):
        raise InputError([Issue("file-missing", {}, path, suggestion="check-path")]) from None


def _said(say: Say, split: Split, *, household: bool) -> None:
    """Say what went where, and what should perhaps not have gone there."""
    say.line("split-people", people=len(split.people.rows))
    say.line("split-kept", columns=", ".join(split.kept))
    if split.left_out:
        say.line("split-left", columns=", ".join(split.left_out))
    if household:
        say.line("split-households", count=split.households)
    say.line("split-alone", count=split.alone)
    if split.unused:
        say.error(say.words("split-unused", columns=", ".join(split.unused)))
    for column, kind in split.personal:
        say.error(say.words(_WARNINGS[kind], column=column))
