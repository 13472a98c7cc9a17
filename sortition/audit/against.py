"""Any group of people beside any reference: shares, gaps, exact intervals, what a lot would give.

``compare_groups(group, reference) -> GroupComparison``. The group may be a panel, the sign-ups, a
room or its speakers; the reference another list of people, quotas, or how many there are of each
kind. Nothing here solves anything. Called by researchers and by the command line; how files become
a reference is in `sortition.audit.references`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sortition.audit.beside import (
    Kind,
    alone,
    beside_people,
    beside_population,
    beside_quotas,
    unlisted,
)
from sortition.audit.errors import distances
from sortition.audit.groups import Population, columns_of
from sortition.audit.intervals import by_lot, interval, interval_without_replacement
from sortition.audit.small_cells import hidden_in_line, hidden_in_table
from sortition.display import card, percent
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.quotas import CROSS, Quotas, split_cross

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FeatureGap", "GroupComparison", "GroupShare", "compare_groups"]

_FIGURES = ("people", "share", "low", "high", "reference_people", "reference_low",
            "reference_high", "gap", "fewest_by_lot", "most_by_lot", "differs")


@dataclass(frozen=True, slots=True)
class GroupShare:
    """People of one kind, in the group and in the reference; shares in [0, 1].

    Parameters
    ----------
    over
        The features, ``gender × age``.
    name
        Their values, ``woman × 16-29``.
    people
        How many in the group.
    share
        The same as a share of those whose value is known.
    low, high
        Exact interval of the share.
    reference_people
        How many in the reference; None where only shares are known.
    reference_low, reference_high
        Share in the reference; two numbers for a quota; None where the reference is silent.
    gap
        `share` minus the reference, or minus the nearer end of a quota, 0 within it.
    fewest_by_lot, most_by_lot
        How many a plain lot of as many people from the reference gives, but for the rarest cases.
    differs
        Whether the reference lies outside the interval.
    hidden
        Whether the numbers are left out because they are small, or would give one away that is.
    """

    over: str
    name: str
    people: int | None
    share: float | None
    low: float | None
    high: float | None
    reference_people: int | None
    reference_low: float | None
    reference_high: float | None
    gap: float | None
    fewest_by_lot: int | None
    most_by_lot: int | None
    differs: bool | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class FeatureGap:
    """One feature, or two crossed, as a whole.

    Parameters
    ----------
    over
        The features.
    known, unknown
        People of the group whose value is known, and is not.
    reference_known, reference_unknown
        The same in the reference; None where it is no list of people or counts.
    loosemore_hanby
        ``½ Σ |gap|``: the share of the group that would have to be others; None where not every
        group has one share in the reference, or some are hidden.
    largest
        ``max |gap|``; None where none is known, or some are hidden.
    """

    over: str
    known: int
    unknown: int
    reference_known: int | None
    reference_unknown: int | None
    loosemore_hanby: float | None
    largest: float | None


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """A group beside a reference.

    Parameters
    ----------
    people
        In the group.
    against
        ``"people"``, ``"quotas"`` or ``"population"``.
    reference_people
        In the reference, where that is a list of people.
    drawn
        Whether the group is taken to be drawn from the reference, without putting back.
    confidence
        Of the intervals, one by one.
    least_shown
        The smallest number that is shown; 0 shows all.
    groups
        Kind by kind.
    features
        Feature by feature.
    passed_over
        Columns and features that could not be compared, because they are on one side only or
        nobody's value is known, or were not asked for and have too many values.
    near
        Feature, value of the group and value of the reference that look alike and count apart.
    unlisted
        Feature and value of the group that a population does not name, and that therefore count as
        0 there; but for those in `near`.
    """

    people: int
    against: str
    reference_people: int | None
    drawn: bool
    confidence: float
    least_shown: int
    groups: tuple[GroupShare, ...] = field(repr=False)
    features: tuple[FeatureGap, ...] = field(repr=False)
    passed_over: tuple[str, ...] = field(repr=False)
    near: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    unlisted: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def _repr_html_(self) -> str:
        """Show shares and gaps."""
        rows = (
            (own.over, own.name, own.people, _shown(own.share), _shown(own.reference_low),
             _shown(own.gap)) for own in self.groups
        )
        header = ("over", "group", "people", "share", "reference", "gap")
        return card(f"{self.people} people beside {self.against}", header, rows)

    def to_frame(self) -> pd.DataFrame:
        """Return a row per group, the fields of `GroupShare` as columns."""
        import pandas as pd

        return pd.DataFrame(map(asdict, self.groups), columns=list(GroupShare.__dataclass_fields__))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; what is not known is None."""
        return {"schema": 1, **asdict(self)}


def compare_groups(
    group: Pool,
    reference: Pool | Quotas | Population,
    *,
    features: Sequence[str] | None = None,
    over: Sequence[Sequence[str]] = (),
    unknown: Sequence[str] = (),
    count_unknown: bool = False,
    drawn: bool | None = None,
    confidence: float = 0.95,
    least_shown: int = 0,
) -> GroupComparison:
    """Compare a group of people with a reference.

    Parameters
    ----------
    group
        The people.
    reference
        Another list of people; quotas, taken as shares of their seats; or how many people there
        are of each kind, or their shares: ``{"gender": {"woman": 0.7, "man": 0.3}}``, for
        combinations ``{"gender × age": {"woman × 16-29": 2310, …}}``.
    features
        Which to compare; None for all that both know, but for names, addresses and columns of more
        than twenty values.
    over
        Pairs of features to cross. Of quotas and of a population those that are crossed there are
        looked at anyway.
    unknown
        Values that mean that nobody knows, besides a blank.
    count_unknown
        Whether they count as a value of their own. Else shares are of those who are known.
    drawn
        Whether the group was drawn from the reference, so that intervals are narrower; None says
        yes where all ids of the group are ids of a list of people. A reference without numbers of
        people does not allow it.
    confidence
        Of each interval by itself.
    least_shown
        The smallest number of people that may be shown: smaller ones are hidden, with others from
        which they could be worked out.

    Raises
    ------
    QuotaError
        With every feature that is no column of the group.
    InputError
        If the reference does not know a feature that is asked for, or no value of it that the group
        has, or the two share none, or shares add up to more than one.
    ValueError
        If the confidence is not between 0 and 1.

    References
    ----------
    The intervals: see `sortition.audit.intervals`. Loosemore, Hanby, "The theoretical limits of
    maximum distortion", *British Journal of Political Science* 1 (1971).

    Examples
    --------
    >>> import pandas as pd
    >>> room = Pool.from_frame(pd.DataFrame({"gender": ["man"] * 14 + ["woman"] * 6}))
    >>> found = compare_groups(room, {"gender": {"man": 0.3, "woman": 0.7}})
    >>> man = found.groups[0]
    >>> man.people, man.share, round(man.gap, 3), man.differs
    (14, 0.7, 0.4, True)
    >>> round(man.low, 3), round(man.high, 3), (man.fewest_by_lot, man.most_by_lot)
    (0.457, 0.881, (2, 10))
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
    blanks = frozenset() if count_unknown else frozenset(map(fold, ("", *unknown)))
    names = None if features is None else [own for (own,) in columns_of(group, alone(features))]
    pairs = columns_of(group, over)
    if isinstance(reference, Pool):
        kinds, passed = beside_people(group, reference, names, pairs, blanks)
        against = "people"
        all_there = set(group.ids) <= set(reference.ids) and bool(
            group.id_column and reference.id_column)
    elif isinstance(reference, Quotas):
        kinds, passed = beside_quotas(group, reference, names, pairs, blanks)
        against, all_there = "quotas", False
    else:
        kinds, passed = beside_population(group, reference, names, pairs, blanks)
        against, all_there = "population", False
    taken = all_there if drawn is None else drawn
    groups = [_measured(kind, confidence, drawn=taken) for kind in kinds]
    near = tuple(_near(groups))
    alike = {(name, value) for name, value, _ in near}
    silent = () if isinstance(reference, Pool | Quotas) else unlisted(kinds, reference)
    by_over = {name: [own for own in groups if own.over == name]
               for name in dict.fromkeys(own.over for own in groups)}
    if least_shown > 0:
        by_over = _hidden(by_over, least_shown, lists=isinstance(reference, Pool))
    first = {kind.over: kind for kind in reversed(kinds)}
    return GroupComparison(
        len(group), against, len(reference) if isinstance(reference, Pool) else None,
        taken and any(kind.reference.of is not None for kind in kinds), confidence, least_shown,
        tuple(own for rows in by_over.values() for own in rows),
        tuple(_whole(first[name], rows, reference) for name, rows in by_over.items()),
        tuple(passed), near, tuple(own for own in silent if own not in alike),
    )


def _measured(kind: Kind, confidence: float, *, drawn: bool) -> GroupShare:
    """Return the figures of one kind of people."""
    people, known = int(kind.inside.sum()), int(kind.known.sum())
    low, high, hits, of = kind.reference
    finite = drawn and of is not None and of >= known
    found = (interval_without_replacement(people, known, of, confidence)
             if finite and of is not None else interval(people, known, confidence))
    gap = fewest = most = differs = None
    if low is not None and high is not None:
        gap = found.estimate - min(max(found.estimate, low), high)
        differs = found.high < low or found.low > high
        if low == high:
            pair = (hits, of) if finite and hits is not None and of is not None else None
            fewest, most = by_lot(known, low, confidence, drawn=pair)
    return GroupShare(kind.over, kind.name, people, *found, hits, low, high, gap, fewest, most,
                      differs)


def _near(groups: Sequence[GroupShare]) -> Iterator[tuple[str, str, str]]:
    """Yield values that only the group has and that look like one that only the reference has."""
    for over in dict.fromkeys(own.over for own in groups if len(split_cross(own.over)) == 1):
        rows = [own for own in groups if own.over == over]
        theirs = [own.name for own in rows if not own.people and own.reference_high]
        for own in rows:
            like = nearest(own.name, theirs) if own.people and not own.reference_high else None
            if like is not None:
                yield over, own.name, like


def _whole(
    kind: Kind, rows: Sequence[GroupShare], reference: Pool | Quotas | Population
) -> FeatureGap:
    """Return the figures of all kinds of one feature together."""
    known = int(kind.known.sum())
    gaps = [own.gap for own in rows if own.gap is not None]
    hidden = any(own.hidden for own in rows)
    points = len(gaps) == len(rows) and not isinstance(reference, Quotas)
    _, apart, _, largest = distances(np.array(gaps)) if gaps else (0.0, 0.0, 0.0, 0.0)
    of = kind.reference.of
    return FeatureGap(
        kind.over, known, len(kind.known) - known, of,
        len(reference) - of if isinstance(reference, Pool) and of is not None else None,
        apart if points and gaps and not hidden else None,
        largest if gaps and not hidden else None,
    )


def _hidden(
    by_over: Mapping[str, Sequence[GroupShare]], least: int, *, lists: bool
) -> dict[str, list[GroupShare]]:
    """Return the figures without those of small groups; single features come first."""
    gone: dict[tuple[str, str], bool] = {}

    def counted(rows: Sequence[GroupShare]) -> NDArray[np.int64]:
        told = [[own.people or 0 for own in rows]]
        told += [[own.reference_people or 0 for own in rows]] if lists else []
        return np.array(told, dtype=np.int64)

    nothing: dict[str, Any] = dict.fromkeys(_FIGURES)
    made: dict[str, list[GroupShare]] = {}
    for over in sorted(by_over, key=lambda own: len(split_cross(own))):
        rows = list(by_over[over])
        features = split_cross(over)
        parts = [split_cross(own.name) for own in rows]
        if len(features) != 2 or any(len(part) != 2 for part in parts):
            hide = hidden_in_line(counted(rows), least).tolist()
        else:
            downs, acrosses = (list(dict.fromkeys(own)) for own in zip(*parts, strict=True))
            at = [(downs.index(down), acrosses.index(across)) for down, across in parts]
            counts = counted(rows)
            table = np.zeros((len(counts), len(downs), len(acrosses)), dtype=np.int64)
            for column, (i, j) in enumerate(at):
                table[:, i, j] = counts[:, column]
            totals = [
                np.array([gone.get((feature, name), False) for name in names], dtype=bool)
                for feature, names in zip(features, (downs, acrosses), strict=True)
            ]
            found = hidden_in_table(table, totals[0], totals[1], least)
            hide = [bool(found[place]) for place in at]
            # A combination of nobody that is not named would be known to be one.
            absent = [(int(i), int(j)) for i, j in np.argwhere(found) if (i, j) not in at]
            rows += [GroupShare(over, CROSS.join((downs[i], acrosses[j])), **nothing, hidden=True)
                     for i, j in absent]
            hide += [True] * len(absent)
        gone |= {(over, own.name): hidden for own, hidden in zip(rows, hide, strict=True)}
        shown = [replace(own, **nothing, hidden=True) if hidden else own
                 for own, hidden in zip(rows, hide, strict=True)]
        if any(hide):  # else what comes last would be known to be nobody
            shown.sort(key=lambda own: own.name)
        made[over] = shown
    return {over: made[over] for over in by_over}


def _shown(share: float | None) -> str:
    return "–" if share is None else percent(share)
