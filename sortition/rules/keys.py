"""The keys of a project file as data: what each must be, by JSON Schema and by example.

`KEYS` and `TABLES` hold fragments of JSON Schema; `sortition.rules.fitting` checks a file against
them and `sortition.rules.schema` publishes them, so that an editor and the program say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sortition.messages import LANGUAGES
from sortition.people.choices import CHOICES, CSV
from sortition.process.invitations.choices import NO_ADDRESS, SPREADS

__all__ = ["ALWAYS", "KEYS", "MOST_TICKETS", "SAYS", "TABLES", "TEXT", "Key"]

MOST_TICKETS = 100_000


class Key(NamedTuple):
    """What a setting must be: in words (a code of the catalogue), as JSON Schema, by example."""

    kind: str
    schema: Mapping[str, Any]
    example: str
    needed: bool = False


TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}  # `fits` sees that it is not blank
_TEXTS = {"type": "array", "items": TEXT}
_NUMBER = {"type": "integer", "minimum": 0}
_SIZE = {
    "anyOf": [
        {"type": "integer"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    ]
}
_WORDS = {"type": "object", "additionalProperties": TEXT}
_SPELLINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_SOME = {**_TEXTS, "minItems": 1}
_WHOLE = {"type": "integer"}
_PART = {"anyOf": [TEXT, {"type": "number", "minimum": 0, "maximum": 1}]}
_TABLE = {"type": "object"}
_POSITIVE = {"type": "integer", "minimum": 1}
_FEW = {"type": "integer", "minimum": 1, "maximum": 1000}
_ROUNDS = {"type": "integer", "minimum": 1, "maximum": 100}  # more would take minutes
_COLUMNS = {"anyOf": [TEXT, _SOME]}
_GROUPS = {"anyOf": [TEXT, {"type": "array", "items": {**_TEXTS, "minItems": 2}}]}
_NEEDS = {"anyOf": [_TEXTS, {"type": "object", "additionalProperties": _NUMBER}]}
_NEED_EXAMPLE = 'needs = ["financiën", "recht"]'

KEYS: dict[str, Key] = {
    "title": Key("kind-text", TEXT, 'title = "G1000 Parkstad"'),
    "organiser": Key("kind-text", TEXT, 'organiser = "Gemeente Heerlen"'),
    "date": Key("kind-day", {"type": "string", "format": "date"}, "date = 2026-06-01"),
    "pool": Key("kind-file", TEXT, 'pool = "people.csv"', needed=True),
    "sheet": Key("kind-text", TEXT, 'sheet = "Sheet1"'),
    "quotas": Key("kind-file", TEXT, 'quotas = "quotas.csv"'),
    "size": Key("kind-size", _SIZE, "size = 24"),
    "id": Key("kind-column", TEXT, 'id = "id"'),
    "household": Key("kind-columns", _TEXTS, 'household = ["street", "postcode"]'),
    "per_household": Key("kind-whole", {"type": "integer", "minimum": 1}, "per_household = 1"),
    "duplicates": Key(
        "kind-duplicates", {"type": "string", "enum": list(CHOICES)}, 'duplicates = "keep-first"'
    ),
    "keep_rows": Key("kind-rows", {"type": "array", "items": _NUMBER}, "keep_rows = [12, 40]"),
    "already_selected": Key("kind-file", TEXT, 'already_selected = "selected.csv"'),
    "include": Key("kind-texts", _TEXTS, 'include = ["17"]'),
    "lot": Key("kind-text", TEXT, 'lot = "2026-06-01"'),
    "objective": Key("kind-word", TEXT, 'objective = "leximin"'),
    "gamma": Key("kind-text", TEXT, 'gamma = "balanced"'),
    "chances": Key("kind-file", TEXT, 'chances = "chances.csv"'),
    "balance": Key("kind-texts", _TEXTS, 'balance = ["gender,age"]'),
    "exact": Key("kind-yes", {"type": "boolean"}, "exact = true"),
    "time_limit": Key("kind-whole", {"type": "integer", "minimum": 1}, "time_limit = 600"),
    "tickets": Key(
        "kind-tickets", {"type": "integer", "minimum": 1, "maximum": MOST_TICKETS}, "tickets = 1000"
    ),
    "source": Key("kind-text", TEXT, 'source = "drand + dice"'),
    "drawn_at": Key("kind-time", {"type": "string", "format": "date-time"},
                    "drawn_at = 2027-03-01T20:00:00+01:00"),
    "out": Key("kind-folder", TEXT, 'out = "lottery"'),
    "csv": Key("kind-csv", {"type": "string", "enum": list(CSV)}, 'csv = "nl"'),
    "lang": Key("kind-language", {"type": "string", "enum": list(LANGUAGES)}, 'lang = "nl"'),
    "columns": Key(
        "kind-tables", {"type": "object", "additionalProperties": {"type": "object"}},
        '[columns.gemeente]',
    ),
    "exclude": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[exclude]]"),
    "seated": Key("kind-seated", {"type": "array", "items": _SPELLINGS}, "[[seated]]"),
    "quota": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[quota]]"),
    "theme": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[theme]]"),
    "most": Key("kind-whole", {"type": "integer", "minimum": 1}, "most = 1"),
    "takes": Key("kind-column", TEXT, 'takes = "kan"'),
    "refuses": Key("kind-column", TEXT, 'refuses = "liever niet"'),
    "phase": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[phase]]"),
    "served": Key("kind-tables", _TABLE, "[served]"),
    "cohorts": Key("kind-tables", _TABLE, "[cohorts]"),
    "invite": Key("kind-tables", _TABLE, "[invite]"),
    "plan": Key("kind-tables", _TABLE, "[plan]"),
    "compare": Key("kind-tables", _TABLE, "[compare]"),
    "plain_lot": Key("kind-tables", _TABLE, "[plain_lot]"),
    "meetings": Key("kind-tables", _TABLE, "[meetings]"),
    "meeting": Key("kind-tables", {"type": "array", "items": {"type": "object"}}, "[[meeting]]"),
}
# The keys of the tables within; those of [[quota]] are checked by `sortition.rules.quota_table`,
# those of [[theme]] and [[phase]] by `sortition.rules.several`, those of the tables that are not
# about one draw by whoever asks for them.
TABLES: dict[str, dict[str, Key]] = {
    "columns": {
        "from": Key("kind-column", TEXT, 'from = "geboren"'),
        "bands": Key("kind-texts", _SOME, 'bands = ["16-29", "30-64", "65+"]'),
        "on": Key("kind-day", {"type": "string", "format": "date"}, "on = 2026-06-01"),
        "areas": Key("kind-file", TEXT, 'areas = "areas.csv"'),
        "listed": Key("kind-file", TEXT, 'listed = "members.csv"'),
        "words": Key("kind-two-words", {"type": "array", "items": TEXT, "minItems": 2,
                                        "maxItems": 2}, 'words = ["lid", "nieuw"]'),
        "aliases": Key("kind-aliases", _SPELLINGS, 'aliases = { "vrouwelijk" = "vrouw" }'),
        "places": Key("kind-yes", {"type": "boolean"}, "places = true"),
        "separator": Key("kind-text", TEXT, 'separator = ";"'),
        "unknown": Key("kind-text", TEXT, 'unknown = "outside"'),
    },
    "exclude": {
        "ids": Key("kind-texts", _TEXTS, 'ids = ["17", "40"]'),
        "file": Key("kind-file", TEXT, 'file = "members-2024.csv"'),
        "reason": Key("kind-text", TEXT, 'reason = "member in 2024"', needed=True),
        "housemates": Key("kind-yes", {"type": "boolean"}, "housemates = true"),
    },
    "quota": {
        "of": Key(
            "kind-column-or-columns", {"anyOf": [TEXT, _SOME]}, 'of = "rol"', needed=True
        ),
        "separator": Key("kind-text", {"type": "string"}, 'separator = ";"'),
        "unknown": Key("kind-text", TEXT, 'unknown = "outside"'),
        "shares": Key("kind-amounts", _TABLE, 'shares = { a = "1/3", b = "2/3" }'),
        "seats": Key("kind-amounts", _TABLE, 'seats = { a = "at least 3", b = "5-7" }'),
        "cells": Key(
            "kind-cells", {"type": "array", "items": _TABLE},
            'cells = [{ rol = "a", gemeente = "b", seats = "at least 1" }]',
        ),
        "spread": Key("kind-text", TEXT, 'spread = "even"'),
        "at_least_one": Key("kind-texts", _SOME, 'at_least_one = ["a", "b"]'),
        "each_at_most": Key("kind-whole", _WHOLE, "each_at_most = 2"),
        "tolerance": Key("kind-whole", _WHOLE, "tolerance = 1"),
        "floor": Key("kind-whole", _WHOLE, "floor = 1"),
        "one_seat_each": Key("kind-yes", {"type": "boolean"}, "one_seat_each = true"),
        "exact": Key("kind-yes", {"type": "boolean"}, "exact = true"),
        "populations": Key(
            "kind-populations", {"anyOf": [TEXT, _TABLE]}, "populations = { a = 87498, b = 45302 }"
        ),
        "values": Key(
            "kind-values",
            {"anyOf": [_SOME, {"type": "object", "additionalProperties": _SOME}]},
            'values = ["a", "b"]',
        ),
    },
    "theme": {
        "name": Key("kind-text", TEXT, 'name = "zorg"', needed=True),
        "size": Key("kind-size", _SIZE, "size = 24"),
        "quotas": Key("kind-file", TEXT, 'quotas = "zorg.csv"'),
        "quota": Key("kind-tables", {"type": "array", "items": {"type": "object"}},
                     "[[theme.quota]]"),
        "include": Key("kind-texts", _TEXTS, 'include = ["17"]'),
        "within": Key("kind-text", TEXT, 'within = "klankbord"'),
    },
    "phase": {
        "name": Key("kind-text", TEXT, 'name = "kern"', needed=True),
        "from": Key("kind-text", TEXT, 'from = "groot"'),
        "size": Key("kind-size", _SIZE, "size = 8"),
        "quotas": Key("kind-file", TEXT, 'quotas = "kern.csv"'),
        "quota": Key("kind-tables", {"type": "array", "items": {"type": "object"}},
                     "[[phase.quota]]"),
        "include": Key("kind-texts", _TEXTS, 'include = ["17"]'),
        "gone": Key("kind-file", TEXT, 'gone = "afgezegd.csv"'),
        "out": Key("kind-folder", TEXT, 'out = "kern"'),
    },
    "served": {
        "file": Key("kind-file", TEXT, 'file = "served.csv"', needed=True),
        "key": Key("kind-file", TEXT, 'key = "served.key"', needed=True),
        "reason": Key("kind-text", TEXT, 'reason = "served before"', needed=True),
        "of": Key("kind-columns", _SOME, 'of = ["naam", "geboren"]'),
        "years": Key("kind-whole", {"type": "integer", "minimum": 1}, "years = 4"),
        "year": Key("kind-whole", {"type": "integer", "minimum": 1000, "maximum": 2999},
                    "year = 2026"),
    },
    "cohorts": {
        "members": Key("kind-file", TEXT, 'members = "members.csv"', needed=True),
        "round": Key("kind-whole", {"type": "integer", "minimum": 1}, "round = 4", needed=True),
        "rounds": Key("kind-whole", {"type": "integer", "minimum": 1}, "rounds = 3", needed=True),
        "since": Key("kind-column", TEXT, 'since = "sinds"'),
    },
    "invite": {
        "register": Key("kind-file", TEXT, 'register = "register.csv"', needed=True),
        "letters": Key("kind-whole", {"type": "integer", "minimum": 1}, "letters = 10000",
                       needed=True),
        "reserves": Key("kind-whole", _NUMBER, "reserves = 500"),
        "seed": Key("kind-text", TEXT, 'seed = "2026-06-01"'),
        "id": Key("kind-column", TEXT, 'id = "id"'),
        "region": Key("kind-column", TEXT, 'region = "gemeente"'),
        "spread": Key(
            "kind-spread", {"type": "string", "enum": list(SPREADS)}, 'spread = "equal"'
        ),
        "floor": Key("kind-whole", _NUMBER, "floor = 100"),
        "address": Key("kind-columns", _TEXTS, 'address = ["postcode", "huisnummer"]'),
        "no_address": Key(
            "kind-no-address", {"type": "string", "enum": list(NO_ADDRESS)}, 'no_address = "alone"'
        ),
        "only": Key("kind-only", {"type": "object", "additionalProperties": _SOME},
                    'only = { leeftijd = ["16-29", "30-64", "65+"] }'),
        "areas": Key("kind-areas", _TABLE,
                     'areas = { column = "wijk", values = ["a", "b"], share = "20%" }'),
        "response": Key("kind-response", {
            "type": "object", "additionalProperties": {"type": "object"},
        }, 'response = { opleiding = { mbo = "3%", wo = "7,5%" } }'),
    },
    "plan": {
        "rate": Key("kind-part", _PART, 'rate = "4,5%"', needed=True),
        "response": Key("kind-response", {
            "type": "object", "additionalProperties": {"type": "object"},
        }, "response = { opleiding = { mbo = 0.6, wo = 1.5 } }"),
        "by": Key("kind-columns", _TEXTS, 'by = ["gemeente", "leeftijd"]'),
        "population": Key("kind-file", TEXT, 'population = "inwoners.csv"'),
        "letters": Key("kind-whole", {"type": "integer", "minimum": 1}, "letters = 2000"),
        "confidence": Key("kind-part", _PART, 'confidence = "95%"'),
        "to_come": Key("kind-part", _PART, 'to_come = "40%"'),
        "simulations": Key("kind-whole", {"type": "integer", "minimum": 1, "maximum": 1_000_000},
                           "simulations = 1000"),
        "seed": Key("kind-text", TEXT, 'seed = "plan"'),
    },
    "compare": {
        "group": Key("kind-file", TEXT, 'group = "room.csv"', needed=True),
        "reference": Key("kind-file", TEXT, 'reference = "field.csv"', needed=True),
        "size": Key("kind-size", _SIZE, "size = 24"),
        "features": Key("kind-columns", _SOME, 'features = ["gender", "age"]'),
        "over": Key("kind-texts", _TEXTS, 'over = ["gender,age"]'),
        "unknown": Key("kind-texts", _TEXTS, 'unknown = ["unknown"]'),
        "count_unknown": Key("kind-yes", {"type": "boolean"}, "count_unknown = true"),
        "drawn": Key("kind-yes", {"type": "boolean"}, "drawn = true"),
        "confidence": Key("kind-part", _PART, 'confidence = "95%"'),
        "hide_below": Key("kind-whole", {"type": "integer", "minimum": 2}, "hide_below = 5"),
        "id": Key("kind-column", TEXT, 'id = "id"'),
    },
    "plain_lot": {
        "list": Key("kind-file", TEXT, 'list = "hosts.csv"', needed=True),
        "column": Key("kind-column", TEXT, 'column = "gemeente"'),
        "count": Key("kind-whole", {"type": "integer", "minimum": 1}, "count = 1"),
        "past": Key("kind-texts", _TEXTS, 'past = ["past-hosts.csv"]'),
        "past_column": Key("kind-column", TEXT, 'past_column = "gastheer in"'),
        "weights": Key("kind-column", TEXT, 'weights = "lots"'),
        "places": Key("kind-yes", {"type": "boolean"}, "places = true"),
        "aliases": Key("kind-aliases", _WORDS, 'aliases = { "Etten- Leur" = "Etten-Leur" }'),
        "sheet": Key("kind-text", TEXT, 'sheet = "Sheet1"'),
    },
    "meetings": {
        "people": Key("kind-file", TEXT, 'people = "panel.csv"', needed=True),
        "sheet": Key("kind-text", TEXT, 'sheet = "Sheet1"'),
        "id": Key("kind-column", TEXT, 'id = "id"'),
        "name": Key("kind-column", TEXT, 'name = "naam"'),
        "separator": Key("kind-text", TEXT, 'separator = ";"'),
        "capacity": Key("kind-size", _SIZE, "capacity = 10"),
        "tables": Key("kind-whole", _FEW, "tables = 8"),
        "rounds": Key("kind-whole", _ROUNDS, "rounds = 3"),
        "available": Key("kind-column", TEXT, 'available = "beschikbaar"'),
        "themes": Key("kind-column", TEXT, 'themes = "thema"'),
        "wishes": Key("kind-column-or-columns", _COLUMNS, 'wishes = ["wens 1", "wens 2"]'),
        "expertise": Key("kind-column", TEXT, 'expertise = "expertise"'),
        "needs": Key("kind-needs", _NEEDS, _NEED_EXAMPLE),
        "organisation": Key("kind-column", TEXT, 'organisation = "organisatie"'),
        "per_organisation": Key("kind-whole", _POSITIVE, "per_organisation = 1"),
        "together": Key("kind-groups", _GROUPS, 'together = [["17", "40"]]'),
        "apart": Key("kind-groups", _GROUPS, 'apart = [["17", "41"]]'),
        "mix": Key("kind-columns", _TEXTS, 'mix = ["geslacht", "leeftijd"]'),
        "interests": Key("kind-column", TEXT, 'interests = "belangen"'),
        "exclude_interests": Key("kind-yes", {"type": "boolean"}, "exclude_interests = false"),
        "once": Key("kind-yes", {"type": "boolean"}, "once = true"),
        "seed": Key("kind-text", TEXT, 'seed = "2026-06-01"'),
        "draw": Key("kind-folder", TEXT, 'draw = "lottery"'),
        "csv": Key("kind-csv", {"type": "string", "enum": list(CSV)}, 'csv = "nl"'),
    },
    "meeting": {
        "name": Key("kind-text", TEXT, 'name = "Energie"', needed=True),
        "theme": Key("kind-text", TEXT, 'theme = "energie"'),
        "time": Key("kind-text", TEXT, 'time = "di avond"'),
        "place": Key("kind-text", TEXT, 'place = "Raadzaal"'),
        "chair": Key("kind-text", TEXT, 'chair = "de voorzitter"'),
        "round": Key("kind-whole", _ROUNDS, "round = 1"),
        "copies": Key("kind-whole", _FEW, "copies = 2"),
        "capacity": Key("kind-size", _SIZE, "capacity = [8, 12]"),
        "needs": Key("kind-needs", _NEEDS, _NEED_EXAMPLE),
        "guests": Key("kind-texts", _TEXTS, 'guests = ["wethouder", "griffier"]'),
        "members": Key("kind-texts", _TEXTS, 'members = ["17"]'),
    },
}


# What a [[quota]] may say, one of these, and which further keys go with it.
SAYS = {
    "shares": ("tolerance", "one_seat_each"),
    "seats": ("tolerance",),
    "cells": ("tolerance",),
    "spread": ("populations", "values", "floor", "tolerance", "exact"),
    "at_least_one": (),
    "each_at_most": (),
}
ALWAYS = ("of", "separator", "unknown")
