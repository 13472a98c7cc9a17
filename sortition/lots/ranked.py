"""The reserves that a draw fixes: who they are, in which order, and what the order follows from.

Made when a ticket is drawn, by `sortition.cli.draw`; read back from the record by whoever seats
them, see `sortition.lots.stepping_in`. Ids only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sortition.draw import rank_reserves
from sortition.errors import VerificationError
from sortition.verify import commitment, drawn_seed

__all__ = ["Reserves", "check_rank", "drawn_text", "first_in_rank", "reserves_of", "stepped_in"]


@dataclass(frozen=True, slots=True)
class Reserves:
    """Reserves in the order in which they are asked.

    Parameters
    ----------
    ids
        The first one first.
    text, lottery_sha256
        What the order follows from, by `sortition.draw.rank_reserves`: the text that was spoken, or
        the number that was drawn as ``lottery.csv`` writes it; and the digest of the lottery.
    group
        How they were chosen, where they are a group that keeps the quotas; None where they are
        simply the first in that order of all who were not drawn.
    """

    ids: tuple[str, ...]
    text: str
    lottery_sha256: str
    group: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return them as the record has them."""
        kept = {} if self.group is None else {"group": dict(self.group)}
        return {"ids": list(self.ids), "text": self.text,
                "lottery_sha256": self.lottery_sha256, **kept}


def first_in_rank(
    text: str, lottery_sha256: str, others: Iterable[str], most: int
) -> Reserves:
    """Return the first reserves of all who were not drawn.

    Parameters
    ----------
    text, lottery_sha256
        As for `Reserves`.
    others
        Ids of those who were not drawn, in any order.
    most
        How many there are to be.

    Examples
    --------
    >>> first_in_rank("Heerlen, 1 March 2026", "00" * 32, "abcd", 2).ids
    ('c', 'a')
    """
    ranked = rank_reserves(text, lottery_sha256, others)
    return Reserves(ranked[:most], text, lottery_sha256)


def reserves_of(record: Mapping[str, Any]) -> Reserves | None:
    """Return the reserves of a draw, or those that its draw took over; None where there are none.

    Raises
    ------
    VerificationError
        If what the record says of them cannot be read.
    """
    follows, draw = record.get("follows") or {}, record.get("draw") or {}
    said = draw.get("reserves") or follows.get("reserves")
    if said is None:
        return None
    try:
        ids, text, digest, group = (
            said["ids"], said["text"], said["lottery_sha256"], said.get("group")
        )
        sound = (
            isinstance(ids, list) and all(isinstance(own, str) for own in (*ids, text, digest))
            and len(set(ids)) == len(ids) and isinstance(group, dict | None)
        )
    except (AttributeError, LookupError, TypeError):
        sound = False
    if not sound:
        raise VerificationError("reserves-bad", None, None)
    return Reserves(tuple(ids), text, digest, group)


def stepped_in(follows: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the reserves who took empty seats, by what a replacement says it follows.

    Raises
    ------
    VerificationError
        If that cannot be read, or names somebody who is no reserve.
    """
    reserves = reserves_of({"follows": follows})
    if reserves is None:
        return ()
    seated = follows["reserves"].get("steps_in")
    if not isinstance(seated, list) or any(own not in reserves.ids for own in seated):
        raise VerificationError("reserves-bad", None, None)
    return tuple(seated)


def drawn_text(record: Mapping[str, Any], label: str) -> str:
    """Return what else can follow from a draw: the text that sources gave, or the number drawn.

    Parameters
    ----------
    record
        Of a lottery that was drawn, and checked.
    label
        The number that was drawn, as ``lottery.csv`` writes it.
    """
    kinds = [source["kind"] for source in record["draw"]["sources"]]
    if record["kind"] == "tickets" and kinds in (["ticket"], ["dice"]):
        return label
    return drawn_seed(dict(record), commitment(record))[0]


def check_rank(record: Mapping[str, Any], others: Iterable[str], label: str) -> None:
    """Confirm that the reserves on record are those that its draw gives.

    Parameters
    ----------
    record
        Of a lottery that was drawn.
    others
        Ids of those who were not drawn.
    label
        The number that was drawn, as ``lottery.csv`` writes it.

    Raises
    ------
    VerificationError
        If the order is another, or somebody on the list was drawn or is not in the pool.
    """
    reserves = reserves_of(record)
    draw = record.get("draw") or {}
    if reserves is None or "reserves" not in draw:
        return
    left = set(others)
    among = left if reserves.group is None else left & set(reserves.ids)
    text = drawn_text(record, label)
    digest = record["sha256"]["lottery.csv"]  # any other could be searched for an order that suits
    expected = first_in_rank(text, digest, among, len(reserves.ids))
    told = unicodedata.normalize("NFC", reserves.text).strip()
    if (text, digest, expected.ids) != (told, reserves.lottery_sha256, reserves.ids):
        raise VerificationError("reserves-bad-order", None, None)
