"""Who of a panel stays, who is gone, and which reserves there are: from the folder of a draw.

Called by ``sortition replace``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sortition import messages
from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.lots.published import Published
    from sortition.lots.ranked import Reserves
    from sortition.people.statuses import Status

__all__ = ["Standing", "standing"]

_PANEL, _RESERVES = "panel.xlsx", "reserves.xlsx"  # what a coordinator fills in


class Standing(NamedTuple):
    """How a draw stands now.

    `published` is the draw, checked as `verify` does, and `record` its record; `statuses` are of
    everyone on the panel, `declined` the reserves who do not want to be asked any more, `reserves`
    those that the draw fixed, if any.
    """

    published: Published
    record: Mapping[str, Any]
    statuses: Mapping[str, Status]
    reserves: Reserves | None
    declined: frozenset[str]

    @property
    def stay(self) -> set[str]:
        """Who keeps their seat."""
        return {own for own, status in self.statuses.items() if status.stays}

    @property
    def left(self) -> set[str]:
        """Who of the panel gave up their seat."""
        return set(self.statuses) - self.stay

    @property
    def gone(self) -> set[str]:
        """Who is not drawn any more."""
        return self.left | self.declined


def standing(say: Say, given: Mapping[str, Any]) -> Standing:
    """Return how the draw in a folder stands; the language becomes that of its lottery.

    Raises
    ------
    InputError
        If nothing was drawn, or a file of statuses cannot be read, with every row that is wrong.
    VerificationError
        If the draw is not what its record says.
    """
    from dataclasses import replace

    from sortition.checking import verify_folder
    from sortition.errors import InputError, Issue, VerificationError
    from sortition.lots.folder import lottery_record
    from sortition.lots.names import ticket_label
    from sortition.lots.published import open_lottery
    from sortition.lots.ranked import check_rank, reserves_of
    from sortition.lots.replacement import panel_ids

    folder = Path(given["folder"])
    published = open_lottery(str(folder), given["pool"])
    record = lottery_record(str(folder))
    if given["lang"] is None and record["source"].get("lang") in messages.LANGUAGES:
        say.language = record["source"]["lang"]
    if record["draw"] is None:
        raise InputError(
            [Issue("replace-not-drawn", {}, str(folder), suggestion="replace-draw-first")]
        )
    failed = next((step for step in verify_folder(folder).steps if not step.ok), None)
    if failed is not None:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    panel = (folder / "panel.csv").read_bytes()
    published = replace(published, files={**published.files, "panel.csv": panel})
    drawn = panel_ids(published.files)
    check_rank(record, set(published.pool.ids) - set(drawn),
               ticket_label(record, record["draw"]["ticket"]))
    reserves = reserves_of(record)
    statuses = _read(given["status"] or folder / _PANEL, drawn, record["draw"]["id_column"],
                     given["column"])
    declined = _declined(folder, reserves, record["draw"]["id_column"])
    _said(say, statuses, declined)
    return Standing(published, record, statuses, reserves, declined)


def _read(
    file: str | Path, ids: Collection[str], id_column: str, column: str | None = None, *,
    everyone: bool = True,
) -> dict[str, Status]:
    """Return statuses from a file: of a column that is named, or of the one that a draw made.

    The list itself may have a column “status”; then that of the draw has more asterisks.
    """
    from sortition.files.readers import read_table
    from sortition.files.tables import fold
    from sortition.people.statuses import COLUMN, statuses_of

    table = read_table(file)
    made = [name for name in table.columns if fold(name.rstrip("*")) == COLUMN]
    return statuses_of(table, ids, column=column or max(made, key=len, default=COLUMN),
                       id=id_column, everyone=everyone)


def _declined(folder: Path, reserves: Reserves | None, id_column: str) -> frozenset[str]:
    """Return the reserves who said no, from the workbook of the draw where it is there."""
    if reserves is None or not (folder / _RESERVES).is_file():
        return frozenset()
    found = _read(folder / _RESERVES, reserves.ids, id_column, everyone=False)
    return frozenset(own for own, status in found.items() if not status.stays)


def _said(say: Say, statuses: Mapping[str, Status], declined: frozenset[str]) -> None:
    counts = Counter(status.name for status in statuses.values())
    stay, gone = counts["CONFIRMED"] + counts["ASKED"], counts["WITHDRAWN"] + counts["NO_ANSWER"]
    say.line("replace-statuses", stay=stay, confirmed=counts["CONFIRMED"], asked=counts["ASKED"],
             gone=gone, withdrawn=counts["WITHDRAWN"], silent=counts["NO_ANSWER"])
    if declined:
        say.line("replace-declined", count=len(declined))
