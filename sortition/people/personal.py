"""What must not be an id, nor reach a published file: numbers and addresses that name somebody.

Cells of one column in, the kind of personal data out. Called by `sortition.people.pool` for ids and
by `sortition.people.pseudonyms` for the columns that are kept.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from sortition.people.identity import normalise_email

__all__ = ["Kind", "is_bsn", "kind_of"]

Kind = Literal["bsn", "email", "telephone", "unique"]

_BY_CHANCE = 1 / 11  # of all numbers pass the eleven-test
_CANNOT_BE_CHANCE = 1e-6
_MOST_OF_THEM = 0.5
_FEW = 10  # people: below, that everyone differs says nothing
# As they are written; digits alone, without the zero in front, may be anything.
_TELEPHONE = re.compile(r"\+[1-9]\d{7,14}|00[1-9]\d{9,13}|0[1-9]\d{8}")


def is_bsn(cell: str) -> bool:
    """Return whether a cell is nine digits, or eight, that pass the eleven-test.

    With digits d_1 … d_9, of which the first may be left out when it is zero:
    9 d_1 + 8 d_2 + … + 2 d_8 − d_9 is a multiple of 11.

    Examples
    --------
    >>> is_bsn("111222333"), is_bsn("111222334"), is_bsn("1112.22.333")
    (True, False, True)
    """
    digits = re.sub(r"[ .\-]", "", cell)
    if not re.fullmatch(r"[0-9]{8,9}", digits) or not int(digits):
        return False
    *front, last = map(int, digits.zfill(9))
    return (sum(w * d for w, d in zip(range(9, 1, -1), front, strict=True)) - last) % 11 == 0


def kind_of(cells: Sequence[str]) -> Kind | None:
    """Return what kind of personal data a column holds, None when it looks like none.

    Citizen service numbers are told from other numbers by how many pass: of n numbers of eight or
    nine digits, k pass by chance with a probability of at most exp(−n D), with D the divergence
    of k/n from 1/11 (Chernoff). So it takes six of them. Telephone numbers must be most of the
    column; a single e-mail address is one too many. ``"unique"`` is a column in which most people
    have a value of their own, as with names and birth dates.

    Parameters
    ----------
    cells
        Of one column; blank ones do not count.

    Examples
    --------
    >>> kind_of(["P001", "P002"]), kind_of(["P001", "jan@example.org"])
    (None, 'email')
    """
    filled = [cell for cell in cells if cell]
    if any(normalise_email(cell) for cell in filled):
        return "email"
    if _are_bsn(filled):
        return "bsn"
    bare = [re.sub(r"[ .\-()/]", "", cell.replace("(0)", "")) for cell in filled]
    if sum(bool(_TELEPHONE.fullmatch(cell)) for cell in bare) > _MOST_OF_THEM * len(filled):
        return "telephone"
    alone = sum(many == 1 for many in Counter(filled).values())
    return "unique" if len(filled) >= _FEW and alone > _MOST_OF_THEM * len(filled) else None


def _are_bsn(cells: Sequence[str]) -> bool:
    """Say whether more of the numbers pass the eleven-test than chance would let through."""
    numbers = [cell for cell in cells if re.fullmatch(r"[0-9]{8,9}", re.sub(r"[ .\-]", "", cell))]
    if not numbers:
        return False
    share = sum(map(is_bsn, numbers)) / len(numbers)
    if share <= _MOST_OF_THEM:
        return False
    divergence = share * math.log(share / _BY_CHANCE)
    if share < 1:
        divergence += (1 - share) * math.log((1 - share) / (1 - _BY_CHANCE))
    return math.exp(-len(numbers) * divergence) < _CANNOT_BE_CHANCE
