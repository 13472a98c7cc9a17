"""Check a published lottery and its draw, with nothing but Python's standard library.

Reads the files that ``sortition lottery`` and ``sortition draw`` wrote, solves nothing, trusts
nothing: it counts. Runs alone (``python verify.py FOLDER``) and as ``sortition verify FOLDER``.

The steps, for a lottery of tickets and for an exact one:

1. The files are those that the record names (SHA-256).
2. The lottery has M numbered tickets of distinct, known people; or numbered panels, each with a
   whole weight and how many serve of each type.
3. Every ticket or panel keeps the size, every quota and the household rule.
4. Everyone stands on as many tickets as ``chances.csv`` says, near M times their chance; or has the
   chance that the weights give, Σ W_p x_pt / (W m_t).
5. No lottery could make the chances more equal, and no panel holds those who are excluded: the
   multipliers in the record prove it, in exact fractions (where the proof stands on answers of
   integer programs, they are named and counted).
6. The draw picks the ticket or the panel it claims (only when something was drawn). The people of
   an exact draw are dealt again, and the rules counted once more with them.
7. The files hold exactly those people, and everyone else remains (only when something was drawn).
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
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["Step", "Verification", "verify", "verify_files", "verify_folder"]

_ROOM = Fraction(1, 10**9)  # of the level or of k/n: multipliers are rounded and prove a hair less
_DIGITS = Fraction(1, 10**11)  # chances.csv has twelve decimals
_LAST = Fraction(1, 10**12)  # of which half is rounding, and a hair that of the float before it
_FAR = 3  # tickets: rounding puts nobody so far from their chance
_NOISE = Fraction(1, 10**2)  # of the mean multiplier: less could be rounding, and fixes nobody

_FRACTION = re.compile(r"\d{1,60}(/[1-9]\d{0,59})?")
_HOUSEHOLD = re.compile(r"[1-9]\d{0,11}")
_DECIMAL = re.compile(r"\d{1,12}(\.\d{1,15})?")
_WHOLE = re.compile(r"0|[1-9]\d{0,17}")
PROOF = 5  # the step that checks the proof
FILES = ("record.json", "lottery.csv", "chances.csv", "groups.csv")
DRAWN = ("panel.csv", "remaining.csv")

TEXT = {
    "verify-files": "the files are those that the record names",
    "verify-tickets": "numbered tickets of distinct, known people: {tickets}",
    "verify-weights": "numbered panels: {panels}, with weights that add up to {total}",
    "verify-rules": "every panel keeps the size, {quotas} quotas and the household rule",
    "verify-chances-exact": "everyone has the chance that the weights of the panels give",
    "verify-chances": "everyone is on as many tickets as stated, at most {loss} from their chance",
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
    "verify-bad-ticket": "ticket {ticket}: wrong number, or members unknown, repeated or unsorted",
    "verify-bad-weight": "panel {ticket}: wrong number, weight, people or place in the order",
    "verify-bad-type": "{id} is not like the others of type {type}",
    "verify-bad-count": "{name} of the lottery: {got}, the record says {expected}",
    "verify-bad-size": "panel {ticket} has {got} members",
    "verify-bad-quota": "panel {ticket} has {got} of “{quota}”, allowed {lower} to {upper}",
    "verify-bad-household": "panel {ticket} cannot be seated with each person once "
    "and at most {most} of one household",
    "verify-bad-tally": "{id} is on {got} tickets, chances.csv says {expected}",
    "verify-bad-chance": "{id}: chance {chance} and {tickets} tickets do not belong together",
    "verify-bad-exact": "{id} has the chance {got} by the weights, chances.csv says {expected}",
    "verify-bad-summary": "{name} is {got}, the record says {expected}",
    "verify-bad-proof": "the multipliers for level {level} prove no more than {bound}",
    "verify-bad-cut": "a panel breaks a cut of the proof",
    "verify-bad-exclusion": "the multipliers do not show that {id} is on no panel",
    "verify-bad-level": "the proof does not cover the people whose chance is {chance}",
    "verify-bad-draw": "the draw gives number {got}, the record says {expected}",
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


def verify(draw: Draw, lottery: Lottery | ExactLottery) -> Verification:
    """Check a draw and its lottery in memory, exactly as their published files are checked.

    Examples
    --------
    >>> verify(draw, lottery).ok  # doctest: +SKIP
    True
    """
    from sortition.lots.record import draw_files, lottery_files

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
    checks = [published.same_files, published.panels_there, published.rules, published.chances,
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
# Per unit what it takes seats of: quotas by place, a home, itself; and the most seats of these.
_Rules = tuple[dict[str, list[Any]], dict[Any, int]]


class _Published:
    """The files while they are checked; each step may rely on those before it.

    A panel counts seats by *unit*: of a ticket every member is one, of an exact lottery every type.
    A ticket has the weight one.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.record: dict[str, Any] = {}
        self.exact = False
        self.groups: list[list[str]] = []
        self.unit_of: dict[str, str] = {}
        self.panels: list[dict[str, int]] = []
        self.weights: list[int] = []
        self.chance_of: dict[str, tuple[Decimal, str]] = {}
        self.drawn_people: set[str] = set()

    def same_files(self) -> _Result:
        """Step 1."""
        self.record = _record(self.files)
        self.exact = self.record["kind"] == "exact"
        for name, digest in sorted(self.record["sha256"].items()):
            if name not in self.files:
                raise Failed("verify-bad-file", file=name)
            if hashlib.sha256(self.files[name]).hexdigest() != digest:
                raise Failed("verify-bad-hash", file=name)
        if not set(FILES[1:]) <= set(self.record["sha256"]):
            raise Failed("verify-bad-record")
        return "verify-files", {}

    def panels_there(self) -> _Result:
        """Step 2."""
        lottery = _rows(self.files, "lottery.csv")
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
        kinds = [row.pop(2) if self.exact else row[0] for row in self.groups]
        self.unit_of = dict(zip(people, kinds[1:], strict=True))
        if not self.exact:
            self.panels = _tickets(self.record, lottery, set(people))
            self.weights = [1] * len(self.panels)
            return "verify-tickets", {"tickets": len(self.panels)}
        types = [str(t) for t in range(1, len(set(kinds[1:])) + 1)]
        if kinds[0] != "type" or set(kinds[1:]) != set(types):
            raise Failed("verify-bad-file", file="groups.csv")
        self.panels, self.weights = _weighted(self.record, lottery, types)
        return "verify-weights", {"panels": len(self.panels), "total": self.record["total"]}

    def rules(self) -> _Result:
        """Step 3."""
        quotas = self.record["quotas"]
        if self.groups[0] != ["id", "household", *(quota["name"] for quota in quotas)]:
            raise Failed("verify-bad-file", file="groups.csv")
        for _, number, *cells in self.groups[1:]:
            if not set(cells) <= {"0", "1"} or (number and not _HOUSEHOLD.fullmatch(number)):
                raise Failed("verify-bad-file", file="groups.csv")
        rules = (_type_rules(self.record, self.groups, self.unit_of) if self.exact
                 else _people_rules(self.record, self.groups))
        for at, panel in enumerate(self.panels):
            _keep(self.record, rules, panel, at)
        return "verify-rules", {"quotas": len(quotas)}

    def chances(self) -> _Result:
        """Step 4."""
        record, total = self.record, sum(self.weights)
        held: Counter[str] = Counter()
        for weight, panel in zip(self.weights, self.panels, strict=True):
            for unit, seats in panel.items():
                held[unit] += weight * seats
        alike = Counter(self.unit_of.values())
        out = set(record["unselectable"])
        if not out <= set(self.chance_of):
            raise Failed("verify-bad-record")
        worst = Fraction(0)
        for own, (value, tickets) in self.chance_of.items():
            unit = self.unit_of[own]
            tally, counted = held[unit], Fraction(held[unit], total * alike[unit])
            if tickets != ("" if self.exact else str(tally)):
                raise Failed("verify-bad-tally", id=own, got=tally, expected=tickets)
            if self.exact and abs(counted - Fraction(value)) > _LAST:
                raise Failed("verify-bad-exact", id=own, got=f"{float(counted):.12f}",
                             expected=value)
            away = total * abs(counted - Fraction(value))
            if (own in out and (value or tally)) or (not self.exact and away >= _FAR):
                raise Failed("verify-bad-chance", id=own, chance=value, tickets=tickets)
            worst = max(worst, away)
        able = [value for own, (value, _) in self.chance_of.items() if own not in out]
        stated = [("min_chance", min(able), "1e-9"), ("max_chance", max(able), "1e-9")]
        stated += [] if self.exact else [("ticket_loss", Decimal(float(worst)), "1e-4")]
        for name, got, near in stated:
            if abs(got - Decimal(record[name])) > Decimal(near):
                raise Failed("verify-bad-summary", name=name, got=got, expected=record[name])
        if self.exact:
            return "verify-chances-exact", {}
        return "verify-chances", {"loss": round(float(worst), 2)}

    def proof(self) -> _Result:
        """Step 5."""
        chance = {own: Fraction(value) for own, (value, _) in self.chance_of.items()}
        for cut in self.record["proof"]["cuts"]:
            weight = {unit: cut["weights"].get(own, 0) for own, unit in self.unit_of.items()}
            if any(weight[unit] != cut["weights"].get(own, 0)
                   for own, unit in self.unit_of.items()):
                raise Failed("verify-bad-cut")
            if any(sum(seats * weight[unit] for unit, seats in panel.items()) > cut["most"]
                   for panel in self.panels):
                raise Failed("verify-bad-cut")
        return check_proof(self.record, chance, self.groups)

    def drawn(self) -> _Result | None:
        """Step 6."""
        if self.record["draw"] is None:
            left = next((name for name in DRAWN if name in self.files), None)
            if left is not None:  # a panel without a draw on record: from an earlier one, or a slip
                raise Failed("verify-bad-panel", file=left)
            return None
        claimed = self.record["draw"]
        ticket, seed = claimed["ticket"], claimed["seed"]
        if self.exact:
            digest = hashlib.sha256(self.files["lottery.csv"] + self.files["groups.csv"])
            ticket, self.drawn_people = _exact_draw(
                seed, digest.hexdigest(), self.weights, self.panels,
                [(own, self.unit_of[own], home) for own, home, *_ in self.groups[1:]],
            )
        elif seed is not None:
            ticket = _from_seed(seed, self.record["sha256"]["lottery.csv"], len(self.panels))
        if ticket != claimed["ticket"] or not 0 <= ticket < len(self.panels):
            raise Failed("verify-bad-draw", got=ticket, expected=claimed["ticket"])
        if self.exact:
            people = _people_rules(self.record, self.groups)
            _keep(self.record, people, dict.fromkeys(self.drawn_people, 1), ticket)
            return "verify-draw-exact", {"ticket": ticket}
        self.drawn_people = set(self.panels[ticket])
        return "verify-draw", {"ticket": ticket}

    def panel(self) -> _Result | None:
        """Step 7."""
        if self.record["draw"] is None:
            return None
        column = self.record["draw"]["id_column"]
        rest = set(self.chance_of) - self.drawn_people
        for name, wanted in (("panel.csv", self.drawn_people), ("remaining.csv", rest)):
            rows = _rows(self.files, name)
            if column not in rows[0]:
                raise Failed("verify-bad-panel", file=name)
            at = rows[0].index(column)
            got = [row[at] for row in rows[1:]]
            if len(got) != len(wanted) or set(got) != wanted:
                raise Failed("verify-bad-panel", file=name)
        return "verify-panel", {}


def _keep(record: dict[str, Any], rules: _Rules, panel: Mapping[str, int], ticket: int) -> None:
    """Raise `Failed` with the first rule that the panel breaks."""
    counted, most = rules
    taken: Counter[Any] = Counter()
    for unit, each in panel.items():
        for key in counted[unit]:
            taken[key] += each
    seats = sum(panel.values())
    if not record["size"][0] <= seats <= record["size"][1]:
        raise Failed("verify-bad-size", ticket=ticket, got=seats)
    for at, quota in enumerate(record["quotas"]):
        if not quota["min"] <= taken[at] <= quota["max"]:
            raise Failed("verify-bad-quota", ticket=ticket, got=taken[at], quota=quota["name"],
                         lower=quota["min"], upper=quota["max"])
    if any(got > most.get(key, got) for key, got in taken.items()):
        raise Failed("verify-bad-household", ticket=ticket, most=record["per_household"])


def _people_rules(record: dict[str, Any], groups: list[list[str]]) -> _Rules:
    """Return the rules over people: a household number may occur `per_household` times."""
    counted = {own: [*_places(cells), home] for own, home, *cells in groups[1:]}
    return counted, {home: record["per_household"] for _, home, *_ in groups[1:] if home}


def _type_rules(
    record: dict[str, Any], groups: list[list[str]], type_of: Mapping[str, str]
) -> _Rules:
    """Return the rules over types, once it is sure that people of a type can take turns.

    They have the same groups, and live with people of the same types. All H homes of such a pattern
    together send c each, and of a type with a people at home min(a, c) each.
    """
    homes: dict[Any, list[str]] = {}
    for own, home, *_ in groups[1:]:
        homes.setdefault(home or (own,), []).append(type_of[own])
    pattern = {home: tuple(sorted(types)) for home, types in homes.items()}
    like: dict[str, Any] = {}
    for own, home, *cells in groups[1:]:
        same = cells, pattern[home or (own,)]
        if like.setdefault(type_of[own], same) != same:
            raise Failed("verify-bad-type", id=own, type=type_of[own])
    c, many = record["per_household"], Counter(pattern.values())
    counted = {t: [*_places(cells), t, at_home] for t, (cells, at_home) in like.items()}
    most: dict[Any, int] = {at_home: c * h for at_home, h in many.items()}
    most |= {t: min(at_home.count(t), c) * many[at_home] for t, (_, at_home) in like.items()}
    return counted, most


def _places(cells: list[str]) -> list[int]:
    """Return which quotas count somebody with these cells."""
    return [at for at, cell in enumerate(cells) if cell == "1"]


def _record(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the record, if it has the form that every lottery writes."""
    try:
        record = json.loads(files["record.json"].decode())
    except (KeyError, ValueError, RecursionError):
        raise Failed("verify-bad-record") from None
    whole = (int,)
    kinds = {"tickets": ("tickets",), "exact": ("panels", "total")}
    sound = (
        isinstance(record, dict)
        and record.get("schema") == 1
        and record.setdefault("kind", "tickets") in kinds  # which the first records did not say
        and all(type(record.get(key)) in whole
                for key in (*kinds[record["kind"]], "pool", "per_household"))
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
        and (record["draw"] is None or _sound_draw(record["draw"], record["kind"]))
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


def _sound_draw(draw: dict[str, Any], kind: str) -> bool:
    """Return whether the draw has one of the forms there are."""
    texts = {"seed", "system"} if kind == "exact" else {"seed"}
    return (
        draw["method"] in {"seed", "system", *(["ticket"] if kind == "tickets" else [])}
        and type(draw["seed"]) is (str if draw["method"] in texts else type(None))
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
    record: dict[str, Any], lottery: list[list[str]], known: set[str]
) -> list[dict[str, int]]:
    """Return the tickets: their members, each with one seat."""
    panels = []
    _same_count("tickets", len(lottery) - 1, record)
    width = len(str(len(lottery) - 2))
    for at, (number, *cells) in enumerate(lottery[1:]):
        members = [cell for cell in cells if cell]
        right = number == f"{at:0{width}d}" and members == sorted(set(members))
        if not right or not set(members) <= known:
            raise Failed("verify-bad-ticket", ticket=number)
        panels.append(dict.fromkeys(members, 1))
    return panels


def _weighted(
    record: dict[str, Any], lottery: list[list[str]], types: list[str]
) -> tuple[list[dict[str, int]], list[int]]:
    """Return the panels of an exact lottery, their seats by type, and their weights."""
    if lottery[0] != ["panel", "weight", *(f"type_{kind}" for kind in types)]:
        raise Failed("verify-bad-file", file="lottery.csv")
    _same_count("panels", len(lottery) - 1, record)
    width = len(str(len(lottery) - 2))
    rows: list[list[int]] = []
    for at, (number, *cells) in enumerate(lottery[1:]):
        whole = [int(cell) if _WHOLE.fullmatch(cell) else -1 for cell in cells]
        right = number == f"{at:0{width}d}" and min(whole) >= 0 < whole[0]
        if not right or (rows and rows[-1][1:] >= whole[1:]):
            raise Failed("verify-bad-weight", ticket=number)
        rows.append(whole)
    weights = [row[0] for row in rows]
    _same_count("total", sum(weights), record)
    return [{t: n for t, n in zip(types, row[1:], strict=True) if n} for row in rows], weights


def _same_count(name: str, got: int, record: dict[str, Any]) -> None:
    if got != record[name]:
        raise Failed("verify-bad-count", name=name, got=got, expected=record[name])


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


def _from_seed(seed: str, lottery_sha256: str, count: int, name: str = "ticket") -> int:
    """Return the number of a seed text: SHA-256 as a number, rejected above a multiple of M."""
    counter = 0
    while True:
        number = int.from_bytes(_hash(name, lottery_sha256, seed, str(counter)), "big")
        if number < 2**256 // count * count:
            return number % count
        counter += 1


def _hash(name: str, lottery_sha256: str, seed: str, last: str) -> bytes:
    text = unicodedata.normalize("NFC", seed).strip()
    words = (f"sortition/1/{name}", lottery_sha256, text, last)
    return hashlib.sha256("\0".join(words).encode()).digest()


def _exact_draw(
    seed: str, digest: str, weights: list[int], panels: list[dict[str, int]],
    people: list[tuple[str, str, str]],
) -> tuple[int, set[str]]:
    """Return the panel of a seed text by its weight, and who serves.

    People stand in the order of their hash, homes in that of their first members; the seats of the
    types go round the homes in which these live, to the first of the type there.
    """
    left, number = _from_seed(seed, digest, sum(weights), "panel"), 0
    while left >= weights[number]:
        left, number = left - weights[number], number + 1
    homes: dict[Any, list[tuple[str, str]]] = {}
    for own, kind, home in sorted(people, key=lambda p: (_hash("person", digest, seed, p[0]), p)):
        homes.setdefault(home or (own,), []).append((kind, own))
    alike: dict[Any, list[list[tuple[str, str]]]] = {}
    for members in homes.values():
        alike.setdefault(tuple(sorted(kind for kind, _ in members)), []).append(members)
    chosen: set[str] = set()
    for pattern, places in alike.items():
        turn = 0
        for kind in sorted(set(pattern), key=int):
            for _ in range(panels[number].get(kind, 0)):
                members = places[turn % len(places)]
                chosen.add(members.pop([k for k, _ in members].index(kind))[1])
                turn += 1
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
