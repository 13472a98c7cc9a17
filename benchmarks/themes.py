"""How long several themes take: two of 24 from 450 people, three of 50 from 1,000, five of 100.

Run ``python benchmarks/themes.py``; synthetic people, nobody on two panels. Each is measured twice:
with the same quotas for all themes and everybody free, and with quotas of each theme's own that
leave one seat of room, half of the people bound to one theme.
"""

from __future__ import annotations

import random
import time

import pandas as pd

from sortition import Pool, Quotas, find_distribution, to_lottery
from sortition.process.themes import Theme, compile_themes

_VALUES = {"gender": "mv", "age": "abcd", "school": "lmh", "area": "nows"}


def _alike(dice: random.Random, count: int, themes: int, size: int) -> pd.DataFrame:
    """Return people as their quotas: every value as frequent as the others of its feature."""
    del themes, size
    return pd.DataFrame({
        "id": [f"p{at:04d}" for at in range(count)],
        **{name: [dice.choice(own) for _ in range(count)] for name, own in _VALUES.items()},
        "can": "",
    })


def _skewed(dice: random.Random, count: int, themes: int, size: int) -> pd.DataFrame:
    """Return people of whom later values are more frequent, and half can do one theme only."""
    del size
    return pd.DataFrame({
        "id": [f"p{at:04d}" for at in range(count)],
        **{name: dice.choices(own, range(1, len(own) + 1), k=count)
           for name, own in _VALUES.items()},
        "can": ["" if dice.random() < 0.5 else f"theme {dice.randrange(themes)}"
                for _ in range(count)],
    })


def _loose(dice: random.Random, size: int) -> pd.DataFrame:
    del dice
    return pd.DataFrame([
        (name, value, max(size // len(own) - 1, 0), size // len(own) + 2)
        for name, own in _VALUES.items() for value in own
    ], columns=["feature", "value", "min", "max"])


def _tight(dice: random.Random, size: int) -> pd.DataFrame:
    rows = []
    for name, own in _VALUES.items():
        weights = [dice.random() + 0.5 for _ in own]
        seats = [int(size * weight / sum(weights)) for weight in weights]
        rows += [(name, value, low, low + 1) for value, low in zip(own, seats, strict=True)]
    return pd.DataFrame(rows, columns=["feature", "value", "min", "max"])


def _run(count: int, themes: int, size: int, *, tight: bool, seed: int = 1) -> None:
    dice = random.Random(f"{count} {themes} {size} {seed}")
    people = (_skewed if tight else _alike)(dice, count, themes, size)
    rules = _tight if tight else _loose
    given = [Theme(f"theme {at}", Quotas.from_frame(rules(dice, size), size))
             for at in range(themes)]
    start = time.perf_counter()
    compiled = compile_themes(Pool.from_frame(people, "id"), given, takes="can")
    found = find_distribution(compiled.problem)
    chances = time.perf_counter() - start
    to_lottery(found, 1000)
    both = time.perf_counter() - start
    chance = compiled.chance(found).sum(axis=1)
    bound = compiled.bound(found)
    print(
        f"{themes} × {size} of {count}, {'own, tight' if tight else 'alike'} (seed {seed}): "
        f"{compiled.problem.types} types, chances {chances:.1f} s, with 1000 tickets {both:.1f} s, "
        f"proven {found.certificate.proven} (gap {found.certificate.gap:.1e}), smallest chance on "
        f"any panel {chance[chance > 0].min():.6f} of at most {bound:.6f}", flush=True,
    )


if __name__ == "__main__":
    for tight in (False, True):
        _run(450, 2, 24, tight=tight)
        _run(1000, 3, 50, tight=tight)
        for seed in (1, 2, 3) if tight else (1,):
            _run(3000, 5, 100, tight=tight, seed=seed)
