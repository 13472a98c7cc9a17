"""The folder of a lottery: its files and its record, before anything is made of them.

A path in, bytes or plain data out; called by every command about a lottery, and on the way to the
list of people by `sortition.lots.published`. Loads no arrays: checking a folder starts at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sortition.checking import verify_files
from sortition.errors import InputError, Issue, VerificationError
from sortition.output import steady
from sortition.verify import FILES

__all__ = ["checked_files", "drawn_files", "draws_so_far", "lottery_record", "read_files"]

WITH_LISTS = 7  # the step of the check that needs the lists of who was drawn


def read_files(folder: str) -> dict[str, bytes]:
    """Return the files in a folder that hold its lottery, unchecked.

    Raises
    ------
    InputError
        If there is no such folder, or no lottery in it.
    """
    place = Path(folder)
    if not place.is_dir():
        code = "folder-is-file" if place.exists() else "folder-missing"
        suggestion = "name-folder" if place.exists() else "check-folder"
        raise InputError([Issue(code, {}, folder, suggestion=suggestion)])
    try:
        with steady(folder):
            return {name: (place / name).read_bytes() for name in ("record.json", *FILES)}
    except OSError:
        raise InputError(
            [Issue("folder-not-lottery", {}, folder, suggestion="run-lottery-first")]
        ) from None


def checked_files(folder: str) -> dict[str, bytes]:
    """Return the files of a lottery from its folder, once they are what its record says.

    The lists of who was drawn are checked by `sortition.verify` and not needed here.

    Raises
    ------
    InputError
        If there is no such folder, or no lottery in it.
    VerificationError
        If a step of the check fails before the one that needs those lists.
    """
    files = read_files(folder)
    failed = next((step for step in verify_files(files).steps if not step.ok), None)
    if failed is not None and failed.number < WITH_LISTS:
        raise VerificationError(failed.code, **{"expected": None, "got": None, **failed.params})
    return files


def drawn_files(folder: str) -> dict[str, bytes]:
    """Return the files of a draw from its folder, checked, with its panel.

    Raises
    ------
    InputError
        If there is no lottery, or nobody was drawn.
    VerificationError
        As for `checked_files`.
    """
    files = checked_files(folder)
    panel = Path(folder) / "panel.csv"
    if json.loads(files["record.json"])["draw"] is None or not panel.is_file():
        raise InputError([Issue("replace-not-drawn", {}, folder, suggestion="explain-before-is")])
    return files | {"panel.csv": panel.read_bytes()}


def lottery_record(folder: str) -> dict[str, Any]:
    """Return the record in a folder, unchecked; empty when there is none that can be read."""
    try:
        with steady(folder):
            record = json.loads((Path(folder) / "record.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def draws_so_far(folder: str) -> Sequence[Mapping[str, Any]]:
    """Return every draw that the record in a folder knows of, the first one first."""
    record = lottery_record(folder)
    lists = [record.get(name) for name in ("past_draws", "earlier_draws")]
    known = [draw for draws in lists if isinstance(draws, list) for draw in draws]
    return [draw for draw in (*known, record.get("draw")) if isinstance(draw, dict)]
