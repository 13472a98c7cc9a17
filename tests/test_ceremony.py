"""The sheets for a draw in public: what they say, what they may load, that they fit the paper."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import CHROMIUM, FLAGS
from conftest import Outcome, environment
from oracle import SmallPool
from pools import write
from small import RULES, rows_of, snapshot

from sortition.messages import LANGUAGES
from sortition.verify import commitment

Run = Callable[..., Outcome]

SHEETS = ["ceremony-record.html", "ceremony-script.html", "ceremony-tickets.html"]
HOSTILE = "<script>alert(1)</script>"
LATER = "2999-03-01T20:00+01:00"


def words_of(path: Path) -> str:
    """Return what a sheet shows."""
    text = path.read_text(encoding="utf-8").split("</head>")[1]
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


@pytest.fixture
def made(run: Run, files: Path) -> Path:
    """A lottery of 20 tickets."""
    assert 0 == run("lottery", *RULES, "--tickets", 20, "--out", "made").code
    return files / "made"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheets_of_a_lottery(run: Run, made: Path, language: str) -> None:
    """Before the draw: the commands to type, the commitment, every ticket, boxes for the number."""
    done = run("ceremony", "made", "--lang", language, "--json")
    assert 0 == done.code, done.err
    assert done.json["files"] == SHEETS
    script, tickets, record = (
        made / f"ceremony-{name}.html" for name in ("script", "tickets", "record")
    )
    said = words_of(script)
    assert "sortition draw made --ticket …" in said
    assert commitment(json.loads((made / "record.json").read_bytes())) in said
    assert "19" in said  # the last ticket: two digits can say more
    listed = re.findall(r"<p><b>(\d+)</b>(.*?)</p>", tickets.read_text(encoding="utf-8"))
    rows = rows_of(made / "lottery.csv")[1:]
    assert [(number, re.findall(r"<span>(.*?)</span>", ids)) for number, ids in listed] == [
        (row[0], row[1:]) for row in rows
    ]
    assert 2 == record.read_text(encoding="utf-8").count("<span></span>")
    for path in (script, tickets, record):
        page = path.read_text(encoding="utf-8")
        assert f'lang="{language}"' in page
        assert "default-src 'none'" in html.unescape(page)
        assert not re.search(r"<script|https?:|\bsrc=|\bhref=|url\(|@import", page)


def test_the_record_after_the_draw(run: Run, made: Path) -> None:
    """The number, who serves and the reserves in their order; a rehearsal says what it is."""
    run("ceremony", "made")
    run("draw", "made", "--ticket", 7, "--reserve-list", 3)
    assert 3 == run("ceremony", "made").code  # not over what is there
    assert 0 == run("ceremony", "made", "--force").code
    page = (made / "ceremony-record.html").read_text(encoding="utf-8")
    assert re.search(r'digits"><span>0</span><span>7</span>', page)
    panel = [row[0] for row in rows_of(made / "panel.csv")[1:]]
    reserves = json.loads((made / "record.json").read_bytes())["draw"]["reserves"]["ids"]
    for kind, ids in (("ul", panel), ("ol", reserves)):
        listed = re.search(rf'<{kind} class="ids">(.*?)</{kind}>', page)
        assert ids == re.findall(r"<bdi>(.*?)</bdi>", listed[1])
    run("draw", *RULES, "--tickets", 20, "--out", "tried")
    run("ceremony", "tried")
    assert "A rehearsal" in words_of(made.parent / "tried" / "ceremony-record.html")
    assert "A rehearsal" not in words_of(made / "ceremony-record.html")


def test_sheets_of_another_lottery_do_not_stay(run: Run, made: Path) -> None:
    """A new lottery takes them away, as a draw done again does; the first draw leaves them."""
    run("ceremony", "made")
    run("draw", "made", "--ticket", 7)
    assert set(SHEETS) <= {path.name for path in made.iterdir()}
    run("draw", "made", "--ticket", 8, "--force")
    assert not set(SHEETS) & {path.name for path in made.iterdir()}
    run("ceremony", "made")
    done = run("lottery", *RULES, "--tickets", 20, "--out", "made", "--force", "--json")
    assert set(SHEETS) <= set(done.json["removed"])
    assert not set(SHEETS) & {path.name for path in made.iterdir()}


def test_an_exact_lottery_has_no_tickets(run: Run, files: Path) -> None:
    """Script and record, with a text to draw by; who serves is as the check has it."""
    run("lottery", *RULES, "--exact", "--out", "made")
    done = run("ceremony", "made")
    assert 0 == done.code
    assert not (files / "made" / "ceremony-tickets.html").exists()
    assert "--seed" in words_of(files / "made" / "ceremony-script.html")
    run("draw", "made", "--seed", "3 14 15 92")
    run("ceremony", "made", "--force")
    shown = words_of(files / "made" / "ceremony-record.html")
    assert "3 14 15 92" in shown
    assert all(row[0] in shown for row in rows_of(files / "made" / "panel.csv")[1:])


def test_words_of_users_stay_text(run: Run, tmp_path: Path) -> None:
    """A title, a source or an id with tags in it is shown as it is."""
    people = tuple({"id": f"{HOSTILE}{at}", "side": "lr"[at % 2]} for at in range(6))
    write(SmallPool(people, (("side", "l", 1, 1), ("side", "r", 1, 1)), 2), tmp_path)
    (tmp_path / "project.toml").write_text(
        f'pool = "people.csv"\nquotas = "quotas.csv"\nsize = 2\ntitle = "{HOSTILE}"\n',
        encoding="utf-8")
    folder = tmp_path / "made"
    assert 0 == run("lottery", tmp_path / "project.toml", "--out", folder, "--tickets", 5,
                    "--source", HOSTILE, "--drawn-at", LATER).code
    assert 0 == run("ceremony", folder).code
    for name in SHEETS:
        page = (folder / name).read_text(encoding="utf-8")
        assert "<script" not in page
        assert HOSTILE in words_of(folder / name).replace("  ", "")


def test_nothing_is_made_of_a_lottery_that_is_not_sound(run: Run, made: Path) -> None:
    """A changed file is told as by verify; a dry run writes nothing."""
    before = snapshot(made)
    assert 0 == run("ceremony", "made", "--dry-run").code
    assert before == snapshot(made)
    path = made / "lottery.csv"
    path.write_bytes(path.read_bytes().replace(b"p01", b"p02", 1))
    assert 5 == run("ceremony", "made").code
    assert 3 == run("ceremony", "nowhere").code
    assert 3 == run("ceremony", "people.csv").code
    assert not (made / SHEETS[0]).exists()


def pages(path: Path, folder: Path) -> int:
    """Return on how many sheets of paper a page comes out."""
    pdf = folder / "sheet.pdf"
    subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
         f"--print-to-pdf={pdf}", path.as_uri()],
        capture_output=True, check=True, timeout=120, env=environment(HOME=str(folder)),
    )
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf.read_bytes()))


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to print the sheets")
@pytest.mark.parametrize(("source", "language"), [("ticket", "nl"), ("drand + dice", "en")])
def test_the_script_is_one_page(
    run: Run, files: Path, tmp_path: Path, source: str, language: str
) -> None:
    """Of A4, with balls and the longest there is besides, a beacon with dice."""
    run("lottery", *RULES, "--tickets", 20, "--out", "made", "--source", source,
        "--drawn-at", LATER)
    assert 0 == run("ceremony", "made", "--lang", language).code
    assert 1 == pages(files / "made" / "ceremony-script.html", tmp_path)
