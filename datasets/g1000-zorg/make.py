# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups of an invented G1000 on care, in which people hold one role or two.

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

SEED = 33
SIGN_UPS = 240
INHABITANTS = {
    "Heerlen": 87_498, "Kerkrade": 45_302, "Landgraaf": 37_105, "Beekdaelen": 36_363,
    "Brunssum": 27_773, "Voerendaal": 12_378, "Simpelveld": 10_252,
}
# Sign-ups out of a hundred (assumption): three thirds, and people who stand in two of them.
ROLES = {
    "cliëntenraad": 18, "ambtenaar": 14, "zorgvrager": 24, "mantelzorger": 24,
    "zorgvrager; mantelzorger": 8, "cliëntenraad; mantelzorger": 7, "ambtenaar; mantelzorger": 5,
}
# Women among informal carers: 15.8 % of women and 12.0 % of men care for somebody.
GENDER = {"mantelzorger": (158, 120), "": (51, 49)}
ORGANISATIONS = 9  # with a client council, for all of the region (assumption)
AGE = {"16-44": 38, "45-64": 36, "65+": 26}  # out of a hundred (assumption)
SHARED_ADDRESS = 8  # out of a hundred live with another who signed up (assumption)


def make_rows() -> list[list[str]]:
    """Return the people, one row each."""
    rng = random.Random(SEED)
    rows = []
    homes: list[tuple[str, str, str]] = []
    for at, name in enumerate(names(rng, SIGN_UPS), 1):
        role = rng.choices(list(ROLES), list(ROLES.values()))[0]
        place = rng.choices(list(INHABITANTS), list(INHABITANTS.values()))[0]
        gender = rng.choices(["vrouw", "man"], GENDER["mantelzorger" if "mantel" in role else ""])
        age = rng.choices(list(AGE), list(AGE.values()))[0]
        council = f"Zorggroep {rng.randrange(1, ORGANISATIONS + 1)}" if "raad" in role else ""
        if homes and rng.randrange(100) < SHARED_ADDRESS:
            street, postcode, place = homes.pop(rng.randrange(len(homes)))
        else:
            street, postcode = address(rng, 1 + list(INHABITANTS).index(place))
            homes.append((street, postcode, place))
        rows.append([f"ZG-{at:03d}", name, street, postcode, place, role, council, gender[0], age])
    return rows


if __name__ == "__main__":
    header = (
        "id", "naam", "adres", "postcode", "gemeente", "rol", "organisatie", "geslacht", "leeftijd"
    )
    people = to_csv(header, make_rows())
    sys.exit(run(HERE, {"people.csv": people}, f"{SIGN_UPS} sign-ups"))
