"""What the parts of a lottery are called: the files in its folder, and its tickets.

A record in, names out; called by whatever writes, removes or tells of them. Standard library only,
so that a command that looks into a folder loads no lottery.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sortition.rules.panel_names import slug

__all__ = [
    "CHECKERS", "DRAW_FILES", "LOTTERY_FILES", "NOBODY", "PRIVATE", "SHEETS", "STATUSES",
    "draw_names", "drawn_early", "earlier_tickets", "in_one_line", "panel_names", "ticket_label",
]

PRIVATE = "private-inclusion.jsonl"
"""Everybody's own proof, a line of JSON each: to be given to that person and to nobody else."""
STATUSES = "private-status.csv"
"""What those who stay had said when a replacement was made: for its own panel file, and private."""
NOBODY = "on-no-panel.csv"
"""Who is on none of the panels, a row for each person; ``remaining.csv`` has one for each seat."""
CHECKERS = ("verify.html", "verify.py", "prove.py", "verify_exact.py")
"""Programs with which anybody checks a lottery; the last only for one without tickets."""
LOTTERY_FILES = (
    "lottery.csv", "chances.csv", "groups.csv", "record.json", "report.html", *CHECKERS, PRIVATE,
)
SHEETS = ("ceremony-script.html", "ceremony-tickets.html", "ceremony-record.html")
DRAW_FILES = (
    "panel.csv", "panel.xlsx", "remaining.csv", "remaining.xlsx", "panel-excel.csv",
    "remaining-excel.csv", "reserves.csv", "reserves.xlsx", STATUSES,
)


def panel_names(source: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the files of each of several panels; none where there is only one."""
    names = [slug(theme["name"]) for theme in source.get("themes", ())]
    return tuple(
        f"panel-{name}{end}" for name in names for end in (".csv", ".xlsx", "-excel.csv")
    ) + ((NOBODY,) if names else ())


def draw_names(*records: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of all files that a draw from lotteries of these records may have written.

    A record may be empty, as one that could not be read is.
    """
    names = dict.fromkeys(DRAW_FILES)
    for record in records:
        source = record.get("source")
        names |= dict.fromkeys(panel_names(source) if isinstance(source, dict) else ())
    return tuple(names)


def ticket_label(record: Mapping[str, Any], ticket: object) -> str:
    """Return the number of a ticket as it stands in ``lottery.csv``, with its leading zeros.

    What is no ticket of this record, as in one that was forged, is shown as it is.

    Examples
    --------
    >>> ticket_label({"kind": "tickets", "tickets": 1000}, 45)
    '045'
    """
    count = record.get("panels" if record.get("kind") == "exact" else "tickets")
    if not isinstance(ticket, int) or not isinstance(count, int) or not 0 <= ticket < count:
        return str(ticket)[:20]
    return f"{ticket:0{len(str(count - 1))}d}"


def earlier_tickets(record: Mapping[str, Any]) -> list[str]:
    """Return the numbers that were drawn before, in the order of the draws."""
    before = [*record.get("past_draws", ()), *record["earlier_draws"]]
    draws = [draw for draw in before if isinstance(draw, dict)]
    return [ticket_label(record, draw.get("ticket")) for draw in draws]


def drawn_early(record: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what a record says of a draw before its announced time; None where it says nothing.

    ``announced`` and ``at`` are times in ISO 8601, of which the latter is that of the draw by the
    clock of the computer; ``reason`` is a text that somebody typed, in one line.
    """
    said, announced = (record["draw"] or {}).get("early"), record.get("announced")
    if not isinstance(said, dict) or not isinstance(announced, dict):
        return None
    return {"announced": in_one_line(announced.get("at")), "at": in_one_line(said.get("at")),
            "reason": in_one_line(said.get("reason"))}


def in_one_line(said: object) -> str:
    r"""Return a text of a record as it is shown: no line of its own, no sign that moves others.

    Examples
    --------
    >>> in_one_line("the hall is shut\n7. \x1b[1m✓ all is well")
    'the hall is shut 7. [1m✓ all is well'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(said)).split())
