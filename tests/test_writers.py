"""Tables out: no spreadsheet runs a cell, and what was written is read again as it was."""

from __future__ import annotations

import io
import time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sortition.files.cells import escape_formula, fold, fold_all, tidy, unescape_formula
from sortition.files.readers import read_table
from sortition.files.tables import _Cells
from sortition.files.writers import Style, to_csv, to_xlsx

# Everything text can hold, with what spreadsheets and CSV trip over more often than chance would.
signs = st.characters(exclude_categories=("Cc", "Cs", "Cf", "Cn", "Co")) | st.sampled_from(
    "=+-@'\t\r\n\"\"',;|_x#0 \u00a0\u200b"
)
cells = st.text(signs, max_size=8) | st.sampled_from(
    ["'=", "''+1", " '@", "\n=1", "_x0041_", "_x005F_x0041_", "x005F_", "sep=;", "007", "+316123"]
)


def read(folder: Path, data: bytes) -> tuple[tuple[str, ...], ...]:
    """Return the header and the rows of a file of this content."""
    path = folder / "written"
    path.write_bytes(data)
    table = read_table(path)
    return (table.columns, *table.rows)

ODD = st.text("ab é'’#=|  \u0301\u00ad\u3164ﬁİ", max_size=4)


@pytest.mark.parametrize("kind", ["plain", "excel-nl", "xlsx"])
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5))
def test_what_is_written_reads_back(tmp_path_factory, kind, rows: list[tuple[str, ...]]) -> None:
    """Formulas, quotes, line ends and apostrophes: each cell comes back as it counts."""
    rows = [("x" + first, *others) for first, *others in rows]
    header = ("id", "b", "'-")
    data = (
        to_xlsx(header, rows, "page") if kind == "xlsx"
        else to_csv(header, rows, style=kind).encode()
    )

    found = read(tmp_path_factory.mktemp("back"), data)

    assert (header, *(tuple(map(tidy, row)) for row in rows)) == found


@given(cells)
def test_taking_the_apostrophe_off_gives_the_cell_back(cell: str) -> None:
    """Whatever apostrophes and spaces it begins with itself."""
    assert cell == unescape_formula(escape_formula(cell))


@given(cells)
def test_tidying_twice_is_tidying_once(cell: str) -> None:
    """A cell that counts stays as it is, also when it is compared."""
    assert tidy(cell) == tidy(tidy(cell))
    assert fold(cell) == fold(tidy(cell)) == fold(fold(cell))


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ("plain", 'id,a\n1,"x,y"\n2,x;y\n'),
        ("excel-nl", '\ufeffid;a\r\n1;x,y\r\n2;"x;y"\r\n'),
    ],
)
def test_a_style_is_what_its_program_opens(style: Style, wanted: str) -> None:
    """Commas and line feeds; or for Excel in Dutch semicolons, a mark and Windows line ends."""
    assert wanted == to_csv(["id", "a"], [["1", "x,y"], [2, "x;y"]], style=style)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "  +"])
def test_what_a_spreadsheet_would_run_is_written_as_text(start: str) -> None:
    """A cell that begins like a formula gets an apostrophe; any other cell stays as it is."""
    assert f"'{start}1" == escape_formula(f"{start}1")
    assert f"a{start}1" == escape_formula(f"a{start}1")


def test_numbers_of_a_table_can_be_added_up() -> None:
    """A figure is a number in the workbook; an id made of digits stays text, yes and no are words.
    """
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(["id", "n"], [["7", 0.25], ["8", True]], "t")))
    assert [["7", 0.25], ["8", "True"]] == [
        [cell.value for cell in row] for row in page["t"].iter_rows(min_row=2)
    ]


def test_a_workbook_holds_text_only_and_is_the_same_file_at_any_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Formulas are words, leading zeros stay, control characters go; no clock is in it."""
    rows = [["007", '=HYPERLINK("http://example.org")'], ["+31612345678", "bell\a"]]

    data = to_xlsx(["id", "word"], rows, "panel")

    page = openpyxl.load_workbook(io.BytesIO(data))["panel"]
    assert [["id", "word"], ["007", rows[0][1]], ["+31612345678", "bell"]] == [
        [cell.value for cell in row] for row in page.iter_rows()
    ]
    assert {"s"} == {cell.data_type for row in page.iter_rows() for cell in row}
    later = time.localtime(2_000_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert data == to_xlsx(["id", "word"], rows, "panel")


@given(st.lists(st.one_of(cells, ODD), max_size=8))
def test_many_cells_together_count_as_each_by_itself(row: list[str]) -> None:
    """The short cut for a row, or a column, without odd signs ends where the long way does."""
    known = _Cells(escaped=True)

    assert [_Cells(escaped=True)[cell] for cell in row] == known.of(row) == known.of(row)
    assert list(map(fold, row)) == fold_all(row)


def test_a_workbook_offers_words_for_the_cells_of_a_column() -> None:
    """A list in the cells below the header, of these words; the same table gives the same bytes."""
    rows = [["a", "asked"], ["b", "asked"]]
    data = to_xlsx(["id", "status"], rows, "panel", {"status": ["asked", "no answer"]})
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    (offered,) = sheet.data_validations.dataValidation

    assert ("list", '"asked,no answer"', "B2:B3") == (
        offered.type, offered.formula1, str(offered.sqref)
    )
    assert data == to_xlsx(["id", "status"], rows, "panel", {"status": ["asked", "no answer"]})
