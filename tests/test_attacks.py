"""A stranger who wants a rigged panel to pass: files edited in combination, every digest made anew.

Nothing was published before the draw in these tests, so that all that stands in the way is what the
files say of each other. Each attack must end both verifiers, in the same step; or, where it breaks
no rule, must be told to whoever checks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import test_exact_files as exact
import test_verify as tickets
from browser import CHROMIUM, dumped, fed, verified
from conftest import ROOT, child
from edits import forgery, resealed
from sources import PULSE_1853311, QUICK, as_json, drawn_from
from test_forgery import EVEN, HALF, HONEST, QUARTERS, SKEW, barred_twins, four
from test_verify import published
from test_verify_page import TEXTS

from sortition.checking import verify_files
from sortition.draw import rank_reserves
from sortition.errors import InputError
from sortition.files.writers import to_csv
from sortition.lots import beacons
from sortition.lots.commitment import sealed
from sortition.lots.published import Published
from sortition.lots.randomness import Source, dice, not_as_announced, seed_from_sources
from sortition.lots.ranked import Reserves, first_in_rank
from sortition.lots.record import lottery_files
from sortition.verify import commitment, from_seed, read_rows

Files = dict[str, bytes]
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")


def again(files: Mapping[str, bytes], change: Callable[[dict[str, Any]], None]) -> Files:
    """Return files with the record changed, and every digest and seal in it made right."""
    record = json.loads(files["record.json"])
    change(record)
    return resealed({**files}, record)


def with_draw(files: Mapping[str, bytes], **changes: Any) -> Files:
    """Return files whose draw says something else; None takes a field away."""
    def change(record: dict[str, Any]) -> None:
        record["draw"] |= changes
        for name, value in changes.items():
            if value is None:
                del record["draw"][name]

    return again(files, change)


def ends(cases: Iterable[Files]) -> list[tuple[int, str]]:
    """Return the last step of each, which both verifiers must agree on."""
    cases = list(cases)
    own = [verify_files(files).steps[-1] for files in cases]
    found = [(step.number, step.code) for step in own]
    if CHROMIUM is not None:
        pages = [steps[-1] for steps in verified(cases)]
        assert found == [(page["number"], page["code"]) for page in pages]
    return found


# -- reserves ------------------------------------------------------------------------------------


def drawn_with(kind: str) -> Files:
    """Return a draw with reserves: a list or a group, by a number, dice, a text, or exact."""
    files, pool, count = tickets.undrawn(), tickets.pool(), tickets.TICKETS
    if kind == "exact":
        files, pool, count = exact.undrawn(), exact.pool(), None
    given: dict[str, Any] = {}
    if kind == "dice":
        given = {"sources": [dice("6: 3 1 4 2")]}
    if kind == "beacon":
        given = {"sources": [beacons.drand(as_json(QUICK))]}
    ticket = 7 if kind in {"balls", "group"} else None
    seed = "Heerlen" if kind in {"text", "exact"} else None

    def choose(drawn: Any) -> Reserves:
        text = f"{drawn.ticket:02d}" if drawn.seed is None else drawn.seed
        others = sorted(set(pool.ids) - set(drawn.panel.ids))
        if kind != "group":
            return first_in_rank(text, drawn.lottery_sha256, others, 5)
        chosen = rank_reserves(text, drawn.lottery_sha256, others[::2])
        return Reserves(chosen, text, drawn.lottery_sha256, {"drop_out": "0.1", "samples": 3})

    lottery = Published(files, count, pool, proven=True)
    made = lottery.draw(ticket, seed, "en", reserves=choose, **given)[1]
    return files | {name: made[name] for name in ("record.json", "panel.csv", "remaining.csv")}


KINDS = ("balls", "dice", "text", "beacon", "exact", "group")


def reserved(files: Files, **changes: Any) -> Files:
    """Return files whose reserves say something else."""
    record = json.loads(files["record.json"])
    return with_draw(files, reserves=record["draw"]["reserves"] | changes)


def tampered(kind: str) -> dict[str, Files]:
    """Return what somebody might do to the reserves of a draw."""
    files = drawn_with(kind)
    record = json.loads(files["record.json"])
    ids = record["draw"]["reserves"]["ids"]
    panel = [row[0] for row in read_rows(files["panel.csv"])[1:]]
    others = [row[0] for row in read_rows(files["remaining.csv"])[1:] if row[0] not in ids]
    lottery = record["draw"]["reserves"]["lottery_sha256"]
    searched = "".join(sorted("x" + lottery[1:]))
    text = record["draw"]["reserves"]["text"]
    ranked = rank_reserves("chosen", lottery, ids)
    made = {
        "two changed places": reserved(files, ids=[ids[1], ids[0], *ids[2:]]),
        "turned round": reserved(files, ids=ids[::-1]),
        "one twice": reserved(files, ids=[ids[0], *ids]),
        "somebody of the panel": reserved(files, ids=[*ids[:-1], panel[0]]),
        "somebody unknown": reserved(files, ids=[*ids[:-1], "stranger"]),
        "a text that suits": reserved(files, ids=list(ranked), text="chosen"),
        "a digest that suits": reserved(files, lottery_sha256=searched),
        "a number as an id": reserved(files, ids=[*ids[:-1], 3]),
        "a text with a space": reserved(files, text=f"{text} "),
        "no ids": with_draw(files, reserves={"text": text, "lottery_sha256": lottery}),
        "a list of ids alone": with_draw(files, reserves=ids),
    }
    if kind != "group":
        made["the first left out"] = reserved(files, ids=ids[1:])
        made["another in the last place"] = reserved(files, ids=[*ids[:-1], others[0]])
    return made


def test_reserves_stand_in_the_order_that_the_draw_gives() -> None:
    """Untouched they pass, however it was drawn; fewer, or none, are as good a list."""
    cases: list[Files] = []
    for files in map(drawn_with, KINDS):
        ids = json.loads(files["record.json"])["draw"]["reserves"]["ids"]
        assert len(ids) > 2
        cases += [files, reserved(files, ids=ids[:2]), reserved(files, ids=[]),
                  with_draw(files, reserves=None)]

    assert [(7, "verify-panel")] * len(cases) == ends(cases)


def test_no_other_order_of_reserves_passes() -> None:
    """Both verifiers end in the seventh step, whatever was made right beside it."""
    cases = {f"{kind}, {name}": made for kind in KINDS for name, made in tampered(kind).items()}

    for name, end in zip(cases, ends(cases.values()), strict=True):
        assert end in {(7, "verify-bad-reserves"), (7, "verify-bad-record")}, name


# -- which draw counts ---------------------------------------------------------------------------


def test_a_rehearsal_is_told_as_such(run, tmp_path) -> None:
    """It is free of what was announced: whoever checks must see that it counts for nothing."""
    lottery = Published(tickets.undrawn(), tickets.TICKETS, tickets.pool(), proven=True)
    files = tickets.undrawn() | lottery.draw(17, None, "en", rehearsal=True)[1]
    tickets.lay(files, tmp_path / "made")

    alone = child(ROOT / "sortition" / "verify.py", tmp_path / "made")
    assert b"rehearsal True" in alone.stdout
    assert b"rehearsal False" in run_alone(tickets.drawn(), tmp_path / "official")
    assert "This was a rehearsal" in run("verify", tmp_path / "made").out


def run_alone(files: Files, folder: Any) -> bytes:
    """Return what the file that runs alone says of files."""
    tickets.lay(files, folder)
    return child(ROOT / "sortition" / "verify.py", folder).stdout


def test_a_draw_that_was_done_again_is_told_as_such(tmp_path) -> None:
    """The number of draws before, and what it was drawn from, to be compared with a beacon."""
    lottery = Published(tickets.drawn(), tickets.TICKETS, tickets.pool(), proven=True)
    second = tickets.drawn() | lottery.draw(5, None, "en")[1]

    assert b"earlier 0" in run_alone(tickets.drawn(), tmp_path / "one")
    assert b"earlier 1, sources [('ticket', '5')]" in run_alone(second, tmp_path / "two")
    beacon = run_alone(drawn_with("beacon"), tmp_path / "beacon")
    assert f"('drand:quicknet:1000', '{QUICK['randomness']}')".encode() in beacon


@in_browser
def test_the_page_tells_what_a_draw_is_worth() -> None:
    """Rehearsal, earlier draws, the reason for an early one, and from what it was drawn."""
    lottery = Published(tickets.drawn(), tickets.TICKETS, tickets.pool(), proven=True)
    second = tickets.drawn() | lottery.draw(5, None, "en")[1]
    early = drawn_from(tickets.undrawn(), tickets.pool(), dice("3 1 4 2"))
    early = with_draw(early, early={"at": "2015-12-31T00:00:00+00:00", "reason": "<b>"})
    cases = [tickets.drawn(), second, early, drawn_with("beacon")]

    told = [next(step for step in steps if step["number"] == 6)["params"]
            for steps in verified(cases)]

    assert [[], ["17"], [], []] == [one["earlier"] for one in told]
    assert ["ticket 17", "ticket 5", "dice:6 3 1 4 2",
            f"drand:quicknet:1000 {QUICK['randomness']}"] == [one["sources"] for one in told]
    assert [None, "<b>"] == [one["early"] and one["early"]["reason"] for one in told[1:3]]


@in_browser
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_shows_it_to_whoever_reads(language: str) -> None:
    """Under the verdict, in either language; a rehearsal is no draw that checks out."""
    script = """
    const { files, language: wanted } = JSON.parse(document.getElementById("cases").textContent);
    check(Object.entries(files).map(([name, text]) => (
      { name, arrayBuffer: async () => new TextEncoder().encode(text).buffer }
    ))).then(() => document.querySelector(`[data-language=${wanted}]`).click());
    """
    lottery = Published(tickets.drawn(), tickets.TICKETS, tickets.pool(), proven=True)
    second = tickets.drawn() | lottery.draw(5, None, "en")[1]
    rehearsed = tickets.undrawn() | published().draw(5, None, "en", rehearsal=True)[1]
    shown = []
    for files in (second, rehearsed):
        texts = {name: data.decode() for name, data in files.items()
                 if name.endswith((".csv", ".json"))}
        page = dumped(fed(script, {"files": texts, "language": language}))
        shown.append(page.partition('<script type="application/json"')[0])

    words = TEXTS[language]
    assert words["note-earlier"].format(count=1, tickets="17") in shown[0]
    assert words["note-sources"].format(sources="ticket 5") in shown[0]
    assert words["note-unannounced"] in shown[0]
    assert words["note-uncommitted"] in shown[0]
    assert [words["all-good"] in shown[0], words["all-rehearsal"] in shown[1]] == [True, True]
    assert words["all-good"] not in shown[1]


def test_what_is_no_draw_is_not_passed_over() -> None:
    """An empty one would hide that it was drawn."""
    files = tickets.undrawn()
    record = json.loads(files["record.json"])
    cases = [files | {"record.json": sealed(record | {"draw": draw})}
             for draw in ({}, [], "", 0, False)]

    assert [(1, "verify-bad-record")] * 5 == ends(cases)


# -- what decides --------------------------------------------------------------------------------


def fixed(at: Any, source: Source, announced: Any = None) -> Files:
    """Return files drawn from a beacon, whose record says when it was fixed."""
    made = again(tickets.undrawn(), lambda record: record.update(announced=announced))
    drawn = Published(made, tickets.TICKETS, tickets.pool(), proven=True)
    record = json.loads(made["record.json"]) | {"fixed_at": at}
    committed = commitment(record)
    ticket = from_seed(seed_from_sources([source], committed), committed, tickets.TICKETS)
    made |= drawn.draw(ticket, None, "en", sources=())[1]
    changed = again(made, lambda record: record.update(fixed_at=at))
    return with_draw(changed, sources=[dict(source.data)])


PULSE = beacons.nist(as_json(PULSE_1853311))  # of 10 July 2026, 11:02
ROUND = beacons.drand(as_json(QUICK))  # of 23 August 2023, 15:59:24


def test_no_beacon_counts_that_was_known_when_the_record_was_fixed() -> None:
    """Also where nothing was announced: it could have been chosen. Times have their place."""
    late = {"source": "a beacon", "at": "2026-07-10T13:02:00+02:00", "names": []}
    whole = [fixed("2026-07-10T11:02:00+00:00", PULSE), fixed("2026-07-10T13:02:00+02:00", PULSE),
             fixed("2023-08-23T15:59:24+00:00", ROUND), fixed(None, ROUND),
             fixed("2026-07-01T00:00:00+00:00", PULSE, late)]
    refused = [fixed("2026-07-10T11:02:01+00:00", PULSE), fixed("2023-08-23T15:59:25+00:00", ROUND),
               fixed("2026-07-10T11:02:00", PULSE), fixed("2026-11-29T00:00:00+00:00", ROUND),
               fixed("2026-07-11T00:00:00+00:00", PULSE, late)]
    refused += [fixed(at, ROUND) for at in (
        "2020-01-01T00:00:00Z", "2020-01-01T00:00:00+01", "2020-01-01T00:00+01:00",
        "2020-01-01T00:00:00.5+01:00", "2020-01-01T00:00:00-00:00")]
    forms = [fixed("soon", ROUND), fixed(5, ROUND), fixed(["2026"], ROUND)]

    found = ends([*whole, *refused, *forms])

    assert [(7, "verify-panel")] * 5 == found[:5]
    assert [(6, "verify-bad-source")] * 10 == found[5:15]
    assert [(6, "verify-bad-record")] * 3 == found[15:]


def test_a_record_says_when_it_was_fixed() -> None:
    """Left out, it is no record of this form, and nothing is drawn from it; but a rehearsal."""
    files = drawn_from(tickets.undrawn(), tickets.pool(), ROUND)
    older = again(tickets.undrawn(), lambda record: record.pop("fixed_at"))
    lottery = Published(older, tickets.TICKETS, tickets.pool(), proven=True)

    with pytest.raises(InputError) as raised:
        lottery.draw(5, None, "en")
    rehearsal = older | {"record.json": sealed(
        json.loads(older["record.json"]) | {"rehearsal": True})}
    rehearsed = rehearsal | Published(
        rehearsal, tickets.TICKETS, tickets.pool(), proven=True).draw(5, None, "en")[1]

    assert ["record-older"] == [issue.code for issue in raised.value.issues]
    assert [(6, "verify-bad-record"), (7, "verify-panel")] == ends(
        [again(files, lambda record: record.pop("fixed_at")), rehearsed])


def test_what_was_known_when_it_was_fixed_draws_from_nothing() -> None:
    """Also where a time before that was announced: no verifier would pass it."""
    late = {"source": "nist", "at": "2026-07-10T11:02:00+00:00", "names": [PULSE.name]}
    free = late | {"source": "a beacon", "names": []}

    found = [[(issue.code, issue.suggestion) for issue in not_as_announced([PULSE], said, at)]
             for said in (late, free, None)
             for at in ("2026-07-10T13:02:00+02:00", "2026-07-10T11:02:01+00:00")]

    assert [[], [("source-before", "lottery-anew")], [], [("source-before", "source-after")],
            [], [("source-before", "source-after")]] == found


@pytest.mark.parametrize("at", ["2999-01-01T20:00:00+01:00", "2026-07-10T11:02:00+00:00"])
def test_no_lottery_is_fixed_when_its_time_has_passed(at: str) -> None:
    """It could not be drawn; a rehearsal counts for nothing."""
    said = {"source": "nist", "at": at, "names": []}
    for fixed_at in (at, "2999-02-01T00:00:00+00:00"):
        with pytest.raises(InputError) as raised:
            lottery_files(tickets.lottery(), announced=said, fixed_at=fixed_at)
        assert ["drawn-at-late"] == [issue.code for issue in raised.value.issues]
        assert lottery_files(tickets.lottery(), announced=said, fixed_at=fixed_at, rehearsal=True)

    assert lottery_files(tickets.lottery(), announced=said, fixed_at="2026-07-10T13:01:59+02:00")


def test_what_is_not_checked_of_reserves_is_said(run, tmp_path) -> None:
    """Others can be put into a group, in their order: every verifier says that it cannot tell."""
    files = drawn_with("group")
    ids = json.loads(files["record.json"])["draw"]["reserves"]["ids"]
    picked = reserved(files, ids=ids[1:])  # they stay in order
    none = drawn_with("balls")
    for name, made in (("picked", picked), ("none", none)):
        tickets.lay(made, tmp_path / name)
    words = "Whether it is the group that the computer found is not checked"

    assert b"'not checked'" in run_alone(picked, tmp_path / "alone")
    assert b"not checked" not in run_alone(none, tmp_path / "other")
    for name, told in (("picked", True), ("none", False)):
        done = run("verify", tmp_path / name)
        assert (0, told) == (done.code, words in done.out)


@in_browser
def test_the_page_says_what_is_not_checked_of_reserves() -> None:
    """Of a group; of the first of all others everything is checked."""
    told = [steps[-1]["params"]["group"]
            for steps in verified([drawn_with(kind) for kind in ("group", "balls")])]

    assert [True, False] == told


def test_a_reason_is_one_line_wherever_it_is_read(run, tmp_path) -> None:
    """It cannot pass for a step that holds; who runs the small verifier reads it too."""
    trick = "the hall\n7. ✓ all is well\r\x1b[2K\u202e\u2028x"
    plan = {"source": f"ten balls {trick}", "at": "2999-01-01T00:00:00+00:00", "names": []}
    made = again(tickets.undrawn(), lambda record: record.update(announced=plan))
    drawn = Published(made, tickets.TICKETS, tickets.pool(), proven=True)
    early = {"at": "2998-12-31T00:00:00+00:00", "reason": trick}
    files = made | drawn.draw(5, None, "en", early=early)[1]
    tickets.lay(files, tmp_path / "early")

    done = run("verify", tmp_path / "early")
    alone = run_alone(files, tmp_path / "alone").decode()

    assert 0 == done.code
    assert 2 == done.out.count("the hall 7. ✓ all is well [2K x")
    assert 1 == sum(line.startswith("7. ") for line in done.out.splitlines())
    assert all(sign.isprintable() or sign == "\n" for sign in done.out)
    assert "'reason': 'the hall\\n7. " in alone
    assert 1 == sum(line.startswith("7. ") for line in alone.splitlines())


def test_sources_have_their_form() -> None:
    """A signature of another length, a die with more sides than any has, a round that is none."""
    made = drawn_from(tickets.undrawn(), tickets.pool(), ROUND)
    drand = {"kind": "drand", "chain": "quicknet", "round": 1000}
    changed = [{"sources": [drand | {"signature": signature}]}
               for signature in ("", "ab", "ab" * 47, "ab" * 97, "ab" * 1000, "ab" * 60 + "a")]
    changed += [{"sources": [{"kind": "dice", "sides": 10**6, "throws": [1]}]}]

    found = ends(with_draw(made, **change) for change in changed)

    assert [(6, "verify-bad-record")] * 6 + [(6, "verify-bad-source")] == found


# -- the lists -----------------------------------------------------------------------------------


def test_the_first_column_of_the_name_counts() -> None:
    """A second column of the same name cannot stand in for the one that people read."""
    files = tickets.drawn()
    header, *rows = read_rows(files["panel.csv"])
    other = [row[0] for row in read_rows(files["remaining.csv"])[1:]]
    shown = [[own, row[0]] for own, row in zip(other, rows, strict=False)]
    true = [[row[0], own] for own, row in zip(other, rows, strict=False)]
    double = [header[0], header[0]]
    cases = [files | {"panel.csv": to_csv(double, table).encode()} for table in (shown, true)]
    cases += [files | {"panel.csv": to_csv(["nobody"], [[row[0]] for row in rows]).encode()}]

    found = ends(cases)

    assert [(7, "verify-bad-panel"), (7, "verify-panel"), (7, "verify-bad-panel")] == found


# -- what is proven ------------------------------------------------------------------------------


def test_maximin_is_not_called_the_fairest() -> None:
    """Only its smallest chance is proven, some may have all the rest: whoever checks is told."""
    uneven = ["0.25", "0.25", "0.5", "1"]
    pairs = (("c", "d"), ("c", "d"), ("a", "d"), ("b", "d"))
    proof = [{"level": "1/4", "size": 0, "quotas": [0], "households": {}, "cuts": [1]}]
    cuts = [{"most": 1, "weights": {"a": 2, "b": 2}}]
    rigged = {"levels": proof, "excluded": [], "cuts": cuts}
    assert [(5, "verify-bad-cut")] == ends([four(uneven, rigged, pairs, objective="maximin")])
    cases = [four(HALF, HONEST, EVEN, objective=name) for name in ("leximin", "maximin")]

    assert [(5, "verify-proof"), (5, "verify-proof-least")] == ends(cases)


def test_multipliers_that_prove_nothing_prove_no_smallest_chance() -> None:
    """Whoever is fixed must be somebody with the smallest chance, not somebody on no panel."""
    nothing = {"size": 0, "quotas": [0], "households": {}, "cuts": []}
    levels = [[nothing | {"level": "1/4"}], [nothing | {"level": "0"}],
              [nothing | {"level": "0"}, nothing | {"level": "1/4"}]]
    cases = [four(QUARTERS, {"levels": level, "excluded": [], "cuts": []}, SKEW,
                  objective="maximin") for level in levels]
    cases.append(four(["0", "0.5", "0.5", "1"], [nothing | {"level": "0"}],
                      (("b", "d"), ("c", "d")), objective="maximin"))
    # Somebody of a group without seats is proven to be on no panel: that proves nothing of others.
    files = barred_lottery()
    cases.append(files)

    assert [(5, "verify-bad-level")] * len(cases) == ends(cases)


def barred_lottery() -> Files:
    """Return a lottery by maximin whose proof is about those alone who can have no seat."""
    files = tickets.undrawn()
    record = json.loads(files["record.json"])
    out = [own for own, whole in record["barred"].items() if not whole]
    level = record["proof"]["levels"][0]
    assert out
    assert "0" == level["level"]
    return again(files, lambda made: made.update(
        objective="maximin", proof={"levels": [level], "excluded": [], "cuts": []}))


def test_nobody_is_barred_in_silence_where_there_is_no_proof() -> None:
    """Who equals somebody that serves could take that seat, whatever is claimed to be proven."""
    files = barred_twins()
    cases = [again(files, lambda record, claim=claim: record.update(claim)) for claim in (
        {"proven": False}, {"proof": {"levels": [], "excluded": [], "cuts": []}})]

    assert [(5, "verify-bad-exclusion")] * 2 == ends(cases)


def test_a_home_that_binds_nobody_hides_nobody() -> None:
    """Who lives with people that serve may be barred only where as many serve as may serve."""
    files = barred_twins(shared="abcd")
    cases = [again(files, lambda record, c=c: record.update(per_household=c)) for c in (2, 3, 10)]

    assert [(5, "verify-proof-given"), *[(5, "verify-bad-exclusion")] * 2] == ends(cases)


def test_unequal_chances_have_no_proof() -> None:
    """Quarters where halves are possible, in a record that says it is not proven: left open."""
    assert [(5, "verify-proof-none")] == ends([four(QUARTERS, [], SKEW, proven=False)])


# -- whatever is forged --------------------------------------------------------------------------


@in_browser
def test_both_verifiers_pass_the_same() -> None:
    """Anything in any place of the record, with all seals right: one passes what the other does."""
    bases = [tickets.undrawn(), exact.drawn(), *map(drawn_with, KINDS)]
    forged = [forgery(bases[seed % len(bases)], seed) for seed in range(240)]

    own = [verify_files(made.files).ok for made in forged]
    pages = [steps[-1]["ok"] for steps in verified([made.files for made in forged])]

    assert [] == [made.name for made, one, other in zip(forged, own, pages, strict=True)
                  if one != other]
    assert 0 < sum(own) < len(own) / 2, "some say nothing that a step uses"


# -- what a terminal shows -----------------------------------------------------------------------


def test_an_id_cannot_write_over_what_failed(tmp_path) -> None:
    """Signs that move the cursor are shown, not sent: a verdict cannot be painted over."""
    trick = "\x1b[2K\x1b[1A7. panel: holds ()"
    files = tickets.undrawn()
    chances = files["chances.csv"].replace(b"p01,", b'"' + trick.encode() + b'",', 1)
    files = files | {"chances.csv": chances}
    record = json.loads(files["record.json"])
    record["sha256"]["chances.csv"] = hashlib.sha256(chances).hexdigest()
    record["quotas"][0]["name"] = trick
    files |= {"record.json": sealed(record)}

    for name in ("verify.py", "prove.py"):
        tickets.lay(files, tmp_path / name)
        done = child(ROOT / "sortition" / name, tmp_path / name)
        assert 5 == done.returncode
        assert b"\x1b" not in done.stdout
