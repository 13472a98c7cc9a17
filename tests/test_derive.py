"""Derived columns: aliases, age bands, areas; whoever cannot be placed is told by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sortition import InputError
from sortition.errors import PoolError
from sortition.files.tables import Table
from sortition.people.ages import age_on, parse_bands, parse_birth_date
from sortition.people.derive import with_aliases, with_area, with_bands
from sortition.people.homes import normalise_postcode

DAY = date(2026, 3, 1)
BANDS = ["<16", "16-29", "30 t/m 64", "65+"]


def list_of(*cells: str, header: str = "cel") -> Table:
    """Return a column of cells in a file whose first person stands in row 2."""
    rows = tuple((cell,) for cell in cells)
    return Table((header,), rows, tuple(range(2, len(rows) + 2)), "people.csv")


def issues_of(call: Callable[[], object]) -> list[tuple[str, int | None]]:
    with pytest.raises(InputError) as caught:
        call()
    return [(issue.code, issue.row) for issue in caught.value.issues]


def test_aliases_replace_what_the_user_named_and_nothing_else() -> None:
    """By fold, once each, in one column; spellings that do not occur are no error."""
    people = Table(("a", "b"), (("x", "x"), ("X ", "y"), ("y", "z")), (2, 3, 4))

    table = with_aliases(people, "A", {"x": "y", "y": "z", "absent": "q"})

    assert (("y", "x"), ("y", "y"), ("z", "z")) == table.rows
    assert (("a", "b"), (2, 3, 4)) == (table.columns, table.numbers)


def test_an_alias_for_two_values_is_told() -> None:
    """Two spellings that are one cannot stand for two values; twice the same is fine."""
    people = list_of("x")

    assert [("alias-twice", None)] == issues_of(
        lambda: with_aliases(people, "cel", {"x": "y", "X": "z"})
    )
    assert ("y",) == with_aliases(people, "cel", {"x": "y", "X": "y"}).column("cel")


def test_bands_of_ages_and_birth_dates() -> None:
    """Each form of a date; a birthday on the day itself counts."""
    people = list_of(
        "15", "16", "64", "65", "0", "1-3-2010", "02/03/2010", "1996-03-01", "1.3.1961",
        "1961-03-02", "1961-03-02T00:00:00", "1-3-1906",
    )

    table = with_bands(people, "cel", BANDS, on=DAY, into="leeftijd")

    assert ("cel", "leeftijd") == table.columns
    assert (
        "<16", "16-29", "30 t/m 64", "65+", "<16", "16-29", "<16", "30 t/m 64", "65+",
        "30 t/m 64", "30 t/m 64", "65+",
    ) == table.column("leeftijd")


def test_whoever_has_no_band_is_told_by_row_without_the_date() -> None:
    """Every row at once, the same mistake once, and nothing of what the row says."""
    people = list_of(
        "", "31-2-1980", "3-2-85", "12-31-1980", "2-3-2026", "1-1-1900", "121", "1985", "onbekend",
        "31048", "12", "40", "30-1-85 of 1986",
    )

    with pytest.raises(InputError) as caught:
        with_bands(people, "cel", ["16-29", "30-64"], on=DAY)

    assert [
        ("birth-impossible", 3, (5,)), ("birth-short-year", 4, ()),
        ("birth-future", 6, ()), ("birth-too-old", 7, (8,)), ("birth-year", 9, ()),
        ("birth-form", 10, (11, 14)), ("band-outside", 12, ()),
    ] == [(issue.code, issue.row, issue.also) for issue in caught.value.issues]
    said = " ".join(
        str(value) for issue in caught.value.issues for value in issue.params.values()
    )
    assert not [cell for (cell,) in people.rows if len(cell) > 3 and cell in said]
    assert "birth-full-year" == caught.value.issues[1].suggestion


def test_a_blank_cell_stays_blank_for_the_quotas_to_say() -> None:
    """Of an age, a birth date or a year."""
    assert ("30-64", "") == with_bands(
        list_of("40", ""), "cel", ["16-29", "30-64"], on=DAY
    ).column("age band")
    assert ("1962-1981", "") == with_bands(
        list_of("1970", ""), "cel", ["1962-1981"]
    ).column("age band")


def test_years_of_birth_have_bands_of_years_and_no_day() -> None:
    """The first and last year of each; an open one; no age is involved."""
    people = list_of("1890", "1961", "1962", "1981", "1982", "2010")

    table = with_bands(people, "cel", ["1982-2010", "<1962", "1962 t/m 1981"])

    assert (
        "<1962", "<1962", "1962 t/m 1981", "1962 t/m 1981", "1982-2010", "1982-2010",
    ) == table.column("age band")
    assert ("1982+",) == with_bands(list_of("2009"), "cel", ["1982+"]).column("age band")


def test_whoever_has_no_year_of_birth_is_told_by_row() -> None:
    """A slip of the pen too, though the first band has no beginning."""
    people = list_of("1889", "'67", "44", "3-2-1985", "2011", "1700", "1970")

    assert [
        ("birth-year-early", 2), ("birth-year-form", 3), ("birth-year-outside", 6),
    ] == issues_of(lambda: with_bands(people, "cel", ["<1962", "1962-2010"]))


def test_a_year_of_birth_is_no_age_and_the_way_on_is_told() -> None:
    """The years are those of who reaches the ages of the bands in the year of the day."""
    with pytest.raises(InputError) as caught:
        with_bands(list_of("1996"), "cel", ["16-29", "30-64", "65+"], on=DAY)

    told = caught.value.issues[0].params["bands"]
    assert '"<1962", "1962-1996", "1997-2010"' == told
    bands = [label.strip('" ') for label in str(told).split(",")]
    assert ("1962-1996",) == with_bands(list_of("1996"), "cel", bands).column("age band")


@pytest.mark.parametrize(("bands", "on"), [(["16+"], None), (["1962+"], DAY)])
def test_a_day_goes_with_ages_and_not_with_years(bands: list[str], on: date | None) -> None:
    """Neither is passed over in silence."""
    assert [("project-column", None)] == issues_of(
        lambda: with_bands(list_of("40"), "cel", bands, on=on)
    )


@pytest.mark.parametrize(
    ("bands", "codes"),
    [
        pytest.param(["16-29", "29-64"], ["band-overlap"], id="one age twice"),
        pytest.param(["65+", "70+"], ["band-overlap"], id="two without an end"),
        pytest.param(["16-29", "31+"], ["band-gap"], id="nobody of 30"),
        pytest.param(["29-16", "jong"], ["band-form", "band-form"], id="no bands"),
        pytest.param(["<0"], ["band-form"], id="below nothing"),
        pytest.param(["16-29", "1962+"], ["band-mixed"], id="an age and a year"),
        pytest.param(["<1962", "1964+"], ["band-gap-years"], id="nobody of 1962 and 1963"),
        pytest.param([], ["band-none"], id="none"),
        pytest.param(["x", "16-20", "20-30", "32+"], ["band-form", "band-overlap", "band-gap"],
                     id="everything at once"),
    ],
)
def test_bands_that_do_not_fit_together_are_told(bands: list[str], codes: list[str]) -> None:
    """Before anybody is looked at."""
    assert codes == [code for code, _ in issues_of(lambda: parse_bands(bands))]


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True), st.integers(0, 120))
def test_banding_equals_counting_by_hand(cuts: list[int], age: int) -> None:
    """The band is as many as there are cuts at or below the age."""
    edges = sorted(cuts)
    bands = [f"<{edges[0]}"]
    bands += [f"{low}-{high - 1}" for low, high in pairwise(edges)]
    bands.append(f"{edges[-1]}+")

    table = with_bands(list_of(str(age)), "cel", bands[::-1], on=DAY)

    assert (bands[sum(edge <= age for edge in edges)],) == table.column("age band")


@given(st.dates(date(1906, 3, 2), DAY))
def test_an_age_is_the_number_of_birthdays(born: date) -> None:
    """Counted day by day's end: a birthday of 29 February is on 1 March in other years."""
    def birthday(year: int) -> date:
        try:
            return born.replace(year=year)
        except ValueError:
            return date(year, 3, 1)

    birthdays = sum(birthday(year) <= DAY for year in range(born.year + 1, DAY.year + 1))
    assert birthdays == age_on(born, DAY)


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.sampled_from("-/."))
def test_every_way_to_write_a_date_reads_the_same(day: date, sign: str) -> None:
    """Dutch order with any sign, zeros or none; ISO."""
    plain = sign.join([str(day.day), str(day.month), str(day.year)])

    assert day == parse_birth_date(plain) == parse_birth_date(day.isoformat())
    assert day == parse_birth_date(day.strftime(f"%d{sign}%m{sign}%Y"))
    assert isinstance(parse_birth_date(plain[:-4] + plain[-2:]), str)


def test_the_day_counts_not_today() -> None:
    """The same list on another day gives other bands."""
    people = list_of("2-3-2010")

    assert ("<16",) == with_bands(people, "cel", BANDS, on=DAY).column("age band")
    later = with_bands(people, "cel", BANDS, on=DAY + timedelta(days=1))
    assert ("16-29",) == later.column("age band")


def test_a_derived_column_does_not_hide_another() -> None:
    """Whatever the case of its header, which is named as it stands in the list."""
    people = Table(("age", "Band"), (("20", "x"),), (2,))
    with pytest.raises(PoolError) as error:
        with_bands(people, "age", BANDS, on=DAY, into="band")
    assert {"name": "Band"} == error.value.issues[0].params

    assert [("derived-exists", None)] == issues_of(
        lambda: with_bands(people, "age", BANDS, on=DAY, into="band")
    )


@pytest.mark.parametrize(
    ("words", "postcode"),
    [
        ("1234ab", "1234 AB"), (" 1234  Ab ", "1234 AB"), ("1234\u00a0AB", "1234 AB"),
        ("0123 AB", None), ("1234", None), ("1234 A", None), ("1234 ABC", None),
        ("12345 AB", None), ("1234 SS", None), ("1234 sd", None), ("", None),
        ("١٢٣٤ AB", None), ("1234 ÀB", None),
    ],
)
def test_postcodes_are_written_one_way(words: str, postcode: str | None) -> None:
    """Four digits, a space, two letters; combinations that are never issued are none."""
    assert postcode == normalise_postcode(words)


@given(st.from_regex(r"\A[1-9][0-9]{3} ?[A-Za-z]{2}\Z"))
def test_normalising_a_postcode_twice_is_once(words: str) -> None:
    """What is printed is a postcode again."""
    once = normalise_postcode(words)

    assert once is None or once == normalise_postcode(once)


AREAS = Table(
    ("Postcode", "Wijk"),
    (("6411-6419", "Noord"), ("6421", "Zuid"), ("6431 AA t/m 6431 KZ", "Oost"),
     ("6431LA-6431ZZ", "West"), ("6415", "noord"), ("", "")),
    (2, 3, 4, 5, 6, 7), "areas.csv",
)


def test_areas_of_postcodes() -> None:
    """Ranges, prefixes and parts of them; four digits do where the area holds them all."""
    people = list_of("6411aa", "6419 ZZ", "6421", "6431 KZ", "6431la", "6415 AB")

    table = with_area(people, "cel", AREAS, into="wijk")

    assert ("Noord", "Noord", "Zuid", "Oost", "West", "Noord") == table.column("wijk")


def test_areas_from_two_columns() -> None:
    """Both ends included; a blank end is the same as the beginning."""
    areas = Table(("Van", "Tot en met", "Gebied"), (("6411", "6419", "A"), ("6421", "", "B")),
                  (2, 3))

    table = with_area(list_of("6419 ZZ", "6421 AA"), "cel", areas)

    assert ("A", "B") == table.column("area")


def test_whoever_has_no_area_is_told_by_row_without_the_postcode() -> None:
    """No postcode, in no range, and four digits that two areas share; blank stays blank."""
    assert ("", "Noord") == with_area(list_of("", "6411 AA"), "cel", AREAS).column("area")
    people = list_of("", "64a1 AB", "9999 XX", "6431", "6411 AA", "6420 AA")

    with pytest.raises(InputError) as caught:
        with_area(people, "cel", AREAS)

    assert [
        ("postcode-form", 3, ()), ("postcode-outside", 4, (5, 7)),
    ] == [(issue.code, issue.row, issue.also) for issue in caught.value.issues]
    assert [{}] * 2 == [issue.params for issue in caught.value.issues]


@pytest.mark.parametrize(
    ("columns", "rows", "issues"),
    [
        (("x", "y"), (("6411", "A"),), [("area-header", None)]),
        (("postcode",), (("6411",),), [("area-header", None)]),
        (("pc4", "wijk"), (("641", "A"), ("6419-6411", "A"), ("6411", "")),
         [("area-row", 2), ("area-row", 3), ("area-row", 4)]),
        (("pc4", "wijk"), (("6411-6419", "A"), ("6415 AB", "B"), ("6419", "B")),
         [("area-overlap", 3), ("area-overlap", 4)]),
    ],
)
def test_a_table_of_areas_that_says_nothing_or_two_things_is_told(
    columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...],
    issues: list[tuple[str, int | None]],
) -> None:
    """Every row at once, in the file of the areas."""
    areas = Table(columns, rows, tuple(range(2, len(rows) + 2)), "areas.csv")

    assert issues == issues_of(lambda: with_area(list_of("6411 AB"), "cel", areas))
