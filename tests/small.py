"""Eight people, two of whom live together: the list that the tests of the commands run on."""

from __future__ import annotations

import csv
from pathlib import Path

from oracle import SmallPool
from pools import HOME

LOTTERY_FILES = [
    "chances.csv", "groups.csv", "lottery.csv", "private-inclusion.jsonl", "prove.py",
    "record.json", "report.html", "verify.html", "verify.py",
]
DRAW_FILES = ["panel.csv", "panel.xlsx", "remaining.csv", "remaining.xlsx"]

# Eight people, two of whom live together; p08 is of a side that gets no seat.
POOL = SmallPool(
    tuple(
        {"id": f"p{at:02d}", "naam": naam, "side": side, "street": street, "postcode": street}
        for at, (naam, side, street) in enumerate(
            [("An", "l", "Kade 1"), ("Bo", "l", "Kade 1"), ("Cy", "l", ""), ("Di", "l", ""),
             ("Ed", "r", ""), ("Fé", "r", "Laan 2"), ("Gé", "r", ""), ("Ho", "x", "")],
            1,
        )
    ),
    (("side", "l", 2, 2), ("side", "r", 1, 1), ("side", "x", 0, 0)),
    3,
    HOME,
)

RULES = ("people.csv", "quotas.csv", "--size", "3", "--household", "street,postcode")

FIND = "sortition.engine.search.find_distribution"


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def names_in(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder with its content, and every folder."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }
