"""The page ``report.html``: what it says, what it may do, that everybody can read it."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, dumped
from conftest import ROOT

from sortition.messages import LANGUAGES, text
from sortition.report import page
from sortition.report.chart import columns

AXE = ROOT / ".axe" / "package" / "axe.min.js"
DARK = "--blink-settings=preferredColorScheme=0"
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to show the page")
judged = pytest.mark.skipif(
    not AXE.exists(), reason="no axe-core here: npm pack axe-core, and unpack it in .axe"
)
SCRIPT = "<script>alert(1)</script>"
TURNED = "\u202egnp.exe"  # read from right to left
LONG = "Llanfairpwllgwyngyll" * 12
HOSTILE = (SCRIPT, TURNED, LONG, "\"' onload='x'", "]]>", "</style><b>", "&lt;i&gt;", "{{ x }}")

Files = dict[str, bytes]


def csv_of(*rows: list[str]) -> bytes:
    return "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\n"
                   for row in rows).encode()


def published(
    kinds: dict[str, tuple[int, int, float]], *, tickets: int = 10, drawn: bool = True,
    **record: Any,
) -> Files:
    """Return files of a lottery in which each kind has so many people, seats and one chance.

    The tickets hold the first people of each kind, whatever the chances are: the page shows what
    the files say.
    """
    people = {kind: [f"p{number}-{at}" for at in range(count)]
              for number, (kind, (count, _, _)) in enumerate(kinds.items())}
    panel = [own for kind, ids in people.items() for own in ids[: kinds[kind][1]]]
    lottery = csv_of(["ticket", *(f"member_{at}" for at in range(1, len(panel) + 1))],
                     *([f"{at:02d}", *panel] for at in range(tickets)))
    chances = csv_of(["id", "chance", "tickets"], *(
        [own, str(kinds[kind][2]), "1"] for kind, ids in people.items() for own in ids))
    groups = csv_of(["id", "household", *kinds], *(
        [own, "", *("1" if kind == other else "0" for other in kinds)]
        for kind, ids in people.items() for own in ids))
    files = {"lottery.csv": lottery, "chances.csv": chances, "groups.csv": groups}
    able = [chance for _, _, chance in kinds.values() if chance]
    known = {
        "kind": "tickets", "tickets": tickets, "size": [len(panel), len(panel)],
        "objective": "leximin", "per_household": 1, "proven": True, "proof": {},
        "min_chance": str(min(able)), "max_chance": str(max(able)), "bound": str(min(able)),
        "gap": "0", "ticket_loss": "0.5", "source": {}, "earlier_draws": [],
        "tool": "sortition", "solver": "HiGHS",
        "quotas": [{"name": kind, "min": seats, "max": seats}
                   for kind, (_, seats, _) in kinds.items()],
        "barred": {own: False for kind, ids in people.items() for own in ids
                   if not kinds[kind][2]},
        "rehearsal": False, "past_draws": [],
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "draw": {"sources": [{"kind": "text", "text": "dice"}], "ticket": 3,
                 "id_column": "id"} if drawn else None,
    }
    return {**files, "record.json": json.dumps(known | record).encode()}


TOWN = {"town: Heerlen": (40, 2, 0.05), "town: Kerkrade": (9, 3, 1 / 3), "town: Vaals": (1, 0, 0.0)}


class Seen(HTMLParser):
    """The elements of a page with their attributes, and the text between them."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


# -- what it says ----------------------------------------------------------------------------------


def test_the_figures_are_those_of_the_files() -> None:
    """Fifty people and five seats, a tenth each if all were equal; the rest counted by hand."""
    text = Seen(page(published(TOWN), smallest=1)).text

    assert "A panel of 5 people out of 50 who signed up." in text
    assert "The smallest chance is 5 % (1 in 20), the largest 33.3 % (1 in 3)." in text
    assert "everyone's chance would be 10 % (1 in 10)." in text
    assert "40 of 50 people have a chance between half and twice that" in text
    assert "People who cannot be on any panel that keeps the rules: 1." in text
    assert "Ticket 3 was drawn." in text
    assert "“ dice ”" in text
    for row in ("Heerlen 40 80 % 2 2", "Kerkrade 9 18 % 3 3", "Vaals 1 2 % 0 0"):
        assert row in text


def test_the_appendix_defines_what_it_shows() -> None:
    """Gini of 40 × 1/20, 9 × 1/3 and 0 by its formula; the sums of the groups' chances."""
    chances = [0.05] * 40 + [1 / 3] * 9 + [0]
    gini = sum(abs(a - b) for a in chances for b in chances) / (2 * 50 * sum(chances))
    text = Seen(page(published(TOWN), smallest=1)).text

    assert f"Gini {gini:.3g} Σᵢ Σⱼ" in text
    assert "π = 0 1 People who cannot be on any panel" in text
    assert "town: Kerkrade 33.3 % 33.3 % 33.3 % 3" in text
    assert "It makes the smallest chance as large as possible" in text
    assert "and so on. Flanigan, Gölz, Gupta, Hennig, Procaccia, Nature 596 (2021)" in text
    assert "0 if all are equal. Gini, Variabilità e mutabilità (1912);" in text


def test_small_groups_are_not_shown() -> None:
    """One of Vaals is not told, nor nine of Kerkrade, from which it would follow: 50 − 40 − 9."""
    text = Seen(page(published(TOWN))).text

    for row in ("Heerlen 40 80 % 2 2", "Kerkrade · 3 3", "Vaals · 0 0", "town: Kerkrade · · · 3"):
        assert row in text
    assert "“·” stands for a number that is not shown" in text
    assert "18 %" not in text
    assert "stands for a number" not in Seen(page(published({"a": (5, 1, 0.2)}))).text


def test_the_appendix_counts_what_is_proven() -> None:
    """Levels and cuts, as many as the record has."""
    files = published(TOWN, proof={"levels": [{}] * 3, "cuts": [{}] * 2, "excluded": []})
    text = Seen(page(files)).text

    assert "proven levels 3 Levels of chance" in text
    assert "cuts 2 Inequalities" in text


def test_equal_chances_need_no_explanation() -> None:
    """Where all are equal, one figure is said, and no reason why they would differ."""
    text = Seen(page(published({"a": (10, 1, 0.1), "b": (10, 1, 0.1)}))).text

    assert "Everyone's chance is 10 % (1 in 10)." in text
    assert "Why are the chances not all equal?" not in text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_before_the_draw_nobody_is_named(language: str) -> None:
    """No drawn column, and the page says that nothing was drawn."""
    told = Seen(page(published(TOWN, drawn=False), language))

    assert {"en": "Nothing has been drawn yet.", "nl": "Er is nog niemand ingeloot."}[
        language] in told.text
    assert "got" not in {attrs.get("class") for _, attrs in told.tags}


def test_what_was_announced_stands_beside_what_was_drawn() -> None:
    """Where the record says by what and when the lot is drawn; else nothing is said of it."""
    told = {"source": "ten balls", "at": "2026-12-01T20:00:00+01:00"}
    said = "Announced before the draw: ten balls , on 1 December 2026, 20:00 (UTC+01:00) ."

    assert said in Seen(page(published(TOWN, announced=told))).text
    assert "Announced" not in Seen(page(published(TOWN, announced=None))).text


def test_title_organiser_and_day_are_the_projects() -> None:
    """What the project file says stands on top; the day in words."""
    about = {"title": "Burgerberaad", "organiser": "Gemeente Heerlen", "date": "2026-06-01"}
    files = published(TOWN, source={"about": about})

    assert "Gemeente Heerlen · 1 June 2026 Burgerberaad" in Seen(page(files)).text
    assert "Gemeente Heerlen · 1 juni 2026 Burgerberaad" in Seen(page(files, "nl")).text


def test_a_replacement_counts_the_candidates_only() -> None:
    """Whoever stays has a seat already and no part in how fair the draw is."""
    kinds = {"two stay": (2, 2, 1.0), "candidates": (10, 1, 0.1)}
    follows = {"stay": ["p0-0", "p0-1"], "gone": ["x"], "changed": []}
    text = Seen(page(published(kinds, follows=follows))).text

    assert "Everyone's chance is 10 % (1 in 10)." in text
    assert "who stay: 2; who left: 1." in text


@pytest.mark.parametrize("language", ["en", "nl"])
def test_nobody_is_named_unasked(language: str) -> None:
    """Not even by an id, before the draw or after it."""
    for drawn in (True, False):
        assert not re.search(rb"p\d-\d", page(published(TOWN, drawn=drawn), language))


# -- the chart -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("chances", "equal"), [
    ([0.05] * 40 + [1.0], 0.07), ([0.1], 0.1), ([1.0] * 3, 1.0), ([0.0, 1.0], 0.5),
    ([1e-4] * 900 + [2e-4] * 100, 1.1e-4), ([0.999, 1.0], 0.9995), ([0.3] * 99 + [0.31], 0.3),
    ([at / 1000 for at in range(1000)], 0.5), ([0.0] * 99 + [1.0], 0.01),
])
def test_everybody_stands_in_one_column(chances: list[float], equal: float) -> None:
    """Nobody is lost or counted twice, few columns, each holds those whose chance it names."""
    found = columns(chances, equal)

    assert len(chances) == sum(column.people for column in found)
    assert 1 <= len(found) <= 14
    assert [column.high for column in found[:-1]] == [column.low for column in found[1:]]
    assert found[-1].high >= chances[-1] - 1e-12
    assert found[-1].high <= 1 + 1e-9 or found[-1].high == chances[-1]
    for column in found:
        inside = [c for c in chances if column.low - 1e-9 <= c < column.high - 1e-9]
        at_top = sum(abs(c - column.high) < 1e-9 for c in chances) if column is found[-1] else 0
        assert column.people == len(inside) + at_top


# -- what it may do --------------------------------------------------------------------------------


def hostile() -> Files:
    """Return files with hostile words in every field that the page shows."""
    kinds = {f"{words}: {words}": (3, 1, 0.25) for words in HOSTILE}
    files = published(
        kinds, objective=SCRIPT, tool=SCRIPT, solver=TURNED,
        source={"about": {"title": SCRIPT, "organiser": TURNED, "date": SCRIPT}},
        draw={"sources": [{"kind": "text", "text": SCRIPT + TURNED}], "ticket": 3,
              "id_column": "id"}, rehearsal=True,
        earlier_draws=[{"ticket": SCRIPT}],
    )
    header = ["id", SCRIPT, TURNED]
    return files | {"panel.csv": csv_of(header, ["7", SCRIPT, LONG], ["9", TURNED, "\x00\x1b[31m"])}


def test_hostile_words_stay_text() -> None:
    """Only our own elements and attributes; words that turn round are cut off from the rest."""
    told = Seen(page(hostile(), "en", [SCRIPT, TURNED]))
    panel = csv_of(["id", "a"], ["1", "2"])
    plain = Seen(page(published(TOWN) | {"panel.csv": panel}, "en", ["a"]))
    own = {tag for tag, _ in plain.tags}

    assert {"script", "b", "i", "img"}.isdisjoint(own)
    assert own >= {tag for tag, _ in told.tags}
    attributes = {name for _, attrs in told.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {
        "style", "src", "href", "action"}
    assert SCRIPT in told.text
    assert LONG in told.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", told.text)


@in_browser
def test_hostile_words_stay_text_in_a_browser() -> None:
    """The document that a browser makes of it has no script, and shows the words."""
    shown = dumped(page(hostile(), "nl", [SCRIPT, TURNED]).decode())

    assert "<script" not in shown
    assert html.escape(SCRIPT, quote=False) in shown


def test_the_page_can_reach_nothing() -> None:
    """Everything is forbidden but its own style, named by its digest; nothing outside is named."""
    data = page(published(TOWN)).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', data)[1]
    directives = dict(part.strip().split(" ", 1) for part in html.unescape(policy).split(";"))
    style = re.search(r"<style>(.*?)</style>", data, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert {"default-src": "'none'", "style-src": f"'sha256-{digest}'", "base-uri": "'none'",
            "form-action": "'none'"} == directives
    assert not re.search(r"https?:|url\(|@import|\b(src|href|style)=", data)


def test_a_large_lottery_makes_no_large_page() -> None:
    """Ten thousand people with as many chances, a thousand seats, five hundred groups."""
    kinds = {f"wijk: {at}": (20, 2, (at + 1) / 5000) for at in range(500)}
    data = page(published(kinds))

    assert len(data) < 500_000
    assert "Groups not shown here: 200." in Seen(data).text


# -- that everybody can read it --------------------------------------------------------------------

_JUDGE = """
axe.run(document, { resultTypes: ["violations"] }).then((found) => {
  const out = document.createElement("pre");
  out.id = "answers";
  out.textContent = JSON.stringify(found.violations.map(
    ({ id, impact, nodes }) => [id, impact, nodes[0].html.slice(0, 200)]));
  document.body.append(out);
});
"""


def violations(data: str, *flags: str) -> list[list[str]]:
    """Return what axe-core finds wrong with a page: rule, how serious, an example."""
    scripts = [AXE.read_text(encoding="utf-8").replace("</script", "<\\/script"), _JUDGE]
    allowed = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() + "'"
        for one in scripts)
    nothing = "default-src &#x27;none&#x27;;"
    data = data.replace(nothing, f"{nothing} script-src {allowed};")
    assert allowed in data
    last = "".join(f"<script>{one}</script>" for one in scripts)
    shown = dumped(data.replace("</body>", last + "</body>"), *flags)
    found = re.search(r'<pre id="answers">(.*?)</pre>', shown, re.S)
    assert found is not None, "axe-core did not run"
    return json.loads(html.unescape(found[1]))


@in_browser
@judged
@pytest.mark.parametrize("flags", [(), (DARK,)], ids=["light", "dark"])
@pytest.mark.parametrize("made", [published(TOWN), published(TOWN, drawn=False), hostile()],
                         ids=["drawn", "not drawn", "hostile"])
def test_axe_finds_nothing(made: Files, flags: tuple[str, ...]) -> None:
    """No finding of any weight, in light and in dark."""
    show = ["id"] if "panel.csv" in made else []
    assert [] == violations(page(made, "nl", show).decode(), *flags)


_MEASURE = """
<iframe scrolling="no" style="width:WIDTHpx;height:900px;border:0" srcdoc="PAGE"></iframe><script>
onload = () => {
  const page = document.querySelector("iframe").contentDocument;
  const words = [...page.querySelectorAll("td, th, p, li, .fact > span")].filter(
    (own) => own.textContent.trim() && !own.closest("details"));
  const lines = (own) => {
    const range = page.createRange();
    range.selectNodeContents(own);
    return range.getBoundingClientRect();
  };
  const out = document.createElement("pre");
  out.id = "found";
  out.textContent = JSON.stringify({
    wide: page.documentElement.scrollWidth,
    thin: words.filter((own) => own.textContent.length > 12 && own.matches("tbody th")
      ? own.getBoundingClientRect().width < 90
      : own.textContent.length > 30 && lines(own).width < 90).map((own) => own.textContent),
  });
  document.body.append(out);
};
</script>"""


@in_browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("made", [published(TOWN), hostile()], ids=["town", "hostile"])
def test_the_page_fits_telephones_and_desks(made: Files, width: int) -> None:
    """Nothing sticks out sideways, and no sentence is squeezed into a column of letters."""
    data = html.escape(page(made).decode())
    shown = dumped(_MEASURE.replace("WIDTH", str(width)).replace("PAGE", data))
    found = re.search(r'<pre id="found">(.*?)</pre>', shown, re.S)
    assert found is not None, "nothing was measured"

    assert {"wide": width, "thin": []} == json.loads(html.unescape(found[1]))


@in_browser
@judged
def test_axe_does_find_what_is_wrong() -> None:
    """A page without a language, and with dark words on dark paper only in the dark."""
    data = page(published(TOWN)).decode()
    style = re.search(r"<style>(.*?)</style>", data, re.S)[1]
    dark = style.replace("--ink: #e6eaef", "--ink: #232a31")
    pair = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in (style, dark)]
    unreadable = data.replace(style, dark).replace(pair[0], pair[1])

    assert "html-has-lang" in {rule for rule, *_ in violations(data.replace(' lang="en"', ""))}
    assert [] == violations(unreadable)
    assert {"color-contrast"} == {rule for rule, *_ in violations(unreadable, DARK)}


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in (published(TOWN) | {
        "panel.csv": csv_of(["id", "naam"], ["p0-0", "Jansen"], ["p0-1", "De Vries"])
    }).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_names_stand_on_a_page_only_when_asked(folder: Path, run) -> None:
    """A page with names says that it is not for publication; the usual one has none."""
    plain = run("page", folder, "--out", folder / "plain.html", "--lang", "nl")
    named = run("page", folder, "--out", folder / "named.html", "--show", "naam", "--json")

    assert (0, 0) == (plain.code, named.code)
    assert ["naam"] == named.json["shown"]
    assert "Jansen" not in (folder / "plain.html").read_text(encoding="utf-8")
    text = Seen((folder / "named.html").read_bytes()).text
    assert "This page names people. Do not publish it." in text
    assert "De Vries" in text


def test_a_page_is_refused_with_a_reason(folder: Path, run) -> None:
    """A column that is not there, no panel, no folder, a file that is there already."""
    assert 3 == (unknown := run("page", folder, "--out", folder / "x.html", "--show", "nam")).code
    assert "did you mean “naam”" in unknown.err
    (folder / "panel.csv").unlink()
    assert 3 == run("page", folder, "--out", folder / "x.html", "--show", "naam").code
    assert 3 == run("page", folder / "no", "--out", folder / "x.html").code
    assert 2 == run("page", folder).code
    (folder / "x.html").write_text("mine", encoding="utf-8")
    assert 3 == run("page", folder, "--out", folder / "x.html").code
    assert "mine" == (folder / "x.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_numbers_of_a_role_are_explained(tmp_path: Path, run, language: str) -> None:
    """With people who have two roles, a role has its seats at least: the note says the seats."""
    rows = "".join(f"p{at:02d},{role}\n" for at, role in enumerate(
        ["a", "b", "c", "a;b", "b;c", "a;c"] * 2))
    (tmp_path / "people.csv").write_text(f"id,role\n{rows}", "utf-8")
    (tmp_path / "project.toml").write_text(
        'pool = "people.csv"\nsize = 6\n[[quota]]\nof = "role"\nseparator = ";"\n'
        'one_seat_each = true\nshares = { a = "1/3", b = "1/3", c = "1/3" }\n', "utf-8")
    made = tmp_path / "made"
    done = run("lottery", tmp_path / "project.toml", "--out", made, "--tickets", "6",
               "--lang", language)
    assert 0 == done.code, done.err
    shown = re.sub("<[^>]+>", "", (made / "report.html").read_text("utf-8"))
    note = text("report-roles", language, feature="role", seats="a 2; b 2; c 2")
    assert 1 == html.unescape(shown).count(note)
