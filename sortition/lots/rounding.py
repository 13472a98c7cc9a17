"""Rounding: how many seats each type has on each of M equally likely tickets.

Everyone should be on ⌊Mπ⌋ or ⌈Mπ⌉ of them, π being their chance: so each type's seats on all the
tickets together are bounded from both sides. Called by `sortition.lots.lottery`, which then seats
people.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sortition.engine.clock import Clock
from sortition.engine.distribution import Distribution
from sortition.engine.panels import PanelFinder
from sortition.engine.realise import face
from sortition.engine.relaxation import Relaxation

__all__ = ["round_to_tickets"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EXCHANGES = 120  # of single tickets at most, after rounding
_CORRECTIONS = (200, 20)  # tickets looked at to mend what is a whole ticket off after that
_STEPS = 60  # of handing it on
_PATIENCE = 20  # of them without fewer whole tickets off, before tickets are exchanged
_PINNED = 12  # steps during which who is right stays right
_PUSHES = (0.0, 20.0, 100.0, 500.0)  # how much a whole ticket astray weighs, tried in turn


def round_to_tickets(distribution: Distribution, tickets: int, clock: Clock) -> Ints:
    """Return ``(M, t)`` tickets as counts per type: whole copies first, then what they leave.

    When time is up the panels that are known fill the tickets still missing, and nothing is
    exchanged any more: every ticket keeps the rules, people may be further off.
    """
    problem = distribution.problem
    copies = np.floor(tickets * distribution.weights + 1e-9).astype(np.int64)
    whole = np.repeat(distribution.panels, copies, axis=0)
    seats = distribution.type_chance * problem.people
    owed = tickets * seats - whole.sum(axis=0)
    # With the cuts: where one is tight at the target, a panel off its face leaves somebody owed.
    cuts = distribution.certificate.proof.cuts
    relaxation = Relaxation(problem, distribution.type_chance <= 0, cuts)
    finder = PanelFinder(relaxation)
    finder.set_face(*face(relaxation, seats))
    everywhere = np.zeros(problem.types), relaxation.limit
    missing = tickets - len(whole)
    added = []
    for at in range(missing):
        in_time = clock.told("tickets", done=at / missing)
        rest = owed / (missing - at)
        near = np.floor(rest + 1e-9), np.ceil(rest - 1e-9)
        panel = None
        urgency = _urgency(owed, problem.people)
        for low, high in (near, everywhere) if in_time else ():
            limit = relaxation.limit
            finder.set_box(np.clip(low, 0.0, limit), np.clip(high, 0.0, limit))
            panel = finder.find(urgency)
            if panel is not None:
                break
        added.append(_heaviest(distribution.panels, urgency) if panel is None else panel)
        owed = owed - added[-1]
    counted = np.vstack([whole, *added])
    finder.set_box(*everywhere)
    return _settle(finder, counted, tickets * distribution.type_chance, distribution.panels, clock)


def _heaviest(panels: Ints, weights: Floats) -> Ints:
    panel: Ints = panels[int(np.argmax(panels @ weights))]
    return panel


def _urgency(owed: Floats, people: Ints) -> Floats:
    """Weigh debts more than in proportion, so that nobody's grows beyond one ticket."""
    urgency: Floats = np.sinh(np.clip(4.0 * owed / people, -12.0, 12.0))
    return urgency


def _settle(
    finder: PanelFinder, counted: Ints, due: Floats, known: Ints, clock: Clock
) -> Ints:
    """Change tickets until nobody is off by a whole one, or nothing helps any more.

    Handing on what is off touches few and is tried first. Where that does not end soon, single
    tickets are exchanged before: the one that serves most those who have too much is taken out and
    the panel put in that the debts then ask for, found or known, if that lowers ``Σ cosh`` of the
    debts or the number of whole tickets off.
    """
    people = finder.problem.people
    everywhere = finder.low, finder.high
    least = people * np.floor(due + 1e-9).astype(np.int64)
    most = people * np.ceil(due - 1e-9).astype(np.int64)

    def astray(total: Ints) -> Floats:
        """Seats per type that put somebody a whole ticket off: positive when too few."""
        wrong: Floats = np.maximum(least - total, 0.0) - np.maximum(total - most, 0.0)
        return wrong

    def strain(total: Ints) -> float:
        debts = np.clip(4.0 * (due * people - total) / people, -50.0, 50.0)
        return float((people * np.cosh(debts)).sum() + 1e3 * np.abs(astray(total)).sum())

    def urgency(total: Ints) -> Floats:
        return _urgency(due * people - total, people) + push * astray(total)

    settled = _walk(finder, counted, least, most, clock, patience=_PATIENCE)
    total = settled.sum(axis=0)
    if not astray(total).any():
        return settled
    finder.set_box(*everywhere)
    counted = counted.copy()
    total = counted.sum(axis=0)
    tried: set[bytes] = set()
    pushes = list(_PUSHES)
    push = pushes.pop(0)
    for _ in range(_EXCHANGES):
        if not clock.told("tickets") or not astray(total).any():
            break
        harm = counted @ urgency(total)
        for at in np.argsort(harm, kind="stable"):
            if counted[at].tobytes() not in tried:
                break
        else:
            if not pushes:
                break
            push = pushes.pop(0)
            tried.clear()
            continue
        out = counted[at]
        wanted = urgency(total - out)
        found, own = finder.find(wanted), _heaviest(known, wanted)
        panel = own if found is None or wanted @ own > wanted @ found else found
        if strain(total - out + panel) < strain(total) - 1e-9:
            total = total - out + panel
            counted[at] = panel
            tried.clear()
        else:
            tried.add(out.tobytes())
    exchanged = _walk(finder, counted, least, most, clock)
    return min(exchanged, settled, key=lambda each: np.abs(astray(each.sum(axis=0))).sum())


def _walk(
    finder: PanelFinder, counted: Ints, least: Ints, most: Ints, clock: Clock,
    *, patience: int = _STEPS,
) -> Ints:
    """Hand on what is a whole ticket off, from type to type, until it falls where there is room.

    Each step changes one ticket so that one type is right and as few others as possible become
    wrong; the types that were right last stay so for a while. Returns the best of the walk, which
    ends after `patience` steps that brought nobody more into place.
    """
    total = counted.sum(axis=0)
    best, fewest, better = counted, np.inf, 0
    pinned: list[int] = []
    for step in range(_STEPS):
        wrong = np.maximum(least - total, 0) - np.maximum(total - most, 0)
        off = np.flatnonzero(wrong)
        if np.abs(wrong).sum() < fewest:
            best, fewest, better = counted.copy(), np.abs(wrong).sum(), step
        if not len(off) or step - better >= patience or not clock.told("tickets"):
            break
        t = int(off[0])
        counted, moved = _correct(finder, counted, t, int(np.sign(wrong[t])), least, most, pinned)
        if not moved:
            break
        total = counted.sum(axis=0)
        pinned = [*pinned, t][-_PINNED:]
    return best


def _correct(
    finder: PanelFinder, counted: Ints, t: int, step: int, least: Ints, most: Ints,
    pinned: list[int],
) -> tuple[Ints, bool]:
    """Return the tickets with one more or one less of type t, others touched as little as can be.

    A panel within what its ticket's types may lose and gain touches nobody: its box says so. When
    no ticket has one, some may lose one seat too many, at a price.
    """
    total = counted.sum(axis=0)
    limit = finder.relaxation.limit
    spare, room = np.maximum(total - least, 0), np.maximum(most - total, 0)
    price = 1.0 * (spare == 0) - 1.0 * (room == 0)
    first = list({ticket.tobytes(): at for at, ticket in enumerate(counted)}.values())
    tickets = counted[first]
    fitting = np.flatnonzero(tickets[:, t] < limit[t] if step > 0 else tickets[:, t] > 0)
    for worse in (0, 1):
        lose, gain = np.maximum(spare, worse), np.maximum(room, worse)
        lose[pinned], gain[pinned] = spare[pinned], room[pinned]
        fewest, found = np.inf, None
        for at in fitting[: _CORRECTIONS[worse]]:
            low, high = np.maximum(tickets[at] - lose, 0.0), np.minimum(tickets[at] + gain, limit)
            low[t] = high[t] = tickets[at, t] + step
            finder.set_box(low, high)
            panel = finder.find(price)
            if panel is not None:
                moved = panel - tickets[at]
                wrong = np.maximum(-moved - spare, 0).sum() + np.maximum(moved - room, 0).sum()
                if wrong < fewest:
                    fewest, found = wrong, (first[at], panel)
                if fewest <= worse:
                    break
        if found is not None:
            changed = counted.copy()
            changed[found[0]] = found[1]
            return changed, True
    return counted, False


