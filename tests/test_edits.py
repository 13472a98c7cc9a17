"""Single edits, drawn from a seed: whatever changes what the files say is found."""

from __future__ import annotations

from collections import Counter

import pytest
import test_exact_files as exact
import test_verify as tickets
from edits import edit

from sortition.verify import verify_files

MADE = {
    "tickets": tickets.undrawn, "tickets, drawn": tickets.drawn,
    "tickets, drawn by a text": tickets.drawn_by_seed,
    "exact": exact.undrawn, "exact, drawn": exact.drawn,
}


@pytest.mark.parametrize("name", MADE)
def test_every_edit_that_matters_is_found(name: str) -> None:
    """A bit, a cell, a row, something in the record, with digests made right again or not."""
    files = MADE[name]()
    edits = [edit(files, seed) for seed in range(100)]

    missed = [made.name for made in edits if made.must and verify_files(made.files).ok]

    assert [] == missed
    assert Counter(made.must for made in edits)[True] >= 60
