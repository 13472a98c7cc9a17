"""Which rules raise or lower one person's chance, or leave no room for them: from the proof.

A record in, exact fractions out; called by `sortition.lots.explain`.

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

*Of several panels* a person's price is that of the cheapest seat they could have: what holds the
level down is that no seat of theirs is cheaper. Shares are then of the people whose cheapest seat
is on the same panel, and what the mean price on that panel differs from ā is the effect of which
panels somebody can be on; where seats are equally cheap, the mean of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

__all__ = ["DIGITS", "HOUSEHOLD", "THEME", "Person", "Seat", "barring", "effects", "feature_of"]

DIGITS = Fraction(1, 10**11)  # as in `sortition.verify`: chances have twelve decimals
HOUSEHOLD = "household"  # a header of groups.csv, so no rule's name
THEME = "theme"  # which of several panels a person can be on
_WEIGHTY = Fraction(1, 10)  # of the strongest effect: less is not worth a line in a letter
_NOISE = Fraction(1, 10**6)  # of the largest multiplier, or of the chance


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that somebody could have: of one panel everybody has one of these.

    Parameters
    ----------
    panel
        Which of several panels, blank where there is one.
    cells
        Per quota "1" where it counts the seat.
    """

    panel: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules see of a person, and the chance.

    Parameters
    ----------
    seats
        Those they could have, at least one.
    home
        Sign of the household, blank for none.
    chance
        Theirs, of any seat.
    """

    seats: tuple[Seat, ...]
    home: str
    chance: Fraction


def feature_of(name: str, *, several: bool = False) -> str:
    """Return the feature that the name of a quota begins with, after that of one of several panels.

    Examples
    --------
    >>> feature_of("age: 16-29"), feature_of("care: age: 16-29", several=True)
    ('age', 'age')
    """
    panel, joins, rule = name.partition(": ")
    return (rule if joins else panel).partition(": ")[0] if several else panel


def effects(
    record: Mapping[str, Any], people: Sequence[Person], me: Person
) -> tuple[tuple[str, Fraction], ...] | None:
    """Return by how much features raise or lower a chance; None without a proof.

    Parameters
    ----------
    record
        Of the lottery.
    people
        Those with whom the person is compared, in any order; `me` is one of them.
    me
        The person.

    Returns
    -------
    effects
        Feature and effect, the strongest first; those too weak to be told are left out.
    """
    levels = record["proof"]["levels"]
    if not levels:
        return None
    several = record.get("persons") is True
    names = [feature_of(quota["name"], several=several) for quota in record["quotas"]]
    entries = Counter(entry["level"] for entry in levels)
    found: dict[str, Fraction] = {}
    owed = Fraction(0)  # what no feature answers for
    for entry in levels:
        level = Fraction(entry["level"])
        if level > me.chance + DIGITS:
            break
        free = [person for person in people if person.chance >= level - DIGITS]
        left = [person.chance for person in free if person.chance > level + DIGITS]
        before = sum((person.chance for person in free), Fraction(0)) / len(free)
        own = me.chance <= level + DIGITS
        after = me.chance if own else sum(left, Fraction(0)) / len(left)
        parts = _above_mean(entry, names, free, me)
        due = {name: abs(part) for name, part in parts.items() if (part > 0 if own else part < 0)}
        change = (after - before) / entries[entry["level"]]
        owed += 0 if due else change
        for name, part in due.items():
            share = part / sum(due.values(), Fraction(0))
            found[name] = found.get(name, Fraction(0)) + share * change
    if abs(owed) > DIGITS:  # taken from what all of them give, if that is enough
        total = sum(found.values(), Fraction(0))
        if total * (total + owed) <= 0:
            return None
        found = {name: effect * (total + owed) / total for name, effect in found.items()}
    strongest = max(map(abs, found.values()), default=Fraction(0))
    told = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
    return tuple(
        (name, effect) for name, effect in told
        if abs(effect) > max(_WEIGHTY * strongest, _NOISE * me.chance)
    )


def _above_mean(
    entry: Mapping[str, Any], names: Sequence[str], free: Sequence[Person], me: Person
) -> dict[str, Fraction]:
    """Return e of each feature."""
    kinds = Counter((person.seats, entry["households"].get(person.home, 0)) for person in free)
    cheapest = {kind: _cheapest(entry, kind[0]) for kind in kinds}
    whole = lcm(*map(len, cheapest.values()))  # so that parts of equally cheap seats are whole
    people: Counter[str] = Counter()  # by panel, times `whole`, as are the prices
    prices: Counter[tuple[str, str]] = Counter()  # by panel and feature
    for kind, seats in cheapest.items():
        many = kinds[kind] * whole // len(seats)
        for seat in seats:
            people[seat.panel] += many
            for name, price in _prices(entry, names, seat, kind[1]).items():
                prices[seat.panel, name] += many * price
    mine = cheapest[me.seats, entry["households"].get(me.home, 0)]
    parts: dict[str, Fraction] = {}
    for seat in mine:
        own = _prices(entry, names, seat, entry["households"].get(me.home, 0))
        for name in {*own} | {name for panel, name in prices if panel == seat.panel}:
            mean = Fraction(prices[seat.panel, name], people[seat.panel])
            parts[name] = parts.get(name, Fraction(0)) + (own[name] - mean) / len(mine)
        here = sum(price for (panel, _), price in prices.items() if panel == seat.panel)
        base = Fraction(here, people[seat.panel]) - Fraction(prices.total(), people.total())
        parts[THEME] = parts.get(THEME, Fraction(0)) + base / len(mine)  # 0 of a single panel
    return parts


def _cheapest(entry: Mapping[str, Any], seats: Sequence[Seat]) -> tuple[Seat, ...]:
    """Return the seats with the lowest price, but for noise."""
    if len(seats) == 1:
        return tuple(seats)
    price = {seat: _of_quotas(entry, seat) for seat in seats}
    least = min(price.values()) + _NOISE * max(map(abs, entry["quotas"]))
    return tuple(seat for seat in seats if price[seat] <= least)


def _prices(
    entry: Mapping[str, Any], names: Sequence[str], seat: Seat, home: int
) -> Counter[str]:
    """Return what each feature adds to the price of a seat."""
    found: Counter[str] = Counter({HOUSEHOLD: home})
    for name, m, cell in zip(names, entry["quotas"], seat.cells, strict=True):
        found[name] += m * (cell == "1")
    return found


def barring(
    record: Mapping[str, Any], own: str, seat: Seat, home: str
) -> tuple[tuple[int, ...], bool]:
    """Return the rules with which the proof shows that no panel holds a person in this seat.

    Parameters
    ----------
    record
        Of the lottery.
    own
        The id of the person, or of the seat, which is among those barred.
    seat, home
        As the rules see it.

    Returns
    -------
    quotas, home
        Positions of the quotas, and whether the rule on homes is one of them; nothing where integer
        programs found it.
    """
    mine = tuple(at for at, cell in enumerate(seat.cells) if cell == "1")
    shut = tuple(at for at in mine if record["quotas"][at]["max"] == 0)
    if shut:  # which is reason enough, whatever else the proof holds
        return shut, False
    proof = record["proof"]
    entries = [e for e in proof["excluded"] if own in e["ids"]] or [
        e for e in proof["levels"] if Fraction(e["level"]) == 0 and _price(e, seat, home) > 0
    ]
    if not entries:
        return (), False
    entry = entries[0]
    least = _NOISE * max(map(abs, (entry["size"], *entry["quotas"], *entry["households"].values())))
    named = tuple(at for at, m in enumerate(entry["quotas"]) if abs(m) > least)
    return named, any(m > least for m in entry["households"].values())


def _price(entry: Mapping[str, Any], seat: Seat, home: str) -> int:
    """Return the sum of the multipliers of the size, the quotas and the home of a person."""
    return int(entry["size"] + _of_quotas(entry, seat) + entry["households"].get(home, 0))


def _of_quotas(entry: Mapping[str, Any], seat: Seat) -> int:
    return sum(m for m, cell in zip(entry["quotas"], seat.cells, strict=True) if cell == "1")
