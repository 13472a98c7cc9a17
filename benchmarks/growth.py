# SPDX-License-Identifier: Apache-2.0
"""How the cost grows, and what an early stop costs: two tables and two pictures.

Takes nothing; writes ``growth.csv`` and ``time_to_gap.csv`` beside this script and
``growth.svg`` and ``time-to-gap.svg`` into ``docs/img``. Needs matplotlib.

    python benchmarks/growth.py
    python benchmarks/growth.py --pictures   # only draw the tables again
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl

import sortition
from sortition import datasets

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parent / "docs" / "img"
VALUES = (2, 5, 4, 4, 3, 3, 2, 2)
PEOPLE = (250, 500, 1000, 2000, 5000, 10_000, 30_000, 100_000)
SEATS = (25, 50, 100, 200, 400, 800)
FEATURES = (2, 3, 4, 5, 6, 7, 8)
LIMITS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 3, 5, 8, 12, 20)
GAP_POOLS = ("hd", "obf", "sf_e")


def measured(pool: datasets.SyntheticPool) -> dict[str, Any]:
    """Return types, and seconds of engine and tickets, of one lottery."""
    problem = compiled(pool)
    begin = time.perf_counter()
    fair = sortition.find_distribution(problem)
    engine = time.perf_counter() - begin
    begin = time.perf_counter()
    lottery = fair.to_lottery(1000)
    tickets = time.perf_counter() - begin
    return {
        "types": problem.types, "engine": f"{engine:.3f}", "tickets": f"{tickets:.3f}",
        "proven": fair.certificate.proven, "loss": f"{lottery.loss:.3f}",
    }


def compiled(pool: datasets.SyntheticPool) -> sortition.Problem:
    """Return the pool as the engine sees it, through its files."""
    with tempfile.TemporaryDirectory() as folder:
        people, quotas = pool.write(Path(folder))
        return sortition.compile(
            sortition.read_pool(people, id="id"),
            sortition.read_quotas(quotas, size=pool.seats),
        )


def growth() -> list[dict[str, Any]]:
    """Measure along three lines through one point: 5,000 people, 100 seats, 6 features."""
    lines = [("people", size, 100, 6) for size in PEOPLE]
    lines += [("seats", 5000, seats, 6) for seats in SEATS]
    lines += [("features", 5000, 100, count) for count in FEATURES]
    rows = []
    for line, size, seats, count in lines:
        shape = datasets.Shape(f"growth_{line}", size, seats, VALUES[:count], 300, 5, 0, (2, 4))
        row = {"line": line, "people": size, "seats": seats, "features": count}
        rows.append(row | measured(datasets.make_pool(shape, 1)))
        print(rows[-1], flush=True)
    return rows


def time_to_gap() -> list[dict[str, Any]]:
    """Stop the search early and note how near to the optimum the lottery is proven to be."""
    rows = []
    for name in GAP_POOLS:
        problem = compiled(datasets.make_pool(name))
        for limit in LIMITS:
            begin = time.perf_counter()
            try:
                fair = sortition.find_distribution(problem, time_limit=limit)
            except sortition.TimeLimitError as error:
                fair = error.distribution
            spent = time.perf_counter() - begin
            smallest = float(fair.chance[fair.selectable].min())
            rows.append({
                "pool": name, "limit": limit, "seconds": f"{spent:.3f}",
                "smallest": f"{smallest:.9f}", "bound": f"{fair.certificate.bound:.9f}",
                "gap": f"{fair.certificate.gap:.3e}", "proven": fair.certificate.proven,
            })
            print(rows[-1], flush=True)
            if fair.certificate.proven:
                break
    return rows


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def read(path: Path) -> list[dict[str, str]]:
    """Read a table back."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pictures() -> None:
    """Draw both tables."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "sortition"
    from matplotlib import pyplot as plt

    rows = read(HERE / "growth.csv")
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), sharey=True, layout="constrained")
    for axis, line in zip(axes, ("people", "seats", "features"), strict=True):
        own = [row for row in rows if row["line"] == line]
        at = [int(row[line]) for row in own]
        for what, colour, mark in (("engine", "#0b5cad", "o"), ("tickets", "#9a5b00", "s")):
            axis.plot(at, [float(row[what]) for row in own], mark + "-", color=colour, label=what)
        for x, row in zip(at, own, strict=True):
            axis.annotate(row["types"], (x, float(row["engine"])), (0, 6),
                          textcoords="offset points", fontsize=7, ha="center", color="#57606a")
        axis.set_yscale("log")
        if line != "features":
            axis.set_xscale("log")
        if line == "seats":  # less than two powers of ten: its own marks, which would collide
            axis.set_xticks(at, at)
            axis.minorticks_off()
        axis.set_xlabel(line)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("seconds")
    axes[0].legend(frameon=False)
    figure.suptitle("Exact leximin and 1000 tickets; small figures: kinds of people", fontsize=10)
    save(figure, "growth")

    rows = read(HERE / "time_to_gap.csv")
    figure, axis = plt.subplots(figsize=(7, 3.8), layout="constrained")
    for name, colour in zip(GAP_POOLS, ("#0b5cad", "#9a5b00", "#2a7f4f"), strict=True):
        own = [row for row in rows if row["pool"] == name]
        short = [
            max((float(row["bound"]) - float(row["smallest"])) / float(row["bound"]), 1e-12)
            for row in own
        ]
        axis.plot([float(row["limit"]) for row in own], short, "o-", color=colour, label=name)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlabel("seconds allowed by --time-limit")
    axis.set_ylabel("smallest chance below its bound")
    axis.grid(alpha=0.3)
    axis.legend(frameon=False)
    save(figure, "time-to-gap")


def save(figure: Any, name: str) -> None:
    """Write a picture without a date, so that the same table gives the same file."""
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None})


def main() -> None:
    """Measure, unless only the pictures are asked for; draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", action="store_true", help="draw the tables that are there")
    if not parser.parse_args().pictures:
        write(HERE / "growth.csv", growth())
        write(HERE / "time_to_gap.csv", time_to_gap())
    pictures()


if __name__ == "__main__":
    main()
