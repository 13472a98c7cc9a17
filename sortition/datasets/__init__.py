"""Data to try things on: invented sign-ups that are shipped, and synthetic pools of any shape.

``load("g1000-zorg") -> DataSet`` and ``make_pool(shape, seed) -> SyntheticPool``. Nobody in them
exists. For newcomers, researchers, the notebooks and the benchmarks.
"""

from __future__ import annotations

from sortition.datasets.shapes import EXAMPLES, PUBLISHED, SHAPES, Shape, published_shape
from sortition.datasets.shipped import DataSet, load, names, table
from sortition.datasets.synthetic import QuotaRow, SyntheticPool, make_pool

__all__ = [
    "EXAMPLES",
    "PUBLISHED",
    "SHAPES",
    "DataSet",
    "QuotaRow",
    "Shape",
    "SyntheticPool",
    "load",
    "make_pool",
    "names",
    "published_shape",
    "table",
]
