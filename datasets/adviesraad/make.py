# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups for renewing an invented advisory council: its members, and new people.

``people.csv``, ``leden.csv`` and ``afgezegd.csv`` go out, next to this script.

    python make.py            write the files
    python make.py --check    write nothing; exit 1 if a file differs
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import names, run, to_csv  # noqa: E402 - the folder above comes first

SEED = 30
MEMBERS, NEW = 18, 122  # who sign up; the council has some members more, who do not (assumption)
STOPPED = 4
FIELDS = {"wonen": 30, "zorg": 30, "werk": 25, "cultuur": 15}  # out of a hundred (assumption)
AGE = {"16-29": 14, "30-44": 24, "45-64": 36, "65+": 26}  # out of a hundred (assumption)
MEMBERS_AGE = {"16-29": 2, "30-44": 10, "45-64": 38, "65+": 50}


def make_files() -> dict[str, str]:
    """Return the list, the members and who dropped out (nobody yet)."""
    rng = random.Random(SEED)
    rows = []
    for at, name in enumerate(names(rng, MEMBERS + NEW), 1):
        ages = MEMBERS_AGE if at <= MEMBERS else AGE
        age, field = (rng.choices(list(of), list(of.values()))[0] for of in (ages, FIELDS))
        rows.append([f"AR-{at:03d}", name, field, rng.choice(("vrouw", "man")), age])
    members = [[row[0]] for row in rows[:MEMBERS]]
    members += [[f"AR-{at:03d}"] for at in range(901, 901 + STOPPED)]
    rng.shuffle(rows)
    return {
        "people.csv": to_csv(("id", "naam", "veld", "geslacht", "leeftijd"), rows),
        "leden.csv": to_csv(("id",), members),
        "afgezegd.csv": to_csv(("id",), [["AR-999"]]),
    }


if __name__ == "__main__":
    sys.exit(run(HERE, make_files(), f"{MEMBERS + NEW} sign-ups"))
