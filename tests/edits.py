"""Seeded single edits of published files, and whether a verifier must find them.

An edit must be found when it changes what the other files determine. What only one file says, and
may say otherwise without contradiction (somebody's groups or household once the digests are made
right again, a quota that nothing depends on, the multipliers of the proof), makes the files those
of another lottery: there verifiers have to agree, and a digest published beforehand decides.
Used by `test_edits` and by ``benchmarks/fuzz_verify.py``.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from sortition.lots.commitment import sealed
from sortition.verify import read_rows

Files = dict[str, bytes]
HASHED = ("lottery.csv", "chances.csv", "groups.csv")
LISTS = ("panel.csv", "remaining.csv")
_CELLS = ("", "0", "1", "2", "-1", "01", "0.5", "x", "p01", "p02", "p12", "stranger", "'=1", " ")


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done, what became of the files, and whether it must be found."""

    name: str
    files: Files
    must: bool


def edit(files: Files, seed: int) -> Edit:
    """Return one edit of the files; the same seed gives the same edit."""
    random = Random(seed)  # noqa: S311 - edits, not a draw
    while True:
        made = random.choice([_flip, _cell, _row, _leaf])(files, random)
        if made is not None and made.files != files:
            return made


def _flip(files: Files, random: Random) -> Edit | None:
    """Flip one bit."""
    name = random.choice([own for own in (*HASHED, *LISTS, "record.json") if own in files])
    data = bytearray(files[name])
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    changed = files | {name: bytes(data)}
    must = name in HASHED or _said(changed, name) != _said(files, name)
    return Edit(f"{name}: a bit", changed, must)


def _cell(files: Files, random: Random) -> Edit | None:
    """Write something else into one cell: of the same column, or what no cell should hold."""
    def change(rows: list[list[str]]) -> None:
        row = random.choice(rows)
        at = random.randrange(len(row))
        row[at] = random.choice([other[at] for other in rows[1:]] + list(_CELLS))

    return _table(files, random, "a cell", change)


def _row(files: Files, random: Random) -> Edit | None:
    """Leave one row out, or write one twice."""
    def change(rows: list[list[str]]) -> None:
        at = random.randrange(1, len(rows))
        rows[at:at + 1] = [rows[at]] * random.choice([0, 2])

    return _table(files, random, "a row", change)


def _table(
    files: Files, random: Random, what: str, change: Callable[[list[list[str]]], None]
) -> Edit | None:
    name = random.choice([own for own in (*HASHED, *LISTS) if own in files])
    before = list(csv.reader(io.StringIO(files[name].decode(), newline="")))
    rows = copy.deepcopy(before)
    change(rows)
    if rows == before:
        return None
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    changed = files | {name: out.getvalue().encode()}
    same = _said(changed, name) == _said(files, name)
    if name in LISTS:
        return Edit(f"{name}: {what}", changed, not same)
    if random.random() < 0.5:
        return Edit(f"{name}: {what}", changed, must=True)
    record = json.loads(files["record.json"])
    record["sha256"][name] = hashlib.sha256(changed[name]).hexdigest()
    return Edit(f"{name}: {what}, digest made right",
                changed | {"record.json": sealed(record)}, not same)


def _leaf(files: Files, random: Random) -> Edit | None:
    """Change, add or remove something in the record."""
    record = json.loads(files["record.json"])
    place: Any = record
    path: list[str] = []
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return None
        key = random.choice(keys)
        path.append(str(key))
        if not isinstance(place[key], dict | list) or random.random() < 0.1:
            break
        place = place[key]
    value = place[key]
    if random.random() < 0.2 and isinstance(place, dict):
        del place[key]
    elif type(value) is int:
        place[key] = value + random.choice([-7, -1, 1, 7, 0.5])
    elif type(value) is str:
        place[key] = random.choice([value + "1", "0.123456", "x", "", None, 5])
    else:
        place[key] = random.choice([None, True, False, 0, "x", [], {}])
    if place.get(key, "gone") == value if isinstance(place, dict) else place[key] == value:
        return None
    changed = files | {"record.json": sealed(record)}
    must = _said(changed, "record.json") != _said(files, "record.json")
    return Edit(f"record.json: {'.'.join(path)}", changed, must)


def _said(files: Files, name: str) -> object:
    """Return what a file says that the others determine; an exception's name where it is none."""
    try:
        if name == "record.json":
            return _record_said(json.loads(files[name].decode()))
        rows = read_rows(files[name])
        if any(len(row) != len(rows[0]) for row in rows):
            return "ragged"
        if name in LISTS:
            column = json.loads(files["record.json"])["draw"]["id_column"]
            at = rows[0].index(column)
            return sorted(row[at] for row in rows[1:])
        if name == "lottery.csv":
            exact = rows[0][0] == "panel"
            return rows if exact else [[cell for cell in row if cell] for row in rows[1:]]
        if name == "chances.csv":
            return [rows[0], *sorted([row[0], Fraction(row[1]), row[2]] for row in rows[1:])]
        return sorted(row[0] for row in rows[1:]), rows[0]
    except (ArithmeticError, LookupError, TypeError, ValueError, csv.Error) as error:
        return type(error).__name__


def _record_said(record: dict[str, Any]) -> object:
    draw = record["draw"]
    counted = [record["schema"], record.get("kind", "tickets"), record["pool"],
               sorted(record["unselectable"]), sorted(record["barred"])]
    counted += [record["panels"], record["total"]] if counted[1] == "exact" else [record["tickets"]]
    near = [Fraction(record[name]).limit_denominator(10**6)
            for name in ("min_chance", "max_chance", "bound")]
    digests = {name: record["sha256"][name] for name in HASHED}, len(record["sha256"])
    drawn = draw and [draw["ticket"], str(draw["seed"]).strip(), draw["id_column"]]
    return json.dumps([counted, [str(each) for each in near], digests, drawn])
