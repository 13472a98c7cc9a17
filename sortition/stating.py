"""From statements and a pool to plain quotas: ``state(statements, pool, size) -> Stated``.

Everything people say in shares, spreads and roles becomes whole numbers of seats here, before
`sortition.problem.compile`; each rounding and each decision by lot is a note for the user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sortition.pool import Pool
from sortition.quotas import Quotas
from sortition.roles import RoleSeats
from sortition.statements import Statement

__all__ = ["Note", "Stated", "state"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was worked out from what was stated, for the user to see.

    Parameters
    ----------
    code
        Key of the message catalogue.
    params
        The values the text speaks of.
    file, row
        Where the statement stands.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    row: int | None = None

    def render(self, language: str = "en") -> str:
        """Return the note in words."""
        from sortition.messages import text

        return text(self.code, language, **self.params)

    def __str__(self) -> str:
        return self.render()


@dataclass(frozen=True, slots=True)
class Stated:
    """Statements as plain quotas.

    Parameters
    ----------
    quotas
        For `sortition.compile`.
    notes
        Every rounding, decision by lot and derived bound.
    roles
        The seats of each feature of which everyone fills one, for `sortition.assign_roles`.
    """

    quotas: Quotas
    notes: tuple[Note, ...] = ()
    roles: tuple[RoleSeats, ...] = ()


def state(
    statements: Sequence[Statement],
    pool: Pool,
    size: int | tuple[int, int],
    *,
    per_household: int = 1,
    include: Sequence[str] = (),
    counted: Sequence[Mapping[str, str]] = (),
    lot: str = "",
) -> Stated:
    """Turn statements into quotas of whole numbers of seats.

    Parameters
    ----------
    statements
        In any order.
    pool
        The volunteers.
    size
        Seats on the panel, or the smallest and largest number allowed.
    per_household
        How many members of one household may serve together.
    include
        Ids of people who are on every panel; they count for the quotas and fill seats.
    counted
        People who sit on the panel outside the lottery, each as feature → value: they fill a seat
        and count for the quotas, so that fewer are left to draw.
    lot
        Text, fixed beforehand, that decides which of equal remainders is rounded up.

    Returns
    -------
    Stated

    Raises
    ------
    InputError
        With every issue of all statements.
    """
    raise NotImplementedError
