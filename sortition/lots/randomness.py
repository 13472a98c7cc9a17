"""Sources of randomness: what people drew, threw or said in public, and pulses of beacons.

From what was typed or read comes a `Source`: a name that can be announced before the draw, and a
value. Dice give a ticket by themselves; all else, and several sources together, a seed text for
`sortition.draw`. Standard library only. Pulses are read by `sortition.lots.beacons`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sortition.errors import InputError, Issue

__all__ = [
    "CHAINS",
    "KINDS",
    "Source",
    "balls",
    "dice",
    "expected_names",
    "not_as_announced",
    "round_at",
    "round_time",
    "seed_from_sources",
    "spoken",
    "ticket_from_dice",
    "too_few_outcomes",
]

KINDS = ("ticket", "dice", "text", "drand", "nist")
"""The kinds of sources, in the order in which several are put together."""

CHAINS = {"quicknet": (1_692_803_367, 3), "default": (1_595_431_050, 30)}
"""Of each drand network when its first round was, in Unix seconds, and the seconds between two."""

_OUTCOMES = 2**64  # so that what is hashed is as good as uniform over any number of tickets
_NAME = re.compile(r"ticket|text|dice(:[1-9]\d*)?|drand(:[a-z]+)?(:[1-9]\d*)?|nist(:[-\dT:]+Z)?")


@dataclass(frozen=True, slots=True)
class Source:
    """What one source said.

    Parameters
    ----------
    name
        As it can be announced: ``ticket``, ``dice:6``, ``text``, ``drand:quicknet:1000``,
        ``nist:2026-07-10T11:02Z``.
    value
        What it said.
    data
        What the record keeps, from which anybody can derive name and value again.
    known
        When everybody could know the value, in Unix seconds; None where people state it.
    outcomes
        How many values were equally likely; None where nobody can count them.
    """

    name: str
    value: str
    data: Mapping[str, Any] = field(compare=False)
    known: int | None = None
    outcomes: int | None = None

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return self.name.partition(":")[0]


def balls(number: int, tickets: int | None = None) -> Source:
    """Return the number that balls drawn in public gave, of how many tickets."""
    data = {"kind": "ticket", "number": number}
    return Source("ticket", str(number), data, outcomes=tickets or 1)


def spoken(text: str) -> Source:
    """Return a text typed in public; its Unicode form and spaces round it do not count."""
    text = unicodedata.normalize("NFC", text).strip()
    return Source("text", text, {"kind": "text", "text": text})


def dice(text: str) -> Source:
    """Return throws of a die, written as its sides and what it showed, in order.

    Parameters
    ----------
    text
        Such as ``"6: 3 1 4 2"``, a die with the sides 1 to 6 thrown four times; or only the throws,
        of an ordinary die.

    Raises
    ------
    InputError
        If it is not of that form, or a throw is not on the die.

    Examples
    --------
    >>> dice("3 1 4 2").name, dice("20: 17, 4").value
    ('dice:6', '17 4')
    """
    found = re.fullmatch(r"\s*(?:d?([1-9]\d{0,5})\s*:)?\s*(\d{1,6}(?:[\s,]+\d{1,6})*)\s*", text)
    if found is None or int(found[1] or 6) < 2:
        raise InputError([Issue("dice-form", {}, suggestion="dice-like")])
    sides, throws = int(found[1] or 6), [int(each) for each in re.findall(r"\d+", found[2])]
    wrong = sorted({each for each in throws if not 1 <= each <= sides})
    if wrong:
        shown = ", ".join(map(str, wrong))
        raise InputError([Issue("dice-throw", {"throws": shown, "sides": sides})])
    return Source(f"dice:{sides}", " ".join(map(str, throws)),
                  {"kind": "dice", "sides": sides, "throws": throws},
                  outcomes=sides ** len(throws))


def ticket_from_dice(sides: int, throws: Sequence[int], tickets: int) -> int:
    """Return the ticket that throws of a die draw, every one exactly equally likely.

    The throws so far are a number v, equally likely among s. As soon as s ≥ M: below ⌊s / M⌋ · M
    the ticket is v mod M, and throws after that do not count; what is above stays as a number among
    the s mod M that are left, and the next throw goes on from there. So no throw is wasted, and any
    die and any number of tickets will do.

    Parameters
    ----------
    sides
        Of the die.
    throws
        What it showed, from 1 to `sides`, in order.
    tickets
        How many tickets there are, M.

    Raises
    ------
    InputError
        If these throws do not decide yet; it says how many more are needed at least.

    Examples
    --------
    >>> ticket_from_dice(6, [3, 1, 4, 2], 1000)
    451
    >>> ticket_from_dice(10, [5, 2, 8], 1000)
    417
    """
    value, among = 0, 1
    for throw in (None, *throws):
        if throw is not None:
            value, among = value * sides + throw - 1, among * sides
        whole = among // tickets * tickets
        if value < whole:
            return value % tickets
        value, among = value - whole, among - whole
    raise InputError([Issue("dice-more", {"more": _throws(sides, among, tickets)})])


def _throws(sides: int, among: int, wanted: int) -> int:
    """Return how many throws it takes until there are as many outcomes as wanted."""
    more = 0
    while among < wanted:
        among, more = among * sides, more + 1
    return more


def seed_from_sources(sources: Sequence[Source], commitment: str) -> str:
    """Return the text that sources draw by, for the lottery with this commitment.

    The SHA-256, as hexadecimal digits, of ``sortition/1/sources``, a zero byte, and of the
    commitment and each source's name, a space and its value, in the order of `KINDS`, with the
    length of each part in front, in eight bytes with the most significant one first.

    Parameters
    ----------
    sources
        At least one, at most one of each kind, in any order.
    commitment
        Of the record that was fixed before, in hexadecimal.

    Examples
    --------
    >>> seed_from_sources([spoken("Heerlen"), dice("3 1 4 2")], "00" * 32)[:16]
    '7acae1428f0b2806'
    """
    ordered = sorted(sources, key=lambda source: KINDS.index(source.kind))
    parts = [commitment, *(f"{source.name} {source.value}" for source in ordered)]
    sized = (len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hashlib.sha256(b"sortition/1/sources\0" + b"".join(sized)).hexdigest()


def too_few_outcomes(sources: Sequence[Source]) -> Issue | None:
    """Return what is wrong where balls and dice alone are hashed: too few ways to fall.

    A hash of few outcomes cannot make all tickets equally likely. Beside a text or a beacon, and
    where dice give the ticket by themselves, any number of throws will do.
    """
    counted = 1
    for source in sources:
        if source.outcomes is None:
            return None
        counted *= source.outcomes
    thrown = next((source.data for source in sources if source.kind == "dice"), None)
    if counted >= _OUTCOMES:
        return None
    if thrown is None:
        return Issue("sources-few")
    return Issue("dice-more", {"more": _throws(thrown["sides"], counted, _OUTCOMES)})


def round_time(chain: str, number: int) -> int:
    """Return when a drand round was due, in Unix seconds.

    Examples
    --------
    >>> round_time("quicknet", 1000)
    1692806364
    """
    first, period = CHAINS[chain]
    return first + (number - 1) * period


def round_at(chain: str, time: int) -> int:
    """Return the first drand round that is not due before a time, in Unix seconds.

    Examples
    --------
    >>> round_at("quicknet", 1692806363)
    1000
    """
    first, period = CHAINS[chain]
    return 1 + max(0, -((first - time) // period))


def expected_names(announced: Mapping[str, str]) -> list[str] | None:
    """Return the names of the sources that were announced; None where that is a free text.

    Names are joined by ``+``. ``dice`` is an ordinary die; ``drand`` without a round is the first
    one that is not due before the announced time, and ``nist`` the first pulse, one a minute.

    Examples
    --------
    >>> expected_names({"source": "drand + dice", "at": "2027-03-01T20:00:00+01:00"})
    ['dice:6', 'drand:quicknet:37041412']
    >>> expected_names({"source": "ten balls, town hall", "at": "2027-03-01T20:00:00+01:00"})
    """
    parts = [part.strip() for part in announced["source"].split("+")]
    if not all(_NAME.fullmatch(part) for part in parts):
        return None
    at = int(datetime.fromisoformat(announced["at"]).timestamp())
    names = [_resolved(part, at) for part in parts]
    known = all(name.split(":")[1] in CHAINS for name in names if name.startswith("drand"))
    return sorted(names, key=lambda name: KINDS.index(name.partition(":")[0])) if known else None


def _resolved(name: str, at: int) -> str:
    kind, *rest = name.split(":", 1 if name.startswith("nist") else 2)
    if kind == "dice":
        return f"dice:{rest[0] if rest else 6}"
    if kind == "drand":
        if rest and rest[0].isdigit():
            rest = ["quicknet", *rest]
        chain = rest[0] if rest else "quicknet"
        if len(rest) < 2 and chain in CHAINS:
            rest = [chain, str(round_at(chain, at))]
        return ":".join([kind, *rest])
    if kind == "nist" and not rest:
        return f"nist:{minute(-(-at // 60) * 60)}"
    return name


def minute(time: int) -> str:
    """Return a time in Unix seconds as ``2026-07-10T11:02Z``."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%MZ}"


def not_as_announced(
    sources: Sequence[Source], announced: Mapping[str, str] | None
) -> Iterator[Issue]:
    """Yield why an official draw may not use these sources: another one, or one known before.

    Parameters
    ----------
    sources
        What is to be drawn from.
    announced
        ``source`` and time ``at`` of the record; None where nothing was announced, and all is free.
    """
    if announced is None:
        return
    expected = expected_names(announced)
    given = [source.name for source in sorted(sources, key=lambda each: KINDS.index(each.kind))]
    if expected is not None and expected != given:
        params = {"expected": " + ".join(expected), "given": " + ".join(given)}
        yield Issue("source-other", params, suggestion="source-announced")
    at = datetime.fromisoformat(announced["at"]).timestamp()
    for source in sources:
        if source.known is not None and source.known < at:
            params = {"source": source.name, "known": minute(source.known), "at": announced["at"]}
            yield Issue("source-known", params, suggestion="source-later")
