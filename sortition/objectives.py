"""What "as equal as possible" means: the objectives, as small values.

`sortition.distribution` reads them; a new objective is a new value here and its target there.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OBJECTIVES", "Leximin", "Maximin", "Objective"]


@dataclass(frozen=True, slots=True)
class Leximin:
    """Raise the smallest chance as far as it goes, then the next smallest, and so on.

    The answer is unique: every person's chance is determined by the pool and the rules.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021).
    """

    name: str = "leximin"


@dataclass(frozen=True, slots=True)
class Maximin:
    """Raise the smallest chance as far as it goes; only that is proven.

    Where the leximin chances are found without search they are returned, since they are maximin
    too; where they are not, the search stops once the smallest chance is proven.
    """

    name: str = "maximin"


Objective = Leximin | Maximin
OBJECTIVES: dict[str, Objective] = {"leximin": Leximin(), "maximin": Maximin()}
