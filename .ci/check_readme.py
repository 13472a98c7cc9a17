# SPDX-License-Identifier: Apache-2.0
"""Hold README and documentation to what they say: links lead somewhere, snippets run.

Called by `.ci/run`; standard library only.

    python .ci/check_readme.py                        check links, run every snippet
    python .ci/check_readme.py --print first-command  print the block that a comment marks

The snippets of a page run in order. A ``python`` block runs in the repository root, all blocks of
a page in one process. An ``sh`` block runs in a folder of its own that holds `people.csv` and
`quotas.csv` of the Parkstad data set, with this Python's programs first on the path. A block after
``<!-- first-command -->`` or ``<!-- test-command -->`` is left to `.ci/run`. Blocks of any other
kind (``text``, ``csv``, ``toml``, ``json``) are shown, not run.
"""

# ruff: noqa: S603 - runs this repository's own snippets, and prints what it did

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "datasets" / "parkstad-werk-economie"
PAGES = ("*.md", "docs/*.md", "notebooks/*.md", "datasets/*/*.md", "benchmarks/*.md")
RUN = ("README.md", "CONTRIBUTING.md", "docs/*.md", "notebooks/*.md")  # whose snippets are run

_FENCE = re.compile(
    r"(?:^<!-- (?P<mark>[a-z-]+) -->\n+)?^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.M | re.S
)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: the mark before it, its kind, the line it starts on, its text."""

    mark: str | None
    kind: str
    line: int
    body: str


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(m["mark"], m["kind"], text.count("\n", 0, m.start("body")) + 1, m["body"])
        for m in _FENCE.finditer(text)
    ]


def marked(name: str) -> str:
    """Return the README's block with this mark."""
    found = [block.body.strip() for block in blocks(ROOT / "README.md") if block.mark == name]
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} blocks marked {name}, not one")
    return found[0]


def pages(patterns: tuple[str, ...]) -> list[Path]:
    """Return the pages that match, each once."""
    return sorted({page for pattern in patterns for page in ROOT.glob(pattern)})


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made for Markdown online."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ +(.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def broken_links(page: Path) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))
    broken = []
    for target in _LINK.findall(text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = page if not name else page.parent / name
        wrong = not file.exists() or (anchor and anchor not in anchors(file))
        if wrong:
            broken.append(target)
    return broken


def run_python(page: Path) -> int:
    """Run the Python blocks of a page in one process; return how many."""
    chosen = [block for block in blocks(page) if block.kind == "python"]
    # Blank lines keep the numbers of the lines, so that a traceback names the page's own.
    program = ""
    for block in chosen:
        program += "\n" * (block.line - 1 - program.count("\n")) + block.body
    if chosen:
        name = str(page.relative_to(ROOT))
        starter = "import sys; exec(compile(sys.stdin.read(), sys.argv[1], 'exec'))"
        subprocess.run(
            [sys.executable, "-W", "error", "-c", starter, name], input=program, cwd=ROOT,
            check=True, text=True, encoding="utf-8",
        )
    return len(chosen)


def run_shell(page: Path) -> int:
    """Run the shell blocks of a page one after the other; return how many."""
    chosen = [block for block in blocks(page) if block.kind == "sh" and not block.mark]
    bash = shutil.which("bash")
    if not chosen or bash is None:
        return 0
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("people.csv", "quotas.csv"):
            shutil.copy(DATA / name, folder)
        shutil.copy(ROOT / "sortition" / "verify.py", folder)
        for block in chosen:
            done = subprocess.run(
                [bash, "-euo", "pipefail", "-c", block.body], cwd=folder, check=False,
                env={**os.environ, "PATH": path}, capture_output=True, text=True, encoding="utf-8",
            )
            if done.returncode:
                sys.exit(f"{page.relative_to(ROOT)}, line {block.line}: exit {done.returncode}\n"
                         f"{block.body}{done.stdout}{done.stderr}")
    return len(chosen)


def main(arguments: list[str]) -> None:
    """Print one block, or check every page."""
    if arguments[:1] == ["--print"] and len(arguments) == 2:
        print(marked(arguments[1]))
        return
    if arguments:
        sys.exit(__doc__)
    broken = [f"{page.relative_to(ROOT)}: {target}"
              for page in pages(PAGES) for target in broken_links(page)]
    if broken:
        sys.exit("links that lead nowhere:\n" + "\n".join(broken))
    print(f"{len(pages(PAGES))} pages, every relative link leads somewhere")
    for page in pages(RUN):
        counts = run_python(page), run_shell(page)
        if any(counts):
            print(f"{page.relative_to(ROOT)}: {counts[0]} Python and {counts[1]} shell blocks ran")


if __name__ == "__main__":
    main(sys.argv[1:])
