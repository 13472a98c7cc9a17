"""Where somebody stands in a replacement: what became of them since the draw before.

Called by the command line for a letter; says nothing of anybody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from sortition.lots.stepping_in import check_steps_in
from sortition.prove import seats_of
from sortition.verify import read_rows

__all__ = ["Place", "place_of"]

Place = Literal["stays", "gone", "steps-in", "passed", "candidate"]


def place_of(before: Mapping[str, bytes], after: Mapping[str, bytes], id: str) -> Place:  # noqa: A002 - the word users know
    """Return where a person stands, once the replacement is known to follow the draw before.

    Parameters
    ----------
    before, after
        Files by name, as for `sortition.lots.stepping_in.check_steps_in`.
    id
        Of the person.

    Returns
    -------
    str
        ``"stays"`` on the panel; ``"gone"``, who is not drawn any more; ``"steps-in"`` as a
        reserve; ``"passed"``, where other reserves stepped in; or ``"candidate"`` of its lottery.

    Raises
    ------
    VerificationError
        If it does not follow that draw.
    """
    seated = check_steps_in(before, after)
    follows = json.loads(after["record.json"])["follows"]
    several = bool(json.loads(before["record.json"])["source"].get("themes"))
    seats = [row[0] for row in read_rows(before["chances.csv"])[1:]]
    own = {id, *seats_of({"persons": several}, seats).get(id, ())}  # of several panels: any seat
    if own & {*follows["stay"]}:
        return "stays"
    if own & {*follows["gone"]}:
        return "gone"
    if own & {*seated}:
        return "steps-in"
    return "passed" if seated else "candidate"
