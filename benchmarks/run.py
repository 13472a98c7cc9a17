"""Time this package against sortition-algorithms, whole processes, side by side in one session.

Takes names of synthetic pools (`pools.py`), runs both programs on the same two CSV files in turn,
and writes a markdown table: medians, ratios, geometric means, and the machine they hold for. Each
of our lotteries is checked, ticket by ticket, before its time counts.

    python benchmarks/run.py mass sf_b --repeat 3 --out benchmarks/RESULTS.md
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from pools import NAMES

from sortition import datasets

HERE = Path(__file__).resolve().parent
PEER = "sortition-algorithms==0.12.15"
PEER_DRIVER = HERE / "peer_sortition_algorithms.py"
DEFAULT_POOLS = ("mass", "sf_b", "sf_a", "sf_c", "hd", "nexus", "family_150_tight")
STOPPED = -1  # exit code of a run that the runner ended
TIME_RAN_OUT = 6  # our exit code for a lottery that is valid but not proven

EXPLANATION = """\
**Whole** is the wall time of the process: start of Python, imports, reading the two CSV files, the
lottery. Ours also writes 1000 tickets, the chances and the report; the peer draws and writes
nothing. **Engine** is each program's own clock around the optimisation; the peer's leaves out
imports and reading. **MiB** is the peak resident memory.

**Tolerances.** The two do not go equally far. Ours: leximin, with an upper bound; *gap* is the
largest shortfall of anyone's chance from the proven leximin value. The peer: maximin, the first
level of leximin only, stopping when its own bound is within 5e-4 (absolute) of the smallest chance,
which may so be up to 0.05 percentage points too low. Its leximin needs a commercial solver and is
not run. The smallest chance is that among people who can be selected at all.

Part of the lead is a slip of the peer: through its modelling interface it solves each pricing
problem twice. Mended, its engine would take about half as long.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from start to end."""

    code: int
    wall: float  # seconds
    peak: float  # resident memory, MiB
    answer: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    cpu: float = 0.0  # seconds of processor time: far below wall time when others were busy

    @property
    def usable(self) -> bool:
        """Whether its time and answer may be counted."""
        return not self.trouble and self.code in (0, TIME_RAN_OUT)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs on one pool."""

    pool: datasets.SyntheticPool
    ours: tuple[Run, ...]
    peer: tuple[Run, ...]
    floor: float | None = None  # seconds of the relaxation's LPs alone


def start(command: Sequence[str], limit: float) -> Run:
    """Run a command; measure wall time and the peak memory of the process itself."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            process.kill()

        timer = threading.Timer(limit, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            process.kill()
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        cpu = usage.ru_utime + usage.ru_stime
        out.seek(0)
        err.seek(0)
        text = out.read().decode(errors="replace")
        messages = err.read().decode(errors="replace")
    if stopped.is_set():
        return Run(STOPPED, wall, peak, trouble=f"stopped after {limit:.0f} s", cpu=cpu)
    code = process.returncode
    answer, trouble = _answer(text)
    if code not in (0, TIME_RAN_OUT):
        trouble = f"exit {code}: {' '.join((messages or text).strip().splitlines()[-1:])}"
    return Run(code, wall, peak, answer, trouble, cpu)


def _answer(text: str) -> tuple[dict[str, Any], str]:
    """Read the JSON on stdout, all of it or its last line (the peer prints progress there)."""
    for candidate in (text, text.rstrip().rpartition("\n")[2]):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found, ""
    return {}, "no JSON on stdout"


def run_ours(
    command: Sequence[str], folder: Path, pool: datasets.SyntheticPool, limit: float
) -> Run:
    """One lottery by this package, checked."""
    out = folder / "out"
    files = (str(folder / "people.csv"), str(folder / "quotas.csv"))
    options = ("--size", str(pool.seats), "--out", str(out), "--json", "--force", "--quiet")
    run = start((*command, "lottery", *files, *options), limit)
    if not run.usable:
        return run
    return replace(run, trouble=check_lottery(pool, out))


def run_peer(python: str, folder: Path, pool: datasets.SyntheticPool, limit: float) -> Run:
    """One lottery by the peer."""
    files = (str(folder / "people.csv"), str(folder / "quotas.csv"))
    return start((python, str(PEER_DRIVER), *files, "--size", str(pool.seats)), limit)


def check_lottery(pool: datasets.SyntheticPool, folder: Path) -> str:
    """Name the first fault in `lottery.csv` or `chances.csv`; empty when there is none."""
    values = {row[0]: row[1:] for row in pool.people}
    column = {feature: f for f, feature in enumerate(pool.features)}
    held: Counter[str] = Counter()
    with (folder / "lottery.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    for ticket, *members in rows:
        if len(members) != pool.seats or len(set(members)) != pool.seats:
            return f"ticket {ticket} does not hold {pool.seats} different people"
        count = Counter(pair for person in members for pair in enumerate(values[person]))
        for quota in pool.quotas:
            if not quota.lower <= count[column[quota.feature], quota.value] <= quota.upper:
                return f"ticket {ticket} breaks the quota of {quota.feature} {quota.value}"
        held.update(members)
    with (folder / "chances.csv").open(encoding="utf-8-sig", newline="") as file:
        chances = list(csv.DictReader(file))
    if {row["id"] for row in chances} != set(values):
        return "chances.csv does not list the pool"
    if any(int(row["tickets"]) != held[row["id"]] for row in chances):
        return "chances.csv does not count the tickets"
    return ""


def compare(
    pool: datasets.SyntheticPool, ours: Sequence[str], peer: str | None, options: argparse.Namespace
) -> Comparison:
    """Run both in turn; a slow peer, or one that failed, runs only once."""
    mine: list[Run] = []
    theirs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="sortition-bench-") as name:
        folder = Path(name)
        pool.write(folder)
        for _ in range(options.repeat):
            if not mine or mine[-1].usable:
                mine.append(run_ours(ours, folder, pool, options.timeout))
                _progress(pool.name, "ours", mine[-1])
            fast = not theirs or (theirs[-1].usable and theirs[-1].wall <= options.slow)
            if peer is not None and fast:
                theirs.append(run_peer(peer, folder, pool, options.peer_timeout))
                _progress(pool.name, "peer", theirs[-1])
        floor = lp_floor(folder, pool.seats)
    return Comparison(pool, tuple(mine), tuple(theirs), floor)


def _progress(name: str, who: str, run: Run) -> None:
    times = f"{run.wall:8.2f} s, processor {run.cpu:8.2f} s"
    print(f"{name:18} {who}  {times}  {run.trouble}", file=sys.stderr, flush=True)


def peer_python(venv: Path) -> str:
    """Find the Python of the peer's own environment, made when it is not there."""
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"installing {PEER} into {venv}", file=sys.stderr, flush=True)
        subprocess.run((sys.executable, "-m", "venv", str(venv)), check=True)
        subprocess.run((str(python), "-m", "pip", "install", "-q", PEER, "highspy"), check=True)
    return str(python)


def our_command(text: str | None) -> tuple[str, ...]:
    """Choose the command: the one given, the script beside this Python, or the module."""
    if text:
        return tuple(shlex.split(text))
    beside = Path(sys.executable).with_name("sortition")
    found = str(beside) if beside.exists() else shutil.which("sortition")
    return (found,) if found else (sys.executable, "-m", "sortition")


def _middle(runs: Iterable[Run], of: str) -> float | None:
    """Median wall time, memory or engine time of the usable runs."""
    numbers = []
    for run in runs:
        if run.usable:
            value = {"wall": run.wall, "peak": run.peak}.get(of, run.answer.get(of))
            if value is not None:
                numbers.append(float(value))
    return median(numbers) if numbers else None


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _percent(value: object) -> str:
    return f"{100 * value:.3f} %" if isinstance(value, (int, float)) else "–"


def _last(runs: Sequence[Run]) -> dict[str, Any]:
    return next((run.answer for run in reversed(runs) if run.usable), {})


def table(results: Sequence[Comparison]) -> list[str]:
    """Two markdown tables: times, then answers."""
    times = [
        _row(
            *("pool", "n / k / features", "types", "LPs alone, s"),
            *("ours: whole, s", "engine, s", "MiB"),
            *("peer: whole, s", "engine, s", "MiB", "whole, peer / ours", "engine, peer / ours"),
        ),
        "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    answers = [
        _row(
            *("pool", "smallest chance: ours", "its upper bound", "gap", "proven"),
            *("smallest chance: peer", "people on no panel (ours)"),
        ),
        "|---|--:|--:|--:|---|--:|--:|",
    ]
    ratios: dict[str, dict[str, float]] = {"wall": {}, "seconds": {}}
    over_floor = []
    for result in results:
        pool, ours, peer = result.pool, result.ours, result.peer
        cells = [pool.name, f"{len(pool.people)} / {pool.seats} / {len(pool.features)}"]
        cells += [str(pool.types), _number(result.floor, 3)]
        cells += _time_cells(ours)
        cells += _time_cells(peer)
        stopped = next((run.wall for run in peer if run.code == STOPPED), None)
        for of in ("wall", "seconds"):
            mine = _middle(ours, of)
            theirs = stopped if stopped is not None else _middle(peer, of)
            if mine is None or theirs is None:
                cells.append("–")
                continue
            ratios[of][pool.name] = theirs / max(mine, 1e-9)
            cells.append(f"{'> ' if stopped is not None else ''}{ratios[of][pool.name]:.1f}")
        mine = _middle(ours, "seconds")
        if mine is not None and result.floor:
            over_floor.append(mine / result.floor)
        times.append(_row(*cells))
        mine_last, peer_last = _last(ours), _last(peer)
        gap = mine_last.get("gap")
        proven = mine_last.get("proven")
        answers.append(
            _row(
                pool.name,
                _percent(mine_last.get("min_chance")),
                _percent(mine_last.get("bound")),
                f"{gap:.1e}" if isinstance(gap, (int, float)) else "–",
                "–" if proven is None else "yes" if proven else "no",
                _percent(peer_last.get("min_chance")),
                str(len(mine_last["unselectable"])) if "unselectable" in mine_last else "–",
            )
        )
    for what, names in (
        ("published shapes", [name for name in ratios["wall"] if name in datasets.PUBLISHED]),
        ("all", list(ratios["wall"])),
    ):
        if names:
            means = [_mean([own[name] for name in names]) for own in ratios.values()]
            times.append(_row(f"**geometric mean, {what} ({len(names)})**", *[""] * 9, *means))
    if over_floor:
        middle = f"{median(over_floor):.1f}"
        times += ["", f"Engine over the LPs of the relaxation alone: median {middle}."]
    return [*times, "", *answers]


def _mean(ratios: Sequence[float]) -> str:
    return f"{math.exp(sum(map(math.log, ratios)) / len(ratios)):.1f}"


def lp_floor(folder: Path, seats: int) -> float | None:
    """Seconds that leximin over the relaxation takes alone; None where we cannot be imported."""
    try:
        import sortition
        from sortition.engine.leximin import leximin
        from sortition.engine.relaxation import Relaxation
    except ImportError:
        return None
    problem = sortition.compile(
        sortition.read_pool(folder / "people.csv"),
        sortition.read_quotas(folder / "quotas.csv", size=seats),
    )
    took = []
    for _ in range(5):
        begin = time.process_time()  # of one thread, whatever else the machine does
        leximin(Relaxation.of(problem))
        took.append(time.process_time() - begin)
    return min(took)


def _row(*cells: str) -> str:
    """Join cells to a row of a markdown table."""
    return f"| {' | '.join(cells)} |"


def _time_cells(runs: Sequence[Run]) -> list[str]:
    """Whole-process seconds, engine seconds and memory, or what went wrong."""
    if runs and not any(run.usable for run in runs):
        # the message itself went to stderr: it may hold paths, or bars that would break the table
        return [runs[-1].trouble.partition(":")[0], "–", _number(runs[-1].peak, 0)]
    times = [_number(_middle(runs, of)) for of in ("wall", "seconds")]
    return [*times, _number(_middle(runs, "peak"), 0)]


def machine(ours: Sequence[str], peer: str | None) -> list[str]:
    """Describe what the numbers hold for."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].partition(":")[2].strip() if names else cpu
    lines = [
        f"- {cpu}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        f"- Python {platform.python_version()}; ours: {_version(ours)}",
    ]
    if peer is not None:
        script = (
            "import platform;from importlib.metadata import version as v;"
            "print('Python', platform.python_version() + ';', 'sortition-algorithms',"
            " v('sortition-algorithms') + ',', 'highspy', v('highspy'))"
        )
        done = subprocess.run((peer, "-c", script), capture_output=True, text=True, check=True)
        lines.append(f"- peer: {done.stdout.strip()}")
    return lines


def _version(command: Sequence[str]) -> str:
    """Ask our command for its version."""
    try:
        done = subprocess.run((*command, "--version"), capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    return done.stdout.strip() or "unknown version"


def page(
    results: Sequence[Comparison],
    ours: Sequence[str],
    peer: str | None,
    options: argparse.Namespace,
) -> str:
    """Write out the results page."""
    seed = "the seeds set in `pools.py`" if options.seed is None else f"seed {options.seed}"
    head = f"""\
# Results

Written by `benchmarks/run.py` on {datetime.now(UTC):%Y-%m-%d}; pools from `benchmarks/pools.py`
with {seed}.
"""
    repeats = (
        f"- medians of {options.repeat} runs each, the two programs in turn, one process at a time"
    )
    if peer is not None:
        repeats += (
            f"; a peer run over {options.slow:.0f} s is not repeated, over "
            f"{options.peer_timeout:.0f} s it is stopped and counts as that long"
        )
    return "\n".join([head, *machine(ours, peer), repeats, "", *table(results), "", EXPLANATION])


def main(arguments: list[str] | None = None) -> int:
    """Parse, run, write."""
    parser = argparse.ArgumentParser(description="Time this package and the peer side by side.")
    parser.add_argument("names", nargs="*", metavar="POOL", help="default: a small selection")
    parser.add_argument("--seed", type=int, help="other pools of the same shapes")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ours", help="command to time instead of the installed `sortition`")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run of ours")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--peer-python", help="Python of an environment that has the peer")
    parser.add_argument(
        "--peer-venv",
        type=Path,
        default=Path(tempfile.gettempdir()) / "sortition-bench-peer",
        help="where to make the peer's environment when --peer-python is not given",
    )
    parser.add_argument("--peer-timeout", type=float, default=900)
    parser.add_argument("--slow", type=float, default=60, help="peer runs over this run once")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    options = parser.parse_args(arguments)
    names = options.names or DEFAULT_POOLS
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        parser.error(f"no such pool: {', '.join(unknown)}; see pools.py --list")
    if options.repeat < 1:
        parser.error("--repeat must be at least 1")
    ours = our_command(options.ours)
    peer = None if options.no_peer else options.peer_python or peer_python(options.peer_venv)
    results: list[Comparison] = []
    for name in names:
        results.append(compare(datasets.make_pool(name, options.seed), ours, peer, options))
        options.out.write_text(page(results, ours, peer, options), encoding="utf-8")
    print(f"wrote {options.out}", file=sys.stderr)
    return 0 if all(run.usable for result in results for run in result.ours) else 1


if __name__ == "__main__":
    sys.exit(main())
