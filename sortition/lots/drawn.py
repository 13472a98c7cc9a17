"""The files of a draw, as bytes by name: who is on the panel, who is not, and the record with it.

A lottery's record, a `Draw` and the list of people in; called by `sortition.lots.published` and the
command line. Only here do rows of the list meet what was drawn; the record has ids alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sortition.draw import Draw
from sortition.files.tables import Table
from sortition.files.writers import to_csv, to_xlsx
from sortition.lots.commitment import sealed
from sortition.lots.panels import panel_files
from sortition.lots.randomness import balls, spoken
from sortition.lots.ranked import reserves_of
from sortition.lots.rosters import (
    panel_with_statuses,
    reserve_files,
    rows_by_id,
    spoken_in,
    unused,
)
from sortition.lots.source import filled_seats

if TYPE_CHECKING:
    from sortition.lots.ranked import Reserves
    from sortition.people.statuses import Status

__all__ = ["draw_files", "drawn_by"]


def draw_files(
    files: Mapping[str, bytes], draw: Draw, people: Table | Sequence[str],
    ids: Sequence[str] | None = None,
    csv: str | None = None,
    *,
    language: str | None = None,
    reserves: Reserves | None = None,
    statuses: Mapping[str, Status] | None = None,
    early: Mapping[str, str] | None = None,
) -> dict[str, bytes]:
    """Return the panel and the others, as CSV and XLSX, and the record with the draw in it.

    What is made to be filled in, the workbook of the panel, has a column for everyone's status.

    Parameters
    ----------
    files
        Holds ``record.json`` of the lottery, and ``groups.csv`` where there are roles.
    draw
        What was drawn.
    people
        The pool's table, or only the ids where nothing else is known.
    ids
        The id of each row of that table.
    csv
        ``"nl"`` for text files that Excel in Dutch opens as well; None for what the record asks.
    language
        Of the statuses; None for that of the record.
    reserves
        Those that this draw fixes, if any: `reserve_files` are made as well.
    statuses
        Of people who were drawn before and stay; everybody else is still being asked.
    early
        When and why it was drawn before the announced time, if it was: ``at`` and ``reason``.
    """
    record = json.loads(files["record.json"])
    language = language or spoken_in(record)
    named, columns, ordered = rows_by_id(people, ids)
    drawn = set(draw.panel.ids)
    panel = [row for own, row in ordered if own in drawn]
    rest = [row for own, row in ordered if own not in drawn]
    if draw.rehearsal and not record["rehearsal"]:
        record = json.loads(sealed({**record, "rehearsal": True}))
    headers = [*columns]
    groups = files.get("groups.csv", b"")
    for header, filled in filled_seats(record["source"], draw.panel.ids, groups).items():
        headers.append(unused(header, headers))
        panel = [[*row, filled.get(own, "")] for own, row in
                 zip(draw.panel.ids, panel, strict=True)]
    was = record["seal"]  # so that nobody can leave out what was drawn before
    if record["draw"] is not None:  # a draw that is done again stays on record
        record["earlier_draws"].append(record["draw"])
    record["draw"] = drawn_by(draw) | {"id_column": named, "before": was}
    asked = panel_with_statuses(headers, draw.panel.ids, panel, statuses or {}, language)
    csv = csv or record["source"].get("csv")
    made = panel_files(record["source"], columns, [row for _, row in ordered], draw.panel.ids, csv,
                       groups)
    if early is not None:
        record["draw"]["early"] = dict(early)
    if reserves is not None:
        record["draw"]["reserves"] = reserves.to_dict()
    known = reserves_of(record)  # these, or those that were fixed before seats came free
    if known is not None:
        made |= reserve_files(known, people, ids, language, drawn)
    if csv == "nl":
        made["panel-excel.csv"] = to_csv(headers, panel, style="excel-nl").encode()
        made["remaining-excel.csv"] = to_csv(columns, rest, style="excel-nl").encode()
    return made | {
        "panel.csv": to_csv(headers, panel).encode(),
        "panel.xlsx": to_xlsx(asked[0], asked[1], "panel", asked[2]),
        "remaining.csv": to_csv(columns, rest).encode(),
        "remaining.xlsx": to_xlsx(columns, rest, "remaining"),
        "record.json": sealed(record),
    }


def drawn_by(draw: Draw) -> dict[str, Any]:
    """Return the number of a draw and its sources, as the record says them.

    What the computer drew for a rehearsal stands there like a number or a text that people drew,
    and says so.
    """
    sources = draw.sources
    if not sources:
        alone = balls(draw.ticket) if draw.seed is None else spoken(draw.seed)
        by = {"by": "computer"} if draw.method == "system" else {}
        return {"ticket": draw.ticket, "sources": [{**alone.data, **by}]}
    return {"ticket": draw.ticket, "sources": [dict(source.data) for source in sources]}
