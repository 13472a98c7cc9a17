"""Write a synthetic pool and its quotas as two CSV files; `sortition.datasets` makes the pools.

python benchmarks/pools.py --list
python benchmarks/pools.py sf_b /tmp/sf_b --seed 7
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sortition.datasets import EXAMPLES, SHAPES, make_pool

NAMES: tuple[str, ...] = (*SHAPES, *EXAMPLES)


def main(arguments: list[str] | None = None) -> int:
    """Parse, call, print."""
    parser = argparse.ArgumentParser(description="Write a synthetic pool and its quotas as CSV.")
    parser.add_argument("name", nargs="?", choices=NAMES, metavar="NAME")
    parser.add_argument("folder", nargs="?", type=Path, metavar="OUTDIR")
    parser.add_argument("--seed", type=int, help="another pool of the same shape")
    parser.add_argument("--list", action="store_true", help="list the names and stop")
    options = parser.parse_args(arguments)
    if options.list:
        for shape in SHAPES.values():
            line = f"{shape.name:18} {shape.size:>6} {shape.seats:>5} {len(shape.values):>2}"
            print(f"{line}  {shape.note}".rstrip())
        for name, (size, seats) in EXAMPLES.items():
            print(f"{name:18} {size:>6} {seats:>5}  2  published example")
        return 0
    if options.name is None or options.folder is None:
        parser.error("NAME and OUTDIR are needed")
    pool = make_pool(options.name, options.seed)
    pool.write(options.folder)
    print(f"{len(pool.people)} people, {pool.types} types, --size {pool.seats}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
