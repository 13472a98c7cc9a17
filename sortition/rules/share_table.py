"""A quota file that says amounts in one column, in place of a minimum and a maximum.

A `Table` in, statements out, or None where it is another form of quota file. Called by
`sortition.rules.project` of every quota file, so that what statements need is loaded only for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sortition.errors import InputError, Issue, QuotaError
from sortition.files.tables import Table, fold
from sortition.rules.quotas import split_cross

if TYPE_CHECKING:
    from sortition.rules.statements import Shares

__all__ = ["statements_from_table"]

# Headers of a quota file that says amounts in one column instead of min and max: the first kind
# divides the whole panel, the second binds the groups it names.
_SHARE_HEADERS = {"share": True, "shares": True, "aandeel": True, "seats": False, "zetels": False}
_GROUP_HEADERS = (
    ("feature", "value"), ("category", "name"), ("featurename", "valuename"), ("kenmerk", "waarde"),
)


def statements_from_table(table: Table) -> tuple[Shares, ...] | None:
    """Return what a quota file states whose amounts stand in one column; None for min and max.

    Parameters
    ----------
    table
        Columns ``feature``, ``value`` (or ``kenmerk``, ``waarde``, …) and one of ``share`` and
        ``aandeel``, for groups that together are the whole panel, or ``seats`` and ``zetels``, for
        groups that need not be. The amounts are as `Amount.of` reads them; crossed groups are
        ``rol × gemeente`` and ``ondernemer × Heerlen``.

    Raises
    ------
    QuotaError
        With every row that cannot be read.

    Examples
    --------
    >>> rows = (("age", "-64", "75%"), ("age", "65+", "1/4"))
    >>> statements_from_table(Table(("feature", "value", "share"), rows, (2, 3)))[0].amounts
    {'-64': '75%', '65+': '1/4'}
    """
    headers = {fold(column).replace(" ", "").replace("_", ""): column for column in table.columns}
    groups = next((pair for pair in _GROUP_HEADERS if all(key in headers for key in pair)), None)
    said = [key for key in _SHARE_HEADERS if key in headers]
    if groups is None or len(said) != 1 or {"min", "max", "minimum", "maximum"} & headers.keys():
        return None
    from sortition.rules.statements import Shares

    rows = zip(table.numbers, *(table.column(headers[key]) for key in (*groups, said[0])),
               strict=True)
    amounts: dict[str, dict[str, object]] = {}
    first: dict[str, tuple[str, int]] = {}
    issues: list[Issue] = []
    for number, feature, value, amount in rows:
        if not feature:
            continue  # a line of totals or notes
        spelled, _ = first.setdefault(fold(feature), (feature, number))
        if value in amounts.setdefault(spelled, {}):
            params = {"group": value, "other": value}
            issues.append(Issue("group-twice", params, table.file, number))
        amounts[spelled][value] = amount
    statements = []
    for spelled, row in first.values():
        features = split_cross(spelled)
        try:
            statements.append(Shares(
                features[0] if len(features) == 1 else features, amounts[spelled],
                whole=_SHARE_HEADERS[said[0]], file=table.file, row=row,
            ))
        except InputError as error:
            issues += error.issues
    if issues:
        raise QuotaError(issues)
    return tuple(statements)
