"""What is asked of an invitation: how many letters, to whom, and by which lot.

From the table ``[invite]`` of a project file, or from options, to one frozen `Invitation`; called
by the command line. The register itself is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.process.invitations.choices import NO_ADDRESS, SPREADS
from sortition.rules.fitting import table_issues
from sortition.rules.keys import TABLES
from sortition.rules.quotas import CROSS

__all__ = ["MOST_LETTERS", "Areas", "Invitation", "invitation", "positive"]

MOST_LETTERS = 1_000_000
_NUMBER = re.compile(r"(\d{1,12})(?:[.,](\d{1,12}))?\s*(%?)")
_RATIO = re.compile(r"(\d{1,12})\s*/\s*(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Areas:
    """A part of the letters that goes to named areas only.

    Parameters
    ----------
    column, values
        Where the register says it, and which areas.
    share
        That part of all letters, between 0 and 1; the other letters go everywhere, these areas
        among them.
    """

    column: str
    values: tuple[str, ...]
    share: Fraction


@dataclass(frozen=True, slots=True)
class Invitation:
    """How letters are divided and drawn.

    Parameters
    ----------
    letters, reserves
        How many letters; and how many people come next, in order, if more are wanted.
    seed
        The text that decides, fixed in public after the register was.
    id
        Header of the ids; None for the column ``id``.
    region
        Header of what letters are divided over, such as the municipality; None for no division.
    spread
        ``"proportional"`` to the people of a region, ``"equal"``, or by their ``"square-root"``.
    floor
        The fewest letters of a region.
    address
        Headers that together are an address, which gets one letter; none for a lot of people.
        A person has no address where one of the first two is blank.
    no_address
        Whether people without an address each stand ``"alone"`` in the lot, or are
        ``"left-out"``.
    areas
        A part of the letters that goes to named areas only.
    response
        Per column the rate of each value; of several columns the rates are multiplied. Letters
        within a region are in proportion to people divided by rate, so that only the ratios of
        rates matter.
    only
        Per column the values that count: all other rows are as good as not there.
    """

    letters: int
    reserves: int = 0
    seed: str = ""
    id: str | None = None
    region: str | None = None
    spread: str = "proportional"
    floor: int = 0
    address: tuple[str, ...] = ()
    no_address: str = "alone"
    areas: Areas | None = None
    response: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """The values that must occur somewhere in the register, per column."""
        areas = {self.areas.column: self.areas.values} if self.areas else {}
        return {**self.only, **areas}

    @property
    def features(self) -> tuple[str, ...]:
        """The headers that groups are made of."""
        return tuple(self.response)

    def rate(self, group: str) -> Fraction:
        """Return the rate of response of a group, named ``value × value``; 1 without groups."""
        rate = Fraction(1)
        if self.response:
            for rates, value in zip(self.response.values(), group.split(CROSS), strict=True):
                rate *= rates[value]
        return rate


def positive(said: object) -> Fraction | None:
    """Return a number above 0 as it is written (``0.6``, ``"4,5%"``, ``"1/3"``), or None.

    Examples
    --------
    >>> positive("4,5%"), positive(1.5), positive("0")
    (Fraction(9, 200), Fraction(3, 2), None)
    """
    words = "" if isinstance(said, bool) else str(said).strip()
    if found := _RATIO.fullmatch(words):
        value = Fraction(int(found[1]), int(found[2])) if int(found[2]) else Fraction(0)
    elif found := _NUMBER.fullmatch(words):
        value = Fraction(f"{found[1]}.{found[2] or 0}") / (100 if found[3] else 1)
    else:
        return None
    return value if value > 0 else None


def invitation(values: Mapping[str, Any], file: str | None = None) -> tuple[Invitation, str]:
    """Return what is asked, and the path of the register.

    Parameters
    ----------
    values
        The table ``[invite]``.
    file
        The project file it stands in; the register stands relative to it.

    Raises
    ------
    InputError
        With every key that is unknown, missing or of the wrong kind, and every number that makes
        no sense.
    """
    issues = list(table_issues(values, TABLES["invite"], "invite.", file or "", None))
    if issues:
        raise InputError(issues)

    def wrong(key: str, cell: object, code: str = "invite-number") -> None:
        issues.append(Issue(code, {"key": key, "cell": str(cell)[:30]}, file))

    most = MOST_LETTERS - values.get("reserves", 0)
    if not 0 < values["letters"] <= most:
        issues.append(Issue("invite-letters", {"most": most}, file))
    response: dict[str, dict[str, Fraction]] = {}
    for column, rates in values.get("response", {}).items():
        response[column] = {}
        for value, said in (rates if isinstance(rates, dict) else {"": rates}).items():
            rate = positive(said)
            if rate is None:
                wrong(f"response.{column}.{value}", said)
            else:
                response[column][value.strip()] = rate
    areas = _areas(values["areas"], wrong) if "areas" in values else None
    if issues:
        raise InputError(issues)
    home = Path(file).parent if file else Path()
    asked = Invitation(
        values["letters"], values.get("reserves", 0), values.get("seed", ""), values.get("id"),
        values.get("region"), values.get("spread", SPREADS[0]), values.get("floor", 0),
        tuple(values.get("address", ())), values.get("no_address", NO_ADDRESS[0]), areas, response,
        {name: tuple(map(str.strip, some)) for name, some in values.get("only", {}).items()},
    )
    return asked, str(home / values["register"])


def _areas(values: Mapping[str, Any], wrong: Any) -> Areas | None:
    """Return the areas; report what is not as it should be."""
    column, names, said = (values.get(key) for key in ("column", "values", "share"))
    share = positive(said)
    if not isinstance(column, str) or set(values) - {"column", "values", "share"}:
        wrong("areas", "; ".join(values), "invite-areas")
    elif not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        wrong("areas.values", names, "invite-areas")
    elif share is None or share >= 1:
        wrong("areas.share", said, "invite-areas")
    else:
        return Areas(column, tuple(name.strip() for name in names), share)
    return None
