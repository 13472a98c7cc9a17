"""What a project file says of meetings, and the list of people, read together.

The tables ``[meetings]`` and ``[[meeting]]`` and a file in, a `Reading` with its `Programme` out,
or everything that is wrong with them. Called by the command line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue, PoolError
from sortition.files.headings import HEADINGS, find_column, missing_column
from sortition.files.readers import read_table
from sortition.files.spelling import divider, nearest
from sortition.files.tables import Table, fold
from sortition.messages import some_rows
from sortition.people.pool import Pool
from sortition.people.prepare import Column, with_columns
from sortition.people.statuses import left, status_column
from sortition.process.meetings.programme import Meeting, Person, Programme
from sortition.rules.fitting import table_issues
from sortition.rules.keys import KEYS, TABLES
from sortition.rules.project_file import column_issues

__all__ = ["Reading", "read_programme"]

_COLUMNS = ("name", "available", "themes", "expertise", "organisation", "interests")
_MOST_SEATS = 200_000  # people times meetings: more is no model of an afternoon


@dataclass(frozen=True, slots=True)
class Reading:
    """A programme and the list it was read from.

    Parameters
    ----------
    programme
        What is asked.
    table
        The list, for whoever writes letters.
    ids
        The id of each of its rows.
    notes
        What was understood in a way that somebody may want to know.
    files
        Paths of the list, and of the files that columns were made from.
    """

    programme: Programme
    table: Table
    ids: tuple[str, ...]
    notes: tuple[Issue, ...]
    files: tuple[str, ...] = ()


def read_programme(
    values: Mapping[str, Any], meetings: Sequence[Mapping[str, Any]], *, file: str | None = None,
    lines: Sequence[int] = (), columns: Mapping[str, Any] | None = None,
    people: str | None = None,
) -> Reading:
    """Return what is asked, and the list of people.

    Parameters
    ----------
    values
        The table ``[meetings]``.
    meetings
        The tables ``[[meeting]]``.
    file
        The project file; the list of people stands relative to it.
    lines
        Where each ``[[meeting]]`` begins, for messages.
    columns
        The tables ``[columns.…]`` of the file: columns that are made or changed first.
    people
        Another list of people than the file names.

    Raises
    ------
    InputError
        With everything that is wrong: first with the settings, then with list and settings.
    """
    if people is not None:
        values = {**values, "people": people}
    issues = [
        *table_issues(values, TABLES["meetings"], "meetings.", file or "", None),
        *table_issues({"meeting": meetings}, {"meeting": KEYS["meeting"]}, "", file or "", None),
        *table_issues({"columns": columns or {}}, {"columns": KEYS["columns"]}, "", file or "",
                      None),
    ]
    rows: list[int | None] = []
    if not issues:
        rows = [*lines] if len(lines) == len(meetings) else [None] * len(meetings)
        for own, row in zip(meetings, rows, strict=True):
            issues += table_issues(own, TABLES["meeting"], "meeting.", file or "", row)
        for name, own in (columns or {}).items():
            issues += table_issues(own, TABLES["columns"], f"columns.{name}.", file or "", None)
        issues += column_issues(columns, file or "")
    if not issues and ("tables" in values) == bool(meetings):
        issues.append(Issue("meetings-which", {}, file, suggestion="meetings-which-are"))
    if not issues and "seed" in values and "draw" in values:
        issues.append(Issue("meetings-seed-or-draw", {}, file,
                            suggestion="meetings-seed-or-draw-is"))
    if not issues and _size(values, meetings) > _MOST_SEATS:
        issues.append(Issue("meetings-many", {"most": _MOST_SEATS}, file))
    if issues:
        raise InputError(issues)
    home = Path(file).parent if file else Path()
    listed = values["people"] if people is not None else str(home / values["people"])
    made = [Column.of(name, own, home) for name, own in (columns or {}).items()]
    table = read_table(listed, values.get("sheet"))
    table, _ = with_columns(table, made)
    try:
        Pool.from_table(table, values.get("id"))
    except PoolError as error:
        issues += error.issues
    gone = left(table)  # of a panel of which the answers were filled in
    notes = [Issue("meetings-left", {"count": len(gone)}, table.file, None, status_column(table))]
    stay = [at for at in range(len(table.rows)) if at not in gone]
    if gone and not stay:
        raise InputError([Issue("meetings-nobody", {}, table.file)])
    table = replace(table, rows=tuple(table.rows[at] for at in stay),
                    numbers=tuple(table.numbers[at] for at in stay))
    reading = _Reader(values, table, file, issues, notes if gone else []).read(meetings, rows)
    beside = (path for own in made for path in (own.areas, own.listed) if path is not None)
    return replace(reading, files=(listed, *dict.fromkeys(beside)))


def _size(values: Mapping[str, Any], meetings: Sequence[Mapping[str, Any]]) -> int:
    """Return how many meetings there will be at most, of all rounds."""
    rounds = max([values.get("rounds", 1), *(own.get("round", 1) for own in meetings)])
    copies: int = values.get("tables", 0) + sum(own.get("copies", 1) for own in meetings)
    return int(rounds) * copies


class _Reader:
    """Gathers the issues of list and settings."""

    def __init__(
        self, values: Mapping[str, Any], table: Table, file: str | None, issues: list[Issue],
        notes: list[Issue],
    ) -> None:
        self.values, self.table, self.file, self.issues = values, table, file, issues
        named = values.get("id")
        column = table.find(named) if named is not None else None
        if named is None:
            column = next((own for own in map(table.find, HEADINGS["id"]) if own is not None), None)
        self.ids = table.column(column) if column else tuple(map(str, table.numbers))
        self.separator = values.get("separator", ";")
        self.notes = notes

    def read(self, meetings: Sequence[Mapping[str, Any]], rows: Sequence[int | None]) -> Reading:
        """Return everything, or raise all issues."""
        found = {key: self._column(key) for key in _COLUMNS}
        if found["name"] is None and "name" not in self.values:
            found["name"] = find_column(self.table, "name")
        wishes = self.values.get("wishes", [])
        wishes = [wishes] if isinstance(wishes, str) else wishes
        wish_columns = [own for own in map(self._named, wishes) if own is not None]
        mix = [own for own in map(self._named, self.values.get("mix", ())) if own is not None]
        groups = {key: self._groups(key) for key in ("together", "apart")}
        people = self._people(found, wish_columns, mix)
        made = self._meetings(meetings, rows, people)
        self._known(people, made, wish_columns, found)
        if len(people) * len(made) > _MOST_SEATS:
            self.issues.append(Issue("meetings-many", {"most": _MOST_SEATS}, self.file))
        if self.issues:
            raise InputError(self.issues)
        per = self.values.get("per_organisation", 1) if found["organisation"] else None
        programme = Programme(
            tuple(sorted(people, key=lambda own: own.id)), tuple(made), per,
            groups["together"], groups["apart"], tuple(mix), self.values.get("once", False),
            self.values.get("exclude_interests", False), self.values.get("seed", ""),
        )
        return Reading(programme, self.table, self.ids, tuple(self.notes))

    def _column(self, key: str) -> str | None:
        return self._named(self.values[key]) if key in self.values else None

    def _named(self, name: str) -> str | None:
        column = self.table.find(name)
        if column is None:
            self.issues.append(missing_column(self.table, name))
        return column

    def _cells(self, column: str | None) -> tuple[str, ...]:
        return self.table.column(column) if column else ("",) * len(self.ids)

    def _parts(self, cell: str) -> tuple[str, ...]:
        """Return what a cell holds, each once."""
        parts = (part.strip() for part in cell.split(self.separator))
        return tuple({fold(part): part for part in reversed([*parts]) if part}.values())[::-1]

    def _people(
        self, found: Mapping[str, str | None], wishes: Sequence[str], mix: Sequence[str]
    ) -> list[Person]:
        cells = {key: self._cells(column) for key, column in found.items()}
        wished = [self._cells(column) for column in wishes]
        mixed = [self._cells(column) for column in mix]
        people = []
        for at, own in enumerate(self.ids):
            cell = {key: column[at] for key, column in cells.items()}
            times, themes = self._parts(cell["available"]), self._parts(cell["themes"])
            people.append(Person(
                own, cell["name"] or own, times or None, themes or None,
                self._parts(self.separator.join(column[at] for column in wished)),
                self._parts(cell["expertise"]), cell["organisation"],
                self._parts(cell["interests"]), tuple(column[at] for column in mixed),
                self.table.numbers[at],
            ))
        for key, code in (("available", "meetings-blank-available"),
                          ("themes", "meetings-blank-themes")):
            blank = sum(not cell for cell in cells[key]) if found[key] else 0
            if blank:
                self.notes.append(Issue(code, {"count": blank}, self.table.file, None, found[key]))
        return people

    def _groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return groups of ids, from a list of lists or from a column where they say the same."""
        said = self.values.get(key, [])
        if isinstance(said, str):
            column = self._named(said)
            groups: dict[str, list[str]] = defaultdict(list)
            for own, cell in zip(self.ids, self._cells(column), strict=True):
                if cell:
                    groups[fold(cell)].append(own)
            return tuple(sorted(tuple(sorted(own)) for own in groups.values() if len(own) > 1))
        for group in said:
            self._ids(group, key)
        return tuple(tuple(sorted(set(own))) for own in said)

    def _ids(self, ids: Iterable[str], key: str, row: int | None = None) -> None:
        """Take note of ids that nobody has."""
        known = set(self.ids)
        for own in ids:
            if own not in known:
                self.issues.append(Issue("meetings-stranger", {"id": own[:60], "key": key},
                                         self.file, row, suggestion="exclude-check"))

    def _meetings(
        self, given: Sequence[Mapping[str, Any]], rows: Sequence[int | None],
        people: Sequence[Person],
    ) -> list[Meeting]:
        tables = [{"name": f"T{at}"} for at in range(1, self.values.get("tables", 0) + 1)]
        last = max((own.get("round", 1) for own in given), default=1)
        rounds = range(1, max(self.values.get("rounds", 1), last) + 1)
        made: list[tuple[Meeting, Mapping[str, Any], int | None]] = []
        for own, row in zip([*given, *tables], [*rows, *[None] * len(tables)], strict=True):
            copies = own.get("copies", 1)
            for at in range(1, copies + 1):
                name = own["name"].strip()
                theme = own.get("theme", name if copies > 1 else "").strip()
                one = Meeting(
                    name if copies == 1 else f"{name} {at}", 0, theme=theme,
                    time=own.get("time", "").strip(), guests=tuple(own.get("guests", ())),
                    needs=self._needs(own, people), members=tuple(own.get("members", ())),
                    place=own.get("place", "").strip(), chair=own.get("chair", "").strip(),
                )
                self._ids(one.members, "meeting.members", row)
                for number in [own["round"]] if "round" in own else rounds:
                    made.append((replace(one, round=number), own, row))
        self._distinct(made, rounds)
        return [self._sized(one, own, row, made, len(people)) for one, own, row in made]

    def _distinct(
        self, made: Sequence[tuple[Meeting, Mapping[str, Any], int | None]], rounds: Iterable[int]
    ) -> None:
        """Take note of names that stand twice in a round, and of rounds without meetings."""
        seen: set[tuple[int, str]] = set()
        for one, _, row in made:
            key = one.round, fold(one.name)
            if key in seen:
                self.issues.append(Issue("meetings-twice", {"name": one.name}, self.file, row,
                                         suggestion="meetings-own-name"))
            seen.add(key)
        empty = [number for number in rounds if not any(one.round == number for one, _, _ in made)]
        if empty:
            self.issues.append(Issue("meetings-round", {"round": empty[0]}, self.file))

    def _sized(
        self, one: Meeting, own: Mapping[str, Any], row: int | None,
        made: Sequence[tuple[Meeting, Mapping[str, Any], int | None]], people: int,
    ) -> Meeting:
        """Return the meeting with its size: stated, or an even part of the people."""
        said = own.get("capacity", self.values.get("capacity"))
        if said is None:
            beside = sum(other.round == one.round for other, _, _ in made)
            low, high = people // beside + len(one.guests), -(-people // beside) + len(one.guests)
        else:
            low, high = (0, said) if isinstance(said, int) else (said[0], said[1])
        if not 0 <= low <= high or high < 1:
            self.issues.append(Issue("meetings-capacity", {"name": one.name, "size": str(said)},
                                     self.file, row, suggestion="meetings-capacity-is"))
        elif high <= len(one.guests):
            params = {"name": one.name, "most": high, "guests": len(one.guests)}
            self.issues.append(Issue("meetings-guests", params, self.file, row,
                                     suggestion="meetings-more-places"))
        return replace(one, least=low, most=high)

    def _needs(self, own: Mapping[str, Any], people: Sequence[Person]) -> dict[str, int]:
        """Return which expertise a meeting needs: stated for it or for all, else one of each."""
        said = own.get("needs", self.values.get("needs"))
        if said is None:
            names = {name for one in people for name in one.expertise}
            each = {fold(name): name for name in sorted(names, reverse=True)}
            return {each[key]: 1 for key in sorted(each)}
        counts = dict.fromkeys(said, 1) if isinstance(said, list) else dict(said)
        return {name.strip(): count for name, count in counts.items() if count}

    def _known(
        self, people: Sequence[Person], made: Sequence[Meeting], wishes: Sequence[str],
        found: Mapping[str, str | None],
    ) -> None:
        """Take note of words that mean nothing: wishes are mended, other words are told."""
        names = sorted({word for one in made for word in (one.name, one.theme) if word})
        called = set(map(fold, names))
        unknown: dict[str, list[Person]] = defaultdict(list)
        for one in people:
            for wish in one.wishes:
                if fold(wish) not in called:
                    unknown[fold(wish)].append(one)
        for key, who in sorted(unknown.items()):
            wish = next(wish for wish in who[0].wishes if fold(wish) == key)
            near, numbers = nearest(wish, names), sorted(one.row for one in who)
            between = divider(wish, called)
            ask = "did-you-mean" if near else "values-are"
            self.issues.append(Issue("meetings-wish", {
                "value": wish[:60], "count": len(who), "rows": some_rows(numbers), "nearest": near,
                "values": ", ".join(names), "separator": between,
            }, self.table.file, numbers[0], wishes[0] if len(wishes) == 1 else None,
                suggestion="meetings-separator" if between else ask))
        held = sorted({name for one in people for name in one.expertise})
        for name in sorted({name for meeting in made for name in meeting.needs}):
            near = nearest(name, held)
            if fold(name) not in map(fold, held) and near:
                self.issues.append(Issue("meetings-expertise", {"value": name, "nearest": near},
                                         self.file, suggestion="did-you-mean"))
        if any(meeting.needs for meeting in made) and found["expertise"] is None:
            self.issues.append(Issue("meetings-no-expertise", {}, self.file,
                                     suggestion="meetings-expertise-is"))
        self._unused(people, made, found)

    def _unused(
        self, people: Sequence[Person], made: Sequence[Meeting], found: Mapping[str, str | None]
    ) -> None:
        """Take note of times and themes that no meeting has; several in one are an issue."""
        for key, code, there, said in (
            ("available", "meetings-unused-available", [one.time for one in made],
             [one.times or () for one in people]),
            ("themes", "meetings-unused-themes", [one.theme for one in made],
             [one.themes or () for one in people]),
        ):
            if found[key] is None:
                continue
            known, counts = set(map(fold, there)), Counter[str]()
            counts.update(word for words in said for word in words if fold(word) not in known)
            for word in sorted(counts):
                if between := divider(word, known):
                    self.issues.append(Issue("meetings-several", {
                        "value": word[:60], "count": counts[word], "separator": between,
                    }, self.table.file, None, found[key], suggestion="meetings-separator"))
            shown = ", ".join(f"{word} ({count})" for word, count in sorted(counts.items())[:10])
            if counts:
                self.notes.append(Issue(code, {"values": shown}, self.table.file, None,
                                        found[key]))
