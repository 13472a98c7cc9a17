"""Every snippet of the README and the documentation runs, and so does every doctest.

The Python blocks of a page run together, where the data sets are. The shell blocks of a page run
one after the other in a folder with `people.csv` and `quotas.csv` of the shipped region. A block
below a comment such as ``<!-- first-command -->`` makes an environment of its own: ``.ci/run`` does
that.
"""

from __future__ import annotations

import doctest
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from conftest import ROOT, child, environment

from sortition.cli import build

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*.md")])
FENCE = re.compile(
    r"^(?P<mark><!-- [\w-]+ -->\n+)?(?P<indent> *)```(?P<kind>\w+)[^\n]*\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind and its text, a console's prompts and output taken off."""

    kind: str
    body: str


def blocks(page: Path, *kinds: str) -> list[Block]:
    found = []
    for match in FENCE.finditer(page.read_text(encoding="utf-8")):
        if match["kind"] in kinds and not match["mark"]:
            body = re.sub(rf"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
            if match["kind"] == "console":
                body = "\n".join(line[2:] for line in body.splitlines() if line.startswith("$ "))
            found.append(Block(match["kind"], body))
    return found


def named(pages: list[Path]) -> list[object]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


PYTHON = [page for page in PAGES if blocks(page, "python")]
SHELL = [page for page in PAGES if blocks(page, "sh", "bash", "console")]


def run_python(page: Path, folder: Path) -> str:
    """Run the Python blocks of a page in one process; return what went wrong."""
    shutil.copytree(ROOT / "datasets", folder / "datasets")
    program = "\n".join(block.body for block in blocks(page, "python"))
    done = child("-W", "error", "-c", program, cwd=folder)
    return done.stderr.decode() if done.returncode else ""


def run_shell(page: Path, folder: Path) -> str:
    """Run the shell blocks of a page one after the other; return what went wrong first."""
    programs, work = folder / "bin", folder / "work"
    programs.mkdir()
    work.mkdir()
    for name, words in (("sortition", "-m sortition"), ("python", ""), ("python3", "")):
        path = programs / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
    for name in ("people.csv", "quotas.csv"):
        shutil.copy(ROOT / "datasets" / "parkstad-werk-economie" / name, work)
    shutil.copy(ROOT / "sortition" / "verify.py", work)
    variables = environment(
        PATH=os.pathsep.join([str(programs), os.environ["PATH"]]), LANG="C.UTF-8"
    )
    for block in blocks(page, "sh", "bash", "console"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.body], cwd=work, env=variables,
            capture_output=True, check=False, timeout=60,
        )
        if done.returncode:
            return block.body + done.stderr.decode()
    return ""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, Path], str]:
    """What went wrong on each page, "" where nothing did; two pages run at a time."""
    jobs = [("python", page, run_python) for page in PYTHON]
    if shutil.which("bash"):
        jobs += [("shell", page, run_shell) for page in SHELL]
    with ThreadPoolExecutor(2) as pool:
        ended = {
            (kind, page): pool.submit(run, page, tmp_path_factory.mktemp(kind))
            for kind, page, run in jobs
        }
        return {job: future.result() for job, future in ended.items()}


@pytest.mark.parametrize("page", named(PYTHON))
def test_python_blocks_run(wrong: dict[tuple[str, Path], str], page: Path) -> None:
    """One after the other in one process; a warning is an error."""
    if any("audit import figures" in block.body for block in blocks(page, "python")):
        pytest.importorskip("matplotlib")
    assert "" == wrong["python", page]


@pytest.mark.skipif(shutil.which("bash") is None, reason="the snippets are for a Unix shell")
@pytest.mark.parametrize("page", named(SHELL))
def test_shell_blocks_run(wrong: dict[tuple[str, Path], str], page: Path) -> None:
    """As given, stopping at the first command that fails."""
    assert "" == wrong["shell", page]


def test_the_readme_shows_every_command_and_the_library() -> None:
    """A stranger finds check, lottery, draw and verify to paste, and a piece of Python."""
    page = ROOT / "README.md"
    commands = "\n".join(block.body for block in blocks(page, "sh", "bash", "console"))

    assert blocks(page, "python")
    for command in ("check", "lottery", "draw", "verify"):
        assert f"sortition {command} " in commands


def test_every_command_and_option_is_documented() -> None:
    """What `--help` names, some page names too."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for command in build("en").commands:
        said = child("-m", "sortition", command, "--help").stdout.decode()
        for option in set(re.findall(r"^ +(?:-h, )?(--[a-z-]+)", said, re.MULTILINE)):
            assert option in text, f"{command} {option}"


MODULES = [info.name for info in pkgutil.walk_packages([str(ROOT / "sortition")], "sortition.")]


@pytest.mark.parametrize("name", ["sortition", *MODULES])
def test_doctests_hold(name: str) -> None:
    """The digits in the docstrings are the digits that come out."""
    if name.endswith("__main__"):
        pytest.skip("running it is what it is for")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = doctest.testmod(import_module(name), optionflags=doctest.FAIL_FAST)

    assert 0 == result.failed
