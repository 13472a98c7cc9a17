"""An audit as files: one JSON document, a CSV table per frame, figures as SVG and as PNG.

Called by `sortition.cli.audit`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from sortition.audit.compare import Comparison
    from sortition.audit.result import Audit

__all__ = ["NAMES", "figures", "tables"]

_TABLES = ("people", "summary", "groups", "errors", "left_out", "prices", "manipulations")
_FIGURES = ("chances", "groups", "combination-1", "tickets", "prices", "lies")
_KINDS = ("svg", "png")
NAMES = (  # what may stand in the way
    "audit.json", *(f"{name}.csv" for name in _TABLES), "objectives.csv", "chances.csv",
    "definitions.csv", *(f"{name}.{kind}" for name in _FIGURES for kind in _KINDS),
)


def tables(
    found: Audit, document: dict[str, Any], compared: Comparison | None
) -> dict[str, bytes]:
    """Return JSON, and a table for each frame that holds anything."""
    frames = found.frames
    shown = {name: frames[name] for name in _TABLES}
    if compared is not None:
        shown["objectives"] = compared.to_frame()
        shown["chances"] = compared.chances.join(compared.intervals).reset_index()
    files = {"audit.json": (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()}
    for name, frame in shown.items():
        if len(frame):
            files[f"{name}.csv"] = _csv(frame)
    header = list(document["definitions"][0])  # in the language of the command
    rows = [[own[name] for name in header] for own in document["definitions"]]
    return files | {"definitions.csv": _text(header, rows)}


def _csv(frame: pd.DataFrame) -> bytes:
    cells = frame.astype(object).where(frame.notna(), "")
    return _text(list(frame.columns), cells.to_numpy().tolist())


def _text(header: list[str], rows: list[list[Any]]) -> bytes:
    from sortition.files.writers import to_csv

    return to_csv(header, rows).encode()


def figures(found: Audit, compared: Comparison | None, language: str) -> dict[str, bytes]:
    """Return the figures that there is something to show in, each as SVG and as PNG."""
    from sortition.audit.figures import rendered

    return {
        f"{name}.{kind}": rendered(figure, kind)
        for name, figure in _drawn(found, compared, language).items() for kind in _KINDS
    }


def _drawn(found: Audit, compared: Comparison | None, language: str) -> dict[str, Figure]:
    from sortition.audit.figures import (
        chances_figure,
        gains_figure,
        groups_figure,
        intersections_figure,
        tickets_figure,
    )
    from sortition.diagnosis.price import prices_frame
    from sortition.rules.quotas import split_cross

    frames = found.frames
    groups, people = frames["groups"], frames["people"]
    chances = people[["chance"]] if compared is None else compared.chances
    intervals = None if compared is None else compared.intervals
    drawn = {
        "chances": chances_figure(
            chances, equal=found.chances.mean, intervals=intervals, language=language
        ),
        "groups": groups_figure(groups, language=language),
    }
    crossed = [over for over in groups["over"].unique() if len(split_cross(over)) == 2]
    for at, over in enumerate(crossed, 1):
        drawn[f"combination-{at}"] = intersections_figure(groups, over, language=language)
    if found.panels.tickets is not None:
        drawn["tickets"] = tickets_figure(people, found.panels.tickets, language=language)
    prices = prices_frame(found.prices, language=language).dropna(subset=["gain"])
    if len(prices):
        drawn["prices"] = gains_figure(prices, "change", language=language)
    lies = frames["manipulations"].rename(columns={"chance": "now"})
    if len(lies):
        words = lies["feature"] + ": " + lies["truth"] + " → " + lies["answer"]
        drawn["lies"] = gains_figure(lies.assign(lie=words), "lie", language=language)
    return drawn
