"""Makers of files: workbooks as spreadsheets write them, and by hand as no spreadsheet would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from typing import Any

import openpyxl

Sheet = Any  # openpyxl has no types


def workbook(
    *rows: Iterable[object], title: str = "Blad1", then: Callable[[Sheet], None] | None = None
) -> bytes:
    """Return a workbook of one sheet with these rows; `then` may do more to the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    if then is not None:
        then(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def by_hand(*pieces: str, strings: str = "<sst/>", more: Iterable[str] = ()) -> bytes:
    """Return a workbook whose only sheet is this XML, with the fewest parts there can be."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", _relations(("officeDocument", "xl/workbook.xml")))
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="page" sheetId="1" r:id="r0"/></sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "/xl/sharedStrings.xml")
        ))
        archive.writestr("xl/sharedStrings.xml", strings)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for piece in pieces:
                sheet.write(piece.encode())
        for name in more:
            archive.writestr(name, "")
    return out.getvalue()


def _relations(*related: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="r{at}" Type="{_OFFICE}/{kind}" Target="{path}"/>'
        for at, (kind, path) in enumerate(related)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inside}</Relationships>'


def rows_of(*rows: str) -> str:
    """Return the XML of a sheet with these words as cells, `_` for none."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{chr(65 + at)}{number}" t="str"><v>{word}</v></c>'
            for at, word in enumerate(row.split()) if word != "_"
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return f"<worksheet><sheetData>{''.join(lines)}</sheetData></worksheet>"
