"""Files in, tables out: what CSV files and workbooks of any origin say, or what is wrong with them.

Called by whatever reads people, quotas or chances. A new kind of file is a new branch here.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sortition.errors import InputError, Issue
from sortition.files.cells import MOST_SIGNS, tidy
from sortition.files.dialects import Dialect
from sortition.files.tables import Table, assemble, unreadable

__all__ = ["read_bytes", "read_table"]

MOST_BYTES = 32_000_000
_SEPARATORS = "\t;|,"  # where two divide a file equally well, the one that is rarer within text
_SAMPLE = 1 << 17  # bytes in which encoding and separator are looked for
_SAMPLE_ROWS = 200
_MOST_LINE = 1_000_000  # characters
# The first lines in plain letters, every second byte of them zero: UTF-16 that does not say so.
_LATIN = rb"[\t\x20-\x7e\xa0-\xff]"
_UNMARKED = {
    "utf-16-le": re.compile(rb"(?:" + _LATIN + rb"\0)+(?:\r\0)?\n\0"),
    "utf-16-be": re.compile(rb"(?:\0" + _LATIN + rb")+(?:\0\r)?\0\n"),
}
_NAMES = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}


def read_table(path: str | os.PathLike[str], sheet: str | None = None) -> Table:
    """Read a CSV or XLSX file into a `Table` of strings.

    Parameters
    ----------
    path
        A text file with cells separated by comma, semicolon, tab or bar, in UTF-8, UTF-16 or
        Windows-1252; or an XLSX workbook. What it is shows in its content, not in its name.
    sheet
        Which sheet of a workbook; the first that is not hidden when None.

    Returns
    -------
    Table
        Its `dialect` says what was understood.

    Raises
    ------
    InputError
        If the file is not there, is no table or is too large; or with every issue of its header
        and its cells.
    """
    file = os.fspath(path)
    data = read_bytes(file)
    if data.startswith(b"PK\x03\x04"):
        return _from_workbook(data, file, sheet)
    _refuse_other_kinds(data, file)
    return _from_text(data, file)


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a file, unless it is no file, or one that could be without end.

    Raises
    ------
    InputError
        If it is not there, is a folder or a device, is too large, or cannot be opened.
    """
    file = os.fspath(path)
    where, data = Path(file), b""
    try:
        state = where.stat()
        endless = not stat.S_ISREG(state.st_mode)  # a pipe or a device
        if not endless and state.st_size <= MOST_BYTES:
            data = where.read_bytes()
    except FileNotFoundError:
        raise unreadable("file-missing", file, suggestion="check-path") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the name itself
        reason = getattr(error, "strerror", None) or "invalid path"
        raise unreadable("file-unreadable", file, reason=reason) from None
    if stat.S_ISDIR(state.st_mode):
        raise unreadable("file-is-folder", file, suggestion="name-a-file")
    if endless:
        raise unreadable("file-is-device", file, suggestion="save-first")
    if state.st_size > MOST_BYTES:
        raise unreadable("file-too-large", file, suggestion="fewer-columns")
    shown = file.encode("utf-8", "replace").decode()
    if shown != file:  # bytes that are no text: no record could name the file
        raise unreadable("file-name-signs", shown, suggestion="rename-file")
    return data


def _from_workbook(data: bytes, file: str, sheet: str | None) -> Table:
    from sortition.files.workbook import (
        read_workbook,  # XML and ZIP, which a text file does not need
    )

    page = read_workbook(data, file, sheet)
    dialect = Dialect("xlsx", sheet=page.name, sheets=page.names, hidden_rows=page.hidden,
                      merged=page.merged)
    return assemble(page.rows, dialect, file, page.wide)


def _refuse_other_kinds(data: bytes, file: str) -> None:
    """Raise the error that names what a file is instead of a table."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Office files
        locked = "EncryptedPackage".encode("utf-16-le") in data
        if locked:
            raise unreadable("file-encrypted", file, suggestion="remove-password")
        raise unreadable("file-old-excel", file, suggestion="save-as-xlsx")
    if data.startswith(b"%PDF-"):
        raise unreadable("file-pdf", file, suggestion="ask-for-table")
    start = data[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<head", b"<meta", b"<table", b"<?xml")):
        raise unreadable("file-html", file, suggestion="save-as-xlsx")


def _from_text(data: bytes, file: str) -> Table:
    encoding = _encoding(data, file)
    decoder = codecs.getincrementaldecoder(encoding)()
    sample = decoder.decode(data[:_SAMPLE])
    lines = io.TextIOWrapper(io.BytesIO(data), encoding, newline="")
    first = 1
    separator = _named_separator(sample, file)
    if separator is None:
        separator = _separator(sample)
    else:
        lines.readline()
        first = 2
    name = _NAMES.get(encoding, "UTF-16")
    rows = _rows(lines, separator, first, file)
    return assemble(rows, Dialect("csv", name, separator), file)


def _encoding(data: bytes, file: str) -> str:
    """Return the encoding in which the file is text, of those that spreadsheets write."""
    tries = ["utf-8-sig", "cp1252"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    elif b"\0" in data:
        tries = [name for name, form in _UNMARKED.items() if form.match(data)]
    for encoding in tries:
        try:
            data.decode(encoding)
        except UnicodeError:
            continue
        return encoding
    raise unreadable("file-encoding", file, suggestion="save-as-utf8")


def _named_separator(sample: str, file: str) -> str | None:
    """Return the separator that a first line such as ``sep=;`` names, None when there is none."""
    line = sample.splitlines()[0].strip('"') if sample.strip() else ""
    if line[:4].lower() != "sep=":
        return None
    separator = line[4:5]
    if separator not in list(_SEPARATORS):
        raise unreadable("file-separator", file, suggestion="save-as-utf8")
    return separator


def _separator(sample: str) -> str:
    """Return the separator with which most rows are as long as the header.

    Counting signs in the first line would take a title for the header, and a comma inside a cell
    for a separator.
    """
    def alike(separator: str) -> int:
        rows = csv.reader(
            io.StringIO(sample, newline=""), delimiter=separator, skipinitialspace=True
        )
        width = fitting = 0
        try:
            for row in islice(rows, _SAMPLE_ROWS):
                filled = [at for at, cell in enumerate(row, 1) if tidy(cell)]
                if not width and len(filled) > 1:
                    width = filled[-1]
                fitting += bool(width and filled and filled[-1] <= width <= len(row))
        except csv.Error:  # told with its place when all is read
            pass
        return fitting

    counts = {separator: alike(separator) for separator in _SEPARATORS}
    best = max(_SEPARATORS, key=counts.__getitem__)
    return best if counts[best] else ","


def _rows(
    lines: io.TextIOWrapper, separator: str, first: int, file: str
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every row; a line end inside quotes starts no new row."""
    rows = csv.reader(
        _short(lines, file), delimiter=separator, strict=True, skipinitialspace=True
    )
    number = first - 1
    try:
        for number, cells in enumerate(rows, first):
            yield number, cells
    except csv.Error as error:
        code = "cell-long" if "limit" in str(error) else "file-csv"
        raise InputError([Issue(code, {"most": MOST_SIGNS}, file, number + 1,
                                suggestion="close-quotes")]) from None


def _short(lines: Iterable[str], file: str) -> Iterator[str]:
    """Yield the lines, as long as none is so long that its cells would fill the memory."""
    for line in lines:
        if len(line) > _MOST_LINE:
            raise unreadable("line-too-long", file, suggestion="close-quotes", most=_MOST_LINE)
        yield line
