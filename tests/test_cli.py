"""The commands as a coordinator types them: files, JSON, exit codes, wrong input of all kinds."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from conftest import ROOT, child
from oracle import SmallPool, keeps_rules
from pools import CROSS, FEW, HOME, ROOF, TRIANGLES, seeded, write

from sortition.verify import commitment

COMMANDS = ("init", "check", "lottery", "draw", "verify", "audit")
LOTTERY_FILES = [
    "chances.csv", "groups.csv", "lottery.csv", "private-inclusion.jsonl", "record.json",
    "report.html",
]
DRAW_FILES = ["panel.csv", "panel.xlsx", "remaining.csv", "remaining.xlsx"]

# Eight people, two of whom live together; p08 is of a side that gets no seat.
POOL = SmallPool(
    tuple(
        {"id": f"p{at:02d}", "naam": naam, "side": side, "street": street, "postcode": street}
        for at, (naam, side, street) in enumerate(
            [("An", "l", "Kade 1"), ("Bo", "l", "Kade 1"), ("Cy", "l", ""), ("Di", "l", ""),
             ("Ed", "r", ""), ("Fé", "r", "Laan 2"), ("Gé", "r", ""), ("Ho", "x", "")],
            1,
        )
    ),
    (("side", "l", 2, 2), ("side", "r", 1, 1), ("side", "x", 0, 0)),
    3,
    HOME,
)

FIND = "sortition.engine.search.find_distribution"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with people.csv and quotas.csv, in which the commands run."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


RULES = ("people.csv", "quotas.csv", "--size", "3", "--household", "street,postcode")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def names_in(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with its content, and every folder."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }


# -- what is written -------------------------------------------------------------------------------


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
        "max_chance", "bound", "gap", "proven", "ticket_loss", "unselectable", "lottery_sha256",
        "seconds", "removed", "commitment", "announced",
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
    assert 0 <= told["gap"] <= 1e-6 * 3 / 8
    assert 0 <= told["ticket_loss"] < 2
    assert told["seconds"] >= 0


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
    for name, table in (("panel.xlsx", panel), ("remaining.xlsx", rest)):
        book = openpyxl.load_workbook(files / "made" / name)
        assert table == [[cell.value or "" for cell in row] for row in book.active.iter_rows()]
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))
    assert {"method": "ticket", "ticket": 417, "rehearsal": False, "seed": None} == {
        key: record["draw"][key] for key in ("method", "ticket", "rehearsal", "seed")
    }
    assert 0 == run("verify", "made").code


def test_draw_by_a_seed_gives_the_same_panel_each_time(files: Path, run) -> None:
    """Two folders of one lottery, one seed, one panel; and the JSON says which."""
    for name in ("one", "two"):
        run("lottery", *RULES, "--out", name)
    told = [run("draw", name, "--seed", "1 maart", "--json").json for name in ("one", "two")]

    assert told[0] == told[1]
    assert {"schema", "draw", "panel", "lottery_sha256"} == set(told[0])
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


# -- exit codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [FEW, CROSS, ROOF, TRIANGLES], ids=lambda named: named.name)
@pytest.mark.parametrize("command", ["check", "lottery", "draw"])
def test_no_panel_is_exit_4(tmp_path: Path, run, command: str, named) -> None:
    """With what is in the way, in words and as JSON; nothing is written."""
    people, quotas = write(named.pool, tmp_path)
    home = ["--household", ",".join(named.pool.household)] if named.pool.household else []
    words = [command, people, quotas, "--size", named.pool.size, *home]
    words += [] if command == "check" else ["--out", tmp_path / "made"]
    before = snapshot(tmp_path)

    said, told = run(*words), run(*words, "--json")

    assert (4, 4) == (said.code, told.code)
    assert len(said.err.strip().splitlines()) > 1
    assert "Traceback" not in said.err + told.err
    assert "infeasible" == told.json["error"]
    assert told.json["issues"]
    assert before == snapshot(tmp_path)


def test_a_forged_lottery_is_exit_5(files: Path, run) -> None:
    """For `verify` and for `draw`, in words and as JSON."""
    run("lottery", *RULES, "--out", "made")
    path = files / "made" / "lottery.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("p05", "p06"), encoding="utf-8")
    before = snapshot(files)

    for words in (("verify", "made"), ("draw", "made", "--ticket", "1")):
        said, told = run(*words), run(*words, "--json")
        assert (5, 5) == (said.code, told.code)
        assert "lottery.csv" in said.err
        assert isinstance(told.json, dict)
        assert "Traceback" not in said.err + told.err
    assert before == snapshot(files)


@pytest.mark.parametrize("command", ["lottery", "draw"])
def test_when_time_runs_out_the_best_so_far_is_written_with_exit_6(
    files: Path, run, command: str
) -> None:
    """With its gap, not called proven, and it verifies."""
    done = run(command, *RULES, "--out", "made", "--time-limit", "0", "--json")

    assert 6 == done.code
    assert not done.json["proven"]
    assert done.json["gap"] > 0
    assert set(LOTTERY_FILES) <= set(names_in("made"))
    ids = [person["id"] for person in POOL.people]
    for row in rows_of(files / "made" / "lottery.csv")[1:]:
        assert keeps_rules(POOL, [ids.index(own) for own in row[1:]])
    assert 0 == run("verify", "made").code
    assert 0 == run("draw", "made", "--ticket", "5", "--force").code


def test_an_interruption_is_exit_130(files: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C leaves nothing behind."""
    before = snapshot(files)
    monkeypatch.setattr(FIND, _raises(KeyboardInterrupt))

    done = run("lottery", *RULES, "--out", "made")

    assert 130 == done.code
    assert "Traceback" not in done.err
    assert before == snapshot(files)


def test_the_unexpected_is_exit_1_and_a_traceback_only_when_asked(
    files: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--debug` shows it, and nothing else does."""
    monkeypatch.setattr(FIND, _raises(ZeroDivisionError))

    plain = run("lottery", *RULES, "--out", "made")
    told = run("lottery", *RULES, "--out", "made", "--json")
    debug = run("lottery", *RULES, "--out", "made", "--debug")

    assert (1, 1, 1) == (plain.code, told.code, debug.code)
    assert "Traceback" not in plain.err
    assert "ZeroDivisionError" in plain.err
    assert "unexpected" == told.json["error"]
    assert "Traceback" in debug.err
    assert not Path("made").exists()


def _raises(kind: type[BaseException]) -> Callable[..., None]:
    def stop(*_: object, **__: object) -> None:
        raise kind

    return stop


# -- wrong input -----------------------------------------------------------------------------------


def lottery(*words: str) -> tuple[str, ...]:
    return ("lottery", *words, "--out", "made")


def people(text: str | bytes, *more: str) -> Callable[[Path], tuple[str, ...]]:
    """Replace people.csv; words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        data = text if isinstance(text, bytes) else text.encode()
        (folder / "people.csv").write_bytes(data)
        return lottery("people.csv", "quotas.csv", "--size", "3", *more)

    return make


def quotas(text: str | bytes) -> Callable[[Path], tuple[str, ...]]:
    """Replace quotas.csv, a header put before its rows; words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        data = text if isinstance(text, bytes) else f"feature,value,min,max\n{text}".encode()
        (folder / "quotas.csv").write_bytes(data)
        return lottery("people.csv", "quotas.csv", "--size", "3")

    return make


def project(text: str | None) -> Callable[[Path], tuple[str, ...]]:
    """Write project.toml (a folder of that name for None); words of `lottery`."""

    def make(folder: Path) -> tuple[str, ...]:
        if text is None:
            (folder / "project.toml").mkdir()
        else:
            (folder / "project.toml").write_text(text, encoding="utf-8")
        return lottery("project.toml")

    return make


def words(*given: str) -> Callable[[Path], tuple[str, ...]]:
    return lambda folder: given


def asked(rows: str, head: str = "id,chance") -> Callable[[Path], tuple[str, ...]]:
    """Write wanted.csv; words of a `lottery` with these chances."""

    def make(folder: Path) -> tuple[str, ...]:
        (folder / "wanted.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
        return lottery(*RULES, "--objective", "custom", "--chances", "wanted.csv")

    return make


@cache
def ready() -> dict[str, bytes]:
    """Return the files of a lottery made from people.csv and quotas.csv."""
    with tempfile.TemporaryDirectory() as folder:
        write(POOL, Path(folder))
        done = child("-m", "sortition", "lottery", *RULES, "--out", "made", cwd=Path(folder))
        assert 0 == done.returncode, done.stderr
        return {path.name: path.read_bytes() for path in Path(folder, "made").iterdir()}


def made_first(*given: str, then: Callable[[Path], object] = lambda folder: None):
    """Lay a lottery in `made`, change something, then run these words."""

    def make(folder: Path) -> tuple[str, ...]:
        (folder / "made").mkdir()
        for name, data in ready().items():
            (folder / "made" / name).write_bytes(data)
        then(folder)
        return given

    return make


def damaged_workbook() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id", "side"])
    book.save(out)
    data = bytearray(out.getvalue())
    start = data.index(b"xl/worksheets/sheet1.xml") + 24
    data[start : start + 40] = b"\0" * 40
    return bytes(data)


HEAD = "id,side\n"
L3 = "p1,l\np2,l\np3,r\n"
THREE = 'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 3\n'
FINE = lottery(*RULES)

WRONG: dict[str, tuple[int, list[str], Callable[[Path], tuple[str, ...]]]] = {
    "no such people": (3, ["nobody.csv"], words(*lottery("nobody.csv", *RULES[1:]))),
    "no such quotas": (3, ["none.csv"], words(*lottery("people.csv", "none.csv", "--size", "3"))),
    "both not there": (
        3, ["nobody.csv", "none.csv"], words(*lottery("nobody.csv", "none.csv", "--size", "3"))),
    "people are a folder": (3, ["."], words(*lottery(".", "quotas.csv", "--size", "3"))),
    "quotas are a folder": (3, ["."], words(*lottery("people.csv", ".", "--size", "3"))),
    "people empty": (3, ["people.csv"], people("")),
    "people without a row": (3, ["people.csv"], people(HEAD)),
    "people in no encoding": (3, ["people.csv"], people(b"id,side\np1,\x81\x8d\n")),
    "people a picture": (3, ["people.csv"], people(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
    "people an old workbook": (3, ["people.csv"], people(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    "people a damaged workbook": (3, ["people.csv"], people(damaged_workbook())),
    "people a broken separator line": (3, ["people.csv"], people("sep=\n" + HEAD + L3)),
    "people with an open quote": (3, ["people.csv"], people(HEAD + '"p1,l\n' + L3)),
    "people with a header twice": (3, ["people.csv", "Side"], people("id,side,Side\np1,l,l\n")),
    "people with a nameless column": (3, ["people.csv", "2"], people("id,,side\np1,x,l\n")),
    "people with a row too long": (3, ["people.csv", "row 3"], people(HEAD + "p1,l\np2,l,x\n")),
    "an id column that is not there": (3, ["people.csv", "nr"], people(HEAD + L3, "--id", "nr")),
    "a household column that is not there": (
        3, ["people.csv", "straat"], people(HEAD + L3, "--household", "straat")),
    "an id twice": (
        3, ["people.csv", "p1", "2, 4"], people(HEAD + "p1,l\np2,l\np1,r\n")),
    "a blank id": (3, ["people.csv", "row 3", "id"], people(HEAD + "p1,l\n,l\np3,r\n")),
    "a value no quota names": (
        3, ["people.csv", "row 4", "side", "left"], people(HEAD + "p1,l\np2,r\np3,left\n")),
    "a blank value": (3, ["people.csv", "row 3", "side"], people(HEAD + "p1,l\np2,\np3,r\n")),
    "a feature that is no column": (
        3, ["quotas.csv", "row 5", "age"],
        quotas("side,l,2,2\nside,r,1,1\nside,x,0,0\nage,old,1,3\n")),
    "a value nobody has": (
        3, ["quotas.csv", "row 5", "left"],
        quotas("side,l,1,2\nside,r,1,1\nside,x,0,0\nside,left,1,1\n")),
    "a minimum above its maximum": (
        3, ["quotas.csv", "row 2", "side: l"], quotas("side,l,2,1\nside,r,1,1\nside,x,0,0\n")),
    "a negative minimum": (
        3, ["quotas.csv", "row 3", "min"], quotas("side,l,2,2\nside,r,-1,1\nside,x,0,0\n")),
    "a blank maximum": (
        3, ["quotas.csv", "row 3", "max"], quotas("side,l,2,2\nside,r,1,\nside,x,0,0\n")),
    "a minimum in words": (
        3, ["quotas.csv", "row 2", "min", "two"], quotas("side,l,two,2\nside,r,1,1\n")),
    "half a seat": (3, ["quotas.csv", "row 2", "2.5"], quotas("side,l,2.5,3\nside,r,1,1\n")),
    "minima that add up to too many": (
        3, ["quotas.csv", "side", "5"], quotas("side,l,3,3\nside,r,2,2\nside,x,0,0\n")),
    "maxima that add up to too few": (
        3, ["quotas.csv", "side", "2"], quotas("side,l,1,1\nside,r,1,1\nside,x,0,0\n")),
    "the same quota twice": (
        3, ["quotas.csv", "row 4", "row 2"], quotas("side,l,2,2\nside,r,1,1\nSide,L,1,1\n")),
    "quotas without a row": (3, ["quotas.csv"], quotas("")),
    "quotas of another kind": (3, ["quotas.csv"], quotas(b"naam,aantal\nAn,2\n")),
    "quotas empty": (3, ["quotas.csv"], quotas(b"")),
    "more seats than people": (
        3, ["99", "8"],
        lambda folder: (
            *quotas("side,l,0,99\nside,r,0,99\nside,x,0,99\n")(folder), "--size", "99")),
    "no seats": (3, ["0"], words(*FINE, "--size", "0")),
    "seats from more to less": (3, ["5", "3"], words(*FINE, "--size", "5-3")),
    "seats in words": (2, ["--size", "three"], words(*FINE, "--size", "three")),
    "seats below zero": (2, ["--size"], words(*FINE, "--size", "-3")),
    "no size": (2, ["--size"], words(*lottery("people.csv", "quotas.csv"))),
    "no quotas": (2, [], words(*lottery("people.csv", "--size", "3"))),
    "nothing at all": (2, [], words("lottery")),
    "no place to write": (2, ["--out"], words("lottery", *RULES)),
    "no tickets": (2, ["tickets"], words(*FINE, "--tickets", "0")),
    "tickets in words": (2, ["tickets"], words(*FINE, "--tickets", "many")),
    "another objective": (2, ["fairest"], words(*FINE, "--objective", "fairest")),
    "time below zero": (2, ["time-limit"], words(*FINE, "--time-limit", "-1")),
    "another language": (2, ["fy"], words(*FINE, "--lang", "fy")),
    "another option": (2, ["--seats"], words(*FINE, "--seats", "3")),
    "another command": (2, ["loterij"], words("loterij", *RULES)),
    "a project that is not there": (3, ["project.toml"], words(*lottery("project.toml"))),
    "a project that is a folder": (3, ["project.toml"], project(None)),
    "a project that is no TOML": (3, ["project.toml"], project("pool = people.csv\n")),
    "a project without quotas": (3, ["project.toml", "quotas"], project(THREE.replace("quo", "q"))),
    "a project with a key unheard of": (3, ["project.toml", "sise"], project(THREE + "sise = 3\n")),
    "a project with a size in words": (
        3, ["project.toml", "size"], project(THREE.replace("3", '"three"'))),
    "a project with no tickets": (3, ["project.toml", "tickets"], project(THREE + "tickets = 0\n")),
    "a project with tickets below zero": (
        3, ["project.toml", "tickets"], project(THREE + "tickets = -5\n")),
    "a project with another objective": (
        3, ["fairest"], project(THREE + 'objective = "fairest"\n')),
    "a project with another language": (
        3, ["project.toml", "lang"], project(THREE + 'lang = "fy"\n')),
    "a project that names a list that is not there": (
        3, ["nobody.csv"], project(THREE.replace("people", "nobody"))),
    "a folder without a lottery": (3, ["."], words("draw", ".", "--ticket", "1")),
    "a folder that is not there": (3, ["gone"], words("draw", "gone", "--ticket", "1")),
    "no source": (2, ["--ticket", "--seed"], made_first("draw", "made")),
    "two sources": (
        2, ["--ticket", "--seed"], made_first("draw", "made", "--ticket", "1", "--seed", "x")),
    "a ticket in words": (2, ["ticket"], made_first("draw", "made", "--ticket", "one")),
    "a ticket too high": (3, ["1000", "999"], made_first("draw", "made", "--ticket", "1000")),
    "a ticket below zero": (3, ["-1"], made_first("draw", "made", "--ticket", "-1")),
    "a seed that is no text": (3, [], made_first("draw", "made", "--seed", "\udcff")),
    "a list that is gone": (
        3, ["people.csv"],
        made_first("draw", "made", "--ticket", "1", then=lambda f: (f / "people.csv").unlink())),
    "a list that was changed": (
        3, ["people.csv"],
        made_first("draw", "made", "--ticket", "1",
                   then=lambda f: (f / "people.csv").write_text(HEAD + L3, encoding="utf-8"))),
    "a record that is none": (
        3, ["made"],
        made_first("draw", "made", "--ticket", "1",
                   then=lambda f: (f / "made" / "record.json").write_text("[]", encoding="utf-8"))),
    "a lottery that is there already": (3, ["made", "lottery.csv"], made_first(*FINE)),
    "a file where the folder should be": (
        3, ["quotas.csv"], words("lottery", *RULES, "--out", "quotas.csv")),
    "a folder below a file": (
        3, ["quotas.csv"], words("lottery", *RULES, "--out", "quotas.csv/made")),
    "custom without chances": (
        2, ["--chances"], words("lottery", *RULES, "--objective", "custom", "--out", "made")),
    "chances without custom": (
        2, ["--chances"], words("lottery", *RULES, "--chances", "c.csv", "--out", "made")),
    "gamma without goldilocks": (
        2, ["--gamma"], words("lottery", *RULES, "--gamma", "2", "--out", "made")),
    "a gamma below zero": (
        2, ["--gamma"],
        words("lottery", *RULES, "--objective", "goldilocks", "--gamma", "-1", "--out", "made")),
    "chances of strangers, twice, none": (
        3, ["wanted.csv", "row 2", "row 4", "row 5"], asked("p77,0.5\np01,0.5\np01,0.5\np02,2\n")),
    "chances that leave people out": (
        3, ["wanted.csv", "p08"], asked("p01,0.5\n")),
    "chances without a column": (3, ["wanted.csv", "chance"], asked("p01,0.5\n", head="id,kans")),
    "verifying what is not there": (3, ["gone"], words("verify", "gone")),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_told_with_its_place_and_nothing_is_written(
    files: Path, run, name: str
) -> None:
    """Exit 3 or 2, the place named, no traceback, all files as they were; JSON stays JSON."""
    code, places, make = WRONG[name]
    given = make(files)
    before = snapshot(files)

    said, told = run(*given), run(*given, "--json")

    assert (code, code) == (said.code, told.code)
    assert [] == [place for place in places if place not in said.err]
    assert "" == said.out
    assert "Traceback" not in said.err + told.err
    assert before == snapshot(files)
    if code == 3:
        assert told.json["error"]
        assert told.json["issues"]


def test_wrong_use_is_told_as_json_when_json_was_asked_for(files: Path, run) -> None:
    """One document on standard output, whatever happens: a program reads it."""
    silent = []
    for name, (code, _, make) in WRONG.items():
        if code == 2:
            told = run(*make(files), "--json")
            shutil.rmtree("made", ignore_errors=True)
            if not told.out or not told.json["error"]:
                silent.append(name)

    assert [] == silent


def test_all_that_is_wrong_is_told_at_once(files: Path, run) -> None:
    """People and quotas together, each issue with file, row, column and what to do."""
    (files / "people.csv").write_text(HEAD + "p1,l\np1,r\n,r\n", encoding="utf-8")
    (files / "quotas.csv").write_text(
        "feature,value,min,max\nside,l,x,2\nside,r,3,1\n", encoding="utf-8"
    )

    told = run("check", "people.csv", "quotas.csv", "--size", "2", "--json")

    assert 3 == told.code
    assert {
        ("pool-id-blank", "people.csv", 4, "id"), ("pool-id-duplicate", "people.csv", 3, "id"),
        ("quota-not-whole", "quotas.csv", 2, "min"), ("quota-reversed", "quotas.csv", 3, None),
    } == {(i["code"], i["file"], i["row"], i["column"]) for i in told.json["issues"]}
    assert all(issue["message"] and issue["suggestion"] for issue in told.json["issues"])


def test_words_that_no_terminal_can_show_do_not_end_in_a_traceback(files: Path) -> None:
    """A file name that is no text, and terminals that know few signs."""
    rules = ("quotas.csv", "--size", "3")
    for name, variables in (
        (b"\xff.csv", {}), ("é.csv", {"PYTHONIOENCODING": "ascii"}),
        ("é.csv", {"PYTHONIOENCODING": "cp1252"}),
    ):
        said = child("-m", "sortition", "check", name, *rules, cwd=files, **variables)
        told = child("-m", "sortition", "check", name, *rules, "--json", cwd=files, **variables)

        assert (3, 3, b"") == (said.returncode, told.returncode, said.stdout)
        assert b"Traceback" not in said.stderr + told.stderr
        assert said.stderr
        assert "file-missing" in told.stdout.decode("cp1252")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_lottery_is_made_whatever_the_terminal_can_show(files: Path, encoding: str) -> None:
    """Redirected to a file on Windows, standard output is cp1252: no sign may stop a draw."""
    for given in (
        ("draw", *RULES, "--out", "made"), ("verify", "made"), ("lottery", "--lang", "nl", "-h"),
    ):
        done = child("-m", "sortition", *given, cwd=files, PYTHONIOENCODING=encoding)

        assert (0, b"") == (done.returncode, done.stderr)


# -- nothing is lost -------------------------------------------------------------------------------


def test_nothing_is_overwritten_without_force(files: Path, run) -> None:
    """A second lottery and a second draw are refused; with --force they are made."""
    run("lottery", *RULES, "--out", "made")
    run("draw", "made", "--ticket", "1")
    before = snapshot(files)

    for given in (("lottery", *RULES, "--out", "made"), ("draw", *RULES, "--out", "made"),
                  ("draw", "made", "--ticket", "2")):
        done = run(*given)
        assert 3 == done.code
        assert "made" in done.err
        assert before == snapshot(files)
    assert 0 == run("draw", "made", "--ticket", "999", "--force").code
    assert 0 == run("verify", "made").code
    record = json.loads((files / "made" / "record.json").read_text(encoding="utf-8"))
    assert 999 == record["draw"]["ticket"]
    assert [1] == [draw["ticket"] for draw in record["earlier_draws"]]


def test_a_draw_that_was_done_again_is_said_by_verify_and_on_the_page(files: Path, run) -> None:
    """With its number as on the ticket, leading zeros and all; silent where there was none."""
    run("lottery", *RULES, "--out", "made")
    first = run("draw", "made", "--ticket", "45")
    once = run("verify", "made")
    run("draw", "made", "--ticket", "7", "--force")

    again, told = run("verify", "made"), run("verify", "made", "--json")

    assert "Ticket 045 is drawn" in first.out
    assert "done again" not in once.out
    assert "done again: 1 (numbers: 045)" in again.out
    assert "ticket 007" in again.out
    assert ["045"] == told.json["earlier_draws"]
    page = (files / "made" / "report.html").read_text(encoding="utf-8")
    assert "done again: 1 (numbers: 045)" in page
    assert "Ticket 007" in page


def test_a_new_lottery_leaves_no_panel_of_the_old_one(files: Path, run) -> None:
    """A panel that was drawn from another lottery must not lie beside the new one."""
    run("lottery", *RULES, "--out", "made")
    run("draw", "made", "--ticket", "1")

    rules = ("lottery", *RULES, "--out", "made", "--tickets", "10", "--force")
    done = run(*rules)
    run("draw", "made", "--ticket", "1")
    told = run(*rules, "--json"), run(*rules, "--json")

    assert 0 == done.code
    assert f"here before: {', '.join(DRAW_FILES)}" in done.out
    assert [DRAW_FILES, []] == [one.json["removed"] for one in told]
    assert [] == [name for name in DRAW_FILES if (files / "made" / name).exists()]


def test_somebody_elses_panel_is_not_overwritten(files: Path, run) -> None:
    """A file of that name that no draw here wrote stays, unless forced."""
    run("lottery", *RULES, "--out", "made")
    (files / "made" / "panel.csv").write_text("mine", encoding="utf-8")
    before = snapshot(files)

    done = run("draw", "made", "--ticket", "1")

    assert 3 == done.code
    assert before == snapshot(files)


def test_other_files_in_the_folder_stay(files: Path, run) -> None:
    """Writing into a folder that exists adds to it."""
    (files / "made").mkdir()
    (files / "made" / "notes.txt").write_text("mine", encoding="utf-8")

    assert 0 == run("lottery", *RULES, "--out", "made").code
    assert sorted([*LOTTERY_FILES, "notes.txt"]) == names_in("made")


def test_when_writing_fails_nothing_is_left_half(
    files: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full at the third file: exit 3, and no folder."""
    count = iter(range(100))
    own = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if next(count) == 2:
            raise OSError(28, "No space left on device")
        return own(self, data)

    before = snapshot(files)
    monkeypatch.setattr(Path, "write_bytes", full)

    done = run("lottery", *RULES, "--out", "made")

    assert 3 == done.code
    assert "No space left" in done.err
    assert before == snapshot(files)


# -- hostile cells ---------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://example.org","Click")'
SCRIPT = "<script>alert(1)</script>"


def test_hostile_cells_stay_text_everywhere(files: Path, run) -> None:
    """A formula in a name, an id and a header; a script in a value that the page shows."""
    header = ["id", "naam", SCRIPT, "@kolom"]
    body = [[f"{sign}{at}", FORMULA, SCRIPT if at < 3 else "r", "+31612345678"]
            for at, sign in enumerate(("=", "-", "+", "@", "p"))]
    for name, table in (
        ("people.csv", [header, *body]),
        ("quotas.csv", [["feature", "value", "min", "max"], [SCRIPT, SCRIPT, "1", "1"],
                        [SCRIPT, "r", "1", "1"]]),
    ):
        with (files / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)

    assert 0 == run("draw", "people.csv", "quotas.csv", "--size", "2", "--out", "made").code
    assert 0 == run("verify", "made").code

    starts = ("=", "+", "-", "@", "\t", "\r")
    for name in ("panel.csv", "remaining.csv", "lottery.csv", "chances.csv", "groups.csv"):
        for row in rows_of(files / "made" / name):
            assert [] == [cell for cell in row if cell.startswith(starts)], name
    panel = rows_of(files / "made" / "panel.csv")
    assert ["id", "naam", SCRIPT, "'@kolom"] == panel[0]
    assert {"'" + FORMULA} == {row[1] for row in panel[1:]}
    book = openpyxl.load_workbook(files / "made" / "panel.xlsx")
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {"s"} == {cell.data_type for cell in cells}
    assert FORMULA in {cell.value.removeprefix("'") for cell in cells}
    page = (files / "made" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


# -- help and languages ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_help_of_each_command_has_an_example(run, command: str, language: str) -> None:
    """And every example names options that the command has."""
    done = run(command, "--lang", language, "--help")

    assert (0, "") == (done.code, done.err)
    text = re.sub(r"\s+", " ", done.out)
    examples = re.findall(rf"sortition {command} \S[^\n]*", done.out)
    assert examples
    for example in examples:
        for option in re.findall(r"--[a-z-]+", example):
            assert f"{option} " in text.replace(example, "")


def test_the_help_names_every_command(run) -> None:
    """With no word at all, the help is shown too."""
    done = run("--help")

    assert 0 == done.code
    assert all(f"\n  {command} " in done.out for command in COMMANDS)
    assert all(command in run().out + run().err for command in COMMANDS)


def test_the_version_is_that_of_the_package() -> None:
    """Also from a clone that was never installed."""
    import sortition

    done = child("-m", "sortition", "--version")

    assert (0, b"") == (done.returncode, done.stderr)
    assert sortition.__version__ in done.stdout.decode()


@pytest.mark.parametrize(
    ("variables", "dutch"),
    [
        ({"LANG": "nl_NL.UTF-8"}, True),
        ({"LANG": "nl_BE.UTF-8"}, True),
        ({"LC_ALL": "nl_NL.UTF-8", "LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "fr_FR.UTF-8"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
    ],
)
def test_the_locale_chooses_the_language(
    files: Path, run, monkeypatch: pytest.MonkeyPatch, variables: dict, dutch: bool
) -> None:
    """Dutch for whoever has a Dutch computer, English for everybody else."""
    monkeypatch.delenv("LANG")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    done = run("check", *RULES)

    assert 0 == done.code
    assert dutch == ("mensen" in done.out)
    assert dutch != ("People who signed up" in done.out)


def test_a_dutch_computer_speaks_dutch_and_the_option_wins(files: Path) -> None:
    """In a process of its own: `LANG=nl_NL.UTF-8`, and `--lang en` all the same."""
    own = child("-m", "sortition", "check", *RULES, cwd=files, LANG="nl_NL.UTF-8")
    given = child("-m", "sortition", "check", *RULES, "--lang", "en", cwd=files, LANG="nl_NL.UTF-8")

    assert (0, 0) == (own.returncode, given.returncode)
    assert "mensen" in own.stdout.decode()
    assert "mensen" not in given.stdout.decode()


def test_dutch_issues_are_dutch(files: Path, run) -> None:
    """Row and column keep their names, the words around them do not."""
    (files / "people.csv").write_text(HEAD + "p1,l\np1,r\n,r\n", encoding="utf-8")

    done = run("check", *RULES[:4], "--lang", "nl")

    assert 3 == done.code
    assert "rij 4" in done.err
    assert "row" not in done.err


def test_a_folder_is_spoken_of_in_the_language_of_its_lottery(files: Path, run) -> None:
    """`draw` and `verify`, wrong words too, unless `--lang` says otherwise."""
    run("lottery", *RULES, "--out", "made", "--lang", "nl")

    unsaid, wrong = run("draw", "made"), run("draw", "made", "--ticket", "x")
    drawn, checked = run("draw", "made", "--ticket", "7"), run("verify", "made")
    english = run("verify", "made", "--lang", "en")

    assert (2, 2) == (unsaid.code, wrong.code)
    assert "geef aan hoe het lot is getrokken" in unsaid.err
    assert "is geen goed getal" in wrong.err
    assert "Lot 007 is getrokken" in drawn.out
    assert "Alles klopt" in checked.out
    assert "Everything" in english.out
    assert "sortition verify . --lang nl" in (files / "made" / "report.html").read_text("utf-8")


def test_the_folder_to_write_to_does_not_choose_the_language(files: Path, run) -> None:
    """A rehearsal over a Dutch lottery is nobody's choice for Dutch."""
    run("lottery", *RULES, "--out", "made", "--lang", "nl")

    assert "This was a rehearsal" in run("draw", *RULES, "--out", "made", "--force").out


def test_the_page_speaks_the_language(files: Path, run) -> None:
    """`report.html` says which language it is in."""
    for language in ("en", "nl"):
        run("lottery", *RULES, "--out", language, "--lang", language)
        page = (files / language / "report.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page


def test_the_commands_run_as_installed_scripts_do(files: Path) -> None:
    """`python -m sortition` from any folder, a pool with cuts, every command after the other."""
    write(seeded(166), files / "cuts")
    pool = seeded(166)
    size = str(pool.size) if isinstance(pool.size, int) else "{}-{}".format(*pool.size)
    home = ["--household", ",".join(pool.household)] if pool.household else []
    given = ["cuts/people.csv", "cuts/quotas.csv", "--size", size, *home]
    for command in (
        ["check", *given], ["lottery", *given, "--out", "made"],
        ["draw", "made", "--seed", "x"], ["verify", "made"],
    ):
        done = child("-m", "sortition", *command, cwd=files)
        assert (0, b"") == (done.returncode, done.stderr)
    alone = child("-I", ROOT / "sortition" / "verify.py", "made", cwd=files)
    assert (0, b"") == (alone.returncode, alone.stderr)
