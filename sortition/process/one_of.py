"""A plain lot: one of a list, or a few, without quotas, on the same record as any other lottery.

A list, who had their turn and perhaps weights in; what a lottery is made from out. Called by
``sortition lot``. The tickets are the rows of the list, so that whatever draws from a lottery,
publishes, checks and explains it does so here too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np

from sortition.engine.objectives import Custom, Leximin, Objective
from sortition.errors import InputError, Issue
from sortition.files.headings import find_column, headless, missing_column
from sortition.files.readers import read_table
from sortition.files.spelling import loosen, nearest
from sortition.files.tables import Table, fold
from sortition.people.places import find_place
from sortition.people.pool import Pool
from sortition.people.prepare import Column, Exclude, with_columns
from sortition.rules.fitting import table_issues
from sortition.rules.keys import MOST_TICKETS, TABLES
from sortition.rules.project import Project
from sortition.rules.quotas import Quota, Quotas
from sortition.rules.ready import Ready

__all__ = ["Lot", "OneOf", "lot_of", "one_of"]

_PERSONAL = ("name", "first name", "last name", "email", "telephone", "birth date", "address")
_NO = ("", "nee", "no", "0", "false", "onwaar", "-")


@dataclass(frozen=True, slots=True)
class OneOf:
    """What is asked of a plain lot.

    Parameters
    ----------
    list
        File with a row for each of those who can be drawn.
    column
        Header of their names; None for a usual column of ids, or else the first.
    count
        How many are drawn.
    past
        Files of those who had their turn: they are left out.
    past_column
        Column of the list that says of whom this is so: whatever is not blank or *no*.
    weights
        Column of whole numbers, in proportion to which chances are; None for equal chances.
    places, aliases
        As for a column of `sortition.people.prepare`: names of Dutch municipalities as CBS writes
        them, and what other spellings stand for.
    sheet
        Of a workbook.
    about
        What the page says: ``title``, ``organiser``, ``date``.
    """

    list: str
    column: str | None = None
    count: int = 1
    past: tuple[str, ...] = ()
    past_column: str | None = None
    weights: str | None = None
    places: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lot:
    """What a lottery is made from.

    Parameters
    ----------
    project, ready
        As of any lottery.
    objective
        Equal chances, or those in proportion to the weights.
    tickets
        How many tickets make the chances exact; None where only a lottery without tickets does.
    gone
        Names of those who are left out, as the list has them.
    strangers
        Per file of those who had their turn the rows of those who are not on the list; not their
        names, which may be anybody's.
    """

    project: Project
    ready: Ready
    objective: Objective
    tickets: int | None
    gone: tuple[str, ...]
    strangers: tuple[tuple[str, tuple[int, ...]], ...]


def one_of(values: Mapping[str, Any], file: str, about: Mapping[str, str]) -> OneOf:
    """Return what the table ``[plain_lot]`` of a project file asks; its files stand beside it.

    Raises
    ------
    InputError
        With every key that is unknown, missing or of the wrong kind.
    """
    issues = list(table_issues(values, TABLES["plain_lot"], "plain_lot.", file, None))
    if issues:
        raise InputError(issues)
    home = Path(file).parent
    return OneOf(
        str(home / values["list"]), values.get("column"), values.get("count", 1),
        tuple(str(home / name) for name in values.get("past", ())), values.get("past_column"),
        values.get("weights"), values.get("places", False), values.get("aliases", {}),
        values.get("sheet"), about,
    )


def lot_of(asked: OneOf, reason: str, label: str) -> Lot:
    """Return what a lottery of the list is made from.

    Parameters
    ----------
    asked
        What is asked.
    reason
        Why those who had their turn are left out, for the record.
    label
        What all who can be drawn are called together; with weights, ``label (weight)``.

    Raises
    ------
    InputError
        With every name that occurs twice or is nearly that of somebody who had their turn, every
        weight that is no number, and more to draw than there are.
    """
    table = read_table(asked.list, asked.sheet)
    column = _name_column(table, asked.column)
    how = Column(column, aliases=asked.aliases, places=asked.places)
    named = with_columns(table, [how])[0].column(column)  # raises what is wrong with a place
    rows = _turns(table, asked)
    gone, strangers = _had_turn(table, named, rows, asked, column)
    issues = list(_doubles(table, named, column))
    weights = _weights(table, asked, gone, issues)
    left = [name for at, name in enumerate(named) if at not in gone]
    if len(left) < asked.count:
        params = {"count": asked.count, "left": len(left), "gone": len(gone)}
        issues.append(Issue("lot-too-few", params, table.file, suggestion="lot-too-few-is"))
    if issues:
        raise InputError(sorted(issues, key=lambda issue: issue.row or 0))
    raw = table.column(column)
    leave = (Exclude(reason, tuple(raw[at] for at in sorted(gone))),) if gone else ()
    project = Project(
        asked.list, None, (asked.count, asked.count), column, columns=(how,), exclude=leave,
        sheet=asked.sheet, about=asked.about, duplicates="keep-both",
        plain_lot=True,
    )
    prepared = project.prepared()
    pool = Pool.from_table(prepared.table, column)
    share = None if weights is None else dict(zip(left, weights, strict=True))
    quotas = Quotas((asked.count, asked.count), tuple(_groups(pool, column, share, asked, label)))
    objective, tickets = _chances(pool, share, asked)
    return Lot(project, Ready(pool, quotas, prepared), objective, tickets,
               tuple(named[at] for at in sorted(gone)), strangers)


def _name_column(table: Table, name: str | None) -> str:
    """Return the header of the names, which will be published.

    Nothing is guessed where the first column may name somebody.
    """
    if (nameless := headless(table)) is not None:
        raise InputError([nameless])
    if name is None:
        own = find_column(table, "id")
        several = len(table.columns) > 1
        if own is None and several and any(find_column(table, kind) for kind in _PERSONAL):
            raise InputError([Issue("lot-column", {"columns": ", ".join(table.columns)},
                                    table.file, suggestion="lot-column-is")])
        return own or table.columns[0]
    found = table.find(name)
    if found is None:
        raise InputError([missing_column(table, name)])
    return found


def _turns(table: Table, asked: OneOf) -> set[int]:
    """Return the places of the rows whose own column says that they had their turn."""
    if asked.past_column is None:
        return set()
    found = table.find(asked.past_column)
    if found is None:
        raise InputError([missing_column(table, asked.past_column)])
    return {at for at, cell in enumerate(table.column(found)) if fold(cell) not in _NO}


def _had_turn(
    table: Table, named: tuple[str, ...], rows: set[int], asked: OneOf, column: str
) -> tuple[set[int], tuple[tuple[str, tuple[int, ...]], ...]]:
    """Return the places of those who had their turn, by the files too, and rows of others there.

    Raises
    ------
    InputError
        With every name that is nearly one on the list: to let it pass would draw somebody again.
    """
    at = {fold(name): place for place, name in enumerate(named)}
    aliases = {fold(wrong): right for wrong, right in asked.aliases.items()}
    gone, strangers, issues = set(rows), [], []
    for file in asked.past:
        past, others = read_table(file), []
        if (nameless := headless(past)) is not None:
            raise InputError([nameless])
        own = past.find(column) or (past.columns[0] if len(past.columns) == 1 else None)
        if own is None:
            raise InputError([missing_column(past, column)])
        for number, cell in zip(past.numbers, past.column(own), strict=True):
            name = aliases.get(fold(cell), cell)
            place = find_place(name) if asked.places else None
            name = place.name if place else name
            if fold(name) in at:
                gone.add(at[fold(name)])
            elif near := nearest(name, named):
                issues.append(Issue("lot-past-near", {"nearest": near}, past.file, number, own,
                                    suggestion="lot-past-near-is"))
            elif name:
                others.append(number)
        if others:
            strangers.append((file, tuple(others)))
    if issues:
        raise InputError(issues)
    return gone, tuple(strangers)


def _doubles(table: Table, named: tuple[str, ...], column: str) -> list[Issue]:
    """Return an issue for every name that occurs again, spaces, case and signs left aside."""
    rows: dict[str, list[int]] = {}
    for number, name in zip(table.numbers, named, strict=True):
        if name:
            rows.setdefault(loosen(name) or fold(name), []).append(number)
    return [
        Issue("lot-twice", {"first": first}, table.file, again[0], column,
              suggestion="lot-twice-is", also=tuple(again[1:]))
        for first, *again in rows.values() if again
    ]


def _weights(
    table: Table, asked: OneOf, gone: set[int], issues: list[Issue]
) -> list[int] | None:
    """Return the weight of each who is left, in the order of the rows; None for equal chances."""
    if asked.weights is None:
        return None
    column = table.find(asked.weights)
    if column is None:
        raise InputError([missing_column(table, asked.weights)])
    found = []
    for at, (number, cell) in enumerate(zip(table.numbers, table.column(column), strict=True)):
        if at in gone:
            continue
        if not (cell.isascii() and cell.isdigit() and 0 < int(cell) <= MOST_TICKETS):
            issues.append(Issue("lot-weight", {"cell": cell[:30], "most": MOST_TICKETS}, table.file,
                                number, column))
        else:
            found.append(int(cell))
    if issues:
        return None
    whole = gcd(*found)
    found = [weight // whole for weight in found]
    if max(found) * asked.count > sum(found):
        issues.append(Issue("lot-weight-above", {"count": asked.count}, table.file, None, column))
    if sum(found) > MOST_TICKETS and asked.count == 1:
        issues.append(Issue("lot-weights-many", {"total": sum(found), "most": MOST_TICKETS},
                            table.file, None, column))
    return found


def _groups(
    pool: Pool, column: str, weights: Mapping[str, int] | None, asked: OneOf, label: str
) -> list[Quota]:
    """Return a quota that says nothing but who there is; one for each weight."""
    if weights is None:
        return [Quota(((column, pool.ids),), asked.count, asked.count, label=label)]
    found = []
    for weight, many in sorted(Counter(weights.values()).items()):
        own = tuple(name for name in pool.ids if weights[name] == weight)
        most = min(asked.count, many)
        found.append(Quota(((column, own),), 0, most, label=f"{label} ({weight})"))
    return found


def _chances(
    pool: Pool, weights: Mapping[str, int] | None, asked: OneOf
) -> tuple[Objective, int | None]:
    """Return what is aimed at, and the number of tickets with which it is exact."""
    if weights is None:
        return Leximin(), len(pool) if asked.count == 1 else None
    total = sum(weights.values())
    wanted = np.array([weights[name] for name in pool.ids]) * asked.count / total
    objective = Custom(dict(zip(pool.ids, wanted.tolist(), strict=True)))
    return objective, total if asked.count == 1 else None
