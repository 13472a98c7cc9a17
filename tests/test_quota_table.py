"""Statements from files: tables of a project file, populations, quota files with shares."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

import sortition
from sortition import InputError, Quota, QuotaError
from sortition.files.readers import read_table
from sortition.files.tables import from_frame
from sortition.rules.quota_table import statement_from_mapping
from sortition.rules.share_table import statements_from_table
from sortition.rules.statements import EachAtMost, Shares, Spread, Statement


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"of": "a", "shares": {"x": 1}}, Shares("a", {"x": 1})),
        ({"of": "a", "seats": {"x": "2+"}, "tolerance": 1},
         Shares("a", {"x": "2+"}, whole=False, tolerance=1)),
        ({"of": ["a", "b"], "cells": [{"b": "y", "A": "x", "seats": "3-5"}]},
         Shares(("a", "b"), {"x × y": "3-5"}, whole=False)),
        ({"of": "a", "separator": ";", "at_least_one": ["x", "y"]},
         Shares("a", {"x": "1+", "y": "1+"}, whole=False, separator=";")),
        ({"of": "a", "each_at_most": 2, "unknown": "outside"},
         EachAtMost("a", 2, unknown="outside")),
        ({"of": "a", "spread": "root", "populations": {"x": 4}, "floor": 1},
         Spread("a", "root", populations={"x": 4}, floor=1)),
        ({"of": "a", "spread": "proportional", "populations": "pool"}, Spread("a", "proportional")),
        ({"of": "a", "spread": "even", "values": ["x", "y"], "exact": True},
         Spread("a", values={"a": ["x", "y"]}, exact=True)),
        ({"of": "a", "shares": {"x": "1/1"}, "one_seat_each": True},
         Shares("a", {"x": "1/1"}, one_seat_each=True)),
    ],
)
def test_a_table_of_the_project_file(table: dict[str, object], expected: Statement) -> None:
    """Each kind of statement, as written and as made in Python."""
    assert expected == statement_from_mapping(table)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"off": "a", "shares": {"x": 1}}, ["statement-key"]),
        ({"shares": {"x": 1}}, ["statement-of"]),
        ({"of": "a", "counts": {"x": "many"}, "tolerence": -1},
         ["statement-key", "statement-key", "amount-unread", "statement-negative"]),
        ({"of": "a", "spread": "evn", "foo": 1, "floor": -1},
         ["statement-key", "statement-spread", "statement-negative"]),
        ({"of": "a", "spread": "even", "floor": "x", "tolerance": -1},
         ["statement-type", "statement-negative"]),
        ({"of": "a"}, ["statement-says-nothing"]),
        ({"of": "a", "shares": {"x": 1}, "spread": "even"}, ["statement-says-more"]),
        ({"of": "a", "shares": {"x": 1}, "floor": 1}, ["statement-key-elsewhere"]),
        ({"of": 3, "shares": [1], "tolerance": "one"}, ["statement-type"] * 3),
        ({"of": "a", "shares": {"x": "many", "y": "9-7", " ": 2}, "tolerance": -1},
         ["group-blank", "amount-unread", "amount-reversed", "statement-negative"]),
        ({"of": ["a", "b"], "seats": {"x": 1}}, ["group-shape"]),
        ({"of": "a", "seats": {"x|y": 1, "Y | x": 2}}, ["group-twice"]),
        ({"of": ["a", "b"], "shares": {"x × y": 1}, "one_seat_each": True},
         ["statement-roles-crossed"]),
        ({"of": "a", "spread": "evn"}, ["statement-spread"]),
        ({"of": "a", "spread": "even", "populations": {"x": -1}}, ["population-wrong"]),
        ({"of": "a", "spread": "root", "populations": {"x": 0}}, ["population-none"]),
        ({"of": "a", "spread": "even", "values": {"b": ["x"]}}, ["statement-values-of"]),
        ({"of": ["a", "b"], "spread": "even", "values": ["x"]}, ["statement-values-list"]),
        ({"of": "a", "spread": "even", "values": ["x"], "populations": {"x": 1}},
         ["statement-values-twice"]),
        ({"of": ["a", "b"], "each_at_most": 1}, ["statement-one-feature"]),
        ({"of": ["a", "A "], "spread": "even"}, ["statement-of"]),
        ({"of": ["a", "b"], "cells": [{"a": "x", "seats": 1}]}, ["statement-cell"]),
        ({"of": "a", "shares": {}}, ["statement-empty"]),
        ({"of": "a", "shares": {"x": 1}, "unknown": "x", "separator": " "},
         ["statement-separator", "statement-unknown"]),
        ({"of": ["a", "b"], "seats": {"x × y": 1}, "unknown": "as:x"},
         ["statement-unknown-crossed"]),
        ({"of": "a", "each_at_most": -1}, ["statement-negative"]),
    ],
)
def test_what_is_wrong_with_a_table(table: dict[str, object], expected: list[str]) -> None:
    """Everything at once, at the line of the project file, in both languages."""
    with pytest.raises(QuotaError) as caught:
        statement_from_mapping(table, file="project.toml", row=12)

    assert expected == [issue.code for issue in caught.value.issues]
    for issue in caught.value.issues:
        assert ("project.toml", 12) == (issue.file, issue.row)
        assert issue.to_dict("en")["message"] != issue.to_dict("nl")["message"]


@pytest.mark.parametrize(
    "words",
    ["gemeente;inwoners\nHeerlen;87.498\nKerkrade;45 302\nTotaal;\n;132.800\n".replace(
        "Totaal;\n", ""), "Gemeente,code,people\nHeerlen,GM0917,87498\nKerkrade,GM0928,45302.0\n",
     "regio,aantal\nHeerlen,87498\nKerkrade,45302\n",
     "regio,aantal\nHeerlen,87498\nKerkrade,45302\nTotaal regio,132.800\n"],
)
def test_populations_from_a_file(tmp_path: Path, words: str) -> None:
    """Under the feature's name or first, points or spaces between thousands, perhaps a total."""
    (tmp_path / "inwoners.csv").write_text(words, encoding="utf-8")
    table = {"of": "gemeente", "spread": "proportional", "populations": "inwoners.csv"}

    statement = statement_from_mapping(table, folder=tmp_path)

    assert isinstance(statement, Spread)
    assert {"Heerlen": 87498, "Kerkrade": 45302} == statement.populations


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("gemeente,inwoners\nHeerlen,veel\nKerkrade,\nHEERLEN,1\nKERKRADE,2\nKerkrade,3",
         ["quota-not-whole", "quota-blank", "quota-duplicate"]),
        ("gemeente,x,y\nHeerlen,1,2", ["population-column"]),
        ("gemeente,inwoners\nHeerlen,3\nKerkrade,4\nTotaal,8", ["population-total"]),
    ],
)
def test_what_is_wrong_with_populations(tmp_path: Path, words: str, expected: list[str]) -> None:
    """Words for numbers, nothing, a group twice; two columns that could be the count."""
    (tmp_path / "inwoners.csv").write_text(words, encoding="utf-8")
    table = {"of": "gemeente", "spread": "proportional", "populations": "inwoners.csv"}

    with pytest.raises(InputError) as caught:
        statement_from_mapping(table, folder=tmp_path)

    assert expected == [issue.code for issue in caught.value.issues]


def test_crossed_groups_in_a_quota_file() -> None:
    """Feature ``rol × town`` with a value for each, unions within."""
    frame = pd.DataFrame({"feature": ["rol × town", "rol x town", "rol"],
                          "value": ["a|b × X", "c * Y", "d x e"], "min": [1, 0, 0],
                          "max": [2, 3, 9]})

    quotas = sortition.Quotas.from_frame(frame, 3).quotas

    assert (
        Quota((("rol", ("a", "b")), ("town", ("X",))), 1, 2),
        Quota((("rol", ("c",)), ("town", ("Y",))), 0, 3),
        Quota((("rol", ("d x e",)),), 0, 9),
    ) == quotas


def test_a_crossed_group_of_another_shape_in_a_quota_file() -> None:
    """Two features and one value: which of them is meant?"""
    frame = pd.DataFrame({"feature": ["rol × town"], "value": ["a"], "min": [1], "max": [2]})

    with pytest.raises(QuotaError) as caught:
        sortition.Quotas.from_frame(frame, 3)

    assert ["group-shape"] == [issue.code for issue in caught.value.issues]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("feature,value,share\nrol,a,1/3\nRol,b|c,2/3\n,total,1\nrol × sex,a × w,2+\n",
         (Shares("rol", {"a": "1/3", "b|c": "2/3"}), Shares(("rol", "sex"), {"a × w": "2+"}))),
        ("Kenmerk;Waarde;Zetels;noot\nrol;a;7-9;\n",
         (Shares("rol", {"a": "7-9"}, whole=False),)),
        ("feature,value,min,max,share\nrol,a,1,2,1/3\n", None),
        ("feature,value\nrol,a\n", None),
    ],
)
def test_a_quota_file_with_shares(
    tmp_path: Path, words: str, expected: tuple[Shares, ...] | None
) -> None:
    """One column of amounts in place of min and max; a file that has those is none of these."""
    (tmp_path / "quotas.csv").write_text(words, encoding="utf-8")

    assert expected == statements_from_table(read_table(tmp_path / "quotas.csv"))


def test_what_is_wrong_with_a_quota_file_of_shares() -> None:
    """A word for a number, and a value twice, in one go."""
    frame = pd.DataFrame({"feature": ["a", "a", "b"], "value": ["x", "x", "y"],
                          "share": ["1/2", "1/2", "half"]})

    with pytest.raises(QuotaError) as caught:
        statements_from_table(from_frame(frame))

    assert ["group-twice", "amount-unread"] == [issue.code for issue in caught.value.issues]


def test_the_page_says_what_can_be_read() -> None:
    """Every project file shown in the documentation of quotas is one."""
    page = (ROOT / "docs" / "quotas.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    tables = [table for block in shown for table in tomllib.loads(block)["quota"]]

    assert len(tables) >= 8
    assert all(statement_from_mapping(table).features for table in tables)
