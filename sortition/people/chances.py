"""Chances that a user asks for, from a table: what `sortition.engine.objectives.Custom` takes.

Called by the command line with the pool they are for.
"""

from __future__ import annotations

from sortition.errors import InputError, Issue
from sortition.files.headings import find_column, headless, missing_column
from sortition.files.readers import read_table
from sortition.files.tables import Table, fold
from sortition.people.pool import Pool

__all__ = ["chance_of", "drop_out_chances", "read_chances"]

_MOST = 20  # ids named in one message


def read_chances(path: str, pool: Pool) -> dict[str, float]:
    """Return the chance asked for of everyone in the pool.

    Parameters
    ----------
    path
        A table with a column of ids, as in the pool, and one called ``chance`` or ``kans``: numbers
        in (0, 1], or percentages. Decimal commas are fine; people who are not in the pool are an
        error, since ids may be mistyped.
    pool
        Who must have one.

    Raises
    ------
    InputError
        With every row that cannot be used, and who is missing.
    """
    table = read_table(path)
    id_column = (pool.id_column and table.find(pool.id_column)) or _column(table, "id")
    chance_column = _column(table, "chance")
    own, chance = table.column(id_column), table.column(chance_column)
    known = {fold(each): each for each in pool.ids}
    wanted: dict[str, float] = {}
    issues = []
    for row, who, cell in zip(table.numbers, own, chance, strict=True):
        value = chance_of(cell) or None  # nobody is given none
        person = known.get(fold(who))
        if person is None:
            issues.append(Issue("chances-stranger", {}, table.file, row, id_column,
                                suggestion="chances-ids"))
        elif person in wanted:
            issues.append(Issue("chances-twice", {}, table.file, row, id_column))
        elif value is None:
            issues.append(Issue("chances-value", {}, table.file, row, chance_column,
                                suggestion="chances-form"))
        else:
            wanted[person] = value
    missing = [each for each in pool.ids if each not in wanted]
    if missing and not issues:
        ids = ", ".join([*missing[:_MOST], *(["…"] if len(missing) > _MOST else [])])
        issues.append(Issue("chances-missing", {"count": len(missing), "ids": ids}, table.file,
                            suggestion="chances-ids"))
    if issues:
        raise InputError(issues)
    return wanted


def _column(table: Table, kind: str) -> str:
    """Return the header of that kind."""
    found = find_column(table, kind)
    if found is None:
        if (issue := headless(table)) is not None:  # a list of people, perhaps
            raise InputError([issue])
        params = {"name": kind, "columns": ", ".join(table.columns)}
        raise InputError([Issue("chances-column", params, table.file, suggestion="columns-are")])
    return found


def drop_out_chances(pool: Pool, column: str) -> dict[str, float]:
    """Return everybody's chance to drop out, from a column of the list.

    Raises
    ------
    InputError
        If there is no such column, or with every row where it holds no chance.
    """
    table = pool.table
    named = table.find(column)
    if named is None:
        raise InputError([missing_column(table, column)])
    found = {own: chance_of(cell) for own, cell in
             zip(pool.ids_by_row, table.column(named), strict=True)}
    issues = [
        Issue("chances-value", {}, table.file, row, named, suggestion="drop-out-form")
        for own, row in zip(pool.ids_by_row, table.numbers, strict=True) if found[own] is None
    ]
    if issues:
        raise InputError(issues)
    return {own: chance for own, chance in found.items() if chance is not None}


def chance_of(cell: str) -> float | None:
    """Return a chance in [0, 1] written as a number or a percentage, None when it is neither.

    Examples
    --------
    >>> chance_of("12,5 %"), chance_of("0.1"), chance_of("12")
    (0.125, 0.1, None)
    """
    text = cell.strip().replace(",", ".")
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
