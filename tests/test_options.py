"""What a project file says of the list can be said on the command line."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT

from sortition.cli import draw, lottery
from sortition.rules.keys import KEYS

ROWS = [
    ("id", "rol", "straat", "e-mail"),
    ("1", "a", "Kade 1", "a@x.nl"), ("2", "b", "Kade 1", "b@x.nl"), ("3", "a", "Kade 3", "c@x.nl"),
    ("4", "b", "Kade 4", "d@x.nl"), ("5", "b", "Kade 5", "d@x.nl"), ("6", "a", "Kade 6", "f@x.nl"),
]


@pytest.fixture
def check(run, tmp_path: Path):
    """Run ``check`` on six people, as data or in words, for one seat of each of two roles."""
    people, quotas = tmp_path / "people.csv", tmp_path / "quotas.csv"
    people.write_text("".join(";".join(row) + "\n" for row in ROWS), encoding="utf-8")
    quotas.write_text("feature,value,min,max\nrol,a,1,1\nrol,b,1,1\n", encoding="utf-8")
    return lambda *more, people=people: run("check", people, quotas, "--size", "2", *more)


@pytest.fixture
def ids(tmp_path: Path):
    """Return a function that writes a table of ids and gives its path."""

    def write(name: str, *rows: str) -> str:
        (tmp_path / name).write_text("\n".join(("id;straat", *rows)) + "\n", encoding="utf-8")
        return str(tmp_path / name)

    return write


def test_several_files_of_people_who_may_not_be_drawn(check, ids) -> None:
    """Each leaves with the file as the reason; who stands in two leaves once."""
    first, second = ids("first.csv", "1;", "2;"), ids("second.csv", "2;", "99;")
    words = check("--exclude", first, "--exclude", second)

    assert 4 == check("--exclude", first, "--exclude", second, "--json").json["pool"]
    assert f"may not be drawn: 2 (listed in {first})" in words.out


def test_the_files_are_besides_those_of_the_project(check, run, ids, tmp_path: Path) -> None:
    """An option adds to what the project excludes, and never lets somebody in."""
    check()
    (tmp_path / "project.toml").write_text(
        'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 2\n'
        '[[exclude]]\nids = ["1"]\nreason = "left"\n', encoding="utf-8",
    )
    done = run("check", tmp_path / "project.toml", "--exclude", ids("two.csv", "2;"), "--json")

    assert 4 == done.json["pool"]


def test_housemates_of_the_selected_leave_where_households_count(check, ids) -> None:
    """Person 1 is selected; person 2 lives there, which matters with --household only."""
    selected = ids("selected.csv", "1;Kade 1")

    assert 5 == check("--already-selected", selected, "--json").json["pool"]
    assert 4 == check(
        "--already-selected", selected, "--household", "straat", "--json"
    ).json["pool"]


def test_double_sign_ups_are_settled_by_choice(check) -> None:
    """Persons 4 and 5 share an e-mail address: a question, until a choice is made."""
    asked, settled = check("--json").json, check("--duplicates", "keep-first", "--json").json

    assert (6, 1) == (asked["pool"], len(asked["questions"]))
    assert (5, 0) == (settled["pool"], len(settled["questions"]))


def test_a_pair_that_is_not_sure_stays_a_question(check, tmp_path: Path) -> None:
    """Two birth dates with one e-mail address: no choice drops either, and that is said."""
    check()
    people = tmp_path / "born.csv"
    born = ("geboortedatum", "1-1-1960", "1-1-1970", "2-2-1980", "3-3-1990", "4-4-1950", "5-5-1955")
    people.write_text("".join(f"{';'.join(row)};{day}\n"
                              for row, day in zip(ROWS, born, strict=True)), encoding="utf-8")
    for choice, questions in (("keep-first", 1), ("keep-both", 0)):
        said = check("--duplicates", choice, "--json", people=people).json
        assert (6, questions) == (said["pool"], len(said["questions"]))


def test_people_on_every_panel(check) -> None:
    """One of each role can be on every panel; two of one role cannot."""
    assert 0 == check("--include", "1,4").code
    assert 4 == check("--include", "1, 3").code


def test_the_sheet_with_people(check, tmp_path: Path) -> None:
    """The first sheet is no list; the second is, by name."""
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    people = book.create_sheet("People")
    for row in ROWS:
        people.append(row)
    book.save(tmp_path / "people.xlsx")

    assert 3 == check(people=tmp_path / "people.xlsx").code
    assert 0 == check("--sheet", "People", people=tmp_path / "people.xlsx").code


@pytest.mark.parametrize("option", ["--sheet", "--exclude", "--already-selected", "--include"])
def test_a_lottery_that_is_there_takes_none_of_them(run, tmp_path: Path, option: str) -> None:
    """They say how a lottery is made, so that a draw from a folder refuses them."""
    done = run("draw", tmp_path, "--ticket", "1", option, "x")

    assert 2 == done.code
    assert option in done.err


# Where the functions stand that the documentation names without a module.
INSIDE = {
    "announcement": "lots.commitment",
    "invite": "process.invitations.invite", "plan": "process.plan",
    "Meeting": "process.meetings.programme", "Project": "rules.project",
    "compile_themes": "process.themes",
    "find_seating": "process.meetings.seating", "lot_of": "process.one_of",
    "balanced": "lots.balance", "prepare": "people.prepare", "render_issue": "messages",
    "settle": "people.duplicates", "to_csv": "files.writers", "to_exact": "lots.exact",
    "to_lottery": "lots.lottery", "without": "people.exclude",
}


def elsewhere() -> list[tuple[str, str, str]]:
    """Return key, command line and Python of the table in the documentation."""
    page = (ROOT / "docs" / "project.md").read_text(encoding="utf-8")
    table = page.partition("## Said elsewhere")[2].partition("## ")[0]
    return re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)


def test_every_key_is_said_elsewhere_too() -> None:
    """All keys, in their order; each on the command line or in Python."""
    table = elsewhere()

    assert list(KEYS) == [key for key, _, _ in table]
    assert [] == [key for key, words, call in table if words == call == "–"]


@pytest.mark.parametrize("command", ["lottery", "draw"])
def test_the_options_that_stand_for_keys_are_there(command: str) -> None:
    """As the table says, for the commands that make a lottery."""
    made = {"lottery": lottery, "draw": draw}[command].command("en")
    options = {word for parameter in made.params for word in parameter.opts}

    for key, words, _ in elsewhere():
        if command == "draw" and key in {"source", "drawn_at"}:
            continue  # a rehearsal announces nothing
        if words.startswith("`--"):
            assert words.strip("`") in options, key
            assert "--" + key.replace("_", "-") == words.strip("`"), key


def test_the_functions_that_stand_for_keys_take_them() -> None:
    """Each function exists and has the parameter that the table names."""
    for key, _, call in elsewhere():
        if call == "–":
            continue
        name, given = re.fullmatch(r"`(\w+)\((?:…|(?:…, )?(\w+)=?)\)`", call).groups()
        module = importlib.import_module("sortition." + INSIDE[name] if name in INSIDE
                                         else "sortition")
        assert given is None or given in inspect.signature(getattr(module, name)).parameters, key
