"""What fixes a lottery before its draw: the sealed record, and the salted hash tree of its people.

Rows of ``groups.csv`` in; the root for the record and everybody's own proof of inclusion out, of
which only the root is published. Used by `sortition.lots.record` and the command line.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sortition.errors import InputError, Issue, VerificationError
from sortition.lots.randomness import announced_names
from sortition.prove import Failed, check_proofs
from sortition.verify import canonical, commitment, read_rows

__all__ = [
    "Path",
    "announcement",
    "check_inclusions",
    "inclusions",
    "path_of",
    "refuse_late",
    "sealed",
]


Path = list[list[str]]
"""From a leaf to the root: the side on which the neighbour stands, and its hash."""


def sealed(record: Mapping[str, Any]) -> bytes:
    """Return the record as it is written, with the digest of all else that it says."""
    return canonical({**record, "seal": commitment(record, "seal")})


def announcement(source: str, at: str, now: datetime) -> dict[str, Any]:
    """Return what was announced of the draw, as the record says it.

    Parameters
    ----------
    source
        What will decide, such as ``"ten balls, drawn in the town hall"``; or names that the draw is
        held to, such as ``"drand + dice"``: see `sortition.lots.randomness.announced_names`.
    at
        When: ISO 8601 with its distance from UTC, as in ``2026-12-01T20:00+01:00``.
    now
        The time, which must come before it.

    Raises
    ------
    InputError
        If the time cannot be read or is no longer to come, or a beacon is known before it.
    """
    try:
        time = datetime.fromisoformat(at.strip())
        away = time.utcoffset()
        if away is None or away % timedelta(minutes=1):  # which the record cannot say
            raise ValueError(at)
    except ValueError:
        raise InputError([Issue("drawn-at-unread", {"at": at}, suggestion="drawn-at")]) from None
    if time <= now:
        raise InputError([Issue("drawn-at-past", {"at": at}, suggestion="drawn-at-later")])
    text = unicodedata.normalize("NFC", source).strip()
    return {"source": text, "at": time.isoformat(timespec="seconds"),
            "names": announced_names(text, time)}


def refuse_late(announced: Mapping[str, Any] | None, fixed_at: str | None) -> None:
    """Refuse to fix a lottery when the time has passed for which its draw is announced.

    What was known by then could not draw from it, and perhaps nothing else may.

    Parameters
    ----------
    announced
        See `announcement`; None where nothing is.
    fixed_at
        When it is fixed, in ISO 8601; None where nobody says.

    Raises
    ------
    InputError
        If that is not before the announced time.
    """
    if announced is None or fixed_at is None:
        return
    if datetime.fromisoformat(fixed_at) >= datetime.fromisoformat(announced["at"]):
        params = {"at": announced["at"], "fixed": fixed_at}
        raise InputError([Issue("drawn-at-late", params, suggestion="lottery-anew")])


def inclusions(
    people: Sequence[Sequence[str]], key: bytes | None = None
) -> tuple[str, bytes]:
    """Return the root over salted leaves of all people, and the file of their proofs.

    The leaf of a person is the hash of their salt and what ``groups.csv`` says of them. Leaves
    stand in the order of their hashes, so that their places say nothing. A salt has 256 bits and
    follows from the key by HMAC-SHA256: who holds somebody's id and groups but not the salt can
    tell their leaf from no other.

    Parameters
    ----------
    people
        Id, household, and 1 or 0 per quota.
    key
        32 bytes that nobody else knows; new ones when None.
    """
    key = secrets.token_bytes(32) if key is None else key
    leaves: list[list[str]] = []
    for row in people:
        salt = hmac.new(key, b"sortition/1/salt\0" + row[0].encode(), "sha256").hexdigest()
        leaves.append([salt, *row])
    hashes = [_leaf(leaf) for leaf in leaves]
    order = sorted(range(len(leaves)), key=hashes.__getitem__)
    levels = _levels([hashes[at] for at in order])
    place = dict(zip(order, range(len(order)), strict=True))
    # A hundred thousand paths are a hundred million bytes: each hash is put into words once, and
    # nothing is held besides the file itself.
    steps = [[_text_of(_step(level, at)) for at in range(len(level))] for level in levels[:-1]]
    file = io.BytesIO()
    for at, leaf in enumerate(leaves):
        path = ",".join(steps[up][beside] for up, beside in _beside(levels, place[at]))
        file.write(f'{{"leaf":{_text_of(leaf)},"path":[{path}]}}\n'.encode())
    return levels[-1][0].hex(), file.getvalue()


def path_of(leaves: Sequence[list[str]], at: int) -> Path:
    """Return the path from one leaf to the root: what proves one ticket without the others."""
    levels = _levels([_leaf(leaf) for leaf in leaves])
    return [_step(levels[up], beside) for up, beside in _beside(levels, at)]


def check_inclusions(files: Mapping[str, bytes], proofs: bytes, name: str) -> int:
    """Confirm that people, or tickets, are in what a record fixes; return how many.

    Parameters
    ----------
    files
        ``record.json`` and ``groups.csv``, checked.
    proofs
        A line for each of them, as in the private file; of a ticket with its row and path.
    name
        Of the file of proofs, for messages.

    Raises
    ------
    VerificationError
        If a proof leads to neither root, or ``groups.csv`` says something else of that person.
    """
    record = json.loads(files["record.json"])
    rows = read_rows(files["groups.csv"])[1:]
    known = [row[:2] + row[3 if record["kind"] == "exact" else 2 :] for row in rows]
    lines = proofs.splitlines()
    for at, line in enumerate(lines, 1):
        try:
            check_proofs(record, known, line)
        except (Failed, LookupError, RecursionError, TypeError, ValueError):
            raise VerificationError("inclusion-false", None, None, file=name, row=at) from None
    return len(lines)


_text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _leaf(cells: list[str]) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + _text_of(cells).encode()).digest()


def _levels(hashes: list[bytes]) -> list[list[bytes]]:
    """Return the hash tree from its leaves to its root; whoever has no neighbour moves up."""
    levels = [hashes]
    while len(levels[-1]) > 1:
        level = levels[-1]
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        levels.append([
            hashlib.sha256(b"\1" + b"".join(two)).digest() if len(two) > 1 else two[0]
            for two in pairs
        ])
    return levels


def _beside(levels: Sequence[Sequence[bytes]], at: int) -> Iterator[tuple[int, int]]:
    """Yield level and place of each hash beside the way from a leaf to the root."""
    for up, level in enumerate(levels[:-1]):
        if at ^ 1 < len(level):
            yield up, at ^ 1
        at >>= 1


def _step(level: Sequence[bytes], at: int) -> list[str]:
    """Return a hash as a step of a path: on which side it stands, and what it is."""
    return ["right" if at % 2 else "left", level[at].hex()]
