"""Workbooks: every cell as openpyxl reads it, and what openpyxl does not tell."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
from files import by_hand, workbook
from hypothesis import given
from hypothesis import strategies as st

from sortition import InputError
from sortition.files.readers import read_table

MORNING = datetime.datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - cells of a workbook have no zone


def read(folder: Path, data: bytes):
    path = folder / "book.xlsx"
    path.write_bytes(data)
    return read_table(path)


def issues_of(folder: Path, data: bytes) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(InputError) as caught:
        read(folder, data)
    return [(issue.code, issue.row, issue.column) for issue in caught.value.issues]


def second_opinion(data: bytes) -> list[list[str]]:
    """Return the cells as openpyxl reads them, as text."""
    sheet = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]

    def text(value: object) -> str:
        if isinstance(value, float):
            return f"{value:.15g}"
        if isinstance(value, datetime.datetime | datetime.time):
            return value.isoformat().removesuffix("T00:00:00")
        return "" if value is None else str(value)

    return [[text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


words = st.text(
    st.characters(max_codepoint=0x17F, exclude_categories=("Cc", "Cf", "Z")), min_size=1, max_size=6
).filter(lambda word: word[0] not in "=#")  # which openpyxl would write as formulas and errors
values = st.one_of(
    words, st.booleans(), st.integers(-10**9, 10**9), st.none(),
    st.floats(-1e9, 1e9, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-4),
    st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(2100, 1, 1))  # noqa: DTZ001
    .map(lambda moment: moment.replace(microsecond=0)),
    st.dates(datetime.date(1900, 3, 1), datetime.date(2100, 1, 1)),
    st.times().map(lambda time: time.replace(microsecond=0)),
)


@given(st.lists(st.tuples(values, values, values), min_size=1, max_size=6))
def test_every_cell_is_as_openpyxl_reads_it(tmp_path_factory, rows) -> None:
    """Words, numbers, truth, dates and times; no code is shared with the second opinion."""
    data = workbook(("x", "a", "b", "c"), *(("x", *row) for row in rows))

    table = read(tmp_path_factory.mktemp("book"), data)

    assert second_opinion(data)[1:] == [list(row) for row in table.rows]


def test_numbers_read_as_they_are_shown(tmp_path: Path) -> None:
    """Percentages with their sign, fractions to fifteen digits, dates as ISO, ids in full."""
    def formats(sheet) -> None:
        shown = {"A2": "0%", "B2": '0.0"%"', "C2": "0.00%", "D2": "General", "E2": 'd-m-yyyy "uur"',
                 "F2": "[Red]0", "G2": "[h]:mm", "H2": "00000"}
        for name, code in shown.items():
            sheet[name].number_format = code

    data = workbook(
        "abcdefgh", (0.33, 33.3, 1 / 3, 0.1 + 0.2, MORNING, 12, 0.25, 1234567890123), then=formats
    )

    assert (("33%", "33.3", "33.3333333333333%", "0.3", "2001-02-03T04:05:06", "12", "06:00:00",
             "1234567890123"),) == read(tmp_path, data).rows


def test_the_older_calendar_is_known(tmp_path: Path) -> None:
    """Workbooks of old Macs count days from 1904."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["id", "date"])
    book.active.append([1, MORNING])
    out = io.BytesIO()
    book.save(out)

    assert (("1", "2001-02-03T04:05:06"),) == read(tmp_path, out.getvalue()).rows


def test_cells_without_an_answer_are_issues(tmp_path: Path) -> None:
    """An error by its name, and a formula that nobody worked out, each with its place."""
    data = workbook(("id", "wijk", "leeftijd"), (1, "#N/A", "=A2+1"), (2, "Oost", 4))

    assert [("cell-error", 2, "wijk"), ("cell-uncomputed", 2, "leeftijd")] == issues_of(
        tmp_path, data)


def test_a_column_of_formulas_is_one_mistake(tmp_path: Path) -> None:
    """One message for each value, with the number of rows and the first of them."""
    rows = [(at, "#N/A" if at % 3 else "#REF!", f"=A{at}+1") for at in range(1, 61)]
    (tmp_path / "book.xlsx").write_bytes(workbook(("id", "wijk", "leeftijd"), *rows))
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "book.xlsx")

    assert [("wijk", 2, 39), ("leeftijd", 2, 59), ("wijk", 4, 19)] == [
        (issue.column, issue.row, len(issue.also)) for issue in caught.value.issues
    ]
    assert "in 40 rows: 2, 3, 5, 6, 8" in str(caught.value.issues[0])
    assert 40 == len(caught.value.issues[0].to_dict()["rows"])


def test_errors_that_were_exported_as_text_are_issues_too(tmp_path: Path) -> None:
    """In CSV they are words, in English or Dutch."""
    (tmp_path / "people.csv").write_text("id;wijk\n1;#N/B\n2;n/a\n3;#VERW!\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "people.csv")

    assert [("cell-error", 2), ("cell-error", 4)] == [
        (issue.code, issue.row) for issue in caught.value.issues
    ]


def test_cells_merged_over_columns_are_an_issue_below_the_header(tmp_path: Path) -> None:
    """Above it they are a title; below it nobody knows which column is meant."""
    def merge(sheet) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B3:C4")

    data = workbook(("Lijst",), ("id", "a", "b"), (1, "x"), (2,), then=merge)

    assert [("cells-merged", 4, None)] == issues_of(tmp_path, data)


def test_hidden_rows_count_and_are_told(tmp_path: Path) -> None:
    """A filter hides rows from the eye, not from the lot; blank hidden rows are nothing."""
    def hide(sheet) -> None:
        for row in (1, 3, 4, 9):
            sheet.row_dimensions[row].hidden = True

    table = read(tmp_path, workbook(("id", "a"), (1, "x"), (2, "y"), (), (3, "z"), then=hide))

    assert ("1", "2", "3") == table.column("id")
    assert (3,) == table.dialect.hidden_rows
    assert 1 == table.dialect.blank_rows


def test_texts_in_pieces_and_in_place_are_read(tmp_path: Path) -> None:
    """Rich text is one text without how to pronounce it; prefixes and missing places are fine."""
    strings = ("<x:sst xmlns:x='m'><x:si><x:r><x:t>Z</x:t></x:r><x:r><x:t>oë</x:t></x:r>"
               "<x:rPh><x:t>zo</x:t></x:rPh></x:si></x:sst>")
    rows = ("<row><c t='inlineStr'><is><t>id</t></is></c><c t='str'><v>a_x0041_</v></c></row>"
            "<row><c><v>7</v></c><c t='s'><v>0</v></c></row>"
            "<row r='5'><c t='b'><v>1</v></c><c t='str'><f>x()</f><v></v></c></row>")

    table = read(tmp_path, by_hand("<worksheet><sheetData>", rows, "</sheetData></worksheet>",
                                   strings=strings))

    assert (("id", "aA"), (("7", "Zoë"), ("True", ""))) == (table.columns, table.rows)
    assert (2, 5) == table.numbers


def test_an_empty_sheet_names_the_others(tmp_path: Path) -> None:
    """The list may be on the next one."""
    book = openpyxl.Workbook()
    book.create_sheet("Mensen")
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "book.xlsx")

    [issue] = caught.value.issues
    assert ("file-empty", "other-sheet") == (issue.code, issue.suggestion)
    assert "Mensen" in str(issue)
