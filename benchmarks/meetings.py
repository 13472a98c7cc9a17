"""How long meetings take: 500 people × 10, 380 × 41 projects by wishes, tables for several rounds.

Run ``python benchmarks/meetings.py``. The first two are the shipped data sets, through the command
as a whole process; the tables are invented people. Every seating is counted again before it counts.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sortition.process.meetings.programme import Meeting, Person, Programme
from sortition.process.meetings.seating import find_seating

_DATA = Path(__file__).resolve().parent.parent / "datasets"


def _command(name: str, file: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start, before = time.perf_counter(), _children()
        done = subprocess.run(
            [sys.executable, "-m", "sortition", "meetings", str(_DATA / name / file), "--out",
             f"{folder}/made", "--json"], capture_output=True, check=True,
        )
        seconds, cpu = time.perf_counter() - start, _children() - before
    told = json.loads(done.stdout)
    _print(f"{name}/{file}: {told['people']} × {told['meetings']}", seconds, cpu, {
        key: (goal["value"], goal["bound"], goal["bound_from"])
        for key, goal in told["goals"].items()
    })
    if told["wishes"]:
        print("  wishes by number:", told["wishes"], "none:", told["unwished"])


def _tables(people: int, tables: int, rounds: int) -> None:
    dice = random.Random(f"{people} {tables} {rounds}")
    everybody = tuple(
        Person(f"p{at:03d}", values=(dice.choice("fm"), dice.choice("abcd")))
        for at in range(people)
    )
    rooms = tuple(
        Meeting(f"T{at}", -(-people // tables), people // tables, round=number)
        for number in range(1, rounds + 1) for at in range(1, tables + 1)
    )
    start, before = time.perf_counter(), time.process_time()
    found = find_seating(Programme(everybody, rooms, mix=("gender", "age"), seed="benchmark"))
    _print(f"{people} people, {tables} tables, {rounds} rounds", time.perf_counter() - start,
           time.process_time() - before, {
        key: (goal.value, goal.bound, goal.kind) for key, goal in found.goals.items()
    })


def _children() -> float:
    """Return the seconds of processor time of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(what: str, seconds: float, cpu: float, goals: dict[str, tuple[int, int, str]]) -> None:
    shown = "; ".join(f"{key} {value} (at least {bound}, {kind})"
                      for key, (value, bound, kind) in goals.items() if value or bound)
    print(f"{what}: {seconds:.1f} s, of the processor {cpu:.1f} s; {shown or 'all goals at 0'}",
          flush=True)


if __name__ == "__main__":
    _command("expertbijeenkomsten", "meetings.toml")
    _command("expertbijeenkomsten", "evening.toml")
    _command("uden-41-projecten", "meetings.toml")
    _tables(60, 10, 4)
    _tables(175, 22, 4)
    _tables(32, 8, 6)
