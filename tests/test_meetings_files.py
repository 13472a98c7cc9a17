"""`sortition meetings`: from files to files, by the command line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from sortition.errors import InputError
from sortition.process.meetings import seating as seating_module
from sortition.process.meetings.files import file_names
from sortition.process.meetings.programme import Meeting
from sortition.process.meetings.rules import read_programme
from sortition.verify import canonical

# -- files in --------------------------------------------------------------------------------------

LIST = """id;naam;geslacht;kan;wens 1;wens 2;kennis;club;belang
7;Ann;v;ma;Bos;;recht;k;grond bij het bos
1;Bas;m;ma;bos ;Zee;;;
4;Cem;m;di;Zee;;;k;
9;Dia;v;;Zee;Bos;Recht;;
3;Eva;v;ma, di;Bos;;;;
"""
PROJECT = """lang = "nl"
[meetings]
people = "people.csv"
available = "kan"
wishes = ["wens 1", "wens 2"]
expertise = "kennis"
organisation = "club"
mix = ["geslacht"]
interests = "belang"
separator = ","
seed = "1 maart"
capacity = 4
[[meeting]]
name = "Bos"
time = "ma"
guests = ["wethouder <b>X</b>"]
[[meeting]]
name = "Zee"
time = "di"
place = '=cmd|calc'
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with people and a project, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_bytes(("\ufeff" + LIST).encode())
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def test_the_command_seats_everybody(project: Path, run) -> None:
    """In Dutch, since the file says so; goals, wishes and files."""
    done = run("meetings", "project.toml", "--out", "made")

    assert (0, "") == (done.code, done.err)
    assert "Mensen: 5" in done.out
    told = json.loads((project / "made" / "meetings.json").read_bytes())
    assert {"1": 5} == told["wishes"]
    assert ["Bos", "Zee"] == [room["name"] for room in told["rooms"]]
    assert all(goal["proven"] for goal in told["goals"].values())
    rows = list(csv.DictReader(io.StringIO((project / "made" / "seating.csv").read_text())))
    assert ["1", "3", "4", "7", "9"] == [row["id"] for row in rows]
    assert sorted(path.name for path in (project / "made").iterdir()) == sorted(
        file_names((Meeting("Bos", 4), Meeting("Zee", 4)), None)[1]
    )


def test_the_order_of_rows_does_not_matter(project: Path, run) -> None:
    """The same bytes from a list turned upside down, with groups from a column too."""
    apart = PROJECT.replace("seed", 'apart = "club"\nseed', 1)
    (project / "project.toml").write_text(apart, encoding="utf-8")
    listed = LIST.replace("bos ;Zee;;;", "bos ;Zee;;z;").replace("di;Bos;;;;", "di;Bos;;;z;")
    (project / "people.csv").write_text(listed, encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "one").code
    first, *rest = listed.splitlines()
    (project / "people.csv").write_text("\n".join([first, *rest[::-1]]), encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "two").code

    for path in (project / "one").iterdir():
        one, two = path.read_bytes(), (project / "two" / path.name).read_bytes()
        if path.name == "meetings.json":  # which has the digest of the list as it stood
            one, two = (canonical({key: value for key, value in json.loads(data).items()
                                   if key not in ("inputs", "seal")}) for data in (one, two))
        assert one == two, path.name


def test_nothing_in_the_files_runs(project: Path, run) -> None:
    """Names with tags and formulas stand as text in pages, text files and workbooks."""
    evil = LIST.replace("Bas", "<script>alert(1)</script>").replace("Cem", '=HYPERLINK("x")')
    (project / "people.csv").write_text(evil, encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "a", "--csv", "nl").code
    assert 0 == run("meetings", "project.toml", "--out", "b").code

    pages = "".join(path.read_text(encoding="utf-8") for path in (project / "a").glob("*.html"))
    assert "<script" not in pages
    assert "&lt;script&gt;alert(1)" in pages
    assert "wethouder &lt;b&gt;X" in pages
    assert "default-src 'none'" in pages.replace("&#x27;", "'")
    text = (project / "a" / "everyone.csv").read_bytes().decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ";'=cmd|calc;" in text
    book = openpyxl.load_workbook(project / "b" / "everyone.xlsx")
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {"s"} == {cell.data_type for cell in cells if cell.value is not None}


def test_the_chair_is_told_interests_and_nobody_is_kept_out(project: Path, run) -> None:
    """Unless it is asked for: then whoever declared the meeting's name sits elsewhere."""
    assert 0 == run("meetings", "project.toml", "--out", "a").code
    page = (project / "a" / "01-bos-chair.html").read_text(encoding="utf-8")
    assert "grond bij het bos" in page
    assert "Niemand hier" in (project / "a" / "02-zee-chair.html").read_text(encoding="utf-8")
    for name in ("01-bos.html", "01-bos-badges.html"):  # which everybody sees
        assert "grond" not in (project / "a" / name).read_text(encoding="utf-8")

    (project / "people.csv").write_text(LIST.replace("grond bij het bos", "bos"), encoding="utf-8")
    (project / "project.toml").write_text(
        PROJECT.replace("seed", "exclude_interests = true\nseed"), encoding="utf-8")
    done = run("meetings", "project.toml", "--out", "b")
    assert 4 == done.code  # 7 can come on Monday only, and that is the wood
    assert "7 " in done.err
    assert not (project / "b").exists()


def test_everything_that_is_wrong_is_told_at_once(project: Path, run) -> None:
    """Of the list and of the settings: ids, columns, wishes, groups, sizes, names."""
    (project / "people.csv").write_text(
        LIST.replace("9;Dia", "7;Dia").replace("Zee;Bos;Recht", "Zeee;Bos;Recht"), encoding="utf-8")
    text = PROJECT.replace('mix = ["geslacht"]', 'mix = ["geslagt"]\napart = [["1", "x"]]')
    (project / "project.toml").write_text(
        text.replace('name = "Zee"', 'name = "bos"\ncapacity = [9, 2]\nmembers = ["y"]'),
        encoding="utf-8")
    done = run("meetings", "project.toml", "--out", "made", "--lang", "en", "--json")

    assert 3 == done.code
    assert {"pool-id-duplicate", "column-missing", "meetings-stranger", "meetings-twice",
            "meetings-capacity", "meetings-wish"} == {own["code"] for own in done.json["issues"]}
    assert [3, 5, 18] == sorted(own["row"] for own in done.json["issues"]
                             if own["code"] in ("meetings-wish", "meetings-twice"))
    assert not (project / "made").exists()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("capacity = 4", 'capacity = "4"', "project-type"),
        ("capacity = 4", "capacityy = 4", "project-key"),
        ("capacity = 4", "tables = 4", "meetings-which"),
        ("capacity = 4", "capacity = 1", "meetings-guests"),
        ('expertise = "kennis"', 'needs = ["recht"]', "meetings-no-expertise"),
        ('expertise = "kennis"', 'expertise = "kennis"\nneeds = ["rech"]', "meetings-expertise"),
        ("\ntime", "\nround = 3\ntime", "meetings-round"),
        ('people = "people.csv"', 'people = "nobody.csv"', "file-missing"),
        ("[[meeting]]\nname = \"Zee\"", "[[meeting]]", "project-needs"),
        ('lang = "nl"', "[columns.oud]\nbands = ['1-2']", "project-column"),
    ],
)
def test_settings_that_cannot_be_are_told(
    project: Path, run, before: str, after: str, code: str
) -> None:
    """With the key, and exit 3."""
    assert before in PROJECT
    (project / "project.toml").write_text(PROJECT.replace(before, after), encoding="utf-8")
    done = run("meetings", "project.toml", "--out", "made", "--json")

    assert 3 == done.code
    assert code in {own["code"] for own in done.json["issues"]}


def test_another_separator_is_noticed(project: Path, run) -> None:
    """Comma or semicolon: nobody is left out because of it."""
    (project / "project.toml").write_text(PROJECT.replace('separator = ","\n', ""), "utf-8")
    (project / "people.csv").write_text(LIST.replace("m;ma;bos ;Zee", "m;ma;bos, Zee;"), "utf-8")
    done = run("meetings", "project.toml", "--out", "made", "--json")

    assert 3 == done.code
    assert [("meetings-several", ","), ("meetings-wish", ",")] == sorted(
        (own["code"], own["params"]["separator"]) for own in done.json["issues"]
    )
    assert all('separator = ","' in own["suggestion"] for own in done.json["issues"])


def test_a_single_table_meeting_is_told(project: Path, run) -> None:
    """``[meeting]`` instead of ``[[meeting]]``."""
    one = PROJECT[: PROJECT.index("[[meeting]]\nname = \"Zee\"")]
    (project / "project.toml").write_text(one.replace("[[meeting]]", "[meeting]"), encoding="utf-8")

    assert 3 == run("meetings", "project.toml", "--out", "made").code


def test_tables_without_a_project_file(project: Path, run) -> None:
    """Five people, two tables, two rounds; a badge for everybody says where they sit."""
    done = run("meetings", "people.csv", "--tables", "2", "--rounds", "2", "--mix", "geslacht",
               "--seed", "x", "--out", "made", "--json")

    assert 0 == done.code
    assert [2, 3, 2, 3] == [room["people"] for room in done.json["rooms"]] or (
        {2, 3} == {room["people"] for room in done.json["rooms"]}
    )
    badge = (project / "made" / "badges.html").read_text(encoding="utf-8")
    assert 10 == badge.count("round ")
    assert 2 == run("meetings", "people.csv", "--out", "other").code
    assert 3 == run("meetings", "people.csv", "--tables", "2", "--out", "made").code  # taken
    wrong = run("meetings", "people.csv", "--tables", "2", "--capacity", "x", "--out", "other")
    assert (2, True) == (wrong.code, "--capacity" in wrong.err)


def test_without_a_seed_it_is_said_that_nobody_can_check(project: Path, run) -> None:
    """The lot is made up and told."""
    done = run("meetings", "people.csv", "--tables", "2", "--out", "made", "--json")

    assert not done.json["checkable"]
    assert "--seed" in done.err
    assert 64 == len(done.json["seed"])


def test_as_far_as_possible_names_who_is_left_out(project: Path, run) -> None:
    """And without it nothing is written, with the reason and a way on."""
    tight = PROJECT.replace("capacity = 4", "capacity = 2")
    (project / "project.toml").write_text(tight, encoding="utf-8")
    done = run("meetings", "project.toml", "--out", "made", "--lang", "en")

    assert 4 == done.code
    assert "--as-far-as-possible" in done.out
    assert not (project / "made").exists()
    done = run("meetings", "project.toml", "--out", "made", "--as-far-as-possible", "--json")
    assert 0 == done.code
    assert 2 == len(done.json["left_out"])


def test_when_time_runs_out_the_best_so_far_is_written(
    project: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 6, with what is not proven; and without any answer nothing is written."""
    real = seating_module.model_seats
    monkeypatch.setattr(
        seating_module, "model_seats", lambda *given: replace(real(*given), proven=False),
    )
    done = run("meetings", "project.toml", "--out", "made")
    assert 6 == done.code
    assert (project / "made" / "seating.csv").exists()
    monkeypatch.setattr(
        seating_module, "model_seats", lambda *given: replace(real(*given), seats=None),
    )
    done = run("meetings", "project.toml", "--out", "other", "--lang", "en")
    assert (6, True) == (done.code, "--time-limit" in done.err)
    assert not (project / "other").exists()


def test_a_dry_run_writes_nothing(project: Path, run) -> None:
    """It says what it would."""
    done = run("meetings", "project.toml", "--out", "made", "--dry-run", "--json")

    assert 0 == done.code
    assert any(name.endswith("01-bos.html") for name in done.json["dry_run"]["write"])
    assert not (project / "made").exists()


def test_sizes_copies_groups_and_needs_are_read(project: Path) -> None:
    """Two copies of one theme, pairs by a column, expertise for each meeting by itself."""
    reading = read_programme(
        {"people": "people.csv", "wishes": "wens 1", "together": "club", "expertise": "kennis",
         "rounds": 2},
        [{"name": "Bos", "copies": 2, "guests": ["x"], "needs": {"recht": 2, "geld": 0}},
         {"name": "Zee", "round": 2}],
    )
    programme = reading.programme

    assert [("Bos 1", 1), ("Bos 1", 2), ("Bos 2", 1), ("Bos 2", 2), ("Zee", 2)] == [
        (own.name, own.round) for own in programme.meetings
    ]
    assert (3, 4) == (programme.meetings[0].least, programme.meetings[0].most)
    assert {"recht": 2} == programme.meetings[0].needs
    assert {"Recht": 1} == programme.meetings[4].needs
    assert (("4", "7"),) == programme.together
    assert 1 == programme.rank(programme.people[0], programme.meetings[2])
    with pytest.raises(InputError) as raised:
        read_programme({"people": "people.csv"}, [])
    assert ["meetings-which"] == [issue.code for issue in raised.value.issues]


def test_who_gave_up_a_seat_is_left_out_and_said(tmp_path: Path) -> None:
    listed = tmp_path / "panel.csv"
    cells = "id,status\na,bevestigd\nb,Afgezegd\nc,geen antwoord\nd,gevraagd\ne,\n"
    listed.write_text(cells, encoding="utf-8")
    reading = read_programme({"people": str(listed), "tables": 1}, [])
    assert ("a", "d", "e") == reading.ids == tuple(own.id for own in reading.programme.people)
    assert [("meetings-left", 2)] == [(n.code, n.params["count"]) for n in reading.notes]
    listed.write_text(cells.replace("gevraagd", "gehuwd"), encoding="utf-8")  # another status
    assert "abcde" == "".join(read_programme({"people": str(listed), "tables": 1}, []).ids)
    listed.write_text("id,status\na,afgezegd\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_programme({"people": str(listed), "tables": 1}, [])
    assert ["meetings-nobody"] == [issue.code for issue in refused.value.issues]


def test_more_rounds_than_an_afternoon_has_are_refused(run, tmp_path: Path) -> None:
    """They would take minutes past any time limit."""
    people = tmp_path / "people.csv"
    people.write_text("id\na\nb\n", encoding="utf-8")
    done = run("meetings", str(people), "--tables", "1", "--rounds", "101", "--out",
               str(tmp_path / "out"))
    assert 2 == done.code
