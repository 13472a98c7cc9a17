# SPDX-License-Identifier: Apache-2.0
"""Make `aanmeldingen.xlsx`, the list of the tutorial: 140 invented sign-ups, as people keep them.

    python docs/example/make.py            write it
    python docs/example/make.py --check    compare its cells with what would be written

Nobody in it exists. It has what real lists have: a title above the header, dates of birth, a
spelling that is off, and somebody who signed up twice.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "datasets"))

from invented import address, names  # noqa: E402

FILE = HERE / "aanmeldingen.xlsx"
SEED = 20260301
PEOPLE = 139
TITLE = "Aanmeldingen burgerberaad (verzonnen)"
HEADER = (
    "Nr", "Naam", "Adres", "Postcode", "Wijk", "Geboortedatum", "Geslacht", "Opleiding", "E-mail",
)
DISTRICT = {"Noord": 20, "Oost": 25, "Zuid": 20, "Centrum": 35}
EDUCATION = {"praktisch": 17, "middelbaar": 33, "theoretisch": 50}
BIRTH_YEARS = {(1997, 2008): 12, (1982, 1996): 30, (1962, 1981): 38, (1940, 1961): 20}


def chosen(rng: random.Random, weights: dict[Any, int]) -> Any:
    """Return a key with a chance in proportion to its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def rows() -> list[tuple[object, ...]]:
    """Return title, header and people."""
    rng = random.Random(SEED)
    made: list[tuple[object, ...]] = []
    for number, name in enumerate(names(rng, PEOPLE), 1):
        street, postcode = address(rng, rng.randrange(1, 10))
        first, last = chosen(rng, BIRTH_YEARS)
        born = date(first, 1, 1) + timedelta(rng.randrange((last - first + 1) * 365))
        made.append((
            number, name, street, postcode, chosen(rng, DISTRICT), born,
            rng.choice(("vrouw", "man")), chosen(rng, EDUCATION), f"{number}@example.org",
        ))
    made[46] = (*made[46][:7], "theoretisch opgeleid", made[46][8])
    made[80] = (*made[80][:2], *made[79][2:4], *made[80][4:])  # two who share an address
    made.append((PEOPLE + 1, *made[30][1:]))  # somebody who signed up twice
    return [(TITLE,), HEADER, *made]


def stored() -> list[tuple[object, ...]]:
    """Return the cells of the file as it is."""
    cells = load_workbook(FILE).active.iter_rows(values_only=True)
    dated = [
        tuple(cell.date() if hasattr(cell, "date") else cell for cell in row) for row in cells
    ]
    return [row if any(row[1:]) else row[:1] for row in dated]


def main() -> None:
    """Write the file, or compare."""
    if sys.argv[1:] == ["--check"]:
        if stored() != rows():
            sys.exit(f"{FILE.name} is not what its script makes")
        return
    book = Workbook()
    sheet = book.active
    sheet.title = "Aanmeldingen"
    for row in rows():
        sheet.append(row)
    for column, width in zip("ABCDEFGHI", (5, 24, 22, 10, 10, 15, 10, 22, 18), strict=True):
        sheet.column_dimensions[column].width = width
    book.save(FILE)


if __name__ == "__main__":
    main()
