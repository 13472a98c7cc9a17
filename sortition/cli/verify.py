"""``sortition verify``: everything counted again from a folder, in numbered steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import options
from sortition.cli.guard import OK, UNVERIFIED
from sortition.cli.say import Say, shown
from sortition.cli.sources import check_signatures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
            options.option(language, "--before", metavar=words("meta-folder")),
            options.option(language, "--certificate", metavar=words("meta-file")),
        ],
        "sortition verify lottery", "sortition verify lottery --commitment 3f9a…",
        "sortition verify lottery --inclusion my-proof.jsonl",
        "sortition verify second --before lottery", about=None,
    )


def _verify(
    say: Say, folder: str, commitment: str | None, inclusion: str | None, before: str | None,
    certificate: str | None, **_: Any,
) -> int:
    from sortition.checking import verify_folder
    from sortition.errors import InputError, Issue
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import drawn_early, earlier_tickets, in_one_line, ticket_label
    from sortition.output import steady

    if commitment is not None and not commitment.strip():
        raise click.UsageError(say.words("usage-commitment"))
    if Path(folder).is_file():
        raise InputError([Issue("folder-is-file", {}, folder, suggestion="name-folder")])
    if not Path(folder).is_dir():
        raise InputError([Issue("folder-missing", {}, folder, suggestion="check-folder")])
    with steady(folder):
        record = lottery_record(folder)
        if not record and (Path(folder) / "meetings.json").is_file():
            raise InputError([Issue("folder-meetings", {"folder": shown(folder)}, folder,
                                    suggestion="folder-meetings-is")])
        result = verify_folder(folder, commitment)
    earlier = earlier_tickets(record) if result.ok else []
    unchecked = False

    def said(step: Step) -> str:
        params = {name: in_one_line(value) if isinstance(value, str) else value
                  for name, value in step.params.items()}
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
        _beside(say, folder, record, inclusion, before, certificate)  # what fails here ends it all
        say.line("verified-but-proof" if unchecked else "verified", bold=True)
        if not commitment and not record["rehearsal"]:
            say.line("verified-uncommitted")
        if earlier:
            say.line("earlier-line", count=len(earlier), tickets=", ".join(earlier))
        if record["draw"] and record["rehearsal"]:
            say.line("rehearsal-line")
        if record["draw"] and not record["rehearsal"] and not record.get("follows"):
            _announced(say, record["announced"])
        early = drawn_early(record)
        if early is not None:
            announced, at = say.moment(early["announced"]), say.moment(early["at"])
            say.line("drawn-early", announced=announced, at=at, reason=early["reason"])
        if before is None and record.get("follows"):
            say.line("follows-open")
    say.document({
        "schema": 1, "ok": result.ok, "earlier_draws": earlier,
        "steps": [
            {"number": step.number, "ok": step.ok, "code": step.code,
             "message": said(step)}
            for step in result.steps
        ],
    })
    return OK if result.ok else UNVERIFIED


def _beside(
    say: Say, folder: str, record: Mapping[str, Any], inclusion: str | None, before: str | None,
    certificate: str | None,
) -> None:
    """Check what no numbered step does, and say so: beacons, the list of reserves, other files."""
    from sortition.lots.commitment import check_inclusions
    from sortition.lots.folder import read_files
    from sortition.lots.ranked import reserves_of

    _beacons(say, record, certificate)
    reserves = reserves_of({"draw": record["draw"]})  # whose order is a part of step 7
    if reserves is not None:
        _listed(folder, record, reserves.ids)
        say.line("reserves-order", count=len(reserves.ids))
        if reserves.group is not None:
            say.line("reserves-open")
    if before is not None:
        _follows(say, folder, before)
    if inclusion is not None:
        people = check_inclusions(read_files(folder), _read(inclusion), Path(inclusion).name)
        say.line("included", people=people)


def _announced(say: Say, announced: Mapping[str, Any] | None) -> None:
    """Say what was announced with the lottery, or that nothing was: then a draw proves less."""
    from sortition.lots.names import in_one_line
    from sortition.messages import source_name

    if announced:
        source = in_one_line(source_name(announced, say.language))
        say.line("report-announced", source=source, at=say.moment(in_one_line(announced["at"])))
    else:
        say.line("draw-unannounced")


def _beacons(say: Say, record: Mapping[str, Any], certificate: str | None) -> None:
    """Check what beacons signed and hashed, where that can be done here; refuse what fails."""
    from sortition.errors import VerificationError
    from sortition.lots import beacons
    from sortition.lots.randomness import Source

    sources = [Source.of(data) for data in (record["draw"] or {"sources": ()})["sources"]]
    pulses = [source for source in sources if source.kind == "nist"]
    if certificate is not None and not pulses:
        raise click.UsageError(say.words("usage-certificate"))
    broken = (one for one in pulses if not beacons.pulse_holds(one.data["pulse"]))
    false = next(broken, None) or check_signatures(say, sources, certificate)
    if false is not None:
        raise VerificationError("beacon-false", None, None, source=false.name)


def _listed(folder: str, record: Mapping[str, Any], ids: Sequence[str]) -> None:
    """Check that the file of reserves, which people read, has those on record in their order."""
    import csv

    from sortition.errors import VerificationError
    from sortition.verify import read_rows

    path = Path(folder) / "reserves.csv"
    if not path.is_file():  # as after `sortition purge`
        return
    try:
        header, *rows = read_rows(path.read_bytes())
        named = next(name for name in (record["draw"]["id_column"], "id") if name in header)
        listed = [row[header.index(named)] for row in rows]
    except (csv.Error, LookupError, StopIteration, ValueError):
        listed = []
    if listed != [*ids]:
        raise VerificationError("reserves-bad-file", len(ids), len(listed))


def _follows(say: Say, folder: str, before: str) -> None:
    """Check that a replacement follows a draw, and that reserves stepped in by their order."""
    from sortition.lots.folder import drawn_files, read_files
    from sortition.lots.names import in_one_line
    from sortition.lots.replacement import check_follows
    from sortition.lots.stepping_in import check_steps_in

    first, second = drawn_files(before), read_files(folder)
    changed, seated = check_follows(first, second), check_steps_in(first, second)
    say.line("follows-holds", folder=shown(before))
    if changed:
        names = ", ".join(in_one_line(change.name) for change in changed)
        say.line("follows-deviates", quotas=names)
    if seated:
        say.line("follows-seated", count=len(seated))


def _read(path: str) -> bytes:
    from sortition.errors import InputError, Issue

    try:
        return Path(path).read_bytes()
    except OSError:
        raise InputError([Issue("inclusion-missing", {}, path, suggestion="check-name")]) from None
