"""A way out as a value: what it changes, in words, and the quotas with it.

Found by `sortition.diagnosis.repair`; nothing is changed unless `apply` is called.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sortition.diagnosis.newcomers import Recruit
from sortition.files.writers import to_csv
from sortition.rules.quotas import CROSS, Quota, Quotas, join_union
from sortition.rules.role_quotas import resized, seated_in, with_roles
from sortition.rules.roles import RoleSeats
from sortition.rules.toml import toml_value

__all__ = ["Change", "Kind", "Repair", "apply", "quotas_csv", "roles_toml"]

Kind = Literal[
    "flex", "fewest-rules", "fewest-seats", "least-reluctance", "size", "household", "newcomers",
    "together",
]


@dataclass(frozen=True, slots=True)
class Change:
    """A quota with other bounds.

    Parameters
    ----------
    name
        The quota's name.
    old, new
        Least and most seats.
    row
        Row of the quota file, for messages.
    role
        Of seats of a role, its feature; blank for a quota.
    seated
        How many people beside the lottery count for it: `old` and `new` are less their seats, what
        is shown is not.
    """

    name: str
    old: tuple[int, int]
    new: tuple[int, int]
    row: int | None = field(default=None, compare=False)
    role: str = field(default="", compare=False)
    seated: int = field(default=0, compare=False)

    def render(self, language: str) -> str:
        """Return the change in words."""
        from sortition.messages import text

        parts = [
            text(code, language, old=old + self.seated, new=new + self.seated)
            for code, old, new in (
                ("repair-min", self.old[0], self.new[0]), ("repair-max", self.old[1], self.new[1]),
            )
            if old != new
        ]
        return f"{self.name} ({', '.join(parts)})"

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Repair:
    """One way to make a panel possible, confirmed by a panel.

    Parameters
    ----------
    kinds
        What it is the cheapest of; several where these agree.
    changes
        Quotas with other bounds.
    size
        Least and most seats, old and new; None where they stay.
    seated
        How many people sit on the panel outside the lottery: `size` is less their seats.
    per_household
        People of one household who may serve together, old and new; None where it stays.
    recruits
        Further sign-ups, each living alone: one choice among those with as few people.
    beyond_flex
        Whether a bound leaves the flexible bounds that the quota file gives.
    proven
        Whether it is proven that nothing cheaper of its kinds exists; else time ran out.
    cost
        What it is ordered by; see `sortition.diagnosis.repair_models.reluctance` for bounds; a seat
        of the size counts 1, a further person per household or a further sign-up 2.
    """

    kinds: tuple[Kind, ...]
    changes: tuple[Change, ...] = ()
    size: tuple[tuple[int, int], tuple[int, int]] | None = None
    per_household: tuple[int, int] | None = None
    recruits: tuple[Recruit, ...] = ()
    beyond_flex: bool = False
    proven: bool = True
    cost: float = 0.0
    seated: int = field(default=0, compare=False)

    @property
    def seats(self) -> int:
        """By how many seats bounds of quotas change, all together."""
        return sum(
            abs(new - old)
            for change in self.changes
            for old, new in zip(change.old, change.new, strict=True)
        )

    def render(self, language: str = "en") -> str:
        """Return what to do and why one might, in words."""
        from sortition.messages import text

        parts = []
        if self.changes:
            words = "; ".join(change.render(language) for change in self.changes)
            parts.append(text("repair-quotas", language, count=len(self.changes), changes=words))
        if self.size:
            low, high = (seats + self.seated for seats in self.size[1])
            size = str(low) if low == high else f"{low}–{high}"
            parts.append(text("repair-size", language, size=size))
        if self.per_household:
            parts.append(text("repair-household", language, most=self.per_household[1]))
        if self.recruits:
            words = "; ".join(recruit.render(language) for recruit in self.recruits)
            count = sum(recruit.count for recruit in self.recruits)
            parts.append(text("repair-newcomers", language, count=count, recruits=words))
        why = [text(_WHY[kind], language) for kind in self.kinds if kind in _WHY]
        if self.beyond_flex:
            why.append(text("repair-beyond-flex", language))
        if not self.proven:
            why.append(text("repair-unproven", language))
        return "; ".join(parts) + (f" ({'; '.join(why)})" if why else "")

    def __str__(self) -> str:
        return self.render("en")


_WHY: dict[Kind, str] = {
    "flex": "repair-why-flex",
    "fewest-rules": "repair-why-rules",
    "fewest-seats": "repair-why-seats",
    "least-reluctance": "repair-why-reluctance",
}


def apply(quotas: Quotas, repair: Repair) -> Quotas:
    """Return the quotas with what the repair changes; further sign-ups change none.

    Flexible bounds that a bound leaves are moved with it.

    Raises
    ------
    ValueError
        If the repair is of other quotas.
    """
    changes = {(change.role, change.name): change for change in repair.changes}
    size, own = (repair.size or (quotas.size,) * 2), quotas.per_household
    household = repair.per_household or (own, own)
    made = tuple(
        quota if quota.role else _changed(quota, changes.pop(("", quota.name), None))
        for quota in quotas.quotas
    )
    roles = [_role_changed(seats, changes) for seats in quotas.roles]
    if changes or size[0] != quotas.size or household[0] != own:
        raise ValueError("a repair of other quotas")
    other = replace(quotas, quotas=made, per_household=household[1])
    if roles:
        other = with_roles(other, roles)
    return resized(other, size[1]) if repair.size else other


def _role_changed(
    seats: RoleSeats, changes: dict[tuple[str, str], Change]
) -> RoleSeats:
    """Return the seats of roles with the changes of some, which are taken out."""
    bounds = []
    for name, lower, upper in zip(seats.names, seats.lower, seats.upper, strict=True):
        change = changes.pop((seats.feature, f"{seats.feature}: {name}"), None)
        if change is not None and change.old != (lower, upper):
            raise ValueError("a repair of other quotas")
        bounds.append((lower, upper) if change is None else change.new)
    return replace(seats, lower=tuple(low for low, _ in bounds),
                   upper=tuple(high for _, high in bounds))


def _changed(quota: Quota, change: Change | None) -> Quota:
    if change is None:
        return quota
    if change.old != (quota.lower, quota.upper):
        raise ValueError("a repair of other quotas")
    lower, upper = change.new
    flex = quota.flex and (min(quota.flex[0], lower), max(quota.flex[1], upper))
    return replace(quota, lower=lower, upper=upper, flex=flex)


def roles_toml(seats: RoleSeats, most: int) -> str:
    """Return the line of a project file that states these seats of roles, of so many in all."""
    amounts = []
    for name, lower, upper in zip(seats.names, seats.lower, seats.upper, strict=True):
        said: object = f"{lower}-{upper}"
        if lower == upper:
            said = lower
        elif upper >= most:
            said = f"at least {lower}"
        if name:
            amounts.append(f"{toml_value(name)} = {toml_value(said)}")
    return f"shares = {{ {', '.join(amounts)} }}"


def quotas_csv(quotas: Quotas) -> str:
    """Return the quotas as a CSV file: feature, value, min, max, and flexible bounds if any.

    Values that no quota names, on purpose, may have any number of seats: a quota file must name
    them too. People who are on every panel are not in it: their ids are no feature. Seats of people
    who sit on the panel outside the lottery are, so that a project that counts them stays right.
    """
    flexible = any(quota.flex is not None for quota in quotas.quotas)
    columns = ["feature", "value", "min", "max", *(["min_flex", "max_flex"] if flexible else [])]
    rows = [
        [
            CROSS.join(feature for feature, _ in quota.where),
            CROSS.join(join_union(values, "|") for _, values in quota.where),
            quota.lower + seated, quota.upper + seated,
            *((quota.flex or ("", "")) if flexible else ()),
        ]
        for quota in quotas.quotas
        if not quota.fixed
        for seated in [seated_in(quota, quotas.seated)]
    ]
    free = (0, quotas.size[1] + len(quotas.seated), *(("", "") if flexible else ()))
    rows += [[name, join_union([value]), *free]
             for name, values in quotas.outside for value in values if value]
    return to_csv(columns, rows)
