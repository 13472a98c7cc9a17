"""The draw: one ticket out of M, from a number drawn in public or from a seed text.

From an exact lottery a text draws a panel by its weight, and who serves in it. Standard library
only. All randomness is SHA-256 on whole numbers with rejection, so that anyone can redo it by hand.
Comes after `sortition.lots.lottery` and `sortition.lots.exact`; checked by `sortition.verify`.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

    from sortition.errors import InputError
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery
    from sortition.lots.randomness import Source
    from sortition.people.pool import Pool

__all__ = [
    "Candidate",
    "Draw",
    "Panel",
    "deal",
    "draw",
    "draw_from_seed",
    "in_order",
    "panel_from_seed",
    "rank_reserves",
    "ticket_from_seed",
]

# What a hash is for goes into it, so that no two purposes ever share a number.
_TICKET, _PANEL, _PERSON = b"sortition/1/ticket", b"sortition/1/panel", b"sortition/1/person"
_RESERVE = b"sortition/1/reserve"


@dataclass(frozen=True, slots=True)
class Panel:
    """The people drawn: one set that keeps every rule.

    Parameters
    ----------
    ids
        Sorted ids.
    """

    ids: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Panel: {len(self.ids)} people"

    def _repr_html_(self) -> str:
        """Show who is on it, by id."""
        from sortition.display import card

        return card(repr(self), ("", "id"), enumerate(self.ids, 1))

    def to_frame(self, pool: Pool) -> pd.DataFrame:
        """Return the rows of the people drawn, with the pool's own columns, sorted by id.

        Raises
        ------
        ValueError
            If it was drawn from another list of people.
        """
        import pandas as pd

        drawn = set(self.ids)
        if not drawn <= {*pool.ids}:
            raise ValueError("the panel was drawn from another list of people")
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
        Its number, from 0; of an exact lottery the number of the panel.
    method
        ``"ticket"`` (a number drawn in public), ``"seed"`` (from a text), ``"sources"`` (from dice,
        beacons, or several sources) or ``"system"`` (this computer's randomness, which nobody can
        check).
    seed
        The text, for ``"seed"`` and for ``"sources"`` unless dice gave the ticket by themselves; of
        an exact lottery also for ``"system"``, which makes one up.
    lottery_sha256
        Digest of the lottery it was drawn from.
    panel
        Who is on the ticket.
    rehearsal
        Whether it counts for nothing: drawn by the computer, or before the lottery was published.
    sources
        What it was drawn from, for ``"sources"``.
    """

    ticket: int
    method: str
    seed: str | None
    lottery_sha256: str
    panel: Panel
    rehearsal: bool = False
    sources: tuple[Source, ...] = ()

    def __repr__(self) -> str:
        kind = ", a rehearsal" if self.rehearsal else ""
        return f"Draw: {self.ticket} by {self.method}, {len(self.panel.ids)} people{kind}"

    def _repr_html_(self) -> str:
        """Show who was drawn, by id."""
        from sortition.display import card

        return card(repr(self), ("", "id"), enumerate(self.panel.ids, 1))

    def to_dict(self) -> dict[str, Any]:
        """Return the draw as plain data, without the ids."""
        kept = {"sources": [dict(source.data) for source in self.sources]} if self.sources else {}
        return {
            "method": self.method,
            "seed": self.seed,
            "ticket": self.ticket,
            "rehearsal": self.rehearsal,
            **kept,
        }


class Candidate(NamedTuple):
    """A person as an exact draw sees them: id, type, and household, blank when it binds nobody."""

    id: str
    type: int
    home: str


def draw(
    lottery: Lottery | ExactLottery,
    *,
    ticket: int | None = None,
    seed: str | None = None,
    rehearsal: bool = False,
) -> Draw:
    """Draw one ticket, or from an exact lottery a panel and who serves in it.

    With neither, the computer's own randomness picks: a rehearsal, which nobody can check.

    Parameters
    ----------
    lottery
        What to draw from.
    ticket
        The number that was drawn in public, for example with three balls.
    seed
        A text; the ticket follows from it and from the lottery. In memory nothing was fixed before,
        so that such a draw is a rehearsal: an official one is bound to the commitment of a record,
        which is drawn from with `sortition.lots.published.open_lottery`. An exact lottery has no
        tickets: only a text draws from it.
    rehearsal
        Whether to mark the draw of a ticket as one that does not count.

    Raises
    ------
    InputError
        If both are given, or there is no such ticket.
    TypeError
        If the ticket is no whole number.
    """
    digest = lottery.sha256
    ticket = None if ticket is None else index(ticket)  # numpy's whole numbers as Python's own
    if ticket is not None and seed is not None:
        raise _refused("draw-two-sources")
    method = "ticket" if ticket is not None else "system" if seed is None else "seed"
    if lottery.kind == "exact":
        if ticket is not None:
            raise _refused("exact-no-tickets")
        seed = secrets.token_hex(32) if seed is None else seed
        ticket, ids = draw_from_seed(
            seed, digest, lottery.weights, lottery.panels.tolist(), lottery.candidates
        )
    else:
        count = len(lottery.tickets)
        if seed is not None:
            ticket = ticket_from_seed(seed, digest, count)
        elif ticket is None:
            ticket = secrets.randbelow(count)
        elif not 0 <= ticket < count:
            raise _refused("ticket-out-of-range", ticket=ticket, first=0, last=count - 1)
        ids = lottery.members(ticket)
    return Draw(
        ticket, method, seed, digest, Panel(ids), rehearsal=rehearsal or method != "ticket"
    )


def _refused(code: str, **params: object) -> InputError:
    """Return the error that nothing can be drawn so."""
    from sortition.errors import InputError, Issue

    return InputError([Issue(code, params)])


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

    Raises
    ------
    ValueError
        If there is no ticket.

    References
    ----------
    Eastlake, RFC 3797, "Publicly Verifiable Nominations Committee (NomCom) Random Selection".

    Examples
    --------
    >>> ticket_from_seed("Heerlen, 1 March 2026", "00" * 32, 1000)
    495
    """
    if tickets < 1:
        raise ValueError(f"there is nothing to draw from {tickets} tickets")
    return _below(tickets, _TICKET, seed, lottery_sha256)


def panel_from_seed(seed: str, lottery_sha256: str, weights: Sequence[int]) -> int:
    """Return the number of the panel that a seed text draws, each with the chance W_p / W.

    A number h < W is drawn as a ticket is, under a name of its own; the panel is the first for
    which the weights up to and with its own add up to more than h.

    Parameters
    ----------
    seed
        The text.
    lottery_sha256
        The digest that the draw is bound to, in hexadecimal.
    weights
        W_p > 0, in the order of ``lottery.csv``.

    Examples
    --------
    >>> panel_from_seed("Heerlen, 1 March 2026", "00" * 32, [6 * 10**14, 3 * 10**14, 10**14])
    0
    """
    drawn = _below(sum(weights), _PANEL, seed, lottery_sha256)
    return next(at for at, above in enumerate(accumulate(weights)) if drawn < above)


def in_order(seed: str, lottery_sha256: str, people: Iterable[Candidate]) -> list[Candidate]:
    """Return the people in the order of the hash of digest, seed and id: a fair shuffle."""
    return sorted(
        people,
        key=lambda person: (_hash(_PERSON, lottery_sha256, _text(seed), person.id), person.id),
    )


def rank_reserves(seed: str, lottery_sha256: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in the order in which they are reserves: a fair shuffle.

    Everyone's place follows from a hash of their own id alone, so that whoever leaves the list
    changes the order of nobody else.

    Parameters
    ----------
    seed
        The text spoken in public.
    lottery_sha256
        Digest of the lottery that the panel was drawn from, in hexadecimal.
    ids
        The reserves, in any order.

    References
    ----------
    Rivest, "Consistent sampling with replacement", arXiv 1808.10016.

    Examples
    --------
    >>> rank_reserves("Heerlen, 1 March 2026", "00" * 32, "abcd")
    ('c', 'a', 'b', 'd')
    >>> rank_reserves("Heerlen, 1 March 2026", "00" * 32, "dba")
    ('a', 'b', 'd')
    """
    text = _text(seed)
    return tuple(sorted(ids, key=lambda own: (_hash(_RESERVE, lottery_sha256, text, own), own)))


def deal(seats: Sequence[int], people: Iterable[Candidate]) -> tuple[str, ...]:
    """Seat as many people of each type as a panel says; the order they stand in decides who.

    Households whose members have the same types are of one pattern, and whoever is bound by no
    household is one of their own. The households of a pattern stand in the order of their first
    members. The seats of its types, one type after the other, are dealt round them, one seat to
    each in turn, and every seat goes to the first of its type there who has none.

    With H households of a pattern each gets at most ⌈Σ x / H⌉ seats, which is what the household
    rule allows, and at most ⌈x_t / H⌉ of type t, which is not more than live there: the panel kept
    the rules of types and patterns.

    *Everyone of a type is equally likely when every order is.* Any two of them live in one
    household or in two of one pattern. Let the two change places in the order, and with them those
    they live with, each with one of the same type. The deal reads nothing but types and households,
    so the changed order seats the changed people: as many orders seat the one as seat the other. So
    all m_t people of the type have the same chance, and since every order seats x_t of them, it is
    x_t / m_t.

    Parameters
    ----------
    seats
        x_t for the types 1, 2, …
    people
        Everyone, in the order that decides.

    Returns
    -------
    tuple of str
        Sorted ids.

    Examples
    --------
    >>> pairs = [Candidate("a", 1, "1"), Candidate("b", 2, "1"), Candidate("c", 2, "2"),
    ...          Candidate("d", 1, "2"), Candidate("e", 3, "")]
    >>> deal([1, 1, 1], pairs)
    ('a', 'c', 'e')
    """
    homes: dict[str | tuple[str], list[Candidate]] = {}
    for person in people:
        homes.setdefault(person.home or (person.id,), []).append(person)
    patterns: dict[tuple[int, ...], list[list[Candidate]]] = {}
    for home in homes.values():
        patterns.setdefault(tuple(sorted(own.type for own in home)), []).append(home)
    seated: list[str] = []
    for pattern, alike in patterns.items():
        turns = [kind for kind in sorted(set(pattern)) for _ in range(seats[kind - 1])]
        for turn, kind in enumerate(turns):
            home = alike[turn % len(alike)]
            person = next(own for own in home if own.type == kind)
            home.remove(person)
            seated.append(person.id)
    return tuple(sorted(seated))


def draw_from_seed(
    seed: str,
    lottery_sha256: str,
    weights: Sequence[int],
    panels: Sequence[Sequence[int]],
    people: Iterable[Candidate],
) -> tuple[int, tuple[str, ...]]:
    """Return the number of the panel that a seed text draws from an exact lottery, and who serves.

    Parameters
    ----------
    seed
        The text.
    lottery_sha256
        Digest of ``lottery.csv`` with ``groups.csv`` behind it, in hexadecimal.
    weights, panels
        Of each panel its weight and how many serve of each type, as in ``lottery.csv``.
    people
        Everyone, as in ``groups.csv``.
    """
    number = panel_from_seed(seed, lottery_sha256, weights)
    return number, deal(panels[number], in_order(seed, lottery_sha256, people))


def _below(count: int, domain: bytes, seed: str, lottery_sha256: str) -> int:
    """Return a number from 0 to `count` - 1, every one equally likely."""
    text = _text(seed)
    limit = 2**256 // count * count
    counter = 0
    while True:
        number = int.from_bytes(_hash(domain, lottery_sha256, text, str(counter)), "big")
        if number < limit:
            return number % count
        counter += 1


def _text(seed: str) -> str:
    """Return what counts of a seed text: what looks the same on paper is the same."""
    return unicodedata.normalize("NFC", seed).strip()


def _hash(domain: bytes, *parts: str) -> bytes:
    return hashlib.sha256(b"\0".join([domain, *(part.encode() for part in parts)])).digest()
