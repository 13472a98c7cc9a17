"""Verification: untouched files pass, every single edit is found, and the file runs alone."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, child
from oracle import SmallPool
from pools import HOME, NAMED, crowded, frames_of, problem_of, seeded

import sortition
from sortition import Lottery, Pool
from sortition.checking import verify_files, verify_folder
from sortition.lots.commitment import sealed
from sortition.lots.published import Published
from sortition.lots.record import lottery_files
from sortition.messages import text
from sortition.verify import read_rows, root

Files = dict[str, bytes]
HASHED = ("lottery.csv", "chances.csv", "groups.csv")

# Six of the left, six of the right, two homes of two; nobody may be of side x, so p13 never serves.
PEOPLE = SmallPool(
    tuple(
        {"id": f"p{at:02d}", "side": side, "age": age, "street": street, "postcode": street and "1"}
        for at, (side, age, street) in enumerate(
            [
                ("l", "y", "Kade"), ("l", "o", "Kade"), ("l", "o", ""), ("l", "o", ""),
                ("l", "y", "Laan"), ("l", "o", ""), ("r", "y", "Laan"), ("r", "o", ""),
                ("r", "o", ""), ("r", "o", ""), ("r", "o", ""), ("r", "y", ""), ("x", "o", ""),
            ],
            1,
        )
    ),
    (("side", "l", 2, 2), ("side", "r", 2, 2), ("side", "x", 0, 0), ("age", "y", 2, 2),
     ("age", "o", 2, 2)),
    4,
    HOME,
)
TICKETS = 37


@cache
def lottery() -> Lottery:
    return sortition.find_distribution(problem_of(PEOPLE)).to_lottery(TICKETS)


@cache
def pool() -> Pool:
    return Pool.from_frame(frames_of(PEOPLE)[0], household=HOME)




@cache
def undrawn() -> Files:
    return lottery_files(lottery(), key=bytes(32))


def published() -> Published:
    return Published(undrawn(), TICKETS, pool(), proven=True)


@cache
def drawn() -> Files:
    return undrawn() | published().draw(17, None, "en")[1]


@cache
def drawn_by_seed() -> Files:
    return undrawn() | published().draw(None, "Heerlen", "en")[1]


def codes(files: Files) -> list[str]:
    return [step.code for step in verify_files(files).steps]


# -- untouched -----------------------------------------------------------------------------------


def test_untouched_files_pass_every_step() -> None:
    """Five steps before the draw, seven after it, in this order."""
    steps = ["files", "tickets", "rules", "chances", "proof"]

    assert [f"verify-{step}" for step in steps] == codes(undrawn())
    for files in (drawn(), drawn_by_seed()):
        result = verify_files(files)
        assert result.ok
        assert [f"verify-{step}" for step in [*steps, "draw", "panel"]] == codes(files)
        assert [1, 2, 3, 4, 5, 6, 7] == [step.number for step in result.steps]


@pytest.mark.parametrize(
    "made",
    [named.pool for named in NAMED] + [seeded(at) for at in range(10)]
    + [seeded(at) for at in (166, 193, 205, 249)] + [crowded(at) for at in range(8)],
    ids=lambda made: str(len(made.people)),
)
def test_every_lottery_passes_in_memory(made: SmallPool) -> None:
    """Whatever the pool: hulls smaller than the relaxation, ranges, two from one home."""
    own = sortition.find_distribution(problem_of(made)).to_lottery(30)

    for source in ({"ticket": 29}, {"seed": "x"}, {}):
        assert sortition.verify(sortition.draw(own, **source), own).ok


def test_a_draw_that_is_bound_to_a_record_is_checked_with_it() -> None:
    """In memory there is no such record; a number drawn by hand is bound to nothing."""
    by_text, by_hand = (published().draw(*given, "en")[0] for given in ((None, "x"), (17, None)))

    with pytest.raises(ValueError, match="verify_files"):
        sortition.verify(by_text, lottery())
    assert sortition.verify(by_hand, lottery()).ok


def test_ids_that_look_like_formulas_pass() -> None:
    """What is escaped in the files is itself again when it is compared."""
    ids = ("=1+1", "-5", "+31612345678", "@x", "'=x", "'", 'quo"te', "com,ma", "ünï")
    ids += tuple(f"{own}1" for own in ids)
    people = tuple(
        {**person, "id": own} for person, own in zip(PEOPLE.people, ids, strict=False)
    )
    odd = SmallPool(people, PEOPLE.rules, PEOPLE.size, PEOPLE.household)
    own = sortition.find_distribution(problem_of(odd)).to_lottery(20)

    result = sortition.verify(sortition.draw(own, ticket=3), own)

    assert result.ok, result.steps[-1]


# -- single edits --------------------------------------------------------------------------------


def rows_of(files: Files, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[name].decode())))


def put(files: Files, name: str, rows: list[list[str]]) -> Files:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return files | {name: out.getvalue().encode()}


def record_of(files: Files) -> dict:
    return json.loads(files["record.json"])


def put_record(files: Files, record: object) -> Files:
    """Return the files with another record, sealed as a forger would."""
    data = sealed(record) if isinstance(record, dict) else json.dumps(record).encode()
    return files | {"record.json": data}


def hashed_again(files: Files) -> Files:
    """Return the files as a forger would leave them: with the digests of what they are now."""
    record = record_of(files)
    for name in HASHED:
        record["sha256"][name] = hashlib.sha256(files[name]).hexdigest()
    tickets = read_rows(files["lottery.csv"])[1:]
    record["lottery_root"] = root(tickets) if tickets else "0" * 64
    return put_record(files, record)


def rows(name: str, change: Callable[[list[list[str]]], object]) -> Callable[[Files], Files]:
    """Return an edit of the rows of a file, in place or as a new list."""

    def edit(files: Files) -> Files:
        table = rows_of(files, name)
        changed = change(table)
        return put(files, name, changed if isinstance(changed, list) else table)

    return edit


def cell(name: str, row: int, column: int, value: str) -> Callable[[Files], Files]:
    def change(table: list[list[str]]) -> None:
        assert table[row][column] != value, "an edit must change something"
        table[row][column] = value

    return rows(name, change)


def record(change: Callable[[dict], object]) -> Callable[[Files], Files]:
    def edit(files: Files) -> Files:
        content = record_of(files)
        change(content)
        assert content != record_of(files), "an edit must change something"
        return put_record(files, content)

    return edit


def someone_else(table: list[list[str]]) -> None:
    """Put somebody on the first ticket who is not on it, sorted in."""
    row = table[1]
    other = next(f"p{at:02d}" for at in range(1, 13) if f"p{at:02d}" not in row)
    table[1] = [row[0], *sorted([*row[2:], other])]


def same_kind(table: list[list[str]]) -> None:
    """Put p10 where p09 was: of the same groups, so that every quota still holds."""
    row = next(row for row in table if "p09" in row and "p10" not in row)
    row[1:] = sorted("p10" if own == "p09" else own for own in row[1:])


def housemates(table: list[list[str]]) -> None:
    """Give the first two people of ticket 0 one home; p01 and p02 have number 1 already."""
    first = rows_of(undrawn(), "lottery.csv")[1][1:3]
    for row in table:
        if row[0] in first:
            row[1] = "99"


def out_of_group(table: list[list[str]]) -> None:
    """Take whoever is first on ticket 0 out of all groups."""
    first = rows_of(undrawn(), "lottery.csv")[1][1]
    row = next(row for row in table if row[0] == first)
    row[2:] = ["0"] * len(row[2:])


def more_chance(table: list[list[str]]) -> None:
    table[1][1] = str(float(table[1][1]) + 0.2)


def less_chance(table: list[list[str]]) -> None:
    table[1][1] = str(float(table[1][1]) - 0.2)


def hair_more(table: list[list[str]]) -> None:
    """Too little for the tickets to contradict it; the proof does."""
    table[1][1] = str(float(table[1][1]) + 1e-6)


def change_tickets(by: int) -> Callable[[list[list[str]]], None]:
    def change(table: list[list[str]]) -> None:
        table[1][2] = str(int(table[1][2]) + by)

    return change


def never_drawn(table: list[list[str]]) -> list[list[str]]:
    return [row for row in table if row[0] != "p13"]


FORGERIES: dict[str, tuple[Callable[[], Files], Callable[[Files], Files]]] = {
    # Edits of a hashed file, each tried as it is and with the digests made right again.
    "lottery: someone else on a ticket": (undrawn, rows("lottery.csv", someone_else)),
    "lottery: an equal on a ticket": (undrawn, rows("lottery.csv", same_kind)),
    "lottery: a stranger on a ticket": (undrawn, cell("lottery.csv", 1, 4, "stranger")),
    "lottery: a member twice": (
        undrawn, rows("lottery.csv", lambda t: t[1].__setitem__(2, t[1][1]))),
    "lottery: members not sorted": (
        undrawn, rows("lottery.csv", lambda t: t[1].__setitem__(slice(1, 3), t[1][2:0:-1]))),
    "lottery: an empty seat": (undrawn, cell("lottery.csv", 1, 4, "")),
    "lottery: another number": (undrawn, cell("lottery.csv", 1, 0, "07")),
    "lottery: a ticket less": (undrawn, rows("lottery.csv", lambda t: t[:-1])),
    "lottery: a ticket twice": (undrawn, rows("lottery.csv", lambda t: [*t, t[-1]])),
    "lottery: a seat more": (undrawn, rows("lottery.csv", lambda t: [[*row, ""] for row in t[:2]])),
    "lottery: only a header": (undrawn, rows("lottery.csv", lambda t: t[:1])),
    "chances: one ticket more": (undrawn, rows("chances.csv", change_tickets(1))),
    "chances: one ticket less": (undrawn, rows("chances.csv", change_tickets(-1))),
    "chances: more chance": (undrawn, rows("chances.csv", more_chance)),
    "chances: less chance": (undrawn, rows("chances.csv", less_chance)),
    "chances: a hair more chance": (undrawn, rows("chances.csv", hair_more)),
    "chances: no number": (undrawn, cell("chances.csv", 1, 1, "high")),
    "chances: not a number": (undrawn, cell("chances.csv", 1, 1, "NaN")),
    "chances: infinite": (undrawn, cell("chances.csv", 1, 1, "Infinity")),
    "chances: blank": (undrawn, cell("chances.csv", 1, 1, "")),
    "chances: negative": (undrawn, cell("chances.csv", 1, 1, "-0.25")),
    "chances: tickets in words": (undrawn, cell("chances.csv", 1, 2, "ten")),
    "chances: somebody less": (undrawn, rows("chances.csv", lambda t: [t[0], *t[2:]])),
    "chances: whoever is never drawn less": (undrawn, rows("chances.csv", never_drawn)),
    "chances: somebody more": (undrawn, rows("chances.csv", lambda t: [*t, ["p99", "0", "0"]])),
    "chances: somebody twice": (undrawn, rows("chances.csv", lambda t: [*t, t[1]])),
    "chances: another name": (undrawn, cell("chances.csv", 1, 0, "q01")),
    "chances: a column less": (undrawn, rows("chances.csv", lambda t: [row[:2] for row in t])),
    "chances: only a header": (undrawn, rows("chances.csv", lambda t: t[:1])),
    "groups: out of a group": (undrawn, rows("groups.csv", out_of_group)),
    "groups: a home shared": (undrawn, rows("groups.csv", housemates)),
    "groups: somebody less": (
        undrawn, rows("groups.csv", lambda t: [row for row in t if row[0] != "p09"])),
    "groups: another quota's name": (undrawn, cell("groups.csv", 0, 2, "age: middle")),
    "groups: a column less": (undrawn, rows("groups.csv", lambda t: [row[:-1] for row in t])),
    "groups: only a header": (undrawn, rows("groups.csv", lambda t: t[:1])),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_an_edit_of_a_file_is_found_by_its_digest(name: str) -> None:
    """Whatever was changed, the first step says which file."""
    made, edit = FORGERIES[name]
    changed = edit(made())
    assert changed != made()

    result = verify_files(changed)

    assert ["verify-bad-hash"] == [step.code for step in result.steps]
    assert name.split(":")[0] + ".csv" == result.steps[0].params["file"]


@pytest.mark.parametrize("name", FORGERIES)
def test_an_edit_with_right_digests_is_found_by_counting(name: str) -> None:
    """A forger may write new digests, but the files no longer fit each other."""
    made, edit = FORGERIES[name]

    result = verify_files(hashed_again(edit(made())))

    assert not result.ok
    assert "verify-files" == result.steps[0].code
    assert all(text(step.code, "en", **step.params) for step in result.steps)


def shorter(table: list[list[str]]) -> list[list[str]]:
    return [table[0], *table[2:]]


def swapped(files: Files) -> Files:
    """Exchange one person between panel and remaining."""
    panel, rest = rows_of(files, "panel.csv"), rows_of(files, "remaining.csv")
    panel[1], rest[1] = rest[1], panel[1]
    return put(put(files, "panel.csv", panel), "remaining.csv", rest)


def other_ticket() -> int:
    """Return a ticket with other people on it than the one that was drawn."""
    tickets = lottery().tickets.tolist()
    return next(at for at, ticket in enumerate(tickets) if ticket != tickets[17])


def quota(name: str, bound: str, by: int) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        next(q for q in content["quotas"] if q["name"] == name)[bound] += by

    return change


EDITS: dict[str, tuple[Callable[[], Files], Callable[[Files], Files]]] = {
    "record: a ticket more": (undrawn, record(lambda r: r.update(tickets=TICKETS + 1))),
    "record: a ticket less": (undrawn, record(lambda r: r.update(tickets=TICKETS - 1))),
    "record: more seats": (undrawn, record(lambda r: r.update(size=[5, 5]))),
    "record: fewer seats": (undrawn, record(lambda r: r.update(size=[3, 3]))),
    "record: a higher minimum": (undrawn, record(quota("side: l", "min", 1))),
    "record: a lower maximum": (undrawn, record(quota("age: o", "max", -1))),
    "record: a quota less": (undrawn, record(lambda r: r["quotas"].pop())),
    "record: a quota renamed": (
        undrawn, record(lambda r: r["quotas"][0].update(name="age: older"))),
    "record: nobody from a household": (undrawn, record(lambda r: r.update(per_household=0))),
    "record: a higher smallest chance": (undrawn, record(lambda r: r.update(min_chance="0.5"))),
    "record: a lower largest chance": (undrawn, record(lambda r: r.update(max_chance="0.3"))),
    "record: another bound": (undrawn, record(lambda r: r.update(bound="0.9"))),
    "record: no loss": (undrawn, record(lambda r: r.update(ticket_loss="0"))),
    "record: a large loss": (undrawn, record(lambda r: r.update(ticket_loss="36"))),
    "record: a larger pool": (undrawn, record(lambda r: r.update(pool=99))),
    "record: somebody called barred": (undrawn, record(lambda r: r["barred"].update(p01=False))),
    "record: a stranger called barred": (
        undrawn, record(lambda r: r["barred"].update(stranger=False))),
    "record: nobody called barred": (undrawn, record(lambda r: r["barred"].clear())),
    "record: a higher level in the proof": (
        undrawn, record(lambda r: r["proof"]["levels"][0].update(level="9/10"))),
    "record: a lower level in the proof": (
        undrawn, record(lambda r: r["proof"]["levels"][-1].update(level="1/100"))),
    "record: a level of the proof less": (undrawn, record(lambda r: r["proof"]["levels"].pop())),
    "record: another schema": (undrawn, record(lambda r: r.update(schema=1))),
    "record: no digest of the lottery": (
        undrawn, record(lambda r: r["sha256"].pop("lottery.csv"))),
    "record: a digest more": (
        undrawn, record(lambda r: r["sha256"].update({"other.csv": "0" * 64}))),
    "record: another digest": (
        undrawn, record(lambda r: r["sha256"].update({"groups.csv": "0" * 64}))),
    "draw: another ticket": (drawn, record(lambda r: r["draw"].update(ticket=other_ticket()))),
    "draw: no such ticket": (drawn, record(lambda r: r["draw"].update(ticket=TICKETS))),
    "draw: a ticket from the end": (
        drawn, record(lambda r: r["draw"].update(ticket=17 - TICKETS))),
    "draw: a ticket in words": (drawn, record(lambda r: r["draw"].update(ticket="17"))),
    "draw: another source": (
        drawn, record(lambda r: r["draw"].update(sources=[{"kind": "text", "text": "Kerkrade"}]))),
    "draw: a source unheard of": (
        drawn, record(lambda r: r["draw"]["sources"][0].update(kind="x"))),
    "draw: another number by hand": (
        drawn, record(lambda r: r["draw"]["sources"][0].update(number=other_ticket()))),
    "draw: another seed": (
        drawn_by_seed, record(lambda r: r["draw"]["sources"][0].update(text="Heerlen 2"))),
    "draw: no text": (drawn_by_seed, record(lambda r: r["draw"]["sources"][0].pop("text"))),
    "draw: no source": (drawn_by_seed, record(lambda r: r["draw"].update(sources=[]))),
    "draw: a rehearsal": (drawn_by_seed, record(lambda r: r.update(rehearsal=True))),
    "draw: another ticket than the seed's": (
        drawn_by_seed,
        record(lambda r: r["draw"].update(ticket=(r["draw"]["ticket"] + 1) % TICKETS))),
    "draw: another id column": (drawn, record(lambda r: r["draw"].update(id_column="side"))),
    "draw: no id column": (drawn, record(lambda r: r["draw"].pop("id_column"))),
    "panel: a row less": (drawn, rows("panel.csv", shorter)),
    "panel: a row twice": (drawn, rows("panel.csv", lambda t: [*t, t[1]])),
    "panel: a stranger": (drawn, cell("panel.csv", 1, 0, "stranger")),
    "panel: a stranger more": (drawn, rows("panel.csv", lambda t: [*t, ["q", *t[1][1:]]])),
    "panel: only a header": (drawn, rows("panel.csv", lambda t: t[:1])),
    "panel: no id column": (drawn, cell("panel.csv", 0, 0, "name")),
    "panel: not text": (drawn, lambda files: files | {"panel.csv": b"\xff\xfe\x00"}),
    "panel: empty": (drawn, lambda files: files | {"panel.csv": b""}),
    "panel: exchanged with the remaining": (drawn, swapped),
    "remaining: a row less": (drawn, rows("remaining.csv", shorter)),
    "remaining: a row twice": (drawn, rows("remaining.csv", lambda t: [*t, t[1]])),
    **{
        f"{name}: gone": (
            drawn, lambda files, name=name: {k: v for k, v in files.items() if k != name})
        for name in ("record.json", *HASHED, "panel.csv", "remaining.csv")
    },
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_record_or_panel_is_found(name: str) -> None:
    """Everything in the record that can be counted is counted; the panel is the ticket."""
    made, edit = EDITS[name]
    assert verify_files(made()).ok

    result = verify_files(edit(made()))

    assert not result.ok
    assert all(step.ok for step in result.steps[:-1])
    assert all(text(step.code, "en", **step.params) for step in result.steps)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b"[]", b'"record"', b"17", b"{}", b"\xff", b'{"schema": 1}'],
)
def test_a_record_that_is_none_is_found(content: bytes) -> None:
    """No JSON, or JSON of something else."""
    assert ["verify-bad-record"] == codes(drawn() | {"record.json": content})


@pytest.mark.parametrize("key", sorted(record_of(drawn())))
def test_a_record_with_nonsense_in_it_fails_and_does_not_fall(key: str) -> None:
    """Whatever stands under a key, verification ends in a verdict, never in an exception."""
    counted = {"tickets", "size", "per_household", "quotas", "sha256", "min_chance", "max_chance",
               "ticket_loss", "barred", "schema", "draw"}
    for nonsense in ("x", -1, 1.5, [], {}, [None], {"x": None}, True, None):
        if key == "draw" and nonsense is None:
            continue  # nothing was drawn: no nonsense
        result = verify_files(put_record(drawn(), record_of(drawn()) | {key: nonsense}))
        if key in counted and nonsense != record_of(drawn())[key]:
            assert not result.ok, nonsense


# -- alone ---------------------------------------------------------------------------------------


def lay(files: Files, folder: Path) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_folder_is_read_like_its_files(tmp_path: Path) -> None:
    """A folder without files is a record that cannot be read."""
    assert verify_folder(lay(drawn(), tmp_path / "whole")).ok
    assert ["verify-bad-record"] == [
        step.code for step in verify_folder(lay({}, tmp_path / "empty")).steps
    ]


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """`python -I verify.py FOLDER` with nothing but that file: 0 when all holds, 5 when not."""
    alone = tmp_path / "verify.py"
    shutil.copy(ROOT / "sortition" / "verify.py", alone)
    made, edit = FORGERIES["lottery: someone else on a ticket"]
    folders = {
        "drawn": (drawn(), 0, "123467"), "undrawn": (undrawn(), 0, "1234"),
        "hash": (edit(made()), 5, "1"), "forged": (hashed_again(edit(made())), 5, "123"),
    }
    for name, (files, code, steps) in folders.items():
        done = child("-I", alone, lay(files, tmp_path / name), cwd=tmp_path)

        lines = done.stdout.decode().splitlines()
        assert (code, b"") == (done.returncode, done.stderr)
        assert list(steps) == [line.partition(".")[0] for line in lines]
        assert (": holds (" if code == 0 else ": FAILS (") in lines[-1]


def test_the_proof_is_checked_alone(tmp_path: Path) -> None:
    """`python -I prove.py FOLDER [LINES]` with nothing but that file, and steps of its own."""
    alone = tmp_path / "prove.py"
    shutil.copy(ROOT / "sortition" / "prove.py", alone)
    folder = lay(undrawn(), tmp_path / "undrawn")
    higher = EDITS["record: a higher level in the proof"][1](undrawn())
    forged = lay(higher, tmp_path / "forged")
    done = child("-I", alone, folder, folder / "private-inclusion.jsonl", cwd=tmp_path)
    failed = child("-I", alone, forged, cwd=tmp_path)

    lines = done.stdout.decode().splitlines()
    assert (0, b"") == (done.returncode, done.stderr)
    assert ["5.1", "5.2", "5.3", "5.4", "8"] == [line.partition(". ")[0] for line in lines]
    assert "lines 13" in lines[-1]
    assert (5, b"") == (failed.returncode, failed.stderr)
    assert "FAILS: level" in failed.stdout.decode().splitlines()[-1]


@pytest.mark.parametrize("name", ["verify.py", "prove.py", "verify_exact.py"])
def test_the_files_say_how_to_use_them(name: str) -> None:
    """Without a folder: exit 2."""
    done = child(ROOT / "sortition" / name)

    assert 2 == done.returncode
    assert f"python {name} FOLDER".encode() in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "most"), [("verify.py", 300), ("prove.py", 330), ("verify_exact.py", 200)]
)
def test_the_files_are_short_enough_to_read(name: str, most: int) -> None:
    """So many lines of at most 100 signs, laid out by the formatter."""
    path = ROOT / "sortition" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")

    assert len(lines) <= most
    assert max(map(len, lines)) <= 100
    if ruff is not None:
        assert 0 == subprocess.run([ruff, "format", "--check", "--quiet", path]).returncode


@pytest.mark.parametrize("name", ["verify.py", "prove.py", "verify_exact.py", "draw.py"])
def test_what_a_stranger_reads_needs_the_standard_library_only(name: str) -> None:
    """Imports at the top of the file, those for type checkers aside."""
    tree = ast.parse((ROOT / "sortition" / name).read_text(encoding="utf-8"))
    modules = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add((node.module or "").partition(".")[0])

    assert modules <= sys.stdlib_module_names
