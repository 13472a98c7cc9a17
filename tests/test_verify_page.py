"""The page ``docs/verify.html``: what it may do, what it says, its verdicts in a real browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
import test_exact_files as exact
import test_verify as tickets
from browser import CHROMIUM, PAGE, dumped, fed, verified
from conftest import ROOT, child
from pools import problem_of, seeded
from test_forgery import EVEN, HALF, HONEST, NEED_CUTS, QUARTERS, SKEW, barred_twins, four, skewed

import sortition
from sortition.checking import verify_files
from sortition.lots.commitment import path_of
from sortition.lots.names import PRIVATE
from sortition.lots.record import lottery_files
from sortition.messages import catalogue
from sortition.verify import read_rows

SOURCE = PAGE.read_text(encoding="utf-8")
TEXTS = json.loads(re.search(r'id="texts">(.*?)</script>', SOURCE, re.S)[1])
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to run docs/verify.html")


def test_the_page_is_up_to_date() -> None:
    """Its texts are those of the catalogues, its policy names the digests of what it holds."""
    assert 0 == child(ROOT / ".ci" / "verify_page.py", "--check").returncode
    for language in ("en", "nl"):
        words = {code: text for code, text in catalogue(language).items()
                 if code.startswith("verify-") and "-meetings-" not in code}
        assert words == {code: TEXTS[language][code] for code in words}
    assert TEXTS["en"].keys() == TEXTS["nl"].keys()


def test_the_page_can_reach_nothing() -> None:
    """Everything is forbidden but its own script and style; nothing outside is named."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', SOURCE)[1]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))

    assert {"default-src", "script-src", "style-src", "base-uri", "form-action"} == set(directives)
    assert "'none'" == directives["default-src"]
    assert "unsafe" not in policy
    assert not re.search(r"https?:|//[a-z]+\.|\bfetch\b|XMLHttp|import\(|\bsrc=|\bhref=", SOURCE)


def test_everything_on_the_page_has_a_name() -> None:
    """A language, a label for the files, a live region for the outcome; every text exists."""
    tags: list[tuple[str, dict]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append((tag, dict(attrs)))
    parser.feed(SOURCE)
    with_text = {attrs["data-text"] for _, attrs in tags if "data-text" in attrs}
    labels = {attrs.get("for") for tag, attrs in tags if tag == "label"}

    assert with_text <= TEXTS["en"].keys()
    assert {attrs["id"] for tag, attrs in tags if tag == "input"} == labels
    assert any(attrs.get("aria-live") == "polite" for _, attrs in tags)
    assert 1 == sum(tag == "h1" for tag, _ in tags)


def cases() -> dict[str, tickets.Files]:
    """Return true and tampered files, from every test of the other verifier."""
    found = {"tickets": tickets.undrawn(), "tickets, drawn": tickets.drawn(), "nothing": {},
             "by a text": tickets.drawn_by_seed(), "exact": exact.undrawn(),
             "exact, drawn": exact.drawn(), "halves": four(HALF, HONEST, EVEN),
             "quarters": four(QUARTERS, HONEST, SKEW), "barred": barred_twins(shared="ab"),
             "barred, at home": barred_twins(shared="abc"), "a size of millions": skewed(10**15)}
    for seed in NEED_CUTS:
        fair = sortition.find_distribution(problem_of(seeded(seed)))
        found[f"cuts {seed}"] = lottery_files(fair.to_lottery(100))
        found[f"cuts {seed}, exact"] = lottery_files(fair.to_exact())
    for name, (made, edit) in tickets.FORGERIES.items():
        found[f"{name}, digest made right"] = tickets.hashed_again(edit(made()))
    for name, (made, edit) in (tickets.FORGERIES | tickets.EDITS).items():
        found[name] = edit(made())
    for name, (made, edit, _) in exact.FORGERIES.items():
        found[f"exact, {name}"] = tickets.hashed_again(edit(made()))
    return found


@in_browser
def test_the_page_ends_as_the_other_verifier_does() -> None:
    """The same steps with the same codes, and every figure that a message names."""
    tried = cases()

    for (name, files), page in zip(tried.items(), verified(list(tried.values())), strict=True):
        own = verify_files(files).steps
        assert [(step.number, step.ok, step.code) for step in own] == [
            (step["number"], step["ok"], step["code"]) for step in page], name
        for step in page:
            figures = set(re.findall(r"\{(\w+)\}", TEXTS["en"][step["code"]]))
            assert figures <= step["params"].keys(), name


@in_browser
def test_the_page_checks_who_was_in() -> None:
    """Somebody's own line and the path of a ticket hold; a line of another lottery fails."""
    files, other = tickets.undrawn(), exact.drawn()
    rows = read_rows(files["lottery.csv"])[1:]
    mine, theirs = (made[PRIVATE].splitlines()[4].decode() for made in (files, other))
    ticket = json.dumps({"leaf": rows[17], "path": path_of(rows, 17)})
    grouped = json.loads(mine)
    grouped["leaf"][-1] = str(1 - int(grouped["leaf"][-1]))
    tried = [(files, mine), (files, ticket), (files, f"{mine}\n{ticket}\n"), (other, theirs),
             (files, theirs), (files, json.dumps(grouped)), (files, "x"), (other, f"{theirs}\n[]")]

    ends = [steps[-1] for steps in verified([made for made, _ in tried], None,
                                            [line for _, line in tried])]

    held = [(8, "verify-included", lines) for lines in (1, 1, 2, 1)]
    assert held == [(end["number"], end["code"], end["params"]["lines"]) for end in ends[:4]]
    failed = [(8, "verify-bad-inclusion", line) for line in ("1", "1", "1", "2")]
    assert failed == [(end["number"], end["code"], str(end["params"]["line"])) for end in ends[4:]]


@in_browser
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize(("made", "steps", "verdict"), [
    (tickets.drawn, 7, "all-good"), (exact.undrawn, 5, "all-undrawn"),
    (lambda: tickets.drawn() | {"panel.csv": b""}, 7, "all-bad"),
])
def test_the_page_shows_the_steps(language: str, made, steps: int, verdict: str) -> None:
    """Chosen files become a numbered list and a verdict, in either language."""
    script = """
    const { files, language: wanted } = JSON.parse(document.getElementById("cases").textContent);
    // As files are, but without the disk, for which the browser's virtual clock would not wait.
    check(Object.entries(files).map(([name, text]) => (
      { name, arrayBuffer: async () => new TextEncoder().encode(text).buffer }
    ))).then(() => document.querySelector(`[data-language=${wanted}]`).click());
    """
    texts = {name: data.decode() for name, data in made().items() if name.endswith(("csv", "json"))}
    page = dumped(fed(script, {"files": texts, "language": language}))
    page = page.partition('<script type="application/json"')[0]

    assert steps == page.count("<li>")
    assert f">{TEXTS[language][verdict]}</p>" in page
    assert f'<html lang="{language}">' in page
