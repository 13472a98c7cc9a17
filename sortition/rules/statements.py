"""Quotas as people state them: shares of a panel, an even spread, at most two of one organisation.

Frozen values that are sound in themselves, made in Python or by `sortition.rules.quota_table` from
a project file; `sortition.rules.stating` turns them and a pool into plain quotas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

from sortition.errors import Issue, QuotaError
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.rules.amounts import Amount
from sortition.rules.quotas import CROSS, split_cross, split_union

__all__ = [
    "SPREADS", "EachAtMost", "Group", "Shares", "Spread", "Statement", "counts_as", "is_unknown",
    "several", "speaks_of_everyone", "stated_groups",
]

# Per feature the values that count.
Group: TypeAlias = tuple[tuple[str, ...], ...]

SPREADS = ("even", "proportional", "root")
_OUTSIDE = "outside"
_AS = "as:"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What every statement may say of its features.

    Parameters
    ----------
    separator
        What stands between the values in a cell that may hold several, such as ``";"``.
    unknown
        Where people count whose cell is blank: ``"outside"`` (for no group), ``"as:VALUE"`` (as if
        they had that value), or None: then a blank cell is an error.
    columns
        Per feature, folded, what is said of its cells for all statements: separator and unknown,
        None where nothing is; what the statement says itself comes first.
    file, row
        Where it was stated, for messages.
    """

    separator: str | None = None
    unknown: str | None = None
    columns: Mapping[str, tuple[str | None, str | None]] = field(
        default_factory=dict, compare=False, repr=False
    )
    file: str | None = field(default=None, compare=False)
    row: int | None = field(default=None, compare=False)

    def _refuse(self, code: str, suggestion: str | None = None, **params: Any) -> Issue:
        return Issue(code, params, self.file, self.row, suggestion=suggestion)

    def _common_issues(self, features: tuple[str, ...]) -> list[Issue]:
        issues = []
        if not all(features) or not 0 < len(features) == len(set(map(fold, features))):
            issues.append(self._refuse("statement-of", "statement-of-is"))
        if self.separator is not None and not self.separator.strip():
            issues.append(self._refuse("statement-separator", "statement-separator-is"))
        if self.unknown is not None and not is_unknown(self.unknown):
            issues.append(self._refuse("statement-unknown", "statement-unknown-is",
                                       value=self.unknown))
        if counts_as(self.unknown) is not None and len(features) > 1:
            issues.append(self._refuse("statement-unknown-crossed", "statement-unknown-is",
                                       value=self.unknown))
        return issues

    def said_of(self, feature: str) -> tuple[str | None, str | None]:
        """Return separator and unknown of the cells of a feature, None where nothing is said."""
        separator, unknown = self.columns.get(fold(feature), (None, None))
        return self.separator or separator, self.unknown or unknown


@dataclass(frozen=True, slots=True)
class Shares(_Common):
    """So much of the panel for this group, so much for that.

    Parameters
    ----------
    of
        The feature, or several for crossed groups.
    amounts
        For each group what it gets, as `Amount.of` reads it. A group is a value, a union ``a|b``
        or, of several features, their values joined: ``ondernemer × vrouw``.
    whole
        Whether the groups together are the whole panel: then exact shares must add up to it, and
        everyone's value must be named. If not, people in no group count for none.
    tolerance
        Seats either side that exact amounts may differ after rounding.
    one_seat_each
        Whether somebody who is in several groups fills a seat of one of them only.

    Examples
    --------
    >>> Shares("rol", {"uitkeringsgerechtigde": "1/3", "ondernemer": "1/3",
    ...                "onderwijs|ambtenaar": "1/3"}).groups[2]
    (('onderwijs', 'ambtenaar'),)
    """

    of: str | tuple[str, ...]
    amounts: Mapping[str, object]
    whole: bool = field(default=True, kw_only=True)
    tolerance: int = field(default=0, kw_only=True)
    one_seat_each: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        issues = self._common_issues(self.features)
        issues += _group_issues(self, self.amounts)
        for name, said in self.amounts.items():
            amount = Amount.of(said)
            if amount is None:
                issues.append(self._refuse("amount-unread", "amount-is", group=name,
                                           said=str(said)[:30]))
            elif amount.least is not None and amount.most is not None \
                    and amount.least > amount.most:
                issues.append(self._refuse("amount-reversed", "swap-bounds", group=name,
                                           said=str(said)[:30]))
        if self.tolerance < 0:
            issues.append(self._refuse("statement-negative", "write-whole-number",
                                       name="tolerance"))
        if self.one_seat_each and len(self.features) > 1:
            issues.append(self._refuse("statement-roles-crossed", "statement-roles-crossed-is"))
        if issues:
            raise QuotaError(issues)

    @property
    def features(self) -> tuple[str, ...]:
        """The features, one or several."""
        return several(self.of)

    @property
    def groups(self) -> tuple[Group, ...]:
        """For each amount its group: per feature the values that count."""
        return tuple(_group(name, self.features) for name in self.amounts)


@dataclass(frozen=True, slots=True)
class Spread(_Common):
    """The panel spread over the values of a feature, or over the cells of crossed features.

    Parameters
    ----------
    of
        The feature, or several for crossed groups.
    spread
        ``"even"``, ``"proportional"`` to the populations, or ``"root"``: proportional to their
        square roots.
    populations
        Inhabitants per group; None counts the people who signed up.
    values
        Per feature the groups to spread over; those not named follow from the populations, from
        another statement on that feature alone, or from the values that occur in the pool.
    floor
        The least for every group.
    tolerance
        Seats either side after rounding.
    exact
        Whether an even spread that does not divide gives the seats left over by lot, where it
        otherwise leaves open which groups get one more.

    Examples
    --------
    >>> region = Spread("gemeente", "root", populations={"Heerlen": 87498, "Kerkrade": 45302})
    >>> region.features
    ('gemeente',)
    """

    of: str | tuple[str, ...]
    spread: str = "even"
    populations: Mapping[str, int] | None = field(default=None, kw_only=True)
    values: Mapping[str, Sequence[str]] = field(default_factory=dict, kw_only=True)
    floor: int = field(default=0, kw_only=True)
    tolerance: int = field(default=0, kw_only=True)
    exact: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        issues = self._common_issues(self.features)
        if self.spread not in SPREADS:
            near = nearest(self.spread, SPREADS)
            issues.append(self._refuse("statement-spread", "did-you-mean" if near else "values-are",
                                       value=self.spread, nearest=near, values=", ".join(SPREADS)))
        if self.populations is not None:
            issues += _group_issues(self, self.populations)
            issues += [
                self._refuse("population-wrong", "write-whole-number", group=name)
                for name, people in self.populations.items()
                if type(people) is not int or people < 0
            ]
            if not issues and not any(self.populations.values()):
                issues.append(self._refuse("population-none"))
            if self.values:
                issues.append(self._refuse("statement-values-twice"))
        own = {fold(name) for name in self.features}
        issues += [
            self._refuse("statement-values-of", "values-are", name=name,
                         values=", ".join(self.features))
            for name in self.values
            if fold(name) not in own
        ]
        for name in ("floor", "tolerance"):
            if getattr(self, name) < 0:
                issues.append(self._refuse("statement-negative", "write-whole-number", name=name))
        if issues:
            raise QuotaError(issues)

    @property
    def features(self) -> tuple[str, ...]:
        """The features, one or several."""
        return several(self.of)


@dataclass(frozen=True, slots=True)
class EachAtMost(_Common):
    """At most so many people with one and the same value; a blank cell is nobody's value.

    Parameters
    ----------
    of
        The feature, such as the organisation somebody belongs to.
    most
        How many people.

    Examples
    --------
    >>> EachAtMost("organisatie", 2).features
    ('organisatie',)
    """

    of: str
    most: int

    def __post_init__(self) -> None:
        issues = self._common_issues(self.features)
        if type(self.most) is not int or self.most < 0:
            issues.append(self._refuse("statement-negative", "write-whole-number",
                                       name="each_at_most"))
        if issues:
            raise QuotaError(issues)

    @property
    def features(self) -> tuple[str, ...]:
        """The feature, as the only one."""
        return (self.of,)


Statement: TypeAlias = Shares | Spread | EachAtMost


def is_unknown(said: str) -> bool:
    """Return whether words say where people count whose cell is blank."""
    return said == _OUTSIDE or counts_as(said) is not None


def counts_as(said: str | None) -> str | None:
    """Return the value of ``as:VALUE``, which blank cells count as; None where nothing is said."""
    return said.removeprefix(_AS).strip() or None if said and said.startswith(_AS) else None


def several(of: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return one or several features as several."""
    return (of,) if isinstance(of, str) else of


def _group(name: str, features: tuple[str, ...]) -> Group:
    """Return per feature the values that a group's name speaks of."""
    parts = split_cross(name) if len(features) > 1 else (name,)
    return tuple(split_union(part) for part in parts)


def _group_issues(statement: Shares | Spread, names: Mapping[str, object]) -> list[Issue]:
    """Return an issue for groups that are blank, of another shape, or named twice."""
    issues = []
    count = len(statement.features)
    seen: dict[tuple[tuple[str, ...], ...], str] = {}
    if not names:
        issues.append(statement._refuse("statement-empty"))
    for name in names:
        group = _group(name, statement.features)
        if len(group) != count:
            issues.append(statement._refuse(
                "group-shape", "group-shape-is", group=name, features=CROSS.join(statement.features)
            ))
        elif not all(value for values in group for value in values):
            issues.append(statement._refuse("group-blank", "fill-cell", group=name))
        key = tuple(tuple(sorted(map(fold, values))) for values in group)
        if key in seen:
            issues.append(statement._refuse("group-twice", group=name, other=seen[key]))
        seen.setdefault(key, name)
    return issues


def speaks_of_everyone(statement: Statement) -> bool:
    """Return whether a statement speaks of everyone, so that each value must be named."""
    return isinstance(statement, Spread) or (isinstance(statement, Shares) and statement.whole)


def stated_groups(statement: Statement) -> tuple[Group, ...] | None:
    """Return the groups that a statement names itself, None if they follow from elsewhere."""
    if isinstance(statement, Shares):
        return statement.groups
    if isinstance(statement, Spread) and statement.populations is not None:
        return tuple(_group(name, statement.features) for name in statement.populations)
    if isinstance(statement, Spread) and len(statement.values) == len(statement.features):
        by_key = {fold(name): values for name, values in statement.values.items()}
        return tuple(product(*(
            tuple(split_union(value) for value in by_key[fold(name)])
            for name in statement.features
        )))
    return None
