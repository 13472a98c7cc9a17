"""How many encounters any seating must repeat: counts of pairs, without any search.

A `Programme` in, a number out that nothing undercuts. Called by
`sortition.process.meetings.seating`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from math import comb

from sortition.process.meetings.check import groups_together
from sortition.process.meetings.programme import Programme

__all__ = ["fewest_again"]


def fewest_again(programme: Programme) -> int:
    """Return a lower bound on encounters that are not the first, if everybody is seated.

    The larger of two counts, less the pairs who are to sit together. All rounds have at least
    Σ C(s, 2) encounters, over sizes s as even as the places allow, and there are C(n, 2) pairs. And
    of a table of s people, seated anew at m tables, at least Σ C(part, 2) pairs meet again, over m
    parts as even as can be; a pair repeats at least as often as it sits together in two rounds
    running.

    Examples
    --------
    >>> from sortition.process.meetings.programme import Meeting, Person
    >>> nine = tuple(Person(own) for own in "abcdefghi")
    >>> def tables(rounds):
    ...     return tuple(Meeting(name, 3, round=r) for r in range(1, rounds + 1) for name in "xyz")
    >>> [fewest_again(Programme(nine, tables(rounds))) for rounds in (4, 5)]
    [0, 9]
    """
    n = len(programme.people)
    places = [[programme.meetings[at].places for at in own] for own in programme.rounds]

    def parted(tables: int) -> Callable[[int], int]:
        return lambda s: s // tables

    pairs = sum(_least(n, own, parted(1)) for own in places) - comb(n, 2)
    running = sum(_least(n, own, parted(len(after))) for own, after in pairwise(places))
    friends = sum(len(list(combinations(group, 2))) for group in groups_together(programme))
    return max(0, max(pairs, running) - friends * (len(places) - 1))


def _least(people: int, places: Sequence[int], more: Callable[[int], int]) -> int:
    """Return the least sum of a convex cost of sizes, where one more than s costs ``more(s)``."""
    sizes, cost = [0] * len(places), 0
    for _ in range(people):
        free = [at for at, most in enumerate(places) if sizes[at] < most]
        if not free:
            break
        at = min(free, key=lambda each: more(sizes[each]))
        cost += more(sizes[at])
        sizes[at] += 1
    return cost
