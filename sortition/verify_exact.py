"""Check a lottery without tickets (``--exact``) and its draw; needs ``verify.py`` beside it.

    python verify_exact.py FOLDER [PUBLISHED]

The steps are those of ``verify.py``. A panel has a weight, and gives seats to types, whose people
take turns; a text draws the panel and who serves in it.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import sys
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias

__all__ = ["drawn_from", "steps"]

base = import_module("sortition.verify" if __package__ else "verify")  # the latter where it lies
need = base.need

Rows: TypeAlias = list[list[str]]
Panels: TypeAlias = list[tuple[int, dict[str, int]]]  # the weight of each, and the seats of types
People: TypeAlias = list[tuple[str, str, str]]  # id, type and home of each

WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
NEAR = Fraction(1, 10**12)  # of which half is rounding, and a hair that of the float before it


def steps(
    files: Mapping[str, bytes], published: str = ""
) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield the steps that hold, each of which relies on those before it."""
    record, committed = base.read_record(files, published, "exact")
    yield 1, "files", {"commitment": committed, "attempt": record["attempt"]}

    groups, stated, who = base.read_people(files, record, "type")
    people = [(row[0], row.pop(2), row[1]) for row in groups]
    alike = Counter(kind for _, kind, _ in people)
    types = [str(at) for at in range(1, len(alike) + 1)]
    need("file", alike.keys() == {*types}, file="groups.csv")
    panels = read_panels(record, base.read_table(files, "lottery.csv"), types)
    total = sum(weight for weight, _ in panels)
    base.near(record, "total", total)
    yield 2, "weights", {"panels": len(panels), "total": total}

    check_types(record, groups, people, panels)
    yield 3, "rules", {"quotas": len(record["quotas"])}

    held: Counter[str] = Counter()
    for weight, panel in panels:
        for kind, seats in panel.items():
            held[kind] += weight * seats
    for own, kind, _ in people:
        (chance, tickets), counted = stated[own], Fraction(held[kind], total * alike[kind])
        need("tally", not tickets, id=own, got="", expected=tickets)
        near = abs(counted - chance) <= NEAR
        need("chance", near, id=own, got=float(counted), expected=float(chance))
    base.check_summary(record, stated, {own: held[kind] for own, kind, _ in people}, who)
    need("record", base.NUMBER.fullmatch(record["ticket_loss"]))
    yield 4, "chances-exact", {}

    if (draw := record["draw"]) is not None:
        seed, digest = base.drawn_seed(record, committed)
        number, drawn = drawn_from(seed, digest, panels, people)
        claimed = draw["ticket"]
        need("draw", number == claimed, got=number, expected=claimed)
        base.check_rules(record, groups, [drawn])
        shown = {"ticket": number, "rehearsal": record["rehearsal"], "early": draw.get("early")}
        shown["earlier"] = len(record["past_draws"] + record["earlier_draws"])
        sources = [base.said(source)[:2] for source in draw["sources"]]
        yield 6, "draw-exact", shown | {"sources": sources}
        yield 7, "panel", base.check_lists(files, record, stated, drawn, seed)
    sound = draw is not None or not files.keys() & {*base.DRAWN}
    need("panel", sound, file=base.DRAWN[0])


def read_panels(record: Mapping[str, Any], rows: Rows, types: list[str]) -> Panels:
    """Return the panels, which are numbered from 0 and stand in rising order."""
    header, *rows = rows
    columns = ["panel", "weight", *(f"type_{kind}" for kind in types)]
    need("file", header == columns, file="lottery.csv")
    base.near(record, "panels", len(rows))
    before, panels = [-1], []
    for at, (number, *cells) in enumerate(rows):
        weight, *seats = [int(cell) if WHOLE.fullmatch(cell) else -1 for cell in cells]
        sound = weight > 0 <= min(seats) and before < seats
        sound = sound and number == f"{at:0{len(str(len(rows) - 1))}d}"
        need("row", sound, ticket=number)
        panels.append((weight, {kind: n for kind, n in zip(types, seats, strict=True) if n}))
        before = seats
    need("root", base.root(rows) == record["lottery_root"])
    return panels


def check_types(record: Mapping[str, Any], groups: Rows, people: People, panels: Panels) -> None:
    """End the step unless people of a type can take turns, and every panel keeps the rules.

    People of a type have the same groups, and live with people of the same types. The H homes of
    such a pattern together send c each, and of a type with a people at home min(a, c) each.
    """
    pattern = patterns(people)
    like: dict[str, Any] = {}
    for (own, kind, home), (_, _, *cells) in zip(people, groups, strict=True):
        same = [at for at, cell in enumerate(cells) if cell == "1"], pattern[home or (own,)]
        need("type", like.setdefault(kind, same) == same, id=own, type=kind)
    c, many, (least, largest) = record["per_household"], Counter(pattern.values()), record["size"]
    most: dict[Any, int] = {home: c * h for home, h in many.items()}
    most |= {kind: min(home.count(kind), c) * many[home] for kind, (_, home) in like.items()}
    for number, (_, panel) in enumerate(panels):
        taken: Counter[Any] = Counter()
        for kind, seats in panel.items():
            for key in (*like[kind][0], kind, like[kind][1]):
                taken[key] += seats
        got = sum(panel.values())
        need("size", least <= got <= largest, ticket=number, got=got)
        for at, quota in enumerate(record["quotas"]):
            low, high = quota["min"], quota["max"]
            told = {"ticket": number, "quota": quota["name"], "lower": low, "upper": high}
            need("quota", low <= taken[at] <= high, got=taken[at], **told)
        room = all(seats <= most.get(key, seats) for key, seats in taken.items())
        need("household", room, ticket=number, most=c)


def patterns(people: People) -> dict[Any, tuple[str, ...]]:
    """Return the types that live in each home; who shares with nobody is a home alone."""
    homes: dict[Any, list[str]] = {}
    for own, kind, home in people:
        homes.setdefault(home or (own,), []).append(kind)
    return {home: tuple(sorted(kinds)) for home, kinds in homes.items()}


def drawn_from(seed: str, digest: str, panels: Panels, people: People) -> tuple[int, set[str]]:
    """Return the panel that a text draws by its weight, and who serves.

    People stand in the order of their hash, homes in that of their first members; the seats of the
    types go round the homes of a pattern, each to the first of the type there.
    """
    above = list(itertools.accumulate(weight for weight, _ in panels))
    number = bisect_right(above, base.from_seed(seed, digest, above[-1], "panel"))
    text = unicodedata.normalize("NFC", seed).strip()

    def place(person: tuple[str, str, str]) -> tuple[bytes, str]:
        words = f"sortition/1/person\0{digest}\0{text}\0{person[0]}"
        return hashlib.sha256(words.encode()).digest(), person[0]

    pattern = patterns(people)
    places: dict[Any, dict[Any, list[tuple[str, str]]]] = {}
    for own, kind, home in sorted(people, key=place):
        alike = places.setdefault(pattern[home or (own,)], {})
        alike.setdefault(home or (own,), []).append((kind, own))
    drawn: set[str] = set()
    for kinds, homes in places.items():
        order = sorted(set(kinds), key=int)
        turns = [kind for kind in order for _ in range(panels[number][1].get(kind, 0))]
        for kind, members in zip(turns, itertools.cycle(homes.values()), strict=False):
            drawn.add(members.pop([one for one, _ in members].index(kind))[1])
    return number, drawn


if __name__ == "__main__":
    sys.exit(base.main(sys.argv[1:], steps))
