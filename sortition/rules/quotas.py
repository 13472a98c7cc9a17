"""Quotas: how many seats each group of people gets, and the tables people state them in.

Comes from a `Table` in any of the field's dialects, goes to `sortition.engine.problem.compile`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

from sortition.display import card, seats
from sortition.errors import Issue, QuotaError
from sortition.files import readers, tables
from sortition.files.headings import headless
from sortition.files.tables import Table, fold

if TYPE_CHECKING:
    import pandas as pd

    from sortition.rules.roles import RoleSeats

__all__ = ["Quota", "Quotas", "is_quota_table", "read_quotas", "size_range"]

# The dialects of one table, the Dutch words among them. "category,feature,min,max" holds the value
# under "feature": the order decides, so it stands before the plain one.
_DIALECTS = (
    ("category", "feature", "min", "max"),
    ("feature", "value", "min", "max"),
    ("category", "name", "min", "max"),
    ("featurename", "valuename", "minquota", "maxquota"),
    ("kenmerk", "waarde", "min", "max"),
    ("kenmerk", "waarde", "minimum", "maximum"),
)
CROSS = " × "  # joins crossed features, and the values of a crossed group
_SIGN = re.compile(r"\s*×\s*")
_CROSSES = re.compile(r"\s+[x*]\s+", re.IGNORECASE)
_BAR = re.compile(r"(?<!\|)\|(?!\|)")
# 11.0 is eleven; 1.000 may be a thousand or one, so it is asked.
_WHOLE = re.compile(r"\+?\d{1,9}(?:[.,]0{0,2})?")
_NEGATIVE = re.compile(r"-\d+(?:[.,]\d*)?")


@dataclass(frozen=True, slots=True)
class Quota:
    """Lower and upper number of seats for a group of people.

    Parameters
    ----------
    where
        The group: pairs of a feature and the values that count; a person is in the group when
        every feature has one of its values. One pair with one value is a plain quota, several
        values are a union, several pairs are crossed. The feature may be the column of ids.
    lower, upper
        Seats, both included.
    row
        Row of the quota file it comes from, for messages.
    label
        The group in words where `where` does not read well; blank to spell out `where`.
    flex
        How far the bounds may be moved if no panel exists: the lowest minimum and the highest
        maximum; None when nothing was agreed. Only `sortition.diagnosis.repair` makes use of it.
    fixed
        Whether nothing about it can be loosened: people named one by one are on every panel.
    open
        Whether no maximum was stated: then `upper` is the largest panel, and grows with it.
    role
        The feature of whose seats by role it follows; blank for a quota that somebody wrote.
    """

    where: tuple[tuple[str, tuple[str, ...]], ...]
    lower: int
    upper: int
    row: int | None = field(default=None, compare=False)
    label: str = field(default="", kw_only=True)
    flex: tuple[int, int] | None = None
    fixed: bool = field(default=False, compare=False, kw_only=True)
    open: bool = field(default=False, compare=False, kw_only=True)
    role: str = field(default="", compare=False, kw_only=True)

    @property
    def name(self) -> str:
        """The group in words: ``rol: onderwijs | ambtenaar``."""
        return self.label or CROSS.join(
            f"{feature}: {join_union(values)}" for feature, values in self.where
        )


@dataclass(frozen=True, slots=True)
class Quotas:
    """All rules for one panel.

    Parameters
    ----------
    size
        Smallest and largest number of seats; equal for a fixed size.
    quotas
        The quotas.
    per_household
        How many members of one household may serve together.
    file
        Where they were read, for messages.
    outside
        Pairs of a feature and values of it that belong to no quota, on purpose: whoever has one
        may be drawn and counts for none. Any other value that no quota names is an error.
    roles
        Seats by role, from which the quotas follow that say so.
    seated
        People who sit on the panel outside the lottery, each as feature → cell; size and quotas
        are less their seats.
    """

    size: tuple[int, int]
    quotas: tuple[Quota, ...]
    per_household: int = 1
    file: str | None = field(default=None, compare=False)
    outside: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), kw_only=True)
    roles: tuple[RoleSeats, ...] = field(default=(), compare=False, repr=False, kw_only=True)
    seated: tuple[Mapping[str, str], ...] = field(
        default=(), compare=False, repr=False, kw_only=True
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", size_range(self.size))
        issues = [*_size_issues(self), *_bound_issues(self)]
        if issues:
            raise QuotaError(issues)

    def __repr__(self) -> str:
        homes = f", at most {self.per_household} of a household"
        return f"Quotas: {seats(self.size)}, {len(self.quotas)} quotas{homes}"

    def _repr_html_(self) -> str:
        """Show the bounds of every group."""
        rows = ((own.name, own.lower, own.upper) for own in self.quotas)
        return card(repr(self), ("group", "min", "max"), rows)

    @property
    def features(self) -> tuple[str, ...]:
        """The features that the quotas speak of, in the order they first occur."""
        names: dict[str, str] = {}
        for quota in self.quotas:
            for feature, _ in quota.where:
                names.setdefault(fold(feature), feature)
        return tuple(names.values())

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, size: int | tuple[int, int]) -> Quotas:
        """Build the quotas from a DataFrame in any of the dialects; errors as `read_quotas`."""
        return cls.from_table(tables.from_frame(frame), size)

    @classmethod
    def from_table(cls, table: Table, size: int | tuple[int, int]) -> Quotas:
        """Build the quotas from a `Table`; errors as `read_quotas`."""
        columns = _dialect(table)
        flexible = _flex_columns(table)
        issues: list[Issue] = []
        quotas = []
        seen: dict[tuple[str, str], int] = {}
        cells = zip(*(table.column(name) for name in columns), strict=True)
        named = (n for n, cell in zip(table.numbers, table.column(columns[0]), strict=True) if cell)
        last = max(named, default=0)
        spelling: dict[str, str] = {}  # the first spelling of a feature stands for all
        for number, (written, value, least, most) in zip(table.numbers, cells, strict=True):
            if not written:
                if number < last and value and (least or most):  # as below a merged cell
                    issues.append(Issue("quota-feature-blank", {}, table.file, number, columns[0],
                                        suggestion="fill-cell"))
                continue  # else a trailing row of notes or totals
            groups = [split_union(part) for part in split_cross(value)]
            if not all(part for group in groups for part in group):
                issues.append(Issue("quota-value-blank", {}, table.file, number, columns[1],
                                    suggestion="fill-cell"))
                continue
            names = [spelling.setdefault(fold(own), own) for own in split_cross(written)]
            if len(names) == 1:  # a value may hold the sign itself
                groups = [split_union(value)]
            elif len(names) != len(groups):
                params = {"group": value, "features": CROSS.join(names)}
                issues.append(Issue("group-shape", params, table.file, number, columns[1],
                                    suggestion="group-shape-is"))
                continue
            feature = CROSS.join(names)
            lower = _whole(least, table, number, columns[2], issues)
            upper = _whole(most, table, number, columns[3], issues)
            flex = _flex(table, number, flexible, (lower, upper), issues)
            key = (fold(feature), fold(value))
            if key in seen:
                params = {"name": f"{feature}: {value}", "first": seen[key]}
                issues.append(Issue("quota-duplicate", params, table.file, number, columns[1],
                                    suggestion="remove-row"))
                continue
            seen[key] = number
            if lower is not None and upper is not None:
                where = tuple(zip(names, groups, strict=True))
                quotas.append(Quota(where, lower, upper, number, flex))
        if issues:  # the rows that could be read are judged too: all at once
            issues += _reversed_issues(quotas, table.file) + _flex_issues(quotas, table.file)
            raise QuotaError(sorted(issues, key=lambda issue: issue.row or 0))
        return cls(size_range(size), tuple(quotas), file=table.file)


def read_quotas(
    path: str | os.PathLike[str], size: int | tuple[int, int], sheet: str | None = None
) -> Quotas:
    """Read quotas from a CSV or XLSX file.

    Parameters
    ----------
    path
        A table with one of the headers ``feature,value,min,max``, ``category,name,min,max``,
        ``category,feature,min,max`` or ``FeatureName,ValueName,MinQuota,MaxQuota``, in any case,
        and perhaps ``min_flex,max_flex``; further columns are not used. A value cell ``a|b`` is
        the union of both groups; feature ``rol × gemeente`` with value
        ``ondernemer × Heerlen`` is a crossed group.
    size
        Seats on the panel, or the smallest and largest number allowed.
    sheet
        Sheet of a workbook; the first when None.

    Returns
    -------
    Quotas

    Raises
    ------
    InputError
        If the file cannot be read.
    QuotaError
        With every issue found in it.
    """
    return Quotas.from_table(readers.read_table(path, sheet), size)


def size_range(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return a size as the smallest and the largest, whole numbers of any kind.

    Raises
    ------
    QuotaError
        If it is no whole number, nor two.
    """
    ends: Any = (size, size) if isinstance(size, SupportsIndex) else size
    try:
        low, high = map(index, ends)
    except (TypeError, ValueError):
        issue = Issue("size-kind", {"size": str(size)[:30]}, suggestion="give-size")
        raise QuotaError([issue]) from None
    return low, high


def split_cross(words: str) -> tuple[str, ...]:
    """Return the parts of crossed features or values: ``rol × gemeente``, ``rol x gemeente``.

    Examples
    --------
    >>> split_cross("ondernemer x Heerlen"), split_cross("kop x munt × Heerlen")
    (('ondernemer', 'Heerlen'), ('kop x munt', 'Heerlen'))
    """
    # Where the sign itself stands, a lone x is a word like any other.
    return tuple((_SIGN if _SIGN.search(words) else _CROSSES).split(words.strip()))


def split_union(words: str) -> tuple[str, ...]:
    """Return the values of a union ``a|b``; a bar written twice is one in the value itself.

    Examples
    --------
    >>> split_union("onderwijs | ambtenaar"), split_union("zzp||ondernemer")
    (('onderwijs', 'ambtenaar'), ('zzp|ondernemer',))
    """
    return tuple(part.strip().replace("||", "|") for part in _BAR.split(words))


def join_union(values: Iterable[str], bar: str = " | ") -> str:
    """Return values as one union that `split_union` takes apart again."""
    return bar.join(value.replace("|", "||") for value in values)


def is_quota_table(table: Table) -> bool:
    """Say whether a table has the columns of a quota file, in any of the dialects."""
    return _spoken(table) is not None


def _spoken(table: Table) -> tuple[str, str, str, str] | None:
    """Return the headers that hold feature, value, minimum and maximum, if they are there."""
    by_key = {fold(column).replace(" ", "").replace("_", ""): column for column in table.columns}
    for dialect in _DIALECTS:
        if all(key in by_key for key in dialect):
            feature, value, least, most = (by_key[key] for key in dialect)
            return feature, value, least, most
    return None


def _dialect(table: Table) -> tuple[str, str, str, str]:
    """Return the headers that hold feature, value, minimum and maximum."""
    if (found := _spoken(table)) is not None:
        return found
    if (issue := headless(table)) is not None:  # a list of people, perhaps
        raise QuotaError([issue])
    params = {"columns": ", ".join(table.columns)}
    raise QuotaError([Issue("quota-header", params, table.file, suggestion="quota-header-is")])


def _flex_columns(table: Table) -> tuple[str, str] | None:
    """Return the headers of the flexible bounds, None unless both are there."""
    by_key = {fold(column).replace(" ", "").replace("_", ""): column for column in table.columns}
    least, most = by_key.get("minflex"), by_key.get("maxflex")
    return (least, most) if least is not None and most is not None else None


def _flex(
    table: Table, row: int, columns: tuple[str, str] | None, bounds: tuple[int | None, int | None],
    issues: list[Issue],
) -> tuple[int, int] | None:
    """Return the flexible bounds of a row, None without any; a blank one is the bound itself."""
    if columns is None:
        return None
    at = table.numbers.index(row)
    cells = [table.column(column)[at] for column in columns]
    if not any(cells):
        return None
    least, most = (
        _whole(cell, table, row, column, issues) if cell else bound
        for cell, column, bound in zip(cells, columns, bounds, strict=True)
    )
    return None if least is None or most is None else (least, most)


def _whole(
    cell: str, table: Table, row: int, column: str, issues: list[Issue]
) -> int | None:
    """Return the whole number in a cell; note an issue and return None when it holds none."""
    words = cell.replace(" ", "")
    if _WHOLE.fullmatch(words):
        return int(re.split("[.,]", words)[0])
    code = "quota-blank" if not words else "quota-not-whole"
    if _NEGATIVE.fullmatch(words):
        code = "quota-negative"
    share = "%" in words or "/" in words  # which a file says in a column of its own
    issues.append(Issue(code, {"cell": cell[:30]}, table.file, row, column,
                        suggestion="write-shares" if share else "write-whole-number"))
    return None


def _size_issues(quotas: Quotas) -> list[Issue]:
    low, high = quotas.size
    if low < 1:
        return [Issue("size-not-positive", {"size": low}, suggestion="give-size")]
    if low > high:
        return [Issue("size-reversed", {"lower": low, "upper": high}, suggestion="give-size")]
    return []


def _reversed_issues(quotas: Iterable[Quota], file: str | None) -> list[Issue]:
    return [
        Issue("quota-reversed", {"name": q.name, "lower": q.lower, "upper": q.upper}, file, q.row,
              suggestion="swap-bounds")
        for q in quotas
        if q.lower > q.upper
    ]


def _flex_issues(quotas: Iterable[Quota], file: str | None) -> list[Issue]:
    """Return the quotas whose flexible bounds do not hold their bounds."""
    return [
        Issue("quota-flex", {"name": q.name, "lower": q.lower, "upper": q.upper,
                             "least": q.flex[0], "most": q.flex[1]}, file, q.row,
              suggestion="widen-flex")
        for q in quotas
        if q.flex is not None and q.lower <= q.upper
        and not q.flex[0] <= q.lower <= q.upper <= q.flex[1]
    ]


def _bound_issues(quotas: Quotas) -> list[Issue]:
    issues = [
        Issue("quota-negative", {"cell": q.lower}, quotas.file, q.row,
              suggestion="write-whole-number")
        for q in quotas.quotas
        if q.lower < 0
    ]
    issues += _reversed_issues(quotas.quotas, quotas.file)
    issues += _flex_issues(quotas.quotas, quotas.file)
    if not quotas.quotas:
        issues.append(Issue("quota-none", {}, quotas.file, suggestion="quota-header-is"))
    return issues
