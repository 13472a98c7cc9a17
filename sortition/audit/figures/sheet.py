"""What all figures share: a plain sheet, colours that everybody can tell apart, numbers in words.

Called by the other modules of the figures; only here and in `sortition.audit.figures.files` is
matplotlib asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sortition.errors import SortitionError
from sortition.messages import number

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "DASHES",
    "GREY",
    "PALE",
    "WIDTH",
    "by_feature",
    "few_per_decade",
    "from_to",
    "from_zero",
    "in_percent",
    "percent",
    "plain",
    "sheet",
    "sheets",
    "signed",
]

# Okabe and Ito's colours, which people who are colour-blind can tell apart; blue comes first.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")  # told apart without any colour
GREY, PALE = "#555555", "#DDDDDD"
WIDTH = 7.2  # inches: a page with margins


def sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure with one plain pair of axes."""
    figure, (axes,) = sheets(width, height, (1,))
    return figure, axes


def sheets(
    width: float, height: float, heights: Sequence[int]
) -> tuple[Figure, tuple[Axes, ...]]:
    """Return a figure with plain axes above each other, which share what is across."""
    try:
        from matplotlib.figure import Figure as Sheet
    except ImportError:
        raise SortitionError("figures-missing") from None
    figure = Sheet(figsize=(width, height), layout="constrained")
    grid = figure.subplots(
        len(heights), 1, sharex=True, squeeze=False, height_ratios=list(heights)
    )
    found: tuple[Axes, ...] = tuple(grid[:, 0])
    for axes in found:
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_axisbelow(True)
    return figure, found


def by_feature(groups: pd.DataFrame) -> tuple[Figure, Axes, NDArray[np.float64]]:
    """Return a sheet with a line for each group under the name of its feature.

    Parameters
    ----------
    groups
        Columns ``over`` and ``name``, groups of one feature behind each other.

    Returns
    -------
    figure, axes, at
        The sheet, and ``(g,)`` how far down each group stands.
    """
    figure, axes = sheet(WIDTH, 1.2 + 0.27 * (len(groups) + 0.8 * groups["over"].nunique()))
    place, places, names = 0.0, [], []
    for feature, rows in groups.groupby("over", sort=False):
        axes.text(0.0, place, plain(feature), fontweight="bold", va="center", fontsize=10)
        for name in rows["name"]:
            place += 1.0
            places.append(place)
            names.append(plain(name))
        place += 1.4
    at = np.array(places)
    axes.set_yticks(at, names)
    axes.set_ylim(place - 0.4, -0.7)
    axes.tick_params(axis="y", length=0)
    return figure, axes, at


def from_to(
    axes: Axes, at: NDArray[Any], first: NDArray[np.float64], then: NDArray[np.float64],
    labels: tuple[str, str],
) -> None:
    """Draw a line per row from a hollow mark to a full one: where it was, and where it is."""
    axes.hlines(at, first, then, color=GREY, linewidth=1.2)
    axes.plot(first, at, "o", markerfacecolor="white", color=COLOURS[0], label=labels[0])
    axes.plot(then, at, "o", color=COLOURS[1], label=labels[1])
    axes.tick_params(axis="y", length=0)


def from_zero(axes: Axes) -> None:
    """Let what is across begin at nothing, and leave room for the mark that is furthest."""
    axes.set_xlim(0.0, 1.05 * axes.dataLim.x1)


def few_per_decade() -> Any:
    """Return what marks 1, 2 and 5 of each power of ten."""
    from matplotlib.ticker import LogLocator

    return LogLocator(subs=(1.0, 2.0, 5.0))


def in_percent(axis: Any, language: str) -> None:
    """Write the numbers of an axis as percentages, in the form of the language."""
    from matplotlib.ticker import NullFormatter

    axis.set_major_formatter(lambda value, _: percent(value, language))
    axis.set_minor_formatter(NullFormatter())


def percent(share: float, language: str) -> str:
    """Return a share as people read it."""
    return f"{number(100 * share, '.3g', language)} %"


def signed(value: float, language: str) -> str:
    """Return a difference with its sign."""
    return number(value, "+.3g", language) if value else "0"


def plain(words: object) -> str:
    """Return words from a list as they are: a dollar sign begins no formula."""
    return str(words).replace("$", r"\$")
