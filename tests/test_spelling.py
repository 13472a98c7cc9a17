"""Did you mean: what is near, what is not, and that a coin is never tossed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sortition.files.headings import columns_of, find_column
from sortition.files.spelling import _errors, loosen, nearest
from sortition.files.tables import Table
from sortition.messages import some_rows

PLACES = ["Etten-Leur", "Heerlen", "Heerde", "Rijswijk", "Sint-Michielsgestel", "Súdwest-Fryslân"]
WORDS = st.text("abé -", max_size=6)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("Etten- Leur", "Etten-Leur", id="space round the hyphen"),
        pytest.param("ettenleur", "Etten-Leur", id="no hyphen"),
        pytest.param("Rijswijk (ZH)", "Rijswijk", id="a province in brackets"),
        pytest.param("St. Michielsgestel", "Sint-Michielsgestel", id="st for sint"),
        pytest.param("Sudwest Fryslan", "Súdwest-Fryslân", id="no accents"),
        pytest.param("Herleen", "Heerlen", id="an e in the wrong place"),
        pytest.param("Heerle", None, id="as near to Heerde as to Heerlen"),
        pytest.param("Rij", "Rijswijk", id="a beginning"),
        pytest.param("Heer", None, id="the beginning of two"),
        pytest.param("Utrecht", None, id="nothing near"),
        pytest.param("", None, id="nothing at all"),
        pytest.param("--", None, id="only signs"),
    ],
)
def test_the_nearest_place(word: str, meant: str | None) -> None:
    """What an official would say the word stands for, and silence where they would ask."""
    assert meant == nearest(word, PLACES)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        pytest.param("xan", ["man", "van"], id="equally near"),
        pytest.param("Bergen", ["Bergen (L.)", "Bergen (NH.)"], id="two places of one name"),
        pytest.param("16-29", ["16-39", "30-64"], id="another number is another value"),
        pytest.param("x", ["a", "b"], id="one letter is no likeness"),
    ],
)
def test_no_suggestion_where_there_is_a_choice(word: str, known: list[str]) -> None:
    """Two known words equally near, or only numbers in common: nobody is told anything."""
    assert nearest(word, known) is None


def test_brackets_decide_where_they_are_the_same() -> None:
    """A point missing inside the brackets does not hide which Bergen it is."""
    assert "Bergen (NH.)" == nearest("Bergen (NH)", ["Bergen (L.)", "Bergen (NH.)"])


@given(WORDS, st.lists(WORDS, max_size=5))
def test_the_order_of_the_known_words_does_not_matter(word: str, known: list[str]) -> None:
    """Any order suggests the same."""
    assert nearest(word, known) == nearest(word, known[::-1])


@given(WORDS)
def test_loosening_twice_is_loosening_once(word: str) -> None:
    """What is loose already stays."""
    assert loosen(word) == loosen(loosen(word))


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [("", "", 0), ("ab", "ba", 1), ("abc", "ac", 1), ("abc", "adc", 1), ("kitten", "sitting", 3)],
)
def test_typing_errors_are_counted(one: str, other: str, errors: int) -> None:
    """Swaps, gaps and wrong letters; the textbook's kitten."""
    assert errors == _errors(one, other)


@given(WORDS, WORDS)
def test_errors_are_the_same_both_ways(one: str, other: str) -> None:
    """And none exactly for equal words."""
    assert _errors(one, other) == _errors(other, one)
    assert (one == other) == (_errors(one, other) == 0)


def test_a_few_rows_are_shown() -> None:
    """All of five, and a sign for more."""
    assert "2, 3, 4, 5, 6" == some_rows([2, 3, 4, 5, 6])
    assert "2, 3, 4, 5, 6, …" == some_rows([2, 3, 4, 5, 6, 7])


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("E-mail adres", "email"), ("Telefoonnr.", "telephone"), ("Geboorte-datum", "birth date"),
        ("date_of_birth", "birth date"), ("GEMEENTE", "municipality"), ("Post code", "postcode"),
        ("Achternaam", "last name"), ("Unique_ID", "id"),
    ],
)
def test_headers_are_found_in_both_languages(header: str, kind: str) -> None:
    """However they are written; one that is no such header is not."""
    table = Table(("nummerbord", header), (), ())

    assert (header,) == columns_of(table, kind)
    assert find_column(Table(("nummerbord",), (), ()), kind) is None
