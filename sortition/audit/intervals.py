"""Exact intervals of a share, and what a plain lot would give, from the distributions themselves.

Counts in, bounds out; no normal approximation anywhere. Called by `sortition.audit.against` and by
`sortition.process.pools`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "by_lot", "interval", "interval_without_replacement"]

Floats = NDArray[np.float64]

_REACH = 12.0  # standard deviations on either side: what lies beyond is below 1e-30
_HALVINGS = 60


class Interval(NamedTuple):
    """An estimated share or probability, and bounds that hold it with the confidence asked for."""

    estimate: float
    low: float
    high: float


class _Counts(NamedTuple):
    """How likely each number of hits is: of `first`, `first` + 1, …; all others as good as not."""

    first: int
    chance: Floats

    def at_least(self, hits: int) -> float:
        """Return P(X ≥ hits)."""
        return float(self.chance[max(hits - self.first, 0):].sum())

    def at_most(self, hits: int) -> float:
        """Return P(X ≤ hits)."""
        return float(self.chance[:max(hits - self.first + 1, 0)].sum())


def interval(hits: int, of: int, confidence: float = 0.99) -> Interval:
    """Return the exact interval of a probability, after `hits` of so many independent tries.

    References
    ----------
    Clopper, Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", *Biometrika* 26 (1934).

    Examples
    --------
    >>> [round(bound, 4) for bound in interval(0, 100)]
    [0.0, 0.0, 0.0516]
    """
    tail = (1 - confidence) / 2

    def least(hits: int) -> float:
        """Return the smallest p with P(X ≥ hits) above the tail."""
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            rare = _binomial(of, middle).at_least(hits) <= tail
            low, high = (middle, high) if rare else (low, middle)
        return (low + high) / 2

    return Interval(
        hits / of, least(hits) if hits else 0.0, 1 - least(of - hits) if hits < of else 1.0
    )


def interval_without_replacement(
    hits: int, of: int, population: int, confidence: float = 0.99
) -> Interval:
    """Return the exact interval of a share of a finite population, after a draw from it.

    Of N people K are of a kind, and of n drawn x are. The bounds are the smallest and the largest
    K / N of which neither P(X ≥ x) nor P(X ≤ x) is as small as half of what the confidence leaves;
    X is hypergeometric. With n = N they meet.

    Parameters
    ----------
    hits, of
        x and n.
    population
        N, at least n.

    References
    ----------
    Katz, "Confidence intervals for the number showing a certain characteristic in a population when
    sampling is without replacement", *Journal of the American Statistical Association* 48 (1953).

    Examples
    --------
    >>> interval_without_replacement(3, 4, 4)
    Interval(estimate=0.75, low=0.75, high=0.75)
    """
    tail = (1 - confidence) / 2

    def least(hits: int) -> int:
        """Return the smallest K with P(X ≥ hits) above the tail."""
        low, high = hits - 1, population - (of - hits)  # the first is not, the second is enough
        while high - low > 1:
            middle = (low + high) // 2
            rare = _hypergeometric(population, middle, of).at_least(hits) <= tail
            low, high = (middle, high) if rare else (low, middle)
        return high

    most = population - least(of - hits)
    return Interval(hits / of, least(hits) / population, most / population)


def by_lot(
    of: int, share: float, confidence: float = 0.99, *, drawn: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Return how many of a kind a plain lot gives, but for the rarest cases on either side.

    Parameters
    ----------
    of
        How many are drawn, n.
    share
        Which part of the reference is of the kind.
    confidence
        How often the number lies within the two, at least.
    drawn
        People of the kind, K, and people, N, where they are drawn from so many and not from very
        many.

    Returns
    -------
    tuple
        The fewest and the most.

    Examples
    --------
    >>> by_lot(20, 0.7, 0.95), by_lot(20, 0.7, 0.95, drawn=(14, 20))
    ((10, 18), (14, 14))
    """
    tail = (1 - confidence) / 2
    counts = _binomial(of, share) if drawn is None else _hypergeometric(drawn[1], drawn[0], of)
    fewest = most = counts.first
    last = counts.first + len(counts.chance) - 1
    while fewest < last and counts.at_most(fewest) <= tail:
        fewest += 1
    most = max(fewest, most)
    while most < last and counts.at_least(most + 1) > tail:
        most += 1
    return fewest, most


def _binomial(of: int, p: float) -> _Counts:
    """Return the binomial distribution of `of` tries."""
    if p <= 0 or p >= 1:
        return _Counts(of if p >= 1 else 0, np.ones(1))
    odds = math.log(p) - math.log1p(-p)
    return _around(
        int((of + 1) * p), math.sqrt(of * p * (1 - p)), (0, of),
        lambda k: np.log((of - k) / (k + 1)) + odds,
    )


def _hypergeometric(population: int, kind: int, of: int) -> _Counts:
    """Return the distribution of those of a kind among `of` drawn of a population."""
    mean = of * kind / population
    spread = mean * (1 - kind / population) * (population - of) / max(population - 1, 1)
    rest = population - kind - of
    return _around(
        int((of + 1) * (kind + 1) / (population + 2)), math.sqrt(max(spread, 0.0)),
        (max(0, -rest), min(of, kind)),
        lambda k: np.log((kind - k) / (k + 1)) + np.log((of - k) / (rest + k + 1)),
    )


def _around(
    mode: int, spread: float, ends: tuple[int, int], step: Callable[[Floats], Floats]
) -> _Counts:
    """Return a distribution by the ratio of each chance to the one before it, round its mode.

    `step` is log P(k + 1) − log P(k) of an array k. That the sum is one says the rest, so that no
    factorial is needed.
    """
    reach = int(_REACH * spread) + 40
    first, last = max(ends[0], mode - reach), min(ends[1], mode + reach)
    logs = np.concatenate([[0.0], np.cumsum(step(np.arange(first, last, dtype=float)))])
    chance = np.exp(logs - logs.max())
    return _Counts(first, chance / chance.sum())
