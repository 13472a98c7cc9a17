"""What a notebook shows of a value: one line, and a small table in which every cell stays text.

``card(title, header, rows) -> str`` of HTML. Called by the ``_repr_html_`` of the public types,
whose titles are their ``repr``; needs the standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

__all__ = ["card", "percent", "seats", "span"]

_LEFT = 'style="text-align:left"'  # notebooks would centre and right-align
_MOST = 20  # rows shown; the frames have all


def card(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table under its title; what does not fit is left out and said so.

    Parameters
    ----------
    title
        One line.
    header
        Names of the columns.
    rows
        Cells; whatever they hold is escaped.

    Examples
    --------
    >>> "&lt;b&gt;" in card("Pool", ["value"], [["<b>"]])
    True
    """
    given = iter(rows)
    shown = list(islice(given, _MOST))
    if next(given, None) is not None:
        shown.append(["…"] * len(header))
    body = "".join(_row("td", row) for row in shown)
    return (
        f"<table><caption {_LEFT}>{escape(title)}</caption>"
        f"<thead>{_row('th', header)}</thead><tbody>{body}</tbody></table>"
    )


def _row(kind: str, cells: Iterable[object]) -> str:
    """Return one row of cells of a kind, ``td`` or ``th``."""
    return f"<tr>{''.join(f'<{kind} {_LEFT}>{escape(str(own))}</{kind}>' for own in cells)}</tr>"


def percent(share: float) -> str:
    """Return a share as three digits of a percentage."""
    return f"{100 * share:.3g} %"


def seats(size: tuple[int, int]) -> str:
    """Return a number of seats, or a range of them."""
    return f"{span(size)} seats"


def span(sizes: tuple[int, int]) -> str:
    """Return the size of a panel without words: ``24`` or ``8–10``."""
    return str(sizes[0]) if sizes[0] == sizes[1] else f"{sizes[0]}–{sizes[1]}"
