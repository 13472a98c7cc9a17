"""After the draw: who stays, what is still needed, and a lottery that follows the one before."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Outcome
from oracle import SmallPool, all_panels, keeps_rules, leximin_by_enumeration
from pools import HOME, crowded, dice_of, problem_of, seeded, write

import sortition
from sortition.checking import verify_files
from sortition.engine.panels import any_panel
from sortition.lots.commitment import sealed
from sortition.lots.drawn import draw_files
from sortition.lots.record import lottery_files
from sortition.lots.replacement import (
    STAYS,
    check_follows,
    published_problem,
    remaining_problem,
    replacement_problem,
    ways_out,
)

SPLIT = SmallPool(
    tuple({"id": own, "side": side} for own, side in zip("abcdef", "lllrrr", strict=True)),
    (("side", "l", 2, 2), ("side", "r", 1, 1)),
    3,
)


def scenario(pool: SmallPool, seed: int) -> tuple[set[str], set[str], list[tuple[int, ...]]]:
    """Return who stays and who is gone of a panel, and every panel that may come of it."""
    dice = dice_of(f"drop-out {seed}")
    panels = all_panels(pool)
    panel = panels[dice.randrange(len(panels))]
    leave = set(dice.sample(panel, dice.randint(1, max(1, len(panel) // 2))))
    stay = set(panel) - leave
    wanted = [
        own for own in panels
        if stay <= set(own) and not leave & set(own) and len(own) > len(stay)
    ]
    ids = [person["id"] for person in pool.people]
    return {ids[at] for at in stay}, {ids[at] for at in leave}, wanted


def feasible(problem: sortition.Problem) -> bool:
    """Return whether a panel exists."""
    try:
        any_panel(problem)
    except sortition.InfeasibleError:
        return False
    return True


def replaceable(problem: sortition.Problem, stay: set[str], gone: set[str]) -> bool:
    """Return whether the empty seats can be filled."""
    try:
        return feasible(remaining_problem(problem, stay, gone))
    except sortition.InputError:  # fewer candidates than seats
        return False


@pytest.mark.parametrize("seed", range(48))
def test_a_replacement_keeps_every_rule_whenever_one_can(seed: int) -> None:
    """Enumeration and the engine agree on whether, and on the chances; else a way out is one."""
    pool = crowded(seed) if seed % 4 == 3 else seeded(seed)
    stay, gone, wanted = scenario(pool, seed)
    problem = problem_of(pool)
    ids = [person["id"] for person in pool.people]
    assert bool(wanted) == replaceable(problem, stay, gone)
    if not wanted:
        return
    again = replacement_problem(problem, stay, gone)
    fair = sortition.find_distribution(again)
    lottery = fair.to_lottery(tickets=20)

    chances = dict(zip(again.ids, fair.chance.tolist(), strict=True))
    expected = leximin_by_enumeration(len(ids), wanted)
    assert [0.0 if own in gone else pytest.approx(chances[own], abs=1e-6) for own in ids] == [
        pytest.approx(value, abs=1e-6) for value in expected
    ]
    for ticket in range(20):
        members = lottery.members(ticket)
        assert stay <= set(members)
        assert not gone & set(members)
        assert keeps_rules(pool, [ids.index(own) for own in members])
    assert fair.certificate.proven


def test_a_way_out_is_said_of_the_whole_panel_and_has_one() -> None:
    """With the bounds it names, everyone who stays can be replaced round."""
    looked, offered = 0, 0
    for seed in range(60):
        pool = seeded(seed)
        stay, gone, wanted = scenario(pool, seed)
        problem = problem_of(pool)
        if wanted:
            continue
        try:
            found = ways_out(problem, stay, gone)
        except sortition.InputError:  # fewer candidates than seats
            continue
        looked += 1
        old = {quota.name: (quota.lower, quota.upper) for quota in problem.quotas.quotas}
        for repair, changed in found:
            offered += 1
            assert feasible(replacement_problem(changed, stay, gone))
            assert all(old[change.name] == change.old != change.new for change in repair.changes)
    assert looked >= 10
    assert offered >= looked


def test_what_is_still_needed_is_what_those_who_stay_do_not_fill() -> None:
    """One of the left stays of two, and the one of the right is gone: one seat of each."""
    left = remaining_problem(problem_of(SPLIT), stay={"a"}, gone={"b", "d"})

    assert ("c", "e", "f") == left.ids
    assert ["", "side: l", "side: r"] == list(left.names)
    assert [2, 1, 1] == left.lower.tolist()
    assert [2, 1, 1] == left.upper.tolist()


def test_the_last_seats_of_a_home_are_counted() -> None:
    """Two of a home of four may serve; one stays, so one of the other three may join."""
    people = tuple(
        {"id": own, "side": "l", "street": "Kade 1" if own in "abcd" else "", "postcode": "1"}
        for own in "abcdefg"
    )
    pool = SmallPool(people, (("side", "l", 3, 3),), 3, HOME, 2)
    left = remaining_problem(problem_of(pool), stay={"a"}, gone={"e", "f"})

    assert ("b", "c", "d", "g") == left.ids
    assert ["", "id: b | c | d", "side: l"] == list(left.names)
    assert [2, 1, 2] == left.upper.tolist()


@pytest.mark.parametrize(("stay", "gone"), [({"x"}, set()), ({"a"}, {"a"})])
def test_strangers_and_contradictions_are_refused(stay: set[str], gone: set[str]) -> None:
    """Nobody stays who was not there, and nobody both stays and is gone."""
    with pytest.raises(ValueError, match="not in the pool"):
        replacement_problem(problem_of(SPLIT), stay, gone)


def test_nothing_is_drawn_where_no_seat_is_empty() -> None:
    """Everyone stays."""
    with pytest.raises(sortition.InputError) as caught:
        remaining_problem(problem_of(SPLIT), {"a", "b", "d"}, set())
    assert ["replace-nothing"] == [issue.code for issue in caught.value.issues]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_published_lottery_gives_back_its_problem(seed: int, *, exact: bool) -> None:
    """Types, bounds and households: what the files say is what was compiled."""
    problem = problem_of(crowded(seed) if seed % 2 else seeded(seed))
    fair = sortition.find_distribution(problem)
    files = lottery_files(fair.to_exact() if exact else fair.to_lottery(tickets=10))
    again = published_problem(files)

    assert problem.names == again.names
    for name in ("type_of", "people", "limit", "rows", "lower", "upper", "pattern", "capacity"):
        assert np.array_equal(getattr(problem, name), getattr(again, name)), name


def drawn(pool: SmallPool) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files of a first draw and who was drawn."""
    lottery = sortition.find_distribution(problem_of(pool)).to_lottery(tickets=10)
    files = lottery_files(lottery)
    draw = sortition.draw(lottery, seed="first")
    return files | draw_files(files, draw, lottery.problem.ids), draw.panel.ids


def following(
    before: dict[str, bytes], stay: set[str], gone: set[str], **changed: object
) -> dict[str, bytes]:
    """Return the files of a replacement."""
    again = replacement_problem(published_problem(before), stay, gone)
    follows = {
        "record_sha256": hashlib.sha256(before["record.json"]).hexdigest(),
        "stay": sorted(stay), "gone": sorted(gone), "changed": [],
    }
    lottery = sortition.find_distribution(again).to_lottery(tickets=10)
    return lottery_files(lottery, follows=follows | changed)


def test_a_chain_of_replacements_can_be_followed() -> None:
    """Each lottery verifies by itself, names the one before, and comes from it."""
    first, panel = drawn(SPLIT)
    second = following(first, set(panel[1:]), {panel[0]})
    lottery = sortition.find_distribution(
        replacement_problem(published_problem(first), set(panel[1:]), {panel[0]})
    ).to_lottery(tickets=10)
    second |= draw_files(second, sortition.draw(lottery, ticket=1), lottery.problem.ids)
    again = lottery.members(1)
    third = following(second, set(again[:2]), {again[2]})

    assert verify_files(second).ok
    assert verify_files(third).ok
    assert () == check_follows(first, second)
    assert () == check_follows(second, third)
    assert 1 == [q["name"] for q in json.loads(third["record.json"])["quotas"]].count(STAYS)
    with pytest.raises(sortition.VerificationError) as caught:
        check_follows(first, third)
    assert "follows-bad-record" == caught.value.code


def test_a_broken_link_is_found() -> None:
    """Other people, other rules, other groups: each is told."""
    first, panel = drawn(SPLIT)
    stay, gone = set(panel[1:]), {panel[0]}
    good = following(first, stay, gone)

    def code(after: dict[str, bytes]) -> str:
        with pytest.raises(sortition.VerificationError) as caught:
            check_follows(first, after)
        assert str(caught.value)
        return caught.value.code

    assert "follows-bad-people" == code(following(first, stay, set()))
    assert "follows-bad-rules" == code(following(first, stay, gone, changed=["side: l"]))
    groups = good["groups.csv"].replace(b",1,0", b",0,1", 1)
    assert "follows-bad-groups" == code(good | {"groups.csv": groups})
    record = json.loads(good["record.json"])
    record["quotas"] = record["quotas"][:1]
    changed = good | {"record.json": json.dumps(record).encode()}
    assert "follows-bad-rules" == code(changed)


Run = Callable[..., Outcome]


def statuses(folder: Path, given: dict[int, str], name: str = "panel.csv") -> Path:
    """Write the panel of a folder with a status each; confirmed where none is given."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    path = folder.parent / f"{folder.name}-status.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*header, "Status"])
        table.writerows([*row, given.get(at, "confirmed")] for at, row in enumerate(rows))
    return path


@pytest.fixture
def lot(run: Run, region: Path, tmp_path: Path) -> Path:
    """A lottery of the region, drawn."""
    folder = tmp_path / "lot"
    quiet = ("--out", folder, "--tickets", 100, "--household", "adres,postcode", "--size", 24)
    assert 0 == run("lottery", region / "people.csv", region / "quotas.csv", *quiet).code
    assert 0 == run("draw", folder, "--ticket", 41).code
    return folder


def test_from_a_panel_file_to_a_new_panel(run: Run, lot: Path, tmp_path: Path) -> None:
    """Two leave, one of them without a word; the others stay, and everything can be checked."""
    path = statuses(lot, {0: "Withdrawn", 5: "geen antwoord", 7: "asked"})
    new = tmp_path / "new"
    made = run("replace", lot, "--status", path, "--out", new, "--json")
    assert 0 == made.code, made.err
    assert 22 == len(made.json["follows"]["stay"])
    assert 2 == len(made.json["follows"]["gone"])
    assert 0 < made.json["candidates"]["min_chance"] <= made.json["candidates"]["max_chance"]

    text = run("draw", new, "--seed", "in public").code, run("verify", new).code
    assert (0, 0) == text
    record = json.loads((new / "record.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256((lot / "record.json").read_bytes()).hexdigest()
    assert [{"kind": "text", "text": "in public"}] == record["draw"]["sources"]
    assert digest == record["follows"]["record_sha256"], "bound by the commitment"
    before, after = (
        {own.name: own.read_bytes() for own in folder.iterdir()} for folder in (lot, new)
    )
    assert () == check_follows(before, after)
    remaining = (new / "remaining.csv").read_text(encoding="utf-8")
    assert not any(own in remaining for own in record["follows"]["gone"])


def test_what_to_publish_and_who_can_be_drawn_is_said(
    run: Run, lot: Path, tmp_path: Path
) -> None:
    """The commitment that ``verify`` asks for; no "2 to 2"; the counts of a letter."""
    path, new = statuses(lot, {0: "withdrawn", 1: "no answer"}), tmp_path / "second"
    told = run("replace", lot, "--status", path, "--out", new, "--lang", "nl").out
    committed = re.search("controlegetal.*: ([0-9a-f]{64})$", told, re.MULTILINE)
    assert committed is not None
    assert 0 == run("verify", new, "--commitment", committed[1]).code
    assert 0 != run("verify", new, "--commitment", "0" * 64).code
    assert "tot en met" not in told.partition("Opgeslagen")[0]

    record = json.loads((new / "record.json").read_text("utf-8"))
    able = record["pool"] - len(record["barred"]) - len(record["follows"]["stay"])
    with (new / "chances.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    own = next(one for one in ids if one not in record["follows"]["stay"])
    letter = run("explain", new, own, "--lang", "nl").out
    assert f"van hen kunnen worden ingeloot: {able}." in letter
    if record["barred"]:
        assert f"kandidaten die kunnen worden ingeloot: {able}." in told


def test_drawn_at_once_and_once_more(run: Run, lot: Path, tmp_path: Path) -> None:
    """A seed draws at once; a second replacement follows the first, the same again is refused."""
    first, second = tmp_path / "a", tmp_path / "b"
    path = statuses(lot, {3: "afgezegd"})
    words = ("replace", lot, "--status", path, "--out", first, "--seed", "spoken", "--lang", "nl")
    assert 0 == run(*words).code
    assert 3 == run(*words).code
    path = statuses(first, dict.fromkeys(range(0, 20, 3), "no answer"))
    assert 0 == run("replace", first, "--status", path, "--out", second, "--seed", "x").code
    assert 0 == run("verify", second).code
    rows = json.loads((second / "record.json").read_text(encoding="utf-8"))["source"]["rows_out"]
    assert 8 == len(rows)


def test_an_exact_lottery_is_followed_by_an_exact_one(run: Run, tmp_path: Path) -> None:
    """The same kind of randomness as the first time."""
    people, quotas = write(SPLIT, tmp_path)
    lot, new = tmp_path / "lot", tmp_path / "new"
    run("lottery", people, quotas, "--size", 3, "--exact", "--out", lot)
    run("draw", lot, "--seed", "one")
    path = statuses(lot, {0: "withdrawn"})
    assert 0 == run("replace", lot, "--status", path, "--out", new, "--seed", "two").code
    assert 0 == run("verify", new).code


def test_where_no_replacement_keeps_the_rules(run: Run, tmp_path: Path) -> None:
    """It says why, offers ways out, and makes the lottery with the one that is chosen."""
    people, quotas = write(
        replace(SPLIT, people=SPLIT.people[:2] + SPLIT.people[3:]), tmp_path
    )  # both of the left are needed
    lot, new = tmp_path / "lot", tmp_path / "new"
    run("lottery", people, quotas, "--size", 3, "--out", lot)
    run("draw", lot, "--ticket", 0)
    path = statuses(lot, {0: "withdrawn"})
    words = ("replace", lot, "--status", path, "--out", new)
    told = run(*words)
    assert 4 == told.code
    assert "minimum 2 → 1" in told.out
    assert not new.exists()
    assert 2 == run(*words, "--deviate", 9).code
    assert 4 == run(*words, "--json").code
    made = run(*words, "--deviate", 1, "--seed", "again")
    assert 0 == made.code, made.err
    assert 0 == run("verify", new).code
    before, after = (
        {own.name: own.read_bytes() for own in folder.iterdir()} for folder in (lot, new)
    )
    changed = check_follows(before, after)
    said = {change.name for change in changed}
    assert said == set(json.loads(after["record.json"])["follows"]["changed"])


def test_a_wrong_panel_file_is_told_row_by_row(run: Run, lot: Path, tmp_path: Path) -> None:
    """Blank, misspelt and unknown statuses, all at once; and nothing is written."""
    path = statuses(lot, {0: "", 1: "withdrawm", 2: "on holiday"})
    told = run("replace", lot, "--status", path, "--out", tmp_path / "new", "--json")
    assert 3 == told.code
    assert [("status-blank", 2), ("status-unknown", 3), ("status-other", 4)] == [
        (issue["code"], issue["row"]) for issue in told.json["issues"]
    ]
    assert "withdrawn" in told.json["issues"][1]["suggestion"]
    assert "on holiday" not in told.out + told.err  # a note may hold a name, as another column does
    naam = run("replace", lot, "--status", path, "--column", "naam", "--out", tmp_path / "new")
    assert 3 == naam.code
    names = [row["naam"] for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    assert not [name for name in names if name in naam.out + naam.err]


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 2), (("--status", "x.csv"), 2), (("--status", "x.csv", "--out", "y", "--seed", " "), 2),
     (("--status", "x.csv", "--out", "y"), 3)],
)
def test_what_is_missing_is_asked_for(
    run: Run, lot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...],
    code: int,
) -> None:
    """The statuses, a folder to write to, a text that is one."""
    monkeypatch.chdir(tmp_path)
    assert code == run("replace", lot, *words).code


def test_nothing_follows_a_lottery_that_was_not_drawn_or_tampered_with(
    run: Run, lot: Path, tmp_path: Path
) -> None:
    """A panel file that holds other people is no panel; and without a draw there is none."""
    path = statuses(lot, {0: "withdrawn", 5: "no answer"})
    words = ("replace", lot, "--status", path, "--out", tmp_path / "new")
    assert 2 == run(*words, "--deviate", 1).code
    (lot / "remaining.csv").unlink()
    assert 5 == run(*words).code
    record = json.loads((lot / "record.json").read_text(encoding="utf-8"))
    (lot / "record.json").write_bytes(sealed(record | {"draw": None}))
    assert 3 == run(*words).code
    assert 3 == run("replace", path, *words[2:]).code
