"""Small programmes of meetings, and the best seating of each by trying all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations, product

from sortition.process.meetings.check import breaches, tally
from sortition.process.meetings.programme import Meeting, Person, Programme

TIMES, THEMES, SKILLS = ("mon", "tue"), ("air", "sea"), ("law", "money")


def small(number: int, *, rounds: int = 1) -> Programme:
    """Return a random programme of few people, with every kind of rule now and then."""
    dice = random.Random(f"meetings {number}")  # noqa: S311 - no draw
    count, rooms = (dice.randint(3, 5), dice.randint(2, 3)) if rounds == 1 else (4, 2)
    ids = "abcdefg"[:count]
    some = lambda words: tuple(word for word in words if dice.random() < 0.7)  # noqa: E731
    names = [f"m{at}" for at in range(rooms)]
    meetings = tuple(
        Meeting(
            names[at], dice.randint(2, 4), dice.choice([0, 0, 0, 1]), theme=dice.choice(THEMES),
            time=dice.choice(TIMES), round=number_of, guests=("mayor",) * dice.choice([0, 0, 0, 1]),
            needs={"law": 1} if dice.random() < 0.2 else {},
            members=(dice.choice(ids),) if dice.random() < 0.05 else (),
        )
        for number_of in range(1, rounds + 1) for at in range(rooms)
    )
    people = tuple(
        Person(
            own, times=some(TIMES) or None, themes=some((*THEMES, "air")) or None,
            wishes=tuple(dice.sample(names, dice.randint(0, 2))), expertise=some(SKILLS),
            organisation=dice.choice(["", "", "x", "y"]), interests=some(THEMES)[:1],
            values=(dice.choice("fm"),),
        )
        for own in ids
    )
    pair = lambda: (tuple(sorted(dice.sample(ids, 2))),)  # noqa: E731
    return Programme(
        people, meetings, dice.choice([None, 1, 2]),
        together=pair() if dice.random() < 0.3 else (), apart=pair() if dice.random() < 0.3 else (),
        mix=("gender",), once=dice.random() < 0.3, exclude_interests=dice.random() < 0.1,
        seed=str(number),
    )


def seatings(programme: Programme) -> Iterator[dict[str, tuple[int | None, ...]]]:
    """Yield every seating that breaks no rule."""
    ids = [own.id for own in programme.people]
    ways = [
        list(product(*(
            [None, *(at for at in own if not [*programme.stops(person, programme.meetings[at])])]
            for own in programme.rounds
        ))) for person in programme.people
    ]
    for chosen in product(*ways):
        seats = dict(zip(ids, chosen, strict=True))
        if not any(breaches(programme, seats)):
            yield seats


def goals(programme: Programme, seats: dict[str, tuple[int | None, ...]]) -> tuple[int, ...]:
    """Return the goals of a seating in their order."""
    told = tally(programme, seats)
    return len(told.out), told.lacking, told.unwished, told.ranks, told.mix, told.again


def splits(ids: str, sizes: list[int]) -> Iterator[list[str]]:
    """Yield all ways to seat everybody at tables of these sizes."""
    if not sizes:
        yield []
        return
    for chosen in combinations(ids, sizes[0]):
        rest = "".join(own for own in ids if own not in chosen)
        for others in splits(rest, sizes[1:]):
            yield ["".join(chosen), *others]
