"""The appendix of the page, for researchers: every figure with its definition.

Called by `sortition.report.page`.
"""

from __future__ import annotations

import numpy as np

from sortition.audit.chances import geometric_mean, gini
from sortition.report.facts import HIDDEN, MOST_GROUPS, Facts
from sortition.report.html import Markup, filled, own, tag
from sortition.report.voice import Voice

__all__ = ["appendix"]

_OBJECTIVES = {
    "leximin": "report-def-leximin", "maximin": "report-def-maximin",
    "minimax": "report-def-minimax", "nash": "report-def-nash",
    "goldilocks": "report-def-goldilocks", "custom": "report-def-custom",
}


def appendix(told: Facts, voice: Voice) -> Markup:
    """Return figures with definitions, and the chances group by group."""
    words = voice.words
    rows = [
        tag("tr", tag("th", name, scope="row"), tag("td", value), tag("td", meaning))
        for name, value, meaning in _figures(told, voice)
    ]
    head = ("report-figure", "report-value", "report-definition")
    objective = str(told.record["objective"])
    meant = _OBJECTIVES.get(objective)
    return tag(
        "section", tag("h2", words("report-appendix")), tag("p", words("report-symbols")),
        tag("p", filled(words, "report-objective", {"objective": objective}), " ",
            words(meant) if meant else None),
        tag("div", tag("table",
            tag("thead", tag("tr", [tag("th", words(name), scope="col") for name in head])),
            tag("tbody", rows), class_="facts"), class_="scroll", tabindex=0, role="region",
            aria_label=words("report-appendix")),
        _groups(told, voice),
    )


def _figures(told: Facts, voice: Voice) -> list[tuple[str, str, str]]:
    """Return name, value and definition of each figure."""
    words, record = voice.words, told.record
    chances, able = np.array(told.chances), np.array(told.able)
    proof = record.get("proof") or {}
    found = [
        ("n", voice.count(told.people), "report-def-n"),
        ("k", voice.between(*told.size), "report-def-k"),
        ("min π", voice.percent(told.able[0]), "report-def-min"),
        ("Σπ ÷ n", voice.percent(float(chances.mean())), "report-def-mean"),
        ("max π", voice.percent(told.able[-1]), "report-def-max"),
        ("Gini", voice.number(gini(chances)), "report-def-gini"),
        ("(Π π)^(1/n)", voice.percent(geometric_mean(able)), "report-def-geometric"),
        ("π = 0", voice.count(told.barred), "report-def-barred"),
        ("min π ≤", voice.percent(float(record["bound"])), "report-def-bound"),
        (words("report-gap"), "∞" if record["gap"] is None else voice.points(float(record["gap"])),
         "report-def-gap"),
        (words("report-levels"), voice.count(len(proof.get("levels", ()))), "report-def-levels"),
        (words("report-cuts"), voice.count(len(proof.get("cuts", ()))), "report-def-cuts"),
        (words("report-panels"), voice.count(told.panels), "report-def-panels"),
    ]
    if told.exact:
        found.append(("max |π − p|", voice.points(float(record["ticket_loss"])),
                      "report-def-loss-exact"))
    else:
        found += [("M", voice.count(record["tickets"]), "report-def-tickets"),
                  ("max |Mπ − t|", voice.number(float(record["ticket_loss"])), "report-def-loss")]
    return [(name, value, words(code)) for name, value, code in found]


def _groups(told: Facts, voice: Voice) -> Markup | None:
    """Return the chances of the people in each group; their sum is the group's seats on average."""
    if not told.groups:
        return None
    title = voice.words("report-groups")
    head = ("report-group", "report-smallest", "report-mean", "report-largest", "report-expected")
    rows = []
    for group in told.groups[:MOST_GROUPS]:
        name = f"{group.feature}: {group.value}" if group.feature else group.value
        mean = group.expected / max(group.signed_up, 1)
        chances = (group.smallest, mean, group.largest)
        figures = (*(HIDDEN if group.hidden else voice.percent(own) for own in chances),
                   voice.number(round(group.expected, 2)))
        rows.append(tag("tr", tag("th", own(name), scope="row"),
                        [tag("td", figure) for figure in figures]))
    return tag("div", tag(
        "table", tag("caption", title),
        tag("thead", tag("tr", [tag("th", voice.words(name), scope="col") for name in head])),
        tag("tbody", rows), class_="numbers",
    ), class_="scroll", tabindex=0, role="region", aria_label=title)
