# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups of an invented panel whose members serve one term, and those who served.

``people.csv``, ``served.csv`` and ``served.key`` go out, next to this script. The hashes are made
here as the documentation describes them, and not by the program that reads them.

    python make.py            write the files
    python make.py --check    write nothing; exit 1 if a file differs
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sys
import unicodedata
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import names, run, to_csv  # noqa: E402 - the folder above comes first

SEED = 41
SIGN_UPS = 180
PLACES = {"Noord": 40, "Midden": 35, "Zuid": 25}  # out of a hundred (assumption)
# Panels that served, and how many of them sign up again (assumptions).
PANELS = {2020: (20, 6), 2023: (20, 7), 2025: (20, 8)}
KEY = hashlib.sha256(b"public, because nobody here exists").digest()


def hashed(name: str, born: date) -> str:
    """Return HMAC-SHA256 of the purpose and the cells, without case, accents and spaces."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if sign.isalnum())
    cells = json.dumps([letters, born.isoformat()], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(KEY, b"sortition/1/served\0" + cells.encode(), "sha256").hexdigest()


def make_files() -> dict[str, str]:
    """Return the list, the register and its key."""
    rng = random.Random(SEED)
    known = names(rng, SIGN_UPS + sum(size for size, _ in PANELS.values()))
    born = [date(1940, 1, 1) + timedelta(rng.randrange(24_000)) for _ in known]
    people = list(zip(known, born, strict=True))
    listed, served = people[:SIGN_UPS], []
    others = iter(people[SIGN_UPS:])
    again = iter(rng.sample(listed, sum(back for _, back in PANELS.values())))
    for year, (size, back) in PANELS.items():
        panel = [next(again) for _ in range(back)] + [next(others) for _ in range(size - back)]
        served += [(str(year), hashed(*own)) for own in panel]
    which = hmac.new(KEY, b"sortition/1/served-key", "sha256").hexdigest()[:16]
    rows = []
    for at, (name, day) in enumerate(listed, 1):
        place = rng.choices(list(PLACES), list(PLACES.values()))[0]
        shown = f"{day.day}-{day.month}-{day.year}"
        rows.append([f"ET-{at:03d}", name, shown, place, rng.choice(("vrouw", "man"))])
    return {
        "people.csv": to_csv(("id", "naam", "geboren", "wijk", "geslacht"), rows),
        "served.csv": to_csv(("hash", "year", "key"), [
            (own, year, which) for year, own in sorted(served)]),
        "served.key": KEY.hex() + "\n",
    }


if __name__ == "__main__":
    sys.exit(run(HERE, make_files(), f"{SIGN_UPS} sign-ups"))
