"""The proof as data: whole-number multipliers with which arithmetic alone confirms the chances.

Comes from the duals that `sortition.engine.relaxation` met, goes into the record;
`sortition.verify` checks it without solver and without floats. For any multipliers λ of the rules,
sign by sign, and any person i with ``a_i = Σ λ`` over the rules that count i, every panel P has

    Σ_{i in P} a_i  ≤  B  =  Σ λ⁺ · maximum − Σ λ⁻ · minimum.

*Levels.* What holds for every panel holds for every lottery: ``Σ a_i π_i ≤ B``. With
``y_i = max(0, a_i)`` and π ≤ 1 this bounds ``Σ y_i π_i``, and so the smallest chance of the people
not fixed on lower levels. *Exclusions.* If ``a_i + Σ_{j ≠ i} min(0, a_j) > B``, no panel holds i.

Rounding the multipliers loses a little of the bound and nothing of its validity. A cut is a rule of
its own: its maximum is the answer of an integer program, which whoever checks the proof takes as
given or solves again.

References
----------
Neumaier, Shcherbina, "Safe bounds in linear and mixed-integer linear programming", *Mathematical
Programming* 99 (2004).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sortition.engine.persons import spread_over_seats
from sortition.engine.relaxation import Cut, Dual, Relaxation, Target

__all__ = ["Proof", "added_up", "as_proven", "exclusion", "level_proofs"]

_PRICED = 1e-6  # of the sum of all prices: less is noise
_ZERO = 1e-12  # a multiplier below this is noise
_BITS = 44  # of the largest multiplier as a whole number; the last few of a double are noise
_LARGEST = 10**25  # denominator of a level: nearer than a proof asks, short enough to be written
_MOVED = Fraction(1, 10**5)  # of the level or of k/n: what noise there may be
_SIMPLE = 10**4  # denominator of a level that is one by no accident,
_NEAR = Fraction(1, 10**10)  # of the level or of k/n: if it is so near, a tenth of `prove.ROOM`


@dataclass(frozen=True, slots=True)
class Proof:
    """What arithmetic needs to confirm the chances.

    Parameters
    ----------
    levels
        One entry per level found, rising: ``level``, the chance as a fraction, and the multipliers
        ``size``, ``quotas`` (one per quota), ``households`` (household pattern → multiplier) and
        ``cuts`` (one per cut).
    excluded
        Entries with ``type`` instead of ``level``: a type that no panel can hold, and why.
    cuts
        The valid inequalities that the levels stand on, each proven by one integer program.
    """

    levels: tuple[dict[str, Any], ...] = field(repr=False, default=())
    excluded: tuple[dict[str, Any], ...] = field(repr=False, default=())
    cuts: tuple[Cut, ...] = field(repr=False, default=())

    def __bool__(self) -> bool:
        return bool(self.levels)


def level_proofs(
    relaxation: Relaxation, target: Target, excluded: tuple[dict[str, Any], ...] = ()
) -> Proof:
    """Return the proof of a target, with those cuts only that it stands on."""
    size = len(relaxation.rows) - len(relaxation.cuts)
    priced = np.array([dual.rows[size:] > _PRICED**2 for dual in target.duals])
    used = np.flatnonzero(priced.any(axis=0)) if len(target.duals) else np.zeros(0, np.intp)
    return Proof(
        tuple(_level(relaxation, target, dual, used) for dual in target.duals),
        excluded, tuple(relaxation.cuts[at] for at in used),
    )


def as_proven(relaxation: Relaxation, target: Target) -> Target:
    """Return the target with each level exactly what its multipliers and the levels below prove.

    For levels that carry a solver's noise. A level may rest a thousand times on those below, which
    would multiply their noise until no proof holds; computed from the bottom up in fractions, none
    is left: what is proven of a level is the level.

    Parameters
    ----------
    relaxation
        The rules and cuts.
    target
        With duals that fix everybody who is not barred and prove each level but for noise; else it
        is returned as it is.
    """
    problem, proof = relaxation.problem, level_proofs(relaxation, target)
    owner, owners = problem.owner, problem.owners
    unit = np.arange(problem.types) if owner is None else owner
    people = problem.people if owners is None else owners
    levels: list[Fraction] = []
    at_level: dict[int, int] = {}  # unit → position of its level
    able = np.bincount(unit, ~relaxation.barred, len(people)) > 0
    for entry, dual in zip(proof.levels, target.duals, strict=True):
        weights, most = added_up(
            relaxation, (entry["size"], *entry["quotas"]),
            [entry["households"].get(home, 0) for home in range(len(problem.capacity))],
            zip(proof.cuts, entry["cuts"], strict=True),
        )
        a: dict[int, int] = {}  # of somebody's seats the one that weighs least
        for t in np.flatnonzero(~relaxation.barred).tolist():  # nobody has a barred seat
            u = int(unit[t])
            a[u] = min(a.get(u, weights[t]), weights[t])
        level, bound, total = Fraction(entry["level"]), Fraction(most), 0
        for u in np.flatnonzero(able).tolist():
            weight = a[u] * int(people[u])
            if weight < 0:
                bound -= weight  # a chance is at most one
            elif u in at_level:
                bound -= weight * levels[at_level[u]]
            else:
                total += weight
        equal = Fraction(problem.size, len(problem.ids))
        if total:
            found = _written(bound / total, equal)
            if abs(found - level) > _MOVED * max(level, equal):
                return target  # more than noise: these multipliers do not speak of this level
            level = found
        elif abs(1 - level) <= _PRICED:  # nobody is priced: they are on every panel
            level = Fraction(1)
        levels.append(min(max([level, *levels[-1:]]), Fraction(1)))  # a tie may have come apart
        at_level |= dict.fromkeys(unit[dual.stuck].tolist(), len(levels) - 1)
    if set(np.flatnonzero(able).tolist()) - at_level.keys():
        return target
    wanted = np.zeros(len(people))
    for u, at in at_level.items():
        wanted[u] = float(levels[at])
    duals = tuple(
        replace(dual, level=level) for dual, level in zip(target.duals, levels, strict=True)
    )
    if owner is not None:
        chance = spread_over_seats(problem, target.chance, wanted)
        values, level_of = np.unique(chance, return_inverse=True)
        exact = tuple(Fraction(value) for value in values.tolist())
        return Target(level_of.reshape(-1), exact, False, problem.people * chance, duals)
    ladder = sorted({Fraction(0), *levels}) if relaxation.barred.any() else sorted(set(levels))
    place = [ladder.index(levels[at_level[t]] if t in at_level else Fraction(0))
             for t in range(problem.types)]
    return Target(np.array(place), tuple(ladder), False, problem.people * wanted, duals)


def _written(bound: Fraction, equal: Fraction) -> Fraction:
    """Return a level as it is written: short, and simple where that is what it must be."""
    simple = bound.limit_denominator(_SIMPLE)
    near = abs(simple - bound) <= _NEAR * max(bound, equal)
    return simple if near else bound.limit_denominator(_LARGEST)


def added_up(
    relaxation: Relaxation, rules: Sequence[int], homes: Sequence[int],
    cuts: Iterable[tuple[Cut, int]],
) -> tuple[list[int], int]:
    """Return a and B of ``a · x ≤ B``: rules times whole-number multipliers, added up.

    Parameters
    ----------
    relaxation
        The rules.
    rules
        ``(m,)`` multipliers of the rules of the problem, negative where a lower bound holds.
    homes
        ``(h,)`` multipliers of the household patterns, not negative.
    cuts
        Cuts with their multipliers, not negative.

    Returns
    -------
    a, B
        For each type the sum of the multipliers of the rules that count it, and what all rules
        together let panels have of these at most.
    """
    problem = relaxation.problem
    a = np.array(homes, dtype=object)[problem.pattern]
    most = sum(value * int(problem.capacity[home]) for home, value in enumerate(homes) if value)
    for multiplier, row, low, high in zip(
        rules, problem.rows, problem.lower.tolist(), problem.upper.tolist(), strict=True
    ):
        if multiplier:
            counted = np.flatnonzero(row)
            a[counted] += multiplier * row[counted].astype(object)
            most += multiplier * int(high if multiplier > 0 else low)
    for cut, multiplier in cuts:
        if multiplier:
            a = a + multiplier * cut.weights.astype(object)
            most += multiplier * cut.most
    return [int(value) for value in a], int(most)


def exclusion(relaxation: Relaxation, t: int, rows: NDArray[np.float64]) -> dict[str, Any]:
    """Return why no panel holds type t, from the duals of the LP that maximises its seats."""
    sums = relaxation.rows.back(rows)
    homes = _homes(relaxation, rows)
    # Where a home holds several of a type, its rule is in the type's limit: what holds it there.
    problem = relaxation.problem
    held = (problem.limit < problem.people) & (sums < 0)
    homes += _at_home(relaxation, np.where(held, -sums, 0.0))
    return {"type": t} | _multipliers(relaxation, rows, homes, np.zeros(0, np.intp))


def _level(
    relaxation: Relaxation, target: Target, dual: Dual, cuts: NDArray[np.intp]
) -> dict[str, Any]:
    problem = relaxation.problem
    sums = relaxation.rows.back(dual.rows)
    homes = _homes(relaxation, dual.rows)
    # As in `exclusion`: what holds a type at its limit.
    limited = problem.limit < problem.people
    homes += _at_home(relaxation, np.where(limited, np.maximum(dual.price - sums, 0.0), 0.0))
    # Whoever stands at a chance of one per household, and not because of any price.
    stuck = dual.stuck[(dual.price[dual.stuck] * problem.people[dual.stuck]) <= _PRICED]
    at_limit = stuck[limited[stuck]]
    homes[problem.pattern[at_limit]] += 1.0 / problem.people[at_limit]
    level = dual.level
    if level is None:
        level = target.levels[target.level_of[dual.stuck[0]]]
    return {"level": str(level)} | _multipliers(relaxation, dual.rows, homes, cuts)


def _at_home(
    relaxation: Relaxation, held: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``(h,)`` per pattern the most that holds one of its types at its limit.

    One multiplier serves all types of a home, since together they have no more seats than one.
    """
    most = np.zeros(len(relaxation.problem.capacity))
    np.maximum.at(most, relaxation.problem.pattern, held)
    return most


def _homes(relaxation: Relaxation, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``(h,)`` the multiplier of each household pattern, of those that are rows."""
    problem = relaxation.problem
    homes = np.zeros(len(problem.capacity))
    shared = np.flatnonzero(np.bincount(problem.pattern, minlength=len(homes)) > 1)
    homes[shared] = rows[len(problem.rows) : len(problem.rows) + len(shared)]
    return homes


def _multipliers(
    relaxation: Relaxation,
    rows: NDArray[np.float64],
    homes: NDArray[np.float64],
    cuts: NDArray[np.intp],
) -> dict[str, Any]:
    """Return the multipliers as whole numbers of one scale.

    A multiplier that is off by ε costs ε for each person it counts, and they may be a hundred
    thousand: so the scale follows the multipliers.
    """
    size = len(relaxation.problem.rows)
    rows, homes = (np.where(np.abs(own) < _ZERO, 0.0, own) for own in (rows, homes))
    largest = max(float(np.abs(rows).max(initial=0.0)), float(homes.max(initial=0.0)))
    scale = 2.0 ** (_BITS - np.frexp(largest)[1])
    first = len(relaxation.rows) - len(relaxation.cuts)
    bits = [relaxation.cuts[at].bits for at in cuts]
    shift = max(bits, default=0)  # a cut's row is its weights over 2^bits

    def whole(value: float, by: int) -> int:
        return int(np.rint(value * scale)) << by

    own = [whole(value, shift) for value in rows[:size]]
    return {
        "size": own[0],
        "quotas": own[1:],
        "households": {
            pattern: whole(value, shift)
            for pattern, value in enumerate(homes)
            if value > 0
        },
        "cuts": [
            whole(max(rows[first + at], 0.0), shift - own_bits)
            for at, own_bits in zip(cuts, bits, strict=True)
        ],
    }
