"""Every figure of an audit with its definition and its source, as data.

Read by `sortition.audit.result` for frames and JSON, and by the appendix of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sortition.messages import text

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BOUNDS",
    "DEFINITIONS",
    "GINI",
    "GOLDILOCKS",
    "NATURE",
    "TRANSPARENT",
    "Definition",
    "definitions_as_data",
    "definitions_frame",
]

BOUNDS = "Neumaier, Shcherbina, Mathematical Programming 99 (2004)"
GINI = "Gini, Variabilità e mutabilità (1912)"
GOLDILOCKS = "Baharav, Flanigan, arXiv 2406.15009 (2024)"
NATURE = "Flanigan, Gölz, Gupta, Hennig, Procaccia, Nature 596 (2021)"
TRANSPARENT = "Flanigan, Kehne, Procaccia, NeurIPS 34 (2021)"
_GALLAGHER = "Gallagher, Electoral Studies 10 (1991)"
_INFEASIBLE = "Chinneck, Dravnieks, ORSA Journal on Computing 3 (1991)"
_LIES = "Flanigan, Liang, Procaccia, Wang, AAAI 38 (2024)"
_LOOSEMORE_HANBY = "Loosemore, Hanby, British Journal of Political Science 1 (1971)"
_SHANNON = "Shannon, Bell System Technical Journal 27 (1948)"
_WILSON = "Wilson, Journal of the American Statistical Association 22 (1927)"


@dataclass(frozen=True, slots=True)
class Definition:
    """What one figure is, and where it comes from.

    Parameters
    ----------
    table
        The frame of `Audit.frames` it stands in; ``"chances"`` and ``"panels"`` are the two parts
        of ``summary``, ``"compared"`` is what `Comparison.to_frame` has.
    figure
        Its name there.
    code
        Of its definition in the catalogues.
    source
        Where it was published; empty for what is no more than a count, a sum or a share.
    """

    table: str
    figure: str
    code: str
    source: str = ""

    def text(self, language: str = "en") -> str:
        """Return the definition in words and symbols."""
        return text(self.code, language)


# How equal some chances are: of everybody, of a group, and for each objective.
_CHANCES = (
    ("people", "define-people", ""),
    ("barred", "define-barred", ""),
    ("smallest", "define-smallest", ""),
    ("mean", "define-mean", ""),
    ("largest", "define-largest", ""),
    ("gini", "define-gini", f"{GINI}; {NATURE}"),
    ("geometric_mean", "define-geometric-mean", NATURE),
    ("below_optimum", "define-below-optimum", NATURE),
    ("smallest_of_best", "define-smallest-of-best", GOLDILOCKS),
    ("largest_of_best", "define-largest-of-best", GOLDILOCKS),
)

DEFINITIONS: tuple[Definition, ...] = (
    Definition("people", "chance", "define-chance"),
    Definition("people", "selectable", "define-selectable"),
    Definition("people", "ratio_product", "define-ratio-product", NATURE),
    Definition("people", "tickets", "define-held"),
    Definition("best", "smallest", "define-best-smallest", NATURE),
    Definition("best", "largest", "define-best-largest", GOLDILOCKS),
    Definition("best", "proven", "define-best-proven"),
    *(Definition("chances", *own) for own in _CHANCES),
    Definition("panels", "of", "define-panels-of"),
    Definition("panels", "distinct", "define-distinct"),
    Definition("panels", "entropy", "define-entropy", _SHANNON),
    Definition("panels", "largest_weight", "define-largest-weight"),
    Definition("panels", "tickets", "define-tickets"),
    Definition("panels", "ticket_loss", "define-ticket-loss", TRANSPARENT),
    *(Definition("groups", *own) for own in _CHANCES),
    Definition("groups", "pool_share", "define-pool-share"),
    Definition("groups", "lower", "define-lower"),
    Definition("groups", "upper", "define-upper"),
    Definition("groups", "population_share", "define-population-share"),
    Definition("groups", "expected", "define-expected"),
    Definition("groups", "panel_share", "define-panel-share"),
    Definition("groups", "least", "define-least"),
    Definition("groups", "most", "define-most"),
    Definition("errors", "groups", "define-groups"),
    Definition("errors", "mean_squared", "define-mean-squared", NATURE),
    Definition("errors", "loosemore_hanby", "define-loosemore-hanby", _LOOSEMORE_HANBY),
    Definition("errors", "gallagher", "define-gallagher", _GALLAGHER),
    Definition("errors", "largest", "define-largest-difference"),
    Definition("barred", "rules", "define-barred-rules", _INFEASIBLE),
    Definition("barred", "level", "define-barred-level"),
    Definition("barred", "minimal", "define-barred-minimal", _INFEASIBLE),
    Definition("left_out", "lower", "define-lower"),
    Definition("left_out", "upper", "define-upper"),
    Definition("left_out", "people", "define-people"),
    Definition("left_out", "expected", "define-expected"),
    Definition("left_out", "met", "define-met"),
    Definition("prices", "bound", "define-price-bound"),
    Definition("prices", "loosened", "define-price-loosened"),
    Definition("prices", "now", "define-price-now"),
    Definition("prices", "then", "define-price-then"),
    Definition("prices", "gain", "define-price-gain"),
    Definition("prices", "certified", "define-price-certified"),
    Definition("prices", "barred_now", "define-price-barred-now"),
    Definition("prices", "barred_then", "define-price-barred-then"),
    Definition("manipulations", "people", "define-lie-people"),
    Definition("manipulations", "chance", "define-lie-chance", _LIES),
    Definition("manipulations", "then", "define-lie-then", _LIES),
    Definition("manipulations", "gain", "define-lie-gain", _LIES),
    Definition("manipulations", "proven", "define-lie-proven"),
    Definition("manipulations", "tried", "define-lie-tried"),
    Definition("manipulations", "complete", "define-lie-complete"),
    *(Definition("compared", *own) for own in _CHANCES),
    Definition("compared", "panels", "define-compared-panels"),
    Definition("compared", "proven", "define-compared-proven"),
    Definition("compared", "seconds", "define-compared-seconds"),
    Definition("compared", "draws", "define-draws", NATURE),
    Definition("compared", "smallest_low", "define-smallest-low", _WILSON),
    Definition("compared", "smallest_high", "define-smallest-high", _WILSON),
)


def definitions_as_data(language: str = "en") -> list[dict[str, str]]:
    """Return table, figure, definition and source of every figure, for JSON.

    Examples
    --------
    >>> [own["source"] for own in definitions_as_data() if own["figure"] == "entropy"]
    ['Shannon, Bell System Technical Journal 27 (1948)']
    """
    return [
        {"table": own.table, "figure": own.figure, "definition": own.text(language),
         "source": own.source}
        for own in DEFINITIONS
    ]


def definitions_frame(language: str = "en") -> pd.DataFrame:
    """Return the same as a DataFrame, a row per figure."""
    import pandas as pd

    return pd.DataFrame(definitions_as_data(language))
