"""Names out of the folder of a lottery, everything that can be checked left in."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, child
from pools import write
from small import POOL, RULES, names_in, rows_of, snapshot


@pytest.fixture
def made(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a lottery that was drawn from."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    run("lottery", *RULES, "--out", "made", "--tickets", "12")
    run("draw", "made", "--ticket", "5")
    return tmp_path / "made"


def test_what_names_people_goes_and_the_check_still_holds(run, made: Path) -> None:
    """The ids stay in the panel and in the rest; all seven steps still count."""
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    panel = [row[0] for row in rows_of(made / "panel.csv")]

    done = run("purge", "made", "--yes")

    assert (0, "") == (done.code, done.err)
    after = {path.name: path.read_bytes() for path in made.iterdir()}
    gone = {"panel.xlsx", "private-inclusion.jsonl", "remaining.xlsx"}
    assert gone == before.keys() - after.keys()
    assert {"panel.csv", "remaining.csv"} == {
        name for name in after if before.get(name) != after[name]
    }
    assert [[own] for own in panel] == rows_of(made / "panel.csv")
    assert b"Kade" not in b"".join(after.values())
    checked = run("verify", "made", "--json")
    assert [1, 2, 3, 4, 5, 6, 7] == [step["number"] for step in checked.json["steps"]]
    assert checked.json["ok"]


def test_verify_alone_agrees(run, made: Path) -> None:
    """Whoever has only the one file of the checker needs nothing more."""
    run("purge", "made", "--yes")
    done = child(ROOT / "sortition" / "verify.py", made)

    assert 0 == done.returncode, done.stdout.decode()


def test_purging_twice_says_there_is_nothing(run, made: Path) -> None:
    """And where nobody was drawn yet."""
    run("purge", "made", "--yes")
    before = snapshot(made)
    done = run("purge", "made", "--yes")
    assert "nothing to remove" in done.out
    assert before == snapshot(made)

    run("lottery", *RULES, "--out", "fresh", "--tickets", "12")
    assert [] == run("purge", "fresh", "--yes", "--json").json["rewritten"]


@pytest.mark.parametrize(("words", "code"), [(("--dry-run",), 0), ((), 2),
                                             (("--dry-run", "--yes"), 2)])
def test_nothing_goes_unless_yes_is_said(
    run, made: Path, words: tuple[str, ...], code: int
) -> None:
    """Looking changes nothing; saying nothing, or both, is a question back."""
    before = snapshot(made)

    assert code == run("purge", "made", *words).code
    assert before == snapshot(made)


def test_a_look_says_what_would_go(run, made: Path) -> None:
    """Files and columns, by name."""
    done = run("purge", "made", "--dry-run", "--json").json

    assert {
        "schema": 1, "done": False,
        "removed": ["panel.xlsx", "remaining.xlsx", "private-inclusion.jsonl"],
        "rewritten": ["panel.csv", "remaining.csv"],
        "columns": ["naam", "side", "street", "postcode"], "unknown": [], "ids": None,
    } == done


def test_what_no_command_wrote_stays_and_is_told(run, made: Path) -> None:
    """A coordinator's own notes are theirs to remove."""
    (made / "letters.docx").write_bytes(b"Dear")
    done = run("purge", "made", "--yes")

    assert "letters.docx" in done.err
    assert (made / "letters.docx").exists()


def test_a_folder_that_does_not_check_is_left_alone(run, made: Path) -> None:
    """What is wrong should be seen before the evidence is gone."""
    with (made / "panel.csv").open("a", encoding="utf-8") as file:
        file.write("p08,Ho,x,,\n")
    before = snapshot(made)

    assert 5 == run("purge", "made", "--yes").code
    assert before == snapshot(made)


def test_it_happens_whole_or_not_at_all(
    run, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a file cannot be moved in half-way, everything is as it was."""
    before = snapshot(made)
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.name == "remaining.csv" and target.parent == Path("made"):
            monkeypatch.setattr(Path, "replace", replace)
            raise PermissionError(13, "no")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    assert 3 == run("purge", "made", "--yes").code
    assert before == snapshot(made)
    assert "panel.xlsx" in names_in("made")


def test_a_folder_without_a_lottery_is_refused(run, made: Path) -> None:
    """Nothing is removed from a folder that no command wrote."""
    assert 3 == run("purge", ".", "--yes").code
    assert 3 == run("purge", "nowhere", "--yes").code


def test_what_a_killed_command_left_goes_too(run, made: Path) -> None:
    """Hidden folders with lists of people, in the folder and beside it; others stay."""
    left = [made / ".made-abc_12x9", made.parent / ".made-00000000"]
    other = [made.parent / ".other-abc_12x9", made.parent / ".made-by-somebody"]
    for folder in (*left, *other):
        folder.mkdir()
        (folder / "panel.csv").write_text("id,street\np01,Kade 1\n", encoding="utf-8")

    looked = run("purge", "made", "--dry-run")
    assert all(folder.name in looked.out for folder in left)
    assert all(folder.is_dir() for folder in (*left, *other))
    run("purge", "made", "--yes")

    assert [False, False, True, True] == [folder.is_dir() for folder in (*left, *other)]
    assert 0 == run("verify", "made").code
    left[0].mkdir()
    assert left[0].name in run("purge", "made", "--yes").out  # though nothing else was to go
    assert not left[0].exists()
