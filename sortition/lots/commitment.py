"""What fixes a lottery before its draw: the sealed record, and the salted hash tree of its people.

Rows of ``groups.csv`` in; the root for the record and everybody's own proof of inclusion out, of
which only the root is published. Used by `sortition.lots.record` and the command line.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sortition.errors import InputError, Issue, VerificationError
from sortition.verify import canonical, commitment, json_line, read_rows, root

__all__ = [
    "PRIVATE",
    "Path",
    "announcement",
    "check_inclusions",
    "included",
    "inclusions",
    "path_of",
    "sealed",
]

PRIVATE = "private-inclusion.jsonl"
"""Everybody's own proof, a line of JSON each: to be given to that person and to nobody else."""

Path = list[list[str]]
"""From a leaf to the root: the side on which the neighbour stands, and its hash."""


def sealed(record: Mapping[str, Any]) -> bytes:
    """Return the record as it is written, with the digest of all else that it says."""
    return canonical({**record, "seal": commitment(record, "seal")})


def announcement(source: str, at: str, now: datetime) -> dict[str, str]:
    """Return what was announced of the draw, as the record says it.

    Parameters
    ----------
    source
        What will decide, such as ``"ten balls, drawn in the town hall"``.
    at
        When: ISO 8601 with its distance from UTC, as in ``2026-12-01T20:00+01:00``.
    now
        The time, which must come before it.

    Raises
    ------
    InputError
        If the time cannot be read, or is no longer to come.
    """
    try:
        time = datetime.fromisoformat(at.strip())
        if time.tzinfo is None:
            raise ValueError(at)
    except ValueError:
        raise InputError([Issue("drawn-at-unread", {"at": at}, suggestion="drawn-at")]) from None
    if time <= now:
        raise InputError([Issue("drawn-at-past", {"at": at}, suggestion="drawn-at-later")])
    text = unicodedata.normalize("NFC", source).strip()
    return {"source": text, "at": time.isoformat(timespec="seconds")}


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
    leaves: list[tuple[bytes, bytes]] = []
    for row in people:
        salt = hmac.new(key, b"sortition/1/salt\0" + row[0].encode(), "sha256").hexdigest()
        leaf = json_line([salt, *row])
        leaves.append((hashlib.sha256(b"\0" + leaf).digest(), leaf))
    ordered = [leaf for _, leaf in sorted(leaves)]
    paths = dict(zip(ordered, _paths(ordered), strict=True))
    lines = [
        json.dumps({"leaf": json.loads(leaf), "path": paths[leaf]}, ensure_ascii=False) + "\n"
        for _, leaf in leaves
    ]
    return root(ordered), "".join(lines).encode()


def path_of(leaves: Sequence[bytes], at: int) -> Path:
    """Return the path from one leaf to the root: what proves one ticket without the others."""
    return _paths(leaves)[at]


def included(proof: Mapping[str, Any], expected: str) -> bool:
    """Return whether the path of a proof leads from its leaf to the root.

    Parameters
    ----------
    proof
        ``leaf``, a list of texts, and ``path``.
    expected
        The root, in hexadecimal.
    """
    node = hashlib.sha256(b"\0" + json_line(proof["leaf"])).digest()
    for side, other in proof["path"]:
        pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
        node = hashlib.sha256(b"\1" + pair).digest()
    return node.hex() == expected


def check_inclusions(files: Mapping[str, bytes], proofs: bytes, name: str) -> int:
    """Confirm that people were in the pool that a record fixes; return how many.

    Parameters
    ----------
    files
        ``record.json`` and ``groups.csv``, checked.
    proofs
        A line for each of them, as in the private file.
    name
        Of the file of proofs, for messages.

    Raises
    ------
    VerificationError
        If a proof does not lead to the root, or ``groups.csv`` says something else of that person.
    """
    record = json.loads(files["record.json"])
    rows = read_rows(files["groups.csv"])[1:]
    known = {row[0]: row[:2] + row[3 if record["kind"] == "exact" else 2 :] for row in rows}
    lines = proofs.splitlines()
    for at, line in enumerate(lines, 1):
        try:
            proof = json.loads(line)
            own = proof["leaf"][1:]
            sound = known.get(own[0]) == own and included(proof, record["pool_root"])
        except (LookupError, RecursionError, TypeError, ValueError):
            sound = False
        if not sound:
            raise VerificationError("inclusion-false", None, None, file=name, row=at)
    return len(lines)


def _paths(leaves: Sequence[bytes]) -> list[Path]:
    """Return the path of every leaf; whoever has no neighbour moves up as they are."""
    paths: list[Path] = [[] for _ in leaves]
    level = [(hashlib.sha256(b"\0" + leaf).digest(), [at]) for at, leaf in enumerate(leaves)]
    while len(level) > 1:
        above = [level[-1]] if len(level) % 2 else []
        merged = []
        for (left, ours), (right, theirs) in zip(level[::2], level[1::2], strict=False):
            for at in ours:
                paths[at].append(["right", right.hex()])
            for at in theirs:
                paths[at].append(["left", left.hex()])
            merged.append((hashlib.sha256(b"\1" + left + right).digest(), ours + theirs))
        level = merged + above
    return paths
