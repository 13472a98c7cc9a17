# SPDX-License-Identifier: Apache-2.0
"""Make invented residents who wish to work in one of 41 projects.

``people.csv`` goes out, next to this script.

    python make.py            write the file
    python make.py --check    write nothing; exit 1 if the file differs
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import names, run, to_csv  # noqa: E402 - the folder above comes first

SEED = 41
PEOPLE, PROJECTS, PAIRS = 380, 41, 12
# Assumptions, all of them: how many ask for which project, how many wishes they give, how old.
AGES = {"16-29": 15, "30-49": 30, "50-64": 30, "65+": 25}
WISHES = (3, 3, 3, 2, 1, 0)  # how many somebody names


def make_rows() -> list[list[str]]:
    """Return the residents, one row each."""
    rng = random.Random(SEED)
    projects = [f"Project {at:02d}" for at in range(1, PROJECTS + 1)]
    dear = [1 / (1 + at) ** 0.6 for at in range(PROJECTS)]  # a few are wished by many
    rng.shuffle(dear)
    rows = []
    for at, name in enumerate(names(rng, PEOPLE), 1):
        wishes: list[str] = []
        while len(wishes) < 3:
            wish = rng.choices(projects, dear)[0]
            wishes += [wish] if wish not in wishes else []
        wishes = [*wishes[: rng.choice(WISHES)], "", "", ""][:3]
        pair = f"paar {(at + 1) // 2}" if at <= 2 * PAIRS else ""  # they asked to stay together
        if pair and at % 2 == 0:
            wishes = rows[-1][4:7]
        rows.append([f"U{at:03d}", name, rng.choice(("vrouw", "man")),
                     rng.choices(list(AGES), list(AGES.values()))[0], *wishes, pair])
    return rows


if __name__ == "__main__":
    header = ("id", "naam", "geslacht", "leeftijd", "wens 1", "wens 2", "wens 3", "samen met")
    sys.exit(run(HERE, {"people.csv": to_csv(header, make_rows())},
                 f"{PEOPLE} residents, {PROJECTS} projects"))
