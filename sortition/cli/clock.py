"""The clock of this computer: the only place where a command asks what time it is.

What it says is stated in records, not proven: everything below takes the time as an argument.
"""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["now", "stated"]


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def stated() -> str:
    """Return the time as a record states it: ISO 8601, to the second."""
    return now().isoformat(timespec="seconds")
