"""The files of each of several panels drawn together, besides the one that holds them all.

The seats drawn and the list of seats in, files by name out; called by `sortition.lots.drawn`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sortition.files.writers import to_csv, to_xlsx
from sortition.lots.names import NOBODY
from sortition.lots.source import filled_seats
from sortition.rules.panel_names import JOINS, panels_of, slug, within_of

__all__ = ["panel_files"]


def panel_files(
    source: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[str]],
    drawn: Sequence[str], csv: str | None, groups: bytes = b"",
) -> dict[str, bytes]:
    """Return a table for each panel, and one of the people who are on none.

    Parameters
    ----------
    source
        Of the record.
    columns, rows
        The list of seats: the seat, its theme, and what the list says of the person.
    drawn
        The seats drawn.
    csv
        ``"nl"`` for text files that Excel in Dutch opens as well.
    groups
        ``groups.csv``, which says who holds which role.
    """
    person = {row[0]: row[0].partition(JOINS)[2] for row in rows}
    by_person = {person[row[0]]: list(row[2:]) for row in rows}
    within = within_of({theme["name"]: theme["within"] for theme in source.get("themes", ())})
    made = {}
    for theme in source.get("themes", ()):
        ids = panels_of(drawn, within)[theme["name"]]
        headers, own = [*columns[2:]], [by_person[one] for one in ids]
        roles = {"lang": source.get("lang"), "lot": source.get("lot", ""), "roles": theme["roles"]}
        seat_of = {person[seat]: seat for seat in drawn
                   if seat.partition(JOINS)[0] in within[theme["name"]]}
        for header, filled in filled_seats(roles, ids, groups, seat_of).items():
            headers.append(header)
            own = [[*row, filled.get(one, "")] for one, row in zip(ids, own, strict=True)]
        name = slug(theme["name"])
        made[f"panel-{name}.csv"] = to_csv(headers, own).encode()
        made[f"panel-{name}.xlsx"] = to_xlsx(headers, own, name)
        if csv == "nl":
            made[f"panel-{name}-excel.csv"] = to_csv(headers, own, style="excel-nl").encode()
    on_any = {person[seat] for seat in drawn}
    rest = [by_person[own] for own in sorted(by_person) if own not in on_any]
    return made | ({NOBODY: to_csv(columns[2:], rest).encode()} if made else {})
