"""Help, languages and the installed commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import child
from pools import seeded, write
from small import RULES

COMMANDS = ("init", "check", "lottery", "draw", "verify", "audit")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_help_of_each_command_has_an_example(run, command: str, language: str) -> None:
    """And every example names options that the command has."""
    done = run(command, "--lang", language, "--help")

    assert (0, "") == (done.code, done.err)
    text = re.sub(r"\s+", " ", done.out)
    examples = re.findall(rf"sortition {command} \S[^\n]*", done.out)
    assert examples
    for example in examples:
        for option in re.findall(r"--[a-z-]+", example):
            assert f"{option} " in text.replace(example, "")


def test_the_help_names_every_command(run) -> None:
    """With no word at all, the help is shown too."""
    done = run("--help")

    assert 0 == done.code
    assert all(f"\n  {command} " in done.out for command in COMMANDS)
    assert all(command in run().out + run().err for command in COMMANDS)


def test_the_version_is_that_of_the_package() -> None:
    """Also from a clone that was never installed."""
    import sortition

    done = child("-m", "sortition", "--version")

    assert (0, b"") == (done.returncode, done.stderr)
    assert sortition.__version__ in done.stdout.decode()


@pytest.mark.parametrize(
    ("variables", "dutch"),
    [
        ({"LANG": "nl_NL.UTF-8"}, True),
        ({"LANG": "nl_BE.UTF-8"}, True),
        ({"LC_ALL": "nl_NL.UTF-8", "LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "fr_FR.UTF-8"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
    ],
)
def test_the_locale_chooses_the_language(
    files: Path, run, monkeypatch: pytest.MonkeyPatch, variables: dict, dutch: bool
) -> None:
    """Dutch for whoever has a Dutch computer, English for everybody else."""
    monkeypatch.delenv("LANG")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    done = run("check", *RULES)

    assert 0 == done.code
    assert dutch == ("mensen" in done.out)
    assert dutch != ("People who signed up" in done.out)


def test_a_dutch_computer_speaks_dutch_and_the_option_wins(files: Path) -> None:
    """In a process of its own: `LANG=nl_NL.UTF-8`, and `--lang en` all the same."""
    own = child("-m", "sortition", "check", *RULES, cwd=files, LANG="nl_NL.UTF-8")
    given = child("-m", "sortition", "check", *RULES, "--lang", "en", cwd=files, LANG="nl_NL.UTF-8")

    assert (0, 0) == (own.returncode, given.returncode)
    assert "mensen" in own.stdout.decode()
    assert "mensen" not in given.stdout.decode()


def test_dutch_issues_are_dutch(files: Path, run) -> None:
    """Row and column keep their names, the words around them do not."""
    (files / "people.csv").write_text("id,side\np1,l\np1,r\n,r\n", encoding="utf-8")

    done = run("check", *RULES[:4], "--lang", "nl")

    assert 3 == done.code
    assert "rij 4" in done.err
    assert "row" not in done.err


def test_a_folder_is_spoken_of_in_the_language_of_its_lottery(files: Path, run) -> None:
    """`draw` and `verify`, wrong words too, unless `--lang` says otherwise."""
    run("lottery", *RULES, "--out", "made", "--lang", "nl")

    unsaid, wrong = run("draw", "made"), run("draw", "made", "--ticket", "x")
    drawn, checked = run("draw", "made", "--ticket", "7"), run("verify", "made")
    english = run("verify", "made", "--lang", "en")

    assert (2, 2) == (unsaid.code, wrong.code)
    assert "geef aan hoe het lot is getrokken" in unsaid.err
    assert "is geen goed getal" in wrong.err
    assert "Lot 007 is getrokken" in drawn.out
    assert "Alles klopt" in checked.out
    assert "Everything" in english.out
    assert "sortition verify . --lang nl" in (files / "made" / "report.html").read_text("utf-8")


def test_the_folder_to_write_to_does_not_choose_the_language(files: Path, run) -> None:
    """A rehearsal over a Dutch lottery is nobody's choice for Dutch."""
    run("lottery", *RULES, "--out", "made", "--lang", "nl")

    assert "This was a rehearsal" in run("draw", *RULES, "--out", "made", "--force").out


def test_the_page_speaks_the_language(files: Path, run) -> None:
    """`report.html` says which language it is in."""
    for language in ("en", "nl"):
        run("lottery", *RULES, "--out", language, "--lang", language)
        page = (files / language / "report.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page


def test_the_commands_run_as_installed_scripts_do(files: Path) -> None:
    """`python -m sortition` from any folder, a pool with cuts, every command after the other."""
    write(seeded(166), files / "cuts")
    pool = seeded(166)
    size = str(pool.size) if isinstance(pool.size, int) else "{}-{}".format(*pool.size)
    home = ["--household", ",".join(pool.household)] if pool.household else []
    given = ["cuts/people.csv", "cuts/quotas.csv", "--size", size, *home]
    for command in (
        ["check", *given], ["lottery", *given, "--out", "made"],
        ["draw", "made", "--seed", "x"], ["verify", "made"],
    ):
        done = child("-m", "sortition", *command, cwd=files)
        assert (0, b"") == (done.returncode, done.stderr)
    for name in ("verify.py", "prove.py"):
        alone = child("-I", files / "made" / name, "made", cwd=files)
        assert (0, b"") == (alone.returncode, alone.stderr)


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_list_of_commands_has_parts(language: str, run) -> None:
    """Every command stands in it once, behind its first sentence, under a heading."""
    from sortition.cli import build

    out = run("--help", "--lang", language).out
    for name, command in build(language).commands.items():
        assert 1 == len(re.findall(rf"^  {name} ", out, re.MULTILINE)), name
        assert (command.short_help or "").split()[0] in out
    heading = {"en": "Letters and sign-ups:", "nl": "Brieven en aanmeldingen:"}[language]
    assert out.index(heading) < out.index("  plan ") < out.index("  lottery ")


def test_every_argument_has_a_line_of_help() -> None:
    """No command asks for a word without saying what should stand there."""
    import click

    from sortition.cli import build
    from sortition.cli.options import Argument

    for name, command in build("en").commands.items():
        asked = [own for own in command.params if isinstance(own, click.Argument)]
        assert all(isinstance(own, Argument) and own.about for own in asked), name


def test_errors_of_usage_speak_the_language_of_the_project(tmp_path: Path, run) -> None:
    """All of the message, click's own words too; --lang wins."""
    file = tmp_path / "project.toml"
    file.write_text('lang = "nl"\npool = "a.csv"\nquotas = "b.csv"\nsize = 2\n', "utf-8")
    assert run("members", str(file), "x").err.startswith("Gebruik:")
    assert run("members", str(file), "x", "--lang", "en").err.startswith("Usage:")
