"""Reading and writing tables: files and DataFrames in, one plain `Table` of strings out.

The only module that knows separators, encodings, spreadsheets and pandas. Everything that reads
people or quotas gets a `Table`; a new kind of file is a new reader here and nothing else.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.errors import InputError, Issue

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "escape_formula", "fold", "from_frame", "read_table", "to_csv", "to_xlsx"]

_SEPARATORS = ",;\t|"
_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    file: str | None = None

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


def fold(words: str) -> str:
    """Return `words` as they are compared: case, spaces, apostrophes and Unicode form aside.

    Examples
    --------
    >>> fold(" ’s-Hertogenbosch ") == fold("'S-HERTOGENBOSCH")
    True
    """
    plain = unicodedata.normalize("NFC", words).translate(_APOSTROPHES)
    return _SPACES.sub(" ", plain).strip().casefold()


def read_table(path: str | os.PathLike[str], sheet: str | None = None) -> Table:
    """Read a CSV or XLSX file into a `Table` of strings.

    Parameters
    ----------
    path
        A file ending in ``.csv``, ``.txt``, ``.tsv`` or ``.xlsx``. Text may be UTF-8 (with or
        without a byte order mark), UTF-16 with one, or Windows-1252; the separator is found in
        the header line, or taken from a first line ``sep=;``.
    sheet
        Which sheet of a workbook; the first when None.

    Raises
    ------
    InputError
        If the file is not there, is a folder, is empty, or cannot be read as a table.
    """
    file = os.fspath(path)
    where = Path(file)
    if where.is_dir():
        raise _unreadable("file-is-folder", file, suggestion="name-a-file")
    try:
        data = where.read_bytes()
    except FileNotFoundError:
        raise _unreadable("file-missing", file, suggestion="check-path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name itself
        reason = getattr(error, "strerror", None) or "invalid path"
        raise _unreadable("file-unreadable", file, reason=reason) from None
    if data.startswith(b"PK\x03\x04"):
        cells, first = _xlsx_cells(data, file, sheet), 1
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _unreadable("file-old-excel", file, suggestion="save-as-xlsx")
    else:
        cells, first = _csv_cells(_decode(data, file), file)
    return _assemble(cells, first, file)


def from_frame(frame: pd.DataFrame) -> Table:
    """Return a DataFrame as a `Table`; its rows are numbered from 1, in their order."""
    columns = tuple(_trimmed(_cell(name)) for name in frame.columns)
    by_column = [
        [_trimmed(_cell(value)) for value in frame.iloc[:, at]] for at in range(len(columns))
    ]
    rows = tuple(zip(*by_column, strict=True)) if by_column else ()
    table = Table(columns, rows, tuple(range(1, len(rows) + 1)))
    _check_header(table)
    return table


def _unreadable(code: str, file: str, suggestion: str | None = None, **params: Any) -> InputError:
    return InputError([Issue(code, params, file=file, suggestion=suggestion)])


def _decode(data: bytes, file: str) -> str:
    """Return the text of a file, from the encodings that spreadsheets write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            words = data.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in words:
            return words
    raise _unreadable("file-encoding", file, suggestion="save-as-utf8")


def _csv_cells(words: str, file: str) -> tuple[list[list[str]], int]:
    """Return the rows of cells of a text, and the row number of the first."""
    first = 1
    separator = None
    if words[:4].lower() == "sep=":
        line, _, words = words.partition("\n")
        separator = line[4:5]
        first = 2
        if separator not in list(_SEPARATORS):
            raise _unreadable("file-separator", file, suggestion="save-as-utf8")
    if separator is None:
        header = words.lstrip("\r\n").partition("\n")[0]
        separator = max(_SEPARATORS, key=header.count)  # a tie, as in one column, gives a comma
    try:
        cells = list(csv.reader(io.StringIO(words, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _unreadable("file-csv", file, reason=str(error), suggestion="save-as-utf8") from None
    return cells, first


def _xlsx_cells(data: bytes, file: str, sheet: str | None) -> list[list[str]]:
    """Return the rows of cells of one sheet."""
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions unknown to it
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            if sheet is not None and sheet not in book.sheetnames:
                names = ", ".join(book.sheetnames)
                raise _unreadable("file-sheet", file, sheet=sheet, sheets=names)
            page = book[sheet] if sheet is not None else book.worksheets[0]
            return [[_cell(value) for value in row] for row in page.iter_rows(values_only=True)]
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - a damaged workbook makes openpyxl and zlib raise anything
        raise _unreadable("file-xlsx", file, suggestion="save-as-xlsx") from None


def _cell(value: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO, nothing as ``""``."""
    if isinstance(value, str):
        return value
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:  # pandas' own blanks
        return ""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value)


def _trimmed(cell: str) -> str:
    """Return the cell without spaces round it and with single ones, of whatever kind, inside."""
    return _SPACES.sub(" ", cell).strip()


def _assemble(cells: Sequence[Sequence[str]], first: int, file: str) -> Table:
    """Return the table of the cells: header found, blank rows dropped, short rows filled."""
    numbered = [
        (first + at, row) for at, row in enumerate(cells) if any(cell.strip() for cell in row)
    ]
    if not numbered:
        raise _unreadable("file-empty", file, suggestion="check-path")
    _, header = numbered[0]
    width = max((at for at, cell in enumerate(header, 1) if cell.strip()), default=0)
    columns = tuple(_trimmed(cell) for cell in header[:width])
    issues = []
    rows = []
    for number, row in numbered[1:]:
        extra = [cell for cell in row[width:] if cell.strip()]
        if extra:
            issues.append(
                Issue("row-too-long", {"cells": len(row), "columns": width}, file, number,
                      suggestion="quote-the-cell")
            )
        cut = [_trimmed(cell) for cell in row[:width]]
        rows.append(tuple(cut + [""] * (width - len(cut))))
    table = Table(columns, tuple(rows), tuple(number for number, _ in numbered[1:]), file)
    _check_header(table, issues)
    return table


def _check_header(table: Table, issues: Iterable[Issue] = ()) -> None:
    """Raise every issue of the header together with those already found."""
    found = list(issues)
    seen: dict[str, str] = {}
    for at, column in enumerate(table.columns, 1):
        key = fold(column)
        if not key:
            params = {"number": at}
            found.append(Issue("header-blank", params, table.file, suggestion="name-column"))
        elif key in seen:
            found.append(
                Issue("header-duplicate", {"name": column}, table.file, column=column,
                      suggestion="rename-column")
            )
        seen[key] = column
    if not table.rows:
        found.append(Issue("file-no-rows", {}, table.file, suggestion="check-path"))
    if found:
        raise InputError(found)


def escape_formula(cell: str) -> str:
    r"""Return the cell so that no spreadsheet runs it as a formula.

    Examples
    --------
    >>> escape_formula('=HYPERLINK("http://example.org")')
    '\'=HYPERLINK("http://example.org")'
    >>> escape_formula("-")
    "'-"
    """
    # One apostrophe more where there is one already, so that taking one off gives the cell back.
    return "'" + cell if cell.lstrip("' ").startswith(_FORMULA_STARTS) else cell


def to_csv(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, escape: bool = True
) -> str:
    """Return the table as CSV text: commas, line feeds, quotes where needed.

    Parameters
    ----------
    columns, rows
        Header and cells.
    escape
        Whether cells are made safe against being run as formulas; False when they already are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if escape:
        writer.writerow([escape_formula(name) for name in columns])
        writer.writerows([escape_formula(str(cell)) for cell in row] for row in rows)
    else:
        writer.writerow(columns)
        writer.writerows(rows)
    return out.getvalue()


def to_xlsx(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str) -> bytes:
    """Return the table as a workbook of one sheet; every cell is text, so nothing is computed."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    lines: list[list[Any]] = [list(columns), *[list(row) for row in rows]]
    for at, _ in enumerate(columns):
        widest = max(len(str(line[at])) for line in lines)
        letter = openpyxl.utils.get_column_letter(at + 1)
        sheet.column_dimensions[letter].width = min(widest + 2, 60)
    for number, line in enumerate(lines):
        written = []
        for value in line:
            cell: Any = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", str(value)))
            cell.data_type = "s"
            cell.number_format = "@"
            if number == 0:
                cell.font = Font(bold=True)
            written.append(cell)
        sheet.append(written)
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _undated(workbook: bytes) -> bytes:
    """Return the workbook with one date on everything inside: the same table, the same bytes."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", data)
            new.writestr(entry, data)
    return out.getvalue()
