"""Who served before, as a register without names: salted hashes and years.

A list of people, a key and such a register in; who may not be drawn again, or a longer register
out. Called by `sortition.people.prepare` and by ``sortition served``.

Somebody's hash is HMAC-SHA256 under the key, which the owner keeps, of ``sortition/1/served``, a
zero byte and the cells that say who they are as a JSON list in UTF-8. The cells are compared
without case, accents and the signs between letters, and dates in any of the usual forms are one.
Without the key nobody can try names out; with another key nobody would be recognised, so that every
row says by a second hash which key it was made with.
"""

from __future__ import annotations

import hmac
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sortition.errors import InputError, Issue, PoolError
from sortition.files.headings import missing_column
from sortition.files.readers import read_bytes, read_table
from sortition.files.spelling import loosen
from sortition.files.tables import Table
from sortition.files.writers import to_csv
from sortition.messages import some_rows
from sortition.people.ages import parse_birth_date

__all__ = ["Register", "Served", "hashes", "read_key", "read_register"]

HEADER = ("hash", "year", "key")
_HEX = re.compile(r"[0-9a-f]{64}")
_YEAR = re.compile(r"[12][0-9]{3}")
_PURPOSE, _KEY = b"sortition/1/served\0", b"sortition/1/served-key"


@dataclass(frozen=True, slots=True)
class Served:
    """What a project says of people who served before.

    Parameters
    ----------
    file, key
        The register, and the file with its key.
    reason
        Why they may not be drawn, in the user's words; the year is put behind it.
    of
        Columns that together say who somebody is; the ids when there are none.
    years
        For how many years, that of the panel the first, nobody serves again; None for ever.
    year
        Of the draw.
    """

    file: str
    key: str
    reason: str
    of: tuple[str, ...] = ()
    years: int | None = None
    year: int | None = None

    def leaving(
        self, table: Table, id_column: str | None
    ) -> tuple[list[tuple[str, list[str]]], list[Issue]]:
        """Return ids by the reason why they may not be drawn, and whom nobody can recognise.

        Parameters
        ----------
        table
            The list.
        id_column
            Header of the ids; None when the row numbers serve.

        Raises
        ------
        InputError
            If the register or its key is not there or is not what it should be.
        """
        found, blank = hashes(table, self.of or ((id_column,) if id_column else ()),
                              read_key(self.key))
        register = read_register(self.file, read_key(self.key))
        ids = table.column(id_column) if id_column else tuple(map(str, table.numbers))
        gone: dict[int, list[str]] = defaultdict(list)
        for own, known in zip(ids, found, strict=True):
            last = max(register.years.get(known, ()), default=None) if known else None
            if last is not None and not self._over(last):
                gone[last].append(own)
        reasons = [(f"{self.reason} ({year})", own) for year, own in sorted(gone.items())]
        asked = [Issue("served-blank", {"count": len(blank), "rows": some_rows(blank)}, table.file,
                       blank[0])] if blank else []
        return reasons, asked

    def _over(self, served: int) -> bool:
        """Return whether somebody who served in that year may be drawn again."""
        return self.years is not None and self.year is not None and (
            served + self.years <= self.year
        )


@dataclass(frozen=True, slots=True)
class Register:
    """A register of those who served.

    Parameters
    ----------
    years
        Per hash the years, rising.
    key
        Which key it was made with, as 16 hexadecimal digits.
    """

    years: Mapping[str, tuple[int, ...]]
    key: str

    def with_panel(self, known: Sequence[str], year: int) -> Register:
        """Return the register with the people of a panel in it."""
        years = dict(self.years)
        for own in known:
            years[own] = tuple(sorted({*years.get(own, ()), year}))
        return Register(years, self.key)

    @property
    def csv(self) -> str:
        """The file: a row for each person and year, in an order that says nothing."""
        rows = sorted((str(year), own) for own, years in self.years.items() for year in years)
        return to_csv(HEADER, [(own, year, self.key) for year, own in rows])


def hashes(
    table: Table, of: Sequence[str], key: bytes
) -> tuple[list[str | None], list[int]]:
    """Return the hash of everyone in the list, None where a cell is blank; and these rows.

    Parameters
    ----------
    table
        The list.
    of
        Headers that together say who somebody is; the row numbers would recognise nobody.
    key
        32 bytes.

    Raises
    ------
    PoolError
        With every column that is not there.

    Examples
    --------
    >>> people = Table(("naam", "geboren"), (("Jan Bos", "1-6-1960"), ("JAN BOS ", "1960-06-01")),
    ...                (2, 3))
    >>> one, other = hashes(people, ["naam", "geboren"], bytes(32))[0]
    >>> one == other
    True
    """
    if not of:
        raise PoolError([Issue("served-ids", {}, table.file, suggestion="served-ids-how")])
    issues = [missing_column(table, name) for name in of if table.find(name) is None]
    if issues:
        raise PoolError(issues)
    columns = [table.column(table.find(name) or name) for name in of]
    found: list[str | None] = []
    blank = []
    for number, cells in zip(table.numbers, zip(*columns, strict=True), strict=True):
        same = [_same(cell) for cell in cells]
        if not all(same):
            blank.append(number)
            found.append(None)
            continue
        said = json.dumps(same, ensure_ascii=False, separators=(",", ":")).encode()
        found.append(hmac.digest(key, _PURPOSE + said, "sha256").hex())
    return found, blank


def read_key(path: str) -> bytes:
    """Return the key in a file: 64 hexadecimal digits.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        text = read_bytes(path).decode("ascii", errors="replace").strip()
    except InputError:
        raise InputError([Issue("served-key-missing", {}, path,
                                suggestion="served-key-missing-how")]) from None
    if not _HEX.fullmatch(text):
        raise InputError([Issue("served-key-form", {}, path, suggestion="served-key-missing-how")])
    return bytes.fromhex(text)


def key_name(key: bytes) -> str:
    """Return which key it is, which helps nobody to find it."""
    return hmac.digest(key, _KEY, "sha256").hex()[:16]


def read_register(path: str, key: bytes) -> Register:
    """Return a register from its file.

    Raises
    ------
    InputError
        If there is no such file, with every row that cannot be read, or if it was made with
        another key.
    """
    table = read_table(path)
    issues = [missing_column(table, name) for name in HEADER if table.find(name) is None]
    if issues:
        raise InputError(issues)
    own, years = key_name(key), defaultdict(set)
    cells = zip(*(table.column(table.find(name) or name) for name in HEADER), strict=True)
    for number, (known, year, made) in zip(table.numbers, cells, strict=True):
        if not _HEX.fullmatch(known):
            issues.append(Issue("served-hash", {}, path, number, HEADER[0],
                                suggestion="served-hash-how"))
        if not _YEAR.fullmatch(year):
            issues.append(Issue("served-year", {"year": year[:20]}, path, number, HEADER[1]))
        elif made != own:
            issues.append(Issue("served-key-other", {}, path, number, HEADER[2],
                                suggestion="served-key-other-how"))
        else:
            years[known].add(int(year))
    if issues:
        raise InputError(issues)
    return Register({known: tuple(sorted(own)) for known, own in years.items()}, own)


def _same(cell: str) -> str:
    """Return what of a cell is compared."""
    day = parse_birth_date(cell) if re.search(r"\d", cell) else ""
    return day.isoformat() if isinstance(day, date) else loosen(cell)
