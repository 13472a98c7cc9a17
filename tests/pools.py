"""Tiny pools to count by hand, makers of pools that have a panel, and their broken twins.

Everything here is a `SmallPool` of the oracle: people as dicts, rules as tuples. `problem_of`,
`frames_of` and `write` hand the same pool to the package by its three doors.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from hypothesis import strategies as st
from oracle import Rule, SmallPool

import sortition

HOME = ("street", "postcode")  # the household columns of the pools that have households


@dataclass(frozen=True)
class Named:
    """A tiny pool, why it is here, and everyone's leximin chance counted by hand."""

    name: str
    why: str
    pool: SmallPool
    chances: tuple[float, ...] = ()


def _people(*rows: str, features: str = "side") -> tuple[dict[str, str], ...]:
    """Return people from words: one letter per feature, ids p01, p02, …"""
    names = features.split()
    return tuple(
        {"id": f"p{at:02d}", **dict(zip(names, row, strict=True))} for at, row in enumerate(rows, 1)
    )


THREE = Named(
    "three",
    "two of the left share one seat, the only one of the right always serves",
    SmallPool(_people("l", "l", "r"), (("side", "l", 1, 1), ("side", "r", 1, 1)), 2),
    (1 / 2, 1 / 2, 1.0),
)
EQUAL = Named(
    "equal",
    "quotas that do not bind leave everybody the same chance k / n",
    SmallPool(
        _people("l", "l", "l", "r", "r", "r"), (("side", "l", 0, 4), ("side", "r", 0, 4)), 4
    ),
    (4 / 6,) * 6,
)
STEPS = Named(
    "steps",
    "three levels: 1 of 4, 2 of 3 and 1 of 1, so that leximin has to go on after the first",
    SmallPool(
        _people("a", "a", "a", "a", "b", "b", "b", "c"),
        (("side", "a", 1, 1), ("side", "b", 2, 2), ("side", "c", 1, 1)),
        4,
    ),
    (1 / 4,) * 4 + (2 / 3,) * 3 + (1.0,),
)
PAIR = Named(
    "pair",
    "three people, two of whom share a home: they share a seat, and the third always serves",
    SmallPool(
        (
            {"id": "p01", "side": "l", "street": "Kade 1", "postcode": "1234 AB"},
            {"id": "p02", "side": "l", "street": "kade 1", "postcode": "1234 ab"},
            {"id": "p03", "side": "l", "street": "", "postcode": ""},
        ),
        (("side", "l", 2, 2),),
        2,
        HOME,
    ),
    (1 / 2, 1 / 2, 1.0),
)
BLANK = Named(
    "blank",
    "nobody wrote an address down, so nobody lives with anybody",
    SmallPool(
        tuple(
            {"id": f"p{at:02d}", "side": "l", "street": "Kade 1" if at < 3 else "", "postcode": ""}
            for at in range(1, 5)
        ),
        (("side", "l", 2, 2),),
        2,
        HOME,
    ),
    (1 / 2,) * 4,
)
UNION = Named(
    "union",
    "one third are two roles together: 1 seat for a or b, 1 for c",
    SmallPool(_people("a", "b", "b", "c"), (("side", "a|b", 1, 1), ("side", "c", 1, 1)), 2),
    (1 / 3, 1 / 3, 1 / 3, 1.0),
)
LONER = Named(
    "loner",
    "a young one must come from the north, so that the young southerner is on no panel",
    SmallPool(
        _people("yn", "yn", "on", "os", "os", "ys", features="age area"),
        (("age", "y", 1, 1), ("age", "o", 2, 2), ("area", "n", 2, 2), ("area", "s", 1, 1)),
        3,
    ),
    (1 / 2, 1 / 2, 1.0, 1 / 2, 1 / 2, 0.0),
)
ODD = Named(
    "odd",
    "three who pairwise exclude each other: half of each would be fine, of whole people one serves",
    SmallPool(
        _people("yyn", "yny", "nyy", "nnn", features="one two three"),
        tuple((f, v, 0, 1 if v == "y" else 2) for f in ("one", "two", "three") for v in "yn"),
        2,
    ),
    (1 / 3, 1 / 3, 1 / 3, 1.0),
)
RANGE = Named(
    "range",
    "two or three seats: three are fairer, since then everybody has 3 / 4",
    SmallPool(_people("l", "l", "r", "r"), (("side", "l", 1, 2), ("side", "r", 1, 2)), (2, 3)),
    (3 / 4,) * 4,
)
LATER = Named(
    "later",
    "the hull is smaller than the relaxation, and a level is reached before all panels are known "
    "that tell who can rise above it: 1/2, 3/5 and 1",
    SmallPool(
        _people("abb", "cba", "aba", "aab", "aaa", "abb", "cab", "abb", features="one two three"),
        (("one", "a", 0, 5), ("one", "b", 0, 5), ("one", "c", 0, 1), ("two", "a", 0, 5),
         ("two", "b", 0, 3), ("three", "a", 2, 5), ("three", "b", 0, 5)),
        5,
    ),
    (3 / 5, 1 / 2, 3 / 5, 3 / 5, 1.0, 3 / 5, 1 / 2, 3 / 5),
)
NAMED = (THREE, EQUAL, STEPS, PAIR, BLANK, UNION, LONER, ODD, RANGE, LATER)

FEW = Named(
    "few",
    "three of the left wanted where there are two: counting is enough to see it",
    SmallPool(_people("l", "l", "r", "r"), (("side", "l", 3, 3), ("side", "r", 0, 3)), 3),
)
CROSS = Named(
    "cross",
    "all young people live in the south: two young ones and two from the north need four seats",
    SmallPool(
        _people("ys", "ys", "ys", "on", "on", "on", features="age area"),
        (("age", "y", 2, 2), ("age", "o", 1, 1), ("area", "n", 2, 2), ("area", "s", 1, 1)),
        3,
    ),
)
ROOF = Named(
    "roof",
    "two seats for three people of one home, of whom one may serve",
    SmallPool(
        tuple(
            {"id": f"p{at}", "side": "l", "street": "Kade 1", "postcode": "1"} for at in range(3)
        ),
        (("side", "l", 0, 2),),
        2,
        HOME,
    ),
)
TRIANGLES = Named(
    "triangles",
    "two odd triangles and three seats: halves of all six would do, of whole people two at most",
    SmallPool(
        _people(
            "yynnnn", "ynynnn", "nyynnn", "nnnyyn", "nnnyny", "nnnnyy", features="a b c d e f"
        ),
        tuple((f, v, 0, 1 if v == "y" else 3) for f in "abcdef" for v in "yn"),
        3,
    ),
)
IMPOSSIBLE = (FEW, CROSS, ROOF, TRIANGLES)


def dice_of(seed: int | str) -> random.Random:
    """Return dice that fall the same way on every run; tests never draw anybody for real."""
    return random.Random(seed)  # noqa: S311 - see above


def seeded(seed: int) -> SmallPool:
    """Return a pool of 6 to 12 people with a planted panel, the same one for the same seed.

    Random features; a random panel is planted and quotas with a slack of 0 to 2 are put round it,
    so that at least one panel exists. Two pools in five have households, with blank addresses;
    some have a quota on two values together, some a size from … to.
    """
    dice = dice_of(seed)
    return _planted(
        lambda low, high: dice.randint(low, high), count=dice.choice((6, 7, 8, 8, 9, 9, 10, 11, 12))
    )


def crowded(seed: int) -> SmallPool:
    """Return a pool of 7 to 9 people in two or three homes, each of which may send two."""
    dice = dice_of(f"crowded {seed}")
    return _planted(
        lambda low, high: dice.randint(low, high), dice.randint(7, 9), homes=dice.randint(2, 3),
        per_household=2,
    )


def _planted(roll, count: int, homes: int = 0, per_household: int = 1) -> SmallPool:
    """Build a pool; `roll(low, high)` decides everything."""
    features = [f"f{at}" for at in range(roll(1, 4))]
    values = {feature: [f"v{v}" for v in range(roll(2, 3))] for feature in features}
    people = [
        {"id": f"p{at:02d}", **{f: own[roll(0, len(own) - 1)] for f, own in values.items()}}
        for at in range(1, count + 1)
    ]
    size = roll(2, max(2, min(count - 2, 6)))
    household: tuple[str, ...] = ()
    if roll(0, 9) < 4 or homes:
        household = HOME
        for person in people:
            home = roll(1, homes or count + 1)
            blank = roll(0, 9) < 2 and not homes
            person["street"] = "" if blank else f"Laan {home}"
            person["postcode"] = "" if blank and roll(0, 1) else f"{1000 + home} AA"
    panel: list[int] = []
    taken: Counter[tuple[str, ...]] = Counter()
    while len(panel) < size:
        free = [
            at for at, person in enumerate(people)
            if at not in panel and taken[_home(person, household)] < per_household
        ]
        if not free:  # the rest lives with somebody chosen: nobody's housemate joins
            people.append({**people[0], "id": f"p{len(people) + 1:02d}"})
            people[-1].update(dict.fromkeys(household, ""))
            continue
        panel.append(free[roll(0, len(free) - 1)])
        home = _home(people[panel[-1]], household)
        taken[home] += 1 if home else 0
    rules: list[Rule] = []
    for feature, own in values.items():
        slack = roll(0, 2)
        for value in own:
            held = sum(people[at][feature] == value for at in panel)
            rules.append((feature, value, max(0, held - roll(0, slack)), held + roll(0, slack)))
        if len(own) > 2 and roll(0, 3) == 0:
            held = sum(people[at][feature] in own[:2] for at in panel)
            rules.append((feature, "|".join(own[:2]), max(0, held - roll(0, 1)), held))
    span = (size - roll(0, min(1, size - 2)), size + roll(0, 1)) if roll(0, 9) == 0 else size
    return SmallPool(tuple(people), tuple(rules), span, household, per_household)


def _home(person: dict[str, str], household: tuple[str, ...]) -> tuple[str, ...]:
    """Return the address, empty when there is none."""
    home = tuple(person[column] for column in household)
    return home if all(home) else ()


@st.composite
def planted_pools(draw: st.DrawFn, most: int = 9) -> SmallPool:
    """Pools of at most about `most` people in which a panel was planted."""
    count = draw(st.integers(4, most))
    return _planted(lambda low, high: draw(st.integers(low, high)), count)


def broken(pool: SmallPool) -> SmallPool:
    """Return the pool with one quota made impossible: more seats than people who could fill them.

    The other minima of that feature give way, so that the numbers add up: nothing is wrong with
    the input but that no panel exists.
    """
    least, most = pool.sizes[0], pool.sizes[-1]
    for feature, value, _, _ in pool.rules:
        held = sum(person[feature] in value.split("|") for person in pool.people)
        if 0 < held < least:
            rules = tuple(
                rule if rule[0] != feature
                else (feature, value, held + 1, most) if rule[1] == value
                else (feature, rule[1], 0, most)
                for rule in pool.rules
            )
            return replace(pool, rules=rules)
    people = tuple(
        {**person, "extra": "yes" if at < least - 1 else "no"}
        for at, person in enumerate(pool.people)
    )
    extra: tuple[Rule, ...] = (("extra", "yes", least, most), ("extra", "no", 0, 0))
    return replace(pool, people=people, rules=(*pool.rules, *extra))


def frames_of(pool: SmallPool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people and quotas as DataFrames."""
    return (
        pd.DataFrame(list(pool.people)),
        pd.DataFrame(list(pool.rules), columns=["feature", "value", "min", "max"]),
    )


def problem_of(pool: SmallPool) -> sortition.Problem:
    """Return the pool compiled."""
    people, rules = frames_of(pool)
    quotas = sortition.Quotas.from_frame(rules, size=pool.size)
    return sortition.compile(
        sortition.Pool.from_frame(people, id="id", household=pool.household),
        replace(quotas, per_household=pool.per_household),
    )


def write(pool: SmallPool, folder: Path) -> tuple[Path, Path]:
    """Write people.csv and quotas.csv; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    people, quotas = folder / "people.csv", folder / "quotas.csv"
    with people.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, list(pool.people[0]))
        rows.writeheader()
        rows.writerows(pool.people)
    with quotas.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("feature", "value", "min", "max"))
        table.writerows(pool.rules)
    return people, quotas


def published_example(count: int, size: int) -> SmallPool:
    """Return an example of Flanigan, Gölz, Gupta, Hennig, Procaccia (Nature 596, 2021).

    Half of the pool is female and liberal, half male and conservative, but for one person who is
    female and conservative.
    """
    half = count // 2
    kinds = [("female", "liberal")] * (half - 1) + [("female", "conservative")]
    kinds += [("male", "conservative")] * half
    people = tuple(
        {"id": f"p{at:04d}", "gender": gender, "leaning": leaning}
        for at, (gender, leaning) in enumerate(kinds)
    )
    least = size // 2 - 1
    rules = tuple(
        (feature, value, least, size)
        for feature, value in (
            ("gender", "female"), ("gender", "male"), ("leaning", "liberal"),
            ("leaning", "conservative"),
        )
    )
    return SmallPool(people, rules, size)
