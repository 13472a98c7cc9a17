"""Check a published lottery and its draw, with nothing but Python's standard library.

Reads the files that ``sortition lottery`` and ``sortition draw`` wrote, solves nothing, trusts
nothing: it counts. Runs alone (``python verify.py FOLDER``) and as ``sortition verify FOLDER``.

The steps:

1. The files are those that the record names (SHA-256).
2. The lottery has M numbered tickets of distinct, known people.
3. Every ticket keeps the size, every quota and the household rule.
4. Everyone stands on as many tickets as ``chances.csv`` says, near M times their chance.
5. No lottery could make the chances more equal, and no panel holds those who are excluded: the
   multipliers in the record prove it, in exact fractions (where the proof stands on answers of
   integer programs, they are named and counted).
6. The draw picks the ticket it claims (only when something was drawn).
7. The panel is that ticket, and everyone else remains (only when something was drawn).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sortition.draw import Draw
    from sortition.lottery import Lottery

__all__ = ["Step", "Verification", "verify", "verify_files", "verify_folder"]

_ROOM = Fraction(1, 10**9)  # of the level or of k/n: multipliers are rounded and prove a hair less
_DIGITS = Fraction(1, 10**11)  # chances.csv has twelve decimals
_NOISE = Fraction(1, 10**2)  # of the mean multiplier: less could be rounding, and fixes nobody

_FRACTION = re.compile(r"\d{1,60}(/[1-9]\d{0,59})?")
_HOUSEHOLD = re.compile(r"[1-9]\d{0,11}")
_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,15})?")
PROOF = 5  # the step that checks the proof
FILES = ("record.json", "lottery.csv", "chances.csv", "groups.csv")
DRAWN = ("panel.csv", "remaining.csv")

TEXT = {
    "verify-files": "the files are those that the record names",
    "verify-tickets": "numbered tickets of distinct, known people: {tickets}",
    "verify-rules": "every ticket keeps the size, {quotas} quotas and the household rule",
    "verify-chances": "everyone is on as many tickets as stated, at most {loss} from their chance",
    "verify-proof": "no lottery is fairer: {levels} levels of chances proven by arithmetic",
    "verify-proof-given": "no lottery is fairer: {levels} levels of chances proven by arithmetic, "
    "given the answers of integer programs to {cuts} questions and on {out} people",
    "verify-proof-none": "there is no proof that arithmetic could check: not checked",
    "verify-draw": "the draw gives ticket {ticket}",
    "verify-panel": "the panel is ticket {ticket}; everyone else remains",
    "verify-bad-record": "the record cannot be read",
    "verify-bad-file": "{file} is missing or cannot be read",
    "verify-bad-hash": "{file} is not the file that the record names",
    "verify-bad-ticket": "ticket {ticket}: wrong number, or members unknown, repeated or unsorted",
    "verify-bad-count": "the lottery has {got} tickets, the record says {expected}",
    "verify-bad-size": "ticket {ticket} has {got} members",
    "verify-bad-quota": "ticket {ticket} has {got} of “{quota}”, allowed {lower} to {upper}",
    "verify-bad-household": "ticket {ticket} has more than {most} of one household",
    "verify-bad-tally": "{id} is on {got} tickets, chances.csv says {expected}",
    "verify-bad-chance": "{id}: chance {chance} and {tickets} tickets do not belong together",
    "verify-bad-summary": "{name} is {got}, the record says {expected}",
    "verify-bad-proof": "the multipliers for level {level} prove no more than {bound}",
    "verify-bad-cut": "a ticket breaks a cut of the proof",
    "verify-bad-exclusion": "the multipliers do not show that {id} is on no panel",
    "verify-bad-level": "the proof does not cover the people whose chance is {chance}",
    "verify-bad-draw": "the draw gives ticket {got}, the record says {expected}",
    "verify-bad-panel": "{file} does not hold exactly the people it should",
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


def verify(draw: Draw, lottery: Lottery) -> Verification:
    """Check a draw and its lottery in memory, exactly as their published files are checked.

    Examples
    --------
    >>> verify(draw, lottery).ok  # doctest: +SKIP
    True
    """
    from sortition.record import draw_files, lottery_files

    files = lottery_files(lottery)
    return verify_files(files | draw_files(files, draw, lottery.problem.ids))


def verify_folder(folder: str | Path) -> Verification:
    """Check the files in a folder."""
    found = {}
    for name in (*FILES, *DRAWN):
        try:
            found[name] = (Path(folder) / name).read_bytes()
        except OSError:
            continue
    return verify_files(found)


def verify_files(files: Mapping[str, bytes]) -> Verification:
    """Check published files, given by name.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``; once drawn also
        ``panel.csv`` and ``remaining.csv``.
    """
    steps: list[Step] = []
    published = _Published(files)
    checks = [published.same_files, published.tickets, published.rules, published.chances,
              published.proof, published.drawn, published.panel]
    for number, check in enumerate(checks, 1):
        try:
            result = check()
        except Failed as failed:
            steps.append(Step(number, failed.code, ok=False, params=failed.params))
            break
        except _NONSENSE:
            # A record of another form than any lottery writes: nothing in it can be relied on.
            steps.append(Step(number, "verify-bad-record", ok=False))
            break
        if result is not None:
            steps.append(Step(number, result[0], ok=True, params=result[1]))
    return Verification(tuple(steps))


_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_Result = tuple[str, dict[str, Any]]


class _Published:
    """The files while they are checked; each step may rely on those before it."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.record: dict[str, Any] = {}
        self.lottery: list[list[str]] = []
        self.members: list[tuple[str, ...]] = []
        self.chance_of: dict[str, tuple[Decimal, str]] = {}
        self.groups: list[list[str]] = []

    def same_files(self) -> _Result:
        """Step 1."""
        self.record = _record(self.files)
        for name, digest in sorted(self.record["sha256"].items()):
            if name not in self.files:
                raise Failed("verify-bad-file", file=name)
            if hashlib.sha256(self.files[name]).hexdigest() != digest:
                raise Failed("verify-bad-hash", file=name)
        if not set(FILES[1:]) <= set(self.record["sha256"]):
            raise Failed("verify-bad-record")
        return "verify-files", {}

    def tickets(self) -> _Result:
        """Step 2."""
        self.lottery = _rows(self.files, "lottery.csv")
        self.members = [tuple(cell for cell in row[1:] if cell) for row in self.lottery[1:]]
        self.groups = _rows(self.files, "groups.csv")
        chances = _rows(self.files, "chances.csv")
        if chances[0] != ["id", "chance", "tickets"]:
            raise Failed("verify-bad-file", file="chances.csv")
        for own, chance, tickets in chances[1:]:
            value = Decimal(chance) if _DECIMAL.fullmatch(chance) else Decimal(-1)
            if own in self.chance_of or not 0 <= value <= 1:
                raise Failed("verify-bad-chance", id=own, chance=chance, tickets=tickets)
            self.chance_of[own] = value, tickets
        people = [row[0] for row in self.groups[1:]]
        if sorted(people) != sorted(self.chance_of) or len(people) != self.record["pool"]:
            raise Failed("verify-bad-file", file="groups.csv")
        return _tickets(self.record, self.lottery, self.members, set(self.chance_of))

    def rules(self) -> _Result:
        """Step 3."""
        return _rules(self.record, self.members, self.groups)

    def chances(self) -> _Result:
        """Step 4."""
        return _chances(self.record, self.members, self.chance_of)

    def proof(self) -> _Result:
        """Step 5."""
        chance = {own: Fraction(value) for own, (value, _) in self.chance_of.items()}
        for cut in self.record["proof"]["cuts"]:
            if any(sum(cut["weights"].get(own, 0) for own in panel) > cut["most"]
                   for panel in self.members):
                raise Failed("verify-bad-cut")
        return check_proof(self.record, chance, self.groups)

    def drawn(self) -> _Result | None:
        """Step 6."""
        if self.record["draw"] is not None:
            return _drawn(self.record)
        left = next((name for name in DRAWN if name in self.files), None)
        if left is not None:  # a panel without a draw on record: from an earlier one, or a slip
            raise Failed("verify-bad-panel", file=left)
        return None

    def panel(self) -> _Result | None:
        """Step 7."""
        if self.record["draw"] is None:
            return None
        return _panel(self.record, self.files, self.members, list(self.chance_of))


def _record(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the record, if it has the form that every lottery writes."""
    try:
        record = json.loads(files["record.json"].decode())
    except (KeyError, ValueError, RecursionError):
        raise Failed("verify-bad-record") from None
    whole = (int,)
    sound = (
        isinstance(record, dict)
        and record.get("schema") == 1
        and all(type(record.get(key)) in whole for key in ("tickets", "pool", "per_household"))
        and [type(value) for value in record["size"]] == [int, int]
        and all(type(q["min"]) in whole and type(q["max"]) in whole and type(q["name"]) is str
                for q in record["quotas"])
        and all(type(record.get(key)) is str and _DECIMAL.fullmatch(record[key])
                for key in ("min_chance", "max_chance", "bound", "ticket_loss"))
        and type(record.get("proven")) is bool
        and _sound_proof(record["proof"], len(record["quotas"]))
        and record.get("objective") in {"leximin", "maximin", "minimax", "nash", "goldilocks",
                                        "custom"}
        and (record["gap"] is None or bool(_DECIMAL.fullmatch(record["gap"])))
        and isinstance(record.get("sha256"), dict)
        and isinstance(record.get("barred"), dict)
        and isinstance(record.get("unselectable"), list)
        and sorted(record["barred"]) == sorted(record["unselectable"])
        and isinstance(record.get("earlier_draws"), list)
        and (record["draw"] is None or _sound_draw(record["draw"]))
    )
    if not sound:
        raise Failed("verify-bad-record")
    return dict(record)


def _sound_proof(proof: dict[str, Any], quotas: int) -> bool:
    """Return whether every entry holds whole multipliers, one per rule, not negative where due."""
    cuts = proof["cuts"]
    return (
        all(_FRACTION.fullmatch(entry["level"]) for entry in proof["levels"])
        and all(all(type(own) is str for own in entry["ids"]) for entry in proof["excluded"])
        and all(
            all(type(m) is int for m in (entry["size"], *entry["quotas"]))
            and all(type(m) is int and m >= 0
                    for m in (*entry["households"].values(), *entry["cuts"]))
            and len(entry["quotas"]) == quotas
            and all(_HOUSEHOLD.fullmatch(home) for home in entry["households"])
            for entry in (*proof["levels"], *proof["excluded"])
        )
        and all(len(entry["cuts"]) == len(cuts) for entry in proof["levels"])
        and not any(entry["cuts"] for entry in proof["excluded"])
        and all(type(m) is int for cut in cuts for m in (cut["most"], *cut["weights"].values()))
    )


def _sound_draw(draw: dict[str, Any]) -> bool:
    """Return whether the draw has one of the forms there are."""
    seed = str if draw["method"] == "seed" else type(None)
    return (
        draw["method"] in {"seed", "system", "ticket"}
        and type(draw["seed"]) is seed
        and type(draw["ticket"]) is int
        and type(draw["rehearsal"]) is bool
        and type(draw["id_column"]) is str
    )


def _rows(files: Mapping[str, bytes], name: str) -> list[list[str]]:
    try:
        rows = read_rows(files[name])
        if rows and all(len(row) == len(rows[0]) for row in rows):
            return rows
    except (KeyError, UnicodeDecodeError, csv.Error):
        pass
    raise Failed("verify-bad-file", file=name)


def read_rows(data: bytes) -> list[list[str]]:
    """Return the cells of a published table, free of what guards them in a spreadsheet."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    return [[_unescape(cell) for cell in row] for row in rows]


def _unescape(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    risky = cell.startswith("'") and cell.lstrip("' ")[:1] in ("=", "+", "-", "@", "\t", "\r")
    return cell[1:] if risky else cell


def _tickets(
    record: dict[str, Any],
    lottery: list[list[str]],
    members: list[tuple[str, ...]],
    known: set[str],
) -> tuple[str, dict[str, Any]]:
    if len(members) != record["tickets"]:
        raise Failed("verify-bad-count", got=len(members), expected=record["tickets"])
    width = len(str(len(members) - 1))
    for at, (row, panel) in enumerate(zip(lottery[1:], members, strict=True)):
        right = row[0] == f"{at:0{width}d}" and list(panel) == sorted(set(panel))
        if not right or not set(panel) <= known:
            raise Failed("verify-bad-ticket", ticket=row[0])
    return "verify-tickets", {"tickets": len(members)}


def _rules(
    record: dict[str, Any], members: list[tuple[str, ...]], groups: list[list[str]]
) -> tuple[str, dict[str, Any]]:
    quotas = record["quotas"]
    if groups[0] != ["id", "household", *(quota["name"] for quota in quotas)]:
        raise Failed("verify-bad-file", file="groups.csv")
    for _, number, *cells in groups[1:]:
        if not set(cells) <= {"0", "1"} or (number and not _HOUSEHOLD.fullmatch(number)):
            raise Failed("verify-bad-file", file="groups.csv")
    home = {row[0]: row[1] for row in groups[1:]}
    inside = [{row[0] for row in groups[1:] if row[at] == "1"} for at in range(2, len(groups[0]))]
    low, high = record["size"]
    for at, panel in enumerate(members):
        if not low <= len(panel) <= high:
            raise Failed("verify-bad-size", ticket=at, got=len(panel))
        for quota, group in zip(quotas, inside, strict=True):
            got = len(group.intersection(panel))
            if not quota["min"] <= got <= quota["max"]:
                raise Failed("verify-bad-quota", ticket=at, got=got, quota=quota["name"],
                                   lower=quota["min"], upper=quota["max"])
        shared = Counter(home.get(own, "") for own in panel)
        shared.pop("", None)
        if shared and max(shared.values()) > record["per_household"]:
            raise Failed("verify-bad-household", ticket=at, most=record["per_household"])
    return "verify-rules", {"quotas": len(quotas)}


def _chances(
    record: dict[str, Any],
    members: list[tuple[str, ...]],
    chance_of: dict[str, tuple[Decimal, str]],
) -> tuple[str, dict[str, Any]]:
    tally = Counter(own for panel in members for own in panel)
    out = set(record["unselectable"])
    if not out <= set(chance_of):
        raise Failed("verify-bad-record")
    worst = Decimal(0)
    for own, (value, tickets) in chance_of.items():
        if str(tally[own]) != tickets:
            raise Failed("verify-bad-tally", id=own, got=tally[own], expected=tickets)
        if own in out and (value or tally[own]):
            raise Failed("verify-bad-chance", id=own, chance=value, tickets=tickets)
        worst = max(worst, abs(len(members) * value - tally[own]))
    able = [value for own, (value, _) in chance_of.items() if own not in out]
    for name, got, near in (("min_chance", min(able), "1e-9"), ("max_chance", max(able), "1e-9"),
                            ("ticket_loss", worst, "1e-4")):
        if abs(got - Decimal(record[name])) > Decimal(near):
            raise Failed("verify-bad-summary", name=name, got=got, expected=record[name])
    return "verify-chances", {"loss": round(float(worst), 2)}


def check_proof(
    record: dict[str, Any], chance: Mapping[str, Fraction], groups: list[list[str]]
) -> _Result:
    """Confirm the chances level by level, in whole numbers and fractions.

    Each entry gives a multiplier per rule. Added up over all rules they bound ``Σ a_i π_i`` of any
    lottery, where a_i sums the multipliers of the rules that count person i. Whoever has a_i > 0
    and is on no lower level then has, on average, no more than the level: so nobody's smallest
    chance can be higher, and if all are to have it, these people have exactly it.

    Raises
    ------
    Exception
        An error of this module that carries the code of what does not hold.
    """
    proof = record["proof"]
    if not proof["levels"] or not record["proven"]:
        return "verify-proof-none", {}
    out = {own for own in record["unselectable"] if record["barred"].get(own)}
    shown: set[str] = set()
    for entry in proof["excluded"]:
        failed = not_excluded(record, entry, groups)
        if failed is not None or not out.issuperset(entry["ids"]):
            raise Failed("verify-bad-exclusion", id=failed or "?")
        shown |= set(entry["ids"])
    kinds = Counter(
        (kind, chance[own]) for own, kind in _kinds(record, groups, proof["levels"]).items()
        if own not in out
    )
    fixed: dict[Any, Fraction] = {}
    before = Fraction(0)
    for entry in proof["levels"]:
        level = Fraction(entry["level"])
        bound = Fraction(_most(record, entry))
        weight = {}
        for key, people in kinds.items():
            a = _weight(entry, key[0])
            if a < 0:
                bound -= a * people  # a chance is at most one
            elif key in fixed:
                bound -= a * people * fixed[key]
            else:
                weight[key] = a
        total = sum(a * kinds[key] for key, a in weight.items())
        # From the lowest level up, and nobody left open may have less than the level already.
        left = (key for key in kinds if key not in fixed)
        low = next((key for key in left if key[1] < level - _DIGITS), None)
        if low is not None or level < before:
            raise Failed("verify-bad-level", chance=f"{float(low[1] if low else level):.12f}")
        before = level
        room = _ROOM * max(level, Fraction(record["size"][1], len(chance)))
        if total and bound > total * (level + room):
            raise Failed("verify-bad-proof", level=entry["level"],
                               bound=f"{float(bound / total) if total else 1:.12f}")
        for key, a in weight.items():
            at_level = abs(key[1] - level) <= _DIGITS
            if at_level and a * len(chance) > total * _NOISE:
                fixed[key] = level
    # Whoever is on every panel needs no proof of having as much as can be; maximin asks for the
    # smallest chance only.
    open_key = next((key for key in kinds if key not in fixed and key[1] < 1), None)
    if open_key is not None and record["objective"] != "maximin":
        raise Failed("verify-bad-level", chance=f"{float(open_key[1]):.12f}")
    first = min(chance[own] for own in chance if own not in record["unselectable"])
    if abs(first - Fraction(record["bound"])) > _DIGITS:
        raise Failed("verify-bad-summary", name="bound", got=float(first),
                           expected=record["bound"])
    given = {"levels": len(proof["levels"]), "out": len(out - shown), "cuts": len(proof["cuts"])}
    code = "verify-proof-given" if given["out"] or given["cuts"] else "verify-proof"
    return code, given


def not_excluded(
    record: dict[str, Any], entry: dict[str, Any], groups: list[list[str]]
) -> str | None:
    """Return somebody of an exclusion whom it does not show to be on no panel, None when all are.

    A panel with person i has ``a_i`` and whatever the others add, at least all their negative
    weights: if that is more than the rules allow any panel, there is none.
    """
    kinds = _kinds(record, groups, [entry])
    weights = {kind: _weight(entry, kind) for kind in set(kinds.values())}
    least = sum(min(0, weights[kind]) for kind in kinds.values())
    most = _most(record, entry)
    for own in entry["ids"]:
        a = weights[kinds[own]]
        if a + least - min(0, a) <= most:
            return str(own)
    return None


def _kinds(
    record: dict[str, Any], groups: list[list[str]], entries: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what the multipliers see of each person: groups, home if it has one, cuts."""
    named = {home for entry in entries for home in entry["households"]}
    cuts = record["proof"]["cuts"] if entries[0]["cuts"] else []
    return {
        own: (tuple(cells), home if home in named else "",
              tuple(cut["weights"].get(own, 0) for cut in cuts))
        for own, home, *cells in groups[1:]
    }


def _most(record: dict[str, Any], entry: dict[str, Any]) -> int:
    """Return what the multipliers of all rules add up to at most, on any panel."""
    rules = [(entry["size"], *record["size"])]
    rules += [(m, quota["min"], quota["max"])
              for m, quota in zip(entry["quotas"], record["quotas"], strict=True)]
    total = sum(m * (high if m > 0 else low) for m, low, high in rules)
    total += sum(entry["households"].values()) * record["per_household"]
    return int(total + sum(m * cut["most"] for m, cut in
                           zip(entry["cuts"], record["proof"]["cuts"], strict=False)))


def _weight(entry: dict[str, Any], kind: Any) -> int:
    """Return the sum of the multipliers of the rules that count such a person."""
    cells, home, weights = kind
    total = entry["size"] + entry["households"].get(home, 0)
    total += sum(m for m, cell in zip(entry["quotas"], cells, strict=True) if cell == "1")
    return int(total + sum(m * w for m, w in zip(entry["cuts"], weights, strict=True)))


def _drawn(record: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    claimed = record["draw"]
    ticket = claimed["ticket"]
    if claimed["method"] == "seed":
        ticket = _from_seed(claimed["seed"], record["sha256"]["lottery.csv"], record["tickets"])
    if ticket != claimed["ticket"] or not 0 <= ticket < record["tickets"]:
        raise Failed("verify-bad-draw", got=ticket, expected=claimed["ticket"])
    return "verify-draw", {"ticket": ticket}


def _from_seed(seed: str, lottery_sha256: str, tickets: int) -> int:
    """Return the ticket of a seed text: SHA-256 as a number, rejected above a multiple of M."""
    text = unicodedata.normalize("NFC", seed).strip().encode()
    counter = 0
    while True:
        parts = (b"sortition/1/ticket", lottery_sha256.encode(), text, str(counter).encode())
        number = int.from_bytes(hashlib.sha256(b"\0".join(parts)).digest(), "big")
        if number < 2**256 // tickets * tickets:
            return number % tickets
        counter += 1


def _panel(
    record: dict[str, Any], files: Mapping[str, bytes], members: list[tuple[str, ...]],
    everyone: list[str],
) -> tuple[str, dict[str, Any]]:
    ticket = record["draw"]["ticket"]
    drawn = set(members[ticket])
    rest = set(everyone) - drawn
    column = record["draw"]["id_column"]
    for name, wanted in (("panel.csv", drawn), ("remaining.csv", rest)):
        rows = _rows(files, name)
        if column not in rows[0]:
            raise Failed("verify-bad-panel", file=name)
        at = rows[0].index(column)
        got = [row[at] for row in rows[1:]]
        if len(got) != len(wanted) or set(got) != wanted:
            raise Failed("verify-bad-panel", file=name)
    return "verify-panel", {"ticket": ticket}


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
