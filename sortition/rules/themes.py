"""Several panels from one list: seats in place of people, and the rules of all panels over them.

A `Pool` of people and a `Theme` per panel in; a `Pool` of seats and the `Quotas` over them out,
for `sortition.engine.problem.compile`. Called by `sortition.rules.project`, by
`sortition.process.themes`, and wherever a published list is read again.

The reduction: who may serve is not a person but a seat that a person may take, one for each theme
open to them. The seats of one person are a household, of which at most so many serve together. So
the rules of each theme, the engine's proof, the rounding and the check of every ticket hold
unchanged; a panel over seats is a set of panels, one for each theme. A theme that lies within
another one gives seats that count for both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sortition.errors import Gathered, InputError, Issue
from sortition.files.spelling import nearest
from sortition.files.tables import fold
from sortition.messages import some_rows
from sortition.people.pool import Pool
from sortition.rules.agreement import agreement
from sortition.rules.panel_names import JOINS, within_of
from sortition.rules.quotas import Quota, Quotas

__all__ = ["Seated", "Theme", "reseated", "seats_of"]

Ints = NDArray[np.int64]
Open = NDArray[np.bool_]

SEAT, THEME = "seat", "theme"  # the headers that are made, as those of lottery.csv in English
_SEVERAL = re.compile(r"[|;]")  # between the themes of one cell
_SHARED = 5  # what so many people wrote is nobody's name


@dataclass(frozen=True, slots=True)
class Theme:
    """One of several panels.

    Parameters
    ----------
    name
        What it is called, without ``": "``, ``|`` and ``;``.
    quotas
        Its size and rules.
    within
        The theme whose panel it is a part of; None where it stands beside the others.
    """

    name: str
    quotas: Quotas
    within: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Seated:
    """Seats in place of people.

    Parameters
    ----------
    pool
        The seats as a list, with a column for the seat and one for its theme before the others.
    quotas
        The rules of all themes over them.
    person, theme
        ``(s,)`` position of each seat's person in the list of people, and of its theme.
    """

    pool: Pool
    quotas: Quotas
    person: Ints = field(repr=False)
    theme: Ints = field(repr=False)


def seats_of(
    pool: Pool,
    themes: Sequence[Theme],
    *,
    most: int = 1,
    takes: str | None = None,
    refuses: str | None = None,
) -> Seated:
    """Return the seats that people may take, and the rules of all panels over them.

    Parameters
    ----------
    pool
        The people.
    themes
        The panels, with names that differ.
    most
        On how many panels one person may be; those within one another count once.
    takes, refuses
        Columns with the themes that a person can be on (blank: all), or cannot (blank: none).

    Raises
    ------
    InputError
        With every issue of every theme; themes nobody knows in a column; people who can be on no
        panel; a theme with fewer people than seats, or all of them; homes together with several
        panels per person.
    """
    issues: list[Issue] = []
    for theme in themes:
        found = agreement(pool, theme.quotas)[1]
        issues += [issue for issue in found if issue not in issues]
    names = tuple(theme.name for theme in themes)
    within = within_of({theme.name: theme.within for theme in themes})
    open_to = _open(pool, names, within, takes, refuses, issues)
    known = not issues  # a name misspelt is not somebody who takes nothing
    issues += _count_issues(pool, themes, within, open_to, most, known=known)
    if pool.household_columns and (most > 1 or any(t.quotas.per_household > 1 for t in themes)):
        issues.append(Issue("theme-homes", {}, pool.table.file, suggestion="theme-homes-how"))
    if issues:
        raise InputError(issues)
    seats, person, theme_of = _seat_pool(pool, names, open_to, most)
    return Seated(seats, _joined(seats, themes, within, most), person, theme_of)


def _headers(columns: Sequence[str]) -> tuple[str, str]:
    """Return the headers of seat and theme, which stand above no column of the list yet."""
    taken = set(map(fold, columns))
    made = []
    for header in (SEAT, THEME):
        while header in taken:
            header += "*"
        made.append(header)
    return made[0], made[1]


def reseated(pool: Pool, seats: Iterable[str], most: int = 1) -> Pool:
    """Return the list of seats again, from the people and the ids of the seats there were.

    Parameters
    ----------
    pool
        The people.
    seats
        As in ``chances.csv``.
    most
        On how many panels one person may be.
    """
    split = [seat.partition(JOINS)[::2] for seat in seats]
    names = tuple(sorted({theme for theme, _ in split}))
    person = {own: at for at, own in enumerate(pool.ids)}
    open_to = np.zeros((len(pool), len(names)), dtype=bool)
    for theme, own in split:
        open_to[person[own], names.index(theme)] = True
    return _seat_pool(pool, names, open_to, most)[0]


def _open(
    pool: Pool, names: Sequence[str], within: Mapping[str, Sequence[str]], takes: str | None,
    refuses: str | None, issues: list[Issue],
) -> Open:
    """Return ``(n, h)`` who can take a seat of which theme."""
    open_to = np.ones((len(pool), len(names)), dtype=bool)
    if takes is not None:
        named, blank = _named(pool, takes, names, issues)
        open_to &= named | blank[:, None]
    if refuses is not None:
        named, _ = _named(pool, refuses, names, issues)
        for at, name in enumerate(names):  # who cannot be on a panel cannot be on a part of it
            for inner in within[name]:
                open_to[:, names.index(inner)] &= ~named[:, at]
    return open_to


def _named(
    pool: Pool, column: str, names: Sequence[str], issues: list[Issue]
) -> tuple[Open, Open]:
    """Return ``(n, h)`` which themes each person's cell names, and ``(n,)`` whose is blank."""
    named = np.zeros((len(pool), len(names)), dtype=bool)
    blank = np.ones(len(pool), dtype=bool)
    header = pool.feature(column)
    if header is None:
        near = nearest(column, pool.features)
        params = {"name": column, "nearest": near, "columns": ", ".join(pool.features)}
        how = "did-you-mean" if near else "columns-are"
        issues.append(Issue("quota-feature-unknown", params, pool.table.file, suggestion=how))
        return named, blank
    at = {fold(name): theme for theme, name in enumerate(names)}
    cells = pool.table.column(header)
    words = Counter(
        fold(word) for cell in cells for word in map(str.strip, _SEVERAL.split(cell))
    )
    wrong = Gathered()
    by_row = sorted(enumerate(pool.order.tolist()), key=lambda own: own[1])
    for person, row in by_row:  # as the rows are told
        for word in filter(None, map(str.strip, _SEVERAL.split(cells[row]))):
            blank[person] = False
            if fold(word) in at:
                named[person, at[fold(word)]] = True
                continue
            near = nearest(word, names)
            params = {"value": word[:60], "nearest": near, "values": ", ".join(names)}
            code, ask = "theme-unknown", "did-you-mean" if near else "theme-unknown-how"
            if not near and words[fold(word)] < _SHARED:
                # It may be from a column with names of people: it is not repeated.
                code, params, ask = "theme-cell", {"values": params["values"]}, "values-are"
            wrong.add(Issue(code, params, pool.table.file, pool.table.numbers[row], header,
                            suggestion=ask))
    issues += wrong.issues
    return named, blank


def _count_issues(
    pool: Pool, themes: Sequence[Theme], within: Mapping[str, Sequence[str]], open_to: Open,
    most: int, *, known: bool,
) -> list[Issue]:
    """Return an issue for people without a theme, and for seats without enough people."""
    file = pool.table.file
    names = [theme.name for theme in themes]
    issues = []
    rows = [pool.table.numbers[row] for row in pool.order[~open_to.any(axis=1)].tolist()]
    if rows and known:
        params = {"count": len(rows), "rows": some_rows(sorted(rows))}
        issues.append(Issue("theme-nothing", params, file, min(rows),
                            suggestion="theme-nothing-how"))
    for theme in themes:
        inside = [names.index(name) for name in within[theme.name]]
        count, size = int(open_to[:, inside].any(axis=1).sum()), theme.quotas.size[0]
        if count < size:
            issues.append(Issue("theme-too-few", {
                "theme": theme.name, "size": size, "people": count}, file))
    seats = sum(theme.quotas.size[0] for theme in themes if theme.within is None)
    places = np.minimum(open_to.sum(axis=1), most)
    if pool.household_columns:  # one of a home on any panel
        places = np.bincount(pool.household, places) > 0
    room = int(places.sum())
    if seats > room and not issues:
        issues.append(Issue("theme-above-pool", {"seats": seats, "people": room}, file,
                            suggestion="theme-above-pool-how"))
    return issues


def _seat_pool(
    pool: Pool, names: Sequence[str], open_to: Open, most: int
) -> tuple[Pool, Ints, Ints]:
    """Return the seats as a list, and the person and the theme of each."""
    listed = sorted(
        (names[theme] + JOINS + pool.ids[person], person, theme)
        for person, theme in zip(*(at.tolist() for at in np.nonzero(open_to)), strict=True)
    )
    person = np.array([own for _, own, _ in listed], dtype=np.int64)
    theme_of = np.array([own for _, _, own in listed], dtype=np.int64)
    order = sorted(names)
    theme_code = np.array([order.index(name) for name in names], dtype=np.int32)[theme_of]
    seat, theme = _headers(pool.table.columns)
    where = pool.order[person].tolist()
    table = replace(
        pool.table, columns=(seat, theme, *pool.table.columns),
        rows=tuple((own, names[at], *pool.table.rows[row])
                   for (own, _, at), row in zip(listed, where, strict=True)),
        numbers=tuple(pool.table.numbers[row] for row in where),
    )
    seats = Pool(
        ids=tuple(own for own, _, _ in listed),
        features=(theme, *pool.features),
        values=(tuple(order), *pool.values),
        codes=np.column_stack([theme_code, pool.codes[person]]).astype(np.int32),
        household=pool.household[person],
        table=table,
        order=np.arange(len(listed), dtype=np.int64),
        id_column=seat,
        household_columns=pool.household_columns,
        person=person if most == 1 else None,
    )
    for array in (seats.codes, seats.household, seats.order, person, theme_of):
        array.setflags(write=False)
    return seats, person, theme_of


def _joined(
    seats: Pool, themes: Sequence[Theme], within: Mapping[str, Sequence[str]], most: int
) -> Quotas:
    """Return the rules of each theme, over its seats and those of the themes within it."""
    feature = seats.features[0]
    quotas: list[Quota] = []
    outside: dict[tuple[str, tuple[str, ...]], None] = {}
    for theme in themes:
        here = feature, tuple(within[theme.name])
        quotas.append(Quota((here,), *theme.quotas.size, label=theme.name))
        outside |= dict.fromkeys(theme.quotas.outside)
        for quota in theme.quotas.quotas:
            where = tuple(_of_seats(seats, here[1], own, values) for own, values in quota.where)
            quotas.append(replace(
                quota, where=(here, *where), label=theme.name + JOINS + quota.name, row=None,
            ))
    beside = [theme.quotas.size for theme in themes if theme.within is None]
    least, largest = (sum(size[end] for size in beside) for end in (0, 1))
    return Quotas((least, largest), tuple(quotas), most, outside=tuple(outside))


def _of_seats(
    seats: Pool, themes: Sequence[str], feature: str, values: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Return a pair of feature and values; people by id become their seats."""
    if seats.feature(feature) is not None:
        return feature, values
    return seats.id_column or SEAT, tuple(
        name + JOINS + own for name in themes for own in values
    )
