"""The fair distribution and its certificate, as values.

Made by `sortition.engine.search`; goes to `sortition.lots`, to be rounded to tickets or drawn from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sortition.display import card, percent
from sortition.engine.objectives import MINIMISED
from sortition.engine.persons import person_chance
from sortition.engine.problem import Problem
from sortition.engine.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from sortition.engine.clock import Progress
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["Certificate", "Distribution", "Unselectable"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Certificate:
    """How far at most a distribution is from the best there is.

    Parameters
    ----------
    objective
        Name of the objective.
    bound
        Upper bound on the smallest chance of those who can be selected, under any lottery.
    gap
        In the objective's unit. For leximin, in chances: the largest shortfall of anyone from
        the leximin value; while levels are open, from the most that anyone there could have.
        For the others the distance between `value` and `value_bound`; infinite while the value is.
    proven
        Whether every level asked for is proven optimal, rounding apart.
    levels
        The proven chances, rising; exact rationals where the rules determine them.
    method
        ``"relaxation"`` when the bound of the relaxation was reached, ``"integer"`` when cuts
        proven by integer programs were needed.
    proof
        Multipliers with which arithmetic alone confirms every level, and the integer programs that
        it takes as given; see `sortition.engine.proof`. Empty where there is none.
    gamma
        The γ of goldilocks; None for the other objectives.
    people
        Whether bound, gap and levels are of people who could take one of several seats, and not of
        the seats.
    value
        What the lottery found is worth, in the objective's unit. Leximin and maximin: the smallest
        chance of those who can be selected. Minimax: the largest chance. Nash: the mean of
        ``log π`` over those who can be selected, the logarithm of the geometric mean of their
        chances. Goldilocks: ``(n/k) max π + γ (k/n) / min π`` over them. Custom: ``Σ (π − wanted)²
        / wanted`` over everybody. Infinite where somebody who may be able has no chance; nan where
        only the record is known.
    value_bound
        The value that no lottery on any panels passes, in the same unit: at least `value` where it
        is maximised, at most `value` where it is minimised, rounding apart. From weak duality, see
        `sortition.engine.values`; finite also when time ran out.
    """

    objective: str
    bound: float
    gap: float
    proven: bool
    levels: tuple[Fraction, ...] = field(repr=False, default=())
    method: str = "relaxation"
    proof: Proof = field(repr=False, default=Proof())
    gamma: float | None = None
    people: bool = False
    value: float = float("nan")
    value_bound: float = float("nan")

    @property
    def direction(self) -> Literal["max", "min"]:
        """Whether the larger or the smaller `value` is the better."""
        return "min" if self.objective in MINIMISED else "max"


@dataclass(frozen=True, slots=True)
class Unselectable:
    """People on no panel at all, and the rules that keep them out.

    Parameters
    ----------
    ids
        Who.
    rules
        Names of rows that together leave them no seat; empty when only the integer program shows
        it.
    whole
        Whether it takes whole people to show it; else the relaxation gives them chance zero.
    """

    ids: tuple[str, ...]
    rules: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Panels with weights: a lottery before it is numbered.

    Parameters
    ----------
    problem
        What it solves.
    panels
        ``(p, t)`` panels as counts per type, every one checked in integers.
    weights
        ``(p,)`` positive, adding up to one.
    type_chance
        ``(t,)`` the chance of a person of each type, in [0, 1].
    certificate
        How near to the optimum, with proof.
    unselectable
        Those no panel can hold, and why; nobody else is barred.
    seconds
        Time it took.
    """

    problem: Problem
    panels: Ints = field(repr=False)
    weights: Floats = field(repr=False)
    type_chance: Floats = field(repr=False)
    certificate: Certificate
    unselectable: tuple[Unselectable, ...] = field(repr=False)
    seconds: float

    def __repr__(self) -> str:
        found, chance = self.certificate, self.chance[self.selectable]
        said = "proven" if found.proven else f"gap {found.gap:.1e}"
        return (
            f"Distribution: {found.objective}, {len(self.panels)} panels, chances "
            f"{percent(chance.min())} to {percent(chance.max())}, {said}"
        )

    def _repr_html_(self) -> str:
        """Show what is known of the chances."""
        out, found = int((~self.selectable).sum()), self.certificate
        rows = [
            ("people", len(self.problem.ids)), ("on no panel", out),
            ("mean chance", percent(self.chance.mean())),
            ("bound on the smallest chance", percent(found.bound)),
            (f"value ({found.direction})", f"{found.value:.6g}"),
            ("no lottery has one beyond", f"{found.value_bound:.6g}"), ("gap", f"{found.gap:.1e}"),
            ("seconds", f"{self.seconds:.2f}"),
        ]
        return card(repr(self), ("", ""), rows)

    @property
    def chance(self) -> Floats:
        """``(n,)`` each person's chance, in the order of ``problem.ids``."""
        return self.type_chance[self.problem.type_of]

    def to_lottery(
        self, tickets: int = 1000, *, time_limit: float | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Lottery:
        """Round to `tickets` equally likely panels; see `sortition.lots.lottery.to_lottery`."""
        from sortition.lots.lottery import to_lottery

        return to_lottery(self, tickets, time_limit=time_limit, progress=progress)

    def to_exact(self) -> ExactLottery:
        """Keep the weights, as whole numbers; see `sortition.lots.exact.to_exact`."""
        from sortition.lots.exact import to_exact

        return to_exact(self)

    @property
    def able(self) -> Floats:
        """The chances of those who can be selected at all: of people, where they have seats."""
        problem = self.problem
        if not self.certificate.people or problem.owner is None or problem.owners is None:
            return self.chance[self.selectable]
        seats = np.bincount(problem.type_of, self.selectable, problem.types) > 0
        able = np.bincount(problem.owner, seats, len(problem.owners)) > 0
        return np.repeat(person_chance(problem, self.type_chance), problem.owners * able)

    @property
    def selectable(self) -> NDArray[np.bool_]:
        """``(n,)`` who can be selected at all."""
        out = {own for group in self.unselectable for own in group.ids}
        return np.array([own not in out for own in self.problem.ids])
