"""Edit published files in a thousand ways; both verifiers must find every one, and agree.

    python benchmarks/fuzz_verify.py [--edits 1000] [--forgeries 0] [--seed 0]

With ``--forgeries`` records are changed likewise and everything is sealed again, as if nothing had
been published before: then both must pass the same. Two small lotteries, of tickets and exact,
drawn and not. The page ``docs/verify.html`` runs in a headless Chromium; without one only
``verify.py`` is tried, and said so. Ends with 1 when an edit was missed or the verifiers ended in
different steps.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import browser
from edits import edit, forgery
from test_edits import MADE

from sortition.checking import verify_files
from sortition.verify import commitment


def main() -> int:
    """Print what was tried and what was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--forgeries", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    bases = [made() for made in MADE.values()]
    published = [commitment(json.loads(files["record.json"])) for files in bases]
    edits = [edit(bases[at % len(bases)], options.seed * 10**6 + at) for at in range(options.edits)]
    known = [published[at % len(bases)] for at in range(options.edits)]
    endings = []
    for made, committed in zip(edits, known, strict=True):
        last = verify_files(made.files, committed).steps[-1]
        endings.append((last.number, last.ok, last.code))
    pages = endings
    if browser.CHROMIUM is None:
        print("no chromium: the page was not tried")
    else:
        tried = [*bases, *(made.files for made in edits)]
        steps = browser.verified(tried, [*published, *known])
        if not all(one["ok"] for done in steps[: len(bases)] for one in done):
            sys.exit("the page refuses files that nobody edited")
        pages = [(done[-1]["number"], done[-1]["ok"], done[-1]["code"])
                 for done in steps[len(bases):]]
    wrong = 0
    for at, (made, own, page) in enumerate(zip(edits, endings, pages, strict=True)):
        if own != page or own[1]:
            wrong += 1
            print(f"{at}: {made.name}: verify.py {own}, page {page}")
    print(f"{sum(not own[1] for own in endings)} of {len(edits)} edits found")
    steps_of = sorted(Counter(own[0] for own in endings if not own[1]).items())
    print("found in step: " + ", ".join(f"{number}: {count}" for number, count in steps_of))
    print(f"missed, or not ended alike: {wrong}")
    wrong += _forgeries(bases, options.forgeries, options.seed)
    return 1 if wrong else 0


def _forgeries(bases: list[dict[str, bytes]], many: int, seed: int) -> int:
    """Print which forgeries one verifier passes and the other does not; return how many."""
    if not many or browser.CHROMIUM is None:
        return 0
    forged = [forgery(bases[at % len(bases)], seed * 10**6 + at) for at in range(many)]
    own = [verify_files(made.files).ok for made in forged]
    pages = [steps[-1]["ok"] for steps in browser.verified([made.files for made in forged])]
    apart = [made.name for made, one, page in zip(forged, own, pages, strict=True) if one != page]
    print(f"{many - len(apart)} of {many} forgeries end alike, {sum(own)} of them pass")
    for name in apart:
        print(name)
    return len(apart)


if __name__ == "__main__":
    sys.exit(main())
