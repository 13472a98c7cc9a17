"""Which known word somebody may have meant: a word and the known ones in, at most one out.

A suggestion is shown and never applied. Called wherever a message says “did you mean”; the
answer is the user's, because two spellings made one change who may be drawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable

from sortition.files.tables import fold

__all__ = ["divider", "loosen", "nearest"]

_QUALIFIER = re.compile(r"\(.*?\)")  # Rijswijk (ZH)
_BETWEEN = re.compile(r"[\s\-‐‑–—_.,'()]+")
_DIGITS = re.compile(r"\d+")
_MOST_ERRORS = 3


def loosen(words: str) -> str:
    """Return `words` as a hurried reader takes them.

    Beyond `sortition.files.tables.fold`: no accents, spaces, hyphens, points or apostrophes,
    nothing between brackets, and ``st`` for ``sint``.

    Examples
    --------
    >>> loosen("Etten- Leur") == loosen("etten leur")
    True
    >>> loosen("St. Michielsgestel") == loosen("Sint-Michielsgestel")
    True
    >>> loosen("Rijswijk (ZH)")
    'rijswijk'
    """
    return _joined(_QUALIFIER.sub(" ", _plain(words)))


def divider(words: str, known: Collection[str]) -> str | None:
    """Return the sign that divides words into known ones, folded, or None where none does.

    Examples
    --------
    >>> divider("Shop, resident", {"shop", "resident"}), divider("shop, bank", {"shop"})
    (',', None)
    """
    for sign in ",;/|+&":
        parts = [fold(part) for part in words.split(sign) if part.strip()]
        if len(parts) > 1 and all(part in known for part in parts):
            return sign
    return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` most likely stands for, or None.

    None when nothing is near, and also when two known words are equally near: a coin toss would
    look like knowledge. Near is an equal loose form, or at most one typing error (a letter too
    many, too few, wrong, or swapped with the next) per three letters, three in all; failing
    that, a known word of which `word` is the beginning. Words with other numbers in them are
    never near: 16-29 is not a slip for 16-39.

    Parameters
    ----------
    word
        What was written.
    known
        What might have been meant; spellings that `fold` makes one are one.

    Examples
    --------
    >>> nearest("Etten- Leur", ["Heerlen", "Etten-Leur"])
    'Etten-Leur'
    >>> nearest("v", ["man", "vrouw"])
    'vrouw'
    >>> nearest("Bergen", ["Bergen (L.)", "Bergen (NH.)"]) is None
    True
    """
    loose = loosen(word)
    if not loose:
        return None
    numbers = _DIGITS.findall(loose)
    candidates = [
        (own, form) for own, form in ((own, loosen(own)) for own in _distinct(known))
        if form and _DIGITS.findall(form) == numbers
    ]
    most = min(_MOST_ERRORS, max(1, len(loose) // 3))
    close = [
        # What stands between brackets only decides where it is the same.
        (errors, _joined(_plain(word)) != _joined(_plain(own)), own) for own, form in candidates
        if (errors := _few_errors(loose, form, most)) <= most and errors < len(loose)
    ]
    if close:
        best = min(close)[:2]
        winners = [own for *score, own in close if tuple(score) == best]
    else:
        winners = [own for own, form in candidates if form.startswith(loose)]
    return winners[0] if len(winners) == 1 else None


def _plain(words: str) -> str:
    """Return folded words without accents."""
    apart = unicodedata.normalize("NFKD", fold(words))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _joined(plain: str) -> str:
    """Return the letters and digits of words, without what stands between them."""
    parts = _BETWEEN.split(plain)
    return "".join("sint" if part == "st" else part for part in parts)


def _distinct(words: Iterable[str]) -> list[str]:
    """Return one spelling of each word, in an order that does not depend on the caller's."""
    by_key: dict[str, str] = {}
    for word in sorted(words):
        by_key.setdefault(fold(word), word)
    return list(by_key.values())


def _few_errors(one: str, other: str, most: int) -> int:
    """Return the typing errors between two words, or more than `most` as soon as that is plain."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    if (Counter(one) - Counter(other)).total() > most:  # letters that one has and the other lacks
        return most + 1
    return _errors(one, other)


def _errors(one: str, other: str) -> int:
    """Return the least number of typing errors that make one word the other.

    Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
