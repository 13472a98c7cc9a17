"""The JSON Schema for editors and the reader of project files: what one refuses, the other does."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sortition.engine.objectives import OBJECTIVES
from sortition.errors import InputError
from sortition.rules.keys import KEYS, TABLES
from sortition.rules.read_project import read_project
from sortition.rules.schema import project_schema
from sortition.rules.toml import toml_key, toml_value

jsonschema = pytest.importorskip("jsonschema")

BASE: dict[str, Any] = {"pool": "p.csv", "size": 24, "quota": [{"of": "rol", "seats": {"a": 3}}]}
STARTS: list[dict[str, Any]] = [
    {"of": "rol", "shares": {"a": "1/2", "b": "1/2"}}, {"of": "rol", "seats": {"a": 3}},
    {"of": ["a", "b"], "cells": [{"a": "x", "b": "y", "seats": 3}]},
    {"of": "rol", "spread": "even"}, {"of": "rol", "at_least_one": ["a"]},
    {"of": "rol", "each_at_most": 2},
]
VALUES: list[Any] = [
    "x", "", " ", 0, 1, -1, 2.5, 0.5, True, [], ["a"], ["a", ""], [1], [1, 2], {}, {"a": 1},
    {"a": "x"}, {"a": ""}, {"a": ["b"]}, {"a": -1}, {"a": 0.25}, {"a": [1, 2]}, {"": "1/2"},
    date(2026, 6, 1), "nl", "keep-first", "leximin", "outside", "as:x", "as: ", "root", "pool",
    10**6, 10**12, [{}],
]
# What the schema cannot see: what is in other files, whether values fit the columns or each other,
# and whether a day is written as a text.
ELSEWHERE = {
    "file-missing", "group-shape", "group-twice", "amount-reversed", "statement-cell",
    "statement-values-list", "statement-values-of", "statement-one-feature",
    "statement-unknown-crossed", "group-overlap",
}


def cases() -> list[dict[str, Any]]:
    """Return projects with one key of each kind set to each of the values."""
    # The commands that read the tables which are not about one draw check these.
    alone = set(TABLES) - {"columns", "exclude", "quota"}
    keys = [key for key in KEYS if key not in alone]
    made = [{**BASE, key: value} for key in keys for value in VALUES]
    for key in TABLES["columns"]:
        made += [{**BASE, "columns": {"x": {key: value}}} for value in VALUES]
    for key in TABLES["exclude"]:
        made += [{**BASE, "exclude": [{"reason": "r", "ids": ["1"], key: value}]}
                 for value in VALUES]
    for key in TABLES["quota"]:
        made += [{**BASE, "quota": [{**start, key: value}]} for value in VALUES
                 for start in STARTS]
    return made[::6]  # of each key some


def inline(value: Any) -> str:
    """Return a value in TOML on one line."""
    if isinstance(value, dict):
        pairs = (f"{toml_key(key) if key else toml_value(key)} = {inline(own)}"
                 for key, own in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    return toml_value(value)


def test_the_schema_accepts_what_is_read_and_refuses_what_it_can_see(tmp_path: Path) -> None:
    """Every key with every kind of value: nothing that is read is marked as wrong."""
    valid = jsonschema.Draft202012Validator(
        project_schema(), format_checker=jsonschema.FormatChecker()
    ).is_valid
    seen = {True: 0, False: 0}
    for case in cases():
        (tmp_path / "p.toml").write_text(
            "\n".join(f"{key} = {inline(value)}" for key, value in case.items()), encoding="utf-8"
        )
        plain = json.loads(json.dumps(case, default=date.isoformat))
        try:
            read_project(str(tmp_path / "p.toml"), [*OBJECTIVES, "custom"])
        except InputError as error:
            codes = {issue.code for issue in error.issues}
            # In JSON a day is a text, so it passes where a text is wanted.
            day = {"project-type", "statement-type"} >= codes and "2026-06-01" in json.dumps(plain)
            assert codes <= ELSEWHERE or day or not valid(plain), (case, codes)
            seen[False] += 1
        else:
            assert valid(plain), case
            seen[True] += 1
    assert min(seen.values()) > 40


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[1].glob("datasets/*/*.toml")),
                         ids=lambda path: path.parent.name)
def test_every_shipped_project_meets_the_schema(path: Path) -> None:
    """Those that are project files at all."""
    values = json.loads(json.dumps(
        tomllib.loads(path.read_text(encoding="utf-8")), default=date.isoformat
    ))
    if "pool" in values:
        jsonschema.validate(values, project_schema())
