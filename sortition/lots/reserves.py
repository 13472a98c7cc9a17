"""Reserves chosen beforehand, so that the quotas last when people drop out.

Takes a `Problem` and the panel drawn from it, gives a `ReserveGroup`. Written with PuLP because it
is solved once: what counts is that the formulas can be compared with docs/after-the-draw.md. That
reserves are ranked needs no model: see `sortition.draw.rank_reserves`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from sortition.draw import Candidate, deal, in_order, rank_reserves
from sortition.engine.problem import Problem, of_groups

__all__ = ["MOST", "ReserveGroup", "choose_reserves"]

Ints = NDArray[np.int64]
_After = tuple[Ints, Ints]  # (s, m) distinct counts per rule after drop-outs, (s,) how often each

MOST = 10  # reserves in a group: every subset of them is tried
_CHUNK = 50  # samples looked at together: a thousand subsets of ten reserves stay in memory
_DROP_OUT = b"sortition/1/drop-out"


@dataclass(frozen=True, slots=True)
class ReserveGroup:
    """Reserves, and by how many seats quotas are missed on average in sampled drop-outs.

    Parameters
    ----------
    ids
        In the order in which they are asked where several would do equally well.
    without, with_them
        Mean deviation from quotas and size in seats, when nobody is asked instead and when the
        best of these reserves are.
    bound
        What the mean is at least with any group of this size, in these samples; None when time ran
        out before that was known.
    samples
        How many drop-outs were looked at.
    """

    ids: tuple[str, ...]
    without: float
    with_them: float
    bound: float | None
    samples: int


def choose_reserves(
    problem: Problem, panel: Collection[str], most: int, *, seed: str, digest: str,
    drop_out: float | Mapping[str, float] = 0.1, samples: int = 300, time_limit: float = 60.0,
) -> ReserveGroup:
    """Return the reserves that keep the quotas best when people of the panel drop out.

    People drop out independently. With S drop-outs sampled, for each of which d_s of the panel's
    seats are left, the group has a_t people of type t and minimises the mean deviation::

        minimise   1/S Σ_s Σ_r (short_sr + over_sr)
        such that  Σ_t a_t ≤ most,   a within limits and household rule,   a whole
                   0 ≤ y_st ≤ a_t                                          who steps in
                   lower_r − short_sr ≤ filled_sr + Σ_t A_rt y_st ≤ upper_r + over_sr

    where filled_sr counts those of the group of rule r who are left. The group is found by adding
    and exchanging one at a time, counted with whole people; the model in fractions bounds how much
    better any other could be. Who of a type is a reserve is
    drawn. Housemates of people on the panel are never reserves, and reserves keep the household
    rule among themselves: so whoever steps in breaks it for nobody.

    Parameters
    ----------
    problem
        The rules and the pool.
    panel
        Ids of the people drawn.
    most
        How many reserves there may be, at most ten.
    seed, digest
        The text spoken in public, and the digest of the lottery: the samples and who is drawn
        within a type follow from both.
    drop_out
        Everyone's chance to drop out, in [0, 1]; or by id, for everyone on the panel.
    samples
        S.
    time_limit
        Seconds for the bound.

    Raises
    ------
    ValueError
        If somebody is not in the pool, or a number or a chance is none.

    References
    ----------
    Assos, Baharav, Flanigan, Procaccia, "Alternates, assemble! Selecting optimal alternates for
    citizens' assemblies", 2025.

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": list("abcdef"), "side": list("lllrrr")})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["l", "r"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> group = choose_reserves(problem, ["a", "d"], 1, seed="in public", digest="00" * 32,
    ...                         drop_out={"a": 0.5, "d": 0.0}, samples=20)
    >>> group.ids in {("b",), ("c",)}, group.with_them  # only a drops out, who is of the left
    (True, 0.0)
    """
    chances = _chances(panel, drop_out)
    if not set(panel) <= set(problem.ids) or not 1 <= most <= MOST or samples < 1:
        raise ValueError(f"people not in the pool, more than {MOST} reserves, or no sample")
    candidates = _candidates(problem, panel)
    after = _left_over(problem, chances, seed, digest, samples)
    group = _search(problem, candidates, after, most)
    without, with_them = (
        _missed(problem, after, candidates.rows[:, own]) / samples for own in ([], group)
    )
    bound = _bound(_model(problem, candidates, after, most), time_limit)
    seats = np.bincount(group, minlength=candidates.types)
    people = [
        Candidate(own, t + 1, str(home)) for own, t, home in zip(
            candidates.ids, candidates.type_of.tolist(), candidates.household.tolist(), strict=True
        )
    ]
    chosen = deal(seats.tolist(), in_order(seed, digest, people))
    ranked = rank_reserves(seed, digest, chosen)
    return ReserveGroup(
        ranked, without, with_them, None if bound is None else min(bound, with_them), samples
    )


def _chances(
    panel: Collection[str], drop_out: float | Mapping[str, float]
) -> dict[str, Fraction]:
    """Return everyone's chance to drop out as the exact number that was given."""
    given = drop_out if isinstance(drop_out, Mapping) else dict.fromkeys(panel, drop_out)
    if set(given) != set(panel) or not all(0 <= chance <= 1 for chance in given.values()):
        raise ValueError("chances to drop out are from 0 to 1, one for everyone on the panel")
    return {own: Fraction(given[own]) for own in sorted(panel)}


def _candidates(problem: Problem, panel: Collection[str]) -> Problem:
    """Return the problem of those who are neither on the panel nor bound to somebody who is."""
    size = np.bincount(problem.household)
    bound = {
        home for own, home in zip(problem.ids, problem.household.tolist(), strict=True)
        if own in panel and size[home] > problem.per_household
    }
    at = [
        place for place, own in enumerate(problem.ids)
        if own not in panel and problem.household[place] not in bound
    ]
    named = {quota.name: quota for quota in problem.quotas.quotas}
    ordered = replace(problem.quotas, quotas=tuple(named[name] for name in problem.names[1:]))
    group = problem.rows[1:, problem.type_of[at]].T
    return of_groups(
        tuple(problem.ids[place] for place in at), problem.household[at], group, ordered
    )


def _left_over(
    problem: Problem, chances: Mapping[str, Fraction], seed: str, digest: str, samples: int
) -> _After:
    """Return the distinct counts per rule after drop-outs, and how often each occurs."""
    type_of = dict(zip(problem.ids, problem.type_of.tolist(), strict=True))
    text = unicodedata.normalize("NFC", seed).strip()
    counts = []
    for sample in range(samples):
        left = [
            type_of[own] for own, chance in chances.items()
            if _number(digest, text, str(sample), own) * chance.denominator
            >= chance.numerator * 2**256
        ]
        counts.append(problem.rows[:, left].sum(axis=1))
    distinct, often = np.unique(np.array(counts), axis=0, return_counts=True)
    return distinct, often


def _number(*parts: str) -> int:
    """Return a number below 2²⁵⁶ that follows from these parts."""
    data = b"\0".join([_DROP_OUT, *(part.encode() for part in parts)])
    return int.from_bytes(hashlib.sha256(data).digest(), "big")


def _search(problem: Problem, candidates: Problem, after: _After, most: int) -> list[int]:
    """Return the types of a group: the best one more each time, then exchanges while they help.

    Only one type of each kind of people is tried, the first that has room; of equally good ones the
    first is taken, so that ids cannot matter.
    """
    profiles, profile_of = np.unique(candidates.rows, axis=1, return_inverse=True)
    kinds = [np.flatnonzero(profile_of.reshape(-1) == p) for p in range(profiles.shape[1])]

    def joined(group: list[int]) -> tuple[int, list[int]]:
        """Return the best group with one more, and by how much it misses."""
        offers = []
        for kind in kinds:
            own = next((int(t) for t in kind if _has_room(candidates, group, int(t))), None)
            if own is not None:
                new = [*group, own]
                offers.append((_missed(problem, after, candidates.rows[:, new]), new))
        return min(offers, default=(_missed(problem, after, candidates.rows[:, group]), group),
                   key=lambda offer: offer[0])

    best: list[int] = []
    fewest = _missed(problem, after, candidates.rows[:, best])
    for _ in range(most):
        fewest, best = joined(best)
    better = True
    while better:
        better = False
        for at in range(len(best)):
            missed, new = joined(best[:at] + best[at + 1:])
            if missed < fewest:
                fewest, best, better = missed, new, True
                break
    return best


def _has_room(candidates: Problem, group: list[int], own: int) -> bool:
    """Return whether one more of this type can be in the group."""
    pattern = candidates.pattern
    return bool(
        group.count(own) < candidates.limit[own]
        and int((pattern[group] == pattern[own]).sum()) < candidates.capacity[pattern[own]]
    )


def _missed(problem: Problem, after: _After, reserves: Ints) -> int:
    """Return by how many seats all samples miss the rules when the best of the reserves step in.

    Every subset of them is tried: `reserves` is ``(m, a)``, who of them is in which group.
    """
    steps_in = np.zeros((1, len(problem.rows)), dtype=np.int64)
    for own in reserves.T:
        steps_in = np.unique(np.vstack([steps_in, steps_in + own]), axis=0)
    filled, often = after
    lower, upper = problem.lower.astype(np.int32), problem.upper.astype(np.int32)
    total = 0
    for at in range(0, len(filled), _CHUNK):
        now = (filled[at:at + _CHUNK, None, :] + steps_in).astype(np.int32)
        off = np.maximum(lower - now, 0) + np.maximum(now - upper, 0)
        total += int(often[at:at + _CHUNK] @ off.sum(axis=2).min(axis=1))
    return total


def _model(
    problem: Problem, candidates: Problem, after: _After, most: int
) -> Any:
    """Return the model of `choose_reserves` with a and y in fractions: it bounds every group.

    Candidates of different types who are in the same groups step in alike: y counts them together.
    """
    filled, often = after
    model = pulp.LpProblem("reserves", pulp.LpMinimize)
    types, rules = range(candidates.types), range(len(problem.rows))
    a = [
        model.add_variable(f"a_{t}", 0, int(candidates.limit[t])) for t in types
    ]
    model += pulp.lpSum(a) <= most
    for h in range(len(candidates.capacity)):
        at_home = [a[t] for t in types if candidates.pattern[t] == h]
        model += pulp.lpSum(at_home) <= int(candidates.capacity[h])
    profiles, profile_of = np.unique(candidates.rows, axis=1, return_inverse=True)
    alike = [
        pulp.lpSum(a[t] for t in types if profile_of.reshape(-1)[t] == p)
        for p in range(profiles.shape[1])
    ]
    missed = []
    for s, left in enumerate(filled.tolist()):
        y = [model.add_variable(f"y_{s}_{p}", 0) for p in range(len(alike))]
        for steps_in, there in zip(y, alike, strict=True):
            model += steps_in <= there
        for r in rules:
            short, over = (model.add_variable(f"{side}_{s}_{r}", 0) for side in ("short", "over"))
            now = left[r] + pulp.lpSum(y[p] for p in np.flatnonzero(profiles[r]).tolist())
            model += now >= int(problem.lower[r]) - short
            model += now <= int(problem.upper[r]) + over
            missed.append(int(often[s]) * (short + over))
    model += pulp.lpSum(missed) * (1 / int(often.sum()))
    return model


def _bound(model: Any, seconds: float) -> float | None:
    """Return the least of the model, None when time ran out."""
    model.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=seconds, random_seed=0,
                             solver="ipm"))
    if model.sol_status != pulp.LpSolutionOptimal:
        return None
    return float(pulp.value(model.objective))
