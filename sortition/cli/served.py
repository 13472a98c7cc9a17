"""``sortition served``: a panel put into the register of those who served, without names."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options, rules
from sortition.cli.guard import OK
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.people.served import Served

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "served", _served, [
            options.argument(language, "project", "meta-project", "argument-served"),
            options.argument(language, "panel", "meta-panel", "argument-panel"),
            options.option(language, "--year", type=click.IntRange(1000, 2999), metavar="YYYY"),
            options.option(language, "--dry-run", is_flag=True),
        ],
        "sortition served project.toml lottery --year 2026",
        "sortition served project.toml members-2024.csv --year 2024",
        about=None,
    )


def _served(say: Say, project: str, panel: str, year: int | None, **given: Any) -> int:
    from sortition.errors import InputError, Issue
    from sortition.files.headings import find_column
    from sortition.files.readers import read_table
    from sortition.people.served import Register, hashes, key_name, read_key, read_register
    from sortition.rules.read_project import read_project

    rules.speak(say, project, given["lang"])
    asked = read_project(project)
    if asked.served is None:
        raise InputError([Issue("served-none", {}, project, suggestion="served-none-how")])
    served = asked.served
    year = year or served.year
    if year is None:
        raise click.UsageError(say.words("usage-served-year"))
    folder = Path(panel)
    table = read_table(str(folder / "panel.csv") if folder.is_dir() else panel)
    key, new = _key(served)
    column = (asked.id and table.find(asked.id)) or find_column(table, "id")
    of = served.of or ((column,) if column else ())
    known, blank = hashes(table, of, key)
    before = Register({}, key_name(key))
    if Path(served.file).exists():
        before = read_register(served.file, read_key(served.key))
    own = [one for one in known if one is not None]
    after = before.with_panel(own, year)
    there = sum(year in before.years.get(one, ()) for one in set(own))
    if new:
        _write(say, served.key, f"{key.hex()}\n")
        if say.wrote:
            Path(served.key).chmod(0o600)
        say.line("served-key-made", file=served.key, bold=True)
    _write(say, served.file, after.csv)
    say.line("served-added", count=len(set(own)) - there, year=year, there=there,
             people=len(after.years))
    if blank:
        from sortition.messages import some_rows

        say.error(say.words("served-blank", count=len(blank), rows=some_rows(blank)))
    say.line("served-private", key=served.key)
    say.document({
        "schema": 1, "year": year, "added": len(set(own)) - there, "there": there,
        "people": len(after.years), "blank": blank, "key": after.key,
    })
    return OK


def _key(served: Served) -> tuple[bytes, bool]:
    """Return the key, and whether it is new: only a register that is not there yet gets one."""
    from sortition.people.served import read_key

    if Path(served.key).exists() or Path(served.file).exists():
        return read_key(served.key), False
    return secrets.token_bytes(32), True


def _write(say: Say, path: str, text: str) -> None:
    """Write one file in its place; a register only ever grows."""
    place = Path(path)
    say.write(str(place.parent), {place.name: text.encode()}, force=True)
