"""Invented pools of volunteers of any shape, each with quotas that at least one panel satisfies.

A shape and a seed go in; rows of people and rows of quotas come out, as frames, as a pool with its
quotas, or as two CSV files. Called by researchers, the benchmarks and the tests. Only integer
arithmetic on `random.Random.random()` is used, so that a shape and a seed mean the same pool on
every machine, Python version and hash seed.

How a pool is made: every feature gets population shares; volunteers answer with a *skew* (some
values are over-represented, as in real sign-ups) and in latent *classes* (their features are
correlated, which sets how many distinct feature vectors there are). A panel is then planted by
local search close to the population shares, and the quotas are put around shares and panel.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sortition.datasets.shapes import EXAMPLES, FEATURES, SCARCE, Shape, published_shape
from sortition.people.pool import Pool
from sortition.rules.quotas import Quotas

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["QuotaRow", "SyntheticPool", "make_pool"]

Vector = tuple[int, ...]  # one value index per feature
_HEADER = ("feature", "value", "min", "max")
@dataclass(frozen=True, slots=True)
class QuotaRow:
    """Between `lower` and `upper` panel members have this value of this feature."""

    feature: str
    value: str
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class SyntheticPool:
    """A pool, its quotas, and the planted panel (row numbers), which proves that a panel exists."""

    name: str
    seats: int
    features: tuple[str, ...]
    people: tuple[tuple[str, ...], ...]  # id, then one value per feature
    quotas: tuple[QuotaRow, ...]
    planted: tuple[int, ...]

    @property
    def types(self) -> int:
        """Number of distinct feature vectors."""
        return len({row[1:] for row in self.people})

    def to_frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return people and quotas as the two frames that `Pool` and `Quotas` are made from."""
        import pandas as pd

        people = pd.DataFrame(self.people, columns=["id", *self.features])
        rows = [(row.feature, row.value, row.lower, row.upper) for row in self.quotas]
        return people, pd.DataFrame(rows, columns=list(_HEADER))

    def read(self) -> tuple[Pool, Quotas]:
        """Return people and quotas for `sortition.compile`."""
        people, quotas = self.to_frames()
        return Pool.from_frame(people, "id"), Quotas.from_frame(quotas, self.seats)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write ``people.csv`` and ``quotas.csv`` into a folder; return both paths."""
        folder.mkdir(parents=True, exist_ok=True)
        people, quotas = folder / "people.csv", folder / "quotas.csv"
        with people.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("id", *self.features))
            rows.writerows(self.people)
        with quotas.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(_HEADER)
            rows.writerows((q.feature, q.value, q.lower, q.upper) for q in self.quotas)
        return people, quotas


def make_pool(shape: Shape | str, seed: int | None = None) -> SyntheticPool:
    """Make a pool with its quotas.

    Parameters
    ----------
    shape
        A shape, the name of one, or one of `EXAMPLES`.
    seed
        Another seed gives another pool of the same shape; None for the shape's own. The examples
        have none.

    Returns
    -------
    SyntheticPool
        The same for the same shape and seed, wherever it is made.

    Raises
    ------
    ValueError
        If there is no shape of that name.

    Examples
    --------
    >>> made = make_pool(Shape("mine", 60, 6, (2, 3)), seed=7)
    >>> made.features, len(made.people), len(made.quotas)
    (('gender', 'age'), 60, 5)
    """
    if isinstance(shape, str):
        if shape in EXAMPLES:
            return _published_example(shape, *EXAMPLES[shape])
        shape = published_shape(shape)
    return _generate(shape, shape.seed if seed is None else seed)


def _generate(shape: Shape, seed: int) -> SyntheticPool:
    """Build a pool of this shape."""
    stem = shape.name.removesuffix("_loose").removesuffix("_tight")
    dice = _Dice(f"{stem}/{seed}")
    shares = [_shares(dice, count) for count in shape.values]
    for seats, some in ((1, _crowded(shape)), (SCARCE, _scarce(shape))):
        for f in some:
            shares[f][-1] = sum(shares[f][:-1]) * seats // (shape.seats - seats)
    target = [_apportion(row, shape.seats) for row in shares]
    vectors = _volunteers(dice, shape, shares, target)
    must = {
        i
        for i, vector in enumerate(vectors)
        for f in _scarce(shape)
        if vector[f] == shape.values[f] - 1
    }
    planted = _plant(dice, shape, vectors, target, must)
    counts = _counts(shape, (vectors[i] for i in planted))
    features = tuple(map(_feature, range(len(shape.values))))
    quotas: list[QuotaRow] = []
    special = {*_crowded(shape), *_scarce(shape)}
    for f, feature in enumerate(features):
        for v in range(shape.values[f]):
            count = counts[f][v]
            slack = shape.slack[dice.below(len(shape.slack))] if shape.slack else 0
            lower = min(max(target[f][v] - slack, 0), count)
            upper = max(min(target[f][v] + slack, shape.seats), count)
            if f in special and v == shape.values[f] - 1:
                lower, upper = (0, max(1, count)) if f in _crowded(shape) else (count, count)
            elif not shape.slack:
                lower = max(count - int(f in special), 0)  # room for the special value
                upper = count
            quotas.append(QuotaRow(feature, _value(f, v), lower, upper))
    width = len(str(shape.size))
    people = tuple(
        (f"p{i + 1:0{width}}", *(_value(f, v) for f, v in enumerate(vector)))
        for i, vector in enumerate(vectors)
    )
    return SyntheticPool(shape.name, shape.seats, features, people, tuple(quotas), planted)


def _feature(f: int) -> str:
    """Name a feature."""
    return FEATURES[f][0] if f < len(FEATURES) else f"feature {f + 1}"


def _value(f: int, v: int) -> str:
    """Name a value of a feature."""
    known = FEATURES[f][1] if f < len(FEATURES) else ()
    return known[v] if v < len(known) else f"value {v + 1}"


class _Dice:
    """Integers from `Random.random()`, the one method whose sequence Python guarantees."""

    def __init__(self, text: str) -> None:
        # the seed as an integer: seeding from str may change between Python versions
        self._random = random.Random(int.from_bytes(text.encode(), "big")).random

    def below(self, limit: int) -> int:
        """Roll a number in 0 … limit - 1."""
        return int(self._random() * limit)

    def pick(self, weights: list[int]) -> int:
        """Pick an index with chance proportional to its weight."""
        rest = self.below(sum(weights))
        for index, weight in enumerate(weights):
            rest -= weight
            if rest < 0:
                return index
        raise AssertionError("weights sum to more than the number drawn")


def _shares(dice: _Dice, count: int) -> list[int]:
    """Draw population shares of one feature, as integers of any sum."""
    if count == 2:
        first = 47 + dice.below(7)
        return [first, 100 - first]
    return [25 + dice.below(76) for _ in range(count)]


def _volunteers(
    dice: _Dice, shape: Shape, shares: list[list[int]], target: list[list[int]]
) -> list[Vector]:
    """Draw the feature vectors of the pool, with more people of every value than seats."""
    # skewed[f][v]: share times a response factor between 1/skew and skew, in thousandths
    skewed: list[list[int]] = []
    for row in shares:
        skewed.append([])
        for share in row:
            factor = 100 + dice.below(shape.skew - 99)
            skewed[-1].append(share * (10 * factor if dice.below(2) else 100_000 // factor))
    for f in (*_crowded(shape), *_scarce(shape)):
        skewed[f][-1] = 0  # given out below
    sizes = [1 + dice.below(4) for _ in range(shape.classes)]
    leaning = [
        [[w * (1 + dice.below(10)) ** shape.power for w in row] for row in skewed] for _ in sizes
    ]
    vectors: list[Vector] = []
    for _ in range(shape.size):
        rows = leaning[dice.pick(sizes)]
        vector = [dice.pick(row) for row in rows]
        if shape.crowded and dice.below(100) < shape.crowd:
            options = _crowded(shape)
            for _ in range(1 if dice.below(4) == 0 else 2):
                f = options.pop(dice.below(len(options)))
                vector[f] = shape.values[f] - 1
        vectors.append(tuple(vector))
    # a quarter of the way from just enough people for the seats to as many as in proportion
    supply = _counts(shape, vectors)
    for f, count in enumerate(shape.values):
        for v in range(count):
            seats = max(target[f][v], 1)
            wanted = seats + (shape.size - shape.seats) * seats // (4 * shape.seats)
            if v == count - 1 and f in (*_crowded(shape), *_scarce(shape)):
                wanted = SCARCE if f in _scarce(shape) else 0
            while supply[f][v] < wanted:
                i = dice.below(shape.size)
                old = vectors[i][f]
                if supply[f][old] == max(supply[f]):
                    vectors[i] = (*vectors[i][:f], v, *vectors[i][f + 1 :])
                    supply[f][old] -= 1
                    supply[f][v] += 1
    return vectors


def _crowded(shape: Shape) -> list[int]:
    """List the features in which a value that many hold has one seat."""
    return [f for f, count in enumerate(shape.values) if count > 2][: shape.crowded]


def _scarce(shape: Shape) -> list[int]:
    """List the features with a value whose every volunteer is needed."""
    return [f for f, count in enumerate(shape.values) if count > 2][::-1][: shape.scarce]


def _plant(
    dice: _Dice, shape: Shape, vectors: list[Vector], target: list[list[int]], must: set[int]
) -> tuple[int, ...]:
    """Find a panel close to the targets: greedy by sampled candidates, then improving swaps."""
    miss = [[-t for t in row] for row in target]  # count - target, per feature and value
    free: dict[Vector, list[int]] = {}
    crowds = {(f, shape.values[f] - 1) for f in _crowded(shape)}
    for i, vector in enumerate(vectors):
        if i not in must and crowds.isdisjoint(enumerate(vector)):
            free.setdefault(vector, []).append(i)
    kinds = sorted(free)
    panel = sorted(must)[: shape.seats]
    for i in panel:
        _move(miss, vectors[i], 1)

    def best(sample: int) -> Vector:
        options = [kinds[dice.below(len(kinds))] for _ in range(sample)]
        options = [kind for kind in options if free[kind]] or [k for k in kinds if free[k]]
        return min(options, key=lambda kind: sum(miss[f][v] for f, v in enumerate(kind)))

    while len(panel) < shape.seats:
        kind = best(80)
        panel.append(free[kind].pop())
        _move(miss, kind, 1)
    for _ in range(30 * shape.seats):
        if not any(any(row) for row in miss):
            break
        slot = dice.below(shape.seats)
        if panel[slot] in must:
            continue
        leaver = vectors[panel[slot]]
        before = sum(m * m for row in miss for m in row)
        _move(miss, leaver, -1)
        kind = best(120)
        _move(miss, kind, 1)
        if sum(m * m for row in miss for m in row) <= before:
            free[leaver].append(panel[slot])
            panel[slot] = free[kind].pop()
        else:
            _move(miss, kind, -1)
            _move(miss, leaver, 1)
    return tuple(sorted(panel))


def _move(miss: list[list[int]], vector: Vector, step: int) -> None:
    """Add (or take away) one person with this vector."""
    for f, v in enumerate(vector):
        miss[f][v] += step


def _counts(shape: Shape, vectors: Iterable[Vector]) -> list[list[int]]:
    """How many people hold each value of each feature."""
    tally: Counter[tuple[int, int]] = Counter()
    for vector in vectors:
        tally.update(enumerate(vector))
    return [[tally[f, v] for v in range(count)] for f, count in enumerate(shape.values)]


def _apportion(shares: list[int], seats: int) -> list[int]:
    """Seats per value by largest remainder; ties go to the earlier value."""
    total = sum(shares)
    seats_of = [share * seats // total for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda v: (-(shares[v] * seats % total), v))
    for v in by_remainder[: seats - sum(seats_of)]:
        seats_of[v] += 1
    return seats_of


def _published_example(name: str, size: int, seats: int) -> SyntheticPool:
    """Rebuild an example of Flanigan, Gölz, Gupta, Hennig, Procaccia (Nature 596, 2021)."""
    half = size // 2
    kinds = [("female", "conservative")]
    kinds += [("female", "liberal")] * (half - 1) + [("male", "conservative")] * half
    width = len(str(size))
    people = tuple((f"p{i + 1:0{width}}", *kind) for i, kind in enumerate(kinds))
    lower = seats // 2 - 1
    quotas = tuple(
        QuotaRow(feature, value, lower, seats)
        for feature, values in (
            ("gender", ("female", "male")),
            ("leaning", ("liberal", "conservative")),
        )
        for value in values
    )
    liberal, conservative = 1, half
    planted = (
        *range(liberal, liberal + seats // 2),
        *range(conservative, conservative + seats // 2),
    )
    return SyntheticPool(name, seats, ("gender", "leaning"), people, quotas, planted)
