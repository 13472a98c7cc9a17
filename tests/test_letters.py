"""Letters over regions, groups and areas, and chances: by hand, by enumeration, and as sums."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product

import pytest
import registers
from hypothesis import given
from hypothesis import strategies as st

from sortition.process.invitations.invitation import Areas, Invitation, invitation, positive
from sortition.process.invitations.letters import EVERYWHERE, IN_AREAS, Census, Turns, divide
from sortition.process.invitations.reference import census_of, units_of
from sortition.process.invitations.selection import Letter, Person, address_of, in_order, prefixes

ASKED = Invitation(150, 20, "1 March 2026", region="gemeente")
RATES = {"leeftijd": {"16-29": Fraction(3), "30-64": Fraction(4), "65+": Fraction(6)}}
AREAS = Areas("wijk", ("W1", "W3"), Fraction(1, 5))
WAYS = {
    "people": ASKED,
    "addresses": replace(ASKED, address=("postcode", "huisnummer"), spread="equal"),
    "groups": replace(ASKED, response=RATES, spread="square-root", floor=5),
    "areas": replace(ASKED, address=("postcode", "huisnummer"), areas=AREAS),
    "some": replace(ASKED, address=("postcode", "huisnummer"), only={
        "leeftijd": ("30-64", "65+"), "opleiding": ("wo",),
    }),
    "all": replace(ASKED, address=("postcode", "huisnummer"), areas=AREAS, response=RATES),
}


def people(asked: Invitation, count: int = 1200, seed: str = "register") -> list[Person]:
    return [
        Person(
            row[0], row[1], row[5] if asked.response else "",
            asked.areas is not None and row[7] in asked.areas.values,
            address_of(row[2:4]) if asked.address else "",
        )
        for row in registers.people(count, seed)
        if all(row[registers.HEADER.index(name)] in some for name, some in asked.only.items())
    ]


def drawn(asked: Invitation, everyone: list[Person]) -> tuple[Letter, ...]:
    division = divide(asked, census_of(everyone))
    return in_order(division, units_of(everyone, division, asked.seed))


def census(*homes: tuple[str, bool, tuple[str, ...]]) -> Census:
    return Census(Counter(homes))


# -- how many --------------------------------------------------------------------------------------


def test_turns_are_the_highest_quotients() -> None:
    """w / (2s + 1), all of them sorted: Sainte-Laguë as the books have it."""
    weights = {"A": Fraction(53_000), "B": Fraction(24_000), "C": Fraction(23_000)}
    turns = Turns(weights, "lot", "test")
    taken = [turns.take() for _ in range(25)]

    quotients = sorted(
        ((weight / (2 * seats + 1), name) for name, weight in weights.items()
         for seats in range(25)), reverse=True,
    )
    assert [name for _, name in quotients[:25]] == taken


def test_ten_thousand_letters_over_three_former_municipalities() -> None:
    """3,333, 3,333 and 3,334 whatever their sizes; which has one more is decided by lot."""
    homes = Census({(name, False, ("",)): count for name, count in
                    [("Harenkarspel", 13_000), ("Schagen", 16_000), ("Zijpe", 9_000)]})
    asked = Invitation(10_000, seed="Schagen", region="gemeente", spread="equal")

    letters = divide(asked, homes).quota(EVERYWHERE)

    assert [3333, 3333, 3334] == sorted(letters.values())


def test_square_roots_and_floors() -> None:
    """√1600 : √400 : √100 = 4 : 2 : 1; and with a floor of 3 of 14 the smallest gets three."""
    homes = Census({(name, False, ("",)): count for name, count in
                    [("a", 1600), ("b", 400), ("c", 100)]})
    asked = Invitation(14, region="r", spread="square-root")

    assert {("a", ""): 8, ("b", ""): 4, ("c", ""): 2} == divide(asked, homes).quota(EVERYWHERE)
    floored = divide(replace(asked, floor=3), homes).quota(EVERYWHERE)
    assert {("a", ""): 7, ("b", ""): 4, ("c", ""): 3} == floored


def test_rates_of_response() -> None:
    """Who answers half as often gets twice as many letters per person."""
    homes = Census({("", False, ("mbo",)): 300, ("", False, ("wo",)): 300})
    rates = {"opleiding": {"mbo": Fraction(1), "wo": Fraction(2)}}

    letters = divide(Invitation(90, response=rates), homes).quota(EVERYWHERE)

    assert {("", "mbo"): 60, ("", "wo"): 30} == letters


def test_a_fifth_for_the_named_areas() -> None:
    """8,000 letters everywhere and 2,000 in the areas, which have 10,000 of 100,000 homes."""
    homes = Census({("", False, ("",)): 90_000, ("", True, ("",)): 10_000})
    areas = Areas("wijk", ("a",), Fraction(1, 5))
    division = divide(Invitation(10_000, areas=areas), homes)

    assert {("", ""): 8000} == division.quota(EVERYWHERE)
    assert {("", ""): 2000} == division.quota(IN_AREAS)
    assert {
        ("", "", False, 1): Fraction(8, 100), ("", "", True, 1): Fraction(8, 100) + Fraction(2, 10)
    } == division.chances()


def test_full_regions_leave_their_letters_to_the_others() -> None:
    """Equal shares of 90 where one region has ten homes: 10, 40 and 40."""
    homes = Census({(name, False, ("",)): count for name, count in
                    [("a", 1000), ("b", 1000), ("c", 10)]})
    asked = Invitation(90, region="r", spread="equal")

    assert {("a", ""): 40, ("b", ""): 40, ("c", ""): 10} == divide(asked, homes).quota(EVERYWHERE)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.integers(1, 40),
       st.sampled_from(["proportional", "equal", "square-root"]))
def test_one_letter_more_takes_none_away(sizes: list[int], letters: int, spread: str) -> None:
    """House monotonicity: in every region the letters only grow."""
    homes = Census({(f"r{at}", False, ("",)): size for at, size in enumerate(sizes)})
    asked = Invitation(letters, seed="s", region="r", spread=spread)
    fewer = divide(asked, homes).quota(EVERYWHERE)
    more = divide(replace(asked, letters=letters + 1), homes).quota(EVERYWHERE)

    assert all(more[stratum] >= count for stratum, count in fewer.items())


# -- chances ---------------------------------------------------------------------------------------


def enumerated(
    homes: list[tuple[str, bool, tuple[str, ...]]], everywhere: dict[tuple[str, str], int],
    inside: dict[tuple[str, str], int],
) -> dict[tuple[str, str, bool, int], Fraction]:
    """Return chances by going through every order of the homes and everyone they may name."""
    hits: Counter[tuple[int, int]] = Counter()
    cases = 0
    names = list(product(*(range(len(groups)) for _, _, groups in homes)))
    for order in permutations(range(len(homes))):
        for named in names:
            cases += 1
            left, extra = Counter(everywhere), Counter(inside)
            without = []
            for home in order:
                region, _, groups = homes[home]
                stratum = region, groups[named[home]]
                if left[stratum]:
                    left[stratum] -= 1
                    hits[home, named[home]] += 1
                else:
                    without.append((home, stratum))
            for home, stratum in without:
                if homes[home][1] and extra[stratum]:
                    extra[stratum] -= 1
                    hits[home, named[home]] += 1
    return {
        (region, group, area, len(groups)): Fraction(hits[home, member], cases)
        for home, (region, area, groups) in enumerate(homes)
        for member, group in enumerate(groups)
    }


@pytest.mark.parametrize(
    ("homes", "asked"),
    [
        ([("a", False, ("",)), ("a", False, ("", "")), ("a", False, ("", "", "")),
          ("b", False, ("",)), ("b", False, ("", ""))], Invitation(3, region="r")),
        ([("a", True, ("",)), ("a", True, ("", "")), ("a", False, ("",)), ("a", False, ("", "")),
          ("b", True, ("",))], Invitation(3, areas=Areas("w", ("x",), Fraction(1, 3)))),
        # The areas can run out: then the letters for all decide how many of them are left.
        ([("a", True, ("",)), ("a", True, ("",)), ("a", False, ("",)), ("a", False, ("",)),
          ("a", False, ("", ""))], Invitation(4, areas=Areas("w", ("x",), Fraction(1, 2)))),
        ([("a", False, ("m",)), ("a", False, ("m", "m")), ("a", False, ("w",)),
          ("a", False, ("w",))],
         Invitation(2, response={"o": {"m": Fraction(1), "w": Fraction(2)}})),
    ],
)
def test_chances_are_those_of_enumeration(
    homes: list[tuple[str, bool, tuple[str, ...]]], asked: Invitation
) -> None:
    """As fractions, over every order of homes and every naming."""
    division = divide(asked, census(*homes))

    assert division.exact
    assert enumerated(
        homes, division.quota(EVERYWHERE), division.quota(IN_AREAS)
    ) == division.chances()


def test_chances_where_groups_live_together_are_right_to_one_part_in_the_homes() -> None:
    """As promised: between the bounds of Jensen and of Hoeffding, here 1 in the homes naming m."""
    homes = [("a", False, ("m", "w")), ("a", False, ("m", "w")), ("a", False, ("m",)),
             ("a", False, ("m", "m")), ("a", False, ("w",)), ("a", False, ("w",))]
    rates = {"o": {"m": Fraction(1), "w": Fraction(1)}}
    division = divide(Invitation(2, response=rates), census(*homes))
    true = enumerated(homes, division.quota(EVERYWHERE), {})

    assert not division.exact
    for (region, group, area, size), chance in division.chances().items():
        expected = division.census.nominees()[region, group]
        assert abs(true[region, group, area, size] / chance - 1) <= 1 / expected


@pytest.mark.parametrize("way", [way for way in WAYS if way != "all"])
def test_everybodys_chances_add_up_to_the_letters(way: str) -> None:
    """As a fraction, unless people of different groups live together."""
    asked = WAYS[way]
    division = divide(asked, census_of(people(asked)))
    chances = division.chances()
    total = sum(
        (homes * chances[region, group, area, len(groups)]
         for (region, area, groups), homes in division.census.homes.items() for group in groups),
        Fraction(0),
    )

    assert asked.letters == total


# -- who -------------------------------------------------------------------------------------------


def test_tickets_can_be_worked_out_by_hand() -> None:
    """SHA-256 of a prefix and the id: with one home each, the smallest tickets have letters."""
    everyone = [Person(f"p{at}", "", "", False, "") for at in range(50)]
    text = b"sortition/1/letter home\x00Heerlen, 1 March 2026"
    prefix = hashlib.sha256(text).hexdigest()
    ranked = sorted(
        everyone, key=lambda own: int(hashlib.sha256(f"{prefix}p{own.id}".encode()).hexdigest(), 16)
    )

    letters = drawn(Invitation(10, seed=" Heerlen, 1 March 2026 "), everyone)

    assert prefix == prefixes("Heerlen, 1 March 2026")[1]
    assert [own.id for own in ranked[:10]] == [letter.unit.id for letter in letters]


@pytest.mark.parametrize("way", WAYS)
def test_the_order_of_the_register_does_not_matter(way: str) -> None:
    """Turned round, and shuffled by another hash: the same letters in the same order."""
    asked = WAYS[way]
    everyone = people(asked)
    other = sorted(everyone, key=lambda own: registers.number("other", own.id))

    assert drawn(asked, everyone) == drawn(asked, everyone[::-1]) == drawn(asked, other)


@pytest.mark.parametrize("way", WAYS)
def test_a_letter_more_changes_no_earlier_one(way: str) -> None:
    """The reserves are who would have had a letter had there been more, in that order."""
    asked = WAYS[way]
    everyone = people(asked)
    all_of_them = [letter.unit.id for letter in drawn(asked, everyone)]

    assert 170 == len(set(all_of_them))
    for letters in (30, 149, 150, 151, 169):
        some = drawn(replace(asked, letters=letters, reserves=0), everyone)
        assert all_of_them[:letters] == [letter.unit.id for letter in some]


@pytest.mark.parametrize("way", ["addresses", "areas", "all"])
def test_an_address_gets_one_letter(way: str) -> None:
    """Whoever has one shares an address with nobody else who has."""
    asked = WAYS[way]
    home = {person.id: person.home for person in people(asked)}
    homes = [home[letter.unit.id] for letter in drawn(asked, people(asked))]

    assert len(homes) == len(set(homes))


def test_another_seed_other_letters() -> None:
    """Of 150 of 1,200 about an eighth stays."""
    everyone = people(ASKED)
    one, two = (
        {letter.unit.id for letter in drawn(replace(ASKED, seed=seed), everyone)}
        for seed in ("1 March", "2 March")
    )

    assert 5 < len(one & two) < 50


def test_blank_addresses_are_nobodys() -> None:
    """A blank postcode or house number is no address; an addition may be blank."""
    assert "" == address_of(["", "7", "a"])
    assert "" == address_of(["4888 DL", " ", "a"])
    assert address_of(["4888 dl", "7", ""]) == address_of(["4888DL", "7", ""]) != ""


# -- what is asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "value"),
    [("4,5%", Fraction(9, 200)), (0.6, Fraction(3, 5)), ("1/3", Fraction(1, 3)), (2, Fraction(2)),
     (0, None), ("-1", None), ("much", None), (True, None), ("1/0", None), (float("nan"), None)],
)
def test_rates_are_read_as_they_are_written(said: object, value: Fraction | None) -> None:
    """Exactly, with point or comma; nothing that is not above 0."""
    assert value == positive(said)


def test_a_table_is_checked_at_once() -> None:
    """Every number that makes no sense is told, with its place in the table."""
    values = {
        "register": "r.csv", "letters": 10,
        "areas": {"column": "wijk", "values": ["a"], "share": "120%"},
        "response": {"opleiding": {"mbo": "0%", "wo": "much"}},
    }
    with pytest.raises(ValueError, match=r"opleiding\.mbo") as raised:
        invitation(values, "project.toml")

    assert ["invite-number", "invite-number", "invite-areas"] == [
        issue.code for issue in raised.value.issues  # type: ignore[attr-defined]
    ]
