"""Several themes in a project file: the commands of one panel, and a file of people for each."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from sortition.checking import verify_folder
from sortition.errors import InputError
from sortition.lots.replacement import check_follows
from sortition.messages import render_issue
from sortition.rules.read_project import read_project

PEOPLE = [
    ("a", "l", ""), ("b", "l", ""), ("c", "l", "city"), ("d", "l", ""), ("e", "r", "care|city"),
    ("f", "r", ""), ("g", "r", ""), ("h", "r", ""), ("i", "r", "CARE"), ("j", "l", "care; city"),
]
THEMES = """
pool = "people.csv"
refuses = "not"

[[quota]]
of = "side"
shares = { l = "1/2", r = "1/2" }

[[theme]]
name = "care"
size = 2

[[theme]]
name = "work"
size = 2

[[theme]]
name = "city"
size = 4
"""


@pytest.fixture
def write(tmp_path: Path):
    """Return a function that writes a project beside its people, and gives its path."""
    rows = "".join(",".join((*row, f"n{row[0]}")) + "\n" for row in PEOPLE)
    (tmp_path / "people.csv").write_text("id,side,not,name\n" + rows, encoding="utf-8")

    def write(text: str) -> str:
        (tmp_path / "project.toml").write_text(text, encoding="utf-8")
        return str(tmp_path / "project.toml")

    return write


def _ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def test_from_check_to_verify(write, run, tmp_path: Path) -> None:
    """Each panel keeps its size and halves, nobody is on two or on one they refused."""
    made = tmp_path / "made"
    path = write(THEMES)
    checked = run("check", path)
    assert 0 == checked.code
    assert "care: seats 2, quotas 2, people who can take part 7" in checked.out
    said = run("lottery", path, "--out", str(made), "--tickets", "50")
    assert 0 == said.code
    assert "on any of the panels" in said.out
    assert 0 == run("draw", str(made), "--ticket", "7").code
    assert 0 == run("verify", str(made)).code
    side = {own: where for own, where, _ in PEOPLE}
    panels = {name: _ids(made / f"panel-{name}.csv") for name in ("care", "work", "city")}
    assert {"care": 2, "work": 2, "city": 4} == {name: len(ids) for name, ids in panels.items()}
    for ids in panels.values():
        assert len(ids) / 2 == sum(side[own] == "l" for own in ids)
    assert not {"e", "i", "j"} & set(panels["care"])
    assert not {"c", "e", "j"} & set(panels["city"])
    drawn = [own for ids in panels.values() for own in ids]
    assert len(drawn) == len(set(drawn)) == 8
    assert set(side) - set(drawn) == set(_ids(made / "on-no-panel.csv"))
    assert sorted(drawn) == sorted(_ids(made / "panel.csv"))
    assert "id,side,not,name" == (made / "panel-city.csv").read_text("utf-8").splitlines()[0]
    page = (made / "report.html").read_text("utf-8")
    assert "care (2)" in page
    assert "nhx" not in page  # no names


def test_a_panel_that_was_tampered_with_does_not_verify(write, run, tmp_path: Path) -> None:
    """Somebody moved to another theme in panel.csv is no seat that was drawn."""
    made = tmp_path / "made"
    assert 0 == run("draw", write(THEMES), "--out", str(made), "--tickets", "20").code
    assert verify_folder(made).ok
    text = (made / "panel.csv").read_text("utf-8")
    seat = text.splitlines()[1].split(",")[0]
    theme, _, own = seat.partition(": ")
    other = "work" if theme != "work" else "care"
    (made / "panel.csv").write_text(text.replace(seat, f"{other}: {own}"), "utf-8")
    assert "verify-bad-panel" == verify_folder(made).steps[-1].code


def test_a_smaller_set_of_themes_leaves_no_panel_of_the_old_one(write, run, tmp_path: Path) -> None:
    """A new lottery in the same folder takes every panel file of the old draw away."""
    made = tmp_path / "made"
    assert 0 == run("draw", write(THEMES), "--out", str(made), "--tickets", "9").code
    fewer = THEMES[: THEMES.index('[[theme]]\nname = "city"')].replace('refuses = "not"', "")
    assert 0 == run("lottery", write(fewer), "--out", str(made), "--tickets", "9", "--force").code
    assert [] == sorted(path.name for path in made.glob("panel*"))
    assert 0 == run("draw", str(made), "--ticket", "1").code
    assert ["panel-care.csv", "panel-care.xlsx", "panel-work.csv", "panel-work.xlsx", "panel.csv",
            "panel.xlsx"] == sorted(path.name for path in made.glob("panel*"))


def test_exact_and_from_a_text(write, run, tmp_path: Path) -> None:
    """Nothing is rounded in an exact lottery of several panels either."""
    made = tmp_path / "made"
    assert 0 == run("lottery", write(THEMES), "--out", str(made), "--exact").code
    assert 0 == run("draw", str(made), "--seed", "six o'clock").code
    assert verify_folder(made).ok
    assert 8 == len(_ids(made / "panel.csv"))


def test_who_drops_out_is_replaced_in_every_panel_at_once(write, run, tmp_path: Path) -> None:
    """Their seat is filled, the others keep theirs, and nobody gone comes back in another theme."""
    made, second = tmp_path / "made", tmp_path / "second"
    path = write(THEMES.replace("size = 4", "size = 2"))
    assert 0 == run("lottery", path, "--out", str(made), "--tickets", "50").code
    assert 0 == run("draw", str(made), "--ticket", "3").code
    header, *rows = (made / "panel.csv").read_text("utf-8").splitlines()
    gone = next(row for row in rows if row.startswith("care: "))
    told = [f"{row},{'withdrawn' if row == gone else 'confirmed'}" for row in rows]
    (tmp_path / "status.csv").write_text("\n".join([header + ",status", *told]), "utf-8")
    status = str(tmp_path / "status.csv")
    done = run("replace", str(made), "--status", status, "--out", str(second))
    assert 0 == done.code
    assert 0 == run("draw", str(second), "--seed", "later").code
    assert verify_folder(second).ok
    own = gone.split(",")[2]
    assert own not in (second / "chances.csv").read_text("utf-8").split(",")
    assert own not in _ids(second / "panel.csv")
    assert set(_ids(made / "panel.csv")) - {own} < set(_ids(second / "panel.csv"))
    assert _ids(made / "panel-city.csv") == _ids(second / "panel-city.csv")
    files = [{path.name: path.read_bytes() for path in folder.iterdir()}
             for folder in (made, second)]
    assert () == check_follows(*files)


def test_an_exact_replacement_is_audited_as_it_was_made(write, run, tmp_path: Path) -> None:
    """It knows seats, not whose they are: two of one home with a seat each are as one with two."""
    made, second = tmp_path / "made", tmp_path / "second"
    path = write(
        'pool = "people.csv"\ntakes = "not"\nhousehold = ["home"]\n[[quota]]\nof = "side"\n'
        'shares = { l = "1/2", r = "1/2" }\n[[theme]]\nname = "care"\nsize = 2\n'
        '[[theme]]\nname = "work"\nsize = 2\n'
    )
    pairs = [f"{own}{home},l,{theme},{home}"
             for home in range(4) for own, theme in (("a", "care"), ("b", "work"))]
    people = [*pairs, *(f"{own},{'lr'[own > 'n']},,{own}" for own in "cdefopqr")]
    (tmp_path / "people.csv").write_text("\n".join(["id,side,not,home", *people]), "utf-8")
    assert 0 == run("lottery", path, "--out", str(made), "--exact").code
    assert 0 == run("draw", str(made), "--seed", "six o'clock").code
    header, *rows = (made / "panel.csv").read_text("utf-8").splitlines()
    gone = next(row for row in rows if ",r," in row)
    told = [f"{row},{'withdrawn' if row == gone else 'confirmed'}" for row in rows]
    (tmp_path / "status.csv").write_text("\n".join([header + ",status", *told]), "utf-8")
    status = str(tmp_path / "status.csv")
    assert 0 == run("replace", str(made), "--status", status, "--out", str(second)).code

    done = run("audit", str(second), "--json")
    assert 0 == done.code, done.err
    assert (4, 4) == tuple(done.json["size"])


def test_purge_leaves_no_panel_file(write, run, tmp_path: Path) -> None:
    """After it the folder names nobody, and verifies."""
    made = tmp_path / "made"
    assert 0 == run("draw", write(THEMES), "--out", str(made), "--tickets", "9").code
    assert 0 == run("purge", str(made), "--yes").code
    assert ["panel.csv"] == [path.name for path in made.glob("*panel*")]
    assert verify_folder(made).ok


def test_a_letter_is_about_the_person_on_any_panel(write, run, tmp_path: Path) -> None:
    """Ten people for eight seats: the sum over their seats, counts of people, each panel apart."""
    made = tmp_path / "made"
    assert 0 == run("draw", write(THEMES), "--out", str(made), "--tickets", "9").code
    rows = [line.split(",") for line in (made / "lottery.csv").read_text("utf-8").splitlines()[1:]]
    chance = {own: float(value) for own, value, _ in csv.reader(
        (made / "chances.csv").read_text("utf-8").splitlines()[1:])}
    for own, _, refused in PEOPLE:
        told = json.loads(run("explain", str(made), own, "--json").out)
        of_panel = {panel["name"]: panel for panel in told["panels"]}
        assert {"care", "work", "city"} - set(refused.lower().replace("; ", "|").split("|")) == {
            *of_panel}
        assert (10, 0.8) == (told["pool"], told["equal"])
        assert told["chance"] == pytest.approx(sum(chance[f"{name}: {own}"] for name in of_panel))
        assert told["chance"] - 0.8 == pytest.approx(sum(told["effects"].values()), abs=1e-9)
        for name, panel in of_panel.items():
            assert panel["chance"] == pytest.approx(chance[f"{name}: {own}"])
            assert panel["tickets"] == [row[0] for row in rows if f"{name}: {own}" in row]
        assert told["drawn"] == any(panel["drawn"] for panel in told["panels"])
        assert sorted(told["tickets"]) == sorted(
            number for panel in told["panels"] for number in panel["tickets"])
        assert {5} == {group["people"] for group in told["groups"] if group["name"] == "work: side"
                       or group["name"].startswith("work: side: ")}
    assert run("explain", str(made), "care: a").out == run("explain", str(made), "a").out
    assert "→ write the id of the person" in run("explain", str(made), "z").err
    assert 0 == run("audit", str(made)).code


def test_a_letter_after_a_replacement_of_several_panels(write, run, tmp_path: Path) -> None:
    """Whoever stays, is gone or is a candidate is so as a person, whatever their seat is called."""
    made, second = tmp_path / "made", tmp_path / "second"
    path = write(THEMES.replace("size = 4", "size = 2"))
    assert 0 == run("lottery", path, "--out", str(made), "--tickets", "50").code
    assert 0 == run("draw", str(made), "--ticket", "3").code
    header, *rows = (made / "panel.csv").read_text("utf-8").splitlines()
    drawn = [row.split(",")[0].partition(": ")[2] for row in rows]
    told = [f"{row},{'confirmed' if at else 'withdrawn'}" for at, row in enumerate(rows)]
    (tmp_path / "status.csv").write_text("\n".join([header + ",status", *told]), "utf-8")
    status = str(tmp_path / "status.csv")
    done = run("replace", str(made), "--status", status, "--out", str(second))
    assert 0 == done.code, done.err
    places = {own: json.loads(run("explain", str(second), own, "--before", str(made),
                                  "--json").out)["place"] for own, *_ in PEOPLE}
    assert {own: "gone" if own == drawn[0] else "stays" if own in drawn else "candidate"
            for own in places} == places


@pytest.mark.parametrize(("edit", "told"), [
    (("size = 4", "size = 7"), {("theme-above-pool", None)}),
    (('refuses = "not"', 'refuses = "nto"'), {("quota-feature-unknown", None)}),
    (('refuses = "not"', 'takes = "not"\nrefuses = "not"'), {("theme-nothing", 4)}),
    (('name = "city"', 'name = "cities"'), {("theme-cell", 4)}),
    (("size = 4", 'within = "wrok"\nsize = 4'), {("theme-unknown", 17)}),
    (('name = "city"', 'name = "Care!"'), {("theme-twice", 17)}),
    (('name = "city"', 'name = "a: b"'), {("theme-name", 17)}),
    (('name = "city"', 'name = "Excel"'), {("theme-name", 17)}),
    (("[[quota]]", 'include = ["a"]\n[[quota]]'), {("project-not-themes", None)}),
    (("size = 4", ""), {("project-needs", 17)}),
    (("size = 4", 'size = 4\nsice = 3\nwithin = 3'), {("project-key", 17), ("project-type", 17)}),
    (("size = 2\n\n[[theme]]\nname = \"work\"\nsize = 2",
      "sixe = 2\n\n[[theme]]\nsize = 2\n[[theme.quota]]\noff = 2"),
     {("project-key", 9), ("project-needs", 9), ("project-needs", 13), ("statement-key", 15),
      ("statement-type", 15), ("statement-says-nothing", 15)}),
])
def test_everything_that_is_wrong_is_told_with_its_place(write, edit, told) -> None:
    """What is wrong in the file with its line, what is wrong in the list with its row."""
    with pytest.raises(InputError) as error:
        read_project(write(THEMES.replace(*edit, 1))).prepare()
    assert told == {(issue.code, issue.row) for issue in error.value.issues}


def test_a_theme_that_is_not_drawn_is_one_question(write, tmp_path: Path) -> None:
    """What five people wrote is said once, with all its rows; what one wrote is not repeated."""
    people = tmp_path / "people.csv"
    rows = [f"q{at},l,{'Jeugd' if at < 6 else 'Jansen'},x" for at in range(1, 7)]
    people.write_text(people.read_text(encoding="utf-8") + "\n".join(rows), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_project(write(THEMES)).prepare()
    shared, alone = error.value.issues
    assert ("theme-unknown", "Jeugd", 12) == (shared.code, shared.params["value"], shared.row)
    assert (13, 14, 15, 16) == shared.also
    assert ("theme-cell", 17) == (alone.code, alone.row)
    assert "Jansen" not in str(error.value)


def test_keys_of_themes_without_a_theme(write) -> None:
    """`most` and its like mean nothing where there is one panel."""
    text = THEMES[: THEMES.index("[[theme]]")] + "\n"
    with pytest.raises(InputError) as error:
        read_project(write("most = 2\n" + text))
    assert {"project-themes", "project-needs"} == {issue.code for issue in error.value.issues}


def test_a_theme_of_its_own_columns_and_quota_file(write, tmp_path: Path) -> None:
    """A quota file, seats of roles and a person on every panel, each for one theme only."""
    (tmp_path / "care.csv").write_text(
        "feature,value,min,max\nside,l,1,2\nside,r,0,1\n", encoding="utf-8")
    text = THEMES.replace('name = "care"', 'name = "care"\nquotas = "care.csv"\ninclude = ["b"]')
    ready = read_project(write(text)).prepare()
    bounds = {quota.name: (quota.lower, quota.upper) for quota in ready.quotas.quotas}
    assert (1, 1) == bounds["care: id: b"]
    assert (1, 1) == bounds["care: side: l"]  # narrower than the file: the top holds as well
    assert (2, 2) == bounds["city: side: l"]
    assert [["care: b"]] == [
        list(values) for quota in ready.quotas.quotas if quota.fixed
        for name, values in quota.where if name == "seat"
    ]
    assert ready.several is not None
    assert 10 == len(ready.several.people)


def test_json_says_people_and_not_seats(write, run, tmp_path: Path) -> None:
    """A program learns how many people there are."""
    known = json.loads(run("check", write(THEMES), "--json").out)
    assert (10, "id") == (known["pool"], known["columns"]["id"])
    assert ["name"] == known["columns"]["unused"]


def test_the_list_moves_and_changes(write, run, tmp_path: Path) -> None:
    """A draw finds the list elsewhere; a list that changed is refused."""
    made = tmp_path / "made"
    assert 0 == run("lottery", write(THEMES), "--out", str(made), "--tickets", "9").code
    shutil.move(tmp_path / "people.csv", tmp_path / "moved.csv")
    assert 3 == run("draw", str(made), "--ticket", "1").code
    moved = str(tmp_path / "moved.csv")
    assert 0 == run("draw", str(made), "--ticket", "1", "--pool", moved).code


def test_names_that_are_alike_name_each_other(write) -> None:
    """Also where the lines of the tables are not known."""
    with pytest.raises(InputError) as error:
        read_project(write(THEMES.replace('name = "city"', 'name = "Care!"', 1)))
    told = [render_issue(issue, "en") for issue in error.value.issues]
    assert any("“care”" in line and "“Care!”" in line for line in told)


def test_a_number_that_is_too_small_is_told_how_small_it_may_be(write) -> None:
    """0 is a whole number too."""
    with pytest.raises(InputError) as error:
        read_project(write("most = 0\n" + THEMES))
    told = [render_issue(issue, "nl") for issue in error.value.issues]
    assert any("een heel getal van 1 of hoger" in line for line in told)
