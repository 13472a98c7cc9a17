"""Themes: several panels from one pool in one draw, nobody on more than so many of them.

Comes from a `Pool` and a `Theme` per panel; goes, as one `Problem`, to
`sortition.engine.search.find_distribution` and on to lottery and draw like any other.

The reduction: who may serve is not a person but a seat that a person may take, one for each theme
open to them. The seats of one person are a household, of which at most so many serve together. So
the rules of each theme, the engine's proof, the rounding and the check of every ticket hold
unchanged; a panel of that problem is a set of panels, one for each theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem, compile, of_groups  # noqa: A004 - the field's verb
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF, Model, Status
from sortition.errors import InputError, Issue
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.quotas import Quota, Quotas, split_union

__all__ = ["Theme", "Themes", "compile_themes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_JOINS = ": "  # theme and person in the id of a seat


@dataclass(frozen=True, slots=True)
class Theme:
    """One of several panels.

    Parameters
    ----------
    name
        What it is called, without ``": "``.
    quotas
        Its size and rules.
    """

    name: str
    quotas: Quotas


@dataclass(frozen=True, slots=True, eq=False)
class Themes:
    """Several panels as one problem over seats.

    Parameters
    ----------
    problem
        The rules of all themes; its ids are ``"theme: person"``.
    people
        ``(n,)`` sorted ids of the pool.
    names
        ``(h,)`` the themes, in the order given.
    most
        On how many panels somebody may be.
    person, theme
        ``(s,)`` positions in `people` and `names` of each id of `problem`.
    """

    problem: Problem
    people: tuple[str, ...] = field(repr=False)
    names: tuple[str, ...]
    most: int
    person: Ints = field(repr=False)
    theme: Ints = field(repr=False)

    def chance(self, distribution: Distribution) -> Floats:
        """Return ``(n, h)`` each person's chance to be on the panel of each theme.

        With at most one panel for each person, a row's sum is the chance to be on any.
        """
        table = np.zeros((len(self.people), len(self.names)))
        table[self.person, self.theme] = distribution.chance
        return table

    def panels(self, seats: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return for each theme the sorted ids of the people on its panel.

        Parameters
        ----------
        seats
            Ids of `problem`: the members of a ticket, or of the panel drawn.
        """
        drawn = set(seats)
        members: dict[str, list[str]] = {name: [] for name in self.names}
        for own, person, theme in zip(self.problem.ids, self.person, self.theme, strict=True):
            if own in drawn:
                members[self.names[theme]].append(self.people[person])
        return {name: tuple(sorted(ids)) for name, ids in members.items()}

    def bound(self, distribution: Distribution) -> float | None:
        """Return what no lottery can exceed as the smallest chance to be on any panel.

        Of those who are on a panel in `distribution`, up to the LP solver's tolerance. The smallest
        sum of a row of `chance` says what this distribution reaches. None where people share homes
        or may be on several panels: there the LP over types bounds nothing.
        """
        problem = self.problem
        homes = len(np.unique(problem.household))
        if self.most > 1 or homes < len(np.unique(self.person)):
            return None
        # With one panel each, a person's seats are all that is in their pattern.
        able = np.unique(problem.pattern[distribution.type_chance > 0])
        relaxation = Relaxation.of(problem)
        rules = relaxation.rows.dense()
        share = np.where(problem.pattern == able[:, None], 1.0 / problem.people, 0.0)
        model = Model(
            np.vstack([
                np.hstack([rules, np.zeros((len(rules), 1))]),
                np.hstack([share, np.full((len(able), 1), -1.0)]),
            ]),
            np.concatenate([relaxation.lower, np.zeros(len(able))]),
            np.concatenate([relaxation.upper, np.full(len(able), INF)]),
            np.zeros(problem.types + 1),
            np.append(relaxation.limit, 1.0),
        )
        model.set_cost(np.append(np.zeros(problem.types), 1.0))
        solution = model.solve()
        if solution.status is not Status.OPTIMAL:
            raise RuntimeError("the relaxation lost its points; please report this")
        return float(solution.x[-1])


def compile_themes(
    pool: Pool,
    themes: Sequence[Theme],
    *,
    most: int = 1,
    takes: str | None = None,
    refuses: str | None = None,
) -> Themes:
    """Turn people and the rules of several panels into one problem.

    Parameters
    ----------
    pool
        The volunteers. Where they have homes, at most one of a home is on any of the panels.
    themes
        The panels to be drawn.
    most
        On how many panels one person may be.
    takes
        Column with the themes that a person can be on, as ``a|b``; blank means all.
    refuses
        Column with the themes that a person cannot be on; blank means none.

    Returns
    -------
    Themes

    Raises
    ------
    InputError
        With every issue of every theme; themes nobody knows in a column; a theme with fewer people
        than seats; homes together with several panels per person.
    ValueError
        If there is no theme, two have one name, a name holds ``": "``, or `most` is below one.

    Examples
    --------
    >>> import pandas as pd
    >>> from sortition import Pool, Quota, Quotas, find_distribution
    >>> people = pd.DataFrame({"id": ["a", "b", "c"], "side": "left", "can": ["", "", "work"]})
    >>> one = Quotas((1, 1), (Quota((("side", ("left",)),), 0, 1),))
    >>> both = compile_themes(Pool.from_frame(people), [Theme("care", one), Theme("work", one)],
    ...                       takes="can")
    >>> both.chance(find_distribution(both.problem)).round(3).tolist()
    [[0.5, 0.333], [0.5, 0.333], [0.0, 0.333]]
    """
    names = tuple(theme.name for theme in themes)
    if not names or len({fold(name) for name in names}) < len(names) or most < 1:
        raise ValueError("themes need different names, at least one, and at least one panel each")
    if any(_JOINS in name for name in names):
        raise ValueError(f"the name of a theme cannot hold {_JOINS!r}")
    issues: list[Issue] = []
    compiled = []
    for theme in themes:
        try:
            compiled.append(compile(pool, theme.quotas))
        except InputError as error:
            issues += [issue for issue in error.issues if issue not in issues]
    open_to = np.ones((len(pool), len(names)), dtype=bool)
    for column, kept in ((takes, True), (refuses, False)):
        if column is not None:
            named, blank = _named(pool, column, names, issues)
            open_to &= (named | blank[:, None]) if kept else ~named
    for theme, count in zip(themes, open_to.sum(axis=0).tolist(), strict=True):
        if count < theme.quotas.size[0]:
            params = {"theme": theme.name, "size": theme.quotas.size[0], "people": count}
            issues.append(Issue("theme-too-few", params, pool.table.file))
    if pool.household_columns and (most > 1 or any(t.quotas.per_household > 1 for t in themes)):
        issues.append(Issue("theme-homes", {}, pool.table.file, suggestion="theme-homes-how"))
    if issues:
        raise InputError(issues)
    return _joined(pool, themes, compiled, open_to, most)


def _joined(
    pool: Pool, themes: Sequence[Theme], compiled: Sequence[Problem],
    open_to: NDArray[np.bool_], most: int,
) -> Themes:
    """Return the problem over the seats that are open."""
    names = tuple(theme.name for theme in themes)
    seats = sorted(
        (names[theme] + _JOINS + pool.ids[person], person, theme)
        for person, theme in zip(*(at.tolist() for at in np.nonzero(open_to)), strict=True)
    )
    person = np.array([own for _, own, _ in seats], dtype=np.int64)
    theme_of = np.array([own for _, _, own in seats], dtype=np.int64)
    quotas: list[Quota] = []
    columns: list[Ints] = []
    for at, (theme, problem) in enumerate(zip(themes, compiled, strict=True)):
        here = (theme_of == at).astype(np.int64)
        quotas.append(Quota((("theme", (theme.name,)),), *theme.quotas.size, label=theme.name))
        columns.append(here)
        inside = problem.rows[1:, problem.type_of]  # in the order of the names
        ordered = sorted(theme.quotas.quotas, key=lambda quota: fold(quota.name))
        for quota, group in zip(ordered, inside, strict=True):
            label = theme.name + _JOINS + quota.name
            quotas.append(replace(quota, label=label, row=None, flex=None))
            columns.append(here * group[person])
    least, largest = (sum(theme.quotas.size[end] for theme in themes) for end in (0, 1))
    rules = Quotas((least, largest), tuple(quotas), most)
    problem = of_groups(
        tuple(own for own, _, _ in seats), pool.household.astype(np.int64)[person],
        np.stack(columns, axis=1), rules,
    )
    for array in (person, theme_of):
        array.setflags(write=False)
    return Themes(problem, pool.ids, names, most, person, theme_of)


def _named(
    pool: Pool, column: str, names: Sequence[str], issues: list[Issue]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return ``(n, h)`` which themes each person's cell names, and ``(n,)`` whose is blank."""
    named = np.zeros((len(pool), len(names)), dtype=bool)
    blank = np.ones(len(pool), dtype=bool)
    header = pool.feature(column)
    if header is None:
        near = nearest(column, pool.features)
        params = {"name": column, "nearest": near, "columns": ", ".join(pool.features)}
        how = "did-you-mean" if near else "columns-are"
        issues.append(Issue("quota-feature-unknown", params, pool.table.file, suggestion=how))
        return named, blank
    at = {fold(name): theme for theme, name in enumerate(names)}
    cells = pool.table.column(header)
    wrong = []
    for person, row in enumerate(pool.order.tolist()):
        for word in filter(None, split_union(cells[row])):
            blank[person] = False
            if fold(word) in at:
                named[person, at[fold(word)]] = True
                continue
            near = nearest(word, names)
            params = {"value": word[:60], "nearest": near, "values": ", ".join(names)}
            wrong.append(Issue(
                "theme-unknown", params, pool.table.file, pool.table.numbers[row], header,
                suggestion="did-you-mean" if near else "values-are",
            ))
    issues += sorted(wrong, key=lambda issue: issue.row or 0)
    return named, blank
