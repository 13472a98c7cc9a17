"""What goes into the public folder: numbers in place of people, no small cells, and what checks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Outcome
from hypothesis import given
from hypothesis import strategies as st
from oracle import SmallPool
from pools import HOME, write
from small import RULES, names_in, rows_of, snapshot
from test_page import Seen

from sortition.checking import verify_folder
from sortition.lots.commitment import sealed
from sortition.lots.names import DRAW_FILES, LOTTERY_FILES, SHEETS
from sortition.lots.small_cells import few_alike, hidden, recognisable
from sortition.lots.source import held_in

Run = Callable[..., Outcome]

# Forty people, ten of each kind, nobody at home with anybody: no small cells.
LARGE = SmallPool(
    tuple({"id": f"p{at:02d}", "naam": f"Kanarie{at}", "side": "lr"[at % 2],
           "age": "yo"[at // 2 % 2]} for at in range(40)),
    (("side", "l", 2, 2), ("side", "r", 2, 2), ("age", "y", 1, 3), ("age", "o", 1, 3)),
    4,
)


def lottery(run: Run, pool: SmallPool, folder: Path, *words: object) -> Path:
    """Return the folder of a lottery from such a pool, with one ticket drawn."""
    people, quotas = write(pool, folder)
    made = folder / "made"
    done = run("lottery", people, quotas, "--size", pool.size, "--out", made, "--tickets", 20,
               *words)
    assert 0 == done.code, done.err
    assert 0 == run("draw", made, "--ticket", 7, "--reserve-list", 5).code
    return made


def test_the_public_folder_can_be_checked(run: Run, tmp_path: Path) -> None:
    """Where nobody stands out everything but names is there, and the check holds to the end."""
    made, public = lottery(run, LARGE, tmp_path), tmp_path / "public"
    done = run("publish", made, "--out", public, "--json")
    assert 0 == done.code, done.err
    assert (0, True, "") == (done.json["recognisable"], done.json["checkable"], done.err)
    assert names_in(public) == done.json["files"] == [
        "chances.csv", "groups.csv", "lottery.csv", "panel.csv", "prove.py", "record.json",
        "remaining.csv", "report.html", "reserves.csv", "verify.html", "verify.py",
    ]
    assert verify_folder(public, done.json["commitment"]).ok
    assert ["id"] == rows_of(public / "panel.csv")[0]
    assert ["rank", "id"] == rows_of(public / "reserves.csv")[0]
    ranked = [row[1] for row in rows_of(made / "reserves.csv")]
    assert ranked == [row[1] for row in rows_of(public / "reserves.csv")]
    assert not any(b"Kanarie" in path.read_bytes() for path in public.iterdir())


def test_where_people_could_be_recognised_groups_stay_behind(run: Run, files: Path) -> None:
    """Eight people: all are few. Without the file the check says so; a checker gets it."""
    run("lottery", *RULES, "--out", "made", "--tickets", 12)
    done = run("publish", "made", "--out", "public")
    assert 0 == done.code
    assert "groups.csv was left out" in done.err
    assert "(people: 8)" in done.err
    assert "groups.csv" not in names_in("public")
    assert "panel.csv" not in names_in("public")  # nobody was drawn yet
    assert not verify_folder(files / "public").ok
    checked = run("verify", "public")
    assert (5, True) == (checked.code, "--with-groups" in checked.out)  # not that it is wrong
    assert 3 == run("publish", "made", "--out", "public").code
    done = run("publish", "made", "--out", "public", "--force", "--with-groups")
    assert "could be recognised" in done.err
    assert verify_folder(files / "public").ok
    run("publish", "made", "--out", "public", "--force")
    assert "groups.csv" not in names_in("public")  # what may not be there any more goes


def test_what_is_not_sound_or_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    """A changed file, the lottery's own folder, no lottery; a rehearsal and row numbers are said.
    """
    made = lottery(run, LARGE, tmp_path)
    before = snapshot(tmp_path)
    assert 3 == run("publish", made, "--out", made, "--force").code
    assert 2 == run("publish", made).code
    assert 2 == run("publish", made, "--out", tmp_path / "no", "--smallest", 1).code
    assert 3 == run("publish", tmp_path, "--out", tmp_path / "no").code
    assert 0 == run("publish", made, "--out", tmp_path / "no", "--dry-run").code
    assert before == snapshot(tmp_path)
    (made / "remaining.csv").unlink()
    assert 5 == run("publish", made, "--out", tmp_path / "no").code
    assert not (tmp_path / "no").exists()

    (tmp_path / "bare.csv").write_text("side\n" + "l\nr\n" * 20, encoding="utf-8")
    (tmp_path / "q.csv").write_text("feature,value,min,max\nside,l,1,1\nside,r,1,1\n", "utf-8")
    run("draw", tmp_path / "bare.csv", tmp_path / "q.csv", "--size", 2, "--out", tmp_path / "tried",
        "--tickets", 10)
    said = run("publish", tmp_path / "tried", "--out", tmp_path / "public").err
    assert "rehearsal" in said
    assert "row numbers of your list" in said


def test_purge_keeps_what_was_published(run: Run, tmp_path: Path) -> None:
    """The public folder of a purged lottery is the public folder it had."""
    made = lottery(run, LARGE, tmp_path)
    run("publish", made, "--out", tmp_path / "one")
    run("purge", made, "--yes")
    assert not {"reserves.csv", "reserves.xlsx", "panel.xlsx"} & {p.name for p in made.iterdir()}
    run("publish", made, "--out", tmp_path / "two")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two")


def test_the_table_of_the_page_is_what_the_commands_do(run: Run, tmp_path: Path) -> None:
    """Every file that is written stands in docs/publishing.md; what the public gets is published.
    """
    page = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
    table = page.split("## Which file may go where")[1].split("\n##")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]]
            for line in table.splitlines() if line.startswith("| ") and "`" in line.split("|")[1]]
    public: dict[str, set[str]] = {}
    for row in rows:
        for name in re.findall(r"`([\w.-]+\.\w+)`", row[0]):
            public.setdefault(name, set()).add(row[1].split(",")[0].split(" ")[0])
    written = {*LOTTERY_FILES, *DRAW_FILES, *SHEETS}
    assert set() == {name for name in written if "-excel" not in name} - public.keys()
    made = lottery(run, LARGE, tmp_path)
    run("publish", made, "--out", tmp_path / "public")
    published = {path.name for path in (tmp_path / "public").iterdir()}
    there = {path.name for path in made.iterdir()}  # of an exact lottery there is one more
    assert published == {name for name in there & public.keys() if public[name] - {"no"}}


def test_those_who_live_together_are_few() -> None:
    """Two of a home among many alike, and one who is like nobody; by hand."""
    rows = [[f"p{at}", "1" if at < 2 else "", "1", "0"] for at in range(9)]
    rows.append(["p9", "", "0", "1"])

    assert 3 == recognisable(rows, 2)
    assert 9 + 1 == recognisable(rows, 2, smallest=10)
    assert 1 == few_alike([(f"p{at}", "1" if at < 5 else "2") for at in range(6)])


@given(st.lists(st.integers(0, 12), min_size=1, max_size=7), st.integers(0, 12),
       st.lists(st.integers(0, 6), min_size=0, max_size=3))
def test_no_small_number_follows_from_those_shown(
    sizes: list[int], unnamed: int, unions: list[int]
) -> None:
    """In a feature whose groups do not overlap, with unions of two of them as well.

    Whoever subtracts the shown from the total, or from a union, is left with nobody or with five;
    so at least two unknown numbers stand behind every number that is not shown.
    """
    start, groups = 0, {}
    for at, size in enumerate(sizes):
        groups[f"town: {at}"] = frozenset(range(start, start + size))
        start += size
    people = start + unnamed
    singles = dict(groups)
    for at in unions:
        if at + 1 < len(sizes):
            groups[f"town: {at} | {at + 1}"] = singles[f"town: {at}"] | singles[f"town: {at + 1}"]
    gone = hidden(groups, people)

    shown = {name: len(inside) for name, inside in groups.items() if name not in gone}
    assert not any(0 < count < 5 for count in shown.values())
    named = sum(count for name, count in shown.items() if name in singles)
    assert not named or not 0 < people - named < 5
    for name in set(shown) - set(singles):
        first, second = (f"town: {part}" for part in name.removeprefix("town: ").split(" | "))
        if first in shown and second not in shown:
            assert not 0 < shown[name] - shown[first] < 5
        if second in shown and first not in shown:
            assert not 0 < shown[name] - shown[second] < 5
    assert set(gone) <= {name for name, inside in groups.items() if inside}


def test_crossed_groups_are_subtracted_from_their_parts() -> None:
    """Young women are three: neither they nor the older women are shown, of forty women."""
    women, young = frozenset(range(40)), frozenset([*range(37, 60)])
    groups = {"sex: v": women, "sex: m": frozenset(range(40, 80)), "age: young": young,
              "sex: v × age: young": women & young, "sex: v × age: old": women - young,
              "sex: m × age: young": young - women}
    assert {"sex: v × age: young", "sex: v × age: old", "sex: m × age: young"} == hidden(groups, 80)


def test_the_household_rule_is_on_the_page_as_before(run: Run, tmp_path: Path) -> None:
    """Homes make groups.csv stay behind, whatever else is in it."""
    people = tuple(person | {"street": f"Kade {at // 2}" if at < 2 else "", "postcode": "1"}
                   for at, person in enumerate(LARGE.people))
    pool = SmallPool(people, LARGE.rules, 4, HOME)
    made = lottery(run, pool, tmp_path, "--household", "street,postcode")
    done = run("publish", made, "--out", tmp_path / "public", "--json")
    assert (2, False) == (done.json["recognisable"], done.json["checkable"])
    assert "groups.csv" not in json.dumps(done.json["files"])


def test_the_sum_of_chances_does_not_tell_how_many_are_in_a_small_group(
    run: Run, tmp_path: Path
) -> None:
    """Three with a tenth each would be 0.3 seats on average: hidden as their number is."""
    people = tuple(person | {"age": "xyo"[min(at // 3, 1 + at % 2)]}
                   for at, person in enumerate(LARGE.people))
    rules = (("side", "l", 2, 2), ("side", "r", 2, 2), ("age", "x", 0, 4), ("age", "y", 0, 4),
             ("age", "o", 0, 4))
    made = lottery(run, SmallPool(people, rules, 4), tmp_path)
    text = Seen((made / "report.html").read_bytes()).text
    assert "age: x · · · ·" in text
    assert "side: l 10 % 10 % 10 % 2" in text


def test_the_page_after_a_replacement_does_not_tell_of_whoever_left(
    run: Run, tmp_path: Path
) -> None:
    """One person less in a group than on the page before is that person."""
    made, second = lottery(run, LARGE, tmp_path), tmp_path / "second"
    rows = (made / "panel.csv").read_text(encoding="utf-8").splitlines()
    said = ["status", "withdrawn", *["confirmed"] * (len(rows) - 2)]
    status = tmp_path / "status.csv"
    status.write_text("\n".join(map(",".join, zip(rows, said, strict=True))), encoding="utf-8")
    assert 0 == run("replace", made, "--status", status, "--out", second).code
    assert 0 == run("publish", second, "--out", tmp_path / "public").code
    before, after = (Seen((folder / "report.html").read_bytes()).text
                     for folder in (made, tmp_path / "public"))
    assert "would reveal the groups of those who left" in after
    assert "would tell" not in before
    for side in "lr":
        assert f"{side} 20 50 %" in before
        assert f"{side} ·" in after
        assert f"side: {side} · · · 2" in after


def test_a_list_on_another_drive_is_found_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No path leads from one drive of Windows to another: the record has the whole path then."""
    def no_way(path: str, start: str) -> str:
        raise ValueError(f"{path} and {start} are on different drives")

    monkeypatch.setattr("os.path.relpath", no_way)
    made = lottery(run, LARGE, tmp_path)
    assert verify_folder(made).ok
    source = json.loads((made / "record.json").read_bytes())["source"]
    assert (tmp_path / "people.csv").as_posix() == source["file"]


# Forty-eight people with roles, some with two, some with none; ids that occur nowhere by chance.
ROLES = "id,rol,side,straat\n" + "".join(
    f"Kanarie{at:02d},{('zorg', 'mantel', 'mantel; zorg', '')[at % 4]},{'lr'[at // 4 % 2]},"
    f"{'Kade 1' if at < 2 else ''}\n" for at in range(48)
)
ROLE_QUOTA = """
[[{key}]]
of = "rol"
separator = ";"
unknown = "outside"
one_seat_each = true
shares = {{ zorg = "1/2", mantel = "1/2" }}
tolerance = 1
"""
ONE_PANEL = 'pool = "people.csv"\nsize = 8\n' + ROLE_QUOTA.format(key="quota")
THEMES = """
pool = "people.csv"
[[quota]]
of = "side"
shares = { l = "1/2", r = "1/2" }
[[theme]]
name = "large"
size = 8
[[theme]]
name = "small"
size = 4
within = "large"
[[theme]]
name = "other"
size = 4
"""
HOUSEHOLD = 'household = ["straat"]\n'
WITH_ROLES = {
    "roles": ONE_PANEL,
    "exact": ONE_PANEL,
    "themes": THEMES.replace("size = 8\n", "size = 8\n" + ROLE_QUOTA.format(
        key="theme.quota")),
    "within": THEMES.replace('within = "large"\n', 'within = "large"\n' + ROLE_QUOTA.format(
        key="theme.quota")),
}


def with_roles(run: Run, folder: Path, project: str, *, homes: bool) -> Path:
    """Return the folder of a lottery with roles, drawn; with homes people can be recognised."""
    folder.mkdir()
    (folder / "people.csv").write_text(ROLES, encoding="utf-8")
    (folder / "project.toml").write_text((HOUSEHOLD if homes else "") + project, encoding="utf-8")
    return folder / "made"


@pytest.mark.parametrize("homes", [True, False])
@pytest.mark.parametrize("kind", ["roles", "exact", "themes", "within"])
def test_no_public_file_says_more_of_an_id_than_the_groups_do(
    run: Run, tmp_path: Path, kind: str, homes: bool
) -> None:
    """The record, the page and the checkers name nobody; the tables have ids and numbers."""
    made = with_roles(run, tmp_path / "p", WITH_ROLES[kind], homes=homes)
    project, public = made.parent / "project.toml", made.parent / "public"
    how = ("--exact",) if kind == "exact" else ("--tickets", 20)
    done = run("lottery", project, "--out", made, *how)
    assert 0 == done.code, done.err
    drawn = run("draw", made, *(("--seed", "x") if kind == "exact" else ("--ticket", 7)))
    assert 0 == drawn.code, drawn.err
    done = run("publish", made, "--out", public, "--json")
    assert 0 == done.code, done.err
    assert (2 if homes else 0, not homes) == (done.json["recognisable"], done.json["checkable"])
    assert ("groups.csv" in names_in(public)) == (not homes)
    numbers = {"lottery.csv", "chances.csv", "panel.csv", "remaining.csv", "groups.csv"}
    for path in public.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "mantel; zorg" not in text, path
        if path.name not in numbers:
            assert "Kanarie" not in text, path
    assert ["id", "chance", "tickets"] == rows_of(public / "chances.csv")[0]
    assert all(1 == len(row) for name in ("panel.csv", "remaining.csv")
               for row in rows_of(public / name))
    run("publish", made, "--out", public, "--force", "--with-groups")
    assert verify_folder(public).ok


@pytest.mark.parametrize("kind", ["roles", "exact", "themes", "within"])
def test_a_record_that_says_who_holds_which_role_still_draws(
    run: Run, tmp_path: Path, kind: str
) -> None:
    """As earlier versions made it: the same seats of the same roles, and it is not published."""
    made = with_roles(run, tmp_path / "p", WITH_ROLES[kind], homes=True)
    how = ("--exact",) if kind == "exact" else ("--tickets", 20)
    run("lottery", made.parent / "project.toml", "--out", made, *how, "--json")
    record = json.loads((made / "record.json").read_bytes())
    groups = (made / "groups.csv").read_bytes()
    ids = [row[0] for row in rows_of(made / "groups.csv")[1:]]
    scopes = [(None, (), record["source"])] + [
        (theme["name"], ("large", "small") if theme["name"] == "large" else (theme["name"],), theme)
        for theme in record["source"].get("themes", ())]
    for theme, inner, part in scopes:
        seat_of = {own: own for own in ids} if theme is None else {
            own.partition(": ")[2]: own for own in ids if own.partition(": ")[0] in inner}
        for entry in part.get("roles", ()):
            entry["held"] = held_in(entry, groups, seat_of)
            roles = {row[0]: row[1] for row in rows_of(made.parent / "people.csv")[1:]}
            assert all(entry["held"][own] == tuple(
                at for at, name in enumerate(entry["names"]) if name and name in roles[own]
            ) or (roles[own] == "" and entry["held"][own] == (2,)) for own in seat_of)
            del entry["groups"]
    ticket = ("--ticket", 7) if kind != "exact" else ("--seed", "x")
    old = made.parent / "old"
    old.mkdir()
    for path in made.iterdir():
        (old / path.name).write_bytes(path.read_bytes())
    (old / "record.json").write_bytes(sealed(record))
    for folder in (made, old):
        assert 0 == run("draw", folder, *ticket).code
        assert verify_folder(folder).ok
    if kind != "exact":  # a text is hashed with the record
        for path in made.glob("panel*.csv"):
            assert path.read_bytes() == (old / path.name).read_bytes()
    assert any("(seat)" in path.read_text(encoding="utf-8") for path in old.glob("panel*.csv"))
    done = run("publish", old, "--out", old.parent / "public")
    assert "record.json was left out" in done.err
    assert not {"record.json", "groups.csv"} & {*names_in(old.parent / "public")}
    run("publish", old, "--out", old.parent / "public", "--with-groups", "--force")
    assert verify_folder(old.parent / "public").ok


def test_the_seats_of_one_person_are_one_person() -> None:
    """Six with two seats each, who share a number with themselves alone; by hand."""
    rows = [[f"{theme}: p{at}", str(at + 1), "1"] for at in range(6) for theme in "ab"]

    assert 0 == recognisable(rows, 2, seats=True)
    assert 6 == recognisable(rows, 2, 7, seats=True)
    mates = [*rows, ["a: q", "1", "1"]]  # lives with the first, and is alone in having one seat
    assert 2 == recognisable(mates, 2, seats=True)
    odd = [*rows[:-1], ["b: p5", "6", "0"]]  # the first five are alike on both panels
    assert 1 == recognisable(odd, 2, seats=True)
    held = [(row[0], "3" if row[0] == "b: p5" else "2") for row in rows]
    assert 1 == few_alike(held, seats=True)


def test_groups_of_a_panel_are_subtracted_by_feature() -> None:
    """Three on this panel have no role: that its towns are complete does not hide them."""
    people = range(48)
    groups = {"work": frozenset(people), "work: rol: a": frozenset(range(40)),
              "work: rol: b": frozenset(range(40, 45)),
              "work: town: x": frozenset(range(24)), "work: town: y": frozenset(range(24, 48))}

    assert {"work: rol: b", "work: rol: a"} >= hidden(groups, 48, themes=["work"]) > set()


def test_page_and_record_together_point_to_people(run: Run, tmp_path: Path) -> None:
    """Six whom no panel can hold, in a group whose chance is 0 %: said unless groups are public."""
    people = tuple(person | {"age": "x" if at < 6 else person["age"],
                             "street": "Kade" if at > 37 else "", "postcode": "1"}
                   for at, person in enumerate(LARGE.people))
    rules = (*LARGE.rules, ("age", "x", 0, 0))
    made = lottery(run, SmallPool(people, rules, 4, HOME), tmp_path,
                   "--household", "street,postcode")
    done = run("publish", made, "--out", tmp_path / "public", "--json")
    assert 6 == done.json["barred"]
    assert "(people: 6)" in done.err
    dutch = run("publish", made, "--out", tmp_path / "nl", "--lang", "nl").err
    assert "(aantal mensen: 6)" in dutch
    done = run("publish", made, "--out", tmp_path / "all", "--with-groups", "--json")
    assert 0 == done.json["barred"]
    (tmp_path / "far").mkdir()
    made = lottery(run, LARGE, tmp_path / "far")
    assert 0 == run("publish", made, "--out", tmp_path / "none", "--json").json["barred"]
