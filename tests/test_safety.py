"""Pools on the edge of what numbers stand, each with the chances counted by hand, as fractions.

Ties of thousands, chances of a thousandth, quotas that leave no room or too much of it, quotas
that say nothing or say it twice. All through the public names only, from people to a verified draw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

import sortition
from sortition import Distribution, InfeasibleError, Pool, Quota, QuotaError, Quotas
from sortition.files.tables import Table

Rule = tuple[str, str, int, int]
HOME = ("street", "postcode")
TICKETS = 50


@dataclass(frozen=True)
class Edge:
    """A pool on an edge: how many people of each kind, the rules, and everybody's chance."""

    name: str
    why: str
    kinds: Mapping[str, int]  # a letter per feature
    rules: tuple[Rule, ...]
    size: int | tuple[int, int]
    chances: Mapping[str, Fraction]
    home: Callable[[int], str] | None = None
    tickets: int = TICKETS

    @property
    def people(self) -> pd.DataFrame:
        """A row per person; the features are called one, two, …"""
        rows = [kind for kind, count in self.kinds.items() for _ in range(count)]
        frame = pd.DataFrame({"id": [f"p{at:05d}" for at in range(len(rows))], "kind": rows})
        for at, feature in enumerate(("one", "two")[: len(rows[0])]):
            frame[feature] = [row[at] for row in rows]
        if self.home is not None:
            frame["street"] = [self.home(at) for at in range(len(rows))]
            frame["postcode"] = "1234 AB"
        return frame

    @property
    def problem(self) -> sortition.Problem:
        """People and rules compiled."""
        rules = pd.DataFrame(self.rules, columns=["feature", "value", "min", "max"])
        home = HOME if self.home is not None else ()
        return sortition.compile(
            Pool.from_frame(self.people, id="id", household=home),
            Quotas.from_frame(rules, size=self.size),
        )


def F(text: str) -> Fraction:  # noqa: N802 - short, for tables of fractions
    return Fraction(text)


LOOSE: tuple[Rule, ...] = (("one", "a", 0, 10**6), ("one", "b", 0, 10**6))
EDGES = (
    Edge("one kind", "two thousand people whom nothing tells apart",
         {"a": 2000}, (("one", "a", 0, 100),), 100, {"a": F("1/20")}),
    Edge("two kinds tied", "two thousand in two kinds, for whom the quotas leave room",
         {"a": 1000, "b": 1000}, LOOSE, 100, {"a": F("1/20"), "b": F("1/20")}),
    Edge("two kinds apart", "two thousand in two kinds that the quotas tell apart",
         {"a": 1000, "b": 1000}, (("one", "a", 30, 30), ("one", "b", 70, 70)), 100,
         {"a": F("3/100"), "b": F("7/100")}),
    Edge("a thousandth", "twenty of twenty thousand",
         {"ax": 9000, "bx": 1000, "ay": 2000, "by": 8000},
         (("one", "a", 9, 13), ("one", "b", 7, 11), ("two", "x", 8, 12), ("two", "y", 8, 12)), 20,
         dict.fromkeys(("ax", "bx", "ay", "by"), F("1/1000")), tickets=1000),
    Edge("a thousandth apart", "twenty of twenty thousand, but one kind has half the others' seats",
         {"a": 10_000, "b": 10_000}, (("one", "a", 0, 5), ("one", "b", 15, 20)), 20,
         {"a": F("1/2000"), "b": F("3/2000")}),
    Edge("one of a thousand", "one seat",
         {"ax": 400, "bx": 350, "by": 250},
         (("one", "a", 0, 1), ("one", "b", 0, 1), ("two", "x", 0, 1), ("two", "y", 0, 1)), 1,
         dict.fromkeys(("ax", "bx", "by"), F("1/1000"))),
    Edge("exact", "min = max everywhere: with p of ax the others are 2 − p, 2 − p and p",
         {"ax": 4, "ay": 1, "bx": 1, "by": 2},
         (("one", "a", 2, 2), ("one", "b", 2, 2), ("two", "x", 2, 2), ("two", "y", 2, 2)), 4,
         {"ax": F("2/5"), "ay": F("2/5"), "bx": F("2/5"), "by": F("4/5")}),
    Edge("none of them", "a maximum of zero leaves people out, and is no error",
         {"a": 30, "b": 50, "c": 7},
         (("one", "a", 0, 9), ("one", "b", 0, 9), ("one", "c", 0, 0)), 8,
         {"a": F("1/10"), "b": F("1/10"), "c": F("0")}),
    Edge("held by nobody", "a value that nobody has is no error while none is wanted",
         {"a": 30, "b": 50},
         (("one", "a", 0, 9), ("one", "b", 0, 9), ("one", "c", 0, 4), ("one", "d", 0, 0)), 8,
         {"a": F("1/10"), "b": F("1/10")}),
    Edge("a range", "three to five seats: five are fairest",
         {"a": 6, "b": 4}, (("one", "a", 1, 4), ("one", "b", 1, 4)), (3, 5),
         {"a": F("1/2"), "b": F("1/2")}),
    Edge("a range that is held down", "up to five seats, of which two are for a and two for b",
         {"a": 6, "b": 4}, (("one", "a", 0, 2), ("one", "b", 0, 2)), (3, 5),
         {"a": F("1/3"), "b": F("1/2")}),
    Edge("everybody", "as many seats as people",
         {"a": 6, "b": 4}, LOOSE, 10, {"a": F("1"), "b": F("1")}),
    Edge("everybody but one", "one of a must stay at home",
         {"a": 6, "b": 4}, (("one", "a", 5, 5), ("one", "b", 4, 4)), 9,
         {"a": F("5/6"), "b": F("1")}),
    Edge("one seat", "of three kinds, one of which may not have it",
         {"a": 3, "b": 4, "c": 5}, (("one", "a", 0, 1), ("one", "b|c", 0, 1), ("one", "c", 0, 0)),
         1, {"a": F("1/7"), "b": F("1/7"), "c": F("0")}),
    Edge("one value", "a feature on which all agree",
         {"ax": 5, "bx": 9}, (*LOOSE, ("two", "x", 3, 3)), 3, {"ax": F("3/14"), "bx": F("3/14")}),
    Edge("one home", "everybody in one home, one seat",
         {"a": 3, "b": 4}, LOOSE, 1, {"a": F("1/7"), "b": F("1/7")}, home=lambda at: "Kade 1"),
    Edge("no homes", "everybody left the address open, so nobody lives with anybody",
         {"a": 3, "b": 4}, LOOSE, 5, {"a": F("5/7"), "b": F("5/7")}, home=lambda at: ""),
    Edge("one large home", "five in one home share a seat, five live alone: four seats",
         {"a": 5, "b": 5}, LOOSE, 4, {"a": F("1/5"), "b": F("3/5")},
         home=lambda at: "Kade 1" if at < 5 else f"Kade {at}"),
    Edge("said twice", "two quotas of the same people, whose values stand in another order",
         {"a": 2, "b": 3, "c": 5},
         (("one", "a|b", 2, 2), ("one", "b|a", 2, 2), ("one", "a", 0, 9), ("one", "b", 0, 9),
          ("one", "c", 1, 1)), 3, {"a": F("2/5"), "b": F("2/5"), "c": F("1/5")}),
    Edge("said by another", "a quota that follows from two others, and one that follows from it",
         {"a": 2, "b": 3, "c": 5},
         (("one", "a", 1, 1), ("one", "b", 2, 2), ("one", "c", 2, 2), ("one", "a|b", 3, 3),
          ("one", "b|c", 4, 4), ("one", "a|b|c", 1, 5)), 5,
         {"a": F("1/2"), "b": F("2/3"), "c": F("2/5")}),
    Edge("two columns alike", "two features that say the same",
         {"aa": 4, "bb": 6}, (("one", "a", 1, 1), ("one", "b", 3, 3), ("two", "a", 1, 1),
                              ("two", "b", 3, 3)), 4, {"aa": F("1/4"), "bb": F("1/2")}),
    Edge("all of them", "a union of all values: everybody, so that it says the size again",
         {"a": 4, "b": 6}, (("one", "a|b", 5, 5), ("one", "a", 0, 9), ("one", "b", 0, 9)), 5,
         {"a": F("1/2"), "b": F("1/2")}),
    Edge("unions that overlap", "a or b, b or c, and c or a have two seats each: one each",
         {"a": 2, "b": 3, "c": 5},
         (("one", "a|b", 2, 2), ("one", "b|c", 2, 2), ("one", "c|a", 2, 2)), 3,
         {"a": F("1/2"), "b": F("1/3"), "c": F("1/5")}),
    Edge("far above", "maxima a hundred thousand times the pool",
         {"ax": 3, "ay": 2, "bx": 1, "by": 4},
         (*((f, v, 0, 999_999_999) for f, v in (("one", "a"), ("one", "b"), ("two", "x"))),
          ("two", "y", 0, 10**6)), 5, dict.fromkeys(("ax", "ay", "bx", "by"), F("1/2"))),
    Edge("one against very many", "the only one of a kind is always needed",
         {"a": 1, "b": 3000}, (("one", "a", 1, 1), ("one", "b", 9, 9)), 10,
         {"a": F("1"), "b": F("3/1000")}),
)


def test_they_have_names_of_their_own() -> None:
    """Each of them runs."""
    assert len(EDGES) == len({edge.name for edge in EDGES})


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_chances_are_the_fractions_counted_by_hand(edge: Edge) -> None:
    """Everybody's chance, the certificate's levels, and all that is promised on top."""
    people, problem = edge.people, edge.problem
    wanted = dict(zip(people["id"], (edge.chances[kind] for kind in people["kind"]), strict=True))

    fair = sortition.find_distribution(problem)

    assert [float(wanted[own]) for own in problem.ids] == fair.chance.tolist(), edge.why
    levels = [level for level in fair.certificate.levels if level > 0]
    assert sorted({chance for chance in wanted.values() if chance > 0}) == levels
    keeps_its_promises(fair, edge.tickets, exact=wanted)


def keeps_its_promises(
    fair: Distribution, tickets: int, exact: Mapping[str, Fraction] = MappingProxyType({})
) -> None:
    """Assert proof, gap, bound, distinct panels, tickets that add up, and a draw that verifies."""
    problem = fair.problem
    certificate = fair.certificate
    assert certificate.proven
    assert 0 <= certificate.gap <= 1e-6 * problem.size / len(problem.ids)
    assert certificate.bound == min(c for c in fair.chance.tolist() if c > 0)
    assert len(fair.panels) == len(np.unique(fair.panels, axis=0))

    lottery = fair.to_lottery(tickets)

    seats = [int((ticket >= 0).sum()) for ticket in lottery.tickets]
    assert len(seats) == tickets
    assert problem.lower[0] <= min(seats) <= max(seats) <= problem.size
    assert sum(seats) == lottery.counts.sum()
    tally = Counter(own for at in range(tickets) for own in lottery.members(at))
    assert [tally[own] for own in problem.ids] == lottery.counts.tolist()
    for own, chance in exact.items():
        # On one of the two whole numbers next to M times the chance.
        assert abs(tally[own] - tickets * chance) < 1, own
    drawn = sortition.draw(lottery, ticket=tickets // 2)
    assert sortition.verify(drawn, lottery).ok


@pytest.mark.parametrize("size", [2, 7])
def test_everybody_in_one_home_can_fill_one_seat_only(size: int) -> None:
    """Two seats are one too many, and the household rule is named."""
    edge = next(edge for edge in EDGES if edge.name == "one home")

    with pytest.raises(InfeasibleError) as caught:
        sortition.find_distribution(replace(edge, size=size).problem)

    assert "household" in " ".join(map(str, caught.value.diagnosis))


def test_the_same_row_twice_is_asked_about() -> None:
    """A quota file that says something twice may mean something else."""
    rules = pd.DataFrame([*LOOSE, LOOSE[0]], columns=["feature", "value", "min", "max"])

    with pytest.raises(QuotaError, match="one: a"):
        Quotas.from_frame(rules, size=1)


def test_two_identical_quotas_count_once() -> None:
    """In Python the same quota may stand there twice; it changes nothing."""
    pool = Pool.from_frame(next(e for e in EDGES if e.name == "two kinds apart").people, id="id")
    a, b = (Quota((("one", (v,)),), n, n) for v, n in (("a", 3), ("b", 7)))

    once, twice = (
        sortition.find_distribution(sortition.compile(pool, Quotas((10, 10), quotas)))
        for quotas in ((a, b), (a, b, a, b))
    )

    assert {0.003, 0.007} == set(once.chance.tolist())
    assert once.chance.tolist() == twice.chance.tolist()
    keeps_its_promises(twice, TICKETS)


def test_a_quarter_of_a_million_people_of_four_kinds() -> None:
    """Types count, not people: 1000 seats, a tie of 100,000 and one who is always there."""
    kinds = np.repeat([0, 1, 2, 3], [1, 100_000, 149_998, 1])
    count = len(kinds)
    ids = tuple(f"p{at:06d}" for at in range(count))
    pool = Pool(
        ids=ids, features=("one",), values=(("a", "b", "c", "d"),),
        codes=kinds.astype(np.int32)[:, None], household=np.arange(count, dtype=np.int32),
        table=Table(("id",), (), ()), order=np.arange(count),
    )
    seats = {"a": (1, 1), "b": (500, 500), "c": (499, 499), "d": (0, 0)}
    quotas = Quotas((1000, 1000), tuple(
        Quota((("one", (value,)),), low, high) for value, (low, high) in seats.items()
    ))

    fair = sortition.find_distribution(sortition.compile(pool, quotas))

    assert [1.0, 500 / 100_000, 499 / 149_998, 0.0] == fair.chance[[0, 1, 200_000, -1]].tolist()
    assert [Fraction(499, 149_998), Fraction(1, 200), Fraction(1)] == [
        level for level in fair.certificate.levels if level > 0
    ]
    assert fair.certificate.proven
    assert fair.certificate.gap <= 1e-6 * 1000 / count
    assert fair.to_lottery(10).counts.sum() == 10 * 1000
