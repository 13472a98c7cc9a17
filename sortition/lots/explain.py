"""What a lottery means for one person, in plain words, for a letter.

Comes from the published files and an id; says nothing of anybody else. Called by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sortition import messages
from sortition.checking import verify_files
from sortition.draw import Candidate, draw_from_seed
from sortition.errors import InputError, Issue, VerificationError
from sortition.lots.effects import (
    DIGITS,
    HOUSEHOLD,
    Person,
    barring,
    effects,
    feature_of,
)
from sortition.verify import commitment, drawn_seed, read_rows

__all__ = ["Explanation", "Group", "explain"]

_SHOWN = 10  # tickets named in a letter
_WITH_NAMES = 7  # the step of the check that needs the files with names


@dataclass(frozen=True, slots=True)
class Group:
    """People whom a quota counts together.

    Parameters
    ----------
    name
        Of the quota.
    seats
        The least and the most.
    people
        How many of the pool it counts.
    """

    name: str
    seats: tuple[int, int]
    people: int

    def line(self, language: str) -> str:
        """Return the seats and the people in words."""
        low, high = self.seats
        least, most = (messages.number(100 * min(1, seats / self.people), ".3g", language)
                       for seats in self.seats)
        return messages.text(
            "explain-group", language, name=messages.rule_name(self.name, language),
            people=self.people, seats=low if low == high else f"{low}–{high}",
            share=least if low == high else f"{least}–{most}",
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a lottery means for one person.

    Parameters
    ----------
    id
        Of the person.
    chance, equal
        Their chance, and what everyone's would be if all were the same; in [0, 1]. Where seats came
        free, of everyone who may get one.
    tickets
        The numbers of the tickets they are on; of an exact lottery those of the panels with seats
        for people of their type.
    of
        How many tickets or panels there are.
    exact
        Whether the lottery has weights in place of tickets.
    everyone
        The seats of the panel and the people of the pool, as a group without a name.
    free
        Where seats came free, how many and for how many people, as a group without a name.
    seated
        Whether one of the other seats is this person's: then no lot is about them.
    groups
        Those the person is in.
    effects
        Features whose quotas raise (above 0) or lower (below 0) this chance and by about how much,
        the strongest first, ``household`` for the rule on homes; None where the record holds no
        proof to tell it from.
    selectable
        Whether some panel can hold the person.
    barred_by
        If not, the rules that leave no room; empty where integer programs found it.
    drawn
        Whether they are drawn, None when nobody is yet.
    ticket
        The number that was drawn.
    rehearsal
        Whether that draw counts for nothing.
    """

    id: str
    chance: Fraction
    equal: Fraction
    tickets: tuple[str, ...]
    of: int
    exact: bool
    everyone: Group
    free: Group | None
    seated: bool
    groups: tuple[Group, ...]
    effects: tuple[tuple[str, Fraction], ...] | None
    selectable: bool
    barred_by: tuple[Group, ...]
    drawn: bool | None
    ticket: int | None
    rehearsal: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        def plain(groups: Iterable[Group]) -> list[dict[str, Any]]:
            return [{"name": group.name, "seats": list(group.seats), "people": group.people}
                    for group in groups]

        return {
            "id": self.id, "chance": float(self.chance), "equal": float(self.equal),
            "kind": "exact" if self.exact else "tickets", "tickets": list(self.tickets),
            "of": self.of, "size": list(self.everyone.seats), "pool": self.everyone.people,
            "free": None if self.free is None else {
                "seats": list(self.free.seats), "people": self.free.people
            },
            "seated": self.seated,
            "groups": plain(self.groups),
            "effects": None if self.effects is None else {
                name: float(effect) for name, effect in self.effects
            },
            "selectable": self.selectable, "barred_by": [group.name for group in self.barred_by],
            "drawn": self.drawn, "ticket": self.ticket, "rehearsal": self.rehearsal,
        }

    def letter(self, language: str = "en") -> list[str]:
        """Return the explanation as lines of a letter, in plain words."""
        say = _Words(language)
        if self.seated:
            return [say("explain-seated"), self._outcome(say)]
        lines = [say("explain-chance", chance=messages.percent(float(self.chance), language))]
        lines += self._tickets(say) if self.selectable else self._barred(say)
        equal = messages.percent(float(self.equal), language)
        code = ("explain-same" if abs(self.chance - self.equal) <= DIGITS
                else "explain-higher" if self.chance > self.equal else "explain-lower")
        if self.free is not None:
            low, high = self.free.seats
            lines.append(say("explain-free", people=self.free.people,
                             seats=low if low == high else f"{low}–{high}"))
        lines.append(say(code, equal=equal, people=(self.free or self.everyone).people))
        if self.selectable:
            lines += self._rules(say)
        lines.append(self._outcome(say))
        return lines

    def _tickets(self, say: _Words) -> list[str]:
        count = len(self.tickets)
        if self.exact:
            return [say("explain-panels", count=count, panels=self.of)]
        if not count:
            return [say("explain-tickets-none", tickets=self.of)]
        some = [*self.tickets[:_SHOWN], *(["…"] if count > _SHOWN else [])]
        return [say("explain-tickets", count=count, tickets=self.of, numbers=", ".join(some))]

    def _barred(self, say: _Words) -> list[str]:
        if not self.barred_by:
            return [say("explain-barred"), say("explain-barred-searched")]
        because = [f"  {self._line(group, say)}" for group in self.barred_by]
        return [say("explain-barred"), say("explain-barred-because"), *because]

    def _rules(self, say: _Words) -> list[str]:
        lines = []
        if self.effects is None:
            lines.append(say("explain-rules-unknown"))
        elif not self.effects:
            lines.append(say("explain-rules-none"))
        for sign, code in ((1, "explain-raises"), (-1, "explain-lowers")):
            features = [name for name, effect in self.effects or () if sign * effect > 0]
            if features:
                named = [name for feature in features for name in self._named(feature, say)]
                lines += [say(code), *(f"  {name}" for name in named)]
        lines += [say("explain-groups"), *(f"  {self._line(group, say)}" for group in self.groups)]
        return [*lines, f"  {self._line(self.everyone, say)}"]

    def _named(self, feature: str, say: _Words) -> list[str]:
        if feature == HOUSEHOLD:
            return [say("rule-household")]
        names = [group.name for group in self.groups if feature_of(group.name) == feature]
        return [messages.rule_name(name, say.language) for name in names or [feature]]

    def _line(self, group: Group, say: _Words) -> str:
        if group.name == HOUSEHOLD:
            return say("rule-household")
        shown = group if group.name else Group(say("explain-everyone"), group.seats, group.people)
        return (shown.line(say.language) if group.people
                else messages.rule_name(shown.name, say.language))

    def _outcome(self, say: _Words) -> str:
        if self.drawn is None:
            return say("explain-undrawn")
        kind = "explain-panel" if self.exact else "explain-ticket"
        code = "explain-drawn" if self.drawn else "explain-not-drawn"
        words = [say(kind, ticket=self.ticket), say(code)]
        return " ".join([*words, *([say("rehearsal-line")] if self.rehearsal else [])])


@dataclass(frozen=True, slots=True)
class _Words:
    """From codes to words in one language."""

    language: str

    def __call__(self, code: str, **params: Any) -> str:
        return messages.text(code, self.language, **params)


def explain(files: Mapping[str, bytes], id: str) -> Explanation:  # noqa: A002 - the word users know
    """Return what a published lottery means for one person.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``; they are checked
        first. The files with names are not needed.
    id
        Of the person, as it stands in ``chances.csv``.

    Returns
    -------
    Explanation
        Free of everybody else's data.

    Raises
    ------
    InputError
        If nobody has this id.
    VerificationError
        If the files are not what the record says.

    References
    ----------
    The split of the multipliers over features is described in `sortition.lots.effects`.
    """
    failed = next((step for step in verify_files(files).steps if not step.ok), None)
    if failed is not None and failed.number < _WITH_NAMES:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    record = json.loads(files["record.json"])
    exact = record.get("kind") == "exact"
    chances = {own: Fraction(value) for own, value, *_ in read_rows(files["chances.csv"])[1:]}
    wanted = id.strip()
    if wanted not in chances:
        raise InputError([Issue("explain-stranger", {}, "chances.csv", suggestion="explain-ids")])
    rows = read_rows(files["groups.csv"])[1:]
    first = 3 if exact else 2
    own = next(row for row in rows if row[0] == wanted)
    groups = [
        Group(quota["name"], (quota["min"], quota["max"]), sum(row[at] == "1" for row in rows))
        for at, quota in enumerate(record["quotas"], first)
    ]
    people = [Person(tuple(row[first:]), row[1], chances[row[0]]) for row in rows]
    me = people[rows.index(own)]
    selectable = wanted not in record["barred"]
    seated = _seated(record) & chances.keys()
    low, high = record["size"]
    about = people  # whoever has a seat already is in no lot, and compares with nobody
    if wanted not in seated:
        about = [who for who, row in zip(people, rows, strict=True) if row[0] not in seated]
    tickets, of = _tickets(files, own, exact=exact)
    claimed = record["draw"]
    return Explanation(
        wanted, me.chance, _equal(record, chances, len(seated)), tickets, of, exact,
        Group("", (low, high), len(rows)),
        Group("", (low - len(seated), high - len(seated)), len(rows) - len(seated))
        if seated else None, wanted in seated,
        tuple(group for group, cell in zip(groups, me.cells, strict=True) if cell == "1"),
        effects(record, about, me) if selectable else None, selectable,
        () if selectable else _barred_by(record, wanted, me, groups),
        None if claimed is None else _drawn(files, rows, wanted, record),
        None if claimed is None else claimed["ticket"],
        claimed is not None and record["rehearsal"],
    )


def _barred_by(
    record: Mapping[str, Any], own: str, me: Person, groups: Sequence[Group]
) -> tuple[Group, ...]:
    """Return the rules that leave no room for this person."""
    quotas, home = barring(record, own, me)
    at_home = [Group(HOUSEHOLD, (0, record["per_household"]), 0)] if home else []
    return (*(groups[at] for at in quotas), *at_home)


def _seated(record: Mapping[str, Any]) -> set[str]:
    """Return the ids of those who kept their seat, or stepped in, when seats came free."""
    follows = record.get("follows") or {}
    return {*follows.get("stay", ()), *(follows.get("reserves") or {}).get("steps_in", ())}


def _equal(record: Mapping[str, Any], chances: Mapping[str, Fraction], seated: int) -> Fraction:
    """Return everyone's chance if all were the same; where the size may vary, of what it is."""
    low, high = record["size"]
    seats = Fraction(low) if low == high else sum(chances.values(), Fraction(0))
    return (seats - seated) / max(1, len(chances) - seated)


def _tickets(
    files: Mapping[str, bytes], own: Sequence[str], *, exact: bool
) -> tuple[tuple[str, ...], int]:
    """Return which tickets hold this person, or panels people of their type, and of how many."""
    header, *rows = read_rows(files["lottery.csv"])
    if exact:
        at = header.index(f"type_{own[2]}")
        held = [row[0] for row in rows if row[at] != "0"]
    else:
        held = [row[0] for row in rows if own[0] in row[1:]]
    return tuple(held), len(rows)


def _drawn(
    files: Mapping[str, bytes], rows: list[list[str]], wanted: str, record: dict[str, Any],
) -> bool:
    """Return whether the draw on record holds this person; `verify_files` agreed to the draw."""
    lottery = read_rows(files["lottery.csv"])[1:]
    if record["kind"] != "exact":
        return wanted in lottery[record["draw"]["ticket"]][1:]
    panels = [[int(cell) for cell in row] for row in lottery]
    candidates = [Candidate(one, int(t), home) for one, home, t, *_ in rows]
    weights, seats = [row[1] for row in panels], [row[2:] for row in panels]
    seed, digest = drawn_seed(record, commitment(record))
    return wanted in draw_from_seed(seed, digest, weights, seats, candidates)[1]
