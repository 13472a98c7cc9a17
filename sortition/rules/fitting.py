"""Whether what a project file says is what its keys must be, and which key may have been meant.

A table of the file and `sortition.rules.keys` in, issues out. Called by whoever reads a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sortition.errors import Issue
from sortition.messages import Words
from sortition.rules.keys import KEYS, TABLES, Key
from sortition.rules.meant import as_meant, meant

__all__ = ["fits", "key_issues", "table_issues"]


def fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Return whether a value of a TOML file is what a fragment of JSON Schema describes."""
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])
    kind = schema["type"]
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return type(value) is int and (
            schema.get("minimum", value) <= value <= schema.get("maximum", value)
        )
    if kind == "number":
        return type(value) in (int, float) and schema["minimum"] <= value <= schema["maximum"]
    if kind == "array":
        return (
            isinstance(value, list)
            and schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            and all(fits(item, schema["items"]) for item in value)
        )
    if kind == "object":
        inner = schema.get("additionalProperties", True)
        return isinstance(value, dict) and (
            inner is True or all(fits(item, inner) for item in value.values())
        )
    if schema.get("format") == "date":
        return isinstance(value, date) and not isinstance(value, datetime)
    if schema.get("format") == "date-time" and isinstance(value, datetime):
        return True
    return (
        isinstance(value, str)
        and len(value.strip()) >= schema.get("minLength", 0)
        and value in schema.get("enum", [value])
    )


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
    issues = list(table_issues(values, KEYS, "", file, None))
    if fits(columns := values.get("columns", {}), KEYS["columns"].schema):
        for name, table in columns.items():
            issues += table_issues(table, TABLES["columns"], f"columns.{name}.", file, None)
    for name in ("served", "cohorts"):
        if fits(table := values.get(name, {}), KEYS[name].schema) and name in values:
            issues += table_issues(table, TABLES[name], f"{name}.", file, None)
    if fits(excluded := values.get("exclude", []), KEYS["exclude"].schema):
        for at, table in enumerate(excluded):
            row = lines["exclude"][at] if lines.get("exclude") else None
            issues += table_issues(table, TABLES["exclude"], "exclude.", file, row)
    return issues


def table_issues(
    values: Mapping[str, Any], keys: Mapping[str, Key], prefix: str, file: str, row: int | None
) -> Iterator[Issue]:
    """Yield the issues of one table, whose name stands before its keys.

    Parameters
    ----------
    values
        The table.
    keys
        What it may hold.
    prefix
        The name of the table with a dot behind it, for messages; nothing for the file itself.
    file, row
        Where it stands.
    """
    for name in values:
        if name not in keys:
            near = meant(name, keys)
            known = {"name": prefix + name, "nearest": near, "keys": ", ".join(keys)}
            yield Issue("project-key", known, file, row,
                        suggestion="did-you-mean" if near else "project-keys-are")
    values = as_meant(values, keys)
    for name, key in keys.items():
        params: dict[str, Any] = {
            "name": prefix + name, "kind": _kind(key), "example": key.example,
        }
        if name not in values:
            if key.needed:
                yield Issue("project-needs", params, file, row, suggestion="project-add-key")
        elif not fits(values[name], key.schema):
            yield Issue("project-type", params, file, row, suggestion="project-add-key")


def _kind(key: Key) -> Words:
    """Return what a value should be; of a whole number also how small or large."""
    least, most = key.schema.get("minimum"), key.schema.get("maximum")
    if key.kind != "kind-whole" or least is None:
        return Words(key.kind)
    if most is None:
        return Words("kind-whole-from", (("least", least),))
    return Words("kind-whole-to", (("least", least), ("most", most)))
