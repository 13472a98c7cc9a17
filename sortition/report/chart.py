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

_MOST_COLUMNS = 12
_MOST_MARKS = 4  # below the axis, besides the 0
_WIDTH, _TOP, _BASE, _HEIGHT = 360, 42, 176, 208  # legible on a telephone: one unit is one pixel
_STRIP = 116  # width of a line for a group, which has two more units on either side


@dataclass(frozen=True, slots=True)
class Column:
    """People whose chance lies in [low, high)."""

    low: float
    high: float
    people: int


def columns(chances: Sequence[float], equal: float) -> list[Column]:
    """Return at most twelve columns of round width, from 0 to the largest chance.

    Examples
    --------
    >>> [column.people for column in columns([0.1, 0.1, 0.25, 0.3], 0.2)]
    [0, 0, 2, 0, 0, 1, 1]
    """
    top = max(*chances, equal)
    step = _round_step(top / _MOST_COLUMNS)
    at = [_column(chance, step, top) for chance in chances]
    count = _column(top, step, top) + 1
    held = [0] * count
    for one in at:
        held[one] += 1
    return [Column(i * step, (i + 1) * step, people) for i, people in enumerate(held)]


def _column(chance: float, step: float, top: float) -> int:
    """Return the column a chance is in; certainty stands with what is nearly certain."""
    last = math.ceil(1 / step - 1e-9) - 1 if top >= 1 - 1e-9 else math.inf
    return int(min(math.floor(chance / step + 1e-9), last))


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
    end = shown[-1].high
    width = _WIDTH / len(shown)
    most = max(column.people for column in shown)
    drawn = []
    for at, column in enumerate(shown):
        if not column.people:
            continue
        height = max((_BASE - _TOP - 16) * column.people / most, 1.5)
        x = at * width
        drawn += [
            tag("rect", class_="bar", x=_at(x + 1.5), y=_at(_BASE - height), width=_at(width - 3),
                height=_at(height)),
            tag("text", count(column.people), class_="count", x=_at(x + width / 2),
                y=_at(_BASE - height - 4), text_anchor="middle"),
        ]
    every = math.ceil(len(shown) / _MOST_MARKS)
    marks = [
        tag("text", percent(at * shown[0].high), x=_at(at * width), y=_BASE + 17,
            text_anchor="start" if at == 0 else "end" if at == len(shown) else "middle")
        for at in range(0, len(shown) + 1, every)
    ]
    x = min(_WIDTH * equal / end, _WIDTH - 1)
    side = "start" if x < _WIDTH / 2 else "end"
    line = [
        tag("line", class_="equal", x1=_at(x), x2=_at(x), y1=20, y2=_BASE),
        tag("text", label, class_="label", x=_at(x + (5 if side == "start" else -5)), y=14,
            text_anchor=side),
    ]
    axis = tag("line", class_="axis", x1=0, x2=_WIDTH, y1=_BASE, y2=_BASE)
    return tag("svg", drawn, line, axis, marks, class_="chart", role="img", aria_label=words,
               viewBox=f"0 0 {_WIDTH} {_HEIGHT}")


def strip(seats: tuple[float, float], pool: float, panel: float | None, most: float) -> Markup:
    """Return the line of a group: its seats as a band, its share of the pool, who was drawn.

    Parameters
    ----------
    seats, pool, panel
        Shares of the panel, of the pool, and of those who were drawn.
    most
        The share at the right-hand end.
    """

    def place(share: float) -> float:
        return 2 + _STRIP * min(share / most, 1.0) if most else 2.0

    low, high = map(place, seats)
    return tag(
        "svg",
        tag("line", class_="axis", x1=2, x2=2 + _STRIP, y1=7, y2=7),
        tag("rect", class_="band", x=_at(low - 2), y=2, width=_at(high - low + 4), height=10, rx=2),
        tag("line", class_="pool", x1=_at(place(pool)), x2=_at(place(pool)), y1=0, y2=14),
        None if panel is None else tag("circle", class_="dot", cx=_at(place(panel)), cy=7, r=3.5),
        class_="strip", viewBox=f"0 0 {_STRIP + 4} 14", aria_hidden="true",
    )


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
