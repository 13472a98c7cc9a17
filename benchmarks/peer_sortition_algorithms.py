"""Run the peer, sortition-algorithms, on one pool; print one line of JSON.

A separate program on purpose: it is started by `run.py` with the Python of a virtual environment of
the peer's own, and uses nothing but the peer's public functions, at their defaults: maximin, HiGHS,
no address check. The clock stops when the lottery over panels is there; drawing is not timed.

    PEER_PYTHON benchmarks/peer_sortition_algorithms.py people.csv quotas.csv --size 24
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

START = time.perf_counter()


def run(people_file: Path, quotas_file: Path, size: int, objective: str) -> dict[str, Any]:
    """Find the peer's lottery over panels and count chances from it."""
    # by name, so that type checkers need not find the peer where it is not installed
    peer: Any = importlib.import_module("sortition_algorithms")
    committee_generation: Any = importlib.import_module("sortition_algorithms.committee_generation")
    finders = {
        "maximin": committee_generation.find_distribution_maximin,
        "leximin": committee_generation.find_distribution_leximin,
        "nash": committee_generation.find_distribution_nash,
    }
    if objective == "leximin" and not committee_generation.GUROBI_AVAILABLE:
        raise SystemExit("the peer's leximin needs Gurobi")
    imported = time.perf_counter()

    with quotas_file.open(encoding="utf-8", newline="") as file:
        quota_rows = csv.DictReader(file)
        # the two columns of the peer's dialect are feature and value; ours are the same
        features, _, _ = peer.read_in_features(
            list(quota_rows.fieldnames or ()), list(quota_rows), number_to_select=size
        )
    with people_file.open(encoding="utf-8", newline="") as file:
        people_rows = csv.DictReader(file)
        head = list(people_rows.fieldnames or ())
        settings = peer.Settings(id_column=head[0], columns_to_keep=[])
        people, _ = peer.read_in_people(head, list(people_rows), features, settings)
    read = time.perf_counter()

    panels, weights, _ = finders[objective](
        features, people, size, settings.normalised_address_columns, settings.solver_backend
    )
    panels, weights = committee_generation.standardize_distribution(panels, weights)
    found = time.perf_counter()

    chance = dict.fromkeys(people, 0.0)
    for panel, weight in zip(panels, weights, strict=True):
        for member in panel:
            chance[member] += weight
    on_a_panel = [c for c in chance.values() if c > 0]
    return {
        "program": "sortition-algorithms",
        "version": version("sortition-algorithms"),
        "solver": f"{settings.solver_backend} {version('highspy')}",
        "objective": objective,
        "pool": len(chance),
        "size": size,
        "panels": len(panels),
        "min_chance": min(on_a_panel),
        "max_chance": max(on_a_panel),
        "unselectable": len(chance) - len(on_a_panel),
        "seconds": found - read,
        "import_seconds": imported - START,
        "read_seconds": read - imported,
    }


def main(arguments: list[str] | None = None) -> int:
    """Parse, call, print."""
    parser = argparse.ArgumentParser(description="Run sortition-algorithms on two CSV files.")
    parser.add_argument("people", type=Path)
    parser.add_argument("quotas", type=Path)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--objective", choices=("maximin", "leximin", "nash"), default="maximin")
    options = parser.parse_args(arguments)
    print(json.dumps(run(options.people, options.quotas, options.size, options.objective)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
