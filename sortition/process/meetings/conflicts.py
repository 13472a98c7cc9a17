"""Why not everybody can be seated by all rules: each reason that can be told in a sentence.

A `Programme` in, issues out, all at once. A reason is a group that wants more places than there are
for it (Hall's theorem): found by looking for a flow. Called by
`sortition.process.meetings.seating`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sortition.errors import Issue
from sortition.files.cells import fold
from sortition.process.meetings.check import Tally, groups_together
from sortition.process.meetings.programme import Meeting, Person, Programme

__all__ = ["conflicts", "shortage", "shortfalls"]

_SHOWN = 10  # ids or meetings named in one message


def conflicts(programme: Programme) -> list[Issue]:
    """Return every reason why not all rules can be kept that one count shows."""
    found: list[Issue] = []
    counted: list[list[Meeting]] = []
    for number, own in enumerate(programme.rounds):
        round_ = _Round(programme, number, [programme.meetings[at] for at in own])
        found += round_.nowhere()
        asked = [replace(meeting, round=0) for meeting in round_.meetings]
        if asked in counted:  # the same reasons again, in the same words
            continue
        counted.append(asked)
        found += round_.places()
        found += round_.fewest()
        found += round_.needs()
        found += round_.crowds()
        found += round_.together()
    return list({(issue.code, str(issue)): issue for issue in found}.values())


def shortage(
    wanted: Sequence[int], room: Sequence[int], edges: Sequence[Sequence[int]]
) -> tuple[set[int], set[int]] | None:
    """Return some who together want more than all the room they can go to, and that room; or None.

    Parameters
    ----------
    wanted
        How much each wants.
    room
        How much each place holds.
    edges
        Where each can go.

    Examples
    --------
    >>> shortage([1, 1, 1], [1, 5], [[0], [0], [0, 1]])
    ({0, 1}, {0})
    >>> shortage([1, 1], [2], [[0], [0]]) is None
    True
    """
    used = [0] * len(room)
    here: list[list[int]] = [[] for _ in room]  # who went there, once for each that they want
    for start, much in enumerate(wanted):
        for _ in range(much):
            came: dict[int, tuple[int, int]] = {}  # place: who could go there, and their own so far
            seen, queue, end = {start}, deque([(start, -1)]), None
            while queue and end is None:
                who, last = queue.popleft()
                for place in edges[who]:
                    if place in came:
                        continue
                    came[place] = (who, last)
                    if used[place] < room[place]:
                        end = place
                        break
                    for other in here[place]:
                        if other not in seen:
                            seen.add(other)
                            queue.append((other, place))
            if end is None:
                return seen, set(came)
            used[end] += 1
            place = end
            while place >= 0:
                who, last = came[place]
                here[place].append(who)
                if last >= 0:
                    here[last].remove(who)
                place = last
    return None


@dataclass(frozen=True, slots=True)
class _Round:
    """The meetings of one round, and who can come to them."""

    programme: Programme
    number: int
    meetings: Sequence[Meeting]

    open_to: dict[str, list[int]] = field(default_factory=dict)

    def may(self, person: Person) -> list[int]:
        """Return the meetings that no rule keeps somebody out of."""
        if person.id not in self.open_to:
            self.open_to[person.id] = [at for at, meeting in enumerate(self.meetings)
                                       if not any(self.programme.stops(person, meeting))]
        return self.open_to[person.id]

    def nowhere(self) -> Iterator[Issue]:
        """Yield who can come to no meeting of this round."""
        for person in self.programme.people:
            if not self.may(person):
                yield self._why(person)

    def _why(self, person: Person) -> Issue:
        rules = [set(self.programme.stops(person, meeting)) for meeting in self.meetings]
        params = {"id": person.id, "round": self.number + 1,
                  "times": ", ".join(person.times or ()), "themes": ", ".join(person.themes or ())}
        if all("time" in own for own in rules):
            there = dict.fromkeys(meeting.time for meeting in self.meetings)
            return Issue("meetings-no-time", params | {"there": ", ".join(there)},
                         suggestion="meetings-other-time")
        if all("theme" in own for own in rules):
            there = dict.fromkeys(meeting.theme for meeting in self.meetings)
            return Issue("meetings-no-theme", params | {"there": ", ".join(there)},
                         suggestion="meetings-other-theme")
        if all(own & {"time", "theme"} for own in rules):
            return Issue("meetings-no-match", params, suggestion="meetings-other-time")
        return Issue("meetings-nowhere", params, suggestion="meetings-other-time")

    def places(self) -> Iterator[Issue]:
        """Yield people who can only come where there are not enough places."""
        people = [own for own in self.programme.people if self.may(own)]
        room = [max(0, meeting.places) for meeting in self.meetings]
        short = shortage([1] * len(people), room, [self.may(own) for own in people])
        if short is not None:
            who, where = short
            yield Issue("meetings-places", {
                "count": len(who), "places": sum(room[at] for at in where),
                "meetings": self._named(where), "ids": _some(people[at].id for at in sorted(who)),
            }, suggestion="meetings-more-places")

    def fewest(self) -> Iterator[Issue]:
        """Yield meetings whose minimums are more than the people who can come there."""
        short = self._lacking([meeting.fewest for meeting in self.meetings],
                              self.programme.people)
        if short is not None:
            where, need, able = short
            yield Issue("meetings-fewest",
                        {"meetings": self._named(where), "need": need, "able": able},
                        suggestion="meetings-lower")

    def needs(self) -> Iterator[Issue]:
        """Yield expertise of which there is too little where it is needed."""
        wanted = {fold(name): name for meeting in self.meetings for name in meeting.needs}
        for key, name in wanted.items():
            able_to = self.programme.held(name)
            must = [next((count for own, count in meeting.needs.items() if fold(own) == key), 0)
                    for meeting in self.meetings]
            short = self._lacking(must, able_to)
            if short is None:
                continue
            where, need, able = short
            params = {"value": name, "meetings": self._named(where), "need": need, "able": able,
                      "count": len(able_to)}
            times = {self.meetings[at].time for at in where}
            on_time = able_to and not able and len(times) == 1 and times != {""} and all(
                "time" in self.programme.stops(own, self.meetings[at])
                for own in able_to for at in where
            )
            if not able_to:
                yield Issue("meetings-need-nobody", params, suggestion="meetings-lower-need")
            elif on_time:
                yield Issue("meetings-need-time", params | {"time": times.pop()},
                            suggestion="meetings-lower-need")
            else:
                yield Issue("meetings-need", params, suggestion="meetings-lower-need")

    def _lacking(
        self, must: Sequence[int], people: Sequence[Person]
    ) -> tuple[set[int], int, int] | None:
        """Return meetings that need more of some people than can come, how many, and who can."""
        can: list[list[int]] = [[] for _ in self.meetings]
        for at, person in enumerate(people):
            for meeting in self.may(person):
                can[meeting].append(at)
        short = shortage(must, [1] * len(people), can)
        if short is None:
            return None
        where, who = short
        return where, sum(must[at] for at in where), len(who)

    def crowds(self) -> Iterator[Issue]:
        """Yield groups of which a meeting may have few, and that are too many for the meetings."""
        most = self.programme.per_organisation
        crowds: dict[str, list[Person]] = defaultdict(list)
        for person in self.programme.people:
            if person.organisation:
                crowds[fold(person.organisation)].append(person)
        if most is not None:
            for own in crowds.values():
                able = [person for person in own if self.may(person)]
                short = shortage([1] * len(able), [most] * len(self.meetings),
                                 [self.may(person) for person in able])
                if short is not None:
                    who, where = short
                    yield Issue("meetings-organisation", {
                        "value": own[0].organisation, "count": len(who), "most": most,
                        "places": most * len(where), "meetings": self._named(where),
                    }, suggestion="meetings-raise-organisation")
        by_id = {own.id: own for own in self.programme.people}
        for group in self.programme.apart:
            able = [by_id[own] for own in group if self.may(by_id[own])]
            short = shortage([1] * len(able), [1] * len(self.meetings),
                             [self.may(person) for person in able])
            if short is not None:
                who, where = short
                yield Issue("meetings-apart", {
                    "ids": _some(able[at].id for at in sorted(who)), "meetings": self._named(where),
                }, suggestion="meetings-apart-is")

    def together(self) -> Iterator[Issue]:
        """Yield groups that should sit together and cannot."""
        by_id = {own.id: own for own in self.programme.people}
        for group in groups_together(self.programme):
            own = [by_id[one] for one in sorted(group)]
            params = {"ids": _some(one.id for one in own), "count": len(own)}
            shared = set.intersection(*(set(self.may(one)) for one in own))
            parted = any(len(group.intersection(apart)) > 1 for apart in self.programme.apart)
            crowds = [fold(one.organisation) for one in own if one.organisation]
            most = self.programme.per_organisation
            if parted or (most is not None and any(crowds.count(one) > most for one in crowds)):
                yield Issue("meetings-together-apart", params)
            elif all(self.may(one) for one in own) and not shared:
                yield Issue("meetings-together-nowhere", params)
            elif shared and all(self.meetings[at].places < len(own) for at in shared):
                yield Issue("meetings-together-large", params)

    def _named(self, meetings: set[int]) -> str:
        return _some(self.meetings[at].name for at in sorted(meetings))


def shortfalls(programme: Programme, reached: Tally) -> list[Issue]:
    """Return what a seating leaves undone."""
    found = [Issue("meetings-left-out", {"id": own, "round": number + 1})
              for own, number in reached.out]
    for lack in reached.lacks:
        name = programme.meetings[lack.meeting].name
        params = {"meeting": name, "value": lack.expertise, "has": lack.has, "must": lack.must}
        found.append(Issue("meetings-lacks" if lack.expertise else "meetings-few", params))
    return found


def _some(names: Iterator[str]) -> str:
    listed = list(names)
    return ", ".join([*listed[:_SHOWN], *(["…"] if len(listed) > _SHOWN else [])])
