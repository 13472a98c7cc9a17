"""Sources of randomness: what people drew, threw or said in public, and pulses of beacons.

From what was typed or read comes a `Source`: a name that can be announced before the draw, and a
value. Dice give a ticket by themselves; all else, and several sources together, a seed text for
`sortition.draw`. Standard library only. Pulses are read by `sortition.lots.beacons`.
"""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sortition.errors import InputError, Issue
from sortition.verify import CHAINS, SOURCES, from_dice, said

__all__ = [
    "Source",
    "announced_names",
    "balls",
    "dice",
    "in_their_order",
    "minute",
    "not_as_announced",
    "round_at",
    "round_time",
    "seed_from_sources",
    "spoken",
    "ticket_from_dice",
    "too_few_outcomes",
]

_OUTCOMES = 2**64  # so that what is hashed is as good as uniform over any number of tickets
_NAME = re.compile(
    r"ticket|text|dice(:[1-9]\d{0,4})?|drand(:[a-z]+)?(:[1-9]\d{0,11})?|nist(:[-\dT:]{16}Z)?"
)


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
    known: float | None = None
    outcomes: int | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any], outcomes: int | None = None) -> Source:
        """Return a source from what the record keeps of it."""
        name, value, known = said(data)
        return cls(name, value, data, known, outcomes)

    @property
    def kind(self) -> str:
        """``ticket``, ``dice``, ``text``, ``drand`` or ``nist``."""
        return self.name.partition(":")[0]


def balls(number: int, tickets: int | None = None) -> Source:
    """Return the number that balls drawn in public gave, of how many tickets."""
    return Source.of({"kind": "ticket", "number": number}, tickets or 1)


def spoken(text: str) -> Source:
    """Return a text typed in public; its Unicode form and spaces round it do not count."""
    return Source.of({"kind": "text", "text": unicodedata.normalize("NFC", text).strip()})


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
    found = re.fullmatch(r"\s*(?:d?([1-9]\d{0,4})\s*:)?\s*(\d{1,5}(?:[\s,]+\d{1,5})*)\s*", text)
    if found is None or int(found[1] or 6) < 2:
        raise InputError([Issue("dice-form", {}, suggestion="dice-like")])
    sides, throws = int(found[1] or 6), [int(each) for each in re.findall(r"\d+", found[2])]
    wrong = sorted({each for each in throws if not 1 <= each <= sides})
    if wrong:
        shown = ", ".join(map(str, wrong))
        raise InputError([Issue("dice-throw", {"throws": shown, "sides": sides})])
    return Source.of({"kind": "dice", "sides": sides, "throws": throws}, sides ** len(throws))


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
    ticket, more = from_dice(sides, list(throws), tickets), 0
    if ticket is not None:
        return ticket
    while from_dice(sides, [*throws, *[1] * more], tickets) is None:
        more += 1  # the lowest throws decide the soonest
    raise InputError([Issue("dice-more", {"more": more})])


def _throws(sides: int, among: int, wanted: int) -> int:
    """Return how many throws it takes until there are as many outcomes as wanted."""
    more = 0
    while among < wanted:
        among, more = among * sides, more + 1
    return more


def seed_from_sources(sources: Sequence[Source], commitment: str) -> str:
    """Return the text that sources draw by, for the lottery with this commitment.

    The SHA-256, as hexadecimal digits, of ``sortition/1/sources``, a zero byte, and of the
    commitment and each source's name, a space and its value, in the order ticket, dice, text,
    drand, nist, with the length of each part in front, in eight bytes with the most significant
    one first.

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
    told = (f"{source.name} {source.value}" for source in in_their_order(sources))
    parts = [commitment, *told]
    sized = (len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
    return hashlib.sha256(b"sortition/1/sources\0" + b"".join(sized)).hexdigest()


def in_their_order(sources: Sequence[Source]) -> tuple[Source, ...]:
    """Return sources in the order in which they are put together and recorded."""
    return tuple(sorted(sources, key=lambda source: SOURCES.index(source.kind)))


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


def announced_names(source: str, at: datetime) -> list[str]:
    """Return the names of the sources that an announcement names; none where it is a free text.

    It names them where each part begins with a kind, alone or before a colon; whoever checks the
    draw holds it to that.

    Names are joined by ``+``. ``dice`` is an ordinary die; ``drand`` without a round is the first
    one that is not due before the announced time, and ``nist`` the first pulse, one a minute.

    Parameters
    ----------
    source
        What was announced.
    at
        When the draw will be.

    Raises
    ------
    InputError
        If a beacon is named that everybody knows before that time, or one that does not exist, or
        two sources of one kind.

    Examples
    --------
    >>> announced_names("drand + dice", datetime(2027, 3, 1, 19, tzinfo=UTC))
    ['dice:6', 'drand:quicknet:37041412']
    >>> announced_names("ten balls, town hall", datetime(2027, 3, 1, 19, tzinfo=UTC))
    []
    """
    parts = [part.strip() for part in source.split("+")]
    if not {part.partition(":")[0] for part in parts} <= {*SOURCES}:
        return []
    try:
        if not all(_NAME.fullmatch(part) for part in parts):
            raise ValueError(source)
        known = dict(_resolved(part, math.ceil(at.timestamp())) for part in parts)
        if len({name.partition(":")[0] for name in known}) < len(parts):
            raise ValueError(source)
    except (LookupError, ValueError):  # no such network, no such time
        params = {"source": source[:100]}
        raise InputError([Issue("source-names", params, suggestion="source-names-like")]) from None
    early = [_too_early(name, time, at.isoformat()) for name, time in known.items()
             if time is not None and time < at.timestamp()]
    if early:
        raise InputError(early)
    return sorted(known, key=lambda name: SOURCES.index(name.partition(":")[0]))


def _resolved(name: str, at: int) -> tuple[str, int | None]:
    """Return the full name of an announced source, and when it is known if that is a time."""
    kind, _, rest = name.partition(":")
    if kind == "dice":
        return f"dice:{int(rest or 6)}", None
    if kind == "drand":
        chain, _, number = rest.partition(":") if not rest.isdigit() else ("", "", rest)
        chain = chain or "quicknet"
        drawn = int(number or round_at(chain, at))
        return f"drand:{chain}:{drawn}", round_time(chain, drawn)
    if kind == "nist":
        time = int(datetime.fromisoformat(rest).timestamp()) if rest else -(-at // 60) * 60
        return f"nist:{minute(time)}", time
    return name, None


def minute(time: float) -> str:
    """Return a time in Unix seconds as ``2026-07-10T11:02Z``."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%MZ}"


def not_as_announced(
    sources: Sequence[Source], announced: Mapping[str, Any] | None, fixed_at: str | None = None
) -> Iterator[Issue]:
    """Yield why an official draw may not use these sources: another one, or one known before.

    Parameters
    ----------
    sources
        What is to be drawn from.
    announced
        Of the record: the ``names`` of the sources, if they were named, and the time ``at``; None
        where nothing was announced.
    fixed_at
        Of the record, when it was fixed; None where it does not say. What was known before that
        does not count, whatever was announced.
    """
    given, names = [source.name for source in in_their_order(sources)], []
    if announced is not None:
        names = announced["names"]
    if names not in ([], given):
        params = {"expected": " + ".join(names), "given": " + ".join(given)}
        yield Issue("source-other", params, suggestion="source-announced")
    for source in sources:
        if source.known is None:
            continue
        if announced is not None and source.known < _seconds(announced["at"]):
            yield _too_early(source.name, source.known, announced["at"])
        elif fixed_at is not None and source.known < _seconds(fixed_at):
            params = {"source": source.name, "known": minute(source.known), "at": fixed_at}
            named = source.name in names  # then nothing else will do
            yield Issue("source-before", params, suggestion="lottery-anew" if named
                        else "source-after")


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def _too_early(name: str, known: float, at: str) -> Issue:
    params = {"source": name, "known": minute(known), "at": at}
    return Issue("source-known", params, suggestion="source-later")
