"""`sortition plan` on the command line: rules in, who is missing, files out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT

from sortition.errors import InputError
from sortition.process.planning import planning

# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a quota file, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "quotas.csv"
    path.write_text("feature,value,min,max\nside,l,2,2\nside,r,1,2\n", encoding="utf-8")
    return path


PLAN = ("plan", "quotas.csv", "--size", "4", "--rate", "25%", "--simulations", "200")


def test_letters_and_what_to_expect(rules: Path, run) -> None:
    """In words, as JSON and as files."""
    done = run(*PLAN, "--by", "side", "--both-stages", "--out", "out", "--json")

    assert 0 == done.code
    assert done.json["letters"] == sum(done.json["groups"].values())
    assert ["letters-per-group.csv", "plan.json", "serving.csv"] == sorted(
        path.name for path in Path("out").iterdir()
    )
    assert done.json == json.loads(Path("out/plan.json").read_text(encoding="utf-8"))
    with Path("out/serving.csv").open(encoding="utf-8", newline="") as file:
        assert ["l", "r"] == [row["side"] for row in csv.DictReader(file)]
    words = run(*PLAN, "--lang", "nl")
    assert "Brieven:" in words.out
    assert "Aangenomen" in words.out


def test_a_project_says_the_same(rules: Path, run) -> None:
    """[plan] beside the rules; statements too, with a table of people."""
    settings = '[plan]\nrate = "25%"\nby = ["side"]\nsimulations = 200\n'
    Path("project.toml").write_text(
        f'pool = "later.csv"\nquotas = "quotas.csv"\nsize = 4\n{settings}', encoding="utf-8"
    )
    expected = run(*PLAN, "--by", "side", "--json").json
    assert expected == run("plan", "project.toml", "--json").json

    Path("shares.toml").write_text(
        'pool = "later.csv"\nsize = 4\n[[quota]]\nof = "side"\nshares = { l = "1/2", r = "1/2" }\n'
        f'{settings}population = "people-there.csv"\n', encoding="utf-8",
    )
    Path("people-there.csv").write_text("side,people\nl,3000\nr,1000\n", encoding="utf-8")
    assert [2, 2] == [rule["min"] for rule in
                      run("plan", "shares.toml", "--json").json["rules"][1:]]


def test_who_is_missing(rules: Path, run) -> None:
    """One of r more; with letters still out it may come."""
    Path("people.csv").write_text("id,side\n1,l\n2,l\n3,r\n", encoding="utf-8")
    asked = (*PLAN, "--letters", "40", "--people", "people.csv", "--to-come", "50%")

    done = run(*asked, "--json")

    assert 0 == done.code
    assert [(3, 1), (2, 0), (1, 0)] == [
        (rule["now"], rule["missing"]) for rule in done.json["rules"]
    ]
    assert 0.5 < done.json["possible"]["estimate"] <= 1
    Path("people.csv").write_text("id,side\n1,l\n3,r\n", encoding="utf-8")
    assert "side: l: 1 more needed (1 of 2)" in run(*asked).out
    assert "No panel is possible yet" in run(*asked).out


def test_an_excel_file_of_sign_ups_so_far(rules: Path, run) -> None:
    """A title above the header, capitals, a row that is twice; and tables to send round."""
    book = openpyxl.Workbook()
    for row in (["Sign-ups so far"], [], ["id", "Side "], [1, "L"], [2, "l "], [3, "r"]):
        book.active.append(row)
    book.save("so-far.xlsx")
    asked = (*PLAN, "--letters", "40", "--people", "so-far.xlsx", "--to-come", "50%")
    done = run(*asked, "--out", "out", "--json")

    assert 0 == done.code, done.err
    assert [(3, 1), (2, 0), (1, 0)] == [(own["now"], own["missing"]) for own in
                                        done.json["rules"]]
    assert {"plan.json", "who-is-missing.csv", "who-is-missing.xlsx"} == {
        path.name for path in Path("out").iterdir()
    }
    with Path("out/who-is-missing.csv").open(encoding="utf-8", newline="") as file:
        assert ["3", "2", "1"] == [row["now"] for row in csv.DictReader(file)]


def test_sign_ups_that_fit_no_quota_are_named_by_row(rules: Path, run) -> None:
    """As `check` names them; that nobody has a value yet is no error."""
    Path("people.csv").write_text("id,side\n1,l\n2,ll\n3,\n", encoding="utf-8")
    done = run(*PLAN, "--letters", "40", "--people", "people.csv", "--json")

    assert 3 == done.code
    assert [("pool-value-unknown", 3), ("pool-value-blank", 4)] == [
        (own["code"], own["row"]) for own in done.json["issues"]
    ]
    Path("people.csv").write_text("id,side\n1,l\n", encoding="utf-8")
    assert 0 == run(*PLAN, "--letters", "40", "--people", "people.csv").code


@pytest.mark.parametrize("name", ["g1000-zorg", "werkgroep", "kick-off-12-gemeenten"])
def test_early_sign_ups_of_every_data_set(name: str, tmp_path: Path, run) -> None:
    """Roles in one cell, blanks on purpose, names as people type them."""
    lines = (ROOT / "datasets" / name / "people.csv").read_text(encoding="utf-8").splitlines()
    people = tmp_path / "early.csv"
    people.write_text("\n".join(lines[:30]) + "\n", encoding="utf-8")
    done = run("plan", ROOT / "datasets" / name / "project.toml", "--rate", "5%", "--letters",
               "900", "--people", people, "--to-come", "50%", "--simulations", "20", "--json")

    assert 0 == done.code, done.err
    assert 29 == done.json["people"]


def test_a_group_without_sign_ups_is_not_forgotten(tmp_path: Path, run) -> None:
    """A table of people says that it is there; the sign-ups cannot."""
    folder = ROOT / "datasets" / "kick-off-12-gemeenten"
    lines = (folder / "people.csv").read_text(encoding="utf-8").splitlines()
    people = tmp_path / "early.csv"
    people.write_text("\n".join(
        line for line in lines if "zeist" not in line.lower() and "GM0355" not in line
    ) + "\n", encoding="utf-8")
    names = ("Meierijstad", "Lochem", "Coevorden", "Oosterhout", "Barneveld", "Rijswijk", "Oldambt",
             "Etten-Leur", "De Bilt", "Papendrecht", "Waalwijk", "Zeist")
    there = tmp_path / "there.csv"
    there.write_text("gemeente,geslacht,people\n" + "".join(
        f"{name},{gender},10\n" for name in names for gender in ("vrouw", "man")
    ), encoding="utf-8")
    done = run("plan", folder / "project.toml", "--rate", "5%", "--letters", "900", "--people",
               people, "--population", there, "--simulations", "20", "--json")

    assert 0 == done.code, done.err
    assert [("gemeente: Zeist", 2)] == [
        (own["name"], own["missing"]) for own in done.json["rules"] if own["missing"]
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [(("plan", "quotas.csv", "--size", "4"), 2), (("plan", "quotas.csv", "--rate", "4%"), 2),
     ((*PLAN, "--people", "people.csv"), 2), ((*PLAN, "--by", "place"), 3),
     ((*PLAN, "--confidence", "120%"), 3), ((*PLAN, "--population", "none.csv"), 3)],
)
def test_what_is_wrong_is_said(rules: Path, run, words: tuple[str, ...], code: int) -> None:
    """As everywhere: an exit code, words, and nothing written."""
    assert code == run(*words, "--out", "out").code
    assert not Path("out").exists()


def test_a_table_is_checked_at_once() -> None:
    """Every number that is none."""
    with pytest.raises(InputError) as raised:
        planning({"rate": "120%", "confidence": "x", "response": {"age": {"old": "much"}}})

    assert ["invite-number", "plan-part", "plan-part"] == [i.code for i in raised.value.issues]


def test_a_project_without_a_plan_is_asked_for_the_rate(tmp_path: Path, run) -> None:
    """By the option or by the key, with the table that it stands in."""
    (tmp_path / "people.csv").write_text("id,side\na,l\nb,r\n", encoding="utf-8")
    project = tmp_path / "project.toml"
    project.write_text('pool = "people.csv"\nsize = 2\n[[quota]]\nof = "side"\n'
                       'shares = { l = 1, r = 1 }\n', encoding="utf-8")
    asked = run("plan", project)
    assert (2, True, True) == (asked.code, "--rate" in asked.err, "[plan]" in asked.err)


def test_quotas_that_fit_no_panel_are_blamed_and_not_the_letters(run, tmp_path: Path) -> None:
    """Maximums below the number of seats: nothing that letters could mend."""
    quotas = tmp_path / "quotas.csv"
    quotas.write_text("feature,value,min,max\nside,l,1,2\nside,r,1,2\n", encoding="utf-8")
    done = run("plan", str(quotas), "--size", "9", "--rate", "50%", "--simulations", "20")
    assert 0 == done.code
    assert "No number of letters helps" in done.err
    assert "stands below" not in done.err
