"""What a record says of the list: drawn rows with every column, and who fills which seat."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from sortition import assign_roles
from sortition.files.readers import read_table
from sortition.lots.source import filled_seats, held_in
from sortition.rules.roles import RoleSeats

PEOPLE = "id,rol,geboren,postcode\n" + "".join(
    f"P{at:02d},{('zorg;mantel', 'zorg', 'mantel')[at % 3]},{1950 + 3 * at}-05-01,64{at % 2}1 AB\n"
    for at in range(16)
)
PROJECT = """
pool = "people.csv"
size = 6
lot = "a text"
[columns.leeftijd]
from = "geboren"
bands = ["16-49", "50+"]
on = 2026-06-01
[columns.gebied]
from = "postcode"
areas = "areas.csv"
[columns.rol]
aliases = { "mantel" = "mantelzorger" }
separator = ";"
[[quota]]
of = "rol"
separator = ";"
one_seat_each = true
shares = { zorg = "1/2", mantelzorger = "1/2" }
[[quota]]
of = "leeftijd"
spread = "even"
[[quota]]
of = "gebied"
spread = "even"
"""


@pytest.fixture
def made(tmp_path: Path, run) -> Path:
    """A lottery with three made columns, drawn in two steps."""
    (tmp_path / "people.csv").write_text(PEOPLE.replace("zorg;mantel,", "zorg;mantelzorger,"),
                                         encoding="utf-8")
    (tmp_path / "areas.csv").write_text("postcode,area\n6401,noord\n6411,zuid\n", encoding="utf-8")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    out = tmp_path / "out"
    done = run("lottery", str(tmp_path / "project.toml"), "--out", str(out))
    assert 0 == done.code, done.err
    assert 0 == run("draw", str(out), "--ticket", "17").code
    return out


def panel(folder: Path) -> list[dict[str, str]]:
    with (folder / "panel.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_panel_drawn_in_two_steps_has_every_column(made: Path, run) -> None:
    """Bands, areas and other spellings, the same as when it is drawn in one go."""
    rows = panel(made)

    assert {"leeftijd", "gebied", "rol (seat)"} <= set(rows[0])
    assert (3, 3) == tuple(Counter(row["gebied"] for row in rows).values())
    assert {"zorg", "mantelzorger", "zorg;mantelzorger"} >= {row["rol"] for row in rows}
    again = made.parent / "again"
    rules = str(made.parent / "project.toml")
    assert 0 == run("draw", rules, "--ticket", "17", "--out", str(again)).code
    assert (again / "panel.csv").read_bytes() == (made / "panel.csv").read_bytes()
    assert 0 == run("verify", str(made)).code


def test_the_panel_says_which_seat_each_person_fills(made: Path) -> None:
    """Three of each, a role the person has; who has the record and the groups can redo it."""
    rows = panel(made)
    record = json.loads((made / "record.json").read_text(encoding="utf-8"))
    (entry,) = record["source"]["roles"]
    ids = {row["id"]: row["id"] for row in rows}
    held = held_in(entry, (made / "groups.csv").read_bytes(), ids)
    seats = RoleSeats.of(entry, held)

    assert {"zorg": 3, "mantelzorger": 3} == Counter(row["rol (seat)"] for row in rows)
    assert all(row["rol (seat)"] in row["rol"].split(";") for row in rows)
    assert {row["id"]: row["rol (seat)"] for row in rows} == assign_roles(
        [row["id"] for row in rows], seats, record["source"]["lot"]
    )
    assert "rol (seat)" not in (made / "remaining.csv").read_text(encoding="utf-8")


def test_where_the_roles_do_not_come_out_there_is_no_such_column() -> None:
    """As after a replacement that deviates: nobody is given a seat they cannot fill."""
    seats = RoleSeats("rol", ("a", "b"), (1, 1), (1, 1), {"p": (0,), "q": (0,)})

    held = {"held": {"p": [0], "q": [0]}}  # as records of earlier versions say it
    assert {} == filled_seats({"roles": [seats.to_dict() | held], "lot": ""}, ["p", "q"])
    one = RoleSeats("rol", ("a",), (1,), (1,), {"p": (0,)}).to_dict()
    assert {"rol (seat)": {"p": "a"}} == filled_seats({"roles": [one | held]}, ["p"])
    groups = b"id,household,rol: a\np,,1\n"
    assert {"rol (seat)": {"p": "a"}} == filled_seats(
        {"roles": [one | {"groups": ["rol: a"]}]}, ["p"], groups)


def test_roles_that_the_same_people_hold_share_a_column_of_the_groups(tmp_path: Path, run) -> None:
    """Their quotas are one, with the name of the first; both roles are filled all the same."""
    (tmp_path / "people.csv").write_text(
        "id,rol\n" + "".join(f"P{at},{('a; b', 'c')[at % 2]}\n" for at in range(12)), "utf-8")
    (tmp_path / "project.toml").write_text(
        'pool = "people.csv"\nsize = 6\n[[quota]]\nof = "rol"\nseparator = ";"\n'
        'one_seat_each = true\nshares = { a = "1/3", b = "1/3", c = "1/3" }\n', "utf-8")
    out = tmp_path / "made"
    done = run("draw", tmp_path / "project.toml", "--ticket", 3, "--out", out)
    assert 0 == done.code, done.err
    (entry,) = json.loads((out / "record.json").read_bytes())["source"]["roles"]
    assert entry["groups"][0] == entry["groups"][1] != entry["groups"][2]
    assert {"a": 2, "b": 2, "c": 2} == Counter(row["rol (seat)"] for row in panel(out))


@pytest.mark.parametrize("option", [True, False], ids=["--csv nl", "csv = nl"])
def test_the_panel_for_excel_in_dutch_reads_back_as_the_panel(
    tmp_path: Path, run, option: bool
) -> None:
    """Semicolons, a mark, text where Excel would make a number; a later draw leaves no old one."""
    (tmp_path / "people.csv").write_text(
        "id,rol,telefoon,huis\n" + "".join(f"P{at},{'ab'[at % 2]},06000000{at},{at + 1}-3\n"
                                           for at in range(8)), encoding="utf-8")
    (tmp_path / "project.toml").write_text(
        'pool = "people.csv"\nsize = 4\nout = "made"\n' + ("" if option else 'csv = "nl"\n')
        + '[[quota]]\nof = "rol"\nspread = "even"\n', encoding="utf-8")
    made = tmp_path / "made"
    assert 0 == run("lottery", str(tmp_path / "project.toml")).code, "the project says where"
    assert 0 == run("draw", str(made), "--ticket", "1", *(("--csv", "nl") if option else ())).code
    for name in ("panel", "remaining"):
        text = (made / f"{name}-excel.csv").read_bytes().decode()
        assert text.startswith("\ufeffid;rol;telefoon;huis\r\n")
        assert text.count("\u00a0") == 8
        plain, excel = (read_table(made / f"{name}{end}.csv") for end in ("", "-excel"))
        assert (plain.columns, plain.rows) == (excel.columns, excel.rows)
    assert 0 == run("verify", str(made)).code
    assert 0 == run("draw", str(made), "--ticket", "2", "--csv", "plain", "--force").code
    assert not (made / "panel-excel.csv").exists()
