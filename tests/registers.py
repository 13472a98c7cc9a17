"""Small registers for tests: people invented from a text, with homes, regions, groups and areas."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path

HEADER = ("id", "gemeente", "postcode", "huisnummer", "toevoeging", "leeftijd", "opleiding", "wijk")
REGIONS = ("Heerlen", "'s-Hertogenbosch", "Simpelveld", "Rijswijk \\ (ZH)")
WEIGHTS = (0, 0, 0, 0, 1, 1, 2, 3)


def number(*words: object) -> int:
    """Return a large number that follows from words alone."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, words)).encode()).digest()[:8], "big")


def people(count: int, seed: str = "register") -> list[tuple[str, ...]]:
    """Return rows; about one in fifteen has no address, homes have one to a dozen members."""
    rows: list[tuple[str, ...]] = []
    home = 0
    while len(rows) < count:
        home += 1
        dice = number(seed, "home", home)
        region = REGIONS[WEIGHTS[dice % 8]]
        size = 12 if dice % 211 == 0 else 1 + dice // 8 % 4
        blank = dice // 64 % 15 == 0
        postcode = "" if blank else f"{1000 + home % 7} {'ab' if dice // 1024 % 2 else 'AB'}"
        for member in range(size):
            own = number(seed, "person", home, member)
            rows.append((
                f"r{len(rows):05d}", region,
                postcode.replace(" ", "") if own % 3 else postcode, str(home), "",
                ("16-29", "30-64", "65+")[own // 3 % 3], ("mbo", "wo")[own // 9 % 2],
                f"W{home % 5}",
            ))
    return rows[:count]


def write(path: Path, rows: Sequence[Sequence[str]], separator: str = ",") -> Path:
    """Write a register as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows([HEADER, *rows])
    return path
