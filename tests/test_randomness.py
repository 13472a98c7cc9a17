"""Sources of randomness: dice, texts, beacons, several together, and what was announced."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sources import CHAINED, PULSE_1853311, QUICK, as_json, pulse_at, round_of

from sortition.errors import InputError
from sortition.lots import beacons
from sortition.lots.commitment import announcement
from sortition.lots.randomness import (
    announced_names,
    balls,
    dice,
    not_as_announced,
    round_at,
    round_time,
    seed_from_sources,
    spoken,
    ticket_from_dice,
    too_few_outcomes,
)

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DEFAULT = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"
AT = datetime(2027, 3, 1, 19, tzinfo=UTC)
ROUND = round_at("quicknet", int(AT.timestamp()))


def codes_of(raised: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [issue.code for issue in raised.value.issues]


# -- dice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sides", "tickets", "most"), [(6, 10, 6), (2, 5, 10), (4, 4, 3),
                                                        (20, 7, 3), (3, 100, 8), (6, 1, 2)])
def test_every_ticket_falls_in_as_many_ways(sides: int, tickets: int, most: int) -> None:
    """All sequences of throws, weighed by their chance: exactly equal, whatever was thrown last."""
    weight: Counter[int | None] = Counter()
    for throws in itertools.product(range(1, sides + 1), repeat=most):
        try:
            weight[ticket_from_dice(sides, throws, tickets)] += 1
        except InputError:
            weight[None] += 1

    assert set(range(tickets)) == weight.keys() - {None}
    assert 1 == len({weight[ticket] for ticket in range(tickets)})
    assert Fraction(weight[None], sides**most) < Fraction(tickets, sides**most)


@given(st.integers(2, 100), st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
       st.integers(1, 10**5))
def test_throws_after_those_that_decide_do_not_count(
    sides: int, numbers: list[int], tickets: int
) -> None:
    """The ticket of some throws is that of all that begin with them; it says how many are short."""
    throws = [1 + number % sides for number in numbers]
    try:
        ticket = ticket_from_dice(sides, throws, tickets)
    except InputError as error:
        more = error.issues[0].params["more"]
        assert more >= 1
        for short in range(1, more):
            with pytest.raises(InputError):
                ticket_from_dice(sides, [*throws, *[1] * short], tickets)
        assert 0 <= ticket_from_dice(sides, [*throws, *[1] * more], tickets) < tickets
    else:
        assert 0 <= ticket < tickets
        assert ticket == ticket_from_dice(sides, [*throws, 1, sides, 1], tickets)


@pytest.mark.parametrize(("text", "name", "value"), [
    ("3 1 4 2", "dice:6", "3 1 4 2"), ("6:3,1,4,2", "dice:6", "3 1 4 2"),
    (" d20 : 17  4 ", "dice:20", "17 4"), ("2", "dice:6", "2"),
])
def test_throws_are_read_as_people_write_them(text: str, name: str, value: str) -> None:
    """Sides in front or not, commas or spaces."""
    assert (name, value) == (dice(text).name, dice(text).value)


@pytest.mark.parametrize(("text", "code"), [
    ("", "dice-form"), ("six", "dice-form"), ("1: 1 1", "dice-form"), ("6:", "dice-form"),
    ("3 1 7", "dice-throw"), ("6: 0 1", "dice-throw"), ("3;4", "dice-form"),
])
def test_what_no_die_shows_is_refused(text: str, code: str) -> None:
    """No sides, no throws, none of the die."""
    with pytest.raises(InputError) as raised:
        dice(text)

    assert [code] == codes_of(raised)


def test_dice_that_are_hashed_need_many_outcomes() -> None:
    """A die of six sides 25 times; beside a text or a beacon any number will do."""
    beacon = beacons.drand(as_json(QUICK))

    assert too_few_outcomes([dice("6:" + " 1" * 25)]) is None
    assert {"more": 1} == too_few_outcomes([dice("6:" + " 1" * 24)]).params
    assert "dice-more" == too_few_outcomes([balls(1, 1000), dice("6: 1")]).code
    assert "sources-few" == too_few_outcomes([balls(1, 1000)]).code
    assert too_few_outcomes([dice("6: 1"), spoken("x")]) is None
    assert too_few_outcomes([dice("6: 1"), beacon]) is None


# -- beacons -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "name", "known"), [
    (QUICK, "drand:quicknet:1000", 1692806364), (CHAINED, "drand:default:1", 1595431050),
])
def test_a_published_round_of_drand(answer: dict, name: str, known: int) -> None:
    """Its name, its time, its randomness as drand says it, with that or without."""
    bare = {key: value for key, value in answer.items() if key != "randomness"}
    for one in (answer, bare, answer | {"signature": answer["signature"].upper()}):
        source = beacons.drand(as_json(one))
        assert (name, known) == (source.name, source.known)
        assert answer["randomness"] == source.value


def test_a_published_pulse_of_nist() -> None:
    """Its output value follows from its other fields, in the envelope or without."""
    pulse = PULSE_1853311["pulse"]
    for answer in (PULSE_1853311, pulse):
        source = beacons.nist(as_json(answer))
        assert "nist:2026-07-10T11:02Z" == source.name
        assert pulse["outputValue"].lower() == source.value
        assert datetime(2026, 7, 10, 11, 2, tzinfo=UTC).timestamp() == source.known


@pytest.mark.parametrize("change", [
    {"outputValue": "00" * 64}, {"pulseIndex": 1853312}, {"statusCode": 1},
    {"timeStamp": "2026-07-10T11:03:00.000Z"}, {"localRandomValue": "00" * 64},
    {"external": {"sourceId": "00" * 64, "statusCode": 1, "value": "00" * 64}},
    {"listValues": []}, {"uri": "x"}, {"signatureValue": "00"},
])
def test_a_pulse_with_one_field_changed_is_refused(change: dict) -> None:
    """Every field is in the hash."""
    with pytest.raises(InputError) as raised:
        beacons.nist(as_json({"pulse": PULSE_1853311["pulse"] | change}))

    assert ["beacon-hash"] == codes_of(raised)


@pytest.mark.parametrize("data", [
    b"", b"[]", b"{}", b"\xff", b"[" * 10**5, as_json(QUICK | {"round": "1000"}),
    as_json(QUICK | {"round": True}), as_json(QUICK | {"round": 0}),
    as_json(QUICK | {"signature": "b4"}), as_json(QUICK | {"signature": 7}),
    as_json(QUICK | {"signature": "b4 " * 32}), as_json(CHAINED | {"previous_signature": "x"}),
    as_json(PULSE_1853311 | {"pulse": {}}), as_json(pulse_at("2026-02-30T00:00:00.000Z")),
    as_json({"pulse": PULSE_1853311["pulse"] | {"period": -1}}),
    as_json({"pulse": PULSE_1853311["pulse"] | {"period": 1.5}}),
    as_json({"pulse": PULSE_1853311["pulse"] | {"chainIndex": 2**64}}),
])
def test_what_no_beacon_says_is_no_answer(data: bytes) -> None:
    """Read as either, it is refused with its file, and with no traceback."""
    for read in (beacons.drand, beacons.nist):
        with pytest.raises(InputError) as raised:
            read(data, "stored.json")
        assert ["beacon-unread"] == codes_of(raised)
        assert "stored.json" == raised.value.issues[0].file


def test_randomness_that_is_not_the_hash_is_refused() -> None:
    """The value is derived, never believed."""
    with pytest.raises(InputError) as raised:
        beacons.drand(as_json(QUICK | {"randomness": "00" * 32}))

    assert ["beacon-hash"] == codes_of(raised)


@pytest.mark.parametrize("answer", [QUICK, CHAINED])
def test_the_signature_of_a_network_is_checked(answer: dict) -> None:
    """It holds for the round it was made for, and for no other; a made-up one is no point."""
    pytest.importorskip("py_ecc")
    other = {key: value for key, value in answer.items() if key != "randomness"} | {"round": 1001}

    assert beacons.signature_holds(beacons.drand(as_json(answer))) is True
    assert beacons.signature_holds(beacons.drand(as_json(other))) is False
    assert beacons.signature_holds(beacons.drand(as_json(round_of(7)))) is False


def test_without_its_package_a_signature_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither true nor false; of a pulse of NIST always so."""
    monkeypatch.setitem(__import__("sys").modules, "py_ecc.bls.hash_to_curve", None)

    assert beacons.signature_holds(beacons.drand(as_json(QUICK))) is None
    assert beacons.signature_holds(beacons.nist(as_json(PULSE_1853311))) is None


@pytest.mark.parametrize(("name", "url", "answer"), [
    ("drand:1000", f"https://api.drand.sh/{QUICKNET}/public/1000", QUICK),
    ("drand:default:1", f"https://api.drand.sh/{DEFAULT}/public/1", CHAINED),
    ("nist:2026-07-10T11:02Z", "https://beacon.nist.gov/beacon/2.0/pulse/time/1783681320000",
     PULSE_1853311),
])
def test_a_beacon_is_fetched_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str, answer: dict
) -> None:
    """From one address, with a limit in time."""
    asked: list[tuple[str, float]] = []

    def urlopen(address: str, timeout: float) -> BytesIO:
        asked.append((address, timeout))
        return BytesIO(as_json(answer))

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    source = beacons.fetch(name)

    assert [(url, 20)] == asked
    assert source.kind == name.partition(":")[0]


@pytest.mark.parametrize("name", [
    "", "drand", "drand:", "drand:x", "drand:other:1", "nist", "nist:yesterday", "nist:2026-13Z",
    "http://example.org", "drand:1/../2",
])
def test_nothing_else_is_fetched(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The network is not asked."""
    monkeypatch.setattr("urllib.request.urlopen", None)
    with pytest.raises(InputError) as raised:
        beacons.fetch(name)

    assert ["fetch-form"] == codes_of(raised)


def test_a_beacon_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said so, with a way out."""

    def urlopen(address: str, timeout: float) -> BytesIO:
        raise TimeoutError

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(InputError) as raised:
        beacons.fetch("drand:1000")

    assert ["fetch-failed"] == codes_of(raised)


# -- several, and what was announced -------------------------------------------------------------


def test_the_order_in_which_sources_are_given_does_not_matter() -> None:
    """Commitment, names and values do; parts cannot be moved from one into the next."""
    one, two = dice("3 1"), spoken("x")
    seed = seed_from_sources([one, two], "00")

    assert seed == seed_from_sources([two, one], "00")
    others = [seed_from_sources([one, two], "01"), seed_from_sources([one], "00"),
              seed_from_sources([dice("6: 3"), spoken("1 x")], "00"),
              seed_from_sources([dice("7: 3 1"), two], "00"),
              seed_from_sources([spoken("3 1"), balls(1)], "00")]
    assert len({seed, *others}) == 6


@pytest.mark.parametrize(("source", "names"), [
    ("drand", [f"drand:quicknet:{ROUND}"]), ("drand:default", ["drand:default:6949886"]),
    (f"drand:{ROUND + 5}", [f"drand:quicknet:{ROUND + 5}"]), ("dice", ["dice:6"]),
    ("nist", ["nist:2027-03-01T19:00Z"]), ("nist:2027-03-01T20:00Z", ["nist:2027-03-01T20:00Z"]),
    ("text + dice:20", ["dice:20", "text"]), ("ticket", ["ticket"]),
    ("nist+drand + dice", ["dice:6", f"drand:quicknet:{ROUND}", "nist:2027-03-01T19:00Z"]),
    ("ten balls", []), ("dice and balls", []), ("", []), ("dice + balls", []),
])
def test_an_announcement_names_its_sources(source: str, names: list[str]) -> None:
    """With their rounds and times; whatever else it says is for people to read."""
    assert names == announced_names(source, AT)


@pytest.mark.parametrize("source", [
    "drand:other:1", "dice + dice", "nist:x", "dice:1 + dice:20", "text: the weather",
    "nist:2027-02-31T19:00Z",
])
def test_a_source_that_does_not_exist_is_not_taken_for_a_text(source: str) -> None:
    """It would bind nobody, and read as if it did."""
    with pytest.raises(InputError) as raised:
        announced_names(source, AT)

    assert ["source-names"] == codes_of(raised)


@pytest.mark.parametrize("source", [f"drand:{ROUND - 1}", "nist:2027-03-01T18:59Z", "drand:1"])
def test_a_beacon_known_before_cannot_be_announced(source: str) -> None:
    """Its time is before that of the draw."""
    with pytest.raises(InputError) as raised:
        announcement(source, "2027-03-01T20:00+01:00", AT - timedelta(days=1))

    assert ["source-known"] == codes_of(raised)


@given(st.integers(1, 10**8), st.sampled_from(["quicknet", "default"]))
def test_rounds_and_times_agree(number: int, chain: str) -> None:
    """The first round that is not before the time of a round is that round."""
    time = round_time(chain, number)

    assert number == round_at(chain, time)
    assert number + 1 == round_at(chain, time + 1)


def test_an_official_draw_keeps_to_what_was_announced() -> None:
    """Another source, and one known before where only the time was announced."""
    at = AT.astimezone(timezone(timedelta(hours=1))).isoformat()
    named: dict[str, Any] = {"at": at, "names": [f"drand:quicknet:{ROUND}"]}
    early, right = (beacons.drand(as_json(round_of(n))) for n in (ROUND - 1, ROUND))

    assert [] == list(not_as_announced([right], named))
    assert [] == list(not_as_announced([early], None))
    assert ["source-other", "source-known"] == [
        issue.code for issue in not_as_announced([early], named)]
    assert ["source-other"] == [issue.code for issue in not_as_announced([spoken("x")], named)]
    free = named | {"names": []}
    assert [] == list(not_as_announced([spoken("x"), right], free))
    assert ["source-known"] == [issue.code for issue in not_as_announced([early], free)]
