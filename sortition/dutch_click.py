"""Click's own words in Dutch: the headings of a help text and the usage errors.

Click sends every text of its own through `gettext`; there the command line answers for it while it
runs. What is not in the list, as in another version of click, stays English.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["spoken"]

_DUTCH = {
    "Usage:": "Gebruik:",
    "Options": "Opties",
    "Commands": "Opdrachten",
    "Show this message and exit.": "Toon deze tekst.",
    "%(prog)s, version %(version)s": "%(prog)s, versie %(version)s",
    "default: {default}": "standaard: {default}",
    "required": "verplicht",
    "Error: {message}": "Fout: {message}",
    "Try '{command} {option}' for help.": "Uitleg krijgt u met '{command} {option}'.",
    "Missing command.": "Er ontbreekt een opdracht.",
    "Missing argument": "Dit ontbreekt:",
    "Missing option": "Deze optie ontbreekt:",
    "No such command {name!r}.": "De opdracht {name!r} bestaat niet.",
    "No such option {name!r}.": "De optie {name!r} bestaat niet.",
    "No such option: {name}": "De optie {name} bestaat niet.",  # click before 8.4
    "Did you mean {possibility}?": "Bedoelt u {possibility}?",
    "(Did you mean one of: {possibilities}?)": "Bedoelt u een van deze: {possibilities}?",
    "(Possible options: {possibilities})": "Bedoelt u een van deze: {possibilities}?",  # before 8.4
    "Got unexpected extra argument ({args})": "Dit staat er te veel: {args}",
    "Got unexpected extra arguments ({args})": "Dit staat er te veel: {args}",
    "Option {name!r} requires an argument.": "Achter de optie {name!r} moet een waarde staan.",
    "Option {name!r} does not take a value.": "Achter de optie {name!r} mag geen waarde staan.",
    "Invalid value: {message}": "Deze waarde kan niet: {message}",
    "Invalid value for {param_hint}: {message}": "Deze waarde kan niet bij {param_hint}: {message}",
    "{value!r} is not {choice}.": "{value!r} is niet {choice}.",
    "{value!r} is not one of {choices}.": "{value!r} is geen van deze: {choices}.",
    "{value!r} is not a valid {number_type}.": "{value!r} is geen goed getal.",
    "{value} is not in the range {range}.": "{value} ligt niet in het bereik {range}.",
}


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Let click speak `language` inside the block."""
    if language != "nl":
        yield
        return
    one, many = gettext.dgettext, gettext.dngettext

    def dgettext(domain: str, message: str) -> str:
        return _DUTCH.get(message) or one(domain, message)

    def dngettext(domain: str, msgid1: str, msgid2: str, n: int) -> str:
        return _DUTCH.get(msgid1 if n == 1 else msgid2) or many(domain, msgid1, msgid2, n)

    gettext.dgettext, gettext.dngettext = dgettext, dngettext
    try:
        yield
    finally:
        gettext.dgettext, gettext.dngettext = one, many
