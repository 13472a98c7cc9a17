"""What became of the people drawn: a column of the panel file in, a status per id out.

Every issue of the column is reported at once. Called by ``sortition replace``, for the words of a
panel file by `sortition.lots.rosters`, and for who has `left` it by
`sortition.process.meetings.rules`.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import Enum
from itertools import chain

from sortition.errors import Issue, PoolError
from sortition.files.headings import find_column, missing_column
from sortition.files.readers import read_table
from sortition.files.spelling import loosen, nearest
from sortition.files.tables import Table, fold

__all__ = ["COLUMN", "Status", "left", "read_statuses", "status_column", "statuses_of"]

COLUMN = "status"
"""The header under which a panel file has them."""


class Status(Enum):
    """What somebody who was drawn has said so far."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    NO_ANSWER = "no answer"

    @property
    def stays(self) -> bool:
        """Whether the seat is still theirs: also while they have not answered yet."""
        return self in {Status.ASKED, Status.CONFIRMED}

    def word(self, language: str) -> str:
        """Return it as a panel file in this language says it."""
        return _WORDS[self][0 if language == "en" else 1]


_WORDS = {  # in English, in Dutch, and what else people write
    Status.ASKED: ("asked", "gevraagd", "invited", "benaderd"),
    Status.CONFIRMED: ("confirmed", "bevestigd", "toegezegd"),
    Status.WITHDRAWN: ("withdrawn", "afgezegd", "declined", "afgemeld"),
    Status.NO_ANSWER: ("no answer", "geen antwoord", "no response", "geen reactie"),
}
_MEANS = {loosen(word): status for status, words in _WORDS.items() for word in words}


def status_column(table: Table) -> str | None:
    """Return the column with the statuses of a draw, None where there is none.

    The list itself may have a column “status”; then that of the draw has more asterisks.
    """
    made = [name for name in table.columns if fold(name.rstrip("*")) == COLUMN]
    return max(made, key=len, default=None)


def left(table: Table) -> frozenset[int]:
    """Return the places of the rows of people who gave up their seat.

    Empty where a cell of the column is no status: then it says something else of people.

    Examples
    --------
    >>> rows = (("a", "bevestigd"), ("b", "afgezegd"), ("c", ""))
    >>> left(Table(("id", "status"), rows, (2, 3, 4)))
    frozenset({1})
    """
    column = status_column(table)
    cells = table.column(column) if column else ()
    if not all(loosen(cell) in _MEANS for cell in cells if cell):
        return frozenset()
    return frozenset(at for at, cell in enumerate(cells)
                     if cell and not _MEANS[loosen(cell)].stays)


def read_statuses(
    path: str | os.PathLike[str], panel: Collection[str], *,
    id: str | None = None,  # noqa: A002 - the word users know
    column: str = COLUMN, everyone: bool = True,
) -> dict[str, Status]:
    """Read the statuses of a panel from a CSV or XLSX file; for the rest see `statuses_of`.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    return statuses_of(read_table(path), panel, id=id, column=column, everyone=everyone)


def statuses_of(
    table: Table, panel: Collection[str], *,
    id: str | None = None,  # noqa: A002 - the word users know
    column: str = COLUMN, everyone: bool = True,
) -> dict[str, Status]:
    """Return the status of everyone on the panel.

    Parameters
    ----------
    table
        One row per person drawn, in any order.
    panel
        Ids of the people drawn.
    id
        Header of the ids; None looks for a usual one and else takes the numbers of the rows.
    column
        Header of the statuses: asked, confirmed, withdrawn, no answer; or gevraagd, bevestigd,
        afgezegd, geen antwoord. Case, spaces and hyphens do not matter.
    everyone
        Whether everyone must have one; of reserves, only those have one who were asked.

    Raises
    ------
    PoolError
        With every issue: no such column, a blank or unknown status, an id that was not drawn or
        stands twice, somebody of the panel who is missing.

    Examples
    --------
    >>> table = Table(("id", "status"), (("a", "bevestigd"), ("b", "No answer")), (2, 3))
    >>> {own: status.value for own, status in statuses_of(table, ["a", "b"]).items()}
    {'a': 'confirmed', 'b': 'no answer'}
    """
    at, named = table.find(column), find_column(table, "id") if id is None else table.find(id)
    issues = [] if at is not None else [missing_column(table, column)]
    if id is not None and named is None:
        issues.append(missing_column(table, id))
    if issues or at is None:
        raise PoolError(issues)
    ids = table.column(named) if named else tuple(map(str, table.numbers))
    found: dict[str, Status] = {}
    rows: dict[str, int] = {}
    for own, words, row in zip(ids, table.column(at), table.numbers, strict=True):
        if own not in panel:
            params = {"id": own[:60], "nearest": None}
            issues.append(Issue("status-stranger", params, table.file, row, named,
                                suggestion="status-stranger-is"))
        elif own in rows:
            issues.append(Issue("status-twice", {"id": own, "first": rows[own]}, table.file, row,
                                named, suggestion="remove-row"))
        elif loosen(words) in _MEANS:
            found[own] = _MEANS[loosen(words)]
        elif not words and not everyone:
            pass
        else:
            near = nearest(words, chain.from_iterable(_WORDS.values())) if words else None
            code = "status-unknown" if near else "status-other" if words else "status-blank"
            # A typing error is shown; a note, or another column, may hold a name.
            params = {"status": words[:30], "nearest": near} if near else {}
            issues.append(Issue(code, params, table.file, row, at,
                                suggestion="did-you-mean" if near else "status-words"))
        rows.setdefault(own, row)
    issues += [
        Issue("status-missing", {"id": own}, table.file, suggestion="status-missing-is")
        for own in sorted(set(panel) - set(rows)) if everyone
    ]
    if issues:
        raise PoolError(issues)
    return found
