"""What a lottery means for one person, in plain words, for a letter.

Comes from the published files and an id; says nothing of anybody else. Called by the command line.

*What raises or lowers a chance.* At each level the proof (`sortition.engine.proof`) gives
multipliers λ of the rules, and with them everyone's price ``a_i = Σ λ`` over the rules that count
person i: who is dear holds the level down, because there are few seats for people like them. The
price is split over features f,

    a_i − ā = Σ_f e_f(i),    e_f(i) = Σ_{q of f} λ_q ([i in q] − share of q),

with mean ā and shares over those who are not fixed on lower levels. So split it is the same
whichever of the equivalent multipliers were found: a constant on all values of a feature, taken off
the size, changes no e. When a level is fixed, the mean chance of those who are left rises; that
gain belongs to the features that make them cheap, in proportion to −e where e < 0. At their own
level people stay below the mean so far; that loss belongs to the features that make them dear, in
proportion to e where e > 0. Gains and losses add up to a person's chance less the equal one. A
change that no feature answers for, as where the proof stands on cuts, is taken from all alike;
where that would leave the opposite of what they say, nothing is said.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sortition import messages
from sortition.checking import verify_files
from sortition.draw import Candidate, draw_from_seed
from sortition.errors import InputError, Issue, VerificationError
from sortition.verify import commitment, drawn_seed, read_rows

__all__ = ["Explanation", "Group", "explain"]

_DIGITS = Fraction(1, 10**11)  # as in `sortition.verify`: chances have twelve decimals
_WEIGHTY = Fraction(1, 10)  # of the strongest effect: less is not worth a line in a letter
_NOISE = Fraction(1, 10**6)  # of the largest multiplier, or of the chance
_SHOWN = 10  # tickets named in a letter
_WITH_NAMES = 7  # the step of the check that needs the files with names
_HOUSEHOLD = "household"  # a header of groups.csv, so no rule's name


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
        code = ("explain-same" if abs(self.chance - self.equal) <= _DIGITS
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
        if feature == _HOUSEHOLD:
            return [say("rule-household")]
        names = [group.name for group in self.groups if _feature(group.name) == feature]
        return [messages.rule_name(name, say.language) for name in names or [feature]]

    def _line(self, group: Group, say: _Words) -> str:
        if group.name == _HOUSEHOLD:
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
    The split of the multipliers over features is described at the top of this module.
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
    people = [_Person(tuple(row[first:]), row[1], chances[row[0]]) for row in rows]
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
        _effects(record, about, me) if selectable else None, selectable,
        () if selectable else _barred_by(record, wanted, me, groups),
        None if claimed is None else _drawn(files, rows, wanted, record),
        None if claimed is None else claimed["ticket"],
        claimed is not None and record["rehearsal"],
    )


@dataclass(frozen=True, slots=True)
class _Person:
    """What the rules see of a person, and the chance."""

    cells: tuple[str, ...]
    home: str
    chance: Fraction


def _seated(record: Mapping[str, Any]) -> set[str]:
    """Return the ids of those who kept their seat, or stepped in, when seats came free."""
    follows = record.get("follows") or {}
    return {*follows.get("stay", ()), *(follows.get("reserves") or {}).get("steps_in", ())}


def _equal(record: Mapping[str, Any], chances: Mapping[str, Fraction], seated: int) -> Fraction:
    """Return everyone's chance if all were the same; where the size may vary, of what it is."""
    low, high = record["size"]
    seats = Fraction(low) if low == high else sum(chances.values(), Fraction(0))
    return (seats - seated) / max(1, len(chances) - seated)


def _feature(name: str) -> str:
    """Return the feature that the name of a quota begins with."""
    return name.partition(": ")[0]


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


def _effects(
    record: Mapping[str, Any], people: Sequence[_Person], me: _Person
) -> tuple[tuple[str, Fraction], ...] | None:
    """Return by how much features raise or lower a chance; None without a proof."""
    levels = record["proof"]["levels"]
    if not levels:
        return None
    names = [_feature(quota["name"]) for quota in record["quotas"]]
    entries = Counter(entry["level"] for entry in levels)
    effects: dict[str, Fraction] = {}
    owed = Fraction(0)  # what no feature answers for
    for entry in levels:
        level = Fraction(entry["level"])
        if level > me.chance + _DIGITS:
            break
        free = [person for person in people if person.chance >= level - _DIGITS]
        left = [person.chance for person in free if person.chance > level + _DIGITS]
        before = sum((person.chance for person in free), Fraction(0)) / len(free)
        own = me.chance <= level + _DIGITS
        after = me.chance if own else sum(left, Fraction(0)) / len(left)
        parts = _above_mean(entry, names, free, me)
        due = {name: abs(part) for name, part in parts.items() if (part > 0 if own else part < 0)}
        change = (after - before) / entries[entry["level"]]
        owed += 0 if due else change
        for name, part in due.items():
            share = Fraction(part, sum(due.values()))
            effects[name] = effects.get(name, Fraction(0)) + share * change
    if abs(owed) > _DIGITS:  # taken from what all of them give, if that is enough
        total = sum(effects.values(), Fraction(0))
        if total * (total + owed) <= 0:
            return None
        effects = {name: effect * (total + owed) / total for name, effect in effects.items()}
    strongest = max(map(abs, effects.values()), default=Fraction(0))
    told = sorted(effects.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        (name, effect) for name, effect in told
        if abs(effect) > max(_WEIGHTY * strongest, _NOISE * me.chance)
    )


def _above_mean(
    entry: Mapping[str, Any], names: Sequence[str], free: Sequence[_Person], me: _Person
) -> Counter[str]:
    """Return for each feature e, times the number of those not fixed before."""
    kinds = Counter(person.cells for person in free)
    at_home = entry["households"]
    parts: Counter[str] = Counter()
    for at, (name, m) in enumerate(zip(names, entry["quotas"], strict=True)):
        inside = sum(many for cells, many in kinds.items() if cells[at] == "1")
        parts[name] += m * (len(free) * (me.cells[at] == "1") - inside)
    priced = sum(at_home.get(person.home, 0) for person in free if person.home)
    parts[_HOUSEHOLD] += len(free) * at_home.get(me.home, 0) - priced
    return parts


def _barred_by(
    record: Mapping[str, Any], own: str, me: _Person, groups: Sequence[Group]
) -> tuple[Group, ...]:
    """Return the rules with which the proof shows that no panel holds this person."""
    mine = [group for group, cell in zip(groups, me.cells, strict=True) if cell == "1"]
    shut = tuple(group for group in mine if group.seats[1] == 0)
    if shut:  # which is reason enough, whatever else the proof holds
        return shut
    proof = record["proof"]
    entries = [e for e in proof["excluded"] if own in e["ids"]] or [
        e for e in proof["levels"] if Fraction(e["level"]) == 0 and _price(e, me) > 0
    ]
    if not entries:
        return ()
    entry = entries[0]
    least = _NOISE * max(map(abs, (entry["size"], *entry["quotas"], *entry["households"].values())))
    named = [group for group, m in zip(groups, entry["quotas"], strict=True) if abs(m) > least]
    shared = any(m > least for m in entry["households"].values())
    return (*named, *([Group(_HOUSEHOLD, (0, record["per_household"]), 0)] if shared else []))


def _price(entry: Mapping[str, Any], me: _Person) -> int:
    """Return the sum of the multipliers of the size, the quotas and the home of a person."""
    quotas = sum(m for m, cell in zip(entry["quotas"], me.cells, strict=True) if cell == "1")
    return int(entry["size"] + quotas + entry["households"].get(me.home, 0))
