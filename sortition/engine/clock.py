"""Time of long work: what is reported on the way, and the end of it.

Used by `sortition.engine.search`, by what makes tickets of its result, and by what calls them with
a function to report to.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Clock", "OutOfTimeError", "Progress"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a long search.

    Parameters
    ----------
    stage
        ``"target"``, ``"panels"``, ``"reach"`` (who can be selected) or ``"levels"``; of a lottery
        ``"tickets"`` or ``"balance"``; of a plan ``"letters"`` or ``"pools"``; in an audit
        ``"lies"``, ``"objectives"``, ``"prices"`` or ``"legacy"``.
    gap
        In ``"panels"`` the share of the lottery still to find, in ``"levels"`` the gap of the
        level at hand, else nan.
    seconds
        Since the start.
    done
        Which share of the stage is done, nan where that cannot be told.
    """

    stage: str
    gap: float
    seconds: float
    done: float = float("nan")


class OutOfTimeError(Exception):
    """Raised inside the engine only, to unwind to where the best so far is known."""


@dataclass
class Clock:
    """Time spent and left, and whom to tell."""

    limit: float
    progress: Callable[[Progress], None] | None
    start: float = field(default_factory=time.perf_counter)

    def spent(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self.start

    def left(self) -> float:
        """Return the seconds until time is up."""
        return self.limit - self.spent()

    @classmethod
    def of(cls, limit: float | None, progress: Callable[[Progress], None] | None) -> Clock:
        """Return a clock that starts now; without a limit it goes on for ever."""
        return cls(math.inf if limit is None else limit, progress)

    def told(self, stage: str, gap: float = math.nan, done: float = math.nan) -> bool:
        """Report, and return whether there is time left."""
        if self.progress is not None:
            self.progress(Progress(stage, gap, self.spent(), done))
        return self.left() > 0

    def tick(self, stage: str, gap: float = math.nan, done: float = math.nan) -> None:
        """Report, and unwind when time is up."""
        if not self.told(stage, gap, done):
            raise OutOfTimeError
