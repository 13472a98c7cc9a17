"""Exact lotteries as files: verified untouched, refused when forged, drawn by the command line."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, child
from oracle import SmallPool
from pools import HOME, LATER, crowded, frames_of, problem_of, seeded
from test_verify import (
    Files,
    cell,
    codes,
    hashed_again,
    lay,
    put,
    put_record,
    record,
    record_of,
    rows,
    rows_of,
)

import sortition
from sortition import ExactLottery, Pool
from sortition.checking import verify_files
from sortition.lots.published import Published
from sortition.lots.record import lottery_files
from sortition.messages import text
from sortition.verify import commitment

SEED = "Heerlen"

# Three homes of the same pattern, two alone of one type, some more; nobody may be of side x.
PEOPLE = SmallPool(
    tuple(
        {"id": f"p{at:02d}", "side": side, "age": age, "street": street, "postcode": street and "1"}
        for at, (side, age, street) in enumerate(
            [
                ("l", "y", "Kade"), ("r", "o", "Kade"), ("l", "y", "Laan"), ("r", "o", "Laan"),
                ("l", "y", "Plein"), ("r", "o", "Plein"), ("l", "o", ""), ("l", "o", ""),
                ("r", "y", ""), ("r", "o", ""), ("l", "y", ""), ("x", "o", ""),
            ],
            1,
        )
    ),
    (("side", "l", 2, 3), ("side", "r", 2, 3), ("side", "x", 0, 0), ("age", "y", 2, 3),
     ("age", "o", 2, 2)),
    (4, 5),
    HOME,
)


@cache
def lottery() -> ExactLottery:
    return sortition.find_distribution(problem_of(PEOPLE)).to_exact()


@cache
def undrawn() -> Files:
    return lottery_files(lottery(), key=bytes(32))


@cache
def pool() -> Pool:
    return Pool.from_frame(frames_of(PEOPLE)[0], household=PEOPLE.household)


@cache
def drawn() -> Files:
    ready = Published(undrawn(), None, pool(), proven=True)
    return undrawn() | ready.draw(None, SEED, "en")[1]


def test_untouched_files_pass_every_step() -> None:
    """Five steps before the draw, seven after it."""
    steps = ["files", "weights", "rules", "chances-exact", "proof"]

    assert [f"verify-{step}" for step in steps] == codes(undrawn())
    assert [f"verify-{step}" for step in [*steps, "draw-exact", "panel"]] == codes(drawn())
    assert verify_files(drawn()).ok


@pytest.mark.parametrize(
    "made",
    [seeded(at) for at in range(8)] + [seeded(at) for at in (166, 193)]
    + [crowded(at) for at in range(8)],
    ids=lambda made: str(len(made.people)),
)
def test_every_exact_lottery_passes_in_memory(made) -> None:
    """Cuts, ranges of sizes, two from one home: a text or the computer draws, all of it counted."""
    own = sortition.find_distribution(problem_of(made)).to_exact()

    for source in ({"seed": "x"}, {"seed": "y"}, {}):
        result = sortition.verify(sortition.draw(own, **source), own)
        assert result.ok, result.steps[-1]


@pytest.mark.parametrize("objective", [sortition.Nash(), sortition.Minimax()])
def test_other_objectives_pass_too(objective) -> None:
    """Without a proof, and with chances that panels reach only nearly."""
    own = sortition.find_distribution(problem_of(PEOPLE), objective).to_exact()

    assert sortition.verify(sortition.draw(own, seed="x"), own).ok


def test_the_summary_says_which_kind_it_is() -> None:
    """No tickets; the loss is in chances, and so are the smallest and the largest."""
    said = record_of(undrawn())
    made = lottery()

    assert ("exact", None, len(made.panels), 10**15) == (
        said["kind"], said["tickets"], said["panels"], said["total"])
    assert f"{made.loss:.15f}" == said["ticket_loss"]


def test_only_households_that_a_rule_binds_are_numbered() -> None:
    """Two may serve from each: the home of three has a number, the home of two is nobody's."""
    homes = ("Kade", "Kade", "Kade", "Laan", "Laan", "")
    people = tuple(
        {"id": f"p{at}", "side": "l", "street": home, "postcode": home}
        for at, home in enumerate(homes)
    )
    pool = SmallPool(people, (("side", "l", 3, 3),), 3, HOME, per_household=2)
    fair = sortition.find_distribution(problem_of(pool))

    for files in (lottery_files(fair.to_exact()), lottery_files(fair.to_lottery(10))):
        assert ["1", "1", "1", "", "", ""] == [row[1] for row in rows_of(files, "groups.csv")[1:]]
        assert verify_files(files).ok


# -- forged, with every digest right --------------------------------------------------------------


def shift(by: int) -> Callable[[list[list[str]]], None]:
    """Move weight from the last panel to the first: it still adds up."""

    def change(table: list[list[str]]) -> None:
        table[1][1] = str(int(table[1][1]) + by)
        table[-1][1] = str(int(table[-1][1]) - by)

    return change


def heavier(table: list[list[str]]) -> None:
    table[1][1] = str(int(table[1][1]) + 1)


def two_in_one(table: list[list[str]]) -> list[list[str]]:
    """Give the last panel's weight to the first, and leave it out."""
    table[1][1] = str(int(table[1][1]) + int(table[-1][1]))
    return table[:-1]


def another_seat(table: list[list[str]]) -> None:
    """Move a seat of the last panel to a type that has none."""
    row = table[-1]
    free = max(at for at in range(2, len(row)) if row[at] == "0")
    held = max(at for at in range(2, len(row)) if row[at] != "0")
    row[held], row[free] = str(int(row[held]) - 1), "1"


def seat_less(table: list[list[str]]) -> None:
    """Take a seat away from the last panel."""
    held = max(at for at in range(2, len(table[-1])) if table[-1][at] != "0")
    table[-1][held] = str(int(table[-1][held]) - 1)


def types_exchanged(table: list[list[str]]) -> None:
    """Exchange the types of two people who differ in a group."""
    one, two = table[3], next(row for row in table[4:] if row[3:] != table[3][3:])
    one[2], two[2] = two[2], one[2]


def homes_apart(table: list[list[str]]) -> None:
    for row in table[1:]:
        row[1] = ""


def home_left(table: list[list[str]]) -> None:
    """Somebody who lived with another is said to live alone."""
    next(row for row in table[1:] if row[1])[1] = ""


def types_renamed(table: list[list[str]]) -> None:
    """Exchange the numbers of two types of one size: who is who changes with them."""
    for row in table[1:]:
        row[2] = {"1": "2", "2": "1"}.get(row[2], row[2])


def hair_more(table: list[list[str]]) -> None:
    table[1][1] = f"{float(table[1][1]) + 1e-11:.12f}"


def swapped(files: Files) -> Files:
    """Exchange somebody on the panel with somebody of the same groups who was not drawn."""
    cells_of = {row[0]: row[2:] for row in rows_of(files, "groups.csv")[1:]}
    panel, rest = rows_of(files, "panel.csv"), rows_of(files, "remaining.csv")
    one, two = next((a, b) for a in range(1, len(panel)) for b in range(1, len(rest))
                    if cells_of[panel[a][0]] == cells_of[rest[b][0]])
    panel[one], rest[two] = rest[two], panel[one]
    return put(put(files, "panel.csv", panel), "remaining.csv", rest)


FORGERIES: dict[str, tuple[Callable[[], Files], Callable[[Files], Files], str]] = {
    "weight: one unit more": (undrawn, rows("lottery.csv", heavier), "summary"),
    "weight: moved": (undrawn, rows("lottery.csv", shift(10**6)), "chance"),
    "weight: none": (undrawn, cell("lottery.csv", 1, 1, "0"), "row"),
    "weight: negative": (undrawn, cell("lottery.csv", 1, 1, "-5"), "row"),
    "weight: in words": (undrawn, cell("lottery.csv", 1, 1, "all"), "row"),
    "weight: with a zero in front": (undrawn, cell("lottery.csv", 1, 1, "01"), "row"),
    "panel: another number": (undrawn, cell("lottery.csv", 1, 0, "7"), "row"),
    "panel: a seat less": (undrawn, rows("lottery.csv", seat_less), ""),
    "panel: half a seat": (undrawn, cell("lottery.csv", -1, -1, "0.5"), "row"),
    "panel: a seat of another type": (undrawn, rows("lottery.csv", another_seat), ""),
    "panel: two in one": (undrawn, rows("lottery.csv", two_in_one), "summary"),
    "panel: out of order": (
        undrawn, rows("lottery.csv", lambda t: [t[0], [t[1][0], *t[2][1:]], [t[2][0], *t[1][1:]],
                                                *t[3:]]), "row"),
    "panel: twice": (
        undrawn, rows("lottery.csv", lambda t: t[-1].__setitem__(slice(2, None), t[-2][2:])),
        "row"),
    "panel: none": (undrawn, rows("lottery.csv", lambda t: t[:1]), "summary"),
    "lottery: a column renamed": (undrawn, cell("lottery.csv", 0, 2, "type_9"), "file"),
    "lottery: a column less": (
        undrawn, rows("lottery.csv", lambda t: [row[:-1] for row in t]), "file"),
    "lottery: tickets": (
        undrawn, rows("lottery.csv", lambda t: [["ticket", "member_1"], ["0", "p01"]]), "file"),
    "groups: types exchanged": (undrawn, rows("groups.csv", types_exchanged), "type"),
    "groups: types renamed": (undrawn, rows("groups.csv", types_renamed), ""),
    "groups: nobody lives together": (drawn, rows("groups.csv", homes_apart), ""),
    "groups: somebody moved out": (undrawn, rows("groups.csv", home_left), "type"),
    "groups: a type nobody knows": (undrawn, cell("groups.csv", 1, 2, "99"), "file"),
    "groups: a blank type": (undrawn, cell("groups.csv", 1, 2, ""), "file"),
    "groups: another header": (undrawn, cell("groups.csv", 0, 2, "kind"), "file"),
    "groups: no types": (
        undrawn, rows("groups.csv", lambda t: [row[:2] + row[3:] for row in t]), "file"),
    "groups: another name": (undrawn, cell("groups.csv", 1, 0, "q01"), "file"),
    "groups: another order after the draw": (
        drawn, rows("groups.csv", lambda t: [t[0], *t[:0:-1]]), ""),
    "chances: a hair more": (undrawn, rows("chances.csv", hair_more), "chance"),
    "chances: with tickets": (undrawn, cell("chances.csv", 1, 2, "1"), "tally"),
    "record: another total": (undrawn, record(lambda r: r.update(total=10**14)), "summary"),
    "record: a panel more": (undrawn, record(lambda r: r.update(panels=99)), "summary"),
    "record: a lottery of tickets": (
        undrawn, record(lambda r: r.update(kind="tickets", tickets=r["panels"])), ""),
    "record: a kind unheard of": (undrawn, record(lambda r: r.update(kind="fair")), "record"),
    "record: nobody from a household": (undrawn, record(lambda r: r.update(per_household=0)), ""),
    "record: a higher smallest chance": (
        undrawn, record(lambda r: r.update(min_chance="0.5")), "summary"),
    "record: a higher level in the proof": (
        undrawn, record(lambda r: r["proof"]["levels"][0].update(level="9/10")), ""),
    "draw: another panel": (
        drawn,
        record(lambda r: r["draw"].update(ticket=(r["draw"]["ticket"] + 1) % r["panels"])), "draw"),
    "draw: another seed": (
        drawn, record(lambda r: r["draw"]["sources"][0].update(text="Heerlen 4")), ""),
    "draw: no text": (drawn, record(lambda r: r["draw"]["sources"][0].pop("text")), "record"),
    "draw: by a number": (
        drawn, record(lambda r: r["draw"].update(sources=[{"kind": "ticket", "number": 1}])), ""),
    "draw: somebody of the same type": (drawn, swapped, "panel"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_right_digests_is_found(name: str) -> None:
    """Types, weights, chances, people: each is counted from the others."""
    made, edit, code = FORGERIES[name]

    result = verify_files(hashed_again(edit(made())))

    assert not result.ok
    assert all(step.ok for step in result.steps[:-1])
    failed = result.steps[-1]
    assert text(failed.code, "en", **failed.params)
    assert failed.code.startswith("verify-bad-")
    assert not code or f"verify-bad-{code}" == failed.code


def test_a_cut_must_weigh_everyone_of_a_type_alike() -> None:
    """Else it says nothing of panels that only count types."""
    files = lottery_files(sortition.find_distribution(problem_of(LATER.pool)).to_exact())
    said = record_of(files)
    types = [row[2] for row in rows_of(files, "groups.csv")[1:]]
    people = [row[0] for row in rows_of(files, "groups.csv")[1:]]
    own = next(own for own, t in zip(people, types, strict=True) if types.count(t) > 1)
    said["proof"]["cuts"][0]["weights"][own] = -(10**9)

    assert "verify-bad-cut" == codes(put_record(files, said))[-1]


@pytest.mark.parametrize("key", sorted(record_of(drawn())))
def test_nonsense_in_the_record_ends_in_a_verdict(key: str) -> None:
    """Never in an exception."""
    for nonsense in ("x", -1, 1.5, [], {}, [None], {"x": None}, True, None):
        result = verify_files(put_record(drawn(), record_of(drawn()) | {key: nonsense}))
        if key in {"kind", "panels", "total", "size", "per_household", "quotas"}:
            assert not result.ok, nonsense


def test_the_file_runs_alone(tmp_path: Path) -> None:
    """`python verify_exact.py FOLDER`, with that file and verify.py; prove.py takes only itself."""
    folder = lay(drawn(), tmp_path / "drawn")
    for name in ("verify.py", "verify_exact.py", "prove.py"):
        shutil.copy(ROOT / "sortition" / name, tmp_path / name)

    done = child(tmp_path / "verify_exact.py", folder, cwd=tmp_path)
    proven = child("-I", tmp_path / "prove.py", folder, cwd=tmp_path)
    tickets = child("-I", tmp_path / "verify.py", folder, cwd=tmp_path)

    assert (0, b"") == (done.returncode, done.stderr)
    assert list("123467") == [line[:1] for line in done.stdout.decode().splitlines()]
    assert (0, b"", 4) == (proven.returncode, proven.stderr, len(proven.stdout.splitlines()))
    assert (5, b"") == (tickets.returncode, tickets.stderr), "it has no tickets"


# -- on the command line --------------------------------------------------------------------------


@pytest.fixture
def made(region: Path, tmp_path: Path, run) -> Path:
    """The folder of an exact lottery of the shipped region."""
    folder = tmp_path / "exact"
    done = run("lottery", region / "people.csv", region / "quotas.csv", "--size", 24,
               "--household", "adres,postcode", "--exact", "--out", folder, "--json")
    assert (0, "exact", None) == (done.code, done.json["kind"], done.json["tickets"])
    assert done.json["ticket_loss"] < 1e-12
    return folder


def test_a_text_draws_and_anyone_can_check(made: Path, run) -> None:
    """The same panel each time, with the digest of both files."""
    own = (made / "lottery.csv").read_bytes()

    first = run("draw", made, "--seed", "Heerlen", "--json")
    again = run("draw", made, "--seed", " Heerlen ", "--json", "--force")

    assert (0, 0) == (first.code, again.code)
    assert first.json["panel"] == again.json["panel"]
    assert hashlib.sha256(own).hexdigest() == first.json["lottery_sha256"]
    assert 24 == len(first.json["panel"])
    assert 0 == run("verify", made).code
    assert 1 == len(json.loads((made / "record.json").read_text())["earlier_draws"])


def test_a_second_draw_is_refused_in_words(made: Path, run) -> None:
    """It names the panel that was drawn."""
    first = run("draw", made, "--seed", "Heerlen", "--json").json["draw"]["ticket"]

    again = run("draw", made, "--seed", "Maastricht", "--json")

    assert 3 == again.code
    assert "drawn-already-exact" == again.json["issues"][0]["code"]
    assert str(first) in again.json["issues"][0]["message"]


def test_a_number_cannot_draw_and_is_told_what_can(made: Path, run) -> None:
    """Nothing is written; without a source it asks for a text."""
    done = run("draw", made, "--ticket", 3)

    assert 3 == done.code
    assert "--seed TEXT" in done.err
    assert not (made / "panel.csv").exists()
    bare = run("draw", made)
    assert 2 == bare.code
    assert "--seed TEXT" in bare.err
    assert "--ticket" not in bare.err


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_speaks_of_panels_and_a_text(made: Path, run, language: str) -> None:
    """The text, the commitment, and as many people per group as were drawn."""
    from sortition.messages import text

    drawn = run("draw", made, "--seed", "Heerlen", "--lang", language, "--json").json
    page = (made / "report.html").read_text(encoding="utf-8")

    assert text("report-drawn-exact", language, ticket=drawn["draw"]["ticket"]) in page
    assert commitment(record_of({"record.json": (made / "record.json").read_bytes()})) in page
    assert drawn["lottery_sha256"] in page
    assert "“<bdi>Heerlen</bdi>”" in page
    assert "None" not in page
    groups = [line.split(",") for line in (made / "groups.csv").read_text().splitlines()]
    inside = sum(row[3] == "1" for row in groups if row[0] in drawn["panel"])
    value = groups[0][3].partition(": ")[2]
    row = page.split(f"<bdi>{value}</bdi>")[1].split("</tr>")[0]
    assert f'<td class="got">{inside}</td>' in row


def test_a_rehearsal_in_one_go(region: Path, tmp_path: Path, run) -> None:
    """The computer makes up a text; what follows from it can be checked."""
    done = run("draw", region / "people.csv", region / "quotas.csv", "--size", 24, "--exact",
               "--out", tmp_path / "try", "--json")

    assert (0, "system", True) == (
        done.code, done.json["draw"]["method"], done.json["draw"]["rehearsal"])
    assert 0 == run("verify", tmp_path / "try").code


@pytest.mark.parametrize(
    ("command", "words"),
    [("lottery", ["--tickets", 10]), ("lottery", ["--balance", "geslacht"]),
     ("draw", ["--ticket", 1])],
)
def test_what_belongs_to_tickets_is_a_usage_error(
    region: Path, tmp_path: Path, run, command: str, words: list
) -> None:
    """Said in words, and nothing is written."""
    done = run(command, region / "people.csv", region / "quotas.csv", "--size", 24, "--exact",
               "--out", tmp_path / "none", *words)

    assert 2 == done.code
    assert str(words[0]) in done.err or "--seed" in done.err
    assert not (tmp_path / "none").exists()


def test_a_lottery_is_made_exact_before_it_is_drawn_from(made: Path, run) -> None:
    """--exact says nothing to a draw from a folder."""
    done = run("draw", made, "--seed", "x", "--exact")

    assert 2 == done.code
    assert "--exact" in done.err
