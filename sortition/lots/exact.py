"""The lottery without rounding to tickets: panels in whole-number weights, drawn from a text.

A panel says how many serve of each type, its weight how likely it is; who serves within a type is
drawn with it. Comes from `sortition.engine.distribution`, goes to `sortition.draw`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sortition.display import card, percent
from sortition.draw import Candidate
from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem
from sortition.files.writers import to_csv
from sortition.lots.groups import group_rows

__all__ = ["ExactLottery", "to_exact"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOTAL = 10**15  # W: weights are rounded where double precision ends anyway


@dataclass(frozen=True, slots=True, eq=False)
class ExactLottery:
    """Panels with whole-number weights: one is drawn with the chance W_p / W.

    Within the panel drawn everybody of a type is equally likely, so that a person of type t has
    the chance ``π_t = Σ_p W_p x_pt / (W m_t)``, a rational number.

    Parameters
    ----------
    distribution
        What it was made from.
    panels
        ``(p, t)`` how many serve of each type; distinct, in rising order.
    weights
        W_p > 0 of each panel; they add up to W, `total`.
    csv
        ``lottery.csv``: a row per panel, its number, its weight and the people of each type.
    groups
        ``groups.csv``: per person the household, the type and the quota groups.
    """

    kind: ClassVar[Literal["exact"]] = "exact"

    distribution: Distribution
    panels: Ints = field(repr=False)
    weights: tuple[int, ...] = field(repr=False)
    csv: str = field(init=False, repr=False)
    groups: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        width = len(str(len(self.panels) - 1))
        columns = ["panel", "weight", *(f"type_{t}" for t in range(1, self.problem.types + 1))]
        rows = (
            [f"{at:0{width}d}", weight, *panel]
            for at, (weight, panel) in enumerate(
                zip(self.weights, self.panels.tolist(), strict=True)
            )
        )
        object.__setattr__(self, "csv", to_csv(columns, rows))
        header, *people = group_rows(self.problem, types=True)
        object.__setattr__(self, "groups", to_csv(header, people))

    def __repr__(self) -> str:
        return (
            f"ExactLottery: {len(self.panels)} panels of {self.problem.size} seats, weights out of "
            f"{self.total}, SHA-256 {self.sha256[:12]}…"
        )

    def _repr_html_(self) -> str:
        """Show how likely each panel is."""
        rows = ((at, percent(own / self.total)) for at, own in enumerate(self.weights))
        return card(repr(self), ("panel", "chance"), rows)

    @property
    def problem(self) -> Problem:
        """The rules that every panel keeps."""
        return self.distribution.problem

    @property
    def total(self) -> int:
        """What the weights add up to, W."""
        return sum(self.weights)

    @property
    def type_chances(self) -> tuple[Fraction, ...]:
        """The chance of a person of each type, counted from the weights."""
        seats = [sum(map(int.__mul__, self.weights, column)) for column in self.panels.T.tolist()]
        whole = self.total
        return tuple(
            Fraction(count, whole * people)
            for count, people in zip(seats, self.problem.people.tolist(), strict=True)
        )

    @property
    def chance(self) -> Floats:
        """``(n,)`` each person's chance, in the order of ``problem.ids``, as floats."""
        return np.array([float(chance) for chance in self.type_chances])[self.problem.type_of]

    @property
    def loss(self) -> float:
        """The largest difference between anyone's chance and the one that was found for them."""
        wanted = self.distribution.type_chance.tolist()
        return float(max(
            abs(chance - Fraction(value))
            for chance, value in zip(self.type_chances, wanted, strict=True)
        ))

    @property
    def sha256(self) -> str:
        """The digest of ``lottery.csv``."""
        return hashlib.sha256(self.csv.encode()).hexdigest()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Everyone with their type and household, as ``groups.csv`` has them."""
        return tuple(
            Candidate(own, int(t), home) for own, home, t, *_ in
            group_rows(self.problem, types=True)[1:]
        )


def to_exact(distribution: Distribution) -> ExactLottery:
    """Write the weights of a distribution as whole numbers that add up to 10¹⁵.

    Every weight is rounded down, and the units left go to the largest remainders. A panel that is
    left without weight is dropped. No chance moves by more than about one part in 10¹⁴; `loss` says
    by how much.

    Parameters
    ----------
    distribution
        Panels with weights.

    Returns
    -------
    ExactLottery

    Raises
    ------
    RuntimeError
        If a panel breaks a rule, which would be a mistake of the program.
    """
    panels, place = np.unique(distribution.panels, axis=0, return_inverse=True)
    shares = [Fraction(0)] * len(panels)
    for at, weight in zip(place.reshape(-1).tolist(), distribution.weights.tolist(), strict=True):
        shares[at] += Fraction(weight)
    weights = _whole(shares)
    kept = [at for at, weight in enumerate(weights) if weight]
    for at in kept:
        if not distribution.problem.admits(panels[at]):
            raise RuntimeError("a panel breaks a rule; please report this")
    panels = panels[kept]
    panels.setflags(write=False)
    return ExactLottery(distribution, panels, tuple(weights[at] for at in kept))


def _whole(shares: list[Fraction]) -> list[int]:
    """Return whole numbers in proportion to the shares that add up to `TOTAL` exactly."""
    total = sum(shares)
    due = [share * TOTAL / total for share in shares]
    weights = [int(share) for share in due]
    left = TOTAL - sum(weights)
    for at in sorted(range(len(due)), key=lambda at: (weights[at] - due[at], at))[:left]:
        weights[at] += 1
    return weights
