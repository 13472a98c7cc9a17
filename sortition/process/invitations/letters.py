"""Letters over regions, groups and areas: whole numbers, in an order in which more only add.

Counts of a register (`Census`) and an `Invitation` in; out come how many letters each stratum gets,
and everybody's chance of one in exact fractions. Called by `sortition.process.invitations.invite`;
standard library only.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb, lcm

from sortition.process.invitations.invitation import Invitation
from sortition.rules.apportion import rank, root

__all__ = ["EVERYWHERE", "IN_AREAS", "Census", "Division", "Stratum", "Turns", "divide"]

EVERYWHERE, IN_AREAS = "everywhere", "areas"
Stratum = tuple[str, str]  # region and group


@dataclass(frozen=True, slots=True)
class Census:
    """How many homes of each kind a register holds: all that numbers of letters depend on.

    A home is an address where addresses get one letter, and else one person.

    Parameters
    ----------
    homes
        Per region, whether it lies in the named areas, and the sorted groups of those who live
        there, the number of such homes.
    """

    homes: Mapping[tuple[str, bool, tuple[str, ...]], int]

    def people(self, *, areas: bool = False) -> dict[Stratum, int]:
        """Return how many people each stratum has, or has within the named areas."""
        counts: Counter[Stratum] = Counter()
        for (region, inside, groups), homes in self.homes.items():
            for group in groups if inside or not areas else ():
                counts[region, group] += homes
        return dict(counts)

    def room(self, *, areas: bool = False) -> dict[Stratum, int]:
        """Return in how many homes somebody of the stratum lives: no more letters can go there."""
        counts: Counter[Stratum] = Counter()
        for (region, inside, groups), homes in self.homes.items():
            for group in set(groups) if inside or not areas else ():
                counts[region, group] += homes
        return dict(counts)

    def nominees(self, *, areas: bool = False) -> dict[Stratum, Fraction]:
        """Return how many homes are expected to name one of the stratum for their letter.

        A home names each of its h members with probability 1/h. Where all who live together are
        of one stratum this is the number of homes, and no expectation.
        """
        counts: dict[Stratum, Fraction] = {}
        for (region, inside, groups), homes in self.homes.items():
            for group, members in Counter(groups).items() if inside or not areas else ():
                share = Fraction(members * homes, len(groups))
                counts[region, group] = counts.get((region, group), Fraction(0)) + share
        return counts

    @property
    def mixed(self) -> bool:
        """Whether people of different groups live together anywhere."""
        return any(len(set(groups)) > 1 for _, _, groups in self.homes)


class Turns:
    """Sainte-Laguë, one letter after the other: whose turn it is next.

    The turn goes to the largest w / (2s + 1), with weight w and s letters so far; among equals to
    the smallest hash of the seed and the name. Those who have less than the floor come before all
    others. Since the order does not depend on how many turns there will be, more letters take
    none away (house monotonicity).

    Parameters
    ----------
    weights
        Per name, above 0.
    lot, feature
        What the hash is made of, besides the name.
    floor
        The fewest for every name.

    References
    ----------
    Balinski, Young, "Fair Representation" (1982): divisor methods, with minimum requirements.

    Examples
    --------
    >>> turns = Turns({"Heerlen": Fraction(5), "Simpelveld": Fraction(2)}, "lot", "gemeente")
    >>> [turns.take() for _ in range(4)]
    ['Heerlen', 'Simpelveld', 'Heerlen', 'Heerlen']
    """

    def __init__(
        self, weights: Mapping[str, Fraction], lot: str, feature: str, floor: int = 0
    ) -> None:
        scale = lcm(*(weight.denominator for weight in weights.values()))
        self._floor = floor
        self._queue = [
            _Turn(int(weight * scale), 0, rank(lot, feature, name), name, first=floor > 0)
            for name, weight in weights.items()
        ]
        heapq.heapify(self._queue)

    @property
    def next(self) -> str | None:
        """Whose turn it is; None when nobody is left."""
        return self._queue[0].name if self._queue else None

    def take(self) -> str:
        """Give whose turn it is a letter, and return the name."""
        turn = self._queue[0]
        turn.taken += 1
        turn.first = turn.taken < self._floor
        heapq.heapreplace(self._queue, turn)
        return turn.name

    def leave(self) -> None:
        """Let whose turn it is get no more."""
        heapq.heappop(self._queue)


@dataclass(slots=True)
class _Turn:
    weight: int
    taken: int
    lot: bytes
    name: str
    first: bool

    def __lt__(self, other: _Turn) -> bool:
        if self.first != other.first:
            return self.first
        mine, theirs = self.weight * (2 * other.taken + 1), other.weight * (2 * self.taken + 1)
        return mine > theirs if mine != theirs else self.lot < other.lot


@dataclass(frozen=True, slots=True)
class Division:
    """How letters are divided, and what that makes of everybody's chance.

    Parameters
    ----------
    turns
        Part and stratum of each letter in order, the reserves behind the letters.
    letters
        How many of the turns are letters.
    census
        The counts that it rests on.
    lacking
        Letters and reserves for which there are no homes left.
    """

    turns: tuple[tuple[str, Stratum], ...] = field(repr=False)
    letters: int
    census: Census = field(repr=False)
    lacking: int = 0

    def quota(self, part: str, *, reserves: bool = False) -> dict[Stratum, int]:
        """Return the letters of each stratum in a part, with the reserves when asked."""
        some = self.turns if reserves else self.turns[: self.letters]
        return dict(Counter(stratum for own, stratum in some if own == part))

    @property
    def exact(self) -> bool:
        """Whether `chances` are exact; else they are right to one part in the stratum's homes."""
        return not self.census.mixed

    def chances(self) -> dict[tuple[str, str, bool, int], Fraction]:
        """Return the chance of a letter, for all kinds of people there are.

        With N homes in a stratum, M of them in the named areas, q letters for all and r for the
        areas, a home in the areas gets a letter with probability q/N + r/M (as long as q + r ≤ M),
        another with q/N; of the h people who live there each is named with probability 1/h.

        Where people of different groups live together N and M depend on who is named. Then they
        are expectations, and the chance is right to one part in N: with X the number of *other*
        homes that name somebody of the stratum, 1/(1+E X) ≤ E[1/(1+X)] ≤ 1/E X by Jensen's and
        Hoeffding's inequalities.

        Returns
        -------
        dict
            Region, group, whether in the named areas, and people at the address → chance.

        References
        ----------
        Hoeffding, "On the distribution of the number of successes in independent trials", *Annals
        of Mathematical Statistics* 27 (1956).
        """
        everywhere, inside = self.quota(EVERYWHERE), self.quota(IN_AREAS)
        homes, within = self.census.nominees(), self.census.nominees(areas=True)
        found: dict[tuple[str, str, bool, int], Fraction] = {}
        for region, area, groups in self.census.homes:
            for group in set(groups):
                stratum = (region, group)
                chance = _home_chance(
                    homes[stratum], within.get(stratum, Fraction(0)), everywhere.get(stratum, 0),
                    inside.get(stratum, 0), area=area,
                )
                found[region, group, area, len(groups)] = chance / len(groups)
        return found


def divide(asked: Invitation, census: Census) -> Division:
    """Divide letters and reserves over parts, regions and groups, each by Sainte-Laguë.

    Parameters
    ----------
    asked
        How; rates must be there for every group.
    census
        The register in numbers.
    """
    parts = {EVERYWHERE: Fraction(1)}
    if asked.areas is not None:
        parts = {EVERYWHERE: 1 - asked.areas.share, IN_AREAS: asked.areas.share}
    within = {name: _Part(name, asked, census) for name in parts}
    top = Turns(parts, asked.seed, "parts")
    turns: list[tuple[str, Stratum]] = []
    wanted = asked.letters + asked.reserves
    while len(turns) < wanted and (name := top.next) is not None:
        stratum = within[name].take()
        if stratum is None:
            top.leave()
            continue
        top.take()
        turns.append((name, stratum))
    return Division(
        tuple(turns), min(asked.letters, len(turns)), census, wanted - len(turns)
    )


class _Part:
    """One part of the letters: whose turn it is among its regions, and in the region's groups."""

    def __init__(self, name: str, asked: Invitation, census: Census) -> None:
        areas = name == IN_AREAS
        self.room = census.room(areas=areas)
        people = census.people(areas=areas)
        totals: Counter[str] = Counter()
        weights: dict[str, dict[str, Fraction]] = {}
        for (region, group), count in people.items():
            totals[region] += count
            weights.setdefault(region, {})[group] = count / asked.rate(group)
        floor = 0 if areas else asked.floor
        regions = {region: _weight(asked.spread, count) for region, count in totals.items()}
        self.regions = Turns(regions, asked.seed, f"{name} regions", floor)
        self.groups = {
            region: Turns(own, asked.seed, f"{name} {region}") for region, own in weights.items()
        }

    def take(self) -> Stratum | None:
        """Return the stratum that the next letter goes to; None when there is no home left."""
        while (region := self.regions.next) is not None:
            groups = self.groups[region]
            while (group := groups.next) is not None and not self.room[region, group]:
                groups.leave()
            if group is not None:
                groups.take()
                self.regions.take()
                self.room[region, group] -= 1
                return region, group
            self.regions.leave()
        return None


def _weight(spread: str, people: int) -> Fraction:
    """Return what a region counts for."""
    return Fraction(1) if spread == "equal" else (
        root(people) if spread == "square-root" else Fraction(people)
    )


def _home_chance(
    homes: Fraction, within: Fraction, everywhere: int, inside: int, *, area: bool
) -> Fraction:
    """Return the chance of a home that it gets one of its stratum's letters."""
    chance = min(Fraction(everywhere) / homes, Fraction(1))
    if not area or not inside:
        return chance
    if everywhere + inside <= within:
        return chance + inside / within
    n, m = round(homes), max(round(within), 1)
    q = min(everywhere, n)
    # The letters for all meet K homes of the areas (hypergeometric); then min(m, K + inside) of
    # them have a letter, of the m that are equally likely.
    first = max(q - (n - m), 0)
    term = comb(m, first) * comb(n - m, q - first)
    total = expected = 0
    for k in range(first, min(q, m) + 1):
        total += term
        expected += term * min(m, k + inside)
        term = term * (m - k) * (q - k) // ((k + 1) * (n - m - q + k + 1)) if k < min(q, m) else 0
    return Fraction(expected, total * m)
