"""A register read in plain Python: a CSV file, where no engine is installed and in tests.

The same answers as `sortition.process.invitations.register`, by
`sortition.process.invitations.reference`; all rows are held in memory.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator

from sortition.errors import InputError, Issue
from sortition.files.tables import MOST_ISSUES
from sortition.process.invitations.heading import Heading
from sortition.process.invitations.invitation import Invitation
from sortition.process.invitations.letters import Census, Division
from sortition.process.invitations.reference import census_of, units_of
from sortition.process.invitations.selection import Person, Unit, address_of
from sortition.process.invitations.survey import SAMPLE, Survey
from sortition.rules.quotas import CROSS

__all__ = ["PlainRegister"]


class PlainRegister:
    """A register in memory.

    Parameters
    ----------
    heading
        The file and its columns.
    asked
        Which of them matter.

    Raises
    ------
    InputError
        With the rows that cannot be read.
    """

    def __init__(self, heading: Heading, asked: Invitation) -> None:
        own = heading.id
        named = [*([asked.region] if asked.region else []), *asked.features]
        blank, ids = Counter[str](), Counter[str]()
        values: dict[str, set[str]] = {name: set() for name in asked.named}
        everyone: list[Person] = []
        for row in _rows(heading):
            cells = {name: row[heading.column(name)].strip(" ") for name in
                     [own, *named, *asked.address, *asked.named]}
            for name, some in values.items():
                some.add(cells[name])
            if any(cells[name] not in some for name, some in asked.only.items()):
                continue
            blank.update(name for name in named if not cells[name])
            ids[cells[own]] += 1
            everyone.append(Person(
                cells[own], cells[asked.region] if asked.region else "",
                CROSS.join(cells[name] for name in asked.features),
                asked.areas is not None and cells[asked.areas.column] in asked.areas.values,
                address_of([cells[name] for name in asked.address]) if asked.address else "",
            ))
        no_address = sum(not person.address for person in everyone) if asked.address else 0
        left_out = asked.address and asked.no_address == "left-out"
        self._people = [person for person in everyone if person.address or not left_out]
        self.survey = Survey(
            len(everyone), ids[""], no_address, {name: blank[name] for name in named},
            tuple(sorted(own for own, many in ids.items() if own and many > 1))[:MOST_ISSUES],
            tuple((p.id, p.group, p.region) for p in everyone[:SAMPLE]),
            {name: frozenset(some) for name, some in values.items()},
        )

    def __enter__(self) -> PlainRegister:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing stands outside memory."""

    def census(self) -> tuple[Census, int]:
        """Return the census, and how many addresses lie both in and outside the named areas."""
        torn: dict[str, set[bool]] = {}
        for person in self._people:
            torn.setdefault(person.home, set()).add(person.area)
        return census_of(self._people), sum(len(own) > 1 for own in torn.values())

    def units(self, division: Division, seed: str) -> list[Unit]:
        """Return whom the homes named that get a letter or are in reserve."""
        return units_of(self._people, division, seed)


def _rows(heading: Heading) -> Iterator[dict[str, str]]:
    """Yield the rows, each cell under its header; rows that do not fit are raised at the end."""
    wrong: list[Issue] = []
    try:
        with open(heading.file, encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123 - newline
            rows = csv.reader(stream, delimiter=heading.separator, strict=True)
            for number, cells in enumerate(rows, 1):
                if number <= heading.skip + 1 or not cells:
                    continue
                if len(cells) == len(heading.columns):
                    yield dict(zip(heading.columns, cells, strict=True))
                elif len(wrong) < MOST_ISSUES:
                    wrong.append(Issue("register-row", {}, heading.file, number,
                                       suggestion="register-row-is"))
    except csv.Error:
        wrong.append(Issue("register-row", {}, heading.file, number + 1,
                           suggestion="register-row-is"))
    except UnicodeError:
        wrong.append(Issue("file-encoding", {}, heading.file, suggestion="save-as-utf8"))
    if wrong:
        raise InputError(wrong)
