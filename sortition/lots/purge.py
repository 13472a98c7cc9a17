"""What of a lottery's folder names people, and the folder without it, which can still be checked.

Files in, files out; called by the command line. The panel and those who remain keep their ids,
because the last step of the check counts them; everything else that is known of them goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sortition.checking import verify_files
from sortition.errors import VerificationError
from sortition.files.writers import to_csv
from sortition.lots.names import LOTTERY_FILES, PRIVATE, SHEETS, draw_names
from sortition.people.personal import Kind, kind_of
from sortition.verify import DRAWN, read_rows

__all__ = ["Purged", "purge"]

_IDS: tuple[Kind, ...] = ("bsn", "email", "telephone")  # what says by itself who somebody is


@dataclass(frozen=True, slots=True)
class Purged:
    """What a folder becomes.

    Parameters
    ----------
    rewritten
        Files whose contents change, by name: they keep the ids only.
    removed
        Names of files that go.
    columns
        Headers that are gone, as they stood in the file of the panel or of those who remain.
    unknown
        Names of things in the folder that no command wrote, and that stay.
    ids
        What the ids are, where they are personal data themselves; they stay, as all of the record.
    """

    rewritten: Mapping[str, bytes]
    removed: tuple[str, ...]
    columns: tuple[str, ...]
    unknown: tuple[str, ...]
    ids: Kind | None

    def __bool__(self) -> bool:
        return bool(self.rewritten or self.removed)


def purge(files: Mapping[str, bytes], others: frozenset[str] = frozenset()) -> Purged:
    """Return what has to change so that a folder holds no more of people than the check needs.

    Parameters
    ----------
    files
        Of the lottery and of its draw, by name.
    others
        Names of whatever else is in the folder.

    Returns
    -------
    Purged
        Nothing to do where nobody was drawn, or where it was done before.

    Raises
    ------
    VerificationError
        If the files are not what the record says: what is wrong should be seen before the
        evidence is gone.
    """
    failed = next((step for step in verify_files(files).steps if not step.ok), None)
    if failed is not None:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    ids = [row[0] for row in read_rows(files["chances.csv"])[1:]]
    record = json.loads(files["record.json"])
    draw, names = record["draw"], draw_names(record)
    rewritten: dict[str, bytes] = {}
    columns: dict[str, None] = {}
    for name in DRAWN if draw is not None else ():
        header, *rows = read_rows(files[name])
        at = header.index(draw["id_column"])
        if len(header) > 1:
            rewritten[name] = to_csv([header[at]], [[row[at]] for row in rows]).encode()
            columns |= dict.fromkeys(header[:at] + header[at + 1 :])
    kind = kind_of(ids)
    removed = tuple(name for name in (*names, PRIVATE)
                    if name in files and name not in DRAWN and draw is not None)
    return Purged(
        rewritten, removed,
        tuple(columns), tuple(sorted(others - {*LOTTERY_FILES, *names, *SHEETS})),
        kind if kind in _IDS else None,
    )
