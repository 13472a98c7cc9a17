"""Figures of what changes bring, and of how a search comes nearer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sortition.audit.figures.sheet import (
    COLOURS,
    DASHES,
    WIDTH,
    from_to,
    from_zero,
    in_percent,
    plain,
    sheet,
)
from sortition.messages import number, text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["gains_figure", "time_to_gap_figure"]

_ROUNDING = 1e-12  # no gap is told more exactly


def gains_figure(changes: pd.DataFrame, label: str, *, language: str = "en") -> Figure:
    """Draw what single changes bring: a chance now, and after each of them.

    Parameters
    ----------
    changes
        A row per change with the chances ``now`` and ``then``: `prices_frame` of looser quotas, or
        false answers.
    label
        The column that says in words what is changed.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure
        In the order of the rows, the first on top.

    Raises
    ------
    SortitionError
        If matplotlib is not installed.
    """
    figure, axes = sheet(WIDTH, 1.2 + 0.36 * len(changes))
    at = np.arange(len(changes))
    now, then = (changes[name].to_numpy(dtype=float) for name in ("now", "then"))
    from_to(axes, at, now, then, (text("figure-now", language), text("figure-then", language)))
    axes.set_yticks(at, [plain(words) for words in changes[label]])
    axes.set_ylim(len(changes) - 0.4, -0.6)
    from_zero(axes)
    in_percent(axes.xaxis, language)
    axes.set_xlabel(text("figure-chance", language))
    figure.legend(loc="outside upper center", ncols=2, frameon=False)
    return figure


def time_to_gap_figure(searches: pd.DataFrame, *, language: str = "en") -> Figure:
    """Draw how near the proven optimum a search had come when it was stopped.

    Parameters
    ----------
    searches
        A row per stopped search: ``pool``, ``seconds`` and ``gap``, as in
        ``benchmarks/time_to_gap.csv``.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure
        A line per pool; a gap below 1e-12 is rounding and is drawn there.

    Raises
    ------
    SortitionError
        If matplotlib is not installed.
    """
    figure, axes = sheet(WIDTH, 3.6)
    for at, (pool, own) in enumerate(searches.groupby("pool", sort=False)):
        ordered = own.sort_values("seconds")
        axes.plot(
            ordered["seconds"], np.maximum(ordered["gap"].to_numpy(dtype=float), _ROUNDING), "o",
            linestyle=DASHES[at % len(DASHES)], color=COLOURS[at % len(COLOURS)],
            label=plain(pool), markersize=4,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: number(value, "g", language))
    axes.set_xlabel(text("figure-seconds", language))
    axes.set_ylabel(text("figure-gap", language))
    axes.legend(frameon=False)
    return figure
