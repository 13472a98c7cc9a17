"""Panels whose mixture has the target chances, or the finding that none was found.

Comes from `sortition.engine.relaxation`, goes to `sortition.engine.search`. First panels are
peeled off the target one by one, each with the largest weight that leaves a point of the relaxation
behind; what peeling leaves over is closed by Wolfe's minimum-norm point over herded panels. Neither
needs a master LP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sortition.engine.panels import PanelFinder
from sortition.engine.relaxation import Relaxation

__all__ = ["CLOSED", "Mixture", "face", "herd", "nearer", "realise"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUND = 1e-12  # weights: what double precision leaves of a hundred subtractions, with room
CLOSED = 1e-7  # of an equal share: a mixture nearer than this to its target has it
_NEAREST = 1e-12  # seats: nearer than this Wolfe's method need not come
_MUCH = 0.05  # of the mass
_BATCHES = 12  # of herded panels, half as many as types each, before Wolfe's method gives up


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Panels with weights.

    Parameters
    ----------
    panels
        ``(p, t)`` integer panels, every one admitted by the rules.
    weights
        ``(p,)`` positive, adding up to one.
    missed
        Largest difference from the target in anyone's chance, in multiples of k/n.
    """

    panels: Ints
    weights: Floats
    missed: float


def realise(
    finder: PanelFinder,
    seats: Floats,
    *,
    tolerance: float = CLOSED,
    thorough: bool = True,
    check: Callable[[float], None] = lambda mass: None,
) -> Mixture:
    """Return panels whose weighted mean is `seats`, or as near to it as was reached.

    Parameters
    ----------
    finder
        Of panels of a relaxation in which `seats` lies; it remembers those it found.
    seats
        ``(t,)`` expected seats of each type.
    tolerance
        How far from `seats` the mixture may end: in anyone's chance, in multiples of k/n.
    thorough
        Whether to go on when peeling ends with much mass left, which is often a sign that somebody
        of the target can be on no panel at all.
    check
        Called between panels with the mass not yet realised; may raise to stop.

    References
    ----------
    Grötschel, Lovász, Schrijver, *Geometric Algorithms and Combinatorial Optimization*, theorem
    6.5.11 (peeling). Wolfe, "Finding the nearest point in a polytope", *Mathematical Programming*
    11 (1976).
    """
    relaxation = finder.relaxation
    panels, weights, left = _peel(finder, seats, check, outside=thorough)
    if not panels:
        return Mixture(np.zeros((0, len(seats)), np.int64), np.zeros(0), np.inf)
    chosen, shares = np.array(panels), np.array(weights) / sum(weights)
    mixture = Mixture(chosen, shares, _missed(relaxation, chosen, shares, seats))
    if mixture.missed <= tolerance or (left > _MUCH and not thorough):
        return mixture
    for low, high in (_box(seats), (np.zeros(len(seats)), relaxation.limit)):
        finder.set_box(low, high)
        finder.set_face(*face(relaxation, seats))
        mixture = _wolfe(finder, seats, mixture, lambda: check(left))
        if mixture.missed <= tolerance:
            break
    return mixture


def nearer(
    finder: PanelFinder, seats: Floats, mixture: Mixture, panels: Ints
) -> Mixture:
    """Return the mixture nearest to a target of those at hand and further panels.

    Parameters
    ----------
    finder
        Looks for more panels; its box and face are set anew.
    seats
        ``(t,)`` expected seats of each type.
    mixture
        To begin from; it may be empty.
    panels
        ``(p, t)`` panels that may be mixed in.
    """
    start = mixture
    if not len(mixture.panels):
        one = np.ones(1)
        start = Mixture(panels[:1], one, _missed(finder.relaxation, panels[:1], one, seats))
    finder.set_box(np.zeros(len(seats)), finder.relaxation.limit)
    finder.set_face(finder.relaxation.lower, finder.relaxation.upper)
    return _wolfe(finder, seats, start, lambda: None, panels.astype(np.float64))


def herd(
    finder: PanelFinder, seats: Floats, mixture: Mixture, count: int,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Let the finder find panels that together stay near the target, beginning with what is missed.

    They are what a search by columns begins with.

    Parameters
    ----------
    finder
        Keeps what it finds; its box and face are set anew.
    seats
        ``(t,)`` expected seats of each type.
    mixture
        What is reached already.
    count
        How many panels at most.
    check
        Called between them; may raise to stop.
    """
    finder.set_box(np.zeros(len(seats)), finder.relaxation.limit)
    finder.set_face(*face(finder.relaxation, seats))
    reached = mixture.weights @ mixture.panels if len(mixture.panels) else np.zeros(len(seats))
    _herd(finder, seats, seats - reached, count, check)


def face(relaxation: Relaxation, seats: Floats, mass: float = 1.0) -> tuple[Floats, Floats]:
    """Return row bounds in which the rows that are tight at ``seats / mass`` are equalities.

    Every panel of a mixture with mean `seats` keeps these rows tight too, since none can make up
    for another.

    Parameters
    ----------
    relaxation
        The rules and cuts, as m rows.
    seats
        ``(t,)`` expected seats of each type, times `mass`.
    mass
        In (0, 1]: how much of a mixture `seats` is of.

    Returns
    -------
    low, high
        ``(m,)`` each.
    """
    counts = relaxation.rows.times(seats)
    at_low = counts - mass * relaxation.lower <= 1e2 * _ROUND
    at_high = mass * relaxation.upper - counts <= 1e2 * _ROUND
    low = np.where(at_high, relaxation.upper, relaxation.lower)
    high = np.where(at_low, relaxation.lower, relaxation.upper)
    return low, high


def _box(seats: Floats) -> tuple[Floats, Floats]:
    """Return the unit box round the target: whoever has a whole number of seats keeps it."""
    return np.floor(seats + _ROUND), np.ceil(seats - _ROUND)


def _missed(relaxation: Relaxation, panels: Ints, weights: Floats, seats: Floats) -> float:
    problem = relaxation.problem
    equal = problem.people * (problem.size / len(problem.ids))
    return float((np.abs(weights @ panels - seats) / equal).max())


def _peel(
    finder: PanelFinder, seats: Floats, check: Callable[[float], None], *, outside: bool
) -> tuple[list[Ints], list[float], float]:
    """Take panels off the target as long as a point of the relaxation remains, boxed at first.

    Outside the box it goes on when asked to, or when little mass is left.

    With mass μ left and residual r (``r/μ`` a point of the relaxation), panel b gets the largest
    λ for which ``(r − λb)/(μ − λ)`` stays inside; at that λ one more bound is tight for good. The
    residual is kept unnormalised, so that its error does not grow while the mass shrinks.
    """
    rules = finder.relaxation
    low, high = _box(seats)
    boxed = True
    residual, mass = seats.copy(), 1.0
    panels: list[Ints] = []
    weights: list[float] = []
    finite = np.isfinite(rules.lower)
    lower = np.where(finite, rules.lower, 0.0)
    while mass > _ROUND:
        check(mass)
        above, below = residual - mass * low, mass * high - residual
        low, high = (
            np.where((below <= _ROUND) & (above > _ROUND), high, low),
            np.where(above <= _ROUND, low, high),
        )
        finder.set_box(low, high)
        row_low, row_high = face(rules, residual, mass)
        finder.set_face(row_low, row_high)
        moving = high > low
        # Whoever must still sit on nearly every panel weighs most, whoever on hardly any least.
        floor = mass * 1e-6
        weight = np.zeros(len(seats))
        weight[moving] = mass / np.maximum(below[moving], floor)
        weight[moving] -= mass / np.maximum(above[moving], floor)
        panel = finder.find(weight) if moving.any() else finder.checked(low.astype(np.int64))
        if panel is None and boxed and (outside or mass <= _MUCH):
            # No panel so near to the target: look everywhere.
            low, high, boxed = np.zeros(len(seats)), rules.limit, False
            continue
        if panel is None:
            break
        counts, used = rules.rows.times(residual), rules.rows.times(panel)
        steps = [mass]
        for room, width in (
            (above, panel - low), (below, high - panel),
            (np.where(finite, counts - mass * lower, np.inf), used - lower),
            (mass * rules.upper - counts, rules.upper - used),
        ):
            bounding = (width > 0.5) & (room > _ROUND)
            if bounding.any():
                steps.append(float((room[bounding] / width[bounding]).min()))
        step = min(steps)
        panels.append(panel)
        weights.append(step)
        residual = residual - step * panel
        mass -= step
    return panels, weights, mass


def _herd(
    finder: PanelFinder, seats: Floats, gap: Floats, count: int, check: Callable[[], None]
) -> Floats:
    """Return panels that together stay near the target: each repays what the others left owing."""
    largest = np.abs(gap).max()
    debt = gap * (2.0 / largest) if largest > 0 else gap
    panels = []
    for _ in range(count):
        check()
        panel = finder.find(debt)
        if panel is None:
            break
        panels.append(panel)
        debt = debt + seats - panel
    return np.array(panels, dtype=np.float64).reshape(-1, len(seats))


def _wolfe(
    finder: PanelFinder, seats: Floats, start: Mixture, check: Callable[[], None],
    known: Floats | None = None,
) -> Mixture:
    """Return the mixture nearest to the target of the panels at hand and herded ones.

    Wolfe's minimum-norm point over a stock of panels: the minor cycle goes to the nearest point
    of the affine hull, dropping panels whose weight would turn negative; the major cycle takes
    from the stock the panel furthest in the direction still missing. A stock that is empty, or
    holds nothing further that way, is herded anew, which costs far less than asking for the best
    panel in every direction. The stock begins with the panels `known`.
    """
    panels, weights = start.panels.astype(np.float64), start.weights
    stock = np.zeros((0, len(seats))) if known is None else known
    batch = max(int((finder.high > finder.low).sum()) // 2, 10)
    before = np.inf
    for _ in range(_BATCHES):
        while True:
            check()
            panels, weights = _nearest(panels, weights, seats)
            gap = seats - weights @ panels
            norm = float(gap @ gap)
            if np.abs(gap).max() <= _NEAREST:
                break
            value = (stock - seats) @ gap
            best = int(np.argmax(value)) if len(value) else -1
            if best < 0 or value[best] <= -norm + 1e-9 * np.sqrt(norm):
                break  # no panel of the stock lies further that way
            panels = np.vstack([panels, stock[best]])
            weights = np.append(weights, 0.0)
            stock = np.delete(stock, best, axis=0)
        if np.abs(gap).max() <= _NEAREST or norm > 0.25 * before:
            break
        before = norm if len(stock) else before
        herded = _herd(finder, seats, gap, batch, check)
        if not len(herded):
            break
        stock = np.vstack([stock, herded])
    weights = weights / weights.sum()
    whole = np.rint(panels).astype(np.int64)
    reached = Mixture(whole, weights, _missed(finder.relaxation, whole, weights, seats))
    # Nearest in the mean square: the largest difference may well be the same after a step.
    begun = float(((seats - start.weights @ start.panels) ** 2).sum())
    return reached if norm < begun or reached.missed < start.missed else start


def _nearest(panels: Floats, weights: Floats, seats: Floats) -> tuple[Floats, Floats]:
    """Return panels and positive weights of the point nearest to `seats` in their hull.

    Works with differences to the heaviest panel: least squares by QR, whose diagonal also tells
    which panel depends on those before it and can go.
    """
    while len(panels) > 1:
        first = int(np.argmax(weights))
        rest = np.delete(np.arange(len(panels)), first)
        q, r = np.linalg.qr((panels[rest] - panels[first]).T)
        diagonal = np.abs(np.diag(r))
        if len(rest) > len(diagonal) or diagonal.min() < 1e-9 * diagonal.max():
            extra = int(np.argmin(diagonal)) if len(rest) <= len(diagonal) else len(rest) - 1
            panels, weights = _without(panels, weights, rest[extra])
            continue
        share = np.empty(len(panels))
        share[rest] = np.linalg.solve(r, q.T @ (seats - panels[first]))
        share[first] = 1.0 - share[rest].sum()
        if (share > 1e-14).all():
            return panels, share
        falling = share <= 1e-14
        ratio = weights[falling] / np.maximum(weights[falling] - share[falling], 1e-300)
        step = min(1.0, float(ratio.min()))
        weights = (1 - step) * weights + step * share
        gone = np.flatnonzero(falling & (weights <= 1e-14))
        panels, weights = _without(
            panels, weights, gone if len(gone) else np.argmin(np.where(falling, weights, np.inf))
        )
    return panels, np.ones(len(panels))


def _without(
    panels: Floats, weights: Floats, gone: NDArray[np.intp] | np.intp
) -> tuple[Floats, Floats]:
    kept = np.delete(weights, gone)
    return np.delete(panels, gone, axis=0), kept / kept.sum()
