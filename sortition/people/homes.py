"""Who lives together: the cells of the household columns in, a key per row out.

One comparison for `sortition.people.pool` and `sortition.people.exclude`, so that whoever cannot be
drawn together also leaves together.
"""

from __future__ import annotations

from collections.abc import Sequence

from sortition.files.tables import fold
from sortition.people.derive import normalise_postcode

__all__ = ["home_keys"]


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


def _counts(cell: str) -> str:
    """Return a cell as it is compared."""
    return fold(normalise_postcode(cell) or cell)
