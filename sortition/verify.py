"""Check a published lottery and its draw: ``python verify.py FOLDER [COMMITMENT OR SEAL]``.

Nothing is solved or believed: it counts, in the steps of ``docs/specification.md``. The fifth is in
``prove.py``; for lotteries without tickets there is ``verify_exact.py``.
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
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

__all__ = ["Failed", "Step", "done", "steps"]
FILES, DRAWN = ("lottery.csv", "chances.csv", "groups.csv"), ("panel.csv", "remaining.csv")
SOURCES = ("ticket", "dice", "text", "drand", "nist")  # in the order in which they are put together
CHAINS = {"quicknet": (1692803367, 3), "default": (1595431050, 30)}  # first round, seconds apart
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,15})?|[0-9]{1,60}/[1-9][0-9]{0,59}")
HOME, GUARDED = re.compile(r"([1-9][0-9]{0,11})?"), re.compile(r"'[' ]*[=+\-@\t\r]")
Files: TypeAlias = Mapping[str, bytes]
Record: TypeAlias = dict[str, Any]
Stated = dict[str, tuple[Fraction, str]]  # of everybody the chance and the number of tickets
People: TypeAlias = Mapping[str, str]  # whose each id is: of several panels it is a seat
BROKEN = ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError
Step = tuple[int, str, dict[str, Any]]  # its number, what it says, its figures


class Failed(ValueError):  # noqa: N818 - it ends a step, not a program
    """What ends a step: the code of what does not hold, and its figures."""


def need(code: str, holds: object, /, **figures: Any) -> None:
    """End the step unless something holds."""
    if not holds:
        raise Failed(code, figures)


def done(steps: Iterable[Step]) -> list[tuple[int, str, bool, dict[str, Any]]]:
    """Return the steps up to the first that fails: number, code, whether it holds, figures."""
    held, number, figures = list[tuple[int, str, bool, dict[str, Any]]](), 0, dict[str, Any]()
    try:
        for number, code, figures in steps:
            held += [(number, f"verify-{code}", True, figures)] if code else []
        return held
    except BROKEN as error:  # nothing in a record of no known form can be relied on
        code, figures = error.args if isinstance(error, Failed) else ("record", {})
    return [*held, (6 if number == 4 else number + 1, f"verify-bad-{code}", False, figures)]


def steps(files: Files, published: str = "") -> Iterator[Step]:
    """Yield the steps for tickets, each of which relies on those before it."""
    record, committed = read_record(files, published, "tickets")
    yield 1, "files", {"commitment": committed, "attempt": record["attempt"]}
    groups, stated, who = read_people(files, record)
    _, *rows = read_table(files, "lottery.csv")
    near(record, "tickets", len(rows))
    panels = [[cell for cell in cells if cell] for _, *cells in rows]
    for (number, *_), at, panel in zip(rows, itertools.count(), panels, strict=False):
        sound = number == f"{at:0{len(str(len(rows) - 1))}d}"
        need("row", sound and panel == sorted(stated.keys() & panel), ticket=number)
    need("root", root(rows) == record["lottery_root"])
    yield 2, "tickets", {"panels": len(rows), "total": len(rows)}
    check_rules(record, groups, panels)
    yield 3, "rules", {"quotas": len(record["quotas"])}
    held, loss = Counter(own for panel in panels for own in panel), Fraction(0)
    for own, (chance, tickets) in stated.items():
        need("tally", tickets == str(held[own]), id=own, got=held[own], expected=tickets)
        away = abs(held[own] - len(rows) * chance)
        need("chance", away < 3, id=own, got=held[own] / len(rows), expected=float(chance))
        loss = max(loss, away)
    near(record, "ticket_loss", loss, Fraction(1, 10**4))
    check_summary(record, stated, held, who)
    yield 4, "chances", {"loss": round(float(loss), 2), "total": len(rows)}
    if (draw := record["draw"]) is not None:
        (first, *others), claimed = draw["sources"], draw["ticket"]
        text, digest = drawn_seed(record, committed)
        drawn: int | None = from_seed(text, digest, len(rows))
        if not others and first["kind"] in ("ticket", "dice"):  # a number, which orders reserves
            dice = first["kind"] == "dice" and (first["sides"], first["throws"], len(rows))
            drawn = from_dice(*dice) if dice else first["number"]
            text = f"{claimed:0{len(rows[0][0])}d}"
        need("draw", claimed == drawn and drawn in range(len(rows)), got=drawn, expected=claimed)
        shown = {"ticket": claimed, "rehearsal": record["rehearsal"], "early": draw.get("early")}
        shown["earlier"] = len(record["past_draws"] + record["earlier_draws"])
        yield 6, "draw", shown | {"sources": [said(one)[:2] for one in draw["sources"]]}
        yield 7, "panel", check_lists(files, record, stated, panels[claimed], text)
    need("panel", draw is not None or not files.keys() & {*DRAWN}, file=DRAWN[0])


def read_record(files: Files, published: str, kind: str) -> tuple[Record, str]:
    """Return the record and its commitment: sealed, published, naming the other files."""
    data = files.get("record.json", b"")
    record = json.loads(data.decode(), parse_float=int, parse_constant=int)  # whole numbers only
    need("record", record["schema"] == 2 and type(record["rehearsal"]) is bool)
    need("seal", data == canonical(record) and record["seal"] == commitment(record, "seal"))
    draws = [] if record["draw"] is None else [*record["earlier_draws"], record["draw"]]
    need("chain", draws or record["earlier_draws"] == [])
    for at, draw in enumerate(draws):  # each was added to the record with those before it
        was = {"draw": draws[at - 1] if at else None, "earlier_draws": draws[: max(0, at - 1)]}
        need("chain", draw["before"] == commitment(record | was, "seal"))
    known = [commitment(record), record["seal"], *(draw["before"] for draw in draws)]
    need("commitment", published in ("", *known), got=known[0], expected=published)
    need("record", record["kind"] == kind and record["sha256"].keys() == {*FILES})
    for name, digest in record["sha256"].items():
        need("file", name in files, file=name)
        need("hash", hashlib.sha256(files[name]).hexdigest() == digest, file=name)
    return record, known[0]


def read_people(files: Files, record: Record, *more: str) -> tuple[list[list[str]], Stated, People]:
    """Return everybody's id, household and groups, their stated chances, and whose each id is."""
    header, *rows = read_table(files, "chances.csv")
    need("record", all(NUMBER.fullmatch(chance) for _, chance, _ in rows))
    stated = {own: (Fraction(chance), tickets) for own, chance, tickets in rows}
    sound = header == ["id", "chance", "tickets"] and len(rows) == len(stated) == record["pool"]
    need("file", sound and all(chance <= 1 for chance, _ in stated.values()), file="chances.csv")
    header, *groups = read_table(files, "groups.csv")
    sound = header == ["id", "household", *more, *(quota["name"] for quota in record["quotas"])]
    sound &= all({*row[2 + len(more) :]} <= {"0", "1"} and HOME.fullmatch(row[1]) for row in groups)
    sound &= sorted(row[0] for row in groups) == sorted(stated)
    who = {own: own.partition(": ")[2] if record.get("persons") is True else own for own in stated}
    seats = Counter(who.values())  # whoever could have several has one home
    homes = {(who.get(own, ""), row[0]) for own, *row in groups if seats[who.get(own, "")] > 1}
    ones = {own for own, home in homes if home and record["per_household"] == 1}
    need("file", sound and len(homes) == len(ones), file="groups.csv")
    return groups, stated, who


def check_rules(record: Record, groups: list[list[str]], panels: Iterable[Collection[str]]) -> None:
    """End the step at the first rule that a panel breaks."""
    counted = {row[0]: [at for at, cell in enumerate(row[2:]) if cell == "1"] for row in groups}
    (least, largest), home_of = record["size"], {own: home or (own,) for own, home, *_ in groups}
    for number, panel in enumerate(panels):
        need("size", least <= len(panel) <= largest, ticket=number, got=len(panel))
        taken = Counter(at for own in panel for at in counted[own])
        for at, rule in enumerate(record["quotas"]):
            told = {"ticket": number, "quota": rule["name"], "lower": rule["min"], "got": taken[at]}
            need("quota", rule["min"] <= taken[at] <= rule["max"], upper=rule["max"], **told)
        homes, most = Counter(home_of[own] for own in panel), record["per_household"]
        need("household", max(homes.values(), default=0) <= most, ticket=number, most=most)


def check_summary(record: Record, stated: Stated, held: Mapping[str, object], who: People) -> None:
    """End the step unless smallest, largest and mean chance are those of all who can serve."""
    for own in record["barred"]:
        need("chance", not (stated[own][0] or held[own]), id=own, got=held[own], expected=0)
    able = defaultdict[str, Fraction](Fraction)  # by person: the sum over their seats
    for own in stated.keys() - record["barred"].keys():
        able[who[own]] += stated[own][0]
    near(record, "min_chance", min(able.values()))
    near(record, "max_chance", max(able.values()))
    near(record, "mean_chance", sum(able.values(), Fraction(0)) / len(able))


def drawn_seed(record: Record, committed: str) -> tuple[str, str]:
    """Return the text that the sources announced draw by, and the digest that binds it."""
    kinds = [source["kind"] for source in record["draw"]["sources"]]
    need("record", type(record["draw"]["ticket"]) is int)
    need("source", kinds and kinds == [kind for kind in SOURCES if kind in kinds])
    told, plan = [said(source) for source in record["draw"]["sources"]], record["announced"]
    if plan is not None and not record["rehearsal"]:
        named = {part.strip().partition(":")[0] for part in plan["source"].split("+")}
        bound, names = named <= {*SOURCES}, plan["names"]  # or it is a text without names
        need("source", names == [name for name, _, _ in told] or not (bound or names))
        need("source", named == {*kinds} or not bound)
    for time in () if record["rehearsal"] else (record["fixed_at"], plan and plan["at"]):
        at = None if time is None else datetime.fromisoformat(time)  # YYYY-MM-DDThh:mm:ss±hh:mm
        need("source", at is None or (at.isoformat(), len(time)) == (time, 25))
        need("source", at is None or all(k is None or k >= at.timestamp() for *_, k in told))
    digest = record["sha256"]["lottery.csv"] if record["rehearsal"] else committed  # can be redone
    if kinds == ["text"]:
        return told[0][1], digest
    parts = [part.encode() for part in (digest, *(f"{name} {value}" for name, value, _ in told))]
    sized = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hashlib.sha256(b"sortition/1/sources\0" + sized).hexdigest(), digest


def said(source: Mapping[str, Any]) -> tuple[str, str, float | None]:
    """Return name and value of a source, and since when it is known, by itself (Unix time)."""
    if (kind := source["kind"]) == "drand":
        chain, at, (first, apart) = source["chain"], source["round"], CHAINS[source["chain"]]
        signed = bytes.fromhex(re.findall(r"\A[0-9A-Fa-f]{96,192}\Z", source["signature"])[0])
        return f"drand:{chain}:{at}", hashlib.sha256(signed).hexdigest(), first + (at - 1) * apart
    if kind == "nist":
        time, value = f"{source['pulse']['timeStamp'][:16]}Z", source["pulse"]["outputValue"]
        return f"nist:{time}", value.lower(), datetime.fromisoformat(time).timestamp()
    if kind == "dice":
        sides, throws = source["sides"], source["throws"]
        need("source", all(type(n) is int and 0 < n <= sides < 10**6 for n in (sides, *throws)))
        return f"dice:{sides}", " ".join(map(str, throws)), None
    value = source["number" if kind == "ticket" else "text"]
    need("record", type(value) is (int if kind == "ticket" else str))
    return kind, str(value), None


def from_dice(sides: int, throws: Sequence[int], count: int) -> int | None:
    """Return the ticket that throws of a die draw, None where they do not decide yet."""
    value, among = 0, 1  # equally likely so far, of which a multiple of the count decides
    for throw in throws:
        if value < (whole := among // count * count):
            break
        value, among = (value - whole) * sides + throw - 1, (among - whole) * sides
    return value % count if value < among // count * count else None


def from_seed(seed: str, digest: str, count: int, purpose: str = "ticket") -> int:
    """Return the number of a text: SHA-256 as a number, rejected above a multiple of the count."""
    start = f"sortition/1/{purpose}\0{digest}\0{unicodedata.normalize('NFC', seed).strip()}\0"
    hashes = (hashlib.sha256(f"{start}{c}".encode()).hexdigest() for c in itertools.count())
    return next(n for each in hashes if (n := int(each, 16)) < 2**256 // count * count) % count


def check_lists(files: Files, record: Record, ids: Iterable[str], drawn: Any, text: str) -> Record:
    """End the step unless the lists hold who was drawn and all others, and reserves in order."""
    named, others = record["draw"]["id_column"], {*ids} - {*drawn}
    for name, wanted in zip(DRAWN, (drawn, others), strict=True):
        header, *rows = read_table(files, name)
        got = sorted(row[header.index(named)] for row in rows) if named in header else None
        need("panel", got == sorted(wanted), file=name)
    told, digest = record["draw"].get("reserves"), record["sha256"]["lottery.csv"]
    if told is not None:  # the first of all others, or a group of them, by the hash of each
        among = others if told.get("group") is None else others & {*told["ids"]}
        start = f"sortition/1/reserve\0{told['lottery_sha256']}\0{told['text']}\0"
        ranked = sorted(among, key=lambda own: hashlib.sha256((start + own).encode()).digest())
        sound = told["ids"] == ranked[: len(told["ids"])] and told["lottery_sha256"] == digest
        need("reserves", sound and told["text"] == unicodedata.normalize("NFC", text).strip())
    return {} if (told or {}).get("group") is None else {"who is in the reserves": "not checked"}


def canonical(value: Any) -> bytes:
    """Return data in the one form in which they are written and hashed."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def commitment(record: Mapping[str, Any], purpose: str = "commitment") -> str:
    """Return the digest of all that is fixed before the draw; a seal leaves out itself only."""
    left_out = {"seal"} if purpose == "seal" else {"seal", "draw", "earlier_draws"}
    fixed = canonical({key: record[key] for key in record.keys() - left_out})
    return hashlib.sha256(f"sortition/1/{purpose}\0".encode() + fixed).hexdigest()


def root(rows: Iterable[list[str]]) -> str:
    """Return the root of the hash tree over rows; who has no neighbour moves up."""
    text_of = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    level = [hashlib.sha256(b"\0" + text_of(row).encode()).digest() for row in rows]
    while len(level) > 1:
        pairs = [b"".join(level[at : at + 2]) for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + two).digest() if len(two) > 32 else two for two in pairs]
    return level[0].hex()


def read_table(files: Files, name: str) -> list[list[str]]:
    """Return the cells of a table of at least a header, each row as long as that."""
    try:
        rows = read_rows(files.get(name, b""))
    except (UnicodeDecodeError, csv.Error):
        rows = []
    need("file", rows and all(len(row) == len(rows[0]) for row in rows), file=name)
    return rows


def read_rows(data: bytes) -> list[list[str]]:
    """Return the cells of a published table, free of what guards them in a spreadsheet."""
    rows, guarded = [*csv.reader(io.StringIO(data.decode(), newline=""), strict=True)], b"'" in data
    return [[c[1:] if GUARDED.match(c) else c for c in row] for row in rows] if guarded else rows


def near(record: Record, name: str, got: Fraction | int, room: Fraction | int = 0) -> None:
    """End the step unless a figure of the record is what was counted."""
    stated = record[name]
    need("record", type(stated) is int or NUMBER.fullmatch(stated))
    need("summary", abs(got - Fraction(stated)) <= room, name=name, got=float(got), expected=stated)


def main(arguments: list[str], check: Callable[[Files, str], Iterator[Step]] = steps) -> int:
    """Print the numbered steps; return 0 when all hold, else 5."""
    if len(arguments) not in (1, 2) or not all(map(str.strip, arguments)):
        print(f"usage: python {Path(sys.argv[0]).name} FOLDER [PUBLISHED]")
        return 2
    paths = (Path(arguments[0]) / name for name in ("record.json", *FILES, *DRAWN))
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    result = done(check(files, "".join(arguments[1:]).strip().lower()))
    for number, code, holds, figures in result:
        told = ", ".join(f"{name} {value!r}" for name, value in figures.items())
        print(f"{number}. {code[7:]}: {'holds' if holds else 'FAILS'} ({told})")
    return 0 if all(holds for _, _, holds, _ in result) else 5


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
