# SPDX-License-Identifier: Apache-2.0
"""Make the candidates for an invented working group and the sounding board beside it.

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

SEED = 15
CANDIDATES = 90
# Assumptions, all of them: what people bring, where they come from, for whom, and what they want.
BRINGS = {"kennis": 50, "mandaat": 25, "drive": 60}  # out of a hundred
FROM = {"intern": 3, "extern": 7}  # of ten
ORGANISATIONS = {
    "intern": ("gemeente",), "extern": ("", "", "welzijn", "woningcorporatie", "school", "zorg")
}
WANTS = {"": 60, "klankbord": 30, "werkgroep": 10}  # out of a hundred; blank is either


def make_rows() -> list[list[str]]:
    """Return the candidates, one row each."""
    rng = random.Random(SEED)
    rows = []
    for at, name in enumerate(names(rng, CANDIDATES), 1):
        side = rng.choices(list(FROM), list(FROM.values()))[0]
        organisation = rng.choice(ORGANISATIONS[side])
        brings = [what for what, share in BRINGS.items() if rng.randrange(100) < share]
        wants = rng.choices(list(WANTS), list(WANTS.values()))[0]
        brought = "; ".join(brings or ["drive"])
        rows.append([f"WK{at:02d}", name, side, organisation, brought, wants])
    return rows


if __name__ == "__main__":
    people = to_csv(("id", "naam", "herkomst", "organisatie", "bijdrage", "wil"), make_rows())
    sys.exit(run(HERE, {"people.csv": people}, f"{CANDIDATES} candidates"))
