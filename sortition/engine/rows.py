"""The rows of a relaxation, without writing out the zeros of households.

Rules and cuts are dense and few; a household pattern is a row of ones on its own types, and there
may be thousands of them. Held by `sortition.engine.relaxation`, given to `sortition.engine.solver`
as triplets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.engine.solver import Triplets

__all__ = ["Rows"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The matrix A of ``lower ≤ A x ≤ upper``: rules, then household patterns, then cuts.

    Parameters
    ----------
    rules
        ``(m, t)`` size and quotas.
    pattern
        ``(t,)`` household pattern of each type.
    shared
        ``(h,)`` the patterns that are rows, rising.
    cuts
        ``(c, t)`` cuts.
    """

    rules: Floats
    pattern: Ints
    shared: Ints
    cuts: Floats

    def __len__(self) -> int:
        return len(self.rules) + len(self.shared) + len(self.cuts)

    def times(self, x: Floats | Ints) -> Floats:
        """Return ``A x`` for one ``(t,)`` vector."""
        homes = np.bincount(self.pattern, x, minlength=self._patterns)[self.shared]
        return np.concatenate([self.rules @ x, homes, self.cuts @ x])

    def times_each(self, columns: Floats) -> Floats:
        """Return ``A X`` for the columns of a ``(t, g)`` matrix."""
        homes = np.zeros((self._patterns, columns.shape[1]))
        np.add.at(homes, self.pattern, columns)
        return np.vstack([self.rules @ columns, homes[self.shared], self.cuts @ columns])

    def back(self, multipliers: Floats) -> Floats:
        """Return ``Aᵀ y`` for one multiplier per row."""
        first, last = len(self.rules), len(self.rules) + len(self.shared)
        homes = np.zeros(self._patterns)
        homes[self.shared] = multipliers[first:last]
        return (
            multipliers[:first] @ self.rules + homes[self.pattern] + multipliers[last:] @ self.cuts
        )

    def dense(self) -> Floats:
        """Return A written out."""
        homes = (self.pattern[None, :] == self.shared[:, None]).astype(np.float64)
        return np.vstack([self.rules, homes, self.cuts])

    def triplets(self) -> Triplets:
        """Return the entries of A that are not zero, row by row."""
        place = np.full(self._patterns, -1)
        place[self.shared] = np.arange(len(self.shared))
        of_type = place[self.pattern]
        types = np.flatnonzero(of_type >= 0)
        types = types[np.argsort(of_type[types], kind="stable")]
        first, last = len(self.rules), len(self.rules) + len(self.shared)
        at_rule, at_cut = np.nonzero(self.rules), np.nonzero(self.cuts)
        return Triplets(
            (len(self), len(self.pattern)),
            np.concatenate([at_rule[0], first + of_type[types], last + at_cut[0]]),
            np.concatenate([at_rule[1], types, at_cut[1]]),
            np.concatenate([self.rules[at_rule], np.ones(len(types)), self.cuts[at_cut]]),
        )

    @property
    def _patterns(self) -> int:
        return int(self.pattern.max(initial=-1)) + 1
