"""Settings of the program sortition-algorithms in, the text of a ``project.toml`` out.

Called by ``sortition import``. What has no counterpart here becomes a comment, or a question when
it decides who may be drawn; nothing is changed in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.files.paths import path_from
from sortition.messages import text
from sortition.rules.fitting import table_issues
from sortition.rules.keys import TEXT, Key
from sortition.rules.project_file import read_toml
from sortition.rules.toml import toml_value

__all__ = ["SETTINGS", "project_text"]

_TEXTS = {"type": "array", "items": TEXT}
# Each has an objective here; the other two do not aim at equal chances.
_OBJECTIVES = ("maximin", "nash", "leximin")
_QUESTIONS = {
    "legacy": ("settings-legacy", "settings-legacy-choose"),
    "diversimax": ("settings-diversimax", "settings-diversimax-choose"),
}
# Settings that nothing here depends on, and why.
_NOTHING = {
    "columns_to_keep": "settings-columns-to-keep",
    "max_attempts": "settings-max-attempts",
    "solver_backend": "settings-solver-backend",
    "random_number_seed": "settings-random-number-seed",
}

SETTINGS: dict[str, Key] = {
    "id_column": Key("kind-column", TEXT, 'id_column = "nationbuilder_id"'),
    "columns_to_keep": Key("kind-columns", _TEXTS, 'columns_to_keep = ["first_name"]'),
    "check_same_address": Key("kind-yes", {"type": "boolean"}, "check_same_address = true"),
    "check_same_address_columns": Key(
        "kind-columns", _TEXTS, 'check_same_address_columns = ["address", "postcode"]'
    ),
    "max_attempts": Key("kind-whole", {"type": "integer"}, "max_attempts = 100"),
    "selection_algorithm": Key(
        "kind-algorithm", {"type": "string", "enum": [*_OBJECTIVES, *_QUESTIONS]},
        'selection_algorithm = "maximin"',
    ),
    "solver_backend": Key("kind-word", TEXT, 'solver_backend = "highspy"'),
    "random_number_seed": Key("kind-whole", {"type": "integer"}, "random_number_seed = 0"),
}


def project_text(
    path: str,
    people: str,
    quotas: str,
    size: tuple[int, int],
    *,
    objective: str | None = None,
    folder: str = ".",
    language: str = "en",
) -> str:
    """Return a project file that asks what the settings ask.

    Parameters
    ----------
    path
        The settings.
    people, quotas
        Paths of the two tables, which stay as they are.
    size
        Smallest and largest number of seats.
    objective
        In place of the selection algorithm; needed for one that has no counterpart.
    folder
        Where the project file will stand; its paths are relative to it.
    language
        Of the comments.

    Raises
    ------
    InputError
        With every setting that is unknown or of the wrong kind, and every question that only the
        user can answer.
    """
    values, _ = read_toml(path)
    algorithm = values.get("selection_algorithm", "maximin")  # what stands for none there
    issues = [*table_issues(values, SETTINGS, "", path, None)]
    issues += _questions(values, path, algorithm, objective)
    if issues:
        raise InputError(issues)
    same_address = values.get("check_same_address", False)
    household = values.get("check_same_address_columns", []) if same_address else []
    settings = {
        "pool": path_from(folder, people),
        "quotas": path_from(folder, quotas),
        "size": size[0] if size[0] == size[1] else list(size),
        "id": values.get("id_column"),
        "household": household or None,
        "objective": objective or algorithm,
        "lang": language,
    }
    lines = [
        f"# {text('settings-made', language, file=toml_value(Path(path).name))}", "",
        *(f"{key} = {toml_value(value)}" for key, value in settings.items() if value is not None),
    ]
    remarks = [text(code, language, **params) for code, params in _remarks(values, settings)]
    if remarks:
        lines += ["", *(f"# {remark}" for remark in remarks)]
    return "\n".join(lines) + "\n"


def _questions(
    values: Mapping[str, Any], path: str, algorithm: object, objective: str | None
) -> Iterator[Issue]:
    """Yield what the settings leave open here."""
    if isinstance(algorithm, str) and algorithm in _QUESTIONS and objective is None:
        code, choose = _QUESTIONS[algorithm]
        yield Issue(code, {}, path, suggestion=choose)
    if values.get("check_same_address") is True and not values.get("check_same_address_columns"):
        yield Issue("settings-address", {}, path, suggestion="settings-address-is")


def _remarks(
    values: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a code of the catalogue for each setting that means something else, or nothing."""
    algorithm = values.get("selection_algorithm")
    if algorithm is None:
        yield "settings-no-algorithm", {}
    elif algorithm != settings["objective"]:
        yield "settings-other-objective", {"algorithm": algorithm}
    if settings["household"]:
        yield "settings-blank-address", {}
    elif values.get("check_same_address_columns"):
        yield "settings-no-address", {"columns": toml_value(values["check_same_address_columns"])}
    for key, code in _NOTHING.items():
        if values.get(key):  # a seed of 0 is none
            yield code, {}
