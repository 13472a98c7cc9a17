"""Shapes of pools: how many people, seats, features and values, and how tight the quotas are.

Those of the ten published pools and of the benchmarks stand here by name; pools of them are made by
`sortition.datasets.synthetic`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXAMPLES", "FEATURES", "PUBLISHED", "SCARCE", "SHAPES", "Shape", "published_shape"]

SCARCE = 3  # people in a group whose every member is needed

FEATURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("gender", ("woman", "man", "other")),
    ("age", ("16-24", "25-39", "40-54", "55-64", "65-74", "75+")),
    ("district", ("centre", "north", "east", "south", "west", "harbour", "heath", "villages")),
    ("education", ("practical", "secondary", "vocational", "applied", "academic")),
    ("background", ("local", "europe", "world", "mixed", "unknown")),
    ("opinion", ("against", "doubtful", "neutral", "in favour", "strongly in favour")),
    ("housing", ("rented", "social", "owned", "shared")),
    ("work", ("employed", "retired", "studying", "caring", "seeking")),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pool looks like, short of the seed.

    Parameters
    ----------
    name
        What it is called; another name gives other people.
    size
        People in the pool, n.
    seats
        People on the panel, k.
    values
        How many values each feature has.
    skew
        The largest factor, in percent, by which a value is over- or under-represented among the
        volunteers; 100 for no such thing.
    classes, power
        The correlation: each class multiplies each value by a factor up to ``10 ** power``.
    slack
        Half widths of a quota, one of which is picked per value; without any, every quota is exact.
    scarce
        In how many features a value has three volunteers, all of whom must be on every panel.
    crowded
        In how many features a value has one seat.
    crowd
        How many percent of the volunteers hold two such values, or one, so that they exclude each
        other in odd cycles, which a linear program does not see.
    seed
        Which pool of this shape is meant when no other is asked for.
    note
        What is special about it.

    Raises
    ------
    ValueError
        If no pool can have this shape.
    """

    name: str
    size: int
    seats: int
    values: tuple[int, ...]
    skew: int = 300
    classes: int = 5
    power: int = 1
    slack: tuple[int, ...] = (1,)
    scarce: int = 0
    crowded: int = 0
    crowd: int = 35
    seed: int = 1
    note: str = ""

    def __post_init__(self) -> None:
        sound = {
            "seats": 0 < self.seats <= self.size,
            "values": bool(self.values) and min(self.values) > 0,
            "skew": self.skew >= 100,
            "classes": self.classes > 0,
            "power": self.power >= 0,
            "slack": min(self.slack, default=0) >= 0,
        }
        for name, holds in sound.items():
            if not holds:
                raise ValueError(f"no pool has {name} = {getattr(self, name)!r}")


# fmt: off
_PUBLISHED = (  # sizes of the real pools; the people are invented
    Shape("mass", 70, 24, (2, 4, 3, 3, 5), 130, 5, 0, (1, 2), seed=978),
    Shape("sf_b", 250, 20, (2, 4, 5, 3, 2, 3), 180, 6, 2, (1, 2), seed=325),
    Shape("sf_a", 312, 35, (2, 4, 4, 3, 3, 2), 150, 8, 2, (1,), seed=800),
    Shape("sf_d", 404, 40, (2, 4, 5, 3, 2, 3), 180, 2, 1, (1,), seed=565),
    Shape("nexus", 342, 170, (2, 5, 4, 3, 2), 130, 5, 0, (1, 2), seed=978),
    Shape("cca", 825, 75, (3, 6, 8, 5), 150, 3, 2, (0, 1), seed=5),
    Shape("sf_e", 1727, 110, (2, 5, 4, 4, 3, 3, 2), 260, 4, 0, (1, 2), seed=525),
    Shape("sf_c", 161, 44, (2, 5, 4, 3, 3, 2, 3), 260, 8, 1, (0, 1), seed=560, note="tight"),
    Shape("hd", 239, 30, (2, 3, 3, 3, 3, 3, 3), 200, 4, 2, (1,), 1, 5, 75, seed=0,
          note="many people on no panel"),
    Shape("obf", 321, 30, (2, 4, 4, 4, 3, 3, 2, 2), 130, 6, 1, (), 0, 3, 56, seed=3,
          note="hull smaller than its relaxation"),
)
_OWN = (
    Shape("exact", 360, 30, (2, 4, 4, 4, 3, 3, 2), 200, 5, 1, (), seed=794,
          note="every quota exact"),
    Shape("scale_3000", 3000, 300, (2, 5, 5, 4, 4, 3, 2), 300, 5, 1, (2, 4)),
    Shape("scale_10000", 10_000, 1000, (2, 5, 5, 4, 4, 3), 300, 5, 0, (5, 10)),
    Shape("scale_100000", 100_000, 1000, (2, 5, 5, 4, 3, 3), 300, 5, 0, (5, 10)),
)
# fmt: on
_FAMILY = tuple(  # loose and tight quotas around the same people
    Shape(f"family_{size}_{kind}", size, seats, (2, 4, 4, 3, 2), 180, 4, 2, slack)
    for size, seats in ((150, 22), (300, 45), (500, 75), (750, 112))
    for kind, slack in (("loose", (2, 3)), ("tight", (0, 1)))
)
SHAPES: dict[str, Shape] = {shape.name: shape for shape in (*_PUBLISHED, *_OWN, *_FAMILY)}

PUBLISHED: tuple[str, ...] = tuple(shape.name for shape in _PUBLISHED)
EXAMPLES: dict[str, tuple[int, int]] = {"example_small": (200, 20), "example_large": (2000, 200)}


def published_shape(name: str) -> Shape:
    """Return a shape by name, to make pools of or to change with `dataclasses.replace`.

    Parameters
    ----------
    name
        One of `PUBLISHED`, shapes of the ten real pools in the reference, or another of `SHAPES`.

    Raises
    ------
    ValueError
        If there is no such shape.

    References
    ----------
    Flanigan, Gölz, Gupta, Hennig, Procaccia, "Fair algorithms for selecting citizens'
    assemblies", *Nature* 596 (2021). Sizes, seats and features are published, the people are not.

    Examples
    --------
    >>> shape = published_shape("sf_e")
    >>> shape.size, shape.seats, len(shape.values)
    (1727, 110, 7)
    """
    if name not in SHAPES:
        raise ValueError(f"no shape is called {name!r}; there are: {', '.join(SHAPES)}")
    return SHAPES[name]
