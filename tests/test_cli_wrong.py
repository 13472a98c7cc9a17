"""Wrong input and wrong use are told with their place, all at once, and nothing is written."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from conftest import child
from pools import write
from small import POOL, RULES, snapshot


def lottery(*words: str) -> tuple[str, ...]:
    return ("lottery", *words, "--out", "made")


def people(text: str | bytes, *more: str) -> Callable[[Path], tuple[str, ...]]:
    """Replace people.csv; words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "people.csv").write_bytes(data)
        return lottery("people.csv", "quotas.csv", "--size", "3", *more)

    return make


def quotas(text: str | bytes) -> Callable[[Path], tuple[str, ...]]:
    """Replace quotas.csv, a header put before its rows; words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        data = text if isinstance(text, bytes) else f"feature,value,min,max\n{text}".encode()
        (folder / "quotas.csv").write_bytes(data)
        return lottery("people.csv", "quotas.csv", "--size", "3")

    return make


def project(text: str | None) -> Callable[[Path], tuple[str, ...]]:
    """Write project.toml (a folder of that name for None); words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        if text is None:
            (folder / "project.toml").mkdir()
        else:
            (folder / "project.toml").write_text(text, encoding="utf-8")
        return lottery("project.toml")

    return make


def words(*given: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda folder: given


def asked(rows: str, head: str = "id,chance") -> Callable[[Path], tuple[str, ...]]:
    """Write wanted.csv; words of a `lottery` with these chances."""

    def make(folder: Path) -> tuple[str, ...]:
        (folder / "wanted.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
        return lottery(*RULES, "--objective", "custom", "--chances", "wanted.csv")

    return make


@cache
def ready() -> dict[str, bytes]:
    """Return the files of a lottery made from people.csv and quotas.csv."""
    with tempfile.TemporaryDirectory() as folder:
        write(POOL, Path(folder))
        done = child("-m", "sortition", "lottery", *RULES, "--out", "made", cwd=Path(folder))
        assert 0 == done.returncode, done.stderr
        return {path.name: path.read_bytes() for path in Path(folder, "made").iterdir()}


def made_first(*given: str, then: Callable[[Path], object] = lambda folder: None):
    """Lay a lottery in `made`, change something, then run these words."""

    def make(folder: Path) -> tuple[str, ...]:
        (folder / "made").mkdir()
        for name, data in ready().items():
            (folder / "made" / name).write_bytes(data)
        then(folder)
        return given

    return make


def damaged_workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id", "side"])
    book.save(out)
    data = bytearray(out.getvalue())
    start = data.index(b"xl/worksheets/sheet1.xml") + 24
    data[start : start + 40] = b"\0" * 40
    return bytes(data)


HEAD = "id,side\n"
L3 = "p1,l\np2,l\np3,r\n"
THREE = 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 3\n'
FINE = lottery(*RULES)


WRONG: dict[str, tuple[int, list[str], Callable[[Path], tuple[str, ...]]]] = {
    "no such people": (3, ["nobody.csv"], words(*lottery("nobody.csv", *RULES[1:]))),
    "no such quotas": (3, ["none.csv"], words(*lottery("people.csv", "none.csv", "--size", "3"))),
    "both not there": (
        3, ["nobody.csv", "none.csv"], words(*lottery("nobody.csv", "none.csv", "--size", "3"))),
    "people are a folder": (3, ["."], words(*lottery(".", "quotas.csv", "--size", "3"))),
    "quotas are a folder": (3, ["."], words(*lottery("people.csv", ".", "--size", "3"))),
    "people empty": (3, ["people.csv"], people("")),
    "people without a row": (3, ["people.csv"], people(HEAD)),
    "people in no encoding": (3, ["people.csv"], people(b"id,side\np1,\x81\x8d\n")),
    "people a picture": (3, ["people.csv"], people(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
    "people an old workbook": (3, ["people.csv"], people(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    "people a damaged workbook": (3, ["people.csv"], people(damaged_workbook())),
    "people a broken separator line": (3, ["people.csv"], people("sep=\n" + HEAD + L3)),
    "people with an open quote": (3, ["people.csv"], people(HEAD + '"p1,l\n' + L3)),
    "people with a header twice": (3, ["people.csv", "Side"], people("id,side,Side\np1,l,l\n")),
    "people with a nameless column": (3, ["people.csv", "2"], people("id,,side\np1,x,l\n")),
    "people with a row too long": (3, ["people.csv", "row 3"], people(HEAD + "p1,l\np2,l,x\n")),
    "an id column that is not there": (3, ["people.csv", "nr"], people(HEAD + L3, "--id", "nr")),
    "a household column that is not there": (
        3, ["people.csv", "straat"], people(HEAD + L3, "--household", "straat")),
    "an id twice": (
        3, ["people.csv", "p1", "2, 4"], people(HEAD + "p1,l\np2,l\np1,r\n")),
    "a blank id": (3, ["people.csv", "row 3", "id"], people(HEAD + "p1,l\n,l\np3,r\n")),
    "a value no quota names": (
        3, ["people.csv", "row 4", "side", "left"], people(HEAD + "p1,l\np2,r\np3,left\n")),
    "a blank value": (3, ["people.csv", "row 3", "side"], people(HEAD + "p1,l\np2,\np3,r\n")),
    "a feature that is no column": (
        3, ["quotas.csv", "row 5", "age"],
        quotas("side,l,2,2\nside,r,1,1\nside,x,0,0\nage,old,1,3\n")),
    "a value nobody has": (
        3, ["quotas.csv", "row 5", "left"],
        quotas("side,l,1,2\nside,r,1,1\nside,x,0,0\nside,left,1,1\n")),
    "a minimum above its maximum": (
        3, ["quotas.csv", "row 2", "side: l"], quotas("side,l,2,1\nside,r,1,1\nside,x,0,0\n")),
    "a negative minimum": (
        3, ["quotas.csv", "row 3", "min"], quotas("side,l,2,2\nside,r,-1,1\nside,x,0,0\n")),
    "a blank maximum": (
        3, ["quotas.csv", "row 3", "max"], quotas("side,l,2,2\nside,r,1,\nside,x,0,0\n")),
    "a minimum in words": (
        3, ["quotas.csv", "row 2", "min", "two"], quotas("side,l,two,2\nside,r,1,1\n")),
    "half a seat": (3, ["quotas.csv", "row 2", "2.5"], quotas("side,l,2.5,3\nside,r,1,1\n")),
    "the same quota twice": (
        3, ["quotas.csv", "row 4", "row 2"], quotas("side,l,2,2\nside,r,1,1\nSide,L,1,1\n")),
    "quotas without a row": (3, ["quotas.csv"], quotas("")),
    "quotas of another kind": (3, ["quotas.csv"], quotas(b"naam,aantal\nAn,2\n")),
    "quotas empty": (3, ["quotas.csv"], quotas(b"")),
    "more seats than people": (
        3, ["99", "8"],
        lambda folder: (
            *quotas("side,l,0,99\nside,r,0,99\nside,x,0,99\n")(folder), "--size", "99")),
    "no seats": (3, ["0"], words(*FINE, "--size", "0")),
    "seats from more to less": (3, ["5", "3"], words(*FINE, "--size", "5-3")),
    "seats in words": (2, ["--size", "three"], words(*FINE, "--size", "three")),
    "seats below zero": (2, ["--size"], words(*FINE, "--size", "-3")),
    "no size": (2, ["--size"], words(*lottery("people.csv", "quotas.csv"))),
    "no quotas": (2, [], words(*lottery("people.csv", "--size", "3"))),
    "nothing at all": (2, [], words("lottery")),
    "no place to write": (2, ["--out"], words("lottery", *RULES)),
    "no tickets": (2, ["tickets"], words(*FINE, "--tickets", "0")),
    "tickets in words": (2, ["tickets"], words(*FINE, "--tickets", "many")),
    "another objective": (2, ["fairest"], words(*FINE, "--objective", "fairest")),
    "time below zero": (2, ["time-limit"], words(*FINE, "--time-limit", "-1")),
    "another language": (2, ["fy"], words(*FINE, "--lang", "fy")),
    "another option": (2, ["--seats"], words(*FINE, "--seats", "3")),
    "another command": (2, ["loterij"], words("loterij", *RULES)),
    "a project that is not there": (3, ["project.toml"], words(*lottery("project.toml"))),
    "a project that is a folder": (3, ["project.toml"], project(None)),
    "a project that is no TOML": (3, ["project.toml"], project("pool = people.csv\n")),
    "a project without quotas": (3, ["project.toml", "quotas"], project(THREE.replace("quo", "q"))),
    "a project with a key unheard of": (3, ["project.toml", "sise"], project(THREE + "sise = 3\n")),
    "a project with a size in words": (
        3, ["project.toml", "size"], project(THREE.replace("3", '"three"'))),
    "a project with no tickets": (3, ["project.toml", "tickets"], project(THREE + "tickets = 0\n")),
    "a project with tickets below zero": (
        3, ["project.toml", "tickets"], project(THREE + "tickets = -5\n")),
    "a project with another objective": (
        3, ["fairest"], project(THREE + 'objective = "fairest"\n')),
    "a project with another language": (
        3, ["project.toml", "lang"], project(THREE + 'lang = "fy"\n')),
    "a project that names a list that is not there": (
        3, ["nobody.csv"], project(THREE.replace("people", "nobody"))),
    "a folder without a lottery": (3, ["."], words("draw", ".", "--ticket", "1")),
    "a folder that is not there": (3, ["gone"], words("draw", "gone", "--ticket", "1")),
    "no source": (2, ["--ticket", "--seed"], made_first("draw", "made")),
    "two sources": (
        2, ["--ticket", "--seed"], made_first("draw", "made", "--ticket", "1", "--seed", "x")),
    "a ticket in words": (2, ["ticket"], made_first("draw", "made", "--ticket", "one")),
    "a ticket too high": (3, ["1000", "999"], made_first("draw", "made", "--ticket", "1000")),
    "a ticket below zero": (3, ["-1"], made_first("draw", "made", "--ticket", "-1")),
    "a seed that is no text": (3, [], made_first("draw", "made", "--seed", "\udcff")),
    "a list that is gone": (
        3, ["people.csv"],
        made_first("draw", "made", "--ticket", "1", then=lambda f: (f / "people.csv").unlink())),
    "a list that was changed": (
        3, ["people.csv"],
        made_first("draw", "made", "--ticket", "1",
                   then=lambda f: (f / "people.csv").write_text(HEAD + L3, encoding="utf-8"))),
    "a record that is none": (
        3, ["made"],
        made_first("draw", "made", "--ticket", "1",
                   then=lambda f: (f / "made" / "record.json").write_text("[]", encoding="utf-8"))),
    "a lottery that is there already": (3, ["made", "lottery.csv"], made_first(*FINE)),
    "a file where the folder should be": (
        3, ["quotas.csv"], words("lottery", *RULES, "--out", "quotas.csv")),
    "a folder below a file": (
        3, ["quotas.csv"], words("lottery", *RULES, "--out", "quotas.csv/made")),
    "custom without chances": (
        2, ["--chances"], words("lottery", *RULES, "--objective", "custom", "--out", "made")),
    "chances without custom": (
        2, ["--chances"], words("lottery", *RULES, "--chances", "c.csv", "--out", "made")),
    "gamma without goldilocks": (
        2, ["--gamma"], words("lottery", *RULES, "--gamma", "2", "--out", "made")),
    "a gamma below zero": (
        2, ["--gamma"],
        words("lottery", *RULES, "--objective", "goldilocks", "--gamma", "-1", "--out", "made")),
    "chances of strangers, twice, none": (
        3, ["wanted.csv", "row 2", "row 4", "row 5"], asked("p77,0.5\np01,0.5\np01,0.5\np02,2\n")),
    "chances that leave people out": (
        3, ["wanted.csv", "p08"], asked("p01,0.5\n")),
    "chances without a column": (3, ["wanted.csv", "chance"], asked("p01,0.5\n", head="id,kans")),
    "verifying what is not there": (3, ["gone"], words("verify", "gone")),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_told_with_its_place_and_nothing_is_written(
    files: Path, run, name: str
) -> None:
    """Exit 3 or 2, the place named, no traceback, all files as they were; JSON stays JSON."""
    code, places, make = WRONG[name]
    given = make(files)
    before = snapshot(files)

    said, told = run(*given), run(*given, "--json")

    assert (code, code) == (said.code, told.code)
    assert [] == [place for place in places if place not in said.err]
    assert "" == said.out
    assert "Traceback" not in said.err + told.err
    assert before == snapshot(files)
    if code == 3:
        assert told.json["error"]
        assert told.json["issues"]


def test_wrong_use_is_told_as_json_when_json_was_asked_for(files: Path, run) -> None:
    """One document on standard output, whatever happens: a program reads it."""
    silent = []
    for name, (code, _, make) in WRONG.items():
        if code == 2:
            told = run(*make(files), "--json")
            shutil.rmtree("made", ignore_errors=True)
            if not told.out or not told.json["error"]:
                silent.append(name)

    assert [] == silent


def test_all_that_is_wrong_is_told_at_once(files: Path, run) -> None:
    """People and quotas together, each issue with file, row, column and what to do."""
    (files / "people.csv").write_text(HEAD + "p1,l\np1,r\n,r\n", encoding="utf-8")
    (files / "quotas.csv").write_text(
        "feature,value,min,max\nside,l,x,2\nside,r,3,1\n", encoding="utf-8"
    )

    told = run("check", "people.csv", "quotas.csv", "--size", "2", "--json")

    assert 3 == told.code
    assert {
        ("pool-id-blank", "people.csv", 4, "id"), ("pool-id-duplicate", "people.csv", 3, "id"),
        ("quota-not-whole", "quotas.csv", 2, "min"), ("quota-reversed", "quotas.csv", 3, None),
    } == {(i["code"], i["file"], i["row"], i["column"]) for i in told.json["issues"]}
    assert all(issue["message"] and issue["suggestion"] for issue in told.json["issues"])
