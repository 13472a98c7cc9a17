"""A column as statements see it: who holds which value, when cells may be blank or hold several.

From a pool and what the statements say of a feature to cells; called by `sortition.rules.stating`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sortition.errors import Issue
from sortition.files.spelling import divider, nearest
from sortition.files.tables import fold
from sortition.messages import some_rows
from sortition.people.pool import Pool
from sortition.rules.quotas import join_union

__all__ = ["MOST_STRANGE", "Field", "many_strange"]

MOST_STRANGE = 50  # values without a quota that are told one by one
_SHOWN = 5


def many_strange(pool: Pool, feature: str, values: Sequence[str]) -> Issue:
    """Return the issue of a feature with so many values without a quota that it is another one."""
    shown = ", ".join(value[:60] or "–" for value in values[:_SHOWN])
    params = {"count": len(values), "values": f"{shown}, …"}
    return Issue("pool-values-many", params, pool.table.file, None, feature,
                 suggestion="values-many-is")



@dataclass(frozen=True, slots=True)
class Field:
    """One feature.

    Parameters
    ----------
    name
        As the list of people spells it.
    cells
        The different cells that occur: those of the pool, and then those of people who sit on the
        panel outside the lottery.
    people
        How many people of the pool have each cell.
    separator
        What stands between several values in a cell; None where a cell holds one.
    outside
        Whether people whose cell holds no value count for no group.
    held
        Per cell the values it holds, folded → as spelled.
    """

    name: str
    cells: tuple[str, ...]
    people: Mapping[str, int]
    separator: str | None
    outside: bool
    held: Mapping[str, Mapping[str, str]] = field(repr=False)

    @classmethod
    def of(
        cls, pool: Pool, name: str, separator: str | None, unknown: str | None,
        counts_as: str | None, counted: Sequence[str] = (),
    ) -> Field:
        """Return a feature of the pool.

        Parameters
        ----------
        pool
            The volunteers.
        name
            The feature, as the pool spells it.
        separator, unknown, counts_as
            What the statements say of it.
        counted
            The cells of people who sit on the panel outside the lottery.
        """
        column = pool.features.index(name)
        values = pool.values[column]
        counts = np.bincount(pool.codes[:, column], minlength=len(values))
        spelled = {fold(value): value for value in values}
        further = sorted({cell for cell in counted if fold(cell) not in spelled})
        cells = (*values, *further)
        held = {}
        for cell in cells:
            parts = cell.split(separator) if separator else [cell]
            own = {fold(part): part.strip() for part in parts if part.strip()}
            if not own and counts_as is not None:
                own = {fold(counts_as): counts_as}
            held[cell] = own
        people = {value: int(count) for value, count in zip(values, counts, strict=True)}
        return cls(name, cells, people, separator or None, unknown == "outside", held)

    @property
    def several(self) -> bool:
        """Whether a cell may hold several values."""
        return self.separator is not None

    @property
    def values(self) -> tuple[str, ...]:
        """The values that people of the pool hold, each spelled as it is first, sorted."""
        found: dict[str, str] = {}
        for cell in self.people:
            for key, value in self.held[cell].items():
                found.setdefault(key, value)
        return tuple(found[key] for key in sorted(found))

    @property
    def blank(self) -> tuple[str, ...]:
        """The cells that hold no value."""
        return tuple(cell for cell in self.cells if not self.held[cell])

    def holding(self, values: Collection[str]) -> tuple[str, ...]:
        """Return the cells that hold one of these values.

        Where cells and values are the same thing, or nobody holds any, they are the values as
        given: a quota on a value that nobody holds is still a quota on that value.
        """
        found = self._cells(values)
        return tuple(values) if set(map(fold, found)) <= set(map(fold, values)) else found

    def count(self, values: Collection[str]) -> int:
        """Return how many people of the pool hold one of these values."""
        return sum(self.people.get(cell, 0) for cell in self._cells(values))

    def mask(self, pool: Pool, values: Collection[str]) -> NDArray[np.bool_]:
        """Return ``(n,)`` who of the pool holds one of these values."""
        column = pool.features.index(self.name)
        found = set(self._cells(values))
        codes = [code for code, cell in enumerate(pool.values[column]) if cell in found]
        return np.isin(pool.codes[:, column], codes)

    def cell(self, words: str) -> str:
        """Return a cell as `cells` spells it."""
        return next(cell for cell in self.cells if fold(cell) == fold(words))

    def _cells(self, values: Collection[str]) -> tuple[str, ...]:
        wanted = set(map(fold, values))
        return tuple(cell for cell in self.cells if wanted & self.held[cell].keys())

    def strangers(self, pool: Pool, named: Collection[str] | None) -> list[Issue]:
        """Return an issue for every value that is not named, and one for those who hold none.

        With None every value may occur, and a list may be empty.
        """
        keys = set(map(fold, named or ()))
        column = pool.features.index(self.name)
        people: dict[str, list[int]] = {}
        for code, cell in enumerate(pool.values[column]):
            wrong = [key for key in self.held[cell] if named is not None and key not in keys]
            empty_list = named is None and self.several
            if not self.held[cell] and not self.outside and not empty_list:
                wrong = [""]
            for key in wrong:
                people.setdefault(key, []).extend(np.flatnonzero(pool.codes[:, column] == code))
        spelled = {key: value for cell in self.cells for key, value in self.held[cell].items()}
        if len(people) > MOST_STRANGE:
            return [many_strange(pool, self.name, [spelled.get(key, "") for key in sorted(people)])]
        issues = []
        for key in sorted(people):
            rows = sorted(pool.table.numbers[pool.order[person]] for person in people[key])
            near = nearest(spelled[key], named or ()) if key else None
            params = {"value": spelled.get(key, "")[:60], "count": len(rows),
                      "rows": some_rows(rows), "nearest": near, "values": ", ".join(named or ())}
            ask = "did-you-mean" if near else "values-are-or-out"
            ask = ask if key else "statement-unknown-is"
            between = divider(key, keys) if self.separator else None
            if between is not None:
                parts = [part.strip() for part in spelled[key].split(between) if part.strip()]
                ask, params["written"] = "value-other-separator", f"{self.separator} ".join(parts)
            elif "|" in key:
                ask, params["written"] = "value-with-bar", join_union([spelled[key]])
            issues.append(Issue("pool-value-unknown" if key else "pool-value-blank", params,
                                pool.table.file, rows[0], self.name, suggestion=ask))
        return issues
