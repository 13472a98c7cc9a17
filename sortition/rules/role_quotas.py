"""The quotas that say whether the seats of roles can be filled, and what else depends on the size.

From `RoleSeats` and a size to quotas, and from quotas to quotas of another size or with other
seats for a role. Called by `sortition.rules.stating`, and where ways out are looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sortition.errors import Issue
from sortition.files.tables import fold
from sortition.rules.quotas import Quota, Quotas, split_union
from sortition.rules.roles import RoleSeats, role_rows

__all__ = ["less_seated", "members", "merged", "resized", "role_quotas", "seated_in", "with_roles"]


def role_quotas(seats: RoleSeats, sizes: tuple[int, int]) -> list[Quota]:
    """Return the quotas that hold exactly when everyone can be given a seat of one of their roles.

    Parameters
    ----------
    seats
        Seats of each role, and who holds which; people whose roles are none are in no quota.
    sizes
        Smallest and largest panel, those counted among them.
    """
    held = [frozenset(own) for own in (*seats.held.values(), *seats.counted) if own]
    quotas = []
    for row in role_rows(Counter(held), seats.lower, seats.upper, sizes):
        if not any(seats.names[at] for at in row.roles):
            continue  # people without a role are free to come or not
        some = frozenset(row.roles)
        cells = tuple(
            cell for cell, own in seats.cells.items() if own
            and (some.issuperset(own) if row.only else not some.isdisjoint(own))
        )
        shown = [at for at in range(len(seats.names)) if (at in some) != row.only]
        words = " | ".join(seats.names[at] or "–" for at in shown)
        if not cells:  # a quota on roles that nobody holds is still a quota on them
            cells = tuple(value for at in row.roles if seats.names[at]
                          for value in split_union(seats.names[at]))
        # Minima that together exceed the panel leave no panel; to say so is for the diagnosis.
        most = max(sizes[1], row.lower) if row.upper is None else row.upper
        quotas.append(Quota(((seats.feature, cells),), row.lower, most, seats.row,
                            label=f"{seats.feature}{' ≠ ' if row.only else ': '}{words}",
                            role=seats.feature, open=row.upper is None))
    return quotas


def members(seats: RoleSeats, quota: Quota) -> frozenset[str]:
    """Return the ids of those who count for a quota that `role_quotas` made."""
    inside = {seats.cells[cell] for cell in quota.where[0][1] if cell in seats.cells}
    return frozenset(own for own, held in seats.held.items() if held and held in inside)


def merged(
    quotas: Sequence[Quota], file: str | None
) -> tuple[list[Quota], list[Issue]]:
    """Return one quota per group, with the narrower of the bounds stated for it."""
    found: dict[object, Quota] = {}
    issues = []
    for quota in quotas:
        key = frozenset((fold(name), frozenset(map(fold, values))) for name, values in quota.where)
        first = found.setdefault(key, quota)
        both = replace(first, lower=max(first.lower, quota.lower),
                       upper=min(first.upper, quota.upper), open=first.open and quota.open)
        if both.lower <= both.upper or first.lower > first.upper or quota.lower > quota.upper:
            found[key] = both
        elif quota.role:  # nobody wrote it: that no panel is possible is for the diagnosis
            found[key, quota.name] = quota
        else:
            params = {"name": quota.name, "first": f"{first.lower}–{first.upper}",
                      "second": f"{quota.lower}–{quota.upper}"}
            issues.append(Issue("statements-clash", params, file, quota.row))
    return list(found.values()), issues


def seated_in(quota: Quota, seated: Sequence[Mapping[str, str]]) -> int:
    """Return how many of the people beside the lottery, feature → cell, are in a quota's group."""
    return sum(
        all(fold(person.get(fold(name), "")) in set(map(fold, values))
            for name, values in quota.where)
        for person in seated
    )


def less_seated(quota: Quota, seated: Sequence[Mapping[str, str]]) -> Quota:
    """Return a quota less the seats of people who sit on the panel outside the lottery."""
    count = seated_in(quota, seated)
    return replace(quota, lower=max(quota.lower - count, 0), upper=quota.upper - count)


def with_roles(quotas: Quotas, roles: Sequence[RoleSeats]) -> Quotas:
    """Return quotas with other seats for the roles, and all that follows from these."""
    total = (quotas.size[0] + len(quotas.seated), quotas.size[1] + len(quotas.seated))
    rows = [less_seated(quota, quotas.seated)
            for seats in roles for quota in role_quotas(seats, total)]
    plain = [quota for quota in quotas.quotas if not quota.role]
    both, _ = merged([*plain, *rows], quotas.file)
    return replace(quotas, quotas=tuple(both), roles=tuple(roles))


def resized(quotas: Quotas, size: tuple[int, int]) -> Quotas:
    """Return quotas for another number of seats, as many as are drawn.

    Where no maximum was stated there is none in the new panel either.
    """
    changed = tuple(
        replace(quota, upper=max(quota.upper, size[1])) if quota.open else quota
        for quota in quotas.quotas
    )
    made = replace(quotas, size=size, quotas=changed)
    before, now = (seats + len(quotas.seated) for seats in (quotas.size[1], size[1]))
    roles = [
        replace(seats, upper=tuple(max(upper, now) if upper >= before else upper
                                   for upper in seats.upper))
        for seats in quotas.roles
    ]
    return with_roles(made, roles) if roles else made
