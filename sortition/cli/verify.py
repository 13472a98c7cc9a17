"""``sortition verify``: everything counted again from a folder, in numbered steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options
from sortition.cli.guard import OK, UNVERIFIED
from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.checking import Step

__all__ = ["command"]


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    words = options.words(language)
    return options.command(
        language, "verify", _verify, [
            options.argument(language, "folder", "meta-folder", "argument-lottery"),
            options.option(language, "--commitment", metavar="HEX"),
            options.option(language, "--inclusion", metavar=words("meta-file")),
        ],
        "sortition verify lottery", "sortition verify lottery --commitment 3f9a…",
        "sortition verify lottery --inclusion my-proof.jsonl", about=None,
    )


def _verify(
    say: Say, folder: str, commitment: str | None, inclusion: str | None, **_: Any
) -> int:
    from sortition.checking import verify_folder
    from sortition.errors import InputError, Issue
    from sortition.lots.commitment import check_inclusions
    from sortition.lots.published import lottery_record, read_files
    from sortition.lots.record import earlier_tickets, ticket_label

    if Path(folder).is_file():
        raise InputError([Issue("folder-is-file", {}, folder, suggestion="name-folder")])
    if not Path(folder).is_dir():
        raise InputError([Issue("folder-missing", {}, folder, suggestion="check-folder")])
    record = lottery_record(folder)
    result = verify_folder(folder, commitment)
    earlier = earlier_tickets(record) if result.ok else []
    unchecked = False

    def said(step: Step) -> str:
        params = dict(step.params)
        if isinstance(params.get("ticket"), int):
            params["ticket"] = ticket_label(record, params["ticket"])
        return say.words(step.code, **params)

    for step in result.steps:
        open_ = step.ok and step.code == "verify-proof-none"
        unchecked = unchecked or open_
        sign = "–" if open_ else "✓" if step.ok else "✗"
        line = f"{step.number}. {say.sign(sign) if step.ok else sign} {said(step)}"
        if step.ok:
            say.plain(line)
        else:
            say.error(line)
    if not result.ok:
        absent = [step for step in result.steps if not step.ok
                  and step.code == "verify-bad-file" and step.params.get("file") == "groups.csv"]
        without = bool(absent) and not (Path(folder) / "groups.csv").exists()
        say.line("not-verified-groups" if without else "not-verified", bold=True)
    else:
        say.line("verified-but-proof" if unchecked else "verified", bold=True)
        if earlier:
            say.line("earlier-line", count=len(earlier), tickets=", ".join(earlier))
        if record["draw"] and record["rehearsal"]:
            say.line("rehearsal-line")
        _beacons(say, record)
        if inclusion is not None:
            people = check_inclusions(read_files(folder), _read(inclusion), Path(inclusion).name)
            say.line("included", people=people)
    say.document({
        "schema": 1, "ok": result.ok, "earlier_draws": earlier,
        "steps": [
            {"number": step.number, "ok": step.ok, "code": step.code,
             "message": said(step)}
            for step in result.steps
        ],
    })
    return OK if result.ok else UNVERIFIED


def _beacons(say: Say, record: Mapping[str, Any]) -> None:
    """Check what beacons signed or hashed, where that can be done here; refuse what fails."""
    from sortition.errors import VerificationError
    from sortition.lots import beacons
    from sortition.lots.randomness import Source

    for source in map(Source.of, (record["draw"] or {"sources": ()})["sources"]):
        if source.kind == "drand":
            holds = beacons.signature_holds(source)
            if holds is not False:
                say.line("signature-holds" if holds else "signature-open", source=source.name)
        else:
            holds = source.kind != "nist" or beacons.pulse_holds(source.data["pulse"])
        if holds is False:
            raise VerificationError("beacon-false", None, None, source=source.name)


def _read(path: str) -> bytes:
    from sortition.errors import InputError, Issue

    try:
        return Path(path).read_bytes()
    except OSError:
        raise InputError([Issue("inclusion-missing", {}, path, suggestion="check-path")]) from None
