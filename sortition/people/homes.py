"""Who lives together: the cells of the household columns in, a key per row out.

One comparison for `sortition.people.pool` and `sortition.people.exclude`, so that whoever cannot be
drawn together also leaves together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sortition.files.tables import fold

__all__ = ["home_keys", "normalise_postcode"]

_POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Z]{2})")
_NEVER_ISSUED = {"SA", "SD", "SS"}


def home_keys(columns: Sequence[Sequence[str]], rows: int) -> list[tuple[str, ...] | None]:
    """Return per row what people of one household share.

    Parameters
    ----------
    columns
        The cells of each household column. A cell that is a Dutch postcode is compared as
        printed, whatever its spaces and case; any other cell by `fold`.
    rows
        How many rows there are, also where there is no column.

    Returns
    -------
    list
        None where a part is blank: a blank address is no address, and its owner lives with nobody.

    Examples
    --------
    >>> home_keys([["Kade 1", "kade 1"], ["4888 DL", "4888dl"]], 2)
    [('kade 1', '4888 dl'), ('kade 1', '4888 dl')]
    """
    if not columns:
        return [None] * rows
    counts = {cell: _counts(cell) for column in columns for cell in set(column)}
    keys = (tuple(counts[cell] for cell in cells) for cells in zip(*columns, strict=True))
    return [key if all(key) else None for key in keys]


def normalise_postcode(words: str) -> str | None:
    """Return a Dutch postcode as it is printed, or None when it is none.

    Examples
    --------
    >>> normalise_postcode("1234ab")
    '1234 AB'
    >>> normalise_postcode("0123 AB") is None
    True
    """
    found = _POSTCODE.fullmatch(words.strip().upper())
    if found is None or found[2] in _NEVER_ISSUED:
        return None
    return f"{found[1]} {found[2]}"


def _counts(cell: str) -> str:
    """Return a cell as it is compared."""
    return fold(normalise_postcode(cell) or cell)
