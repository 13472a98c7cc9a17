"""Small cells of a table to publish: what is left out so that none of them can be worked out.

Counts in, which of them are hidden out. Called by `sortition.audit.against`. A number below the
smallest that may be shown is hidden, and further ones with it wherever the others and the totals
would give it away. Groups here divide people, so that sums say it all; of overlapping groups, as
those of quotas, `sortition.lots.small_cells` looks at who is in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["hidden_in_line", "hidden_in_table"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def hidden_in_line(counts: Ints, least: int) -> Bools:
    """Return which groups of one feature are hidden; their total is known.

    Never one alone, and never so few people together that the total says who they are.

    Parameters
    ----------
    counts
        ``(v, g)`` people of each of g groups, in v lists of people that are told side by side.
    least
        The smallest number that may be shown, besides 0.

    Examples
    --------
    >>> hidden_in_line(np.array([[2, 7, 30, 0]]), 5).tolist()
    [True, True, False, False]
    """
    hidden = _small(counts, least)
    while hidden.any() and not hidden.all() and not _safe(counts, hidden, least):
        hidden[_next(counts, hidden)] = True
    return hidden


def hidden_in_table(counts: Ints, rows: Bools, columns: Bools, least: int) -> Bools:
    """Return which cells of two crossed features are hidden; other totals are known.

    A hidden number can be worked out by adding and subtracting exactly if, among the hidden
    numbers taken as edges between their row and their column (the totals have a row and a column
    of their own), it is the only way from the one to the other. So every hidden cell lies on a
    circle of hidden ones.

    Parameters
    ----------
    counts
        ``(v, r, c)`` people, in v lists.
    rows, columns
        ``(r,)``, ``(c,)`` which totals are hidden.
    least
        As for `hidden_in_line`.

    References
    ----------
    Gusfield, "A graph theoretic approach to statistical data security", *SIAM Journal on Computing*
    17 (1988).

    Examples
    --------
    >>> none = np.zeros(2, dtype=bool)
    >>> hidden_in_table(np.array([[[3, 9], [8, 9]]]), none, none, 5).tolist()
    [[True, True], [True, True]]
    """
    hidden = _small(counts, least)
    while (line := next(_open_lines(counts, hidden, rows, columns, least), None)) is not None:
        inside = counts[(slice(None), *line)]
        shown = np.atleast_1d(hidden[line])  # a view of this line
        shown[_next(inside, shown)] = True
    return hidden


def _small(counts: Ints, least: int) -> Bools:
    """Return where any of the lists has somebody, but too few."""
    small: Bools = np.any((counts > 0) & (counts < least), axis=0)
    return small


def _safe(counts: Ints, hidden: Bools, least: int) -> bool:
    """Say whether the sum of what is hidden, which can be worked out, says nothing of its parts."""
    together = counts[:, hidden].sum(axis=1)
    return bool(hidden.sum() > 1 and ((together == 0) | (together >= least)).all())


def _next(counts: Ints, hidden: Bools) -> int:
    """Return the smallest number that is not hidden yet, one of nobody last."""
    total = counts.sum(axis=0).tolist()
    return min(np.flatnonzero(~hidden).tolist(), key=lambda at: (total[at] == 0, total[at]))


def _open_lines(
    counts: Ints, hidden: Bools, rows: Bools, columns: Bools, least: int
) -> Iterator[tuple[int | slice, int | slice]]:
    """Yield the rows and columns in which more must be hidden, and still can."""
    lines: list[tuple[tuple[int | slice, int | slice], bool]] = [
        *(((at, slice(None)), bool(total)) for at, total in enumerate(rows)),
        *(((slice(None), at), bool(total)) for at, total in enumerate(columns)),
    ]
    for line, total in lines:
        inside = np.atleast_1d(hidden[line])
        if inside.all() or not (inside.any() or total):
            continue
        if not (inside.any() if total else _safe(counts[(slice(None), *line)], inside, least)):
            yield line
    for row, column in _bridges(hidden, rows, columns):
        whole: Sequence[tuple[int | slice, int | slice]] = (
            (row, slice(None)), (slice(None), column))
        yield from (line for line in whole if not hidden[line].all())


def _bridges(hidden: Bools, rows: Bools, columns: Bools) -> Iterator[tuple[int, int]]:
    """Yield the hidden cells that are the only way between their row and their column."""
    across, down = len(columns), len(rows)
    edges = [(int(i), int(j)) for i, j in np.argwhere(hidden)]
    totals = [*((int(i), across) for i in np.flatnonzero(rows)),
              *((down, int(j)) for j in np.flatnonzero(columns))]
    for own in edges:
        reached, before = {("row", own[0])}, 0
        while len(reached) > before:
            before = len(reached)
            for edge in (*edges, *totals):
                ends = {("row", edge[0]), ("column", edge[1])}
                if edge != own and ends & reached:
                    reached |= ends
        if ("column", own[1]) not in reached:
            yield own
