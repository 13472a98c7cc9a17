"""Phases after each other: one project file, the chances through them, against enumeration."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import pandas as pd
import pytest
from oracle import SmallPool, keeps_rules, leximin_by_enumeration

from sortition import Pool, Quotas, compile, find_distribution, to_lottery  # noqa: A004 - its verb
from sortition.checking import verify_folder
from sortition.diagnosis.diagnose import diagnose
from sortition.errors import InfeasibleError, InputError
from sortition.process.phases import Phase, along, through
from sortition.rules.read_project import read_project

PEOPLE = tuple(
    {"id": f"p{at}", "side": side, "age": age}
    for at, (side, age) in enumerate(["ly", "lo", "lo", "ry", "ro", "ry", "lo"])
)
LARGE = (("side", "l", 2, 2), ("side", "r", 2, 2))
SMALL = (("age", "y", 1, 1), ("age", "o", 1, 1))
PROJECT = """
pool = "people.csv"

[[phase]]
name = "large"
size = 4
[[phase.quota]]
of = "side"
shares = { l = "1/2", r = "1/2" }

[[phase]]
name = "small"
from = "large"
size = 2
[[phase.quota]]
of = "age"
shares = { y = "1/2", o = "1/2" }

[[phase]]
name = "back"
from = "large"
gone = "gone.csv"
"""


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A project of three phases beside its people."""
    pd.DataFrame(PEOPLE).to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "gone.csv").write_text("id\nnobody\n", encoding="utf-8")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    return str(tmp_path / "project.toml")


NOBODY = (
    Pool.from_frame(pd.DataFrame({"id": ["a"], "side": ["l"]})),
    Quotas.from_frame(pd.DataFrame([("side", "l", 0, 0)],
                                   columns=["feature", "value", "min", "max"]), 1),
)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _ids(path: Path) -> list[str]:
    return [row["id"] for row in _rows(path)]


def _fair(people: pd.DataFrame, rules: tuple, size: int):
    frame = pd.DataFrame(rules, columns=["feature", "value", "min", "max"])
    quotas = Quotas.from_frame(frame, size)
    return find_distribution(compile(Pool.from_frame(people, "id"), quotas))


def test_chances_through_two_phases_are_those_of_enumeration() -> None:
    """Seen from before the first draw: ticket by ticket the leximin over all second panels."""
    lottery = to_lottery(_fair(pd.DataFrame(PEOPLE), LARGE, 4), 60)
    frame = pd.DataFrame(PEOPLE).set_index("id", drop=False)

    def second(ids: tuple[str, ...]) -> dict[str, float]:
        fair = _fair(frame.loc[list(ids)].reset_index(drop=True), SMALL, 2)
        return dict(zip(fair.problem.ids, fair.chance.tolist(), strict=True))

    tickets = [lottery.members(at) for at in range(60)]
    found = through(tickets, second)
    expected = dict.fromkeys((person["id"] for person in PEOPLE), 0.0)
    possible = 0
    for members in tickets:
        people = tuple(person for person in PEOPLE if person["id"] in members)
        pool = SmallPool(people, SMALL, 2)
        panels = [p for p in itertools.combinations(range(4), 2) if keeps_rules(pool, p)]
        possible += bool(panels)
        for person, chance in zip(people, leximin_by_enumeration(4, panels) if panels else [],
                                  strict=False):
            expected[person["id"]] += chance / 60
    assert found.chance == pytest.approx(expected, abs=1e-6)
    assert found.possible == possible / 60
    assert sum(found.chance.values()) == pytest.approx(2 * found.possible)


def test_equal_chances_multiply() -> None:
    """4 of 8 and 2 of these: a quarter each, as 1/2 × 1/2 is, also through a third phase."""
    eight = [f"p{at}" for at in range(8)]
    tickets = list(itertools.combinations(eight, 4))
    found = through(tickets, lambda ids: dict.fromkeys(ids, 0.5))
    assert found.chance == pytest.approx(dict.fromkeys(eight, 0.25))
    phases = [
        Phase("a", None, dict.fromkeys(eight, 0.5)), Phase("b", "a", dict.fromkeys(eight[:4], 0.5)),
        Phase("c", "b", dict.fromkeys(eight[:2], 0.5)), Phase("d", "a", None), Phase("e", "d", {}),
    ]
    assert along(phases)["c"] == {own: 0.125 if own in eight[:2] else 0.0 for own in eight}
    assert [*along(phases)] == ["a", "b", "c"]


def test_a_panel_that_leaves_no_second_one() -> None:
    """Its share is told, and it gives nobody a chance."""

    def second(ids: tuple[str, ...]) -> dict[str, float]:
        if "x" not in ids:
            raise InfeasibleError(diagnose(compile(*NOBODY)))
        return {"x": 1.0}

    found = through([("x", "y"), ("y", "z"), ("y", "z"), ("x", "z")], second)
    assert (0.5, {"x": 0.5, "y": 0.0, "z": 0.0}) == (found.possible, dict(found.chance))


def test_large_small_and_back(project: str, run, tmp_path: Path) -> None:
    """The small group is from the large one; then all of the large one but who dropped out."""
    assert 0 == run("lottery", project, "--phase", "large", "--tickets", "40").code
    before = run("phases", project, "--ahead", "--json").json
    assert ["lottery", "not-made", "not-made"] == [one["state"] for one in before["phases"]]
    chances = before["ahead"]["small"]["chance"]
    assert sum(chances.values()) == pytest.approx(2 * before["ahead"]["small"]["possible"])
    assert 0 == run("draw", str(tmp_path / "large"), "--ticket", "5").code
    assert 0 == run("draw", project, "--phase", "small", "--tickets", "10").code
    large, small = (_ids(tmp_path / name / "panel.csv") for name in ("large", "small"))
    assert (4, 2) == (len(large), len(small))
    assert set(small) < set(large)
    (tmp_path / "gone.csv").write_text(f"id\n{large[0]}\n", encoding="utf-8")
    assert 0 == run("draw", project, "--phase", "back", "--tickets", "1").code
    assert large[1:] == _ids(tmp_path / "back" / "panel.csv")
    assert all(verify_folder(tmp_path / name).ok for name in ("large", "small", "back"))
    record = json.loads((tmp_path / "small" / "record.json").read_text("utf-8"))
    assert "../large/panel.csv" == record["source"]["among"]["file"].replace("\\", "/")


def test_nothing_is_drawn_where_everybody_stays(project: str, run, tmp_path: Path) -> None:
    """One ticket holds all who are left, and it is said; a stated number of tickets is kept."""
    large, back = str(tmp_path / "large"), str(tmp_path / "back")
    assert 0 == run("lottery", project, "--phase", "large", "--out", large).code
    assert 0 == run("draw", large, "--ticket", "0").code
    done = run("lottery", project, "--phase", "back", "--out", back, "--lang", "en")
    assert (0, True) == (done.code, "Nothing is drawn here" in done.out)
    assert "everybody who is left stays on the panel (4 people)" in done.out
    assert "quotas: 1" not in done.out
    page = (tmp_path / "back" / "report.html").read_text("utf-8")
    assert ("(everybody)" in page, "<bdi>everybody</bdi>" in page) == (False, True)
    own = pd.read_csv(tmp_path / "back" / "chances.csv")["id"][0]
    letter = run("explain", back, own, "--lang", "nl").out
    assert ("(everybody)" in letter, "iedereen" in letter) == (False, True)
    measured = run("audit", back, "--lang", "nl").out
    assert ("(everybody)" in measured, "iedereen:" in measured) == (False, True)
    assert 2 == len((tmp_path / "back" / "lottery.csv").read_text().splitlines())
    assert 0 == run("draw", back, "--ticket", "0").code
    assert verify_folder(back).ok
    assert 4 == len(pd.read_csv(tmp_path / "back" / "panel.csv"))
    again = run("lottery", project, "--phase", "back", "--out", back, "--tickets", "10", "--force")
    assert 0 == again.code
    assert 11 == len((tmp_path / "back" / "lottery.csv").read_text().splitlines())


def test_the_chances_as_a_table(project: str, run, tmp_path: Path) -> None:
    """Everybody's chance in each phase times those before it."""
    out = str(tmp_path / "all.csv")
    for name, ticket in (("large", "5"), ("small", "1")):
        assert 0 == run("lottery", project, "--phase", name, "--tickets", "40").code
        assert 0 == run("draw", str(tmp_path / name), "--ticket", ticket).code
    assert 0 == run("phases", project, "--out", out).code
    rows = _rows(tmp_path / "all.csv")
    assert 7 == len(rows)
    own = {
        name: {row["id"]: float(row["chance"]) for row in _rows(tmp_path / name / "chances.csv")}
        for name in ("large", "small")
    }
    for row in rows:
        product = own["large"][row["id"]] * own["small"].get(row["id"], 0.0)
        assert float(row["small"]) == pytest.approx(product, abs=1e-11)


@pytest.mark.parametrize(("edit", "told"), [
    (('from = "large"\nsize', 'from = "lrage"\nsize'), {("phase-unknown", 11)}),
    (('name = "small"\nfrom = "large"', 'name = "small"\nfrom = "back"'), {("phase-unknown", 11)}),
    (('name = "large"\nsize = 4', 'name = "large"'), {("phase-size", 4)}),
    (('name = "small"', 'nmae = "small"'), {("project-key", 11)}),
    (('name = "large"', 'name = "large"\n[[theme]]\nname = "other"'),
     {("project-phases-themes", None), ("phase-size", 4), ("theme-quotas", 6)}),
])
def test_what_is_wrong_is_told(project: str, edit, told) -> None:
    """With the line of the phase."""
    path = Path(project)
    path.write_text(PROJECT.replace(*edit, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_project(project)
    found = {(issue.code, issue.row) for issue in error.value.issues}
    assert told <= found


def test_commands_ask_which_phase(project: str, run, tmp_path: Path) -> None:
    """Usage errors name the phases; a phase before its time is an input error."""
    assert 2 == run("check", project).code
    assert "large, small, back" in run("check", project, "--phase", "smal").err
    assert 3 == run("check", project, "--phase", "small").code
    (tmp_path / "one.toml").write_text(
        'pool = "people.csv"\nsize = 2\n[[quota]]\nof = "side"\nspread = "even"\n', "utf-8")
    assert 2 == run("check", str(tmp_path / "one.toml"), "--phase", "large").code
    assert 3 == run("phases", str(tmp_path / "one.toml")).code
    assert 2 == run("check", str(tmp_path / "people.csv"), str(tmp_path / "people.csv"),
                    "--size", "2", "--phase", "large").code


def test_a_phase_from_a_file(project: str, run, tmp_path: Path) -> None:
    """Such as the panel of one of several themes."""
    (tmp_path / "some.csv").write_text("id\np0\np1\np3\np4\n", encoding="utf-8")
    Path(project).write_text(PROJECT.replace('"large"\nsize = 2', '"some.csv"\nsize = 2'), "utf-8")
    done = run("check", project, "--phase", "small", "--json")
    assert (0, 4) == (done.code, done.json["pool"])


@pytest.mark.parametrize("data", [b"", b"id,kans\na,1\n", b"id,chance\na,much\n", b"\xff\xfe\0",
                                  b"id,chance\na\n"])
def test_a_file_of_chances_that_is_none(project: str, run, tmp_path: Path, data: bytes) -> None:
    """What was changed by hand is named, and no traceback follows."""
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "chances.csv").write_bytes(data)
    done = run("phases", project, "--json")
    assert (3, ["phase-chances-file"]) == (done.code, [own["code"] for own in done.json["issues"]])
