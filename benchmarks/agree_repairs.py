# SPDX-License-Identifier: Apache-2.0
"""Check diagnosis and repairs of many small random projects in which no panel exists.

Takes a number of projects and a first seed; prints how many failed at which level and everything
that does not hold, and leaves with 1 if there is any. The second opinion is an integer program of
scipy with a variable for every person; it shares no code with the package.

    python benchmarks/agree_repairs.py --projects 200
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

import sortition
from sortition.diagnosis.diagnose import diagnose
from sortition.diagnosis.repair import Repair, apply, quotas_csv, repairs
from sortition.rules.quotas import Quota, Quotas

LEVELS = ("arithmetic", "relaxation", "integer")
Person = dict[str, str]


@dataclass(frozen=True)
class Project:
    """People, quotas and the column that says who lives together."""

    people: tuple[Person, ...]
    quotas: Quotas

    def member(self, quota: Quota) -> np.ndarray:
        """Return ``(n,)`` 1 for whoever is in the group of a quota."""
        return np.array([all(p[f] in own for f, own in quota.where) for p in self.people], float)

    @property
    def homes(self) -> list[list[int]]:
        """Who lives together, two or more."""
        living: dict[str, list[int]] = {}
        for at, person in enumerate(self.people):
            if person["home"]:
                living.setdefault(person["home"], []).append(at)
        return [own for own in living.values() if len(own) > 1]


# A rule is (name of the quota, "min" or "max"); ("", …) is the size, ("household", "max").
Name = tuple[str, str]


def all_rules(project: Project) -> list[Name]:
    """Return every rule."""
    names = ["", *(quota.name for quota in project.quotas.quotas)]
    return [(name, side) for name in names for side in ("min", "max")] + [("household", "max")]


def possible(project: Project, rules: Iterable[Name], *, whole: bool) -> bool:
    """Return whether people, or parts of people, keep these rules."""
    wanted, count = set(rules), len(project.people)
    rows, low, high = [], [], []
    bounds = [("", np.ones(count), *project.quotas.size)]
    bounds += [(q.name, project.member(q), q.lower, q.upper) for q in project.quotas.quotas]
    for name, row, least, most in bounds:
        rows.append(row)
        low.append(least if (name, "min") in wanted else -np.inf)
        high.append(most if (name, "max") in wanted else np.inf)
    for home in project.homes if ("household", "max") in wanted else []:
        rows.append(np.isin(np.arange(count), home).astype(float))
        low.append(-np.inf)
        high.append(project.quotas.per_household)
    answer = milp(
        np.zeros(count), integrality=np.full(count, int(whole)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(rows), low, high),
    )
    if answer.status not in (0, 2):
        raise RuntimeError(answer.message)
    return bool(answer.status == 0)


def level_of(project: Project) -> str | None:
    """Return at which level the project fails, None when a panel exists."""
    rules = all_rules(project)
    if possible(project, rules, whole=True):
        return None
    single = [("", project.quotas.size[0]), *((q.name, q.lower) for q in project.quotas.quotas)]
    if not all(
        possible(project, [(name, "min"), ("household", "max")], whole=True) for name, _ in single
    ):
        return "arithmetic"
    if not all(adds_up(project, spoken) for spoken in
               {frozenset(f for f, _ in q.where) for q in project.quotas.quotas}):
        return "arithmetic"
    return "integer" if possible(project, rules, whole=False) else "relaxation"


def adds_up(project: Project, features: frozenset[str]) -> bool:
    """Return whether the quotas on these features, by themselves, leave a size."""
    own = [q for q in project.quotas.quotas if {f for f, _ in q.where} == features]
    if any((sum(map(project.member, own)) > 1).tolist()):  # a union stands beside its parts
        own = [q for q in own if all(len(values) == 1 for _, values in q.where)]
    low, high = project.quotas.size
    most = sum(min(q.upper, int(project.member(q).sum())) for q in own)
    everybody = bool((sum(map(project.member, own)) == 1).all())
    return sum(q.lower for q in own) <= high and (most >= low or not everybody)


def project_of(seed: int) -> tuple[Project, str]:
    """Return a project without a panel, and the level at which it fails: each in turn.

    Quotas are put round a planted panel and tightened one seat at a time until no panel is left;
    for the level of integers they are put in the middle between two panels, so that half of each
    would do. What fails at another level than wanted is thrown away.
    """
    wanted = LEVELS[seed % 3]
    for attempt in itertools.count():
        roll = random.Random(f"repairs/{seed}/{attempt}")
        project = _planted(roll, halves=wanted == "integer")
        level = level_of(project)
        for _ in range(0 if wanted == "integer" else 30):
            if level is not None:
                break
            project = _tightened(project, roll, many=3 if wanted == "arithmetic" else 1)
            level = level_of(project)
        if level == wanted:
            return project, level
    raise AssertionError


def _planted(roll: random.Random, *, halves: bool) -> Project:
    """Return a project in which a panel exists, or the half of two panels."""
    count = roll.randint(6, 18 if halves else 40)
    values = [roll.choice((2, 2, 3, 4)) for _ in range(roll.randint(5, 7) if halves else
                                                       roll.randint(2, 5))]
    homes = count if roll.random() < 0.4 else 0
    people = tuple(
        {
            **{f"f{f}": f"v{min(roll.randrange(v), roll.randrange(v))}"
               for f, v in enumerate(values)},
            "id": f"p{at:02d}", "home": f"h{roll.randrange(homes)}" if homes else "",
        }
        for at in range(count)
    )
    most = roll.randint(2, max(2, min(count // 2, 12)))
    panels = [_panel(people, roll), _panel(people, roll)]
    size = min(most, *map(len, panels))
    panel, other = (own[:size] for own in (panels if halves else panels[:1] * 2))
    groups: list[tuple[tuple[str, tuple[str, ...]], ...]] = [
        ((f"f{f}", (f"v{v}",)),) for f, held in enumerate(values) for v in range(held)
    ]
    if roll.random() < 0.4:
        groups.append((("f0", ("v0",)), ("f1", ("v1",))))
    groups += [((f"f{f}", ("v0", "v1")),) for f, held in enumerate(values)
               if held > 2 and roll.random() < 0.3]
    slack = 0 if halves else roll.choice((0, 1, 2, 3))
    quotas = []
    for where in groups:
        both = sum(all(p[f] in own for f, own in where) for p in panel + other)
        low, high = both // 2 - roll.randint(0, slack), (both + 1) // 2 + roll.randint(0, slack)
        low = max(low, 0)
        flex = (max(0, low - 1), high + 1) if roll.random() < 0.3 else None
        quotas.append(Quota(where, low, high, None, flex))
    return Project(people, Quotas((size, size), tuple(quotas)))


def _panel(people: tuple[Person, ...], roll: random.Random) -> list[Person]:
    """Return everybody in some order, one of each home."""
    panel: list[Person] = []
    homes: set[str] = set()
    for person in roll.sample(people, len(people)):
        if not person["home"] or person["home"] not in homes:
            panel.append(person)
            homes.add(person["home"])
    return panel


def _tightened(project: Project, roll: random.Random, many: int) -> Project:
    """Return the project with one bound tighter, where it is one still."""
    at = roll.randrange(len(project.quotas.quotas))
    quota = project.quotas.quotas[at]
    if not project.member(quota).any():  # seats for nobody are an error of the input
        return project
    raised = min(quota.lower + many, max(quota.upper, project.quotas.size[1]))
    if roll.random() < 0.6:
        tighter = replace(quota, lower=raised, upper=max(raised, quota.upper), flex=None)
    else:
        tighter = replace(quota, upper=max(quota.upper - 1, quota.lower), flex=None)
    changed = [*project.quotas.quotas]
    changed[at] = tighter
    try:
        return replace(project, quotas=replace(project.quotas, quotas=tuple(changed)))
    except sortition.QuotaError:
        return project


def compiled(project: Project) -> sortition.Problem:
    """Return the project as the package sees it."""
    pool = sortition.Pool.from_frame(
        pd.DataFrame(list(project.people)), id="id", household=["home"]
    )
    return sortition.compile(pool, project.quotas)


def repaired(project: Project, repair: Repair) -> Project:
    """Return the project after the repair, newcomers included."""
    people = [*project.people]
    for recruit in repair.recruits:
        for _ in range(recruit.count):
            people.append({**dict(recruit.where), "id": f"new{len(people)}", "home": ""})
    return Project(tuple(people), apply(project.quotas, repair))


def cheapest(project: Project, kind: str) -> float:
    """Return the least that has to change in one sense; infinite where that does not help."""
    quotas, count = project.quotas, len(project.people)
    rules = len(quotas.quotas)
    profiles: list[tuple[str, ...]] = []
    if kind == "newcomers":
        features = quotas.features
        held = [sorted({v for q in quotas.quotas for f, own in q.where if f == name for v in own})
                for name in features]
        profiles = list(itertools.product(*held))
        people = [dict(zip(features, profile, strict=True)) for profile in profiles]
        extra = np.array([[all(p[f] in own for f, own in q.where) for p in people]
                          for q in quotas.quotas], float)
    # Columns: people, seats down and up per quota, whether a quota changes, size down and up, new.
    width = count + 3 * rules + 2 + len(profiles)
    size, new = count + 3 * rules, count + 3 * rules + 2
    rows, low, high = [], [], []

    def row(least: float, most: float, *parts: tuple[slice | int, object]) -> None:
        line = np.zeros(width)
        for where, value in parts:
            line[where] = value
        rows.append(line)
        low.append(least)
        high.append(most)

    people_at, new_at = slice(0, count), slice(new, width)
    row(quotas.size[0], np.inf, (people_at, 1), (size, 1), (new_at, 1))
    row(-np.inf, quotas.size[1], (people_at, 1), (size + 1, -1), (new_at, 1))
    for r, quota in enumerate(quotas.quotas):
        own = project.member(quota)
        joined = extra[r] if profiles else 0
        down, up, changed = count + r, count + rules + r, count + 2 * rules + r
        row(quota.lower, np.inf, (people_at, own), (down, 1), (new_at, joined))
        row(-np.inf, quota.upper, (people_at, own), (up, -1), (new_at, joined))
        row(-np.inf, 0, (down, 1), (up, 1), (changed, -2 * count - quota.lower))
    for home in project.homes:
        row(-np.inf, quotas.per_household, (home, 1))
    upper = np.full(width, np.inf)
    upper[people_at] = upper[count + 2 * rules:size] = 1
    if kind in ("size", "newcomers"):
        upper[count:size] = 0
    if kind != "size":
        upper[size:new] = 0
    cost = np.zeros(width)
    goal = {"fewest-rules": slice(count + 2 * rules, size), "size": slice(size, new),
            "fewest-seats": slice(count, count + 2 * rules), "newcomers": new_at}[kind]
    cost[goal] = 1
    answer = milp(cost, integrality=np.ones(width), bounds=Bounds(0, upper),
                  constraints=LinearConstraint(np.array(rows), low, high))
    return round(answer.fun) if answer.status == 0 else float("inf")


def compare(seed: int) -> tuple[str, int, int, list[str]]:
    """Return the level, how many conflicts and repairs there were, and what does not hold."""
    project, level = project_of(seed)
    problem = compiled(project)
    wrong = []
    diagnosis = diagnose(problem)
    if diagnosis.level != level:
        wrong.append(f"level {diagnosis.level}, not {level}")
    for conflict in diagnosis.conflicts:
        rules = [("household" if rule.row < 0 else rule.name, rule.side) for rule in conflict.rules]
        whole = conflict.level != "relaxation"
        if possible(project, rules, whole=whole):
            wrong.append(f"no conflict: {conflict}")
        if not conflict.minimal:
            wrong.append(f"not proven minimal: {conflict}")
        for rule in rules:
            if not possible(project, [own for own in rules if own != rule], whole=whole):
                wrong.append(f"{rule} can be spared: {conflict}")
    offered = repairs(problem, most=99)
    for repair in offered:
        after = repaired(project, repair)
        if level_of(after) is not None:
            wrong.append(f"no panel after: {repair}")
        again = Quotas.from_frame  # a file of plain quotas reads back as it was
        if all(len(quota.where) == 1 for quota in after.quotas.quotas):
            frame = pd.read_csv(io.StringIO(quotas_csv(after.quotas)), dtype=str,
                                keep_default_na=False)
            if again(frame, after.quotas.size).quotas != after.quotas.quotas:
                wrong.append("the file of quotas reads back otherwise")
    costs = {
        "fewest-rules": lambda repair: len(repair.changes),
        "fewest-seats": lambda repair: repair.seats,
        "size": lambda repair: abs(repair.size[1][0] - repair.size[0][0]),
        "newcomers": lambda repair: sum(recruit.count for recruit in repair.recruits),
    }
    for kind, cost in costs.items():
        own = [cost(repair) for repair in offered if kind in repair.kinds] or [float("inf")]
        if own != [cheapest(project, kind)]:
            wrong.append(f"{kind}: {own}, not {cheapest(project, kind)}")
    if not offered:
        wrong.append("no repair")
    return level, len(diagnosis.conflicts), len(offered), wrong


def main() -> int:
    """Compare project after project; print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    begin, levels, conflicts, offers, faults = time.perf_counter(), Counter[str](), 0, 0, 0
    for seed in range(given.seed, given.seed + given.projects):
        level, found, offered, wrong = compare(seed)
        levels[level] += 1
        conflicts, offers, faults = conflicts + found, offers + offered, faults + len(wrong)
        for words in wrong:
            print(f"seed {seed}: {words}", flush=True)
    print(f"{dict(levels)}: {conflicts} conflicts, {offers} repairs, {faults} do not hold, "
          f"{time.perf_counter() - begin:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
