"""A first project file: the list of people in, the text of a ``project.toml`` out.

What the columns are follows from their headers and cells; what is not certain becomes a comment.
Called by ``sortition init``.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from sortition.errors import InputError
from sortition.files.headings import columns_of, find_column, headless, notes_below
from sortition.files.tables import Table
from sortition.messages import render_issue, some_rows, text
from sortition.people.ages import parse_bands, years_of_birth
from sortition.people.duplicates import find_duplicates
from sortition.people.places import find_place, near_places, normalise_places, place_issues
from sortition.rules.guesses import Ages, Feature, age_column, alike, feature_of, year_column
from sortition.rules.quotas import join_union
from sortition.rules.toml import toml_key, toml_value

__all__ = ["first_project"]

# What nobody makes a quota of; an address and a postcode say who lives together.
_PERSONAL = (
    "email", "telephone", "name", "first name", "initials", "name particle", "last name",
    "birth date", "address", "house number", "postcode",
)
_BLANK_SHARE = 10  # one in so many blank at most: the others are given all seats
_MOST_SHOWN = 10  # spellings of municipalities
_LONGEST = 60  # signs of a value in a comment
_WIDTH = 96
_BANDS = ("16-29", "30-44", "45-64", "65+")
_CHILDREN = "<16"


@dataclass(frozen=True, slots=True)
class _Words:
    """The language that the comments are in."""

    language: str

    def say(self, code: str, **params: object) -> list[str]:
        """Return a text of the catalogue as lines of comment."""
        return _comment(text(code, self.language, **params))


def first_project(
    table: Table,
    pool_name: str,
    size: tuple[int, int] | None,
    language: str,
    today: date,
    *,
    sheet: str | None = None,
) -> str:
    """Return a project file to begin with, as far as the list of people tells.

    Every column with a few different values gets a quota in proportion to the people who signed
    up, give or take one seat: a panel like the list, for the user to change.

    Parameters
    ----------
    table
        People.
    pool_name
        Where they are read from, relative to the project file.
    size
        Smallest and largest number of seats; None leaves a comment in its place.
    language
        Of the comments.
    today
        The day on which ages are counted, until the user says another.
    sheet
        Sheet of the workbook; None for the first.

    Raises
    ------
    InputError
        If the list has no header, as its first person must not stand in a project file; or if
        there are notes below it.

    Examples
    --------
    >>> rows = tuple((str(n), "ab"[n % 2]) for n in range(6))
    >>> people = Table(("id", "side"), rows, tuple(range(2, 8)))
    >>> made = first_project(people, "people.csv", (2, 2), "en", date(2026, 6, 1))
    >>> [line for line in made.splitlines() if line and not line.startswith("#")][-5:]
    ['[[quota]]', 'of = "side"', 'spread = "proportional"', 'populations = "pool"', 'tolerance = 1']
    """
    own_id = find_column(table, "id")
    issue = headless(table)
    if issues := [issue] if issue else notes_below(table, own_id):
        raise InputError(issues)
    words = _Words(language)
    of_day = age_column(table, today)
    age = of_day or year_column(table, today.year)
    place = find_column(table, "municipality")
    certain = place is not None and not place_issues(table, place) and any(table.column(place))
    if place is not None and certain:
        table, _ = normalise_places(table, place)  # so that values are counted as they will be
    known = _personal(table)
    personal = [name for name in table.columns if name in known]
    age_source = None if age is None else age.source
    free = [name for name in table.columns if name not in {own_id, age_source, *personal}]
    features = [found for name in free if (found := feature_of(table, name)) is not None]
    named = {feature.name for feature in features}
    blocks = [
        _settings(words, table, own_id, pool_name, size, sheet, today),
        _doubles(words, table, own_id),
        [] if place is None else _places(words, table, place, certain=certain),
        [] if age is None else _bands(words, table, age, today, years=of_day is None),
        *(_column(words, feature) for feature in features if feature.name != place),
        words.say("start-quotas") if features or age else words.say("start-no-quotas"),
        *(_quota(words, feature, place, len(table.rows)) for feature in features),
        _left_over(words, "start-personal", [name for name in personal if name != age_source]),
        _left_over(words, "start-other", [name for name in free if name not in named]),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _settings(
    words: _Words, table: Table, own_id: str | None, pool_name: str,
    size: tuple[int, int] | None, sheet: str | None, today: date,
) -> list[str]:
    """Return the lines above the first table."""
    lines = [*words.say("start-top"), *words.say("start-schema"), "",
             f"pool = {toml_value(pool_name)}"]
    if sheet is not None:
        lines.append(f"sheet = {toml_value(sheet)}")
    if size is None:
        lines += [*words.say("start-size", people=len(table.rows)), "# size = 24"]
    else:
        lines.append(f"size = {size[0] if size[0] == size[1] else list(size)}")
    if own_id is not None:
        lines.append(f"id = {toml_value(own_id)}")
    else:
        distinct = [name for name in table.columns if name not in _personal(table)
                    and len(set(table.column(name)) - {""}) == len(table.rows)]
        if distinct:
            lines += [*words.say("start-no-id"), f"# id = {toml_value(distinct[0])}"]
    return [*lines, *_household(words, table), *words.say("start-lot"),
            f"# lot = {toml_value(text('start-lot-text', words.language))}",
            f"lang = {toml_value(words.language)}", *words.say("start-page"),
            f"# title = {toml_value(text('start-title', words.language))}",
            f"# organiser = {toml_value(text('start-organiser', words.language))}",
            f"# date = {today.isoformat()}"]


def _household(words: _Words, table: Table) -> list[str]:
    """Return the columns that say who lives together; as a comment where they do not say enough."""
    address = [column for kind in ("address", "house number")
               for column in columns_of(table, kind)[:1]]
    postcode = list(columns_of(table, "postcode")[:1])
    if not address and not postcode:
        return []
    columns = f"household = {toml_value([*address, *postcode])}"
    if address and postcode:
        return [*words.say("start-household"), columns]
    return [*words.say("start-household-doubt"), f"# {columns}"]


def _personal(table: Table) -> set[str]:
    """Return the columns that say who somebody is, not what they are."""
    return {column for kind in _PERSONAL for column in columns_of(table, kind)}


def _quota(words: _Words, feature: Feature, place: str | None, people: int) -> list[str]:
    """Return the quota on a column; as a comment when cells hold several values, or often none."""
    lines = _counts(words, feature.name, feature.people, feature.blank)
    quota = ["[[quota]]", f"of = {toml_value(feature.name)}"]
    if feature.separator:
        values = [join_union([value]) for value, _ in feature.people]
        quota.append(f"at_least_one = {toml_value(values)}")
        return [*lines, *words.say("start-several"), *(f"# {line}" for line in quota)]
    if feature.name == place:
        lines += words.say("start-inhabitants")
    quota += ['spread = "proportional"', 'populations = "pool"', "tolerance = 1"]
    if not feature.blank:
        return [*lines, *quota]
    if _BLANK_SHARE * feature.blank > people:
        quota.append('unknown = "outside"')
        return [*lines, *words.say("start-mostly-blank"), *(f"# {line}" for line in quota)]
    return [*lines, *quota, *words.say("start-blank", count=feature.blank), 'unknown = "outside"']


def _counts(
    words: _Words, name: str, people: Iterable[tuple[str, int]], blank: int = 0
) -> list[str]:
    """Return the values of a column and how many people have each, as a comment."""
    counted = [f"{_short(value)} ({count})" for value, count in people]
    if blank:
        counted.append(text("start-blanks", words.language, count=blank))
    return _comment(f"{_short(name)}: {', '.join(counted)}")


def _column(words: _Words, feature: Feature) -> list[str]:
    """Return what is said of a column: what separates several values, and, asked, what is alike."""
    header = [f"[columns.{toml_key(feature.name)}]"]
    lines = []
    if feature.separator:
        lines += [*words.say("start-separator"), *header,
                  f"separator = {toml_value(feature.separator)}"]
    same = alike(feature)
    if same:
        pairs = (f"{toml_value(one)} = {toml_value(other)}" for one, other in same.items())
        asked = [] if feature.separator else header
        asked.append(f"aliases = {{ {', '.join(pairs)} }}")
        asked += ['unknown = "outside"'] if "" in same.values() else []
        lines += [*words.say("start-alike", column=_short(feature.name)),
                  *(f"# {line}" for line in asked)]
    return lines


def _doubles(words: _Words, table: Table, own_id: str | None) -> list[str]:
    """Return how many sign-ups seem to be double, with the choice as a comment."""
    sure = [group for group in find_duplicates(table, own_id) if group.sure]
    if not sure:
        return []
    rows = some_rows([row for group in sure for row in group.rows[1:]])
    return [*words.say("start-doubles", count=len(sure), rows=rows), '# duplicates = "keep-first"']


def _places(words: _Words, table: Table, place: str, *, certain: bool) -> list[str]:
    """Return what is said of the column of municipalities; a comment where one is doubtful."""
    header = f"[columns.{toml_key(place)}]"
    if certain:
        return [*words.say("start-places"), header, "places = true"]
    issues = place_issues(table, place)
    if not issues:
        return []  # nobody filled it in
    lines = words.say("start-places-doubt", count=len(issues))
    for issue in islice(issues, _MOST_SHOWN):
        for line in render_issue(replace(issue, file=None), words.language).splitlines():
            lines += _comment(f"- {line}" if not line.startswith(" ") else f"  {line.strip()}")
    meant = {
        cell: near[0].name for cell in dict.fromkeys(table.column(place))
        if cell and find_place(cell) is None and len(near := near_places(cell)) == 1
    }
    lines += [f"# {header}", "# places = true"]
    if meant:
        pairs = (f"{toml_value(cell)} = {toml_value(name)}" for cell, name in meant.items())
        lines.append(f"# aliases = {{ {', '.join(pairs)} }}")
    return lines


def _bands(
    words: _Words, table: Table, age: Ages, today: date, *, years: bool
) -> list[str]:
    """Return the column of bands, of ages or of years of birth, and its quota.

    A few blank cells count for no band; it is a comment where an age cannot be read.
    """
    known = [one for one in age.ages if one is not None]
    bands = (_CHILDREN, *_BANDS) if min(known) < 16 else _BANDS
    lowest = [int(re.sub(r"\D.*", "", band) or 0) for band in bands]
    counts = Counter(bands[sum(least <= one for least in lowest) - 1] for one in known)
    shown = list(bands)
    if years:  # in the order of the ages, the youngest first
        shown = years_of_birth(parse_bands(bands), today.year)[::-1]
        if bands[0] == _CHILDREN:
            shown[0] = f"{today.year - 15}-{today.year}"
    name = text("start-year-group" if years else "start-age-group", words.language)
    while table.find(name) is not None:
        name += "_2"
    lines = [
        f"[columns.{toml_key(name)}]", f"from = {toml_value(age.source)}",
        f"bands = {toml_value(shown)}",
        *([] if years else [f"on = {toml_value(today)}"]), "",
        "[[quota]]", f"of = {toml_value(name)}",
        'spread = "proportional"', 'populations = "pool"', "tolerance = 1",
    ]
    blank = len(table.rows) - sum(map(bool, table.column(age.source)))
    counted = [(label, counts[band]) for label, band in zip(shown, bands, strict=True)]
    said = [*_counts(words, name, counted, blank),
            *words.say("start-years" if years else "start-ages", year=today.year)]
    missing = len(age.ages) - len(known)
    if missing == blank and _BLANK_SHARE * blank <= len(table.rows):
        if blank:
            lines += [*words.say("start-blank", count=blank), 'unknown = "outside"']
        return [*said, *lines]
    return [*said, *words.say("start-years-doubt" if years else "start-ages-doubt", count=missing),
            *(f"# {line}".rstrip() for line in lines)]


def _left_over(words: _Words, code: str, columns: Sequence[str]) -> list[str]:
    """Return a comment that names columns, nothing when there are none."""
    if not columns:
        return []
    return _comment(text(code, words.language, columns=", ".join(map(_short, columns))))


def _comment(words: str) -> list[str]:
    """Return words as lines of comment, whatever signs are in them."""
    shown = "".join(sign if sign.isprintable() else " " for sign in words)
    indent = "  " if words.startswith("  ") else ""
    return [f"# {line}" for line in textwrap.wrap(
        shown, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
    )]


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"
