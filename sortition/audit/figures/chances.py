"""Figures of people: their chances, and the tickets that these became."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sortition.audit.figures.sheet import (
    COLOURS,
    DASHES,
    GREY,
    WIDTH,
    few_per_decade,
    in_percent,
    percent,
    plain,
    sheet,
    sheets,
    signed,
)
from sortition.messages import text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["chances_figure", "tickets_figure"]


def chances_figure(
    chances: pd.DataFrame, *, equal: float | None = None, log: bool = True,
    intervals: pd.DataFrame | None = None, language: str = "en",
) -> Figure:
    """Draw everybody's chance from the smallest to the largest, all objectives on one axis.

    Parameters
    ----------
    chances
        A column of chances per objective, a row per person: `Comparison.chances`, or the column
        ``chance`` of `Audit.to_frame`.
    equal
        The chance if all were equal, k / n, as a thin line; None for the mean of the first column.
    log
        Whether chances are on a logarithmic scale, where small ones can be told apart; a chance of
        0 has no place on it and leaves a gap.
    intervals
        `Comparison.intervals`, to draw estimates with a band behind them and to call them that;
        they stand in the same order of people as `chances`.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    SortitionError
        If matplotlib is not installed.
    """
    figure, axes = sheet(WIDTH, 4.0)
    for at, name in enumerate(chances.columns):
        rank = np.argsort(chances[name].to_numpy(dtype=float), kind="stable")
        ordered = chances[name].to_numpy(dtype=float)[rank]
        if log:
            ordered = np.where(ordered > 0, ordered, np.nan)
        edges = np.linspace(0.0, 1.0, len(ordered) + 1)
        label = plain(name)
        if intervals is not None and f"{name}_low" in intervals:
            label = text("figure-estimate", language, name=label)
            low, high = (intervals[f"{name}_{end}"].to_numpy()[rank] for end in ("low", "high"))
            axes.stairs(high, edges, baseline=low, fill=True, linewidth=0, alpha=0.25,
                        color=COLOURS[at % len(COLOURS)])
        axes.stairs(
            ordered, edges, baseline=None, label=label, color=COLOURS[at % len(COLOURS)],
            linestyle=DASHES[at % len(DASHES)], linewidth=2,
        )
    level = float(chances.iloc[:, 0].mean()) if equal is None else equal
    axes.axhline(level, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(
        text("figure-equal", language, share=percent(level, language)), (0.0, level), (4, 4),
        textcoords="offset points", color=GREY, fontsize=9,
    )
    if log:
        axes.set_yscale("log")
        positive = chances.to_numpy(dtype=float)
        # The band of an estimate reaches down to nothing, which has no place here either.
        axes.set_ylim(bottom=0.7 * positive[positive > 0].min(initial=1.0))
        axes.yaxis.set_major_locator(few_per_decade())
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_xlim(0.0, 1.0)
    in_percent(axes.xaxis, language)
    in_percent(axes.yaxis, language)
    axes.set_xlabel(text("figure-people", language))
    axes.set_ylabel(text("figure-chance", language))
    if len(chances.columns) > 1:
        axes.legend(frameon=False, loc="upper left")
    return figure


def tickets_figure(people: pd.DataFrame, tickets: int, *, language: str = "en") -> Figure:
    """Draw on how many tickets everybody stands, beside the number that their chance asks for.

    Parameters
    ----------
    people
        `Audit.to_frame` of a lottery with tickets.
    tickets
        How many there are, M.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    KeyError
        If the lottery has no tickets.
    SortitionError
        If matplotlib is not installed.
    """
    own = people[["chance", "tickets"]].sort_values(["chance", "tickets"], kind="stable")
    asked = tickets * own["chance"].to_numpy()
    figure, (above, below) = sheets(WIDTH, 4.6, (3, 1))
    place = np.arange(1, len(own) + 1)
    above.step(place, asked, where="mid", color=GREY, linewidth=1.2,
               label=text("figure-asked", language, tickets=tickets))
    above.plot(place, own["tickets"], ".", color=COLOURS[0], markersize=4,
               label=text("figure-held", language))
    above.legend(frameon=False, loc="upper left")
    above.set_ylabel(text("figure-tickets", language))
    above.set_ylim(bottom=0.0)
    below.axhline(0.0, color=GREY, linewidth=1)
    below.plot(place, own["tickets"] - asked, ".", color=COLOURS[1], markersize=4)
    below.set_ylabel(text("figure-difference", language))
    below.set_xlabel(text("figure-ordered", language))
    reach = max(1.0, float(np.abs(own["tickets"] - asked).max()) * 1.1)
    below.set_ylim(-reach, reach)
    below.yaxis.set_major_formatter(lambda value, _: signed(value, language))
    return figure
