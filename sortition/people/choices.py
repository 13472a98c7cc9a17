"""What a user may decide about double sign-ups; apart, so that ``--help`` loads no more."""

from __future__ import annotations

__all__ = ["CHOICES"]

CHOICES = ("keep-first", "keep-last", "keep-both")
