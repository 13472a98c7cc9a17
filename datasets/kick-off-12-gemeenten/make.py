# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups for an invented kick-off of 24 people from twelve municipalities.

``people.csv`` goes out, next to this script. The names of the municipalities are written as people
write them, which is the point of this data set.

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

SEED = 12
# The municipalities, and other ways in which their people wrote them.
WRITTEN = {
    "Meierijstad": ("MEIERIJSTAD", "meierijstad"),
    "Lochem": ("Lochem ",),
    "Coevorden": ("coevorden", "GM0109"),
    "Oosterhout": ("Oosterhout",),
    "Barneveld": ("BARNEVELD",),
    "Rijswijk (ZH)": ("rijswijk (zh)",),
    "Oldambt": ("Oldambt", "GM1895"),
    "Etten-Leur": ("Etten- Leur", "etten-leur"),
    "De Bilt": ("de bilt", "De  Bilt"),
    "Papendrecht": ("Papendrecht",),
    "Waalwijk": ("waalwijk",),
    "Zeist": ("ZEIST", "GM0355"),
}
SIGN_UPS = (4, 11)  # fewest and most of one municipality (assumption)
AS_IS = 6  # of ten write the name as it is (assumption)
PART = {"raad": 3, "ambtenaar": 4, "inwoner": 5}  # of twelve (assumption)


def make_rows() -> list[list[str]]:
    """Return the people in random order, one row each."""
    rng = random.Random(SEED)
    people = []
    for place, others in WRITTEN.items():
        for _ in range(rng.randint(*SIGN_UPS)):
            written = place if rng.randrange(10) < AS_IS else rng.choice(others)
            part = rng.choices(list(PART), list(PART.values()))[0]
            people.append((written, part, rng.choice(["vrouw", "man"])))
    rng.shuffle(people)
    called = names(rng, len(people))
    return [
        [str(at), name, f"{at}@example.org", *person]
        for at, (name, person) in enumerate(zip(called, people, strict=True), 1)
    ]


if __name__ == "__main__":
    rows = make_rows()
    people = to_csv(("nr", "naam", "e-mail", "gemeente", "deelname", "geslacht"), rows)
    sys.exit(run(HERE, {"people.csv": people}, f"{len(rows)} sign-ups"))
