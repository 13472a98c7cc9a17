# SPDX-License-Identifier: Apache-2.0
"""Make the list of twelve municipalities of which one is to be the host, and those that were.

``gemeenten.csv`` and ``eerdere-gastheren.csv`` go out, next to this script. The names of the
municipalities are written as people write them, which is the point of this data set.

    python make.py            write the files
    python make.py --check    write nothing; exit 1 if a file differs
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from invented import run, to_csv  # noqa: E402 - the folder above comes first

# In the order in which they were written down.
WRITTEN = (
    "Meierijstad", "LOCHEM", "Coevorden ", "Oosterhout", "Barneveld", "Rijswijk (ZH)", "GM1895",
    "Etten- Leur", "de  Bilt", "Papendrecht", "waalwijk", "Gemeente Zeist",
)
WERE_HOST = (("zeist", "2024"), ("Gm0599", "2023"), ("ETTEN-LEUR", "2025"))  # assumption

if __name__ == "__main__":
    files = {
        "gemeenten.csv": to_csv(["gemeente"], [[name] for name in WRITTEN]),
        "eerdere-gastheren.csv": to_csv(["gemeente", "jaar"], WERE_HOST),
    }
    sys.exit(run(HERE, files, f"{len(WRITTEN)} municipalities, {len(WERE_HOST)} were host"))
