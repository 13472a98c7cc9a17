"""The pool: who volunteered, as sorted ids and integer codes per feature.

Comes from a `Table`, goes to `sortition.engine.problem.compile`. Every issue of the list of people
is reported at once; the order of the file cannot matter, because ids are sorted here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sortition.display import card
from sortition.errors import Issue, PoolError
from sortition.files import readers, tables
from sortition.files.headings import HEADINGS, headless, missing_column, notes_below
from sortition.files.tables import MOST_ISSUES, Table, fold, fold_all
from sortition.people.homes import home_keys
from sortition.people.personal import Kind, kind_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pool", "read_pool"]

_FEW_VALUES = 12  # more are likely names or addresses
_MOST_ROWS = 20  # named in one message
# Ids stand in public files, so they must not name anybody by themselves.
_NO_IDS: dict[Kind | None, str] = {
    "bsn": "pool-id-bsn", "email": "pool-id-email", "telephone": "pool-id-telephone",
}


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The volunteers.

    Parameters
    ----------
    ids
        Sorted, distinct, non-blank.
    features
        Names of the columns that quotas may speak of.
    values
        Per feature its values as first spelled, sorted; a blank is a value like any other.
    codes
        ``(n, f)``: for each person and feature the position in `values`.
    household
        ``(n,)``: people of one household share a number; everyone else has one of their own.
    table
        The list as it was read.
    order
        ``(n,)``: the row of `table` in which each person stands.
    id_column
        Header of the ids, None when the row numbers serve.
    household_columns
        Headers that together say who lives together.
    person
        ``(n,)``: whose seat each is, where the list is one of seats that people can take and each
        person has one at most; None for a list of people.
    """

    ids: tuple[str, ...]
    features: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int32]
    household: NDArray[np.int32]
    table: Table = field(repr=False)
    order: NDArray[np.int64] = field(repr=False)
    id_column: str | None = None
    household_columns: tuple[str, ...] = ()
    person: NDArray[np.int64] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        homes = f", {len(np.unique(self.household))} households" if self.household_columns else ""
        return f"Pool: {len(self)} people, {len(self.features)} features{homes}"

    def _repr_html_(self) -> str:
        """Show the features; values only where so few differ that they name nobody."""
        rows = (
            (name, len(own),
             ", ".join(own) if len(own) <= min(_FEW_VALUES, (len(self) + 1) // 2) else "")
            for name, own in zip(self.features, self.values, strict=True)
        )
        return card(repr(self), ("feature", "values", ""), rows)

    @property
    def ids_by_row(self) -> tuple[str, ...]:
        """The ids in the order of the rows of `table`."""
        by_row = [""] * len(self.ids)
        for own, at in zip(self.ids, self.order, strict=True):
            by_row[at] = own
        return tuple(by_row)

    def feature(self, name: str) -> str | None:
        """Return the feature that `name` means, whatever its case and spaces, or None."""
        wanted = fold(name)
        return next((own for own in self.features if fold(own) == wanted), None)

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, id: str | None = None, household: Sequence[str] = ()  # noqa: A002 - the word users know
    ) -> Pool:
        """Build the pool from a DataFrame with one row per person.

        Parameters
        ----------
        frame
            One row per person; a column per feature. An index with a name counts as a column.
        id
            Column with the ids; None looks for a usual name and else numbers the rows from 1.
        household
            Columns that together say who lives together.

        Raises
        ------
        PoolError
            With every issue found.
        """
        return cls.from_table(tables.from_frame(frame), id, household)

    @classmethod
    def from_table(
        cls, table: Table, id: str | None = None, household: Sequence[str] = ()  # noqa: A002 - the word users know
    ) -> Pool:
        """Build the pool from a `Table`; parameters and errors as for `from_frame`."""
        if (nameless := headless(table)) is not None:
            raise PoolError([nameless])
        issues: list[Issue] = []
        id_column = _id_column(table, id, issues)
        # One name by itself is meant as one, and not as its letters.
        homes = [household] if isinstance(household, str) else household
        living = [_column(table, str(name), issues) for name in homes]
        ids = table.column(id_column) if id_column else tuple(str(n) for n in table.numbers)
        issues += _id_issues(table, ids, id_column)
        if issues:
            raise PoolError(issues)
        household_columns = tuple(name for name in living if name is not None)
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
        features = tuple(name for name in table.columns if name != id_column)
        coded = [_encode(table.column(name), order) for name in features]
        none = np.zeros((len(ids), 0), np.int32)
        codes = np.stack([c for _, c in coded], axis=1) if coded else none
        together = _households([table.column(name) for name in household_columns], order)
        for array in (codes, together, order):
            array.setflags(write=False)
        return cls(
            tuple(ids[at] for at in order), features, tuple(names for names, _ in coded), codes,
            together, table, order, id_column, household_columns,
        )


def read_pool(
    path: str | os.PathLike[str],
    id: str | None = None,  # noqa: A002 - the word users know
    household: Sequence[str] = (),
    sheet: str | None = None,
) -> Pool:
    """Read the volunteers from a CSV or XLSX file with one row per person.

    Parameters
    ----------
    path
        The file.
    id
        Header of the column with the ids; None looks for a usual one (``id``, ``unique_id``, …)
        and else uses the row numbers of the file.
    household
        Headers that together say who lives together, such as street and postcode. Where any of
        them is blank the person is nobody's housemate.
    sheet
        Sheet of a workbook; the first when None.

    Returns
    -------
    Pool

    Raises
    ------
    InputError
        If the file cannot be read.
    PoolError
        With every issue found in it.

    Examples
    --------
    >>> pool = read_pool("people.csv", id="id", household=["street", "postcode"])  # doctest: +SKIP
    """
    return Pool.from_table(readers.read_table(path, sheet), id, household)


def _column(table: Table, name: str, issues: list[Issue]) -> str | None:
    """Return the header that `name` means; note an issue when there is none."""
    column = table.find(name)
    if column is None:
        issues.append(missing_column(table, name))
    return column


def _id_column(table: Table, name: str | None, issues: list[Issue]) -> str | None:
    """Return the header of the ids; None when the row numbers are the ids."""
    if name is not None:
        return _column(table, str(name), issues)  # a DataFrame may have numbers for names
    return next((c for c in map(table.find, HEADINGS["id"]) if c is not None), None)


def _id_issues(table: Table, ids: Sequence[str], column: str | None) -> list[Issue]:
    """Return an issue for every blank id, every id that occurs twice, and notes below the list."""
    issues: list[Issue] = []
    rows: dict[str, list[int]] = {}
    for own, number in zip(ids, table.numbers, strict=True):
        if own:
            rows.setdefault(own, []).append(number)
        elif len(issues) < MOST_ISSUES:
            issues.append(
                Issue("pool-id-blank", {}, table.file, number, column, suggestion="fill-id")
            )
    for own, numbers in rows.items():
        if len(numbers) > 1:
            some = [*map(str, numbers[:_MOST_ROWS]), *(["…"] if len(numbers) > _MOST_ROWS else [])]
            shown = ", ".join(some)
            issues.append(
                Issue("pool-id-duplicate", {"id": own, "rows": shown}, table.file, numbers[1],
                      column, suggestion="make-ids-distinct")
            )
    kind = kind_of(ids) if column else None
    if kind in _NO_IDS:
        issues.append(Issue(_NO_IDS[kind], {}, table.file, None, column, suggestion="ids-anew"))
    return [*issues, *islice(notes_below(table, column), MOST_ISSUES)]


def _encode(
    cells: Sequence[str], order: NDArray[np.int64]
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the distinct values (by `fold`; spelled as sorts first) and each person's code."""
    distinct = list(set(cells))
    key_of = dict(zip(distinct, fold_all(distinct), strict=True))
    spelling: dict[str, str] = {}
    for cell, key in key_of.items():
        if cell < spelling.setdefault(key, cell):
            spelling[key] = cell
    position = {key: at for at, key in enumerate(sorted(spelling))}
    code_of = {cell: position[key] for cell, key in key_of.items()}
    codes = np.array([code_of[cell] for cell in cells], dtype=np.int32)[order]
    return tuple(spelling[key] for key in position), codes


def _households(columns: Sequence[Sequence[str]], order: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return household numbers: one for all who share their `home_keys`."""
    homes = home_keys(columns, len(order))
    numbers: dict[object, int] = {}
    household = np.empty(len(order), dtype=np.int32)
    for person, at in enumerate(order):
        key = person if homes[at] is None else homes[at]
        household[person] = numbers.setdefault(key, len(numbers))
    return household
