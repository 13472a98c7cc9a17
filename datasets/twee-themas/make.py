# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups of an invented region for two themes at once: work, and care.

``people.csv`` goes out, next to this script. The README says which figures have a source.

    python make.py            write the file
    python make.py --check    write nothing; exit 1 if the file differs
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import address, names, run, to_csv  # noqa: E402 - the folder above comes first

SEED = 22
SIGN_UPS = 450
INHABITANTS = {
    "Heerlen": 87_498, "Kerkrade": 45_302, "Landgraaf": 37_105, "Beekdaelen": 36_363,
    "Brunssum": 27_773, "Voerendaal": 12_378, "Simpelveld": 10_252,
}
# Sign-ups out of a hundred (assumption); whoever has two roles writes down both.
ROLES = {
    "uitkering": 13, "ondernemer": 14, "onderwijs": 9, "ambtenaar": 9, "cliëntenraad": 9,
    "zorgvrager": 13, "mantelzorger": 14, "uitkering; zorgvrager": 6, "ondernemer; mantelzorger": 5,
    "ambtenaar; mantelzorger": 4, "onderwijs; mantelzorger": 4,
}
# Roles that a panel on work has seats for; the others, and officials, have seats on one on care.
WORK = {"uitkering", "ondernemer", "onderwijs", "ambtenaar"}
CARE = {"cliëntenraad", "zorgvrager", "mantelzorger", "ambtenaar"}
# Themes that somebody wants to be on, out of a hundred (assumption); blank is both.
THEMES = {"": 60, "werk": 22, "zorg": 18}
GENDER = {"vrouw": 54, "man": 45, "anders": 1}  # out of a hundred (assumption)
AGE = {"16-29": 14, "30-44": 24, "45-64": 36, "65+": 26}  # out of a hundred (assumption)
SHARED_ADDRESS = 7  # out of a hundred live with another who signed up (assumption)


def make_rows() -> list[list[str]]:
    """Return the people, one row each."""
    rng = random.Random(SEED)
    rows = []
    homes: list[tuple[str, str, str]] = []
    for at, name in enumerate(names(rng, SIGN_UPS), 1):
        place = rng.choices(list(INHABITANTS), list(INHABITANTS.values()))[0]
        own = [rng.choices(list(of), list(of.values()))[0] for of in (ROLES, GENDER, AGE, THEMES)]
        if homes and rng.randrange(100) < SHARED_ADDRESS:
            street, postcode, place = homes.pop(rng.randrange(len(homes)))
        else:
            street, postcode = address(rng, 1 + list(INHABITANTS).index(place))
            homes.append((street, postcode, place))
        roles = set(own[0].split("; "))
        if own[-1] and not roles & (WORK if own[-1] == "werk" else CARE):
            own[-1] = ""  # nobody signs up for a theme without a seat for them
        rows.append([f"TT-{at:03d}", name, street, postcode, place, *own])
    return rows


if __name__ == "__main__":
    header = (
        "id", "naam", "adres", "postcode", "gemeente", "rol", "geslacht", "leeftijd", "thema"
    )
    people = to_csv(header, make_rows())
    sys.exit(run(HERE, {"people.csv": people}, f"{SIGN_UPS} sign-ups"))
