"""Simulated pools: who answers a given number of letters, and whether a panel can be made of them.

`Kinds` and numbers of letters in, counts out; one generator per pool, so that pools are the same in
any order and on any number of machines. Called by `sortition.process.plan`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sortition.audit.intervals import Interval, interval
from sortition.engine.solver import Model, Status
from sortition.process.kinds import Kinds

__all__ = ["Interval", "answers", "feasible", "interval", "simulate"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def answers(kinds: Kinds, letters: Ints, seed: str, number: int, rates: Floats) -> Ints:
    """Return ``(c,)`` who answers, in pool `number`: each letter by itself, by its group's rate.

    The gaps between answered letters are geometric, so that more letters keep all answers to fewer.

    Parameters
    ----------
    kinds
        c kinds of people in g groups that letters can tell apart.
    letters, rates
        ``(g,)`` how many letters each group gets, and which part of them is answered, in [0, 1].
    seed, number
        What the pool follows from: the text of the plan, and which of its pools this is.
    """
    text = f"sortition/1/plan\0{seed}\0{number}".encode()
    entropy = int.from_bytes(hashlib.sha256(text).digest(), "big")
    mix = kinds.mix
    counts = np.zeros(len(kinds.where), dtype=np.int64)
    for group, (most, rate) in enumerate(zip(letters.tolist(), rates.tolist(), strict=True)):
        when, which = (np.random.default_rng([entropy, group, part]) for part in (0, 1))
        many, last = 0, -1
        while rate > 0 and last < most:
            gaps = when.geometric(rate, math.ceil(most * rate + 4 * math.sqrt(most * rate)) + 4)
            at = last + np.cumsum(gaps)
            many, last = many + int((at < most).sum()), int(at[-1])
        own = np.flatnonzero(kinds.group == group)
        ends = np.cumsum(mix[own])
        kind = np.searchsorted(ends, which.random(many) * ends[-1], side="right")
        np.add.at(counts, own[np.minimum(kind, len(own) - 1)], 1)
    return counts


def feasible(kinds: Kinds, counts: Ints) -> bool:
    """Say whether a panel can be made of ``(c,)`` people.

    Counting the groups may say no, then the relaxation; else an integer program says which.
    """
    if (kinds.rows @ counts < kinds.lower).any():
        return False
    there = np.flatnonzero(counts)
    rows, people = kinds.rows[:, there], counts[there]
    for integer in (False, True):
        model = Model(rows, kinds.lower, kinds.upper, np.zeros(len(there)), people, integer=integer)
        solution = model.solve()
        if solution.status is not Status.OPTIMAL:
            return False
        panel = np.rint(solution.x).astype(np.int64)
        seats = rows @ panel
        if bool(((panel >= 0) & (panel <= people)).all()
                and ((seats >= kinds.lower) & (seats <= kinds.upper)).all()):
            return True
    return False


def simulate(
    kinds: Kinds, letters: Ints, seed: str, numbers: Sequence[int], rates: Floats, now: Ints
) -> list[tuple[bool, Ints]]:
    """Return of each pool whether a panel can be made, and how many people each rule finds.

    Parameters
    ----------
    kinds
        Whom there is.
    letters
        ``(g,)`` letters to each group.
    seed, numbers
        Which pools.
    rates
        ``(g,)`` which part of the letters of a group is answered.
    now
        ``(c,)`` people who are there already.
    """
    found = []
    for number in numbers:
        counts = now + answers(kinds, letters, seed, number, rates)
        found.append((feasible(kinds, counts), kinds.rows @ counts))
    return found
