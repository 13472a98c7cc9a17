"""How long work will take still: from reports of progress to an estimate in seconds.

Called by `sortition.cli.say`, which shows it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sortition.engine.clock import Progress

__all__ = ["Pace", "clock", "share"]

_SOON, _SOME = 1.0, 0.02  # seconds and share of a stage that tell how fast it goes
_FOUND = 1e-10  # of the lottery still to find: then it is found


def share(report: Progress) -> float | None:
    """Return which share of its stage is done, None where nobody can tell.

    What is still to find of the lottery shrinks by about the same factor from panel to panel.
    """
    if not math.isnan(report.done):
        return min(max(report.done, 0.0), 1.0)
    if report.stage == "panels" and 0 < report.gap < 1:
        return min(math.log(report.gap) / math.log(_FOUND), 1.0)
    return None


@dataclass
class Pace:
    """How fast the stage at hand goes.

    Parameters
    ----------
    limit
        Seconds after which the search ends whatever it has, if there is such a limit.
    """

    limit: float | None = None
    _stage: str = ""
    _since: float = 0.0
    _first: float = 0.0
    _last: float = 0.0

    def left(self, report: Progress) -> float | None:
        """Return how many seconds the stage will take still, None while that cannot be told."""
        done = share(report)
        if report.stage != self._stage or (done is not None and done < self._last):
            self._stage, self._since, self._first = report.stage, report.seconds, done or 0.0
        if done is None:
            return None
        self._last = done
        passed, gone = report.seconds - self._since, done - self._first
        return passed * (1 - done) / gone if passed >= _SOON and gone >= _SOME else None

    def at_most(self, report: Progress) -> float | None:
        """Return how many seconds the time limit leaves, None where there is none."""
        return None if self.limit is None else max(self.limit - report.seconds, 0.0)


def clock(seconds: float) -> str:
    """Return seconds as people read them.

    Examples
    --------
    >>> clock(42), clock(3723)
    ('0:42', '1:02:03')
    """
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
