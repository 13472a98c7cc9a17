"""Figures of an audit, one function each, from its frames: for a page, a paper or a notebook.

Every function takes a DataFrame and returns a matplotlib ``Figure`` that belongs to nobody else:
no window opens, no state is shared. `save` writes it. matplotlib is needed only here: ``pip install
'sortition[figures]'``.
"""

from sortition.audit.figures.against import gaps_figure, shares_figure
from sortition.audit.figures.chances import chances_figure, tickets_figure
from sortition.audit.figures.changes import gains_figure, time_to_gap_figure
from sortition.audit.figures.files import rendered, save
from sortition.audit.figures.groups import crossed_figure, groups_figure, intersections_figure

__all__ = [
    "chances_figure",
    "crossed_figure",
    "gains_figure",
    "gaps_figure",
    "groups_figure",
    "intersections_figure",
    "rendered",
    "save",
    "shares_figure",
    "tickets_figure",
    "time_to_gap_figure",
]
