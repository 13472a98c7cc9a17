"""Themes: several panels from one pool in one draw, nobody on more than so many of them.

Comes from a `Pool` and a `Theme` per panel; goes, as one `Problem` over seats, to
`sortition.engine.search.find_distribution` and on to lottery and draw like any other. What seats
are is told in `sortition.rules.themes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sortition.engine.distribution import Distribution
from sortition.engine.problem import Problem, compile  # noqa: A004 - the field's verb
from sortition.engine.relaxation import Relaxation
from sortition.engine.solver import INF, Model, Status
from sortition.files.tables import fold
from sortition.people.pool import Pool
from sortition.rules.panel_names import JOINS, panels_of, within_of
from sortition.rules.ready import Several
from sortition.rules.themes import Theme, seats_of

__all__ = ["Theme", "Themes", "compile_themes", "themes_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    within
        For each theme itself and those that lie within it.
    """

    problem: Problem
    people: tuple[str, ...] = field(repr=False)
    names: tuple[str, ...]
    most: int
    person: Ints = field(repr=False)
    theme: Ints = field(repr=False)
    within: Mapping[str, tuple[str, ...]] = field(repr=False)

    def chance(self, distribution: Distribution) -> Floats:
        """Return ``(n, h)`` each person's chance to be on the panel of each theme.

        With at most one panel for each person, a row's sum is the chance to be on any.
        Whoever is on a panel within another one is counted for the inner one.
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
        return panels_of(seats, self.within)

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


def themes_of(several: Several, problem: Problem) -> Themes:
    """Return the panels of a project file as `compile_themes` does, from what was compiled."""
    names = tuple(theme.name for theme in several.themes)
    within = within_of({theme.name: theme.within for theme in several.themes})
    seated = several.seated
    return Themes(problem, several.people.ids, names, several.most, seated.person, seated.theme,
                  within)


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
        As `sortition.rules.themes.seats_of`.
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
    [[0.5, 0.167], [0.5, 0.167], [0.0, 0.667]]
    """
    names = tuple(theme.name for theme in themes)
    if not names or len({fold(name) for name in names}) < len(names) or most < 1:
        raise ValueError("themes need different names, at least one, and at least one panel each")
    if any(JOINS in name for name in names):
        raise ValueError(f"the name of a theme cannot hold {JOINS!r}")
    seated = seats_of(pool, themes, most=most, takes=takes, refuses=refuses)
    within = within_of({theme.name: theme.within for theme in themes})
    problem = compile(seated.pool, seated.quotas)
    return Themes(problem, pool.ids, names, most, seated.person, seated.theme, within)
