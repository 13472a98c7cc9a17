"""Run every notebook from top to bottom, in a kernel of its own, and see that none holds output.

Takes notebooks, or none for all; ``--out FOLDER`` keeps them with their output. Ends with 1 at the
first that fails or was stored with output.

    python .ci/notebooks.py
    python .ci/notebooks.py notebooks/01-a-first-lottery.ipynb --out /tmp/run
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent.parent / "notebooks"
SECONDS = 300  # for one cell


def main() -> int:
    """Run them in turn."""
    parser = argparse.ArgumentParser(description="Run notebooks.")
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    for path in given.notebooks or sorted(HERE.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
            print(f"{path.name}: stored with output; clear it", file=sys.stderr)
            return 1
        begun = time.perf_counter()
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3").execute()
        print(f"{path.name}: {time.perf_counter() - begun:.0f} s", flush=True)
        if given.out:
            given.out.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, given.out / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
