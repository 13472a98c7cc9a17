"""``sortition audit``: from a folder as from the files it was made of; options; wrong input."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from pools import LONER, NAMED, THREE, write

import sortition
from sortition.audit.reopen import reopened
from sortition.lots.published import open_lottery
from sortition.lots.record import lottery_files

COLUMNS = "street,postcode"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where people.csv and quotas.csv of the loner are, and where commands run."""
    write(LONER.pool, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


RULES = ("people.csv", "quotas.csv", "--size", "3")


def rules_of(name, folder: Path) -> list[str]:
    people, quotas = write(name.pool, folder)
    size = name.pool.size
    words = [str(people), str(quotas), "--size"]
    words += [str(size) if isinstance(size, int) else f"{size[0]}-{size[1]}"]
    return words + (["--household", COLUMNS] if name.pool.household else [])


@pytest.mark.parametrize("more", [("--tickets", "60"), ("--exact",)], ids=["tickets", "exact"])
@pytest.mark.parametrize("name", NAMED, ids=lambda own: own.name)
def test_a_folder_says_what_its_files_say(run, tmp_path: Path, name, more) -> None:
    """Whoever has the folder measures the same as whoever made it, to the last shown digit."""
    rules = rules_of(name, tmp_path)
    assert 0 == run("lottery", *rules, *more, "--out", tmp_path / "made").code
    from_files = run("audit", *rules, *more, "--json").json
    from_folder = run("audit", tmp_path / "made", "--json").json

    assert list(from_files) == list(from_folder)
    for part in from_files:
        assert near(from_files[part], from_folder[part]), part


def test_groups_with_names_of_their_own_are_known_by_who_is_in_them(tmp_path: Path) -> None:
    """What is no column of the list, such as a role or an age band, is read from the folder."""
    people, _ = write(THREE.pool, tmp_path)
    pool = sortition.read_pool(people)
    quotas = tuple(
        sortition.Quota((("side", (side,)),), 1, 1, label=label)
        for side, label in (("l", "those of the left"), ("r", "the only one of the right"))
    )
    problem = sortition.compile(pool, sortition.Quotas((2, 2), quotas))
    lottery = sortition.find_distribution(problem).to_lottery(10)
    source = {
        "file": "people.csv", "sha256": hashlib.sha256(people.read_bytes()).hexdigest(),
        "id": pool.id_column, "household": [],
    }
    for name, data in lottery_files(lottery, source).items():
        (tmp_path / name).write_bytes(data)
    found = sortition.audit(reopened(open_lottery(str(tmp_path))), pool)

    assert [("the only one of the right", 1, 1.0), ("those of the left", 2, 1.0)] == [
        (group.name, group.people, pytest.approx(group.expected)) for group in found.groups
    ]
    assert pytest.approx([0.5, 0.5, 1.0]) == found.chance.tolist()


def near(one: object, other: object) -> bool:
    """Return whether two documents are equal but for digits beyond those that are published."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(near(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(near, one, other))
    if isinstance(one, float) and isinstance(other, int | float):
        return bool(pytest.approx(one, abs=1e-8) == other)
    return one == other


def test_it_says_who_is_on_no_panel_and_why(run, folder: Path) -> None:
    """In words, in both languages, by the very rules."""
    english, dutch = run("audit", *RULES), run("audit", *RULES, "--lang", "nl")

    assert (0, "", 0, "") == (english.code, english.err, dutch.code, dutch.err)
    (line,) = [line for line in english.out.splitlines() if line.startswith("On no panel")]
    assert "p06" in line
    assert "age: " in line or "area: " in line
    assert "In geen enkel panel (1): p06; deze regels" in dutch.out


def test_intersections_population_and_a_quota_left_out(run, folder: Path) -> None:
    """Everything that can be asked beside the rules."""
    Path("area.csv").write_text("area,people\nn,300\ns,100\n", encoding="utf-8")
    Path("more.csv").write_text("feature,value,min,max\nage,y,2,3\n", encoding="utf-8")
    asked = ("--over", "age,area", "--population", "area=area.csv", "--without", "more.csv")
    done = run("audit", *RULES, *asked)
    found = run("audit", *RULES, *asked, "--json").json

    assert (0, "") == (done.code, done.err)
    assert "75 % of the population" in done.out
    assert "Not asked for: age: y, seats 2 to 3. Expected: 1; chance that it is met: 0 %" in (
        done.out
    )
    assert {"age", "area", "age × area"} == {group["over"] for group in found["groups"]}
    assert {"pool", "quotas", "population"} == {error["against"] for error in found["errors"]}
    assert 0.0 == found["left_out"][0]["met"]


def test_lies_prices_and_objectives(run, folder: Path) -> None:
    """What takes longer is done when it is asked for."""
    asked = ("--manipulability", "--prices", "--compare")
    done, found = run("audit", *RULES, *asked), run("audit", *RULES, *asked, "--json").json
    plain = run("audit", *RULES, "--json").json

    assert (0, "") == (done.code, done.err)
    assert ([], []) == (plain["manipulations"], plain["prices"])
    assert "compared" not in plain
    assert {"age", "area"} == {lie["feature"] for lie in found["manipulations"]}
    assert found["prices"]
    assert ["leximin", "nash", "goldilocks", "minimax"] == [
        own["name"] for own in found["compared"]["results"]
    ]
    for title in ("What one false answer", "What one seat more", "What one could aim for"):
        assert title in done.out


def test_the_greedy_method_beside_the_others(run, folder: Path) -> None:
    """As an estimate with its interval, in words, as JSON and in the table; not for a range."""
    done, found = run("audit", *RULES, "--legacy", "40"), run("audit", *RULES, "--legacy", "40",
                                                             "--out", "measured", "--json").json
    names = [own["name"] for own in found["compared"]["results"]]
    legacy = found["compared"]["results"][-1]
    header, *rows = Path("measured/objectives.csv").read_text(encoding="utf-8").splitlines()

    assert (0, "") == (done.code, done.err)
    assert "legacy (estimate): chances" in done.out
    assert "an estimate from 40 panels" in done.out
    assert ["leximin", "nash", "goldilocks", "minimax", "legacy"] == names
    assert (40, None) == (legacy["draws"], legacy["proven"])
    assert 0 <= legacy["smallest_low"] <= legacy["smallest"] <= legacy["smallest_high"] <= 1
    assert header.endswith("draws,smallest_low,smallest_high")
    assert (rows[0].endswith(",,"), rows[-1].startswith("legacy,")) == (True, True)
    people = Path("measured/chances.csv").read_text(encoding="utf-8").splitlines()
    assert "id,leximin,nash,goldilocks,minimax,legacy,legacy_low,legacy_high" == people[0]
    assert 1 + 6 == len(people)
    ranged = run("audit", *RULES[:2], "--size", "2-3", "--legacy", "40")
    assert (2, True) == (ranged.code, "one number of seats" in ranged.err)


def test_a_dead_end_of_the_greedy_method_is_said(run, folder: Path, monkeypatch) -> None:
    """The objectives are compared all the same."""
    monkeypatch.setattr("sortition.engine.legacy._greedy", lambda *_: None)
    done = run("audit", *RULES, "--legacy", "5", "--json")

    assert 0 == done.code
    assert "found no panel in 200 attempts" in done.err
    assert 4 == len(done.json["compared"]["results"])


def test_files_for_other_programs(run, folder: Path) -> None:
    """One table per frame, and all of it as JSON; not over what is there already."""
    done = run("audit", *RULES, "--out", "measured", "--compare", "--json")
    written = {path.name for path in Path("measured").iterdir()}

    assert 0 == done.code
    assert {"audit.json", "people.csv", "summary.csv", "groups.csv", "errors.csv",
            "objectives.csv", "chances.csv", "definitions.csv"} == written
    stored = json.loads(Path("measured/audit.json").read_text(encoding="utf-8"))
    assert stored["chances"] == done.json["chances"]
    assert 7 == len(Path("measured/people.csv").read_text(encoding="utf-8").splitlines())
    assert 3 == run("audit", *RULES, "--out", "measured").code
    assert 0 == run("audit", *RULES, "--out", "measured", "--force").code


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*RULES, "--over", "height"), 3, "no column “height”"),
        ((*RULES, "--population", "area"), 2, "COLUMN=FILE"),
        ((*RULES, "--population", "area=nowhere.csv"), 3, "nowhere.csv"),
        ((*RULES, "--without", "nowhere.csv"), 3, "nowhere.csv"),
        ((*RULES, "--pool", "people.csv"), 2, "--pool"),
        (("made", "--size", "3"), 2, "--size"),
        (("made", "quotas.csv"), 2, "quotas.csv"),
        (("empty",), 3, "empty"),
    ],
)
def test_wrong_input_is_said(run, folder: Path, words, code: int, said: str) -> None:
    """In one sentence each, with the exit code of its kind."""
    assert 0 == run("lottery", *RULES, "--out", "made").code
    Path("empty").mkdir()
    done = run("audit", *words)

    assert code == done.code
    assert said in done.err


def test_lies_are_not_asked_about_chances_of_ones_own(run, folder: Path) -> None:
    """Which lottery would follow the lie is not for the program to say."""
    rows = "\n".join(f"p{at:02d},0.5" for at in range(1, 7))
    Path("wanted.csv").write_text(f"id,chance\n{rows}\n", encoding="utf-8")
    words = ("--objective", "custom", "--chances", "wanted.csv", "--manipulability")

    assert 2 == run("audit", *RULES, *words).code
