"""A lottery read back from its folder, so that a ticket can be drawn from it.

Reads what `sortition.lots.record` wrote, checks it with `sortition.verify` before use, and finds
the list of people again to write out who was drawn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.checking import verify_files
from sortition.draw import Candidate, Draw, Panel, draw_from_seed, ticket_from_seed
from sortition.errors import InputError, Issue, VerificationError
from sortition.files.readers import read_table
from sortition.lots.commitment import sealed
from sortition.lots.drawn import draw_files
from sortition.lots.folder import read_files
from sortition.lots.names import STATUSES
from sortition.lots.randomness import (
    Source,
    balls,
    in_their_order,
    not_as_announced,
    seed_from_sources,
    spoken,
    ticket_from_dice,
    too_few_outcomes,
)
from sortition.lots.rosters import read_status_file, reserve_files
from sortition.lots.source import drawn_from, read_again
from sortition.people.pool import Pool
from sortition.report import page
from sortition.verify import commitment, read_rows

if TYPE_CHECKING:
    from sortition.lots.ranked import Reserves
    from sortition.people.statuses import Status

__all__ = ["Published", "open_lottery"]


@dataclass(frozen=True, slots=True)
class Published:
    """A lottery from a folder, checked, and the people it was made from.

    Parameters
    ----------
    files
        The files of the lottery, by name.
    tickets
        How many tickets there are; None where the lottery is exact, and only a text draws from it.
    pool
        The list it was made from.
    proven
        Whether the record says that it is proven to be as fair as possible.
    statuses
        Of a replacement, what those who stay have said; see `sortition.lots.rosters.status_file`.
    """

    files: Mapping[str, bytes]
    tickets: int | None
    pool: Pool
    proven: bool
    statuses: Mapping[str, Status] = field(default_factory=dict)

    def draw(
        self, ticket: int | None, seed: str | None, language: str, *, rehearsal: bool = False,
        csv: str | None = None, sources: Sequence[Source] = (),
        early: Mapping[str, str] | None = None,
        reserves: Callable[[Draw], Reserves] | None = None,
    ) -> tuple[Draw, dict[str, bytes]]:
        """Return the draw of one ticket, or from an exact lottery, and the files it makes.

        It is a rehearsal where nobody could see the lottery before, as the record says, or as is
        said here, which the record then says too.

        `csv` is as for `sortition.lots.drawn.draw_files`; with `sources` there is no other number
        or text. `reserves` says whom the draw fixes as such, and `early` when and why it was drawn
        before the announced time: the record keeps that.

        Whatever is hashed is bound to the commitment, so that the same text draws anew
        from another record, such as that of a replacement; a rehearsal is bound to the panels only,
        so that it can be done again.

        Raises
        ------
        InputError
            If the sources are not those announced, were known before, or do not decide; or the
            record does not say when it was fixed.
        """
        record = json.loads(self.files["record.json"])
        rehearsal = rehearsal or record["rehearsal"]
        if not rehearsal:
            if "fixed_at" not in record:  # as before the field was there: no verifier reads it
                raise InputError([Issue("record-older", suggestion="lottery-anew")])
            spoke = sources or [balls(ticket) if ticket is not None else spoken(seed or "")]
            issues = list(not_as_announced(spoke, record["announced"], record["fixed_at"]))
            if issues:
                raise InputError(issues)
        lottery = hashlib.sha256(self.files["lottery.csv"]).hexdigest()
        digest = lottery if rehearsal else commitment(record)
        method = "sources" if sources else "ticket" if ticket is not None else "seed"
        if sources:
            ticket, seed = self._by_sources(sources, digest)
        if self.tickets is None:
            ticket, ids = self._exact_draw(seed or "", digest)
        else:
            if ticket is None:
                ticket = ticket_from_seed(seed or "", digest, self.tickets)
            members = read_rows(self.files["lottery.csv"])[1 + ticket][1:]
            ids = tuple(sorted(own for own in members if own))
        drawn = Draw(ticket, method, seed, lottery, Panel(ids), rehearsal,
                     in_their_order(sources))
        made = draw_files(
            self.files, drawn, self.pool.table, self.pool.ids_by_row, csv, language=language,
            reserves=None if reserves is None else reserves(drawn), statuses=self.statuses,
            early=early,
        )
        made["report.html"] = page({**self.files, **made}, language)
        return drawn, made

    def with_reserves(self, reserves: Reserves, language: str) -> dict[str, bytes]:
        """Return what changes when reserves are fixed for a draw that is on record already."""
        record = json.loads(self.files["record.json"])
        record["draw"]["reserves"] = reserves.to_dict()
        made = {"record.json": sealed(record)} | reserve_files(
            reserves, self.pool.table, self.pool.ids_by_row, language
        )
        return made | {"report.html": page({**self.files, **made}, language)}

    def _by_sources(self, sources: Sequence[Source], digest: str) -> tuple[int | None, str | None]:
        """Return the ticket that dice alone give, else the text that sources draw by."""
        if self.tickets is not None and [source.kind for source in sources] == ["dice"]:
            thrown = sources[0].data
            return ticket_from_dice(thrown["sides"], thrown["throws"], self.tickets), None
        few = too_few_outcomes(sources)
        if few is not None:
            raise InputError([few])
        return None, seed_from_sources(sources, digest)

    def _exact_draw(self, seed: str, digest: str) -> tuple[int, tuple[str, ...]]:
        """Return the panel's number and who serves."""
        rows = [[int(cell) for cell in row] for row in read_rows(self.files["lottery.csv"])[1:]]
        groups = read_rows(self.files["groups.csv"])[1:]
        people = [Candidate(own, int(t), home) for own, home, t, *_ in groups]
        weights, panels = [row[1] for row in rows], [row[2:] for row in rows]
        return draw_from_seed(seed, digest, weights, panels, people)


def open_lottery(folder: str, pool_file: str | None = None) -> Published:
    """Read a lottery from its folder and check it.

    Parameters
    ----------
    folder
        Where ``sortition lottery`` wrote.
    pool_file
        The list of people, when it is no longer where it was.

    Raises
    ------
    InputError
        If the folder holds no lottery, or the list of people is gone or changed.
    VerificationError
        If the lottery is not what its record says.
    """
    place, files = Path(folder), read_files(folder)
    try:
        record = json.loads(files["record.json"])
        drawn, source = record["draw"], record["source"]
        tickets = None if record.get("kind") == "exact" else int(record["tickets"])
        _ = source["file"], source["sha256"], source["id"], source["household"]
    except (ValueError, KeyError, TypeError):
        raise InputError(
            [Issue("folder-not-lottery", {}, folder, suggestion="run-lottery-first")]
        ) from None
    undrawn = files
    if drawn is not None:
        if record.get("seal") != commitment(record, "seal"):
            raise VerificationError("verify-bad-seal", None, None)
        before = record | {"draw": None, "earlier_draws": []}
        undrawn = {**files, "record.json": sealed(before)}
    failed = next((step for step in verify_files(undrawn).steps if not step.ok), None)
    if failed is not None:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    pool = _pool(place, source, files["chances.csv"], pool_file)
    return Published(files, tickets, pool, record.get("proven") is True, _statuses(place))


def _statuses(place: Path) -> Mapping[str, Status]:
    """Return the statuses that a replacement left in its folder, none where they are gone."""
    try:
        return read_status_file((place / STATUSES).read_bytes())
    except OSError:
        return {}


def _pool(
    place: Path, source: Mapping[str, Any], chances: bytes, pool_file: str | None
) -> Pool:
    """Return the very list that the lottery was made from, as it knew it."""
    path = pool_file or str(place / source["file"])
    try:
        data = Path(path).read_bytes()
    except OSError:
        raise InputError([Issue("pool-moved", {"path": path}, suggestion="name-pool")]) from None
    if hashlib.sha256(data).hexdigest() != source["sha256"]:
        raise InputError([Issue("pool-changed", {}, path, suggestion="restore-pool")])
    table = drawn_from(read_table(path, source.get("sheet")), source, place)
    return read_again(table, source, chances)
