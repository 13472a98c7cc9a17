"""``report.html``: one self-contained page, without names, for a council to read.

Made from the published files alone, so that it can show nothing that is not in them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from functools import partial
from importlib import resources
from typing import Any

import jinja2

from sortition import messages
from sortition.engine.objectives import LEVELLED
from sortition.lots.record import earlier_tickets, ticket_label
from sortition.verify import read_rows

__all__ = ["page"]

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 220, 48, 24


def page(files: Mapping[str, bytes], language: str = "en") -> bytes:
    """Return the page.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``.
    language
        ``"en"`` or ``"nl"``.
    """
    record = json.loads(files["record.json"])
    out = set(record["unselectable"])
    by_person = {row[0]: float(row[1]) for row in _rows(files, "chances.csv")[1:]}
    able = [chance for own, chance in by_person.items() if own not in out]
    chances = sorted(by_person.values())
    low, high = record["size"]
    percent = partial(messages.percent, language=language)
    source = resources.files("sortition.report") / "page.html.j2"
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(source.read_text(encoding="utf-8"))
    return template.render(
        language=language,
        say=partial(messages.text, language=language),
        record=record,
        exact=record.get("kind") == "exact",
        fingerprint=_fingerprint(files, record),
        draw=record["draw"],
        number=partial(ticket_label, record),
        size=low if low == high else f"{low}–{high}",
        people=len(chances),
        least=percent(min(able)),
        most=percent(max(able)),
        equal=percent(high / len(chances)),
        bound=percent(float(record["bound"])),
        gap=messages.points(1.0 if record["gap"] is None else float(record["gap"]), language),
        earlier=earlier_tickets(record),
        levelled=record["objective"] in LEVELLED,
        quotas=_quotas(files, record),
        chart=_chart(chances, high / len(chances), percent),
        households=any(row[1] for row in _rows(files, "groups.csv")[1:]),
        unselectable=len(record["unselectable"]),
    ).encode()


def _rows(files: Mapping[str, bytes], name: str) -> list[list[str]]:
    return read_rows(files[name])


def _fingerprint(files: Mapping[str, bytes], record: dict[str, Any]) -> str:
    """Return the digest that a draw is bound to."""
    if record.get("kind") == "exact":
        return hashlib.sha256(files["lottery.csv"] + files["groups.csv"]).hexdigest()
    return str(record["sha256"]["lottery.csv"])


def _quotas(files: Mapping[str, bytes], record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return per quota its bounds, how many signed up and, once drawn, how many were drawn."""
    exact = record.get("kind") == "exact"
    groups = _rows(files, "groups.csv")[1:]
    seats: Counter[str] = Counter()  # drawn, by person or in an exact lottery by type
    if record["draw"]:
        header, row = (_rows(files, "lottery.csv")[at] for at in (0, 1 + record["draw"]["ticket"]))
        if exact:
            seats.update({t.removeprefix("type_"): int(n)
                          for t, n in zip(header[2:], row[2:], strict=True)})
        else:
            seats.update(own for own in row[1:] if own)
    rows = []
    for at, quota in enumerate(record["quotas"], 3 if exact else 2):
        inside = [row for row in groups if row[at] == "1"]
        low, high = quota["min"], quota["max"]
        rows.append({
            "name": quota["name"],
            "seats": low if low == high else f"{low}–{high}",
            "signed_up": len(inside),
            "drawn": sum(seats[unit] for unit in {row[2 if exact else 0] for row in inside}),
        })
    return rows


def _chart(chances: list[float], equal: float, percent: Any) -> dict[str, Any]:
    """Return the picture: a step line of everyone's chance and a line for equal chances."""
    top = max(max(chances), equal)
    across = (_WIDTH - _LEFT) / len(chances)

    def height(chance: float) -> float:
        return round((_HEIGHT - _BOTTOM) * (1 - chance / top) + 8, 1)

    steps = []
    for at, chance in enumerate(chances):
        if at == 0 or chance != chances[at - 1]:
            steps.append(f"{'M' if at == 0 else 'L'}{_LEFT + at * across:.1f} {height(chance)}")
        if at + 1 == len(chances) or chances[at + 1] != chance:
            steps.append(f"L{_LEFT + (at + 1) * across:.1f} {height(chance)}")
    most = max(max(chances), equal)
    marks = [{"y": height(part), "words": percent(part)} for part in (0.0, most / 2, most)]
    return {
        "width": _WIDTH, "height": _HEIGHT, "left": _LEFT, "line": "".join(steps),
        "equal": height(equal), "marks": marks,
    }
