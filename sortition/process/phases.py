"""Panels drawn after each other: everybody's chance through all of them.

Chances of single phases in, products and averages out; called by ``sortition phases`` and in
Python. Phases that are drawn at once are themes: see `sortition.process.themes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sortition.errors import InfeasibleError

__all__ = ["Phase", "Through", "along", "through"]


@dataclass(frozen=True, slots=True)
class Phase:
    """One of several panels drawn after each other.

    Parameters
    ----------
    name
        What it is called.
    before
        The phase that it is drawn from; None for the list.
    chance
        Per id the chance in its own lottery; None while there is no lottery.
    """

    name: str
    before: str | None
    chance: Mapping[str, float] | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Through:
    """What a second phase comes to before the first is drawn.

    Parameters
    ----------
    chance
        Per id the chance to be on the second panel, seen from before the first draw.
    possible
        The probability that the first panel leaves a second one possible.
    """

    chance: Mapping[str, float] = field(repr=False)
    possible: float


def along(phases: Sequence[Phase]) -> dict[str, dict[str, float]]:
    """Return per phase everybody's chances multiplied: to be in it and in those it comes from.

    Each factor is the chance in the lottery that was made once the phase before was drawn. So the
    product is that of the draws as they went; somebody who was not drawn before has 0.

    Parameters
    ----------
    phases
        In the order in which they are drawn; those without a lottery are passed over, with
        whatever is drawn from them.

    Examples
    --------
    >>> large = Phase("large", None, {"a": 0.5, "b": 0.5, "c": 1.0})
    >>> along([large, Phase("small", "large", {"a": 0.5, "c": 0.5})])["small"]
    {'a': 0.25, 'b': 0.0, 'c': 0.5}
    """
    found: dict[str, dict[str, float]] = {}
    for phase in phases:
        if phase.chance is None or (phase.before is not None and phase.before not in found):
            continue
        first = found.get(phase.before) if phase.before is not None else None
        if first is None:
            found[phase.name] = dict(phase.chance)
            continue
        found[phase.name] = {
            own: chance * phase.chance.get(own, 0.0) for own, chance in first.items()
        }
    return found


def through(
    tickets: Iterable[Sequence[str]],
    second: Callable[[tuple[str, ...]], Mapping[str, float]],
    *,
    check: Callable[[float], None] = lambda done: None,
) -> Through:
    """Return everybody's chance to be on the second panel, before anything is drawn.

    It is the mean, over the tickets of the first lottery, of the chance in the second one from the
    people of that ticket: ``P(i in 2) = Σ_T 1/M · P(i in 2 | T)``. Only with equal chances within
    every ticket is that the product of two chances.

    Parameters
    ----------
    tickets
        The members of each ticket of the first lottery, equally likely.
    second
        The chances of the second lottery from these people; may raise `InfeasibleError`.
    check
        Called with the share done; may raise to stop.

    Examples
    --------
    >>> from fractions import Fraction
    >>> pick_one = lambda ids: dict.fromkeys(ids, Fraction(1, len(ids)))
    >>> through([("a", "b"), ("a", "c")], pick_one).chance
    {'a': Fraction(1, 2), 'b': Fraction(1, 4), 'c': Fraction(1, 4)}
    """
    known: dict[tuple[str, ...], Mapping[str, float] | None] = {}
    listed = [tuple(sorted(ticket)) for ticket in tickets]
    total: dict[str, float] = dict.fromkeys(sorted(set(chain.from_iterable(listed))), 0)
    possible = 0
    for at, ticket in enumerate(listed):
        check(at / len(listed))
        if ticket not in known:
            try:
                known[ticket] = second(ticket)
            except InfeasibleError:
                known[ticket] = None
        chances = known[ticket]
        if chances is None:
            continue
        possible += 1
        for own, chance in chances.items():
            total[own] += chance
    return Through({own: chance / len(listed) for own, chance in total.items()},
                   possible / len(listed))
