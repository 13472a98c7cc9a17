"""Damaged input ends in a value or in an input error, and a command in a code of the contract."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from conftest import ROOT

SCRIPT = ROOT / "benchmarks" / "fuzz.py"


@pytest.fixture(scope="module")
def fuzz():
    """The script in `benchmarks/` that goes on for thousands of rounds."""
    spec = importlib.util.spec_from_file_location("fuzz", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_fifty_damaged_inputs_are_values_or_issues(fuzz, tmp_path: Path, first: int) -> None:
    """No other error gets out, whatever the bytes."""
    ends: list[str] = []
    for seed in range(first, first + 50):
        _, files = fuzz.spoil(seed, fuzz.inputs())
        fuzz.write(tmp_path, files)
        ends += fuzz.read_each(tmp_path, files)
    assert {"value", "issues"} == set(ends)


def test_commands_on_damaged_inputs_end_as_agreed(fuzz, tmp_path: Path) -> None:
    """Twenty rounds of ``sortition check``: done, usage, wrong input or no panel."""
    for seed in range(20):
        fuzz.write(tmp_path, fuzz.spoil(seed, fuzz.inputs())[1])
        assert fuzz.check(tmp_path) in fuzz.ENDS
