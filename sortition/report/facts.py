"""What the page tells, as numbers: from the published files to one frozen `Facts`.

Called by `sortition.report.page`. Nothing else is read, so that the page can show nothing that is
not in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sortition.lots.names import ticket_label
from sortition.lots.small_cells import SMALLEST, hidden
from sortition.rules.panel_names import JOINS
from sortition.verify import commitment, read_rows

__all__ = ["HIDDEN", "MOST_GROUPS", "Facts", "Group", "facts"]

HIDDEN = "·"  # in the place of a number that is not shown
MOST_GROUPS = 300  # in a table of the page; the record has them all
_DIGESTED = ("lottery.csv", "chances.csv", "groups.csv", "record.json")


@dataclass(frozen=True, slots=True)
class Group:
    """One quota: whom it speaks of, what it asks, what came of it.

    Parameters
    ----------
    feature, value
        The name in two parts; the first is empty where the name has no two.
    low, high
        Seats.
    signed_up
        How many people of the pool are in it.
    drawn
        How many of the panel are; None before the draw.
    smallest, expected, largest
        The chances of the people in it, and their sum: how many seats it has on average.
    size, panel
        Seats of the panel that it speaks of: the most there can be, and those drawn (None before).
    hidden
        Whether how many have signed up is not to be shown: see `sortition.lots.small_cells`.
    """

    feature: str
    value: str
    low: int
    high: int
    signed_up: int
    drawn: int | None
    smallest: float
    expected: float
    largest: float
    size: int
    panel: int | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page tells.

    Parameters
    ----------
    record
        ``record.json``.
    exact
        Whether the panels have weights and the people in them are drawn too.
    people
        Size of the pool.
    size
        Smallest and largest number of seats.
    staying
        How many of an earlier panel have their seats already: they take no part in this draw.
    stepped_in
        How many reserves took seats that came free: then nothing was left to draw.
    chances
        Of everybody else, from the smallest to the largest.
    barred
        How many of them no panel can hold.
    equal
        What everybody's chance would be without rules.
    panels
        How many different panels there are.
    groups
        A group for each quota.
    households
        Whether people who live together were named as such.
    seats
        How many people were drawn; None before a draw.
    named
        What is shown of each of them: headers, and a row for everybody. None where nothing is.
    fingerprint
        The digest that a draw is bound to.
    digests
        SHA-256 of the files, by name.
    themes
        The panels where several are drawn together; each chance is that of a seat then.
    on_any
        Of these, the smallest and the largest sum of one person's chances who has any.
    """

    record: Mapping[str, Any]
    exact: bool
    people: int
    size: tuple[int, int]
    staying: int
    stepped_in: int
    chances: tuple[float, ...]
    barred: int
    equal: float
    panels: int
    groups: tuple[Group, ...]
    households: bool
    seats: int | None
    named: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None
    fingerprint: str
    digests: Mapping[str, str]
    themes: tuple[Mapping[str, Any], ...] = ()
    on_any: tuple[float, float] = (0.0, 0.0)

    @property
    def able(self) -> tuple[float, ...]:
        """The chances of those who can be drawn; of everybody where nobody can."""
        return self.chances[self.barred :] or self.chances

    @property
    def draw(self) -> Mapping[str, Any] | None:
        """The draw as the record has it."""
        draw: Mapping[str, Any] | None = self.record["draw"]
        return draw

    def ticket_label(self, ticket: object) -> str:
        """Return a ticket's number as it stands in ``lottery.csv``."""
        return ticket_label(self.record, ticket)


def facts(
    files: Mapping[str, bytes], show: Sequence[str] = (), smallest: int = SMALLEST
) -> Facts:
    """Return what there is to tell.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``; ``panel.csv`` too
        where its rows are to be shown.
    show
        Headers of ``panel.csv``.
    smallest
        The smallest number of people that is to be shown, other than zero.
    """
    record = json.loads(files["record.json"])
    exact = record.get("kind") == "exact"
    chance = {row[0]: float(row[1]) for row in read_rows(files["chances.csv"])[1:]}
    follows = record.get("follows", {})
    staying = set(follows.get("stay", ())) & chance.keys()
    stepped_in = set((follows.get("reserves") or {}).get("steps_in", ())) & chance.keys()
    lottery = read_rows(files["lottery.csv"])
    members = read_rows(files["groups.csv"])[1:]
    asked = sorted(value for own, value in chance.items() if own not in staying)
    low, high = record["size"]
    drawn = lottery[1 + record["draw"]["ticket"]] if record["draw"] else None
    seats = _seats(lottery[0], drawn, exact=exact)
    themes = tuple(record["source"].get("themes", ()))
    people: dict[str, float] = {}
    for own, value in chance.items():
        who = own.partition(JOINS)[2] if themes else own
        people[who] = people.get(who, 0.0) + value
    held = [value for value in people.values() if value > 0] or [0.0]
    barred = len(record["barred"].keys() - staying)
    if record.get("persons") is True:  # chances are made equal between people, across seats
        able = {own.partition(JOINS)[2] for own in chance.keys() - record["barred"].keys()}
        asked, barred = sorted(people.values()), len(people.keys() - able)
    lottery_digest = record["sha256"]["lottery.csv"]
    return Facts(
        record=record, exact=exact, people=len(people), size=(low, high), staying=len(staying),
        stepped_in=len(stepped_in), themes=themes, on_any=(min(held), max(held)),
        chances=tuple(asked) or (0.0,), barred=barred,
        equal=(high - len(staying)) / max(len(asked), 1),
        panels=len({tuple(row[1:]) for row in lottery[1:]}),
        groups=tuple(_groups(record, members, seats, chance, smallest, exact=exact)),
        households=any(row[1] for row in members) and not (
            themes and not record["source"]["household"]
        ),
        seats=None if seats is None else sum(seats.values()),
        named=_named(files["panel.csv"], show) if show else None,
        fingerprint=lottery_digest if record["rehearsal"] else commitment(record),
        digests={name: hashlib.sha256(files[name]).hexdigest() for name in _DIGESTED},
    )


def _seats(
    header: Sequence[str], drawn: Sequence[str] | None, *, exact: bool
) -> Counter[str] | None:
    """Return how many seats each person has, or in an exact lottery each type."""
    if drawn is None:
        return None
    if not exact:
        return Counter(own for own in drawn[1:] if own)
    types = (name.removeprefix("type_") for name in header[2:])
    return Counter(dict(zip(types, map(int, drawn[2:]), strict=True)))


def _groups(
    record: Mapping[str, Any], members: Sequence[Sequence[str]], seats: Counter[str] | None,
    chance: Mapping[str, float], smallest: int, *, exact: bool,
) -> list[Group]:
    columns = {quota["name"]: at for at, quota in enumerate(record["quotas"], 3 if exact else 2)}
    # Whoever left would show in the difference between this page and that of the draw before.
    sizes = {theme["name"]: theme["size"][1] for theme in record["source"].get("themes", ())}
    person = [row[0].partition(JOINS)[2] if sizes else row[0] for row in members]
    number = {who: at for at, who in enumerate(dict.fromkeys(person))}
    small = frozenset(columns) if record.get("follows") else hidden({
        name: frozenset(number[who] for who, row in zip(person, members, strict=True)
                        if row[at] == "1")
        for name, at in columns.items()
    }, len(number), smallest, sizes)
    unit = 2 if exact else 0  # exact: people of a type are drawn, one as likely as another
    panels: dict[str, int | None] = {}
    found = []
    for quota in record["quotas"]:
        at = columns[quota["name"]]
        inside = [row for row in members if row[at] == "1"]
        chances = [chance[row[0]] for row in inside] or [0.0]
        feature, sign, value = quota["name"].partition(": ")
        drawn = None
        if seats is not None:
            drawn = sum(seats[own] for own in {row[unit] for row in inside})
        theme = feature if sign else quota["name"]
        if not sign and theme in sizes:  # all seats of one of several panels
            panels[theme] = drawn
        total = None if seats is None else sum(seats.values())
        found.append(Group(
            feature if sign else "", value if sign else quota["name"], quota["min"], quota["max"],
            len({row[0].partition(JOINS)[2] if sizes else row[0] for row in inside}),
            drawn, min(chances), sum(chances), max(chances),
            sizes.get(theme, record["size"][1]), panels.get(theme, total), quota["name"] in small,
        ))
    return found


def _named(
    data: bytes, show: Sequence[str]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    header, *rows = read_rows(data)
    at = [header.index(name) for name in show]
    return tuple(show), tuple(tuple(row[column] for column in at) for row in rows)
