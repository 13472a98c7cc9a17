"""Workbooks in, rows of text out: the cells of one sheet of an XLSX file, as they are shown.

Called by `sortition.files.readers`. What the parts of the file say is gathered here, element by
element as `sortition.files.package` reads them: so hidden rows and merged cells are told, which
openpyxl's quick mode passes over. A test compares with openpyxl.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sortition.files.cells import UNCOMPUTED, fold
from sortition.files.package import Package, Part, opened, too_large
from sortition.files.tables import check_limits, unreadable

__all__ = ["Sheet", "read_workbook"]

_LAST_ROW = 1_048_576  # of a sheet
_MOST_CELLS = 1_250_000  # fewer than a text file may have: XML takes its time

_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # built-in formats
_PERCENTAGES = {9, 10}
_NO_CODE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    name, names
        Its name, and those of all sheets.
    rows
        Number and cells of each row that has any, in order.
    hidden
        Numbers of the rows that are hidden or filtered away.
    merged
        Cells merged over several rows of one column, such as ``B3:B5``.
    wide
        Those merged over several columns that show something, with the number of their last row.
    """

    name: str
    names: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]
    hidden: tuple[int, ...]
    merged: tuple[str, ...]
    wide: tuple[tuple[int, str], ...]


def read_workbook(data: bytes, file: str, sheet: str | None) -> Sheet:
    """Return one sheet of a workbook.

    Parameters
    ----------
    data
        The file.
    file
        The name the user gave, for messages.
    sheet
        The name of the sheet, whatever its case; the first one that is not hidden when None.

    Raises
    ------
    InputError
        If it is no XLSX workbook, is damaged or too large, or has no such sheet.
    """
    with opened(data, file) as package:
        return _read(package, file, sheet)


def _read(package: Package, file: str, wanted: str | None) -> Sheet:
    """Return the sheet: the parts it needs are read, and no others."""
    main = next(path for kind, path in package.links("").values() if kind == "officeDocument")
    links = package.links(main)
    book = _Book()
    package.parse(main, book)
    sheets = [
        (name, links[link][1], seen) for name, link, seen in book.sheets
        if links[link][0] == "worksheet"
    ]
    names = tuple(name for name, _, _ in sheets)
    chosen = [
        (name, path) for name, path, seen in sheets
        if (seen if wanted is None else fold(name) == fold(wanted))
    ]
    if wanted is not None and not chosen:
        raise unreadable("file-sheet", file, sheet=wanted, sheets=", ".join(names))
    strings, styles = _Strings(file), _Styles()
    for kind, path in links.values():
        if kind == "sharedStrings":
            package.parse(path, strings)
        elif kind == "styles":
            package.parse(path, styles)
    name, path = chosen[0]
    cells = _Cells(strings.found, styles.kinds, book.epoch, file)
    package.parse(path, cells)
    return cells.sheet(name, names)


class _Book(Part):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []  # name, link, whether it is to be seen
        self.epoch = 1900

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "sheet":
            link = next(value for name, value in values.items() if name.endswith(":id"))
            seen = values.get("state", "visible") == "visible"
            self.sheets.append((values["name"], link, seen))
        elif tag == "workbookPr" and values.get("date1904") in {"1", "true"}:
            self.epoch = 1904


class _Strings(Part):
    """Texts that cells name by number; what they say of how to pronounce them (rPh) is left out."""

    def __init__(self, file: str) -> None:
        self.found: list[str] = []
        self._file = file
        self._pieces: list[str] = []
        self._aside = False

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._aside = True

    def words(self, tag: str, text: str) -> None:
        if not self._aside:
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._aside = False
        elif tag == "si":
            if len(self.found) == _MOST_CELLS:
                raise too_large(self._file)
            self.found.append(_plain("".join(self._pieces)))


class _Styles(Part):
    """For every style of a cell what its number is: a date, a percentage, or plain ("")."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self._codes: dict[int, str] = {}
        self._inside = False

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "numFmt" and "numFmtId" in values:
            self._codes[int(values["numFmtId"])] = values.get("formatCode", "")
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self.kinds.append(self._kind(int(values.get("numFmtId", 0))))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False

    def _kind(self, number: int) -> str:
        code = _NO_CODE.sub("", self._codes.get(number, "")).lower()
        if number in _PERCENTAGES or "%" in code:
            return "percent"
        return "date" if number in _DATES or (code != "general" and set("dmyhs") & {*code}) else ""


class _Cells(Part):
    """The cells of a sheet."""

    def __init__(
        self, strings: Sequence[str], kinds: Sequence[str], epoch: int, file: str
    ) -> None:
        self._strings, self._kinds, self._epoch, self._file = strings, kinds, epoch, file
        self._rows: list[tuple[int, list[str]]] = []
        self._hidden: list[int] = []
        self._areas: list[str] = []
        self._row = self._column = self._held = 0
        self._cells: list[str] = []
        self._type = self._style = ""
        self._formula = False
        self._value: str | None = None

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "c":
            name = values.get("r")
            self._column = _column(name.rstrip("0123456789")) if name else self._column + 1
            self._type, self._style = values.get("t", "n"), values.get("s", "")
            self._value, self._formula = None, False
        elif tag == "row":
            number = int(values.get("r", self._row + 1))
            if not self._row < number <= _LAST_ROW:
                raise ValueError(number)
            self._row, self._column, self._cells = number, 0, []
            if values.get("hidden") in {"1", "true"}:
                self._hidden.append(number)
        elif tag == "f":
            self._formula = True
        elif tag == "mergeCell":
            self._areas.append(values["ref"])

    def words(self, tag: str, text: str) -> None:
        if tag == "v":
            self._value = text
        else:  # the pieces of a text that stands in the cell itself
            self._value = (self._value or "") + text

    def end(self, tag: str) -> None:
        if tag == "c":
            text = self._text()
            if text:
                cells, missing = self._cells, self._column - 1 - len(self._cells)
                held = self._held + self._column
                check_limits(self._row, self._column, held, self._file, _MOST_CELLS)
                if missing < 0:
                    raise ValueError(self._column)
                cells.extend([""] * missing)
                cells.append(text)
        elif tag == "row" and self._cells:
            self._held += len(self._cells)
            self._rows.append((self._row, self._cells))

    def _text(self) -> str:
        """Return what the cell shows."""
        value, kind = self._value, self._type
        if not value:  # a formula whose answer is an empty text is of the kind "str"
            return UNCOMPUTED if self._formula and kind != "str" else ""
        if kind == "s":
            return self._strings[int(value)]
        if kind in {"str", "inlineStr"}:
            return _plain(value)
        if kind == "b":
            return str(value.strip() in {"1", "true"})
        if kind == "d":
            return value.removesuffix("T00:00:00")
        if kind == "e":
            return value
        return _number(value, self._kinds[int(self._style)] if self._style else "", self._epoch)

    def sheet(self, name: str, names: tuple[str, ...]) -> Sheet:
        """Return the sheet, with merged cells filled in where that can mean one thing only."""
        numbers = [number for number, _ in self._rows]
        left = _MOST_CELLS  # to fill in, where areas overlap as they should not
        merged: list[str] = []
        wide: list[tuple[int, str]] = []
        for area in self._areas:
            first, last = (_REF.fullmatch(corner) for corner in (area.split(":") * 2)[:2])
            if first is None or last is None:
                raise ValueError(area)
            top, bottom = int(first[2]), int(last[2])
            at = _column(first[1]) - 1
            inside = self._rows[bisect_left(numbers, top) : bisect_right(numbers, bottom)]
            left -= len(inside)
            if left < 0:
                raise too_large(self._file)
            shown = inside[0][1][at : at + 1] if inside and inside[0][0] == top else []
            if not any(shown):
                continue
            if first[1] != last[1]:
                wide.append((bottom, area))
            elif len(inside) > 1:
                merged.append(area)
                for _, cells in inside[1:]:
                    cells.extend([""] * (at + 1 - len(cells)))
                    cells[at] = shown[0]
        return Sheet(name, names, self._rows, tuple(self._hidden), tuple(merged), tuple(wide))


@cache
def _column(letters: str) -> int:
    """Return the number of a column, A being 1."""
    if not 0 < len(letters) <= 3 or not letters.isascii() or not letters.isupper():
        raise ValueError(letters)
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _plain(text: str) -> str:
    """Return a text with the signs that XML cannot hold, which are written as ``_x0007_``."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _number(value: str, kind: str, epoch: int) -> str:
    """Return a number as a spreadsheet shows it: at most fifteen digits, dates as ISO."""
    if not kind and value.isdigit() and value.isascii() and len(value) < 16 and value[0] != "0":
        return value
    number = float(value)
    if kind == "date":
        return _date(number, epoch)
    if kind == "percent":
        return f"{_decimal(100 * number)}%"
    return _decimal(number)


def _decimal(number: float) -> str:
    if number == int(number):
        return str(int(number))
    return f"{number:.15g}"


def _date(days: float, epoch: int) -> str:
    """Return the date of a serial number, or only the time of day below one."""
    start = datetime(1904, 1, 1) if epoch == 1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no zone
    if epoch == 1900 and days < 60:  # 1900 is a leap year there, which it was not
        start += timedelta(days=1)
    try:
        moment = start + timedelta(seconds=round(days * 86400))
    except OverflowError:
        return _decimal(days)
    if 0 <= days < 1:
        return moment.time().isoformat()
    return moment.isoformat().removesuffix("T00:00:00")
