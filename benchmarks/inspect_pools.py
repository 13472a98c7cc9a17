"""What a synthetic pool turned out like: types, who can be selected, chances of the relaxation.

Takes pool names, prints a markdown table. It is the second opinion on `pools.py`, made with scipy
alone, and knows nothing of the package it helps to measure.

    python benchmarks/inspect_pools.py mass sf_b
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.optimize as opt
import scipy.sparse as sp
from pools import NAMES

from sortition import datasets

Floats = npt.NDArray[np.float64]
TOLERANCE = 1e-7


@dataclass(frozen=True, slots=True)
class Model:
    """Panels as integer points: 0 <= x <= count, lower <= rows x <= upper."""

    count: Floats  # (t,) people per type
    rows: sp.csr_array  # (m, t) quota rows, then the row of the panel size
    lower: Floats  # (m,)
    upper: Floats  # (m,)


def model(pool: datasets.SyntheticPool) -> Model:
    """Compile a pool."""
    tally = Counter(row[1:] for row in pool.people)
    types = sorted(tally)
    column = {name: f for f, name in enumerate(pool.features)}
    rows = [[float(t[column[q.feature]] == q.value) for t in types] for q in pool.quotas]
    rows.append([1.0] * len(types))
    return Model(
        np.array([tally[t] for t in types], dtype=float),
        sp.csr_array(np.array(rows)),
        np.array([q.lower for q in pool.quotas] + [pool.seats], dtype=float),
        np.array([q.upper for q in pool.quotas] + [pool.seats], dtype=float),
    )


def panel(m: Model, weights: Floats, *, integer: bool = True) -> Floats:
    """Find the panel (or the point of the relaxation) of greatest weight."""
    found = opt.milp(
        -weights,
        integrality=np.full(m.count.size, int(integer)),
        bounds=opt.Bounds(0, m.count),
        constraints=opt.LinearConstraint(m.rows, m.lower, m.upper),
    )
    if found.x is None:
        raise RuntimeError(found.message)
    return np.asarray(found.x, dtype=float)


def unselectable(m: Model) -> tuple[set[int], set[int]]:
    """Types on no panel: those the relaxation already excludes, and all of them."""
    size = m.count.size
    seen = np.zeros(size, dtype=bool)
    by_relaxation: set[int] = set()
    nobody: set[int] = set()
    while True:  # panels that hold as many unseen types as an integer program can put in
        x = panel(m, (~seen).astype(float))
        new = (x > 0.5) & ~seen
        if not new.any():
            break
        seen |= new
    for t in np.flatnonzero(~seen):
        unit = np.zeros(size)
        unit[t] = 1.0
        if panel(m, unit, integer=False)[t] < 1 - TOLERANCE:
            by_relaxation.add(int(t))
        nobody.add(int(t))
    return by_relaxation, nobody


def leximin(m: Model, excluded: set[int]) -> Floats:
    """Chances (t,) of the leximin point of the relaxation, types in `excluded` at 0."""
    size = m.count.size
    level = np.zeros(size)
    free = np.ones(size, dtype=bool)
    free[list(excluded)] = False
    upper = np.where(free, m.count, 0.0)
    while free.any():
        # variables x (t,) and z; z * count_t - x_t <= 0 for free types; x_t >= level for the others
        picked = np.flatnonzero(free)
        link = sp.csr_array(
            (-np.ones(picked.size), (np.arange(picked.size), picked)), (picked.size, size)
        )
        top = sp.hstack([link, sp.csr_array(m.count[picked][:, None])])
        side = sp.csr_array((m.rows.shape[0], 1))
        inequality = sp.vstack(
            [top, sp.hstack([m.rows, side]), sp.hstack([-m.rows, side])], format="csr"
        )
        right = np.concatenate([np.zeros(picked.size), m.upper, -m.lower])
        lower = np.where(free, 0.0, level * m.count * (1 - 1e-5))
        found = opt.linprog(
            np.append(np.zeros(size), -1.0),
            A_ub=inequality,
            b_ub=right,
            bounds=np.column_stack([np.append(lower, 0.0), np.append(upper, 1.0)]),
            method="highs-ds",
        )
        if found.x is None:
            raise RuntimeError(found.message)
        z = float(found.x[-1])
        duals = -np.asarray(found.ineqlin.marginals)[: picked.size]
        fixed = picked[duals * m.count[picked] > TOLERANCE / picked.size]
        if z >= 1 - TOLERANCE or fixed.size == 0:
            fixed = picked
        level[fixed] = z
        free[fixed] = False
    return level


def gini(chance: Floats) -> float:
    """Gini coefficient of the chances of all people."""
    ordered = np.sort(chance)
    n = ordered.size
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * ordered.sum()))


def line(pool: datasets.SyntheticPool) -> str:
    """One row of the table."""
    m = model(pool)
    _, nobody = unselectable(m)
    level = leximin(m, nobody)
    chance = np.repeat(level, m.count.astype(int))
    able = np.ones(m.count.size, dtype=bool)
    able[list(nobody)] = False
    people = int(m.count[~able].sum())
    exact = sum(q.lower == q.upper for q in pool.quotas)
    return (
        f"| {pool.name} | {len(pool.people)} / {pool.seats} / {len(pool.features)} "
        f"| {len(pool.quotas)} ({exact} exact) | {pool.types} | {people} "
        f"| {100 * pool.seats / len(pool.people):.1f} % | {100 * level[able].min():.2f} % "
        f"| {100 * gini(chance):.1f} % |"
    )


def main(arguments: list[str] | None = None) -> int:
    """Parse, call, print."""
    parser = argparse.ArgumentParser(description="Describe synthetic pools in a markdown table.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument("--seed", type=int)
    options = parser.parse_args(arguments)
    print("| pool | n / k / features | quotas | types | people on no panel | k/n", end="")
    print(" | smallest chance, bound | gini |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.names or NAMES:
        print(line(datasets.make_pool(name, options.seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
