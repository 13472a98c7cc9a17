"""`sortition lot`: the rows are the tickets, past ones are out, weights count, all verified."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

import sortition
from sortition.errors import InputError
from sortition.lots.exact import to_exact
from sortition.process.one_of import OneOf, lot_of

HOSTS = ("Barneveld,1,", "De Bilt,2,nee", "Lochem,1,2024", "Zeist,4,", "Etten- Leur,1,")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of municipalities, where commands run."""
    monkeypatch.chdir(tmp_path)
    written("hosts.csv", "gemeente,loten,geweest", *HOSTS)
    return tmp_path


def written(name: str, *lines: str) -> None:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


LOT = ("lot", "hosts.csv", "--column", "gemeente", "--out", "host")


def test_the_draw_does_not_speak_of_people(folder: Path, run) -> None:
    """The list may be one of municipalities; what decides is said in the language asked for."""
    told = run(*LOT, "--source", "ticket", "--drawn-at", "2999-03-01T20:00+01:00", "--lang", "nl")
    assert "Wat beslist: een nummer dat wordt getrokken (ticket)." in told.out
    assert 0 == run(*LOT, "--force").code
    assert "Ticket 3 was drawn; drawn from the list: 1." in run(
        "draw", "host", "--ticket", "3").out
    assert 0 == run(*LOT, "--weights", "loten", "--count", "2", "--force").code
    weighted = run("draw", "host", "--seed", "x", "--lang", "nl").out
    assert "van de lijst is geloot: 2." in weighted


def test_each_row_is_one_ticket(folder: Path, run) -> None:
    """Everybody once; a ball says who; whoever checks it finds it right."""
    assert 0 == run(*LOT).code
    tickets = [row["member_1"] for row in rows("host/lottery.csv")]
    assert sorted(line.partition(",")[0] for line in HOSTS) == sorted(tickets)
    assert {"0.2"} == {row["chance"] for row in rows("host/chances.csv")}
    assert 0 == run("draw", "host", "--ticket", "3").code
    assert [tickets[3]] == [row["gemeente"] for row in rows("host/panel.csv")]
    done = run("verify", "host", "--lang", "en")
    assert 0 == done.code
    assert "Everything checks out" in done.out


def test_whoever_had_a_turn_is_out(folder: Path, run) -> None:
    """By a column, by files, in other capitals; who is not on the list is said."""
    written("past.csv", "gemeente", "BARNEVELD", "Uden")
    done = run(*LOT, "--past", "past.csv", "--past-column", "geweest", "--lang", "en")
    assert 0 == done.code
    assert {"De Bilt", "Zeist", "Etten- Leur"} == {
        row["member_1"] for row in rows("host/lottery.csv")
    }
    assert "(2): Barneveld, Lochem" in done.out
    assert "not on the list: 1 (past.csv, rows 3)" in done.out
    assert 0 == run("draw", "host", "--seed", "the day itself").code
    assert 0 == run("verify", "host").code


def test_weights_are_tickets(folder: Path, run) -> None:
    """1, 2, 1, 4 and 1 of nine."""
    assert 0 == run(*LOT, "--weights", "loten").code
    held = Counter(row["member_1"] for row in rows("host/lottery.csv"))
    assert {"Barneveld": 1, "De Bilt": 2, "Lochem": 1, "Zeist": 4, "Etten- Leur": 1} == held
    assert 0 == run("draw", "host", "--ticket", "8").code
    assert 0 == run("verify", "host").code


@pytest.mark.parametrize("weights", [(), ("--weights", "loten", "--past-column", "geweest")])
def test_several_of_a_list(folder: Path, run, weights: tuple[str, ...]) -> None:
    """Two, by a text; chances are two parts in all of the weights, to the last digit published."""
    assert 0 == run(*LOT, "--count", "2", *weights).code
    chances = {row["id"]: Fraction(row["chance"]) for row in rows("host/chances.csv")}
    expected = {"Barneveld": 1, "De Bilt": 2, "Zeist": 4, "Etten- Leur": 1}
    if not weights:
        expected = dict.fromkeys(chances, 1)
    assert {name: pytest.approx(2 * own / sum(expected.values()), abs=1e-12)
            for name, own in expected.items()} == chances
    assert 0 == run("draw", "host", "--seed", "the day itself").code
    assert 2 == len(rows("host/panel.csv"))
    assert 0 == run("verify", "host").code
    assert 2 == run("lot", "hosts.csv").code  # where to?


def test_all_pairs_are_as_likely(folder: Path) -> None:
    """Of four names the six pairs, over 300 texts: each within four standard deviations."""
    written("four.csv", "name", *"abcd")
    lot = lot_of(OneOf("four.csv", count=2), "", "all")
    fair = sortition.find_distribution(sortition.compile(lot.ready.pool, lot.ready.quotas))
    lottery = to_exact(fair)
    found = Counter(sortition.draw(lottery, seed=f"text {at}").panel.ids for at in range(300))
    assert 6 == len(found)
    assert all(abs(many - 50) < 4 * (300 / 6 * 5 / 6) ** 0.5 for many in found.values())


def test_names_of_municipalities(folder: Path, run) -> None:
    """One near miss is a question; an alias answers it; past ones are read alike."""
    done = run(*LOT, "--places", "--lang", "en")
    assert 3 == done.code
    assert "did you mean “Etten-Leur”?" in done.err
    written("past.csv", "gastheer", "gm0355", "etten- leur")
    written(
        "project.toml", 'title = "Gastheer"', 'lang = "nl"', "[plain_lot]", 'list = "hosts.csv"',
        'column = "gemeente"', "places = true", 'aliases = { "Etten- Leur" = "Etten-Leur" }',
        'past = ["past.csv"]',
    )
    done = run("lot", "project.toml", "--out", "host")
    assert 0 == done.code
    assert "Zeist, Etten-Leur" in done.out
    assert ["Barneveld", "De Bilt", "Lochem"] == sorted(
        row["member_1"] for row in rows("host/lottery.csv")
    )
    assert 0 == run("draw", "host", "--ticket", "1").code
    assert 0 == run("verify", "host").code
    assert "Gastheer" in Path("host/report.html").read_text(encoding="utf-8")


def test_what_is_announced_is_in_the_record(folder: Path, run) -> None:
    """As for any lottery."""
    done = run(*LOT, "--source", "one die", "--drawn-at", "2099-03-01T20:00+01:00", "--json")
    assert 0 == done.code
    assert "one die" == done.json["announced"]["source"]
    record = json.loads(Path("host/record.json").read_text(encoding="utf-8"))
    assert done.json["announced"] == record["announced"]


def test_nothing_is_written_that_was_not_asked(folder: Path, run) -> None:
    """--dry-run, and a folder that is taken."""
    assert 0 == run(*LOT, "--dry-run").code
    assert not Path("host").exists()
    assert 0 == run(*LOT).code
    assert 3 == run(*LOT).code
    assert 0 == run(*LOT, "--force").code


def test_every_question_at_once(folder: Path) -> None:
    """Twice the same name, weights that are none; a past name that is nearly one."""
    written("hosts.csv", "gemeente,loten", "Zeist,1", "zeist ,0", "Lochem,much", "Oldambt,")
    with pytest.raises(InputError) as raised:
        lot_of(OneOf("hosts.csv", weights="loten"), "r", "l")
    assert [("lot-twice", 3), ("lot-weight", 3), ("lot-weight", 4), ("lot-weight", 5)] == sorted(
        (own.code, own.row) for own in raised.value.issues
    )
    written("past.csv", "gemeente", "Lochum", "Oldamt")
    with pytest.raises(InputError) as raised:
        lot_of(OneOf("hosts.csv", past=("past.csv",)), "r", "l")
    assert ["lot-past-near"] * 2 == [own.code for own in raised.value.issues]


@pytest.mark.parametrize(
    ("words", "code"),
    [(("none.csv",), 3), (("hosts.csv", "--column", "plaats"), 3),
     (("hosts.csv", "--count", "6"), 3), (("hosts.csv", "--weights", "geweest"), 3),
     (("hosts.csv", "--past", "none.csv"), 3), (("hosts.csv", "--past-column", "x"), 3),
     (("hosts.csv", "--weights", "loten", "--count", "3"), 3), (("empty.toml",), 3),
     (("hosts.csv", "--source", "dice"), 2), (("hosts.csv", "--count", "0"), 2)],
)
def test_what_is_wrong_is_said(folder: Path, run, words: tuple[str, ...], code: int) -> None:
    """An exit code of the contract, words, and nothing written."""
    written("empty.toml", "[plain_lot]", 'lijst = "hosts.csv"')
    done = run("lot", *words, "--out", "host")
    assert code == done.code, done.err
    assert "Traceback" not in done.err
    assert not Path("host").exists()


def test_no_name_of_a_person_is_published_by_a_guess(folder: Path, run) -> None:
    """A list with names and no ids: which column is asked."""
    written("people.csv", "naam,email", *(f"n{at},n{at}@example.org" for at in range(4)))
    done = run("lot", "people.csv", "--out", "one", "--lang", "en")
    assert 3 == done.code
    assert "name it with --column" in done.err
    assert 0 == run("lot", "people.csv", "--column", "naam", "--out", "one").code


def test_everybody_can_be_drawn_at_once(folder: Path, run) -> None:
    """All of a list, and one of one."""
    assert 0 == run(*LOT, "--count", "5").code
    assert 0 == run("draw", "host", "--seed", "x").code
    assert 5 == len(rows("host/panel.csv"))
    assert 0 == run("verify", "host").code
    written("one.csv", "name", "only")
    assert 0 == run("lot", "one.csv", "--out", "one").code
    assert 0 == run("draw", "one", "--ticket", "0").code
    assert 0 == run("verify", "one").code


# -- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [(), ("--weights", "loten"), ("--count", "2"),
                                  ("--count", "2", "--weights", "loten")])
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_speaks_of_no_people(
    folder: Path, run, kind: tuple[str, ...], language: str
) -> None:
    """A list of municipalities has entries, before the draw and after it."""
    past = ("--past-column", "geweest") if "--weights" in kind and "--count" in kind else ()
    assert 0 == run(*LOT, *kind, *past, "--lang", language).code
    source = ("--seed", "x") if "--count" in kind else ("--ticket", "1")
    pages = [Path("host/report.html").read_text(encoding="utf-8")]
    assert 0 == run("draw", "host", *source).code
    pages.append(Path("host/report.html").read_text(encoding="utf-8"))
    for page in pages:
        shown = re.sub(r"<style.*?</style>|<[^>]+>|\w+[.](csv|json|html)", " ", page, flags=re.S)
        said = re.findall(r"people|person|seats?\b|panels?\b|signed|mensen|persoon|iemand|poel|"
                          "plaatsen", shown, flags=re.I)
        assert not said, (said, shown)
