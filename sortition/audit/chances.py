"""How equal chances are: the figures of one set of chances, for everybody or for one group.

Plain functions of arrays, so that chances from anywhere can be measured: from a lottery, from
`sortition.engine.legacy`, or from another program. Called by the other modules of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ChanceFigures", "chance_figures", "geometric_mean", "gini"]

Floats = NDArray[np.float64]

_SAME = 1e-6  # of the optimum: a chance nearer below it is not below it


@dataclass(frozen=True, slots=True)
class ChanceFigures:
    """How equal the chances of some people are; chances in [0, 1].

    Parameters
    ----------
    people
        How many people, n.
    barred
        How many of them are on no panel at all. They count, with chance 0, in `mean`, in `gini` and
        in nothing else.
    smallest, largest
        Smallest and largest chance.
    mean
        Mean chance; for a whole pool k / n.
    gini
        ``Σ_i Σ_j |π_i − π_j| / (2 n² mean)``: 0 when all are equal, towards 1 when few have all.
    geometric_mean
        ``(Π π_i)^(1/n)``, what the objective Nash makes as large as possible; 0 when somebody who
        can be selected has chance 0.
    below_optimum
        Share of the people whose chance lies below the best smallest chance any lottery could give.
    smallest_of_best
        Smallest chance ÷ best possible smallest chance: 1 is perfect, 0 is worst.
    largest_of_best
        Largest chance ÷ best possible largest chance: 1 is perfect, more is worse.

    References
    ----------
    Gini coefficient, geometric mean and share below the optimum: Flanigan, Gölz, Gupta, Hennig,
    Procaccia, *Nature* 596 (2021). The two ratios: after Baharav, Flanigan, arXiv 2406.15009
    (2024).
    """

    people: int
    barred: int
    smallest: float
    mean: float
    largest: float
    gini: float
    geometric_mean: float
    below_optimum: float
    smallest_of_best: float
    largest_of_best: float


def gini(chance: Floats) -> float:
    """Return the Gini coefficient of chances.

    Parameters
    ----------
    chance
        ``(n,)`` not negative.

    Returns
    -------
    float
        ``Σ_i Σ_j |π_i − π_j| / (2 n² mean)``; 0 where everybody has nothing.

    References
    ----------
    Gini, *Variabilità e mutabilità* (1912); for selection chances Flanigan et al., *Nature* 596
    (2021).

    Examples
    --------
    >>> gini(np.array([0.5, 0.5, 1.0]))  # the pairs 1–3 and 2–3 differ by one half
    0.16666666666666666
    """
    ordered = np.sort(chance)
    count, total = len(ordered), float(ordered.sum())
    if total <= 0:
        return 0.0
    rank = np.arange(1, count + 1)
    return max(float(((2 * rank - count - 1) * ordered).sum()) / (count * total), 0.0)


def geometric_mean(chance: Floats) -> float:
    """Return ``(Π π_i)^(1/n)`` of ``(n,)`` chances; 0 for nobody, and when one of them is 0.

    Examples
    --------
    >>> round(geometric_mean(np.array([0.25, 1.0])), 12)
    0.5
    """
    if not len(chance) or chance.min() <= 0:
        return 0.0
    return float(np.exp(np.log(chance).mean()))


def chance_figures(
    chance: Floats, able: NDArray[np.bool_], best_smallest: float, best_largest: float
) -> ChanceFigures:
    """Return the figures of some people's chances.

    Parameters
    ----------
    chance
        ``(n,)`` chances, n ≥ 1.
    able
        ``(n,)`` who can be selected at all.
    best_smallest, best_largest
        The best that any lottery could do for the smallest and for the largest chance of the whole
        pool; see `sortition.audit.optima`.
    """
    of_able = chance[able]
    smallest = float(of_able.min()) if len(of_able) else 0.0
    largest = float(chance.max())
    below = of_able < best_smallest * (1 - _SAME)
    return ChanceFigures(
        people=len(chance),
        barred=int((~able).sum()),
        smallest=smallest,
        mean=float(chance.mean()),
        largest=largest,
        gini=gini(chance),
        geometric_mean=geometric_mean(of_able),
        below_optimum=float(below.mean()) if len(of_able) else 0.0,
        smallest_of_best=smallest / best_smallest,
        largest_of_best=largest / best_largest,
    )
