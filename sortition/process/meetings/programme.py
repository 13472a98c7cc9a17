"""People, meetings and the rules between them: the statement of the problem, in the user's words.

One frozen `Programme` holds everything; nothing here computes a seating. Made by
`sortition.process.meetings.rules`, read by whatever seats, checks and writes.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from sortition.files.cells import fold

__all__ = ["Meeting", "Person", "Programme", "by_lot"]

_MEETING = b"sortition/1/meeting"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was drawn already, and what they said.

    Parameters
    ----------
    id
        Distinct.
    name
        As lists and badges show it.
    times, themes
        When they can come, and what for; None where anything will do.
    wishes
        Meetings or themes, the dearest first.
    expertise
        What they know.
    organisation
        For whom they come; blank for nobody.
    interests
        What they declared, as they wrote it.
    values
        Of the features that are mixed, in the order of `Programme.mix`.
    row
        Where they stand in the list.
    """

    id: str
    name: str = ""
    times: tuple[str, ...] | None = None
    themes: tuple[str, ...] | None = None
    wishes: tuple[str, ...] = ()
    expertise: tuple[str, ...] = ()
    organisation: str = ""
    interests: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    row: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A gathering of limited size.

    Parameters
    ----------
    name
        Distinct within its round.
    most, least
        How many may, and must at least, be in the room; guests count.
    theme, time
        What it is about, and when; blank where nothing is said.
    round
        From 1; everybody sits in one meeting of each round.
    guests
        People who sit there by office, outside the list.
    needs
        Expertise → how many at least must have it.
    members
        Ids of people who must sit here.
    place, chair
        For lists and letters only.
    """

    name: str
    most: int
    least: int = 0
    theme: str = ""
    time: str = ""
    round: int = 1
    guests: tuple[str, ...] = ()
    needs: Mapping[str, int] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    place: str = ""
    chair: str = ""

    @property
    def places(self) -> int:
        """How many people of the list it holds at most."""
        return self.most - len(self.guests)

    @property
    def fewest(self) -> int:
        """How many people of the list it must have at least."""
        return max(0, self.least - len(self.guests))

    def called(self, words: str) -> bool:
        """Return whether `words` are its name or its theme."""
        return fold(words) in {fold(self.name), fold(self.theme)} - {""}


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything that is asked of a seating.

    Parameters
    ----------
    people
        Sorted by id.
    meetings
        In the order they are listed.
    per_organisation
        How many people of one organisation a meeting may have; None for no limit.
    together, apart
        Groups of ids that sit together in every round, and of whom no two ever do.
    mix
        Names of the features whose values are spread over the meetings as evenly as can be.
    once
        Whether nobody sits twice in a meeting of the same name or theme, in different rounds.
    exclude_interests
        Whether nobody may sit in a meeting whose name or theme is among their interests.
    seed
        The text that decides between people of equal claim.
    """

    people: tuple[Person, ...]
    meetings: tuple[Meeting, ...]
    per_organisation: int | None = None
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    mix: tuple[str, ...] = ()
    once: bool = False
    exclude_interests: bool = False
    seed: str = ""
    # Per round and id the names of the meetings whose `members` they are among.
    _fixed: Mapping[tuple[int, str], set[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fixed: dict[tuple[int, str], set[str]] = {}
        for meeting in self.meetings:
            for own in meeting.members:
                fixed.setdefault((meeting.round, own), set()).add(meeting.name)
        object.__setattr__(self, "_fixed", fixed)

    @property
    def rounds(self) -> tuple[tuple[int, ...], ...]:
        """The positions of the meetings of each round."""
        numbers = sorted({meeting.round for meeting in self.meetings})
        return tuple(
            tuple(at for at, meeting in enumerate(self.meetings) if meeting.round == number)
            for number in numbers
        )

    def stops(self, person: Person, meeting: Meeting) -> Iterator[str]:
        """Yield the rules that keep somebody out of a meeting, whoever else is there."""
        if person.times is not None and meeting.time and not _among(meeting.time, person.times):
            yield "time"
        if person.themes is not None and meeting.theme and not _among(meeting.theme, person.themes):
            yield "theme"
        if self.exclude_interests and any(map(meeting.called, person.interests)):
            yield "interest"
        if self._fixed.get((meeting.round, person.id), set()) - {meeting.name}:
            yield "member"

    def rank(self, person: Person, meeting: Meeting) -> int | None:
        """Return the number of the wish that a meeting fulfils, from 1, or None."""
        return next(
            (at for at, wish in enumerate(person.wishes, 1) if meeting.called(wish)), None
        )

    def held(self, expertise: str) -> tuple[Person, ...]:
        """Return those who have an expertise."""
        return tuple(own for own in self.people if _among(expertise, own.expertise))

    def strangers(self) -> Iterator[tuple[str, str]]:
        """Yield the pairs who may never sit together."""
        for group in self.apart:
            yield from combinations(sorted(group), 2)


def _among(word: str, words: Iterable[str]) -> bool:
    return fold(word) in map(fold, words)


def by_lot(seed: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids in the order of a lot: each by the SHA-256 of the seed text and itself.

    Whoever joins or leaves changes nobody else's place among the others.

    Parameters
    ----------
    seed
        A text that became known in public; spaces round it do not count, nor its Unicode form.
    ids
        In any order.

    Examples
    --------
    >>> by_lot("Uden, 1 March 2026", "abcd")
    ('b', 'd', 'c', 'a')
    """
    text = unicodedata.normalize("NFC", seed).strip().encode()

    def lot(own: str) -> tuple[bytes, str]:
        return hashlib.sha256(b"\0".join([_MEETING, text, own.encode()])).digest(), own

    return tuple(sorted(ids, key=lot))
