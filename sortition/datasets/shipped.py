"""The shipped data sets as values: ``load(name) -> DataSet``, and a table of what there is.

Reads the folder ``datasets/`` of a checkout, which stands inside the package where it is installed;
``catalogue.toml`` there says what each data set is. Called by `sortition.datasets`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sortition.display import card, seats
from sortition.engine.problem import Problem, compile  # noqa: A004 - the field's verb
from sortition.people.pool import Pool
from sortition.rules.project import Project
from sortition.rules.quotas import Quotas
from sortition.rules.read_project import read_project
from sortition.rules.seats import Note

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DataSet", "load", "names", "table"]


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Sign-ups, the rules that a panel of them must keep, and where both come from.

    Parameters
    ----------
    name
        As in `names`.
    title
        What it is about.
    rules
        The rules in a sentence.
    source
        Where its figures come from.
    licence
        Under which it may be used.
    folder
        Where ``project.toml``, ``people.csv`` and a README stand.
    project
        What the project file says.
    pool, quotas
        For `sortition.compile`; of several themes the seats and the rules over them, of several
        phases the first.
    notes
        Every rounding and decision by lot between what was asked for and the quotas.
    listed
        The people.
    """

    name: str
    title: str
    rules: str
    source: str
    licence: str
    folder: Path
    project: Project = field(repr=False)
    pool: Pool = field(repr=False)
    quotas: Quotas = field(repr=False)
    notes: tuple[Note, ...] = field(repr=False)
    listed: Pool = field(repr=False)

    def __repr__(self) -> str:
        return f"DataSet {self.name}: {len(self.listed)} people, {seats(self.quotas.size)}"

    def _repr_html_(self) -> str:
        """Show what it is and where it comes from."""
        rows = [("about", self.title), ("rules", self.rules), ("source", self.source),
                ("licence", self.licence)]
        return card(repr(self), ("", ""), rows)

    @property
    def people(self) -> pd.DataFrame:
        """The list of people: a row per person, every cell as text."""
        import pandas as pd

        return pd.DataFrame(self.listed.table.rows, columns=list(self.listed.table.columns))

    def compile(self) -> Problem:
        """Return the rules in arrays, for `sortition.find_distribution`."""
        return compile(self.pool, self.quotas)


def names() -> tuple[str, ...]:
    """Return the names of the data sets, sorted.

    Examples
    --------
    >>> "g1000-zorg" in names()
    True
    """
    return tuple(sorted(_catalogue()))


def load(name: str) -> DataSet:
    """Return a shipped data set.

    Parameters
    ----------
    name
        One of `names`.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> care = load("g1000-zorg")
    >>> len(care.pool), care.quotas.size
    (240, (24, 24))
    """
    catalogue = _catalogue()
    if name not in catalogue:
        raise ValueError(f"no data set is called {name!r}; there are: {', '.join(names())}")
    folder = _home() / name
    project = read_project(str(folder / "project.toml"))
    phases = project.phases
    ready = (project.phase(phases[0].name) if phases else project).prepare()
    return DataSet(
        name, **catalogue[name], folder=folder, project=project, pool=ready.pool,
        quotas=ready.quotas, notes=ready.notes,
        listed=ready.several.people if ready.several else ready.pool,
    )


def table() -> pd.DataFrame:
    """Return a row per data set: people, seats, quotas, what it is about, source and licence."""
    import pandas as pd

    found = [load(name) for name in names()]
    rows = [
        {"name": own.name, "people": len(own.listed), "least_seats": own.quotas.size[0],
         "most_seats": own.quotas.size[1], "quotas": len(own.quotas.quotas), "title": own.title,
         "rules": own.rules, "source": own.source, "licence": own.licence}
        for own in found
    ]
    return pd.DataFrame(rows).set_index("name")


def _home() -> Path:
    """Return the folder of all data sets: in an installed package, or beside it in a checkout."""
    inside = Path(__file__).with_name("data")
    return inside if inside.is_dir() else Path(__file__).parents[2] / "datasets"


def _catalogue() -> dict[str, dict[str, str]]:
    """Return title, rules, source and licence of each data set that a panel is drawn from.

    Those with a ``file`` of another command, such as meetings, are for the command line.
    """
    found = tomllib.loads((_home() / "catalogue.toml").read_text(encoding="utf-8"))
    return {name: own for name, own in found.items() if "file" not in own}
