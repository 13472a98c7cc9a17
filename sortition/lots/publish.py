"""What of a lottery's folder may be published, as files by name: numbers in place of people.

Files in, files out; called by the command line. The table in docs/publishing.md says the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sortition.checking import verify_files
from sortition.errors import InputError, Issue, VerificationError
from sortition.files.writers import to_csv
from sortition.lots.ranked import reserves_of
from sortition.lots.small_cells import SMALLEST, few_alike, recognisable
from sortition.people.personal import kind_of
from sortition.report import checkers, page
from sortition.report.facts import facts
from sortition.rules.panel_names import JOINS
from sortition.verify import DRAWN, FILES, read_rows

__all__ = ["Public", "publish"]

_GROUPS = "groups.csv"
_REFUSED = {"bsn": "publish-bsn", "email": "publish-email", "telephone": "publish-telephone"}


@dataclass(frozen=True, slots=True)
class Public:
    """What may be published, and what to think of before.

    Parameters
    ----------
    files
        By name; nothing else of the folder is in them.
    recognisable
        How many people ``groups.csv`` could point to. It is among the files only if nobody is, or
        if that was accepted.
    rare
        How many stand on a number of tickets that few others stand on: whoever knows all answers of
        all people could work out theirs.
    barred
        How many people the record names as on no panel while the page shows a group whose smallest
        chance is zero: the two together say who may be in that group. 0 where ``groups.csv`` is
        among the files, which says it of everybody.
    roles_held
        Whether the record says who holds which role, as those of earlier versions do. Without
        ``groups.csv`` it is not among the files then.
    rehearsal
        Whether what was drawn counts for nothing.
    row_numbers
        Whether the ids are the numbers of rows in the list.
    """

    files: Mapping[str, bytes]
    recognisable: int
    rare: int
    barred: int
    roles_held: bool
    rehearsal: bool
    row_numbers: bool

    @property
    def checkable(self) -> bool:
        """Whether the files can be checked by themselves."""
        return {_GROUPS, "record.json"} <= self.files.keys()


def publish(
    files: Mapping[str, bytes], language: str = "en", smallest: int = SMALLEST, *,
    with_groups: bool = False,
) -> Public:
    """Return the public files of a lottery, or of its draw.

    Parameters
    ----------
    files
        Of the lottery, and ``panel.csv`` and ``remaining.csv`` once it is drawn.
    language
        Of the page.
    smallest
        The smallest number of people that is shown, other than zero.
    with_groups
        Whether ``groups.csv`` is among them though it could point to people: for those who check
        the draw and keep it to themselves.

    Raises
    ------
    InputError
        If the ids say by themselves who people are.
    VerificationError
        If the files are not what the record says.
    """
    failed = next((step for step in verify_files(files).steps if not step.ok), None)
    if failed is not None:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    record = json.loads(files["record.json"])
    chances = read_rows(files["chances.csv"])[1:]
    kind = kind_of([row[0] for row in chances])
    if kind in _REFUSED:
        raise InputError([Issue(_REFUSED[kind], suggestion="publish-ids-instead")])
    exact = record["kind"] == "exact"
    seats = bool(record["source"].get("themes"))
    known = recognisable(read_rows(files[_GROUPS])[1:], 3 if exact else 2, smallest, seats=seats)
    made = {name: files[name] for name in ("record.json", *FILES)
            if name != _GROUPS}
    told = _roles_held(record["source"])
    if with_groups or not known:
        made[_GROUPS] = files[_GROUPS]
    elif told:  # sealed: it cannot be left out of the record
        del made["record.json"]
    for name in DRAWN if record["draw"] is not None else ():
        header, *rows = read_rows(files[name])
        at = header.index(record["draw"]["id_column"])
        made[name] = to_csv([header[at]], [[row[at]] for row in rows]).encode()
    reserves = reserves_of(record)
    if reserves is not None and record["draw"] is not None:
        ranked = [[str(at), own] for at, own in enumerate(reserves.ids, 1)]
        made["reserves.csv"] = to_csv(["rank", "id"], ranked).encode()
    made["report.html"] = page(files, language, smallest=smallest)
    made |= checkers(record["kind"])
    held = [(row[0], row[1] if exact else row[2]) for row in chances]
    pointed = 0 if _GROUPS in made else _pointed_to(files, record, smallest)
    return Public(
        made, known, few_alike(held, smallest, seats=seats), pointed, told,
        record["draw"] is not None and record["rehearsal"],
        record["source"].get("id", "") is None,
    )


def _roles_held(source: Mapping[str, Any]) -> bool:
    """Return whether a record says by id who holds which role."""
    parts = [source, *source.get("themes", ())]
    return any("held" in seats for part in parts for seats in part.get("roles", ()))


def _pointed_to(files: Mapping[str, bytes], record: Mapping[str, Any], smallest: int) -> int:
    """Return how many are named as on no panel, if the page shows a group with such people."""
    known = facts(files, smallest=smallest)
    shown = any(group.signed_up and not group.hidden and group.smallest == 0
                for group in known.groups)
    if not shown:
        return 0
    staying = record.get("follows", {}).get("stay", ())
    named = record["barred"].keys() - set(staying)
    return len({own.partition(JOINS)[2] if known.themes else own for own in named})
