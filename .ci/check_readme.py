# SPDX-License-Identifier: Apache-2.0
"""Hold README and documentation to what they say: links lead somewhere, snippets run.

Standard library only. `.ci/run` checks the links; `tests/test_docs.py` runs the snippets.

    python .ci/check_readme.py                        check every relative link
    python .ci/check_readme.py --run [PAGE …]         run the snippets of these pages, or of all
    python .ci/check_readme.py --print first-command  print the block that a comment marks

The snippets of a page run in order, in a folder of their own that holds `datasets/` and the files
of the Parkstad data set, or of the folder that a comment ``<!-- files: FOLDER -->`` names. The
``python`` blocks of a page run in one process. An ``sh`` block runs with this Python's programs
first on the path. Blocks of any other kind are shown, not run. A comment before a block says more:

    <!-- first-command -->, <!-- test-command -->   left to `.ci/run`
    <!-- file project.toml -->                      the block is written to this file
    <!-- start project.toml -->, <!-- end … -->     the block is added at its start, or at its end
    <!-- ends with 3 -->                            the exit code that is meant
    <!-- prints -->                                 what the block before it says; … leaves out
"""

# ruff: noqa: S603, S607 - runs this repository's own snippets, and prints what it did

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
PAGES = ("*.md", "docs/**/*.md", "notebooks/*.md", "datasets/*/*.md", "benchmarks/*.md")
RUN = ("*.md", "docs/**/*.md", "notebooks/*.md")  # whose snippets are run
PROGRAMS = {"sortition": "-m sortition", "python": "", "python3": ""}
SECONDS = 120  # for one block

_FENCE = re.compile(
    r"(?:^<!-- (?P<mark>[^>\n]+) -->\n+)?^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.M | re.S
)
_FILES = re.compile(r"^<!-- files: (\S+) -->$", re.M)
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


def prepare(page: Path, folder: Path) -> dict[str, str]:
    """Put what the snippets of a page need into a folder; return the environment they run in."""
    named = _FILES.search(page.read_text(encoding="utf-8"))
    shutil.copytree(ROOT / "datasets", folder / "datasets")
    for file in (ROOT / named[1] if named else DATA).iterdir():
        if file.is_file() and file.suffix in {".csv", ".key", ".toml", ".xlsx"}:
            shutil.copy(file, folder)
    if not named:
        (folder / "project.toml").unlink()  # pages on the Parkstad files write their own
    programs = folder / ".programs"
    programs.mkdir()
    for name, words in PROGRAMS.items():
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', "utf-8")
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}


def run_python(page: Path) -> str:
    """Run the Python blocks of a page in one process; return what went wrong."""
    # Blank lines keep the numbers of the lines, so that a traceback names the page's own.
    program = ""
    for block in blocks(page):
        if block.kind == "python":
            program += "\n" * (block.line - 1 - program.count("\n")) + block.body
    starter = "import sys; exec(compile(sys.stdin.read(), sys.argv[1], 'exec'))"
    with tempfile.TemporaryDirectory() as folder:
        variables = prepare(page, Path(folder))
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", starter, page.name], input=program, cwd=folder,
            check=False, env=variables, capture_output=True, text=True, encoding="utf-8",
            timeout=SECONDS,
        )
    return done.stderr if done.returncode else ""


def run_shell(page: Path) -> str:
    """Run the shell blocks of a page one after the other; return what went wrong first."""
    said = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        variables = prepare(page, folder)
        for block in blocks(page):
            mark = block.mark or ""
            what, _, own = mark.partition(" ")
            if what in {"file", "start", "end"}:
                file = folder / own
                before = file.read_text(encoding="utf-8") if what != "file" else ""
                text = block.body + before if what == "start" else before + block.body
                file.write_text(text, encoding="utf-8")
            elif mark == "prints":
                missing = [part for part in block.body.split("…") if one_line(part) not in said]
                if missing:
                    return f"line {block.line}: not printed: {missing[0].strip()}\nbut: {said}"
            elif block.kind == "sh" and not mark.endswith("-command"):
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", block.body], cwd=folder, check=False,
                    env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                    encoding="utf-8", timeout=SECONDS,
                )
                meant = int(mark.split()[-1]) if what == "ends" else 0
                if done.returncode != meant:
                    return f"line {block.line}: exit {done.returncode}\n{block.body}{done.stdout}"
                said = one_line(done.stdout)
    return ""


def one_line(text: str) -> str:
    """Return a text with its words one space apart: how lines are broken is nobody's promise."""
    return " ".join(text.split())


def main(arguments: list[str]) -> None:
    """Print one block, or check every page."""
    if arguments[:1] == ["--print"] and len(arguments) == 2:
        print(marked(arguments[1]))
        return
    if arguments[:1] == ["--run"]:
        for page in [Path(name).resolve() for name in arguments[1:]] or pages(RUN):
            if wrong := run_python(page) + run_shell(page):
                sys.exit(f"{page.relative_to(ROOT)}: {wrong}")
            print(f"{page.relative_to(ROOT)}: runs")
        return
    if arguments:
        sys.exit(__doc__)
    broken = [f"{page.relative_to(ROOT)}: {target}"
              for page in pages(PAGES) for target in broken_links(page)]
    if broken:
        sys.exit("links that lead nowhere:\n" + "\n".join(broken))
    print(f"{len(pages(PAGES))} pages, every relative link leads somewhere")


if __name__ == "__main__":
    main(sys.argv[1:])
