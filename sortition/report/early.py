"""What pages and sheets say of a draw that came before its announced time.

A record in, a paragraph out; used by the page and by the official record of a ceremony.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sortition.lots.names import drawn_early
from sortition.report.html import Child, filled, tag
from sortition.report.voice import Voice

__all__ = ["early_note"]


def early_note(record: Mapping[str, Any], voice: Voice) -> Child:
    """Return when and why it was drawn before the announced time, None where it was not."""
    early = drawn_early(record)
    if early is None:
        return None
    times = {name: voice.moment(early[name]) for name in ("announced", "at")}
    return tag("p", filled(voice.words, "drawn-early", early | times), class_="note")
