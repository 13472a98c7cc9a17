"""Figures as files: SVG, PNG or PDF."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["rendered", "save"]


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
