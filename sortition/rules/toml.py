"""Values and keys as a project file writes them: for the programs that make one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

__all__ = ["toml_key", "toml_value"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def toml_value(value: object) -> str:
    r"""Return a text, a number, a day or a list of these in TOML.

    Examples
    --------
    >>> print(toml_value(["De Bilt", 'a "b"\n', 3, True, date(2026, 6, 1)]))
    ["De Bilt", "a \"b\"\n", 3, true, 2026-06-01]
    """
    if isinstance(value, str):
        return f'"{"".join(_escaped(value))}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return value.isoformat() if isinstance(value, date) else str(value).lower()


def toml_key(name: str) -> str:
    """Return a name as a key of TOML, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else toml_value(name)


def _escaped(value: str) -> Iterator[str]:
    for sign in value:
        yield _ESCAPES.get(sign) or (sign if sign.isprintable() else f"\\U{ord(sign):08X}")
