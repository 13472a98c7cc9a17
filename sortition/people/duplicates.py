"""Double sign-ups: a list of people in, groups of rows that are probably one person out.

Somebody who stands in the list twice has twice the chance of others. Nothing is dropped here
unless the user chose; what was dropped comes back as a list for the record. Called before a
`Pool` is made. Messages name rows and reasons, never what the rows say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sortition.errors import InputError, Issue, PoolError
from sortition.files.headings import find_column, required_column
from sortition.files.tables import Table, fold
from sortition.messages import some_rows, text
from sortition.people.choices import CHOICES
from sortition.people.identity import Identity, identities

__all__ = [
    "Dropped", "Group", "Pair", "Settled", "duplicate_issues", "find_duplicates",
    "settle",
]

# How many rows with one e-mail address, say, each row is compared with, so that time grows with
# the list and not with its square. Rows are compared in order of birth date and name.
_WINDOW = 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that may be one person.

    Parameters
    ----------
    first, second
        Numbers of the rows.
    reasons
        What they share, as codes: ``same-id``, ``same-email``, ``same-telephone``, ``same-name``
        (with the same birth date).
    doubts
        What tells them apart all the same: ``other-birth-date``, ``other-name``. Housemates often
        share a telephone or an e-mail address.
    """

    first: int
    second: int
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are one person, probably (`sure`) or perhaps.

    Parameters
    ----------
    rows
        Their numbers, in order.
    pairs
        Why.
    sure
        False when every pair has a doubt.
    """

    rows: tuple[int, ...]
    pairs: tuple[Pair, ...]
    sure: bool

    @property
    def reasons(self) -> tuple[str, ...]:
        """What any two of the rows share, sorted."""
        return tuple(sorted({reason for pair in self.pairs for reason in pair.reasons}))

    @property
    def doubts(self) -> tuple[str, ...]:
        """What tells any two of them apart, sorted."""
        return tuple(sorted({doubt for pair in self.pairs for doubt in pair.doubts}))


@dataclass(frozen=True, slots=True)
class Dropped:
    """A row that left because it was a double one.

    Parameters
    ----------
    row, id
        Its number, and its id (blank when there is no such column).
    reasons
        As in `Pair`.
    kept
        Numbers of the rows that stand for the same person.
    """

    row: int
    id: str
    reasons: tuple[str, ...]
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle` gives.

    Parameters
    ----------
    table
        The list without the rows that were dropped.
    dropped
        Those rows, in order.
    both
        Groups of which every row stayed.
    """

    table: Table
    dropped: tuple[Dropped, ...]
    both: tuple[Group, ...]


def find_duplicates(table: Table, id: str | None = None) -> tuple[Group, ...]:  # noqa: A002 - the word users know
    """Return the groups of rows that are probably or perhaps one person.

    Two rows are probably one person when they share the id, or name and birth date, or an e-mail
    address or telephone number while neither birth date nor name speaks against it. Columns are
    found by their headers; see `sortition.files.headings`. An initial fits the names it begins; a
    misspelt name or a birth date that differs is not seen through.

    Parameters
    ----------
    table
        People.
    id
        Header of the ids; None looks for a usual one.

    Returns
    -------
    tuple of Group
        Ordered by their first row. No row is in two sure groups; a group that is not sure may
        share rows with others.

    Raises
    ------
    PoolError
        If there is no column `id`.

    Notes
    -----
    Time is O(n log n): rows meet only within what they share, each with at most ten others.
    """
    people = identities(table, _id_column(table, id))
    sure: dict[tuple[int, int], Pair] = {}
    doubtful: dict[tuple[int, int], Pair] = {}
    for (one, other), reasons in sorted(_meetings(people).items()):
        doubts = _doubts(people[one], people[other])
        certain = {"same-id", "same-name"} & reasons or not doubts
        pair = Pair(
            table.numbers[one], table.numbers[other], tuple(sorted(reasons)),
            () if certain else doubts,
        )
        (sure if certain else doubtful)[one, other] = pair
    found = [
        *_groups(sure, table.numbers, sure=True), *_groups(doubtful, table.numbers, sure=False)
    ]
    return tuple(sorted(found, key=lambda group: (group.rows, not group.sure)))


def duplicate_issues(table: Table, groups: Iterable[Group]) -> list[Issue]:
    """Return an issue per group, as a question to the user."""
    return [
        Issue(
            "duplicate-probable" if group.sure else "duplicate-perhaps",
            {"rows": some_rows(group.rows, 20), "reasons": _Listed(group.reasons),
             "doubts": _Listed(group.doubts)},
            table.file, group.rows[0], suggestion="duplicate-choose",
        )
        for group in groups
    ]


def settle(
    table: Table,
    choice: str | None = None,
    keep: Collection[int] = (),
    id: str | None = None,  # noqa: A002 - the word users know
) -> Settled:
    """Drop double sign-ups as the user chose, and say which.

    Parameters
    ----------
    table
        People.
    choice
        For the groups in which no row is listed: ``keep-first``, ``keep-last`` or ``keep-both``
        (they are different people). The first two drop nobody from a group that is not sure:
        there every row stays until one is listed. None means that the user has not chosen, and
        leaves every such group a question.
    keep
        Numbers of rows to keep. The other rows of their group go; where a row is in a sure group
        and in others, only the sure one is settled by it. No listed row goes.
    id
        Header of the ids; None looks for a usual one.

    Raises
    ------
    PoolError
        With every group that no choice settles, and every listed row that is in no group.
    InputError
        If `choice` is not one of those.

    Examples
    --------
    >>> people = Table(("id", "e-mail"), (("1", "a@x.nl"), ("2", "b@x.nl"), ("3", "A@x.nl")),
    ...                (2, 3, 4))
    >>> settled = settle(people, "keep-last")
    >>> [(gone.row, gone.kept, gone.reasons) for gone in settled.dropped]
    [(2, (4,), ('same-email',))]
    """
    if choice is not None and choice not in CHOICES:
        params = {"choice": choice, "choices": ", ".join(CHOICES)}
        raise InputError([Issue("duplicate-choice", params, suggestion="duplicate-choices")])
    groups = find_duplicates(table, id)
    in_group = {row for group in groups for row in group.rows}
    in_sure = {row for group in groups if group.sure for row in group.rows}
    listed = set(keep)
    issues = [
        Issue("duplicate-row", {}, table.file, row, suggestion="duplicate-choose")
        for row in sorted(listed - in_group)
    ]
    gone: dict[int, tuple[Group, tuple[int, ...]]] = {}
    both = []
    for group in groups:
        kept = listed & set(group.rows)
        chosen = kept if group.sure or kept - in_sure else set()
        if not chosen and choice is None:
            issues += duplicate_issues(table, [group])
        if not chosen:
            chosen = _chosen(group, choice)
        if chosen == set(group.rows):
            both.append(group)
        for row in sorted(set(group.rows) - chosen):
            gone.setdefault(row, (group, tuple(sorted(chosen))))
    if issues:
        raise PoolError(issues)
    column = _id_column(table, id)
    ids = table.column(column) if column else ("",) * len(table.rows)
    dropped = tuple(
        Dropped(number, own, gone[number][0].reasons, gone[number][1])
        for number, own in zip(table.numbers, ids, strict=True) if number in gone
    )
    return Settled(without_rows(table, gone.keys()), dropped, tuple(both))


def without_rows(table: Table, numbers: Collection[int]) -> Table:
    """Return the table without the rows of these numbers."""
    kept = [at for at, number in enumerate(table.numbers) if number not in numbers]
    return replace(
        table, rows=tuple(table.rows[at] for at in kept),
        numbers=tuple(table.numbers[at] for at in kept),
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    """Codes that are read as a list of words."""

    codes: tuple[str, ...]

    def render(self, language: str) -> str:
        """Return the words."""
        return ", ".join(text(code, language) for code in self.codes)

    def __str__(self) -> str:
        return self.render("en")


def _id_column(table: Table, name: str | None) -> str | None:
    return required_column(table, name) if name is not None else find_column(table, "id")


def _chosen(group: Group, choice: str | None) -> set[int]:
    """Return the rows of a group that a choice for all groups keeps."""
    if choice == "keep-first" and group.sure:
        return {group.rows[0]}
    if choice == "keep-last" and group.sure:
        return {group.rows[-1]}
    return set(group.rows)


def _meetings(people: Sequence[Identity]) -> dict[tuple[int, int], set[str]]:
    """Return for every two rows that share something what they share."""
    shared: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    rows: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, person in enumerate(people):
        for key in _keys(person):
            rows[key].append(at)
    for (reason, *_), those in rows.items():
        ranked = sorted(those, key=lambda at: (*_rank(people[at]), at))
        for place, one in enumerate(ranked):
            for other in ranked[place + 1 : place + 1 + _WINDOW]:
                if reason == "same-name" and not _names_fit(people[one], people[other]):
                    continue
                shared[min(one, other), max(one, other)].add(str(reason))
    return shared


def _keys(person: Identity) -> Iterator[tuple[object, ...]]:
    """Yield what others may share, each with the reason it would be."""
    if person.id:
        yield "same-id", fold(person.id)
    for email in person.emails:
        yield "same-email", email
    for telephone in person.telephones:
        yield "same-telephone", telephone
    if person.name and person.born:
        # The first letter, so that an initial meets the name it stands for.
        yield "same-name", person.name.surname, person.name.given[0], person.born


def _rank(person: Identity) -> tuple[date, str, str]:
    """Return the order in which rows are compared: people who are one stand together."""
    name = person.name
    return (
        person.born or date.min, name.surname if name else "", name.given if name else ""
    )


def _names_fit(one: Identity, other: Identity) -> bool:
    return one.name is None or other.name is None or one.name.fits(other.name)


def _doubts(one: Identity, other: Identity) -> tuple[str, ...]:
    """Return what tells two rows apart."""
    doubts = []
    if one.born and other.born and one.born != other.born:
        doubts.append("other-birth-date")
    if not _names_fit(one, other):
        doubts.append("other-name")
    return tuple(doubts)


def _groups(
    pairs: dict[tuple[int, int], Pair], numbers: Sequence[int], *, sure: bool
) -> Iterator[Group]:
    """Yield the connected groups of the pairs (union-find with path halving)."""
    parent = {at: at for pair in pairs for at in pair}

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for one, other in pairs:
        parent[max(root(one), root(other))] = min(root(one), root(other))
    members: defaultdict[int, list[int]] = defaultdict(list)
    for at in parent:
        members[root(at)].append(at)
    reasons: defaultdict[int, list[Pair]] = defaultdict(list)
    for (one, _), pair in pairs.items():
        reasons[root(one)].append(pair)
    for head, rows in members.items():
        yield Group(tuple(numbers[at] for at in sorted(rows)), tuple(reasons[head]), sure)
