"""Figures of groups: on the panel beside the pool, the quotas and the population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sortition.audit.figures.sheet import (
    COLOURS,
    PALE,
    by_feature,
    from_to,
    from_zero,
    in_percent,
    plain,
    sheet,
    signed,
)
from sortition.messages import number, text
from sortition.rules.quotas import CROSS, split_cross

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["crossed_figure", "groups_figure", "intersections_figure"]

_ONE = 1e-9  # a share: bounds nearer to each other are one


def groups_figure(
    groups: pd.DataFrame, over: Sequence[str] | None = None, *, language: str = "en"
) -> Figure:
    """Draw each group's share of the pool, of the panel, of its quota and of the population.

    Parameters
    ----------
    groups
        The frame ``groups`` of an audit.
    over
        Which sets of features; None for all that are single features.
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
    wanted = [name for name in groups["over"].unique() if name and CROSS not in name]
    own = groups[groups["over"].isin(wanted if over is None else list(over))]
    figure, axes, at = by_feature(own)
    seats = float((own["expected"] / own["panel_share"]).mean())
    bounded = own["lower"].notna().to_numpy()
    lower = own["lower"].to_numpy(dtype=float) / seats
    upper = np.minimum(own["upper"].to_numpy(dtype=float) / seats, 1.0)
    middle = (at[bounded], (upper - lower)[bounded], lower[bounded])
    axes.barh(middle[0], middle[1], 0.62, left=middle[2], color=PALE, edgecolor="#AAAAAA",
              label=text("figure-quota", language))
    exact = bounded & (upper - lower < _ONE)  # a quota of one number has no width: a line shows it
    axes.vlines(lower[exact], at[exact] - 0.4, at[exact] + 0.4, color="#AAAAAA", linewidth=3)
    from_to(axes, at, own["pool_share"].to_numpy(), own["panel_share"].to_numpy(),
            (text("figure-pool", language), text("figure-panel", language)))
    if own["population_share"].notna().any():
        axes.plot(own["population_share"].astype(float), at, "D", markersize=5,
                  color=COLOURS[2], label=text("figure-population", language))
    from_zero(axes)
    in_percent(axes.xaxis, language)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def intersections_figure(
    groups: pd.DataFrame, over: str, *, against: str = "pool", language: str = "en"
) -> Figure:
    """Draw two crossed features: where the panel has more or fewer seats than a reference asks.

    Parameters
    ----------
    groups
        The frame ``groups`` of an audit that looked at this combination.
    over
        ``gender × age``: the first feature goes down, the second across.
    against
        ``"pool"`` or ``"population"``.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure
        Colours are the difference in percentage points; the numbers are expected seats.

    Raises
    ------
    KeyError
        If the frame has no such combination of two features.
    SortitionError
        If matplotlib is not installed.
    """
    own = groups[groups["over"] == over]
    if own.empty or len(split_cross(over)) != 2:
        raise KeyError(over)
    differences = 100 * (own["panel_share"] - own[f"{against}_share"].astype(float))
    numbers = [number(expected, ".1f", language) for expected in own["expected"]]
    label = text("figure-off-population" if against == "population" else "figure-off-pool",
                 language)
    return crossed_figure(over, own["name"], differences, numbers, label,
                          text("figure-seats", language), language)


def crossed_figure(
    over: str, names: Iterable[str], off: Iterable[float], numbers: Iterable[str], label: str,
    title: str, language: str, *, in_order: bool = False,
) -> Figure:
    """Draw two crossed features: a colour for the difference, a number in each cell.

    Parameters
    ----------
    over
        ``gender × age``: the first feature goes down, the second across.
    names, off, numbers
        Of each combination its values, the difference in percentage points (nan for none), and
        what is written there.
    label, title
        What the colours and the numbers are.
    language
        ``"en"`` or ``"nl"``.
    in_order
        Whether values stay in the order in which they first occur; else they are sorted.
    """
    pairs = [split_cross(name) for name in names]
    downs, acrosses = (list(dict.fromkeys(part)) for part in zip(*pairs, strict=True))
    if not in_order:
        downs, acrosses = sorted(downs), sorted(acrosses)
    colours = np.full((len(downs), len(acrosses)), np.nan)
    written = {}
    for (down, across), difference, words in zip(pairs, off, numbers, strict=True):
        place = downs.index(down), acrosses.index(across)
        colours[place], written[place] = difference, words
    figure, axes = sheet(max(2.6 + 0.9 * len(acrosses), 4.5), 1.6 + 0.55 * len(downs))
    reach = max(float(np.nanmax(np.abs(colours), initial=0.0)), 1e-9)
    image = axes.imshow(colours, cmap="PuOr", vmin=-reach, vmax=reach, aspect="auto")
    for (row, column), value in np.ndenumerate(colours):
        dark = abs(value) > 0.6 * reach
        axes.text(column, row, written.get((row, column), "–"), ha="center", va="center",
                  color="white" if dark else "black")
    axes.set_xticks(range(len(acrosses)), list(map(plain, acrosses)))
    axes.set_yticks(range(len(downs)), list(map(plain, downs)))
    first, second = split_cross(over)
    axes.set_ylabel(plain(first))
    axes.set_xlabel(plain(second))
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(image, ax=axes)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(lambda value, _: signed(value, language))
    bar.set_label(label)
    axes.set_title(title, fontsize=10, loc="left")
    return figure
