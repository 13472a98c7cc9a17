"""Seeded single edits of published files, every one of which a verifier must find.

An edit that leaves the digests and the seal as they were is found by these alone. One that makes
them right again, as a forger would, is found by what the other files say, or else because the
commitment is no longer the one published before the draw. The lists of the draw hold ids only, as
they may be published. A `forgery` makes everything right again, also what holds a draw to the
record before it. Used by `test_edits`, `test_attacks` and ``benchmarks/fuzz_verify.py``.
"""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from sortition.lots.commitment import sealed
from sortition.verify import canonical

Files = dict[str, bytes]
HASHED = ("lottery.csv", "chances.csv", "groups.csv")
LISTS = ("panel.csv", "remaining.csv")
_CELLS = ("", "0", "1", "2", "-1", "01", "0.5", "x", "p01", "p02", "p12", "stranger", "'=1", " ")


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done, and what became of the files."""

    name: str
    files: Files


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
    return Edit(f"{name}: a bit", changed)


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
    if name in LISTS or random.random() < 0.5:
        return Edit(f"{name}: {what}", changed)
    record = json.loads(files["record.json"])
    record["sha256"][name] = hashlib.sha256(changed[name]).hexdigest()
    return Edit(f"{name}: {what}, digest made right",
                changed | {"record.json": sealed(record)})


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
    again = random.random() < 0.5 and path[0] not in {"draw", "earlier_draws", "seal"}
    data = sealed(record) if again else canonical(record)
    return Edit(f"record.json: {'.'.join(path)}{', sealed again' if again else ''}",
                files | {"record.json": data})


_ANYTHING: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 10**6, 10**30, "", "x", "0", "1/2", "1/0", "0.5", "1e3", "é",
    " ", [], {}, [1], ["p01"], {"a": 1}, "2026-01-01T00:00:00+00:00", "2026-01-01", "drand",
    "text", "dice:6", "dice + text",
)
_DEEP = ("draw", "announced", "proof", "quotas", "barred", "size", "fixed_at", "earlier_draws",
         "past_draws", "rehearsal", "persons", "objective", "proven")


def forgery(files: Files, seed: int) -> Edit:
    """Return the files with something else in the record, and every digest and seal right."""
    random = Random(seed)  # noqa: S311 - forgeries, not a draw
    made = files
    if random.random() < 0.25:
        changed = random.choice([_cell, _row])(files, random)
        made = files if changed is None else changed.files
    record = json.loads(made["record.json"])
    names = [_put(record, random) for _ in range(random.choice([1, 1, 2]))]
    return Edit("record.json: " + ", ".join(names), resealed(made, record))


def resealed(files: Files, record: dict[str, Any]) -> Files:
    """Return files with this record, whose digests and seals are made right where they can be."""
    if isinstance(record.get("sha256"), dict):
        record["sha256"] = {name: hashlib.sha256(files[name]).hexdigest() for name in HASHED}
    draw, earlier = record.get("draw"), record.get("earlier_draws")
    if isinstance(draw, dict) and "before" in draw and isinstance(earlier, list):
        was = {"draw": earlier[-1] if earlier else None, "earlier_draws": earlier[:-1]}
        draw["before"] = json.loads(sealed(record | was))["seal"]
    return {**files, "record.json": sealed(record)}


def _put(record: dict[str, Any], random: Random) -> str:
    """Put something else, nothing or something more into one place of a record; return which."""
    place: Any = record
    path: list[str] = []
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if place is record and random.random() < 0.6:
            keys = [key for key in keys if key in _DEEP]
        if not keys:
            return "nothing"
        key = random.choice(keys)
        path.append(str(key))
        if not isinstance(place[key], dict | list) or random.random() < 0.15:
            break
        place = place[key]
    value, choice = place[key], random.random()
    if choice < 0.15:
        del place[key]
    elif choice < 0.25 and isinstance(place, list):
        place.insert(key, copy.deepcopy(value))
    elif choice < 0.35 and isinstance(place, dict):
        more = random.choice(["more", "group", "reserves", "early", "persons", "by"])
        place[more] = random.choice(_ANYTHING)
    elif type(value) is int and choice < 0.6:
        place[key] = value + random.choice([-7, -1, 1, 7])
    elif type(value) is str and choice < 0.6:
        place[key] = random.choice([value + "1", value[:-1], value.upper(), value + " "])
    else:
        place[key] = copy.deepcopy(random.choice(_ANYTHING))
    return ".".join(path)
