"""The lottery: M numbered, equally likely panels made from a distribution.

Everyone should stand on ⌊Mπ⌋ or ⌈Mπ⌉ of the M tickets, where π is their chance; what rounding
costs is measured per person and kept. Comes from `sortition.engine.distribution`, goes to
`sortition.draw`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sortition.engine.distribution import Distribution
from sortition.engine.panels import PanelFinder
from sortition.engine.problem import Problem
from sortition.engine.realise import face
from sortition.engine.relaxation import Relaxation
from sortition.files.cells import escape_formula
from sortition.files.writers import to_csv

if TYPE_CHECKING:
    from sortition.lots.balance import Balance

__all__ = ["Lottery", "canonical", "to_lottery"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EXCHANGES = 120  # of single tickets at most, after rounding
_CORRECTIONS = (200, 20)  # tickets looked at to mend what is a whole ticket off after that
_STEPS = 60  # of handing it on
_PINNED = 12  # steps during which who is right stays right
_PUSHES = (0.0, 20.0, 100.0, 500.0)  # how much a whole ticket astray weighs, tried in turn


@dataclass(frozen=True, slots=True, eq=False)
class Lottery:
    """Numbered, equally likely panels.

    Parameters
    ----------
    distribution
        What was rounded.
    tickets
        ``(M, k)`` positions in ``problem.ids``, rising in each row; -1 fills up a panel smaller
        than the largest size allowed.
    counts
        ``(n,)`` on how many tickets each person stands.
    balance
        How near the panels are to what is expected in the intersections that were asked for.
    csv
        ``lottery.csv``: a row per ticket, its number and the sorted ids on it.
    """

    kind: ClassVar[Literal["tickets"]] = "tickets"

    distribution: Distribution
    tickets: Ints = field(repr=False)
    counts: Ints = field(repr=False)
    balance: tuple[Balance, ...] = ()
    csv: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        width = len(str(len(self.tickets) - 1))
        columns = ["ticket", *(f"member_{seat}" for seat in range(1, self.problem.size + 1))]
        # Escaped once per person, not once per seat; position -1 is the empty seat of a panel
        # smaller than the largest size.
        names = (*(escape_formula(own) for own in self.problem.ids), "")
        rows = (
            [f"{at:0{width}d}", *(names[person] for person in ticket)]
            for at, ticket in enumerate(self.tickets.tolist())
        )
        object.__setattr__(self, "csv", to_csv(columns, rows, escape=False))

    @property
    def problem(self) -> Problem:
        """The rules that every ticket keeps."""
        return self.distribution.problem

    @property
    def chance(self) -> Floats:
        """``(n,)`` each person's chance before rounding, in the order of ``problem.ids``."""
        return self.distribution.chance

    @property
    def loss(self) -> float:
        """By how many tickets the worst-off person is away from M times their chance."""
        return float(np.abs(self.deviation).max())

    @property
    def deviation(self) -> Floats:
        """``(n,)`` tickets held minus M times the chance."""
        return self.counts - len(self.tickets) * self.distribution.chance

    @property
    def sha256(self) -> str:
        """Digest of ``lottery.csv``: what a draw is bound to."""
        return hashlib.sha256(self.csv.encode()).hexdigest()

    def members(self, ticket: int) -> tuple[str, ...]:
        """Return the sorted ids on a ticket.

        Raises
        ------
        IndexError
            If there is no such ticket.
        """
        if not 0 <= ticket < len(self.tickets):
            raise IndexError(ticket)
        return tuple(self.problem.ids[person] for person in self.tickets[ticket] if person >= 0)


def to_lottery(
    distribution: Distribution,
    tickets: int = 1000,
    *,
    check: Callable[[], None] = lambda: None,
) -> Lottery:
    """Round a distribution to equally likely tickets, every one checked against every rule.

    Parameters
    ----------
    distribution
        Panels with weights.
    tickets
        How many, M.
    check
        Called between steps; may raise to stop.

    Returns
    -------
    Lottery

    Raises
    ------
    ValueError
        If `tickets` is less than one.

    References
    ----------
    Flanigan, Kehne, Procaccia, "Fair sortition made transparent", NeurIPS 2021.
    """
    if tickets < 1:
        raise ValueError(f"a lottery needs at least one ticket, not {tickets}")
    with threadpool_limits(limits=1, user_api="blas"):
        counted = _round(distribution, tickets, check)
    problem = distribution.problem
    seated = canonical(problem, _seat_people(problem, counted))
    counts = np.bincount(seated[seated >= 0], minlength=len(problem.ids))
    counts.setflags(write=False)
    return Lottery(distribution, seated, counts)


def canonical(problem: Problem, tickets: Ints) -> Ints:
    """Return the tickets in the order of their members, every one checked; empty seats come last.

    Raises
    ------
    RuntimeError
        If a ticket breaks a rule, which would be a mistake of the program.
    """
    beyond = len(problem.ids)
    ordered = np.sort(np.where(tickets < 0, beyond, tickets), axis=1)
    ordered = np.where(ordered == beyond, -1, ordered)
    ordered = ordered[np.lexsort(ordered.T[::-1])]
    for ticket in ordered:
        _check_ticket(problem, ticket)
    ordered.setflags(write=False)
    return ordered


def _round(distribution: Distribution, tickets: int, check: Callable[[], None]) -> Ints:
    """Return ``(M, t)`` tickets as counts per type: whole copies first, then what they leave."""
    problem = distribution.problem
    copies = np.floor(tickets * distribution.weights + 1e-9).astype(np.int64)
    whole = np.repeat(distribution.panels, copies, axis=0)
    seats = distribution.type_chance * problem.people
    owed = tickets * seats - whole.sum(axis=0)
    # With the cuts: where one is tight at the target, a panel off its face leaves somebody owed.
    cuts = distribution.certificate.proof.cuts
    relaxation = Relaxation(problem, distribution.type_chance <= 0, cuts)
    finder = PanelFinder(relaxation)
    finder.set_face(*face(relaxation, seats))
    everywhere = np.zeros(problem.types), relaxation.limit
    missing = tickets - len(whole)
    added = []
    for at in range(missing):
        check()
        rest = owed / (missing - at)
        near = np.floor(rest + 1e-9), np.ceil(rest - 1e-9)
        panel = None
        urgency = _urgency(owed, problem.people)
        for low, high in (near, everywhere):
            limit = relaxation.limit
            finder.set_box(np.clip(low, 0.0, limit), np.clip(high, 0.0, limit))
            panel = finder.find(urgency)
            if panel is not None:
                break
        added.append(_heaviest(distribution.panels, urgency) if panel is None else panel)
        owed = owed - added[-1]
    counted = np.vstack([whole, *added])
    finder.set_box(*everywhere)
    return _settle(finder, counted, tickets * distribution.type_chance, distribution.panels, check)


def _heaviest(panels: Ints, weights: Floats) -> Ints:
    panel: Ints = panels[int(np.argmax(panels @ weights))]
    return panel


def _urgency(owed: Floats, people: Ints) -> Floats:
    """Weigh debts more than in proportion, so that nobody's grows beyond one ticket."""
    urgency: Floats = np.sinh(np.clip(4.0 * owed / people, -12.0, 12.0))
    return urgency


def _settle(
    finder: PanelFinder, counted: Ints, due: Floats, known: Ints, check: Callable[[], None]
) -> Ints:
    """Exchange single tickets until nobody is off by a whole one, or nothing helps any more.

    The ticket that serves most those who have too much is taken out and the panel put in that the
    debts then ask for, found or known, if that lowers ``Σ cosh`` of the debts or the number of
    whole tickets off.
    """
    people = finder.problem.people
    least = people * np.floor(due + 1e-9).astype(np.int64)
    most = people * np.ceil(due - 1e-9).astype(np.int64)

    def astray(total: Ints) -> Floats:
        """Seats per type that put somebody a whole ticket off: positive when too few."""
        wrong: Floats = np.maximum(least - total, 0.0) - np.maximum(total - most, 0.0)
        return wrong

    def strain(total: Ints) -> float:
        debts = np.clip(4.0 * (due * people - total) / people, -50.0, 50.0)
        return float((people * np.cosh(debts)).sum() + 1e3 * np.abs(astray(total)).sum())

    def urgency(total: Ints) -> Floats:
        return _urgency(due * people - total, people) + push * astray(total)

    total = counted.sum(axis=0)
    tried: set[bytes] = set()
    pushes = list(_PUSHES)
    push = pushes.pop(0)
    for _ in range(_EXCHANGES):
        check()
        if not astray(total).any():
            break
        harm = counted @ urgency(total)
        for at in np.argsort(harm, kind="stable"):
            if counted[at].tobytes() not in tried:
                break
        else:
            if not pushes:
                break
            push = pushes.pop(0)
            tried.clear()
            continue
        out = counted[at]
        wanted = urgency(total - out)
        found, own = finder.find(wanted), _heaviest(known, wanted)
        panel = own if found is None or wanted @ own > wanted @ found else found
        if strain(total - out + panel) < strain(total) - 1e-9:
            total = total - out + panel
            counted[at] = panel
            tried.clear()
        else:
            tried.add(out.tobytes())
    return _walk(finder, counted, least, most, check)


def _walk(
    finder: PanelFinder, counted: Ints, least: Ints, most: Ints, check: Callable[[], None]
) -> Ints:
    """Hand on what is a whole ticket off, from type to type, until it falls where there is room.

    Each step changes one ticket so that one type is right and as few others as possible become
    wrong; the types that were right last stay so for a while. Returns the best of the walk.
    """
    total = counted.sum(axis=0)
    best, fewest = counted, np.inf
    pinned: list[int] = []
    for _ in range(_STEPS):
        check()
        wrong = np.maximum(least - total, 0) - np.maximum(total - most, 0)
        off = np.flatnonzero(wrong)
        if np.abs(wrong).sum() < fewest:
            best, fewest = counted.copy(), np.abs(wrong).sum()
        if not len(off):
            break
        t = int(off[0])
        counted, moved = _correct(finder, counted, t, int(np.sign(wrong[t])), least, most, pinned)
        if not moved:
            break
        total = counted.sum(axis=0)
        pinned = [*pinned, t][-_PINNED:]
    return best


def _correct(
    finder: PanelFinder, counted: Ints, t: int, step: int, least: Ints, most: Ints,
    pinned: list[int],
) -> tuple[Ints, bool]:
    """Return the tickets with one more or one less of type t, others touched as little as can be.

    A panel within what its ticket's types may lose and gain touches nobody: its box says so. When
    no ticket has one, some may lose one seat too many, at a price.
    """
    total = counted.sum(axis=0)
    limit = finder.relaxation.limit
    spare, room = np.maximum(total - least, 0), np.maximum(most - total, 0)
    price = 1.0 * (spare == 0) - 1.0 * (room == 0)
    tickets, first = np.unique(counted, axis=0, return_index=True)
    fitting = np.flatnonzero(tickets[:, t] < limit[t] if step > 0 else tickets[:, t] > 0)
    for worse in (0, 1):
        lose, gain = np.maximum(spare, worse), np.maximum(room, worse)
        lose[pinned], gain[pinned] = spare[pinned], room[pinned]
        fewest, found = np.inf, None
        for at in fitting[: _CORRECTIONS[worse]]:
            low, high = np.maximum(tickets[at] - lose, 0.0), np.minimum(tickets[at] + gain, limit)
            low[t] = high[t] = tickets[at, t] + step
            finder.set_box(low, high)
            panel = finder.find(price)
            if panel is not None:
                moved = panel - tickets[at]
                wrong = np.maximum(-moved - spare, 0).sum() + np.maximum(moved - room, 0).sum()
                if wrong < fewest:
                    fewest, found = wrong, (int(first[at]), panel)
                if fewest <= worse:
                    break
        if found is not None:
            changed = counted.copy()
            changed[found[0]] = found[1]
            return changed, True
    return counted, False


def _seat_people(problem: Problem, counted: Ints) -> Ints:
    """Return ``(M, k)`` sorted person indices: the seats of each type go round its people.

    Within a type everybody is on equally many tickets, or one more; who gets the one more follows
    a hash of the id, not its place in the alphabet.
    """
    rank = np.argsort(
        np.argsort([_hash_order(own) for own in problem.ids], kind="stable"), kind="stable"
    )
    seated: list[list[int]] = [[] for _ in counted]
    alone = np.bincount(problem.pattern, minlength=len(problem.capacity)) == 1
    alone &= np.bincount(problem.pattern, problem.limit, len(problem.capacity)) == np.bincount(
        problem.pattern, problem.people, len(problem.capacity)
    )
    # Nor is there anything to choose where every type of a pattern is one person.
    alone |= np.bincount(problem.pattern, problem.people > 1, len(problem.capacity)) == 0
    members: list[list[int]] = [[] for _ in range(problem.types)]
    for person in np.argsort(rank):
        members[problem.type_of[person]].append(int(person))
    for t in range(problem.types):
        if not alone[problem.pattern[t]]:
            continue
        at, people = 0, members[t]
        for ticket in np.flatnonzero(counted[:, t]):
            take = int(counted[ticket, t])
            seated[ticket] += [people[(at + i) % len(people)] for i in range(take)]
            at = (at + take) % len(people)
    for pattern in np.flatnonzero(~alone):
        types = np.flatnonzero(problem.pattern == pattern)
        _seat_households(problem, types, members, counted, seated)
    out = np.full((len(counted), problem.size), -1, dtype=np.int64)
    for row, panel in zip(out, seated, strict=True):
        row[: len(panel)] = sorted(panel)
    return out


def _seat_households(
    problem: Problem,
    types: NDArray[np.intp],
    members: list[list[int]],
    counted: Ints,
    seated: list[list[int]],
) -> None:
    """Seat the types of one household pattern: fewest tickets so far first, homes in turn."""
    held = {person: 0 for t in types for person in members[t]}
    home_of = problem.household
    # Tickets with many seats leave least to choose: they come first, the others make up for them.
    seats = counted[:, types].sum(axis=1)
    order = np.argsort(-seats, kind="stable")
    here: dict[int, list[int]] = {}
    for ticket in order[seats[order] > 0].tolist():
        wanted = {int(t): int(counted[ticket, t]) for t in types}
        chosen = _by_turns(wanted, members, held, home_of, problem.per_household)
        if chosen is None:
            chosen = _round_homes(wanted, members, held, home_of)
        for person in chosen:
            held[person] += 1
        here[ticket] = chosen
    _even_out(problem, here, members, held)
    for ticket, chosen in here.items():
        seated[ticket] += chosen


def _even_out(
    problem: Problem, here: dict[int, list[int]], members: list[list[int]], held: dict[int, int]
) -> None:
    """Let homes of one pattern change places on single tickets until their people hold alike.

    Two homes of a pattern have the same members as to all rules, so that no rule sees such a
    change. It is made where it lowers the sum of squares of what people hold, for somebody who
    holds two tickets more than another of the type.
    """
    home_of = problem.household
    twins = _twins(problem, members, held)
    while True:
        pairs = (
            (max(own, key=lambda p: (held[p], p)), min(own, key=lambda p: (held[p], p)))
            for own in (members[t] for t in sorted({int(problem.type_of[p]) for p in held}))
        )
        for most, least in ((a, b) for a, b in pairs if held[a] - held[b] >= 2):
            changes = []
            for ticket, chosen in here.items():
                if most not in chosen or least in chosen:
                    continue
                if home_of[most] == home_of[least]:
                    swap = {most: least}
                else:
                    between = twins[int(home_of[most])], twins[int(home_of[least])]
                    # As their twins, but that the two themselves are each other's.
                    swap = _exchange(*between, most, least)
                    swap = {p: swap[p] for p in chosen if p in swap}
                gain = sum(2 * (held[p] - held[q]) for p, q in swap.items()) - 2 * len(swap)
                changes.append((gain, ticket, swap))
            best = max(changes, default=(0, -1, {}), key=lambda change: (change[0], -change[1]))
            if best[0] > 0:
                _, ticket, swap = best
                here[ticket] = [swap.get(p, p) for p in here[ticket]]
                for p, q in swap.items():
                    held[p] -= 1
                    held[q] += 1
                break
        else:
            return


def _twins(
    problem: Problem, members: list[list[int]], held: dict[int, int]
) -> dict[int, dict[int, list[int]]]:
    """Return the people of each home by type, as many of each in every home of a pattern."""
    homes: dict[int, dict[int, list[int]]] = {}
    for t in sorted({int(problem.type_of[person]) for person in held}):
        for person in members[t]:
            homes.setdefault(int(problem.household[person]), {}).setdefault(t, []).append(person)
    return homes


def _exchange(
    one: dict[int, list[int]], other: dict[int, list[int]], most: int, least: int
) -> dict[int, int]:
    """Return who takes whose place when two homes change: `most` and `least` each other's."""
    swap: dict[int, int] = {}
    for t, own in one.items():
        theirs = sorted(other[t], key=lambda p: (p != least, p))
        for p, q in zip(sorted(own, key=lambda p: (p != most, p)), theirs, strict=True):
            swap[p], swap[q] = q, p
    return swap


def _by_turns(
    wanted: dict[int, int], members: list[list[int]], held: dict[int, int], home_of: Ints, most: int
) -> list[int] | None:
    """Choose whoever is on fewest tickets, homes not used yet first; None when that gets stuck."""
    sent: dict[int, int] = {}
    chosen: list[int] = []
    # The types with most seats choose first, when every home is still open.
    for t in sorted(wanted, key=lambda t: (-wanted[t], t)):
        own = sorted(members[t], key=lambda p: (sent.get(int(home_of[p]), 0), held[p]))
        left = wanted[t]
        for person in own:
            home = int(home_of[person])
            if left and sent.get(home, 0) < most:
                sent[home] = sent.get(home, 0) + 1
                chosen.append(person)
                left -= 1
        if left:
            return None
    return chosen


def _round_homes(
    wanted: dict[int, int], members: list[list[int]], held: dict[int, int], home_of: Ints
) -> list[int]:
    """Deal the seats of one type after the other round the homes, which never gets stuck.

    With M homes each gets at most ⌈Σ wanted / M⌉ seats and at most ⌈wanted_t / M⌉ of a type, which
    is what the household rule and the type's limit allow.
    """
    at_home: dict[int, dict[int, list[int]]] = {}
    for t in wanted:
        for person in members[t]:
            at_home.setdefault(int(home_of[person]), {}).setdefault(t, []).append(person)
    burden = {h: sum(held[p] for own in ts.values() for p in own) for h, ts in at_home.items()}
    homes = sorted(at_home, key=lambda home: (burden[home], home))
    chosen: list[int] = []
    turn = 0
    for t, count in wanted.items():
        for _ in range(count):
            own = [p for p in at_home[homes[turn % len(homes)]][t] if p not in chosen]
            chosen.append(min(own, key=lambda p: held[p]))
            turn += 1
    return chosen


def _check_ticket(problem: Problem, ticket: Ints) -> None:
    """Count one ticket person by person against every rule; never trust what made it."""
    people = ticket[ticket >= 0]
    panel = np.bincount(problem.type_of[people], minlength=problem.types)
    homes = np.bincount(problem.household[people])
    if len(set(people.tolist())) != len(people) or not problem.admits(panel):
        raise RuntimeError("a ticket breaks a rule; please report this")
    if homes.max() > problem.per_household:
        raise RuntimeError("a ticket breaks the household rule; please report this")


def _hash_order(own: str) -> bytes:
    return hashlib.sha256(b"sortition/1/order\x00" + own.encode()).digest()
