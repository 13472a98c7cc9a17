"""Time the check of a large lottery and a draw from it, as somebody would run them.

    python benchmarks/check_draw.py [--people 5000] [--seats 150] [--repeat 5]

Makes a lottery of 1000 tickets from invented people. Then it runs ``verify.py`` and ``prove.py`` as
they lie in its folder, and ``sortition draw``, each as a process of its own, and prints medians:
of the clock, and of the time that the processor worked, which other programs on the machine do not
lengthen. Without a network.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sortition.datasets import Shape, make_pool
from sortition.draw import ticket_from_seed
from sortition.lots.folder import read_files
from sortition.verify import commitment, read_rows

ROOT = Path(__file__).resolve().parent.parent
TICKETS = 1000


def timed(words: list[object], repeat: int) -> tuple[float, float]:
    """Return the median seconds of a command, which must end well: of the clock, and at work."""
    clock, work = [], []
    for _ in range(repeat):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(word) for word in words], check=True, capture_output=True,
                       env={**os.environ, "PYTHONPATH": str(ROOT)})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        clock.append(time.perf_counter() - began)
        work.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(clock), statistics.median(work)


def main() -> int:
    """Make the lottery, run what is timed, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--seats", type=int, default=150)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    shape = Shape("check", options.people, options.seats, (2, 6, 8, 5, 5, 4), slack=(1, 2, 3))
    python, program = sys.executable, (sys.executable, "-m", "sortition")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "lottery"
        people, quotas = make_pool(shape, 1).write(Path(home))
        rules = (people, quotas, "--size", options.seats, "--tickets", TICKETS)
        timed([*program, "lottery", *rules, "--out", folder], 1)
        draw = [*program, "draw", folder, "--seed", "balls: 4 1 7", "--force"]
        commands = {
            "sortition draw": draw,
            "python verify.py": [python, "-I", folder / "verify.py", folder],
            "python prove.py": [python, "-I", folder / "prove.py", folder],
            "sortition verify": [*program, "verify", folder],
        }
        files = read_files(str(folder))
        began = time.process_time()
        record = json.loads(files["record.json"])
        ticket = ticket_from_seed("balls: 4 1 7", commitment(record), TICKETS)
        panel = {own for own in read_rows(files["lottery.csv"])[1 + ticket][1:] if own}
        alone = time.process_time() - began
        print(f"{options.people} people, {options.seats} seats, {TICKETS} tickets")
        print("| what | seconds | of which at work |\n|---|--:|--:|")
        print(f"| number and people from the text, {len(panel)} of them | – | {alone:.2f} |")
        for name, words in commands.items():
            clock, work = timed(words, options.repeat)
            print(f"| `{name}` | {clock:.2f} | {work:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
