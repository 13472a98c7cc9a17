"""Sources of randomness on the command line, and what verifiers find of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import test_verify as tickets
from browser import CHROMIUM, verified
from conftest import Outcome, write
from small import POOL, RULES, rows_of, snapshot
from sources import PULSE_1853311, QUICK, as_json, drawn_from, round_of

from sortition.checking import verify_files, verify_folder
from sortition.lots import beacons
from sortition.lots.commitment import sealed
from sortition.lots.randomness import (
    dice,
    round_at,
)

# -- the command line ----------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch):
    """Return what makes a lottery with an announcement in a folder."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sortition.lots.beacons.signature_holds", lambda *_: None)

    def make(*words: str) -> Outcome:
        done = run("lottery", *RULES, "--out", "made", "--quiet", *words)
        assert 0 == done.code
        when = datetime(2999, 1, 1, 1, tzinfo=UTC)  # the time of the draw has come
        monkeypatch.setattr("sortition.cli.clock.now", lambda: when)
        return done

    return make


def announced(source: str) -> tuple[str, ...]:
    return ("--source", source, "--drawn-at", "2999-01-01T00:00:00+00:00")


LATER = round_at("quicknet", int(datetime(2999, 1, 1, tzinfo=UTC).timestamp()))


def test_a_draw_by_the_announced_sources_verifies(made, run) -> None:
    """drand and dice together; the record holds them, the page names them, again gives the same."""
    made(*announced("dice + drand"))
    Path("round.json").write_bytes(as_json(round_of(LATER)))
    words = ("draw", "made", "--dice", "3 1 4", "--drand", "round.json")

    first = run(*words, "--json")
    before = snapshot(Path("made"))
    again = run(*words)

    assert 0 == first.code == again.code
    drawn = json.loads(Path("made/record.json").read_bytes())["draw"]
    assert ["dice", "drand"] == [source["kind"] for source in drawn["sources"]]
    assert [1, 2, 3, 4, 5, 6, 7] == [step.number for step in verify_folder("made").steps if step.ok]
    assert f"drand:quicknet:{LATER}" in Path("made/report.html").read_text(encoding="utf-8")
    assert sorted(first.json["panel"]) == [row[0] for row in rows_of(Path("made/panel.csv"))[1:]]
    assert "drawn, from the same source" in again.out
    assert before == snapshot(Path("made"))


def test_dice_alone_give_the_ticket_itself(made, run) -> None:
    """No text is hashed: the ticket can be found by hand."""
    made(*announced("dice"))

    done = run("draw", "made", "--dice", "3 1 4 2", "--json")

    assert (451, None) == (done.json["draw"]["ticket"], done.json["draw"]["seed"])
    assert verify_folder("made").ok


def test_an_exact_lottery_hashes_its_dice(made, run) -> None:
    """Twenty-five throws decide who serves; three do not, and it says how many are short."""
    made("--exact")
    few = run("draw", "made", "--dice", "3 1 4", "--json")
    many = run("draw", "made", "--dice", "6:" + " 3 1 4 2 5" * 5, "--json")

    assert (3, ["dice-more"]) == (few.code, [issue["code"] for issue in few.json["issues"]])
    assert 22 == few.json["issues"][0]["params"]["more"]
    assert 0 == many.code
    assert verify_folder("made").ok


@pytest.mark.parametrize(("source", "words", "codes"), [
    ("drand", ("--seed", "x"), ["source-other"]), ("drand", ("--ticket", "1"), ["source-other"]),
    ("text", ("--ticket", "1"), ["source-other"]), ("dice:20", ("--dice", "1 2"), ["source-other"]),
    ("drand", ("--drand", "early.json"), ["source-other", "source-known"]),
    ("a beacon", ("--drand", "early.json"), ["source-known"]),
    ("dice", ("--dice", "3 1"), ["dice-more"]), ("dice", ("--dice", "7"), ["dice-throw"]),
    ("drand", ("--drand", "nowhere.json"), ["beacon-missing"]),
    ("nist", ("--nist", "early.json"), ["beacon-unread"]),
])
def test_any_other_source_is_refused(
    made, run, source: str, words: tuple[str, ...], codes: list[str]
) -> None:
    """Every issue at once, exit 3, and nothing is written."""
    made(*announced(source))
    Path("early.json").write_bytes(as_json(QUICK))
    before = snapshot(Path("made"))

    done = run("draw", "made", *words, "--json")

    assert (3, codes) == (done.code, [issue["code"] for issue in done.json["issues"]])
    assert before == snapshot(Path("made"))


def test_a_round_that_the_network_did_not_sign_is_refused(
    made, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the signature can be checked."""
    made(*announced("drand"))
    Path("round.json").write_bytes(as_json(round_of(LATER)))
    monkeypatch.setattr("sortition.lots.beacons.signature_holds", lambda *_: False)

    done = run("draw", "made", "--drand", "round.json", "--json")

    assert (3, "beacon-signature") == (done.code, done.json["issues"][0]["code"])


@pytest.mark.parametrize("words", [
    ("draw", *RULES, "--out", "new", "--dice", "1 2 3"),
    ("draw", "made", "--fetch", "drand:1", "--drand", "round.json"),
])
def test_sources_in_the_wrong_place_are_refused(
    made, run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rehearsal in one go has none; two of one kind are one too many."""
    made()
    Path("round.json").write_bytes(as_json(round_of(LATER)))
    monkeypatch.setattr("urllib.request.urlopen", lambda address, timeout: BytesIO(as_json(QUICK)))

    assert 2 == run(*words).code


def test_the_page_that_verifies_comes_with_every_lottery(made) -> None:
    """The very page of the documentation."""
    made()
    docs = Path(__file__).resolve().parent.parent / "docs" / "verify.html"

    assert docs.read_bytes() == Path("made/verify.html").read_bytes()


# -- what the verifiers find ---------------------------------------------------------------------


def forged(**changes: Any) -> dict[str, bytes]:
    """Return files drawn from drand and dice, with the draw changed and sealed again."""
    files = drawn_from(tickets.undrawn(), tickets.pool(), beacons.drand(as_json(QUICK)),
                       dice("3 1 4"), names=changes.pop("names", ()))
    record = json.loads(files["record.json"])
    record["announced"] |= {name: changes.pop(name) for name in ("at", "source") & changes.keys()}
    fixed = json.loads(sealed(record | {"draw": None}))
    record["draw"] |= {"before": fixed["seal"]} | changes
    return files | {"record.json": sealed(record)}


DICE = {"kind": "dice", "sides": 6, "throws": [3, 1, 4]}
DRAND = {"kind": "drand", "chain": "quicknet", "round": 1000, "signature": QUICK["signature"]}
PULSE = {"kind": "nist", "pulse": PULSE_1853311["pulse"]}
FORGED: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing": ({}, 7, "verify-panel"),
    "as announced": ({"names": ["dice:6", "drand:quicknet:1000"]}, 7, "verify-panel"),
    "another throw": ({"sources": [DICE | {"throws": [3, 1, 5]}, DRAND]}, 6, "verify-bad-draw"),
    "another round": ({"sources": [DICE, DRAND | {"round": 1001}]}, 6, "verify-bad-draw"),
    "turned round": ({"sources": [DRAND, DICE]}, 6, "verify-bad-source"),
    "twice": ({"sources": [DICE, DICE, DRAND]}, 6, "verify-bad-source"),
    "dice only": ({"sources": [DICE]}, 6, "verify-bad-draw"),
    "none": ({"sources": []}, 6, "verify-bad-record"),
    "no list": ({"sources": None}, 6, "verify-bad-record"),
    "a text": ({"sources": [{"kind": "text", "text": "x"}]}, 6, "verify-bad-draw"),
    "a throw as text": ({"sources": [DICE | {"throws": ["3"]}, DRAND]}, 6, "verify-bad-source"),
    "a throw as a truth": ({"sources": [DICE | {"throws": [True]}, DRAND]}, 6,
                           "verify-bad-source"),
    "a throw off the die, among others": (
        {"sources": [DICE | {"throws": [3, 1, 7]}, DRAND]}, 6, "verify-bad-source"),
    "a ticket as a truth": ({"sources": [{"kind": "ticket", "number": True}], "ticket": 1}, 6,
                            "verify-bad-record"),
    "a draw as a truth": ({"sources": [{"kind": "ticket", "number": 1}], "ticket": True}, 6,
                          "verify-bad-record"),
    "names that bind nobody": ({"source": "drand + dice"}, 6, "verify-bad-source"),
    "other names than announced": (
        {"source": "text", "names": ["dice:6", "drand:quicknet:1000"]}, 6, "verify-bad-source"),
    "another kind": ({"sources": [{"kind": "coin"}]}, 6, "verify-bad-source"),
    "a network unknown": ({"sources": [DRAND | {"chain": "mine"}]}, 6, "verify-bad-record"),
    "spaces in the signature": (
        {"sources": [DICE, DRAND | {"signature": " " + QUICK["signature"]}]}, 6,
        "verify-bad-record"),
    "a signature that is none": (
        {"sources": [DICE, DRAND | {"signature": "no"}]}, 6, "verify-bad-record"),
    "a throw that is not on the die": ({"sources": [DICE | {"throws": [7]}]}, 6,
                                       "verify-bad-source"),
    "too few throws": ({"sources": [DICE | {"throws": [6]}]}, 6, "verify-bad-draw"),
    "known before": ({"at": "2999-01-01T00:00:00+00:00"}, 6, "verify-bad-source"),
    "a pulse instead": ({"sources": [DICE, PULSE]}, 6, "verify-bad-draw"),
    "a pulse without a field": ({"sources": [{"kind": "nist", "pulse": {}}]}, 6,
                                "verify-bad-record"),
    "another record before": ({"before": "0" * 64}, 1, "verify-bad-chain"),
    "no record before": ({"before": None}, 1, "verify-bad-chain"),
}


@pytest.mark.parametrize("name", FORGED)
def test_sources_are_derived_again(name: str) -> None:
    """Every change ends in its step; what a number drawn by hand was nobody can tell."""
    changes, step, code = FORGED[name]
    last = verify_files(forged(**changes)).steps[-1]

    assert (step, code) == (last.number, last.code)


def test_verify_checks_what_beacons_sign_and_hash(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pulse of which another field was changed, and a round that was not signed, are refused."""
    monkeypatch.setattr("sortition.lots.beacons.signature_holds", lambda *_: None)
    drawn = {name: drawn_from(tickets.undrawn(), tickets.pool(), source) for name, source in
             {"nist": beacons.nist(as_json(PULSE_1853311)), "drand": beacons.drand(as_json(QUICK))
              }.items()}
    record = json.loads(drawn["nist"]["record.json"])
    record["draw"]["sources"][0]["pulse"]["period"] += 1
    drawn["forged"] = drawn["nist"] | {"record.json": sealed(record)}
    for name, files in drawn.items():
        tickets.lay(files, tmp_path / name)
    ends = {name: run("verify", tmp_path / name).code for name in drawn}
    monkeypatch.setattr("sortition.lots.beacons.signature_holds", lambda *_: False)
    unsigned = run("verify", tmp_path / "drand", "--json")

    assert verify_files(drawn["forged"]).ok, "its seal was made right, and its value is the same"
    assert {"nist": 0, "drand": 0, "forged": 5} == ends
    assert (5, "beacon-false") == (unsigned.code, unsigned.json["error"])


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")
def test_the_page_derives_them_likewise() -> None:
    """The same step and code in the browser."""
    for (name, (_, step, code)), done in zip(
        FORGED.items(), verified([forged(**changes) for changes, _, _ in FORGED.values()]),
        strict=True,
    ):
        assert (name, step, code) == (name, done[-1]["number"], done[-1]["code"])


def test_a_lottery_that_is_ready_too_late_is_not_written(
    tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time passes while it is made: no pulse of that time would draw from it."""
    write(POOL, tmp_path)
    monkeypatch.chdir(tmp_path)
    times = iter([datetime(2026, 7, 10, 11, 1, 59, tzinfo=UTC)])
    late = datetime(2026, 7, 10, 11, 2, 4, tzinfo=UTC)
    monkeypatch.setattr("sortition.cli.clock.now", lambda: next(times, late))

    done = run("lottery", *RULES, "--out", "late", "--json", "--source", "nist",
               "--drawn-at", "2026-07-10T11:02:00+00:00")

    assert (3, ["drawn-at-late"]) == (done.code, [issue["code"] for issue in done.json["issues"]])
    assert not Path("late").exists()
