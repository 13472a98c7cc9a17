# SPDX-License-Identifier: Apache-2.0
"""Make five hundred invented experts for ten meetings in one week, and fifty for one evening.

``people.csv`` and ``evening.csv`` go out, next to this script.

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

SEED = 50
PEOPLE, EVENING = 500, 50
# Assumptions, all of them.
TIMES = [f"{day} {part}" for day in ("ma", "di", "wo", "do", "vr") for part in ("middag", "avond")]
THEMES = ("werk", "zorg", "wonen", "energie", "verkeer")
PROGRAMME = {time: THEMES[3 * at % 5] for at, time in enumerate(TIMES)}  # one meeting at a time
SUBTHEMES = ("thuiszorg", "jeugd", "eenzaamheid", "wachttijden", "mantelzorg")
EXPERTISE = {"recht": 12, "financiën": 15, "uitvoering": 30, "ervaring": 35}  # out of a hundred
ROLES = {"professional": 5, "ervaringsdeskundige": 3, "ondernemer": 2}
ORGANISATIONS = [f"{kind} {at}" for kind in ("stichting", "bureau", "vereniging", "instelling")
                 for at in range(1, 31)]
INTERESTS = ("bezit grond", "krijgt subsidie", "adviseert de gemeente", "werkt in de zorg")
MUNICIPALITIES = {"Heerlen": 34, "Kerkrade": 18, "Landgraaf": 14, "Beekdaelen": 14, "Brunssum": 11,
                  "Voerendaal": 5, "Simpelveld": 4}
HEADER = ("id", "naam", "organisatie", "rol", "geslacht", "gemeente", "beschikbaar", "thema",
          "expertise", "belangen")


def pick(rng: random.Random, shares: dict[str, int]) -> str:
    """Return a value by its share."""
    return rng.choices(list(shares), list(shares.values()))[0]


def make_rows(rng: random.Random, count: int, themes: tuple[str, ...]) -> list[list[str]]:
    """Return experts, one row each."""
    rows = []
    for at, name in enumerate(names(rng, count), 1):
        about = rng.sample(themes, rng.choice((1, 2, 2, 3)))
        times = rng.sample(TIMES, rng.choice((2, 3, 4, 5, 6)))
        if themes == THEMES:  # they saw the programme: some meeting suits them
            times[0] = rng.choice([time for time, theme in PROGRAMME.items() if theme in about])
            times = list(dict.fromkeys(times))
        knows = [what for what, share in EXPERTISE.items() if rng.randrange(100) < share]
        interests = [rng.choice(INTERESTS)] if rng.randrange(100) < 12 else []
        organisation = rng.choice(ORGANISATIONS) if rng.randrange(100) < 60 else ""
        rows.append([
            f"E{at:03d}", name, organisation, pick(rng, ROLES), rng.choice(("vrouw", "man")),
            pick(rng, MUNICIPALITIES), "; ".join(sorted(times, key=TIMES.index)), "; ".join(about),
            "; ".join(knows), "; ".join(interests),
        ])
    return rows


if __name__ == "__main__":
    sys.exit(run(HERE, {
        "people.csv": to_csv(HEADER, make_rows(random.Random(SEED), PEOPLE, THEMES)),
        "evening.csv": to_csv(HEADER, make_rows(random.Random(SEED + 1), EVENING, SUBTHEMES)),
    }, f"{PEOPLE} experts, and {EVENING} for one evening"))
