"""What "as equal as possible" means: the objectives, as small values.

`sortition.engine.targets` finds the best chances for each over the relaxation;
`sortition.engine.search` realises them by panels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "BALANCED",
    "LEVELLED",
    "MINIMISED",
    "OBJECTIVES",
    "Custom",
    "Goldilocks",
    "Leximin",
    "Maximin",
    "Minimax",
    "Nash",
    "Objective",
]


BALANCED: Literal["balanced"] = "balanced"
_LEAST, _MOST = 1e-6, 1e6  # γ: beyond these one of both terms drowns in the other's last digits


@dataclass(frozen=True, slots=True)
class Leximin:
    """Raise the smallest chance as far as it goes, then the next smallest, and so on.

    The answer is unique: every person's chance is determined by the pool and the rules.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021).
    """

    name: str = field(default="leximin", init=False)


@dataclass(frozen=True, slots=True)
class Maximin:
    """Raise the smallest chance as far as it goes; only that is proven.

    Where the leximin chances are found without search they are returned, since they are maximin
    too; where they are not, the search stops once the smallest chance is proven.
    """

    name: str = field(default="maximin", init=False)


@dataclass(frozen=True, slots=True)
class Minimax:
    """Lower the largest chance as far as it goes; among those lotteries, leximin.

    The value is the largest chance.
    """

    name: str = field(default="minimax", init=False)


@dataclass(frozen=True, slots=True)
class Nash:
    """Make the geometric mean of all chances as large as possible: ``max Σ log π``.

    The answer is unique. The value is the mean of ``log π``, so that a gap in it is about a
    relative gap of the geometric mean.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021), supplementary information.
    """

    name: str = field(default="nash", init=False)


@dataclass(frozen=True, slots=True)
class Goldilocks:
    """Keep chances neither too small nor too large: ``min (n/k) max π + γ (k/n) / min π``.

    Among the best, leximin. The value is that of this expression, which is ``1 + γ`` at best.

    Parameters
    ----------
    gamma
        How much the smallest chance counts against the largest, from 1e-6 to 1e6. 1 is the choice
        that the authors analyse. ``"balanced"`` takes ``(n/k)² · max · min`` of the best largest
        and the best smallest chance, so that both terms would count the same if each could be had.

    References
    ----------
    Baharav, Flanigan, "Fair, manipulation-robust, and transparent sortition" (2024),
    arXiv 2406.15009.
    """

    gamma: float | Literal["balanced"] = 1.0
    name: str = field(default="goldilocks", init=False)

    def __post_init__(self) -> None:
        if self.gamma == BALANCED:
            return
        if isinstance(self.gamma, str) or not _LEAST <= self.gamma <= _MOST:
            raise ValueError(f"gamma must be a number from {_LEAST} to {_MOST}, not {self.gamma}")


@dataclass(frozen=True, slots=True)
class Custom:
    """Come as near as possible to chances that were asked for, for example against self-selection.

    Nearest in ``Σ (π − wanted)² / wanted``, which is unique. The value is this sum, over everybody.
    People of one type share a chance: what they were asked for is averaged.

    Parameters
    ----------
    wanted
        Chance asked for per id, in (0, 1]; everyone must have one.
    """

    wanted: Mapping[str, float] = field(repr=False)
    name: str = field(default="custom", init=False)

    def __post_init__(self) -> None:
        for own, chance in self.wanted.items():
            if not 0 < chance <= 1:
                raise ValueError(f"the chance asked for {own} must lie in (0, 1], not {chance}")


LEVELLED = ("leximin", "maximin")  # those whose gap is a chance
MINIMISED = ("minimax", "goldilocks", "custom")  # those whose value is the better the smaller
Objective = Leximin | Maximin | Minimax | Nash | Goldilocks | Custom
OBJECTIVES: dict[str, Objective] = {
    "leximin": Leximin(),
    "maximin": Maximin(),
    "minimax": Minimax(),
    "nash": Nash(),
    "goldilocks": Goldilocks(),
}
