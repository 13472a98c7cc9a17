"""The draw: the ticket that a seed text gives, redone here by hand with hashlib."""

from __future__ import annotations

import hashlib
from collections import Counter
from importlib import import_module
from types import SimpleNamespace

import pytest
from pools import THREE, frames_of, problem_of

from sortition import InputError, Lottery, Pool, draw, find_distribution, ticket_from_seed
from sortition.verify import from_seed

DIGEST = "ab" * 32  # of some lottery
SEEDS = ("Heerlen, 1 March 2026", "417", "", "’s-Hertogenbosch", "x" * 1000, "🎲")


@pytest.fixture(scope="module")
def lottery() -> Lottery:
    return find_distribution(problem_of(THREE.pool)).to_lottery(10)


def by_hand(seed: str, digest: str, tickets: int) -> int:
    """Hash domain, digest, text and counter, each after a zero byte; reject above a multiple."""
    counter = 0
    while True:
        words = b"sortition/1/ticket\0" + digest.encode() + b"\0" + seed.encode() + b"\0"
        number = int(hashlib.sha256(words + str(counter).encode()).hexdigest(), 16)
        if number < 2**256 - 2**256 % tickets:
            return number % tickets
        counter += 1


@pytest.mark.parametrize("tickets", [1, 2, 7, 100, 1000, 10**6])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_gives_the_ticket_that_hashing_by_hand_gives(seed: str, tickets: int) -> None:
    """The engine's draw, the verifier's and this file's agree."""
    wanted = by_hand(seed, DIGEST, tickets)

    assert wanted == ticket_from_seed(seed, DIGEST, tickets)
    assert wanted == from_seed(seed, DIGEST, tickets)


def test_the_published_vector_stays() -> None:
    """A ticket drawn once is drawn for ever: these numbers never change."""
    assert 495 == ticket_from_seed("Heerlen, 1 March 2026", "00" * 32, 1000)
    assert by_hand("Heerlen, 1 March 2026", "00" * 32, 1000) == 495


def test_spaces_round_a_seed_and_its_unicode_form_do_not_matter() -> None:
    """What looks the same on paper is the same; what does not is not."""
    wanted = ticket_from_seed("Zoë 1", DIGEST, 10**6)

    for same in (" Zoë 1\n", "Zoe\u0308 1", "\u00a0Zoë 1"):
        assert wanted == ticket_from_seed(same, DIGEST, 10**6)
        assert wanted == from_seed(same, DIGEST, 10**6)
    for other in ("zoë 1", "Zoë  1", "Zoë 2"):
        assert wanted != ticket_from_seed(other, DIGEST, 10**6)


def test_another_lottery_gives_another_ticket() -> None:
    """The draw is bound to the file it draws from."""
    tickets = {ticket_from_seed("x", f"{at:064x}", 10**6) for at in range(20)}

    assert len(tickets) > 15


@pytest.mark.parametrize("module", ["sortition.draw", "sortition.verify"])
@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ([2**256 - 1, 12], 5),  # 2**256 mod 7 is 2: the last two numbers are rejected
        ([2**256 - 2, 2**256 - 1, 8], 1),
        ([2**256 - 3, 0], 6),
        ([0], 0),
    ],
)
def test_numbers_above_a_multiple_are_rejected(
    monkeypatch: pytest.MonkeyPatch, module: str, numbers: list[int], wanted: int
) -> None:
    """With SHA-256 set aside: exactly the numbers from ⌊2²⁵⁶ / 7⌋ · 7 on are passed over."""
    left = iter(numbers)
    asked: list[bytes] = []

    def sha256(words: bytes) -> SimpleNamespace:
        asked.append(words)
        return SimpleNamespace(digest=lambda: next(left).to_bytes(32, "big"),
                               hexdigest=lambda: next(left).to_bytes(32, "big").hex())

    home = import_module(module)
    monkeypatch.setattr(home, "hashlib", SimpleNamespace(sha256=sha256))
    ticket = getattr(home, "from_seed", None) or home.ticket_from_seed

    drawn = ticket("x", DIGEST, 7)

    assert wanted == drawn
    used = len(numbers) - len(list(left))
    counters = [words.rpartition(b"\0")[2] for words in asked]
    assert [str(at).encode() for at in range(used)] == counters


def test_every_ticket_is_equally_likely() -> None:
    """A million texts over 1000 tickets: all occur, and χ² is below its 99.9 % point."""
    counts = Counter(ticket_from_seed(f"seed {at}", DIGEST, 1000) for at in range(10**6))

    assert set(range(1000)) == set(counts)
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 1142.85  # of 999 degrees


def test_a_ticket_drawn_in_public(lottery: Lottery) -> None:
    """Its number, its members, the lottery it is from."""
    drawn = draw(lottery, ticket=7)

    assert (7, "ticket", None) == (drawn.ticket, drawn.method, drawn.seed)
    assert lottery.sha256 == drawn.lottery_sha256
    assert lottery.members(7) == drawn.panel.ids
    assert {"method": "ticket", "seed": None, "ticket": 7, "rehearsal": False} == drawn.to_dict()


def test_a_ticket_drawn_by_a_seed(lottery: Lottery) -> None:
    """The seed's ticket, and the seed is kept as it was given."""
    drawn = draw(lottery, seed=" Zoë ")

    assert by_hand("Zoë", lottery.sha256, 10) == drawn.ticket
    assert ("seed", " Zoë ") == (drawn.method, drawn.seed)
    assert drawn.to_dict()["rehearsal"], "nothing was fixed before"


def test_the_computers_own_randomness_is_a_rehearsal(
    lottery: Lottery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a source the draw cannot be checked, and says so."""
    asked: list[int] = []
    secrets = SimpleNamespace(randbelow=lambda count: asked.append(count) or 3)
    monkeypatch.setattr(import_module("sortition.draw"), "secrets", secrets)

    drawn = draw(lottery)

    assert [10] == asked
    assert (3, "system", True) == (drawn.ticket, drawn.method, drawn.to_dict()["rehearsal"])


@pytest.mark.parametrize(
    "source", [{"ticket": -1}, {"ticket": 10}, {"ticket": 1, "seed": "x"}]
)
def test_a_draw_has_one_source_and_a_ticket_that_exists(lottery: Lottery, source: dict) -> None:
    """Below, above, and two sources at once: each an error with a code."""
    with pytest.raises(InputError, match="ticket") as caught:
        draw(lottery, **source)

    code = "draw-two-sources" if "seed" in source else "ticket-out-of-range"
    assert [code] == [issue.code for issue in caught.value.issues]


def test_a_panel_is_shown_with_the_columns_of_the_list(lottery: Lottery) -> None:
    """All columns as they were, the rows sorted by id, nobody else."""
    people, _ = frames_of(THREE.pool)
    shuffled = people.assign(naam=["An", "Bo", "Cy"]).iloc[::-1]
    drawn = draw(lottery, ticket=0)

    frame = drawn.panel.to_frame(Pool.from_frame(shuffled))

    assert ["id", "side", "naam"] == list(frame.columns)
    assert [["p01", "l", "An"], ["p03", "r", "Cy"]] == frame.to_numpy().tolist()
