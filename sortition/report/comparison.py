"""``comparison.html``: a group beside a reference on one page, to show a council and to print.

``comparison_page(found, language) -> bytes``, from what `sortition.audit.against` counted. Called
by the command line.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from sortition.report.chart import strip
from sortition.report.html import Markup, document, filled, own, tag
from sortition.report.voice import Voice
from sortition.rules.quotas import CROSS

if TYPE_CHECKING:
    from sortition.audit.against import GroupComparison, GroupShare

__all__ = ["comparison_page", "named", "signed", "unlisted_values"]

_MOST = 10  # values named in one sentence

_HEAD = ("report-group", "compare-people", "compare-share", "compare-interval",
         "compare-reference", "compare-gap-short")


def comparison_page(found: GroupComparison, language: str, names: tuple[str, str]) -> bytes:
    """Return the page.

    Parameters
    ----------
    found
        The comparison.
    language
        ``"en"`` or ``"nl"``.
    names
        What the group and the reference are called: the names of their files.
    """
    voice = Voice(language)
    words = voice.words
    title = words("compare-title")
    head = tag("thead", tag("tr", [tag("th", words(name), scope="col") for name in _HEAD]))
    tables = [
        _table(over, list(rows), voice, head)
        for over, rows in groupby(found.groups, lambda row: row.over)
    ]
    legend = {
        words("figure-group"): tag("circle", class_="dot", cx=9, cy=7, r=4),
        words("figure-interval"): tag("rect", class_="band", x=1, y=2, width=16, height=10, rx=2),
        words("figure-reference"): tag("line", class_="pool", x1=9, x2=9, y1=0, y2=14),
    }
    shown = tag("ul", [
        tag("li", tag("svg", mark, viewBox="0 0 18 14", aria_hidden="true"), meaning)
        for meaning, mark in legend.items()], class_="legend small soft")
    method = "compare-method-drawn" if found.drawn else "compare-method"
    main = tag(
        "main",
        tag("header", tag("h1", title),
            tag("p", own(names[0]), " – ", own(names[1]), class_="kicker"),
            tag("p", words("compare-group-line", people=found.people), class_="lead")),
        tag("section", tag("p", words("compare-meaning")), shown, tables,
            [tag("p", filled(words, "compare-unlisted", {"feature": over, "values": values}),
                 class_="note") for over, values in unlisted_values(found)]),
        tag("section", tag("h2", words("compare-how")),
            tag("p", words("compare-gap-points")),
            tag("p", words(method, confidence=voice.percent(found.confidence))),
            tag("p", words("compare-hidden-line", least=found.least_shown))
            if found.least_shown else None),
    )
    return document(title, "style.css", main, language)


def unlisted_values(found: GroupComparison) -> list[tuple[str, str]]:
    """Return features and, as one text, the values that a population does not name."""
    values: dict[str, list[str]] = {}
    for over, name in found.unlisted:
        values.setdefault(over, []).append(f"“{name}”")
    return [(over, ", ".join([*own[:_MOST], *(["…"] if len(own) > _MOST else [])]))
            for over, own in values.items()]


def _table(over: str, rows: list[GroupShare], voice: Voice, head: Markup) -> Markup:
    """Return the rows of one feature, on a scale of their own."""
    most = max((max(row.high or 0.0, row.reference_high or 0.0) for row in rows), default=1.0)
    return tag("div", tag(
        "table", tag("caption", own(over)), head,
        tag("tbody", [_row(row, voice, most) for row in rows]), class_="numbers",
    ), class_="scroll", tabindex=0, role="region", aria_label=over)


def _row(row: GroupShare, voice: Voice, most: float) -> Markup:
    name = tag("span", own(named(voice.words("compare-blank"), row.name)))
    if row.share is None or row.low is None or row.high is None:
        return tag("tr", tag("th", name, scope="row"),
                   tag("td", voice.words("compare-hidden-cell"), colspan=5))
    low, high = row.reference_low, row.reference_high
    middle = low if low is not None and low == high else None
    line = strip((row.low, row.high), middle, row.share, most)
    reference = "–" if low is None or high is None else voice.percent(low)
    if low is not None and high is not None and low != high:
        reference = f"{voice.percent(low)} – {voice.percent(high)}"
    gap = "–" if row.gap is None else signed(voice, row.gap)
    return tag(
        "tr", tag("th", name, line, scope="row"),
        tag("td", voice.count(row.people or 0)), tag("td", voice.percent(row.share)),
        tag("td", f"{voice.percent(row.low)} – {voice.percent(row.high)}"),
        tag("td", reference), tag("td", gap, class_="got" if row.differs else None),
    )


def named(blank: str, name: str) -> str:
    """Return the name of a group, with a word where a value is blank.

    Examples
    --------
    >>> named("(blank)", "man × "), named("(blank)", "")
    ('man × (blank)', '(blank)')
    """
    return CROSS.join(part or blank for part in name.split(CROSS))


def signed(voice: Voice, gap: float) -> str:
    """Return a gap in points with its sign.

    Examples
    --------
    >>> signed(Voice("nl"), -0.125), signed(Voice("en"), 0.0)
    ('−12,5', '0')
    """
    if abs(gap) < 5e-5:
        return "0"
    sign = "+" if gap > 0 else "−"
    return sign + voice.points(abs(gap))
