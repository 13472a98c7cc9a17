"""People who could take one of several seats: their chances, and leximin over people.

A type of the `Problem` is a seat of some kind of person then, and a person's chance is that of
their seats together. Comes from `sortition.engine.relaxation`; called by
`sortition.engine.leximin` and `sortition.engine.columns` where the problem says whose seats types
are.

The reduction: one column more for each kind of person o, which equals the seats of its types,
``y_o = Σ_{t in o} x_t``. Leximin over these columns is leximin over people; what that leaves open
is settled by leximin over seats. In the multipliers of a level a person counts as the least of the
seats: ``a_o = min_{t in o} a_t`` gives ``a_o π_o ≤ Σ_{t in o} a_t π_t``, which is all that a bound
needs.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sortition.engine.problem import Problem
from sortition.engine.relaxation import Cut, Dual, Relaxation, Target

__all__ = ["lifted", "lowered", "person_chance", "seats_target", "spread_over_seats"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def person_chance(problem: Problem, chance: Floats) -> Floats:
    """Return ``(g,)`` the chance of each kind of person to have any seat.

    Parameters
    ----------
    problem
        With `owner`.
    chance
        ``(t,)`` the chance of each type.
    """
    if problem.owner is None or problem.owners is None:
        raise ValueError("the problem does not say whose seats its types are")
    seats = np.bincount(problem.owner, problem.people * chance, len(problem.owners))
    result: Floats = seats / problem.owners
    return result


def lifted(relaxation: Relaxation) -> Relaxation:
    """Return the relaxation with a column behind the types for each kind of person.

    The rows that tie these columns to the types come right behind the rows of the problem.
    """
    problem = relaxation.problem
    if problem.owner is None or problem.owners is None:
        raise ValueError("the problem does not say whose seats its types are")
    kinds, rows = len(problem.owners), len(problem.rows)
    whose = np.zeros((kinds, problem.types), dtype=np.int64)
    whose[problem.owner, np.arange(problem.types)] = 1
    none = np.zeros(kinds, dtype=np.int64)
    wide = replace(
        problem,
        people=np.concatenate([problem.people, problem.owners]),
        limit=np.concatenate([problem.limit, problem.owners]),
        rows=np.block([
            [problem.rows, np.zeros((rows, kinds), dtype=np.int64)],
            [whose, -np.eye(kinds, dtype=np.int64)],
        ]),
        lower=np.concatenate([problem.lower, none]),
        upper=np.concatenate([problem.upper, none]),
        pattern=np.concatenate([problem.pattern, len(problem.capacity) + np.arange(kinds)]),
        capacity=np.concatenate([problem.capacity, problem.owners]),
        names=(*problem.names, *("" for _ in range(kinds))),
        owner=None, owners=None,
    )
    able = np.bincount(problem.owner, ~relaxation.barred, kinds) > 0
    cuts = tuple(Cut(np.concatenate([cut.weights, none]), cut.most) for cut in relaxation.cuts)
    return Relaxation(wide, np.concatenate([relaxation.barred, ~able]), cuts)


def lowered(problem: Problem, dual: Dual, level: Fraction | None = None) -> Dual:
    """Return what proves a level of people in terms of the types and rows of the problem.

    Parameters
    ----------
    problem
        With `owner`.
    dual
        Of the lifted relaxation.
    level
        Of the people whom it fixes.
    """
    if problem.owner is None:
        raise ValueError("the problem does not say whose seats its types are")
    first, rows = len(problem.rows), dual.rows
    kinds = len(dual.price) - problem.types
    stuck = dual.stuck[dual.stuck >= problem.types] - problem.types
    return Dual(
        np.concatenate([rows[:first], rows[first + kinds :]]),
        dual.price[problem.types :][problem.owner],
        np.flatnonzero(np.isin(problem.owner, stuck)), level,
    )


def spread_over_seats(problem: Problem, chance: Floats, wanted: Floats) -> Floats:
    """Return chances of seats that add up to what people are to have, in proportion.

    Parameters
    ----------
    problem
        Types of seats, each with the kind of person who owns it.
    chance
        ``(t,)`` in [0, 1], of a seat of each type.
    wanted
        ``(g,)`` in [0, 1], of a person of each kind. Who has none of `chance` keeps none.
    """
    reached = person_chance(problem, chance)
    scale = np.divide(wanted, reached, out=np.ones(len(reached)), where=reached > 0)
    result: Floats = chance * scale[problem.owner]
    return result


def seats_target(problem: Problem, wide: Target) -> Target:
    """Return the target over the types from the one over types and people."""
    count = problem.types
    duals = tuple(
        lowered(problem, dual, wide.levels[wide.level_of[dual.stuck[0]]])
        for dual in wide.duals if dual.stuck[0] >= count
    )
    return Target(wide.level_of[:count], wide.levels, wide.exact, wide.seats[:count], duals)
