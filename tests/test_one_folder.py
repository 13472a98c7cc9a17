"""A folder that several commands use at once, and names of files that no system should choke on."""

from __future__ import annotations

import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from conftest import environment
from small import RULES

from sortition import output
from sortition.output import finish, steady, write_files

held = pytest.mark.skipif(output.fcntl is None, reason="a folder cannot be held on this system")

# Writes a, then b, then a, …; each is two files that belong together.
WRITER = """
import sys
from sortition.output import write_files
for turn in range(int(sys.argv[1])):
    sign = "ab"[turn % 2].encode()
    files = {"record.json": sign * 9, **{f"file{at}": sign * 9 for at in range(8)}}
    write_files("made", files, force=True)
"""
READER = """
import sys
from pathlib import Path
from sortition.output import steady
for turn in range(int(sys.argv[1])):
    with steady("made"):
        seen = {own.read_bytes() for own in Path("made").iterdir() if own.is_file()}
    if len(seen) != 1:
        sys.exit(f"{turn}: {seen}")
"""


def started(code: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, "150"], cwd=folder, env=environment(), stderr=subprocess.PIPE
    )


@held
def test_writers_and_readers_of_one_folder_wait_for_each_other(tmp_path: Path) -> None:
    """Every reader sees the files of one moment, no writer fails, and none of the files is lost."""
    write_files(str(tmp_path / "made"), {"record.json": b"a" * 9}, force=False)
    write_files(str(tmp_path / "made"), {f"file{at}": b"a" * 9 for at in range(8)}, force=True)
    running = [started(code, tmp_path) for code in (WRITER, WRITER, READER, READER)]
    said = [one.communicate(timeout=60)[1].decode() for one in running]

    assert [""] * 4 == said
    assert [f"file{at}" for at in range(8)] + ["record.json"] == sorted(
        own.name for own in (tmp_path / "made").iterdir()
    )


@held
def test_what_is_being_written_is_not_finished_by_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that comes in the middle of a swap waits, and does not put files in place itself."""
    folder = tmp_path / "made"
    write_files(str(folder), {"record.json": b"old", "other": b"old"}, force=False)
    own, seen = output._swap, []

    def look() -> None:
        with steady(folder):
            seen.append({path.name: path.read_bytes() for path in folder.iterdir()})

    def swap(fresh: Path, place: Path, names: object) -> None:
        reader = threading.Thread(target=look)
        reader.start()
        reader.join(0.2)
        readers.append(reader)
        assert [] == seen
        own(fresh, place, names)  # type: ignore[arg-type]  # as it was called

    readers: list[threading.Thread] = []
    monkeypatch.setattr(output, "_swap", swap)
    write_files(str(folder), {"record.json": b"new", "other": b"new"}, force=True)
    readers[0].join(10)

    assert [{"record.json": b"new", "other": b"new"}] == seen


def test_where_nobody_can_hold_a_folder_nothing_is_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows another command may finish a swap: the files it put in place stay."""
    folder = tmp_path / "made"
    write_files(str(folder), {"record.json": b"old", "other": b"old"}, force=False)
    monkeypatch.setattr(output, "fcntl", None)
    own, interrupted = Path.replace, []

    def replace(self: Path, target: Path) -> Path:
        if self.parent.name == ".pending" and not interrupted:
            interrupted.append(self)
            finish(str(folder))
        return own(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(output.InputError):
        write_files(str(folder), {"record.json": b"new", "other": b"new"}, force=True)

    assert {"record.json": b"new", "other": b"new"} == {
        path.name: path.read_bytes() for path in folder.iterdir()
    }


def test_two_who_draw_without_force_do_not_overwrite_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came to be there since it was looked at is refused, too."""
    folder = tmp_path / "made"
    write_files(str(folder), {"record.json": b"old"}, force=False)
    own = output._held

    def late(place: Path, *, shared: bool = False) -> object:
        (folder / "panel.csv").write_bytes(b"of the other")
        return own(place, shared=shared)

    monkeypatch.setattr(output, "_held", late)
    with pytest.raises(output.InputError) as raised:
        write_files(str(folder), {"panel.csv": b"mine"}, force=False)

    assert ["out-exists"] == [issue.code for issue in raised.value.issues]
    assert b"of the other" == (folder / "panel.csv").read_bytes()


@pytest.mark.parametrize("name", ["loop", "x" * 256])
def test_a_folder_that_cannot_be_is_said(files: Path, run, name: str) -> None:
    """A link to itself, or a name too long: exit 3 with the folder, as for every other."""
    (files / "loop").symlink_to("loop")
    done = run("lottery", *RULES, "--out", name)

    assert 3 == done.code
    assert name in done.err
    assert "cannot be written" in done.err or "cannot be used (File name too long)" in done.err


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="names are text there")
def test_a_list_whose_name_is_no_text_is_refused_at_once(files: Path, run) -> None:
    """No record could name it; the message can be shown all the same."""
    name = b"lijst \xff.csv".decode("utf-8", "surrogateescape")
    (files / "people.csv").rename(files / name)
    done = run("lottery", name, *RULES[1:], "--out", "made")

    assert 3 == done.code
    assert "lijst ?.csv: the name of this file" in done.err
    assert not (files / "made").exists()


def test_ids_are_found_in_any_form_of_their_letters(tmp_path: Path, run, monkeypatch) -> None:
    """A Mac hands on an accent as a sign of its own: it is the same person."""
    monkeypatch.chdir(tmp_path)
    people = "id,side\né1,l\né2,r\né3,l\né4,r\n"
    Path("people.csv").write_text(people, encoding="utf-8")
    rules = '[[quota]]\nof = "side"\nseats = { l = 1, r = 1 }\n'
    apart = unicodedata.normalize("NFD", "é1")
    top = f'pool = "people.csv"\nsize = 2\ninclude = ["{apart}"]\n'
    leaves = f'[[exclude]]\nids = ["{unicodedata.normalize("NFD", "é2")}"]\nreason = "away"\n'
    Path("project.toml").write_text(top + leaves + rules, encoding="utf-8")

    made = run("lottery", "project.toml", "--tickets", "10", "--out", "made")
    assert 0 == made.code, made.err
    told = run("explain", "made", apart)
    assert 0 == told.code, told.err
    assert "é1" in told.out
