"""A second opinion: all panels by enumeration, leximin over them by scipy, person by person.

Shares no code and no idea with the engine: no types, no relaxation, no duals.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

Rule = tuple[str, str, int, int]  # feature, value (a|b for a union), min, max


@dataclass(frozen=True)
class SmallPool:
    """People as dicts, rules as tuples; small enough to write out every panel."""

    people: tuple[dict[str, str], ...]
    rules: tuple[Rule, ...]
    size: int
    household: tuple[str, ...] = ()


def all_panels(pool: SmallPool) -> list[tuple[int, ...]]:
    """Return every set of people that keeps every rule."""
    return [
        panel
        for panel in itertools.combinations(range(len(pool.people)), pool.size)
        if keeps_rules(pool, panel)
    ]


def keeps_rules(pool: SmallPool, panel: Sequence[int]) -> bool:
    for feature, value, least, most in pool.rules:
        count = sum(pool.people[i][feature] in value.split("|") for i in panel)
        if not least <= count <= most:
            return False
    homes = [tuple(pool.people[i][c] for c in pool.household) for i in panel]
    homes = [home for home in homes if home and all(home)]
    return len(homes) == len(set(homes))


def leximin_by_enumeration(count: int, panels: Sequence[Sequence[int]]) -> np.ndarray:
    """Return everyone's leximin chance over the lotteries on `panels`.

    Raise the floor z of all free people as far as it goes; then ask of each of them alone whether
    they could have more while nobody falls below z. Whoever could not is fixed at z.
    """
    holds = np.zeros((count, len(panels)))
    for at, panel in enumerate(panels):
        holds[list(panel), at] = 1
    fixed: dict[int, float] = {}
    while len(fixed) < count:
        free = [i for i in range(count) if i not in fixed]
        z = -_solve(holds, fixed, free, None).fun
        for i in free:
            if -_solve(holds, fixed, free, (i, z)).fun <= z + 1e-7:
                fixed[i] = z
    return np.array([fixed[i] for i in range(count)])


def _solve(holds, fixed, free, one):
    """LP over panel weights w and the floor z; maximise z, or one person's chance above it."""
    count = holds.shape[1]
    rows, rhs = [], []
    for i, level in fixed.items():
        rows.append(np.append(-holds[i], 0.0))
        rhs.append(-(level - 1e-9))
    for i in free:
        rows.append(np.append(-holds[i], 1.0))
        rhs.append(0.0)
    cost = np.append(np.zeros(count), -1.0)
    bounds = [(0, None)] * count + [(0, 1)]
    if one is not None:
        i, z = one
        cost = np.append(-holds[i], 0.0)
        bounds[-1] = (z - 1e-9, z)
    answer = linprog(
        cost, np.array(rows), rhs, np.append(np.ones(count), 0.0)[None], [1.0], bounds,
        method="highs",
    )
    assert answer.status == 0, answer.message
    return answer
