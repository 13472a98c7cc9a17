"""The files of a seating: lists, notes for the chair, badges, mail merge, summary.

A `Seating` and the `Reading` it came from in, bytes by name out. Called by the command line, which
writes them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sortition.files.cells import fold
from sortition.files.writers import to_csv, to_xlsx
from sortition.process.meetings.programme import Meeting
from sortition.process.meetings.record import RECORD
from sortition.process.meetings.rules import Reading
from sortition.process.meetings.seated import Seating
from sortition.process.meetings.unmet import unmet
from sortition.report.meeting_pages import attendance, badges, chair_note
from sortition.report.voice import Voice

__all__ = ["file_names", "meeting_files"]

_LONGEST = 40  # of a meeting's name within the name of a file
_MERGED = {"name": "meetings-merge-name", "time": "meetings-merge-time",
           "place": "meetings-merge-place", "theme": "meetings-merge-theme",
           "chair": "meetings-merge-chair"}


def file_names(meetings: Sequence[Meeting], csv: str | None) -> tuple[list[str], list[str]]:
    """Return what each meeting's files begin with, and the names of all files.

    Parameters
    ----------
    meetings
        The meetings of the programme.
    csv
        How the mail merge is written: ``"plain"`` or ``"nl"`` as text, None as a workbook.
    """
    several = len({meeting.round for meeting in meetings}) > 1
    stems = []
    for at, meeting in enumerate(meetings, 1):
        plain = unicodedata.normalize("NFKD", meeting.name).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST]
        stems.append("-".join(filter(None, [f"{at:02d}", f"round{meeting.round}" if several else "",
                                            slug])))
    end = "xlsx" if csv is None else "csv"
    names = ["seating.csv", "unmet.csv", RECORD, f"everyone.{end}"]
    names += [f"{stem}{kind}.html" for stem in stems for kind in ("", "-chair")]
    if several:
        return stems, [*names, "badges.html"]
    names += [f"{stem}-badges.html" for stem in stems]
    return stems, [*names, *(f"{stem}-letters.{end}" for stem in stems)]


def meeting_files(
    seating: Seating, reading: Reading, language: str, csv: str | None = None
) -> dict[str, bytes]:
    """Return the files, by name: those of `file_names` but the record, ``meetings.json``.

    Every cell is safe against being run as a formula and every word stands as text in the pages.
    """
    programme, voice = seating.programme, Voice(language)
    stems, _ = file_names(programme.meetings, csv)
    end = "xlsx" if csv is None else "csv"
    several = len(programme.rounds) > 1
    lot = {own: number for number, own in enumerate(seating.lot, 1)}
    people = {own.id: own for own in programme.people}
    rows = []
    for own, seats in seating.seats.items():
        for number, at in enumerate(seats, 1):
            meeting = None if at is None else programme.meetings[at]
            rank = programme.rank(people[own], meeting) if meeting else None
            rows.append([own, number, meeting.name if meeting else "", rank or "", lot[own]])
    files = {
        "seating.csv": to_csv(["id", "round", "meeting", "wish", "lot"], rows).encode(),
        "unmet.csv": to_csv(["id", "number", "wish", "rule"], unmet(seating)).encode(),
        f"everyone.{end}": _merge(seating, reading, voice, csv, None),
    }
    for at, stem in enumerate(stems):
        files[f"{stem}.html"] = attendance(seating, at, voice)
        files[f"{stem}-chair.html"] = chair_note(seating, at, voice)
        if not several:
            files[f"{stem}-badges.html"] = badges(seating, voice, at)
            files[f"{stem}-letters.{end}"] = _merge(seating, reading, voice, csv, at)
    if several:
        files["badges.html"] = badges(seating, voice)
    return files


def _merge(
    seating: Seating, reading: Reading, voice: Voice, csv: str | None, only: int | None
) -> bytes:
    """Return a row per person, with their own columns and those of their meetings."""
    programme = seating.programme
    several = len(programme.rounds) > 1
    added = []
    for number, _ in enumerate(programme.rounds, 1):
        for code in _MERGED.values():
            word = voice.words(code)
            added.append(f"{word} {number}" if several else word)
    own = {fold(name) for name in reading.table.columns}
    added = [f"{name} *" if fold(name) in own else name for name in added]
    rows = []
    for one, row in sorted(zip(reading.ids, reading.table.rows, strict=True)):
        seats = seating.seats[one]
        if only is not None and only not in seats:
            continue
        cells: list[str] = []
        for at in seats:
            meeting = None if at is None else programme.meetings[at]
            cells += [getattr(meeting, part) if meeting else "" for part in _MERGED]
        rows.append([*row, *cells])
    header = [*reading.table.columns, *added]
    if csv is None:
        return to_xlsx(header, rows, voice.words("meetings-merge-sheet"))
    return to_csv(header, rows, style="excel-nl" if csv == "nl" else "plain").encode()
