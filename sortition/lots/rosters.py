"""Tables of people for whoever calls them: the panel with a status each, and the reserves.

Rows of the pool and ids in, headers and rows out; called by `sortition.lots.drawn`.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sortition.files.tables import Table, fold
from sortition.files.writers import to_csv, to_xlsx
from sortition.messages import LANGUAGES
from sortition.people.statuses import COLUMN, Status
from sortition.verify import read_rows

if TYPE_CHECKING:
    from sortition.lots.ranked import Reserves

__all__ = [
    "panel_with_statuses",
    "read_status_file",
    "reserve_files",
    "rows_by_id",
    "spoken_in",
    "status_column",
    "status_file",
    "unused",
]


def panel_with_statuses(
    columns: Sequence[str], ids: Sequence[str], rows: Sequence[Sequence[str]],
    statuses: Mapping[str, Status], language: str,
) -> tuple[list[str], list[list[str]], dict[str, list[str]]]:
    """Return headers and rows with a status behind everybody, and the words that may stand there.

    Parameters
    ----------
    columns, rows
        Of the panel.
    ids
        One for each row.
    statuses
        Of those who have one already; everybody else is being asked.
    language
        Of the words.
    """
    status = status_column(columns)
    known = [[*row, statuses.get(own, Status.ASKED).word(language)]
             for own, row in zip(ids, rows, strict=True)]
    return [*columns, status], known, _choices(status, language)


def reserve_files(
    reserves: Reserves, people: Table | Sequence[str], ids: Sequence[str] | None = None,
    language: str = "en", drawn: Collection[str] = (),
) -> dict[str, bytes]:
    """Return the reserves in their order: as CSV, and as a workbook with a column for statuses.

    Nothing where nobody is left of them.

    Parameters are as for `sortition.lots.drawn.draw_files`; those on the panel that was drawn are
    left out, and those who are no longer in the list. Nobody else has been asked yet: their
    statuses are blank.
    """
    _, columns, ordered = rows_by_id(people, ids)
    row_of = dict(ordered)
    rank = unused("rank", columns)
    rows = [[str(at), *row_of[own]] for at, own in enumerate(reserves.ids, 1)
            if own in row_of and own not in drawn]
    if not rows:  # a workbook without rows would be taken for a mistake
        return {}
    headers = [rank, *columns]
    status = status_column(headers)
    return {
        "reserves.csv": to_csv(headers, rows).encode(),
        "reserves.xlsx": to_xlsx([*headers, status], [[*row, ""] for row in rows], "reserves",
                                 _choices(status, language)),
    }


def status_file(statuses: Mapping[str, Status]) -> bytes:
    """Return the statuses as a table, for `read_status_file`."""
    rows = [[own, status.value] for own, status in sorted(statuses.items())]
    return to_csv(["id", COLUMN], rows).encode()


def read_status_file(data: bytes) -> dict[str, Status]:
    """Return the statuses in a table that `status_file` made; what is none is left out."""
    known = {status.value: status for status in Status}
    try:
        rows = [row[:2] for row in read_rows(data)[1:] if len(row) > 1]
    except (csv.Error, ValueError):
        return {}
    return {own: known[word] for own, word in rows if word in known}


def status_column(columns: Sequence[str]) -> str:
    """Return the header of the statuses behind these columns, of which one may be called so."""
    return unused(COLUMN, columns)


def spoken_in(record: Mapping[str, Any]) -> str:
    """Return the language in which a lottery was made, English if it is none we speak."""
    said = record["source"].get("lang")
    return said if said in LANGUAGES else "en"


def rows_by_id(
    people: Table | Sequence[str], ids: Sequence[str] | None
) -> tuple[str, list[str], list[tuple[str, list[str]]]]:
    """Return the header of the ids, all headers, and everybody's row by id, in their order."""
    if not isinstance(people, Table):
        return "id", ["id"], sorted((own, [own]) for own in people)
    columns, rows = list(people.columns), [list(row) for row in people.rows]
    known = list(ids or [])
    named = _id_column(people, known)
    if named is None:  # the row numbers are the ids: write them down, or nobody could check
        named = "id" if "id" not in columns else "id (row)"
        columns.insert(0, named)
        rows = [[own, *row] for own, row in zip(known, rows, strict=True)]
    return named, columns, sorted(zip(known, rows, strict=True))


def unused(header: str, columns: Sequence[str]) -> str:
    """Return a header that stands above no column yet."""
    while fold(header) in map(fold, columns):
        header += "*"
    return header


def _choices(status: str, language: str) -> dict[str, list[str]]:
    return {status: [each.word(language) for each in Status]}


def _id_column(people: Table, ids: Sequence[str]) -> str | None:
    """Return the header under which the ids stand, None when they are the row numbers."""
    return next((name for name in people.columns if list(people.column(name)) == list(ids)), None)
