"""What a value of a TOML file must be: fragments of JSON Schema, and whether a value fits one.

A small part of JSON Schema, with the words that our own schemas use and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

__all__ = ["TEXT", "TEXTS", "Key", "fits", "table_schema"]

TEXT = {"type": "string", "minLength": 1}
TEXTS = {"type": "array", "items": TEXT}


class Key(NamedTuple):
    """What a setting must be: in words (a code of the catalogue), as JSON Schema, by example."""

    kind: str
    schema: Mapping[str, Any]
    example: str
    needed: bool = False


def fits(value: object, schema: Mapping[str, Any] | bool) -> bool:
    """Return whether a value of a TOML file is what a fragment of JSON Schema describes.

    Examples
    --------
    >>> fits({"of": "rol"}, {"type": "object", "required": ["of"]}), fits(" ", TEXT)
    (True, False)
    """
    if isinstance(schema, bool):
        return schema
    if "anyOf" in schema and not any(fits(value, one) for one in schema["anyOf"]):
        return False
    match schema.get("type"):
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return type(value) is int and (
                schema.get("minimum", value) <= value <= schema.get("maximum", value)
            )
        case "array":
            return (
                isinstance(value, list)
                and schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
                and all(fits(item, schema["items"]) for item in value)
            )
        case "object":
            return isinstance(value, dict) and _has(value, schema) and all(
                fits(item, schema.get("properties", {}).get(
                    name, schema.get("additionalProperties", True)
                ))
                for name, item in value.items()
            )
        case "string" if schema.get("format") == "date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case "string":
            return (
                isinstance(value, str)
                and len(value.strip()) >= schema.get("minLength", 0)
                and value in schema.get("enum", [value])
            )
    return not isinstance(value, dict) or _has(value, schema)


def _has(value: Mapping[str, object], schema: Mapping[str, Any]) -> bool:
    """Return whether a table has the keys that it must have."""
    return all(name in value for name in schema.get("required", ()))


def table_schema(keys: Mapping[str, Key], needed: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema of a table with these keys and no others.

    Parameters
    ----------
    keys
        What it may have.
    needed
        What it must have besides the keys that say so themselves.
    """
    must = set(needed)
    return {
        "type": "object",
        "properties": {
            name: {**key.schema, "examples": [key.example]} for name, key in keys.items()
        },
        "required": [name for name, key in keys.items() if key.needed or name in must],
        "additionalProperties": False,
    }
