"""The whole check of a lottery and its draw: from memory, from files, or from a folder.

Puts together what anybody can run alone: `sortition.verify` or, without tickets,
`sortition.verify_exact`, and for step 5 `sortition.prove`. Used by the command line, and by
whatever relies on a lottery that was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sortition.verify import DRAWN, FILES, done, steps

__all__ = ["PROOF", "Step", "Verification", "verify", "verify_files", "verify_folder"]

PROOF = 5
"""The step that checks the proof."""
DRAW = 6
"""The step that checks the draw."""
_PLACES = ("record.json", *FILES, *DRAWN)


class Step(NamedTuple):
    """One numbered step: what was checked and how it ended."""

    number: int
    code: str
    ok: bool
    params: Mapping[str, Any]


class Verification(NamedTuple):
    """All steps up to the first that fails."""

    steps: tuple[Step, ...]

    @property
    def ok(self) -> bool:
        """Whether every step holds."""
        return all(step.ok for step in self.steps)


def verify(draw: Any, lottery: Any) -> Verification:
    """Check a `Draw` and its lottery in memory, exactly as their published files are checked.

    Raises
    ------
    ValueError
        If the draw is bound to the commitment of a record: `verify_files` checks it with that.
    """
    from sortition.lots.drawn import draw_files
    from sortition.lots.record import lottery_files

    if draw.seed is not None and not draw.rehearsal:
        raise ValueError("this draw is bound to a record: check its files with verify_files")
    if draw.lottery_sha256 != lottery.sha256:
        got = {"expected": draw.lottery_sha256, "got": lottery.sha256}
        return Verification((Step(DRAW, "verify-other-lottery", False, got),))
    files = lottery_files(lottery, rehearsal=draw.rehearsal)
    return verify_files(files | draw_files(files, draw, lottery.problem.ids))


def verify_folder(folder: str | Path, published: str | None = None) -> Verification:
    """Check the files in a folder; with what was published, that they are just that."""
    paths = (Path(folder) / name for name in _PLACES)
    return verify_files({p.name: p.read_bytes() for p in paths if p.is_file()}, published)


def verify_files(files: Mapping[str, bytes], published: str | None = None) -> Verification:
    """Check published files.

    Parameters
    ----------
    files
        Their bytes by name, with the lists of the panel once something was drawn.
    published
        The commitment, or a seal, that was made public; None where none is known.
    """
    check = steps
    if _is_exact(files):
        from sortition.verify_exact import steps as check
    found = [Step(*step) for step in done(check(files, (published or "").strip().lower()))]
    before = [step for step in found if step.number < PROOF]
    if all(step.ok for step in before):
        proof = _proof(files)
        found = [*before, proof, *(found[len(before) :] if proof.ok else [])]
    return Verification(tuple(found))


def _is_exact(files: Mapping[str, bytes]) -> bool:
    """Return whether the record says that there are no tickets."""
    try:
        return bool(json.loads(files["record.json"])["kind"] == "exact")
    except (LookupError, RecursionError, TypeError, ValueError):
        return False


def _proof(files: Mapping[str, bytes]) -> Step:
    """Return step 5, of which `sortition.prove` has the parts."""
    from sortition.prove import Failed
    from sortition.prove import steps as proof_steps

    try:
        *_, (_, code, params) = proof_steps(files)
        return Step(PROOF, f"verify-{code}", True, params)
    except Failed as failed:
        return Step(PROOF, f"verify-bad-{failed.args[0]}", False, failed.args[1])
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return Step(PROOF, "verify-bad-record", False, {})
