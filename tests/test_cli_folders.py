"""Folders of a lottery: nothing is lost, half written or run as a formula."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from conftest import child
from small import DRAW_FILES, LOTTERY_FILES, RULES, names_in, rows_of, snapshot


def test_words_that_no_terminal_can_show_do_not_end_in_a_traceback(files: Path) -> None:
    """A file name that is no text, and terminals that know few signs."""
    rules = ("quotas.csv", "--size", "3")
    for name, variables in (
        (b"\xff.csv", {}), ("é.csv", {"PYTHONIOENCODING": "ascii"}),
        ("é.csv", {"PYTHONIOENCODING": "cp1252"}),
    ):
        said = child("-m", "sortition", "check", name, *rules, cwd=files, **variables)
        told = child("-m", "sortition", "check", name, *rules, "--json", cwd=files, **variables)

        assert (3, 3, b"") == (said.returncode, told.returncode, said.stdout)
        assert b"Traceback" not in said.stderr + told.stderr
        assert said.stderr
        assert "file-missing" in told.stdout.decode("cp1252")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_lottery_is_made_whatever_the_terminal_can_show(files: Path, encoding: str) -> None:
    """Redirected to a file on Windows, standard output is cp1252: no sign may stop a draw."""
    for given in (
        ("draw", *RULES, "--out", "made"), ("verify", "made"), ("lottery", "--lang", "nl", "-h"),
    ):
        done = child("-m", "sortition", *given, cwd=files, PYTHONIOENCODING=encoding)

        assert (0, b"") == (done.returncode, done.stderr)


def test_nothing_is_overwritten_without_force(files: Path, run) -> None:
    """A second lottery and a second draw are refused; with --force they are made."""
    run("lottery", *RULES, "--out", "made")
    run("draw", "made", "--ticket", "1")
    before = snapshot(files)

    for given in (("lottery", *RULES, "--out", "made"), ("draw", *RULES, "--out", "made"),
                  ("draw", "made", "--ticket", "2")):
        done = run(*given)
        assert 3 == done.code
        assert "made" in done.err
        assert before == snapshot(files)
    assert 0 == run("draw", "made", "--ticket", "999", "--force").code
    assert 0 == run("verify", "made").code
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))
    assert 999 == record["draw"]["ticket"]
    assert [1] == [draw["ticket"] for draw in record["earlier_draws"]]


def test_a_draw_that_was_done_again_is_said_by_verify_and_on_the_page(files: Path, run) -> None:
    """With its number as on the ticket, leading zeros and all; silent where there was none."""
    run("lottery", *RULES, "--out", "made")
    first = run("draw", "made", "--ticket", "45")
    once = run("verify", "made")
    run("draw", "made", "--ticket", "7", "--force")

    again, told = run("verify", "made"), run("verify", "made", "--json")

    assert "Ticket 045 was drawn" in first.out
    assert "Earlier draws" not in once.out
    assert "Earlier draws: 1 (numbers: 045)" in again.out
    assert "ticket 007" in again.out
    assert ["045"] == told.json["earlier_draws"]
    page = (files / "made" / "report.html").read_text(encoding="utf-8")
    assert "Earlier draws: 1 (numbers: 045)" in page
    assert "Ticket 007" in page


def test_a_new_lottery_leaves_no_panel_of_the_old_one(files: Path, run) -> None:
    """A panel that was drawn from another lottery must not lie beside the new one."""
    run("lottery", *RULES, "--out", "made")
    run("draw", "made", "--ticket", "1")

    rules = ("lottery", *RULES, "--out", "made", "--tickets", "10", "--force")
    done = run(*rules)
    run("draw", "made", "--ticket", "1")
    told = run(*rules, "--json"), run(*rules, "--json")

    assert 0 == done.code
    assert f"here before: {', '.join(DRAW_FILES)}" in done.out
    assert [DRAW_FILES, []] == [one.json["removed"] for one in told]
    assert [] == [name for name in DRAW_FILES if (files / "made" / name).exists()]


def test_somebody_elses_panel_is_not_overwritten(files: Path, run) -> None:
    """A file of that name that no draw here wrote stays, unless forced."""
    run("lottery", *RULES, "--out", "made")
    (files / "made" / "panel.csv").write_text("mine", encoding="utf-8")
    before = snapshot(files)

    done = run("draw", "made", "--ticket", "1")

    assert 3 == done.code
    assert before == snapshot(files)


def test_other_files_in_the_folder_stay(files: Path, run) -> None:
    """Writing into a folder that exists adds to it."""
    (files / "made").mkdir()
    (files / "made" / "notes.txt").write_text("mine", encoding="utf-8")

    assert 0 == run("lottery", *RULES, "--out", "made").code
    assert sorted([*LOTTERY_FILES, "notes.txt"]) == names_in("made")


def test_when_writing_fails_nothing_is_left_half(
    files: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the third file: exit 3, and no folder."""
    count = iter(range(100))
    own = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if next(count) == 2:
            raise OSError(28, "No space left on device")
        return own(self, data)

    before = snapshot(files)
    monkeypatch.setattr(Path, "write_bytes", full)

    done = run("lottery", *RULES, "--out", "made")

    assert 3 == done.code
    assert "No space left" in done.err
    assert before == snapshot(files)

FORMULA = '=HYPERLINK("http://example.org","Click")'
SCRIPT = "<script>alert(1)</script>"


def test_hostile_cells_stay_text_everywhere(files: Path, run) -> None:
    """A formula in a name, an id and a header; a script in a value that the page shows."""
    header = ["id", "naam", SCRIPT, "@kolom"]
    body = [[f"{sign}{at}", FORMULA, SCRIPT if at < 3 else "r", "+31612345678"]
            for at, sign in enumerate(("=", "-", "+", "@", "p"))]
    for name, table in (
        ("people.csv", [header, *body]),
        ("quotas.csv", [["feature", "value", "min", "max"], [SCRIPT, SCRIPT, "1", "1"],
                        [SCRIPT, "r", "1", "1"]]),
    ):
        with (files / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)

    assert 0 == run("draw", "people.csv", "quotas.csv", "--size", "2", "--out", "made").code
    assert 0 == run("verify", "made").code

    starts = ("=", "+", "-", "@", "\t", "\r")
    for name in ("panel.csv", "remaining.csv", "lottery.csv", "chances.csv", "groups.csv"):
        for row in rows_of(files / "made" / name):
            assert [] == [cell for cell in row if cell.startswith(starts)], name
    panel = rows_of(files / "made" / "panel.csv")
    assert ["id", "naam", SCRIPT, "'@kolom"] == panel[0]
    assert {"'" + FORMULA} == {row[1] for row in panel[1:]}
    book = openpyxl.load_workbook(files / "made" / "panel.xlsx")
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {"s"} == {cell.data_type for cell in cells}
    assert FORMULA in {cell.value.removeprefix("'") for cell in cells}
    page = (files / "made" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
