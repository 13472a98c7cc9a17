# SPDX-License-Identifier: Apache-2.0
"""What the makers of data sets share: invented names and addresses, and writing or checking files.

Imported by the ``make.py`` of each data set. Names are made of sounds that make no Dutch name, and
postcodes start with 0, which no Dutch postcode does: nothing here is anybody's.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

__all__ = ["address", "join", "names", "run", "to_csv"]

GIVEN_NAME = (
    ("Quo", "Zil", "Vrë", "Plo", "Ixa", "Tju", "Obe", "Kwé"),
    ("mbi", "zan", "rup", "vlo"),
)
FAMILY_NAME = (("Gro", "Xam", "Pli", "Ufe", "Bröl"), ("que", "nix", "wub"), ("zel", "dro", "faz"))
STREET = (("Zop", "Quel", "Vum", "Trix", "Oeb", "Knaz"), ("mel", "bor", "zing", "wuf", "lix"))
STREET_END = ("straat", "weg", "laan", "plein", "hof")
LETTERS = "BCDGHJKLMNPRTVWXZ"


def names(rng: random.Random, count: int) -> list[str]:
    """Return different full names."""
    given = ["".join(sounds) for sounds in product(*GIVEN_NAME)]
    family = ["".join(sounds) for sounds in product(*FAMILY_NAME)]
    return rng.sample([f"{first} {last}" for first, last in product(given, family)], count)


def join(rng: random.Random, parts: Sequence[Sequence[str]]) -> str:
    """Return one sound from each part, joined."""
    return "".join(rng.choice(part) for part in parts)


def address(rng: random.Random, district: int) -> tuple[str, str]:
    """Return street with house number, and a postcode of the district (1 to 9)."""
    street = f"{join(rng, STREET)}{rng.choice(STREET_END)} {rng.randrange(1, 200)}"
    return street, f"0{district}{rng.randrange(10, 60)} {join(rng, (LETTERS, LETTERS))}"


def to_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a comma-separated table with a header and plain line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def run(folder: Path, files: Mapping[str, str], summary: str, table: str = "") -> int:
    """Write the files and print the summary, or with ``--check`` compare; return the exit code.

    Parameters
    ----------
    folder
        Of the data set.
    files
        Text by name.
    summary
        One line on what was made.
    table
        Markdown that the README of the data set must hold.
    """
    parser = argparse.ArgumentParser(description=f"Make {', '.join(files)}.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on differences")
    if not parser.parse_args().check:
        for name, text in files.items():
            (folder / name).write_bytes(text.encode())
        print(f"{summary}\n\n{table}" if table else summary, end="" if table else "\n")
        return 0
    stale = [
        name for name, text in files.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != text.encode()
    ]
    readme = folder / "README.md"
    if not readme.is_file() or table not in readme.read_text(encoding="utf-8"):
        stale.append("README.md")
    for name in stale:
        print(f"{name} differs from what make.py makes", file=sys.stderr)
    return 1 if stale else 0
