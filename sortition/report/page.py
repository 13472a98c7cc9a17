"""``report.html``: one self-contained page, without names, for a council to read.

Made from the published files alone, so that it can show nothing that is not in them. `page` puts
the sections together; `sortition.report.facts` counts and `sortition.report.chart` draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from sortition.engine.objectives import LEVELLED
from sortition.lots.names import earlier_tickets
from sortition.lots.small_cells import SMALLEST
from sortition.messages import source_name
from sortition.report.appendix import appendix
from sortition.report.chart import columns, histogram, strip
from sortition.report.early import early_note
from sortition.report.facts import HIDDEN, MOST_GROUPS, Facts, Group, facts
from sortition.report.html import Child, Markup, document, filled, own, tag
from sortition.report.voice import Voice
from sortition.verify import said

__all__ = ["page"]

_SAME = 1e-6  # of a chance: what is nearer is as good as equal


def page(
    files: Mapping[str, bytes], language: str = "en", show: Sequence[str] = (),
    smallest: int = SMALLEST,
) -> bytes:
    """Return the page.

    Parameters
    ----------
    files
        ``record.json``, ``lottery.csv``, ``chances.csv`` and ``groups.csv``; ``panel.csv`` too
        where its rows are to be shown.
    language
        ``"en"`` or ``"nl"``.
    show
        Headers of ``panel.csv`` to show of everybody who was drawn. Such a page is not for
        publication, and says so.
    smallest
        The smallest number of sign-ups of a group that is shown, other than zero.
    """
    told = facts(files, show, smallest)
    voice = Voice(language, entries=told.record["source"].get("plain_lot") is True)
    sections = (_asked, _rules, _fair, _drawn, _check, appendix)
    main = tag("main", _header(told, voice), *(section(told, voice) for section in sections),
               _footer(told, voice))
    return document(_title(told, voice), "style.css", main, language)


def _about(told: Facts) -> Mapping[str, str]:
    """Return what a project file says of the draw: title, organiser, date."""
    about = told.record["source"].get("about")
    return about if isinstance(about, dict) else {}


def _title(told: Facts, voice: Voice) -> str:
    return str(_about(told).get("title") or voice.words("report-title"))


def _header(told: Facts, voice: Voice) -> Markup:
    """Return title, notes of warning, and the lottery in four figures."""
    about, words = _about(told), voice.words
    organiser, day = about.get("organiser"), about.get("date")
    kicker = [own(organiser) if organiser else None, " · " if organiser and day else None,
              voice.day(day) if day else None]
    notes = []
    if told.named is not None:
        notes.append(tag("p", words("report-private"), class_="note private"))
    if told.draw and told.record["rehearsal"]:
        notes.append(tag("p", words("report-rehearsal"), class_="note"))
    if not told.record["proven"]:
        notes.append(tag("p", words("report-unproven"), class_="note"))
    figures = (
        ("report-figure-people", voice.count(told.people)),
        ("report-figure-seats", voice.between(*told.size)),
        ("report-figure-panels" if told.exact or told.record["tickets"] == 1
         else "report-figure-tickets",
         voice.count(told.panels if told.exact else told.record["tickets"])),
        *((("report-figure-chance", voice.percent(told.able[0])),) if not told.stepped_in else ()),
    )
    return tag(
        "header", tag("p", kicker, class_="kicker") if organiser or day else None,
        tag("h1", own(_title(told, voice))), tag("p", _outcome(told, voice), class_="drawn"), notes,
        tag("dl", [tag("div", tag("dt", words(name)), tag("dd", value))
                   for name, value in figures], class_="figures"),
    )


def _section(title: str, *children: Child) -> Markup:
    return tag("section", tag("h2", title), *children)


def _asked(told: Facts, voice: Voice) -> Markup:
    words = voice.words
    text = words("report-asked-text", size=voice.between(*told.size),
                 people=voice.count(told.people))
    if told.record["proven"] and not told.stepped_in:
        text += " " + words("report-asked-fair")
    follows = told.record.get("follows")
    return _section(
        words("report-asked"), tag("p", text, class_="lead"), _themes(told, voice),
        tag("p", words("report-follows", stay=voice.count(told.staying),
                       gone=voice.count(len(follows["gone"])))) if follows else None,
        tag("p", words("report-stepped-in", count=voice.count(told.stepped_in)))
        if told.stepped_in else None,
    )


def _themes(told: Facts, voice: Voice) -> Markup | None:
    """Return which panels are drawn together, and what a chance is then."""
    if not told.themes:
        return None
    words, most = voice.words, told.record["source"]["most"]
    names = ", ".join(f"{theme['name']} ({voice.between(*theme['size'])})" for theme in told.themes)
    told_of = filled(words, "report-themes", {"themes": names, "most": voice.count(most)})
    if told.record.get("persons") is True:
        return tag("p", told_of, " ", words("report-themes-people"))
    chances = words("report-themes-any", least=voice.percent(told.on_any[0]),
                    most=voice.percent(told.on_any[1])) if most == 1 else ""
    return tag("p", told_of, " ", words("report-themes-seats"), " ", chances)


def _rules(told: Facts, voice: Voice) -> Markup:
    """Return a row for every quota, those of one feature together."""
    words, groups = voice.words, told.groups[:MOST_GROUPS]
    names = ["report-group", "report-signed-up", "report-seats"]
    head = tag("thead", tag("tr", *(
        tag("th", words(name), scope="col")
        for name in [*names, *(["report-drawn"] if told.draw else [])])))
    bodies = [
        _feature(feature, list(held), told, voice)
        for feature, held in groupby(groups, lambda group: group.feature)
    ]
    legend = {
        words("report-legend-band"): tag("rect", class_="band", x=1, y=2, width=16, height=10,
                                         rx=2),
        words("report-legend-pool"): tag("line", class_="pool", x1=9, x2=9, y1=0, y2=14),
    }
    if told.draw:
        legend[words("report-legend-panel")] = tag("circle", class_="dot", cx=9, cy=7, r=4)
    shown = tag("ul", [
        tag("li", tag("svg", mark, viewBox="0 0 18 14", aria_hidden="true"), meaning)
        for meaning, mark in legend.items()], class_="legend small soft")
    left = len(told.groups) - len(groups)
    most = told.record["per_household"]
    return _section(
        words("report-rules"), tag("p", words("report-rules-text")), shown if groups else None,
        tag("table", head, bodies, class_="numbers") if groups else None,
        tag("p", words("report-hidden-follows" if told.record.get("follows") else "report-hidden",
                       mark=HIDDEN), class_="soft")
        if any(group.hidden for group in groups) else None,
        tag("p", words("report-more", count=voice.count(left)), class_="soft") if left else None,
        [tag("p", note) for note in _roles(told, voice)] if groups else None,
        tag("p", words("report-household", most=most)) if told.households else None,
    )


def _roles(told: Facts, voice: Voice) -> list[list[str]]:
    """Return what the two numbers of a role are where they are not the seats of that role."""
    source, notes = told.record["source"], []
    most = {quota["name"]: quota["max"] for quota in told.record["quotas"]}
    for panel in (source, *source.get("themes", ())):
        for roles in panel.get("roles", ()):
            within = f"{panel['name']}: " if "name" in panel else ""
            each = [part for part in zip(roles["names"], roles["lower"], roles["upper"],
                                         strict=True) if part[0]]
            if any(most.get(f"{within}{roles['feature']}: {name}", 0) > high
                   for name, _, high in each):
                seats = "; ".join(f"{name} {voice.between(low, high)}" for name, low, high in each)
                users = {"feature": roles["feature"], "seats": seats}
                notes.append(filled(voice.words, "report-roles", users))
    return [note for at, note in enumerate(notes) if note not in notes[:at]]


def _feature(feature: str, groups: Sequence[Group], told: Facts, voice: Voice) -> Markup:
    """Return the rows of one feature, on a scale of their own."""
    shares = [None if group.hidden else group.signed_up / told.people for group in groups]
    most = max([group.high / group.size for group in groups]
               + [own for own in shares if own is not None])
    rows = [tag("tr", tag("th", own(feature), scope="rowgroup", class_="feature",
                          colspan=4 if told.draw else 3))] if feature else []
    for group, share in zip(groups, shares, strict=True):
        got = None if group.drawn is None or not group.panel else group.drawn / group.panel
        seats = group.low / group.size, group.high / group.size
        rows.append(tag(
            "tr",
            tag("th", tag("div", tag("span", own(voice.rule(group.value))),
                          strip(seats, share, got, most), class_="who"), scope="row"),
            tag("td", HIDDEN) if share is None else
            tag("td", voice.count(group.signed_up), " ",
                tag("span", voice.share(share), class_="share")),
            tag("td", voice.between(group.low, group.high)),
            None if group.drawn is None else tag("td", voice.count(group.drawn), class_="got"),
        ))
    return tag("tbody", rows)


def _fair(told: Facts, voice: Voice) -> Markup | None:
    """Return how equal the chances are; nothing where nobody was drawn by lot."""
    if told.stepped_in:
        return None
    words, record, able = voice.words, told.record, told.able
    least, most = able[0], able[-1]
    bound = voice.percent(float(record["bound"]))
    gap = voice.points(1.0 if record["gap"] is None else float(record["gap"]))
    if record["objective"] in LEVELLED:
        code = "report-proof-text" if record["proven"] else "report-open-text"
        proof: Child = words(code, bound=bound, gap=gap)
    else:
        code = "report-objective-text" if record["proven"] else "report-objective-open"
        proof = filled(words, code, {"objective": str(record["objective"])})
    near = sum(told.equal / 2 <= chance <= told.equal * 2 for chance in told.chances)
    shown = columns(told.chances, told.equal)
    fullest = max(shown, key=lambda column: column.people)
    alt = words("report-chart-alt", least=voice.percent(least), most=voice.percent(most),
                low=voice.percent(fullest.low), high=voice.percent(fullest.high),
                count=voice.count(fullest.people), people=voice.count(len(told.chances)))
    label = words("report-chart-equal", chance=voice.percent(told.equal))
    picture = histogram(shown, told.equal, alt, label, count=voice.count, percent=voice.percent)
    table = tag(
        "table",
        tag("thead", tag("tr", tag("th", words("report-chance"), scope="col"),
                         tag("th", words("report-people"), scope="col"))),
        tag("tbody", [
            tag("tr", tag("th", f"{voice.percent(column.low)} – {voice.percent(column.high)}",
                          scope="row"), tag("td", voice.count(column.people)))
            for column in shown]),
        class_="numbers",
    )
    uneven = most - least > _SAME * most
    return _section(
        words("report-fair"),
        tag("p", words("report-fair-text" if uneven else "report-fair-same",
                       least=_odds(least, voice), most=_odds(most, voice),
                       equal=_odds(told.equal, voice)), class_="lead"),
        tag("p", words("report-fair-why")) if uneven else None,
        tag("p", words("report-unselectable-text", count=voice.count(told.barred)), class_="note")
        if told.barred else None,
        tag("figure", picture, tag("figcaption", words("report-chart"))),
        tag("p", words("report-fair-near", near=voice.count(near),
                       people=voice.count(len(told.chances)))) if uneven else None,
        tag("p", proof),
        tag("details", tag("summary", words("report-chart-table")), table),
    )


def _odds(chance: float, voice: Voice) -> str:
    """Return a chance as a percentage and, where that says more, as one in so many."""
    shown = voice.percent(chance)
    if not 0 < chance <= 0.5:
        return shown
    return f"{shown} ({voice.words('report-one-in', people=voice.count(round(1 / chance)))})"


def _drawn(told: Facts, voice: Voice) -> Markup:
    words, record, draw, exact = voice.words, told.record, told.draw, told.exact
    if exact:
        lottery = words("report-lottery-exact", panels=voice.count(record["panels"]))
    elif record["tickets"] == 1:
        lottery = words("report-lottery-one")
    else:
        first, last = (told.ticket_label(at) for at in (0, record["tickets"] - 1))
        lottery = words("report-lottery-text", tickets=voice.count(record["tickets"]),
                        first=first, last=last)
    announced = record.get("announced") or {}  # by records that know of an announcement
    users = {name: str(announced[name]) for name in ("source", "at") if name in announced}
    if len(users) == 2:
        users = {"source": source_name(announced, voice.language), "at": voice.moment(users["at"])}
    earlier = earlier_tickets(record)
    again = words("report-earlier" if draw else "report-earlier-undrawn", count=len(earlier),
                  tickets=", ".join(earlier))
    return _section(
        words("report-draw"), tag("p", lottery),
        tag("p", filled(words, "report-announced", users)) if len(users) == 2 else None,
        tag("p", _outcome(told, voice), class_="drawn"),
        tag("p", _how(told, voice)) if draw and not told.stepped_in else None,
        early_note(record, voice),
        tag("p", words("report-drawn-where")) if draw and not told.named else None,
        tag("p", again, class_="note") if earlier else None,
        _named(told, voice),
    )


def _outcome(told: Facts, voice: Voice) -> str:
    if told.draw is None:
        return voice.words("report-not-drawn")
    if told.stepped_in:
        return voice.words("report-stepped-in-only")
    code = "report-drawn-exact" if told.exact else "report-drawn-text"
    return voice.words(code, ticket=told.ticket_label(told.draw["ticket"]))


def _how(told: Facts, voice: Voice) -> Child:
    """Return where the draw came from."""
    sources, exact = (told.draw or {})["sources"], told.exact
    if sources[0].get("by") == "computer":
        return voice.words("report-how-system-exact" if exact else "report-how-system")
    kinds = [source["kind"] for source in sources]
    if kinds == ["text"]:
        code = "report-how-seed-exact" if exact else "report-how-seed"
        return filled(voice.words, code, {"seed": str(sources[0]["text"])})
    if kinds == ["ticket"]:
        return None if told.record["rehearsal"] else voice.words("report-how-ticket")
    names = ", ".join(name for name, _, _ in map(said, sources))
    return filled(voice.words, "report-how-sources", {"sources": names})


def _named(told: Facts, voice: Voice) -> Child:
    """Return what was asked to be shown of those who were drawn."""
    if told.named is None:
        return None
    header, rows = told.named
    title = voice.words("report-named")
    table = tag(
        "table", tag("thead", tag("tr", [tag("th", own(name), scope="col") for name in header])),
        tag("tbody", [tag("tr", [tag("td", own(cell)) for cell in row]) for row in rows]),
    )
    return [tag("h3", title), tag("div", table, class_="scroll", tabindex=0, role="region",
                                  aria_label=title)]


def _check(told: Facts, voice: Voice) -> Markup:
    words = voice.words
    lang = "" if voice.language == "en" else f" --lang {voice.language}"
    program = "verify_exact.py" if told.exact else "verify.py"
    ways = [
        [words("report-check-page")],
        [words("report-check-text"), tag("code", f"sortition verify .{lang}", class_="command")],
        [words("report-check-alone"), *(tag("code", f"python3 {name} .", class_="command")
                                        for name in (program, "prove.py"))],
    ]
    digests = [
        tag("tr", tag("th", tag("code", name), scope="row"), tag("td", tag("code", digest)))
        for name, digest in told.digests.items() if digest != told.fingerprint
    ]
    code = "report-digest" if told.record["rehearsal"] else "report-commitment"
    return _section(
        words("report-check"), tag("p", words("report-check-intro")),
        tag("ol", [tag("li", way) for way in ways], class_="ways"),
        tag("p", words(code), ":", tag("code", told.fingerprint, class_="command")),
        tag("table", tag("caption", words("report-digests")),
            tag("thead", tag("tr", tag("th", words("report-file"), scope="col"),
                             tag("th", "SHA-256", scope="col"))),
            tag("tbody", digests), class_="digests"),
    )


def _footer(told: Facts, voice: Voice) -> Markup:
    record = told.record
    return tag("footer", voice.words("report-made-by", tool=record["tool"],
                                     solver=record["solver"]))
