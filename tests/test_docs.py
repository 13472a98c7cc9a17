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
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from conftest import ROOT, child, environment

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


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the data sets, as a reader's clone has them."""
    shutil.copytree(ROOT / "datasets", tmp_path / "datasets")
    return tmp_path


@pytest.fixture
def shell(tmp_path: Path, region: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the region's two files, and an environment with `sortition` on its path."""
    programs, folder = tmp_path / "bin", tmp_path / "work"
    programs.mkdir()
    folder.mkdir()
    for name, words in (("sortition", "-m sortition"), ("python", ""), ("python3", "")):
        path = programs / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
    for name in ("people.csv", "quotas.csv"):
        shutil.copy(region / name, folder)
    shutil.copy(ROOT / "sortition" / "verify.py", folder)
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    return folder, environment(PATH=path, LANG="C.UTF-8")


@pytest.mark.parametrize("page", named([page for page in PAGES if blocks(page, "python")]))
def test_python_blocks_run(page: Path, place: Path) -> None:
    """One after the other in one process; a warning is an error."""
    program = "\n".join(block.body for block in blocks(page, "python"))

    done = child("-W", "error", "-c", program, cwd=place)

    assert 0 == done.returncode, done.stderr.decode()


@pytest.mark.skipif(shutil.which("bash") is None, reason="the snippets are for a Unix shell")
@pytest.mark.parametrize(
    "page", named([page for page in PAGES if blocks(page, "sh", "bash", "console")])
)
def test_shell_blocks_run(page: Path, shell: tuple[Path, dict[str, str]]) -> None:
    """As given, stopping at the first command that fails."""
    folder, variables = shell
    for block in blocks(page, "sh", "bash", "console"):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.body], cwd=folder, env=variables,
            capture_output=True, check=False, timeout=60,
        )
        assert 0 == done.returncode, block.body + done.stderr.decode()


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
    for command in ("check", "lottery", "draw", "verify"):
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
