"""Quotas: the four dialects, what spreadsheets make of them, and what is wrong with a table."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import sortition
from sortition import (
    InputError,
    Pool,
    Quota,
    QuotaError,
    Quotas,
    Shares,
    read_quotas,
    state,
    statement_from_mapping,
)
from sortition.rules.quotas import join_union, split_cross, split_union

WANTED = (
    Quota((("gender", ("woman",)),), 2, 3),
    Quota((("gender", ("man",)),), 2, 3),
    Quota((("age", ("16-29",)),), 1, 11),
    Quota((("age", ("30+",)),), 0, 11),
)
ROWS = "gender,woman,2,3\ngender,man,2,3\nage,16-29,1,11\nage,30+,0,11\n"


def read(folder: Path, words: str | bytes, size: int | tuple[int, int] = 5) -> Quotas:
    path = folder / "quotas.csv"
    path.write_bytes(words.encode() if isinstance(words, str) else words)
    return read_quotas(path, size)


def refused(folder: Path, words: str, size: int | tuple[int, int] = 5) -> list[tuple]:
    """Return code, row and column of every issue."""
    with pytest.raises(QuotaError) as caught:
        read(folder, words, size)
    assert {str(folder / "quotas.csv"), None} >= {issue.file for issue in caught.value.issues}
    return [(issue.code, issue.row, issue.column) for issue in caught.value.issues]


@pytest.mark.parametrize(
    "header",
    [
        "feature,value,min,max",
        "category,name,min,max",
        "category,feature,min,max",
        "FeatureName,ValueName,MinQuota,MaxQuota",
        "Feature,Value,Min,Max",
        "FEATURE, VALUE ,MIN,MAX",
        "Category,Feature,Min,Max",
        "feature name,value_name,min quota,max_quota",
    ],
)
def test_all_dialects_are_read(tmp_path: Path, header: str) -> None:
    """Four headers for one table, in any case."""
    assert WANTED == read(tmp_path, f"{header}\n{ROWS}").quotas


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            "feature,value,min,max,min_flex,max_flex\n" + ROWS.replace("\n", ",,\n"),
            id="blank flex cells",
        ),
        pytest.param(
            "Notes,feature,value,min,max\n" + "".join(f"see mail,{r}\n" for r in ROWS.split()),
            id="notes first",
        ),
        pytest.param(
            "max,min,value,feature\n3,2,woman,gender\n3,2,man,gender\n11,1,16-29,age\n11,0,30+,age",
            id="columns in another order",
        ),
        pytest.param(
            "feature,value,min,max\n" + ROWS + ",,,\n,total,5,28\n,,,checked by An\n",
            id="rows after the end",
        ),
        pytest.param("feature,value,min,max\n" + ROWS.replace("11", "11.0"), id="11.0"),
        pytest.param("feature;value;min;max\n" + ROWS.replace(",", ";").replace("11", "11,0"),
                     id="11,0"),
        pytest.param("feature,value,min,max\n" + ROWS.replace("11", " 11 "), id="spaces"),
        pytest.param(
            ("feature,value,min,max\n" + ROWS).encode("utf-8-sig"), id="byte order mark"
        ),
        pytest.param(
            ("feature,value,min,max\n" + ROWS).replace(",", ";").encode(), id="semicolons"
        ),
        pytest.param(
            ("sep=;\r\nfeature,value,min,max\n" + ROWS).replace(",", ";").encode(), id="sep="
        ),
        pytest.param(("feature,value,min,max,é\n" + ROWS).encode("cp1252"), id="cp1252"),
        pytest.param(("feature,value,min,max\n" + ROWS).encode("utf-16"), id="utf-16"),
    ],
)
def test_what_spreadsheets_make_of_a_table_is_read(tmp_path: Path, words: str | bytes) -> None:
    """Further columns, notes below, decimals without a decimal, and every way to save it."""
    assert WANTED == read(tmp_path, words).quotas


def test_flexible_bounds_are_kept_beside_the_bounds(tmp_path: Path) -> None:
    """Columns min_flex and max_flex; a blank cell leaves that bound where it is."""
    quotas = read(
        tmp_path,
        "feature,value,min,max,Min_flex,Max Flex\ngender,woman,2,3,1,4\ngender,man,2,3,,5\n"
        "age,16-29,1,11,,\nage,30+,0,11,0,11.0\n",
    ).quotas

    assert [(1, 4), (2, 5), None, (0, 11)] == [quota.flex for quota in quotas]


def test_flexible_bounds_inside_the_bounds_are_refused(tmp_path: Path) -> None:
    """All of them at once, and what is no number at its cell."""
    found = refused(
        tmp_path,
        "feature,value,min,max,min_flex,max_flex\ngender,woman,2,3,3,3\ngender,man,2,3,1,2\n"
        "age,16-29,1,11,some,11\nage,30+,0,11,-1,11\n",
    )

    assert [
        ("quota-flex", 2, None), ("quota-flex", 3, None), ("quota-not-whole", 4, "min_flex"),
        ("quota-negative", 5, "min_flex"),
    ] == found


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """Numbers in cells are numbers, an empty flex cell and a line of totals are nothing."""
    book = openpyxl.Workbook()
    book.active.append(["Category", "Name", "Min", "Max", "Min_flex", "Max_flex"])
    for row in ROWS.split():
        feature, value, least, most = row.split(",")
        book.active.append([feature, value, int(least), float(most), None, None])
    book.active.append([None, "total", 5, 28])
    out = io.BytesIO()
    book.save(out)
    (tmp_path / "quotas.xlsx").write_bytes(out.getvalue())

    assert WANTED == read_quotas(tmp_path / "quotas.xlsx", 5).quotas


@pytest.mark.parametrize("dtype", [int, float, np.int8, str, object, "Int64"])
def test_a_dataframe_is_read(dtype: object) -> None:
    """Whole numbers of every kind, and a missing flex cell."""
    rows = [row.split(",") for row in ROWS.split()]
    frame = pd.DataFrame(rows, columns=["feature", "value", "min", "max"])
    for column in ("min", "max"):
        frame[column] = frame[column].astype(int).astype(dtype)
    frame["min_flex"] = [np.nan, 1, np.nan, np.nan]

    assert WANTED == Quotas.from_frame(frame, 5).quotas


def test_a_bar_joins_values_to_one_group(tmp_path: Path) -> None:
    """`a|b` is the union; it may stand beside the plain quotas of its values."""
    quotas = read(
        tmp_path,
        "feature,value,min,max\nrol,onderwijs | ambtenaar,2,2\nrol,onderwijs,1,2\n"
        "rol,ambtenaar,0,1\nrol,ondernemer,3,3\n",
    ).quotas

    assert (("rol", ("onderwijs", "ambtenaar")),) == quotas[0].where
    assert "rol: onderwijs | ambtenaar" == quotas[0].name


def test_unions_that_overlap_add_up() -> None:
    """At most 2 of a or b and at most 3 of b or c leave room for 5: two a, three c."""
    quotas = Quotas(
        (5, 5), (Quota((("f", ("a", "b")),), 0, 2), Quota((("f", ("b", "c")),), 0, 3))
    )

    assert 2 == len(quotas.quotas)


@pytest.mark.parametrize("other", ["Gender", "gender ", "GENDER"])
def test_a_feature_spelled_in_two_ways_is_one_feature(tmp_path: Path, other: str) -> None:
    """The sums are those of both rows together."""
    quotas = read(tmp_path, f"feature,value,min,max\ngender,woman,2,3\n{other},man,2,3\n")

    assert 1 == len(quotas.features)


def test_a_size_may_be_a_range(tmp_path: Path) -> None:
    """Whether the sums leave room for some size in it is for the diagnosis."""
    words = "feature,value,min,max\nf,a,2,3\nf,b,2,3\n"

    assert (4, 6) == read(tmp_path, words, (4, 6)).size
    assert (1, 4) == read(tmp_path, words, (1, 4)).size


@pytest.mark.parametrize(
    ("rows", "issues"),
    [
        pytest.param("f,a,,3\nf,b,2,\n",
                     [("quota-blank", 2, "min"), ("quota-blank", 3, "max")], id="blank"),
        pytest.param("f,a,two,3\nf,b,2,3?\n",
                     [("quota-not-whole", 2, "min"), ("quota-not-whole", 3, "max")], id="words"),
        pytest.param("f,a,2.5,3\nf,b,\"2,5\",3\n",
                     [("quota-not-whole", 2, "min"), ("quota-not-whole", 3, "min")], id="halves"),
        pytest.param("f,a,40%,3\n", [("quota-not-whole", 2, "min")], id="percent"),
        pytest.param("f,a,1e1,3\n", [("quota-not-whole", 2, "min")], id="exponent"),
        pytest.param("f,a,nan,inf\n",
                     [("quota-not-whole", 2, "min"), ("quota-not-whole", 2, "max")], id="nan"),
        pytest.param("f,a,²,3\n", [("quota-not-whole", 2, "min")], id="superscript"),
        pytest.param("f,a,-1,3\nf,b,1,-2.0\n",
                     [("quota-negative", 2, "min"), ("quota-negative", 3, "max")], id="negative"),
        pytest.param("f,a,3,2\nf,b,4,3\n",
                     [("quota-reversed", 2, None), ("quota-reversed", 3, None)], id="reversed"),
        pytest.param("f,a,2,3\nf,b,2,3\nF,A ,1,1\n", [("quota-duplicate", 4, "value")],
                     id="the same group twice"),
        pytest.param(",a,1,2\n", [("quota-none", None, None)], id="no quota at all"),
    ],
)
def test_every_issue_of_a_table_is_told_with_its_place(
    tmp_path: Path, rows: str, issues: list[tuple]
) -> None:
    """Row as a spreadsheet shows it, column as its header spells it; all of them at once."""
    assert issues == refused(tmp_path, f"feature,value,min,max\n{rows}")


def test_a_share_between_minimum_and_maximum_is_shown_to_its_column(tmp_path: Path) -> None:
    """A percentage or a fraction is asked for elsewhere, other words for a whole number."""
    path = tmp_path / "quotas.csv"
    path.write_text("feature,value,min,max\nf,a,40%,1/2\nf,b,x,3\n", encoding="utf-8")
    with pytest.raises(QuotaError) as raised:
        read_quotas(path, 10)
    assert ["write-shares", "write-shares", "write-whole-number"] == [
        issue.suggestion for issue in raised.value.issues
    ]


def test_a_thousands_point_is_never_read_as_a_decimal_one(tmp_path: Path) -> None:
    """`1.000` is a thousand in Dutch and one in English: a thousand, or a question, but not one."""
    try:
        quotas = read(tmp_path, "feature;value;min;max\nf;a;1.000;1.000\n", 1000)
    except QuotaError as error:
        assert ["quota-not-whole"] * 2 == [issue.code for issue in error.issues]  # noqa: PT017
    else:
        assert (1000, 1000) == (quotas.quotas[0].lower, quotas.quotas[0].upper)


def test_a_header_of_another_table_is_refused_with_the_one_that_is_wanted(tmp_path: Path) -> None:
    """The message names the columns that are there and those that should be."""
    with pytest.raises(QuotaError) as caught:
        read(tmp_path, "id,naam\n1,An\n")

    assert ["quota-header"] == [issue.code for issue in caught.value.issues]
    assert all(word in str(caught.value) for word in ("id, naam", "feature", "min", "max"))


@pytest.mark.parametrize(
    ("size", "code"),
    [(0, "size-not-positive"), (-3, "size-not-positive"), ((5, 4), "size-reversed")],
)
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: object, code: str) -> None:
    """Zero, negative, and from more to less."""
    assert [(code, None, None)] == refused(tmp_path, f"feature,value,min,max\n{ROWS}", size)


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    """Not there: the error of the reader, with the name of the file."""
    with pytest.raises(InputError) as caught:
        read_quotas(tmp_path / "no.csv", 5)

    assert ["file-missing"] == [issue.code for issue in caught.value.issues]


def test_a_label_is_the_name() -> None:
    """A group that reads badly spelled out can be called something else."""
    assert "tags: a" == Quota((("tags", ("a", "a; b")),), 1, 1, label="tags: a").name


def test_a_bar_written_twice_is_one_in_the_value(tmp_path: Path) -> None:
    """A value with a bar has a name of its own, which reads back, and is no union."""
    own, union = read(tmp_path, "role,zzp||shop,1,2\nrole,a|b,1,2\n".replace(
        "role,zzp", "feature,value,min,max\nrole,zzp", 1)).quotas

    assert ((("role", ("zzp|shop",)),), (("role", ("a", "b")),)) == (own.where, union.where)
    assert ("role: zzp||shop", "role: a | b") == (own.name, union.name)
    assert ("a | b", "c") == split_union(join_union(["a | b", "c"]))


def test_whoever_writes_a_bar_once_is_told_how(tmp_path: Path) -> None:
    """In a quota file and in a project file, where it would be taken for a union."""
    pool = Pool.from_frame(pd.DataFrame({"id": ["1", "2"], "role": ["zzp|shop", "other"]}))
    quotas = read(tmp_path, "feature,value,min,max\nrole,zzp|shop,1,2\nrole,other,0,2\n", 1)
    with pytest.raises(InputError) as caught:
        sortition.compile(pool, quotas)
    with pytest.raises(InputError) as stated:
        state([Shares("role", {"zzp|shop": 1, "other": "0+"})], pool, 1)

    for issue in (*caught.value.issues, *stated.value.issues):
        assert ("value-with-bar", "zzp||shop") == (issue.suggestion, issue.params["written"])


def test_a_crossing_with_its_sign_leaves_a_lone_x_alone() -> None:
    """So that a value with an x in it can be crossed too."""
    cells = {"of": ["a", "b"], "cells": [{"a": "kop x munt", "b": "y", "seats": 1}]}

    assert ((("kop x munt",), ("y",)),) == statement_from_mapping(cells).groups
    assert ("a", "b") == split_cross("a X b") == split_cross("a×b")
