# SPDX-License-Identifier: Apache-2.0
"""Compare the engine with the enumeration of all panels on many small random pools.

Takes a number of pools and a first seed; prints how many were compared and every disagreement, and
leaves with 1 if there is any. The second opinion shares no code with the engine: panels of people
grouped by what the quotas see are written out one by one, and scipy solves leximin over them.

    python benchmarks/agree.py --pools 2000
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

import numpy as np
import pandas as pd
from scipy.optimize import linprog

import sortition

MOST = 4000  # panels of kinds; pools with more are passed over
SAME = 1e-7


def pool_of(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return people, quotas round a planted panel, and its size: at most 40 people."""
    roll = random.Random(f"agree/{seed}")
    count, features = roll.randint(4, 40), roll.randint(2, 6)
    size = roll.randint(1, max(1, min(count - 1, 14)))
    values = [roll.choice((2, 2, 3, 4)) for _ in range(features)]
    people = pd.DataFrame(
        [[f"p{i:02d}", *(f"v{min(roll.randrange(v), roll.randrange(v))}" for v in values)]
         for i in range(count)],
        columns=["id", *(f"f{f}" for f in range(features))],
    )
    planted = people.iloc[roll.sample(range(count), size)]
    slack = roll.choice((0, 0, 1, 2))
    rows = []
    for f, held in enumerate(values):
        for v in range(held):
            own = int((planted[f"f{f}"] == f"v{v}").sum())
            low, high = max(0, own - roll.randint(0, slack)), own + roll.randint(0, slack)
            rows.append((f"f{f}", f"v{v}", low, high))
    return people, pd.DataFrame(rows, columns=["feature", "value", "min", "max"]), size


def all_panels(
    kinds: list[tuple[str, ...]], have: list[int], quotas: pd.DataFrame, size: int
) -> np.ndarray | None:
    """Return ``(panels, kinds)`` every way to fill the seats, None when there are too many."""
    rules = list(quotas.itertuples(index=False, name=None))
    member = np.array([
        [kind[int(feature[1:])] == value for feature, value, _, _ in rules] for kind in kinds
    ], dtype=int)
    low, high = (np.array([rule[at] for rule in rules]) for at in (2, 3))
    # What the kinds from here on could still add to each rule, and to the seats.
    rest = np.cumsum((member * np.array(have)[:, None])[::-1], axis=0)[::-1]
    rest = np.vstack([rest, np.zeros(len(rules), dtype=int)])
    seats = [*np.cumsum(have[::-1])[::-1].tolist(), 0]
    found: list[list[int]] = []
    steps = 0

    def fill(at: int, left: int, counts: np.ndarray, panel: list[int]) -> bool:
        nonlocal steps
        steps += 1
        if steps > 60 * MOST or len(found) > MOST:
            return False
        if (counts > high).any() or (counts + rest[at] < low).any() or left > seats[at]:
            return True
        if at == len(kinds):
            found.append(panel.copy())
            return True
        for take in range(min(left, have[at]) + 1):
            panel[at] = take
            if not fill(at + 1, left - take, counts + take * member[at], panel):
                return False
        panel[at] = 0
        return True

    whole = fill(0, size, np.zeros(len(rules), dtype=int), [0] * len(kinds))
    return np.array(found) if whole else None


def leximin(panels: np.ndarray, have: list[int]) -> np.ndarray:
    """Return the leximin chance of each kind over the lotteries on these panels."""
    share = (panels / np.array(have)).T
    level = np.full(len(have), np.nan)

    def solve(cost: np.ndarray, floor: float | None) -> tuple[np.ndarray, float]:
        free = np.isnan(level)
        rows = np.hstack([-share, free[:, None].astype(float)])
        right = np.where(free, 0.0, 1e-10 - np.nan_to_num(level))
        bounds = [(0, None)] * len(panels) + [(0, 1) if floor is None else (floor, floor)]
        answer = linprog(cost, rows, right, np.append(np.ones(len(panels)), 0.0)[None], [1.0],
                         bounds, method="highs")
        if answer.status != 0:
            raise RuntimeError(answer.message)
        return answer.x[:-1], float(answer.x[-1])

    while np.isnan(level).any():
        weights, z = solve(np.append(np.zeros(len(panels)), -1.0), None)
        ask = np.isnan(level) & (share @ weights <= z + SAME)
        fixed = False
        for kind in np.flatnonzero(ask):
            if ask[kind]:
                weights, _ = solve(np.append(-share[kind], 0.0), z - 1e-10)
                ask &= share @ weights <= z + SAME
                if ask[kind]:
                    level[kind], fixed = z, True
                    ask[kind] = False
        if not fixed:
            raise RuntimeError("no level could be fixed")
    return level


def compare(seed: int) -> tuple[str, float]:
    """Return how a pool ended, and the largest difference of anybody's chance."""
    people, quotas, size = pool_of(seed)
    kind_of = [tuple(row) for row in people.iloc[:, 1:].itertuples(index=False)]
    tally = Counter(kind_of)
    kinds = sorted(tally)
    have = [tally[kind] for kind in kinds]
    panels = all_panels(kinds, have, quotas, size)
    if panels is None:
        return "too many panels", 0.0
    problem = sortition.compile(
        sortition.Pool.from_frame(people, id="id"), sortition.Quotas.from_frame(quotas, size=size)
    )
    fair = sortition.find_distribution(problem)
    best = dict(zip(kinds, leximin(panels, have), strict=True))
    chance = dict(zip(problem.ids, fair.chance, strict=True))
    apart = max(
        abs(chance[own] - best[kind])
        for own, kind in zip(people["id"], kind_of, strict=True)
    )
    if not fair.certificate.proven or fair.certificate.gap > 1e-6 * size / len(people):
        return "not proven", apart
    return fair.certificate.method, apart


def main() -> int:
    """Compare pool after pool; print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pools", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    begin, ends, worst, wrong = time.perf_counter(), Counter[str](), 0.0, 0
    seed = given.seed
    while sum(ends.values()) - ends["too many panels"] < given.pools:
        end, apart = compare(seed)
        ends[end] += 1
        worst = max(worst, apart)
        if apart > 1e-6 or end == "not proven":
            wrong += 1
            print(f"seed {seed}: {end}, {apart:.2e} apart", flush=True)
        seed += 1
    print(f"{dict(ends)}, largest difference {worst:.1e}, {wrong} disagree, "
          f"{time.perf_counter() - begin:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
