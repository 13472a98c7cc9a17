"""What a problem is compiled from, and how it came to be.

Made by `sortition.rules.project`; read by the command line, by `sortition.process.themes` and by
whoever compiles a `Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sortition.people.pool import Pool
from sortition.people.prepare import Prepared
from sortition.rules.quotas import Quota, Quotas

if TYPE_CHECKING:  # most quotas are a table for one panel: what others need is loaded for them
    from sortition.rules.roles import RoleSeats
    from sortition.rules.seats import Note
    from sortition.rules.themes import Seated, Theme

__all__ = ["Ready", "Several", "everybody"]


@dataclass(frozen=True, slots=True)
class Ready:
    """What a problem is compiled from, and how it came to be.

    Parameters
    ----------
    pool, quotas
        For `sortition.compile`.
    prepared
        The list, and who is not in it any more.
    notes
        Every rounding, decision by lot and derived bound.
    roles
        The seats of each feature of which everyone fills one, for `sortition.assign_roles`.
    several
        The people and the panels, where several are drawn together.
    """

    pool: Pool
    quotas: Quotas
    prepared: Prepared
    notes: tuple[Note, ...] = ()
    roles: tuple[RoleSeats, ...] = ()
    several: Several | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """What several panels from one list come from; `Ready.pool` and `quotas` speak of seats then.

    Parameters
    ----------
    people
        The list.
    themes
        The panels.
    roles
        For each of them as `Ready.roles`.
    seated
        Who can take which seat.
    most
        On how many panels one person may be.
    """

    people: Pool
    themes: tuple[Theme, ...]
    roles: tuple[tuple[RoleSeats, ...], ...]
    seated: Seated
    most: int


def everybody(pool: Pool) -> Quotas:
    """Return the rules of a panel that is the whole pool."""
    count = len(pool)
    whole = Quota(((pool.id_column or "id", pool.ids),), count, count, label="(everybody)",
                  fixed=True)
    return Quotas((count, count), (whole,), count)
