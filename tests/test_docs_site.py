"""The pages that are made from the program hold all of it."""

from __future__ import annotations

import ast
import html

import click
import pytest
from conftest import ROOT, load

import sortition
from sortition.cli import build
from sortition.messages import text

site = load(ROOT / ".ci" / "docs_site.py")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_command_has_its_options(language: str) -> None:
    """In either language, and with the help in that language."""
    page = site.commands(language)
    for name, command in build(language).commands.items():
        assert f"\n## sortition {name}\n" in page
        for parameter in command.params:
            for option in parameter.opts:
                assert not option.startswith("--") or f"<code>{option}</code>" in page


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_argument_says_what_stands_there(language: str) -> None:
    """In the reference and in the help of the command, by the word of its usage line."""
    page = site.commands(language)
    for name, command in build(language).commands.items():
        context = click.Context(command, info_name=name)
        section = command.get_help(context).partition(text("help-arguments", language) + ":")[2]
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                word, said = parameter.help_record()
                assert word in " ".join(command.collect_usage_pieces(context))
                assert f"  {word}" in section
                assert said
                assert html.escape(said) in page


def test_every_code_of_an_issue_has_its_texts() -> None:
    """Whatever code an `Issue` is made with, the page explains it."""
    page = site.messages()
    codes = {
        call.args[0].value
        for path in ROOT.glob("sortition/**/*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        and call.func.id == "Issue" and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert len(codes) > 50
    assert [] == sorted(code for code in codes if f"<code>{code}</code>" not in page)


def test_every_public_name_is_there_once() -> None:
    """Under the module it comes from."""
    page = site.names()
    asked = [line.rpartition(".")[2] for line in page.splitlines() if line.startswith(":::")]
    assert sorted(sortition.__all__) == sorted(asked)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("m_t people, Σ_{t in F} x_t", "m<sub>t</sub> people, Σ<sub>t in F</sub> x<sub>t</sub>"),
        ("`m_t` and ticket_loss and a_file_name", "`m_t` and ticket_loss and a_file_name"),
        ("so\n\n    x_t < 2\n\nand", 'so\n\n<p class="formula">x<sub>t</sub> &lt; 2</p>\n\nand'),
        ("so\n\n    code()\n\nand", "so\n\n    code()\n\nand"),
        ("[x](a_b)", "[x](a_b)"),
    ],
)
def test_indices_are_set_low(text: str, shown: str) -> None:
    """Those of symbols in running text, and nothing else."""
    assert shown == site.lowered(text)


def test_links_lead_to_where_the_site_has_the_file() -> None:
    """Pages of `docs/` at the top, all else under `repository/`; a folder means its README."""
    page = ROOT / "docs" / "how-to" / "index.md"
    assert "audit.md" == site.place(site.resolve(page, "../audit.md"))
    assert "repository/datasets/werkgroep/README.md" == site.place(
        site.resolve(page, "../../datasets/werkgroep")
    )
