"""The lottery: M numbered, equally likely panels made from a distribution.

Everyone should stand on ⌊Mπ⌋ or ⌈Mπ⌉ of the M tickets, where π is their chance; what rounding
costs is measured per person and kept. Comes from `sortition.engine.distribution`, goes to
`sortition.draw`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from sortition.display import card
from sortition.engine.clock import Clock, Progress
from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem
from sortition.engine.threads import one_thread
from sortition.files.cells import escape_formula
from sortition.files.writers import to_csv
from sortition.lots.rounding import round_to_tickets
from sortition.lots.seating import seat_people

if TYPE_CHECKING:
    from sortition.lots.balance import Balance

__all__ = ["Lottery", "canonical", "to_lottery"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT_ONCE = 256  # tickets checked together: enough to be quick, few enough for memory

@dataclass(frozen=True, slots=True, eq=False)
class Lottery:
    """Numbered, equally likely panels.

    Parameters
    ----------
    distribution
        What was rounded.
    tickets
        ``(M, k)`` positions in ``problem.ids``, rising in each row; -1 fills up a panel smaller
        than the largest size allowed.
    counts
        ``(n,)`` on how many tickets each person stands.
    balance
        How near the panels are to what is expected in the intersections that were asked for.
    complete
        Whether rounding and balancing ran to their end; else time was up. Every ticket keeps the
        rules either way, and `loss` is what was measured.
    csv
        ``lottery.csv``: a row per ticket, its number and the sorted ids on it.
    """

    kind: ClassVar[Literal["tickets"]] = "tickets"

    distribution: Distribution
    tickets: Ints = field(repr=False)
    counts: Ints = field(repr=False)
    balance: tuple[Balance, ...] = ()
    complete: bool = True
    csv: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        width = len(str(len(self.tickets) - 1))
        columns = ["ticket", *(f"member_{seat}" for seat in range(1, self.problem.size + 1))]
        # Escaped once per person, not once per seat; position -1 is the empty seat of a panel
        # smaller than the largest size.
        names = (*(escape_formula(own) for own in self.problem.ids), "")
        rows = (
            [f"{at:0{width}d}", *(names[person] for person in ticket)]
            for at, ticket in enumerate(self.tickets.tolist())
        )
        object.__setattr__(self, "csv", to_csv(columns, rows, escape=False))

    def __repr__(self) -> str:
        return (
            f"Lottery: {len(self.tickets)} tickets of {self.problem.size} seats, nobody off by "
            f"more than {self.loss:.2f} tickets, SHA-256 {self.sha256[:12]}…"
        )

    def _repr_html_(self) -> str:
        """Show the first tickets."""
        rows = ((at, ", ".join(self.members(at))) for at in range(len(self.tickets)))
        return card(repr(self), ("ticket", "members"), rows)

    @property
    def problem(self) -> Problem:
        """The rules that every ticket keeps."""
        return self.distribution.problem

    @property
    def chance(self) -> Floats:
        """``(n,)`` each person's chance before rounding, in the order of ``problem.ids``."""
        return self.distribution.chance

    @property
    def loss(self) -> float:
        """By how many tickets the worst-off person is away from M times their chance."""
        return float(np.abs(self.deviation).max())

    @property
    def deviation(self) -> Floats:
        """``(n,)`` tickets held minus M times the chance."""
        return self.counts - len(self.tickets) * self.distribution.chance

    @property
    def sha256(self) -> str:
        """Digest of ``lottery.csv``: what a draw is bound to."""
        return hashlib.sha256(self.csv.encode()).hexdigest()

    def members(self, ticket: int) -> tuple[str, ...]:
        """Return the sorted ids on a ticket.

        Raises
        ------
        IndexError
            If there is no such ticket.
        """
        if not 0 <= ticket < len(self.tickets):
            raise IndexError(ticket)
        return tuple(self.problem.ids[person] for person in self.tickets[ticket] if person >= 0)


def to_lottery(
    distribution: Distribution,
    tickets: int = 1000,
    *,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Lottery:
    """Round a distribution to equally likely tickets, every one checked against every rule.

    Parameters
    ----------
    distribution
        Panels with weights.
    tickets
        How many, M.
    time_limit
        Seconds; what is not rounded well by then is rounded quickly, and ``complete`` is False.
    progress
        Called with a `Progress` of the stage ``"tickets"``; what it raises stops the work.

    Returns
    -------
    Lottery

    Raises
    ------
    ValueError
        If `tickets` is less than one.

    References
    ----------
    Flanigan, Kehne, Procaccia, "Fair sortition made transparent", NeurIPS 2021.
    """
    if tickets < 1:
        raise ValueError(f"a lottery needs at least one ticket, not {tickets}")
    clock = Clock.of(time_limit, progress)
    with one_thread():
        counted = round_to_tickets(distribution, tickets, clock)
    complete = clock.left() > 0
    problem = distribution.problem
    seated = canonical(problem, seat_people(problem, counted))
    counts = np.bincount(seated[seated >= 0], minlength=len(problem.ids))
    counts.setflags(write=False)
    return Lottery(distribution, seated, counts, complete=complete)


def canonical(problem: Problem, tickets: Ints) -> Ints:
    """Return the tickets in the order of their members, every one checked; empty seats come last.

    Raises
    ------
    RuntimeError
        If a ticket breaks a rule, which would be a mistake of the program.
    """
    beyond = len(problem.ids)
    ordered = np.sort(np.where(tickets < 0, beyond, tickets), axis=1)
    ordered = np.where(ordered == beyond, -1, ordered)
    ordered = ordered[np.lexsort(ordered.T[::-1])]
    for first in range(0, len(ordered), _AT_ONCE):
        _check(problem, ordered[first : first + _AT_ONCE])
    ordered.setflags(write=False)
    return ordered


def _check(problem: Problem, tickets: Ints) -> None:
    """Count tickets person by person against every rule; never trust what made them."""
    held = tickets >= 0
    people, (ticket, _) = tickets[held], np.nonzero(held)
    place = ticket * problem.types + problem.type_of[people]
    panels = np.bincount(place, minlength=len(tickets) * problem.types)
    twice = (tickets[:, 1:] == tickets[:, :-1]) & held[:, 1:]  # rows rise
    if twice.any() or not problem.admits_all(panels.reshape(len(tickets), problem.types)):
        raise RuntimeError("a ticket breaks a rule; please report this")
    nowhere = -1 - np.arange(tickets.shape[1])  # empty seats share no home
    homes = np.sort(np.where(held, problem.household[tickets], nowhere), axis=1)
    most = problem.per_household
    if (homes[:, most:] == homes[:, :-most]).any():
        raise RuntimeError("a ticket breaks the household rule; please report this")
