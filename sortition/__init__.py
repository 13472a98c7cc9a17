"""Draw balanced panels by lot, with proof that the chances are as equal as the quotas allow.

The line from files to a panel::

    read_pool, read_quotas → compile → find_distribution → to_lottery, to_exact → draw → verify

Importing this package loads no solver, no pandas and no matplotlib; each name is fetched when it
is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# These three are functions as well as modules; bound here so that the name means the function.
from sortition.audit import audit
from sortition.checking import verify
from sortition.draw import draw

if TYPE_CHECKING:
    from sortition import datasets as datasets
    from sortition.audit.against import GroupComparison, compare_groups
    from sortition.audit.compare import Comparison, compare_objectives
    from sortition.audit.manipulate import Manipulation, manipulability
    from sortition.audit.result import Audit
    from sortition.checking import Verification
    from sortition.diagnosis.diagnose import Diagnosis
    from sortition.diagnosis.price import Price, prices
    from sortition.diagnosis.repair import Repair, repairs
    from sortition.draw import Draw, Panel, ticket_from_seed
    from sortition.engine.clock import Progress
    from sortition.engine.distribution import Certificate, Distribution, Unselectable
    from sortition.engine.legacy import LegacyEstimate, estimate_legacy
    from sortition.engine.objectives import Custom, Goldilocks, Leximin, Maximin, Minimax, Nash
    from sortition.engine.problem import Problem, compile  # noqa: A004 - the field's verb
    from sortition.engine.search import find_distribution
    from sortition.engine.uniform import Uniform, count_panels, find_uniform
    from sortition.errors import (
        InfeasibleError,
        InputError,
        Issue,
        PoolError,
        QuotaError,
        SolverError,
        SortitionError,
        TimeLimitError,
        VerificationError,
    )
    from sortition.lots.balance import Balance, balanced
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery, to_lottery
    from sortition.people.pool import Pool, read_pool
    from sortition.rules.quota_table import statement_from_mapping
    from sortition.rules.quotas import Quota, Quotas, read_quotas
    from sortition.rules.roles import RoleSeats, assign_roles
    from sortition.rules.seats import Note
    from sortition.rules.statements import EachAtMost, Shares, Spread
    from sortition.rules.stating import Stated, state

__version__ = "0.1.0"

__all__ = [
    "Audit",
    "Balance",
    "Certificate",
    "Comparison",
    "Custom",
    "Diagnosis",
    "Distribution",
    "Draw",
    "EachAtMost",
    "ExactLottery",
    "Goldilocks",
    "GroupComparison",
    "InfeasibleError",
    "InputError",
    "Issue",
    "LegacyEstimate",
    "Leximin",
    "Lottery",
    "Manipulation",
    "Maximin",
    "Minimax",
    "Nash",
    "Note",
    "Panel",
    "Pool",
    "PoolError",
    "Price",
    "Problem",
    "Progress",
    "Quota",
    "QuotaError",
    "Quotas",
    "Repair",
    "RoleSeats",
    "Shares",
    "SolverError",
    "SortitionError",
    "Spread",
    "Stated",
    "TimeLimitError",
    "Uniform",
    "Unselectable",
    "Verification",
    "VerificationError",
    "assign_roles",
    "audit",
    "balanced",
    "compare_groups",
    "compare_objectives",
    "compile",
    "count_panels",
    "draw",
    "estimate_legacy",
    "find_distribution",
    "find_uniform",
    "manipulability",
    "prices",
    "read_pool",
    "read_quotas",
    "repairs",
    "state",
    "statement_from_mapping",
    "ticket_from_seed",
    "to_lottery",
    "verify",
]

_NAMES = {
    "audit.against": ("GroupComparison", "compare_groups"),
    "audit.compare": ("Comparison", "compare_objectives"),
    "audit.manipulate": ("Manipulation", "manipulability"),
    "audit.result": ("Audit",),
    "checking": ("Verification",),
    "diagnosis.diagnose": ("Diagnosis",),
    "diagnosis.price": ("Price", "prices"),
    "diagnosis.repair": ("Repair", "repairs"),
    "draw": ("Draw", "Panel", "ticket_from_seed"),
    "engine.clock": ("Progress",),
    "engine.distribution": ("Certificate", "Distribution", "Unselectable"),
    "engine.legacy": ("LegacyEstimate", "estimate_legacy"),
    "engine.objectives": ("Custom", "Goldilocks", "Leximin", "Maximin", "Minimax", "Nash"),
    "engine.problem": ("Problem", "compile"),
    "engine.search": ("find_distribution",),
    "engine.uniform": ("Uniform", "count_panels", "find_uniform"),
    "errors": (
        "InfeasibleError", "InputError", "Issue", "PoolError", "QuotaError", "SolverError",
        "SortitionError", "TimeLimitError", "VerificationError",
    ),
    "lots.balance": ("Balance", "balanced"),
    "lots.exact": ("ExactLottery",),
    "lots.lottery": ("Lottery", "to_lottery"),
    "people.pool": ("Pool", "read_pool"),
    "rules.quota_table": ("statement_from_mapping",),
    "rules.quotas": ("Quota", "Quotas", "read_quotas"),
    "rules.roles": ("RoleSeats", "assign_roles"),
    "rules.seats": ("Note",),
    "rules.statements": ("EachAtMost", "Shares", "Spread"),
    "rules.stating": ("Stated", "state"),
}
_HOME = {name: home for home, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Fetch a public name from its module on first use."""
    if name in _HOME:
        value = getattr(import_module(f"sortition.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    if name == "datasets":  # a room of its own: sortition.datasets.load("…")
        return import_module("sortition.datasets")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
