"""The seed of a seating from the draw of a panel, so that nobody chooses it.

A folder with a draw in, the seed and what it follows from out. Called by the command line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sortition.errors import InputError, Issue
from sortition.lots.folder import checked_files
from sortition.lots.names import ticket_label
from sortition.lots.ranked import drawn_text
from sortition.verify import commitment

__all__ = ["DrawnSeed", "seed_of_draw", "seed_text"]


@dataclass(frozen=True, slots=True)
class DrawnSeed:
    """A seed and what it follows from.

    Parameters
    ----------
    text
        The seed, 64 hexadecimal digits.
    commitment
        Of the record, from before the draw.
    drawn
        The text that the sources of the draw gave, or the number of the ticket.
    rehearsal
        Whether that draw was one.
    earlier
        How many draws from that lottery came before.
    """

    text: str
    commitment: str
    drawn: str
    rehearsal: bool
    earlier: int

    def to_dict(self) -> dict[str, Any]:
        """Return what the record of a seating says of it."""
        return {"kind": "draw", "commitment": self.commitment, "drawn": self.drawn,
                "rehearsal": self.rehearsal, "earlier": self.earlier}


def seed_text(committed: str, drawn: str) -> str:
    """Return the seed that a draw gives: a SHA-256 in hexadecimal digits.

    It is that of ``sortition/1/meetings``, the commitment and what was drawn, with a zero byte
    between the parts.

    Parameters
    ----------
    committed
        The commitment of the record, in hexadecimal.
    drawn
        The text of the draw, or the number that ``lottery.csv`` writes.

    Examples
    --------
    >>> seed_text("00" * 32, "417")[:16]
    'c53b97bf64555dda'
    """
    parts = (b"sortition/1/meetings", committed.encode(), drawn.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def seed_of_draw(folder: str) -> DrawnSeed:
    """Return the seed of a draw, once the folder is checked as `sortition verify` does.

    Raises
    ------
    InputError
        If there is no lottery, or nothing was drawn.
    VerificationError
        If a step of the check fails.
    """
    record = json.loads(checked_files(folder)["record.json"])
    if record["draw"] is None:
        raise InputError([Issue("meetings-not-drawn", {}, folder,
                                suggestion="meetings-not-drawn-is")])
    committed = commitment(record)
    drawn = drawn_text(record, ticket_label(record, record["draw"]["ticket"]))
    earlier = len(record["past_draws"]) + len(record["earlier_draws"])
    return DrawnSeed(seed_text(committed, drawn), committed, drawn, record["rehearsal"], earlier)
