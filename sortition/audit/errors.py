"""How far panels are from what they should mirror: published measures, in shares of seats.

``errors_of(groups) -> (RepresentationError, …)``: per set of features, against the pool, the quotas
and the population. Called by `sortition.audit.measure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sortition.audit.groups import Group

__all__ = ["RepresentationError", "distances", "errors_of"]

Reference = Literal["pool", "quotas", "population"]


@dataclass(frozen=True, slots=True)
class RepresentationError:
    """How far the expected panel is from a reference, over the groups of one set of features.

    With d_g the share of a group on the expected panel minus its share in the reference:

    Parameters
    ----------
    over
        The features, ``gender × age``.
    against
        ``"pool"``, ``"quotas"`` (the middle of each, in proportion) or ``"population"``.
    groups
        How many groups.
    mean_squared
        ``Σ d_g² / groups``.
    loosemore_hanby
        ``½ Σ |d_g|``: the share of the seats that would have to go to other groups.
    gallagher
        ``√(½ Σ d_g²)``, the least-squares index: large differences count more.
    largest
        ``max |d_g|``.

    References
    ----------
    Mean squared error over intersections: Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596
    (2021), supplement. Loosemore, Hanby, "The theoretical limits of maximum distortion", *British
    Journal of Political Science* 1 (1971). Gallagher, "Proportionality, disproportionality and
    electoral systems", *Electoral Studies* 10 (1991).
    """

    over: str
    against: Reference
    groups: int
    mean_squared: float
    loosemore_hanby: float
    gallagher: float
    largest: float


def errors_of(groups: Sequence[Group]) -> tuple[RepresentationError, ...]:
    """Return the errors over every set of features, whose groups part the pool between them."""
    found = []
    for over in dict.fromkeys(group.over for group in groups if group.over):
        own = [group for group in groups if group.over == over]
        shares: dict[Reference, list[float]] = {"pool": [group.pool_share for group in own]}
        middles = [
            (group.lower + min(group.upper, _seats(groups))) / 2
            for group in own if group.lower is not None and group.upper is not None
        ]
        if len(middles) == len(own) and sum(middles) > 0:
            shares["quotas"] = [middle / sum(middles) for middle in middles]
        counted = [g.population_share for g in own if g.population_share is not None]
        if len(counted) == len(own):
            shares["population"] = counted
        found += [_error(over, against, own, values) for against, values in shares.items()]
    return tuple(found)


def _seats(groups: Sequence[Group]) -> float:
    """Return the expected size of the panel."""
    return next(group.expected / group.panel_share for group in groups if group.panel_share)


def _error(
    over: str, against: Reference, own: Sequence[Group], shares: Sequence[float]
) -> RepresentationError:
    off = np.array([group.panel_share for group in own]) - np.array(shares)
    return RepresentationError(over, against, len(own), *distances(off))


def distances(off: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return mean squared error, Loosemore–Hanby index, least-squares index and largest difference.

    Parameters
    ----------
    off
        ``(g,)`` d_g, as in `RepresentationError`.

    Examples
    --------
    >>> distances(np.array([0.25, -0.25]))
    (0.0625, 0.25, 0.25, 0.25)
    """
    return (float((off**2).mean()), float(np.abs(off).sum() / 2),
            float(np.sqrt((off**2).sum() / 2)), float(np.abs(off).max()))
