"""Single edits, drawn from a seed: every one of a thousand is found."""

from __future__ import annotations

import json

import pytest
import test_exact_files as exact
import test_verify as tickets
from edits import LISTS, edit
from sources import PULSE_1853311, QUICK, as_json, drawn_from

from sortition.checking import verify_files
from sortition.lots import beacons
from sortition.lots.purge import purge
from sortition.lots.randomness import dice
from sortition.verify import commitment


def published(files: tickets.Files) -> tickets.Files:
    """Return the files as they may be published: of people no more than the ids."""
    return files | purge(files).rewritten


BEACONS = beacons.drand(as_json(QUICK)), beacons.nist(as_json(PULSE_1853311))
MADE = {
    "tickets": tickets.undrawn, "tickets, drawn": lambda: published(tickets.drawn()),
    "tickets, drawn by a text": lambda: published(tickets.drawn_by_seed()),
    "exact": exact.undrawn, "exact, drawn": lambda: published(exact.drawn()),
    "dice": lambda: published(drawn_from(
        tickets.undrawn(), tickets.pool(), dice("3 1 4"), names=["dice:6"])),
    "dice, drand and NIST": lambda: published(drawn_from(
        tickets.undrawn(), tickets.pool(), *BEACONS, dice("3 1 4"))),
    "exact, drand": lambda: published(drawn_from(
        exact.undrawn(), exact.pool(), BEACONS[0], names=[BEACONS[0].name])),
}


@pytest.mark.parametrize("name", MADE)
def test_every_edit_is_found(name: str) -> None:
    """A bit, a cell, a row, something in the record, with digests made right again or not."""
    files = MADE[name]()
    committed = commitment(json.loads(files["record.json"]))
    assert verify_files(files, committed).ok

    edits = [edit(files, seed) for seed in range(200)]

    assert [] == [made.name for made in edits if verify_files(made.files, committed).ok]
    assert any("again" in made.name for made in edits)
    assert any(made.name.startswith(LISTS) for made in edits) == ("panel.csv" in files)
