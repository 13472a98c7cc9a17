"""Check that no lottery is fairer than a published one: one file, with the standard library only.

    python prove.py FOLDER [LINES]

FOLDER holds what ``sortition lottery`` wrote, and ``verify.py`` checked; LINES is a file of proofs
that people or tickets were in what the record fixes. Nothing is solved and nothing believed: this
adds and compares fractions, in the steps 5.1 to 5.4 and 8 of ``docs/specification.md``.

Each entry of the proof gives a whole-number multiplier per rule. Added up over all rules they bound
``Σ a_i π_i`` of any lottery, where a_i sums the multipliers of the rules that count person i.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

Files: TypeAlias = Mapping[str, bytes]
Rows: TypeAlias = list[list[str]]
Record: TypeAlias = dict[str, Any]
Chances: TypeAlias = Mapping[str, Fraction]
Step: TypeAlias = tuple[str, str, dict[str, Any]]  # its number, what it says, its figures

OBJECTIVES = ("leximin", "maximin", "minimax", "nash", "goldilocks", "custom")
__all__ = ["Failed", "check_levels", "check_proofs", "leads_to", "not_excluded", "steps"]

FILES = ("lottery.csv", "chances.csv", "groups.csv")
ROOM = Fraction(1, 10**9)  # of the level or of k/n: multipliers are rounded and prove a hair less
DIGITS = Fraction(1, 10**11)  # chances.csv has twelve decimals
NOISE = Fraction(1, 10**2)  # of the mean multiplier: less could be rounding, and fixes nobody

DECIMAL, FRACTION = r"[0-9]{1,12}(\.[0-9]{1,15})?", r"[0-9]{1,60}(/[1-9][0-9]{0,59})?"
HOME, GUARDED = re.compile(r"[1-9][0-9]{0,11}"), re.compile(r"'[' ]*[=+\-@\t\r]")


class Failed(Exception):  # noqa: N818 - it ends a step, not a program
    """What ends a step: the code of what does not hold, and its figures."""


def need(code: str, holds: object, /, **figures: Any) -> None:
    """End the step unless something holds."""
    if not holds:
        raise Failed(code, figures)


def steps(files: Files, lines: bytes = b"") -> Iterator[Step]:
    """Yield the steps that hold, each of which relies on those before it."""
    data = files.get("record.json", b"")
    record = json.loads(data.decode(), parse_float=int, parse_constant=int)  # whole numbers only
    need("record", record["schema"] == 2)
    need("seal", data == canonical(record) and record["seal"] == digest("seal", record, "seal"))
    for name in FILES:
        sound = hashlib.sha256(files.get(name, b"")).hexdigest() == record["sha256"][name]
        need("hash", sound, file=name)
    chance = {own: number(cell) for own, cell, _ in read_rows(files["chances.csv"])[1:]}
    groups = read_rows(files["groups.csv"])[1:]
    exact = record["kind"] == "exact"
    unit_of = {row[0]: row.pop(2) if exact else row[0] for row in groups}
    need("record", is_proof(record) and chance.keys() == unit_of.keys())
    fixed = digest("commitment", record, "seal", "draw", "earlier_draws")
    yield "5.1", "files", {"commitment": fixed}
    check_cuts(record, unit_of, read_panels(files, exact=exact))
    yield "5.2", "cuts", {"cuts": len(record["proof"]["cuts"])}
    given = {"levels": len(record["proof"]["levels"]), "cuts": len(record["proof"]["cuts"])}
    given["out"] = check_exclusions(record, groups, chance)
    yield "5.3", "exclusions", {"out": given["out"]}
    if record["proven"] and given["levels"]:
        check_levels(record, chance, groups)
        taken = given["out"] or given["cuts"]
        if record["objective"] == "maximin":  # it asks nothing of all other chances
            yield "5.4", "proof-least-given" if taken else "proof-least", given
        else:
            yield "5.4", "proof-given" if taken else "proof", given
    else:
        yield "5.4", "proof-none", {}
    if lines:
        yield "8", "included", {"lines": check_proofs(record, groups, lines)}


def is_proof(record: Record) -> bool:
    """Return whether the proof has a multiplier for every rule, and no negative one for a home."""
    proof, many = record["proof"], len(record["proof"]["cuts"])
    entries = [(e, many) for e in proof["levels"]] + [(e, 0) for e in proof["excluded"]]
    sound = type(record["proven"]) is bool and record["objective"] in OBJECTIVES
    sound &= all(type(proof[part]) is list for part in ("levels", "excluded", "cuts"))
    sound &= record["gap"] is None or number(record["gap"]) >= 0
    for entry, cuts in entries:
        positive = [*entry["households"].values(), *entry["cuts"]]
        whole = [entry["size"], *entry["quotas"], *positive]
        sound &= all(type(each) is int for each in whole) and min(positive, default=0) >= 0
        sound &= type(entry["quotas"]) is type(entry["cuts"]) is list
        sound &= len(entry["quotas"]) == len(record["quotas"]) and len(entry["cuts"]) == cuts
        sound &= all(HOME.fullmatch(home) is not None for home in entry["households"])
    whole = [one for cut in proof["cuts"] for one in (cut["most"], *cut["weights"].values())]
    whole += [one for quota in record["quotas"] for one in (quota["min"], quota["max"])]
    whole += [*record["size"], record["per_household"]]
    return sound and all(type(each) is int for each in whole) and len(record["size"]) == 2


def check_cuts(
    record: Record, unit_of: Mapping[str, str], panels: Iterable[Mapping[str, int]]
) -> None:
    """5.2. No panel breaks a cut, which weighs all people of a unit alike."""
    held = list(panels) if record["proof"]["cuts"] else []
    for cut in record["proof"]["cuts"]:
        weight_of = {unit_of[own]: weight for own, weight in cut["weights"].items()}
        for own, unit in unit_of.items():
            need("cut", cut["weights"].get(own, 0) == weight_of.get(unit, 0))
        for panel in held:
            weight = sum(seats * weight_of.get(unit, 0) for unit, seats in panel.items())
            need("cut", weight <= cut["most"])


def check_exclusions(record: Record, groups: Rows, chance: Chances) -> int:
    """5.3. People who are said to be on no panel are on none; return how many nothing shows.

    A panel with person i has a_i and whatever the others add, at least all their negative weights:
    if that is more than the rules allow any panel, there is none. And nobody can be on none while
    somebody in the same groups is on one: they could take that seat, unless for those at home.
    """
    served = [(home, tuple(cells)) for own, home, *cells in groups if chance[own] > 0]
    homes, alike = Counter(home for home, _ in served if home), {cells for _, cells in served}
    for own, home, *cells in groups:
        away = homes[home] >= record["per_household"] or tuple(cells) not in alike
        need("exclusion", own not in record["barred"] or away, id=own)
    out = {own for own, whole in record["barred"].items() if whole}
    shown: set[str] = set()
    sort_of = sorts(record, groups)
    for entry in record["proof"]["excluded"]:
        failed = not_excluded(record, entry, sort_of)
        need("exclusion", failed is None and out.issuperset(entry["ids"]), id=failed or "?")
        shown |= set(entry["ids"])
    return len(out - shown)


def not_excluded(record: Record, entry: Record, sort_of: Mapping[str, Any]) -> str | None:
    """Return somebody whom an exclusion does not show to be on no panel, None when all are."""
    people = Counter(sort_of.values())
    a = {sort: weight_of(entry, sort) for sort in people}
    least = sum(many * min(0, a[sort]) for sort, many in people.items())
    room = most(record, entry) - least
    return next((own for own in entry["ids"] if max(0, a[sort_of[own]]) <= room), None)


def check_levels(record: Record, chance: Chances, groups: Rows) -> None:
    """5.4. From the lowest level up, nobody can have more without somebody having less.

    Whoever has a_i > 0 and is on no lower level has, on average, no more than the level: so
    nobody's smallest chance can be higher, and if all are to have it, these people have exactly it.
    Of the seats of a person, who has one at most, a_i is the least and π_i the sum.
    """
    proof, n = record["proof"], len(seats_of(record, chance))
    out = {own for own, whole in record["barred"].items() if whole}
    same, people = sorts(record, groups), seats_of(record, chance.keys() - out).values()
    alike = Counter(
        (sum(chance[s] for s in own), tuple(sorted(same[s] for s in own))) for own in people
    )
    kinds = [(own, sort, alike[own, sort]) for own, sort in sorted(alike)]  # lowest chance first
    fixed: dict[int, int] = {}  # kinds that can have no more than a level, and which one
    levels: list[Fraction] = []
    for entry in proof["levels"]:
        level = number(entry["level"])
        weight: dict[int, int] = {}
        known: Counter[int] = Counter()
        stated, heavy = Fraction(0), 0  # Σ a_i π_i, and Σ |a_i|
        for at, (own, seats, many) in enumerate(kinds):
            a = min(weight_of(entry, seat) for seat in seats)
            stated, heavy = stated + a * many * own, heavy + abs(a) * many
            if a < 0 or at in fixed:
                known[fixed[at] if a > 0 else -1] += a * many
            else:
                weight[at] = a
        bound = Fraction(most(record, entry) - known.pop(-1, 0))  # a chance is at most one
        bound -= sum(a * levels[below] for below, a in known.items())
        total = sum(a * kinds[at][2] for at, a in weight.items())
        # From the lowest level up, and nobody left open may have less than the level already.
        lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), level)
        rising = max(levels, default=Fraction(0)) <= level <= lowest + DIGITS
        need("level", rising, chance=float(lowest))
        room = ROOM * max(level, Fraction(min(record["size"][1], n), n))
        holds = not total or bound <= total * (level + room)
        holds = holds and stated <= most(record, entry) + heavy * room  # on average over panels
        need("proof", holds, level=float(level), bound=float(bound / (total or 1)))
        for at, a in weight.items():
            if a * n > total * NOISE and abs(kinds[at][0] - level) <= DIGITS:
                fixed[at] = len(levels)
        levels.append(level)
    able = seats_of(record, chance.keys() - record["barred"].keys()).values()
    least = min(sum((chance[seat] for seat in own), Fraction(0)) for own in able)
    # Whoever is on every panel needs no proof; maximin proves the smallest chance, and no other.
    lowest = next((kind[0] for at, kind in enumerate(kinds) if at not in fixed), Fraction(1))
    reached = record["objective"] == "maximin" and any(kinds[at][0] >= least > 0 for at in fixed)
    need("level", lowest >= 1 or reached, chance=float(lowest))
    near = abs(number(record["bound"]) - least) <= DIGITS
    need("summary", near, name="bound", got=float(least), expected=record["bound"])


def seats_of(record: Record, ids: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of each person: one, or of several panels all seats that they could have."""
    found: dict[str, list[str]] = {}
    for own in sorted(ids):
        who = own.partition(": ")[2] if record.get("persons") is True else own
        found.setdefault(who, []).append(own)
    return found


def sorts(record: Record, groups: Rows) -> dict[str, Any]:
    """Return what multipliers see of each person: groups, home if one has a price, cuts."""
    proof = record["proof"]
    entries = (*proof["levels"], *proof["excluded"])
    priced = {home for entry in entries for home in entry["households"]}
    found = {}
    for own, home, *cells in groups:
        quotas = tuple(at for at, cell in enumerate(cells) if cell == "1")
        weights = tuple(cut["weights"].get(own, 0) for cut in proof["cuts"])
        found[own] = (quotas, home if home in priced else "", weights)
    return found


def weight_of(entry: Record, sort: Any) -> int:
    """Return a_i: the sum of the multipliers of the rules that count such a person."""
    quotas, home, weights = sort
    total = entry["size"] + entry["households"].get(home, 0)
    total += sum(entry["quotas"][at] for at in quotas)
    return int(total + sum(m * w for m, w in zip(entry["cuts"], weights, strict=False)))


def most(record: Record, entry: Record) -> int:
    """Return what the multipliers of all rules add up to at most, on any panel."""
    bounds = [record["size"], *((quota["min"], quota["max"]) for quota in record["quotas"])]
    multipliers, cuts = (entry["size"], *entry["quotas"]), record["proof"]["cuts"]
    pairs = zip(multipliers, bounds, strict=True)
    total = sum(m * (high if m > 0 else low) for m, (low, high) in pairs)
    total += sum(entry["households"].values()) * record["per_household"]
    return int(total + sum(m * cut["most"] for m, cut in zip(entry["cuts"], cuts, strict=False)))


def check_proofs(record: Record, groups: Rows, lines: bytes) -> int:
    """8. Every line proves that a person, or a ticket, is in what the record fixes."""
    proofs = [json.loads(line) for line in lines.splitlines()]
    for at, proof in enumerate(proofs, 1):
        person = leads_to(proof, record["pool_root"]) and proof["leaf"][1:] in groups
        need("inclusion", person or leads_to(proof, record["lottery_root"]), line=at)
    return len(proofs)


def leads_to(proof: Mapping[str, Any], root: str) -> bool:
    """Return whether the path of a proof leads from its leaf to a root."""
    leaf = json.dumps(proof["leaf"], ensure_ascii=False, separators=(",", ":"))
    node = hashlib.sha256(b"\0" + leaf.encode()).digest()
    for side, other in proof["path"]:
        pair = bytes.fromhex(other) + node if side == "left" else node + bytes.fromhex(other)
        node = hashlib.sha256(b"\1" + pair).digest()
    return node.hex() == root


def number(text: str) -> Fraction:
    """Return a number that is written as decimals or as a fraction."""
    if not re.fullmatch(f"{DECIMAL}|{FRACTION}", text):
        raise ValueError(text)
    return Fraction(text)


def read_panels(files: Files, *, exact: bool) -> Iterator[dict[str, int]]:
    """Yield the seats of the units of each panel: members of a ticket, or types."""
    header, *rows = read_rows(files["lottery.csv"])
    for row in rows:
        if exact:
            units = (column.removeprefix("type_") for column in header[2:])
            yield {unit: int(cell) for unit, cell in zip(units, row[2:], strict=True)}
        else:
            yield {own: 1 for own in row[1:] if own}


def read_rows(data: bytes) -> Rows:
    """Return the cells of a published table, free of what guards them in a spreadsheet."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [[cell[1:] if GUARDED.match(cell) else cell for cell in row] for row in rows]


def canonical(value: Any) -> bytes:
    """Return data in the one form in which they are written and hashed."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def digest(purpose: str, record: Record, *left_out: str) -> str:
    """Return the digest of a record without some of its fields: its seal, or its commitment."""
    kept = canonical({key: record[key] for key in record.keys() - set(left_out)})
    return hashlib.sha256(f"sortition/1/{purpose}\0".encode() + kept).hexdigest()


def main(arguments: list[str]) -> int:
    """Print the numbered steps; return 0 when all hold, else 5."""
    if len(arguments) not in (1, 2):
        print("usage: python prove.py FOLDER [LINES]")
        return 2
    paths = (Path(arguments[0]) / name for name in ("record.json", *FILES))
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    lines = Path(arguments[1]).read_bytes() if arguments[1:] else b""
    try:
        for number, code, figures in steps(files, lines):
            told = ", ".join(f"{name} {value!r}" for name, value in figures.items())
            ending = "not checked" if code == "proof-none" else "holds"
            print(f"{number}. {code}: {ending} ({told})")
        return 0
    except Failed as failed:
        print(f"FAILS: {failed.args[0]} {failed.args[1]!r}")
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        print("FAILS: record")  # nothing in a record of no known form can be relied on
    return 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
