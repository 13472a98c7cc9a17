"""The JSON Schema of a project file, for editors.

Made of the fragments of `sortition.rules.keys`, with what a reader says in a sentence of its own:
which keys go together, and which words and numbers can stand there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sortition.rules.keys import ALWAYS, KEYS, SAYS, TABLES, TEXT, Key
from sortition.rules.statements import SPREADS

__all__ = ["project_schema"]

# Which keys go together, for editors; a project file that is read gets a sentence of its own.
_TOGETHER: dict[str, dict[str, Any]] = {
    "columns": {
        "dependentRequired": {
            "bands": ["from"], "on": ["bands"], "areas": ["from"],
            "listed": ["from", "words"], "words": ["listed"],
        },
        "allOf": [{  # years of birth say nothing of an age on a day
            "if": {"required": ["bands"],
                   "properties": {"bands": {"contains": {"pattern": r"\d{4}"}}}},
            "then": {"not": {"required": ["on"]}},
            "else": {"dependentRequired": {"bands": ["on"]}},
        }],
        "not": {"anyOf": [{"required": [one, other]} for one, other in
                          (("bands", "areas"), ("bands", "listed"), ("areas", "listed"))]},
        "if": {"required": ["from"]},
        "then": {"anyOf": [{"required": [made]} for made in ("bands", "areas", "listed")]},
    },
    "exclude": {"oneOf": [{"required": ["ids"]}, {"required": ["file"]}]},
    "quota": {
        "oneOf": [
            {"required": [says], "propertyNames": {"enum": [*ALWAYS, says, *more]}}
            for says, more in SAYS.items()
        ],
    },
}
# The keys of one panel that do not go with several.
_NOT_BOTH = (
    ("theme", "phase"), ("theme", "include"), ("theme", "seated"), ("theme", "cohorts"),
    ("phase", "cohorts"),
)

# What further narrows a key. `fits` does not look at it: for each the reader has a better sentence.
_WHOLE = {"type": "integer", "minimum": 0}
_QUANTITY = {"anyOf": [
    _WHOLE, {"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": r"\d"},
]}
_AMOUNT = {"anyOf": [
    *_QUANTITY["anyOf"], {"type": "array", "items": _QUANTITY, "minItems": 2, "maxItems": 2},
]}
_GROUPS = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": r"\S"}}
_UNKNOWN = {"type": "string", "pattern": r"^outside$|^as:\s*\S"}
_NARROWER: dict[str, dict[str, dict[str, Any]]] = {
    "columns": {"unknown": _UNKNOWN},
    "quota": {
        "separator": TEXT,
        "unknown": _UNKNOWN,
        "shares": {**_GROUPS, "additionalProperties": _AMOUNT},
        "seats": {**_GROUPS, "additionalProperties": _AMOUNT},
        "cells": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["seats"], "properties": {"seats": _AMOUNT},
        }},
        "spread": {"type": "string", "enum": list(SPREADS)},
        "each_at_most": _WHOLE,
        "tolerance": _WHOLE,
        "floor": _WHOLE,
        "populations": {"anyOf": [TEXT, {**_GROUPS, "additionalProperties": _WHOLE}]},
    },
}


def project_schema() -> dict[str, Any]:
    """Return the JSON Schema of a project file, for editors.

    Examples
    --------
    >>> project_schema()["required"]
    ['pool']
    """
    from sortition.engine.objectives import OBJECTIVES

    schema = _object(KEYS, {"objective": {"type": "string", "enum": [*OBJECTIVES, "custom"]}})
    within = {name: _object(keys, _NARROWER.get(name, {})) | _TOGETHER.get(name, {})
              for name, keys in TABLES.items()}
    properties = schema["properties"]
    properties["columns"] = {"type": "object", "additionalProperties": within["columns"]}
    for name in ("theme", "phase"):
        within[name]["properties"]["quota"] = {"type": "array", "items": within["quota"]}
    several = ("exclude", "quota", "theme", "phase", "meeting")
    for name in several:
        properties[name] = {"type": "array", "items": within[name]}
    alone = set(within) - {"columns", *several}
    properties |= {name: own for name, own in within.items() if name in alone}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sortition project.toml",
        **schema,
        "anyOf": [{"required": ["size", "quotas"]}, {"required": ["size", "quota"]},
                  {"required": ["theme"]}, {"required": ["phase"]}],
        "dependentRequired": {name: ["theme"] for name in ("most", "takes", "refuses")},
        "allOf": [{"not": {"required": list(both)}} for both in _NOT_BOTH],
    }


def _object(keys: Mapping[str, Key], narrower: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of one table."""
    return {
        "type": "object",
        "properties": {
            name: {**narrower.get(name, key.schema), "examples": [key.example]}
            for name, key in keys.items()
        },
        "required": [name for name, key in keys.items() if key.needed],
        "additionalProperties": False,
    }


if __name__ == "__main__":
    print(json.dumps(project_schema(), indent=1))  # noqa: T201 - what sortition/project.schema.json is
