"""How long several themes take: two of 24 from 450 people, five of 100 from 3,000, nobody on two.

Run ``python benchmarks/themes.py``; synthetic people, quotas one seat round the pool's shares.
"""

from __future__ import annotations

import random
import time

import pandas as pd

from sortition import Pool, Quotas, find_distribution, to_lottery
from sortition.process.themes import Theme, compile_themes

_VALUES = {"gender": "mv", "age": "abcd", "school": "lmh", "area": "nows"}


def _run(count: int, themes: int, size: int) -> None:
    dice = random.Random(f"{count} {themes} {size}")
    people = pd.DataFrame({
        "id": [f"p{at:04d}" for at in range(count)],
        **{name: [dice.choice(own) for _ in range(count)] for name, own in _VALUES.items()},
    })
    rules = pd.DataFrame([
        (name, value, max(size // len(own) - 1, 0), size // len(own) + 2)
        for name, own in _VALUES.items() for value in own
    ], columns=["feature", "value", "min", "max"])
    given = [Theme(f"theme {at}", Quotas.from_frame(rules, size)) for at in range(themes)]
    start = time.perf_counter()
    compiled = compile_themes(Pool.from_frame(people, "id"), given)
    found = find_distribution(compiled.problem)
    chances = time.perf_counter() - start
    to_lottery(found, 1000)
    both = time.perf_counter() - start
    reached = compiled.chance(found).sum(axis=1).min()
    print(
        f"{themes} × {size} of {count}: {compiled.problem.types} types, chances {chances:.1f} s, "
        f"with 1000 tickets {both:.1f} s, proven {found.certificate.proven} (gap "
        f"{found.certificate.gap:.1e}), smallest chance on any panel {reached:.6f} of at most "
        f"{compiled.bound(found):.6f}", flush=True,
    )


if __name__ == "__main__":
    _run(450, 2, 24)
    _run(3000, 5, 100)
