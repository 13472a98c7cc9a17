"""Draw balanced panels by lot, with proof that the chances are as equal as the quotas allow.

The line from files to a panel::

    read_pool, read_quotas → compile → find_distribution → to_lottery, to_exact → draw → verify

Importing this package loads no solver, no pandas and no matplotlib; each name is fetched when it
is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# These two are functions as well as modules; bound here so that the name means the function.
from sortition.draw import draw
from sortition.verify import verify

if TYPE_CHECKING:
    from sortition.balance import Balance, balanced
    from sortition.diagnose import Diagnosis
    from sortition.distribution import (
        Certificate,
        Distribution,
        Progress,
        Unselectable,
        find_distribution,
    )
    from sortition.draw import Draw, Panel, ticket_from_seed
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
    from sortition.exact import ExactLottery
    from sortition.legacy import LegacyEstimate, estimate_legacy
    from sortition.lottery import Lottery, to_lottery
    from sortition.objectives import Custom, Goldilocks, Leximin, Maximin, Minimax, Nash
    from sortition.pool import Pool, read_pool
    from sortition.price import Price, prices
    from sortition.problem import Problem, compile  # noqa: A004 - the field's verb
    from sortition.quota_table import statement_from_mapping
    from sortition.quotas import Quota, Quotas, read_quotas
    from sortition.repair import Repair, repairs
    from sortition.roles import RoleSeats, assign_roles
    from sortition.seats import Note
    from sortition.statements import EachAtMost, Shares, Spread
    from sortition.stating import Stated, state
    from sortition.uniform import Uniform, count_panels, find_uniform
    from sortition.verify import Verification

__version__ = "0.1.0"

__all__ = [
    "Balance",
    "Certificate",
    "Custom",
    "Diagnosis",
    "Distribution",
    "Draw",
    "EachAtMost",
    "ExactLottery",
    "Goldilocks",
    "InfeasibleError",
    "InputError",
    "Issue",
    "LegacyEstimate",
    "Leximin",
    "Lottery",
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
    "balanced",
    "compile",
    "count_panels",
    "draw",
    "estimate_legacy",
    "find_distribution",
    "find_uniform",
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

_HOME = {
    "Balance": "balance", "LegacyEstimate": "legacy", "balanced": "balance",
    "estimate_legacy": "legacy",
    "Certificate": "distribution", "Custom": "objectives", "Distribution": "distribution",
    "Draw": "draw", "ExactLottery": "exact",
    "Diagnosis": "diagnose", "Price": "price", "Repair": "repair", "prices": "price",
    "repairs": "repair",
    "InfeasibleError": "errors", "InputError": "errors", "Issue": "errors",
    "Goldilocks": "objectives", "Leximin": "objectives", "Lottery": "lottery",
    "Maximin": "objectives", "Minimax": "objectives", "Nash": "objectives", "Panel": "draw",
    "Pool": "pool", "PoolError": "errors", "Problem": "problem", "Progress": "distribution",
    "Quota": "quotas", "QuotaError": "errors", "Quotas": "quotas", "SolverError": "errors",
    "SortitionError": "errors", "TimeLimitError": "errors", "Uniform": "uniform",
    "Unselectable": "distribution", "Verification": "verify", "VerificationError": "errors",
    "compile": "problem", "count_panels": "uniform",
    "find_distribution": "distribution", "find_uniform": "uniform", "read_pool": "pool",
    "read_quotas": "quotas",
    "ticket_from_seed": "draw", "to_lottery": "lottery",
    "EachAtMost": "statements", "Note": "seats", "RoleSeats": "roles", "Shares": "statements",
    "Spread": "statements", "Stated": "stating", "assign_roles": "roles", "state": "stating",
    "statement_from_mapping": "quota_table",
}


def __getattr__(name: str) -> Any:
    """Fetch a public name from its module on first use."""
    if name in _HOME:
        value = getattr(import_module(f"sortition.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
