"""What an audit found, as one value: figures to read, frames to compute with, JSON to store.

Made by `sortition.audit.measure`; its frames go to `sortition.audit.figures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sortition.audit.barred import Barred
from sortition.audit.chances import ChanceFigures
from sortition.audit.definitions import definitions_as_data, definitions_frame
from sortition.audit.errors import RepresentationError
from sortition.audit.groups import Group
from sortition.audit.manipulate import Manipulation
from sortition.audit.optima import Extremes
from sortition.audit.panels import LeftOut, PanelFigures
from sortition.diagnosis.price import Price
from sortition.display import card, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Audit"]

_SCHEMA = 1


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """What can be measured of a lottery; every figure is defined where its class is.

    Parameters
    ----------
    objective
        What the lottery was made for.
    proven
        Whether it is proven to be as fair as possible in that sense.
    size
        Smallest and largest number of seats.
    ids
        ``(n,)`` sorted ids.
    chance
        ``(n,)`` chances in [0, 1], before rounding to tickets.
    selectable
        ``(n,)`` who is on some panel.
    ratio_product
        ``(n,)`` how much more common a person's answers are in the pool than the quotas ask for:
        see `sortition.audit.measure.ratio_products`; nan where no feature has quotas throughout.
    held
        ``(n,)`` tickets of each person; None where there are none.
    best
        The best smallest and largest chance of any lottery.
    chances
        Figures of everybody's chances.
    groups
        Groups in the pool and on the panel.
    errors
        How far the panel is from pool, quotas and population.
    panels
        What can be drawn.
    barred
        Who is on no panel, and the rules behind it.
    left_out
        Quotas that were not kept on purpose, and how likely they are met.
    prices
        What a looser bound would bring; empty unless asked for.
    manipulations
        What a false answer would bring, per feature; empty unless asked for.
    """

    objective: str
    proven: bool
    size: tuple[int, int]
    ids: tuple[str, ...] = field(repr=False)
    chance: NDArray[np.float64] = field(repr=False)
    selectable: NDArray[np.bool_] = field(repr=False)
    ratio_product: NDArray[np.float64] = field(repr=False)
    held: NDArray[np.int64] | None = field(repr=False)
    best: Extremes
    chances: ChanceFigures
    groups: tuple[Group, ...] = field(repr=False)
    errors: tuple[RepresentationError, ...] = field(repr=False)
    panels: PanelFigures
    barred: tuple[Barred, ...] = field(repr=False)
    left_out: tuple[LeftOut, ...] = field(repr=False)
    prices: tuple[Price, ...] = field(repr=False)
    manipulations: tuple[Manipulation, ...] = field(repr=False)

    def __repr__(self) -> str:
        found = self.chances
        return (
            f"Audit: {self.objective}, {found.people} people, chances {percent(found.smallest)} to "
            f"{percent(found.largest)}, Gini {found.gini:.3f}"
        )

    def _repr_html_(self) -> str:
        """Show the figures of chances and panels."""
        found = {**asdict(self.chances), **asdict(self.panels)}
        return card(repr(self), ("figure", "value"), ((k, _short(v)) for k, v in found.items()))

    def to_frame(self) -> pd.DataFrame:
        """Return a row per person: id, chance, selectable, ratio_product, tickets."""
        import pandas as pd

        columns: dict[str, Any] = {
            "id": self.ids, "chance": self.chance, "selectable": self.selectable,
            "ratio_product": self.ratio_product,
        }
        if self.held is not None:
            columns["tickets"] = self.held
        return pd.DataFrame(columns)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """All of it as DataFrames, by name; empty tables keep their columns.

        ``people`` has a row per person, ``summary`` a row per figure of chances and panels,
        ``definitions`` a row per figure with what it is and where it was published; the others
        have a row per entry of the attribute with the same name.
        """
        import pandas as pd

        found = self.to_dict()
        summary = {**found["chances"], **{f"panels_{k}": v for k, v in found["panels"].items()}}
        frames = {
            "people": self.to_frame(),
            "summary": pd.DataFrame(
                {"figure": list(summary), "value": pd.Series(list(summary.values()), dtype=object)}
            ),
        }
        for name, columns in _COLUMNS.items():
            frames[name] = pd.DataFrame(found[name], columns=columns)
        return frames | {"definitions": definitions_frame()}

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return everything as plain data for JSON; what is not known is None.

        Parameters
        ----------
        language
            Of the definitions: ``"en"`` or ``"nl"``.
        """
        held = [None] * len(self.ids) if self.held is None else self.held.tolist()
        products = [None if value != value else value for value in self.ratio_product.tolist()]
        people = zip(
            self.ids, self.chance.tolist(), self.selectable.tolist(), products, held, strict=True
        )
        return {
            "schema": _SCHEMA,
            "objective": self.objective,
            "proven": self.proven,
            "size": list(self.size),
            "pool": len(self.ids),
            "best": asdict(self.best),
            "chances": asdict(self.chances),
            "panels": asdict(self.panels),
            "groups": [_flat(group) for group in self.groups],
            "errors": [asdict(error) for error in self.errors],
            "barred": [_told(own) for own in self.barred],
            "left_out": [asdict(quota) for quota in self.left_out],
            "prices": [asdict(price) | {"gain": price.gain} for price in self.prices],
            "manipulations": [asdict(own) | {"gain": own.gain} for own in self.manipulations],
            "people": [
                {"id": own, "chance": chance, "selectable": able, "ratio_product": product,
                 "tickets": tickets}
                for own, chance, able, product, tickets in people
            ],
            "definitions": definitions_as_data(language),
        }


def _short(value: object) -> object:
    return f"{value:.4g}" if isinstance(value, float) else value


def _flat(group: Group) -> dict[str, Any]:
    """Return a group with the figures of its chances beside the others."""
    own = asdict(group)
    chances: Mapping[str, Any] = own.pop("chances") or {}
    return own | {name: chances.get(name) for name in _CHANCES}


def _told(barred: Barred) -> dict[str, Any]:
    """Return who is barred with the rules as data."""
    return {
        "ids": list(barred.ids), "rules": [asdict(rule) for rule in barred.rules],
        "level": barred.level, "minimal": barred.minimal,
    }


_CHANCES = [name for name in ChanceFigures.__dataclass_fields__ if name != "people"]
_COLUMNS = {
    "groups": [name for name in Group.__dataclass_fields__ if name != "chances"] + _CHANCES,
    "errors": list(RepresentationError.__dataclass_fields__),
    "barred": list(Barred.__dataclass_fields__),
    "left_out": list(LeftOut.__dataclass_fields__),
    "prices": [*Price.__dataclass_fields__, "gain"],
    "manipulations": [*Manipulation.__dataclass_fields__, "gain"],
}
