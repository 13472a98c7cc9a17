# SPDX-License-Identifier: Apache-2.0
"""Make the sign-ups and the quotas of an invented G1000 on work and economy in Parkstad Limburg.

Nothing comes in but the figures below; ``people.csv`` and ``quotas.csv`` go out, next to this
script, and the README's table is printed. The README names the source of every figure.

    python make.py            write both files and print the table
    python make.py --check    write nothing; exit 1 if a file or the README's table differs

All weights and chances are integers, and every random choice comes from one seeded generator in a
fixed order, so that every machine and every Python from 3.11 on makes the same bytes.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import address, names, run, to_csv  # noqa: E402 - the folder above comes first

SEED = 24
SEATS = 24

# --- The region: figures with a source, except where a comment says "assumption" ----------------

INHABITANTS = {
    "Heerlen": 87_498,
    "Kerkrade": 45_302,
    "Landgraaf": 37_105,
    "Beekdaelen": 36_363,
    "Brunssum": 27_773,
    "Voerendaal": 12_378,
    "Simpelveld": 10_252,
}
# Per 1,000 inhabitants. Assumption: 0-19, 20-64, 65+ are 18, 57, 25 %, and ages are spread evenly
# within the first two, so 16-19 is 4/20 of 180 and 20-29 is 10/45 of 570. The sum is the 16+.
AGE = {
    "16-29": Fraction(180 * 4, 20) + Fraction(570 * 10, 45),
    "30-44": Fraction(570 * 15, 45),
    "45-64": Fraction(570 * 20, 45),
    "65+": Fraction(250),
}
# Per 1,000: the five levels 9.1, 18.5, 42.5, 20.0, 9.9 % joined to three.
EDUCATION = {"praktisch": 91 + 185, "middelbaar": 425, "theoretisch": 200 + 99}
# Per 1,000. Assumptions: 51 women to 49 men; 1 % give another answer, taken evenly from both.
GENDER = {"vrouw": 505, "man": 485, "anders": 10}
GENDER_REFERENCE = {"vrouw": Fraction(51, 100), "man": Fraction(49, 100)}

# How many people hold each role, per 1,000: of those aged 16-64 for a benefit (assumption: 180 in
# Heerlen and Kerkrade, 140 in the whole region, hence 97 elsewhere), else of all inhabitants
# (businesses: sourced; education and municipal staff: assumptions).
BENEFIT = {"Heerlen": 180, "Kerkrade": 180}
BENEFIT_ELSEWHERE = 97
PER_1000_INHABITANTS = {"ondernemer": 75, "onderwijs": 30, "ambtenaar": 8}

# Assumption: how much likelier than average (100) each group is to hold the role, in the order of
# GENDER, AGE and EDUCATION. At 65+, 10 stands for those not yet of state pension age.
ROLE_GENDER = {
    "uitkering": (100, 100, 100),
    "ondernemer": (70, 130, 100),
    "onderwijs": (135, 65, 100),
    "ambtenaar": (100, 100, 100),
}
ROLE_AGE = {
    "uitkering": (100, 100, 100, 10),
    "ondernemer": (50, 120, 130, 40),
    "onderwijs": (80, 120, 110, 10),
    "ambtenaar": (50, 110, 130, 10),
}
ROLE_EDUCATION = {
    "uitkering": (170, 100, 40),
    "ondernemer": (75, 100, 125),
    "onderwijs": (15, 60, 235),
    "ambtenaar": (25, 90, 185),
}

# Recruiting (assumption): 10,000 letters, as many to each third; within a third every holder of
# its roles is equally likely to get one.
THIRDS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("uitkering",), 3_333),
    (("ondernemer",), 3_333),
    (("onderwijs", "ambtenaar"), 3_334),
)
# Response (assumption): 45 per 1,000, times these tenths.
RESPONSE = 45
RESPONSE_EDUCATION = {"praktisch": 6, "middelbaar": 9, "theoretisch": 15}
RESPONSE_AGE = {"16-29": 7, "30-44": 10, "45-64": 10, "65+": 12}

# Per 1,000 sign-ups (assumptions).
SHARED_ADDRESS = 80
BLANK_ADDRESS = 20
HOUSEHOLD_SIZES = (2, 2, 2, 3)


@dataclass(frozen=True)
class Person:
    """One sign-up; the field names are the columns of ``people.csv``."""

    id: str
    naam: str
    adres: str
    postcode: str
    gemeente: str
    rol: str
    geslacht: str
    leeftijd: str
    opleiding: str
    email: str


@dataclass(frozen=True)
class SignUp:
    """What one letter brought in, before the person gets a name and an address."""

    gemeente: str
    rol: str
    geslacht: str
    leeftijd: str
    opleiding: str


@dataclass(frozen=True)
class Quota:
    """One row of ``quotas.csv``; a bar in ``value`` joins two values to one group."""

    feature: str
    value: str
    min: int
    max: int


# --- Sign-ups -----------------------------------------------------------------------------------


def holders(role: str, municipality: str) -> int:
    """Return how many people of `municipality` hold `role`, in millionths of a person."""
    inhabitants = INHABITANTS[municipality]
    if role == "uitkering":
        aged_16_to_64 = inhabitants * (sum(AGE.values()) - AGE["65+"])
        return int(aged_16_to_64 * BENEFIT.get(municipality, BENEFIT_ELSEWHERE))
    return inhabitants * PER_1000_INHABITANTS[role] * 1000


def weights(shares: Iterable[int | Fraction], likelihoods: Iterable[int]) -> list[int]:
    """Return integer weights proportional to share times likelihood (thirds become whole)."""
    return [int(3 * share * times) for share, times in zip(shares, likelihoods, strict=True)]


def draw_sign_ups(rng: random.Random) -> list[SignUp]:
    """Send the letters third by third and keep the people who say yes, in random order."""
    yes = []
    for roles, letters in THIRDS:
        origins = [(role, place) for role in roles for place in INHABITANTS]
        sizes = [holders(role, place) for role, place in origins]
        for role, place in rng.choices(origins, sizes, k=letters):
            gender = rng.choices(list(GENDER), weights(GENDER.values(), ROLE_GENDER[role]))[0]
            age = rng.choices(list(AGE), weights(AGE.values(), ROLE_AGE[role]))[0]
            education = rng.choices(
                list(EDUCATION), weights(EDUCATION.values(), ROLE_EDUCATION[role])
            )[0]
            chance = RESPONSE * RESPONSE_EDUCATION[education] * RESPONSE_AGE[age]
            if rng.randrange(100_000) < chance:
                yes.append(SignUp(place, role, gender, age, education))
    rng.shuffle(yes)
    return yes


# --- Names and addresses ------------------------------------------------------------------------


def households(rng: random.Random, sign_ups: Sequence[SignUp]) -> list[list[int]]:
    """Return groups of two or three sign-ups of one municipality who share an address."""
    free = list(range(len(sign_ups)))
    rng.shuffle(free)
    groups: list[list[int]] = []
    while 1000 * sum(map(len, groups)) < SHARED_ADDRESS * len(sign_ups):
        size = HOUSEHOLD_SIZES[len(groups) % len(HOUSEHOLD_SIZES)]
        first = free.pop()
        others = [i for i in free if sign_ups[i].gemeente == sign_ups[first].gemeente][: size - 1]
        free = [i for i in free if i not in others]
        groups.append([first, *others])
    return groups


def addresses(rng: random.Random, sign_ups: Sequence[SignUp]) -> list[tuple[str, str]]:
    """Return street with house number, and postcode, of each sign-up; both blank for a few.

    A Dutch postcode never starts with 0, so none of these is anybody's.
    """
    shared = households(rng, sign_ups)
    alone = [[i] for i in sorted(set(range(len(sign_ups))) - {i for g in shared for i in g})]
    blank = set(rng.sample(range(len(alone)), BLANK_ADDRESS * len(sign_ups) // 1000))
    found = [("", "")] * len(sign_ups)
    taken = set()
    for group in shared + [group for n, group in enumerate(alone) if n not in blank]:
        district = 1 + list(INHABITANTS).index(sign_ups[group[0]].gemeente)
        while True:
            home = address(rng, district)
            if home not in taken:
                break
        taken.add(home)
        for i in group:
            found[i] = home
    return found


def make_people() -> list[Person]:
    """Return the pool."""
    rng = random.Random(SEED)
    sign_ups = draw_sign_ups(rng)
    homes = addresses(rng, sign_ups)
    people = []
    for i, name in enumerate(names(rng, len(sign_ups))):
        key = f"{i + 1:04d}"
        street, postcode = homes[i]
        sign_up = sign_ups[i]
        people.append(
            Person(
                id=f"PK-{key}",
                naam=name,
                adres=street,
                postcode=postcode,
                gemeente=sign_up.gemeente,
                rol=sign_up.rol,
                geslacht=sign_up.geslacht,
                leeftijd=sign_up.leeftijd,
                opleiding=sign_up.opleiding,
                email=f"pk-{key}@example.org",
            )
        )
    return people


# --- Quotas -------------------------------------------------------------------------------------


def largest_remainder(sizes: dict[str, int], seats: int) -> dict[str, int]:
    """Share out `seats` in proportion to `sizes`; those left over go to the largest remainders."""
    total = sum(sizes.values())
    result = {key: seats * size // total for key, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda key: (-(seats * sizes[key] % total), key))
    for key in by_remainder[: seats - sum(result.values())]:
        result[key] += 1
    return result


def nearest(value: Fraction) -> int:
    """Round to the nearest integer, halves up."""
    return floor(value + Fraction(1, 2))


def age_quotas() -> list[Quota]:
    """Return ranges between two readings of "like the population".

    At one end 65+ has its share of the inhabitants aged 16 and over. At the other it has three
    seats, because two of the three thirds are people of working age, and the younger bands divide
    the rest in proportion.
    """
    fewest = 3
    total = sum(AGE.values())
    quotas = []
    for band, share in AGE.items():
        as_population = nearest(SEATS * share / total)
        if band == "65+":
            quotas.append(Quota("leeftijd", band, fewest, as_population))
        else:
            most = nearest((SEATS - fewest) * share / (total - AGE["65+"]))
            quotas.append(Quota("leeftijd", band, as_population, most))
    return quotas


def make_quotas() -> list[Quota]:
    """Return all quotas of the panel."""
    third = SEATS // 3
    quotas = [
        Quota("rol", "uitkering", third, third),
        Quota("rol", "ondernemer", third, third),
        Quota("rol", "onderwijs|ambtenaar", third, third),
        Quota("rol", "onderwijs", 3, third - 3),
        Quota("rol", "ambtenaar", 3, third - 3),
    ]
    for place, seats in largest_remainder(INHABITANTS, SEATS).items():
        quotas.append(Quota("gemeente", place, seats, seats))
    for gender, part in GENDER_REFERENCE.items():
        # One seat lower than the share, so that up to two people may be "anders".
        quotas.append(Quota("geslacht", gender, floor(SEATS * part) - 1, ceil(SEATS * part)))
    quotas.append(Quota("geslacht", "anders", 0, 2))
    quotas += age_quotas()
    total = sum(EDUCATION.values())
    for level, size in EDUCATION.items():
        seats_of_level = Fraction(SEATS * size, total)
        quotas.append(Quota("opleiding", level, floor(seats_of_level), ceil(seats_of_level)))
    return quotas


# --- Output -------------------------------------------------------------------------------------


def population_shares() -> dict[tuple[str, str], Fraction]:
    """Return the share of each value among inhabitants aged 16 and over; none for roles."""
    result = {}
    tables: tuple[tuple[str, dict[str, Fraction]], ...] = (
        ("gemeente", {key: Fraction(size) for key, size in INHABITANTS.items()}),
        ("geslacht", GENDER_REFERENCE),
        ("leeftijd", AGE),
        ("opleiding", {key: Fraction(size) for key, size in EDUCATION.items()}),
    )
    for feature, sizes in tables:
        for value, size in sizes.items():
            result[feature, value] = size / sum(sizes.values())
    return result


def make_table(people: Sequence[Person], quotas: Sequence[Quota]) -> str:
    """Return the README's table: shares of population, pool and panel for each quota."""
    population = population_shares()
    counts = {
        feature: Counter(getattr(person, feature) for person in people)
        for feature in sorted({quota.feature for quota in quotas})
    }
    lines = [
        "| feature | value | population 16+ | sign-ups | of pool | seats | of panel | ratio |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for quota in quotas:
        signed = sum(counts[quota.feature][value] for value in quota.value.split("|"))
        share = population.get((quota.feature, quota.value))
        bounds = sorted({quota.min, quota.max})
        ratio = Fraction(quota.min * len(people), SEATS * signed)
        cells = [
            quota.feature,
            quota.value.replace("|", " or "),
            "" if share is None else percent(share),
            str(signed),
            percent(Fraction(signed, len(people))),
            " – ".join(map(str, bounds)),
            " – ".join(percent(Fraction(bound, SEATS)) for bound in bounds),
            f"{nearest(100 * ratio) / 100:.2f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def percent(share: Fraction) -> str:
    """Return a share in per cent with one decimal."""
    return f"{nearest(1000 * share) / 10:.1f} %"


def main() -> int:
    """Write or check the files; return the exit code."""
    people, quotas = make_people(), make_quotas()
    files = {
        name: to_csv((field.name for field in fields(kind)), map(astuple, rows))
        for name, kind, rows in (("people.csv", Person, people), ("quotas.csv", Quota, quotas))
    }
    summary = f"{len(people)} sign-ups for {SEATS} seats"
    return run(HERE, files, summary, make_table(people, quotas))


if __name__ == "__main__":
    sys.exit(main())
