"""People who may not be drawn, and why: a list and ids in, the list without them and a record out.

Earlier members, people who withdrew, people already selected. Called before a `Pool` is made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sortition.errors import Issue, PoolError
from sortition.files.cells import tidy
from sortition.files.headings import find_column, missing_column
from sortition.files.spelling import loosen
from sortition.files.tables import Table
from sortition.people.duplicates import without_rows
from sortition.people.homes import home_keys

__all__ = ["Left", "Remaining", "without"]


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who left the list.

    Parameters
    ----------
    id, row
        Who, and the number of the row.
    reason
        In the user's words.
    housemate
        Whether they left only because somebody at their address did.
    """

    id: str
    row: int
    reason: str
    housemate: bool = False


@dataclass(frozen=True, slots=True)
class Remaining:
    """The list without those who left, and who they are, in the order of the rows."""

    table: Table
    left: tuple[Left, ...]


def without(
    table: Table,
    who: Table | Iterable[str],
    reason: str,
    *,
    id: str | None = None,  # noqa: A002 - the word users know
    household: Sequence[str] = (),
    strangers: bool = False,
) -> Remaining:
    """Take people out of the list, with the reason for the record.

    Parameters
    ----------
    table
        People.
    who
        Their ids, or a table with a column of ids, such as a file of those already selected.
    reason
        Why, in the user's words.
    id
        Header of the ids, in both tables; None looks for a usual one and else takes the numbers
        of the rows of `table`.
    household
        Headers that together say who lives together. When given, whoever lives with somebody in
        `who` leaves too: by the address in `table`, and by that in `who` where it has these
        columns. A blank address is nobody's.
    strangers
        Whether ids that are not in `table` are passed over, as in a list from an earlier draw.

    Raises
    ------
    PoolError
        With every id that nobody in `table` has, unless `strangers`, and every column that is
        missing.

    Examples
    --------
    >>> people = Table(("id", "adres"), (("a", "Kade 1"), ("b", "kade 1"), ("c", "")), (2, 3, 4))
    >>> left = without(people, ["a"], "lid in 2024", household=["adres"]).left
    >>> [(one.id, one.housemate) for one in left]
    [('a', False), ('b', True)]
    """
    column = find_column(table, "id") if id is None else _id_column(table, id)
    ids = table.column(column) if column else tuple(map(str, table.numbers))
    listed = isinstance(who, Table)
    gone = who if isinstance(who, Table) else _table_of(who)
    gone_column = _id_column(gone, id)
    wanted = set(gone.column(gone_column)) - {""}
    issues = [missing_column(table, name) for name in household if table.find(name) is None]
    if not strangers:
        near = _near_ids(ids)
        issues += [
            Issue(
                "exclude-stranger", {"id": own[:60], "nearest": near.get(_loose_id(own))},
                gone.file, number if listed else None, gone_column if listed else None,
                suggestion="did-you-mean" if near.get(_loose_id(own)) else "exclude-check",
            )
            for own, number in zip(gone.column(gone_column), gone.numbers, strict=True)
            if own in wanted - set(ids)
        ]
    if issues:
        raise PoolError(issues)
    addresses = _addresses(table, household)
    barred = {home for own, home in zip(ids, addresses, strict=True) if own in wanted}
    if all(gone.find(name) for name in household):
        barred |= set(_addresses(gone, household))
    left = tuple(
        Left(own, number, reason, own not in wanted)
        for own, home, number in zip(ids, addresses, table.numbers, strict=True)
        if own in wanted or (home and home in barred)
    )
    return Remaining(without_rows(table, {one.row for one in left}), left)


def _table_of(ids: Iterable[str]) -> Table:
    """Return ids as the table that a file of them would be."""
    rows = tuple((tidy(own),) for own in ids)
    return Table(("id",), rows, tuple(range(2, len(rows) + 2)))


def _id_column(table: Table, name: str | None) -> str:
    """Return the header of the ids: the one named, or else a usual one."""
    named = table.find(name) if name is not None else None
    column = named or find_column(table, "id")
    if column is None:
        raise PoolError([missing_column(table, name or "id")])
    return column


def _loose_id(own: str) -> str:
    """Return an id as a spreadsheet may have changed it: without leading zeros, case and spaces."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", loosen(own))


def _near_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return the id that each loose form can only stand for.

    Ids that say nothing differ by a letter or a digit from many others, so that a typing error
    in one points nowhere.
    """
    forms = defaultdict(list)
    for own in ids:
        forms[_loose_id(own)].append(own)
    return {form: found[0] for form, found in forms.items() if len(found) == 1}


def _addresses(table: Table, household: Sequence[str]) -> list[tuple[str, ...] | None]:
    """Return each row's address as the pool compares it; None when a part is blank."""
    columns = [table.column(table.find(name) or name) for name in household]
    return home_keys(columns, len(table.rows))
