# SPDX-License-Identifier: Apache-2.0
"""Make a register of 256,671 invented residents of Parkstad Limburg: to invite from, not to keep.

    python make.py register.csv    write the register
    python make.py --check         write nothing; exit 1 unless it is what the README says

Numbers of inhabitants are sourced (see the README); all else is assumed. Every choice comes from
one seeded generator in a fixed order and from whole numbers, so that every machine makes the same
bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path

SEED = 7
SHA256 = "d4c388ccd449916d4e2b7641a84351c104922026d47523c637c1d38d72cb90d3"
INHABITANTS = {
    "Heerlen": 87_498, "Kerkrade": 45_302, "Landgraaf": 37_105, "Beekdaelen": 36_363,
    "Brunssum": 27_773, "Voerendaal": 12_378, "Simpelveld": 10_252,
}
# Of 1,000 residents; 0-19, 20-64 and 65+ are 18, 57 and 25 %, even within the first two.
AGES = {"0-15": 144, "16-29": 163, "30-64": 443, "65+": 250}
LEVELS = {"praktisch": 276, "middelbaar": 425, "theoretisch": 299}
WOMEN = 510
SIZES = {1: 400, 2: 330, 3: 110, 4: 110, 5: 50}  # of 1,000 homes: how many live there
NO_ADDRESS = 3  # of 1,000 people
AREAS = 12  # per municipality; homes of one street lie together
LETTERS = "BCDGHJKLMNPRTVWXZ"
HEADER = "id,gemeente,wijk,postcode,huisnummer,toevoeging,geslacht,leeftijd,opleiding"


def pick(dice: random.Random, weights: dict[str, int]) -> str:
    """Return a name with the chance of its weight."""
    left = dice.randrange(sum(weights.values()))
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    raise AssertionError


def rows() -> Iterator[str]:
    """Yield the lines of the register; postcodes begin with 0, as no Dutch postcode does."""
    dice = random.Random(SEED)
    numbers = list(range(sum(INHABITANTS.values())))
    dice.shuffle(numbers)
    sizes = {str(size): weight for size, weight in SIZES.items()}
    yield HEADER
    for district, (place, people) in enumerate(INHABITANTS.items(), 1):
        left, home = people, 0
        while left:
            size = min(int(pick(dice, sizes)), left)
            street, house = divmod(home, 60)
            area = f"{place} {street % AREAS + 1}"
            signs = LETTERS[street // 50 % 17] + LETTERS[street % 17]
            post = f"0{district}{10 + street % 50} {signs}"
            addition = "a" if dice.randrange(20) == 0 else ""
            for _ in range(size):
                gone = dice.randrange(1000) < NO_ADDRESS
                where = ",," if gone else f"{post},{house + 1},{addition}"
                age = pick(dice, AGES)
                level = pick(dice, LEVELS) if age != "0-15" else ""
                sex = "vrouw" if dice.randrange(1000) < WOMEN else "man"
                yield f"R{numbers.pop():06d},{place},{area},{where},{sex},{age},{level}"
            left -= size
            home += 1


def main() -> int:
    """Write the register, or compare it with its fingerprint."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, help="where the register goes")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on differences")
    given = parser.parse_args()
    text = ("\n".join(rows()) + "\n").encode()
    found = hashlib.sha256(text).hexdigest()
    if given.check:
        if found != SHA256:
            print(f"the register is {found}, not {SHA256}", file=sys.stderr)
        return int(found != SHA256)
    if given.file is None:
        parser.error("where should the register go?")
    given.file.write_bytes(text)
    print(f"{given.file}: {sum(INHABITANTS.values()):,} residents, {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
