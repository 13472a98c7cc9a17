"""The explanation of a lottery to one person: as data, and as the lines of a letter.

Made by `sortition.lots.explain`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sortition import messages
from sortition.lots.effects import DIGITS, HOUSEHOLD, THEME, feature_of

__all__ = ["Explanation", "Group", "OnPanel"]

_SHOWN = 10  # tickets named in a letter


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
class OnPanel:
    """What a lottery of several panels means for one person on one of them.

    Parameters
    ----------
    name
        Of the panel.
    chance
        To have a seat on it, in [0, 1].
    tickets
        As of an `Explanation`, those with that seat.
    drawn
        Whether that seat is drawn, None when nothing is yet.
    """

    name: str
    chance: Fraction
    tickets: tuple[str, ...]
    drawn: bool | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a lottery means for one person.

    Of several panels drawn together, of which everybody is on one at most, it is about the person
    on any of them, and all counts are of people.

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
    able
        How many of the people without a seat can be drawn.
    seated
        Whether one of the other seats is this person's: then no lot is about them.
    groups
        Those the person is in.
    effects
        Features whose quotas raise (above 0) or lower (below 0) this chance and by about how much,
        the strongest first, ``household`` for the rule on homes, ``theme`` for which panels
        somebody can be on; None where the record holds no proof of it.
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
    panels
        Of several panels those that the person could be on.
    """

    id: str
    chance: Fraction
    equal: Fraction
    tickets: tuple[str, ...]
    of: int
    exact: bool
    everyone: Group
    free: Group | None
    able: int
    seated: bool
    groups: tuple[Group, ...]
    effects: tuple[tuple[str, Fraction], ...] | None
    selectable: bool
    barred_by: tuple[Group, ...]
    drawn: bool | None
    ticket: int | None
    rehearsal: bool
    panels: tuple[OnPanel, ...] = ()

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
                "seats": list(self.free.seats), "people": self.free.people, "able": self.able,
            },
            "seated": self.seated,
            "groups": plain(self.groups),
            "effects": None if self.effects is None else {
                name: float(effect) for name, effect in self.effects
            },
            "selectable": self.selectable, "barred_by": [group.name for group in self.barred_by],
            "drawn": self.drawn, "ticket": self.ticket, "rehearsal": self.rehearsal,
            **({"panels": [
                {"name": panel.name, "chance": float(panel.chance),
                 "tickets": list(panel.tickets), "drawn": panel.drawn} for panel in self.panels
            ]} if self.panels else {}),
        }

    def letter(self, language: str = "en") -> list[str]:
        """Return the explanation as lines of a letter, in plain words."""
        say = _Words(language)
        if self.seated:
            return [say("explain-seated"), self._outcome(say)]
        code = "explain-chance-any" if self.panels else "explain-chance"
        lines = [say(code, chance=messages.percent(float(self.chance), language))]
        lines += self._tickets(say) if self.selectable else self._barred(say)
        if self.selectable:
            lines += [self._panel(panel, say) for panel in self.panels]
        equal = messages.percent(float(self.equal), language)
        code = ("explain-same" if abs(self.chance - self.equal) <= DIGITS
                else "explain-higher" if self.chance > self.equal else "explain-lower")
        if self.free is not None:
            low, high = self.free.seats
            lines.append(say("explain-free", people=self.free.people, able=self.able,
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
        return [say("explain-tickets", count=count, tickets=self.of, numbers=_some(self.tickets))]

    def _panel(self, panel: OnPanel, say: _Words) -> str:
        chance = messages.percent(float(panel.chance), say.language)
        code = ("explain-on-panel-exact" if self.exact else "explain-on-panel" if panel.tickets
                else "explain-on-panel-none")
        return "  " + say(code, panel=panel.name, chance=chance, count=len(panel.tickets),
                          numbers=_some(panel.tickets))

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
        if feature == THEME and self.panels:
            return [say("explain-by-panels")]
        names = [group.name for group in self.groups
                 if feature_of(group.name, several=bool(self.panels)) == feature]
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
        number = None if self.ticket is None else f"{self.ticket:0{len(str(self.of - 1))}d}"
        words = [say(kind, ticket=number), say(code)]
        words += [say("explain-drawn-for", panel=panel.name)
                  for panel in self.panels if panel.drawn]
        return " ".join([*words, *([say("rehearsal-line")] if self.rehearsal else [])])


@dataclass(frozen=True, slots=True)
class _Words:
    """From codes to words in one language."""

    language: str

    def __call__(self, code: str, **params: Any) -> str:
        return messages.text(code, self.language, **params)


def _some(tickets: Sequence[str]) -> str:
    """Return the first tickets, as many as a letter names."""
    return ", ".join([*tickets[:_SHOWN], *(["…"] if len(tickets) > _SHOWN else [])])
