"""What a record says of the list behind a lottery, and how its draw uses that.

Where the list is and how it was read, which columns are made from others, which roles there are
seats for: plain data at the making of a lottery, the drawn rows and who fills which seat at its
draw. Settings only: nothing here says anything of an id, because a record is public where
``groups.csv`` may not be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.files.paths import path_from
from sortition.files.tables import Table
from sortition.messages import LANGUAGES, text
from sortition.people.pool import Pool
from sortition.rules.panel_names import JOINS, within_of
from sortition.verify import read_rows

if TYPE_CHECKING:
    from sortition.rules.project import Project
    from sortition.rules.ready import Ready
    from sortition.rules.roles import RoleSeats

__all__ = ["drawn_from", "filled_seats", "held_in", "read_again", "source_of"]


def source_of(
    project: Project, ready: Ready, folder: str, language: str,
    groups: Sequence[Sequence[str]] = (),
) -> dict[str, Any]:
    """Return the list and what became of it, as plain data.

    Parameters
    ----------
    project, ready
        The rules, and what their files say.
    folder
        Where the record will stand: paths are relative to it.
    language
        In which the lottery is made.
    groups
        Header and rows of ``groups.csv``, which say who holds which role; the record does not.
    """
    people = ready.several.people if ready.several else ready.pool
    source: dict[str, Any] = {
        "file": path_from(folder, project.pool),
        "sha256": hashlib.sha256(Path(project.pool).read_bytes()).hexdigest(),
        "id": people.id_column,
        "household": list(people.household_columns),
        "lang": language,
    }
    if project.plain_lot:
        source["plain_lot"] = True
    if project.about:
        source["about"] = dict(project.about)
    if project.sheet is not None:
        source["sheet"] = project.sheet
    if project.csv is not None:
        source["csv"] = project.csv
    if ready.prepared.rows_out:  # they must not come back as people who may still be drawn
        source["rows_out"] = list(ready.prepared.rows_out)
    if project.columns:
        source["columns"] = [column.to_dict(folder) for column in project.columns]
    if project.among and project.among.file:
        panel = project.among.file
        source["among"] = {"file": path_from(folder, panel),
                           "sha256": hashlib.sha256(Path(panel).read_bytes()).hexdigest()}
    if ready.several:
        source["most"] = ready.several.most
        inner = within_of({theme.name: theme.within for theme in ready.several.themes})
        source["themes"] = [
            {"name": theme.name, "within": theme.within, "size": list(theme.quotas.size),
             "roles": [_roles(seats, groups, theme.name, inner[theme.name]) for seats in roles]}
            for theme, roles in zip(ready.several.themes, ready.several.roles, strict=True)
        ]
        source["lot"] = project.lot
    if ready.roles:
        source["roles"] = [_roles(seats, groups) for seats in ready.roles]
        source["lot"] = project.lot
    return source


def _roles(
    seats: RoleSeats, groups: Sequence[Sequence[str]], theme: str | None = None,
    inner: Sequence[str] = (),
) -> dict[str, Any]:
    """Return seats of roles with the column of ``groups.csv`` that says who holds each.

    There is one: every role has a quota of its own, and where two quotas were merged the people
    in them are the same. Of several panels only the seats `inner` of one can hold its roles.
    """
    header, *rows = groups
    if theme is not None:
        rows = [row for row in rows if row[0].partition(JOINS)[0] in inner]
    own = [seats.held[row[0] if theme is None else row[0].partition(JOINS)[2]] for row in rows]
    prefix = "" if theme is None else theme + JOINS
    named: list[str | None] = []
    for at, name in enumerate(seats.names):
        if not name:  # the place of those who hold no role
            named.append(None)
            continue
        first = f"{prefix}{seats.feature}: {name}"
        same = [header[column] for column in range(2, len(header)) if all(
            (row[column] == "1") == (at in held) for row, held in zip(rows, own, strict=True)
        )]
        if not same:
            raise ValueError(f"no quota counts the people with the role {name}")
        named.append(first if first in same else same[0])
    return seats.to_dict() | {"groups": named}


def drawn_from(table: Table, source: Mapping[str, Any], folder: Path) -> Table:
    """Return the list as the lottery knew it: without those left out, with every column.

    Parameters
    ----------
    table
        The list as it is read.
    source
        Of the record.
    folder
        Where the record stands.

    Raises
    ------
    InputError
        If a column cannot be made any more, such as one from a table of areas that is gone.
    """
    from sortition.people.duplicates import without_rows
    from sortition.people.prepare import Column, with_columns

    columns = [Column.of(entry["name"], entry, folder) for entry in source.get("columns", ())]
    return with_columns(without_rows(table, set(source.get("rows_out", ()))), columns)[0]


def read_again(table: Table, source: Mapping[str, Any], chances: bytes) -> Pool:
    """Return the list as a pool: of people, or of the seats of several panels.

    Parameters
    ----------
    table
        The list as the lottery knew it.
    source
        Of the record.
    chances
        ``chances.csv``, which names every seat.
    """
    pool = Pool.from_table(table, source["id"], source["household"])
    if not source.get("themes"):
        return pool
    from sortition.rules.themes import reseated

    known = set(pool.ids)
    seats = (row[0] for row in read_rows(chances)[1:])
    return reseated(pool, [seat for seat in seats if seat.partition(JOINS)[2] in known],
                    source["most"])


def held_in(
    entry: Mapping[str, Any], groups: bytes, seat_of: Mapping[str, str]
) -> dict[str, tuple[int, ...]]:
    """Return the positions of the roles that people hold, by id.

    Parameters
    ----------
    entry
        One of the ``roles`` in the source of a record. Records of earlier versions say in
        ``held`` who holds which.
    groups
        ``groups.csv``.
    seat_of
        By id of each person the id in that file: of one panel the same, of several a seat.
    """
    if "held" in entry:
        return {own: tuple(entry["held"][own]) for own in seat_of}
    header, *rows = read_rows(groups)
    row_of = {row[0]: row for row in rows}
    columns = [None if name is None else header.index(name, 2) for name in entry["groups"]]
    nothing = tuple(at for at, column in enumerate(columns) if column is None)
    return {
        own: tuple(at for at, column in enumerate(columns)
                   if column is not None and row_of[seat][column] == "1") or nothing
        for own, seat in seat_of.items()
    }


def filled_seats(
    source: Mapping[str, Any], panel: Iterable[str], groups: bytes = b"",
    seat_of: Mapping[str, str] | None = None,
) -> dict[str, dict[str, str]]:
    """Return who of a panel fills a seat of which role, by the header of such a column.

    Anyone who has ``groups.csv`` can redo it: `sortition.assign_roles` on what the record says of
    the seats and that file of who holds which role, with the lot of the record. There is no such
    column where a replacement deviates so far that the roles do not come out.

    Parameters
    ----------
    source
        Of the record.
    panel
        Ids of people.
    groups, seat_of
        As for `held_in`; without `seat_of` the ids are those of the file.
    """
    if not source.get("roles"):
        return {}
    from sortition.rules.roles import RoleSeats, assign_roles

    language = source["lang"] if source.get("lang") in LANGUAGES else "en"
    ids = list(panel)
    found = {}
    for entry in source["roles"]:
        seats = RoleSeats.of(entry, held_in(entry, groups, seat_of or {own: own for own in ids}))
        try:
            filled = assign_roles(ids, seats, source.get("lot", ""))
        except ValueError:
            continue
        found[text("seat-column", language, feature=seats.feature)] = filled
    return found
