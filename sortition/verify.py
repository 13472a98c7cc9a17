"""Check a published lottery and its draw, with nothing but Python's standard library.

Reads the files that ``sortition lottery`` and ``sortition draw`` wrote, solves nothing, trusts
nothing: it counts. Runs alone (``python verify.py FOLDER``) and as ``sortition verify FOLDER``.
The steps it prints are those of ``docs/specification.md``, which says why they suffice.

A lottery is a list of panels with weights. A panel gives seats to *units*: of a ticket, which
weighs one, every member is a unit; of an exact lottery every type is, whose people take turns.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sortition.draw import Draw
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["Step", "Verification", "verify", "verify_files", "verify_folder"]

FILES = ("record.json", "lottery.csv", "chances.csv", "groups.csv")
DRAWN = ("panel.csv", "remaining.csv")
PROOF = 5  # the step that checks the proof
_ROOM = Fraction(1, 10**9)  # of the level or of k/n: multipliers are rounded and prove a hair less
_DIGITS = Fraction(1, 10**11)  # chances.csv has twelve decimals
_LAST = Fraction(1, 10**12)  # of which half is rounding, and a hair that of the float before it
_FAR = 3  # tickets: rounding puts nobody so far from their chance
_NOISE = Fraction(1, 10**2)  # of the mean multiplier: less could be rounding, and fixes nobody

TEXT = {
    "verify-files": "the files are those that the record names",
    "verify-tickets": "numbered tickets of distinct, known people: {panels}",
    "verify-weights": "numbered panels: {panels}, with weights that add up to {total}",
    "verify-rules": "every panel keeps the size, {quotas} quotas and the household rule",
    "verify-chances": "everyone is on as many tickets as stated, at most {loss} from their chance",
    "verify-chances-exact": "everyone has the chance that the weights of the panels give",
    "verify-proof": "no lottery is fairer: {levels} levels of chances proven by arithmetic",
    "verify-proof-given": "no lottery is fairer: {levels} levels of chances proven by arithmetic, "
    "given the answers of integer programs to {cuts} questions and on {out} people",
    "verify-proof-none": "there is no proof that arithmetic could check: not checked",
    "verify-draw": "the draw gives ticket {ticket}",
    "verify-draw-exact": "the draw gives panel {ticket} and these people in it, who keep all rules",
    "verify-panel": "the panel holds exactly the people drawn; everyone else remains",
    "verify-bad-record": "the record cannot be read",
    "verify-bad-file": "{file} is missing or cannot be read",
    "verify-bad-hash": "{file} is not the file that the record names",
    "verify-bad-row": "panel {ticket}: wrong number, weight, people or place in the order",
    "verify-bad-type": "{id} is not like the others of type {type}",
    "verify-bad-size": "panel {ticket} has {got} members",
    "verify-bad-quota": "panel {ticket} has {got} of “{quota}”, allowed {lower} to {upper}",
    "verify-bad-household": "panel {ticket} cannot seat each once, at most {most} of one household",
    "verify-bad-tally": "{id} is on {got} tickets, chances.csv says {expected}",
    "verify-bad-chance": "{id} has the chance {got}, chances.csv says {expected}",
    "verify-bad-summary": "{name} is {got}, the record says {expected}",
    "verify-bad-proof": "the multipliers for level {level} prove no more than {bound}",
    "verify-bad-cut": "a panel breaks a cut of the proof",
    "verify-bad-exclusion": "the multipliers do not show that {id} is on no panel",
    "verify-bad-level": "the proof does not cover the people whose chance is {chance}",
    "verify-bad-draw": "the draw gives number {got}, the record says {expected}",
    "verify-bad-panel": "{file} does not hold exactly the people it should",
}

_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,15})?")
_HOME, _WHOLE = re.compile(r"[1-9][0-9]{0,11}"), re.compile(r"0|[1-9][0-9]{0,17}")
_FRACTION = re.compile(r"[0-9]{1,60}(/[1-9][0-9]{0,59})?")
_GUARDED = re.compile(r"'[' ]*[=+\-@\t\r]")
_NATURAL, _NONE = range(10**60), type(None)
_ENTRY = {"size": int, "quotas": [int], "households": {_HOME: _NATURAL}, "cuts": [_NATURAL]}
_DRAW = {"ticket": int, "rehearsal": bool, "id_column": str}
_BY_TEXT, _BY_LOT = ({"method": {"seed"}, "seed": str},
                     {"method": {"ticket", "system"}, "seed": _NONE})
# The record: fields and what may stand there, in the language of `_fits`.
_RECORD = {
    "schema": {1}, "pool": int, "size": [int], "per_household": int, "proven": bool,
    "objective": {"leximin", "maximin", "minimax", "nash", "goldilocks", "custom"},
    "quotas": [{"name": str, "min": int, "max": int}], "min_chance": _DECIMAL,
    "max_chance": _DECIMAL, "bound": _DECIMAL, "ticket_loss": _DECIMAL, "gap": (_DECIMAL, _NONE),
    "proof": {"levels": [_ENTRY | {"level": _FRACTION}], "excluded": [_ENTRY | {"ids": [str]}],
              "cuts": [{"most": int, "weights": {str: int}}]},
    "unselectable": [str], "barred": {str: bool}, "earlier_draws": list,
    "sha256": dict.fromkeys(FILES[1:], str),
}
_KINDS: dict[str, dict[str, Any]] = {
    "tickets": {"tickets": int, "draw": (_NONE, _DRAW | _BY_TEXT, _DRAW | _BY_LOT)},
    "exact": {"panels": int, "total": int,
              "draw": (_NONE, _DRAW | {"method": {"seed", "system"}, "seed": str})},
}


@dataclass(frozen=True)
class Step:
    """One numbered step: what was checked and how it ended."""

    number: int
    code: str
    ok: bool
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verification:
    """All steps up to the first that fails."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether every step holds."""
        return all(step.ok for step in self.steps)


class Failed(Exception):  # noqa: N818 - internal: it ends a step, not a program
    """What ends a step: the code of what does not hold, and its figures."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def verify(draw: Draw, lottery: Lottery | ExactLottery) -> Verification:
    """Check a draw and its lottery in memory, exactly as their published files are checked."""
    from sortition.lots.record import draw_files, lottery_files

    files = lottery_files(lottery)
    return verify_files(files | draw_files(files, draw, lottery.problem.ids))


def verify_folder(folder: str | Path) -> Verification:
    """Check the files in a folder."""
    paths = (Path(folder) / name for name in (*FILES, *DRAWN))
    return verify_files({path.name: path.read_bytes() for path in paths if path.is_file()})


def verify_files(files: Mapping[str, bytes]) -> Verification:
    """Check published files: their bytes by name, `DRAWN` among them once something was drawn."""
    done: list[Step] = []
    try:
        for code, params in _steps(files):
            done.append(Step(len(done) + 1, code, ok=True, params=params))
    except Failed as failed:
        done.append(Step(len(done) + 1, failed.code, ok=False, params=failed.params))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # A record of another form than any lottery writes: nothing in it can be relied on.
        done.append(Step(len(done) + 1, "verify-bad-record", ok=False))
    return Verification(tuple(done))


_Result = tuple[str, dict[str, Any]]
_Panels = list[tuple[int, dict[str, int]]]  # the weight of each, and the seats of its units


def _steps(files: Mapping[str, bytes]) -> Iterator[_Result]:
    """Yield the steps that hold, one after the other; each relies on those before it."""
    record = _record(files)
    exact = record["kind"] == "exact"
    for name, digest in record["sha256"].items():
        if hashlib.sha256(_file(files, name)).hexdigest() != digest:
            raise Failed("verify-bad-hash", file=name)
    yield "verify-files", {}

    chance, tickets = _chances(_rows(files, "chances.csv"))
    groups = _rows(files, "groups.csv")
    kinds = [row.pop(2) if exact else row[0] for row in groups]
    unit_of = {row[0]: kind for row, kind in zip(groups[1:], kinds[1:], strict=True)}
    alike = Counter(unit_of.values())
    units = [str(t) for t in range(1, len(alike) + 1)] if exact else list(alike)
    everyone = len(groups) - 1 == len(unit_of) == record["pool"] and unit_of.keys() == chance.keys()
    if not everyone or set(units) != set(alike) or (exact and kinds[0] != "type"):
        raise Failed("verify-bad-file", file="groups.csv")
    panels = _panels(record, _rows(files, "lottery.csv"), units)
    total = sum(weight for weight, _ in panels)
    if exact:
        _near(record, "total", total, 0)
    yield ("verify-weights" if exact else "verify-tickets"), {"panels": len(panels), "total": total}

    if groups[0] != ["id", "household", *(quota["name"] for quota in record["quotas"])] or any(
        not set(cells) <= {"0", "1"} or (home and not _HOME.fullmatch(home))
        for _, home, *cells in groups[1:]
    ):
        raise Failed("verify-bad-file", file="groups.csv")
    rules = _rules(record, groups, unit_of)
    for at, (_, panel) in enumerate(panels):
        _keep(record, rules, panel, at)
    yield "verify-rules", {"quotas": len(record["quotas"])}

    held: Counter[str] = Counter()
    for weight, panel in panels:
        for unit, seats in panel.items():
            held[unit] += weight * seats
    loss = Fraction(0)
    for own, unit in unit_of.items():
        counted = Fraction(held[unit], total * alike[unit])
        away = total * abs(counted - chance[own])
        loss = max(loss, away)
        if tickets[own] != ("" if exact else str(held[unit])):
            raise Failed("verify-bad-tally", id=own, got=held[unit], expected=tickets[own])
        far = away > total * _LAST if exact else away >= _FAR
        if far or (own in record["barred"] and (chance[own] or counted)):
            raise Failed("verify-bad-chance", id=own, got=f"{float(counted):.12f}",
                         expected=f"{float(chance[own]):.12f}")
    able = [chance[own] for own in chance.keys() - record["barred"].keys()]
    if len(able) + len(record["barred"]) != len(chance):
        raise Failed("verify-bad-record")
    _near(record, "min_chance", min(able), Fraction(1, 10**9))
    _near(record, "max_chance", max(able), Fraction(1, 10**9))
    if not exact:
        _near(record, "ticket_loss", loss, Fraction(1, 10**4))
    yield ("verify-chances-exact" if exact else "verify-chances"), {"loss": round(float(loss), 2)}

    for cut in record["proof"]["cuts"]:
        weight_of = {unit_of[own]: weight for own, weight in cut["weights"].items()}
        even = all(cut["weights"].get(own, 0) == weight_of.get(unit, 0)
                   for own, unit in unit_of.items())
        if not even or any(sum(n * weight_of.get(unit, 0) for unit, n in panel.items())
                           > cut["most"] for _, panel in panels):
            raise Failed("verify-bad-cut")
    yield check_proof(record, chance, groups)

    claimed = record["draw"]
    if claimed is None:
        for name in DRAWN:
            if name in files:  # from an earlier draw, or a slip
                raise Failed("verify-bad-panel", file=name)
        return
    number, seed, digest = claimed["ticket"], claimed["seed"], record["sha256"]["lottery.csv"]
    if exact:
        digest = hashlib.sha256(files["lottery.csv"] + files["groups.csv"]).hexdigest()
        number, drawn = _exact_draw(
            seed, digest, [weight for weight, _ in panels], [seats for _, seats in panels],
            [(own, unit_of[own], home) for own, home, *_ in groups[1:]],
        )
        _keep(record, _rules(record, groups, {own: own for own in unit_of}),
              dict.fromkeys(drawn, 1), number)
    elif seed is not None:
        number = _from_seed(seed, digest, len(panels))
    if number != claimed["ticket"] or not 0 <= number < len(panels):
        raise Failed("verify-bad-draw", got=number, expected=claimed["ticket"])
    drawn = drawn if exact else set(panels[number][1])
    yield ("verify-draw-exact" if exact else "verify-draw"), {"ticket": number}

    for name, wanted in zip(DRAWN, (drawn, unit_of.keys() - drawn), strict=True):
        header, *rows = _rows(files, name)
        at = header.index(claimed["id_column"]) if claimed["id_column"] in header else 0
        if header[at] != claimed["id_column"] or sorted(row[at] for row in rows) != sorted(wanted):
            raise Failed("verify-bad-panel", file=name)
    yield "verify-panel", {}


def _fits(value: Any, shape: Any) -> bool:
    """Whether data are of a type, a pattern, a range, a set, one of a tuple, or so part by part."""
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, re.Pattern):
        return type(value) is str and shape.fullmatch(value) is not None
    if isinstance(shape, range | set):
        return type(value) in (int, str) and value in shape
    if isinstance(shape, tuple):
        return any(_fits(value, one) for one in shape)
    if isinstance(shape, list):
        return type(value) is list and all(_fits(each, shape[0]) for each in value)
    return type(value) is dict and all(
        key in value and _fits(value[key], part) if type(key) is str
        else all(_fits(k, key) and _fits(v, part) for k, v in value.items())
        for key, part in shape.items()
    )


def _record(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the record, if it has the form that every lottery writes."""
    try:
        record = json.loads(_file(files, "record.json").decode())
        kind = record.setdefault("kind", "tickets")  # which the first records did not say
        proof, quotas = record["proof"], record["quotas"]
        entries = [(entry, len(proof["cuts"])) for entry in proof["levels"]]
        entries += [(entry, 0) for entry in proof["excluded"]]
        sound = (
            _fits(record, _RECORD | _KINDS[kind])
            and len(record["size"]) == 2 and len(record["sha256"]) == len(FILES) - 1
            and sorted(record["barred"]) == sorted(record["unselectable"])
            and all((len(entry["quotas"]), len(entry["cuts"])) == (len(quotas), cuts)
                    for entry, cuts in entries)
        )
    except (Failed, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        sound = False
    if not sound:
        raise Failed("verify-bad-record")
    return dict(record)


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise Failed("verify-bad-file", file=name)
    return files[name]


def _rows(files: Mapping[str, bytes], name: str) -> list[list[str]]:
    """Return the cells of a table of at least a header, each row as long as that."""
    try:
        rows = read_rows(_file(files, name))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise Failed("verify-bad-file", file=name)
    return rows


def read_rows(data: bytes) -> list[list[str]]:
    """Return the cells of a published table, free of what guards them in a spreadsheet."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [[cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell for cell in row]
            for row in rows]


def _chances(rows: list[list[str]]) -> tuple[dict[str, Fraction], dict[str, str]]:
    """Return everyone's chance and the cell that says how many tickets they are on."""
    if rows[0] != ["id", "chance", "tickets"]:
        raise Failed("verify-bad-file", file="chances.csv")
    chance: dict[str, Fraction] = {}
    for own, cell, _ in rows[1:]:
        if own in chance or not _DECIMAL.fullmatch(cell) or Fraction(cell) > 1:
            raise Failed("verify-bad-file", file="chances.csv")
        chance[own] = Fraction(cell)
    return chance, {own: tickets for own, _, tickets in rows[1:]}


def _panels(record: dict[str, Any], rows: list[list[str]], units: list[str]) -> _Panels:
    """Return the panels, numbered from 0; tickets name their members, others count each type."""
    exact, known, before = record["kind"] == "exact", set(units), [-1]
    if exact and rows[0] != ["panel", "weight", *(f"type_{unit}" for unit in units)]:
        raise Failed("verify-bad-file", file="lottery.csv")
    _near(record, "panels" if exact else "tickets", len(rows) - 1, 0)
    width, panels = len(str(len(rows) - 2)), []
    for at, (number, *cells) in enumerate(rows[1:]):
        if exact:
            weight, *seats = [int(cell) if _WHOLE.fullmatch(cell) else -1 for cell in cells]
            panel = {unit: n for unit, n in zip(units, seats, strict=True) if n}
            good, before = weight > 0 <= min(seats) and before < seats, seats
        else:
            members = [cell for cell in cells if cell]
            weight, panel = 1, dict.fromkeys(members, 1)
            good = members == sorted(panel) and known.issuperset(panel)
        if not good or number != f"{at:0{width}d}":
            raise Failed("verify-bad-row", ticket=number)
        panels.append((weight, panel))
    return panels


def _near(record: dict[str, Any], name: str, got: Fraction | int, room: Fraction | int) -> None:
    if abs(got - Fraction(record[name])) > room:
        shown = float(got) if room else got
        raise Failed("verify-bad-summary", name=name, got=shown, expected=record[name])


def _rules(
    record: dict[str, Any], groups: list[list[str]], unit_of: Mapping[str, str]
) -> tuple[dict[str, list[Any]], dict[Any, int]]:
    """Return what each unit takes seats of, and the most seats of each but the quotas.

    It is sure then that people of a unit can take turns: they have the same groups, and live with
    people of the same units. The H homes of such a pattern together send c each, and of a unit with
    a people at home min(a, c) each.
    """
    homes: dict[Any, list[str]] = {}
    for own, home, *_ in groups[1:]:
        homes.setdefault(home or (own,), []).append(unit_of[own])
    pattern = {home: tuple(sorted(units)) for home, units in homes.items()}
    like: dict[str, Any] = {}
    for own, home, *cells in groups[1:]:
        same = cells, pattern[home or (own,)]
        if like.setdefault(unit_of[own], same) != same:
            raise Failed("verify-bad-type", id=own, type=unit_of[own])
    c, many = record["per_household"], Counter(pattern.values())
    most: dict[Any, int] = {home: c * h for home, h in many.items()}
    most |= {u: min(home.count(u), c) * many[home] for u, (_, home) in like.items()}
    return {u: [*(at for at, cell in enumerate(cells) if cell == "1"), u, home]
            for u, (cells, home) in like.items()}, most


def _keep(
    record: dict[str, Any], rules: tuple[dict[str, list[Any]], dict[Any, int]],
    panel: Mapping[str, int], number: int,
) -> None:
    """Raise `Failed` with the first rule that the panel breaks."""
    taken: Counter[Any] = Counter()
    for unit, seats in panel.items():
        for key in rules[0][unit]:
            taken[key] += seats
    seats = sum(panel.values())
    if not record["size"][0] <= seats <= record["size"][1]:
        raise Failed("verify-bad-size", ticket=number, got=seats)
    for at, quota in enumerate(record["quotas"]):
        if not quota["min"] <= taken[at] <= quota["max"]:
            raise Failed("verify-bad-quota", ticket=number, got=taken[at], quota=quota["name"],
                         lower=quota["min"], upper=quota["max"])
    if any(got > rules[1].get(key, got) for key, got in taken.items()):
        raise Failed("verify-bad-household", ticket=number, most=record["per_household"])


def check_proof(
    record: dict[str, Any], chance: Mapping[str, Fraction], groups: list[list[str]]
) -> _Result:
    """Confirm the chances level by level, in whole numbers and fractions.

    Each entry gives a multiplier per rule. Added up over all rules they bound ``Σ a_i π_i`` of any
    lottery, where a_i sums the multipliers of the rules that count person i. Whoever has a_i > 0
    and is on no lower level then has, on average, no more than the level: so nobody's smallest
    chance can be higher, and if all are to have it, these people have exactly it.
    """
    proof, barred = record["proof"], record["barred"]
    if not proof["levels"] or not record["proven"]:
        return "verify-proof-none", {}
    out, shown = {own for own, whole in barred.items() if whole}, set()
    for entry in proof["excluded"]:
        failed = not_excluded(record, entry, groups)
        if failed is not None or not out.issuperset(entry["ids"]):
            raise Failed("verify-bad-exclusion", id=failed or "?")
        shown |= set(entry["ids"])
    alike = Counter((chance[own], sort) for own, sort in _sorts(record, groups).items()
                    if own not in out)
    kinds = [(own, sort, alike[own, sort]) for own, sort in sorted(alike)]  # lowest chance first
    fixed: dict[int, int] = {}  # kinds that can have no more than a level, and which one
    levels: list[Fraction] = []
    for entry in proof["levels"]:
        level = Fraction(entry["level"])
        weight: dict[int, int] = {}
        known: Counter[int] = Counter()
        for at, (_, sort, people) in enumerate(kinds):
            a = _weight(entry, sort)
            if a < 0 or at in fixed:
                known[fixed[at] if a > 0 else -1] += a * people
            else:
                weight[at] = a
        bound = Fraction(_most(record, entry) - known.pop(-1, 0))  # a chance is at most one
        bound -= sum(a * levels[below] for below, a in known.items())
        total = sum(a * kinds[at][2] for at, a in weight.items())
        # From the lowest level up, and nobody left open may have less than the level already.
        lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), level)
        if lowest < level - _DIGITS or level < max(levels, default=0):
            raise Failed("verify-bad-level", chance=f"{float(lowest):.12f}")
        levels.append(level)
        room = _ROOM * max(level, Fraction(record["size"][1], len(chance)))
        if total and bound > total * (level + room):
            raise Failed("verify-bad-proof", level=level, bound=f"{float(bound / total):.12f}")
        for at, a in weight.items():
            if a * len(chance) > total * _NOISE and abs(kinds[at][0] - level) <= _DIGITS:
                fixed[at] = len(levels) - 1
    # Whoever is on every panel needs no proof; maximin asks for the smallest chance only.
    lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), Fraction(1))
    if lowest < 1 and record["objective"] != "maximin":
        raise Failed("verify-bad-level", chance=f"{float(lowest):.12f}")
    _near(record, "bound", min(chance[own] for own in chance if own not in barred), _DIGITS)
    given = {"levels": len(proof["levels"]), "out": len(out - shown), "cuts": len(proof["cuts"])}
    return ("verify-proof-given" if given["out"] or given["cuts"] else "verify-proof"), given


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
            for own, home, *cells in groups[1:]}


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


def _exact_draw(
    seed: str, digest: str, weights: list[int], panels: list[dict[str, int]],
    people: list[tuple[str, str, str]],
) -> tuple[int, set[str]]:
    """Return the panel of a seed text by its weight, and who serves.

    People (id, type, home) stand in the order of their hash, homes in that of their first members;
    the seats of the types go round the homes of a pattern, to the first of the type there.
    """
    drawn = _from_seed(seed, digest, sum(weights), "panel")
    number = next(at for at, above in enumerate(itertools.accumulate(weights)) if drawn < above)
    homes: dict[Any, list[tuple[str, str]]] = {}
    for own, kind, home in sorted(people, key=lambda p: (_hash("person", digest, seed, p[0]), p)):
        homes.setdefault(home or (own,), []).append((kind, own))
    alike: dict[Any, list[list[tuple[str, str]]]] = {}
    for members in homes.values():
        alike.setdefault(tuple(sorted(kind for kind, _ in members)), []).append(members)
    chosen: set[str] = set()
    for pattern, places in alike.items():
        kinds = sorted(set(pattern), key=int)
        turns = [kind for kind in kinds for _ in range(panels[number].get(kind, 0))]
        for kind, members in zip(turns, itertools.cycle(places), strict=False):
            chosen.add(members.pop([k for k, _ in members].index(kind))[1])
    return number, chosen


def main(arguments: list[str]) -> int:
    """Print the numbered steps; return 0 when all hold, else 5."""
    if len(arguments) != 1:
        print("usage: python verify.py FOLDER")  # noqa: T201 - a program of its own
        return 2
    result = verify_folder(arguments[0])
    for step in result.steps:
        sign = "ok  " if step.ok else "FAIL"
        print(f"{step.number}. {sign} {TEXT[step.code].format(**step.params)}")  # noqa: T201
    return 0 if result.ok else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
