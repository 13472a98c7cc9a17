"""What options and project files let a user choose; apart, so that ``--help`` loads no more."""

from __future__ import annotations

__all__ = ["CHOICES", "CSV"]

# What becomes of double sign-ups.
CHOICES = ("keep-first", "keep-last", "keep-both")
CSV = ("plain", "nl")  # for whom the panel is written as text, besides in its plain form
