"""Tables out: CSV text and workbooks that nothing runs and that read back as they were.

Called by whatever writes files; formulas in cells become plain text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal

from sortition.files.cells import escape_formula

__all__ = ["to_csv", "to_xlsx"]

Style = Literal["plain", "excel-nl"]

# Separator, end of a line, and what stands before all.
_STYLES: dict[Style, tuple[str, str, str]] = {
    "plain": (",", "\n", ""),
    "excel-nl": (";", "\r\n", "\ufeff"),
}
# What a spreadsheet makes a number or a day of: 0612345678, 12-3, 1e5, a number too long for it.
_CHANGED = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]{1,2}[-/][0-9]{1,2}|[0-9]+[eE][0-9]+")
_TEXT = "\u00a0"  # a space that keeps a cell text; whoever reads it leaves spaces round a cell out
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def to_csv(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, escape: bool = True,
    style: Style = "plain",
) -> str:
    r"""Return the table as CSV text, with quotes where needed.

    Parameters
    ----------
    columns, rows
        Header and cells.
    escape
        Whether cells are made safe against being run as formulas; False when they already are.
    style
        ``"plain"`` has commas and line feeds; ``"excel-nl"`` is what Excel in Dutch opens with a
        double click: semicolons, Windows line ends and a byte order mark; and a space that does not
        break before what would become another number or a day, such as a telephone number.

    Examples
    --------
    >>> to_csv(["id", "tel"], [["1", "+31612345678"]])
    "id,tel\n1,'+31612345678\n"
    """
    separator, end, mark = _STYLES[style]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    if escape:
        quoted = csv.writer(out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
        for row in (columns, *rows):
            cells = [escape_formula(str(cell)) for cell in row]
            if style == "excel-nl":
                cells = [_TEXT + cell if _CHANGED.fullmatch(cell) else cell for cell in cells]
            # A carriage return alone ends a row for whoever reads, so it must stand in quotes.
            (quoted if any("\r" in cell for cell in cells) else writer).writerow(cells)
    else:
        writer.writerow(columns)
        writer.writerows(rows)
    return mark + out.getvalue()


def to_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[object]], title: str,
    choices: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """Return the table as a workbook of one sheet; no cell is a formula, so nothing is computed.

    Parameters
    ----------
    columns, rows
        Header and cells. Numbers are numbers, to be sorted and added; all else is text.
    title
        Of the sheet.
    choices
        For a column, by its header, the words that a spreadsheet offers for its cells.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

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
            if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
                written.append(WriteOnlyCell(sheet, value=value))
                continue
            plain = ILLEGAL_CHARACTERS_RE.sub("", str(value))
            # Spreadsheets read _x0041_ as A, unless its first sign is written so itself.
            cell: Any = WriteOnlyCell(sheet, value=_LIKE_ESCAPED.sub("_x005F_", plain))
            cell.data_type = "s"
            cell.number_format = "@"
            if number == 0:
                cell.font = Font(bold=True)
            written.append(cell)
        sheet.append(written)
    for header, words in (choices or {}).items():
        letter = openpyxl.utils.get_column_letter(list(columns).index(header) + 1)
        offered = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        offered.add(f"{letter}2:{letter}{max(len(lines), 2)}")
        sheet.data_validations.append(offered)
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
