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
    from sortition.diagnosis.diagnose import Diagnosis
    from sortition.diagnosis.price import Price, prices
    from sortition.diagnosis.repair import Repair, repairs
    from sortition.draw import Draw, Panel, ticket_from_seed
    from sortition.engine.distribution import (
        Certificate,
        Distribution,
        Progress,
        Unselectable,
        find_distribution,
    )
    from sortition.engine.legacy import LegacyEstimate, estimate_legacy
    from sortition.engine.objectives import Custom, Goldilocks, Leximin, Maximin, Minimax, Nash
    from sortition.engine.problem import Problem, compile  # noqa: A004 - the field's verb
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
    "Balance": "lots.balance", "LegacyEstimate": "engine.legacy", "balanced": "lots.balance",
    "estimate_legacy": "engine.legacy",
    "Certificate": "engine.distribution", "Custom": "engine.objectives", "Distribution":
    "engine.distribution", "Draw": "draw", "ExactLottery": "lots.exact", "Diagnosis":
    "diagnosis.diagnose", "Price": "diagnosis.price", "Repair": "diagnosis.repair", "prices":
    "diagnosis.price", "repairs": "diagnosis.repair", "InfeasibleError": "errors", "InputError":
    "errors", "Issue": "errors", "Goldilocks": "engine.objectives", "Leximin": "engine.objectives",
    "Lottery": "lots.lottery", "Maximin": "engine.objectives", "Minimax": "engine.objectives",
    "Nash": "engine.objectives", "Panel": "draw", "Pool": "people.pool", "PoolError": "errors",
    "Problem": "engine.problem", "Progress": "engine.distribution", "Quota": "rules.quotas",
    "QuotaError": "errors", "Quotas": "rules.quotas", "SolverError": "errors", "SortitionError":
    "errors", "TimeLimitError": "errors", "Uniform": "engine.uniform", "Unselectable":
    "engine.distribution", "Verification": "verify", "VerificationError": "errors", "compile":
    "engine.problem", "count_panels": "engine.uniform", "find_distribution": "engine.distribution",
    "find_uniform": "engine.uniform", "read_pool": "people.pool", "read_quotas": "rules.quotas",
    "ticket_from_seed": "draw", "to_lottery": "lots.lottery", "EachAtMost": "rules.statements",
    "Note": "rules.seats", "RoleSeats": "rules.roles", "Shares": "rules.statements", "Spread":
    "rules.statements", "Stated": "rules.stating", "assign_roles": "rules.roles", "state":
    "rules.stating", "statement_from_mapping": "rules.quota_table",
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
