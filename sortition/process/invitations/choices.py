"""How letters are divided, and what becomes of people without an address: the words for it."""

from __future__ import annotations

__all__ = ["NO_ADDRESS", "SPREADS"]

SPREADS = ("proportional", "equal", "square-root")
NO_ADDRESS = ("alone", "left-out")
