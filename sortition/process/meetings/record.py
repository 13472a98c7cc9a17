"""The record of a folder of meetings: what came of it, and digests of all that went in and out.

A `Seating` and how it was asked for in, ``meetings.json`` out. Whoever has the list and the rules
checks a folder by it, with `sortition.process.meetings.recheck`. Called by the command line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sortition.process.meetings.seated import Seating
from sortition.process.meetings.unmet import unmet
from sortition.verify import canonical, commitment

__all__ = ["RECORD", "SCHEMA", "TOLD", "digests", "record_of", "summary_of", "tool"]

RECORD = "meetings.json"
SCHEMA = 2
"""Of the record; 1 had no digests."""
TOLD = ("as_far_as_possible", "csv", "finished", "inputs", "lang", "options", "seed_from", "sha256",
        "tool")
"""What the record says beside the summary and its seal."""


def summary_of(seating: Seating) -> dict[str, Any]:
    """Return what came of it as plain data: goals with bounds, wishes, meetings, who is missing."""
    programme, tally = seating.programme, seating.tally
    return {
        "schema": 1, "people": len(programme.people), "meetings": len(programme.meetings),
        "rounds": len(programme.rounds), "seed": programme.seed,
        "goals": {
            name: {"value": goal.value, "bound": goal.bound, "gap": goal.value - goal.bound,
                   "bound_from": goal.kind, "proven": goal.proven}
            for name, goal in seating.goals.items()
        },
        "wishes": {str(number): count for number, count in tally.wishes.items()},
        "unwished": tally.unwished,
        "left_out": [{"id": own, "round": number + 1} for own, number in tally.out],
        "lacking": [
            {"meeting": programme.meetings[lack.meeting].name,
             "round": programme.meetings[lack.meeting].round,
             "expertise": lack.expertise or None, "has": lack.has, "must": lack.must}
            for lack in tally.lacks
        ],
        "unmet": [each._asdict() for each in unmet(seating)],
        "rooms": [
            {"name": meeting.name, "round": meeting.round, "time": meeting.time,
             "theme": meeting.theme, "people": len(seating.room(at)),
             "guests": len(meeting.guests), "capacity": meeting.most}
            for at, meeting in enumerate(programme.meetings)
        ],
    }


def record_of(
    seating: Seating, files: Mapping[str, bytes], told: Mapping[str, Any]
) -> bytes:
    """Return ``meetings.json``: the summary, what was told of the asking, digests and a seal.

    The seal is the SHA-256 of ``sortition/1/seal``, a zero byte and all the rest of the record:
    whoever keeps it can tell any change.

    Parameters
    ----------
    seating
        Who sits where.
    files
        All other files, by name.
    told
        The rest of `TOLD`: language and form of the lists, options, digests of what was read, and
        where the seed comes from.
    """
    record = summary_of(seating) | dict(told) | {
        "schema": SCHEMA, "tool": tool(), "finished": seating.finished,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return canonical(record | {"seal": commitment(record, "seal")})


def tool() -> str:
    """Return what makes the files, with its version."""
    from sortition import __version__

    return f"sortition {__version__}"


def digests(rules: str | None, files: Sequence[str]) -> dict[str, Any]:
    """Return the names and the SHA-256 of what was read.

    Parameters
    ----------
    rules
        Path of the project file; None where the rules are options.
    files
        Path of the list, and of the files that columns were made from.
    """
    def digest(path: str) -> dict[str, str]:
        data = Path(path).read_bytes()
        return {"file": Path(path).name, "sha256": hashlib.sha256(data).hexdigest()}

    people, *others = files
    return {"rules": None if rules is None else digest(rules), "people": digest(people),
            "columns": [digest(path) for path in others]}
