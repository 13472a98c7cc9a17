"""What the names of several panels become: ids of seats, names of files, and who is on which panel.

Names and ids in, words out; called by whatever makes, writes or reads such panels. Standard library
only, so that a command about a single panel loads nothing for several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["JOINS", "panels_of", "slug", "within_of"]

JOINS = ": "
"""Stands between theme and person in the id of a seat."""


def slug(name: str) -> str:
    """Return a name as a part of the name of a file.

    Examples
    --------
    >>> slug("Zorg & welzijn")
    'zorg-welzijn'
    """
    return "-".join(re.findall(r"\w+", name.lower()))


def within_of(within: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """Return for each theme itself and all that lie within it, whatever lies within those too.

    Examples
    --------
    >>> within_of({"large": None, "small": "large"})
    {'large': ('large', 'small'), 'small': ('small',)}
    """
    inside: dict[str, list[str]] = {name: [name] for name in within}
    for name, own in within.items():
        above, seen = own, {name}
        while above is not None and above in within and above not in seen:
            inside[above].append(name)
            seen.add(above)
            above = within[above]
    return {name: tuple(own) for name, own in inside.items()}


def panels_of(
    seats: Iterable[str], within: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Return for each theme the sorted ids of the people on its panel.

    Parameters
    ----------
    seats
        Ids of seats: the members of a ticket, or of the panel drawn.
    within
        As `within_of` returns it.

    Examples
    --------
    >>> panels_of(["small: b", "large: a"], {"large": ("large", "small"), "small": ("small",)})
    {'large': ('a', 'b'), 'small': ('b',)}
    """
    drawn = [seat.partition(JOINS)[::2] for seat in seats]
    return {
        name: tuple(sorted(person for theme, person in drawn if theme in inside))
        for name, inside in within.items()
    }
