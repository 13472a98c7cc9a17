"""Conflicts as values: rules that cannot hold together, and the people counted behind them.

Made by `sortition.diagnosis.diagnose`, printed as issues, kept in `InfeasibleError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sortition.display import card
from sortition.errors import Issue

__all__ = ["HOUSEHOLD", "SIZE", "Conflict", "Count", "Diagnosis", "Level", "Rule", "Side"]

Side = Literal["min", "max"]
Level = Literal["arithmetic", "relaxation", "integer"]

SIZE = 0  # the row of a rule about the number of seats
HOUSEHOLD = -1  # the row of the household rule


@dataclass(frozen=True, slots=True)
class Rule:
    """One bound: of a quota, of the number of seats, or on the people of one household.

    Parameters
    ----------
    row
        Row of the problem; 0 for the number of seats, -1 for the household rule.
    side
        ``"min"`` or ``"max"``.
    name
        The quota's name; empty for the two others.
    bound
        Seats, or people of one household.
    roles
        Whether it only follows from the seats of several roles, for these together.
    """

    row: int
    side: Side
    name: str
    bound: int
    roles: bool = field(default=False, compare=False)

    def render(self, language: str) -> str:
        """Return the rule in words."""
        from sortition.messages import text

        minimum = self.side == "min"
        if self.row == HOUSEHOLD:
            code = "rule-household" if self.bound == 1 else "rule-household-more"
        elif self.row == SIZE:
            code = "rule-size-min" if minimum else "rule-size-max"
        else:
            code = "rule-quota-min" if minimum else "rule-quota-max"
        words = text(code, language, name=self.name, bound=self.bound)
        return f"{words} {text('rule-roles', language)}" if self.roles else words

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Count:
    """How many people of the pool are in one group, or in two groups at once.

    Parameters
    ----------
    groups
        Names of the quotas.
    people
        How many are in all of these groups.
    sharing
        How many of these share an address with another one of these.
    together
        How many of these may serve together under the household rule.
    among
        How many are in the first group.
    """

    groups: tuple[str, ...]
    people: int
    sharing: int
    together: int
    among: int

    def render(self, language: str) -> str:
        """Return the count in words."""
        from sortition.messages import text

        words = text(
            "count-one" if len(self.groups) == 1 else "count-both", language,
            first=self.groups[0], second=self.groups[-1], people=self.people, among=self.among,
        )
        if self.together < self.people:
            words += text("count-homes", language, sharing=self.sharing, together=self.together)
        return words


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Parameters
    ----------
    level
        What shows it: ``"arithmetic"``, counting one group; ``"relaxation"``, that even parts of
        people could not keep these rules; ``"integer"``, that only parts of people could.
    rules
        The rules.
    counts
        People in their groups and in two of these at once; empty when there are many rules.
    minimal
        Whether it is proven that leaving any one rule out makes the others possible at this
        level; else time ran out, and some of the rules may be innocent.
    others
        Of maxima of a feature that leave seats empty: how many people are in its other groups.
    """

    level: Level
    rules: tuple[Rule, ...]
    counts: tuple[Count, ...] = ()
    minimal: bool = True
    others: int = field(default=0, compare=False)

    def render(self, language: str) -> str:
        """Return the rules and the counts in words."""
        from sortition.messages import text

        words = "; ".join(rule.render(language) for rule in self.rules)
        if self.counts:
            counts = "; ".join(count.render(language) for count in self.counts)
            words += text("conflict-counts", language, counts=counts)
        return words if self.minimal else words + text("conflict-not-minimal", language)

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why no panel exists.

    Parameters
    ----------
    level
        The first level at which it fails; None when a panel may exist.
    conflicts
        Smallest sets of conflicting rules, no quota in two of them; empty when whole people are in
        the way and time ran out before that could be narrowed down.
    file
        The quota file, for messages.
    rows
        Row in that file by name of the quota.
    """

    level: Level | None
    conflicts: tuple[Conflict, ...]
    file: str | None = field(default=None, compare=False)
    rows: dict[str, int | None] = field(default_factory=dict, compare=False, repr=False)

    def __repr__(self) -> str:
        return f"Diagnosis: {len(self.conflicts)} conflicts, shown by {self.level or 'nothing'}"

    def _repr_html_(self) -> str:
        """Show rules that cannot hold together."""
        return card(repr(self), ("conflict",), ([str(own)] for own in self.conflicts))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The conflicts as issues to print; at least one unless a panel may exist."""
        if self.level is not None and not self.conflicts:
            return (Issue("conflict-whole", {}, self.file, suggestion="change-quotas"),)
        return tuple(map(self._issue, self.conflicts))

    def _issue(self, conflict: Conflict) -> Issue:
        """Return one conflict as an issue; a group that is too small has a sentence of its own."""
        if conflict.level != "arithmetic":
            code = "conflict-integer" if conflict.level == "integer" else "conflict-rules"
            return Issue(code, {"rules": conflict}, self.file, suggestion="change-quotas")
        rule = conflict.rules[0]
        if not conflict.counts:
            code = "conflict-sum-min" if rule.side == "min" else "conflict-sum-max"
            if conflict.others:
                code = "conflict-sum-max-others"
            total = sum(own.bound for own in conflict.rules if own.row > SIZE)
            params = {"rules": conflict, "sum": total, "others": conflict.others}
            return Issue(code, params, self.file, suggestion="change-quotas")
        (count,) = conflict.counts
        params = {
            "name": rule.name, "lower": rule.bound, "people": count.people,
            "able": count.together, "sharing": count.sharing,
        }
        if rule.row == SIZE:
            return Issue("conflict-size-homes", params, self.file, suggestion="change-quotas")
        code = "conflict-too-few" if len(conflict.rules) == 1 else "conflict-too-few-homes"
        return Issue(code, params, self.file, self.rows.get(rule.name), suggestion="change-quotas")

    def __iter__(self) -> Iterator[Issue]:
        return iter(self.issues)
