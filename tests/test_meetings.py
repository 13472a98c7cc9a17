"""`sortition meetings`: seatings by enumeration, every rule counted, conflicts, wishes."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import goals, seatings, small, splits

from sortition.errors import VerificationError
from sortition.process.meetings import model as model_module
from sortition.process.meetings import search as search_module
from sortition.process.meetings import seating as seating_module
from sortition.process.meetings.check import breaches, tally
from sortition.process.meetings.conflicts import conflicts, shortage
from sortition.process.meetings.encounters import fewest_again
from sortition.process.meetings.programme import Meeting, Person, Programme, by_lot
from sortition.process.meetings.seated import Seating
from sortition.process.meetings.seating import NoSeatingError, find_seating
from sortition.process.meetings.unmet import unmet


def people(ids: str, **said: object) -> tuple[Person, ...]:
    return tuple(Person(own, own, **said) for own in ids)  # type: ignore[arg-type]


def seats_of(**where: object) -> dict[str, tuple[int | None, ...]]:
    return {own: at if isinstance(at, tuple) else (at,) for own, at in where.items()}


# -- the best seating, by trying all ---------------------------------------------------------------


@pytest.mark.parametrize("rounds", [1, 2])
def test_no_seating_is_better_in_what_comes_first(rounds: int) -> None:
    """Left out, going short, wishes: as enumeration has it; the mix too, if so few sit once."""
    for number in range(60 if rounds == 1 else 10):
        programme = small(number, rounds=rounds)
        best = min(goals(programme, seats) for seats in seatings(programme))
        found = find_seating(programme, as_far_as_possible=True)
        got = goals(programme, found.seats)

        assert best[:4] == got[:4], number
        assert got == tuple(goal.value for goal in found.goals.values())
        assert all(goal.bound <= most for goal, most in
                   zip(found.goals.values(), best, strict=True)), number
        assert rounds == 2 or best == got, number
        assert rounds == 2 or found.goals["mix"].proven


def test_it_is_infeasible_when_no_seating_keeps_all_rules() -> None:
    """And there is always a reason."""
    verdicts = {True: 0, False: 0}
    for number in range(60):
        programme = small(number)
        possible = any(goals(programme, seats)[:2] == (0, 0) for seats in seatings(programme))
        verdicts[possible] += 1
        if possible:
            assert (0, 0) == goals(programme, find_seating(programme).seats)[:2]
            assert [] == conflicts(programme)
        else:
            with pytest.raises(NoSeatingError) as raised:
                find_seating(programme)
            assert raised.value.diagnosis
    assert min(verdicts.values()) > 10


@pytest.mark.parametrize("seed", ["a", "b"])
def test_encounters_are_as_few_as_can_be(seed: str) -> None:
    """Six people at two tables for three rounds: at least eight of eighteen encounters repeat."""
    tables = tuple(Meeting(name, 3, 3, round=r) for r in (1, 2, 3) for name in "xy")
    programme = Programme(people("abcdef"), tables, seed=seed)
    ways = [seating for seating in splits("abcdef", [3, 3]) if "a" in seating[0]]
    best = min(
        tally(programme, {own: tuple(2 * r + (own in way[1]) for r, way in enumerate(chosen))
                          for own in "abcdef"}).again
        for chosen in product(ways, repeat=3)
    )
    found = find_seating(programme).goals["again"]

    assert best == found.value
    assert fewest_again(programme) == found.bound <= best


def test_social_golfers_meet_new_people_only() -> None:
    """Nine at three tables for four rounds is possible in one way only, up to names."""
    tables = tuple(Meeting(name, 3, 3, round=r) for r in (1, 2, 3) for name in "xyz")
    found = find_seating(Programme(people("abcdefghi"), tables))

    assert (0, True) == (found.goals["again"].value, found.goals["again"].proven)


def test_the_mix_is_even_where_it_can_be() -> None:
    """Twelve women and twelve men over four tables: three and three."""
    mixed = tuple(Person(f"p{at:02d}", values=("fm"[at % 2], "abc"[at % 3])) for at in range(24))
    tables = tuple(Meeting(name, 6, 6) for name in "wxyz")
    found = find_seating(Programme(mixed, tables, mix=("gender", "age")))

    assert (0, True) == (found.goals["mix"].value, found.goals["mix"].proven)
    assert all(3 == sum(own.values[0] == "f" for own in found.room(at)) for at in range(4))


@pytest.mark.parametrize(("count", "kind"), [(12, "integer program"), (320, "relaxation")])
def test_the_bound_on_the_mix_says_what_cannot_be(
    count: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Women can come on Monday only, men on Tuesday only: half of them too many, and too few."""
    monkeypatch.setattr(model_module, "_MANY", 100)
    parted = tuple(
        Person(f"p{at:02d}", times=(("mon", "tue")[at % 2],), values=("fm"[at % 2],))
        for at in range(count)
    )
    half = count // 2
    rooms = (Meeting("x", half, half, time="mon"), Meeting("y", half, half, time="tue"))
    found = find_seating(Programme(parted, rooms, mix=("gender",)), steps=200)

    assert (count, count, kind) == (
        found.goals["mix"].value, found.goals["mix"].bound, found.goals["mix"].kind,
    )


def test_the_mix_of_many_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """72 people by wishes and times: the integer program ends what a search leaves open.

    And in two rounds, where people also meet new people.
    """
    dice = random.Random("mix")  # noqa: S311 - no draw
    crowd = tuple(
        Person(f"p{at:03d}", times=dice.choice([("mon",), ("tue",), ("mon", "tue")]),
               wishes=tuple(dice.sample("abcdef", 2)) if at % 3 else (),
               values=(dice.choice("wwwm"), dice.choice("xyz")))
        for at in range(72)
    )

    def rooms(r: int) -> tuple[Meeting, ...]:
        return tuple(Meeting(name, 14, 10, time=("mon", "tue")[at % 2], round=r)
                     for at, name in enumerate("abcdef"))

    asked = Programme(crowd, rooms(1), mix=("gender", "age"))
    found = find_seating(asked, steps=600)
    assert found.goals["mix"].proven
    monkeypatch.setattr(model_module, "_MANY", 0)
    other = find_seating(asked, steps=600)
    assert other.goals["mix"].bound <= found.goals["mix"].value <= other.goals["mix"].value
    assert (other.goals["unwished"], other.goals["ranks"]) == (
        found.goals["unwished"], found.goals["ranks"])
    monkeypatch.undo()
    twice = find_seating(replace(asked, meetings=(*rooms(1), *rooms(2))),
                         steps=600)
    assert 2 * found.goals["mix"].value == twice.goals["mix"].value == twice.goals["mix"].bound
    seats = twice.seats.values()
    assert twice.goals["again"].value < sum(
        len(room) * (len(room) - 1) // 2 for room in ([own for own in seats if own[0] == at]
                                                      for at in range(6)))


# -- the lot ---------------------------------------------------------------------------------------


def test_the_lot_decides_between_equals() -> None:
    """All wish the small meeting: the first three by lot sit there, whatever the seed."""
    rooms = (Meeting("small", 3), Meeting("large", 9))
    for seed in ("spring", "summer", "autumn"):
        programme = Programme(people("abcdefgh", wishes=("small",)), rooms, seed=seed)
        found = find_seating(programme)
        first = by_lot(seed, "abcdefgh")

        assert first == found.lot
        assert sorted(first[:3]) == [own.id for own in found.room(0)]


def test_of_people_who_said_the_same_the_first_by_lot_has_the_dearer_wish() -> None:
    """Whatever the model, the search and the other people do; and everybody sits by the rules."""
    dice = random.Random("alike")  # noqa: S311 - no draw
    kinds = [("x", "y"), ("x", "z"), ("y",)]
    crowd = tuple(
        Person(f"p{at:02d}", wishes=dice.choice(kinds), values=(dice.choice("fm"),))
        for at in range(30)
    )
    rooms = tuple(Meeting(name, 10, 5) for name in "xyz")
    programme = Programme(crowd, rooms, mix=("gender",), seed="spring")
    found = find_seating(programme)
    unequal = 0
    for kind, value in product(kinds, "fm"):
        alike = {own.id: own for own in crowd if (own.wishes, own.values) == (kind, (value,))}
        numbers = [programme.rank(alike[own], rooms[found.seats[own][0] or 0]) or 9
                   for own in found.lot if own in alike]
        assert sorted(numbers) == numbers
        unequal += len(set(numbers)) > 1
    assert unequal


def test_everybody_of_equal_claim_comes_first_equally_often() -> None:
    """Of 3000 seeds each of five people is first for about a fifth (99.9 % of the binomial)."""
    firsts = [by_lot(str(seed), "abcde")[0] for seed in range(3000)]

    assert all(528 <= firsts.count(own) <= 673 for own in "abcde")


def test_who_joins_changes_nobody_elses_place_in_the_lot() -> None:
    """As in any fair shuffle by hashes; NFC and spaces round the text do not count."""
    few = by_lot("Café", "abcd")

    assert few == tuple(own for own in by_lot(" Cafe\u0301 ", "dcbaxyz") if own in "abcd")


# -- the count of every rule -----------------------------------------------------------------------

TWO = (Meeting("x", 3, theme="air", time="mon", guests=("mayor",)), Meeting("y", 3, time="tue"))
BROKEN = {
    "capacity": (Programme(people("abc"), TWO), seats_of(a=0, b=0, c=0)),
    "time": (Programme(people("ab", times=("tue",)), TWO), seats_of(a=0, b=1)),
    "theme": (Programme(people("ab", themes=("sea",)), TWO), seats_of(a=0, b=1)),
    "interest": (Programme(people("ab", interests=("Air",)), TWO, exclude_interests=True),
                 seats_of(a=0, b=1)),
    "member": (Programme(people("ab"), (TWO[0], replace(TWO[1], members=("a",)))),
               seats_of(a=0, b=1)),
    "organisation": (Programme(people("ab", organisation="club"), TWO, per_organisation=1),
                     seats_of(a=1, b=1)),
    "apart": (Programme(people("ab"), TWO, apart=(("a", "b"),)), seats_of(a=1, b=1)),
    "together": (Programme(people("ab"), TWO, together=(("a", "b"),)), seats_of(a=0, b=1)),
    "once": (Programme(people("ab"), (TWO[1], replace(TWO[1], round=2)), once=True),
             seats_of(a=(0, 1), b=(0, None))),
    "rounds": (Programme(people("ab"), (TWO[1], replace(TWO[1], round=2))),
               seats_of(a=(1, 0), b=(0, 1))),
    "people": (Programme(people("abc"), TWO), seats_of(a=0, b=1)),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found(rule: str) -> None:
    """Each rule by itself, and nothing else is."""
    assert {rule} == {found for found, _ in breaches(*BROKEN[rule])}


def test_what_a_seating_achieves_is_counted_by_hand() -> None:
    """Left out, short of people and of expertise, wishes by number, uneven, met again."""
    rooms = tuple(
        Meeting(name, 4, 2, round=r, needs={"law": 1}) for r in (1, 2) for name in "xy"
    )
    three = (
        Person("a", wishes=("x", "y"), expertise=("Law",), values=("f",)),
        Person("b", wishes=("y",), values=("m",)), Person("c", values=("m",)),
    )
    told = tally(Programme(three, rooms, mix=("gender",)),
                 seats_of(a=(0, 2), b=(0, 2), c=(1, None)))

    assert (("c", 1),) == told.out
    assert [(1, "", 1, 2), (1, "law", 0, 1), (3, "", 0, 2), (3, "law", 0, 1)] == [
        (lack.meeting, lack.expertise, lack.has, lack.must) for lack in told.lacks
    ]
    assert ({1: 2}, 2, 0, 1) == (told.wishes, told.unwished, told.ranks, told.again)
    assert 5 == told.lacking
    # Sizes 2, 1 are as even as can be, 2 and 0 are one off; values keep to their sizes.
    assert 1 == told.mix


def test_a_seating_that_counts_otherwise_is_never_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the model and the search say, the count in whole numbers has the last word."""
    programme = Programme(people("abcd"), (*TWO, Meeting("z", 3)), apart=(("a", "b"),))
    monkeypatch.setattr(
        seating_module, "_dealt", lambda *_: seats_of(a=1, b=1, c=0, d=2),
    )
    with pytest.raises(VerificationError, match="apart"):
        find_seating(programme)
    monkeypatch.setattr(
        seating_module, "_dealt", lambda *_: seats_of(a=1, b=None, c=2, d=0),
    )
    with pytest.raises(VerificationError, match="counted again, the seating gives"):
        find_seating(programme)
    monkeypatch.setattr(
        seating_module, "_dealt", lambda *_: seats_of(a=1, b=0, c=0, d=2),
    )
    with pytest.raises(VerificationError, match="lot: c, d"):
        find_seating(programme)


# -- why not ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4),
       st.lists(st.integers(0, 3), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_shortage_is_found_when_there_is_one(
    wanted: list[int], room: list[int], dice: random.Random
) -> None:
    """Hall: some want more than all the room they can go to, and it is those that are returned."""
    edges = [[at for at in range(len(room)) if dice.random() < 0.5] for _ in wanted]

    def lack(who: set[int]) -> int:
        where = {at for each in who for at in edges[each]}
        return sum(wanted[each] for each in who) - sum(room[at] for at in where)

    exists = any(
        lack({at for at, chosen in enumerate(each) if chosen}) > 0
        for each in product((0, 1), repeat=len(wanted))
    )
    found = shortage(wanted, room, edges)
    assert exists == (found is not None)
    if found is not None:
        assert lack(found[0]) > 0
        assert {at for each in found[0] for at in edges[each]} == found[1]


LAW = Person("z", times=("tue",), expertise=("law",))
WHY = {
    "meetings-no-time": Programme(people("ab", times=("wed",)), TWO),
    "meetings-no-theme": Programme(people("ab", themes=("sea",)), (TWO[0],)),
    "meetings-no-match": Programme(
        people("ab", themes=("sea",), times=("mon",)), (TWO[0], Meeting("y", 3, time="tue"))),
    "meetings-nowhere": Programme(
        people("ab", interests=("air",)), (TWO[0],), exclude_interests=True),
    "meetings-places": Programme(people("abc", times=("mon",)), TWO),
    "meetings-fewest": Programme(people("ab", times=("mon",)), (TWO[0], replace(TWO[1], least=1))),
    "meetings-need-nobody": Programme(people("ab"), (replace(TWO[1], needs={"law": 1}),)),
    "meetings-need-time": Programme(
        (*people("ab"), LAW), (replace(TWO[0], needs={"law": 1}), TWO[1])),
    "meetings-need": Programme(
        (*people("a"), LAW), (*[Meeting(name, 3, needs={"law": 1}) for name in "xy"],)),
    "meetings-organisation": Programme(
        people("abc", organisation="club"), TWO, per_organisation=1),
    "meetings-apart": Programme(people("abc"), TWO, apart=(("a", "b", "c"),)),
    "meetings-together-apart": Programme(
        people("ab"), TWO, apart=(("a", "b"),), together=(("a", "b"),)),
    "meetings-together-nowhere": Programme(
        (Person("a", times=("mon",)), Person("b", times=("tue",))), TWO, together=(("a", "b"),)),
    "meetings-together-large": Programme(people("abcd"), TWO, together=(("a", "b", "c", "d"),)),
}


@pytest.mark.parametrize("code", WHY)
def test_the_reason_is_told(code: str) -> None:
    """Every reason that one count shows, in both languages, and it is one."""
    with pytest.raises(NoSeatingError) as raised:
        find_seating(WHY[code])

    assert code in {issue.code for issue in raised.value.diagnosis}
    assert all(issue.to_dict("nl")["message"] for issue in raised.value.diagnosis)
    far = find_seating(WHY[code], as_far_as_possible=True)
    assert far.tally.out or far.tally.lacks
    assert code in {issue.code for issue in far.why}


def test_rules_that_only_clash_together_are_told_too() -> None:
    """Each can be kept: two apart from a third, and a meeting that needs one of them."""
    lawyers = tuple(Person(own, expertise=(own,)) for own in "abc")
    rooms = (Meeting("x", 2, needs={"a": 1}), Meeting("y", 2, needs={"b": 1}))
    programme = Programme(lawyers, rooms, apart=(("a", "c"),), together=(("b", "c"),))
    assert [] == conflicts(programme)
    assert find_seating(programme).tally.out == ()
    stuck = replace(programme, apart=(("a", "c"), ("a", "b")), together=(),
                    meetings=(rooms[0], replace(rooms[1], most=1)))
    with pytest.raises(NoSeatingError) as raised:
        find_seating(stuck)
    assert ["meetings-clash", "meetings-lacks", "meetings-lacks"] == [
        issue.code for issue in raised.value.diagnosis
    ]


# -- wishes that are not met -----------------------------------------------------------------------


def why(found: Seating) -> dict[tuple[str, str], str]:
    return {(each.id, each.wish): each.rule for each in unmet(found)}


def test_the_rule_that_stops_a_wish_is_named() -> None:
    """Cannot come; full; somebody of the same house; needed where they are."""
    rooms = (Meeting("x", 2, time="mon"), Meeting("y", 9, 2, time="tue", needs={"law": 1}))
    four = (
        Person("a", times=("tue",), wishes=("x",)), Person("b", wishes=("x",), organisation="o"),
        Person("c", wishes=("x", "y"), organisation="o"),
        Person("d", wishes=("x",), expertise=("law",)),
    )
    found = find_seating(Programme(four, rooms, per_organisation=1, seed="1"))
    told = why(found)

    assert "time" == told["a", "x"]
    assert "needed" == told["d", "x"]
    assert {"organisation"} == {told[own, "x"] for own in "bc" if (own, "x") in told}
    full = find_seating(Programme(people("abc", wishes=("x",)), (rooms[0], Meeting("z", 9))))
    assert ["full"] == list(why(full).values())


def test_the_fewest_go_without_any_wish() -> None:
    """One fulfilled third wish counts more than two first ones: nobody is left with nothing."""
    rooms = tuple(Meeting(name, 1) for name in "xyz")
    three = (Person("a", wishes=("x",)), Person("b", wishes=("x", "y")),
             Person("c", wishes=("y", "x", "z")))
    found = find_seating(Programme(three, rooms))

    assert seats_of(a=0, b=1, c=2) == found.seats
    assert {1: 1, 2: 1, 3: 1} == found.tally.wishes
    assert 0 == found.tally.unwished
    assert found.goals["ranks"].proven


# -- time ------------------------------------------------------------------------------------------


def test_when_time_is_over_the_search_leaves_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever step it is in: what comes out keeps all rules and is said not to be finished."""
    tables = tuple(Meeting(name, 4, 4, round=r) for r in range(1, 7) for name in "wxyz")
    programme = Programme(people("abcdefghijklmnop"), tables)
    whole = find_seating(programme)
    assert whole.finished
    ticks = iter(range(10**6))
    monkeypatch.setattr(search_module.time, "perf_counter", lambda: float(next(ticks)))
    for seconds in (8, 20, 60):
        found = find_seating(programme, time_limit=seconds)
        assert not found.finished
        assert [] == list(breaches(programme, found.seats))
        assert found.goals["again"].value >= whole.goals["again"].value


def test_rounds_that_are_bounded_by_themselves_bound_their_sum() -> None:
    """Two rounds that ask the same have twice the bound of one; a third adds its own."""
    parted = tuple(
        Person(f"p{at:02d}", times=(("mon", "tue")[at % 2],), values=("fm"[at % 2],))
        for at in range(64)
    )

    def rooms(r: int, half: int) -> tuple[Meeting, ...]:
        return (Meeting("x", half, half, time="mon", round=r),
                Meeting("y", half, half, time="tue", round=r))

    whole = Meeting("hall", 64, 64, round=3)
    found = find_seating(Programme(parted, (*rooms(1, 32), *rooms(2, 32), whole), mix=("g",)),
                         steps=200)

    assert (128, 128) == (found.goals["mix"].value, found.goals["mix"].bound)
