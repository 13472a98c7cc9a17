"""A folder of meetings checked again, from its files, the list and the rules: numbered steps.

Every rule is counted from the people's own words by `sortition.process.meetings.check`, which
shares no code with the model or the search; nothing is solved. Called by the command line.
"""

from __future__ import annotations

import csv
import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sortition.checking import Step, Verification
from sortition.errors import InputError, Issue
from sortition.lots.names import in_one_line
from sortition.messages import LANGUAGES
from sortition.output import steady
from sortition.people.choices import CSV
from sortition.process.meetings.check import Seats, alike, breaches, misdealt, tally
from sortition.process.meetings.encounters import fewest_again
from sortition.process.meetings.files import file_names, meeting_files
from sortition.process.meetings.programme import Programme, by_lot
from sortition.process.meetings.record import RECORD, SCHEMA, TOLD, digests, summary_of, tool
from sortition.process.meetings.rules import Reading
from sortition.process.meetings.seated import Goal, Seating
from sortition.process.meetings.seed import DrawnSeed
from sortition.verify import Failed, canonical, commitment, need, read_rows

__all__ = ["OPEN", "OPTIONS", "recheck", "seed_kind", "written_files"]

OPEN = frozenset((
    "verify-meetings-inputs-other", "verify-meetings-seed-said", "verify-meetings-seed-made-up",
    "verify-meetings-seed-open", "verify-meetings-seed-other", "verify-meetings-seed-rehearsal",
    "verify-meetings-lists-other",
))
"""Steps that hold as far as they go: something is left for people to compare."""
OPTIONS = ("tables", "rounds", "organisation", "per_organisation", "id", "mix", "capacity")
"""Options of the command that are rules, and so stand in the record."""
_HEADER = ["id", "round", "meeting", "wish", "lot"]
_SOLVER = ("integer program", "relaxation")
_Steps = Iterator[tuple[str, Mapping[str, Any]]]


def written_files(folder: str) -> dict[str, bytes]:
    """Return the record in a folder, and of the files that it names those that are there.

    Raises
    ------
    InputError
        If there is no such folder, or no record of meetings in it.
    """
    place = Path(folder)
    if not place.is_dir():
        code = "folder-is-file" if place.exists() else "folder-missing"
        raise InputError([Issue(code, {}, folder, suggestion="check-folder")])
    with steady(folder):
        if not (place / RECORD).is_file():
            raise InputError([Issue("meetings-no-record", {}, folder,
                                    suggestion="meetings-no-record-is")])
        data = (place / RECORD).read_bytes()
        try:
            named = set(json.loads(data)["sha256"])
        except (LookupError, RecursionError, TypeError, ValueError):
            named = set()
        there = [path for path in sorted(place.iterdir()) if path.name in named and path.is_file()]
        return {RECORD: data} | {path.name: path.read_bytes() for path in there}


def seed_kind(files: Mapping[str, bytes]) -> str | None:
    """Return where the record says that the seed comes from; None where it cannot be read."""
    try:
        return str(json.loads(files[RECORD])["seed_from"]["kind"])
    except (LookupError, RecursionError, TypeError, ValueError):
        return None


def recheck(
    files: Mapping[str, bytes], read: Callable[[Mapping[str, Any]], Reading], *,
    rules: str | None = None, stated: Mapping[str, Any] | None = None, seed: str | None = None,
    draw: DrawnSeed | None = None, named: DrawnSeed | None = None, published: str | None = None,
) -> Verification:
    """Return all steps up to the first that fails.

    Parameters
    ----------
    files
        As of `written_files`.
    read
        Reads list and rules anew, with the options that the record names.
    rules
        Path of the project file; None where the rules are options.
    stated
        The table ``[meetings]`` of that file, which the record may not contradict in silence.
    seed
        The text that was said in public, where whoever checks knows it.
    draw
        The seed as the draw of a panel gives it.
    named
        The seed as the draw that the project file names gives it, where `draw` is another one.
    published
        The seal that was made public; None where none is known.

    Raises
    ------
    InputError
        If list and rules cannot be read.
    """
    held: list[Step] = []
    try:
        for code, params in _steps(files, read, rules, stated or {}, seed, draw, named,
                                   published or ""):
            held.append(Step(len(held) + 1, code, True, params))
    except InputError:
        raise
    except Failed as failed:
        code, params = failed.args
        held.append(Step(len(held) + 1, f"verify-bad-{code}", False, params))
    except (ArithmeticError, AttributeError, csv.Error, LookupError, RecursionError, TypeError,
            ValueError):
        held.append(Step(len(held) + 1, "verify-bad-meetings-record", False, {}))
    return Verification(tuple(held))


def _steps(
    files: Mapping[str, bytes], read: Callable[[Mapping[str, Any]], Reading], rules: str | None,
    stated: Mapping[str, Any], seed: str | None, draw: DrawnSeed | None,
    named: DrawnSeed | None, published: str,
) -> _Steps:
    record = json.loads(files[RECORD])
    need("meetings-old", record["schema"] != 1)
    need("meetings-record", record["schema"] == SCHEMA and record.keys() >= {*TOLD, "seal", "seed"})
    need("meetings-seal", files[RECORD] == canonical(record)
         and record["seal"] == commitment(record, "seal"))
    need("meetings-published", published.strip().lower() in ("", record["seal"]),
         got=record["seal"], expected=published.strip()[:70])
    need("meetings-record", record["lang"] in LANGUAGES and record["csv"] in (None, *CSV)
         and isinstance(record["seed"], str) and type(record["finished"]) is bool
         and type(record["as_far_as_possible"]) is bool and record["options"].keys() <= {*OPTIONS})
    yield "verify-meetings-record", {"seal": record["seal"]}

    for name, digest in record["sha256"].items():
        need("meetings-file", name in files, file=name)
        need("meetings-hash", hashlib.sha256(files[name]).hexdigest() == digest, file=name)
    yield "verify-meetings-files", {"count": len(record["sha256"])}

    before, asked = record["inputs"]["rules"], record["options"]
    need("meetings-rules-needed", rules is not None or before is None,
         file=before and str(before["file"])[:60])
    need("meetings-record", rules is not None or "tables" in asked)
    reading = read(asked)
    _same_inputs(record["inputs"], digests(rules, reading.files))
    yield _inputs(asked, None if rules is None else stated, Path(reading.files[0]).name)

    yield _seed(record, stated, seed, draw, named)

    programme = replace(reading.programme, seed=record["seed"])
    names = set(file_names(programme.meetings, record["csv"])[1])
    need("meetings-names", {*record["sha256"], RECORD} == names)
    lot = by_lot(programme.seed, (own.id for own in programme.people))
    seats = _seats(programme, files["seating.csv"], lot)
    yield "verify-meetings-seats", {"people": len(seats), "rounds": len(programme.rounds)}

    rule, where = next(breaches(programme, seats), (None, ""))
    need("meetings-rule", rule is None, rule=rule, where=where)
    yield "verify-meetings-rules", {"meetings": len(programme.meetings)}

    counted = tally(programme, seats)
    whole = not counted.out and not counted.lacks
    need("meetings-everybody", whole or record["as_far_as_possible"] is True,
         out=len(counted.out), lacking=counted.lacking)
    yield ("verify-meetings-everybody" if whole else "verify-meetings-far",
           {"out": len(counted.out), "lacking": counted.lacking})

    later, first = next(misdealt(programme, seats, lot), ("", ""))
    need("meetings-dearest", not later, id=later, first=first)
    groups = alike(programme, lot)
    yield "verify-meetings-dearest", {"people": sum(map(len, groups)), "groups": len(groups)}

    values = (len(counted.out), counted.lacking, counted.unwished, counted.ranks, counted.mix,
              counted.again)
    goals = _goals(programme, record["goals"], dict(zip(
        ("out", "lacking", "unwished", "ranks", "mix", "again"), values, strict=True)))
    believed = [name for name, goal in goals.items()
                if goal.bound and goal.kind in _SOLVER]
    yield ("verify-meetings-goals-solver" if believed else "verify-meetings-goals",
           {"goals": believed})

    seating = Seating(programme, seats, lot, counted, goals, (), record["finished"])
    kept = {name: record[name] for name in (*TOLD, "seal")}
    need("meetings-told", record == kept | summary_of(seating) | {"schema": SCHEMA}, file=RECORD)
    same = record["tool"] == tool()
    for name, data in meeting_files(seating, reading, record["lang"], record["csv"]).items():
        if same or name.endswith(".csv"):
            need("meetings-told", files[name] == data, file=name)
    yield ("verify-meetings-lists" if same else "verify-meetings-lists-other",
           {"count": len(names), "tool": in_one_line(record["tool"])[:60]})


def _as_given(value: Any) -> str:
    """Return the value of an option as it is given."""
    if not isinstance(value, list):
        return str(value)
    return ("-" if all(isinstance(each, int) for each in value) else ",").join(map(str, value))


def _same_inputs(told: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Hold the digests of what was read against those of the record."""
    need("meetings-rules-file", (told["rules"] is None) == (now["rules"] is None))
    pairs = [(told["people"], now["people"])]
    pairs += [(told["rules"], now["rules"])] if now["rules"] else []
    need("meetings-rules-file", len(told["columns"]) == len(now["columns"]))
    pairs += zip(told["columns"], now["columns"], strict=True)
    for before, own in pairs:
        need("meetings-input", before["sha256"] == own["sha256"], file=own["file"])


def _inputs(
    asked: Mapping[str, Any], stated: Mapping[str, Any] | None, file: str
) -> tuple[str, Mapping[str, Any]]:
    """Return the step on list and rules: whether options on record are other than the file."""
    def said(names: Iterable[str]) -> str:
        return " ".join(f"--{name.replace('_', '-')} {_as_given(asked[name])}" for name in names)

    other = [name for name in asked if stated is not None and stated.get(name) != asked[name]]
    if other:
        return "verify-meetings-inputs-other", {"file": file, "options": said(other)}
    code = "verify-meetings-inputs-options" if asked else "verify-meetings-inputs"
    return code, {"file": file, "options": said(asked)}


def _seed(
    record: Mapping[str, Any], stated: Mapping[str, Any], said: str | None,
    draw: DrawnSeed | None, named: DrawnSeed | None,
) -> tuple[str, Mapping[str, Any]]:
    """Return the step on where the seed comes from, held against what the project file says."""
    def plain(text: str) -> str:
        return unicodedata.normalize("NFC", text).strip()

    told, own = record["seed_from"], record["seed"]
    kind, text = told["kind"], plain(str(stated.get("seed", "")))
    ruled = f'seed = "{text[:200]}"' if text else ""
    if "draw" in stated:
        ruled = f'draw = "{stated["draw"]}"'
    shown = {"seed": plain(own)[:200], "stated": ruled}
    need("meetings-record", kind in ("rules", "option", "draw", "made-up"))
    need("meetings-seed", said is None or plain(said) == plain(own), **shown)
    need("meetings-seed", draw is None or kind == "draw", **shown)
    if kind == "draw":
        need("meetings-seed-draw", draw is None or (own == draw.text and told == draw.to_dict()),
             drawn="" if draw is None else draw.drawn)
        if text or (named is not None and named.text != own):
            return "verify-meetings-seed-other", shown | {"option": "--draw"}
        if draw is None:
            return "verify-meetings-seed-open", shown
        code = "verify-meetings-seed-rehearsal" if draw.rehearsal else "verify-meetings-seed-draw"
        return code, {"commitment": draw.commitment, "drawn": draw.drawn}
    if kind == "rules" or (kind == "option" and text == plain(own) != ""):
        need("meetings-seed-rules", text == plain(own) != "" and "draw" not in stated, **shown)
        return "verify-meetings-seed-rules", shown
    if kind == "made-up":
        need("meetings-seed-rules", not ruled, **shown)
        return "verify-meetings-seed-made-up", shown
    if ruled:
        return "verify-meetings-seed-other", shown | {"option": "--seed"}
    return "verify-meetings-seed-said" if said is None else "verify-meetings-seed", shown


def _seats(programme: Programme, data: bytes, lot: tuple[str, ...]) -> Seats:
    """Return who sits where by ``seating.csv``: a row for everybody and each round, in order."""
    header, *rows = read_rows(data)
    need("meetings-row", header == _HEADER, row=1)
    at = {(meeting.round, meeting.name): position
          for position, meeting in enumerate(programme.meetings)}
    place = {own: number for number, own in enumerate(lot, 1)}
    rounds = [programme.meetings[own[0]].round for own in programme.rounds]
    expected = [(own, number) for own in programme.people for number in range(1, len(rounds) + 1)]
    need("meetings-rows", len(rows) == len(expected), got=len(rows), expected=len(expected))
    seats: dict[str, tuple[int | None, ...]] = {}
    for row, ((own, number), cells) in enumerate(zip(expected, rows, strict=True), 2):
        need("meetings-row", len(cells) == len(_HEADER), row=row)
        meeting = at.get((rounds[number - 1], cells[2]))
        need("meetings-row", cells[:2] == [own.id, str(number)]
             and (meeting is not None or not cells[2]), row=row)
        rank = None if meeting is None else programme.rank(own, programme.meetings[meeting])
        need("meetings-wish-row", cells[3] == str(rank or ""), row=row, id=own.id)
        need("meetings-lot", cells[4] == str(place[own.id]), row=row, id=own.id,
             got=cells[4][:20], expected=place[own.id])
        seats[own.id] = (*seats.get(own.id, ()), meeting)
    return seats


def _goals(
    programme: Programme, told: Mapping[str, Any], counted: Mapping[str, int]
) -> dict[str, Goal]:
    """Return the goals with the values that were counted and the bounds that are claimed."""
    need("meetings-record", told.keys() == counted.keys())
    goals = {}
    for name, value in counted.items():
        goal = Goal(value, told[name]["bound"], told[name]["bound_from"])
        need("meetings-goal", told[name]["value"] == value, goal=name, got=told[name]["value"],
             expected=value)
        need("meetings-bound", type(goal.bound) is int and 0 <= goal.bound <= value
             and goal.kind in ("none", *(("count",) if name == "again" else _SOLVER))
             and (goal.kind != "none" or not goal.bound), goal=name)
        if goal.kind == "count":
            fewest = 0 if counted["out"] else fewest_again(programme)
            need("meetings-bound", goal.bound == min(fewest, value), goal=name)
        goals[name] = goal
    return goals
