"""What is round every page: one self-contained document with its style, and nothing from elsewhere.

``document(title, main, language) -> bytes``; called by the modules that make pages.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from sortition.report.html import Markup, tag

__all__ = ["document"]


def document(title: str, main: Markup, language: str) -> bytes:
    """Return a page.

    Parameters
    ----------
    title
        As a browser shows it.
    main
        All that is on it.
    language
        ``"en"`` or ``"nl"``.
    """
    style = (resources.files("sortition.report") / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title), tag("style", Markup(style)),
    )
    made = tag("html", head, "\n", tag("body", main), lang=language)
    return f"<!DOCTYPE html>\n{made}\n".encode()
