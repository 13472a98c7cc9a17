"""The selection once more in plain Python: slow, short, and without any engine to trust.

People in, in any order and in as many pieces as there are; the census and whom homes named out. The
engine of `sortition.process.invitations.register` is tested against it, and CSV registers are read
with it where no engine is installed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from sortition.process.invitations.letters import EVERYWHERE, IN_AREAS, Census, Division, Stratum
from sortition.process.invitations.selection import Person, Unit, prefixes

__all__ = ["census_of", "units_of"]


def census_of(people: Iterable[Person]) -> Census:
    """Return how many homes of each kind there are."""
    homes: dict[str, list[Person]] = {}
    for person in people:
        homes.setdefault(person.home, []).append(person)
    return Census(Counter(
        (own[0].region, own[0].area, tuple(sorted(person.group for person in own)))
        for own in homes.values()
    ))


def units_of(people: Iterable[Person], division: Division, seed: str) -> list[Unit]:
    """Return whom the homes named that get a letter or are in reserve, as the query does."""
    before_id, before_home = prefixes(seed)
    homes: dict[str, list[tuple[str, str, Person]]] = {}
    for person in people:
        homes.setdefault(person.home, []).append((_hash(before_id + person.id), person.id, person))
    strata: dict[Stratum, list[tuple[str, str, Person]]] = {}
    for home, members in homes.items():
        named = min(members)[2]
        ticket = _hash(before_home + home)
        strata.setdefault((named.region, named.group), []).append((ticket, home, named))
    everywhere = division.quota(EVERYWHERE, reserves=True)
    inside = division.quota(IN_AREAS, reserves=True)
    units = []
    for stratum, named_ones in sorted(strata.items()):
        left = inside.get(stratum, 0)
        for place, (_, home, person) in enumerate(sorted(named_ones), 1):
            beyond = place > everywhere.get(stratum, 0)
            if not beyond or (person.area and left):
                left -= beyond
                units.append(Unit(person.id, person.region, person.group, person.area,
                                  len(homes[home]), place))
    return units


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
