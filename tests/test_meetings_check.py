"""`sortition meetings --check`: a folder that was written, counted again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sortition.checking import Verification
from sortition.process.meetings.check import alike, tally
from sortition.process.meetings.files import meeting_files
from sortition.process.meetings.programme import by_lot
from sortition.process.meetings.recheck import recheck, written_files
from sortition.process.meetings.record import RECORD, TOLD, record_of
from sortition.process.meetings.rules import Reading, read_programme
from sortition.process.meetings.seated import Goal, Seating
from sortition.rules.project_file import read_toml
from sortition.verify import canonical, commitment

PROJECT = """lang = "nl"
[meetings]
people = "people.csv"
available = "kan"
wishes = "wens"
expertise = "kennis"
organisation = "club"
per_organisation = 2
mix = ["geslacht"]
together = [["p03", "p07"]]
apart = [["p01", "p02"]]
seed = "1 maart"
[[meeting]]
name = "Bos"
time = "ma"
capacity = [5, 12]
guests = ["wethouder"]
[[meeting]]
name = "Zee"
time = "di"
capacity = [5, 12]
[[meeting]]
name = "Weg"
capacity = [5, 12]
"""
Found = Callable[..., Verification]


def people() -> str:
    dice = random.Random("list")  # noqa: S311 - no draw
    lines = ["id;geslacht;kan;wens;kennis;club"]
    for at in range(1, 25):
        when = dice.choice(["ma", "di", "ma; di", "", ""])
        wish = dice.choice(["Bos;Weg", "Zee"]) if at % 4 == 0 else "Weg"
        who = dice.choice(["k", ""]) if at < 8 else ""
        law = "recht" if at in (3, 9, 12, 15) else ""
        lines.append(f'p{at:02d};{dice.choice("vm")};"{when}";"{wish}";{law};{who}')
    return "\n".join(lines) + "\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any) -> Path:
    """The folder of a seating of 24 people at three meetings, in the folder of its list."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(people(), encoding="utf-8")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "made").code
    return tmp_path / "made"


def read(stated: Mapping[str, Any]) -> Reading:
    tables = read_toml("project.toml")[0]
    return read_programme({**tables["meetings"], **stated}, tables["meeting"], file="project.toml")


def check(files: Mapping[str, bytes], **given: Any) -> Verification:
    stated = read_toml("project.toml")[0]["meetings"]
    return recheck(files, read, rules="project.toml", stated=stated, **given)


def resealed(files: Mapping[str, bytes], **changes: Any) -> dict[str, bytes]:
    """Return files of which the digests and the seal fit again, as a forger would make them."""
    record = json.loads(files[RECORD]) | changes
    others = {name: data for name, data in files.items() if name != RECORD}
    record["sha256"] = {name: hashlib.sha256(data).hexdigest() for name, data in others.items()}
    return {**others, RECORD: canonical(record | {"seal": commitment(record, "seal")})}


def reseated(files: Mapping[str, bytes], seats: Mapping[str, tuple[int | None, ...]],
             **goals: int) -> dict[str, bytes]:
    """Return all files as if somebody had seated these people so, every count put right."""
    reading, record = read({}), json.loads(files[RECORD])
    programme = reading.programme
    counted = tally(programme, seats)
    values = {"out": len(counted.out), "lacking": counted.lacking, "unwished": counted.unwished,
              "ranks": counted.ranks, "mix": counted.mix, "again": counted.again} | goals
    lot = by_lot(programme.seed, (own.id for own in programme.people))
    forged = Seating(programme, dict(sorted(seats.items())), lot, counted,
                     {name: Goal(value, 0, "none") for name, value in values.items()})
    others = meeting_files(forged, reading, record["lang"], record["csv"])
    told = {name: record[name] for name in TOLD}
    return {**others, RECORD: record_of(forged, others, told)}


def seats_in(files: Mapping[str, bytes]) -> dict[str, tuple[int | None, ...]]:
    names = {"Bos": 0, "Zee": 1, "Weg": 2, "": None}
    rows = csv.DictReader(io.StringIO(files["seating.csv"].decode()))
    return {row["id"]: (names[row["meeting"]],) for row in rows}


def failed(found: Verification) -> str:
    assert not found.ok
    return found.steps[-1].code.removeprefix("verify-bad-meetings-")


# -- what was written is found to be so ------------------------------------------------------------


def test_a_folder_is_checked_step_by_step(made: Path, run: Any) -> None:
    """In Dutch, since the file says so; as JSON; with the published seal, and with another one."""
    done = run("meetings", "project.toml", "--check", "made")
    assert (0, "") == (done.code, done.err)
    assert [f"{at}." for at in range(1, 11)] == [
        line.split(" ")[0] for line in done.out.splitlines()[:-1]]
    assert "Alles klopt." == done.out.splitlines()[-1]
    seal = json.loads((made / RECORD).read_bytes())["seal"]
    told = run("meetings", "project.toml", "--check", "made", "--commitment", seal, "--json").json
    assert told["ok"]
    assert 10 == len(told["steps"])
    other = run("meetings", "project.toml", "--check", "made", "--commitment", "ab" * 32)
    assert (5, True) == (other.code, seal in other.err)
    assert 3 == run("verify", "made").code
    assert 3 == run("meetings", "project.toml", "--check", ".").code
    assert 2 == run("meetings", "project.toml", "--check", "made", "--out", "b").code


def test_the_lot_in_the_files_follows_from_the_seed(made: Path) -> None:
    """Counted here by the formula of the documentation alone; some said the same."""
    rows = list(csv.DictReader(io.StringIO((made / "seating.csv").read_text(encoding="utf-8"))))
    text = b"1 maart"
    order = sorted(rows, key=lambda row: hashlib.sha256(
        b"sortition/1/meeting\0" + text + b"\0" + row["id"].encode()).hexdigest())

    assert [str(at) for at in range(1, 25)] == [row["lot"] for row in order]
    assert [row["lot"] for row in rows] != [row["lot"] for row in order]
    assert len(alike(read({}).programme, [row["id"] for row in order])) > 1


def test_options_are_on_record(made: Path, run: Any) -> None:
    """Rounds of tables without a project file; what is given anew wins, and is found to differ."""
    args = ("--tables", "4", "--rounds", "2", "--capacity", "6-7", "--mix", "geslacht")
    seed = ("--seed", "x", "--csv", "nl")
    assert 0 == run("meetings", "people.csv", *args, *seed, "--out", "t").code
    done = run("meetings", "people.csv", "--check", "t", "--lang", "en")
    assert 0 == done.code
    assert "--capacity 6-7 --mix geslacht --rounds 2 --tables 4" in done.out
    assert "“x”: compare it" in done.out
    done = run("meetings", "people.csv", "--check", "t", "--seed", " x ", "--lang", "en")
    assert "Everything checks out." in done.out
    assert 5 == run("meetings", "people.csv", "--check", "t", "--seed", "y").code
    assert 5 == run("meetings", "people.csv", "--check", "t", "--tables", "5").code


def test_what_was_made_up_or_left_out_is_said(made: Path, run: Any) -> None:
    """No seed; and as far as possible, which is on record."""
    assert 0 == run("meetings", "people.csv", "--tables", "2", "--capacity", "5", "--out", "t",
                    "--as-far-as-possible").code
    done = run("meetings", "people.csv", "--check", "t", "--lang", "en")
    assert (0, True) == (done.code, "made up" in done.out)
    assert "not filled 14" in done.out
    forged = resealed(written_files("t"), as_far_as_possible=False)
    (made.parent / "t" / RECORD).write_bytes(forged[RECORD])
    assert 5 == run("meetings", "people.csv", "--check", "t").code


def test_options_that_are_not_what_the_file_says_are_named(made: Path, run: Any) -> None:
    """A seed and rules by options: left to people, with both, and never "everything checks out"."""
    assert 0 == run("meetings", "project.toml", "--seed", "ground 17", "--per-organisation", "9",
                    "--rounds", "1", "--out", "t").code
    for more in ((), ("--seed", "ground 17")):
        done = run("meetings", "project.toml", "--check", "t", "--lang", "en", *more)
        assert 0 == done.code
        third, fourth = done.out.splitlines()[2:4]
        assert third.startswith("3. – ")
        assert "--per-organisation 9 --rounds 1; find out why" in third
        assert fourth.startswith("4. – ")
        assert "--seed (“ground 17”), but the project file says seed = \"1 maart\"" in fourth
        assert "Everything checks out." not in done.out
    told = check(written_files("t"), seed="ground 17")
    assert "verify-meetings-seed-other" == told.steps[3].code
    assert 5 == run("meetings", "project.toml", "--check", "t", "--seed", "1 maart").code
    assert 0 == run("meetings", "project.toml", "--seed", "1 maart ", "--per-organisation", "2",
                    "--out", "same").code
    assert "Alles klopt." in run("meetings", "project.toml", "--check", "same").out
    # A record that says the seed is that of the file is held against the file, not the option.
    forged = resealed(written_files("t"), seed_from={"kind": "rules"})
    assert "seed-rules" == failed(check(forged, seed="ground 17"))


def test_checking_takes_no_options_that_it_would_ignore(made: Path, run: Any) -> None:
    """All at once; and the list alone is no answer where there was a project file."""
    done = run("meetings", "project.toml", "--check", "made", "--csv", "nl", "--time-limit", "3",
               "--as-far-as-possible", "--lang", "en")
    assert (2, True) == (done.code, "--csv, --time-limit, --as-far-as-possible" in done.err)
    done = run("meetings", "people.csv", "--check", "made", "--lang", "en")
    assert (5, True) == (done.code, "with the project file project.toml: give that" in done.err)
    assert 2 == run("meetings", "project.toml", "--out", "n", "--time-limit", "nan").code
    assert not Path("n").exists()


def test_goals_and_rules_are_told_in_words(made: Path, run: Any) -> None:
    """In Dutch too: not by their keys."""
    project = Path("project.toml")
    wished = project.read_text(encoding="utf-8").replace("[5, 12]", "[5, 9]", 2)
    project.write_text(wished, encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "t", "--as-far-as-possible").code
    done = run("meetings", "project.toml", "--check", "t", "--lang", "nl")
    believed = [name for name, goal in json.loads((Path("t") / RECORD).read_bytes())[
        "goals"].items() if goal["bound"]]
    assert "unwished" in believed
    assert (0, True) == (done.code, "plaatsen zonder vervulde wens" in done.out)
    assert "unwished" not in done.out
    done = run("meetings", "project.toml", "--check", "t", "--per-organisation", "1")
    assert (5, True) == (done.code, "(mensen van één organisatie: " in done.err)


def test_the_words_cover_every_goal_and_rule() -> None:
    """Those that are counted, in both languages."""
    from sortition.cli.meetings import _BROKEN, _CALLED
    from sortition.messages import text

    for language in ("en", "nl"):
        assert all(text(code, language) for code in (*_CALLED.values(), *_BROKEN.values()))
    assert {"out", "lacking", "unwished", "ranks", "mix", "again"} == _CALLED.keys()


# -- what was changed is found ---------------------------------------------------------------------


def test_any_change_of_a_byte_is_found(made: Path) -> None:
    """Of every file: changed, taken out, put in; and a file that is gone."""
    files, dice = written_files("made"), random.Random("bytes")  # noqa: S311 - no draw
    assert check(files).ok
    for name in [*files, *["seating.csv", RECORD] * 30]:
        data = files[name]
        at = dice.randrange(len(data))
        cut = dice.choice([data[at : at + 1], b""])
        new = data[:at] + dice.choice([b"", b"x", b"1", b"\n"]) + cut + data[at + 1 :]
        if new != data:
            assert not check({**files, name: new}).ok, (name, at)
        assert "file" == failed(check({own: files[own] for own in files if own != name})) or (
            name == RECORD)


def test_any_edit_of_the_seating_is_found_though_the_digests_fit(made: Path) -> None:
    """One cell, one row: another meeting, wish, lot, round or person; left out, twice, moved."""
    files, dice = written_files("made"), random.Random("cells")  # noqa: S311 - no draw
    header, *rows = files["seating.csv"].decode().splitlines()
    found = set()
    for _ in range(150):
        new, at, other = list(rows), dice.randrange(len(rows)), dice.randrange(len(rows))
        cells = new[at].split(",")
        match dice.randrange(8):
            case 0:
                new[at] = ""
            case 1:
                new.insert(other, new[at])
            case 2:
                new[at], new[other] = new[other], new[at]
            case more:
                column = more - 3
                cells[column] = dice.choice([rows[other].split(",")[column], "", "1", "Zee", "9"])
                new[at] = ",".join(cells)
        if new != rows:
            text = "\n".join([header, *filter(None, new)]) + "\n"
            found.add(failed(check(resealed({**files, "seating.csv": text.encode()}))))

    assert {"row", "rows", "wish-row", "lot"} <= found


def test_a_seating_with_everything_put_right_is_held_against_the_rules(made: Path) -> None:
    """Only the rules and the lot are left to find: sizes, time, together, apart, needs, the lot."""
    files = written_files("made")
    programme, seats = read({}).programme, seats_in(written_files("made"))
    assert check(reseated(files, seats)).ok  # with bounds of 0, which nothing undercuts either

    def forged(**moved: int | None) -> str:
        new = {**seats, **{own: (at,) for own, at in moved.items()}}
        found = check(reseated(files, new))
        step = found.steps[-1]
        return str(step.params.get("rule", failed(found)))

    law = [own.id for own in programme.people if own.expertise]
    by_time = {own.times: own.id for own in programme.people
               if own.id not in law and own.id not in ("p01", "p02", "p03", "p07")}
    assert "time" == forged(**{by_time["ma",]: 1})
    assert "together" == forged(p03=2, p07=0)
    assert "everybody" == forged(p24=None)
    free = [own.id for own in programme.people
            if own.times is None and own.id not in law and seats[own.id] == (2,)]
    assert "apart" == forged(p01=2, p02=2, **dict.fromkeys(free[:2], 1))
    assert "capacity" == forged(**dict.fromkeys({*seats} - {"p01", "p02", *law}, 2))
    lot = by_lot("1 maart", seats)
    swapped = 0
    for group in alike(programme, lot):
        for first in group:
            for later in group[group.index(first) + 1 :]:
                if seats[first.id] != seats[later.id]:
                    swapped += 1
                    assert "dearest" == forged(**{first.id: seats[later.id][0],
                                                  later.id: seats[first.id][0]})
    assert swapped


def test_a_claim_that_does_not_count_so_is_found(made: Path) -> None:
    """Goals, bounds, rooms, language, another list of the wishes that are not met, a page."""
    files = written_files("made")
    record = json.loads(files[RECORD])
    seats = seats_in(files)
    ranks = record["goals"]["ranks"]["value"]
    assert "goal" == failed(check(reseated(files, seats, ranks=ranks + 1)))
    for name, change in (("mix", {"bound": 10**6}), ("mix", {"bound": -1}), ("out", {"bound": 1}),
                         ("again", {"bound_from": "count", "bound": 3}),
                         ("again", {"bound_from": "integer program", "bound": 0}),
                         ("again", {"bound_from": "relaxation", "bound": 0}),
                         ("mix", {"bound_from": "count", "bound": 0}),
                         ("ranks", {"bound_from": "word of honour"})):
        goals = {**record["goals"], name: record["goals"][name] | change}
        assert "bound" == failed(check(resealed(files, goals=goals)))
    assert "told" == failed(check(resealed(files, rooms=record["rooms"][::-1])))
    assert "told" == failed(check(resealed(files, lang="en")))
    assert "told" == failed(check(resealed({**files, "unmet.csv": b"id,number,wish,rule\n"})))
    assert "told" == failed(check(resealed({**files, "01-bos.html": b"<p>others"})))
    assert "names" == failed(check(resealed({**files, "x.html": b""})))
    assert "old" == failed(check({**files, RECORD: b'{"schema": 1}'}))
    for kind in ("made-up", "rules"):
        own = resealed(files, seed="2 maart", seed_from={"kind": kind})
        assert "seed-rules" == failed(check(own))
    assert "seed-rules" == failed(check(resealed(files, seed_from={"kind": "made-up"})))
    for broken in (b"", b"[]", b"{}", b'{"schema": 2}', b"\xff", b"[" * 10**5):
        assert "record" == failed(check({**files, RECORD: broken}))
    for name in (*TOLD, "goals", "seed"):
        for value in (None, [], {}, "x", 7):
            if value != record[name] and name not in ("sha256", "tool"):
                assert not check(resealed(files, **{name: value})).ok, name


@pytest.mark.parametrize("name", ["people.csv", "project.toml"])
def test_another_list_or_other_rules_are_found(made: Path, run: Any, name: str) -> None:
    """Even where nothing that counts is another: the record speaks of these very files."""
    path = made.parent / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = run("meetings", "project.toml", "--check", "made", "--lang", "en")

    assert (5, True) == (done.code, f"3. ✗ {name} is not the file" in done.err)


# -- the draw of a panel ---------------------------------------------------------------------------


def test_the_seed_follows_from_the_draw_of_the_panel(made: Path, run: Any) -> None:
    """By the formula of the documentation, for a text and for a number."""
    home, seed_of = made.parent, {}
    (home / "quotas.csv").write_text("feature,value,min,max\ngeslacht,v,0,8\ngeslacht,m,0,8\n")
    for folder, source in (("one", ("--seed", "Café, 1 maart")), ("two", ("--ticket", "7"))):
        assert 0 == run("lottery", "people.csv", "quotas.csv", "--size", "8", "--tickets", "100",
                        "--out", folder).code
        early = run("meetings", "people.csv", "--tables", "2", "--draw", folder, "--out", "x")
        assert 3 == early.code  # nothing was drawn yet
        assert ("--before" not in early.err, "sortition draw" in early.err) == (True, True)
        assert 0 == run("draw", folder, *source).code
        assert 0 == run("meetings", f"{folder}/panel.csv", "--tables", "2", "--draw", folder,
                        "--out", f"{folder}/m").code
        record = json.loads((home / folder / "record.json").read_bytes())
        fixed = {key: value for key, value in record.items()
                 if key not in ("seal", "draw", "earlier_draws")}
        words = json.dumps(fixed, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        committed = hashlib.sha256(b"sortition/1/commitment\0" + words.encode()).hexdigest()
        drawn = {"one": "Café, 1 maart", "two": "07"}[folder]
        seed = hashlib.sha256(
            b"\0".join([b"sortition/1/meetings", committed.encode(), drawn.encode()])).hexdigest()
        assert seed == json.loads((home / folder / "m" / RECORD).read_bytes())["seed"]
        seed_of[folder] = seed

    at = ("meetings", "one/panel.csv", "--check", "one/m", "--lang", "en")
    assert "give the folder of that draw" in run(*at).out
    assert "Everything checks out." in run(*at, "--draw", "one").out
    assert 5 == run(*at, "--draw", "two").code
    assert 2 == run(*at, "--draw", "one", "--seed", "x").code
    kept = (home / "one" / "lottery.csv").read_text(encoding="utf-8")
    (home / "one" / "lottery.csv").write_text("ticket\n")
    assert 5 == run(*at, "--draw", "one").code
    project = Path("project.toml")
    rules = project.read_text(encoding="utf-8").replace('"people.csv"', '"one/panel.csv"')
    rules = rules.replace("together", "# together").replace("apart", "# apart")
    rules = rules.replace("capacity = [5, 12]", "capacity = [0, 12]\nneeds = []")
    project.write_text(rules.replace("seed =", 'draw = "one"\nseed ='), encoding="utf-8")
    assert 3 == run("meetings", "project.toml", "--out", "three").code  # both
    (home / "one" / "lottery.csv").write_text(kept, encoding="utf-8")
    project.write_text(rules.replace("seed =", 'draw = "one"  #'), encoding="utf-8")
    assert 0 == run("meetings", "project.toml", "--out", "three").code
    assert seed_of["one"] == json.loads((home / "three" / RECORD).read_bytes())["seed"]
    assert "Alles klopt." in run("meetings", "project.toml", "--check", "three").out
    assert 0 == run("meetings", "project.toml", "--seed", "x", "--out", "four").code
    assert 0 == run("meetings", "project.toml", "--check", "four").code  # and x is told
    assert 5 == run("meetings", "project.toml", "--check", "four", "--draw", "one").code
    done = run("meetings", "project.toml", "--check", "four", "--lang", "en")
    assert "--seed (“x”), but the project file says draw = \"one\"" in done.out
    forged = resealed(written_files("four"), seed_from={"kind": "made-up"})
    (home / "four" / RECORD).write_bytes(forged[RECORD])
    assert 5 == run("meetings", "project.toml", "--check", "four").code
    assert 0 == run("meetings", "project.toml", "--draw", "two", "--out", "five").code
    assert 5 == run("meetings", "project.toml", "--check", "five").code  # does not follow from one
    done = run("meetings", "project.toml", "--check", "five", "--draw", "two", "--lang", "en")
    assert (0, True) == (done.code, "4. – " in done.out)
    project.write_text(rules, encoding="utf-8")  # a seed in the file, a draw by option
    assert 0 == run("meetings", "project.toml", "--draw", "two", "--out", "six").code
    for more in ((), ("--draw", "two")):
        done = run("meetings", "project.toml", "--check", "six", "--lang", "en", *more)
        assert (0, True) == (done.code, "4. – the seed comes from the option --draw" in done.out)
    assert 5 == run("meetings", "project.toml", "--check", "six", "--draw", "one").code
    forged = resealed(written_files("two/m"), seed="chosen")
    (home / "two" / "m" / RECORD).write_bytes(forged[RECORD])
    assert 5 == run("meetings", "two/panel.csv", "--check", "two/m", "--draw", "two").code


def test_a_rehearsal_convinces_nobody(made: Path, run: Any) -> None:
    """It can be drawn again until the outcome pleases."""
    Path("quotas.csv").write_text("feature,value,min,max\ngeslacht,v,0,8\ngeslacht,m,0,8\n")
    assert 0 == run("draw", "people.csv", "quotas.csv", "--size", "8", "--tickets", "100",
                    "--seed", "x", "--out", "tried").code
    assert 0 == run("meetings", "tried/panel.csv", "--tables", "2", "--draw", "tried",
                    "--out", "m").code
    done = run("meetings", "tried/panel.csv", "--check", "m", "--draw", "tried", "--lang", "en")
    assert (0, True) == (done.code, "4. – the seed follows from a rehearsal" in done.out)
    assert "Everything checks out." not in done.out


def test_files_that_are_read_belong_together(made: Path, monkeypatch: Any) -> None:
    """Nobody can write into the folder between two of them."""
    fcntl = pytest.importorskip("fcntl")
    whole, held = Path.read_bytes, []

    def read_bytes(path: Path) -> bytes:
        own = os.open(made, os.O_RDONLY)
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.append(False)
        except BlockingIOError:
            held.append(True)
        finally:
            os.close(own)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert len(written_files("made")) == len(held) > 2
    assert all(held)
