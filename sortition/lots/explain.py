"""What a lottery means for one person, in plain words, for a letter.

Comes from the published files and an id; says nothing of anybody else. Called by the command line.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

from sortition.checking import verify_files
from sortition.draw import Candidate, draw_from_seed
from sortition.errors import InputError, Issue, VerificationError
from sortition.lots.effects import HOUSEHOLD, Person, Seat, barring, effects
from sortition.lots.explanation import Explanation, Group, OnPanel
from sortition.prove import seats_of
from sortition.verify import commitment, drawn_seed, read_rows

__all__ = ["Explanation", "Group", "OnPanel", "explain"]

_JOINS = ": "  # between panel and person in the id of a seat
_WITH_NAMES = 7  # the step of the check that needs the files with names


def explain(files: Mapping[str, bytes], id: str) -> Explanation:  # noqa: A002 - the word users know
    """Return what a published lottery means for one person.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``; they are checked
        first. The files with names are not needed.
    id
        Of the person, as it stands in ``chances.csv``; of several panels without the name of the
        panel before it, where everybody is on one at most.

    Returns
    -------
    Explanation
        Free of everybody else's data.

    Raises
    ------
    InputError
        If nobody has this id.
    VerificationError
        If the files are not what the record says.

    References
    ----------
    The split of the multipliers over features is described in `sortition.lots.effects`.
    """
    failed = next((step for step in verify_files(files).steps if not step.ok), None)
    if failed is not None and failed.number < _WITH_NAMES:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    record = json.loads(files["record.json"])
    exact, source = record.get("kind") == "exact", record["source"]
    people = record.get("persons") is True  # the lottery is fair, and proven, between people
    several = people or ("themes" in source and source["most"] == 1)
    chances = {own: Fraction(value) for own, value, *_ in read_rows(files["chances.csv"])[1:]}
    wanted, owned = id.strip(), seats_of({"persons": several}, chances)
    if several and wanted in chances:  # a seat names the person who could have it
        wanted = wanted.partition(_JOINS)[2]
    if wanted not in owned:
        code = "explain-ids-people" if several else "explain-ids"
        raise InputError([Issue("explain-stranger", {}, "chances.csv", suggestion=code)])
    rows = {row[0]: row for row in read_rows(files["groups.csv"])[1:]}
    first, barred = 3 if exact else 2, record["barred"]
    groups = [
        Group(quota["name"], (quota["min"], quota["max"]),
              sum(any(rows[seat][at] == "1" for seat in seats) for seats in owned.values()))
        for at, quota in enumerate(record["quotas"], first)
    ]

    def person(seats: Sequence[str]) -> Person:
        able = [seat for seat in seats if seat not in barred] or seats
        held = (Seat(seat.partition(_JOINS)[0] if several else "", tuple(rows[seat][first:]))
                for seat in able)
        return Person(tuple(held), rows[seats[0]][1],
                      sum((chances[seat] for seat in seats), Fraction(0)))

    mine = owned[wanted]
    me, selectable = person(mine), not barred.keys() >= {*mine}
    seated = set(seats_of({"persons": several}, _seated(record) & chances.keys()))
    low, high = record["size"]
    # Whoever has a seat already is in no lot, and compares with nobody.
    about = [me if who == wanted else person(seats) for who, seats in owned.items()
             if wanted in seated or who not in seated]
    held, of = _tickets(files, [rows[seat] for seat in mine], exact=exact)
    claimed = record["draw"]
    drawn = None if claimed is None else _drawn(files, [*rows.values()], record)
    return Explanation(
        wanted, me.chance, _equal(record, chances, len(owned), len(seated)),
        tuple(sorted({*chain(*held.values())}, key=int)), of, exact,
        Group("", (low, high), len(owned)),
        Group("", (low - len(seated), high - len(seated)), len(owned) - len(seated))
        if seated else None, sum(who not in seated and not barred.keys() >= {*seats}
                                 for who, seats in owned.items()), wanted in seated,
        tuple(group for at, group in enumerate(groups, first)
              if any(rows[seat][at] == "1" for seat in mine)),
        effects(record, about, me) if selectable and people == several else None, selectable,
        () if selectable else _barred_by(record, [rows[seat] for seat in mine], groups),
        None if drawn is None else not drawn.isdisjoint(mine),
        None if claimed is None else claimed["ticket"],
        claimed is not None and record["rehearsal"],
        tuple(OnPanel(seat.partition(_JOINS)[0], chances[seat], held[seat],
                      None if drawn is None else seat in drawn) for seat in mine if several),
    )


def _barred_by(
    record: Mapping[str, Any], seats: Sequence[Sequence[str]], groups: Sequence[Group]
) -> tuple[Group, ...]:
    """Return the rules that leave no room for this person in any of these rows of seats."""
    first = 3 if record.get("kind") == "exact" else 2
    found = [barring(record, row[0], Seat("", tuple(row[first:])), row[1]) for row in seats]
    if not all(quotas or home for quotas, home in found):
        return ()  # of one of the seats integer programs found it
    at_home = any(home for _, home in found)
    return (*(groups[at] for at in sorted({at for quotas, _ in found for at in quotas})),
            *([Group(HOUSEHOLD, (0, record["per_household"]), 0)] if at_home else []))


def _seated(record: Mapping[str, Any]) -> set[str]:
    """Return the ids of those who kept their seat, or stepped in, when seats came free."""
    follows = record.get("follows") or {}
    return {*follows.get("stay", ()), *(follows.get("reserves") or {}).get("steps_in", ())}


def _equal(
    record: Mapping[str, Any], chances: Mapping[str, Fraction], people: int, seated: int
) -> Fraction:
    """Return everyone's chance if all were the same; where the size may vary, of what it is."""
    low, high = record["size"]
    seats = Fraction(low) if low == high else sum(chances.values(), Fraction(0))
    return (seats - seated) / max(1, people - seated)


def _tickets(
    files: Mapping[str, bytes], own: Sequence[Sequence[str]], *, exact: bool
) -> tuple[dict[str, tuple[str, ...]], int]:
    """Return which tickets hold each of these, or panels people of their type, and of how many."""
    header, *rows = read_rows(files["lottery.csv"])
    held: dict[str, list[str]] = {one[0]: [] for one in own}
    at = {one[0]: header.index(f"type_{one[2]}") for one in own} if exact else {}
    for row in rows:
        on = held.keys() & row[1:] if not exact else {o for o in held if row[at[o]] != "0"}
        for one in on:
            held[one].append(row[0])
    return {one: tuple(tickets) for one, tickets in held.items()}, len(rows)


def _drawn(
    files: Mapping[str, bytes], rows: list[list[str]], record: dict[str, Any],
) -> frozenset[str]:
    """Return who is drawn by the draw on record; `verify_files` agreed to it."""
    lottery = read_rows(files["lottery.csv"])[1:]
    if record["kind"] != "exact":
        return frozenset(lottery[record["draw"]["ticket"]][1:]) - {""}
    panels = [[int(cell) for cell in row] for row in lottery]
    candidates = [Candidate(one, int(t), home) for one, home, t, *_ in rows]
    weights, seats = [row[1] for row in panels], [row[2:] for row in panels]
    seed, digest = drawn_seed(record, commitment(record))
    return frozenset(draw_from_seed(seed, digest, weights, seats, candidates)[1])
