"""``sortition init``: a first project file that says what is in the list, and runs as it stands."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import assume, given
from hypothesis import strategies as st

from sortition.files.headings import headless
from sortition.files.tables import Table, fold
from sortition.rules.fitting import fits
from sortition.rules.keys import KEYS, TABLES
from sortition.rules.schema import project_schema
from sortition.rules.starter import first_project

DAY = date(2026, 6, 1)
PEOPLE = sorted(ROOT.glob("datasets/*/people.csv"))
PROJECTS = sorted(ROOT.glob("datasets/*/project.toml"))
PROPORTIONAL = {"spread": "proportional", "populations": "pool", "tolerance": 1}


def table(**columns: list[str]) -> Table:
    """Return a table of these columns, underscores in their names read as spaces."""
    rows = tuple(zip(*columns.values(), strict=True))
    names = tuple(name.replace("_", " ") for name in columns)
    return Table(names, rows, tuple(range(2, len(rows) + 2)), "people.csv")


def made(people: Table, size: tuple[int, int] | None = (4, 4), language: str = "en") -> Any:
    """Return the project of these people as it is read."""
    return tomllib.loads(first_project(people, "people.csv", size, language, DAY))


def comments(people: Table, language: str = "en") -> str:
    """Return the comments of the project, as one line."""
    lines = first_project(people, "people.csv", None, language, DAY).splitlines()
    return " ".join(line.removeprefix("#").strip() for line in lines if line.startswith("#"))


def valid(value: Any, schema: Any) -> bool:
    """Return whether a value is what a schema says, tables by their own keys: an editor's view."""
    if "required" in schema and not set(schema["required"]) <= value.keys():
        return False
    if "properties" in schema:
        any_of = schema.get("anyOf", [{}])
        return (
            value.keys() <= schema["properties"].keys()
            and all(valid(item, schema["properties"][name]) for name, item in value.items())
            and any(valid(value, one) for one in any_of)
        )
    if schema.get("type") == "array" and "properties" in schema["items"]:
        return isinstance(value, list) and all(valid(item, schema["items"]) for item in value)
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict) and isinstance(value, dict):
        return all(valid(item, inner) for item in value.values())
    return not {"type", "anyOf"} & schema.keys() or fits(value, schema)


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("header", ["Straat + nr", "straat/huisnummer", "Adres en huisnummer"])
def test_an_address_in_one_column_is_known(header: str) -> None:
    """As forms call it: with the postcode it says who lives together."""
    whole = Table((header, "Postcode", "rol"), tuple(
        (f"Kade {n}", "1234 AB", "ab"[n % 2]) for n in range(8)), tuple(range(2, 10)), "people.csv")
    assert [header, "Postcode"] == made(whole)["household"]


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("people", PEOPLE, ids=lambda path: path.parent.name)
def test_a_shipped_list_gives_a_project_that_can_be_drawn(
    people: Path, language: str, tmp_path: Path, run
) -> None:
    """Valid as it is made, and possible once the size is filled in by hand."""
    out = tmp_path / "made" / "project.toml"
    done = run("init", people, "--out", out, "--lang", language)
    text = out.read_text(encoding="utf-8")

    assert (0, "") == (done.code, done.err)
    assert f"sortition check {out}" in done.out
    out.write_text(text.replace("# size = 24\n", "size = 8\n"), encoding="utf-8")
    assert valid(tomllib.loads(out.read_text(encoding="utf-8")), project_schema())
    assert 0 == run("check", out).code


def test_columns_are_what_their_headers_and_cells_say() -> None:
    """Ids, address, what is personal, what is a feature; birth dates become bands with a day."""
    people = table(
        id=[str(n) for n in range(6)], naam=["A"] * 3 + ["B"] * 3, adres=["Kade 1"] * 6,
        postcode=["1234 AB"] * 6, tussenvoegsel=["van", "de"] * 3, side=["left", "right"] * 3,
        geboortedatum=["1-6-1996", "2-6-1996", "1-6-1960"] * 2,
    )
    assert {
        "pool": "people.csv", "size": 4, "id": "id", "household": ["adres", "postcode"],
        "lang": "nl",
        "columns": {"leeftijdsgroep": {
            "from": "geboortedatum", "bands": ["16-29", "30-44", "45-64", "65+"], "on": DAY,
        }},
        "quota": [{"of": "leeftijdsgroep", **PROPORTIONAL}, {"of": "side", **PROPORTIONAL}],
    } == made(people, language="nl")
    assert "16-29 (2), 30-44 (2), 45-64 (0), 65+ (2)" in comments(people)


def test_a_range_and_a_sheet_are_written() -> None:
    """As they were given; without a size there is none."""
    people = table(id=["1", "2"], side=["a", "b"])
    text = first_project(people, "p.xlsx", (3, 4), "en", DAY, sheet='My "list"')

    assert {"pool": "p.xlsx", "sheet": 'My "list"', "size": [3, 4], "id": "id", "lang": "en"} == (
        tomllib.loads(text)
    )
    assert "size" not in made(people, None)


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        (["a"] * 5 + ["b"], True),
        (["a", "A "] * 3, False),  # one value in two spellings
        (["a"] * 3 + ["b"] * 2, False),  # 2.5 people per value
        ([str(n) for n in range(20)] * 3, True),
        ([str(n) for n in range(21)] * 3, False),
    ],
)
def test_a_quota_is_proposed_for_few_values_of_enough_people(
    cells: list[str], proposed: bool
) -> None:
    """From 2 to 20 values, three people for each on average."""
    assert proposed == ("quota" in made(table(side=cells)))


def test_a_few_blank_cells_count_for_no_group() -> None:
    """Where many are blank the rest would be given every seat, so that is left to the user."""
    few = made(table(side=["a"] * 10 + ["b"] * 9 + [""]))
    many = table(side=["a"] * 10 + ["b"] * 7 + [""] * 3)

    assert [{"of": "side", **PROPORTIONAL, "unknown": "outside"}] == few["quota"]
    assert "quota" not in made(many)
    assert '[[quota]] of = "side"' in comments(many)


def test_half_an_address_is_a_comment() -> None:
    """A street alone, or a postcode alone, does not say who lives together."""
    people = table(id=["1", "2"], straat=["Kade 1", "Kade 2"])

    assert "household" not in made(people)
    assert 'household = ["straat"]' in comments(people)
    whole = table(straat=["Kade"] * 2, huisnummer=["1", "2"], postcode=["1234 AB"] * 2)
    assert ["straat", "huisnummer", "postcode"] == made(whole)["household"]


def test_an_age_that_cannot_be_read_leaves_the_bands_to_the_user() -> None:
    """The check would stop at that row; bands that somebody filled in are a column like others."""
    doubtful = table(leeftijd=["17", "40", "70", "-", "31"])
    bands = table(leeftijd=["16-29", "30+"] * 3)

    assert {"pool", "size", "lang"} == made(doubtful).keys()
    assert '[columns.age_group] from = "leeftijd"' in comments(doubtful)
    assert [{"of": "leeftijd", **PROPORTIONAL}] == made(bands)["quota"]
    assert ["<16", "16-29", "30-44", "45-64", "65+"] == (
        made(table(age=["15", "40"]))["columns"]["age_group"]["bands"]
    )


def test_a_few_blank_ages_count_for_no_band() -> None:
    """They are no reason to stop, nor to leave the bands out."""
    given = made(table(leeftijd=["17", "40", "70", "31"] * 5 + [""]))

    assert [{"of": "age_group", **PROPORTIONAL, "unknown": "outside"}] == given["quota"]


def test_years_of_birth_get_bands_of_years() -> None:
    """Of those who reach the ages in the year of the day; a year is no age."""
    people = table(geboortejaar=["2010", "1997", "1996", "1982", "1981", "1962", "1961", "1930"])
    children = table(geboortejaar=["2011", "1970"])

    given = made(people)

    bands = ["1997-2010", "1982-1996", "1962-1981", "<1962"]
    assert {"birth_years": {"from": "geboortejaar", "bands": bands}} == given["columns"]
    assert [{"of": "birth_years", **PROPORTIONAL}] == given["quota"]
    assert all(f"{label} (2)" in comments(people) for label in bands)
    assert "2011-2026" == made(children)["columns"]["birth_years"]["bands"][0]
    assert "cannot be read here: 1" in comments(table(geboortejaar=["1970", "'67", "1980"]))


def test_the_name_of_the_bands_is_one_that_is_free() -> None:
    """A column of that name stays as it is."""
    people = table(age=["17", "40"], age_group=["x", "y"])
    assert {"age_group"} == made(people)["columns"].keys()  # “age group” is another
    taken = Table(("age", "age_group"), (("17", "x"), ("40", "y")), (2, 3))
    assert {"age_group_2"} == made(taken)["columns"].keys()


def test_municipalities_are_checked_only_when_each_is_certain() -> None:
    """Codes and other names count as the municipality; a doubt is told with what it may be."""
    certain = table(gemeente=["Zeist", "GM0355", "Den Haag", "'s-Gravenhage"] * 2)
    doubtful = table(gemeente=["Etten- Leur", "Etten-Leur", "Zeist"] * 3)

    assert {"gemeente": {"places": True}} == made(certain)["columns"]
    assert "'s-Gravenhage (4), Zeist (4)" in comments(certain)
    assert "columns" not in made(doubtful)
    assert 'aliases = { "Etten- Leur" = "Etten-Leur" }' in comments(doubtful)


def test_cells_with_several_values_are_taken_apart() -> None:
    """The separator is stated; that each must be on the panel is for the user to say."""
    people = table(rol=["kennis; mandaat", "kennis", "mandaat;kennis", "", "mandaat"])

    assert {"rol": {"separator": ";"}} == made(people)["columns"]
    assert "quota" not in made(people)
    assert 'at_least_one = ["kennis", "mandaat"]' in comments(people)


def test_roles_with_a_word_between_them_are_taken_apart() -> None:
    """Only where each of them stands alone somewhere: else “hard en zacht” may be one thing."""
    roles = ["kennis en mandaat", "kennis", "mandaat", "kennis", "mandaat", "mandaat"]

    assert {"rol": {"separator": " en "}} == made(table(rol=roles))["columns"]
    assert {"rol": {"separator": "/"}} == made(
        table(rol=[role.replace(" en ", "/") for role in roles]))["columns"]
    assert "columns" not in made(table(rol=["hard en zacht", "kennis"] * 6))


def test_what_may_be_the_same_is_asked() -> None:
    """An initial, a typing error, a word for nothing: a comment that becomes a rule as it is."""
    people = table(sexe=["m", "man", "V", "vrouw", "onbekend"] * 4, age=["16-29", "30-64"] * 10)
    lines = first_project(people, "people.csv", (4, 4), "nl", DAY).splitlines()
    at = lines.index("# [columns.sexe]")
    asked = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines[at : at + 3]))

    assert {"aliases": {"m": "man", "onbekend": "", "V": "vrouw"},
            "unknown": "outside"} == asked["columns"]["sexe"]
    assert 1 == sum("aliases" in line for line in lines), "bands are not like each other"


def test_double_sign_ups_are_counted() -> None:
    """The choice is a comment, with the rows that would go."""
    people = table(email=["a@x.nl", "b@x.nl", "A@x.nl"] + [f"{at}@x.nl" for at in range(6)],
                   side=["left", "right", "left"] * 3)

    assert "signed up twice: 1 (rows 4)" in comments(people)
    assert 'duplicates = "keep-first"' in comments(people)


HOSTILE = st.text(
    st.one_of(st.sampled_from("\"'\\\n\r\t=[]{}#.,;|×\x00\x7f\x85\u2028\u202e"),
              st.characters(exclude_categories=["Cs"])),  # halves of signs are refused in cells
    min_size=1, max_size=12,
).filter(fold)


@given(
    names=st.lists(HOSTILE, min_size=1, max_size=4, unique_by=fold),
    values=st.lists(HOSTILE, min_size=2, max_size=3, unique_by=fold),
    sheet=HOSTILE,
)
def test_whatever_is_in_the_list_stays_text(
    names: list[str], values: list[str], sheet: str
) -> None:
    """Quotes, line ends, brackets: no cell and no header becomes a key, a table or a line."""
    rows = tuple((value,) * len(names) for value in values * 3)
    people = Table(tuple(names), rows, tuple(range(len(rows))))
    assume(headless(people) is None)
    text = first_project(people, names[0], (2, 2), "nl", DAY, sheet=sheet)
    project = tomllib.loads(text)

    assert (names[0], sheet) == (project["pool"], project["sheet"])
    assert project.keys() <= KEYS.keys()
    assert {quota["of"] for quota in project.get("quota", [])} <= set(names)
    assert set(project.get("columns", {})) <= set(names)
    assert text.splitlines() == text.split("\n")[:-1]


ODD = ['x"] size = 3', "[[quota]]", "a = 1", "a|b", "a × b", "##", "back\\slash", "two\nlines", "É"]


@pytest.mark.parametrize("name", ODD)
def test_odd_headers_and_values_can_be_drawn(name: str, tmp_path: Path, run) -> None:
    """Through a file, and on to a panel."""
    rows = [["id", name], *([str(n), [name, "x"][n % 2]] for n in range(8))]
    people = written(tmp_path / "people.csv", rows)
    out = tmp_path / "project.toml"

    assert 0 == run("init", people, "--size", "4", "--out", out).code
    done = run("check", out)
    assert (0, "") == (done.code, done.err)


@pytest.mark.parametrize(
    "rows",
    [
        [["naam"], ["A"], ["B"]],
        [["id", "x"], ["1", ""], ["2", ""]],
        [["gemeente", "b"], ["", "1"], ["", "2"]],
        [["leeftijd", "geboren"], ["12", "x"], ["y", "1-1-2000"], ["", ""], ["", "z"]],
    ],
)
def test_a_list_that_tells_nothing_still_gives_a_file(
    rows: list[list[str]], tmp_path: Path, run
) -> None:
    """It can be read, and says that a quota is needed."""
    people = written(tmp_path / "people.csv", rows)
    out = tmp_path / "project.toml"

    assert 0 == run("init", people, "--size", "1", "--out", out).code
    assert "[[quota]]" in out.read_text(encoding="utf-8")
    assert 3 == run("check", out).code


def test_nothing_is_overwritten_unasked(tmp_path: Path, run, monkeypatch) -> None:
    """The file of before stays, and is replaced with --force; nothing else is left behind."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "people.csv", [["id", "side"], *([str(n), "ab"[n % 2]] for n in range(6))])
    (tmp_path / "project.toml").write_text("mine", encoding="utf-8")

    assert 3 == run("init", "people.csv").code
    assert "mine" == (tmp_path / "project.toml").read_text(encoding="utf-8")
    done = run("init", "people.csv", "--force", "--json")
    assert {"schema": 1, "file": "project.toml", "people": 6, "quotas": ["side"]} == done.json
    assert ["people.csv", "project.toml"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_list_is_found_from_where_the_file_is(tmp_path: Path, run, monkeypatch) -> None:
    """The path in it is relative to it."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "people.csv", [["id", "side"], *([str(n), "ab"[n % 2]] for n in range(6))])

    assert 0 == run("init", "people.csv", "--size", "2-3", "--out", "draw/p.toml").code
    assert "../people.csv" == tomllib.loads(Path("draw/p.toml").read_text("utf-8"))["pool"]
    assert 0 == run("check", "draw/p.toml").code


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parent.name)
def test_every_shipped_project_is_valid(path: Path) -> None:
    """By the schema that editors use, which also sees what is wrong."""
    project = tomllib.loads(path.read_text(encoding="utf-8"))

    assert valid(project, project_schema())
    assert not valid({**project, "sise": 24}, project_schema())
    for wrong in ({"spread": "even"}, {"of": "rol", "each_at_most": "2"}, {"of": "rol", "flor": 1}):
        assert not valid({**project, "quota": [wrong]}, project_schema())


@pytest.mark.parametrize(
    ("name", "example"),
    [(name, key.example) for keys in (KEYS, *TABLES.values())
     for name, key in keys.items()],
)
def test_the_page_on_projects_names_every_key(name: str, example: str) -> None:
    """In a table, with the example that messages show too."""
    page = (ROOT / "docs/project.md").read_text(encoding="utf-8")

    assert f"| `{name}` |" in page
    assert f"`{example}`" in page
