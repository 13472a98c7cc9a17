"""What a false answer would bring: the largest gain in chance, per feature, from one lie.

``manipulability(pool, quotas) -> (Manipulation, …)``. People of one type who give the same answers
share what a lie would bring, so that each such kind of person is asked once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Progress
from sortition.engine.leximin import leximin_of
from sortition.engine.objectives import Leximin, Maximin, Objective
from sortition.engine.problem import Problem
from sortition.engine.problem import compile as compile_problem
from sortition.engine.relaxation import Relaxation
from sortition.engine.search import find_distribution
from sortition.engine.targets import find_target, settled
from sortition.engine.threads import one_thread
from sortition.errors import InfeasibleError, InputError, TimeLimitError
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.quotas import Quotas

__all__ = ["Manipulation", "manipulability"]

Floats = NDArray[np.float64]

_SHARE = 0.8  # of the time, for looking at all lies; the rest is for the largest gains


@dataclass(frozen=True, slots=True)
class Manipulation:
    """The false answer to one question that would bring most.

    Parameters
    ----------
    feature
        The question.
    person
        Id of somebody who would gain it, the first in the order of ids.
    people
        How many people it holds for: of the same type, with the same answers.
    truth, answer
        What they answer, and what they would have to answer.
    chance
        Their chance with the truth, in [0, 1].
    then
        Their chance with the false answer, everybody else telling the truth.
    proven
        Whether both chances are those of lotteries that are proven optimal; else time ran out, and
        they are those over the relaxation.
    tried
        How many different lies about this feature were looked at.
    complete
        Whether these were all; else time ran out, and there may be a larger gain.
    """

    feature: str
    person: str
    people: int
    truth: str
    answer: str
    chance: float
    then: float
    proven: bool
    tried: int
    complete: bool

    @property
    def gain(self) -> float:
        """By how much the chance rises; not above 0 where no lie about this feature pays."""
        return self.then - self.chance


@dataclass(frozen=True, slots=True)
class _Lie:
    """One false answer: who, about what, the rules as then compiled, what share comes before."""

    person: int
    people: int
    feature: int
    answer: str
    problem: Problem
    done: float


def manipulability(
    pool: Pool,
    quotas: Quotas,
    objective: Objective = Leximin(),  # noqa: B008 - a frozen value
    *,
    thorough: bool = False,
    time_limit: float = 120.0,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Manipulation, ...]:
    """Return for every feature the single false answer that would raise a chance most.

    Every person is taken to know the pool and the quotas, to answer one question falsely, and to
    face the lottery that is then the best. A lie after which no panel exists is left out, since no
    lottery would be held.

    Parameters
    ----------
    pool
        The volunteers, their answers taken for the truth.
    quotas
        The rules.
    objective
        What the lottery is made for.
    thorough
        Whether to search for the lottery behind every lie. Else lies are compared by their chances
        over the relaxation, and lotteries are made for the largest gain of each feature only: the
        same wherever panels reach the relaxation, and a good guess elsewhere.
    time_limit
        Seconds.
    progress
        Called with a `Progress` of the stage ``"lies"`` at every lie; what it raises stops the
        search.

    Returns
    -------
    tuple of Manipulation
        One per feature about which something else could be answered, the largest gain first.

    Raises
    ------
    InputError
        If people and quotas disagree.
    InfeasibleError
        If no panel keeps the rules.

    References
    ----------
    Flanigan, Liang, Procaccia, Wang, "Manipulation-robust selection of citizens' assemblies",
    AAAI (2024): the largest increase of one's own chance, there over lies about all features
    together, here about one.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": list("abcdef"), "side": ["left"] * 4 + ["right"] * 2})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> (worst,) = manipulability(sortition.Pool.from_frame(people),
    ...                           sortition.Quotas.from_frame(rules, size=2))
    >>> worst.person, worst.truth, worst.answer  # 1 seat for 4, or for 3 when one moves
    ('a', 'left', 'right')
    >>> round(worst.chance, 3), round(worst.then, 3)
    (0.25, 0.333)
    """
    start = time.perf_counter()
    until = start + time_limit
    soon = start + time_limit * (1 if thorough else _SHARE)
    problem = compile_problem(pool, quotas)
    with one_thread():
        relaxation = Relaxation.of(problem)
        target = find_target(relaxation, settled(relaxation, objective))
        if target is None:  # says why
            find_distribution(problem, objective)
            return ()
        base = _reached(problem, objective, until) if thorough else None
        now = target.chance if base is None else base
        best: dict[int, tuple[float, _Lie]] = {}
        tried: dict[int, int] = {}
        complete = True
        for lie in _lies(pool, quotas, problem, now):
            if progress is not None:
                progress(Progress("lies", float("nan"), time.perf_counter() - start, lie.done))
            if time.perf_counter() > soon:
                complete = False
                break
            then = _chance(lie, objective, until, thorough=thorough)
            if then is None:
                continue
            tried[lie.feature] = tried.get(lie.feature, 0) + 1
            gain = then - float(now[problem.type_of[lie.person]])
            # Ties to the last digits go to whoever comes first, whatever noise a solver leaves.
            if lie.feature not in best or gain > best[lie.feature][0] + 1e-9:
                best[lie.feature] = gain, lie
    if best and base is None:
        base = _reached(problem, objective, until)
    found = []
    for feature, (gain, lie) in best.items():
        own = problem.type_of[lie.person]
        after = None if base is None else _reached(lie.problem, objective, until)
        if base is not None and after is not None:
            chance, then = float(base[own]), float(after[lie.problem.type_of[lie.person]])
        else:
            chance, then = float(now[own]), float(now[own]) + gain
        truth = pool.values[feature][pool.codes[lie.person, feature]]
        found.append(Manipulation(
            pool.features[feature], pool.ids[lie.person], lie.people, truth, lie.answer, chance,
            then, base is not None and after is not None, tried[feature], complete,
        ))
    return tuple(sorted(found, key=lambda own: (-round(own.gain, 9), own.feature)))


def _lies(
    pool: Pool, quotas: Quotas, problem: Problem, chance: Floats
) -> Iterator[_Lie]:
    """Yield every false answer of every kind of person once, the smallest chances first."""
    named = map(pool.feature, quotas.features)
    asked = [pool.features.index(feature) for feature in named if feature is not None]
    answers = {column: _answers(pool, quotas, column) for column in asked}
    key = np.column_stack([problem.type_of, pool.codes[:, asked]])
    _, first, counts = np.unique(key, axis=0, return_index=True, return_counts=True)
    # Ties go to the first in the order of ids, whatever noise a solver leaves.
    now = np.round(chance[problem.type_of[first]], 9)
    order = np.lexsort((first, now))
    seen: set[tuple[int, int, bytes]] = set()
    for rank, at in enumerate(order):
        person = int(first[at])
        own = int(problem.type_of[person])
        for column in asked:
            for answer in answers[column]:
                try:
                    other = compile_problem(_lying(pool, person, column, answer), quotas)
                except InputError:  # the only one of a group that must be there
                    continue
                groups = other.rows[:, other.type_of[person]]
                sign = own, column, groups.tobytes()
                if sign in seen or (groups == problem.rows[:, own]).all():
                    continue
                seen.add(sign)
                yield _Lie(person, int(counts[at]), column, answer, other, rank / len(order))


def _answers(pool: Pool, quotas: Quotas, column: int) -> tuple[str, ...]:
    """Return what can be answered: what the quotas name and what somebody did answer."""
    name = fold(pool.features[column])
    values = {fold(value): value for value in pool.values[column]}
    named = [pair for quota in quotas.quotas for pair in quota.where] + [*quotas.outside]
    for feature, own in named:
        if fold(feature) == name:
            for value in own:
                values.setdefault(fold(value), value)
    return tuple(values[key] for key in sorted(values))


def _lying(pool: Pool, person: int, column: int, answer: str) -> Pool:
    """Return the pool in which one person gives another answer."""
    values, codes = list(pool.values), pool.codes.copy()
    if answer not in values[column]:
        values[column] = (*values[column], answer)
    codes[person, column] = values[column].index(answer)
    return replace(pool, values=tuple(values), codes=codes)


def _chance(lie: _Lie, objective: Objective, until: float, *, thorough: bool) -> float | None:
    """Return the chance with the lie; None where no panel exists or time ran out."""
    own = lie.problem.type_of[lie.person]
    if thorough:
        reached = _reached(lie.problem, objective, until)
        return None if reached is None else float(reached[own])
    relaxation = Relaxation.of(lie.problem)
    if isinstance(objective, Leximin | Maximin):
        return leximin_of(relaxation, int(own))
    target = find_target(relaxation, settled(relaxation, objective))
    return None if target is None else float(target.chance[own])


def _reached(problem: Problem, objective: Objective, until: float) -> Floats | None:
    """Return ``(t,)`` chances of the lottery; None where there is none or time ran out."""
    left = max(until - time.perf_counter(), 0.0)
    try:
        fair = find_distribution(problem, objective, time_limit=left)
    except (InfeasibleError, TimeLimitError):
        return None
    return fair.type_chance
