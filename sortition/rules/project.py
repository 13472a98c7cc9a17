"""What one draw needs, and what its files say: ``Project.prepare() -> Ready``.

Made by `sortition.rules.read_project` from ``project.toml``, or by the command line from its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.errors import InputError, Issue
from sortition.files.headings import find_column, missing_column
from sortition.files.readers import read_table
from sortition.files.tables import Table, fold
from sortition.messages import Words
from sortition.people.pool import Pool
from sortition.people.prepare import Among, Column, Exclude, Prepared, prepare, with_columns
from sortition.rules.quotas import Quotas
from sortition.rules.ready import Ready, Several, everybody
from sortition.rules.share_table import statements_from_table

if TYPE_CHECKING:  # most quotas are a table for one panel: what others need is loaded for them
    from sortition.people.cohorts import Cohorts
    from sortition.people.served import Served
    from sortition.rules.several import Part
    from sortition.rules.statements import Statement
    from sortition.rules.stating import Stated

__all__ = ["ALREADY_SELECTED", "MEMBER", "NOT_AMONG", "Project", "as_columns_say"]

# Reasons in values; whoever tells one says it in the user's language.
ALREADY_SELECTED, MEMBER, NOT_AMONG = "already selected", "member", "not in the phase before"

EVERYBODY = (0, 0)  # as a size: all who are left, and no rules
_Rules = tuple[Quotas | None, "tuple[Statement, ...]"]  # of a file, and as people state them


@dataclass(frozen=True, slots=True)
class Project:
    """What one draw needs: files, columns and settings.

    Parameters
    ----------
    pool, quotas
        Paths of the two tables; `quotas` is None where `statements` say it all.
    size
        Smallest and largest number of seats.
    id
        Header of the ids, None to look for it.
    household
        Headers that together say who lives together.
    objective, tickets, lang, out, csv
        As the options of the same name; None when not stated.
    about
        What the page says of the draw: ``title``, ``organiser``, ``date`` (year-month-day).
    making
        Further options of ``lottery``, by name: ``gamma``, ``chances``, ``balance``, ``exact``,
        ``time_limit``.
    sheet
        Sheet of a workbook with people; the first when None.
    per_household
        How many members of one household may serve together.
    statements
        Quotas as people state them, with what `columns` says of their cells.
    columns, exclude, duplicates, keep_rows
        As for `sortition.people.prepare.prepare`.
    already_selected
        File of people who are on the panel already: neither they nor those who live with them
        may be drawn.
    include, seated, lot
        As ``include``, ``counted`` and ``lot`` of `sortition.state`.
    themes
        Several panels to be drawn together; what else is stated holds for each of them.
    most, takes, refuses
        As for `sortition.rules.themes.seats_of`.
    phases
        Panels to be drawn after each other; see `phase`.
    served, among
        As for `sortition.people.prepare.prepare`.
    cohorts
        Members of whom some stay: they count for the size and for the quotas.
    plain_lot
        Whether it is one of a list, or a few, without quotas: the page then speaks of no people.
    """

    pool: str
    quotas: str | None
    size: tuple[int, int]
    id: str | None = None
    household: tuple[str, ...] = ()
    objective: str | None = None
    tickets: int | None = None
    lang: str | None = None
    sheet: str | None = field(default=None, kw_only=True)
    per_household: int = field(default=1, kw_only=True)
    statements: tuple[Statement, ...] = field(default=(), kw_only=True)
    columns: tuple[Column, ...] = field(default=(), kw_only=True)
    exclude: tuple[Exclude, ...] = field(default=(), kw_only=True)
    already_selected: str | None = field(default=None, kw_only=True)
    duplicates: str | None = field(default=None, kw_only=True)
    keep_rows: tuple[int, ...] = field(default=(), kw_only=True)
    include: tuple[str, ...] = field(default=(), kw_only=True)
    seated: tuple[Mapping[str, str], ...] = field(default=(), kw_only=True)
    lot: str = field(default="", kw_only=True)
    themes: tuple[Part, ...] = field(default=(), kw_only=True)
    most: int = field(default=1, kw_only=True)
    takes: str | None = field(default=None, kw_only=True)
    refuses: str | None = field(default=None, kw_only=True)
    phases: tuple[Part, ...] = field(default=(), kw_only=True)
    served: Served | None = field(default=None, kw_only=True)
    cohorts: Cohorts | None = field(default=None, kw_only=True)
    plain_lot: bool = field(default=False, kw_only=True)
    among: Among | None = field(default=None, kw_only=True)
    about: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    making: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    out: str | None = field(default=None, kw_only=True)
    csv: str | None = field(default=None, kw_only=True)

    @property
    def all_stay(self) -> bool:
        """Whether everybody who is left is on the panel, so that nothing is drawn."""
        return self.size == EVERYBODY and not self.themes

    def phase(self, name: str, ids: Iterable[str] | None = None) -> Project:
        """Return one of several phases as a project of its own.

        Parameters
        ----------
        name
            Of the phase.
        ids
            Whom it is drawn from; None reads the panel of the phase before, without those gone.

        Raises
        ------
        KeyError
            If there is no such phase.
        InputError
            If the phase that it is drawn from was not drawn yet, or a file is not there.
        """
        part = next((own for own in self.phases if own.name == name), None)
        if part is None:
            raise KeyError(name)
        among, file = None if ids is None else frozenset(ids), None
        if among is None and part.within is not None:
            file = self._drawn_before(part)
            among = self._ids_in(file)
        if among is not None and part.gone is not None:
            among -= self._ids_in(part.gone)
        return replace(
            self, phases=(), out=part.out, include=part.include,
            quotas=part.quotas or self.quotas,
            statements=(*self.statements, *part.statements), size=part.size or EVERYBODY,
            among=None if among is None else Among(among, NOT_AMONG, file),
        )

    def _drawn_before(self, part: Part) -> str:
        """Return the file of those who were drawn in the phase that another one is drawn from."""
        before = next((own for own in self.phases if own.name == part.within), None)
        if before is None:
            return str(Path(self.pool).parent / str(part.within))
        panel = Path(before.out) / "panel.csv"
        if not panel.exists():
            params = {"phase": part.name, "before": before.name}
            raise InputError([Issue("phase-not-drawn", params, before.out,
                                    suggestion="phase-not-drawn-how")])
        return str(panel)

    def _ids_in(self, path: str) -> frozenset[str]:
        """Return the ids in a file of people."""
        table = read_table(path)
        column = (self.id and table.find(self.id)) or find_column(table, "id")
        if column is None:
            raise InputError([missing_column(table, self.id or "id")])
        return frozenset(table.column(column)) - {""}

    def read(self) -> tuple[Pool, Quotas]:
        """Return pool and quotas; errors as for `prepare`."""
        ready = self.prepare()
        return ready.pool, ready.quotas

    def prepare(self) -> Ready:
        """Read every file and work out the quotas: table, adjusted table, pool, quotas.

        Raises
        ------
        InputError
            With the issues of the people and of the quota file together; those of statements,
            which speak of the pool, once both are sound.
        """
        issues: list[Issue] = []
        people: tuple[Prepared, Pool] | None = None
        rules: list[_Rules] = []
        panels = [self._of(theme) for theme in self.themes] or [self]
        try:
            people = self._people()
        except InputError as error:
            issues += error.issues
        for panel in panels:
            try:
                rules.append(panel._rules())
            except InputError as error:
                issues += [issue for issue in error.issues if issue not in issues]
        if people is None or len(rules) < len(panels):
            raise InputError(issues)
        prepared, pool = people
        gone = [own for panel in panels for own in _left_out(panel.include, prepared, self.pool)]
        if gone:
            raise InputError(gone)
        if self.all_stay:
            return Ready(pool, everybody(pool), prepared)
        if self.themes:
            return self._together(prepared, pool, panels, rules)
        quotas, _ = rules[0]
        if quotas is not None and not self._states(rules[0]):
            return Ready(pool, replace(quotas, per_household=self.per_household), prepared)
        stated = self._stated(pool, rules[0])
        return Ready(pool, stated.quotas, prepared, stated.notes, stated.roles)

    def _states(self, rules: _Rules) -> bool:
        """Return whether there is more to work out than a table of quotas."""
        return bool(rules[1] or self.include or self.seated or self.cohorts)

    def _of(self, theme: Part) -> Project:
        """Return one of several panels as a project of its own."""
        return replace(
            self, size=theme.size or EVERYBODY, quotas=theme.quotas or self.quotas, themes=(),
            statements=(*self.statements, *theme.statements), include=theme.include,
            cohorts=None,
        )

    def _stated(self, pool: Pool, rules: _Rules) -> Stated:
        """Return the quotas in whole seats."""
        quotas, statements = rules
        from sortition.rules.stating import Stated, state

        seated = (*self.seated, *self._staying(pool, rules))
        if quotas is not None and not self._states(rules):
            return Stated(replace(quotas, per_household=self.per_household))
        return state(
            statements, pool, self.size, per_household=self.per_household, include=self.include,
            counted=seated, lot=self.lot, besides=quotas.quotas if quotas else (),
        )

    def _staying(self, pool: Pool, rules: _Rules) -> list[dict[str, str]]:
        """Return the members who stay, each with their value in the columns of the rules."""
        if self.cohorts is None:
            return []
        table = with_columns(read_table(self.cohorts.members), self.columns)[0]
        stay, _ = self.cohorts.split(table)
        quotas, statements = rules
        names = [*(quotas.features if quotas else ()),
                 *(name for statement in statements for name in statement.features)]
        issues = [missing_column(stay, name) for name in dict.fromkeys(names)
                  if stay.find(name) is None]
        if not issues and len(stay.rows) >= self.size[1]:
            params = {"stay": len(stay.rows), "size": self.size[1]}
            issues = [Issue("cohort-full", params, stay.file, suggestion="cohort-full-how")]
        if issues:
            raise InputError(issues)
        columns = {name: stay.column(stay.find(name) or name) for name in dict.fromkeys(names)}
        return [{name: cells[at] for name, cells in columns.items()}
                for at in range(len(stay.rows))]

    def _together(
        self, prepared: Prepared, pool: Pool, panels: Sequence[Project], rules: Sequence[_Rules]
    ) -> Ready:
        """Return the seats of several panels and the rules over them."""
        from sortition.rules.seats import Note
        from sortition.rules.themes import Theme, seats_of

        issues: list[Issue] = []
        stated: list[Stated] = []
        for panel, own in zip(panels, rules, strict=True):
            try:
                stated.append(panel._stated(pool, own))
            except InputError as error:
                issues += [issue for issue in error.issues if issue not in issues]
        if issues:
            raise InputError(issues)
        themes = tuple(
            Theme(part.name, own.quotas, part.within)
            for part, own in zip(self.themes, stated, strict=True)
        )
        seated = seats_of(pool, themes, most=self.most, takes=self.takes, refuses=self.refuses)
        notes = tuple(
            Note("note-theme", {"theme": theme.name, "note": note}, note.file, note.row)
            for theme, own in zip(themes, stated, strict=True) for note in own.notes
        )
        several = Several(pool, themes, tuple(own.roles for own in stated), seated, self.most)
        return Ready(seated.pool, seated.quotas, prepared, notes, several=several)

    def needs(self) -> tuple[Table, tuple[str, ...]]:
        """Return the prepared list, its ids not looked at, and the features that rules speak of."""
        prepared = self._prepared()
        names = [name for name in (self.takes, self.refuses) if name is not None]
        for panel in [self._of(theme) for theme in self.themes] or [self]:
            quotas, statements = panel._rules()
            names += [*(quotas.features if quotas else ()),
                      *(name for statement in statements for name in statement.features)]
        return prepared.table, tuple({fold(name): name for name in reversed(names)}.values())

    def people(self) -> Pool:
        """Return the people alone; errors as for `prepare`."""
        return self._people()[1]

    def prepared(self) -> Prepared:
        """Return the list without those left out and with every column; errors as `prepare`."""
        return self._prepared()

    def _people(self) -> tuple[Prepared, Pool]:
        prepared = self._prepared()
        return prepared, Pool.from_table(prepared.table, self.id, self.household)

    def _prepared(self) -> Prepared:
        exclude = self.exclude
        if self.already_selected is not None:
            # Nobody who lives with them may serve beside them, as on one panel.
            exclude += (Exclude(ALREADY_SELECTED, file=self.already_selected,
                                housemates=bool(self.household)),)
        if self.cohorts is not None:
            exclude += (Exclude(MEMBER, file=self.cohorts.members),)
        return prepare(
            read_table(self.pool, self.sheet), id=self.id, household=self.household,
            columns=self.columns, exclude=exclude, duplicates=self.duplicates,
            keep_rows=self.keep_rows, served=self.served, among=self.among,
        )

    def _rules(self) -> _Rules:
        """Return the quotas of the file, unless it states shares, and all statements."""
        if self.quotas is None:
            return None, self.statements
        table = read_table(self.quotas)
        shares = statements_from_table(table)
        if shares is None:
            return Quotas.from_table(table, self.size), self.statements
        return None, (*as_columns_say(shares, self.columns), *self.statements)


def _left_out(include: Sequence[str], prepared: Prepared, file: str) -> list[Issue]:
    """Return an issue for everyone who is to be on every panel and may not be drawn."""
    return [
        Issue("include-excluded", {
            "id": one.id,
            "reason": Words("excluded-already") if one.reason == ALREADY_SELECTED else one.reason,
        }, file, one.row, suggestion="include-or-exclude")
        for one in prepared.left if one.id in include
    ]


def as_columns_say(
    statements: Sequence[Statement], columns: Sequence[Column]
) -> tuple[Statement, ...]:
    """Return the statements with what is said of a column once, for all quotas on it.

    What is said of blank cells holds for a column that is made of it, unless that says its own.
    """
    blank = {fold(column.name): column.unknown for column in columns}
    said = {
        fold(own.name): (own.separator, own.unknown or blank.get(fold(own.source or "")))
        for own in columns
    }
    return tuple(replace(statement, columns=said) for statement in statements)
