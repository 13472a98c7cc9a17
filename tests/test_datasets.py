"""The data sets are what their scripts make, and each project is drawn and keeps its sentence."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, child

DATA = ROOT / "datasets"
SETS = sorted(path.parent.name for path in DATA.glob("*/project.toml"))


def test_there_are_data_sets() -> None:
    """Those of the situations that the documentation speaks of."""
    assert ["g1000-zorg", "kick-off-12-gemeenten", "parkstad-werk-economie", "werkgroep"] == SETS


MEETINGS = ("expertbijeenkomsten", "uden-41-projecten")
WITHOUT = ("gastheer-12-gemeenten", "parkstad-register", "zaal-zorg")  # no panel with quotas


@pytest.mark.parametrize("name", [*SETS, *WITHOUT, *MEETINGS])
def test_a_data_set_is_what_its_script_makes(name: str) -> None:
    """Same seed, same bytes."""
    done = subprocess.run(
        [sys.executable, str(DATA / name / "make.py"), "--check"], check=False, capture_output=True
    )
    assert (0, b"") == (done.returncode, done.stderr)


@pytest.mark.parametrize("name", sorted({*SETS, *WITHOUT} - {"parkstad-register"}))
def test_what_its_readme_shows_runs_as_pasted(name: str, tmp_path: Path) -> None:
    """In a copy of its folder; and the wish stands in the README in one sentence."""
    folder = Path(shutil.copytree(DATA / name, tmp_path / name))
    readme = (folder / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()
                if line.startswith("sortition ")]
    assert commands
    assert re.search(r"\b(wish|remark)\b[^*]*\*[^*]+\*", readme)
    for words in commands:
        done = child("-m", *words, cwd=folder)
        assert 0 == done.returncode, done.stderr


@pytest.fixture(scope="module", params=SETS)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw from the project as its README says, and verify."""
    out = tmp_path_factory.mktemp("drawn") / request.param
    project = DATA / request.param / "project.toml"
    done = child("-m", "sortition", "draw", str(project), "--out", str(out))
    assert 0 == done.returncode, done.stderr
    assert 0 == child("-m", "sortition", "verify", str(out)).returncode
    return out


def test_the_panel_is_as_the_sentence_says(drawn: Path) -> None:
    """Counted from the panel's own rows."""
    with (drawn / "panel.csv").open(encoding="utf-8-sig", newline="") as file:
        panel = list(csv.DictReader(file))
    SENTENCES[drawn.name](panel)


def work(panel: list[dict[str, str]]) -> None:
    """Thirds of benefits, businesses, and education with officials; every municipality."""
    roles = Counter(row["rol"] for row in panel)
    assert (8, 8, 8) == (
        roles["uitkering"], roles["ondernemer"], roles["onderwijs"] + roles["ambtenaar"]
    )
    seats = {"Heerlen": 8, "Kerkrade": 4, "Landgraaf": 4, "Beekdaelen": 3, "Brunssum": 3,
             "Voerendaal": 1, "Simpelveld": 1}
    assert seats == Counter(row["gemeente"] for row in panel)


def care(panel: list[dict[str, str]]) -> None:
    """Each third can be filled by eight people of its own, one seat each."""
    thirds = ({"cliëntenraad", "ambtenaar"}, {"zorgvrager"}, {"mantelzorger"})
    held = [{role.strip() for role in row["rol"].split(";")} for row in panel]
    able = [[bool(own & third) for third in thirds] for own in held]
    ways = {(0, 0, 0)}  # how many seats of each third the people so far can have filled
    for own in able:
        ways = {
            tuple(seats + (at == third) for at, seats in enumerate(way))
            for way in ways for third in range(3) if own[third]
        }
    assert (8, 8, 8) in ways
    councils = Counter(row["organisatie"] for row in panel if row["organisatie"])
    assert max(councils.values()) <= 2


def kick_off(panel: list[dict[str, str]]) -> None:
    """Two from each of twelve, whatever way they wrote it."""
    codes = {"GM0109": "coevorden", "GM1895": "oldambt", "GM0355": "zeist"}
    places = Counter(
        codes.get(row["gemeente"], " ".join(row["gemeente"].replace("- ", "-").split()).lower())
        for row in panel
    )
    assert [2] * 12 == list(places.values())


def working_group(panel: list[dict[str, str]]) -> None:
    """Eight to ten people, with knowledge, mandate and drive among them."""
    assert 8 <= len(panel) <= 10
    brought = {what for row in panel for what in row["bijdrage"].split("; ")}
    assert {"kennis", "mandaat", "drive"} == brought


SENTENCES = {
    "parkstad-werk-economie": work, "g1000-zorg": care, "kick-off-12-gemeenten": kick_off,
    "werkgroep": working_group,
}


def seated(name: str, folder: Path, file: str) -> tuple[list[list[dict[str, str]]], dict]:
    """Return who sits in each meeting, and the summary, of a data set for meetings."""
    words = ["-m", "sortition", "meetings", DATA / name / file, "--out", folder / "made"]
    assert 0 == child(*words).returncode
    told = json.loads((folder / "made" / "meetings.json").read_bytes())
    listed = {"meetings.toml": "people.csv", "evening.toml": "evening.csv"}[file]
    with (DATA / name / listed).open(encoding="utf-8", newline="") as source:
        people = {row["id"]: row for row in csv.DictReader(source)}
    with (folder / "made" / "seating.csv").open(encoding="utf-8", newline="") as source:
        seats = list(csv.DictReader(source))
    assert sorted(people) == [seat["id"] for seat in seats]
    return [[people[seat["id"]] for seat in seats if seat["meeting"] == room["name"]]
            for room in told["rooms"]], told


def held(row: dict[str, str], column: str) -> set[str]:
    return {part.strip() for part in row[column].split(";") if part.strip()}


def test_the_week_is_as_the_sentence_says(tmp_path: Path) -> None:
    """Ten meetings of about fifty: time, theme, each expertise, at most two of a house, mixed."""
    rooms, told = seated("expertbijeenkomsten", tmp_path, "meetings.toml")

    for room, about in zip(rooms, told["rooms"], strict=True):
        assert 37 <= len(room) == about["people"] <= 52
        assert all(about["time"] in held(row, "beschikbaar") for row in room)
        assert all(about["theme"] in held(row, "thema") for row in room)
        assert {"recht", "financiën", "uitvoering", "ervaring"} == set().union(
            *(held(row, "expertise") for row in room))
        houses = Counter(row["organisatie"] for row in room if row["organisatie"])
        assert max(houses.values()) <= 2
        women = sum(row["geslacht"] == "vrouw" for row in room)
        assert abs(women - len(room) / 2) < 4
    assert told["goals"]["mix"]["bound"] <= told["goals"]["mix"]["value"] < 40


def test_an_evening_is_split_by_sub_theme(tmp_path: Path) -> None:
    """Eight to ten people of the list in each, with the alderman eleven."""
    rooms, told = seated("expertbijeenkomsten", tmp_path, "evening.toml")

    assert [10] * 5 == [len(room) for room in rooms]
    for room, about in zip(rooms, told["rooms"], strict=True):
        assert all(about["theme"] in held(row, "thema") for row in room)


def test_projects_are_as_the_sentence_says(tmp_path: Path) -> None:
    """Five to twelve in each of 41, pairs together, and nobody with wishes without one."""
    rooms, told = seated("uden-41-projecten", tmp_path, "meetings.toml")

    assert 41 == len(rooms)
    assert all(5 <= len(room) <= 12 for room in rooms)
    pairs = [row["samen met"] for room in rooms for row in room if row["samen met"]]
    assert all(
        2 == [row["samen met"] for row in room].count(pair) for room in rooms
        for pair in {row["samen met"] for row in room} - {""}
    )
    assert 24 == len(pairs)
    for room, about in zip(rooms, told["rooms"], strict=True):
        for row in room:
            wishes = [row[f"wens {at}"] for at in (1, 2, 3) if row[f"wens {at}"]]
            assert not wishes or about["name"] in wishes
    assert told["goals"]["ranks"]["proven"]
