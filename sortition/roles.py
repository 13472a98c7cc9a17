"""Roles: people who could fill a seat of several kinds, and fill one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["RoleSeats", "assign_roles"]


@dataclass(frozen=True, slots=True)
class RoleSeats:
    """Seats by role.

    Parameters
    ----------
    feature
        The column of roles.
    names
        ``(r,)`` the roles in words; a union is one role.
    lower, upper
        ``(r,)`` seats of each, both included.
    held
        Per id the positions in `names` of the roles the person holds.
    """

    feature: str
    names: tuple[str, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    held: Mapping[str, tuple[int, ...]]


def assign_roles(panel: Iterable[str], seats: RoleSeats, lot: str = "") -> dict[str, str]:
    """Return for each id of a panel the role whose seat the person fills."""
    raise NotImplementedError
