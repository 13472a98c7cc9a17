"""What is fixed before the draw: commitment, hash trees, proofs of inclusion, and a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
import test_exact_files as exact
import test_verify as tickets
from conftest import ROOT, child
from small import snapshot

import sortition
from sortition.checking import verify_files
from sortition.lots.commitment import announcement, check_inclusions, inclusions, path_of, sealed
from sortition.lots.names import PRIVATE
from sortition.lots.published import Published
from sortition.lots.record import lottery_files
from sortition.prove import leads_to
from sortition.verify import commitment, read_rows, root

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def leaf(cells: list[str]) -> bytes:
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()


def said(files: Mapping[str, bytes]) -> dict:
    return json.loads(files["record.json"])


# -- the commitment ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [(tickets.undrawn, tickets.drawn), (tickets.undrawn, tickets.drawn_by_seed),
     (exact.undrawn, exact.drawn)],
)
def test_a_draw_changes_nothing_that_was_fixed(before, after) -> None:
    """The commitment of the drawn record is the one published before."""
    published = commitment(said(before()))

    assert published == commitment(said(after()))
    assert verify_files(after(), f" {published.upper()}\n").ok
    assert ["verify-bad-commitment"] == [
        step.code for step in verify_files(after(), "0" * 64).steps]


FIXED = sorted(said(tickets.undrawn()).keys() - {"seal", "draw", "earlier_draws"})


@pytest.mark.parametrize("key", FIXED)
def test_every_fixed_field_is_in_the_commitment(key: str) -> None:
    """Whatever a forger says instead, and seals, is not what was published."""
    record = said(tickets.undrawn())

    assert commitment(record) != commitment(record | {key: "other"})
    assert commitment(record) == commitment(record | {"draw": "other", "earlier_draws": "other"})


def test_the_hash_of_the_commitment_can_be_made_by_hand() -> None:
    """A name, a zero byte, and the fixed part as it stands in the file."""
    record = said(tickets.drawn())
    fixed = {key: record[key] for key in FIXED}
    text = json.dumps(fixed, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    expected = hashlib.sha256(b"sortition/1/commitment\0" + text.encode()).hexdigest()
    assert expected == commitment(record)


def test_a_second_attempt_names_the_record_before() -> None:
    """A lottery made again in the same folder shows; a record that was edited is not named."""
    first = said(tickets.drawn())
    own = tickets.lottery()

    again = said(lottery_files(own, before=first))
    stranger = said(lottery_files(own, before=first | {"attempt": 7}))

    assert (1, None) == (first["attempt"], first["before"])
    assert (2, first["seal"]) == (again["attempt"], again["before"])
    assert (1, None) == (stranger["attempt"], stranger["before"])


def drawn_twice() -> dict[str, bytes]:
    """Return files of a draw that was done again, as `draw --force` leaves them."""
    return tickets.drawn() | Published(tickets.drawn(), 37, tickets.pool(), proven=True).draw(
        None, "once more", "en")[1]


def test_what_was_drawn_before_cannot_be_left_out_or_changed() -> None:
    """Every draw says which record it was added to, and whoever holds that record's seal knows."""
    files = drawn_twice()
    record, first = said(files), said(tickets.drawn())
    assert verify_files(files).ok
    for published in (first["seal"], said(tickets.undrawn())["seal"], record["seal"]):
        assert verify_files(files, published).ok
    for other in (
        record | {"earlier_draws": []}, record | {"draw": first["draw"]},
        record | {"draw": None}, record | {"draw": None, "earlier_draws": []},
        record | {"earlier_draws": [first["draw"] | {"ticket": 1}]},
        record | {"rehearsal": True},
    ):
        changed = files | {"record.json": sealed(other)}
        assert not verify_files(changed).ok
    # Who draws anew from the record as it was fixed makes a sound one, of another seal.
    anew = tickets.undrawn() | Published(tickets.undrawn(), 37, tickets.pool(), proven=True).draw(
        None, "once more", "en")[1]
    assert verify_files(anew).ok
    assert "verify-bad-commitment" == verify_files(anew, first["seal"]).steps[0].code


def test_a_text_is_bound_to_the_commitment() -> None:
    """The same tickets and text under another commitment draw anew; a rehearsal draws the same."""
    def number(key: bytes, *, rehearsal: bool) -> int:
        made = lottery_files(tickets.lottery(), key=key, rehearsal=rehearsal)
        lot = Published(made, 37, tickets.pool(), proven=True)
        drawn, files = lot.draw(None, "Heerlen", "en")
        digest = hashlib.sha256(made["lottery.csv"]).hexdigest()
        digest = digest if rehearsal else commitment(said(made))
        assert drawn.ticket == sortition.ticket_from_seed("Heerlen", digest, 37)
        assert verify_files(made | files).ok
        return drawn.ticket

    keys = [bytes([at]) * 32 for at in range(12)]

    assert len({number(key, rehearsal=False) for key in keys}) > 4
    assert 1 == len({number(key, rehearsal=True) for key in keys})


def test_draws_of_a_lottery_that_was_replaced_are_fixed() -> None:
    """They are in the commitment of the new one."""
    before = said(drawn_twice())
    draws = [*before["earlier_draws"], before["draw"]]
    record = said(lottery_files(tickets.lottery(), earlier=draws, before=before))

    assert draws == record["past_draws"]
    assert commitment(record) != commitment(record | {"past_draws": draws[1:]})


def test_other_salts_change_the_roots_only() -> None:
    """The lottery of the same people stays the same; two records of it never have one pool root."""
    own = tickets.lottery()
    one, other = lottery_files(own), lottery_files(own)

    assert {"record.json", PRIVATE} == {name for name in one if one[name] != other[name]}
    assert {"pool_root", "seal"} == {
        key for key in said(one) if said(one)[key] != said(other)[key]}


def test_no_number_that_is_hashed_has_a_point() -> None:
    """Whole numbers, and texts of decimals and fractions."""
    def numbers(value: object) -> list[float]:
        parts = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict | list):
            return [number for part in parts for number in numbers(part)]
        return [value] if isinstance(value, float) else []

    for files in (tickets.drawn(), exact.drawn()):
        assert [] == numbers(said(files))


# -- what was announced --------------------------------------------------------------------------


def test_an_announcement_is_written_in_one_form() -> None:
    """NFC, without spaces round it; the time with its distance from UTC."""
    made = announcement(" Zoe\u0308's balls ", "2026-12-01T20:00+01:00", NOW)

    assert {"source": "Zoë's balls", "at": "2026-12-01T20:00:00+01:00", "names": []} == made


@pytest.mark.parametrize(
    ("at", "code"),
    [("2026-12-01T20:00", "drawn-at-unread"), ("tonight", "drawn-at-unread"),
     ("2026-12-01T13:00+01:00", "drawn-at-past"), ("2025-12-01T20:00Z", "drawn-at-past")],
)
def test_only_a_time_to_come_can_be_announced(at: str, code: str) -> None:
    """What was known when the record was fixed decides nothing."""
    with pytest.raises(sortition.InputError) as raised:
        announcement("balls", at, NOW)

    assert [code] == [issue.code for issue in raised.value.issues]


# -- hash trees ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(1, 18))
def test_every_leaf_has_a_path_to_the_root(count: int) -> None:
    """And to no other root; a leaf that is not there has none."""
    rows = [[str(at), "x"] for at in range(count)]
    top = root(rows)

    for at, row in enumerate(rows):
        proof = {"leaf": row, "path": path_of(rows, at)}
        assert leads_to(proof, top)
        assert not leads_to(proof, root([*rows, ["more"]]))
        assert not leads_to(proof | {"leaf": [*row, ""]}, top)


def test_a_node_is_no_leaf() -> None:
    """Leaves and nodes are hashed apart, so that no inner node passes for a person or a ticket."""
    left, right = (hashlib.sha256(b"\0" + leaf).digest() for leaf in (b'["a"]', b'["b"]'))

    assert hashlib.sha256(b"\1" + left + right).hexdigest() == root([["a"], ["b"]])
    assert hashlib.sha256(b"\0" + left + right).hexdigest() != root([["a"], ["b"]])


def test_one_ticket_is_proven_alone() -> None:
    """Whoever holds the record needs one row of lottery.csv and its path."""
    files = tickets.undrawn()
    rows = read_rows(files["lottery.csv"])[1:]

    proof = {"leaf": rows[17], "path": path_of(rows, 17)}

    assert leads_to(proof, said(files)["lottery_root"])
    assert 1 == check_inclusions(files, json.dumps(proof).encode(), "ticket")


# -- proofs of inclusion -------------------------------------------------------------------------


@pytest.mark.parametrize("made", [tickets.undrawn, exact.undrawn])
def test_everyone_has_a_proof_of_their_own(made) -> None:
    """One line each, for exactly the people of groups.csv, checked alone or together."""
    files = made()
    lines = files[PRIVATE].splitlines()

    assert len(lines) == check_inclusions(files, files[PRIVATE], PRIVATE) == said(files)["pool"]
    assert [1] * len(lines) == [check_inclusions(files, line, "mine") for line in lines]


@pytest.mark.parametrize("edit", ["salt", "id", "group", "path", "line"])
def test_a_false_proof_is_refused(edit: str) -> None:
    """Another salt, person, group or neighbour, or no proof at all."""
    files = tickets.undrawn()
    first, second = (json.loads(line) for line in files[PRIVATE].splitlines()[:2])
    if edit == "salt":
        first["leaf"][0] = second["leaf"][0]
    elif edit == "id":
        first["leaf"][1] = second["leaf"][1]
    elif edit == "group":
        first["leaf"][-1] = str(1 - int(first["leaf"][-1]))
    elif edit == "path":
        first["path"][0][1] = "00" * 32
    line = b"[]" if edit == "line" else json.dumps(first).encode()

    with pytest.raises(sortition.VerificationError) as raised:
        check_inclusions(files, line, "mine")

    assert ("inclusion-false", 1) == (raised.value.code, raised.value.params["row"])


def test_an_attacker_without_salts_finds_nobody() -> None:
    """Everything known of everybody, every place in the tree, and still no leaf can be told.

    The attacker holds the whole table, the public files, and one person's own proof, whose
    neighbours are leaves and nodes of others. The hashes that can be made of the table with no
    salt, or with the one that is known, are none of these; with the right salt they are.
    """
    files = tickets.undrawn()
    table = read_rows(files["groups.csv"])[1:]
    proofs = [json.loads(line) for line in files[PRIVATE].splitlines()]
    mine = proofs[0]
    public = b"".join(data for name, data in files.items() if name != PRIVATE).decode()
    seen = {hashed for _, hashed in mine["path"]} | {said(files)["pool_root"]}
    guesses = {
        hashlib.sha256(prefix + leaf([*salt, *row])).hexdigest()
        for row, prefix, salt in product(table, (b"", b"\0"), ([], [""], mine["leaf"][:1]))
    }
    leaves = {hashlib.sha256(b"\0" + leaf(proof["leaf"])).hexdigest() for proof in proofs}

    assert 1 == len(guesses & leaves)  # their own
    assert not guesses & seen
    assert leaves & seen  # a neighbour's leaf is there to be seen, and with its salt would be known
    assert not any(proof["leaf"][0] in public for proof in proofs)
    assert len(proofs) == len({proof["leaf"][0] for proof in proofs})


def test_places_in_the_tree_say_nothing() -> None:
    """Who stands first in the list stands anywhere, and elsewhere with other salts."""
    people = [[f"p{at}", "", "1"] for at in range(8)]

    def sides(key: bytes) -> list[str]:
        line = inclusions(people, key)[1].splitlines()[0]
        return [side for side, _ in json.loads(line)["path"]]

    assert len({tuple(sides(bytes([at]) * 32)) for at in range(20)}) > 3


# -- a kill --------------------------------------------------------------------------------------

# Writes new files over old ones in a process that kills itself at its n-th step on the disk, for
# every n; then reads the folder as the next command would.
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from sortition.output import finish, write_files
old = {"record.json": b"old", "lottery.csv": b"old", "panel.csv": b"old"}
new = {"record.json": b"new", "lottery.csv": b"new", "report.html": b"new"}

def read(folder):
    return {own.name: own.read_bytes() for own in Path(folder).iterdir() if own.is_file()}

seen, at = [], 0
while True:
    at += 1
    shutil.rmtree("lot", ignore_errors=True)
    write_files("lot", old, force=True)
    child = os.fork()
    if not child:
        left = [at]
        def step(event, _):
            if event.startswith(("os.", "open", "shutil.", "tempfile.")):
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(step)
        write_files("lot", new, force=True, remove=["panel.csv"])
        os._exit(0)
    _, status = os.waitpid(child, 0)
    record = Path("lot/record.json").read_bytes()
    finish("lot")
    now = read("lot")
    seen.append("old" if now == old else "new" if now == new else f"{at}: {now}")
    if record not in (b"old", b"new"):
        seen.append(f"{at}: no record")
    if not status:
        break
print(*dict.fromkeys(seen), at, sep=";")
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    """At every step of writing: no half of a record, no files of two moments."""
    done = child("-c", KILLED, cwd=tmp_path)

    *states, steps = done.stdout.decode().strip().split(";")
    assert (0, ["old", "new"]) == (done.returncode, states), done.stderr
    assert int(steps) > 20


# -- on the command line -------------------------------------------------------------------------


@pytest.fixture
def made(region: Path, tmp_path: Path, run):
    """A lottery with an announced source, and what the command said."""
    done = run("lottery", region / "people.csv", region / "quotas.csv", "--size", 24,
               "--tickets", 100, "--out", tmp_path / "lot", "--source", "ten balls",
               "--drawn-at", "2999-01-01T20:00+01:00", "--json")
    assert 0 == done.code, done.err
    return tmp_path / "lot", done.json


def test_the_commitment_is_said_and_checked(made, run) -> None:
    """What lottery prints, verify holds against the record, before and after the draw."""
    folder, printed = made
    record = json.loads((folder / "record.json").read_bytes())

    assert {
        "source": "ten balls", "at": "2999-01-01T20:00:00+01:00", "names": [],
    } == record["announced"]
    assert 0 == run("verify", folder, "--commitment", printed["commitment"]).code
    assert 5 == run("verify", folder, "--commitment", "0" * 64).code
    for blank in ("", " "):
        assert 2 == run("verify", folder, "--commitment", blank).code
        assert 2 == child(ROOT / "sortition" / "verify.py", folder, blank).returncode
    alone = child(ROOT / "sortition" / "verify.py", folder, printed["commitment"])
    assert 0 == alone.returncode, alone.stdout.decode()


def test_a_draw_before_its_announced_time_is_refused(made, run, monkeypatch) -> None:
    """In words of the reader's language, and nothing is written; made when the time has come."""
    folder, _ = made
    before = snapshot(folder)

    early = run("draw", folder, "--ticket", 3, "--lang", "nl")
    assert (3, True) == (early.code, "1 januari 2999 om 20:00 uur" in early.err)
    assert ["draw-early"] == [
        issue["code"] for issue in run("draw", folder, "--ticket", 3, "--json").json["issues"]]
    for reason in ("", " "):
        blank = run("draw", folder, "--ticket", 3, "--early", reason)
        assert (2, True, False) == (
            blank.code, "give the reason" in blank.err, "none was" in blank.err)
    half = run("draw", folder, "--ticket", 3, "--early", "\ud800")
    assert (3, True, False) == (half.code, "--early" in half.err, "--seed" in half.err)
    assert before == snapshot(folder)
    monkeypatch.setattr("sortition.cli.clock.now", lambda: datetime(2999, 1, 1, 19, tzinfo=UTC))
    assert 0 == run("draw", folder, "--ticket", 3, "--early", "no need").code
    assert "early" not in json.loads((folder / "record.json").read_bytes())["draw"]


def test_a_reason_to_draw_early_is_for_everybody_to_read(made, run) -> None:
    """On record, with the time; told by verify and the page, once, and never in the commitment."""
    folder, printed = made

    done = run("draw", folder, "--ticket", 3, "--early", " De zaal is morgen dicht <b>. ")

    assert (0, True) == (done.code, "1 January 2999" in done.err)
    early = json.loads((folder / "record.json").read_bytes())["draw"]["early"]
    assert "De zaal is morgen dicht <b>." == early["reason"]
    assert abs(datetime.fromisoformat(early["at"]) - datetime.now(UTC)) < timedelta(hours=1)
    told = run("verify", folder, "--commitment", printed["commitment"])
    assert (0, True) == (told.code, f"reason given: {early['reason']}" in told.out)
    for page in ("report.html", "ceremony-record.html"):
        assert 0 == run("ceremony", folder, "--force").code
        assert "morgen dicht &lt;b&gt;" in (folder / page).read_text(encoding="utf-8")
    other = run("draw", folder, "--seed", "x", "--early", "y", "--force")
    assert (0, True) == (other.code, "reason is now in the record" in other.err)
    again = run("draw", folder, "--seed", "x")  # the same draw, which changes nothing
    assert (0, False) == (again.code, "2999" in again.err)
    assert 3 == run("draw", folder, "--ticket", 4, "--force").code


def test_a_draw_before_the_lottery_was_fixed_is_refused(made, run, monkeypatch) -> None:
    """One of two clocks is wrong: no reason helps."""
    folder, _ = made
    before = snapshot(folder)
    monkeypatch.setattr("sortition.cli.clock.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))

    for words in ((), ("--early", "why not")):
        done = run("draw", folder, "--ticket", 3, "--json", *words)
        assert (3, ["draw-unfixed"]) == (done.code, [one["code"] for one in done.json["issues"]])
    assert before == snapshot(folder)
    record = json.loads((folder / "record.json").read_bytes())
    broken = {**record, "fixed_at": "some day"}
    (folder / "record.json").write_bytes(sealed(broken))
    assert 3 == run("draw", folder, "--ticket", 3).code


def test_one_person_checks_their_own_line(made, run, tmp_path: Path) -> None:
    """With the line that was handed to them; a line of another lottery fails."""
    folder, _ = made
    line = (folder / PRIVATE).read_bytes().splitlines()[4]
    (tmp_path / "mine").write_bytes(line)
    (tmp_path / "other").write_bytes(tickets.undrawn()[PRIVATE].splitlines()[4])

    done = run("verify", folder, "--inclusion", tmp_path / "mine")

    assert 0 == done.code
    assert "exactly as these lines say: 1." in done.out
    for name, code in (("other", 5), ("none", 3)):
        refused = run("verify", folder, "--inclusion", tmp_path / name)
        assert (code, False, False) == (
            refused.code, "checks out" in refused.out, "your list" in refused.err)


def test_a_source_needs_a_time(region: Path, tmp_path: Path, run) -> None:
    """One without the other is a slip; without both, the command says so."""
    rules = (region / "people.csv", region / "quotas.csv", "--size", 24, "--tickets", 10)

    assert 2 == run("lottery", *rules, "--out", tmp_path / "a", "--source", "balls").code
    assert not (tmp_path / "a").exists()
    done = run("lottery", *rules, "--out", tmp_path / "b")
    assert "It has not been announced" in done.out
