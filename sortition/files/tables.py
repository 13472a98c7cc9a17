"""Tables: rows of strings under a header, and how they are made of cells.

Readers of files (`sortition.files.readers`) and DataFrames end here, in one plain `Table`;
everything that reads people or quotas starts from it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from sortition.errors import Gathered, InputError, Issue
from sortition.files.cells import (
    flaw,
    fold,
    fold_all,
    holds_invisible,
    plain,
    tidy,
    unescape_formula,
)
from sortition.files.dialects import Dialect

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "assemble", "fold", "fold_all", "from_frame", "unreadable"]

# Beyond these a file is refused, so that no file takes all memory or the afternoon.
MOST_ROWS = 250_000
MOST_COLUMNS = 2_000
MOST_CELLS = 4_000_000
MOST_ISSUES = 1_000  # told at once
_MOST_KNOWN = 100_000
_MOST_TITLES = 20
_FEWEST_LONG = 3  # rows with too many cells that can make it the header that is wrong
_MOST_LONG = 5  # that are told one by one
_SUGGESTIONS = {"cell-error": "mend-formula", "cell-hidden": "type-again",
                "cell-long": "shorten-cell", "cell-uncomputed": "save-in-excel"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of strings under a header, and where each row stood.

    Parameters
    ----------
    columns
        The header, as written.
    rows
        One tuple of strings per row, as long as `columns`; blank cells are ``""``.
    numbers
        The number of each row as a spreadsheet shows it (the header is 1 when it comes first).
    file
        The name the user gave, for messages; None for a DataFrame.
    dialect
        How the file was understood, for `sortition.files.dialects.describe`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)  # names, which no log should hold
    numbers: tuple[int, ...] = field(repr=False)
    file: str | None = None
    dialect: Dialect = field(default=Dialect(), compare=False)

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells below the header `name`, spelled exactly so."""
        at = self.columns.index(name)
        return tuple(row[at] for row in self.rows)

    def find(self, name: str) -> str | None:
        """Return the header that `name` means, whatever its case and spaces, or None."""
        if name in self.columns:
            return name
        wanted = fold(name)
        return next((column for column in self.columns if fold(column) == wanted), None)


def unreadable(code: str, file: str | None, suggestion: str | None = None,
               **params: Any) -> InputError:
    """Return the error of a file that cannot be read at all."""
    return InputError([Issue(code, params, file=file, suggestion=suggestion)])


def from_frame(frame: pd.DataFrame) -> Table:
    """Return a DataFrame as a `Table`; its rows are numbered from 1, blank ones passed over.

    An index with a name is read as the column that it was; one without is not looked at.

    Raises
    ------
    InputError
        With every issue of the header and of the cells.
    """
    if not (hasattr(frame, "columns") and hasattr(frame, "iloc")):
        raise unreadable("frame-wanted", None, kind=type(frame).__name__)
    if any(name is not None for name in frame.index.names):  # a column that was made the index
        frame = frame.reset_index(allow_duplicates=True)
    issues = Gathered(
        Issue("cell-kind", {"kind": type(name).__name__}, suggestion="name-plain")
        for name in frame.columns if _is_no_cell(name)
    )
    columns = [frame.iloc[:, at] for at in range(len(frame.columns))]
    for name, cells in zip(frame.columns, columns, strict=True):
        if cells.dtype == object:  # no other holds anything but plain values
            for row, value in enumerate(cells, 1):
                if _is_no_cell(value):
                    issues.add(Issue("cell-kind", {"kind": type(value).__name__}, None, row,
                                     str(name), suggestion="cell-plain"))
    if len(issues):
        raise InputError(issues.issues)
    names = [_text(name) for name in frame.columns]
    by_column = [[_text(value) for value in cells] for cells in columns]
    known = _Cells()
    header = next(_filled([(0, names)], known, None), _Line(0, names, names))
    rows = enumerate(zip(*by_column, strict=True), 1)
    made = _table(header, _filled(rows, known, None), Dialect(), None)
    return replace(made, dialect=Dialect(invisible=known.invisible))


def _is_no_cell(value: object) -> bool:
    """Say whether a value cannot be a cell: several things, bytes, or nothing that has a text."""
    own = type(value)
    nameless = own.__str__ is object.__str__ and own.__repr__ is object.__repr__
    return nameless or (isinstance(value, Collection) and not isinstance(value, str))


def _text(value: object) -> str:
    """Return a value as text: whole numbers without a point, dates as ISO, nothing as ``""``."""
    if isinstance(value, str):
        return str(value)  # also of numpy's own kind of text
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:  # pandas' own blanks
        return ""
    if isinstance(value, float | Decimal) and math.isnan(value):
        return ""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value)


def assemble(
    rows: Iterable[tuple[int, Sequence[str]]],
    dialect: Dialect,
    file: str,
    wide: Sequence[tuple[int, str]] = (),
) -> Table:
    """Return the table of the cells of a file.

    The header is the first row with more than one cell filled; rows above it with one are titles
    and the like. Where no row has more, the first that has one is the header of a single column.
    Blank rows are passed over, short ones filled.

    Parameters
    ----------
    rows
        Number and cells of each row, in order; blank rows may be left out.
    dialect
        What the reader knows already.
    file
        The name the user gave.
    wide
        Cells merged over several columns, with their last row: an issue below the header.

    Raises
    ------
    InputError
        With every issue of the header and of the cells, or because the table is too large.
    """
    known = _Cells(escaped=dialect.kind == "csv")
    lines = _filled(rows, known, file)
    first: list[_Line] = []
    for line in lines:
        first.append(line)
        if sum(map(bool, line.cells)) > 1:
            break
    else:
        if not first:
            raise _nothing("file-empty", file, dialect)
        first[1:], lines = [], iter([*first[1:]])  # a single column, so there is no title
    header, titles = first[-1], tuple(line.number for line in first[:-1])
    dialect = replace(dialect, header_row=header.number, above=titles)
    made = _table(header, lines, dialect, file, [at for at in wide if at[0] > header.number])
    if len(titles) > _MOST_TITLES or (titles and _mostly_single(made.rows)):
        # Rows of people would be passed over as titles: better ask.
        raise InputError([Issue("header-unclear", {"row": titles[0]}, file, header.number,
                                suggestion="header-first")])
    below = made.numbers[-1] - header.number
    invisible, hidden = known.invisible, set(dialect.hidden_rows) & set(made.numbers)
    return replace(made, dialect=replace(
        dialect, blank_rows=below - len(made.rows), hidden_rows=tuple(sorted(hidden)),
        invisible=invisible,
    ))


def _mostly_single(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether most rows have no more than one cell filled."""
    return 2 * sum(sum(map(bool, row)) < 2 for row in rows) > len(rows)


class _Cells(dict[str, str]):
    """Each cell as it counts, worked out once, unless there is something to tell about it."""

    def __init__(self, *, escaped: bool = False) -> None:
        super().__init__()
        self.invisible = 0  # cells with signs that were left out
        self.flawed = False  # since somebody last looked
        self._escaped = escaped

    def of(self, raw: Sequence[str]) -> list[str]:
        """Return the cells of a row as they count."""
        if not plain("|".join(raw)):
            return [self[cell] for cell in raw]
        # As nearly all rows of a large list are: each cell counts as it stands.
        if len(self) < _MOST_KNOWN:
            self.update(zip(raw, raw, strict=True))
        return list(map(self.get, raw, raw))  # the same text is one object, not one a row

    def __missing__(self, cell: str) -> str:
        counts = tidy(unescape_formula(cell) if self._escaped else cell)
        if flaw(cell):
            self.flawed = True
        elif holds_invisible(cell):
            self.invisible += 1
        elif len(self) < _MOST_KNOWN:  # most cells come again; of the others enough is enough
            self[cell] = counts
        return counts


class _Line(NamedTuple):
    """A row that is not blank: its number, its cells as they stand and as they count."""

    number: int
    raw: Sequence[str]
    cells: list[str]
    flawed: bool = False


def _filled(
    rows: Iterable[tuple[int, Sequence[str]]], known: _Cells, file: str | None
) -> Iterator[_Line]:
    """Yield the rows that are not blank, as long as they stay within the limits."""
    held = 0
    for number, raw in rows:
        cells = known.of(raw)
        while cells and not cells[-1]:
            cells.pop()
        held += len(cells)
        if file is not None:  # a DataFrame is in memory already
            check_limits(number, len(cells), held, file)
        if cells:
            yield _Line(number, raw, cells, known.flawed)
        known.flawed = False


def check_limits(row: int, width: int, held: int, file: str, cells: int = MOST_CELLS) -> None:
    """Raise an error where a file has too many rows, columns or cells."""
    if row > MOST_ROWS or held > cells:
        raise unreadable("table-too-long", file, suggestion="fewer-columns", rows=MOST_ROWS,
                         cells=cells)
    if width > MOST_COLUMNS:
        raise unreadable("table-too-wide", file, suggestion="fewer-columns", most=MOST_COLUMNS)


def _table(
    header: _Line, lines: Iterable[_Line], dialect: Dialect, file: str | None,
    wide: Iterable[tuple[int, str]] = (),
) -> Table:
    """Return the table of these lines, each as long as the header; raise every issue at once."""
    columns = tuple(header.cells)
    width = len(columns)
    issues = [*_header_issues(header, file)]
    issues += [
        Issue("cells-merged", {"cells": ref}, file, number, suggestion="unmerge")
        for number, ref in wide
    ]
    flaws, long_rows = Gathered(), Gathered()
    outside = "quote-the-cell" if dialect.kind == "csv" else "name-column"
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    long = 0
    for line in lines:
        if len(line.cells) > width:
            long += 1
            params = {"cells": len(line.cells), "columns": width}
            issue = Issue("row-too-long", params, file, line.number, suggestion=outside)
            long_rows.add(issue)
            if long <= _MOST_LONG:
                issues.append(issue)
        for flawed in _flaws(line, columns, file) if line.flawed else ():
            flaws.add(flawed)
        if len(issues) + len(flaws) >= MOST_ISSUES or long == MOST_ISSUES:
            break
        rows.append((*line.cells[:width], *[""] * (width - len(line.cells))))
        if file is not None:
            check_limits(line.number, width, len(rows) * width, file)
        numbers.append(line.number)
    if long >= _FEWEST_LONG and 2 * long > len(rows):  # then it is the header that is wrong
        raise InputError([Issue("header-narrow", {"columns": width}, file, header.number,
                                suggestion="header-real")])
    if long > _MOST_LONG:
        issues = [issue for issue in issues if issue.code != "row-too-long"] + long_rows.issues
    issues += flaws.issues
    if issues:
        raise InputError(sorted(issues, key=lambda issue: issue.row or 0))
    if not rows:
        raise _nothing("file-no-rows", file, dialect)
    return Table(columns, tuple(rows), tuple(numbers), file, dialect)


def _flaws(line: _Line, columns: Sequence[str], file: str | None) -> Iterator[Issue]:
    """Yield an issue for every cell of a row that cannot be used."""
    for column, cell in zip(columns, line.raw, strict=False):
        found = flaw(cell)
        if found:
            code, params = found
            yield Issue(code, params, file, line.number, column or None,
                        suggestion=_SUGGESTIONS[code])


def _header_issues(header: _Line, file: str | None) -> Iterator[Issue]:
    """Yield an issue for every name in the header that is missing, repeated or unreadable."""
    row = header.number or None
    seen: set[str] = set()
    for at, (column, raw) in enumerate(zip(header.cells, header.raw, strict=False), 1):
        key, found = fold(column), flaw(raw)
        if found:
            code, params = found
            yield Issue(code, params, file, row, suggestion=_SUGGESTIONS[code])
        elif not key:
            yield Issue("header-blank", {"number": at}, file, row, suggestion="name-column")
        elif key in seen:
            yield Issue("header-duplicate", {"name": column}, file, row, column,
                        suggestion="rename-column")
        seen.add(key)


def _nothing(code: str, file: str | None, dialect: Dialect) -> InputError:
    """Return the error of a table without content; another sheet may hold what was meant."""
    if len(dialect.sheets) > 1:
        return unreadable(code, file, suggestion="other-sheet", sheet=dialect.sheet,
                          sheets=", ".join(dialect.sheets))
    return unreadable(code, file, suggestion="check-path")
