"""Figures of an audit, one function each, from its frames: for a page, a paper or a notebook.

Every function takes a DataFrame and returns a matplotlib ``Figure`` that belongs to nobody else:
no window opens, no state is shared. `save` writes it. matplotlib is needed only here: ``pip install
'sortition[figures]'``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sortition.errors import SortitionError
from sortition.messages import number, text
from sortition.rules.quotas import CROSS, split_cross

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "chances_figure",
    "crossed_figure",
    "gains_figure",
    "groups_figure",
    "intersections_figure",
    "rendered",
    "save",
    "tickets_figure",
    "time_to_gap_figure",
]

# Okabe and Ito's colours, which people who are colour-blind can tell apart; blue comes first.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("-", "--", "-.", ":")  # told apart without any colour
_GREY, _PALE = "#555555", "#DDDDDD"
_ROUNDING = 1e-12  # no gap is told more exactly
_WIDTH = 7.2  # inches: a page with margins


def chances_figure(
    chances: pd.DataFrame, *, equal: float | None = None, log: bool = True, language: str = "en"
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
    figure, axes = _sheet(_WIDTH, 4.0)
    for at, name in enumerate(chances.columns):
        ordered = np.sort(chances[name].to_numpy(dtype=float))
        if log:
            ordered = np.where(ordered > 0, ordered, np.nan)
        edges = np.linspace(0.0, 1.0, len(ordered) + 1)
        axes.stairs(
            ordered, edges, baseline=None, label=_plain(name), color=_COLOURS[at % len(_COLOURS)],
            linestyle=_DASHES[at % len(_DASHES)], linewidth=2,
        )
    level = float(chances.iloc[:, 0].mean()) if equal is None else equal
    axes.axhline(level, color=_GREY, linewidth=1, linestyle=(0, (1, 2)))
    axes.annotate(
        text("figure-equal", language, share=_percent(level, language)), (0.0, level), (4, 4),
        textcoords="offset points", color=_GREY, fontsize=9,
    )
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(_few_per_decade())
    else:
        axes.set_ylim(bottom=0.0)
    axes.set_xlim(0.0, 1.0)
    _in_percent(axes.xaxis, language)
    _in_percent(axes.yaxis, language)
    axes.set_xlabel(text("figure-people", language))
    axes.set_ylabel(text("figure-chance", language))
    if len(chances.columns) > 1:
        axes.legend(frameon=False, loc="upper left")
    return figure


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
    figure, axes = _sheet(_WIDTH, 1.2 + 0.27 * (len(own) + 0.8 * own["over"].nunique()))
    seats = float((own["expected"] / own["panel_share"]).mean())
    place, places, names, titles = 0.0, [], [], []
    for feature, rows in own.groupby("over", sort=False):
        titles.append((place, _plain(feature)))
        for name in rows["name"]:
            place += 1.0
            places.append(place)
            names.append(_plain(name))
        place += 1.4
    at = np.array(places)
    bounded = own["lower"].notna().to_numpy()
    lower = own["lower"].to_numpy(dtype=float) / seats
    upper = np.minimum(own["upper"].to_numpy(dtype=float) / seats, 1.0)
    middle = (at[bounded], (upper - lower)[bounded], lower[bounded])
    # A quota of one number has no width: the edge shows it.
    axes.barh(middle[0], middle[1], 0.62, left=middle[2], color=_PALE, edgecolor="#AAAAAA",
              label=text("figure-quota", language))
    axes.hlines(at, own["pool_share"], own["panel_share"], color=_GREY, linewidth=1)
    axes.plot(own["pool_share"], at, "o", markerfacecolor="white", color=_COLOURS[0],
              label=text("figure-pool", language))
    axes.plot(own["panel_share"], at, "o", color=_COLOURS[1], label=text("figure-panel", language))
    if own["population_share"].notna().any():
        axes.plot(own["population_share"].astype(float), at, "D", markersize=5,
                  color=_COLOURS[2], label=text("figure-population", language))
    for start, title in titles:
        axes.text(0.0, start, title, fontweight="bold", va="center", fontsize=10)
    axes.set_yticks(at, names)
    axes.set_ylim(place - 0.4, -0.7)
    axes.set_xlim(left=0.0)
    _in_percent(axes.xaxis, language)
    axes.tick_params(axis="y", length=0)
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
    figure, axes = _sheet(max(2.6 + 0.9 * len(acrosses), 4.5), 1.6 + 0.55 * len(downs))
    reach = max(float(np.nanmax(np.abs(colours), initial=0.0)), 1e-9)
    image = axes.imshow(colours, cmap="PuOr", vmin=-reach, vmax=reach, aspect="auto")
    for (row, column), value in np.ndenumerate(colours):
        dark = abs(value) > 0.6 * reach
        axes.text(column, row, written.get((row, column), "–"), ha="center", va="center",
                  color="white" if dark else "black")
    axes.set_xticks(range(len(acrosses)), list(map(_plain, acrosses)))
    axes.set_yticks(range(len(downs)), list(map(_plain, downs)))
    first, second = split_cross(over)
    axes.set_ylabel(_plain(first))
    axes.set_xlabel(_plain(second))
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(image, ax=axes)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(lambda value, _: _signed(value, language))
    bar.set_label(label)
    axes.set_title(title, fontsize=10, loc="left")
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
    figure, (above, below) = _sheets(_WIDTH, 4.6, (3, 1))
    place = np.arange(1, len(own) + 1)
    above.step(place, asked, where="mid", color=_GREY, linewidth=1.2,
               label=text("figure-asked", language, tickets=tickets))
    above.plot(place, own["tickets"], ".", color=_COLOURS[0], markersize=4,
               label=text("figure-held", language))
    above.legend(frameon=False, loc="upper left")
    above.set_ylabel(text("figure-tickets", language))
    above.set_ylim(bottom=0.0)
    below.axhline(0.0, color=_GREY, linewidth=1)
    below.plot(place, own["tickets"] - asked, ".", color=_COLOURS[1], markersize=4)
    below.set_ylabel(text("figure-difference", language))
    below.set_xlabel(text("figure-ordered", language))
    reach = max(1.0, float(np.abs(own["tickets"] - asked).max()) * 1.1)
    below.set_ylim(-reach, reach)
    below.yaxis.set_major_formatter(lambda value, _: _signed(value, language))
    return figure


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
    figure, axes = _sheet(_WIDTH, 1.2 + 0.36 * len(changes))
    at = np.arange(len(changes))
    now, then = (changes[name].to_numpy(dtype=float) for name in ("now", "then"))
    axes.hlines(at, now, then, color=_GREY, linewidth=1.5)
    axes.plot(now, at, "o", markerfacecolor="white", color=_COLOURS[0],
              label=text("figure-now", language))
    axes.plot(then, at, "o", color=_COLOURS[1], label=text("figure-then", language))
    axes.set_yticks(at, [_plain(words) for words in changes[label]])
    axes.set_ylim(len(changes) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.tick_params(axis="y", length=0)
    _in_percent(axes.xaxis, language)
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
    figure, axes = _sheet(_WIDTH, 3.6)
    for at, (pool, own) in enumerate(searches.groupby("pool", sort=False)):
        ordered = own.sort_values("seconds")
        axes.plot(
            ordered["seconds"], np.maximum(ordered["gap"].to_numpy(dtype=float), _ROUNDING), "o",
            linestyle=_DASHES[at % len(_DASHES)], color=_COLOURS[at % len(_COLOURS)],
            label=_plain(pool), markersize=4,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(lambda value, _: number(value, "g", language))
    axes.set_xlabel(text("figure-seconds", language))
    axes.set_ylabel(text("figure-gap", language))
    axes.legend(frameon=False)
    return figure


def save(figure: Figure, path: str | os.PathLike[str], *, dpi: int = 200) -> None:
    """Write a figure as the ending of the name says: ``.svg``, ``.png`` or ``.pdf``.

    Parameters
    ----------
    figure
        What to write.
    path
        Where to.
    dpi
        Dots per inch of a PNG.
    """
    place = Path(path)
    place.write_bytes(rendered(figure, place.suffix.removeprefix(".").lower(), dpi=dpi))


def rendered(figure: Figure, kind: str = "svg", *, dpi: int = 200) -> bytes:
    """Return a figure as the bytes of a file.

    The same figure gives the same SVG: no date is in it, and its parts are numbered alike.

    Parameters
    ----------
    figure
        What to draw.
    kind
        ``"svg"``, ``"png"`` or ``"pdf"``.
    dpi
        Dots per inch of a PNG.
    """
    from matplotlib import rc_context

    dateless = {"Date": None} if kind == "svg" else {}
    out = io.BytesIO()
    with rc_context({"svg.hashsalt": "sortition"}):
        figure.savefig(out, format=kind, dpi=dpi, metadata=dateless)
    return out.getvalue()


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure with one plain pair of axes."""
    figure, (axes,) = _sheets(width, height, (1,))
    return figure, axes


def _sheets(
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


def _few_per_decade() -> Any:
    """Return what marks 1, 2 and 5 of each power of ten."""
    from matplotlib.ticker import LogLocator

    return LogLocator(subs=(1.0, 2.0, 5.0))


def _in_percent(axis: Any, language: str) -> None:
    """Write the numbers of an axis as percentages, in the form of the language."""
    from matplotlib.ticker import NullFormatter

    axis.set_major_formatter(lambda value, _: _percent(value, language))
    axis.set_minor_formatter(NullFormatter())


def _percent(share: float, language: str) -> str:
    return f"{number(100 * share, '.3g', language)} %"


def _signed(value: float, language: str) -> str:
    return number(value, "+.3g", language) if value else "0"


def _plain(words: object) -> str:
    """Return words from a list as they are: a dollar sign begins no formula."""
    return str(words).replace("$", r"\$")
