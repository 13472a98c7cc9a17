"""What ``sortition draw`` was given to draw from: dice, stored or fetched pulses of beacons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition.cli import clock
from sortition.cli.say import Say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sortition.lots.randomness import Source

__all__ = ["check_signatures", "sources_of"]


def sources_of(say: Say, given: Mapping[str, Any], record: Mapping[str, Any]) -> list[Source]:
    """Return the sources that were given; none where it is a number or a text by itself.

    Nothing is fetched but what ``--fetch`` names. What a beacon did not sign is refused, where that
    can be checked here, and what it cannot have said yet, by the clock of this computer.

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

    found = [] if given["dice"] is None else [dice(given["dice"])]
    for name, read in (("drand", beacons.drand), ("nist", beacons.nist)):
        if given[name] is not None:
            found.append(read(_read(given[name]), given[name]))
    found += [beacons.fetch(name) for name in given["fetch"]]
    if not any(one.kind == "nist" for one in found) and given["certificate"] is not None:
        raise click.UsageError(say.words("usage-certificate"))
    if not found:
        return []
    if given["ticket"] is not None:
        found.append(balls(given["ticket"], record.get("tickets")))
    if given["seed"] is not None:
        found.append(spoken(given["seed"]))
    if len({source.kind for source in found}) < len(found):
        raise click.UsageError(say.words("usage-sources-twice"))
    now = clock.now()
    ahead = [Issue("source-ahead", {"source": one.name, "now": say.moment(now.isoformat())},
                   suggestion="source-wait")
             for one in found if one.known is not None and one.known > now.timestamp()]
    if ahead:
        raise InputError(ahead)
    false = check_signatures(say, found, given["certificate"])
    if false is not None:
        raise InputError([Issue("beacon-signature", {"source": false.name},
                                suggestion="beacon-again")])
    return found


def check_signatures(
    say: Say, sources: Iterable[Source], certificate: str | None
) -> Source | None:
    """Say what beacons signed, and return the first source that its beacon did not sign.

    Parameters
    ----------
    sources
        Of a draw; those that are no beacons are passed over.
    certificate
        The file with the certificate of NIST, if there is one.
    """
    from sortition.lots import beacons

    for source in sources:
        own = None
        if source.kind == "nist" and certificate is not None:
            data = _read(certificate, "certificate-missing")
            own = beacons.certificate_of(source, data, certificate)
        holds = beacons.signature_holds(source, own)
        if holds is False:
            return source
        if own is not None:
            say.line("pulse-signed", source=source.name, subject=own.subject)
        elif source.kind == "nist":
            say.line("pulse-open", source=source.name, id=source.data["pulse"]["certificateId"])
        elif source.kind == "drand":
            say.line("signature-holds" if holds else "signature-open", source=source.name)
    return None


def _read(path: str, missing: str = "beacon-missing") -> bytes:
    from sortition.errors import InputError, Issue

    try:
        return Path(path).read_bytes()
    except OSError:
        raise InputError([Issue(missing, {}, path, suggestion="check-name")]) from None
