"""Check a published lottery and its draw, with nothing but Python's standard library.

Reads the files that ``sortition lottery`` and ``sortition draw`` wrote, solves nothing, trusts
nothing: it counts. Runs alone (``python verify.py FOLDER [COMMITMENT]``) and as ``sortition
verify``. The steps are those of ``docs/specification.md``, which says what each one asks.

A lottery is a list of panels with weights. A panel gives seats to *units*: of a ticket, which
weighs one, every member is a unit; of an exact lottery every type is, whose people take turns.
"""

from __future__ import annotations

import bisect
import csv
import hashlib
import io
import itertools
import json
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Step", "Verification", "verify", "verify_files", "verify_folder"]

FILES = ("record.json", "lottery.csv", "chances.csv", "groups.csv")
DRAWN = ("panel.csv", "remaining.csv")
STEPS = ("", "the files are those of the record", "every panel is there, of known people",
         "every panel keeps size, quotas and household rule", "everyone has the chance stated",
         "no lottery is fairer", "the draw follows from the lottery", "panel and remaining people")
PROOF = 5  # the step that checks the proof
_ROOM = Fraction(1, 10**9)  # of the level or of k/n: multipliers are rounded and prove a hair less
_DIGITS = Fraction(1, 10**11)  # chances.csv has twelve decimals
_LAST = Fraction(1, 10**12)  # of which half is rounding, and a hair that of the float before it
_FAR = 3  # tickets: rounding puts nobody so far from their chance
_NOISE = Fraction(1, 10**2)  # of the mean multiplier: less could be rounding, and fixes nobody

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,15})?")
_HOME, _WHOLE = re.compile(r"[1-9][0-9]{0,11}"), re.compile(r"0|[1-9][0-9]{0,17}")
_FRACTION, _HEX = re.compile(r"[0-9]{1,60}(/[1-9][0-9]{0,59})?"), re.compile(r"[0-9a-f]{64}")
_GUARDED = re.compile(r"'[' ]*[=+\-@\t\r]")
_NATURAL, _NONE = range(10**60), type(None)
_ENTRY = {"size": int, "quotas": [int], "households": {_HOME: _NATURAL}, "cuts": [_NATURAL]}
_DRAW = {"ticket": int, "rehearsal": bool, "id_column": str}
_TEXT_DRAWS = {"method": {"seed"}, "seed": str}, {"method": {"seed", "system"}, "seed": str}
CHAINS = {"quicknet": (1692803367, 3), "default": (1595431050, 30)}  # first round, seconds apart
_BYTES, _FOUR, _EIGHT = re.compile(r"([0-9A-Fa-f]{2}){1,1000}"), range(2**32), range(2**64)
PULSE = {  # what a NIST pulse signs, in this order
    "uri": str, "version": str, "cipherSuite": _FOUR, "period": _FOUR, "certificateId": _BYTES,
    "chainIndex": _EIGHT, "pulseIndex": _EIGHT, "timeStamp": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z"),
    "localRandomValue": _BYTES,
    "external": {"sourceId": _BYTES, "statusCode": _FOUR, "value": _BYTES},
    "listValues": [{"value": _BYTES}], "precommitmentValue": _BYTES, "statusCode": _FOUR}
SOURCES: dict[str, dict[str, Any]] = {  # in the order in which several are put together
    "ticket": {"number": range(10**9)},
    "dice": {"sides": range(2, 10**6), "throws": [range(1, 10**6)]}, "text": {"text": str},
    "drand": {"chain": {*CHAINS}, "round": range(1, 10**12), "signature": _BYTES},
    "nist": {"pulse": PULSE | {"signatureValue": _BYTES, "outputValue": _BYTES}}}
_BY_SOURCES = {"method": {"sources"}, "sources": [dict], "seed": str}
_RECORD = {  # the fields and what may stand there, in the language of `fits`
    "schema": {1}, "kind": {"tickets", "exact"}, "pool": int, "size": [int], "per_household": int,
    "objective": {"leximin", "maximin", "minimax", "nash", "goldilocks", "custom"},
    "quotas": [{"name": str, "min": int, "max": int}], "min_chance": _DECIMAL, "bound": _DECIMAL,
    "max_chance": _DECIMAL, "mean_chance": _FRACTION, "ticket_loss": _DECIMAL, "proven": bool,
    "gap": (_DECIMAL, _NONE), "unselectable": [str], "barred": {str: bool}, "earlier_draws": list,
    "proof": {"levels": [_ENTRY | {"level": _FRACTION}], "excluded": [_ENTRY | {"ids": [str]}],
              "cuts": [{"most": int, "weights": {str: int}}]},
    "attempt": range(1, 10**6), "before": (_HEX, _NONE), "lottery_root": _HEX, "pool_root": _HEX,
    "announced": (_NONE, {"source": str, "at": str, "names": [str]}), "seal": _HEX,
    "sha256": dict.fromkeys(FILES[1:], _HEX),
}
_KINDS: dict[str, dict[str, Any]] = {
    "tickets": {"tickets": int, "draw": (
        _NONE, _DRAW | _TEXT_DRAWS[0], _DRAW | {"method": {"ticket", "system"}, "seed": _NONE},
        _DRAW | _BY_SOURCES | {"seed": (str, _NONE)})},
    "exact": {"panels": int, "total": int, "draw": (
        _NONE, _DRAW | _TEXT_DRAWS[1], _DRAW | _BY_SOURCES)},
}


_Panels = list[tuple[int, dict[str, int]]]  # the weight of each, and the seats of its units


class Step(NamedTuple):
    """One numbered step: what was checked and how it ended."""

    number: int
    code: str
    ok: bool
    params: Mapping[str, Any]


class Verification(NamedTuple):
    """All steps up to the first that fails."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether every step holds."""
        return all(step.ok for step in self.steps)


class Failed(Exception):  # noqa: N818 - internal: it ends a step, not a program
    """What ends a step: the code of what does not hold, and its figures."""


def verify(draw: Any, lottery: Any) -> Verification:
    """Check a `Draw` and its lottery in memory, exactly as their published files are checked."""
    from sortition.lots.record import draw_files, lottery_files

    files = lottery_files(lottery)
    return verify_files(files | draw_files(files, draw, lottery.problem.ids))


def verify_folder(folder: str | Path, commitment: str | None = None) -> Verification:
    """Check the files in a folder; with a commitment, that they are what was fixed."""
    paths = (Path(folder) / name for name in (*FILES, *DRAWN))
    return verify_files({p.name: p.read_bytes() for p in paths if p.is_file()}, commitment)


def verify_files(files: Mapping[str, bytes], commitment: str | None = None) -> Verification:
    """Check published files: their bytes by name, `DRAWN` among them once something was drawn."""
    done: list[Step] = []
    try:
        for code, params in _steps(files, commitment):
            done.append(Step(len(done) + 1, f"verify-{code}", True, params))
    except Failed as failed:
        done.append(Step(len(done) + 1, f"verify-bad-{failed.args[0]}", False, failed.args[1]))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # A record of another form than any lottery writes: nothing in it can be relied on.
        done.append(Step(len(done) + 1, "verify-bad-record", False, {}))
    return Verification(tuple(done))


def _need(code: str, holds: bool, /, **params: Any) -> None:
    """End the step unless something holds."""
    if not holds:
        raise Failed(code, params)


def _steps(files: Mapping[str, bytes], published: str | None) -> Iterator[tuple[str, Any]]:
    """Yield the steps that hold, one after the other; each relies on those before it."""
    record = _record(files.get("record.json", b""))  # 1. the files
    exact, committed = record["kind"] == "exact", commitment(record)
    _need("commitment", published is None or published.strip().lower() == committed,
          got=committed, expected=published)
    for name, digest in record["sha256"].items():
        _need("file", name in files, file=name)
        _need("hash", hashlib.sha256(files[name]).hexdigest() == digest, file=name)
    yield "files", {"commitment": committed}

    top, *rows = _rows(files, "chances.csv")  # 2. people and panels
    _need("file", top == ["id", "chance", "tickets"], file="chances.csv")
    chance = {own: Fraction(cell) for own, cell, _ in rows if _DECIMAL.fullmatch(cell)}
    tickets = {own: cell for own, _, cell in rows}
    _need("file", len(chance) == len(rows) and max(chance.values(), default=0) <= 1,
          file="chances.csv")
    names = ["id", "household", *(quota["name"] for quota in record["quotas"])]
    header, *groups = _rows(files, "groups.csv")
    exact_header = header.pop(2) if exact else "type"
    unit_of = {row[0]: row.pop(2) if exact else row[0] for row in groups}
    alike = Counter(unit_of.values())
    units = [str(t) for t in range(1, len(alike) + 1)] if exact else list(alike)
    _need("file", len(groups) == len(unit_of) == record["pool"] and exact_header == "type"
          and unit_of.keys() == chance.keys() and set(units) == set(alike), file="groups.csv")
    top, *rows = _rows(files, "lottery.csv")
    types = [f"type_{unit}" for unit in units]
    _need("file", not exact or top == ["panel", "weight", *types], file="lottery.csv")
    panels = _panels(record, rows, units)
    total = sum(weight for weight, _ in panels)
    if exact:
        _near(record, "total", total)
    _need("root", root([json_line(row) for row in rows]) == record["lottery_root"])
    yield "weights" if exact else "tickets", {"panels": len(panels), "total": total}

    _need("file", header == names and all({*cells} <= {"0", "1"} for _, _, *cells in groups)
          and all(not home or _HOME.fullmatch(home) for _, home, *_ in groups),
          file="groups.csv")  # 3. rules
    home_of = {own: home for own, home, *_ in groups}  # who has one of several seats has one home
    _need("household", all(
        record["per_household"] == 1 and home_of[seats[0]] and len({*map(home_of.get, seats)}) == 1
        for seats in _people(record, home_of).values() if seats[1:]), most=1)
    keep = _rules(record, groups, unit_of)
    for at, (_, panel) in enumerate(panels):
        keep(panel, at)
    yield "rules", {"quotas": len(record["quotas"])}

    held: Counter[str] = Counter()  # 4. chances
    for weight, panel in panels:
        for unit, seats in panel.items():
            held[unit] += weight * seats
    loss, barred = Fraction(0), record["barred"]
    for own, unit in unit_of.items():
        counted = Fraction(held[unit], total * alike[unit])
        away = total * abs(counted - chance[own])
        loss = max(loss, away)
        _need("tally", tickets[own] == ("" if exact else str(held[unit])),
              id=own, got=held[unit], expected=tickets[own])
        near = away <= total * _LAST if exact else away < _FAR
        _need("chance", near and not (own in barred and (chance[own] or counted)),
              id=own, got=_shown(counted), expected=_shown(chance[own]))
    _need("record", barred.keys() <= chance.keys())
    able = [sum((chance[own] for own in seats), Fraction(0))
            for seats in _people(record, chance.keys() - barred.keys()).values()]
    _near(record, "min_chance", min(able))
    _near(record, "max_chance", max(able))
    _near(record, "mean_chance", sum(able, Fraction(0)) / len(able))
    if not exact:
        _near(record, "ticket_loss", loss, Fraction(1, 10**4))
    yield "chances-exact" if exact else "chances", {"loss": round(float(loss), 2)}

    for cut in record["proof"]["cuts"]:  # 5. the proof
        weight_of = {unit_of[own]: weight for own, weight in cut["weights"].items()}
        _need("cut", all(cut["weights"].get(own, 0) == weight_of.get(unit, 0)
                         for own, unit in unit_of.items()))
        _need("cut", all(sum(n * weight_of.get(unit, 0) for unit, n in panel.items())
                         <= cut["most"] for _, panel in panels))
    yield check_proof(record, chance, groups)

    claimed = record["draw"]  # 6. the draw
    if claimed is None:
        for name in DRAWN:  # from an earlier draw, or a slip
            _need("panel", name not in files, file=name)
        return
    number, seed, digest = claimed["ticket"], claimed["seed"], record["sha256"]["lottery.csv"]
    thrown = _check_sources(record, claimed, committed)
    if exact:
        digest = hashlib.sha256(files["lottery.csv"] + files["groups.csv"]).hexdigest()
        people = [(own, unit_of[own], home) for own, home, *_ in groups]
        number, drawn = _exact_draw(seed, digest, panels, people)
        _rules(record, groups, {own: own for own in unit_of})(dict.fromkeys(drawn, 1), number)
    elif thrown is not None:
        number = from_dice(thrown["sides"], thrown["throws"], len(panels))
    elif seed is not None:
        number = _from_seed(seed, digest, len(panels))
    _need("draw", number == claimed["ticket"] and 0 <= claimed["ticket"] < len(panels),
          got=number, expected=claimed["ticket"])
    drawn = drawn if exact else set(panels[number][1])
    yield "draw-exact" if exact else "draw", {"ticket": number}

    for name, wanted in zip(DRAWN, (drawn, unit_of.keys() - drawn), strict=True):  # 7. the lists
        header, *rows = _rows(files, name)
        _need("panel", claimed["id_column"] in header, file=name)
        at = header.index(claimed["id_column"])
        _need("panel", sorted(row[at] for row in rows) == sorted(wanted), file=name)
    yield "panel", {}


def canonical(value: Any) -> bytes:
    """Return data in the one form in which they are written and hashed."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def commitment(record: Mapping[str, Any], left_out: str = "seal draw earlier_draws") -> str:
    """Return the digest of all that is fixed before the draw; the seal leaves out itself only."""
    fixed = canonical({key: record[key] for key in record.keys() - set(left_out.split())})
    purpose = b"seal" if left_out == "seal" else b"commitment"
    return hashlib.sha256(b"sortition/1/" + purpose + b"\0" + fixed).hexdigest()


def json_line(cells: list[str]) -> bytes:
    """Return the leaf of a row."""
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()


def root(leaves: list[bytes]) -> str:
    """Return the root of the hash tree over the leaves; who has no neighbour moves up."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[at:at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(two)).digest() if two[1:] else two[0]
                 for two in pairs]
    return level[0].hex()


def fits(value: Any, shape: Any) -> bool:
    """Whether data are of a type, a pattern, a range, a set, one of a tuple, or so part by part."""
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, re.Pattern):
        return type(value) is str and shape.fullmatch(value) is not None
    if isinstance(shape, range):  # a text would be looked for one by one
        return type(value) is int and value in shape
    if isinstance(shape, set):
        return type(value) in (int, str) and value in shape
    if isinstance(shape, tuple):
        return any(fits(value, one) for one in shape)
    if isinstance(shape, list):
        return type(value) is list and all(fits(each, shape[0]) for each in value)
    return type(value) is dict and all(
        key in value and fits(value[key], part) if type(key) is str
        else all(fits(k, key) and fits(v, part) for k, v in value.items())
        for key, part in shape.items())


def _record(data: bytes) -> dict[str, Any]:
    """Return the record, if it has the form of every lottery's and is sealed as it stands."""
    try:
        record = json.loads(data.decode(), parse_float=int, parse_constant=int)  # no other numbers
        proof, quotas = record["proof"], record["quotas"]
        sizes = {(len(entry["quotas"]), len(entry["cuts"])) for entry in proof["levels"]}
        sizes |= {(len(entry["quotas"]), len(entry["cuts"] + proof["cuts"]))
                  for entry in proof["excluded"]}
        sound = (fits(record, _RECORD | _KINDS[record["kind"]]) and len(record["size"]) == 2
                 and sizes <= {(len(quotas), len(proof["cuts"]))}
                 and len(record["sha256"]) == len(FILES) - 1
                 and sorted(record["barred"]) == sorted(record["unselectable"]))
        sources = (record["draw"] or {}).get("sources", [])
        sound &= all(fits(source, SOURCES[source["kind"]]) for source in sources)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        sound = False
    _need("record", sound)
    _need("seal", data == canonical(record) and record["seal"] == commitment(record, "seal"))
    return dict(record)


def _rows(files: Mapping[str, bytes], name: str) -> list[list[str]]:
    """Return the cells of a table of at least a header, each row as long as that."""
    try:
        rows = read_rows(files.get(name, b""))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    _need("file", rows != [] and all(len(row) == len(rows[0]) for row in rows), file=name)
    return rows


def read_rows(data: bytes) -> list[list[str]]:
    """Return the cells of a published table, free of what guards them in a spreadsheet."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [[cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell for cell in row]
            for row in rows]


def _panels(record: dict[str, Any], rows: list[list[str]], units: list[str]) -> _Panels:
    """Return the panels, numbered from 0; tickets name their members, others count each type."""
    exact, known, before, panels = record["kind"] == "exact", set(units), [-1], []
    _near(record, "panels" if exact else "tickets", len(rows))
    for at, (number, *cells) in enumerate(rows):
        if exact:
            weight, *seats = [int(cell) if _WHOLE.fullmatch(cell) else -1 for cell in cells]
            panel = {unit: n for unit, n in zip(units, seats, strict=True) if n}
            good, before = weight > 0 <= min(seats) and before < seats, seats
        else:
            members = [cell for cell in cells if cell]
            weight, panel = 1, dict.fromkeys(members, 1)
            good = members == sorted(panel) and known.issuperset(panel)
        _need("row", good and number == f"{at:0{len(str(len(rows) - 1))}d}", ticket=number)
        panels.append((weight, panel))
    return panels


def _near(record: dict[str, Any], name: str, got: Fraction | int, room: Any = 0) -> None:
    """End the step unless a figure of the record is what was counted."""
    shown = got if type(got) is int else _shown(Fraction(got))
    _need("summary", abs(got - Fraction(record[name])) <= room,
          name=name, got=shown, expected=record[name])


def _shown(value: Fraction) -> str:
    return f"{float(value):.12f}"


def _rules(
    record: dict[str, Any], groups: list[list[str]], unit_of: Mapping[str, str]
) -> Callable[[Mapping[str, int], int], None]:
    """Return what ends the step at the first rule that a panel breaks.

    It is sure then that people of a unit can take turns: they have the same groups, and live with
    people of the same units. The H homes of such a pattern together send c each, and of a unit with
    a people at home min(a, c) each.
    """
    homes: dict[Any, list[str]] = {}
    for own, home, *_ in groups:
        homes.setdefault(home or (own,), []).append(unit_of[own])
    pattern = {home: tuple(sorted(units)) for home, units in homes.items()}
    like: dict[str, Any] = {}
    for own, home, *cells in groups:
        same = cells, pattern[home or (own,)]
        _need("type", like.setdefault(unit_of[own], same) == same, id=own, type=unit_of[own])
    c, many, (least, largest) = record["per_household"], Counter(pattern.values()), record["size"]
    most: dict[Any, int] = {home: c * h for home, h in many.items()}
    most |= {u: min(home.count(u), c) * many[home] for u, (_, home) in like.items()}
    counted = {u: [*(at for at, cell in enumerate(cells) if cell == "1"), u, home]
               for u, (cells, home) in like.items()}

    def keep(panel: Mapping[str, int], number: int) -> None:
        taken: Counter[Any] = Counter()
        for unit, seats in panel.items():
            for key in counted[unit]:
                taken[key] += seats
        seats = sum(panel.values())
        _need("size", least <= seats <= largest, ticket=number, got=seats)
        for at, quota in enumerate(record["quotas"]):
            _need("quota", quota["min"] <= taken[at] <= quota["max"], ticket=number, got=taken[at],
                  quota=quota["name"], lower=quota["min"], upper=quota["max"])
        _need("household", all(got <= most.get(key, got) for key, got in taken.items()),
              ticket=number, most=c)

    return keep


def check_proof(
    record: dict[str, Any], chance: Mapping[str, Fraction], groups: list[list[str]]
) -> tuple[str, dict[str, Any]]:
    """Confirm the chances level by level, in whole numbers and fractions.

    Each entry gives a multiplier per rule. Added up over all rules they bound ``Σ a_i π_i`` of any
    lottery, where a_i sums the multipliers of the rules that count person i; of several seats of a
    person, of which they have one at most, it is the least, and π_i the sum of their chances.
    Whoever has a_i > 0 and is on no lower level then has, on average, no more than the level: so
    nobody's smallest chance can be higher, and if all are to have it, these people have exactly it.
    """
    proof, barred, n = record["proof"], record["barred"], len(_people(record, chance))
    if not proof["levels"] or not record["proven"]:
        return "proof-none", {}
    out, shown = {own for own, whole in barred.items() if whole}, set()
    for entry in proof["excluded"]:
        failed = not_excluded(record, entry, groups)
        _need("exclusion", failed is None and out.issuperset(entry["ids"]), id=failed or "?")
        shown |= set(entry["ids"])
    sorts = _sorts(record, groups)
    people = _people(record, (own for own in sorts if own not in out))
    alike = Counter((sum((chance[own] for own in seats), Fraction(0)),
                     tuple(sorted(sorts[own] for own in seats))) for seats in people.values())
    kinds = [(own, sort, alike[own, sort]) for own, sort in sorted(alike)]  # lowest chance first
    fixed: dict[int, int] = {}  # kinds that can have no more than a level, and which one
    levels: list[Fraction] = []
    for entry in proof["levels"]:
        level = Fraction(entry["level"])
        weight: dict[int, int] = {}
        known: Counter[int] = Counter()
        for at, (_, seats, many) in enumerate(kinds):
            a = min(_weight(entry, sort) for sort in seats)
            if a < 0 or at in fixed:
                known[fixed[at] if a > 0 else -1] += a * many
            else:
                weight[at] = a
        bound = Fraction(_most(record, entry) - known.pop(-1, 0))  # a chance is at most one
        bound -= sum(a * levels[below] for below, a in known.items())
        total = sum(a * kinds[at][2] for at, a in weight.items())
        # From the lowest level up, and nobody left open may have less than the level already.
        lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), level)
        _need("level", max(levels, default=0) <= level <= lowest + _DIGITS, chance=_shown(lowest))
        room = _ROOM * max(level, Fraction(record["size"][1], n))
        _need("proof", not total or bound <= total * (level + room),
              level=level, bound=_shown(bound / (total or 1)))
        fixed |= {at: len(levels) for at, a in weight.items()
                  if a * n > total * _NOISE and abs(kinds[at][0] - level) <= _DIGITS}
        levels.append(level)
    # Whoever is on every panel needs no proof; maximin asks for the smallest chance only.
    lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), Fraction(1))
    _need("level", lowest >= 1 or record["objective"] == "maximin", chance=_shown(lowest))
    able = _people(record, (own for own in chance if own not in barred)).values()
    _near(record, "bound", min(sum(chance[own] for own in seats) for seats in able), _DIGITS)
    given = {"levels": len(proof["levels"]), "out": len(out - shown), "cuts": len(proof["cuts"])}
    return "proof-given" if given["out"] or given["cuts"] else "proof", given


def _people(record: dict[str, Any], ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids by person: one each, or the seats of which a person can have one."""
    seats: dict[str, list[str]] = {}
    for own in sorted(ids):
        seats.setdefault(own.partition(": ")[2] if record.get("persons") is True else own,
                         []).append(own)
    return seats


def not_excluded(
    record: dict[str, Any], entry: dict[str, Any], groups: list[list[str]]
) -> str | None:
    """Return somebody of an exclusion whom it does not show to be on no panel, None when all are.

    A panel with person i has ``a_i`` and whatever the others add, at least all their negative
    weights: if that is more than the rules allow any panel, there is none.
    """
    a = {own: _weight(entry, sort) for own, sort in _sorts(record, groups).items()}
    least, most = sum(min(0, each) for each in a.values()), _most(record, entry)
    return next((own for own in entry["ids"] if least + max(0, a[own]) <= most), None)


def _sorts(record: dict[str, Any], groups: list[list[str]]) -> dict[str, Any]:
    """Return what multipliers see of each person: groups, home if one has a price, cuts."""
    proof = record["proof"]
    priced = {home for entry in (*proof["levels"], *proof["excluded"])
              for home in entry["households"]}
    return {own: (tuple(at for at, cell in enumerate(cells) if cell == "1"),
                  home if home in priced else "",
                  tuple(cut["weights"].get(own, 0) for cut in proof["cuts"]))
            for own, home, *cells in groups}


def _most(record: dict[str, Any], entry: dict[str, Any]) -> int:
    """Return what the multipliers of all rules add up to at most, on any panel."""
    bounds = [record["size"], *((quota["min"], quota["max"]) for quota in record["quotas"])]
    prices, cuts = (entry["size"], *entry["quotas"]), record["proof"]["cuts"]
    total = sum(m * (high if m > 0 else low)
                for m, (low, high) in zip(prices, bounds, strict=True))
    total += sum(entry["households"].values()) * record["per_household"]
    return int(total + sum(m * cut["most"] for m, cut in zip(entry["cuts"], cuts, strict=False)))


def _weight(entry: dict[str, Any], sort: Any) -> int:
    """Return the sum of the multipliers of the rules that count such a person."""
    quotas, home, weights = sort
    total = entry["size"] + entry["households"].get(home, 0)
    total += sum(entry["quotas"][at] for at in quotas)
    return int(total + sum(m * w for m, w in zip(entry["cuts"], weights, strict=False)))


def _from_seed(seed: str, digest: str, count: int, purpose: str = "ticket") -> int:
    """Return the number of a seed text: SHA-256 as a number, rejected above a multiple of M."""
    hashes = (_hash(purpose, digest, seed, str(counter)) for counter in itertools.count())
    numbers = (int.from_bytes(each, "big") for each in hashes)
    return next(number for number in numbers if number < 2**256 // count * count) % count


def _hash(purpose: str, digest: str, seed: str, last: str) -> bytes:
    text = unicodedata.normalize("NFC", seed).strip()
    return hashlib.sha256(f"sortition/1/{purpose}\0{digest}\0{text}\0{last}".encode()).digest()


def _check_sources(
    record: dict[str, Any], claimed: dict[str, Any], committed: str
) -> dict[str, Any] | None:
    """End the step unless the sources are those announced; return dice that draw by themselves."""
    method, announced = claimed["method"], record["announced"] or {"names": []}
    sources, told = claimed.get("sources", []), list[tuple[str, str, float]]()
    if method == "sources":
        kinds = [source["kind"] for source in sources]
        told = [said(source) for source in sources]
        _need("source", kinds != [] and kinds == [kind for kind in SOURCES if kind in kinds])
    names = [name for name, _, _ in told] or [{"seed": "text"}.get(method, method)]
    if not claimed["rehearsal"]:
        _need("source", announced["names"] in ([], names))
        _need("source", all(
            known >= datetime.fromisoformat(announced["at"]).timestamp()
            for _, _, known in told if known < math.inf and "at" in announced))
    if method != "sources":
        return None
    if names[0].startswith("dice") and not told[1:] and record["kind"] == "tickets":
        _need("source", claimed["seed"] is None)
        return dict(sources[0])
    parts = [part.encode() for part in (committed, *(f"{name} {say}" for name, say, _ in told))]
    sized = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    seed = hashlib.sha256(b"sortition/1/sources\0" + sized).hexdigest()
    _need("source", claimed["seed"] == seed)
    return None


def said(source: Mapping[str, Any]) -> tuple[str, str, float]:
    """Return name and value of a source, and since when it is known, by itself (Unix time)."""
    kind = source["kind"]
    if kind == "drand":
        chain, number = source["chain"], source["round"]
        value = hashlib.sha256(bytes.fromhex(source["signature"])).hexdigest()
        due = CHAINS[chain][0] + (number - 1) * CHAINS[chain][1]
        return f"drand:{chain}:{number}", value, due
    if kind == "nist":
        pulse, time = source["pulse"], source["pulse"]["timeStamp"]
        whole = _signed(pulse, PULSE) + bytes.fromhex(pulse["signatureValue"])
        value = hashlib.sha512(whole).hexdigest()
        _need("source", value == pulse["outputValue"].lower())
        return f"nist:{time[:16]}Z", value, datetime.fromisoformat(time).timestamp()
    if kind == "dice":
        return f"dice:{source['sides']}", " ".join(map(str, source["throws"])), math.inf
    return kind, str(source["number" if kind == "ticket" else "text"]), math.inf


def _signed(value: Any, shape: Any) -> bytes:
    """Return what of a pulse is signed: numbers in four or eight bytes, all else by length."""
    if isinstance(shape, dict):
        return b"".join(_signed(value[key], part) for key, part in shape.items())
    if isinstance(shape, list):
        return b"".join(_signed(each, shape[0]) for each in value)
    if isinstance(shape, range):
        return int(value).to_bytes(shape.stop.bit_length() // 8, "big")
    data = bytes.fromhex(value) if shape is _BYTES else value.encode()
    return len(data).to_bytes(4, "big") + data


def from_dice(sides: int, throws: list[int], count: int) -> int | None:
    """Return the ticket that throws of a die draw, None where they do not decide yet."""
    value, among = 0, 1
    for throw in [0, *throws]:
        _need("source", throw <= sides)
        if throw:
            value, among = value * sides + throw - 1, among * sides
        whole = among // count * count
        if value < whole:
            return value % count
        value, among = value - whole, among - whole
    return None


def _exact_draw(
    seed: str, digest: str, panels: _Panels, people: list[tuple[str, str, str]]
) -> tuple[int, set[str]]:
    """Return the panel of a seed text by its weight, and who serves.

    People (id, type, home) stand in the order of their hash, homes in that of their first members;
    the seats of the types go round the homes of a pattern, to the first of the type there.
    """
    above = list(itertools.accumulate(weight for weight, _ in panels))
    number = bisect.bisect_right(above, _from_seed(seed, digest, above[-1], "panel"))
    homes: dict[Any, list[tuple[str, str]]] = {}
    for own, kind, home in sorted(people, key=lambda p: (_hash("person", digest, seed, p[0]), p)):
        homes.setdefault(home or (own,), []).append((kind, own))
    alike: dict[Any, list[list[tuple[str, str]]]] = {}
    for members in homes.values():
        alike.setdefault(tuple(sorted(kind for kind, _ in members)), []).append(members)
    chosen: set[str] = set()
    for pattern, places in alike.items():
        kinds = sorted(set(pattern), key=int)
        turns = [kind for kind in kinds for _ in range(panels[number][1].get(kind, 0))]
        for kind, members in zip(turns, itertools.cycle(places), strict=False):
            chosen.add(members.pop([k for k, _ in members].index(kind))[1])
    return number, chosen


def main(arguments: list[str]) -> int:
    """Print the numbered steps; return 0 when all hold, else 5."""
    if len(arguments) not in (1, 2):
        print("usage: python verify.py FOLDER [COMMITMENT]")  # noqa: T201 - a program of its own
        return 2
    result = verify_folder(*arguments)
    for step in result.steps:
        figures = ", ".join(f"{name} {value}" for name, value in step.params.items())
        ending = "holds" if step.ok else f"FAILS: {step.code.removeprefix('verify-bad-')}"
        print(f"{step.number}. {STEPS[step.number]}: {ending} ({figures})")  # noqa: T201
    return 0 if result.ok else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
