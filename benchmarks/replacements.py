# SPDX-License-Identifier: Apache-2.0
"""Check replacements after seeded drop-outs: quotas kept whenever an exact ILP says they can be.

Takes a number of scenarios and a first seed; prints how many could be replaced and everything that
does not hold, and leaves with 1 if there is any. Where nobody can be replaced within the quotas, a
way out must miss them by as few seats as can be. Where they can, every ticket is counted person by
person, the proof of the chances is checked as that of any lottery, and the reserves who step in are
compared with the first of all choices. The second opinion is an integer program of scipy with a
variable for every person; it shares no code with the package.

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
from sortition.checking import verify_files
from sortition.engine.panels import any_panel
from sortition.lots.record import lottery_files
from sortition.lots.replacement import remaining_problem, replacement_problem, ways_out
from sortition.lots.stepping_in import first_who_fit


def main() -> int:
    """Run the scenarios; return 1 if anything does not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ended: Counter[str] = Counter()
    wrong, start = [], time.perf_counter()
    for seed in range(given.seed, given.seed + given.scenarios):
        outcome = of_seed(seed)
        ended[outcome] += 1
        if outcome.startswith("WRONG"):
            wrong.append((seed, outcome))
    print(f"{given.scenarios} scenarios in {time.perf_counter() - start:.0f} s: {dict(ended)}")
    if wrong:
        print(f"seeds that do not hold: {wrong}")
    return 1 if wrong else 0


def of_seed(seed: int) -> str:
    """Return how the scenario of a seed ended: begins with WRONG if anything does not hold."""
    return scenario(random.Random(seed))


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
    least = fewest_missed(people, rules, most, stay, gone)
    if possible != (least == 0):
        return "WRONG: whether a replacement exists"
    if not possible:
        return deviation(problem, kept, left, least)
    fair = sortition.find_distribution(replacement_problem(problem, kept, left))
    if not fair.certificate.proven:
        return "WRONG: not proven"
    ranked = sorted(set(problem.ids) - kept - left, key=lambda own: (own[-1], own))  # any order
    if not first_of_all(problem, people, rules, most, stay, gone, ranked):
        return "WRONG: another reserve steps in first"
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
    follows = {"record_sha256": "0" * 64, "stay": sorted(kept), "gone": sorted(left), "changed": []}
    if not verify_files(lottery_files(lottery, follows=follows)).ok:
        return "WRONG: the proof of the chances"
    return "replaced"


def deviation(
    problem: sortition.Problem, kept: set[str], left: set[str], least: int | None
) -> str:
    """Return whether the best way out misses the quotas by as few seats as the program says."""
    try:
        found = ways_out(problem, kept, left)
    except sortition.InputError:  # fewer candidates than seats
        return "too few candidates" if least is None else "WRONG: there are candidates"
    bounds = [own.seats for own, _ in found if not own.size and not own.per_household]
    if least is None or not bounds:
        return "no way out by quotas" if least is None and not bounds else "WRONG: ways out"
    return "deviates" if min(bounds) == least else "WRONG: more deviation than needed"


def first_of_all(
    problem: sortition.Problem, people: list[dict[str, str]],
    rules: list[tuple[str, str, int, int]], most: int, stay: list[int], gone: list[int],
    ranked: list[str],
) -> bool:
    """Return whether reserves step in as the program has it, asked for one after the other."""
    at = {person["id"]: place for place, person in enumerate(people)}
    seated: list[str] = []
    for own in ranked:
        if len(seated) == len(gone):
            break
        fixed = [*stay, *(at[other] for other in (*seated, own))]
        passed = [at[other] for other in ranked[: ranked.index(own)] if other not in seated]
        if fewest_missed(people, rules, most, fixed, [*gone, *passed],
                         len(stay) + len(gone)) == 0:
            seated.append(own)
    kept, left = ({people[place]["id"] for place in places} for places in (stay, gone))
    return tuple(seated) == first_who_fit(problem, kept, left, ranked, len(gone))


def fewest_missed(
    people: list[dict[str, str]], rules: list[tuple[str, str, int, int]], most: int,
    stay: list[int], gone: list[int], size: int | None = None,
) -> int | None:
    """Return by how few seats quotas are missed, by an integer program with a variable per person.

    None where even the size and the household rule cannot be kept. Behind the people come two
    variables for every rule: by how many seats it falls short, and by how many it goes over.
    """
    count, width = len(people), len(people) + 2 * len(rules)
    low, high = np.zeros(width), np.concatenate([np.ones(count), np.full(2 * len(rules), np.inf)])
    low[stay], high[gone] = 1, 0
    seats = float(len(stay) + len(gone) if size is None else size)
    rows = [np.concatenate([np.ones(count), np.zeros(2 * len(rules))])]
    least, top = [seats], [seats]
    for at, (feature, value, lower, upper) in enumerate(rules):
        row = np.zeros(width)
        row[:count] = [person[feature] == value for person in people]
        row[count + 2 * at], row[count + 2 * at + 1] = 1, -1
        rows.append(row)
        least.append(lower)
        top.append(upper)
    for home in {person["home"] for person in people}:
        row = np.zeros(width)
        row[:count] = [person["home"] == home for person in people]
        rows.append(row)
        least.append(0)
        top.append(most)
    cost = np.concatenate([np.zeros(count), np.ones(2 * len(rules))])
    answer = milp(
        cost, integrality=np.ones(width), bounds=Bounds(low, high),
        constraints=LinearConstraint(np.array(rows), least, top),
    )
    return round(answer.fun) if answer.status == 0 else None


if __name__ == "__main__":
    sys.exit(main())
