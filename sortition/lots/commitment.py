"""What fixes a lottery before its draw: the sealed record, and the salted hash tree of its people.

Rows of ``groups.csv`` in; the root for the record and everybody's own proof of inclusion out, of
which only the root is published. Used by `sortition.lots.record` and the command line.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sortition.verify import canonical, commitment, json_line, root

__all__ = ["PRIVATE", "Path", "included", "inclusions", "path_of", "sealed"]

PRIVATE = "private-inclusion.jsonl"
"""Everybody's own proof, a line of JSON each: to be given to that person and to nobody else."""

Path = list[list[str]]
"""From a leaf to the root: the side on which the neighbour stands, and its hash."""


def sealed(record: Mapping[str, Any]) -> bytes:
    """Return the record as it is written, with the digest of all else that it says."""
    return canonical({**record, "seal": commitment(record, "seal")})


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
