"""Small cells: groups so small that their number, or who is in them, says something of a person.

People and their groups in; which numbers not to show, and how many people could be recognised, out.
Called by the report and by ``sortition publish``. Tables of numbers that add up, in which nobody's
membership is known, are for `sortition.audit.small_cells`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sortition.rules.panel_names import JOINS

__all__ = ["SMALLEST", "few_alike", "hidden", "recognisable"]

SMALLEST = 5  # people: a number from 1 to 4 is not shown, as most statistical offices do
_CROSS, _VALUE = " × ", ": "  # in the name of a group: several features, and the values of one


def hidden(
    groups: Mapping[str, frozenset[int]], people: int, smallest: int = SMALLEST,
    themes: Collection[str] = (),
) -> frozenset[str]:
    """Return the groups whose numbers must not be shown.

    First those of 1 … `smallest` − 1 people. Then, since totals can be subtracted: let W be
    everybody, or a group that is shown, and P the groups of one kind shown that lie inside W. If
    W ∖ ∪P holds 1 … `smallest` − 1 people, W minus the groups in P tells how many these are, so
    that the smallest in P is not shown either; and so on until there is no such W.

    Parameters
    ----------
    groups
        By name, the people in each; of one kind are those whose names speak of the same features.
    people
        How many there are in all, which is public.
    smallest
        The smallest number that is shown, other than zero.
    themes
        Names of panels drawn together, which stand before those of their groups.

    Examples
    --------
    >>> towns = {"town: A": frozenset(range(40)), "town: B": frozenset(range(40, 49)),
    ...          "town: C": frozenset([49])}
    >>> sorted(hidden(towns, 50))  # 50 − 40 − 9 would tell that there is one of C
    ['town: B', 'town: C']
    >>> sorted(hidden(towns, 60))  # eleven are of no town that is named
    ['town: C']
    """
    found = {name for name, inside in groups.items() if 0 < len(inside) < smallest}
    kinds = {name: _kind(name, themes) for name in groups}
    while True:
        shown = {name: inside for name, inside in groups.items() if name not in found and inside}
        wholes = [frozenset(range(people)), *shown.values()]
        told = next((
            parts for whole in wholes for kind in sorted(set(kinds.values()))
            if (parts := [n for n in shown if kinds[n] == kind and shown[n] < whole])
            and 0 < len(whole.difference(*(shown[n] for n in parts))) < smallest
        ), None)
        if told is None:
            return frozenset(found)
        found.add(min(told, key=lambda name: (len(shown[name]), name)))


def recognisable(
    rows: Sequence[Sequence[str]], first: int, smallest: int = SMALLEST, *, seats: bool = False
) -> int:
    """Return how many people a file of groups could point to.

    They are those who share all their groups with fewer than `smallest` people, themselves counted,
    and those who live with somebody else in the list: a home is as small a group as there can be.
    The seats of one person are one person: whom they are alike is told by all of them together.

    Parameters
    ----------
    rows
        Of ``groups.csv``: id, household, and from `first` on 1 or 0 per quota.
    first
        Where the quotas begin.
    smallest
        The smallest number of people who may be alike.
    seats
        Whether ids are seats of several panels drawn together.
    """
    groups: dict[str, list[tuple[str, ...]]] = {}
    homes: dict[str, set[str]] = {}
    for own, home, *rest in rows:
        theme, who = _seat(own, seats=seats)
        groups.setdefault(who, []).append((theme, *rest[first - 2:]))
        homes.setdefault(home, set()).add(who)
    together = {who for home, people in homes.items() if home and len(people) > 1
                for who in people}
    kinds = {who: tuple(sorted(own)) for who, own in groups.items()}
    alike = Counter(kinds.values())
    return sum(who in together or alike[kind] < smallest for who, kind in kinds.items())


def few_alike(
    values: Sequence[tuple[str, str]], smallest: int = SMALLEST, *, seats: bool = False
) -> int:
    """Return how many people have a value that fewer than `smallest` have, themselves counted.

    Parameters
    ----------
    values
        Ids and their values; where ids are `seats`, a person's value is that of all their seats.
    smallest, seats
        As for `recognisable`.

    Examples
    --------
    >>> values = [(f"P{at}", "0.1" if at < 5 else "1") for at in range(7)]
    >>> few_alike(values)
    2
    """
    own: dict[str, list[tuple[str, str]]] = {}
    for seat, value in values:
        theme, who = _seat(seat, seats=seats)
        own.setdefault(who, []).append((theme, value))
    alike = Counter(tuple(sorted(each)) for each in own.values())
    return sum(many for many in alike.values() if many < smallest)


def _seat(own: str, *, seats: bool) -> tuple[str, str]:
    """Return the panel and the person of an id; of one panel only, no name and the id itself."""
    theme, _, who = own.partition(JOINS) if seats else ("", "", own)
    return theme, who


def _kind(name: str, themes: Collection[str] = ()) -> tuple[str, ...]:
    """Return the features that the name of a group speaks of, behind its panel if it has one."""
    theme, joins, rest = name.partition(JOINS)
    if joins and theme in themes:
        return (theme, *_kind(rest))
    return tuple(part.partition(_VALUE)[0] for part in name.split(_CROSS) if _VALUE in part) or (
        name,
    )
