"""Roles: people who could fill a seat of several kinds, and fill one.

From the roles that people hold and the seats of each role to plain quota rows, for
`sortition.rules.stating`; and, once a panel is drawn, to who fills which seat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sortition.rules.apportion import rank

__all__ = ["MOST_ROLES", "RoleRow", "RoleSeats", "assign_roles", "role_rows"]

MOST_ROLES = 8  # the rows could double with every role


@dataclass(frozen=True, slots=True)
class RoleRow:
    """Bounds on how many people of a panel hold one of these roles, or hold no other.

    Parameters
    ----------
    roles
        Positions of the roles.
    only
        Whether those are meant who hold no other role; else those who hold one of these at least.
    lower, upper
        People, both included; None for no upper bound.
    """

    roles: tuple[int, ...]
    only: bool
    lower: int
    upper: int | None


def role_rows(
    people: Mapping[frozenset[int], int],
    lower: Sequence[int],
    upper: Sequence[int],
    sizes: tuple[int, int],
) -> list[RoleRow]:
    """Return the rows that a panel keeps if and only if its roles can be assigned.

    Everyone on a panel P gets one of their own roles, with l_r ≤ y_r ≤ u_r people in role r. The
    numbers y that are possible are the integer points of a base polytope, and one of them lies in
    the box [l, u] if and only if for every set S of roles::

        #{p in P : p holds a role of S}     ≥ Σ_{r in S} l_r
        #{p in P : p holds roles of S only} ≤ Σ_{r in S} u_r

    Rows that follow from others are left out: S falls apart into S₁ and S₂ when nobody links them,
    and for a fixed size k the second kind says that at least k − Σ u_r people hold a role outside
    S. Rows of one role are always there, so that the rules can be read.

    Parameters
    ----------
    people
        How many people could be on a panel with each set of roles; nobody has none.
    lower, upper
        ``(r,)`` seats of each role.
    sizes
        Smallest and largest panel.

    References
    ----------
    Frank, Tardos, "Generalized polymatroids and submodular flows", Mathematical Programming 42
    (1988); Hoffman, "Some recent applications of the theory of linear inequalities" (1960).
    """
    roles = range(len(lower))
    fixed = sizes[0] == sizes[1]
    everything = frozenset(roles)
    least: dict[frozenset[int], int] = {frozenset([role]): lower[role] for role in roles}
    most: dict[frozenset[int], int] = {}
    only: dict[frozenset[int], int] = {}
    for mask in range(1, 2 ** len(lower)):
        some = frozenset(role for role in roles if mask >> role & 1)
        if len(_components(some, [own & some for own in people])) == 1:
            needed = sum(lower[role] for role in some)
            least[some] = max(needed, least.get(some, 0))
        inside = [own for own in people if own <= some]
        allowed = sum(upper[role] for role in some)
        if len(_components(some, inside)) > 1 or sum(map(people.__getitem__, inside)) <= allowed:
            continue
        if all(own <= some or not own & some for own in people):
            most[some] = allowed  # whoever holds one of them holds no other
        elif fixed:
            others = everything - some
            least[others] = max(sizes[1] - allowed, least.get(others, 0))
        else:
            only[some] = allowed
    rows = []
    for some in sorted({*least, *most}, key=lambda roles: (len(roles), sorted(roles))):
        need, limit = least.get(some, 0), most.get(some)
        if limit is not None:
            # More is needed here only if all maxima together are too few, and so are these.
            need = min(need, limit)
            limit = None if limit >= sizes[1] else limit
        parts = _components(some, [own & some for own in people])
        implied = any(other < some and least[other] >= need for other in least)
        implied |= len(parts) > 1 and sum(least[part] for part in parts) >= need
        if some == everything and need <= sizes[0]:
            implied = True
        if len(some) > 1 and limit is None and (implied or need <= 0):
            continue
        rows.append(RoleRow(tuple(sorted(some)), False, need, limit))
    for some in sorted(only, key=lambda roles: (len(roles), sorted(roles))):
        if only[some] < sizes[1]:
            rows.append(RoleRow(tuple(sorted(some)), True, 0, only[some]))
    return rows


def _components(
    some: frozenset[int], held: Iterable[frozenset[int]]
) -> list[frozenset[int]]:
    """Return the parts of these roles that nobody links to each other by holding of several."""
    parts = [frozenset([role]) for role in some]
    for own in held:
        touched = [part for part in parts if part & own]
        if len(touched) > 1:
            parts = [part for part in parts if not part & own]
            parts.append(frozenset().union(*touched))
    return parts


@dataclass(frozen=True, slots=True)
class RoleSeats:
    """Seats by role.

    Parameters
    ----------
    feature
        The column of roles.
    names
        ``(r,)`` the roles in words; a union is one role. A blank name is no role: the place of
        people of whom no role is known.
    lower, upper
        ``(r,)`` seats of each, both included.
    held
        Per id the positions in `names` of the roles the person holds.
    counted
        The same for people who sit on the panel outside the lottery.
    cells
        The same for every cell of the column, theirs among them.
    row
        Where it was stated, for messages.
    """

    feature: str
    names: tuple[str, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    held: Mapping[str, tuple[int, ...]]
    counted: tuple[tuple[int, ...], ...] = ()
    cells: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    row: int | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the seats as plain data, without who in the pool holds which role."""
        return {
            "feature": self.feature, "names": list(self.names), "lower": list(self.lower),
            "upper": list(self.upper), "counted": [list(own) for own in self.counted],
        }

    @classmethod
    def of(cls, values: Mapping[str, Any], held: Mapping[str, Sequence[int]]) -> RoleSeats:
        """Return the seats that `to_dict` wrote down, with who holds which role."""
        return cls(
            values["feature"], tuple(values["names"]), tuple(values["lower"]),
            tuple(values["upper"]), {own: tuple(at) for own, at in held.items()},
            tuple(map(tuple, values["counted"])),
        )


def assign_roles(panel: Iterable[str], seats: RoleSeats, lot: str = "") -> dict[str, str]:
    """Return for each id of a panel the role whose seat the person fills.

    Parameters
    ----------
    panel
        Ids, in any order.
    seats
        As `state` returns them.
    lot
        Text that decides between people and between roles where several assignments are possible.

    Returns
    -------
    dict of str to str
        Role by id, sorted by id; people of whom no role is known are left out.

    Raises
    ------
    ValueError
        If the panel does not keep the quotas, so that nobody could assign its roles.

    Examples
    --------
    >>> seats = RoleSeats("rol", ("zorgvrager", "mantelzorger"), (1, 1), (1, 1),
    ...                   {"p1": (0, 1), "p2": (0,)})
    >>> assign_roles(["p1", "p2"], seats)
    {'p1': 'mantelzorger', 'p2': 'zorgvrager'}
    """
    holds: dict[tuple[str, str], list[int]] = {("id", own): list(seats.held[own]) for own in panel}
    holds |= {("counted", str(at)): list(own) for at, own in enumerate(seats.counted)}
    people = sorted(holds, key=lambda person: rank(lot, seats.feature, *person))
    for person, own in holds.items():
        own.sort(key=lambda role: rank(lot, seats.feature, *person, seats.names[role]))
    role_of: dict[tuple[str, str], int] = {}
    # First the seats that must be filled, then the people who have none yet. An augmenting path
    # takes a seat from nobody and a person from no role, so the first stays true.
    for role, count in enumerate(seats.lower):
        for _ in range(count):
            if not _fill(role, people, holds, role_of, set()):
                raise ValueError(f"nobody is left for a seat of {seats.names[role]}")
    filled = Counter(role_of.values())
    for person in people:
        if person not in role_of and not _seat(person, people, holds, role_of, filled,
                                               seats.upper, set()):
            raise ValueError("there is no seat left for everybody")
    return {
        person[1]: seats.names[role_of[person]]
        for person in sorted(role_of)
        if person[0] == "id" and seats.names[role_of[person]]
    }


_Person = tuple[str, str]


def _fill(
    role: int, people: Sequence[_Person], holds: Mapping[_Person, Sequence[int]],
    role_of: dict[_Person, int], tried: set[_Person],
) -> bool:
    """Put one person more in a role: somebody without a seat, moving others between roles."""
    able = [person for person in people if role in holds[person] and role_of.get(person) != role]
    for person in sorted(able, key=lambda person: person in role_of):  # those without a seat first
        if person in tried:
            continue
        tried.add(person)
        before = role_of.get(person)
        if before is None or _fill(before, people, holds, role_of, tried):
            role_of[person] = role
            return True
    return False


def _seat(
    person: _Person, people: Sequence[_Person], holds: Mapping[_Person, Sequence[int]],
    role_of: dict[_Person, int], filled: Counter[int], upper: Sequence[int], tried: set[int],
) -> bool:
    """Give a person a seat of one of their roles, moving others on where it is full."""
    for role in holds[person]:
        if role in tried:
            continue
        tried.add(role)
        if filled[role] < upper[role]:
            filled[role] += 1
            role_of[person] = role
            return True
        for other in people:
            if role_of.get(other) == role and _seat(other, people, holds, role_of, filled, upper,
                                                    tried):
                role_of[person] = role
                return True
    return False
