# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups for an invented citizens' council of which a third is renewed each round.

``people.csv`` and ``leden.csv`` go out, next to this script.

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

SEED = 24
SIGN_UPS, COHORT = 150, 8
ROUNDS = (1, 2, 3)  # in which the members were drawn
PLACES = {"Noord": 40, "Midden": 35, "Zuid": 25}  # out of a hundred (assumption)
AGE = {"16-44": 38, "45-64": 36, "65+": 26}  # out of a hundred (assumption)
# Each cohort kept, with the two before it, the quotas of the project file.
MEMBERS = ("Noord", "Noord", "Noord", "Midden", "Midden", "Midden", "Zuid", "Zuid")
MEMBERS_AGE = ("16-44", "16-44", "16-44", "45-64", "45-64", "45-64", "65+", "65+")


def make_files() -> dict[str, str]:
    """Return the list and the members."""
    rng = random.Random(SEED)
    known = iter(names(rng, SIGN_UPS + COHORT * len(ROUNDS)))
    members = []
    for number in ROUNDS:
        ages = rng.sample(MEMBERS_AGE, COHORT)
        for at, (place, age) in enumerate(zip(MEMBERS, ages, strict=True), 1):
            own = [f"BR-{number}{at:02d}", next(known), place, ("vrouw", "man")[at % 2], age]
            members.append([*own, number])
    rows = []
    for at, name in enumerate(known, 401):
        place, age = (rng.choices(list(of), list(of.values()))[0] for of in (PLACES, AGE))
        rows.append([f"BR-{at}", name, place, rng.choice(("vrouw", "man")), age])
    header = ("id", "naam", "wijk", "geslacht", "leeftijd")
    return {
        "people.csv": to_csv(header, rows), "leden.csv": to_csv((*header, "sinds"), members),
    }


if __name__ == "__main__":
    sys.exit(run(HERE, make_files(), f"{SIGN_UPS} sign-ups"))
