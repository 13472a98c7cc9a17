"""What became of the people drawn, read from a column of the panel file."""

from __future__ import annotations

from pathlib import Path

import pytest
from files import workbook

from sortition.errors import PoolError
from sortition.files.tables import Table
from sortition.people.statuses import Status, read_statuses, statuses_of


def table(*rows: tuple[str, str], header: tuple[str, str] = ("id", "status")) -> Table:
    """Return a panel file."""
    return Table(header, rows, tuple(range(2, len(rows) + 2)))


@pytest.mark.parametrize(
    ("words", "status", "stays"),
    [("asked", Status.ASKED, True), ("Gevraagd", Status.ASKED, True),
     ("confirmed", Status.CONFIRMED, True), ("bevestigd ", Status.CONFIRMED, True),
     ("withdrawn", Status.WITHDRAWN, False), ("AFGEZEGD", Status.WITHDRAWN, False),
     ("no-answer", Status.NO_ANSWER, False), ("Geen antwoord", Status.NO_ANSWER, False)],
)
def test_a_status_in_either_language(words: str, status: Status, *, stays: bool) -> None:
    """Case, spaces and hyphens do not matter; a seat is free only after a no, or no answer."""
    assert {"a": status} == statuses_of(table(("a", words)), ["a"])
    assert stays == status.stays


def test_every_issue_is_told_with_its_row() -> None:
    """Strangers, doubles, blanks, unknown words, people who are missing."""
    rows = (("a", "asked"), ("a", "confirmed"), ("x", "asked"), ("b", ""), ("c", "afgezegt"))
    with pytest.raises(PoolError) as caught:
        statuses_of(table(*rows), ["a", "b", "c", "d"])

    assert [
        ("status-twice", 3), ("status-stranger", 4), ("status-blank", 5), ("status-unknown", 6),
        ("status-missing", None),
    ] == [(issue.code, issue.row) for issue in caught.value.issues]
    assert "afgezegd" in str(caught.value.issues[3])


@pytest.mark.parametrize(
    ("header", "column", "code"),
    [(("id", "state"), None, "column-missing"), (("who", "status"), "id", "column-missing")],
)
def test_a_missing_column_is_told(header: tuple[str, str], column: str | None, code: str) -> None:
    """Of the statuses, or of the ids that the draw had."""
    with pytest.raises(PoolError) as caught:
        statuses_of(table(("a", "asked"), header=header), ["a"], id=column)
    assert [code] == [issue.code for issue in caught.value.issues]


def test_row_numbers_serve_as_ids(tmp_path: Path) -> None:
    """As in a list without ids; a workbook is read like a text file."""
    path = tmp_path / "panel.xlsx"
    path.write_bytes(workbook(["naam", "stand"], ["A", "gevraagd"], ["B", "afgezegd"]))

    found = read_statuses(path, ["2", "3"], column="stand")
    assert {"2": Status.ASKED, "3": Status.WITHDRAWN} == found
