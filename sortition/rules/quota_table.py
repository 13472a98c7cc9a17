"""A ``[[quota]]`` table of a project file, as the `Statement` that it makes.

Called by `sortition.rules.read_project` and `sortition.rules.several`; everything that is wrong is
reported at once. Quota files with shares are for `sortition.rules.share_table`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.errors import InputError, Issue, QuotaError
from sortition.files.tables import fold
from sortition.messages import Words
from sortition.rules.fitting import fits
from sortition.rules.keys import ALWAYS, SAYS, TABLES, TEXT
from sortition.rules.meant import as_meant, meant
from sortition.rules.quotas import CROSS

if TYPE_CHECKING:
    from sortition.rules.statements import Statement

__all__ = ["statement_from_mapping"]

_KEYS = TABLES["quota"]


def statement_from_mapping(
    table: Mapping[str, object],
    *,
    file: str | None = None,
    row: int | None = None,
    folder: str | os.PathLike[str] = ".",
) -> Statement:
    """Return what one ``[[quota]]`` table of a project file states.

    Parameters
    ----------
    table
        ``of`` and one of ``shares``, ``seats``, ``cells``, ``spread``, ``at_least_one`` and
        ``each_at_most``, with the keys that belong to it.
    file, row
        The project file, and the line on which the table begins, for messages.
    folder
        Where a file of populations is looked for.

    Raises
    ------
    InputError
        With every key that is unknown, missing or of the wrong kind, and every amount that cannot
        be read.

    Examples
    --------
    >>> statement_from_mapping({"of": "organisatie", "each_at_most": 2}).most
    2
    """
    issues: list[Issue] = []

    def refuse(code: str, suggestion: str | None = None, **params: object) -> None:
        issues.append(Issue(code, params, file, row, suggestion=suggestion))

    for key in table:
        if key not in _KEYS:
            near = meant(key, _KEYS)
            refuse("statement-key", "did-you-mean" if near else "statement-keys-are",
                   name=key, nearest=near, keys=", ".join(_KEYS))
    table = as_meant(table, _KEYS)
    wrong = [key for key, value in table.items() if not fits(value, _KEYS[key].schema)]
    for key in wrong:
        refuse("statement-type", name=key, kind=Words(_KEYS[key].kind))
    says = [key for key in SAYS if key in table]
    if "of" not in table:
        refuse("statement-of", "statement-of-is")
    if len(says) != 1:
        refuse("statement-says-more" if says else "statement-says-nothing", "statement-says-is",
               says=", ".join(says), keys=", ".join(SAYS))
    else:
        for key in table:
            if key not in (*ALWAYS, *says, *SAYS[says[0]]):
                refuse("statement-key-elsewhere", "statement-keys-are", name=key, says=says[0],
                       keys=", ".join((*ALWAYS, *SAYS[says[0]])))
    if len(says) == 1 and not {"of", says[0]} & {*wrong} and "of" in table:
        sound = {key: value for key, value in table.items() if key not in wrong}
        try:
            made = _built(sound, says[0], file, row, Path(folder))
        except InputError as error:
            issues += error.issues
    if issues:
        raise QuotaError(issues)
    return made


def _built(
    table: dict[str, Any], says: str, file: str | None, row: int | None, folder: Path
) -> Statement:
    """Return the statement of a table whose keys are sound."""
    from sortition.rules.statements import EachAtMost, Shares, Spread, several

    of = table["of"] if isinstance(table["of"], str) else tuple(table["of"])
    features = several(of)
    common: dict[str, Any] = {
        "separator": table.get("separator"), "unknown": table.get("unknown"), "file": file,
        "row": row,
    }
    if says == "each_at_most":
        if len(features) > 1:
            raise QuotaError([Issue("statement-one-feature", {"name": says}, file, row)])
        return EachAtMost(features[0], table[says], **common)
    further = {key: table[key] for key in SAYS[says] if key in table}
    if says == "spread":
        if isinstance(further.get("populations"), str):
            words = further.pop("populations")
            if words != "pool":
                from sortition.rules.populations import read_populations

                further["populations"] = read_populations(folder / words, features)
        if isinstance(further.get("values"), list):
            if len(features) > 1:
                raise QuotaError([Issue("statement-values-list", {}, file, row)])
            further["values"] = {features[0]: further["values"]}
        return Spread(of, table[says], **further, **common)
    if says == "at_least_one":
        amounts: dict[str, object] = dict.fromkeys(table[says], "1+")
    elif says == "cells":
        amounts = _cells(table[says], features, file, row)
    else:
        amounts = table[says]
    return Shares(of, amounts, whole=says == "shares", **further, **common)


def _cells(
    cells: list[dict[str, object]], features: tuple[str, ...], file: str | None, row: int | None
) -> dict[str, object]:
    """Return the amounts of crossed groups that were written as one table each."""
    amounts: dict[str, object] = {}
    issues = []
    for number, cell in enumerate(cells, 1):
        by_key = {fold(key): value for key, value in cell.items()}
        wanted = [*map(fold, features), "seats"]
        named = sorted(by_key) == sorted(wanted)
        if not named or not all(fits(by_key[key], TEXT) for key in wanted[:-1]):
            params = {"number": number, "keys": ", ".join((*features, "seats"))}
            issues.append(Issue("statement-cell", params, file, row))
            continue
        name = CROSS.join(str(by_key[key]) for key in wanted[:-1])
        if name in amounts:
            issues.append(Issue("group-twice", {"group": name, "other": name}, file, row))
        amounts[name] = by_key["seats"]
    if issues:
        raise QuotaError(issues)
    return amounts
