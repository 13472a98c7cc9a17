"""What tells people apart: cells of a list in, comparable keys out.

E-mail addresses, telephone numbers, names and birth dates in the forms that sign-up lists hold
them. Called by `sortition.people.duplicates` only; nothing here is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sortition.files.headings import columns_of, find_column
from sortition.files.spelling import loosen
from sortition.files.tables import Table
from sortition.people.ages import parse_birth_date

__all__ = ["Identity", "Name", "identities", "normalise_email", "normalise_telephone", "parse_name"]

# Passed over in names: what stands between first name and surname, and titles.
_PARTICLES = {
    "van", "von", "de", "den", "der", "het", "ten", "ter", "te", "in", "op", "la", "le", "du",
    "dr", "mr", "ir", "ing", "drs", "dhr", "mevr", "mw",
}
_DUTCH = re.compile(r"310?(\d{9})")  # with the country code


@dataclass(frozen=True, slots=True)
class Name:
    """The last word of a surname and a first name, or an initial, in `loosen`'s form."""

    surname: str
    given: str

    def fits(self, other: Name) -> bool:
        """Return whether both may be one person's: an initial fits every name it begins."""
        short = min(self.given, other.given, key=len)
        given = self.given == other.given or (
            len(short) == 1 and self.given[0] == other.given[0]
        )
        return self.surname == other.surname and given


@dataclass(frozen=True, slots=True)
class Identity:
    """What a row says about who it is; whatever cannot be read is left out."""

    id: str
    emails: frozenset[str]
    telephones: frozenset[str]
    born: date | None
    name: Name | None


def identities(table: Table, id_column: str | None) -> tuple[Identity, ...]:
    """Return who each row is about, in the order of the rows; columns are found by their header."""
    born = find_column(table, "birth date")
    birth_dates = table.column(born) if born else [""] * len(table.rows)
    ids = table.column(id_column) if id_column else [""] * len(table.rows)
    emails = _sets(table, "email", normalise_email)
    telephones = _sets(table, "telephone", normalise_telephone)
    return tuple(
        Identity(own, email, telephone, day if isinstance(day, date) else None, name)
        for own, email, telephone, day, name in zip(
            ids, emails, telephones, map(parse_birth_date, birth_dates), _names(table), strict=True
        )
    )


def normalise_email(cell: str) -> str | None:
    """Return an e-mail address as it is compared, case aside, or None when it is none.

    Points stay: a.jansen and ajansen are two people with most providers.
    """
    words = cell.strip().casefold()
    before, _, after = words.partition("@")
    return words if before and "." in after and not re.search(r"\s", words) else None


def normalise_telephone(cell: str) -> str | None:
    """Return a telephone number with its country code, or None when it is none.

    Dutch numbers come as ``06-1234 5678``, ``+31 6 12345678``, ``+31 (0)6 …`` and ``0031 6 …``,
    and without the leading zero or plus that a spreadsheet took off.

    Examples
    --------
    >>> {normalise_telephone(cell) for cell in ("06-12345678", "+31 (0)6 1234 5678", "612345678")}
    {'+31612345678'}
    """
    digits = re.sub(r"\D", "", cell)
    if len(set(digits)) < 3:  # 0000000000 is nobody's number
        return None
    if digits.startswith("00"):
        digits = digits[2:]
    elif not re.match(r"\D*\+", cell) and not _DUTCH.fullmatch(digits):
        digits = f"31{digits.removeprefix('0')}"
    if digits.startswith("31"):
        return f"+31{own[1]}" if (own := _DUTCH.fullmatch(digits)) else None
    return f"+{digits}" if 8 <= len(digits) <= 15 else None


def parse_name(full: str) -> Name | None:
    """Return the name in “Piet de Vries”, “P. de Vries” or “Vries, Piet de”; None if it is not two.

    Examples
    --------
    >>> parse_name("Vries, Piet de") == parse_name("Piet de Vries")
    True
    """
    before, comma, after = full.partition(",")
    words = _words(after) + _words(before) if comma else _words(full)
    return Name(words[-1], words[0]) if len(words) > 1 else None


def _words(cell: str) -> list[str]:
    """Return the words of a name, without particles and titles."""
    loose = [loosen(word) for word in re.split(r"[\s.\-]+", cell)]
    return [word for word in loose if word and word not in _PARTICLES]


def _names(table: Table) -> Iterable[Name | None]:
    """Return the name in each row, from the parts where there are columns for them."""
    last = find_column(table, "last name")
    given = [*columns_of(table, "first name"), *columns_of(table, "initials")]
    full = find_column(table, "name")
    if last and given:
        firsts = zip(*(table.column(column) for column in given), strict=True)
        for surname, cells in zip(table.column(last), firsts, strict=True):
            words = [words for cell in cells if (words := _words(cell))]
            ends = _words(surname)
            yield Name(ends[-1], words[0][0]) if ends and words else None
    elif full:
        yield from map(parse_name, table.column(full))
    else:
        yield from [None] * len(table.rows)


def _sets(
    table: Table, kind: str, normalise: Callable[[str], str | None]
) -> list[frozenset[str]]:
    """Return per row the keys in all columns of a kind."""
    at = [table.columns.index(column) for column in columns_of(table, kind)]
    return [
        frozenset(key for place in at if (key := normalise(row[place]))) for row in table.rows
    ]
