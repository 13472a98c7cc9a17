"""``sortition check``: what it understood, why no panel exists, ways out, and prices."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import ROOT

from sortition.files.readers import read_table
from sortition.rules.quotas import read_quotas

PEOPLE = [("16-29", "Heerlen")] * 3 + [("30+", "Heerlen")] * 13
PEOPLE += [("16-29", "Simpelveld")] + [("30+", "Simpelveld")] * 7
QUOTAS = (
    "feature,value,min,max\nleeftijd,16-29,4,6\nleeftijd,30+,0,6\n"
    "gemeente,Heerlen,0,6\ngemeente,Simpelveld,4,6\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Twenty-four people of whom the quotas ask too much: four young, four of Simpelveld."""
    people, quotas = tmp_path / "people.csv", tmp_path / "quotas.csv"
    people.write_text(
        "id;leeftijd;gemeente;naam\n"
        + "".join(f"P{at:02d};{age};{town};x\n" for at, (age, town) in enumerate(PEOPLE)),
        encoding="utf-8-sig",
    )
    quotas.write_text(QUOTAS, encoding="utf-8")
    return str(people), str(quotas)


@pytest.fixture
def check(run):
    """Run the command on two files, for six seats."""
    return lambda files, *more: run("check", *files, "--size", "6", *more)


def test_how_the_list_was_read_is_said(check, files: tuple[str, str]) -> None:
    """Encoding, separator, header, and the columns that nothing looks at."""
    said = check(files).out
    assert "cells separated by semicolons; the header is row 1" in said
    assert "Columns not used: naam" in said


def test_ways_out_are_numbered_and_checked(check, files: tuple[str, str]) -> None:
    """A larger panel, one seat less for Simpelveld, or one young person more who lives there."""
    done = check(files)
    assert 4 == done.code
    assert "at most 6 seats in all" in done.err
    for way in ("1. set the number of seats to 7", "3. find more sign-ups: 1",
                "2. change 1 of the quotas: gemeente: Simpelveld"):
        assert way in done.out


def test_a_way_out_becomes_a_new_file(check, files: tuple[str, str], tmp_path: Path) -> None:
    """The quotas it changes are changed, and nothing else; then a panel exists."""
    new = str(tmp_path / "new.csv")
    assert 0 == check(files, "--apply", "2", "--out", new).code
    assert [("Simpelveld", "3")] == [
        (row[1], row[2])
        for row, old in zip(read_table(new).rows, read_table(files[1]).rows, strict=True)
        if row != old
    ]
    assert 0 == check((files[0], new)).code
    assert 3 == check(files, "--apply", "2", "--out", new).code, "nothing is overwritten"
    assert 0 == check(files, "--apply", "2", "--out", new, "--force").code


def test_a_way_out_of_quotas_for_some_values_is_a_whole_quota_file(
    run, files: tuple[str, str], tmp_path: Path
) -> None:
    """Heerlen, which no quota names, has all room in the file; who is on every panel is said."""
    project, new = tmp_path / "project.toml", str(tmp_path / "new.csv")
    project.write_text(
        'pool = "people.csv"\nsize = 6\ninclude = ["P00"]\n'
        '[[quota]]\nof = "gemeente"\nseats = { Simpelveld = "at least 7" }\n', encoding="utf-8"
    )
    said = json.loads(run("check", str(project), "--json").out)
    number = next(way["number"] for way in said["repairs"] if way["changes"])

    done = run("check", str(project), "--apply", str(number), "--out", new)

    assert 0 == done.code
    assert "--include P00" in done.out
    assert [("gemeente", "Simpelveld", "5", "7"), ("gemeente", "Heerlen", "0", "6")] == [
        *read_table(new).rows
    ]
    assert 0 == run("check", files[0], new, "--size", "6", "--include", "P00").code


def test_another_size_is_said_because_no_quota_file_holds_it(
    check, run, files: tuple[str, str], tmp_path: Path
) -> None:
    """The quotas stay; the next command needs another --size."""
    new = str(tmp_path / "new.csv")
    done = check(files, "--apply", "1", "--out", new)
    assert "add --size 7" in done.out
    assert read_quotas(files[1], 7) == read_quotas(new, 7)
    assert 0 == run("check", files[0], new, "--size", "7").code


@pytest.mark.parametrize(
    "options", [("--apply", "2"), ("--out", "new.csv"), ("--apply", "9", "--out", "new.csv")]
)
def test_a_way_out_that_is_none_is_wrong_use(
    check, files: tuple[str, str], options: tuple[str, ...], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both options, and a number that was offered."""
    monkeypatch.chdir(tmp_path)
    assert 2 == check(files, *options).code
    assert not (tmp_path / "new.csv").exists()


def test_ways_out_as_data(check, files: tuple[str, str]) -> None:
    """Programs get the level, the conflicts and each change of bounds."""
    document = json.loads(check(files, "--json").out)
    assert (False, "relaxation") == (document["feasible"], document["level"])
    assert {
        "number": 2, "changes": [{"name": "gemeente: Simpelveld", "old": [4, 6], "new": [3, 6]}]
    }.items() <= document["repairs"][1].items()
    assert 7 == document["repairs"][0]["size"][0]
    assert ";" == document["read"]["separator"]


def test_what_each_quota_costs(run) -> None:
    """The dearest bound first; in the example it is the third seat for officials."""
    project = ROOT / "datasets" / "parkstad-werk-economie" / "project.toml"
    done = run("check", str(project), "--prices", "--lang", "en", "--json")
    first = json.loads(done.out)["prices"][0]
    assert ("rol: ambtenaar", "min", 3, 2) == (
        first["name"], first["side"], first["bound"], first["loosened"]
    )
    assert first["then"] > first["now"] > 0.03


def test_who_can_be_on_no_panel_is_said_although_there_are_panels(run, tmp_path: Path) -> None:
    """The first ten by id in words, all of them in the JSON; nothing where there are none."""
    (tmp_path / "people.csv").write_text(
        "id,side\n" + "".join(f"p{at:02d},{'x' if at < 12 else 'l'}\n" for at in range(16)),
        encoding="utf-8",
    )
    files = [str(tmp_path / "people.csv"), str(tmp_path / "quotas.csv")]
    told = []
    for seats in ("0,0", "0,1"):
        (tmp_path / "quotas.csv").write_text(
            f"feature,value,min,max\nside,l,1,2\nside,x,{seats}\n", encoding="utf-8"
        )
        told += [run("check", *files, "--size", "2", *more) for more in ((), ("--json",))]

    assert ": 12 (p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, …)" in told[0].out
    assert [f"p{at:02d}" for at in range(12)] == told[1].json["unselectable_at_least"]
    assert "on no panel" not in told[2].out
    assert [] == told[3].json["unselectable_at_least"]


@pytest.mark.parametrize(
    ("rows", "total"), [("l,2,2\nside,r,2,2\n", 4), ("l,1,1\nside,r,1,1\n", 2)]
)
def test_sums_that_do_not_fit_the_seats_have_ways_out_too(
    run, tmp_path: Path, rows: str, total: int
) -> None:
    """Arithmetic comes first; what would help is offered as for any other conflict."""
    people, quotas = tmp_path / "people.csv", tmp_path / "quotas.csv"
    people.write_text("id,side\n1,l\n2,l\n3,r\n4,r\n", encoding="utf-8")
    quotas.write_text(f"feature,value,min,max\nside,{rows}", encoding="utf-8")
    done = run("check", str(people), str(quotas), "--size", "3", "--json")
    document = json.loads(done.out)

    assert (4, "arithmetic") == (done.code, document["level"])
    assert f"add up to {total}" in done.err
    assert document["repairs"]


CARE = """
pool = "people.csv"
size = 7
{quotas}

[[seated]]
rol = "b"
gemeente = "Heerlen"

[[quota]]
of = "rol"
separator = ";"
one_seat_each = true
{shares}
"""
TOWNS = """
[[quota]]
of = "gemeente"
seats = { Heerlen = "at most 3", Simpelveld = "at most 2" }
"""


def test_a_way_out_of_a_project_is_used_in_it(tmp_path: Path, run) -> None:
    """With people beside the lottery, and roles of which each fills one: then a panel exists."""
    roles = ["a;b", "a", "b", "a", "a", "a", "a;b", "a", "c"]
    towns = ["Heerlen", "Simpelveld"] * 4 + ["Heerlen"]
    people = [f"{at},{role},{towns[at]}\n" for at, role in enumerate(roles)]
    (tmp_path / "people.csv").write_text("id,rol,gemeente\n" + "".join(people), encoding="utf-8")
    project, new = tmp_path / "project.toml", tmp_path / "new.csv"
    shares = 'shares = { a = "2-3", b = "1-2", c = 2 }'
    project.write_text(CARE.format(quotas="", shares=shares) + TOWNS, encoding="utf-8")

    done = run("check", project, "--json")
    ways = json.loads(done.out)["repairs"]
    chosen = next(way for way in ways if way["size"] is None and not way["newcomers"])
    names = {change["name"] for way in ways for change in way["changes"]}
    applied = run("check", project, "--apply", chosen["number"], "--out", new)
    lines = [line.partition("write: ")[2] for line in applied.out.splitlines()
             if "[[quota]] of “rol”" in line]
    towns = TOWNS
    for change in chosen["changes"]:
        town = change["name"].removeprefix("gemeente: ")
        towns = re.sub(rf'{town} = "[^"]*"', f'{town} = "{change["new"][0]}-{change["new"][1]}"',
                       towns)
    project.write_text(CARE.format(quotas="", shares=(lines or [shares])[0]) + towns,
                       encoding="utf-8")

    assert 4 == done.code
    assert {"rol: a", "rol: b", "rol: c", "gemeente: Heerlen", "gemeente: Simpelveld"} >= names
    assert 3 == applied.code
    assert not new.exists(), "a quota file cannot hold roles"
    assert "rol (separator, one_seat_each)" in applied.err
    assert 0 == run("check", project).code, (applied.out, project.read_text())


@pytest.mark.parametrize("name", ["wider.toml", "WIDER.TOML"])
def test_a_way_out_is_no_project(
    check, files: tuple[str, str], tmp_path: Path, name: str
) -> None:
    """A table of quotas in a .toml file would be refused by the next command."""
    done = check(files, "--apply", "2", "--out", str(tmp_path / name))

    assert 2 == done.code
    assert not (tmp_path / name).exists()
    assert "cannot stand in a .toml file" in done.err


def test_a_way_out_that_would_lose_blank_cells_is_not_written(tmp_path: Path, run) -> None:
    """In a quota file the blank cell would be an error: what to change is told instead."""
    (tmp_path / "people.csv").write_text(
        "id,side\n" + "".join(f"{at},{side}\n" for at, side in enumerate("lllrrr")) + "9,\n",
        encoding="utf-8",
    )
    project, new = tmp_path / "project.toml", tmp_path / "new.csv"
    project.write_text(
        'pool = "people.csv"\nsize = 4\n[[quota]]\nof = "side"\nunknown = "outside"\n'
        'seats = { l = 3, r = "at least 2" }\n', encoding="utf-8",
    )
    ways = json.loads(run("check", project, "--json").out)["repairs"]
    chosen = next(way for way in ways if way["changes"])
    assert "--apply" not in run("check", project).out, "it is not offered"
    done = run("check", project, "--apply", chosen["number"], "--out", new)

    assert 3 == done.code
    assert not new.exists()
    assert "side (unknown)" in done.err
    assert chosen["text"] in done.err


def test_prices_wait_for_a_panel(check, files: tuple[str, str]) -> None:
    """Who asks for them where there is none is told so, beside the ways out."""
    assert "only be said once a panel is possible" in check(files, "--prices").out
