"""Who sits where, and how good that is: what a seating comes to, whoever found it.

Frozen values and nothing that computes; made by `sortition.process.meetings.seating`, and again by
`sortition.process.meetings.recheck` from files; read by whatever writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sortition.errors import Issue
from sortition.files.cells import fold
from sortition.process.meetings.check import Tally
from sortition.process.meetings.programme import Person, Programme

__all__ = ["Goal", "Seating"]


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal of a seating: the smaller the better.

    Parameters
    ----------
    value
        What was reached.
    bound
        What nothing can undercut that is as good in the goals before it.
    kind
        Where the bound comes from: ``"integer program"``, ``"relaxation"`` (its linear
        relaxation), ``"count"`` (of encounters that tables of this size must repeat), or
        ``"none"`` where it is only that nothing is below 0.
    """

    value: int
    bound: int
    kind: str

    @property
    def proven(self) -> bool:
        """Whether it is known to be the best."""
        return self.value == self.bound


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits where.

    Parameters
    ----------
    programme
        What was asked.
    seats
        Per id, sorted, and round the position of a meeting; None for no seat.
    lot
        The ids in the order of the lot.
    tally
        What it achieves, counted anew.
    goals
        ``out``, ``lacking``, ``unwished``, ``ranks``, ``mix`` and ``again``, in their order.
    why
        Where somebody is left out or a meeting goes short: the reasons.
    finished
        Whether everything ended by itself, and not because time ran out.
    """

    programme: Programme
    seats: Mapping[str, tuple[int | None, ...]]
    lot: tuple[str, ...]
    tally: Tally
    goals: Mapping[str, Goal]
    why: tuple[Issue, ...] = ()
    finished: bool = True

    def room(self, meeting: int) -> tuple[Person, ...]:
        """Return who sits in a meeting, sorted by name."""
        here = [own for own in self.programme.people if meeting in self.seats[own.id]]
        return tuple(sorted(here, key=lambda own: (fold(own.name), own.id)))
