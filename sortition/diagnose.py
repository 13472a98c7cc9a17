"""Why no panel exists, in words: arithmetic first, then the relaxation, then integers.

Called when nothing is feasible; returns issues, changes nothing.
"""

from __future__ import annotations

from sortition.errors import Issue
from sortition.problem import Problem

__all__ = ["diagnose"]


def diagnose(problem: Problem) -> tuple[Issue, ...]:
    """Return the rules that conflict."""
    return ()
