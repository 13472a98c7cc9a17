"""A second opinion: all panels by enumeration, leximin over them by scipy, person by person.

Shares no code and no idea with the engine: no types, no relaxation, no duals.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

Rule = tuple[str, str, int, int]  # feature, value (a|b for a union), min, max

SAME = 1e-7  # chances nearer than this are one level


@dataclass(frozen=True)
class SmallPool:
    """People as dicts, rules as tuples; small enough to write out every panel."""

    people: tuple[dict[str, str], ...]
    rules: tuple[Rule, ...]
    size: int | tuple[int, int]
    household: tuple[str, ...] = ()
    per_household: int = 1

    @property
    def sizes(self) -> range:
        """The numbers of seats that are allowed."""
        low, high = (self.size, self.size) if isinstance(self.size, int) else self.size
        return range(low, high + 1)


def all_panels(pool: SmallPool) -> list[tuple[int, ...]]:
    """Return every set of people that keeps every rule."""
    return [
        panel
        for size in pool.sizes
        for panel in itertools.combinations(range(len(pool.people)), size)
        if keeps_rules(pool, panel)
    ]


def keeps_rules(pool: SmallPool, panel: Sequence[int]) -> bool:
    """Return whether these different people keep the size, every quota and the household rule."""
    if len(set(panel)) != len(panel) or len(panel) not in pool.sizes:
        return False
    for feature, value, least, most in pool.rules:
        count = sum(pool.people[i][feature] in value.split("|") for i in panel)
        if not least <= count <= most:
            return False
    homes = [tuple(pool.people[i][c].casefold() for c in pool.household) for i in panel]
    shared = Counter(home for home in homes if home and all(home))
    return all(count <= pool.per_household for count in shared.values())


def leximin_by_enumeration(count: int, panels: Sequence[Sequence[int]]) -> np.ndarray:
    """Return everyone's leximin chance over the lotteries on `panels`.

    Raise the floor z of all free people as far as it goes; then ask of each of them alone whether
    they could have more while nobody falls below z. Whoever could not is fixed at z. Whoever has
    more in an answer to somebody else's question need not be asked.
    """
    holds = np.zeros((count, len(panels)))
    for at, panel in enumerate(panels):
        holds[list(panel), at] = 1
    level = np.full(count, np.nan)
    while np.isnan(level).any():
        free = np.isnan(level)
        weights, z = _solve(holds, level, None, 0.0)
        open_to_ask = free & (holds @ weights <= z + SAME)
        for i in range(count):
            if open_to_ask[i]:
                weights, _ = _solve(holds, level, i, z)
                open_to_ask &= holds @ weights <= z + SAME
                if open_to_ask[i]:
                    level[i] = z
                open_to_ask[i] = False
    return level


def _solve(
    holds: np.ndarray, level: np.ndarray, person: int | None, floor: float
) -> tuple[np.ndarray, float]:
    """Return panel weights that maximise the floor, or one person's chance above it; and z."""
    rows = np.hstack([-holds, np.isnan(level)[:, None].astype(float)])
    right = np.where(np.isnan(level), 0.0, -(np.nan_to_num(level) - 1e-9))
    cost = np.append(np.zeros(holds.shape[1]), -1.0)
    bounds = [(0, None)] * holds.shape[1] + [(0, 1)]
    if person is not None:
        cost = np.append(-holds[person], 0.0)
        bounds[-1] = (floor - 1e-9, floor)
    answer = linprog(
        cost, rows, right, np.append(np.ones(holds.shape[1]), 0.0)[None], [1.0], bounds,
        method="highs",
    )
    assert answer.status == 0, answer.message
    return answer.x[:-1], float(answer.x[-1])
