"""The pictures of the page, as SVG: how many people have which chance, and a line for each group.

Columns instead of a point for everybody, so that ten thousand people take no more room than ten.
Called by `sortition.report.page`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sortition.report.html import Markup, tag

__all__ = ["Column", "columns", "histogram", "strip"]

_MOST_COLUMNS = 12  # besides the one of those who are far off
_USUAL = 0.95  # of the people, whose chances set the scale
_MOST_MARKS = 4  # below the axis, besides the 0
_WIDTH, _TOP, _BASE, _HEIGHT = 360, 42, 176, 208  # legible on a telephone: one unit is one pixel
_STRIP, _EDGE = 108, 6  # width of the line of a group, and of what is on either side of it


@dataclass(frozen=True, slots=True)
class Column:
    """People whose chance lies in [low, high); in the last column from low up to high."""

    low: float
    high: float
    people: int


def columns(chances: Sequence[float], equal: float) -> list[Column]:
    """Return at most thirteen columns, all of one round width but the last.

    The scale is that of the many: the few with a far larger chance stand together in the last.

    Parameters
    ----------
    chances
        From the smallest to the largest.
    equal
        The chance if all were equal.

    Examples
    --------
    >>> [column.people for column in columns([0.1, 0.1, 0.25, 0.3], 0.2)]
    [0, 0, 2, 0, 0, 1, 1]
    """
    most = max(chances[-1], equal)
    usual = chances[math.ceil(_USUAL * len(chances)) - 1]
    step = _round_step(min(most, max(2 * equal, usual)) / _MOST_COLUMNS)
    count = math.floor(min(most, max(2 * equal, usual)) / step + 1e-9) + 1
    if count * step >= 1 - 1e-9:  # certainty stands with what is nearly certain
        count = math.ceil(1 / step - 1e-9)
    held = [0] * (count + 1)
    for chance in chances:
        held[min(math.floor(chance / step + 1e-9), count)] += 1
    if count * step >= 1 - 1e-9:
        held[count - 1] += held[count]
        held[count] = 0
    shown = [Column(i * step, (i + 1) * step, people) for i, people in enumerate(held[:count])]
    return [*shown, Column(count * step, most, held[count])] if held[count] else shown


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, … times a power of ten that is larger than `least`."""
    unit = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    wide = (part * unit for part in (1, 2, 5, 10))
    return next(round(step, 12) for step in wide if step > least * (1 + 1e-9))


def histogram(
    shown: Sequence[Column], equal: float, words: str, label: str, *,
    count: Callable[[int], str], percent: Callable[[float], str],
) -> Markup:
    """Return the picture of the columns, with a line where everybody's chance would be equal.

    Parameters
    ----------
    shown
        From `columns`.
    equal
        Where the line stands.
    words
        What a screen reader says instead of the picture.
    label
        Of the line.
    count, percent
        How numbers and chances are written.
    """
    step, width = shown[0].high, _WIDTH / len(shown)
    most = max(column.people for column in shown)
    bars, counts = [], []
    for at, column in enumerate(shown):
        if not column.people:
            continue
        height = max((_BASE - _TOP - 16) * column.people / most, 1.5)
        bars.append(tag("rect", class_="bar", x=_at(at * width + 1.5), y=_at(_BASE - height),
                        width=_at(width - 3), height=_at(height)))
        counts.append(tag("text", count(column.people), class_="count", text_anchor="middle",
                          x=_at((at + 0.5) * width), y=_at(_BASE - height - 4)))
    far = shown[-1] if shown[-1].low and shown[-1].high > shown[-1].low + step * 1.001 else None
    ticks = len(shown) - (far is not None)
    every = math.ceil(ticks / _MOST_MARKS)
    marks = [
        tag("text", percent(at * step), x=_at(at * width), y=_BASE + 17,
            text_anchor="start" if at == 0 else "end" if at == len(shown) else "middle")
        for at in range(0, ticks + 1, every) if far is None or at + 1 < ticks
    ]
    if far is not None:
        marks.append(tag("text", f"≥ {percent(far.low)}", x=_WIDTH, y=_BASE + 17,
                         text_anchor="end"))
    x = min(equal / step * width, _WIDTH - 1)
    side = "start" if x < _WIDTH / 2 else "end"
    line = tag("line", class_="equal", x1=_at(x), x2=_at(x), y1=20, y2=_BASE)
    said = tag("text", label, class_="label", x=_at(x + (5 if side == "start" else -5)), y=14,
               text_anchor=side)
    axis = tag("line", class_="axis", x1=0, x2=_WIDTH, y1=_BASE, y2=_BASE)
    return tag("svg", bars, line, counts, said, axis, marks, class_="chart", role="img",
               aria_label=words, viewBox=f"0 0 {_WIDTH} {_HEIGHT}")


def strip(
    seats: tuple[float, float], pool: float | None, panel: float | None, most: float
) -> Markup:
    """Return the line of a group: its seats as a band, its share of the pool, who was drawn.

    Parameters
    ----------
    seats, pool, panel
        Shares of the panel, of the pool, and of those who were drawn; None for no mark.
    most
        The share at the right-hand end.
    """

    def place(share: float) -> float:
        return _EDGE + (_STRIP * min(share / most, 1.0) if most else 0.0)

    low, high = map(place, seats)
    return tag(
        "svg",
        tag("line", class_="axis", x1=_EDGE, x2=_EDGE + _STRIP, y1=7, y2=7),
        tag("rect", class_="band", x=_at(low - _EDGE), y=2, width=_at(high - low + 2 * _EDGE),
            height=10, rx=2),
        None if pool is None else
        tag("line", class_="pool", x1=_at(place(pool)), x2=_at(place(pool)), y1=0, y2=14),
        None if panel is None else tag("circle", class_="dot", cx=_at(place(panel)), cy=7, r=3.5),
        class_="strip", viewBox=f"0 0 {_STRIP + 2 * _EDGE} 14", aria_hidden="true",
    )


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
