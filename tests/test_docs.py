"""Every snippet of the README and the documentation runs, and so does every doctest.

How a snippet is run, and what the comments before it mean, is in ``.ci/check_readme.py``.
"""

from __future__ import annotations

import doctest
import pkgutil
import re
import shutil
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from conftest import ROOT, child, load

from sortition.cli import build

check = load(ROOT / ".ci" / "check_readme.py")
PAGES = check.pages(check.RUN)


def having(kind: str) -> list[object]:
    """Return the pages with a snippet of this kind that is run here."""
    return [
        pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES
        if any(block.kind == kind and not (block.mark or "").endswith("-command")
               for block in check.blocks(page))
    ]


@pytest.mark.parametrize("page", having("python"))
def test_python_blocks_run(page: Path) -> None:
    """One after the other in one process; a warning is an error."""
    if any("figures" in block.body for block in check.blocks(page)):
        pytest.importorskip("matplotlib")
    assert "" == check.run_python(page)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the snippets are for a Unix shell")
@pytest.mark.parametrize("page", having("sh"))
def test_shell_blocks_run(page: Path) -> None:
    """As given: they end as the page says, and print what it shows."""
    assert "" == check.run_shell(page)


def test_a_page_that_says_what_is_not_so_is_found(tmp_path: Path) -> None:
    """A command that fails, one that should, and words that are not printed."""
    page = tmp_path / "page.md"
    for text in (
        "```sh\nfalse\n```\n",
        "<!-- ends with 3 -->\n```sh\ntrue\n```\n",
        "```sh\necho one two\n```\n\n<!-- prints -->\n```text\none … three\n```\n",
    ):
        page.write_text(text, encoding="utf-8")
        assert check.run_shell(page)
    page.write_text("```sh\necho one\n```\n\n<!-- prints -->\n```text\none\n```\n", "utf-8")
    assert "" == check.run_shell(page)


def test_the_readme_shows_every_command_and_the_library() -> None:
    """A stranger finds check, lottery, draw and verify to paste, and a piece of Python."""
    found = check.blocks(ROOT / "README.md")
    commands = "\n".join(block.body for block in found if block.kind == "sh")

    assert any(block.kind == "python" for block in found)
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
