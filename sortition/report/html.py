"""HTML put together from values: what is not `Markup` is text, and stays text.

Called by the other modules of the report. A page of functions instead of a template, since
compiling a template would take longer than everything else that is done for the page.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["Child", "Markup", "document", "filled", "own", "tag"]

_VOID = frozenset(("br", "meta"))  # elements without an end
# Controls, signs that turn the order of reading round, halves of characters.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Markup(str):
    """A piece of HTML."""

    __slots__ = ()


Child = str | Iterable["Child"] | None


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return an element.

    Parameters
    ----------
    name
        Of the element.
    *children
        Text, markup, several of them, or None for nothing.
    **attributes
        ``class_`` and the like lose the last underscore, others become hyphens; None leaves an
        attribute out.

    Examples
    --------
    >>> tag("p", "1 < 2", tag("b", "&"), class_="note")
    '<p class="note">1 &lt; 2<b>&amp;</b></p>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_text(str(value))}"'
        for key, value in attributes.items() if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{''.join(_pieces(children))}</{name}>")


def document(title: str, style: str, body: Child, language: str) -> bytes:
    """Return a page that holds all it needs, and is forbidden to load or run anything.

    Parameters
    ----------
    title
        Of the page.
    style
        The name of a style sheet of this package.
    body
        What it shows.
    language
        In which it speaks.
    """
    sheet = Path(__file__).with_name(style).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title), tag("style", Markup(sheet)),
    )
    made = tag("html", head, "\n", tag("body", body), lang=language)
    return f"<!DOCTYPE html>\n{made}\n".encode()


def own(words: str) -> Markup:
    """Return words of a user's, whose direction of reading does not reach what is round them."""
    return tag("bdi", words)


def filled(
    words: Callable[..., str], code: str, users: Mapping[str, str], **params: Any
) -> list[str]:
    """Return a text of the catalogue in pieces, with a user's own words in some of its places."""
    marks = {name: f"\0{name}\0" for name in users}
    pieces = words(code, **marks, **params).split("\0")
    return [own(users[piece]) if at % 2 else piece for at, piece in enumerate(pieces)]


def _pieces(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield _text(child)
        elif child is not None:
            yield from _pieces(child)


def _text(words: str) -> str:
    return html.escape(_HIDDEN.sub("\ufffd", words))
