"""One term: the register of those who served, by salted hash; and panels renewed in part."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import stat
from pathlib import Path

import pytest

from sortition.errors import InputError
from sortition.files.tables import Table
from sortition.people.cohorts import Cohorts, next_members
from sortition.people.served import Register, hashes, key_name, read_register
from sortition.rules.read_project import read_project

PEOPLE = """id,naam,geboren,side
1,Anna Bos,1-6-1960,l
2,Bé de Vries,2-7-1970,l
3,Çem Ak,3-8-1980,r
4,Dirk Mos,4-9-1990,r
5,,5-10-1950,l
"""
PROJECT = """
pool = "people.csv"
size = 2

[served]
file = "served.csv"
key = "served.key"
reason = "eerder lid"
of = ["naam", "geboren"]
years = 4
year = 2026

[[quota]]
of = "side"
shares = { l = "1/2", r = "1/2" }
"""
KEY = bytes(range(32))


@pytest.fixture
def project(tmp_path: Path) -> str:
    """A project with a register that is not there yet."""
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    return str(tmp_path / "project.toml")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _panel(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "old.csv"
    path.write_text("\n".join(["nr,Geboren,NAAM", *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_a_hash_is_what_the_documentation_says() -> None:
    """HMAC-SHA256 of a purpose and the cells as JSON, made comparable; nothing without the key."""
    table = Table(("naam", "geboren"), (("Bé de Vries", "2-7-1970"), ("", "1-1-1990")), (2, 3))
    found, blank = hashes(table, ["Naam", "geboren"], KEY)
    said = b'sortition/1/served\0["bedevries","1970-07-02"]'
    assert [hmac.new(KEY, said, hashlib.sha256).hexdigest(), None] == found
    assert [3] == blank


def test_whoever_served_is_not_drawn_for_so_many_years(project: str, run, tmp_path: Path) -> None:
    """2022 with four years is over in 2026; 2023 is not; the last year of a person counts."""
    old = _panel(tmp_path, "1,1960-06-01,anna bos", "2,2/7/1970,BE DE VRIES")
    assert 0 == run("served", project, old, "--year", "2022").code
    assert 5 == len(read_project(project).prepare().pool)
    old = _panel(tmp_path, "x,02-07-1970,Bé  de Vries", "y,3-8-1980,Cem Ak")
    assert 0 == run("served", project, old, "--year", "2023").code
    ready = read_project(project).prepare()
    assert ("1", "4", "5") == ready.pool.ids
    assert {"eerder lid (2023)"} == {one.reason for one in ready.prepared.left}
    assert ["served-blank"] == [issue.code for issue in ready.prepared.questions]
    for_ever = PROJECT.replace("years = 4\n", "")
    Path(project).write_text(for_ever, encoding="utf-8")
    assert ("4", "5") == read_project(project).prepare().pool.ids
    said = run("check", project)
    assert "eerder lid (2022)" in said.out
    assert "Anna" not in said.out + said.err


def test_the_register_names_nobody_and_the_key_is_for_its_owner(
    project: str, run, tmp_path: Path
) -> None:
    """Hashes and years in an order that says nothing; the key is made once, readable by one."""
    assert 0 == run("served", project, _panel(tmp_path, "1,1-6-1960,Anna Bos"), "--year",
                    "2020").code
    key, text = (tmp_path / name for name in ("served.key", "served.csv"))
    assert 0o600 == stat.S_IMODE(key.stat().st_mode)
    before = key.read_bytes()
    done = run("served", project, str(tmp_path / "people.csv"), "--year", "2021", "--json")
    assert before == key.read_bytes()
    told = ("added", "there", "people", "blank")
    assert (4, 0, 4, [6]) == tuple(done.json[name] for name in told)
    assert 4 == run("served", project, str(tmp_path / "people.csv"), "--year", "2021",
                    "--json").json["there"]
    rows = _rows(text)
    assert ["2020", "2021", "2021", "2021", "2021"] == [row["year"] for row in rows]
    assert sorted(rows, key=lambda row: (row["year"], row["hash"])) == rows
    assert "Bos" not in text.read_text("utf-8")


def test_from_a_draw_to_the_next_one(project: str, run, tmp_path: Path) -> None:
    """A folder is put into the register; its people are not drawn again, and the record counts."""
    made, again = tmp_path / "made", tmp_path / "again"
    (tmp_path / "served.csv").write_text("hash,year,key\n" + f"{'0' * 64},1999,{key_name(KEY)}\n",
                                         "utf-8")
    (tmp_path / "served.key").write_text(KEY.hex(), "utf-8")
    assert 0 == run("draw", project, "--out", str(made), "--tickets", "5", "--seed", "x").code
    first = {row["id"] for row in _rows(made / "panel.csv")}
    assert 0 == run("served", project, str(made)).code
    assert 0 == run("draw", project, "--out", str(again), "--tickets", "5", "--seed", "x").code
    second = {row["id"] for row in _rows(again / "panel.csv")}
    assert not first & second
    record = (again / "record.json").read_text("utf-8")
    assert 2 == len(json.loads(record)["source"]["rows_out"])
    assert "Bos" not in record
    assert 0 == run("verify", str(again)).code


def test_what_is_wrong_with_the_register_is_told_at_once(project: str, tmp_path: Path) -> None:
    """Rows that are no hash, no year, or of another key; nobody passes unseen."""
    with pytest.raises(InputError) as error:
        read_project(project).prepare()
    assert ["served-key-missing"] == [issue.code for issue in error.value.issues]
    (tmp_path / "served.key").write_text("abc", "utf-8")
    with pytest.raises(InputError) as error:
        read_project(project).prepare()
    assert ["served-key-form"] == [issue.code for issue in error.value.issues]
    (tmp_path / "served.key").write_text(KEY.hex() + "\n", "utf-8")
    own = key_name(KEY)
    (tmp_path / "served.csv").write_text(
        f"hash,year,key\nAnna,2020,{own}\n{'a' * 64},20,{own}\n{'b' * 64},2020,{'c' * 16}\n",
        "utf-8")
    with pytest.raises(InputError) as error:
        read_project(project).prepare()
    assert [("served-hash", 2), ("served-year", 3), ("served-key-other", 4)] == [
        (issue.code, issue.row) for issue in error.value.issues]


def test_the_command_refuses_before_it_writes(project: str, run, tmp_path: Path) -> None:
    """A lost key, no [served], no year, a column that is not there, or --dry-run."""
    old = _panel(tmp_path, "1,1-6-1960,Anna Bos")
    tried = run("served", project, old, "--dry-run")
    assert 0 == tried.code
    assert all(name in tried.out for name in ("served.key", "served.csv"))
    plan = run("served", project, old, "--dry-run", "--json").json["dry_run"]
    assert ["served.key", "served.csv"] == [Path(name).name for name in plan["write"]]
    bad = tmp_path / "bad.csv"
    bad.write_text("id,naam\n1,Anna Bos\n", "utf-8")
    assert 3 == run("served", project, str(bad)).code
    Path(project).write_text(PROJECT.replace("years = 4\nyear = 2026\n", ""), "utf-8")
    assert 2 == run("served", project, old).code
    Path(project).write_text(PROJECT.replace("year = 2026\n", ""), "utf-8")
    assert "project-served-year" in {
        issue["code"] for issue in run("served", project, old, "--json").json["issues"]}
    Path(project).write_text(PROJECT.partition("[served]")[0] + "[[quota]]\nof = 'side'\n"
                             "spread = 'even'\n", "utf-8")
    assert 3 == run("served", project, old).code
    (tmp_path / "served.csv").write_text("hash,year,key\n", "utf-8")
    Path(project).write_text(PROJECT, "utf-8")
    assert 3 == run("served", project, old).code
    assert not (tmp_path / "served.key").exists()


def test_a_register_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With all years of a person."""
    made = Register({}, key_name(KEY)).with_panel(["a" * 64, "b" * 64], 2020)
    made = made.with_panel(["a" * 64], 2024)
    (tmp_path / "served.csv").write_text(made.csv, "utf-8")
    assert made == read_register(str(tmp_path / "served.csv"), KEY)
    assert (2020, 2024) == made.years["a" * 64]


MEMBERS = """id,naam,side,sinds
M1,Een,l,1
M2,Twee,r,2
3,Drie,r,3
"""
ROUNDS = """
pool = "people.csv"
size = 4

[cohorts]
members = "members.csv"
round = 4
rounds = 3
since = "sinds"

[columns.lid]
from = "id"
listed = "members.csv"
words = ["lid", "nieuw"]

[[quota]]
of = "side"
shares = { l = "1/2", r = "1/2" }
"""


def test_a_part_of_the_panel_is_renewed_each_round(project: str, run, tmp_path: Path) -> None:
    """One leaves, two stay and count for the quotas, two on the left are drawn, none a member."""
    (tmp_path / "members.csv").write_text(MEMBERS, "utf-8")
    Path(project).write_text(ROUNDS, "utf-8")
    ready = read_project(project).prepare()
    assert ("1", "2", "4", "5") == ready.pool.ids
    assert (2, 2) == ready.quotas.size
    assert {"side: l": (2, 2), "side: r": (0, 0)} == {
        quota.name: (quota.lower, quota.upper) for quota in ready.quotas.quotas}
    made, after = tmp_path / "made", tmp_path / "members-5.csv"
    assert 0 == run("draw", project, "--out", str(made), "--tickets", "6", "--lang", "nl").code
    assert 0 == run("verify", str(made)).code
    done = run("members", project, str(made), "--out", str(after), "--json")
    assert (2, 2, 1) == tuple(done.json[name] for name in ("stay", "new", "leave"))
    rows = [line.split(",") for line in after.read_text("utf-8").splitlines()]
    assert ["id", "naam", "side", "sinds"] == rows[0]
    assert [["M2", "2"], ["3", "3"]] == [[row[0], row[3]] for row in rows[1:3]]
    assert {"4"} == {row[3] for row in rows[3:]}
    assert {"l"} == {row[2] for row in rows[3:]}
    assert 3 == run("members", project, str(made), "--out", str(after)).code


def test_who_stays_and_who_leaves() -> None:
    """Three rounds: drawn in 1, a member in 1, 2 and 3."""
    table = Table(("id", "since"), (("a", "1"), ("b", "2"), ("c", "3")), (2, 3, 4))
    stay, leave = Cohorts("", 4, 3).split(table)
    assert [["b", "c"], ["a"]] == [list(one.column("id")) for one in (stay, leave)]
    panel = Table(("name", "id"), (("x", "d"),), (2,))
    assert (("b", "2"), ("c", "3"), ("d", "4")) == next_members(stay, panel, "since", 4).rows


@pytest.mark.parametrize(("edit", "members", "codes"), [
    (("", ""), MEMBERS.replace("r,3", "r,4"), ["cohort-round"]),
    (("", ""), MEMBERS.replace("sinds", "since"), ["column-missing"]),
    (("", ""), MEMBERS.replace("side", "kant"), ["column-missing"]),
    (("size = 4", "size = 2"), MEMBERS, ["cohort-full"]),
])
def test_what_is_wrong_with_the_members_is_told(
    project: str, tmp_path: Path, edit, members: str, codes: list[str]
) -> None:
    """A round still to come, a column that is not there, nothing to draw."""
    (tmp_path / "members.csv").write_text(members, "utf-8")
    Path(project).write_text(ROUNDS.replace(*edit), "utf-8")
    with pytest.raises(InputError) as error:
        read_project(project).prepare()
    assert codes == [issue.code for issue in error.value.issues]


def test_at_least_so_many_members_stay_on(project: str, tmp_path: Path) -> None:
    """A quota on a column that a list of members makes: keep one, renew at least one."""
    (tmp_path / "members.csv").write_text(MEMBERS, "utf-8")
    text = ROUNDS.partition("[cohorts]")[0] + "[columns" + ROUNDS.partition("[columns")[2] + """
[[quota]]
of = "lid"
seats = { lid = "at least 1", nieuw = "at least 2" }
"""
    Path(project).write_text(text, "utf-8")
    ready = read_project(project).prepare()
    bounds = {quota.name: (quota.lower, quota.upper) for quota in ready.quotas.quotas}
    assert ((1, 4), (2, 4)) == (bounds["lid: lid"], bounds["lid: nieuw"])
    assert ["nieuw", "nieuw", "lid", "nieuw", "nieuw"] == list(ready.prepared.table.column("lid"))
