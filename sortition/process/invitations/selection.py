"""Who gets a letter: tickets by SHA-256, the selection in plain SQL, and the order of letters.

The one definition of the lot that every engine follows: `sortition.process.invitations.register`
(DuckDB), any engine with window functions, and `sortition.process.invitations.reference` (Python).
Standard library only.

With a text fixed in public (NFC, surrounding spaces aside), P is the SHA-256 of
``sortition/1/letter person``, a zero byte and that text, and H that of ``sortition/1/letter home``,
both as 64 hexadecimal digits. A person's own ticket is the SHA-256 of P followed by the id. A home
is ``p`` and the id of somebody whose address does not count, or ``a``, the region, the sign U+001F
and the address; its ticket is the SHA-256 of H followed by that. Tickets are compared as numbers,
which hexadecimal digits of one length are when compared as text.
"""

from __future__ import annotations

import hashlib
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sortition.process.invitations.letters import EVERYWHERE, IN_AREAS, Division, Stratum

__all__ = [
    "BETWEEN", "MUST", "Letter", "Person", "Unit", "address_of", "in_order", "prefixes",
    "selection_sql",
]

BETWEEN = "\x1f"  # between the parts of an address: no register holds it
_FOLD = str.maketrans(string.ascii_lowercase, string.ascii_uppercase, " ")
MUST = 2  # parts of an address that may not be blank

# The common subset of what DuckDB, Spark and SQLite run; sha2 is Spark's name. It reads a relation
# register (id, region, address, area, grp): area is 1 in the named areas and else 0; address is
# blank for whoever has none.
_SQL = """\
WITH quota (stratum, letters, extra) AS (VALUES
{quota}
),
homes AS (
  SELECT id, region, grp, area,
    CASE WHEN address = '' THEN 'p' || id ELSE 'a' || region || '{between}' || address END AS home
  FROM register
),
tickets AS (
  SELECT id, region, grp, area, home, sha2(region || '{between}' || grp, 256) AS stratum,
    sha2('{person}' || id, 256) AS own, sha2('{home}' || home, 256) AS ticket
  FROM homes
),
members AS (
  SELECT *, row_number() OVER (PARTITION BY home ORDER BY own, id) AS turn,
    count(*) OVER (PARTITION BY home) AS household
  FROM tickets
),
named AS (
  SELECT *, row_number() OVER (PARTITION BY stratum ORDER BY ticket, home) AS place
  FROM members
  WHERE turn = 1
),
placed AS (
  SELECT named.*, letters, extra,
    row_number() OVER (
      PARTITION BY named.stratum, area, CASE WHEN place > letters THEN 1 ELSE 0 END ORDER BY place
    ) AS place_in_areas
  FROM named JOIN quota ON named.stratum = quota.stratum
)
SELECT id, region, grp, area, household, place
FROM placed
WHERE place <= letters OR (area = 1 AND place_in_areas <= extra)
ORDER BY region, grp, place
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a register as the lot sees it; `address` is blank where it does not count."""

    id: str
    region: str
    group: str
    area: bool
    address: str

    @property
    def home(self) -> str:
        """The home that gets a letter: an address of a region, or the person alone."""
        return f"a{self.region}{BETWEEN}{self.address}" if self.address else f"p{self.id}"


@dataclass(frozen=True, slots=True)
class Unit:
    """Somebody whom their home named for its letter, and where the home stands in its stratum."""

    id: str
    region: str
    group: str
    area: bool
    household: int
    place: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter; numbers above the letters asked for are reserves.

    Parameters
    ----------
    number
        From 1; the fewest letters with which this person gets one. A number is missing where
        nobody was left whose turn it could be.
    unit
        Who.
    chance
        The person's chance of one of the letters asked for.
    """

    number: int
    unit: Unit
    chance: Fraction


def prefixes(seed: str) -> tuple[str, str]:
    """Return P and H, what stands before an id and before a home when they are hashed.

    Examples
    --------
    >>> [prefix[:8] for prefix in prefixes("Heerlen, 1 March 2026")]
    ['6aacfcf6', '7590bb01']
    """
    text = unicodedata.normalize("NFC", seed).strip().encode()
    person, home = (
        hashlib.sha256(b"sortition/1/letter " + what + b"\0" + text).hexdigest()
        for what in (b"person", b"home")
    )
    return person, home


def address_of(cells: Sequence[str]) -> str:
    """Return what is compared of an address: capitals, no spaces; blank where it is none.

    Examples
    --------
    >>> address_of(["4888 dl", "7", ""]) == address_of(["4888DL", "7", " "])
    True
    >>> address_of(["4888 DL", "", "a"])
    ''
    """
    parts = [cell.translate(_FOLD) for cell in cells]
    return BETWEEN.join(parts) if all(parts[:MUST]) else ""


def selection_sql(division: Division, seed: str) -> str:
    """Return the selection of letters and reserves as one query that any such engine runs.

    It reads a relation ``register (id, region, address, area, grp)`` and needs ``sha2(text, 256)``
    in hexadecimal digits.
    """
    everywhere = division.quota(EVERYWHERE, reserves=True)
    inside = division.quota(IN_AREAS, reserves=True)
    rows = [
        f"  ('{_stratum(stratum)}', {everywhere.get(stratum, 0)}, {inside.get(stratum, 0)})"
        for stratum in sorted({*everywhere, *inside})
    ]
    person, home = prefixes(seed)
    return _SQL.format(quota=",\n".join(rows), between=BETWEEN, person=person, home=home)


def _stratum(stratum: Stratum) -> str:
    """Return a stratum as it stands in the query: no sign of a name can harm it."""
    return hashlib.sha256(BETWEEN.join(stratum).encode()).hexdigest()


def in_order(division: Division, units: Iterable[Unit]) -> tuple[Letter, ...]:
    """Return letters and reserves in order: each turn adds somebody and takes nobody's letter.

    After q turns for all and r for the areas a stratum's letters are with its first q homes, and
    with the first r homes of the areas behind those.

    Parameters
    ----------
    division
        Whose turn it was.
    units
        At least those whom the selection gives.
    """
    chances = division.chances()
    strata: dict[Stratum, dict[int, Unit]] = {}
    for own in sorted(units, key=lambda own: own.place):
        strata.setdefault((own.region, own.group), {})[own.place] = own
    passed = dict.fromkeys(strata, 0)
    inside = {
        stratum: [unit for unit in places.values() if unit.area]
        for stratum, places in strata.items()
    }
    taken: set[str] = set()
    letters: list[Letter] = []

    def next_inside(stratum: Stratum) -> Unit | None:
        waiting = inside[stratum]
        while waiting and (waiting[0].id in taken or waiting[0].place <= passed[stratum]):
            waiting.pop(0)
        return waiting[0] if waiting else None

    for turn, (part, stratum) in enumerate(division.turns, 1):
        if stratum not in strata:
            continue
        unit: Unit | None
        if part == EVERYWHERE:
            passed[stratum] += 1
            unit = strata[stratum].get(passed[stratum])
            if unit is not None and unit.id in taken:  # has one already, as one of the areas
                unit = next_inside(stratum)
        else:
            unit = next_inside(stratum)
        if unit is not None:
            taken.add(unit.id)
            key = (unit.region, unit.group, unit.area, unit.household)
            letters.append(Letter(turn, unit, chances[key]))
    return tuple(letters)
