"""RULES as the commands take them: ``project.toml``, or people, quotas and a size.

Ends in one frozen `Project`; `Project.prepare` reads the files it names, step by step.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sortition.errors import InputError, Issue
from sortition.files.readers import read_bytes, read_table
from sortition.files.spelling import nearest
from sortition.files.tables import Table, fold
from sortition.messages import LANGUAGES, Words
from sortition.people.pool import Pool
from sortition.people.prepare import Column, Exclude, Prepared, prepare
from sortition.rules.keys import KEYS, MOST_TICKETS, TABLES, as_meant, key_issues
from sortition.rules.quota_table import statement_from_mapping, statements_from_table
from sortition.rules.quotas import Quotas

if TYPE_CHECKING:
    from sortition.rules.roles import RoleSeats
    from sortition.rules.seats import Note
    from sortition.rules.statements import Statement

__all__ = [
    "ABOUT", "ALREADY_SELECTED", "MOST_TICKETS", "Project", "Ready", "column_issues",
    "project_language", "read_project", "read_toml", "table_lines",
]

# The reason in values; whoever tells it says it in the user's language.
ALREADY_SELECTED = "already selected"

ABOUT = ("title", "organiser", "date")
_REPEATED = ("exclude", "seated", "quota", "meeting")


@dataclass(frozen=True, slots=True)
class Ready:
    """What a problem is compiled from, and how it came to be.

    Parameters
    ----------
    pool, quotas
        For `sortition.compile`.
    prepared
        The list, and who is not in it any more.
    notes
        Every rounding, decision by lot and derived bound.
    roles
        The seats of each feature of which everyone fills one, for `sortition.assign_roles`.
    """

    pool: Pool
    quotas: Quotas
    prepared: Prepared
    notes: tuple[Note, ...] = ()
    roles: tuple[RoleSeats, ...] = ()


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
        ``time_limit``, ``source``, ``drawn_at``.
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
    about: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    making: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    out: str | None = field(default=None, kw_only=True)
    csv: str | None = field(default=None, kw_only=True)

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
        rules: tuple[Quotas | None, tuple[Statement, ...]] | None = None
        try:
            people = self._people()
        except InputError as error:
            issues += error.issues
        try:
            rules = self._rules()
        except InputError as error:
            issues += error.issues
        if people is None or rules is None:
            raise InputError(issues)
        (prepared, pool), (quotas, statements) = people, rules
        gone = _left_out(self.include, prepared, self.pool)
        if gone:
            raise InputError(gone)
        if quotas is not None and not (statements or self.include or self.seated):
            return Ready(pool, replace(quotas, per_household=self.per_household), prepared)
        from sortition.rules.stating import state  # most quotas are a table

        stated = state(
            statements, pool, self.size, per_household=self.per_household, include=self.include,
            counted=self.seated, lot=self.lot, besides=quotas.quotas if quotas else (),
        )
        return Ready(pool, stated.quotas, prepared, stated.notes, stated.roles)

    def needs(self) -> tuple[Table, tuple[str, ...]]:
        """Return the prepared list, its ids not looked at, and the features that rules speak of."""
        prepared = self._prepared()
        quotas, statements = self._rules()
        names = [*(quotas.features if quotas else ()),
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
        return prepare(
            read_table(self.pool, self.sheet), id=self.id, household=self.household,
            columns=self.columns, exclude=exclude, duplicates=self.duplicates,
            keep_rows=self.keep_rows,
        )

    def _rules(self) -> tuple[Quotas | None, tuple[Statement, ...]]:
        """Return the quotas of the file, unless it states shares, and all statements."""
        if self.quotas is None:
            return None, self.statements
        table = read_table(self.quotas)
        shares = statements_from_table(table)
        if shares is None:
            return Quotas.from_table(table, self.size), self.statements
        return None, (*_as_columns_say(shares, self.columns), *self.statements)


def read_project(path: str, objectives: Sequence[str] = ()) -> Project:
    """Read a ``project.toml``; the files it names stand relative to it.

    Parameters
    ----------
    path
        The file.
    objectives
        The names that ``objective`` may have; any when there are none.

    Raises
    ------
    InputError
        With every key that is unknown, missing or of the wrong kind, and every table that cannot
        be understood.
    """
    values, text = read_toml(path)
    lines = table_lines(text, values)
    issues = [] if "quota" in values else _named_quotas(values, path)
    issues += [*key_issues(values, path, lines), *_together(_as_meant(values), path, objectives)]
    home = Path(path).parent
    statements = []
    for at, table in enumerate(_tables(values, "quota")):
        row = lines["quota"][at] if lines.get("quota") else None
        try:
            statements.append(statement_from_mapping(table, file=path, row=row, folder=home))
        except InputError as error:
            issues += error.issues
    if issues:
        raise InputError(issues)

    def file(name: str | None) -> str | None:
        return None if name is None else str(home / name)

    size = values["size"]
    columns = tuple(
        Column.of(name, table, home) for name, table in values.get("columns", {}).items()
    )
    exclude = tuple(
        Exclude(table["reason"], tuple(table.get("ids", ())), file(table.get("file")),
                table.get("housemates", False))
        for table in values.get("exclude", ())
    )
    return Project(
        pool=str(home / values["pool"]),
        quotas=file(values.get("quotas")),
        size=(size, size) if isinstance(size, int) else (size[0], size[1]),
        id=values.get("id"),
        household=tuple(values.get("household", ())),
        objective=values.get("objective"),
        tickets=values.get("tickets"),
        lang=values.get("lang"),
        sheet=values.get("sheet"),
        per_household=values.get("per_household", 1),
        statements=_as_columns_say(statements, columns),
        columns=columns,
        exclude=exclude,
        already_selected=file(values.get("already_selected")),
        duplicates=values.get("duplicates"),
        keep_rows=tuple(values.get("keep_rows", ())),
        include=tuple(values.get("include", ())),
        seated=tuple(values.get("seated", ())),
        lot=values.get("lot", ""),
        about={name: str(values[name]).strip() for name in ABOUT if name in values},
        making=_making(values, file),
        out=file(values.get("out")),
        csv=values.get("csv"),
    )


def _left_out(include: Sequence[str], prepared: Prepared, file: str) -> list[Issue]:
    """Return an issue for everyone who is to be on every panel and may not be drawn."""
    return [
        Issue("include-excluded", {
            "id": one.id,
            "reason": Words("excluded-already") if one.reason == ALREADY_SELECTED else one.reason,
        }, file, one.row, suggestion="include-or-exclude")
        for one in prepared.left if one.id in include
    ]


def _making(
    values: Mapping[str, Any], file: Callable[[str | None], str | None]
) -> dict[str, Any]:
    """Return what else the file says of the lottery to be made, by the names of the options."""
    plain = ("gamma", "exact", "time_limit", "source")
    found = {name: values[name] for name in plain if name in values}
    if "drawn_at" in values:  # a time of TOML, or a text as on the command line
        at = values["drawn_at"]
        found["drawn_at"] = at if isinstance(at, str) else at.isoformat()
    if "chances" in values:
        found["chances"] = file(values["chances"])
    if "balance" in values:
        found["balance"] = tuple(values["balance"])
    return found


def read_toml(path: str) -> tuple[dict[str, Any], str]:
    """Return what a file of settings holds, and its text.

    Raises
    ------
    InputError
        If there is no such file, or it is no TOML.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(text), text
    except UnicodeDecodeError:
        raise InputError([Issue("file-encoding", {}, path, suggestion="save-toml")]) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # Brackets within brackets without end, or a number of more digits than Python takes.
        toml = isinstance(error, tomllib.TOMLDecodeError)
        params = {"reason": str(error) if toml else type(error).__name__}
        raise InputError([Issue("project-toml", params, path, suggestion="mend-toml")]) from None


def project_language(path: str) -> str | None:
    """Return the language that a project file asks for, even where the rest cannot be read."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return None
    found = re.search(r"""^[ \t]*lang[ \t]*=[ \t]*(["'])(\w+)\1""", text, re.MULTILINE)
    return found[2] if found and found[2] in LANGUAGES else None


def _tables(values: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return the tables of a name that stand several times; none where they are no tables."""
    found = values.get(name, [])
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def table_lines(text: str, values: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return where ``[[quota]]`` and its like begin, of those whose headers can all be found."""
    found: dict[str, list[int]] = {name: [] for name in _REPEATED}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line)
        if header and header[1] in found:
            found[header[1]].append(number)
    return {
        name: numbers for name, numbers in found.items()
        if numbers and len(numbers) == len(_tables(values, name))
    }


def _named_quotas(values: dict[str, Any], path: str) -> list[Issue]:
    """Return an issue where ``[[quota]]`` is called ``[[quotas]]``, and read it as meant."""
    if not isinstance(values.get("quotas"), list):
        return []
    values["quota"] = values.pop("quotas")
    params = {"name": "[[quotas]]", "nearest": "[[quota]]"}
    return [Issue("project-key", params, path, suggestion="did-you-mean")]


def _as_meant(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the file, its columns and exclusions with what their unknown keys seem to mean."""
    meant = as_meant(values, KEYS)
    columns = meant.get("columns")
    if isinstance(columns, dict):
        meant["columns"] = {
            name: as_meant(table, TABLES["columns"]) if isinstance(table, dict) else table
            for name, table in columns.items()
        }
    if "exclude" in meant:
        meant["exclude"] = [as_meant(one, TABLES["exclude"]) for one in _tables(meant, "exclude")]
    return meant


def _together(
    values: Mapping[str, Any], path: str, objectives: Sequence[str]
) -> list[Issue]:
    """Return an issue for what is sound by itself but not beside the rest."""
    issues = []
    if "quotas" not in values and "quota" not in values:
        issues.append(Issue("project-quotas", {}, path, suggestion="project-quotas-are"))
    name = values.get("objective")
    if isinstance(name, str) and objectives and name not in objectives:
        near = nearest(name, objectives)
        params = {"name": name, "values": ", ".join(objectives), "nearest": near}
        issues.append(Issue("objective-unknown", params, path, suggestion="values-are"))
    issues += column_issues(values.get("columns", {}), path)
    for number, table in enumerate(_tables(values, "exclude"), 1):
        if ("ids" in table) == ("file" in table):
            issues.append(Issue("project-exclude", {"number": number}, path,
                                suggestion="project-exclude-is"))
    return issues


def column_issues(columns: object, path: str) -> list[Issue]:
    """Return an issue for every ``[columns.…]`` whose keys do not go together."""
    from sortition.rules.statements import is_unknown

    issues = []
    for header, table in columns.items() if isinstance(columns, dict) else ():
        if not isinstance(table, dict):
            continue
        unknown = table.get("unknown")
        if isinstance(unknown, str) and not is_unknown(unknown):
            issues.append(Issue("statement-unknown", {"value": unknown}, path,
                                suggestion="statement-unknown-is"))
        makes = [key for key in ("bands", "areas") if key in table]
        wanted = len(makes) == ("from" in table) and ("on" in table) == ("bands" in table)
        if not wanted:
            issues.append(Issue("project-column", {"name": header}, path,
                                suggestion="project-column-is"))
    return issues


def _as_columns_say(
    statements: Sequence[Statement], columns: Sequence[Column]
) -> tuple[Statement, ...]:
    """Return the statements with what is said of a column once, for all quotas on it."""
    said = {fold(column.name): column for column in columns}
    made = []
    for statement in statements:
        for name in statement.features:
            column = said.get(fold(name))
            if column is not None:
                statement = replace(
                    statement, separator=statement.separator or column.separator,
                    unknown=statement.unknown or column.unknown,
                )
        made.append(statement)
    return tuple(made)
