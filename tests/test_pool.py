"""The pool: sorted ids, coded values, households; every issue of the list at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pools import dice_of

from sortition import Pool, PoolError, read_pool
from sortition.files.tables import Table
from sortition.people.exclude import without


def table(*rows: str, header: str) -> Table:
    """Return a table from lines of words, `_` for a blank cell, as a file `people.csv`."""
    cells = [["" if cell == "_" else cell for cell in row.split()] for row in rows]
    return Table(
        tuple(header.split()), tuple(map(tuple, cells)), tuple(range(2, len(rows) + 2)),
        "people.csv",
    )


def places(error: PoolError) -> list[tuple[str, int | None, str | None]]:
    return [(issue.code, issue.row, issue.column) for issue in error.issues]


def test_ids_are_sorted_and_values_coded() -> None:
    """Ids, values and codes as counted by hand; `order` leads back to the rows."""
    pool = Pool.from_table(table("b man", "c vrouw", "a man", header="id geslacht"))

    assert ("a", "b", "c") == pool.ids
    assert (("man", "vrouw"),) == pool.values
    assert [[0], [0], [1]] == pool.codes.tolist()
    assert [2, 0, 1] == pool.order.tolist()
    assert ("b", "c", "a") == pool.ids_by_row
    assert 3 == len(pool)


def test_the_order_of_the_rows_does_not_matter() -> None:
    """Any order gives the same ids, codes and households."""
    rows = ["3 x a1", "1 Y a2", "2 y a1", "10 z _", "9 X _"]
    wanted = Pool.from_table(table(*rows, header="id f home"), household=["home"])
    for seed in range(5):
        dice_of(seed).shuffle(rows)
        pool = Pool.from_table(table(*rows, header="id f home"), household=["home"])

        assert (wanted.ids, wanted.values) == (pool.ids, pool.values)
        assert wanted.codes.tolist() == pool.codes.tolist()
        assert wanted.household.tolist() == pool.household.tolist()


@pytest.mark.parametrize(
    "header",
    ["id", "ID", "unique_id", "nationbuilder_id", "external_id", "pool_member_identifier"],
)
def test_the_usual_id_columns_are_found(header: str) -> None:
    """The names that the field's tools give their ids need not be said."""
    pool = Pool.from_table(table("x q1", "y q2", header=f"f {header}"))

    assert ("q1", "q2") == pool.ids
    assert header == pool.id_column
    assert ("f",) == pool.features


def test_without_an_id_column_the_row_number_is_the_id() -> None:
    """As a spreadsheet shows it: the first person stands in row 2."""
    pool = Pool.from_table(table("x", "y", header="f"))

    assert ("2", "3") == pool.ids
    assert pool.id_column is None


def test_spellings_of_one_value_are_one_value() -> None:
    """Case and spaces aside, by the spelling that sorts first."""
    pool = Pool.from_frame(pd.DataFrame({"id": "abcd", "f": ["Vrouw", "vrouw ", "VROUW", "man"]}
                                        | {"id": list("abcd")}))

    assert (("man", "VROUW"),) == pool.values
    assert [[1], [1], [1], [0]] == pool.codes.tolist()


def test_every_issue_of_the_ids_is_told_at_once() -> None:
    """A blank id by its row, a double one by all its rows."""
    with pytest.raises(PoolError) as caught:
        Pool.from_table(table("7 a", "_ b", "8 c", "7 d", "_ e", "7 f", header="id f"))

    assert [
        ("pool-id-blank", 3, "id"), ("pool-id-blank", 6, "id"), ("pool-id-duplicate", 5, "id"),
    ] == places(caught.value)
    assert "2, 5, 7" == caught.value.issues[2].params["rows"]


def test_a_note_below_the_list_is_nobody(tmp_path: Path) -> None:
    """A row with an id and nothing else is asked about, not drawn and not dropped."""
    (tmp_path / "people.csv").write_text(
        "id;geslacht;tel\n1;;\n2;vrouw;\n\nTotaal: 2;;\nbron: de site\n", encoding="utf-8"
    )
    with pytest.raises(PoolError) as caught:
        read_pool(tmp_path / "people.csv")

    assert [("pool-row-note", 6, "id"), ("pool-row-note", 5, "id")] == places(caught.value)


def test_a_note_below_a_list_without_ids_is_nobody(tmp_path: Path) -> None:
    """A last row with one cell filled; a list in which every row is so is a list of little."""
    path = tmp_path / "people.csv"
    path.write_text("nr;rol;tel\n1;a;\n;b;\n2;b;3\n;Totaal: 2;\n", encoding="utf-8")
    with pytest.raises(PoolError) as caught:
        read_pool(path)

    assert [("pool-row-single", 5, "rol")] == places(caught.value)
    path.write_text("nr;rol;tel\n;a;\n;b;\n", encoding="utf-8")
    assert 2 == len(read_pool(path))


def test_a_total_below_the_list_is_nobody(tmp_path: Path) -> None:
    """A half blank last row that begins with ``Totaal`` is asked about; such a name is no total."""
    path = tmp_path / "people.csv"
    path.write_text("id;rol;tel;plaats\n1;a;;x\n2;b;3;x\nTotaal;2;;\n;;;\nBron: site;;;\n",
                    encoding="utf-8")
    with pytest.raises(PoolError) as caught:
        read_pool(path)

    assert [("pool-row-note", 6, "id"), ("pool-row-total", 4, "id")] == places(caught.value)
    path.write_text("id;rol;tel;plaats\n1;a;;x\nTotaal;b;3;x\n", encoding="utf-8")
    assert ("1", "Totaal") == read_pool(path).ids
    path.write_text("id;rol;tel;plaats\n1;a;;x\nSomers;b;;\n", encoding="utf-8")
    assert ("1", "Somers") == read_pool(path).ids


def test_columns_that_are_not_there_are_told_at_once_with_the_nearest() -> None:
    """The id column and every household column that is missing."""
    with pytest.raises(PoolError) as caught:
        Pool.from_table(
            table("1 a b", header="nummer straat postcode"), "numer", ["strat", "telefoon"]
        )

    assert ["column-missing"] * 3 == [issue.code for issue in caught.value.issues]
    assert ["nummer", "straat", None] == [i.params["nearest"] for i in caught.value.issues]
    assert {"people.csv"} == {issue.file for issue in caught.value.issues}


def test_people_of_one_address_are_one_household() -> None:
    """All columns must agree, whatever the case; one column alone is not enough."""
    pool = Pool.from_table(
        table("a Kade1 1234AB", "b KADE1 1234ab", "c Kade1 9999ZZ", "d Kade2 1234AB",
              header="id straat postcode"),
        household=["straat", "postcode"],
    )

    assert [0, 0, 1, 2] == pool.household.tolist()
    assert ("straat", "postcode") == pool.household_columns


def test_a_dutch_postcode_is_one_however_it_is_written() -> None:
    """With or without a space, in any case; what is no Dutch postcode is compared as it stands."""
    rows = (("a", "Kade 1", "4888 DL"), ("b", "Kade 1", "4888dl"), ("c", "Kade 1", "4888  Dl"),
            ("d", "Kade 1", "B 4888 DL"), ("e", "Kade 1", "B 4888DL"))
    people = Table(("id", "straat", "postcode"), rows, (2, 3, 4, 5, 6))

    pool = Pool.from_table(people, household=["straat", "postcode"])
    left = without(people, ["a"], "lid in 2024", household=["straat", "postcode"]).left

    assert [0, 0, 0, 1, 2] == pool.household.tolist()
    assert ["a", "b", "c"] == [one.id for one in left]


def test_a_blank_address_is_nobodys_household() -> None:
    """Blank in any of the columns: the person lives with nobody."""
    pool = Pool.from_table(
        table("a _ _", "b _ _", "c Kade1 _", "d Kade1 _", "e _ 1234AB", "f _ 1234AB",
              header="id straat postcode"),
        household=["straat", "postcode"],
    )

    assert 6 == len(set(pool.household.tolist()))


def test_without_household_columns_everyone_lives_alone() -> None:
    """No rule is guessed from a column that looks like an address."""
    pool = Pool.from_table(table("a Kade1", "b Kade1", header="id straat"))

    assert [0, 1] == pool.household.tolist()


def test_a_household_column_may_carry_a_quota_too() -> None:
    """Whose household is street and municipality can still be drawn by municipality."""
    pool = Pool.from_table(
        table("a Kade1 Heerlen", "b Kade1 Brunssum", header="id straat gemeente"),
        household=["straat", "gemeente"],
    )

    assert "gemeente" == pool.feature("Gemeente")


def test_a_dataframe_gives_the_same_pool_as_its_file(tmp_path: Path) -> None:
    """Numbers, missing cells and spaces come out alike."""
    frame = pd.DataFrame(
        {
            "id": [10, 9, 8],
            "age": [30.0, np.nan, 40.0],
            "street": ["Kade 1", "kade 1 ", None],
            "naam": [" An ", "Bo", ""],
        }
    )
    frame.to_csv(tmp_path / "people.csv", index=False)

    own = Pool.from_frame(frame, household=["street"])
    read = read_pool(tmp_path / "people.csv", household=["street"])

    assert ("10", "8", "9") == own.ids == read.ids
    assert [0, 1, 0] == own.household.tolist() == read.household.tolist()
    assert [("40", ""), ("30", "")] != own.values[0] == ("", "30", "40")
    assert own.table.rows[0][0] == "10"


def test_a_dataframe_with_an_id_of_spaces_has_a_blank_id() -> None:
    """What a file would not accept, a DataFrame does not either."""
    with pytest.raises(PoolError) as caught:
        Pool.from_frame(pd.DataFrame({"id": ["a", " ", "a "], "f": ["x", "y", "z"]}))

    assert {"pool-id-blank", "pool-id-duplicate"} == {i.code for i in caught.value.issues}


def test_a_pool_cannot_be_changed() -> None:
    """Frozen, and its arrays read-only: a value checked once stays true."""
    pool = Pool.from_table(table("a x", header="id f"))

    for array in (pool.codes, pool.household, pool.order):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        pool.ids = ()


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (("P0", "An Bos", "boer", "jong"),
         (("P1", "Bo", "boer", "oud"), ("P2", "Cy", "smid", "jong"))),
        (("1", "an@example.org", "x"), (("2", "", "y"),)),
        (("1", "An", "1234 AB"), (("2", "Bo", ""),)),
        (("1", "An", "06-12345678"), (("2", "Bo", ""),)),
    ],
)
def test_a_list_without_headers_is_told_and_nobody_is_named(
    header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> None:
    """The first person must not be listed as if these were the names of the columns."""
    table = Table(header, rows, tuple(range(2, len(rows) + 2)), "people.csv")
    with pytest.raises(PoolError) as error:
        Pool.from_table(table, id="nummer")

    assert [("header-person", 1)] == [(one.code, one.row) for one in error.value.issues]
    assert not any(cell in str(error.value) for cell in header if len(cell) > 1)


@pytest.mark.parametrize(
    "header", [("id", "Vega", "Vis"), ("nr", "Vega", "2024"), ("nr", "x", "y")]
)
def test_headers_that_are_values_too_are_headers(header: tuple[str, ...]) -> None:
    """As forms write boxes that were ticked; two such need a usual header beside them."""
    table = Table(header, (("1", "Vega", "Vis"), ("2", "", "Vis")), (2, 3))

    assert 2 == len(Pool.from_table(table, id=header[0]))
