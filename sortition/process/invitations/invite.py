"""Stage one: from a register to letters, reserves, and everybody's chance of a letter.

The path of a register and an `Invitation` in, an `Invited` out, or everything that is wrong; called
by the command line.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.writers import to_csv
from sortition.process.invitations.heading import heading as heading_of
from sortition.process.invitations.invitation import Invitation
from sortition.process.invitations.letters import EVERYWHERE, IN_AREAS, Division, divide
from sortition.process.invitations.selection import Letter, in_order, selection_sql
from sortition.process.invitations.survey import issues_of, issues_of_census
from sortition.rules.quotas import CROSS

__all__ = ["FILES", "Invited", "invite", "invited_files"]

FILES = ("letters.csv", "reserves.csv", "chances.csv", "select.sql", "invitation.json")
_MOST_PLAIN = 2_000_000_000  # bytes of a register that are read without an engine
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Invited:
    """Letters and reserves in order, and what they rest on.

    Parameters
    ----------
    asked
        What was asked.
    file, sha256
        The register as it was named, and the digest of its bytes.
    people, no_address
        Its rows, and those without an address.
    division
        How letters were divided, with the counts of the register.
    drawn
        Letters and then reserves, in order.
    """

    asked: Invitation
    file: str
    sha256: str
    people: int
    no_address: int
    division: Division = field(repr=False)
    drawn: tuple[Letter, ...] = field(repr=False)

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Those who get a letter."""
        return tuple(each for each in self.drawn if each.number <= self.asked.letters)

    @property
    def reserves(self) -> tuple[Letter, ...]:
        """Those who come next, in order."""
        return tuple(each for each in self.drawn if each.number > self.asked.letters)


def invite(path: str, asked: Invitation, *, engine: str | None = None) -> Invited:
    """Draw letters from a register.

    Parameters
    ----------
    path
        A CSV file in UTF-8 or a Parquet file, with a row per person: an id and the columns that
        `asked` names. Nothing else is read: no names are needed.
    asked
        How many letters, and how they are divided.
    engine
        ``"duckdb"`` or ``"plain"``; None takes DuckDB where it is installed. The letters are the
        same.

    Raises
    ------
    InputError
        With everything that is wrong with the register, or does not fit it.

    Examples
    --------
    >>> asked = Invitation(10_000, seed="Heerlen, 1 March 2026", region="gemeente")
    >>> invite("register.parquet", asked).letters  # doctest: +SKIP
    """
    from sortition.process.invitations.plain import PlainRegister
    from sortition.process.invitations.register import DuckRegister

    found = heading_of(path, asked)
    installed = importlib.util.find_spec("duckdb") is not None
    duck = engine == "duckdb" or (engine is None and installed)
    if not duck and Path(path).stat().st_size > _MOST_PLAIN:
        raise InputError([Issue("register-engine", {}, path, suggestion="register-install")])
    with (DuckRegister if duck else PlainRegister)(found, asked) as register:
        issues = issues_of(register.survey, found, asked)
        if issues:
            raise InputError(issues)
        census, torn = register.census()
        issues = issues_of_census(census, torn, found, asked)
        if issues:
            raise InputError(issues)
        division = divide(asked, census)
        units = register.units(division, asked.seed)
        survey = register.survey
    with Path(path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    drawn = in_order(division, units)
    return Invited(asked, path, digest, survey.people, survey.no_address, division, drawn)


def invited_files(invited: Invited) -> dict[str, bytes]:
    """Return the files of an invitation: who gets a letter, who is next, chances, query, record."""
    asked, division = invited.asked, invited.division
    named = [*([asked.region] if asked.region else []), *asked.features]
    areas = ["area"] if asked.areas else []

    def people(letters: tuple[Letter, ...]) -> str:
        rows = [
            [each.number, each.unit.id, *_named(asked, each.unit.region, each.unit.group),
             *([int(each.unit.area)] if areas else []), _decimal(each.chance)]
            for each in letters
        ]
        return to_csv(["number", "id", *named, *areas, "chance"], rows)

    counts: Counter[tuple[str, str, bool, int]] = Counter()
    for (region, area, groups), homes in division.census.homes.items():
        for group in groups:
            counts[region, group, area, len(groups)] += homes
    chances = [
        [*_named(asked, region, group), *([int(area)] if areas else []), household,
         counts[region, group, area, household], _decimal(chance),
         f"{chance.numerator}/{chance.denominator}"]
        for (region, group, area, household), chance in sorted(division.chances().items())
    ]
    texts = {
        "letters.csv": people(invited.letters),
        "reserves.csv": people(invited.reserves),
        "chances.csv": to_csv(
            [*named, *areas, "household", "people", "chance", "fraction"], chances
        ),
        "select.sql": selection_sql(division, asked.seed),
    }
    record = record_of(invited) | {
        "sha256": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    }
    texts["invitation.json"] = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    return {name: text.encode() for name, text in texts.items()}


def record_of(invited: Invited) -> dict[str, Any]:
    """Return what was asked and what came of it as plain data, without anybody's id."""
    asked, division = invited.asked, invited.division
    everywhere, inside = division.quota(EVERYWHERE), division.quota(IN_AREAS)
    regions: Counter[str] = Counter()
    for stratum, count in [*everywhere.items(), *inside.items()]:
        regions[stratum[0]] += count
    return {
        "schema": 1, "letters": len(invited.letters), "reserves": len(invited.reserves),
        "lacking": asked.letters + asked.reserves - len(invited.drawn),
        "seed": asked.seed, "register": {"file": invited.file, "sha256": invited.sha256},
        "people": invited.people, "no_address": invited.no_address,
        "homes": sum(division.census.homes.values()), "exact": division.exact,
        "region": asked.region, "spread": asked.spread, "floor": asked.floor,
        "address": list(asked.address), "no_address_are": asked.no_address,
        "areas": None if asked.areas is None else {
            "column": asked.areas.column, "values": list(asked.areas.values),
            "share": str(asked.areas.share), "letters": sum(inside.values()),
        },
        "only": {column: list(values) for column, values in asked.only.items()},
        "response": {
            column: {value: str(rate) for value, rate in rates.items()}
            for column, rates in asked.response.items()
        },
        "regions": dict(sorted(regions.items())),
    }


def _named(asked: Invitation, region: str, group: str) -> list[str]:
    """Return the cells of region and groups."""
    cells = [region] if asked.region else []
    return cells + (group.split(CROSS) if asked.features else [])


def _decimal(chance: Any) -> str:
    return f"{float(chance):.{_DIGITS}g}"
