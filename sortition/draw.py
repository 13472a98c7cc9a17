"""The draw: one ticket out of M, from a number drawn in public or from a seed text.

Standard library only. All randomness is SHA-256 on whole numbers with rejection, so that anyone
can redo it by hand. Comes after `sortition.lottery`; checked by `sortition.verify`.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from sortition.lottery import Lottery
    from sortition.pool import Pool

__all__ = ["Draw", "Panel", "draw", "ticket_from_seed"]

_DOMAIN = b"sortition/1/ticket"


@dataclass(frozen=True, slots=True)
class Panel:
    """The people drawn: one set that keeps every rule.

    Parameters
    ----------
    ids
        Sorted ids.
    """

    ids: tuple[str, ...]

    def to_frame(self, pool: Pool) -> pd.DataFrame:
        """Return the rows of the people drawn, with the pool's own columns, sorted by id."""
        import pandas as pd

        drawn = set(self.ids)
        rows = [
            pool.table.rows[at]
            for own, at in zip(pool.ids, pool.order, strict=True)
            if own in drawn
        ]
        return pd.DataFrame(rows, columns=list(pool.table.columns))


@dataclass(frozen=True, slots=True)
class Draw:
    """Which ticket was drawn, how, and who is on it.

    Parameters
    ----------
    ticket
        Its number, from 0.
    method
        ``"ticket"`` (a number drawn in public), ``"seed"`` (from a text) or ``"system"`` (this
        computer's randomness, which nobody can check).
    seed
        The text, for ``"seed"``.
    lottery_sha256
        Digest of the lottery it was drawn from.
    panel
        Who is on the ticket.
    rehearsal
        Whether it counts for nothing: drawn by the computer, or before the lottery was published.
    """

    ticket: int
    method: str
    seed: str | None
    lottery_sha256: str
    panel: Panel
    rehearsal: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the draw as plain data, without the ids."""
        return {
            "method": self.method,
            "seed": self.seed,
            "ticket": self.ticket,
            "rehearsal": self.rehearsal,
        }


def draw(
    lottery: Lottery,
    *,
    ticket: int | None = None,
    seed: str | None = None,
    rehearsal: bool = False,
) -> Draw:
    """Draw one ticket.

    Parameters
    ----------
    lottery
        What to draw from.
    ticket
        The number that was drawn in public, for example with three balls.
    seed
        A text fixed in public; the ticket follows from it and from the lottery.
    rehearsal
        Whether to mark the draw as one that does not count.

    With neither, the computer's own randomness picks: a rehearsal, which nobody can check.

    Raises
    ------
    ValueError
        If both are given, or there is no such ticket.
    """
    count = len(lottery.tickets)
    digest = lottery.sha256
    if ticket is not None and seed is not None:
        raise ValueError("a draw has one source: a ticket or a seed, not both")
    if ticket is not None:
        method = "ticket"
        if not 0 <= ticket < count:
            raise ValueError(f"ticket {ticket} is not one of 0 … {count - 1}")
    elif seed is not None:
        method, ticket = "seed", ticket_from_seed(seed, digest, count)
    else:
        method, ticket = "system", secrets.randbelow(count)
    members = Panel(lottery.members(ticket))
    return Draw(ticket, method, seed, digest, members, rehearsal=rehearsal or method == "system")


def ticket_from_seed(seed: str, lottery_sha256: str, tickets: int) -> int:
    """Return the ticket that a seed text draws from a lottery.

    The text (NFC, surrounding spaces aside), the lottery's digest and a counter are hashed with
    SHA-256 and read as one whole number h < 2²⁵⁶. With q = ⌊2²⁵⁶ / M⌋, h is rejected and the
    counter raised while h ≥ qM; then the ticket is h mod M. So every ticket is equally likely,
    exactly.

    Parameters
    ----------
    seed
        The text.
    lottery_sha256
        Digest of ``lottery.csv``, in hexadecimal.
    tickets
        How many tickets there are, M.

    References
    ----------
    Eastlake, RFC 3797, "Publicly Verifiable Nominations Committee (NomCom) Random Selection".

    Examples
    --------
    >>> ticket_from_seed("Heerlen, 1 March 2026", "00" * 32, 1000)
    495
    """
    text = unicodedata.normalize("NFC", seed).strip().encode()
    limit = 2**256 // tickets * tickets
    counter = 0
    while True:
        parts = (_DOMAIN, lottery_sha256.encode(), text, str(counter).encode())
        number = int.from_bytes(hashlib.sha256(b"\0".join(parts)).digest(), "big")
        if number < limit:
            return number % tickets
        counter += 1
