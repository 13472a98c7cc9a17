"""Which key somebody meant by a name that is none: slips of the finger, and words people use.

A name and the keys that there are in, at most one key out; called wherever a file of settings is
checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sortition.files.spelling import nearest
from sortition.files.tables import fold

__all__ = ["as_meant", "meant"]

# Words that people write for a key and that are no slip of the finger, folded.
_MEANS = {
    "of": ("feature", "column", "category", "kolom", "kenmerk", "over"),
    "seats": ("counts", "count", "number", "numbers", "amounts", "aantal", "aantallen", "plaatsen",
              "zetels", "min", "max", "minimum", "maximum"),
    "shares": ("fractions", "percentages", "parts", "aandeel", "aandelen", "delen", "verdeling"),
    "spread": ("spreiding", "verspreid"),
    "tolerance": ("tolerantie", "speling", "marge", "margin", "slack"),
    "floor": ("ondergrens", "minimum", "each_at_least", "at_least_each"),
    "populations": ("inhabitants", "inwoners", "bevolking"),
    "values": ("waarden",),
    "each_at_most": ("at_most", "max_each", "hoogstens", "maximaal"),
    "at_least_one": ("at_least", "minstens", "minstens_een"),
    "unknown": ("blank", "empty", "onbekend", "leeg"),
    "separator": ("delimiter", "sep", "scheidingsteken"),
    "from": ("source", "bron", "van"),
    "bands": ("groups", "groepen", "klassen"),
    "on": ("date", "day", "datum", "peildatum"),
    "areas": ("gebieden", "wijken"),
    "aliases": ("synonyms", "synoniemen", "rename"),
    "ids": ("who", "wie"),
    "reason": ("why", "reden", "waarom"),
    "pool": ("people", "list", "mensen", "deelnemers", "lijst"),
    "sheet": ("tabblad", "blad"),
    "size": ("seats", "panel_size", "number", "aantal", "plaatsen", "grootte"),
    "household": ("address", "addresses", "huishouden", "adres"),
    "duplicates": ("doubles", "dubbelen"),
    "include": ("must_include", "always"),
    "seated": ("counted",),
    "objective": ("algorithm", "selection_algorithm", "doel"),
    "tickets": ("lots", "loten"),
    "lang": ("language", "taal"),
    "title": ("titel",),
    "organiser": ("organizer", "organisator"),
    "quota": ("quotum",),
    "columns": ("column", "kolommen"),
}


def meant(name: str, keys: Iterable[str]) -> str | None:
    """Return the key that somebody may have meant by a name that is none, or None.

    Examples
    --------
    >>> meant("counts", ["seats", "tolerance"]), meant("tolerence", ["seats", "tolerance"])
    ('seats', 'tolerance')
    >>> meant("each_at_least", ["each_at_most", "floor"])
    'floor'
    """
    said = fold(name).replace(" ", "_").replace("-", "_")
    return next((key for key in keys if said in _MEANS.get(key, ())), None) or nearest(name, keys)


def as_meant(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return a table with what its unknown keys seem to mean, so that the rest can be judged too.

    What stands under its right name already wins; a key that means nothing is left out. Only for
    finding mistakes: nothing is drawn by a guess.
    """
    known = {name: value for name, value in values.items() if name in keys}
    for name, value in values.items():
        if name not in known and (near := meant(name, keys)) is not None:
            known.setdefault(near, value)
    return known
