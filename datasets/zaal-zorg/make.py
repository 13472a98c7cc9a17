# SPDX-License-Identifier: Apache-2.0
"""Make an invented room, its speakers, and the field that they speak of.

``zaal.csv``, ``sprekers.csv`` and ``veld.csv`` go out, next to this script.

    python make.py            write the files
    python make.py --check    write nothing; exit 1 if a file differs
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import run, to_csv  # noqa: E402 - the folder above comes first

SEED = 70
MEN, WOMEN = 56, 24  # of 80: the 70 % of the remark
SPEAKERS = 6  # all men over 50, as in the remark
AGES = ("tot 35", "35-49", "50+")
ROOM = {"man": (6, 14, 36), "vrouw": (7, 9, 8)}  # by age (assumption)
# Of the people who work in the field, in percent. 70 women: the remark; ages: assumption.
FIELD = {"vrouw": (22, 23, 25), "man": (8, 9, 13)}
NOT_SAID = 3  # left their age blank (assumption)


def make_room() -> list[list[str]]:
    """Return the people in the room in random order, one row each."""
    rng = random.Random(SEED)
    room = [
        [gender, age]
        for gender, counts in ROOM.items()
        for age, count in zip(AGES, counts, strict=True) for _ in range(count)
    ]
    counted = [sum(own[0] == name for own in room) for name in ROOM]
    if counted != [MEN, WOMEN]:
        raise ValueError(counted)
    rng.shuffle(room)
    for blank in rng.sample(range(len(room)), NOT_SAID):
        room[blank][1] = ""
    return [[str(at), *own] for at, own in enumerate(room, 1)]


if __name__ == "__main__":
    people = make_room()
    speakers = [[str(at), "man", "50+"] for at in range(1, SPEAKERS + 1)]
    field = [
        [gender, age, f"{share}%"]
        for gender, shares in FIELD.items() for age, share in zip(AGES, shares, strict=True)
    ]
    header = ("nr", "geslacht", "leeftijd")
    files = {
        "zaal.csv": to_csv(header, people), "sprekers.csv": to_csv(header, speakers),
        "veld.csv": to_csv(("geslacht", "leeftijd", "aandeel"), field),
    }
    sys.exit(run(HERE, files, f"{len(people)} people in the room, {len(speakers)} speakers"))
