"""What was understood of a file is a value, and is told in both languages."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from files import workbook

from sortition import InputError
from sortition.files.dialects import Dialect, describe
from sortition.files.readers import read_table
from sortition.files.tables import Table, from_frame
from sortition.messages import LANGUAGES


def read(folder: Path, data: bytes | str) -> Table:
    path = folder / "people"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path)


@pytest.mark.parametrize(
    ("wanted", "data"),
    [
        (Dialect("csv", "UTF-8", ","), "id,a\n1,x\n"),
        (Dialect("csv", "UTF-8", ","), "id\n1\n2\n"),
        (Dialect("csv", "UTF-8", ";", header_row=2), "sep=;\nid;a\n1;x\n"),
        (Dialect("csv", "Windows-1252", "\t"), "id\ta\n1\té\n".encode("cp1252")),
        (Dialect("csv", "UTF-16", "|"), "id|a\n1|x\n".encode("utf-16")),
        (Dialect("csv", "UTF-16", "|"), "id|a\n1|x\n".encode("utf-16-be")),
        (Dialect("csv", "UTF-8", ";", header_row=4, above=(2, 3), blank_rows=2),
         "\nLijst\nstand van 3 maart\nid;a\n\n1;x\n;\n2;x\n"),
        (Dialect("csv", "UTF-8", ",", invisible=2), "id,a\n1\u200b,x\u200b\n"),
    ],
)
def test_what_was_understood_is_kept(tmp_path: Path, wanted: Dialect, data: bytes | str) -> None:
    """Encoding, separator, where the header stands, what was passed over and left out."""
    assert wanted == read(tmp_path, data).dialect


def test_a_workbook_and_a_dataframe_say_so(tmp_path: Path) -> None:
    """The sheet that was read, the others, and cells that were merged."""
    def merge(sheet) -> None:
        sheet.merge_cells("B2:B3")
        sheet.parent.create_sheet("Uitleg")

    table = read(tmp_path, workbook(("id", "a"), (1, "x"), (2,), title="Mensen", then=merge))

    assert (("1", "x"), ("2", "x")) == table.rows
    assert Dialect(
        "xlsx", sheet="Mensen", sheets=("Mensen", "Uitleg"), merged=("B2:B3",)
    ) == table.dialect
    assert Dialect("frame") == from_frame(pd.DataFrame({"id": [1]})).dialect


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_unusual_is_one_line_and_everything_else_one_more(language: str) -> None:
    """Each thing that a reader should know has a line of its own."""
    plain = [Dialect(), Dialect("csv", "UTF-8", "\t"), Dialect("xlsx", sheet="Blad1")]
    full = Dialect(
        "xlsx", sheet="Blad1", sheets=("Blad1", "Blad2"), header_row=3, above=(1,), blank_rows=2,
        hidden_rows=tuple(range(4, 24)), merged=("B3:B5",), invisible=7,
    )

    assert [1, 1, 1] == [len(describe(each, language)) for each in plain]
    lines = describe(full, language)
    assert 7 == len(lines) == len(set(lines))
    for line, told in zip(lines[1:], ("Blad2", "1", "2", "20", "B3:B5", "7"), strict=True):
        assert told in line
    assert "13, …" in lines[4]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("id\nJan\nPiet\n1,x\nKees\nAnna\n", id="most rows have one cell"),
        pytest.param("Jan\n" * 21 + "id,a\n1,x\n", id="more than twenty titles"),
    ],
)
def test_people_are_not_passed_over_as_titles(tmp_path: Path, data: str) -> None:
    """Where it is not clear which row is the header, the user is asked."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, data)

    assert ["header-unclear"] == [issue.code for issue in caught.value.issues]


def test_a_title_of_two_cells_is_one_question(tmp_path: Path) -> None:
    """Not one for every row below it: the issue says which row was taken as the header."""
    people = "".join(f"p{at},v,x\n" for at in range(9))
    with pytest.raises(InputError) as caught:
        read(tmp_path, "Lijst\nDatum:,20-11-2026\n\nid,a,b\n" + people)

    (issue,) = caught.value.issues
    assert ("header-narrow", 2, {"columns": 2}) == (issue.code, issue.row, issue.params)


def test_many_long_rows_are_one_mistake(tmp_path: Path) -> None:
    """A separator within the cells of a column: one message, with the number of rows."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, "id;rol\n" + "1;a\n" * 30 + "1;a;b\n" * 20)

    [issue] = caught.value.issues
    assert ("row-too-long", 32, 19) == (issue.code, issue.row, len(issue.also))


def test_a_few_long_rows_are_told_one_by_one(tmp_path: Path) -> None:
    """Where most rows are as long as the header, the header is not what is wrong."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, "id,a\n" + "1,x\n" * 3 + "1,x,y\n" * 3)

    assert [("row-too-long", row) for row in (5, 6, 7)] == [
        (issue.code, issue.row) for issue in caught.value.issues
    ]
