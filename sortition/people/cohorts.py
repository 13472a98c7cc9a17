"""A panel that is renewed round by round: who stays, whose time is over, and the members after it.

The list of members in; those who stay and those who leave out, or the list of the next round.
Called by `sortition.rules.project` and by ``sortition members``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sortition.errors import Issue, PoolError
from sortition.files.headings import missing_column
from sortition.files.tables import Table
from sortition.people.duplicates import without_rows

__all__ = ["Cohorts", "next_members"]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """What a project says of a panel of which a part is renewed in each round.

    Parameters
    ----------
    members
        File of the members before this round.
    round
        The number of the round that is drawn for.
    rounds
        How many rounds a member serves.
    since
        Header of the round in which a member was drawn.
    """

    members: str
    round: int
    rounds: int
    since: str = "since"

    def split(self, members: Table) -> tuple[Table, Table]:
        """Return the members who stay, and those whose time is over.

        Raises
        ------
        PoolError
            If there is no such column, with every cell that is no earlier round.

        Examples
        --------
        >>> members = Table(("id", "since"), (("a", "1"), ("b", "3")), (2, 3))
        >>> [table.rows for table in Cohorts("members.csv", 4, 3).split(members)]
        [(('b', '3'),), (('a', '1'),)]
        """
        column = members.find(self.since)
        if column is None:
            raise PoolError([missing_column(members, self.since)])
        issues = []
        over = set()
        for cell, number in zip(members.column(column), members.numbers, strict=True):
            if not (cell.isascii() and cell.isdigit() and int(cell) < self.round):
                params = {"round": self.round}
                issues.append(Issue("cohort-round", params, members.file, number, column,
                                    suggestion="cohort-round-how"))
            elif int(cell) + self.rounds <= self.round:
                over.add(number)
        if issues:
            raise PoolError(issues)
        stay = set(members.numbers) - over
        return without_rows(members, over), without_rows(members, stay)


def next_members(stay: Table, panel: Table, since: str, number: int) -> Table:
    """Return the members after a draw: those who stay, and the panel with its round.

    Parameters
    ----------
    stay
        As `Cohorts.split` returns them; their columns are those of the list.
    panel
        Who was drawn; what it says in other columns is left out.
    since, number
        Header of the rounds, and this one.
    """
    columns = [panel.find(name) for name in stay.columns]
    own = stay.find(since)
    drawn: list[Sequence[str]] = []
    for row in panel.rows:
        cells = ["" if name is None else row[panel.columns.index(name)] for name in columns]
        cells[stay.columns.index(own or since)] = str(number)
        drawn.append(cells)
    rows = (*stay.rows, *map(tuple, drawn))
    return replace(stay, rows=rows, numbers=tuple(range(2, len(rows) + 2)))
