"""The appendix of the page, for researchers: every figure with its definition and its source.

Called by `sortition.report.page`.
"""

from __future__ import annotations

import numpy as np

from sortition.audit.chances import geometric_mean, gini
from sortition.audit.definitions import BOUNDS, GINI, GOLDILOCKS, NATURE, TRANSPARENT
from sortition.report.facts import HIDDEN, MOST_GROUPS, Facts
from sortition.report.html import Markup, filled, own, tag
from sortition.report.voice import Voice

__all__ = ["appendix"]

_NO_SOURCE = ""  # a count or a share: nothing to cite
_OBJECTIVES = {
    "leximin": ("report-def-leximin", NATURE), "maximin": ("report-def-maximin", NATURE),
    "minimax": ("report-def-minimax", GOLDILOCKS), "nash": ("report-def-nash", NATURE),
    "goldilocks": ("report-def-goldilocks", GOLDILOCKS),
    "custom": ("report-def-custom", _NO_SOURCE),
}


def appendix(told: Facts, voice: Voice) -> Markup:
    """Return figures with definitions, and the chances group by group."""
    words = voice.words
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", tag(
            "div", tag("span", value, class_="value"),
            tag("span", meaning, tag("span", source, class_="source soft") if source else None),
            class_="fact")))
        for name, value, meaning, source in _figures(told, voice)
    ]
    head = tag("tr", tag("th", words("report-figure"), scope="col"), tag("th", tag(
        "div", tag("span", words("report-value"), class_="value"),
        tag("span", words("report-definition")), class_="fact"), scope="col"))
    objective = str(told.record["objective"])
    meant, source = _OBJECTIVES.get(objective, ("", _NO_SOURCE))
    return tag(
        "section", tag("h2", words("report-appendix")), tag("p", words("report-symbols")),
        tag("p", filled(words, "report-objective", {"objective": objective}), " ",
            words(meant) if meant else None,
            tag("span", source, class_="source soft") if source else None),
        tag("table", tag("thead", head), tag("tbody", rows), class_="facts"),
        _groups(told, voice),
    )


def _figures(told: Facts, voice: Voice) -> list[tuple[str, str, str, str]]:
    """Return name, value, definition and source of each figure."""
    words, record = voice.words, told.record
    chances, able = np.array(told.chances), np.array(told.able)
    proof = record.get("proof") or {}
    gap = "∞" if record["gap"] is None else voice.points(float(record["gap"]))
    levels, cuts = len(proof.get("levels", ())), len(proof.get("cuts", ()))
    loss = float(record["ticket_loss"])
    found = [
        ("n", voice.count(told.people), "report-def-n", _NO_SOURCE),
        ("k", voice.between(*told.size), "report-def-k", _NO_SOURCE),
        ("min π", voice.percent(told.able[0]), "report-def-min", _NO_SOURCE),
        ("Σπ ÷ n", voice.percent(float(chances.mean())), "report-def-mean", _NO_SOURCE),
        ("max π", voice.percent(told.able[-1]), "report-def-max", _NO_SOURCE),
        ("Gini", voice.number(gini(chances)), "report-def-gini", f"{GINI}; {NATURE}"),
        ("(Π π)^(1/n)", voice.percent(geometric_mean(able)), "report-def-geometric", NATURE),
        ("π = 0", voice.count(told.barred), "report-def-barred", _NO_SOURCE),
        ("min π ≤", voice.percent(float(record["bound"])), "report-def-bound", BOUNDS),
        (words("report-gap"), gap, "report-def-gap", BOUNDS),
        (words("report-levels"), voice.count(levels), "report-def-levels", BOUNDS),
        (words("report-cuts"), voice.count(cuts), "report-def-cuts", BOUNDS),
        (words("report-panels"), voice.count(told.panels), "report-def-panels", _NO_SOURCE),
    ]
    if told.exact:
        found.append(
            ("max |π − p|", voice.points(loss), "report-def-loss-exact", _NO_SOURCE))
    else:
        found += [
            ("M", voice.count(record["tickets"]), "report-def-tickets", TRANSPARENT),
            ("max |Mπ − t|", voice.number(loss), "report-def-loss", TRANSPARENT),
        ]
    return [(name, value, words(code), source) for name, value, code, source in found]


def _groups(told: Facts, voice: Voice) -> Markup | None:
    """Return the chances of the people in each group; their sum is the group's seats on average."""
    if not told.groups:
        return None
    title = voice.words("report-groups")
    head = ("report-group", "report-smallest", "report-mean", "report-largest", "report-expected")
    rows = []
    for group in told.groups[:MOST_GROUPS]:
        name = f"{group.feature}: {group.value}" if group.feature else voice.rule(group.value)
        mean = group.expected / max(group.signed_up, 1)
        chances = (group.smallest, mean, group.largest)
        # Σ π of a group, over a chance that is known, is how many they are; a quota says nothing.
        known = not group.hidden or group.low == group.high
        figures = (*(HIDDEN if group.hidden else voice.percent(own) for own in chances),
                   voice.number(round(group.expected, 2)) if known else HIDDEN)
        rows.append(tag("tr", tag("th", own(name), scope="row"),
                        [tag("td", figure) for figure in figures]))
    return tag("div", tag(
        "table", tag("caption", title),
        tag("thead", tag("tr", [tag("th", voice.words(name), scope="col") for name in head])),
        tag("tbody", rows), class_="numbers",
    ), class_="scroll", tabindex=0, role="region", aria_label=title)
