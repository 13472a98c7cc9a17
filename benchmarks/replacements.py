# SPDX-License-Identifier: Apache-2.0
"""Check replacements after seeded drop-outs: quotas kept whenever an exact ILP says they can be.

Takes a number of scenarios and a first seed; prints how many could be replaced and everything that
does not hold, and leaves with 1 if there is any. The second opinion is an integer program of scipy
with a variable for every person; it shares no code with the package.

    python benchmarks/replacements.py --scenarios 1000
"""



from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

import sortition
from sortition.engine.panels import any_panel
from sortition.lots.replacement import remaining_problem, replacement_problem


def main() -> int:
    """Run the scenarios; return 1 if anything does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ended: Counter[str] = Counter()
    wrong, start = [], time.perf_counter()
    for seed in range(given.seed, given.seed + given.scenarios):
        outcome = scenario(random.Random(seed))
        ended[outcome] += 1
        if outcome.startswith("WRONG"):
            wrong.append(seed)
    print(f"{given.scenarios} scenarios in {time.perf_counter() - start:.0f} s: {dict(ended)}")
    if wrong:
        print(f"seeds that do not hold: {wrong}")
    return 1 if wrong else 0


def scenario(dice: random.Random) -> str:
    """Invent a pool with a panel, let some of it drop out, replace them; return how it ended."""
    count, size = dice.randint(12, 40), dice.randint(4, 9)
    features = {f"f{at}": dice.randint(2, 4) for at in range(dice.randint(1, 4))}
    people = [
        {"id": f"p{at:02d}", "home": f"h{dice.randint(1, count)}",
         **{f: f"v{dice.randrange(values)}" for f, values in features.items()}}
        for at in range(count)
    ]
    most = dice.choice((1, 1, 2))
    panel: list[int] = []
    homes: Counter[str] = Counter()
    for at in dice.sample(range(count), count):
        if len(panel) < size and homes[people[at]["home"]] < most:
            panel.append(at)
            homes[people[at]["home"]] += 1
    rules = []
    for feature, values in features.items():
        slack = dice.randint(0, 1)
        for value in (f"v{v}" for v in range(values)):
            held = sum(people[at][feature] == value for at in panel)
            rules.append((feature, value, max(held - slack, 0), held + slack))
    table = pd.DataFrame(rules, columns=["feature", "value", "min", "max"])
    quotas = replace(sortition.Quotas.from_frame(table, len(panel)), per_household=most)
    pool = sortition.Pool.from_frame(pd.DataFrame(people), id="id", household=["home"])
    problem = sortition.compile(pool, quotas)
    gone = dice.sample(panel, dice.randint(1, max(1, len(panel) // 2)))
    stay = [at for at in panel if at not in gone]
    return outcome(problem, people, rules, most, stay, gone)


def outcome(
    problem: sortition.Problem, people: list[dict[str, str]],
    rules: list[tuple[str, str, int, int]], most: int, stay: list[int], gone: list[int],
) -> str:
    """Return whether the package and the integer program agree, and how it ended."""
    kept, left = {people[at]["id"] for at in stay}, {people[at]["id"] for at in gone}
    size = len(stay) + len(gone)
    try:
        any_panel(remaining_problem(problem, kept, left))
        possible = True
    except (sortition.InfeasibleError, sortition.InputError):
        possible = False
    if possible != exists(people, rules, most, stay, gone):
        return "WRONG: whether a replacement exists"
    if not possible:
        return "impossible"
    fair = sortition.find_distribution(replacement_problem(problem, kept, left))
    if not fair.certificate.proven:
        return "WRONG: not proven"
    lottery = fair.to_lottery(tickets=10)
    named = {person["id"]: person for person in people}
    for ticket in range(10):
        members = lottery.members(ticket)
        homes = Counter(named[own]["home"] for own in members)
        held = Counter(pair for own in members for pair in named[own].items())
        sound = (
            len(members) == size and kept <= set(members) and not left & set(members)
            and max(homes.values()) <= most
            and all(low <= held[f, v] <= high for f, v, low, high in rules)
        )
        if not sound:
            return "WRONG: a ticket breaks a rule"
    return "replaced"


def exists(
    people: list[dict[str, str]], rules: list[tuple[str, str, int, int]], most: int,
    stay: list[int], gone: list[int],
) -> bool:
    """Return whether an integer program with a variable per person finds a replacement."""
    low, high = np.zeros(len(people)), np.ones(len(people))
    low[stay], high[gone] = 1, 0
    rows = [np.ones(len(people))]
    least, top = [float(len(stay) + len(gone))], [float(len(stay) + len(gone))]
    for feature, value, lower, upper in rules:
        rows.append(np.array([float(person[feature] == value) for person in people]))
        least.append(lower)
        top.append(upper)
    for home in {person["home"] for person in people}:
        rows.append(np.array([float(person["home"] == home) for person in people]))
        least.append(0)
        top.append(most)
    answer = milp(
        np.zeros(len(people)), integrality=np.ones(len(people)), bounds=Bounds(low, high),
        constraints=LinearConstraint(np.array(rows), least, top),
    )
    return bool(answer.status == 0)


if __name__ == "__main__":
    sys.exit(main())
