"""What ``sortition draw`` was given to draw from: dice, stored or fetched pulses of beacons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sortition.lots.randomness import Source

__all__ = ["sources_of"]


def sources_of(say: Say, given: Mapping[str, Any], record: Mapping[str, Any]) -> list[Source]:
    """Return the sources that were given; none where it is a number or a text by itself.

    Nothing is fetched but what ``--fetch`` names. A round of drand that its network did not sign is
    refused, where that can be checked here.

    Parameters
    ----------
    given
        The options.
    record
        Of the lottery, unchecked.
    """
    from sortition.errors import InputError, Issue
    from sortition.lots import beacons
    from sortition.lots.randomness import balls, dice, spoken

    found = [dice(given["dice"])] if given["dice"] else []
    found += [beacons.drand(_read(given["drand"]), given["drand"])] if given["drand"] else []
    found += [beacons.nist(_read(given["nist"]), given["nist"])] if given["nist"] else []
    found += [beacons.fetch(name) for name in given["fetch"]]
    if not found:
        return []
    if given["ticket"] is not None:
        found.append(balls(given["ticket"], record.get("tickets")))
    if given["seed"] is not None:
        found.append(spoken(given["seed"]))
    if len({source.kind for source in found}) < len(found):
        raise click.UsageError(say.words("usage-sources-twice"))
    for source in found:
        holds = beacons.signature_holds(source)
        if holds is False:
            raise InputError([Issue("beacon-signature", {"source": source.name},
                                    suggestion="beacon-again")])
        if source.kind == "drand":
            say.line("signature-holds" if holds else "signature-open", source=source.name)
    return found


def _read(path: str) -> bytes:
    from sortition.errors import InputError, Issue

    try:
        return Path(path).read_bytes()
    except OSError:
        raise InputError([Issue("beacon-missing", {}, path, suggestion="check-path")]) from None
