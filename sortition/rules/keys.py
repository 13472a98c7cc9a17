"""The keys of a project file as data: what each must be, an example, and the JSON Schema of all.

`KEYS` and `TABLES` hold fragments of JSON Schema; `key_issues` checks a file against them and
`project_schema` publishes them, so that an editor and the program say the same;
``project.schema.json`` is what it returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sortition.errors import Issue
from sortition.files.spelling import nearest
from sortition.messages import LANGUAGES, Words
from sortition.people.duplicates import CHOICES
from sortition.rules.quota_table import quota_schema
from sortition.rules.schema import TEXT, TEXTS, Key, fits, table_schema

__all__ = ["KEYS", "MOST_TICKETS", "TABLES", "key_issues", "project_schema"]

MOST_TICKETS = 100_000


_NUMBER = {"type": "integer", "minimum": 0}
_SIZE = {
    "anyOf": [
        {"type": "integer"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    ]
}
_WORDS = {"type": "object", "additionalProperties": TEXT}

KEYS: dict[str, Key] = {
    "pool": Key("kind-file", TEXT, 'pool = "people.csv"', needed=True),
    "sheet": Key("kind-text", TEXT, 'sheet = "Sheet1"'),
    "quotas": Key("kind-file", TEXT, 'quotas = "quotas.csv"'),
    "size": Key("kind-size", _SIZE, "size = 24", needed=True),
    "id": Key("kind-column", TEXT, 'id = "id"'),
    "household": Key("kind-columns", TEXTS, 'household = ["street", "postcode"]'),
    "per_household": Key("kind-whole", {"type": "integer", "minimum": 1}, "per_household = 1"),
    "duplicates": Key(
        "kind-duplicates", {"type": "string", "enum": list(CHOICES)}, 'duplicates = "keep-first"'
    ),
    "keep_rows": Key("kind-rows", {"type": "array", "items": _NUMBER}, "keep_rows = [12, 40]"),
    "already_selected": Key("kind-file", TEXT, 'already_selected = "selected.csv"'),
    "include": Key("kind-texts", TEXTS, 'include = ["17"]'),
    "lot": Key("kind-text", TEXT, 'lot = "2026-06-01"'),
    "objective": Key("kind-word", TEXT, 'objective = "leximin"'),
    "tickets": Key(
        "kind-tickets", {"type": "integer", "minimum": 1, "maximum": MOST_TICKETS}, "tickets = 1000"
    ),
    "lang": Key("kind-language", {"type": "string", "enum": list(LANGUAGES)}, 'lang = "nl"'),
    "columns": Key(
        "kind-tables", {"type": "object", "additionalProperties": {"type": "object"}},
        '[columns.gemeente]',
    ),
    "exclude": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[exclude]]"),
    "seated": Key("kind-tables", {"type": "array", "items": _WORDS}, "[[seated]]"),
    "quota": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[quota]]"),
}
# The keys of the tables within; those of [[quota]] belong to `sortition.rules.quota_table`.
TABLES: dict[str, dict[str, Key]] = {
    "columns": {
        "from": Key("kind-column", TEXT, 'from = "geboren"'),
        "bands": Key("kind-texts", {**TEXTS, "minItems": 1}, 'bands = ["16-29", "30-64", "65+"]'),
        "on": Key("kind-day", {"type": "string", "format": "date"}, "on = 2026-06-01"),
        "areas": Key("kind-file", TEXT, 'areas = "areas.csv"'),
        "aliases": Key("kind-aliases", _WORDS, 'aliases = { "vrouwelijk" = "vrouw" }'),
        "places": Key("kind-yes", {"type": "boolean"}, "places = true"),
        "separator": Key("kind-text", TEXT, 'separator = ";"'),
        "unknown": Key("kind-text", TEXT, 'unknown = "outside"'),
    },
    "exclude": {
        "ids": Key("kind-texts", TEXTS, 'ids = ["17", "40"]'),
        "file": Key("kind-file", TEXT, 'file = "members-2024.csv"'),
        "reason": Key("kind-text", TEXT, 'reason = "member in 2024"', needed=True),
        "housemates": Key("kind-yes", {"type": "boolean"}, "housemates = true"),
    },
}


def key_issues(values: Mapping[str, Any], file: str, lines: Mapping[str, list[int]]) -> list[Issue]:
    """Return an issue for every key that is unknown, missing or of the wrong kind.

    Parameters
    ----------
    values
        The whole file.
    file
        Its name, for messages.
    lines
        Of the tables that may stand several times, the line on which each begins.
    """
    issues = list(_table_issues(values, KEYS, "", file, None))
    if fits(columns := values.get("columns", {}), KEYS["columns"].schema):
        for name, table in columns.items():
            issues += _table_issues(table, TABLES["columns"], f"columns.{name}.", file, None)
    if fits(excluded := values.get("exclude", []), KEYS["exclude"].schema):
        for at, table in enumerate(excluded):
            row = lines["exclude"][at] if lines.get("exclude") else None
            issues += _table_issues(table, TABLES["exclude"], "exclude.", file, row)
    return issues


def _table_issues(
    values: Mapping[str, Any], keys: Mapping[str, Key], prefix: str, file: str, row: int | None
) -> Iterator[Issue]:
    """Yield the issues of one table, whose name stands before its keys."""
    for name in values:
        if name not in keys:
            near = nearest(name, keys)
            known = {"name": prefix + name, "nearest": near, "keys": ", ".join(keys)}
            yield Issue("project-key", known, file, row,
                        suggestion="did-you-mean" if near else "project-keys-are")
    for name, key in keys.items():
        params: dict[str, Any] = {
            "name": prefix + name, "kind": Words(key.kind), "example": key.example,
        }
        if name not in values:
            if key.needed:
                yield Issue("project-needs", params, file, row, suggestion="project-add-key")
        elif not fits(values[name], key.schema):
            yield Issue("project-type", params, file, row, suggestion="project-add-key")


def project_schema() -> dict[str, Any]:
    """Return the JSON Schema of a project file, for editors.

    Examples
    --------
    >>> project_schema()["required"]
    ['pool', 'size']
    """
    schema = table_schema(KEYS)
    within = {name: table_schema(keys) for name, keys in TABLES.items()}
    properties = schema["properties"]
    properties["columns"] = {"type": "object", "additionalProperties": within["columns"]}
    properties["exclude"] = {"type": "array", "items": within["exclude"]}
    properties["quota"] = {"type": "array", "items": quota_schema()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sortition project.toml",
        **schema,
        "anyOf": [{"required": ["quotas"]}, {"required": ["quota"]}],
    }
