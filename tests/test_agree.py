"""Small random pools of up to forty people agree with the enumeration of all their panels."""

from __future__ import annotations

import importlib.util

import pytest
from conftest import ROOT

SCRIPT = ROOT / "benchmarks" / "agree.py"


@pytest.fixture(scope="module")
def agree():
    """The script in `benchmarks/` that compares thousands."""
    spec = importlib.util.spec_from_file_location("agree", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_ten_pools_agree(agree, first: int) -> None:
    """Nobody's chance differs, and every answer is proven."""
    ends = [agree.compare(seed) for seed in range(first, first + 10)]
    assert "not proven" not in {end for end, _ in ends}
    assert max(apart for _, apart in ends) < 1e-7
    assert sum(end != "too many panels" for end, _ in ends) >= 5
