"""The greedy method that most assemblies used, for comparison only: what chances it seems to give.

Takes a `Problem`, gives estimates with intervals. Nothing here proves anything, which is why the
engine does not use it: see `sortition.engine.search` for chances that are computed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Clock, Progress
from sortition.engine.problem import Problem
from sortition.errors import SolverError

__all__ = ["LegacyEstimate", "estimate_legacy"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_TRIES = 200  # restarts in a row before one panel is given up


@dataclass(frozen=True, slots=True, eq=False)
class LegacyEstimate:
    """How often each person was drawn by the greedy method, as an estimate of their chance.

    Parameters
    ----------
    ids
        ``(n,)`` sorted ids.
    draws
        How many panels were drawn; fewer than asked for where time ran out.
    hits
        ``(n,)`` on how many of them each person was.
    restarts
        How often the method ran into a dead end and began again.
    z
        Half-width of the intervals in standard deviations.
    """

    ids: tuple[str, ...] = field(repr=False)
    draws: int
    hits: Ints = field(repr=False)
    restarts: int
    z: float = 2.576

    @property
    def chance(self) -> Floats:
        """``(n,)`` estimated chance of each person: the share of panels they were on."""
        estimate: Floats = self.hits / self.draws
        return estimate

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """``(n,)``, ``(n,)`` Wilson's interval for each chance (99 % at the default `z`).

        References
        ----------
        Wilson, "Probable inference, the law of succession, and statistical inference", *Journal of
        the American Statistical Association* 22 (1927).
        """
        n, p, z = self.draws, self.chance, self.z
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
        # At the ends both sums are exact; a computer leaves a last digit there.
        return np.where(self.hits == 0, 0.0, low), np.where(self.hits == n, 1.0, high)


def estimate_legacy(
    problem: Problem,
    draws: int = 1000,
    *,
    seed: str = "legacy",
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> LegacyEstimate:
    """Draw panels by the greedy method and count who is on them.

    Seat after seat it takes the quota that is most urgent, the one with the largest ratio of people
    still needed to people left, and draws one of them; groups that are full leave the pool, and so
    do the other members of a household that may send no more. In a dead end it begins again.

    Parameters
    ----------
    problem
        The rules; the number of seats must be one number.
    draws
        How many panels.
    seed
        Text from which all randomness follows. For simulation, not for an official draw.
    time_limit
        Seconds after which the panels drawn so far are the estimate; the first is drawn in any
        case.
    progress
        Called with a `Progress` of the stage ``"legacy"`` at each panel; what it raises stops the
        work.

    Raises
    ------
    ValueError
        If the size is a range, which the method does not know, or `draws` is below one.
    SolverError
        If it found no panel in many attempts. One may exist all the same.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, *Nature* 596 (2021), supplement: LEGACY.
    """
    if int(problem.lower[0]) != problem.size:
        raise ValueError("the greedy method knows one number of seats, not a range")
    if draws < 1:
        raise ValueError(f"at least one draw is needed, not {draws}")
    dice = _Dice(seed)
    inside = problem.rows[1:, problem.type_of].T.astype(np.int64)
    hits = np.zeros(len(problem.ids), dtype=np.int64)
    restarts = 0
    clock = Clock.of(time_limit, progress)
    for done in range(draws):
        if not clock.told("legacy", done=done / draws) and done:
            draws = done
            break
        for _ in range(_TRIES):
            panel = _greedy(problem, inside, dice)
            if panel is not None:
                break
            restarts += 1
        else:
            raise SolverError("legacy-gave-up", tries=_TRIES)
        hits[panel] += 1
    hits.setflags(write=False)
    return LegacyEstimate(problem.ids, draws, hits, restarts)


def _greedy(problem: Problem, inside: Ints, dice: _Dice) -> Ints | None:
    """Return one panel as person indices, None in a dead end."""
    need, room = problem.lower[1:].copy(), problem.upper[1:].copy()
    here: NDArray[np.bool_] = np.asarray(~inside[:, room <= 0].any(axis=1))
    sent = np.zeros(int(problem.household.max()) + 1, dtype=np.int64)
    chosen: list[int] = []
    while len(chosen) < problem.size:
        left = inside[here].sum(axis=0)
        if not here.any() or (need > left).any():
            return None
        candidates = here
        if (need > 0).any():
            ratio = np.where(need > 0, need / np.maximum(left, 1), -1.0)
            urgent = np.flatnonzero(ratio >= ratio.max() - 1e-12)
            candidates = here & (inside[:, urgent[dice.below(len(urgent))]] == 1)
        among = np.flatnonzero(candidates)
        person = int(among[dice.below(len(among))])
        chosen.append(person)
        here[person] = False
        need -= inside[person]
        room -= inside[person]
        here &= ~inside[:, room <= 0].any(axis=1)
        home = problem.household[person]
        sent[home] += 1
        if sent[home] >= problem.per_household:
            here &= problem.household != home
    panel = np.array(sorted(chosen))
    counts = np.bincount(problem.type_of[panel], minlength=problem.types)
    return panel if problem.admits(counts) else None


class _Dice:
    """Whole numbers from SHA-256 of a text and a counter, each equally likely."""

    def __init__(self, seed: str) -> None:
        self._seed = f"sortition/1/legacy\0{seed}\0"
        self._counter = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1, by rejection."""
        bits = max(math.ceil(math.log2(limit + 1)), 1) + 1
        while True:
            text = f"{self._seed}{self._counter}".encode()
            self._counter += 1
            number = int.from_bytes(hashlib.sha256(text).digest(), "big") >> (256 - bits)
            if number < 2**bits // limit * limit:
                return number % limit
