"""A letter to one person: the chance, the tickets, the rules behind it, and nothing of others."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pools import HOME, STEPS, SmallPool, problem_of, seeded, write

import sortition
from sortition import InputError, VerificationError
from sortition.draw import Panel
from sortition.lots.commitment import sealed
from sortition.lots.drawn import draw_files
from sortition.lots.explain import Explanation, Group, explain
from sortition.lots.record import lottery_files
from sortition.messages import LANGUAGES


def people(kinds: str, features: str = "side") -> tuple[dict[str, str], ...]:
    """Return people p01, p02, … from words with one letter per feature."""
    names = features.split()
    return tuple(
        {"id": f"p{at:02d}", **dict(zip(names, kind, strict=True))}
        for at, kind in enumerate(kinds.split(), 1)
    )


# The first three live together; p07 is of a side without seats.
COUPLES = SmallPool(
    tuple(
        person | {"street": "Kade 1" if at < 3 else "", "postcode": "1234 AB"}
        for at, person in enumerate(people("l l l l r r x"))
    ),
    (("side", "l", 1, 2), ("side", "r", 1, 2), ("side", "x", 0, 0)),
    3,
    HOME,
)


def published(pool: SmallPool, *, exact: bool = False, seed: str | None = None) -> dict[str, bytes]:
    """Return the public files of a lottery, drawn from if there is a seed."""
    fair = sortition.find_distribution(problem_of(pool))
    lottery = fair.to_exact() if exact else fair.to_lottery(12)
    files = lottery_files(lottery)
    if seed is not None:
        files |= draw_files(files, sortition.draw(lottery, seed=seed), fair.problem.ids)
    return files


def test_chance_tickets_and_groups_are_counted() -> None:
    """One seat for four, two for three, one for one: 3 of 12 tickets against half of them."""
    told = explain(published(STEPS.pool), "p02")

    assert (Fraction(1, 4), Fraction(1, 2)) == (told.chance, told.equal)
    assert (3, 12) == (len(told.tickets), told.of)
    assert (Group("side: a", (1, 1), 4),) == told.groups
    assert Group("", (4, 4), 8) == told.everyone
    assert (None, None) == (told.drawn, told.ticket)


@pytest.mark.parametrize(("own", "effect"), [("p01", -1 / 4), ("p05", 1 / 6), ("p08", 1 / 2)])
def test_effects_add_up_to_the_chance(own: str, effect: float) -> None:
    """Equal would be 1/2. The four at 1/4 leave 3/4 to the others; the three at 2/3 leave 1."""
    told = explain(published(STEPS.pool), own)

    assert {"side": pytest.approx(effect)} == told.to_dict()["effects"]
    assert float(told.chance - told.equal) == pytest.approx(effect)


@pytest.mark.parametrize(
    ("own", "effects"),
    [
        ("p01", {"household": -1 / 6, "side": 1 / 14}),
        ("p04", {"household": 1 / 6, "side": 1 / 14}),
        ("p05", {"household": 1 / 6, "side": 1 / 14}),
    ],
)
def test_effects_of_a_home_and_of_a_side(own: str, effects: dict[str, float]) -> None:
    """3 of 7, or of the 6 who may be drawn: 1/14 more. Three share one seat, so others have 2/3."""
    assert pytest.approx(effects) == explain(published(COUPLES), own).to_dict()["effects"]


@pytest.mark.parametrize("seed", range(12))
def test_effects_add_up_in_any_pool(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For everybody who can be drawn, whatever the rules, none left out as too small to name."""
    monkeypatch.setattr("sortition.lots.effects._WEIGHTY", Fraction(0))
    pool = seeded(seed)
    files = published(pool)
    told = [explain(files, person["id"]) for person in pool.people]
    able = [one.chance for one in told if one.selectable]
    added = [one for one in told if one.effects]

    for one in added:
        total = float(sum(effect for _, effect in one.effects or ()))
        # Where others are barred by whole numbers, all start from what that leaves them.
        starts = {float(one.equal), float(sum(able) / len(able))}
        assert min(abs(float(one.chance) - start - total) for start in starts) < 1e-9
    assert len(added) > len(able) / 4


def test_rules_that_do_not_bind_do_nothing() -> None:
    """Where everyone's chance is equal no rule is blamed or thanked."""
    pool = SmallPool(people("l l r r"), (("side", "l", 0, 2), ("side", "r", 0, 2)), 2)
    told = explain(published(pool), "p01")

    assert () == told.effects
    assert "No rule raises or lowers your chance." in told.letter()


def test_the_same_multipliers_in_other_words_say_the_same() -> None:
    """A constant on all values of a feature, taken off the size, is the same proof."""
    files = published(STEPS.pool)
    record = json.loads(files["record.json"])
    for entry in record["proof"]["levels"]:
        entry["size"] -= 10**13
        entry["quotas"] = [m + 10**13 for m in entry["quotas"]]
    other = files | {"record.json": sealed(record)}

    for own in ("p01", "p05", "p08"):
        assert explain(files, own) == explain(other, own)


def test_why_somebody_is_on_no_panel() -> None:
    """The rules that the proof needs are named: here the maximum of zero."""
    told = explain(published(COUPLES), "p07")

    assert (False, Fraction(0), ()) == (told.selectable, told.chance, told.tickets)
    assert ["side: x"] == [group.name for group in told.barred_by]
    assert "  side: x: seats 0, people 1; for every 100 people 0" in told.letter()


def test_rules_that_leave_no_room_together() -> None:
    """One of l and two of y leave no seat for lx: neither rule alone keeps anybody out."""
    pool = SmallPool(
        people("lx ly ly ry ry", "side kind"),
        (("side", "l", 1, 1), ("side", "r", 1, 1), ("kind", "x", 0, 1), ("kind", "y", 2, 2)), 2,
    )
    told = explain(published(pool), "p01")

    assert not told.selectable
    assert "kind: y" in {group.name for group in told.barred_by}
    assert {group.name for group in told.barred_by} <= {"kind: x", "kind: y", "side: l", "side: r"}


def test_without_a_proof_no_rule_is_named() -> None:
    """What cannot be known is said to be unknown, instead of guessed."""
    files = published(STEPS.pool)
    record = json.loads(files["record.json"])
    record["proof"] = {"levels": [], "excluded": [], "cuts": []}
    told = explain(files | {"record.json": sealed(record)}, "p01")

    assert told.effects is None
    assert any("does not show which rules" in line for line in told.letter())


@pytest.mark.parametrize("exact", [False, True])
def test_who_is_drawn_is_who_is_on_the_panel(exact: bool) -> None:
    """For everybody, from the public files alone."""
    files = published(COUPLES, exact=exact, seed="3 14 15")
    panel = {line.split(",")[0] for line in files["panel.csv"].decode().splitlines()[1:]}
    public = {name: data for name, data in files.items() if name not in {"panel.csv",
              "panel.xlsx", "remaining.csv"}}

    told = {person["id"]: explain(public, person["id"]).drawn for person in COUPLES.people}
    assert {own: own in panel for own in told} == told


def test_an_exact_lottery_has_panels_instead_of_tickets() -> None:
    """Of its panels those count that have a seat for the person's type."""
    files = published(STEPS.pool, exact=True)
    told = explain(files, "p08")

    assert told.exact
    assert told.of == len(told.tickets) == len(files["lottery.csv"].splitlines()) - 1
    assert any("no tickets" in line for line in told.letter())


def test_a_rehearsal_is_called_one() -> None:
    """Nobody should take it for the draw."""
    fair = sortition.find_distribution(problem_of(STEPS.pool))
    lottery = fair.to_lottery(4)
    files = lottery_files(lottery)
    drawn = sortition.draw(lottery, ticket=0, rehearsal=True)
    assert isinstance(drawn.panel, Panel)
    told = explain(files | draw_files(files, drawn, fair.problem.ids), "p08")

    assert (True, True, 0) == (told.drawn, told.rehearsal, told.ticket)
    assert "rehearsal" in told.letter()[-1]


def test_a_stranger_and_a_changed_file_are_refused() -> None:
    """An id that nobody has, without repeating what may be a name; and files that do not verify."""
    files = published(STEPS.pool)

    with pytest.raises(InputError) as stranger:
        explain(files, "Piet de Vries")
    assert ["explain-stranger"] == [issue.code for issue in stranger.value.issues]
    assert "Piet" not in str(stranger.value)
    with pytest.raises(VerificationError):
        explain(files | {"chances.csv": files["chances.csv"] + b"p99,0.5,6\n"}, "p01")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("exact", [False, True])
def test_a_letter_names_nobody_else(language: str, exact: bool) -> None:
    """No other id in the words, nor in the data for programs."""
    files = published(COUPLES, exact=exact, seed="x")
    for person in COUPLES.people:
        told = explain(files, person["id"])
        said = "\n".join([*told.letter(language), json.dumps(told.to_dict())])
        assert {person["id"]} == set(re.findall(r"p\d\d", said)) | {person["id"]}


def run_lottery(run: Any, folder: Path) -> Path:
    people, quotas = write(STEPS.pool, folder)
    run("lottery", people, quotas, "--size", "4", "--out", folder / "made", "--tickets", "12")
    return folder / "made"


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", "Your chance of being drawn: 25 %."), ("nl", "Uw kans om te worden ingeloot: 25 %.")],
)
def test_the_command_prints_the_letter(run, tmp_path: Path, language: str, first: str) -> None:
    """In the language asked for; exit 0, nothing written."""
    made = run_lottery(run, tmp_path)
    done = run("explain", made, "p02", "--lang", language)

    assert (0, "") == (done.code, done.err)
    assert first == done.out.splitlines()[0]


def test_the_command_gives_json(run, tmp_path: Path) -> None:
    """One document with what the letter says."""
    done = run("explain", run_lottery(run, tmp_path), "p02", "--json")

    keys = {"schema", "id", "chance", "equal", "kind", "tickets", "of", "size", "pool", "free",
            "seated", "groups", "effects", "selectable", "barred_by", "drawn", "ticket",
            "rehearsal"}
    assert keys == set(done.json)
    assert [{"name": "side: a", "seats": [1, 1], "people": 4}] == done.json["groups"]


def test_a_ticket_is_written_as_it_stands_in_the_list(run, tmp_path: Path) -> None:
    """Ticket 03 of twelve, as on the page and in ``lottery.csv``, not 3."""
    made = run_lottery(run, tmp_path)
    assert 0 == run("draw", made, "--ticket", "3").code
    assert "Ticket 03 was drawn." in run("explain", made, "p02").out
    assert "Lot 03 is getrokken." in run("explain", made, "p02", "--lang", "nl").out


@pytest.mark.parametrize(("words", "code"), [
    (("nowhere", "p02"), "folder-missing"), (("made", "p99"), "explain-stranger"),
    (("people.csv", "p02"), "folder-is-file"), ((".", "p02"), "folder-not-lottery"),
])
def test_wrong_input_is_an_issue(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], code: str
) -> None:
    """Exit 3, and which it is."""
    run_lottery(run, tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run("explain", *words, "--json")

    assert (3, [code]) == (done.code, [issue["code"] for issue in done.json["issues"]])


def test_the_type_is_a_value() -> None:
    """Two readings of the same files are equal."""
    files = published(STEPS.pool)
    told = explain(files, "p01")

    assert isinstance(told, Explanation)
    assert told == explain(files, "p01")


def test_where_seats_came_free_a_candidate_compares_with_the_candidates() -> None:
    """Seats for a and for b; who had that of b left it, so one seat is free for three people."""
    from sortition.lots.replacement import replacement_problem

    pool = SmallPool(people("a a b b b b"), (("side", "a", 1, 2), ("side", "b", 1, 2)), 2)
    again = replacement_problem(problem_of(pool), {"p01"}, {"p03"})
    files = lottery_files(sortition.find_distribution(again).to_lottery(12), follows={
        "record_sha256": "0" * 64, "stay": ["p01"], "gone": ["p03"], "changed": []})
    told = explain(files, "p04")
    assert told.free is not None
    assert ((1, 1), 4) == (told.free.seats, told.free.people)
    assert 3 == told.able  # p02 is of the side that is full
    assert ("Seats that came free: 1. People who have no seat yet: 4; of these, people who can be "
            "drawn: 3." in told.letter())
    assert (Fraction(1, 3), Fraction(1, 4)) == (round(told.chance, 9).limit_denominator(9),
                                                told.equal)
    assert [("side", pytest.approx(1 / 12))] == [(n, float(e)) for n, e in told.effects or ()]
    for language in LANGUAGES:
        assert "(stays)" not in "\n".join(told.letter(language))
        assert 2 == len(explain(files, "p01").letter(language))  # the seat, and what was drawn
    assert explain(files, "p01").seated
