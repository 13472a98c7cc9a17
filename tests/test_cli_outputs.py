"""What the commands write and say when all is well."""

from __future__ import annotations

import hashlib
import json
import math
import re
import shutil
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from oracle import keeps_rules
from small import DRAW_FILES, LOTTERY_FILES, POOL, RULES, names_in, rows_of, snapshot

from sortition.verify import commitment


def test_check_says_what_it_understood_and_writes_nothing(files: Path, run) -> None:
    """People, quotas, households; exit 0."""
    before = snapshot(files)

    done = run("check", *RULES)

    assert (0, "") == (done.code, done.err)
    assert all(word in done.out for word in (": 8;", ": 3", "people.csv", "quotas.csv", "naam"))
    assert before == snapshot(files)


def test_lottery_writes_its_files(files: Path, run) -> None:
    """Headers, everyone once, every ticket by the rules; nobody is drawn."""
    done = run("lottery", *RULES, "--out", "made")

    assert 0 == done.code
    assert LOTTERY_FILES == names_in("made")
    tickets = rows_of(files / "made" / "lottery.csv")
    assert ["ticket", "member_1", "member_2", "member_3"] == tickets[0]
    assert [f"{at:03d}" for at in range(1000)] == [row[0] for row in tickets[1:]]
    ids = [person["id"] for person in POOL.people]
    assert all(keeps_rules(POOL, [ids.index(own) for own in row[1:]]) for row in tickets[1:])
    chances = rows_of(files / "made" / "chances.csv")
    assert ["id", "chance", "tickets"] == chances[0]
    assert ids == [row[0] for row in chances[1:]]
    tally = Counter(own for row in tickets[1:] for own in row[1:])
    assert [tally[own] for own in ids] == [int(row[2]) for row in chances[1:]]
    # p01 and p02 share a home, so they and one of p03 and p04, or p03 and p04: 1/2 each is best.
    assert [0.5] * 4 + [1 / 3] * 3 + [0] == pytest.approx([float(row[1]) for row in chances[1:]])
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))
    assert record["draw"] is None
    for name in ("lottery.csv", "chances.csv", "groups.csv"):
        data = (files / "made" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == record["sha256"][name]


@pytest.mark.parametrize(("tickets", "balls", "above"), [(1000, 3, None), (250, 3, "249")])
def test_lottery_says_what_to_publish_and_how_to_draw(
    files: Path, run, tickets: int, balls: int, above: str | None
) -> None:
    """The commitment, and a ball for each digit of a number, leading zeros and all."""
    done = run("lottery", *RULES, "--tickets", tickets, "--out", "made")

    committed = commitment(json.loads((files / "made" / "record.json").read_bytes()))
    assert "Publish this commitment before the draw" in done.out
    assert committed in done.out
    assert f"Balls to draw: {balls}." in done.out
    assert f"from 000 to {tickets - 1}" in done.out
    assert (above is not None) == ("draw all digits again" in done.out)
    assert above is None or f"above {above}," in done.out


def test_an_exact_lottery_says_what_to_publish(files: Path, run) -> None:
    """The commitment; of balls it says nothing."""
    done = run("lottery", *RULES, "--exact", "--out", "made")

    committed = commitment(json.loads((files / "made" / "record.json").read_bytes()))
    assert committed in done.out
    assert "Balls" not in done.out


def test_nothing_that_is_published_holds_a_name_or_an_address(files: Path, run) -> None:
    """Ids, groups and household numbers only, until the panel is written."""
    run("lottery", *RULES, "--out", "made")

    for name in LOTTERY_FILES:
        content = (files / "made" / name).read_text(encoding="utf-8")
        assert not re.search(r"\b(An|Bo|Cy|Fé|Kade|Laan)\b", content), name


def test_the_json_of_lottery_is_the_contract(files: Path, run) -> None:
    """The keys of the design, one document, and the values that are in the files."""
    done = run("lottery", *RULES, "--out", "made", "--tickets", "10", "--json")

    assert 0 == done.code
    told = done.json
    assert {
        "schema", "objective", "size", "pool", "types", "tickets", "panels", "min_chance",
        "max_chance", "bound", "gap", "value", "value_bound", "direction", "proven", "ticket_loss",
        "unselectable", "lottery_sha256", "seconds", "removed", "commitment", "announced",
    } == set(told)
    digest = hashlib.sha256((files / "made" / "lottery.csv").read_bytes()).hexdigest()
    assert {
        "schema": 1, "objective": "leximin", "size": 3, "pool": 8, "tickets": 10, "proven": True,
        "unselectable": ["p08"], "lottery_sha256": digest,
    } == {key: told[key] for key in (
        "schema", "objective", "size", "pool", "tickets", "proven", "unselectable",
        "lottery_sha256",
    )}
    assert pytest.approx(1 / 3) == told["min_chance"] == pytest.approx(told["bound"])
    assert pytest.approx(1 / 2) == told["max_chance"]
    assert (told["min_chance"], told["bound"], "max") == (
        told["value"], told["value_bound"], told["direction"]
    )
    assert 0 <= told["gap"] <= 1e-6 * 3 / 8
    assert 0 <= told["ticket_loss"] < 2
    assert told["seconds"] >= 0


@pytest.mark.parametrize(
    ("name", "direction", "value", "english", "dutch"),
    [
        ("minimax", "min", 1 / 2, "largest chance is 50 %", "hoogste kans is 50 %"),
        ("nash", "max", (4 * math.log(1 / 2) + 3 * math.log(1 / 3)) / 7,
         "geometric mean of all chances is 42 %", "meetkundig gemiddelde van alle kansen is 42 %"),
        ("goldilocks", "min", 8 / 3 / 2 + 3 / 8 * 3, "is 2.46 (lower is better)",
         "is 2,46 (lager is beter)"),
        ("custom", "min", 4 * 9 / 8 + 3 / 216 + 1, "is 5.51 (0 is as asked)",
         "is 5,51 (0 is precies zoals gevraagd)"),
    ],
)
def test_an_objective_is_told_in_its_own_unit(
    files: Path, run, name: str, direction: str, value: float, english: str, dutch: str
) -> None:
    """What the lottery is worth and what none passes: in words, and in JSON."""
    asked = "id,chance\n" + "".join(f"p{at:02d},{chance}\n" for at, chance in enumerate(
        [1 / 8, 1 / 8, 1 / 8, 1 / 8, 3 / 8, 3 / 8, 3 / 8, 1], 1
    ))
    (files / "asked.csv").write_text(asked, encoding="utf-8")
    more = ("--chances", "asked.csv") if name == "custom" else ()
    rules = (*RULES, "--objective", name, *more, "--tickets", "10", "--out", "made", "--force")

    told = run("lottery", *rules, "--json").json

    assert (direction, pytest.approx(value)) == (told["direction"], told["value"])
    assert pytest.approx(value) == told["value_bound"]
    assert pytest.approx(abs(told["value"] - told["value_bound"]), abs=1e-12) == told["gap"]
    assert english in run("lottery", *rules).out
    assert dutch in run("lottery", *rules, "--lang", "nl").out


def test_out_of_time_a_value_may_be_open_and_its_bound_is_not(files: Path, run) -> None:
    """One panel gives some people no chance: no geometric mean yet, but a bound on it."""
    told = run(
        "lottery", *RULES, "--objective", "nash", "--time-limit", "0", "--out", "made", "--json"
    ).json

    assert (None, None, False) == (told["value"], told["gap"], told["proven"])
    assert -0.9 < told["value_bound"] < 0


def test_draw_writes_the_panel_of_the_ticket(files: Path, run) -> None:
    """The list's own columns, the drawn in one file and the others in another, and the record."""
    run("lottery", *RULES, "--out", "made")

    done = run("draw", "made", "--ticket", "417")

    assert 0 == done.code
    assert sorted(LOTTERY_FILES + DRAW_FILES) == names_in("made")
    members = rows_of(files / "made" / "lottery.csv")[418][1:]
    people = rows_of(files / "people.csv")
    panel, rest = (rows_of(files / "made" / name) for name in ("panel.csv", "remaining.csv"))
    assert people[0] == panel[0] == rest[0]
    assert [row for row in people[1:] if row[0] in members] == panel[1:]
    assert [row for row in people[1:] if row[0] not in members] == rest[1:]
    asked = [[*row, "asked" if at else "status"] for at, row in enumerate(panel)]
    for name, table in (("panel.xlsx", asked), ("remaining.xlsx", rest)):
        book = openpyxl.load_workbook(files / "made" / name)
        assert table == [[cell.value or "" for cell in row] for row in book.active.iter_rows()]
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))
    sources = [{"kind": "ticket", "number": 417}]
    assert (417, sources) == (record["draw"]["ticket"], record["draw"]["sources"])
    assert not record["rehearsal"]
    assert 0 == run("verify", "made").code


def test_draw_by_a_seed_gives_the_same_panel_each_time(files: Path, run) -> None:
    """Two copies of one lottery, one seed, one panel; and the JSON says which."""
    run("lottery", *RULES, "--out", "one")
    shutil.copytree(files / "one", files / "two")
    told = [run("draw", name, "--seed", "1 maart", "--json").json for name in ("one", "two")]

    assert told[0] == told[1]
    assert {"schema", "draw", "panel", "lottery_sha256", "seal"} == set(told[0])
    assert "seed" == told[0]["draw"]["method"]
    for file in DRAW_FILES:
        assert (files / "one" / file).read_bytes() == (files / "two" / file).read_bytes()


def test_draw_in_one_go_is_a_rehearsal(files: Path, run) -> None:
    """All files at once, marked as not official."""
    done = run("draw", *RULES, "--out", "rehearsal", "--json")

    assert 0 == done.code
    assert sorted(LOTTERY_FILES + DRAW_FILES) == names_in("rehearsal")
    assert done.json["draw"]["rehearsal"]
    assert 3 == len(done.json["panel"])
    assert 0 == run("verify", "rehearsal").code
    assert "Rehearsal" in (files / "rehearsal" / "report.html").read_text(encoding="utf-8")


def test_a_rehearsal_stays_one(files: Path, run) -> None:
    """Drawn from again it is a rehearsal still; a lottery made anew there is none."""
    run("draw", *RULES, "--out", "made", "--seed", "x")
    again = run("draw", "made", "--ticket", "1", "--force", "--json")
    checked = run("verify", "made")
    run("lottery", *RULES, "--out", "made", "--force")
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))

    assert again.json["draw"]["rehearsal"]
    assert 0 == checked.code
    assert "This was a rehearsal" in checked.out
    assert not record["rehearsal"]
    assert [1] == [draw["ticket"] for draw in record["past_draws"][1:]]
    assert 2 == record["attempt"]


def test_verify_says_each_step(files: Path, run) -> None:
    """Numbered, in words and as JSON; 0 when all holds."""
    run("lottery", *RULES, "--out", "made")
    run("draw", "made", "--ticket", "0")

    said, told = run("verify", "made"), run("verify", "made", "--json")

    assert (0, 0) == (said.code, told.code)
    numbers = [step["number"] for step in told.json["steps"]]
    assert list(range(1, len(numbers) + 1)) == numbers
    assert all(f"{number}. " in said.out for number in numbers)
    assert told.json["ok"]
    assert all(step["ok"] for step in told.json["steps"])


def test_a_project_file_says_it_all(files: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files stand relative to it; an option given wins."""
    (files / "project.toml").write_text(
        'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 3\nid = "id"\n'
        'household = ["street", "postcode"]\nobjective = "maximin"\ntickets = 20\nlang = "nl"\n',
        encoding="utf-8",
    )
    other = files / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)

    done = run("lottery", "../project.toml", "--out", "made", "--json")
    wins = run("lottery", "../project.toml", "--out", "won", "--json", "--tickets", "30",
               "--objective", "leximin")
    dutch = run("check", "../project.toml")
    english = run("check", "../project.toml", "--lang", "en")

    assert (0, 20, "maximin") == (done.code, done.json["tickets"], done.json["objective"])
    assert (0, 30, "leximin") == (wins.code, wins.json["tickets"], wins.json["objective"])
    assert (0, 0) == (dutch.code, english.code)
    assert "mensen" in dutch.out
    assert "people" in english.out
    assert 0 == run("draw", "made", "--ticket", "3").code


def test_a_size_may_be_a_range(files: Path, run) -> None:
    """`--size 3-4`: the header has a column for each of four seats."""
    (files / "quotas.csv").write_text(
        "feature,value,min,max\nside,l,1,2\nside,r,1,2\nside,x,0,1\n", encoding="utf-8"
    )

    done = run("lottery", "people.csv", "quotas.csv", "--size", "3-4", "--out", "made", "--json")

    assert (0, [3, 4]) == (done.code, done.json["size"])
    assert 5 == len(rows_of(files / "made" / "lottery.csv")[0])
    assert 0 == run("verify", "made").code


def test_more_than_one_of_a_household_if_asked(files: Path, run) -> None:
    """`--per-household 2`: four of a side serve, though two of them share an address."""
    (files / "quotas.csv").write_text(
        "feature,value,min,max\nside,l,4,4\nside,r,1,1\nside,x,0,0\n", encoding="utf-8"
    )
    rules = ("people.csv", "quotas.csv", "--size", "5", "--household", "street,postcode")

    assert 4 == run("check", *rules).code
    assert 0 == run("check", *rules, "--per-household", "2").code
    assert 0 == run("lottery", *rules, "--per-household", "2", "--out", "made").code
    assert 2 == json.loads((files / "made" / "record.json").read_bytes())["per_household"]
    assert 0 == run("verify", "made").code


def test_household_columns_may_be_named_one_by_one(files: Path, run) -> None:
    """`--household street --household postcode` is `--household street,postcode`."""
    rules = ("people.csv", "quotas.csv", "--size", "3")

    done = run("check", *rules, "--household", "street", "--household", "postcode", "--json")

    assert (0, ["street", "postcode"]) == (done.code, done.json["columns"]["household"])


def test_households_cannot_be_counted_where_nobody_says_who_lives_together(
    files: Path, run
) -> None:
    """`--per-household` alone has no effect, so it is a usage error that names the option."""
    done = run("check", "people.csv", "quotas.csv", "--size", "3", "--per-household", "2")

    assert 2 == done.code
    assert "--household" in done.err.replace("--per-household", "")


def test_balance_is_told_and_recorded(files: Path, run) -> None:
    """`--balance`: figures in the JSON and the record, tickets that pass every step."""
    done = run("lottery", *RULES, "--balance", "side,naam", "--out", "made", "--json")

    record = json.loads((files / "made" / "record.json").read_bytes())
    assert (0, ["side", "naam"]) == (done.code, done.json["balance"][0]["over"])
    assert float(record["balance"][0]["after"]) == pytest.approx(done.json["balance"][0]["after"])
    assert 0 == run("verify", "made").code
    assert 3 == run("lottery", *RULES, "--balance", "sied", "--out", "other").code


@pytest.mark.parametrize("header", ["id;chance", "ID;Kans", "unique_id;kans"])
def test_chances_that_are_asked_for(files: Path, run, header: str) -> None:
    """`--chances`: numbers and percentages; people of one kind share the mean of theirs."""
    (files / "wanted.csv").write_text(
        f"{header}\n" + "".join(f"p0{at};{chance}\n" for at, chance in enumerate(
            ["60%", "40 %", "0,5", "0.5", "0.2", "0,4", "40%", "1"], 1)), encoding="utf-8"
    )

    done = run("lottery", "people.csv", "quotas.csv", "--size", "3", "--objective", "custom",
               "--chances", "wanted.csv", "--out", "made", "--json")

    assert (0, True) == (done.code, done.json["proven"])
    chance = [float(row[1]) for row in rows_of(files / "made" / "chances.csv")[1:]]
    assert [*[1 / 2] * 4, *[1 / 3] * 3, 0] == pytest.approx(chance, abs=1e-9)
    assert 0 == run("verify", "made").code


@pytest.mark.parametrize(("gamma", "written"), [("2,5", "2.5"), ("balanced", None)])
def test_gamma_is_on_record(files: Path, run, gamma: str, written: str | None) -> None:
    """`--gamma` is kept with the objective, as a number."""
    done = run("lottery", *RULES, "--objective", "goldilocks", "--gamma", gamma, "--out", "made")

    record = json.loads((files / "made" / "record.json").read_bytes())
    assert (0, "goldilocks") == (done.code, record["objective"])
    assert float(record["gamma"]) > 0
    assert written in (None, record["gamma"])


def test_the_row_numbers_serve_as_ids_when_there_are_none(files: Path, run) -> None:
    """Then the panel says which row everybody stood in."""
    text = (files / "people.csv").read_text(encoding="utf-8")
    lines = [line.partition(",")[2] for line in text.splitlines()]
    (files / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert 0 == run("lottery", *RULES, "--out", "made").code
    assert 0 == run("draw", "made", "--ticket", "0").code
    assert 0 == run("verify", "made").code
    ids = {str(row) for row in range(2, 10)}
    chances = rows_of(files / "made" / "chances.csv")
    assert ids == {row[0] for row in chances[1:]}
    assert {row[0] for row in rows_of(files / "made" / "panel.csv")[1:]} <= ids


def test_workbooks_do_as_well_as_text(files: Path, run) -> None:
    """Both files as .xlsx give the very lottery that the text files give."""
    for name in ("people", "quotas"):
        book = openpyxl.Workbook()
        for row in rows_of(files / f"{name}.csv"):
            book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
        book.save(files / f"{name}.xlsx")
    digests = [
        run("lottery", f"people.{kind}", f"quotas.{kind}", *RULES[2:], "--out", kind, "--json")
        .json["lottery_sha256"]
        for kind in ("csv", "xlsx")
    ]

    assert digests[0] == digests[1]


def test_quiet_says_nothing_and_colour_can_be_switched_off(files: Path, run) -> None:
    """`--quiet` prints no word, `--no-color` no escape."""
    assert (0, "", "") == tuple(vars(run("lottery", *RULES, "--out", "made", "--quiet")).values())
    assert "\x1b" not in run("check", *RULES, "--no-color").out


def test_the_folder_of_a_lottery_may_be_moved_with_its_list(files: Path, run) -> None:
    """The list is found relative to the folder, or where `--pool` says."""
    run("lottery", *RULES, "--out", "made")
    (files / "away").mkdir()
    shutil.move("made", "away/made")

    assert 3 == run("draw", "away/made", "--ticket", "1").code
    assert 0 == run("draw", "away/made", "--ticket", "1", "--pool", "people.csv").code
    assert 0 == run("verify", "away/made").code
