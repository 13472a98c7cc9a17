"""How many letters, to whom, and how likely the answers are to make a panel; and who is missing.

`Kinds` in, a `Plan` or an `Outlook` out; called by the command line. Pools are simulated, so that
what is said of them is an estimate with an interval, the same for the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.audit.intervals import by_lot
from sortition.engine.clock import Clock, Progress
from sortition.process.kinds import Kinds, raked
from sortition.process.pools import Interval, feasible, interval, simulate

__all__ = ["MOST_LETTERS", "Arrivals", "Outlook", "Plan", "plan", "who_is_missing"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LETTERS = 1_000_000
_BATCH = 50  # pools of one job, and between two reports
_ROUGH = 400  # pools by which the number of letters is looked for
_SURE = 0.98  # one in a hundred on either side
_GRAIN = 50  # letters are stated in steps of at most a fiftieth


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What pools look like in the end.

    Parameters
    ----------
    possible
        How likely it is that a panel can be made.
    pool
        Smallest, middle and largest of the pools, leaving out one in twenty on either side.
    expected
        ``(m,)`` people in each rule's group on average.
    met
        ``(m,)`` how likely it is that the group alone has enough people for the rule's minimum.
    simulations
        Pools.
    """

    possible: Interval
    pool: tuple[int, int, int]
    expected: Floats = field(repr=False)
    met: tuple[Interval, ...] = field(repr=False)
    simulations: int


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Sign-ups so far, beside what was to be expected of them.

    Parameters
    ----------
    now
        ``(m,)`` people in each rule's group.
    due
        How many sign-ups were to be expected by now, at the rates that were given.
    part
        ``(m,)`` how many of those who are there were to be expected in each rule's group.
    behind
        ``(m,)`` whether there are fewer than in all but the rarest one in a hundred cases.
    possible_now
        Whether a panel can be made of those who are there.
    outlook
        What to expect in the end.
    """

    now: Ints = field(repr=False)
    due: float
    part: Floats = field(repr=False)
    behind: tuple[bool, ...]
    possible_now: bool
    outlook: Outlook


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Letters per group, and what to expect of them.

    Parameters
    ----------
    kinds
        Whom there is.
    letters
        ``(g,)`` letters to each group.
    enough
        Whether the probability asked for lies within reach of the estimate; None when the number
        of letters was given.
    outlook
        What to expect.
    """

    kinds: Kinds
    letters: Ints
    enough: bool | None
    outlook: Outlook


def plan(
    kinds: Kinds, *, letters: int | None = None, confidence: float = 0.95,
    simulations: int = 1000, seed: str = "plan", jobs: int | None = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Plan letters so that the answers make a panel.

    Letters go to each group in proportion to the seats expected of it (see
    `sortition.process.kinds.raked`), divided by its rate of response.

    Parameters
    ----------
    kinds
        Whom there is, who answers, and the rules.
    letters
        How many; None looks for the fewest with which a panel is as likely as `confidence`.
    confidence
        That probability.
    simulations
        Pools by which the result is judged; others than those by which letters are looked for.
    seed
        A text; the same gives the same result.
    jobs
        Processes, by joblib; None leaves it to a ``joblib.parallel_config`` around the call, such
        as one of a cluster.
    progress
        Called with a `Progress` of the stage ``"letters"`` while their number is looked for, then
        of ``"pools"`` at every batch; what it raises stops the work. Several processes report
        nothing in between.

    Raises
    ------
    ValueError
        If there are no simulations or letters.
    """
    if simulations < 1 or (letters is not None and letters < 1):
        raise ValueError("at least one simulation and one letter are needed")
    wanted = np.bincount(kinds.group, raked(kinds)) / kinds.rates
    share = wanted / wanted.sum()
    none = np.zeros(len(kinds.where), dtype=np.int64)

    clock = Clock.of(None, progress)

    def likely(count: int) -> float:
        few = min(_ROUGH, simulations)
        own = _divided(share, count)
        run = _simulated(kinds, own, f"{seed}, rough", few, kinds.rates, none, jobs,
                         lambda _: clock.told("letters"))
        return sum(possible for possible, _ in run) / few

    given = letters is not None
    if letters is None:
        top = low = max(int(kinds.lower[0] / float(share @ kinds.rates)), 1)
        while likely(top) < confidence and top < MOST_LETTERS:
            low, top = top, min(2 * top, MOST_LETTERS)
        step = max(10 ** int(math.log10(max(top // _GRAIN, 1))), 1)
        high = top
        while high - low > step:
            middle = (low + high) // 2
            low, high = (low, middle) if likely(middle) >= confidence else (middle, high)
        letters = min(-(-high // step) * step, MOST_LETTERS)
    own = _divided(share, letters)
    outlook = _outlook(kinds, own, seed, simulations, kinds.rates, none, jobs, clock)
    enough = None if given else outlook.possible.high >= confidence
    return Plan(kinds, own, enough, outlook)


def who_is_missing(
    kinds: Kinds, now: Ints, letters: Ints, to_come: float, *, simulations: int = 1000,
    seed: str = "plan", jobs: int | None = 1,
    progress: Callable[[Progress], None] | None = None,
) -> Arrivals:
    """Return who is there, who lags behind and what to expect while sign-ups come in.

    Parameters
    ----------
    kinds
        Whom there is, who answers, and the rules.
    now
        ``(c,)`` sign-ups so far.
    letters
        ``(g,)`` letters that were sent.
    to_come
        Which part of all answers is still expected, from 0 to 1. A letter not answered yet is then
        answered with probability r f / (1 − r (1 − f)), with rate r and this part f.
    simulations, seed, jobs, progress
        As for `plan`.
    """
    rate = kinds.rates
    left = np.maximum(letters - np.bincount(kinds.group, now).astype(np.int64), 0)
    later: Floats = rate * to_come / (1 - rate * (1 - to_come))
    clock = Clock.of(None, progress)
    outlook = _outlook(kinds, left, seed, simulations, later, now, jobs, clock)
    have = kinds.rows @ now
    answers: Floats = kinds.rows @ ((letters * rate)[kinds.group] * kinds.mix)
    share = answers / answers[0]
    people = int(have[0])
    behind = tuple(
        bool(own < by_lot(people, min(float(some), 1.0), _SURE)[0])
        for own, some in zip(have.tolist(), share, strict=True)
    )
    due = float(answers[0]) * (1 - to_come)
    return Arrivals(have, due, share * people, behind, feasible(kinds, now), outlook)


def _divided(share: Floats, letters: int) -> Ints:
    """Return ``(g,)`` whole letters, at least so many together."""
    return np.ceil(np.round(share * letters, 6)).astype(np.int64)


def _outlook(
    kinds: Kinds, letters: Ints, seed: str, simulations: int, rates: Floats, now: Ints,
    jobs: int | None, clock: Clock,
) -> Outlook:
    """Return what the pools say."""
    run = _simulated(kinds, letters, seed, simulations, rates, now, jobs,
                     lambda done: clock.told("pools", done=done))
    found = np.array([people for _, people in run])
    size = np.sort(found[:, 0])
    twentieth = simulations // 20
    enough = (found >= kinds.lower).sum(axis=0)
    return Outlook(
        interval(sum(possible for possible, _ in run), simulations),
        (int(size[twentieth]), int(size[simulations // 2]), int(size[-1 - twentieth])),
        found.mean(axis=0), tuple(interval(int(hits), simulations) for hits in enough),
        simulations,
    )


def _simulated(
    kinds: Kinds, letters: Ints, seed: str, simulations: int, rates: Floats, now: Ints,
    jobs: int | None, tell: Callable[[float], object],
) -> list[tuple[bool, Ints]]:
    """Return the pools, made in batches by as many processes as are asked for."""
    batches = [
        range(first, min(first + _BATCH, simulations)) for first in range(0, simulations, _BATCH)
    ]
    each: Callable[..., Any] = simulate
    if jobs == 1:
        parts = []
        for batch in batches:
            tell(batch.start / simulations)
            parts.append(each(kinds, letters, seed, batch, rates, now))
    else:
        import joblib

        parts = joblib.Parallel(n_jobs=jobs)(
            joblib.delayed(each)(kinds, letters, seed, batch, rates, now)
            for batch in batches
        )
    return [pool for part in parts for pool in part]
