"""Files made to do harm end in an issue that says what to do: nothing hangs, grows or hides."""

from __future__ import annotations

import io
import os
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from files import by_hand, rows_of

from sortition import InputError, Issue, read_pool
from sortition.files.readers import read_table
from sortition.rules.read_project import read_project

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
LIST = rows_of("id a", "1 x")
WIDE = ",".join(f"c{at}" for at in range(2_000)) + "\n"
BEGIN, END = "<worksheet><sheetData>", "</sheetData></worksheet>"
ENTITIES = "".join(f'<!ENTITY {b} "&{a};&{a};">' for a, b in pairwise("abcdefghi"))
BOMB = f'<!DOCTYPE worksheet [<!ENTITY a "ha">{ENTITIES}]>'


def packed(name: str, content: bytes) -> bytes:
    """Return a ZIP archive with one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def refused(folder: Path, data: bytes | str) -> list[Issue]:
    """Return what is wrong with a file of this content."""
    path = folder / "people"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InputError) as caught:
        read_table(path)
    return list(caught.value.issues)


@pytest.mark.parametrize(
    ("code", "data"),
    [
        pytest.param("file-encoding", "id,a\n1,\0\n", id="a zero byte"),
        pytest.param("file-encoding", b"i\0d\0\n\0001\0\n", id="half UTF-16"),
        pytest.param("table-too-wide", "id" + ",a" * 400_000 + "\n1\n", id="columns"),
        pytest.param("line-too-long", "id" + "," * 1_000_001 + "\n1\n", id="commas"),
        pytest.param("line-too-long", "id,a\n1," + "x" * 1_000_001 + "\n", id="one cell"),
        pytest.param("cell-long", "id,a\n1," + "x" * 40_000 + "\n", id="a long cell"),
        pytest.param("cell-long", 'id,a\n1,"' + "x,y\n" * 40_000, id="a quote never closed"),
        pytest.param("table-too-long", "id,a\n" + "\n" * 1_048_576 + "1,x\n", id="blank rows"),
        pytest.param("table-too-long", "id,a\n" + "1,x\n" * 1_000_000, id="a million rows"),
        pytest.param("table-too-long", by_hand(
            BEGIN, *[f"<row r='{at}'><c><v>{at}</v></c></row>" for at in range(1, 300_000)], END),
            id="a sheet that goes on"),
        pytest.param("table-too-long", WIDE + "1,x\n" * 2_001, id="short rows"),
        pytest.param("file-too-large", b"id,a\n" + b"1,x\n" * 8_000_000, id="bytes"),
        pytest.param("file-encrypted", OLD + "EncryptedPackage".encode("utf-16-le"), id="locked"),
        pytest.param("file-old-excel", OLD + "Workbook".encode("utf-16-le"), id="old Excel"),
        pytest.param("file-ods", packed(
            "mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), id="LibreOffice"),
        pytest.param("file-xlsb", packed("xl/workbook.bin", b""), id="binary Excel"),
        pytest.param("file-html", "\ufeff\n<HTML><table><tr><td>id", id="a web page named .xls"),
        pytest.param("file-html", "<table>".encode("utf-16"), id="a web page in UTF-16"),
        pytest.param("file-html", '<?xml version="1.0"?><Workbook/>', id="Excel of 2003 as XML"),
        pytest.param("file-pdf", b"%PDF-1.7\n", id="a PDF"),
        pytest.param("file-xlsx", by_hand(BOMB, LIST), id="entities"),
        pytest.param("file-too-large", by_hand(BEGIN, *["  " * 500_000] * 130, END), id="a bomb"),
        pytest.param("file-too-large", by_hand(BEGIN, "<a>" * 101), id="nesting"),
        pytest.param("file-too-large", by_hand(f'<a b="{"y" * 1_200_000}"/>'), id="an attribute"),
        pytest.param("file-too-large", by_hand(LIST, more=map(str, range(5_000))), id="parts"),
        pytest.param("file-xlsx", packed("_rels/.rels", b"<Relationships/>"), id="no main part"),
        pytest.param("file-xlsx", by_hand(BEGIN, "<row r='9'/>" * 2, END), id="a row twice"),
        pytest.param("file-xlsx", by_hand(
            BEGIN, "<row><c r='B1'><v>1</v></c><c r='A1'><v>1</v></c></row>", END), id="backwards"),
        pytest.param("file-xlsx", by_hand(
            BEGIN, "<row><c t='s'><v>7</v></c></row>", END), id="a text that is not there"),
        pytest.param("file-xlsx", by_hand(BEGIN, "<row r='2000000'/>", END), id="a row too far"),
        pytest.param("table-too-wide", by_hand(
            BEGIN, "<row><c r='XFD1'><v>1</v></c></row>", END), id="a column far out"),
        pytest.param("file-empty", by_hand(
            BEGIN, "<row r='1048576'><c r='XFD1048576' s='0'/></row>", END), id="far and blank"),
    ],
)
def test_a_file_that_could_do_harm_is_named(tmp_path: Path, code: str, data: bytes) -> None:
    """One issue, with the file and what to do."""
    [issue] = refused(tmp_path, data)

    assert code == issue.code
    assert str(tmp_path / "people") == issue.file
    assert issue.suggestion


@pytest.mark.parametrize(
    ("cell", "sign"),
    [
        ("P\u202e10", "U+202E"), ("\u2066P01\u2069", "U+2066"), ("P01\x1b[2J", "U+001B"),
        ("P01\x07", "U+0007"), ("P\u009201", "U+0092"), ("P01\x7f", "U+007F"),
    ],
)
def test_signs_that_hide_or_turn_text_are_refused(tmp_path: Path, cell: str, sign: str) -> None:
    """In a header, an id or any other cell, with its place and the sign by number."""
    issues = refused(tmp_path, f"id,{cell}\n{cell},x\n1,{cell}\n")

    assert [(1, None), (2, "id"), (3, cell)] == [(issue.row, issue.column) for issue in issues]
    assert {("cell-hidden", sign)} == {(issue.code, issue.params["sign"]) for issue in issues}


def test_two_ids_that_look_the_same_are_the_same(tmp_path: Path) -> None:
    """What cannot be seen makes no second person."""
    (tmp_path / "people.csv").write_text("id,a\nP1,x\nP\u200b1,x\nP1\u3164,x\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_pool(tmp_path / "people.csv")

    assert ["2, 3, 4"] == [issue.params["rows"] for issue in caught.value.issues]


def test_a_thousand_issues_are_enough(tmp_path: Path) -> None:
    """A file that is wrong throughout is not read to its end."""
    rows = "".join(f'1,"a\u202e{at}"\n' for at in range(5_000))
    assert 1 == len(refused(tmp_path, "id,a\n" + rows))
    assert 1 == len(refused(tmp_path, "id,a\n" + "1\n" * 6_000 + "1,a,b\n" * 5_000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only where files can be pipes")
@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "/dev/stdin", "."])
def test_what_may_never_end_is_not_opened(tmp_path: Path, name: str) -> None:
    """A pipe nobody writes to, a device without end, a folder."""
    os.mkfifo(tmp_path / "pipe")

    for read in (read_table, lambda path: read_project(str(path))):
        with pytest.raises(InputError) as caught:
            read(tmp_path / name)
        assert {"file-is-device", "file-is-folder"} >= {issue.code for issue in caught.value.issues}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("a = " + "[" * 20_000, id="lists"),
        pytest.param("a = " + "{b = " * 20_000, id="tables"),
        pytest.param("size = " + "9" * 20_000, id="digits"),
    ],
)
def test_a_project_without_end_is_refused(tmp_path: Path, words: str) -> None:
    """Lists in lists, tables in tables, a number that fills the page."""
    (tmp_path / "project.toml").write_text(words, encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read_project(str(tmp_path / "project.toml"))
    assert ["project-toml"] == [issue.code for issue in caught.value.issues]
