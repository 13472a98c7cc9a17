"""Sheets for a draw in public: the script, the list of the tickets, the official record to sign.

Made from the published files of a lottery alone, before or after its draw; each is one page of HTML
to print. Called by ``sortition ceremony``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sortition.draw import Candidate, draw_from_seed
from sortition.lots.names import earlier_tickets, ticket_label
from sortition.messages import source_name
from sortition.report.early import early_note
from sortition.report.html import Child, Markup, document, filled, own, tag
from sortition.report.voice import Voice
from sortition.verify import commitment, drawn_seed, read_rows, said

__all__ = ["official_record", "script", "ticket_list"]

Record = Mapping[str, Any]

_ROLES = (
    ("ceremony-chair", "ceremony-chair-does"),
    ("ceremony-overseer", "ceremony-overseer-does"),
    ("ceremony-hand", "ceremony-hand-does"),
    ("ceremony-operator", "ceremony-operator-does"),
    ("ceremony-camera", "ceremony-camera-does"),
    ("ceremony-witnesses", "ceremony-witnesses-do"),
)
_BEFORE = (
    "ceremony-before-published", "ceremony-before-copies", "ceremony-before-computer",
    "ceremony-before-sheets",
)
_BEFORE_KIND = {"ticket": "ceremony-before-balls", "dice": "ceremony-before-dice",
                "text": "ceremony-before-text", "drand": "ceremony-before-beacon",
                "nist": "ceremony-before-beacon"}
_DRAW_KIND = {"ticket": "ceremony-draw-balls", "dice": "ceremony-draw-dice",
              "text": "ceremony-draw-text", "drand": "ceremony-draw-beacon",
              "nist": "ceremony-draw-beacon"}
_FILM = ("ceremony-film-whole", "ceremony-film-seal", "ceremony-film-source",
         "ceremony-film-screen", "ceremony-film-not")
_IF_KIND = {  # what to do if, by what decides
    "ticket": (("ceremony-if-ball", "ceremony-then-ball"),
               ("ceremony-if-two", "ceremony-then-two"),
               ("ceremony-if-beyond", "ceremony-then-beyond")),
    "dice": (("ceremony-if-die", "ceremony-then-die"),),
    "text": (("ceremony-if-text", "ceremony-then-text"),),
    "drand": (("ceremony-if-beacon", "ceremony-then-beacon"),),
    "nist": (("ceremony-if-beacon", "ceremony-then-beacon"),),
}
_IF = (
    ("ceremony-if-differ", "ceremony-then-differ"),
    ("ceremony-if-computer", "ceremony-then-computer"),
    ("ceremony-if-seal", "ceremony-then-seal"),
    ("ceremony-if-objection", "ceremony-then-objection"),
    ("ceremony-if-stop", "ceremony-then-stop"),
)
_GIVEN = {"ticket": "--ticket", "text": "--seed", "dice": "--dice", "drand": "--drand",
          "nist": "--nist"}
_SIGNING = ("ceremony-chair", "ceremony-overseer", "ceremony-witness", "ceremony-witness")


def script(files: Mapping[str, bytes], folder: str, language: str = "en") -> bytes:
    """Return who does what, what is filmed, and what happens if something goes wrong.

    Parameters
    ----------
    files
        ``record.json`` of a lottery.
    folder
        The name of its folder, for the commands to type.
    language
        ``"en"`` or ``"nl"``.
    """
    record, voice = json.loads(files["record.json"]), Voice(language)
    words, kinds = voice.words, _kinds(record)
    first, last = _ends(record)
    figures = {"digits": len(last), "first": first, "last": last}
    given = " ".join(f"{_GIVEN[kind]} …" for kind in kinds)
    draw = [words(_DRAW_KIND[kind], **figures) for kind in kinds]
    steps: list[Child] = [
        words("ceremony-open"), words("ceremony-read"), *dict.fromkeys(draw),
        words("ceremony-agree"),
        [words("ceremony-type"), " ", tag("code", f"sortition draw {folder} {given}")],
        [words("ceremony-check"), " ", tag("code", f"sortition verify {folder}")],
        words("ceremony-say"), words("ceremony-sign"),
    ]
    troubles = [
        pair for pair in [*dict.fromkeys(own for kind in kinds for own in _IF_KIND[kind]), *_IF]
        if pair[0] != "ceremony-if-beyond" or set(last) != {"9"}  # else every number is a ticket
    ]
    before = [words(_BEFORE_KIND[kind], **figures) for kind in kinds]
    body = tag(
        "main", _head(record, voice, words("ceremony-script")),
        None if record.get("announced") else tag("p", words("ceremony-unannounced")),
        tag("p", tag("b", words("ceremony-commitment")), " ",
            tag("code", commitment(record))),
        tag("div",
            _part(words("ceremony-who"), tag("dl", [
                [tag("dt", words(role)), tag("dd", words(does))] for role, does in _ROLES])),
            _part(words("ceremony-before"), _boxes(
                [*(words(code) for code in _BEFORE), *dict.fromkeys(before)])),
            _part(words("ceremony-steps"), tag("ol", [tag("li", step) for step in steps])),
            _part(words("ceremony-film"), _boxes([words(code) for code in _FILM])),
            _part(words("ceremony-if"), tag("ul", [
                tag("li", tag("b", words(trouble, **figures)), " ", words(then, **figures))
                for trouble, then in troubles])),
            _part(words("ceremony-after"), _boxes([words("ceremony-after-files"),
                                                  words("ceremony-after-people")])),
            class_="columns"),
    )
    return document(words("ceremony-script"), "sheets.css", body, language)


def ticket_list(files: Mapping[str, bytes], language: str = "en") -> bytes | None:
    """Return every ticket with the ids on it; None for an exact lottery, which has none.

    Parameters
    ----------
    files
        ``record.json`` and ``lottery.csv`` of a lottery.
    language
        ``"en"`` or ``"nl"``.
    """
    record, voice = json.loads(files["record.json"]), Voice(language)
    if record["kind"] == "exact":
        return None
    rows = read_rows(files["lottery.csv"])[1:]
    first, last = _ends(record)
    lines = [
        tag("p", tag("b", number), [[tag("span", member), " "] for member in members if member])
        for number, *members in rows
    ]
    body = tag(
        "main", _head(record, voice, voice.words("ceremony-tickets")),
        tag("p", voice.words("ceremony-tickets-text", count=voice.count(len(rows)), first=first,
                             last=last)),
        tag("p", tag("b", "SHA-256 lottery.csv"), " ",
            tag("code", hashlib.sha256(files["lottery.csv"]).hexdigest())),
        tag("div", lines, class_="tickets"),
    )
    return document(voice.words("ceremony-tickets"), "sheets.css", body, language)


def official_record(files: Mapping[str, bytes], language: str = "en") -> bytes:
    """Return the record to sign: filled in as far as things are known, with lines for the rest.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv`` and ``groups.csv`` of a lottery.
    language
        ``"en"`` or ``"nl"``.
    """
    record, voice = json.loads(files["record.json"]), Voice(language)
    words, draw = voice.words, record["draw"]
    earlier = earlier_tickets(record)
    body = tag(
        "main", _head(record, voice, words("ceremony-official")),
        tag("p", words("ceremony-rehearsed"), class_="note") if draw and record["rehearsal"]
        else None,
        tag("h2", words("ceremony-occasion")),
        _listed([(words(code), _line()) for code in (
            "ceremony-place", "ceremony-time", "ceremony-present")]),
        tag("h2", words("ceremony-fixed")), _listed(_fixed(files, record, voice)),
        tag("p", words("ceremony-earlier", count=len(earlier), tickets=", ".join(earlier)),
            class_="note") if earlier else None,
        tag("h2", words("ceremony-outcome")), _outcome(record, voice), early_note(record, voice),
        _panel(files, record, voice) if draw else None,
        tag("h2", words("ceremony-checked")),
        _boxes([words("ceremony-checked-seal"), words("ceremony-checked-steps"),
                words("ceremony-checked-film")]),
        tag("h2", words("ceremony-remarks")), _line(), _line(), _line(),
        tag("h2", words("ceremony-signed")),
        tag("table", tag("thead", tag("tr", *(tag("th", words(code), scope="col") for code in (
            "ceremony-role", "ceremony-name", "ceremony-signature")))),
            tag("tbody", [tag("tr", tag("td", words(role)), tag("td"), tag("td"))
                          for role in _SIGNING], class_="sign")),
        class_="record",
    )
    return document(words("ceremony-official"), "sheets.css", body, language)


def _kinds(record: Record) -> list[str]:
    """Return what decides: the names that were announced, or else balls, or a text."""
    names = (record.get("announced") or {}).get("names") or []
    known = [name.partition(":")[0] for name in names]
    return known or (["text"] if record["kind"] == "exact" else ["ticket"])


def _ends(record: Record) -> tuple[str, str]:
    """Return the first and the last number, as they stand in ``lottery.csv``."""
    count = record["panels"] if record["kind"] == "exact" else record["tickets"]
    return ticket_label(record, 0), ticket_label(record, count - 1)


def _head(record: Record, voice: Voice, title: str) -> Child:
    """Return the title, whose draw it is, and how and when it was announced."""
    about = record["source"].get("about")
    about = about if isinstance(about, dict) else {}
    announced = record.get("announced") or {}
    whose = [about[key] for key in ("title", "organiser") if about.get(key)]
    return [
        tag("h1", title),
        tag("p", [[own(str(word)), " · "] for word in whose],
            voice.words("ceremony-lottery", people=voice.count(record["pool"]),
                        seats=voice.between(*record["size"])), class_="soft"),
        tag("p", filled(voice.words, "report-announced", {
            "source": source_name(announced, voice.language),
            "at": voice.moment(str(announced["at"])),
        })) if announced else None,
    ]


def _part(title: str, *children: Child) -> Markup:
    return tag("section", tag("h2", title), *children)


def _boxes(lines: Sequence[Child]) -> Markup:
    return tag("ul", [tag("li", line) for line in lines], class_="boxes")


def _line() -> Markup:
    return tag("div", "", class_="line")


def _listed(pairs: Sequence[tuple[str, Child]]) -> Markup:
    return tag("dl", [[tag("dt", name), tag("dd", value)] for name, value in pairs])


def _fixed(
    files: Mapping[str, bytes], record: Record, voice: Voice
) -> list[tuple[str, Child]]:
    """Return what was published before, and by which it can be told again."""
    words = voice.words
    panels = record["panels"] if record["kind"] == "exact" else record["tickets"]
    return [
        (words("ceremony-pool"), voice.count(record["pool"])),
        (words("report-seats"), voice.between(*record["size"])),
        (words("ceremony-panels"), voice.count(panels)),
        (words("ceremony-commitment"), tag("code", commitment(record))),
        ("SHA-256 lottery.csv",
         tag("code", hashlib.sha256(files["lottery.csv"]).hexdigest())),
        (words("ceremony-published"), _line()),
        (words("ceremony-attempt"), str(record.get("attempt", 1))),
    ]


def _outcome(record: Record, voice: Voice) -> Child:
    """Return what was drawn, or boxes and lines to write it into."""
    words, draw, exact = voice.words, record["draw"], record["kind"] == "exact"
    if draw is None:
        digits = len(_ends(record)[1])
        named = [(words("ceremony-source"), _line())]
        if exact or _kinds(record) != ["ticket"]:
            named.append((words("ceremony-source-more"), _line()))
        return [
            _listed(named),
            tag("p", words("ceremony-number-exact" if exact else "ceremony-number")),
            tag("div", [tag("span", "") for _ in range(digits)], class_="digits"),
        ]
    label = ticket_label(record, draw["ticket"])
    kinds = [source["kind"] for source in draw["sources"]]
    if draw["sources"][0].get("by") == "computer":
        source: Child = words("ceremony-by-system")
    elif kinds == ["text"]:
        source = own(str(draw["sources"][0]["text"]))
    elif kinds == ["ticket"]:
        source = words("ceremony-by-number")
    else:
        source = ", ".join(name for name, _, _ in map(said, draw["sources"]))
    return [
        _listed([(words("ceremony-source"), source)]),
        tag("p", words("ceremony-number-exact" if exact else "ceremony-number")),
        tag("div", [tag("span", digit) for digit in label], class_="digits"),
    ]


def _panel(files: Mapping[str, bytes], record: Record, voice: Voice) -> Child:
    """Return the ids of those who serve, and of their reserves."""
    ids = _drawn(files, record)
    reserves = record["draw"].get("reserves", {}).get("ids", [])
    return [
        tag("h2", voice.words("ceremony-panel", count=voice.count(len(ids)))), _ids(ids),
        [tag("h2", voice.words("ceremony-reserves", count=voice.count(len(reserves)))),
         _ids(reserves, "ol")] if reserves else None,
    ]


def _ids(ids: Sequence[str], kind: str = "ul") -> Markup:
    return tag(kind, [tag("li", own(member)) for member in ids], class_="ids")


def _drawn(files: Mapping[str, bytes], record: Record) -> Sequence[str]:
    """Return the ids of those who were drawn; the draw was checked."""
    rows = read_rows(files["lottery.csv"])[1:]
    if record["kind"] != "exact":
        return [member for member in rows[record["draw"]["ticket"]][1:] if member]
    seed, digest = drawn_seed(dict(record), commitment(record))
    panels = [[int(cell) for cell in row] for row in rows]
    people = [Candidate(member, int(t), home)
              for member, home, t, *_ in read_rows(files["groups.csv"])[1:]]
    return draw_from_seed(seed, digest, [row[1] for row in panels],
                          [row[2:] for row in panels], people)[1]
