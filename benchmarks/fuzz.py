# SPDX-License-Identifier: Apache-2.0
"""Damage the shipped input in thousands of ways: each ends in a result or in words for the user.

Takes how often and a first seed; prints every round that ended otherwise, and leaves with 1 if
there is any. A round damages one file, of people, quotas or settings, as text or inside a workbook,
and runs ``sortition check`` on it in this process.

    python benchmarks/fuzz.py --rounds 10000
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl

from sortition.cli import main
from sortition.errors import InputError
from sortition.people.pool import read_pool
from sortition.rules.quotas import read_quotas
from sortition.rules.read_project import read_project

DATA = Path(__file__).resolve().parent.parent / "datasets" / "parkstad-werk-economie"
ENDS = {0, 2, 3, 4}  # done, usage, wrong input, no panel
PART = 5  # every fifth person of the shipped list: enough for a panel
NASTY = (
    b'"', b"'", b";", b",", b"\t", b"|", b"\r", b"\n", b"\0", b"\xff", b"\xfe\xff", b"=", b"<",
    b">", b"&", b"[", b"]", b"{", b"%", b"0", b"-1", b"9999999999", b"1e999", b"nan", b"sep=",
    b"#N/A", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xed\xa0\x80",
)
PROJECT = """\
pool = "{people}"
quotas = "{quotas}"
size = 24
id = "id"
household = ["adres", "postcode"]
lang = "en"
"""


def inputs() -> dict[str, bytes]:
    """Return the files by name: people and quotas as text and as workbooks."""
    files = {}
    for name in ("people", "quotas"):
        head, *lines = (DATA / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        lines = [head, *(lines[::PART] if name == "people" else lines)]
        files[f"{name}.csv"] = "\n".join(lines).encode() + b"\n"
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append([int(c) if c.isdigit() else c for c in line.split(",")])
        out = io.BytesIO()
        book.save(out)
        files[f"{name}.xlsx"] = out.getvalue()
    return files


def damaged(data: bytes, roll: random.Random) -> bytes:
    """Return the bytes after one to twenty edits."""
    worked = bytearray(data)
    for _ in range(roll.choice((1, 1, 2, 5, 20))):
        at = roll.randrange(len(worked) + 1)
        kind = roll.randrange(6)
        if kind == 0 and at < len(worked):
            worked[at] = roll.randrange(256)
        elif kind == 1:
            worked[at:at] = roll.choice(NASTY)
        elif kind == 2:
            del worked[at : at + roll.choice((1, 4, 40))]
        elif kind == 3:
            worked[at:at] = worked[at : at + roll.choice((1, 10, 200))]
        elif kind == 4:
            part = roll.choice(NASTY)
            worked[at : at + len(part)] = part
        elif roll.random() < 0.1:
            del worked[at:]
    return bytes(worked)


def damaged_inside(data: bytes, roll: random.Random) -> bytes:
    """Return a workbook one of whose parts is damaged, packed again as if all were well."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hit = roll.choice([name for name in names if "xl/" in name or roll.random() < 0.2])
        for name in names:
            part = old.read(name)
            new.writestr(name, damaged(part, roll) if name == hit else part)
    return out.getvalue()


def spoil(seed: int, whole: dict[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """Return the name of the damaged file, and all files of the round."""
    roll = random.Random(f"fuzz/{seed}")
    kind = roll.choice(("csv", "xlsx"))
    names = {name: f"{name}.{kind}" for name in ("people", "quotas")}
    files = {name: whole[name] for name in names.values()}
    files["project.toml"] = PROJECT.format(**names).encode()
    hit = roll.choice(list(files))
    inside = hit.endswith(".xlsx") and roll.random() < 0.8
    files[hit] = (damaged_inside if inside else damaged)(files[hit], roll)
    return hit, files


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files of a round."""
    for name, data in files.items():
        (folder / name).write_bytes(data)


def read_each(folder: Path, files: dict[str, bytes]) -> list[str]:
    """Read every file by itself; return whether it gave a value or issues."""
    ends = []
    for name in files:
        path = folder / name
        try:
            if name == "project.toml":
                read_project(str(path))
            elif name.startswith("people"):
                read_pool(path)
            else:
                read_quotas(path, 24)
        except InputError as error:
            ends.append("issues")
            str(error)  # every issue can be told
        else:
            ends.append("value")
    return ends


def check(folder: Path) -> int | str:
    """Run ``sortition check`` on the folder; return its exit code, or what fell out of it."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(["check", "--debug", str(folder / "project.toml")])
    except SystemExit as ended:
        if ended.code in ENDS:
            return int(ended.code or 0)
        return f"exit {ended.code}: {said.getvalue()[-1500:]}"
    except BaseException:  # noqa: BLE001 - the finding: whatever gets through
        return traceback.format_exc()
    return "no exit"


def run(rounds: int, first: int) -> int:
    """Run the rounds; print what ended otherwise, and how the others ended."""
    whole, ends, wrong = inputs(), Counter(), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in range(first, first + rounds):
            hit, files = spoil(seed, whole)
            write(folder, files)
            end = check(folder)
            ends[(hit, end if isinstance(end, int) else "wrong")] += 1
            if not isinstance(end, int):
                wrong += 1
                print(f"--- seed {seed}, {hit}\n{end}", flush=True)
    for (hit, end), count in sorted(ends.items(), key=str):
        print(f"{hit:14} {end!s:6} {count}")
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    sys.exit(run(options.rounds, options.first))
