"""The text of one cell: what counts in it, what is refused, what a spreadsheet would run.

Strings in, strings out; used wherever cells are read, compared or written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = [
    "MOST_SIGNS", "UNCOMPUTED", "escape_formula", "flaw", "fold", "fold_all", "plain", "tidy",
    "unescape_formula",
]

MOST_SIGNS = 32_767  # in one cell: a spreadsheet holds no more
_AT_ONCE = 500  # cells that are looked at together
UNCOMPUTED = "\0="  # stands for a formula whose value was never worked out; no file can hold it

_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'"})
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Unicode's Default_Ignorable_Code_Point, but for the signs of direction that are refused below.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]+"
)
# Controls that are no space, signs that turn the order of reading round, halves of characters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
# What Excel shows in English and in Dutch where a formula has no answer.
_ERRORS = frozenset((
    "#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#SPILL!", "#CALC!",
    "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!",
    "#N/B", "#LEEG!", "#DEEL/0!", "#WAARDE!", "#VERW!", "#NAAM?", "#GETAL!",
))


def tidy(cell: str) -> str:
    r"""Return the cell as it counts: single spaces, none round it, nothing that cannot be seen.

    Spaces are those of any kind, line ends among them. Letters are in composed form (NFC). Signs
    without a shape, such as a zero-width space or a soft hyphen, go: what nobody can see decides
    nothing.

    Examples
    --------
    >>> tidy(" De\u00a0 Bilt\u200b\n")
    'De Bilt'
    """
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", _INVISIBLE.sub("", cell))
    return " ".join(cell.split())


def fold(words: str) -> str:
    """Return `words` as they are compared: case, spaces, apostrophes and Unicode form aside.

    Examples
    --------
    >>> fold(" ’s-Hertogenbosch ") == fold("'S-HERTOGENBOSCH")
    True
    """
    if words.isascii():  # the same, sooner
        return " ".join(words.split()).replace("`", "'").lower()
    return tidy(words).translate(_APOSTROPHES).casefold()


def holds_invisible(cell: str) -> bool:
    """Say whether signs that cannot be seen are in the cell, which `tidy` leaves out."""
    return not cell.isascii() and _INVISIBLE.search(cell) is not None


def plain(cells: str) -> bool:
    """Say whether cells, with a bar between each two, all count as they stand.

    Where it says no they may do so all the same: it only looks for signs that need a closer look.

    Examples
    --------
    >>> plain("1|De Bilt|'s-Hertogenbosch"), plain("1|De Bilt|3732 AB")
    (False, True)
    """
    return "'" not in cells and "#" not in cells and len(cells) <= MOST_SIGNS and _is_tidy(cells)


def _is_tidy(cells: str) -> bool:
    """Say whether `tidy` would leave cells, with a bar between each two, as they are."""
    return (
        cells.isprintable()  # no space but the plain one, no control, no half of a character
        and not ("  " in cells or "| " in cells or " |" in cells)
        and not (cells[:1] == " " or cells[-1:] == " ")
        and (cells.isascii() or (unicodedata.is_normalized("NFC", cells)
                                 and not holds_invisible(cells)))
    )


def fold_all(cells: Sequence[str]) -> list[str]:
    """Return what `fold` makes of each of many cells, sooner."""
    folded: list[str] = []
    for at in range(0, len(cells), _AT_ONCE):
        some = cells[at : at + _AT_ONCE]
        together = "|".join(some)
        if _is_tidy(together) and together.count("|") == len(some) - 1:
            folded += together.translate(_APOSTROPHES).casefold().split("|")
        else:
            folded += map(fold, some)
    return folded


def flaw(cell: str) -> tuple[str, dict[str, object]] | None:
    r"""Return code and parameters of what makes a cell unusable, None when it is fine.

    Examples
    --------
    >>> flaw("#N/A")
    ('cell-error', {'cell': '#N/A'})
    >>> flaw("P\u202e10")
    ('cell-hidden', {'sign': 'U+202E'})
    """
    if cell == UNCOMPUTED:
        return "cell-uncomputed", {}
    if len(cell) > MOST_SIGNS:
        return "cell-long", {"most": MOST_SIGNS}
    hidden = _HIDDEN.search(cell)
    if hidden is not None:
        return "cell-hidden", {"sign": f"U+{ord(hidden[0]):04X}"}
    words = cell.strip()
    return ("cell-error", {"cell": words}) if words in _ERRORS else None


def escape_formula(cell: str) -> str:
    r"""Return the cell so that no spreadsheet runs it as a formula.

    One apostrophe goes before a cell that begins, after any apostrophes and spaces, with ``=``,
    ``+``, ``-``, ``@``, a tab or a carriage return; also where there is one already, so that
    `unescape_formula` gives every cell back.

    Examples
    --------
    >>> escape_formula('=HYPERLINK("http://example.org")')
    '\'=HYPERLINK("http://example.org")'
    >>> escape_formula("-")
    "'-"
    """
    return "'" + cell if _runs(cell) else cell


def unescape_formula(cell: str) -> str:
    """Return the cell that `escape_formula` was given.

    Examples
    --------
    >>> unescape_formula("'+31612345678"), unescape_formula("'s-Hertogenbosch")
    ('+31612345678', "'s-Hertogenbosch")
    """
    return cell[1:] if cell.startswith("'") and _runs(cell) else cell


def _runs(cell: str) -> bool:
    """Say whether a spreadsheet could run the cell, apostrophes and spaces before it aside."""
    return cell.lstrip("' ").startswith(_FORMULA_STARTS)
