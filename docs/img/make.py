# SPDX-License-Identifier: Apache-2.0
"""Draw the two pictures of the documentation from a lottery of the Parkstad data set.

Takes the folder that ``sortition lottery`` wrote; `parkstad-panel.svg` and `parkstad-chances.svg`
go out, next to this script. Standard library only.

    python docs/img/make.py FOLDER

Both show chances, not one drawn panel: everybody's chance follows from the data set alone, so
the pictures are the same on every machine.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Light and dark paper of its own, so that the pictures can be read on any page.
STYLE = """
.paper { fill: #ffffff } .ink { fill: #1b1f24 } .soft { fill: #57606a }
.line { stroke: #d0d7de; stroke-width: 1 } .band { fill: #c3d7ee } .dot { fill: #0b5cad }
.ring { fill: none; stroke: #9a5b00; stroke-width: 2.5 } .mark { fill: #9a5b00 }
.steps { fill: none; stroke: #0b5cad; stroke-width: 3 }
.equal { stroke: #9a5b00; stroke-width: 2; stroke-dasharray: 6 5 }
text { font: 15px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
.title { font-weight: 600 }
@media (prefers-color-scheme: dark) {
.paper { fill: #12161b } .ink { fill: #e6edf3 } .soft { fill: #9aa5b1 }
.line { stroke: #3a424c } .band { fill: #23415f } .dot { fill: #6cb0ff }
.ring { stroke: #f0a646 } .mark { fill: #f0a646 } .steps { stroke: #6cb0ff }
.equal { stroke: #f0a646 }
}
"""

ROWS = {  # feature → quota as the files spell it → in English
    "role": {
        "rol: uitkering": "receives a benefit",
        "rol: ondernemer": "business",
        "rol: onderwijs | ambtenaar": "education or official",
    },
    "age": {
        "leeftijd: 16-29": "16 – 29",
        "leeftijd: 30-44": "30 – 44",
        "leeftijd: 45-64": "45 – 64",
        "leeftijd: 65+": "65 and over",
    },
    "education": {
        "opleiding: praktisch": "practical",
        "opleiding: middelbaar": "secondary",
        "opleiding: theoretisch": "higher",
    },
}


def rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by header."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def svg(width: int, height: int, label: str, parts: Iterable[str]) -> str:
    """Return the picture."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(label)}">\n<style>{STYLE}</style>\n'
        f'<rect class="paper" width="{width}" height="{height}" rx="8"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def words(x: float, y: float, text: str, kind: str = "soft", anchor: str = "start") -> str:
    """Return one line of text."""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def panel_picture(folder: Path) -> str:
    """Return the shares of pool, quota and panel, group by group."""
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    chance = {row["id"]: float(row["chance"]) for row in rows(folder / "chances.csv")}
    groups = rows(folder / "groups.csv")
    bounds = {quota["name"]: (quota["min"], quota["max"]) for quota in record["quotas"]}
    seats = record["size"][1]
    left, right, top, step, most = 250, 720, 84, 32, 0.6

    def across(share: float) -> float:
        return left + (right - left) * share / most

    parts = [
        '<circle class="ring" cx="32" cy="30" r="6"/>',
        words(46, 35, "share of those who signed up"),
        '<rect class="band" x="290" y="21" width="26" height="18" rx="4"/>',
        words(324, 35, "quota"),
        '<circle class="dot" cx="402" cy="30" r="7"/>',
        words(416, 35, "share of the panel, over all tickets"),
    ]
    y = top
    for feature, names in ROWS.items():
        parts.append(words(24, y + 5, feature, "ink title"))
        for name, english in names.items():
            inside = [row["id"] for row in groups if row[name] == "1"]
            low, high = bounds[name]
            width = max(across(high / seats) - across(low / seats), 10)
            middle = (across(high / seats) + across(low / seats)) / 2
            signed = len(inside) / len(groups)
            drawn = sum(chance[own] for own in inside) / seats
            parts += [
                words(left - 14, y + 5, english, "ink", "end"),
                f'<line class="line" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>',
                (
                    f'<rect class="band" x="{middle - width / 2:.1f}" y="{y - 11}" '
                    f'width="{width:.1f}" height="22" rx="4"/>'
                ),
                f'<circle class="dot" cx="{across(drawn):.1f}" cy="{y}" r="7"/>',
                f'<circle class="ring" cx="{across(signed):.1f}" cy="{y}" r="6"/>',
            ]
            y += step
        y += 14
    for share in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        parts.append(words(across(share), y + 4, f"{100 * share:.0f} %", "soft", "middle"))
    label = "Shares of the people who signed up, of the quotas and of the panel, group by group"
    return svg(760, y + 24, label, parts)


def chances_picture(folder: Path) -> str:
    """Return everybody's chance, sorted, on a logarithmic scale."""
    chances = sorted(float(row["chance"]) for row in rows(folder / "chances.csv"))
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    equal = record["size"][1] / len(chances)
    left, right, top, bottom = 84, 736, 30, 300
    low, high = math.log(0.02), math.log(1.0)

    def up(chance: float) -> float:
        return bottom - (bottom - top) * (math.log(chance) - low) / (high - low)

    def across(person: int) -> float:
        return left + (right - left) * person / len(chances)

    parts = []
    for mark in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        parts += [
            f'<path class="line" d="M{left} {up(mark):.1f}H{right}"/>',
            words(left - 12, up(mark) + 5, f"{100 * mark:g} %", "soft", "end"),
        ]
    path, at = [], 0
    counts = Counter(chances)
    for chance in sorted(counts):
        path.append(f"{'L' if path else 'M'}{across(at):.1f} {up(chance):.1f}")
        at += counts[chance]
        path.append(f"L{across(at):.1f} {up(chance):.1f}")
    unbound = f"{100 * equal:.1f} % each, if there were no quotas"
    proven = f"{100 * chances[0]:.2f} %: proven, the smallest chance cannot be higher"
    below = f"{len(chances)} people, from the smallest chance to the largest"
    parts += [
        f'<path class="equal" d="M{left} {up(equal):.1f}H{right}"/>',
        f'<path class="steps" d="{" ".join(path)}"/>',
        words(left + 10, up(equal) - 12, unbound, "mark"),
        words(left + 10, up(chances[0]) + 26, proven, "dot"),
        words((left + right) / 2, bottom + 34, below, "soft", "middle"),
    ]
    return svg(760, bottom + 52, "Everybody's chance, sorted, on a logarithmic scale", parts)


def main(arguments: list[str]) -> None:
    """Write both pictures."""
    if len(arguments) != 1:
        sys.exit("usage: python docs/img/make.py FOLDER")
    folder = Path(arguments[0])
    for name, made in (
        ("parkstad-panel.svg", panel_picture(folder)),
        ("parkstad-chances.svg", chances_picture(folder)),
    ):
        (HERE / name).write_text(made, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
