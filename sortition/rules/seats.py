"""How many seats each group of one statement gets, with a note for everything that was worked out.

From a statement and the size of the panel to whole bounds; called by `sortition.rules.stating`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from sortition.display import span
from sortition.errors import Issue
from sortition.messages import number, text
from sortition.rules.amounts import Amount
from sortition.rules.apportion import Apportionment, largest_remainder, root, with_floor
from sortition.rules.quotas import CROSS, join_union
from sortition.rules.statements import Group, Shares, Spread

__all__ = ["Note", "Seats", "group_name", "share_seats", "spread_seats"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was worked out from what was stated, for the user to see.

    Parameters
    ----------
    code
        Key of the message catalogue.
    params
        The values the text speaks of.
    file, row
        Where the statement stands.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    row: int | None = None

    def render(self, language: str = "en") -> str:
        """Return the note in words."""
        return text(self.code, language, **self.params)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Seats:
    """Lower and upper number of seats of each group of a statement.

    Parameters
    ----------
    groups
        Per group the values that count, feature by feature.
    lower, upper
        Per group its seats, both included.
    notes, issues
        What the user should see, and what is wrong.
    open
        The groups for which no maximum was stated, by their place.
    """

    groups: tuple[Group, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    notes: tuple[Note, ...] = ()
    issues: tuple[Issue, ...] = ()
    open: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Rounded:
    """Amounts and the seats they became, as a parameter that renders in either language."""

    exact: Mapping[str, Fraction]
    seats: Mapping[str, int]

    def render(self, language: str) -> str:
        """Return ``Heerlen 8.18 → 8; Kerkrade 4.24 → 4``."""
        words = []
        for name, amount in self.exact.items():
            whole = amount.denominator == 1
            shown = "" if whole else number(float(amount), ".2f", language) + " → "
            words.append(f"{name} {shown}{self.seats[name]}")
        return "; ".join(words)

    def __str__(self) -> str:
        return self.render("en")


def group_name(group: Group) -> str:
    """Return the group in words: ``onderwijs | ambtenaar × Heerlen``."""
    return CROSS.join(map(join_union, group))


def share_seats(statement: Shares, sizes: tuple[int, int], lot: str) -> Seats:
    """Return the seats that a statement of shares gives each group.

    Exact amounts are rounded by largest remainder, once for the smallest and once for the largest
    panel; what was said with bounds keeps them: a minimum is rounded up from the smallest panel, a
    maximum down from the largest.

    Parameters
    ----------
    statement
        What was stated.
    sizes
        Smallest and largest panel.
    lot
        Text that decides between equal remainders.
    """
    names = [group_name(group) for group in statement.groups]
    amounts = {
        name: amount
        for name, said in zip(names, statement.amounts.values(), strict=True)
        if (amount := Amount.of(said)) is not None  # never None: the statement is sound
    }
    issues: list[Issue] = []
    notes: list[Note] = []
    rounded = []
    for size in dict.fromkeys(sizes):
        exact = {
            name: amount.seats(amount.exact, size)
            for name, amount in amounts.items()
            if amount.exact is not None
        }
        wrong = _sum_issue(statement, amounts, exact, size)
        if wrong is not None:
            issues.append(wrong)
            continue
        together = [exact] if statement.whole else [{name: exact[name]} for name in exact]
        seats: dict[str, int] = {}
        for part in together:
            rest = Fraction(size) - sum(part.values(), Fraction(0))
            worked = _round(part, rest, CROSS.join(statement.features), lot)
            seats |= {name: worked.seats[name] for name in part}
            notes += _tie_note(statement, worked, lot)
        if any(amount.denominator > 1 for amount in exact.values()):
            notes.append(_rounded_note(statement, exact, seats, size))
        rounded.append(seats)
    if issues:
        return Seats(statement.groups, (), (), (), tuple(issues))
    lower, upper = [], []
    for name, amount in amounts.items():
        if amount.exact is not None:
            least = min(seats[name] for seats in rounded) - statement.tolerance
            most = max(seats[name] for seats in rounded) + statement.tolerance
        else:
            least = 0 if amount.least is None else ceil(amount.seats(amount.least, sizes[0]))
            most = sizes[1] if amount.most is None else floor(amount.seats(amount.most, sizes[1]))
            if amount.most is not None and least > most:  # a minimum alone is for the quotas
                issues.append(_issue(statement, "amount-no-whole", group=name, size=span(sizes),
                                     suggestion="amount-no-whole-is"))
        lower.append(max(least, 0))
        upper.append(max(min(most, sizes[1]), least))
    free = frozenset(at for at, amount in enumerate(amounts.values()) if amount.most is None)
    return Seats(statement.groups, tuple(lower), tuple(upper), tuple(notes), tuple(issues), free)


def spread_seats(
    statement: Spread, groups: Sequence[Group], weights: Sequence[int], sizes: tuple[int, int],
    lot: str,
) -> Seats:
    """Return the seats that a spread gives each group.

    An even spread gives everyone ⌊k/g⌋ or ⌈k/g⌉ of k seats over g groups and leaves open who gets
    which. The other kinds, and an exact even one, round shares of the panel by largest remainder.

    Parameters
    ----------
    statement
        What was stated.
    groups
        To spread over.
    weights
        Population of each group; not used for an even spread.
    sizes
        Smallest and largest panel.
    lot
        Text that decides between equal remainders.
    """
    count = len(groups)
    if statement.floor * count > sizes[0]:
        return Seats(tuple(groups), (), (), (), (
            _issue(statement, "spread-floor", floor=statement.floor, count=count, size=sizes[0],
                   suggestion="spread-floor-is"),
        ))
    names = [group_name(group) for group in groups]
    notes: list[Note] = []
    if statement.spread == "even" and not statement.exact:
        least, most = sizes[0] // count, -(-sizes[1] // count)
        notes.append(_note(statement, "note-even" if least == most else "note-even-range",
                           count=count, size=span(sizes), least=least, most=most))
        rounded = [dict.fromkeys(names, least), dict.fromkeys(names, most)]
    else:
        rounded = []
        of = {
            "even": lambda people: Fraction(1), "proportional": Fraction, "root": root,
        }[statement.spread]
        shares = {name: of(people) for name, people in zip(names, weights, strict=True)}
        for size in dict.fromkeys(sizes):
            exact = with_floor(shares, size, statement.floor)
            worked = _round(exact, Fraction(0), CROSS.join(statement.features), lot)
            notes += _tie_note(statement, worked, lot)
            notes.append(_rounded_note(statement, exact, worked.seats, size))
            rounded.append(dict(worked.seats))
    if statement.tolerance:
        notes.append(_note(statement, "note-tolerance", tolerance=statement.tolerance))
    lower = [
        max(min(seats[name] for seats in rounded) - statement.tolerance, statement.floor)
        for name in names
    ]
    upper = [
        min(max(seats[name] for seats in rounded) + statement.tolerance, sizes[1])
        for name in names
    ]
    return Seats(tuple(groups), tuple(lower), tuple(upper), tuple(notes))


def _round(
    exact: Mapping[str, Fraction], rest: Fraction, feature: str, lot: str
) -> Apportionment:
    """Round amounts and what they leave of the panel, which takes part as one more group."""
    if rest < 0:  # more than the panel: the quotas will say so
        return Apportionment({name: ceil(amount) for name, amount in exact.items()})
    return largest_remainder({**exact, "": rest} if rest else exact, lot, feature)


def _sum_issue(
    statement: Shares, amounts: Mapping[str, Amount], exact: Mapping[str, Fraction], size: int
) -> Issue | None:
    """Return what is wrong with the sum of amounts that together are the whole panel."""
    total = sum(exact.values(), Fraction(0))
    all_exact = len(exact) == len(amounts)
    if not statement.whole or (total == size if all_exact else total <= size):
        return None
    feature = CROSS.join(statement.features)
    if all_exact and all(amount.share for amount in amounts.values()):
        return _issue(statement, "shares-sum", feature=feature, sum=float(total / size * 100),
                      suggestion="shares-sum-is")
    return _issue(statement, "shares-sum-seats", feature=feature, sum=float(total), size=size,
                  suggestion="shares-sum-seats-is")


def _issue(statement: Shares | Spread, code: str, suggestion: str, **params: object) -> Issue:
    return Issue(code, params, statement.file, statement.row, suggestion=suggestion)


def _note(statement: Shares | Spread, code: str, **params: object) -> Note:
    feature = CROSS.join(statement.features)
    return Note(code, {"feature": feature, **params}, statement.file, statement.row)


def _rounded_note(
    statement: Shares | Spread, exact: Mapping[str, Fraction], seats: Mapping[str, int], size: int
) -> Note:
    return _note(statement, "note-rounded", size=size, shown=_Rounded(dict(exact), dict(seats)))


def _tie_note(statement: Shares | Spread, worked: Apportionment, lot: str) -> list[Note]:
    if not worked.tied:
        return []
    tied, winners = (", ".join(name or "…" for name in names)
                     for names in (worked.tied, worked.winners))
    code = "note-tie" if lot else "note-tie-no-text"
    return [_note(statement, code, tied=tied, winners=winners, lot=lot)]
