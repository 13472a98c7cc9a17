"""The data sets are what their scripts make, and each project is drawn and keeps its sentence."""

from __future__ import annotations

import csv
import hmac
import json
import re
import shlex
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from conftest import ROOT, child

DATA = ROOT / "datasets"
SETS = sorted(path.parent.name for path in DATA.glob("*/project.toml"))


def test_there_are_data_sets() -> None:
    """Those of the situations that the documentation speaks of."""
    assert [
        "adviesraad", "burgerraad", "een-termijn", "g1000-zorg", "kick-off-12-gemeenten",
        "parkstad-werk-economie", "twee-themas", "werkgroep", "werkgroep-klankbord",
    ] == SETS


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
    phase = ["--phase", "groot"] if request.param == "adviesraad" else []
    done = child("-m", "sortition", "draw", str(project), *phase, "--out", str(out))
    assert 0 == done.returncode, done.stderr
    assert 0 == child("-m", "sortition", "verify", str(out)).returncode
    return out


def test_the_panel_is_as_the_sentence_says(drawn: Path) -> None:
    """Counted from the panel's own rows."""
    SENTENCES[drawn.name](_rows(drawn / "panel.csv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


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


def two_themes(panel: list[dict[str, str]]) -> None:
    """Thirds of its own in each theme; nobody and no home on both, nobody where they cannot be."""
    thirds = {
        "werk": ({"uitkering"}, {"ondernemer"}, {"onderwijs", "ambtenaar"}),
        "zorg": ({"cliëntenraad", "ambtenaar"}, {"zorgvrager"}, {"mantelzorger"}),
    }
    for theme, groups in thirds.items():
        own = [row for row in panel if row["theme"] == theme]
        assert 24 == len(own)
        assert 11 <= sum(row["geslacht"] == "vrouw" for row in own) <= 13
        assert {"", theme} >= {row["thema"] for row in own}
        for group in groups:  # eight of them have a seat as this, so at least eight could
            assert 8 <= sum(bool(group & set(row["rol"].split("; "))) for row in own)
    assert 48 == len({row["id"] for row in panel})
    assert 48 == len({(row["adres"], row["postcode"]) for row in panel})


def group_and_board(panel: list[dict[str, str]]) -> None:
    """A working group of 8 to 10 that has all three, a board of 20, and nobody on both."""
    groups = {name: [row for row in panel if row["theme"] == name]
              for name in ("werkgroep", "klankbord")}
    working_group(groups["werkgroep"])
    assert 20 == len(groups["klankbord"])
    assert 5 == sum(row["herkomst"] == "intern" for row in groups["klankbord"])
    assert len(panel) == len({row["id"] for row in panel})
    assert all(row["wil"] in {"", row["theme"]} for row in panel)


def one_term(panel: list[dict[str, str]]) -> None:
    """Nobody whose hash is in the register of the last four years."""
    folder = DATA / "een-termijn"
    key = bytes.fromhex((folder / "served.key").read_text("utf-8"))
    barred = {row["hash"] for row in _rows(folder / "served.csv") if int(row["year"]) > 2022}
    assert 40 == len(barred)
    for row in panel:
        plain = unicodedata.normalize("NFKD", row["naam"].casefold())
        day, month, year = map(int, row["geboren"].split("-"))
        cells = ["".join(filter(str.isalnum, plain)), f"{year}-{month:02d}-{day:02d}"]
        said = json.dumps(cells, separators=(",", ":")).encode()
        assert hmac.digest(key, b"sortition/1/served\0" + said, "sha256").hex() not in barred
    assert 20 == len(panel)


def council(panel: list[dict[str, str]]) -> None:
    """Forty people, at least ten members and twenty new ones."""
    members = {row["id"] for row in _rows(DATA / "adviesraad" / "leden.csv")}
    kept = sum(row["id"] in members for row in panel)
    assert (40, True, True) == (len(panel), kept >= 10, 40 - kept >= 20)


def cohorts(panel: list[dict[str, str]]) -> None:
    """Eight new ones who keep the quotas of all 24 with the sixteen who stay."""
    stay = [row for row in _rows(DATA / "burgerraad" / "leden.csv") if int(row["sinds"]) > 1]
    whole = Counter(row["wijk"] for row in [*panel, *stay])
    assert (8, 24) == (len(panel), whole.total())
    assert 9 <= whole["Noord"] <= 10
    assert 12 == sum(row["geslacht"] == "vrouw" for row in [*panel, *stay])


SENTENCES = {
    "twee-themas": two_themes, "werkgroep-klankbord": group_and_board, "een-termijn": one_term,
    "adviesraad": council, "burgerraad": cohorts,
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
