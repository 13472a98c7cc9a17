"""How a table was read: the kind of file, its encoding and separator, what was passed over.

Made by the readers, kept on the `Table`, and shown to the user by `describe`, so that nothing
about a file is understood in silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sortition.messages import text

__all__ = ["Dialect", "describe"]

_MOST = 10  # numbers named in one line
_SEPARATORS = {",": "separator-comma", ";": "separator-semicolon", "\t": "separator-tab",
               "|": "separator-bar"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What was understood of a file.

    Parameters
    ----------
    kind
        Text, workbook, or a DataFrame (or rows made by a program).
    encoding, separator
        Of a text file.
    sheet, sheets
        The sheet of a workbook that was read, and the names of all.
    header_row
        Number of the row with the column names, as a spreadsheet shows it.
    above
        Numbers of the rows above the header that hold a single cell, such as a title.
    blank_rows
        How many rows below the header were wholly blank.
    hidden_rows
        Numbers of rows of the table that a workbook hides, by a filter for instance; they count.
    merged
        Cells merged over several rows of one column; each row got the value they show.
    invisible
        How many cells held signs that cannot be seen, which were left out.
    """

    kind: Literal["csv", "xlsx", "frame"] = "frame"
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    header_row: int = 1
    above: tuple[int, ...] = ()
    blank_rows: int = 0
    hidden_rows: tuple[int, ...] = ()
    merged: tuple[str, ...] = ()
    invisible: int = 0


def describe(dialect: Dialect, language: str = "en") -> list[str]:
    """Return in words how a table was read: one line, and one more for each thing unusual.

    Parameters
    ----------
    dialect
        Of a `Table`.
    language
        ``"en"`` or ``"nl"``.

    Examples
    --------
    >>> for line in describe(Dialect("csv", "UTF-8", ";", header_row=3, above=(1,))):
    ...     print(line)
    Text file in UTF-8, cells separated by semicolons; the header is row 3
    Skipped above the header: row 1
    """
    lines = []
    if dialect.kind == "csv":
        separator = text(_SEPARATORS[dialect.separator or ","], language)
        lines.append(text("dialect-csv", language, encoding=dialect.encoding, separator=separator,
                          row=dialect.header_row))
    elif dialect.kind == "xlsx":
        lines.append(text("dialect-xlsx", language, sheet=dialect.sheet, row=dialect.header_row))
    else:
        lines.append(text("dialect-frame", language))
    others = [name for name in dialect.sheets if name != dialect.sheet]
    if others:
        lines.append(text("dialect-sheets", language, sheets=_some(others)))
    if dialect.above:
        lines.append(text("dialect-above", language, rows=_some(dialect.above)))
    if dialect.blank_rows:
        lines.append(text("dialect-blank", language, count=dialect.blank_rows))
    if dialect.hidden_rows:
        lines.append(text("dialect-hidden", language, count=len(dialect.hidden_rows),
                          rows=_some(dialect.hidden_rows)))
    if dialect.merged:
        lines.append(text("dialect-merged", language, cells=_some(dialect.merged)))
    if dialect.invisible:
        lines.append(text("dialect-invisible", language, count=dialect.invisible))
    return lines


def _some(items: Iterable[object]) -> str:
    """Return the items with commas, the first ten of many."""
    shown = [str(item) for item in items]
    return ", ".join([*shown[:_MOST], *(["…"] if len(shown) > _MOST else [])])
