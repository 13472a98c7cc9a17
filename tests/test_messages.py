"""Every text a person reads is there in both languages, and every text that is there is read."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from importlib import resources

import click
import pytest
from conftest import ROOT

from sortition import cli
from sortition.errors import Issue
from sortition.messages import (
    LANGUAGES,
    catalogue,
    language_from_environment,
    percent,
    plain,
    points,
    render_issue,
    text,
)

# Calls whose first argument is a code.
ASKING = {
    "Issue", "SolverError", "SortitionError", "VerificationError", "need", "_nothing", "line",
    "say", "text", "unreadable", "words",
}
TELLING = {"Progress", "busy", "tick", "told"}  # calls whose first argument is a stage of progress


# Whose codes are short: they run alone.
ALONE = {"verify.py", "verify_exact.py", "prove.py"}


def trees() -> Iterator[ast.Module]:
    """Yield the modules of the package, with the codes of the verifier in full."""
    for file in sorted((ROOT / "sortition").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "need":
                lengthen(node.args[0], "verify-bad-")
            elif file.name in ALONE and isinstance(node, ast.Yield):
                for code in (node.value.elts[1:2] if isinstance(node.value, ast.Tuple) else []):
                    for each in (code.body, code.orelse) if isinstance(code, ast.IfExp) else [code]:
                        lengthen(each, "verify-")
        yield tree


def lengthen(node: ast.AST, prefix: str) -> None:
    """Write the whole code where the verifier, which runs alone, is brief."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node.value = prefix + node.value


def assigns(node: ast.AST, name: str) -> bool:
    """Say whether a node gives `name` a value."""
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == name for target in node.targets
    )


def words_in(node: ast.AST | None) -> set[str]:
    """Return the string that an expression is, or both when it chooses between two."""
    if isinstance(node, ast.IfExp):
        return words_in(node.body) | words_in(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def family_codes() -> set[str]:
    """Return the codes that the source puts together: help of commands and options, progress."""
    group = cli.build("en")
    options = {
        name.removeprefix("--")
        for command in group.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    stages = {
        stage
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called(node) in TELLING and node.args
        for stage in words_in(node.args[0])
    }
    return {f"help-{name}" for name in options | set(group.commands)} | {
        f"progress-{stage}" for stage in stages
    }


def called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def asked_codes() -> set[str]:
    """Return the codes that stand in the source where only a code can stand."""
    codes = family_codes()
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                if called(node) in ASKING and node.args:
                    codes |= words_in(node.args[0])
                for keyword in node.keywords:
                    if keyword.arg == "suggestion":
                        codes |= words_in(keyword.value)
            elif assigns(node, "code"):
                codes |= words_in(node.value)
    return codes


def all_strings() -> set[str]:
    """Return every string of the source, and the codes it puts together."""
    plain = {word for tree in trees() for node in ast.walk(tree) for word in words_in(node)}
    return plain | family_codes()


def placeholders(words: str) -> set[tuple[str, str]]:
    """Return the fields of a template with their formats."""
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(words) if name}


def test_same_codes() -> None:
    """A text of one language is there in every language."""
    assert list(catalogue("en")) == list(catalogue("nl"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_a_line(language: str) -> None:
    """Parsed line by line the catalogues say what the whole file says."""
    source = ROOT / "sortition" / "locale" / f"{language}.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    whole = {code: words for table in tables.values() for code, words in table.items()}
    assert whole == dict(catalogue(language))


def test_same_placeholders() -> None:
    """A text speaks of the same values in every language."""
    english, dutch = ({code: placeholders(words) for code, words in catalogue(language).items()}
                      for language in LANGUAGES)
    assert english == dutch


def test_nothing_left_in_english() -> None:
    """Every Dutch text differs from the English one."""
    dutch = catalogue("nl")
    assert [code for code, words in catalogue("en").items() if words == dutch[code]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_code_stands_once(language: str) -> None:
    """No table of a catalogue hides a code of another table."""
    file = resources.files("sortition") / "locale" / f"{language}.toml"
    codes = re.findall(r'^"?([\w-]+)"? = ', file.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(catalogue(language)) == sorted(codes)


def test_codes_of_the_source_are_known() -> None:
    """Whatever the source asks for has a text."""
    assert set() == asked_codes() - set(catalogue("en"))


def test_the_source_is_really_read() -> None:
    """The harvest of codes finds those of every kind of place."""
    kinds = {"file-empty", "did-you-mean", "quota-blank", "report-title", "help-size",
             "progress-levels", "verified", "verify-bad-hash", "row"}
    assert kinds == kinds & asked_codes()


def test_every_text_is_used() -> None:
    """No text waits in the catalogue that nothing asks for, but those listed."""
    assert set(catalogue("en")) - all_strings() == set()


@pytest.mark.parametrize(
    ("code", "params", "english", "dutch"),
    [
        ("time-limit", {"gap": 0.03265}, "0.033", "0,033"),
        ("tickets-line", {"tickets": 1000, "loss": 1.1}, "1.1", "1,1"),
    ],
)
def test_decimal_sign(code: str, params: dict[str, float], english: str, dutch: str) -> None:
    """A number has a decimal point in English and a comma in Dutch."""
    shown = [re.findall(r"\d+[.,]\d+", text(code, language, **params)) for language in LANGUAGES]
    assert [[english], [dutch]] == shown


def test_no_number_is_shown_with_an_exponent() -> None:
    """Gaps and chances in plain decimals, whatever their size; below what can be seen, so."""
    told = [words for language in LANGUAGES
            for words in (plain(1.7e-14, language), points(2.5e-8, language),
                          percent(3e-7, language), percent(1.0, language), percent(0, language))]

    assert ["< 0.000001", "0.0000025", "0.00003 %", "100 %", "0 %",
            "< 0,000001", "0,0000025", "0,00003 %", "100 %", "0 %"] == told


def test_whole_numbers_stay_whole() -> None:
    """A whole number is written without a decimal sign or separators."""
    assert "1000 panels" in text("tickets-line", "nl", tickets=1000, loss=0.5)


def test_drawn_is_never_ambiguous() -> None:
    """No Dutch text says uitgeloot or uitloting, which some read as drawn and some as not drawn."""
    found = [w for w in catalogue("nl").values() if re.search("uitgelo|uitlot", w.lower())]
    assert found == []


def test_issue_says_where_what_and_what_to_do() -> None:
    """An issue names its place in the reader's words and ends with what to do."""
    params = {"value": "mann", "nearest": "man", "count": 2, "rows": "6, 9"}
    issue = Issue("pool-value-unknown", params, "people.csv", 6, "geslacht", "did-you-mean")
    assert render_issue(issue, "nl") == (
        "people.csv, rij 6, kolom “geslacht”: er is geen quotum voor “mann” "
        "(aantal mensen: 2; rijen: 6, 9)\n"
        "  → bedoelt u “man”?"
    )


@pytest.mark.parametrize(
    ("locale", "language"),
    [("nl_NL.UTF-8", "nl"), ("nl_BE", "nl"), ("en_GB.UTF-8", "en"), ("de_DE", "en"), ("", "en")],
)
def test_language_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, locale: str, language: str
) -> None:
    """Who works in Dutch is addressed in Dutch, everybody else in English."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert language == language_from_environment()
