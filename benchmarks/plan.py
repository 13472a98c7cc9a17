# SPDX-License-Identifier: Apache-2.0
"""Hold what `sortition plan` says to what happens, and both stages to enumeration.

The stated probability of a pool that makes a panel, with its interval, beside the frequency in
pools that are simulated and judged by other means: numpy's binomials and multinomials, and an
integer program of scipy for each pool. And the chance through both stages of small random cases
beside every set of answers, person by person, with leximin by enumeration (`agree.py`).
Leaves with 1 if a frequency lies outside its interval, or a chance differs.

    python benchmarks/plan.py --pools 10000 --cases 200
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import agree  # noqa: E402 - the folder of this script comes first

from sortition.process.kinds import Kinds, kinds_of  # noqa: E402
from sortition.process.plan import plan  # noqa: E402
from sortition.process.stages import both_stages  # noqa: E402
from sortition.rules.quotas import Quota, Quotas, read_quotas  # noqa: E402

SAME = 1e-7
PARKSTAD = ROOT / "datasets" / "parkstad-werk-economie" / "quotas.csv"


def cases() -> Iterator[tuple[str, Kinds, int]]:
    """Yield plans with a probability that is neither 0 nor 1: name, kinds, letters."""
    sides = Quotas((4, 4), (_quota("side", "l", 2, 2), _quota("side", "r", 1, 2)))
    yield "two groups, 24 letters at 25 %", kinds_of(sides, Fraction(1, 4), {}, ["side"]), 24
    grid = Quotas((6, 6), (
        _quota("sex", "f", 3, 3), _quota("sex", "m", 3, 3), _quota("age", "old", 2, 3),
        _quota("age", "young", 3, 4),
        Quota((("sex", ("f",)), ("age", ("old",))), 1, 1),
    ))
    few = {"f × old": 10, "f × young": 30, "m × old": 20, "m × young": 40}
    yield "crossed quota, 100 letters at 10 %", kinds_of(grid, Fraction(1, 10), {}, (), few), 100
    work = read_quotas(PARKSTAD, (24, 24))
    rate = Fraction(45, 1000)
    yield "Parkstad, 1,500 letters to anybody", kinds_of(work, rate, {}), 1500
    yield "Parkstad, 1,500 by municipality", kinds_of(work, rate, {}, ["gemeente"]), 1500
    answers = {"opleiding": {"praktisch": Fraction(3, 5), "middelbaar": Fraction(9, 10),
                             "theoretisch": Fraction(3, 2)}}
    yield ("Parkstad, 2,000, answers by education",
           kinds_of(work, rate, answers, ["gemeente"]), 2000)


def _quota(feature: str, value: str, lower: int, upper: int) -> Quota:
    return Quota(((feature, (value,)),), lower, upper)


def frequency(kinds: Kinds, letters: np.ndarray, pools: int, seed: int) -> float:
    """Return how many of so many pools make a panel."""
    dice = np.random.default_rng(seed)
    weight = kinds.people * kinds.response
    hits = 0
    for _ in range(pools):
        counts = np.zeros(len(weight), dtype=int)
        for group, sent in enumerate(letters.tolist()):
            own = np.flatnonzero(kinds.group == group)
            rate = weight[own].sum() / kinds.people[own].sum()
            many = dice.binomial(sent, rate)
            counts[own] = dice.multinomial(many, weight[own] / weight[own].sum())
        hits += panel_exists(kinds, counts)
    return hits / pools


def panel_exists(kinds: Kinds, counts: np.ndarray) -> bool:
    """Say by an integer program whether a panel can be made of these people."""
    if (kinds.rows @ counts < kinds.lower).any():
        return False
    there = np.flatnonzero(counts)
    rule = LinearConstraint(kinds.rows[:, there], kinds.lower, kinds.upper)
    found = milp(np.zeros(len(there)), constraints=rule, integrality=np.ones(len(there)),
                 bounds=Bounds(0, counts[there]))
    return bool(found.status == 0)


def two_stages(seed: int) -> float | None:
    """Return the largest difference of anybody's chance in a small random case.

    Up to nine people in four kinds; None where no pool makes a panel.
    """
    roll = random.Random(f"stages/{seed}")
    names = [(sex, age) for sex in "fm" for age in ("old", "young")]
    people = [roll.randint(1, 3) for _ in names]
    letters = [roll.randint(1, many) for many in people]
    rate = {name: Fraction(roll.randint(1, 9), 10) for name in ("f", "m", "old", "young")}
    size = roll.randint(1, 3)
    bounds = []
    for feature, values in (("sex", "fm"), ("age", ("old", "young"))):
        low = roll.randint(0, size)
        for value, own in zip(values, (low, size - low), strict=True):
            bounds.append((feature, value, max(own - roll.randint(0, 1), 0),
                           own + roll.randint(0, 1)))
    rules = pd.DataFrame(bounds, columns=["feature", "value", "min", "max"])
    total = [Fraction(0)] * len(names)
    by_counts: dict[tuple[int, ...], list[float]] = {}
    # Every set of letters of a kind is as likely, so one stands for all; answers person by person.
    yes = [rate[sex] * rate[age] for sex, age in names]
    asked = [kind for kind, sent in enumerate(letters) for _ in range(sent)]
    for answered in product((False, True), repeat=len(asked)):
        chance = prod((yes[kind] if says else 1 - yes[kind]
                       for kind, says in zip(asked, answered, strict=True)), start=Fraction(1))
        tally = Counter(kind for kind, says in zip(asked, answered, strict=True) if says)
        counts = tuple(tally[kind] for kind in range(len(names)))
        if counts not in by_counts:
            by_counts[counts] = _seats(names, counts, rules, size)
        for kind, seats in enumerate(by_counts[counts]):
            total[kind] += chance * Fraction(seats)
    if not any(total):
        return None
    through = [float(own / many) for own, many in zip(total, people, strict=True)]
    quotas = Quotas.from_frame(rules, size)
    response = {"sex": {name: rate[name] for name in "fm"},
                "age": {name: rate[name] for name in ("old", "young")}}
    population = {f"{sex} × {age}": many for (sex, age), many in zip(names, people, strict=True)}
    kinds = kinds_of(quotas, Fraction(1), response, ["sex", "age"], population)
    stages = both_stages(kinds, np.array(letters))
    letter = np.array(letters) / np.array(people)
    return float(np.abs(letter * stages.serving - through).max()) if stages.exact else np.inf


def _seats(
    names: list[tuple[str, str]], counts: tuple[int, ...], rules: pd.DataFrame, size: int
) -> list[float]:
    """Return the expected seats of each kind: leximin over all panels, one by one."""
    there = [kind for kind, many in enumerate(counts) if many]
    renamed = rules.assign(feature=rules["feature"].map({"sex": "f0", "age": "f1"}))
    none = [0.0] * len(names)
    if sum(counts) < size:
        return none
    panels = agree.all_panels([names[kind] for kind in there], [counts[kind] for kind in there],
                              renamed, size)
    if panels is None or not len(panels):
        return none
    have = [counts[kind] for kind in there]
    able = panels.max(axis=0) > 0  # whoever is on no panel has no chance, and no say
    chance = np.zeros(len(there))
    chance[able] = agree.leximin(panels[:, able], [h for h, a in zip(have, able, strict=True) if a])
    for kind, own, many in zip(there, chance.tolist(), have, strict=True):
        none[kind] = own * many
    return none


def main() -> int:
    """Compare and print; return 1 where something does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pools", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=200)
    asked = parser.parse_args()
    wrong = 0
    print("| plan | stated, with its interval | in other pools | seconds |\n|---|--:|--:|--:|")
    for name, kinds, letters in cases():
        start = time.perf_counter()
        planned = plan(kinds, letters=letters)
        possible = planned.outlook.possible
        own = time.perf_counter() - start
        found = frequency(kinds, planned.letters, asked.pools, seed=1)
        holds = possible.low <= found <= possible.high
        wrong += not holds
        print(f"| {name} | {100 * possible.estimate:.1f} % ({100 * possible.low:.1f} – "
              f"{100 * possible.high:.1f}) | {100 * found:.2f} %{'' if holds else ' (!)'} | "
              f"{own:.1f} |", flush=True)
    apart = [two_stages(seed) for seed in range(asked.cases)]
    told = [own for own in apart if own is not None]
    wrong += sum(own > SAME for own in told)
    print(f"\nBoth stages: {len(told)} small cases with a panel, the largest difference of "
          f"anybody's chance {max(told):.1e}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
