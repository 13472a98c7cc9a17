"""Pages of a meeting to print: who comes, the note for the chair, badges.

A `Seating` in, HTML out, all words of people as text. Called by `sortition.process.meetings.files`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sortition.files.cells import fold
from sortition.process.meetings.programme import Meeting, Person
from sortition.process.meetings.seated import Seating
from sortition.report.html import Child, Markup, document, own, tag
from sortition.report.voice import Voice

__all__ = ["attendance", "badges", "chair_note", "title_of"]


def title_of(seating: Seating, meeting: Meeting, voice: Voice) -> str:
    """Return the name of a meeting, with its round where there are several."""
    if len(seating.programme.rounds) == 1:
        return meeting.name
    return voice.words("meetings-title", name=meeting.name, round=meeting.round)


def attendance(seating: Seating, at: int, voice: Voice) -> bytes:
    """Return the list to sign at the door; nothing in it is for the chair alone."""
    meeting, room = seating.programme.meetings[at], seating.room(at)
    title = title_of(seating, meeting, voice)
    body = tag("main", _list(meeting, room, title, voice))
    return document(title, "meetings.css", body, voice.language)


def chair_note(seating: Seating, at: int, voice: Voice) -> bytes:
    """Return what the chair should know: declared interests, and who has the expertise."""
    meeting = seating.programme.meetings[at]
    title = title_of(seating, meeting, voice)
    body = tag("main", _chair(seating, meeting, seating.room(at), title, voice))
    title = f"{voice.words('meetings-chair')}: {title}"
    return document(title, "meetings.css", body, voice.language)


def badges(seating: Seating, voice: Voice, at: int | None = None) -> bytes:
    """Return badges for a meeting, or for everybody with their meeting in each round."""
    programme = seating.programme
    if at is None:
        people = sorted(programme.people, key=lambda one: (fold(one.name), one.id))
        guests = dict.fromkeys(name for meeting in programme.meetings for name in meeting.guests)
        title = voice.words("meetings-badges")
    else:
        people, guests = [*seating.room(at)], dict.fromkeys(programme.meetings[at].guests)
        title = f"{voice.words('meetings-badges')}: {programme.meetings[at].name}"
    made: list[Child] = []
    for person in people:
        seats = [programme.meetings[seat] for seat in seating.seats[person.id] if seat is not None]
        lines = [own(title_of(seating, meeting, voice)) for meeting in seats]
        made.append(_badge(person.name, person.organisation, lines))
    made += [_badge(name, voice.words("meetings-guest"), []) for name in guests]
    body = tag("main", tag("div", made, class_="badges"))
    return document(title, "meetings.css", body, voice.language)


def _badge(name: str, below: str, lines: Sequence[Markup]) -> Markup:
    return tag("div", tag("strong", own(name)), tag("p", own(below)) if below else None,
               [tag("p", line, class_="soft") for line in lines], class_="badge")


def _list(meeting: Meeting, room: Sequence[Person], title: str, voice: Voice) -> Markup:
    words = voice.words
    rows = [(one.name, one.organisation) for one in room]
    rows += [(name, words("meetings-guest")) for name in meeting.guests]
    head = [tag("th", words(code), scope="col") for code in
            ("meetings-head-number", "meetings-head-name", "meetings-head-organisation")]
    return tag(
        "section", tag("h1", own(title)), _about(meeting, voice),
        tag("p", words("meetings-in-room", people=len(room), guests=len(meeting.guests),
                       most=meeting.most)),
        tag("table", tag("thead", tag("tr", head, tag("th", words("meetings-head-sign"),
                                                      scope="col", class_="sign"))),
            tag("tbody", [
                tag("tr", tag("td", str(number)), tag("td", own(name)), tag("td", own(below)),
                    tag("td")) for number, (name, below) in enumerate(rows, 1)
            ])),
    )


def _about(meeting: Meeting, voice: Voice) -> Child:
    said = [("meetings-about-time", meeting.time), ("meetings-about-place", meeting.place),
            ("meetings-about-theme", meeting.theme), ("meetings-about-chair", meeting.chair)]
    parts: list[Child] = []
    for code, value in said:
        if value:
            parts += [" · " if parts else None, voice.words(code), " ", own(value)]
    return tag("p", parts, class_="soft") if parts else None


def _chair(
    seating: Seating, meeting: Meeting, room: Sequence[Person], title: str, voice: Voice
) -> Markup:
    words = voice.words
    interested = [one for one in room if one.interests]
    told: Child = tag("p", words("meetings-no-interests"))
    if interested:
        kept = seating.programme.exclude_interests
        told = [tag("p", words("meetings-interests-kept" if kept else "meetings-interests"),
                    class_="note"), _two(
            [(one.name, "; ".join(one.interests)) for one in interested],
            "meetings-head-interests", voice,
        )]
    knowing = [(one.name, ", ".join(own_)) for one in room
               if (own_ := [name for name in one.expertise
                            if fold(name) in map(fold, meeting.needs)])]
    return tag(
        "section", tag("h1", words("meetings-chair")), tag("p", own(title), class_="soft"), told,
        [tag("p", words("meetings-expertise-here")),
         _two(knowing, "meetings-head-expertise", voice)] if knowing else None,
    )


def _two(rows: Sequence[tuple[str, str]], code: str, voice: Voice) -> Markup:
    head = [tag("th", voice.words(each), scope="col") for each in ("meetings-head-name", code)]
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", [
        tag("tr", tag("td", own(name)), tag("td", own(said))) for name, said in rows
    ]))
