"""A list split in two: who people are, which stays, and what a draw needs of them.

A `Table` and the columns that rules use in; out come one table with everything and a new number in
front, and one with the numbers, those columns and households as numbers. Called by the command
line.

The numbers follow the order of HMAC-SHA256 under a key K, of ``sortition/1/pseudonym``, a zero byte
and the row's cells as a JSON list in UTF-8; so they say nothing of the place in the list, and
nobody without K can tell whose they are. K is 32 random bytes that are forgotten at once; or, to be
able to do it again, it is made of a passphrase: PBKDF2-HMAC-SHA256 of its NFC form in UTF-8, with
the salt ``sortition/1/pseudonyms`` and 600,000 rounds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sortition.errors import InputError, Issue
from sortition.files.headings import missing_column
from sortition.files.tables import Table, fold
from sortition.people.homes import home_keys
from sortition.people.personal import Kind, kind_of

__all__ = ["Split", "pseudonymise"]

HOUSEHOLD, ID, NUMBER = "household", "id", "pseudonym"  # the headers that are made
_ROUNDS = 600_000
_SHORTEST = 16  # signs of a passphrase: numbers are public, so that guesses can be tried


@dataclass(frozen=True, slots=True)
class Split:
    """A list in two.

    Parameters
    ----------
    contact
        Every column, behind the column ``pseudonym``; never to be published.
    people
        ``id``, the columns kept, and ``household`` where asked for: what a draw needs.
    kept, left_out
        Headers of the list by whether they are in `people`.
    unused
        Of `kept`, those that no rule uses.
    personal
        Of `kept`, those that look like personal data, and which kind.
    alone
        How many people nobody else equals in all columns kept.
    households
        How many addresses several people share.
    """

    contact: Table
    people: Table
    kept: tuple[str, ...]
    left_out: tuple[str, ...]
    unused: tuple[str, ...]
    personal: tuple[tuple[str, Kind], ...]
    alone: int
    households: int


def pseudonymise(
    table: Table,
    used: Sequence[str] = (),
    keep: Sequence[str] = (),
    household: Sequence[str] = (),
    passphrase: str | None = None,
) -> Split:
    """Split a list into what stays and what a draw needs.

    Parameters
    ----------
    table
        The list, as it is.
    used
        Headers that rules use.
    keep
        Further headers to keep, which are reported where rules are given and none uses them.
    household
        Headers that together say who lives together; the draw file has a number instead, the same
        for people who share all of them, blank for everyone else.
    passphrase
        To get the same numbers again for the same list; None makes numbers that nobody can
        make again.

    Returns
    -------
    Split

    Raises
    ------
    InputError
        If a column is not there or bears a name that is needed, or the passphrase is short.

    Examples
    --------
    >>> people = Table(("naam", "rol"), (("Jan", "boer"), ("Els", "boer")), (2, 3))
    >>> split = pseudonymise(people, ["rol"])
    >>> split.people.rows, split.left_out
    ((('P1', 'boer'), ('P2', 'boer')), ('naam',))
    """
    named = [(name, table.find(name)) for name in (*used, *keep, *household)]
    issues = [missing_column(table, name) for name, found in named if found is None]
    found = [column or "" for _, column in named]
    wanted = {*found[: len(used) + len(keep)]}
    kept = tuple(column for column in table.columns if column in wanted)
    living = found[len(used) + len(keep):]
    made = {ID, *([HOUSEHOLD] if household else [])}
    issues += [_taken(table, column) for column in kept if fold(column) in made]
    issues += [_taken(table, column) for column in table.columns if fold(column) == NUMBER]
    if passphrase is not None and len(passphrase.strip()) < _SHORTEST:
        issues.append(Issue("passphrase-short", {"least": _SHORTEST}))
    if issues:
        raise InputError(issues)
    order = _order(table, passphrase)
    numbers = [f"P{at:0{len(str(len(order)))}d}" for at in range(1, len(order) + 1)]
    places = [table.columns.index(column) for column in kept]
    profiles = [tuple(table.rows[row][at] for at in places) for row in order]
    keys = home_keys([table.column(name) for name in living], len(table.rows))
    homes = _homes([keys[row] for row in order]) if living else []
    rows = [(own, *cells) for own, cells in zip(numbers, profiles, strict=True)]
    if household:
        rows = [(*row, home) for row, home in zip(rows, homes, strict=True)]
    lines = tuple(range(2, len(order) + 2))
    alike = Counter(tuple(map(fold, cells)) for cells in profiles)
    kinds = [(column, kind_of(table.column(column))) for column in kept]
    return Split(
        Table((NUMBER, *table.columns),
              tuple((own, *table.rows[row]) for own, row in zip(numbers, order, strict=True)),
              lines),
        Table((ID, *kept, *([HOUSEHOLD] if household else [])), tuple(rows), lines),
        kept, tuple(column for column in table.columns if column not in wanted),
        tuple(column for column in kept if used and column not in found[: len(used)]),
        tuple((column, kind) for column, kind in kinds if kind is not None),
        sum(many == 1 for many in alike.values()), len(set(homes) - {""}),
    )


def _taken(table: Table, column: str) -> Issue:
    return Issue("pseudonym-taken", {}, table.file, column=column, suggestion="rename-column")


def _order(table: Table, passphrase: str | None) -> list[int]:
    """Return the rows in the order of their keyed hashes; rows that are equal can change places."""
    key = secrets.token_bytes(32)
    if passphrase is not None:
        words = unicodedata.normalize("NFC", passphrase.strip()).encode()
        key = hashlib.pbkdf2_hmac("sha256", words, b"sortition/1/pseudonyms", _ROUNDS)

    def hashed(row: Sequence[str]) -> bytes:
        cells = json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode()
        return hmac.digest(key, b"sortition/1/pseudonym\0" + cells, "sha256")

    hashes = [hashed(row) for row in table.rows]
    return sorted(range(len(hashes)), key=hashes.__getitem__)


def _homes(keys: Sequence[tuple[str, ...] | None]) -> list[str]:
    """Return a number per home of several people, in the order in which they first occur."""
    shared = [key for key, many in Counter(keys).items() if key is not None and many > 1]
    number = {key: str(at) for at, key in enumerate(shared, 1)}
    return [number.get(key, "") if key is not None else "" for key in keys]
