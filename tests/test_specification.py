"""The specification: its vectors are right, for the package, its verifier and the page alike."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

import pytest
import test_verify as tickets
from browser import CHROMIUM, dumped, fed
from conftest import ROOT

from sortition.checking import verify_files
from sortition.draw import Candidate, draw_from_seed, in_order, panel_from_seed, ticket_from_seed
from sortition.errors import InputError
from sortition.lots.randomness import Source, seed_from_sources, ticket_from_dice
from sortition.prove import steps
from sortition.verify import from_dice, from_seed, read_rows
from sortition.verify_exact import drawn_from

TEXT = (ROOT / "docs" / "specification.md").read_text(encoding="utf-8")
NUMBERS, DEAL, CELLS, DICE, SOURCES = (
    json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.S)
)
for one in SOURCES[-1]["sources"]:  # whose pulse stands in a file, as it was published
    one["pulse"] = json.loads((ROOT / one["pulse"]).read_bytes())["pulse"]


@pytest.mark.parametrize("vector", NUMBERS, ids=lambda vector: vector["hash"][:8])
def test_a_text_gives_the_number_of_the_vector(vector: dict) -> None:
    """The first hash, how many are rejected, and the number."""
    purpose, text, digest = vector["purpose"], vector["text"], vector["digest"]
    count, number = int(vector["count"]), int(vector["number"])
    words = unicodedata.normalize("NFC", text).strip()
    parts = [f"sortition/1/{purpose}", digest, words]
    hashes = [hashlib.sha256("\0".join([*parts, str(c)]).encode()).hexdigest()
              for c in range(vector["rejected"] + 1)]
    limit = 2**256 // count * count

    assert vector["hash"] == hashes[0]
    assert [True] * vector["rejected"] + [False] == [int(h, 16) >= limit for h in hashes]
    assert number == int(hashes[-1], 16) % count
    assert number == from_seed(text, digest, count, purpose)
    if purpose == "ticket":
        assert number == ticket_from_seed(text, digest, count)
    else:
        assert (number >= count // 2) == panel_from_seed(text, digest, [count // 2, count // 2])


def test_the_deal_of_the_vector() -> None:
    """Order, panel and people, by the package and by the verifier."""
    text, digest = NUMBERS[0]["text"], NUMBERS[0]["digest"]
    people = [Candidate(own, int(kind), home) for own, kind, home in DEAL["people"]]
    by_type = [{str(t): n for t, n in enumerate(panel, 1)} for panel in DEAL["panels"]]

    assert DEAL["order"] == [person.id for person in in_order(text, digest, people)]
    assert (DEAL["panel"], tuple(DEAL["serve"])) == draw_from_seed(
        text, digest, DEAL["weights"], DEAL["panels"], people)
    panels = list(zip(DEAL["weights"], by_type, strict=True))
    assert (DEAL["panel"], set(DEAL["serve"])) == drawn_from(
        text, digest, panels, [tuple(one) for one in DEAL["people"]])


def test_the_cells_of_the_vector() -> None:
    """An apostrophe goes off where a spreadsheet could run what follows."""
    for written, meant in CELLS:
        assert [["x"], [meant]] == read_rows(f'x\n"{written}"\n'.encode())


@pytest.mark.parametrize("vector", DICE, ids=lambda vector: str(vector["throws"]))
def test_throws_give_the_ticket_of_the_vector(vector: dict) -> None:
    """By the package and by the verifier; too few throws are refused by the one, none by both."""
    thrown = vector["sides"], vector["throws"], vector["tickets"]

    assert vector["ticket"] == from_dice(*thrown)
    if vector["ticket"] is None:
        with pytest.raises(InputError, match="throw again"):
            ticket_from_dice(*thrown)
    else:
        assert vector["ticket"] == ticket_from_dice(*thrown)


@pytest.mark.parametrize("vector", SOURCES, ids=lambda vector: "+".join(vector["names"]))
def test_sources_give_the_seed_of_the_vector(vector: dict) -> None:
    """Names and values, and by hand the hash of all parts with their lengths."""
    sources = [Source.of(data) for data in vector["sources"]]
    told = map(" ".join, zip(vector["names"], vector["values"], strict=True))
    parts = [part.encode() for part in (vector["commitment"], *told)]
    sized = b"".join(len(part).to_bytes(8, "big") + part for part in parts)

    assert vector["names"] == [source.name for source in sources]
    assert vector["values"] == [source.value for source in sources]
    assert vector["seed"] == hashlib.sha256(b"sortition/1/sources\0" + sized).hexdigest()
    assert vector["seed"] == seed_from_sources(sources[::-1], vector["commitment"])


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")
def test_the_page_computes_the_vectors() -> None:
    """The same numbers, people and cells in the browser."""
    script = """
    const given = JSON.parse(document.getElementById("cases").textContent);
    const { numbers, deal: one, cells, dice, sources } = given;
    const seats = new Map(one.panels[one.panel].map((n, at) => [String(at + 1), BigInt(n)]));
    const people = one.people.map(([id, unit, home]) => ({ id, unit, home }));
    const right = [
      ...numbers.map((v) => hashOf(v.purpose, v.digest, v.text, "0") === v.hash
        && String(numberOf(v.purpose, v.digest, v.text, BigInt(v.count))) === v.number),
      [...deal(seats, people, numbers[0].digest, numbers[0].text)].sort().join()
        === one.serve.join(),
      ...dice.map(({ sides, throws, tickets, ticket }) => String(ticket)
        === String(fromDice(BigInt(sides), throws.map(BigInt), BigInt(tickets)))),
      ...sources.map((v) => {
        const told = parseJson(JSON.stringify(v.sources)).map(said);
        const claimed = new Map([["sources", parseJson(JSON.stringify(v.sources))]]);
        const record = new Map([["announced", null], ["rehearsal", false], ["draw", claimed],
          ["fixed_at", null]]);
        return JSON.stringify(told.map(({ name }) => name)) === JSON.stringify(v.names)
          && JSON.stringify(told.map(({ value }) => value)) === JSON.stringify(v.values)
          && drawnSeed(record, v.commitment).seed === v.seed;
      }),
      ...cells.map(([written, meant]) => parseCsv(`"${written}"\\n`)[0][0] === meant),
    ];
    document.body.append(`right: ${right.join(" ")}!`);
    """
    page = dumped(fed(script, {
        "numbers": NUMBERS, "deal": DEAL, "cells": CELLS, "dice": DICE, "sources": SOURCES,
    }))

    found = re.search(r"right: ([a-z ]+)!", page.rpartition("</script>")[2])
    assert found is not None
    assert ["true"] * (len(NUMBERS) + 1 + len(CELLS) + len(DICE) + len(SOURCES)) == found[1].split()


def test_the_steps_have_the_numbers_of_the_verifier() -> None:
    """Eight headings, numbered from 1; the parts of step 5 are those of the file that proves."""
    part = TEXT.partition("## The steps")[2].partition("\n## ")[0]

    assert list("12345678") == re.findall(r"^### (\d)\. ", part, re.M)
    assert 1 == verify_files({}).steps[0].number
    assert ["5.1", "5.2", "5.3", "5.4"] == re.findall(r"^\*\*(5\.\d)\. ", part, re.M)
    assert ["5.1", "5.2", "5.3", "5.4"] == [step[0] for step in steps(tickets.undrawn())]
