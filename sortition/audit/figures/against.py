"""Figures of a group beside a reference, from the frame of `sortition.audit.against`.

Made as those of `sortition.audit.figures`: one function each, a matplotlib ``Figure`` out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sortition.audit.figures.groups import crossed_figure
from sortition.audit.figures.sheet import COLOURS, GREY, PALE, by_feature, in_percent
from sortition.messages import text
from sortition.rules.quotas import CROSS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["gaps_figure", "shares_figure"]


def shares_figure(groups: pd.DataFrame, *, language: str = "en") -> Figure:
    """Draw each kind's share of the group with its interval, and its share of the reference.

    Parameters
    ----------
    groups
        `GroupComparison.to_frame`; single features are drawn, hidden numbers left out.
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
    own = groups[~groups["over"].str.contains(CROSS, regex=False)]
    figure, axes, at = by_feature(own)
    share, low, high, least, most = (
        own[name].to_numpy(dtype=float)
        for name in ("share", "low", "high", "reference_low", "reference_high")
    )
    point = least == most
    if (least < most).any():
        wide = least < most
        axes.barh(at[wide], (most - least)[wide], 0.62, left=least[wide], color=PALE,
                  edgecolor="#AAAAAA", label=text("figure-quota", language))
    axes.hlines(at, low, high, color=GREY, linewidth=1.2,
                label=text("figure-interval", language))
    if point.any():
        axes.plot(least[point], at[point], "D", markersize=5, color=COLOURS[2],
                  label=text("figure-reference", language))
    axes.plot(share, at, "o", color=COLOURS[1], label=text("figure-group", language))
    axes.set_xlim(left=0.0)
    in_percent(axes.xaxis, language)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    return figure


def gaps_figure(groups: pd.DataFrame, over: str, *, language: str = "en") -> Figure:
    """Draw two crossed features: where the group has more or fewer people than the reference.

    Parameters
    ----------
    groups
        `GroupComparison.to_frame`.
    over
        ``gender × age``: the first feature goes down, the second across.
    language
        ``"en"`` or ``"nl"``.

    Returns
    -------
    matplotlib.figure.Figure
        Colours are the gap in percentage points; the numbers are people of the group.

    Raises
    ------
    KeyError
        If the frame has no such combination.
    SortitionError
        If matplotlib is not installed.
    """
    own = groups[groups["over"] == over]
    if own.empty:
        raise KeyError(over)
    people = [text("figure-hidden", language) if hidden else str(int(count))
              for hidden, count in zip(own["hidden"], own["people"], strict=True)]
    return crossed_figure(over, own["name"], 100 * own["gap"].astype(float), people,
                          text("figure-gap-reference", language),
                          text("figure-people-group", language), language, in_order=True)
