"""Reserves who step in: the first in their order with whom the rules hold, against enumeration."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import openpyxl
import pytest
from browser import CHROMIUM, verified
from conftest import Outcome
from oracle import SmallPool, keeps_rules
from pools import crowded, dice_of, problem_of, seeded, write
from small import rows_of
from test_replacement import scenario

import sortition
from sortition.checking import verify_files, verify_folder
from sortition.lots.commitment import sealed
from sortition.lots.ranked import first_in_rank
from sortition.lots.replacement import check_follows
from sortition.lots.stepping_in import check_steps_in, first_who_fit

Run = Callable[..., Outcome]


def first_by_enumeration(
    pool: SmallPool, stay: set[str], ranked: list[str], most: int
) -> tuple[str, ...] | None:
    """Return the first choice of reserves that keeps every rule: the best reserve first, and so on.

    A reserve who steps in comes before one who does not, so that more beat fewer of the same.
    """
    ids = [person["id"] for person in pool.people]
    keeping = [
        chosen for count in range(most + 1) for chosen in combinations(range(len(ranked)), count)
        if keeps_rules(pool, [ids.index(own) for own in (*stay, *(ranked[r] for r in chosen))])
    ]
    best = min(keeping, key=lambda own: (*own, len(ranked)), default=None)
    return None if best is None else tuple(ranked[at] for at in best)


@pytest.mark.parametrize("seed", range(40))
def test_the_first_who_fit_step_in(seed: int) -> None:
    """As enumeration has it; and whoever was not taken could as well not have been on the list."""
    pool = crowded(seed) if seed % 4 == 3 else seeded(seed)
    stay, gone, _ = scenario(pool, seed)
    problem = problem_of(pool)
    others = sorted(set(problem.ids) - stay - gone)
    dice = dice_of(f"reserves {seed}")
    ranked = dice.sample(others, dice.randint(0, len(others)))
    expected = first_by_enumeration(pool, stay, ranked, len(gone))

    def found(order: list[str]) -> tuple[str, ...] | None:
        try:
            return first_who_fit(problem, stay, gone, order, len(gone))
        except (sortition.InfeasibleError, sortition.InputError):
            return None

    answer = found(ranked)
    if expected == ():  # the size may vary, and nobody need step in: there is nothing to fill
        return
    assert expected == answer
    for own in set(ranked) - set(answer or ()):
        assert answer == found([other for other in ranked if other != own])


def fill_in(path: Path, words: dict[int, str]) -> None:
    """Write statuses into a workbook as a coordinator does, by the row behind the header."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    column = next(cell.column for cell in reversed(sheet[1]) if cell.value.startswith("status"))
    for row, word in words.items():
        sheet.cell(row + 1, column).value = word
    book.save(path)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


SIDES = SmallPool(
    tuple({"id": f"p{at:02d}", "side": "lr"[at % 2], "status": "x"} for at in range(12)),
    (("side", "l", 2, 2), ("side", "r", 2, 2)),
    4,
)


@pytest.fixture
def lot(run: Run, tmp_path: Path) -> Path:
    """A lottery among twelve, drawn, with reserves; the list has a column “status” of its own."""
    people, quotas = write(SIDES, tmp_path)
    folder = tmp_path / "lot"
    assert 0 == run("lottery", people, quotas, "--size", 4, "--out", folder, "--tickets", 9).code
    assert 0 == run("draw", folder, "--ticket", 4, "--reserve-list", 8).code
    return folder


def test_the_cycle_of_a_coordinator(run: Run, lot: Path, tmp_path: Path) -> None:
    """Open panel.xlsx, fill in, replace: the first of that side steps in, a no is passed over."""
    second = tmp_path / "second"
    panel, reserves = rows_of(lot / "panel.csv"), rows_of(lot / "reserves.csv")
    side = panel[2][1]
    same = [row for row in reserves[1:] if row[2] == side]
    fill_in(lot / "panel.xlsx", {2: "Afgezegd", 1: "bevestigd"})
    fill_in(lot / "reserves.xlsx", {int(same[0][0]): "declined"})
    assert ["1", "2"] == [row[0] for row in reserves[1:3]]
    copy = tmp_path / "copy.xlsx"  # the list's own column “status” is not taken for it
    copy.write_bytes((lot / "panel.xlsx").read_bytes())
    done = run("replace", lot, "--status", copy, "--out", tmp_path / "n", "--dry-run", "--json")
    assert 1 == len(set(done.json["follows"]["gone"]) - {same[0][1]})
    done = run("replace", lot, "--from-reserves", "--out", second, "--json")
    assert 0 == done.code, done.err
    assert [same[1][1]] == done.json["follows"]["reserves"]["steps_in"]
    assert verify_folder(second).ok
    assert (same[1][1],) == check_steps_in(bytes_of(lot), bytes_of(second))
    assert not json.loads((second / "record.json").read_bytes())["rehearsal"]
    page = (second / "report.html").read_text(encoding="utf-8")
    assert "Reserves stepped in; nobody was drawn." in page
    assert "smallest chance is" not in page

    book = openpyxl.load_workbook(second / "panel.xlsx").active
    said = {row[0].value: row[-1].value for row in book.iter_rows(min_row=2)}
    assert "confirmed" == said[panel[1][0]]
    assert "asked" == said[same[1][1]]

    left = [row for row in reserves[1:] if row[1] not in {same[0][1], same[1][1]}]
    assert left == rows_of(second / "reserves.csv")[1:]  # their numbers stay the same
    # The next one from the list, and then a lottery as wide as the first.
    third, fourth = tmp_path / "third", tmp_path / "fourth"
    at = sorted(said).index(same[1][1]) + 1
    fill_in(second / "panel.xlsx", {at: "no answer"})
    done = run("replace", second, "--from-reserves", "--out", third, "--json")
    assert [same[2][1]] == done.json["follows"]["reserves"]["steps_in"]
    assert (same[2][1],) == check_steps_in(bytes_of(second), bytes_of(third))
    fill_in(third / "panel.xlsx", {1: "withdrawn"})
    assert 9 == run("replace", third, "--out", fourth, "--json").json["tickets"]
    assert () == check_steps_in(bytes_of(third), bytes_of(fourth))
    assert 0 == run("draw", fourth, "--seed", "in public").code
    assert verify_folder(fourth).ok


def test_a_letter_tells_both_draws(run: Run, lot: Path, tmp_path: Path) -> None:
    """Who stays, is gone, steps in, is passed over, or is a candidate; only of the right draw."""
    second, third = tmp_path / "second", tmp_path / "third"
    panel = rows_of(lot / "panel.csv")
    fill_in(lot / "panel.xlsx", {1: "withdrawn"})
    run("replace", lot, "--from-reserves", "--out", second)
    (new,) = check_steps_in(bytes_of(lot), bytes_of(second))
    other = next(row[1] for row in rows_of(second / "reserves.csv")[1:])

    def place(own: str, folder: Path) -> str:
        done = run("explain", folder, own, "--before", lot, "--json")
        assert 0 == done.code, done.err
        assert run("explain", folder, own, "--before", lot, "--lang", "nl").out.count("Daarna") == 1
        assert own == done.json["before"]["id"]
        return done.json["place"]

    assert ["gone", "stays", "steps-in", "passed"] == [
        place(own, second) for own in (panel[1][0], panel[2][0], new, other)
    ]
    run("replace", lot, "--out", third)
    assert "candidate" == place(other, third)
    assert 5 == run("explain", lot, other, "--before", lot).code
    assert 3 == run("explain", second, other, "--before", third).code  # nothing was drawn there
    assert 3 == run("explain", second, "nobody", "--before", lot).code


def test_a_record_that_passes_over_a_reserve_is_found(run: Run, lot: Path, tmp_path: Path) -> None:
    """Another who fits, another order, an order of somebody's own: each is told."""
    second = tmp_path / "second"
    fill_in(lot / "panel.xlsx", {1: "withdrawn"})
    run("replace", lot, "--from-reserves", "--out", second)
    before, after = bytes_of(lot), bytes_of(second)

    def code(first: dict[str, bytes], then: dict[str, bytes]) -> str:
        with pytest.raises(sortition.VerificationError) as caught:
            check_steps_in(first, then)
        assert str(caught.value)
        return caught.value.code

    record = json.loads(after["record.json"])
    record["follows"]["reserves"]["ids"].reverse()
    assert "reserves-bad-order" == code(before, after | {"record.json": sealed(record)})
    record = json.loads(after["record.json"])
    record["follows"]["reserves"]["ids"] = 7
    assert code(before, after | {"record.json": sealed(record)}).startswith(("reserves", "follows"))
    for name, value in (("steps_in", []), ("ids", [])):
        record = json.loads(after["record.json"])
        record["follows"]["reserves"][name] = value
        assert code(before, after | {"record.json": sealed(record)})

    fixed = json.loads(before["record.json"])["draw"]["reserves"]["ids"]
    searched = first_in_rank("4", "0" * 64, fixed, 8)  # an order among many to choose from
    assert 0 == run("verify", lot).code
    for forged in ({"ids": fixed[::-1]}, searched.to_dict()):
        record = json.loads(before["record.json"])
        record["draw"]["reserves"] |= forged
        (lot / "record.json").write_bytes(sealed(record))
        done = run("replace", lot, "--from-reserves", "--out", tmp_path / "no")
        assert 5 == done.code
        assert not (tmp_path / "no").exists()
        assert 5 == run("verify", lot).code


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")
def test_both_verifiers_pass_a_draw_with_reserves(run: Run, lot: Path, tmp_path: Path) -> None:
    """What the record says beside the draw disturbs neither, also where reserves stepped in."""
    second = tmp_path / "second"
    fill_in(lot / "panel.xlsx", {1: "withdrawn"})
    run("replace", lot, "--from-reserves", "--out", second)
    names = ("record.json", "lottery.csv", "chances.csv", "groups.csv", "panel.csv",
             "remaining.csv")
    cases = [{name: files[name] for name in names} for files in map(bytes_of, (lot, second))]
    assert all(verify_files(case).ok for case in cases)
    assert all(step["ok"] for answer in verified(cases) for step in answer)


def test_the_file_of_reserves_says_what_the_record_says(run: Run, lot: Path) -> None:
    """People read the file: in another order, cut short or broken it does not verify."""
    path = lot / "reserves.csv"
    whole = path.read_bytes()
    header, first, second, *rest = whole.splitlines(keepends=True)
    assert "in the order that the draw gives: 8." in run("verify", lot).out
    for data in (b"".join([header, second, first, *rest]), header + first, header, b"", b'"',
                 whole.replace(b"id", b"no", 1), b"\xff"):
        path.write_bytes(data)
        done = run("verify", lot, "--json")
        assert (5, "reserves-bad-file") == (done.code, done.json["error"]), data
    path.unlink()
    assert 0 == run("verify", lot).code


def test_reserves_that_do_not_fit_are_told(run: Run, lot: Path, tmp_path: Path) -> None:
    """Nobody of that side is on the list: why not, ways out, and the least deviation if chosen."""
    panel, reserves = rows_of(lot / "panel.csv"), rows_of(lot / "reserves.csv")
    side = panel[1][1]
    fill_in(lot / "panel.xlsx", {1: "withdrawn"})
    fill_in(lot / "reserves.xlsx", {
        int(row[0]): "withdrawn" for row in reserves[1:] if row[2] == side
    })
    out = tmp_path / "second"
    done = run("replace", lot, "--from-reserves", "--out", out)
    assert 4 == done.code
    assert "Without --from-reserves" in done.out
    assert not out.exists()
    done = run("replace", lot, "--from-reserves", "--out", out, "--deviate", 1, "--json")
    assert 0 == done.code, done.err
    assert verify_folder(out).ok
    said = run("verify", out, "--before", lot)
    assert 0 == said.code
    assert "Different from what was agreed, as the record says: side: " in said.out
    assert "Reserves who stepped in, by their order: 1." in said.out
    assert 5 == run("verify", out, "--before", out).code  # it does not follow itself
    assert 3 == run("verify", lot, "--before", tmp_path).code
    assert check_follows(bytes_of(lot), bytes_of(out))
    assert 1 == len(check_steps_in(bytes_of(lot), bytes_of(out)))


@pytest.mark.parametrize(
    ("made", "drawn"),
    [((), ("--seed", " spo\u0301ken ")), ((), ("--dice", "6: 3 1 4 2")),
     ((), ("--dice", "6: 3 1 4 2", "--seed", "x")), (("--exact",), ("--seed", "x")),
     (("--exact",), ("--dice", "20: " + "7 " * 40, "--seed", "x"))],
)
def test_the_order_follows_from_whatever_decided(
    run: Run, tmp_path: Path, made: tuple[str, ...], drawn: tuple[str, ...]
) -> None:
    """Text, dice, or both: `replace` finds the order on record to be that of the draw."""
    people, quotas = write(SIDES, tmp_path)
    lot, out = tmp_path / "lot", tmp_path / "out"
    assert 0 == run("lottery", people, quotas, "--size", 4, "--out", lot, *made).code
    done = run("draw", lot, *drawn, "--reserve-list", 8, "--json")
    assert 0 == done.code, done.err
    fill_in(lot / "panel.xlsx", {1: "withdrawn"})
    done = run("replace", lot, "--from-reserves", "--out", out)
    assert 0 == done.code, done.err
    assert verify_folder(out).ok
    assert 1 == len(check_steps_in(bytes_of(lot), bytes_of(out)))


def test_reserves_can_be_fixed_later_but_not_twice(run: Run, tmp_path: Path) -> None:
    """The draw stays as it was, the statuses stay, and other reserves are refused."""
    people, quotas = write(SIDES, tmp_path)
    lot = tmp_path / "lot"
    run("lottery", people, quotas, "--size", 4, "--out", lot, "--tickets", 9)
    run("draw", lot, "--ticket", 4)
    panel = (lot / "panel.xlsx").read_bytes()
    assert 3 == run("replace", lot, "--from-reserves", "--out", tmp_path / "no").code
    assert 0 == run("draw", lot, "--ticket", 4, "--reserve-group", 2, "--drop-out", "20%").code
    record = json.loads((lot / "record.json").read_bytes())
    assert [] == record["earlier_draws"]
    assert "0.2" == record["draw"]["reserves"]["group"]["drop_out"]
    assert panel == (lot / "panel.xlsx").read_bytes()
    assert verify_folder(lot).ok
    assert 0 == run("draw", lot, "--ticket", 4, "--reserve-group", 2, "--drop-out", "0,2").code
    assert 0 == run("draw", lot, "--ticket", 4).code
    assert 3 == run("draw", lot, "--ticket", 4, "--reserve-list", 3).code
    assert 3 == run("draw", lot, "--ticket", 5, "--reserve-list", 3).code


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--reserve-list", 2, "--reserve-group", 2), 2), (("--drop-out", "10%"), 2),
     (("--reserve-group", 2, "--drop-out", "110%"), 2), (("--reserve-group", 2, "--drop-out", "-1"),
     3), (("--reserve-group", 2, "--drop-out", "nobody"), 3), (("--reserve-group", 11), 2),
     (("--reserve-group", 2, "--drop-out", "status"), 3), (("--reserve-list", 0), 2)],
)
def test_wrong_wishes_are_refused(run: Run, tmp_path: Path, words: tuple, code: int) -> None:
    """Two kinds at once, chances that are none, a column that is not there or holds none."""
    people, quotas = write(SIDES, tmp_path)
    lot = tmp_path / "lot"
    run("lottery", people, quotas, "--size", 4, "--out", lot, "--tickets", 9)
    done = run("draw", lot, "--ticket", 4, *words)
    assert code == done.code, done.err
    assert not (lot / "panel.csv").exists()
