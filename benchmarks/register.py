# SPDX-License-Identifier: Apache-2.0
"""Make a register of millions by script, invite from it, and measure; nothing is kept.

    python benchmarks/register.py                      10 million rows, CSV and Parquet
    python benchmarks/register.py --rows 1000000 --plain    and compare with plain Python

Whole process of ``sortition invite``: seconds, and peak resident memory as the operating system
reports it. With ``--plain`` the letters are compared with those of the reference, which needs about
1 GB of memory per million rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RATES = "leeftijd:16-29=3%,30-64=4.5%,65+=5.4%"
WAYS = {
    "people by region": ["--region", "gemeente"],
    "addresses by region": ["--region", "gemeente", "--address", "postcode,huisnummer"],
    "addresses, areas, rates": [
        "--region", "gemeente", "--address", "postcode,huisnummer", "--response", RATES,
        "--areas", "wijk=W1,W2,W3,W4", "--areas-share", "20%",
    ],
}
# Homes of one to four people; the area follows from the postcode.
ROWS = """
SELECT printf('R%08d', (i * 7919) % {rows}) AS id, 'GM' || lpad((home % 342)::VARCHAR, 4, '0')
  AS gemeente, printf('%04d', 1000 + (home // 90) % 9000) || chr(65 + ((home // 90) % 26)::INT)
  || chr(65 + ((home // 2340) % 26)::INT) AS postcode, (home % 90 + 1)::VARCHAR AS huisnummer,
  ['16-29', '30-64', '65+'][1 + (hash(i) % 3)::INT] AS leeftijd,
  'W' || ((home // 90) % 400)::VARCHAR AS wijk
FROM (SELECT i, (i * 2 // 5 + i % 3 // 2)::BIGINT AS home FROM range({rows}) AS t(i))
"""


def made(folder: Path, rows: int) -> list[Path]:
    """Return the register as CSV and as Parquet."""
    import duckdb

    files = [folder / "register.csv", folder / "register.parquet"]
    with duckdb.connect(config={"memory_limit": "1GB"}) as db:
        for path in files:
            db.execute(f"COPY ({ROWS.format(rows=rows)}) TO '{path}'")
    return files


def measured(words: list[str]) -> tuple[float, float]:
    """Run the command; return seconds and MiB."""
    started = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", "sortition", "invite", *words, "--quiet"])
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit("it failed")
    return time.perf_counter() - started, used.ru_maxrss / 1024


def same_as_plain(path: Path, letters: Path) -> bool:
    """Say whether the letters are those of the plain reference."""
    code = (
        "import json, sys\n"
        "from sortition.process.invitations import invitation, invite\n"
        "asked, path = invitation.invitation(json.loads(sys.argv[1]))\n"
        "sys.stdout.buffer.write(invite.invited_files("
        "invite.invite(path, asked, engine='plain'))['letters.csv'])\n"
    )
    import json

    values = {
        "register": str(path), "letters": 10_000, "reserves": 500, "region": "gemeente",
        "address": ["postcode", "huisnummer"], "seed": "benchmark",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(values)], check=True, capture_output=True
    )
    return done.stdout == letters.read_bytes()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--plain", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = made(folder, given.rows)
        print("| rows | file | what | seconds | MiB |\n|--:|---|---|--:|--:|")
        for path in files:
            for way, words in WAYS.items():
                out = folder / way.replace(" ", "-")
                seconds, mib = measured([
                    str(path), "--letters", "10000", "--reserves", "500", "--seed", "benchmark",
                    "--out", str(out), "--force", *words,
                ])
                print(f"| {given.rows:,} | {path.suffix[1:]} | {way} | {seconds:.1f} | {mib:.0f} |",
                      flush=True)
        if given.plain:
            same = same_as_plain(files[0], folder / "addresses-by-region" / "letters.csv")
            print("\nThe same letters as plain Python:", "yes" if same else "NO")


if __name__ == "__main__":
    main()
