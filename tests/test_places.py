"""Dutch municipalities: what is exact is put right, everything else is a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sortition import PoolError
from sortition.files.tables import Table, fold
from sortition.people.places import (
    Change,
    Place,
    _atlas,
    find_place,
    former_place,
    near_places,
    normalise_places,
    place_issues,
)


def list_of(*places: str) -> Table:
    """Return people by municipality, in a file whose first person stands in row 2."""
    rows = tuple((place,) for place in places)
    return Table(("Gemeente",), rows, tuple(range(2, len(rows) + 2)), "people.csv")


# Parkstad Limburg and the twelve of the kick-off, as CBS lists them.
CODES = {
    "GM0917": "Heerlen", "GM0928": "Kerkrade", "GM0882": "Landgraaf", "GM1954": "Beekdaelen",
    "GM0899": "Brunssum", "GM0986": "Voerendaal", "GM0965": "Simpelveld", "GM0262": "Lochem",
    "GM0109": "Coevorden", "GM0826": "Oosterhout", "GM0603": "Rijswijk", "GM1895": "Oldambt",
    "GM0777": "Etten-Leur", "GM0590": "Papendrecht", "GM0867": "Waalwijk", "GM0355": "Zeist",
    "GM1948": "Meierijstad", "GM0203": "Barneveld", "GM0310": "De Bilt",
}


@pytest.mark.parametrize(("code", "name"), CODES.items())
def test_codes_and_names_as_cbs_lists_them(code: str, name: str) -> None:
    """The name finds the code and the code the name."""
    assert Place(name, code) == find_place(name) == find_place(code)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("  HEERLEN ", "Heerlen"), ("gm0917", "Heerlen"), ("0917", "Heerlen"), ("917", "Heerlen"),
        ("’s-gravenhage", "'s-Gravenhage"), ("Den Haag", "'s-Gravenhage"),
        ("'s-Gravenhage (gemeente)", "'s-Gravenhage"), ("den  bosch", "'s-Hertogenbosch"),
        ("S-HERTOGENBOSCH", "'s-Hertogenbosch"), ("Rijswijk (ZH)", "Rijswijk"),
        ("Gemeente Utrecht", "Utrecht"), ("Bergen (NH)", "Bergen (NH.)"),
        ("Nuenen c.a.", "Nuenen, Gerwen en Nederwetten"),
        ("Bergen", None), ("Etten- Leur", None), ("Sudwest-Fryslan", None), ("Uden", None),
        ("GM9999", None), ("", None), ("gemeente", None),
    ],
)
def test_only_what_is_exact_is_found(words: str, name: str | None) -> None:
    """Case, spaces, apostrophes, codes and official other names; no likeness."""
    found = find_place(words)

    assert name == (found.name if found else None)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Bergen", ["Bergen (L.)", "Bergen (NH.)"]), ("Etten- Leur", ["Etten-Leur"]),
        ("Sudwest Fryslan", ["Súdwest-Fryslân"]), ("sGravenhage", ["'s-Gravenhage"]),
        ("den hag", ["'s-Gravenhage"]), ("St Michielsgestel", ["Sint-Michielsgestel"]),
        ("Hoensbroek", []),
    ],
)
def test_candidates_for_what_is_not_exact(words: str, names: list[str]) -> None:
    """The nearest, all that share the name, or none."""
    assert names == [place.name for place in near_places(words)]


def test_a_former_municipality_has_its_successors() -> None:
    """Uden is Maashorst now; Haaren was divided in four."""
    uden, haaren = former_place("uden"), former_place("Gemeente Haaren")

    assert uden is not None
    assert (("Maashorst",), 2022) == (uden.into, uden.since)
    assert haaren is not None
    assert {"Boxtel", "Oisterwijk", "Tilburg", "Vught"} == set(haaren.into)
    assert former_place("Heerlen") is None


def test_the_data_are_whole() -> None:
    """342 municipalities; what aliases and mergers lead to is one of them, and none is both."""
    atlas = _atlas()
    names = {place.name for place in atlas.by_code.values()}

    assert 342 == len(atlas.by_code) == len(names)
    assert set() == {into for was in atlas.former.values() for into in was.into} - names
    assert set() == set(atlas.former) & set(atlas.by_name)
    assert all(len(code) == 6 and code[2:].isdigit() for code in atlas.by_code)
    assert all(fold(name) in atlas.by_name for name in names)


def test_every_spelling_that_is_no_municipality_is_one_question() -> None:
    """Grouped, with the rows; a blank and what is exact are none."""
    people = list_of(
        "Heerlen", "Etten- Leur", "917", "Uden", "etten- leur", "Bergen", "", "Hoensbroek"
    )

    issues = place_issues(people, "gemeente")

    assert [
        ("place-unknown", 3, "3, 6", "did-you-mean"), ("place-former", 5, "5", "place-of-today"),
        ("place-shared", 7, "7", "place-which"), ("place-unknown", 9, "9", "place-check"),
    ] == [(i.code, i.row, i.params["rows"], i.suggestion) for i in issues]
    assert "Maashorst" in str(issues[1])
    assert "Bergen (L.), Bergen (NH.)" in str(issues[2])
    assert {("people.csv", "Gemeente")} == {(issue.file, issue.column) for issue in issues}


def test_normalising_changes_what_is_exact_and_says_so() -> None:
    """Each spelling with its rows; a near miss stays as it was."""
    people = list_of("den haag", "GM0355", "Etten- Leur", "Zeist", "den haag")

    table, changes = normalise_places(people, "gemeente")

    assert (
        "'s-Gravenhage", "Zeist", "Etten- Leur", "Zeist", "'s-Gravenhage"
    ) == table.column("Gemeente")
    assert (
        Change("den haag", "'s-Gravenhage", (2, 6)), Change("GM0355", "Zeist", (3,))
    ) == changes
    assert (people.numbers, people.file) == (table.numbers, table.file)


SPELLINGS = st.sampled_from(
    ["den haag", "917", "Bergen", "Uden", "etten- leur", "ZEIST", "", "GM0355", "Laren (NH.)"]
)


@given(st.lists(SPELLINGS, min_size=1))
def test_normalising_twice_changes_nothing_more(places: list[str]) -> None:
    """And it leaves exactly the questions that were there."""
    people = list_of(*places)
    once, _ = normalise_places(people, "Gemeente")

    assert (once, ()) == normalise_places(once, "Gemeente")
    assert place_issues(people, "Gemeente") == place_issues(once, "Gemeente")


def test_a_column_that_is_not_there_is_told() -> None:
    """With the nearest."""
    with pytest.raises(PoolError) as caught:
        place_issues(list_of("Zeist"), "gemente")

    assert [("column-missing", "Gemeente")] == [
        (issue.code, issue.params["nearest"]) for issue in caught.value.issues
    ]
