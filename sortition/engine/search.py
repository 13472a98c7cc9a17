"""The search: ``find_distribution(problem) -> Distribution`` with its certificate.

Runs the line of the engine: target over the relaxation, realisation by panels, who can be selected
at all, and the climb over the hull where that is smaller.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Clock, OutOfTimeError, Progress
from sortition.engine.distribution import Certificate, Distribution
from sortition.engine.objectives import Goldilocks, Leximin, Maximin, Nash, Objective
from sortition.engine.panels import (
    PRICE_BITS,
    PRICE_SCALE,
    PanelFinder,
    any_panel,
    exact_panel,
    infeasible,
)
from sortition.engine.persons import person_chance
from sortition.engine.problem import Problem
from sortition.engine.proof import Proof, as_proven, level_proofs
from sortition.engine.reach import Reach
from sortition.engine.realise import CLOSED, Mixture, herd, nearer, realise
from sortition.engine.relaxation import Cut, LevelModel, Relaxation, Target
from sortition.engine.targets import find_target, settled
from sortition.engine.threads import one_thread
from sortition.engine.values import shortfall, value_bound, value_of
from sortition.errors import TimeLimitError

if TYPE_CHECKING:
    from sortition.engine.columns import Climb, LevelClimb

__all__ = ["find_distribution"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 400  # of exact panels and cuts towards a target outside the hull
_FEW = 400  # types
_HERDED = 1.5  # panels per type before columns are generated: fewer leave more integer programs
_SMALL_GAP = 1e-6  # in the objective's unit, where the LPs behind the target leave noise
_NOISE = 1e-4  # of an equal share: how near to a target without exact levels is near enough


def find_distribution(
    problem: Problem,
    objective: Objective = Leximin(),  # noqa: B008 - a frozen value
    *,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Distribution:
    """Find the lottery whose chances are as equal as the rules allow, and prove it.

    Parameters
    ----------
    problem
        The rules in arrays.
    objective
        `Leximin` (default), `Maximin`, `Minimax`, `Nash`, `Goldilocks` or `Custom`.
    time_limit
        Seconds; None for no limit.
    progress
        Called with a `Progress` now and then; what it raises stops the search.

    Returns
    -------
    Distribution

    Raises
    ------
    InfeasibleError
        If no panel keeps all rules; with what arithmetic and the relaxation show of the conflict.
    TimeLimitError
        If time ran out; it carries the best distribution so far and its gap.
    ValueError
        If `Custom` target chances leave somebody out.
    TypeError
        If the objective is none.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens'
    assemblies", *Nature* 596 (2021).

    Examples
    --------
    >>> import pandas as pd
    >>> import sortition
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": ["left", "left", "right"]})
    >>> rules = pd.DataFrame({"feature": ["side", "side"], "value": ["left", "right"],
    ...                       "min": [1, 1], "max": [1, 1]})
    >>> problem = sortition.compile(sortition.Pool.from_frame(people),
    ...                             sortition.Quotas.from_frame(rules, size=2))
    >>> find_distribution(problem).chance.tolist()
    [0.5, 0.5, 1.0]
    """
    if not isinstance(objective, Objective):
        raise TypeError(f"an objective is a value such as sortition.Nash(), not {objective!r}")
    clock = Clock.of(time_limit, progress)
    with one_thread():
        search = _Search(problem, objective, clock)
        try:
            return search.run()
        except OutOfTimeError:
            raise TimeLimitError(search.best_so_far()) from None


class _Search:
    """One run of `find_distribution`: what is known so far, kept for a time limit."""

    def __init__(self, problem: Problem, objective: Objective, clock: Clock) -> None:
        self.problem = problem
        self.clock = clock
        self.relaxation = Relaxation.of(problem)
        self.objective = settled(self.relaxation, objective)
        # Whether it is people, who could take one of several seats, whose chances are levelled.
        self.people = problem.owner is not None and isinstance(objective, Leximin | Maximin)
        self.reach = Reach()
        self.finder = PanelFinder(self.relaxation)
        self.known: list[Ints] = []
        self.climb: LevelClimb | None = None
        self.nearest: tuple[Target, Mixture] | None = None
        self.rows: Floats | None = None  # multipliers behind the last target's value

    def run(self) -> Distribution:
        """Return the proven distribution."""
        target = self._target()
        mixture = self._realise(target, thorough=False)
        if self._reached(target, mixture):
            return self._closed(target, mixture)
        before, self.relaxation = self.relaxation, self.reach.bar(
            self.relaxation, self.known, self.clock
        )
        if self.relaxation is not before:
            target = self._target()
        if not self.known:
            self.known.append(any_panel(self.problem))
        levelled = isinstance(self.objective, Leximin | Maximin)
        # By now everybody not barred is known to be on some panel. Whether the relaxation's
        # smallest chance is within reach tells whether its target is worth more trouble; with many
        # types the trouble is the smaller one of both.
        ask_first = levelled and self.problem.types <= _FEW
        if ask_first:
            herd(
                self.finder, target.seats, mixture, int(_HERDED * self.problem.types),
                lambda: self.clock.tick("panels"),
            )
        else:
            mixture = self._realise(target, thorough=True)
            if self._reached(target, mixture):
                return self._closed(target, mixture)
        from sortition.engine.columns import LevelClimb  # the hull is smaller than the relaxation

        climber = self.climb = LevelClimb(
            self.relaxation, np.array(self.known),
            only_first=not isinstance(self.objective, Leximin),
        )
        climb = climber.run(self._level_at_hand, self.clock.left, levels=1)
        if levelled and (climb.done or climb.relaxation.cuts):
            return self._climbed(climber.run(self._level_at_hand, self.clock.left))
        # Every objective fears small chances: the panels and cuts that settle the smallest one
        # spare most of the search for the others.
        self.known.extend(climb.panels)
        if climb.relaxation.cuts:
            self.relaxation = climb.relaxation
            target = self._target()
        if ask_first or climb.relaxation.cuts:
            mixture = self._realise(target, thorough=True)
        if self._reached(target, mixture):
            return self._closed(target, mixture)
        if levelled:
            return self._climbed(climber.run(self._level_at_hand, self.clock.left))
        return self._nearest(
            target, nearer(self.finder, target.seats, mixture, np.array(self.known))
        )

    def _level_at_hand(self, gap: float, done: float) -> None:
        self.clock.tick("levels", gap, done)

    def _target(self) -> Target:
        """Return the best chances over the relaxation, and look for panels there from now on."""
        self.finder = PanelFinder(self.relaxation)
        self.finder.found = self.known
        target = find_target(
            self.relaxation, self.objective, check=lambda: self.clock.tick("target")
        )
        if target is None:
            raise infeasible(self.problem)
        self.rows = target.rows
        return target

    def _realise(self, target: Target, *, thorough: bool) -> Mixture:
        """Look for a mixture with the target chances, as exact as the target itself is."""
        levelled = target.exact or isinstance(self.objective, Leximin | Maximin)
        mixture = realise(
            self.finder, target.seats, tolerance=CLOSED if levelled else _NOISE, thorough=thorough,
            check=lambda mass: self.clock.tick("panels", mass),
        )
        self.nearest = target, mixture
        return mixture

    def _reached(self, target: Target, mixture: Mixture) -> bool:
        """Return whether the mixture has the target chances, rounding apart."""
        if not len(mixture.panels):
            return False
        if isinstance(self.objective, Leximin | Maximin):
            return mixture.missed <= CLOSED
        # Ties are broken by leximin, so that it takes the chances themselves, not their value only.
        chance = (mixture.weights @ mixture.panels) / self.problem.people
        gap = shortfall(self.problem, self.objective, target.chance, chance)
        return gap <= _SMALL_GAP and mixture.missed <= _NOISE

    def _closed(self, target: Target, mixture: Mixture) -> Distribution:
        """Return the distribution whose mixture reached the relaxation's bound."""
        self.reach.name_zeros(self.relaxation, target.seats)
        if target.duals and not target.exact and isinstance(self.objective, Leximin | Maximin):
            target = as_proven(self.relaxation, target)
        chance = target.chance
        reached = (mixture.weights @ mixture.panels) / self.problem.people
        if not isinstance(self.objective, Leximin | Maximin):
            certificate = self._judged(reached, "integer" if self.relaxation.cuts else "relaxation")
            return self._distribution(mixture.panels, mixture.weights, chance, certificate)
        levelled = bool(target.duals)
        gap, levels = shortfall(self.problem, self.objective, chance, reached), target.levels
        equal = chance
        if levelled and self.people:
            equal = person_chance(self.problem, chance)
            gap = max(float((equal - person_chance(self.problem, reached)).max()), 0.0)
            levels = tuple(sorted({dual.level for dual in target.duals if dual.level is not None}))
        certificate = Certificate(
            self.objective.name,
            float(equal[equal > 0].min()) if levelled else self._smallest(),
            gap, proven=gap <= _SMALL_GAP * self.problem.size / len(self.problem.ids),
            levels=levels if levelled else (),
            method="integer" if self.relaxation.cuts else "relaxation",
            proof=self._proof(target) if levelled else Proof(), people=levelled and self.people,
        )
        return self._distribution(mixture.panels, mixture.weights, chance, certificate)

    def _proof(self, target: Target) -> Proof:
        return level_proofs(self.relaxation, target, tuple(self.reach.excluded))

    def _smallest(self) -> float:
        """Return the relaxation's upper bound on the smallest chance of all seen on a panel."""
        answer = LevelModel(self.relaxation).solve(np.zeros(self.problem.types), self._seen())
        return answer[0] if answer is not None else 1.0

    def _seen(self) -> NDArray[np.bool_]:
        """Return ``(t,)`` who is on a known panel, and so can certainly be selected."""
        return np.asarray(np.array(self.known).sum(axis=0) > 0)

    def _nearest(self, target: Target, mixture: Mixture) -> Distribution:
        """Close in on a target outside the hull: one exact panel or one cut at a time.

        The panel furthest towards the target either brings the mixture nearer, or proves that no
        panel lies further that way; then the target is cut off and found anew.
        """
        for _ in range(_ROUNDS):
            reached = mixture.weights @ mixture.panels
            gap = shortfall(
                self.problem, self.objective, target.chance, reached / self.problem.people
            )
            if gap <= _SMALL_GAP and mixture.missed <= _NOISE:
                break
            self.clock.tick("levels", gap)
            missing = target.seats - reached
            whole = np.rint(missing * (2.0**PRICE_BITS / np.abs(missing).max())).astype(np.int64)
            stock = np.array(self.known)
            best = stock[int(np.argmax(stock @ whole))]
            panel, bound, proven = exact_panel(
                self.relaxation, whole, PRICE_SCALE, self.clock.left(), best
            )
            if panel is not None and int(whole @ panel) > int(whole @ best):
                self.known.append(panel)
                mixture = nearer(self.finder, target.seats, mixture, np.array([panel]))
            elif panel is not None and proven:
                cut = Cut(whole, max(int(bound), int(whole @ best)))
                self.relaxation = replace(self.relaxation, cuts=(*self.relaxation.cuts, cut))
                self.finder = PanelFinder(self.relaxation)
                self.finder.found = self.known
                found = find_target(self.relaxation, self.objective)
                if found is None:
                    break
                target, self.rows = found, found.rows
                mixture = nearer(self.finder, target.seats, mixture, np.array(self.known))
            self.nearest = target, mixture
        return self._as_near(target, mixture)

    def _as_near(self, target: Target, mixture: Mixture) -> Distribution:
        """Return the distribution of a mixture that may fall short of its target."""
        self.reach.name_zeros(self.relaxation, target.seats)
        reached = (mixture.weights @ mixture.panels) / self.problem.people
        certificate = self._judged(reached, "integer")
        return self._distribution(mixture.panels, mixture.weights, reached, certificate)

    def _judged(self, reached: Floats, method: str) -> Certificate:
        """Return what chances are worth and what no lottery passes, in the objective's unit."""
        able, seen = self.reach.able(self.problem.types), self._seen() | (reached > 0)
        value = value_of(self.problem, self.objective, reached, able)
        bound = value_bound(self.relaxation, self.objective, self.rows, able, seen)
        gap = max(bound - value if isinstance(self.objective, Nash) else value - bound, 0.0)
        return Certificate(
            self.objective.name, self._smallest(), gap, proven=gap <= _SMALL_GAP * max(1.0, bound),
            method=method, value=value, value_bound=bound,
        )

    def _climbed(self, climb: Climb) -> Distribution:
        """Return the distribution of a climb, finished or not."""
        chance = (climb.weights @ climb.panels) / self.problem.people
        reached = person_chance(self.problem, chance) if self.people else chance
        proven = np.where(np.isnan(climb.floor), 0.0, climb.floor)
        short = max(float(np.maximum(proven - reached, 0.0).max()), climb.gap)
        if not climb.done and isinstance(self.objective, Maximin):
            # Whoever was not seen on a panel yet may be able to serve, too, and has no chance now.
            open_ = np.isnan(climb.floor) | (climb.floor > 0)
            short = max(climb.bound - float(reached[open_].min()), 0.0)
        elif not climb.done:
            # Nobody on an open level can come to have more than this, whatever the levels will be.
            most = self.climb.ceiling() if self.climb is not None else np.ones(len(reached))
            still = np.isnan(climb.floor)
            short = max(short, float((most - reached)[still].max()))
        if climb.done and self.climb is not None and isinstance(self.objective, Leximin):
            # The levels and their cuts determine exact chances; what real panels reach is near.
            self.relaxation = climb.relaxation
            target = self.climb.target()
            equal = self.problem.size / len(self.problem.ids)
            if np.abs(target.chance - chance).max() <= CLOSED * equal:
                return self._closed(target, Mixture(climb.panels, climb.weights, 0.0))
        levels = sorted({float(v) for v in climb.floor if v > 0})
        first = levels[0] if levels else climb.bound
        proof = Proof()
        if climb.done and self.climb is not None and isinstance(self.objective, Maximin):
            self.relaxation = climb.relaxation
            proof = self._proof(self.climb.first_level())
        certificate = Certificate(
            self.objective.name, max(first, climb.bound) if climb.done else first, short,
            proven=climb.done, levels=tuple(Fraction(v) for v in levels), method="integer",
            proof=proof, people=self.people,
        )
        return self._distribution(climb.panels, climb.weights, chance, certificate)

    def best_so_far(self) -> Distribution:
        """Return the best lottery over the panels known, with its honest gap."""
        if not self.known:
            # However long it takes: without one panel there is no valid answer at all.
            self.known.append(any_panel(self.problem))
        if self.climb is None:
            from sortition.engine.columns import LevelClimb

            # Only those already seen on a panel are known to be selectable: they bear the bound.
            self.climb = LevelClimb(self.relaxation, np.array(self.known), among=self._seen())
        state = self.climb.state()
        if isinstance(self.objective, Leximin | Maximin):
            return self._climbed(state)
        # Two lotteries are at hand: the one with the best smallest chance, and one near the target.
        lotteries = [(state.panels, state.weights)]
        if self.nearest is not None and len(self.nearest[1].panels):
            self.reach.name_zeros(self.relaxation, self.nearest[0].seats)
            lotteries.append((self.nearest[1].panels, self.nearest[1].weights))
        judged = []
        for panels, weights in lotteries:
            chance = (weights @ panels) / self.problem.people
            judged.append((panels, weights, chance, self._judged(chance, "integer")))
        return self._distribution(*min(judged, key=lambda lottery: lottery[3].gap))

    def _distribution(
        self, panels: Ints, weights: Floats, chance: Floats, certificate: Certificate
    ) -> Distribution:
        if isinstance(self.objective, Goldilocks):
            certificate = replace(certificate, gamma=float(self.objective.gamma))
        for array in (panels, weights, chance):
            array.setflags(write=False)
        found = Distribution(
            self.problem, panels, weights, chance, certificate,
            self.reach.unselectable(self.relaxation), self.clock.spent(),
        )
        if math.isnan(certificate.value):  # of leximin and maximin
            smallest = float(found.able.min(initial=1.0))
            certificate = replace(certificate, value=smallest, value_bound=certificate.bound)
        return replace(found, certificate=certificate)
