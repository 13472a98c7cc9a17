"""Tables: every file a spreadsheet writes gives the same rows of text; no file is run."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pools import dice_of

from sortition.errors import InputError
from sortition.files.readers import read_table
from sortition.files.tables import Table, fold, from_frame

TEXT = "id,naam,plaats\n1,Zoë,'s-Hertogenbosch\n2,,Etten-Leur\n"
TABLE = (("id", "naam", "plaats"), (("1", "Zoë", "'s-Hertogenbosch"), ("2", "", "Etten-Leur")))

MORNING = datetime.datetime(2001, 2, 3, 4, 5)  # noqa: DTZ001 - cells of a workbook have no zone
MIDNIGHT = datetime.datetime(2001, 2, 3)  # noqa: DTZ001 - as above


def read(folder: Path, data: bytes, name: str = "people.csv", sheet: str | None = None) -> Table:
    path = folder / name
    path.write_bytes(data)
    return read_table(path, sheet)


def workbook(*rows: tuple[object, ...], title: str = "Blad1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def codes_of(error: InputError) -> list[str]:
    return [issue.code for issue in error.issues]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(TEXT.encode("cp1252"), id="cp1252"),
        pytest.param(b"\xff\xfe" + TEXT.encode("utf-16-le"), id="utf-16 little"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="utf-16 big"),
        pytest.param(TEXT.replace(",", ";").encode("utf-8-sig"), id="semicolons, as Dutch Excel"),
        pytest.param(TEXT.replace(",", "\t").encode(), id="tabs"),
        pytest.param(TEXT.replace(",", "|").encode(), id="bars"),
        pytest.param(("sep=;\r\n" + TEXT.replace(",", ";")).encode(), id="sep="),
        pytest.param(("sep=;\n" + TEXT.replace(",", ";")).encode("utf-8-sig"), id="sep= and mark"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(TEXT.replace("\n", "\r").encode(), id="old Mac line ends"),
        pytest.param(TEXT.removesuffix("\n").encode(), id="no last line end"),
        pytest.param(("\n" + TEXT + "\n,,\n").encode(), id="blank lines round it"),
        pytest.param(TEXT.replace("Zoë", ' "Zoë"').replace(" ", "").encode(), id="quotes"),
        pytest.param(TEXT.replace("Zoë", "\u00a0Zoë ").encode(), id="spaces, one non-breaking"),
        pytest.param(TEXT.replace("plaats", "plaats,,").encode(), id="header with empty cells"),
    ],
)
def test_every_way_to_save_the_same_list_reads_the_same(tmp_path: Path, data: bytes) -> None:
    """Separator, encoding, line ends and spaces round a cell make no difference."""
    table = read(tmp_path, data)

    assert TABLE == (table.columns, table.rows)


def test_a_workbook_reads_like_the_text(tmp_path: Path) -> None:
    """Numbers come without a point, dates as ISO, empty cells as nothing."""
    data = workbook(
        ("id", "geboren", "getal", "leeg", "half"),
        (1, datetime.date(2001, 2, 3), 11.0, None, 1.5),
        ("007", MORNING, "11", " ", "x"),
    )

    table = read(tmp_path, data, "people.xlsx")

    assert ("id", "geboren", "getal", "leeg", "half") == table.columns
    assert (
        ("1", "2001-02-03", "11", "", "1.5"), ("007", "2001-02-03T04:05:00", "11", "", "x")
    ) == table.rows


def test_a_sheet_is_found_by_its_name(tmp_path: Path) -> None:
    """The first sheet unless one is named; a name that is not there is said with those that are."""
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["first"])
    second = book.create_sheet("mensen")
    second.append(["a"])
    second.append(["second"])
    book.save(tmp_path / "two.xlsx")

    assert (("first",),) == read_table(tmp_path / "two.xlsx").rows
    assert (("second",),) == read_table(tmp_path / "two.xlsx", "mensen").rows
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "two.xlsx", "people")
    assert ["file-sheet"] == codes_of(caught.value)
    assert "mensen" in str(caught.value)


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Blank rows count, a line end inside quotes does not, the header is row 1 when it is first."""
    table = read(tmp_path, b'id,a\n1,"two\nlines"\n\n,\n2,x\n')

    assert (2, 5) == table.numbers
    assert (("1", "two lines"), ("2", "x")) == table.rows


def test_short_rows_are_filled_and_long_ones_are_an_issue(tmp_path: Path) -> None:
    """Cells that stand under no header are never dropped in silence."""
    assert (("1", ""),) == read(tmp_path, b"id,a\n1\n").rows
    with pytest.raises(InputError) as caught:
        read(tmp_path, b"id,a\n1,Kerkstraat 3, boven\n2,x\n3,x,y,z\n")
    assert [("row-too-long", 2), ("row-too-long", 4)] == [
        (issue.code, issue.row) for issue in caught.value.issues
    ]


def test_every_issue_of_a_header_is_told_at_once(tmp_path: Path) -> None:
    """A header that is blank and one that stands twice, whatever its case."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, b"id,,Naam,naam \n1,2,3,4\n")

    assert ["header-blank", "header-duplicate"] == codes_of(caught.value)


ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as archive:
    archive.writestr("word/document.xml", "<w/>")


@pytest.mark.parametrize(
    ("code", "data"),
    [
        pytest.param("file-empty", b"", id="empty"),
        pytest.param("file-empty", b"\r\n ,\r\n", id="only blank rows"),
        pytest.param("file-empty", b"\xef\xbb\xbf", id="only a byte order mark"),
        pytest.param("file-no-rows", b"id,a\n", id="only a header"),
        pytest.param("file-encoding", b"id,a\n1,\x81\xff\n", id="no encoding fits"),
        pytest.param("file-encoding", b"\xff\xfea", id="half a utf-16 character"),
        pytest.param("file-encoding", bytes(range(256)), id="a program"),
        pytest.param("file-separator", b"sep=x\nidxa\n1x2\n", id="sep= with a letter"),
        pytest.param("file-separator", b"sep=\nid,a\n1,2\n", id="sep= with nothing"),
        pytest.param("file-csv", b'id,a\n1,"open\n', id="a quote that never ends"),
        pytest.param("file-old-excel", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", id="old Excel"),
        pytest.param("file-xlsx", b"PK\x03\x04 and then nothing", id="half a workbook"),
        pytest.param("file-xlsx", ZIPPED.getvalue(), id="a zip of something else"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, code: str, data: bytes) -> None:
    """Whatever is wrong with a file, the error says which file and what."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, data)

    assert [code] == codes_of(caught.value)
    assert [str(tmp_path / "people.csv")] == [issue.file for issue in caught.value.issues]


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path) -> None:
    """No file, a folder, and a name no file can have."""
    for code, name in (
        ("file-missing", "no.csv"), ("file-is-folder", ""), ("file-unreadable", "\0"),
    ):
        with pytest.raises(InputError) as caught:
            read_table(f"{tmp_path}/{name}")
        assert [code] == codes_of(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_an_input_error(tmp_path_factory, data: bytes) -> None:
    """No file makes the reader fall over."""
    try:
        table = read(tmp_path_factory.mktemp("bytes"), data)
    except InputError as error:
        assert error.issues  # noqa: PT017 - either outcome is fine
    else:
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_damaged_workbook_is_a_table_or_an_input_error(tmp_path: Path) -> None:
    """A few bytes changed, or the end cut off, as a broken download does."""
    whole = workbook(("id", "a"), *((at, f"word {at}") for at in range(40)))
    fallen = set()
    for seed in range(100):
        dice = dice_of(seed)
        data = bytearray(whole)
        for _ in range(dice.choice((1, 5, 50))):
            data[dice.randrange(4, len(data))] = dice.randrange(256)
        if seed % 4 == 0:
            del data[dice.randrange(5, len(data)) :]
        try:
            read(tmp_path, bytes(data), "people.xlsx")
        except InputError as error:
            assert error.issues  # noqa: PT017 - either outcome is fine
        except Exception as error:  # noqa: BLE001 - the finding: what kinds get through
            fallen.add(type(error).__name__)

    assert set() == fallen


def test_a_dataframe_is_read_like_a_file(tmp_path: Path) -> None:
    """Whole floats lose their point; every kind of nothing is blank; spaces round a cell go."""
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3],
            "floats": [11.0, float("nan"), 1.5],
            "words": [" a  b ", None, "\u00a0"],
            "dates": pd.to_datetime(["2001-02-03 00:00", None, "2001-02-03 04:05"]),
            "kinds": pd.Categorical(["x", None, "y"]),
            "truth": [True, False, True],
            5: np.array([1, 2, 3], dtype=np.int8),
        }
    )
    file = workbook(
        tuple(frame.columns),
        (1, 11.0, " a  b ", MIDNIGHT, "x", True, 1),
        (2, None, None, None, None, False, 2),
        (3, 1.5, "\u00a0", MORNING, "y", True, 3),
    )

    table = from_frame(frame)

    assert ("id", "floats", "words", "dates", "kinds", "truth", "5") == table.columns
    assert (
        ("1", "11", "a b", "2001-02-03", "x", "True", "1"),
        ("2", "", "", "", "", "False", "2"),
        ("3", "1.5", "", "2001-02-03T04:05:00", "y", "True", "3"),
    ) == table.rows
    assert read(tmp_path, file, "same.xlsx").rows == table.rows


def test_the_nullable_kinds_of_pandas_are_blank_where_they_are_missing() -> None:
    """pandas.NA is a cell left open, not an error."""
    frame = pd.DataFrame(
        {
            "id": pd.array([1, 2], dtype="Int64"),
            "a": pd.array([3, pd.NA], dtype="Int64"),
            "b": pd.array(["x", pd.NA], dtype="string"),
        }
    )

    assert (("1", "3", "x"), ("2", "", "")) == from_frame(frame).rows


def test_a_dataframe_is_held_to_what_a_file_is() -> None:
    """Blank rows go, invisible signs are left out and counted, hidden ones refused."""
    frame = pd.DataFrame({"id": ["1", "", "2\u200b"], "a": ["x", None, "y"]})

    table = from_frame(frame)

    assert ((("1", "x"), ("2", "y")), (1, 3), 1) == (
        table.rows, table.numbers, table.dialect.invisible
    )
    with pytest.raises(InputError) as caught:
        from_frame(pd.DataFrame({"id": ["1", "2\u202e"]}))
    assert [("cell-hidden", 2, "id")] == [(i.code, i.row, i.column) for i in caught.value.issues]


def test_an_empty_dataframe_is_an_input_error() -> None:
    """Columns without rows, and not even columns."""
    for frame in (pd.DataFrame({"id": []}), pd.DataFrame()):
        with pytest.raises(InputError) as caught:
            from_frame(frame)
        assert ["file-no-rows"] == codes_of(caught.value)


@pytest.mark.parametrize(
    ("same", "other"),
    [
        ("Vrouw", " vrouw "),
        ("Etten- Leur", "ETTEN-  leur"),
        ("de\u00a0Bilt", "De Bilt"),
        ("’s-Hertogenbosch", "'s-hertogenbosch"),
        ("Zoe\u0308", "zoë"),
        ("Straße", "STRASSE"),
    ],
)
def test_words_are_compared_aside_from_case_spaces_and_form(same: str, other: str) -> None:
    """Two spellings of one word are one word."""
    assert fold(same) == fold(other)


def test_a_header_is_found_whatever_its_case() -> None:
    """The exact spelling wins over a like one; a header that is not there is None."""
    table = Table(("Naam", "Post code"), (("a", "b"),), (2,))

    assert ("Naam", "Post code", None) == (
        table.find("naam"), table.find(" post  CODE"), table.find("id"),
    )
