"""The files of a lottery, as bytes by name; those of its draw are in `sortition.lots.drawn`.

What `sortition.verify` reads and the command line writes; ids, quota groups and household numbers
only, never a name or an address. Floats appear as decimal text, so that the record reads the same
everywhere.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from sortition.files.writers import to_csv
from sortition.lots.commitment import inclusions, refuse_late, sealed
from sortition.lots.groups import group_rows, home_numbers
from sortition.lots.names import PRIVATE
from sortition.prove import Failed, check_exclusions, check_levels, not_excluded, sorts
from sortition.rules.panel_names import JOINS
from sortition.verify import commitment, read_rows, root

if TYPE_CHECKING:
    from sortition.engine.relaxation import Cut
    from sortition.lots.exact import ExactLottery
    from sortition.lots.lottery import Lottery

__all__ = ["decimal", "lottery_files", "summary"]

SCHEMA = 2  # of the record


def decimal(value: float) -> str:
    """Return a chance as decimal text with at most twelve places."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


def summary(lottery: Lottery | ExactLottery) -> dict[str, Any]:
    """Return the outcome of a lottery as plain data: what ``--json`` prints.

    ``bound`` is the certified upper bound on the smallest chance among those who can be selected;
    ``value``, ``value_bound`` and ``gap`` are in the objective's unit (chances for leximin; None
    while infinite), and ``direction`` says whether a larger or a smaller value is better;
    ``ticket_loss`` in tickets, or in chances where the lottery is exact and ``tickets`` None,
    ``seconds`` without reading and writing.
    """
    fair = lottery.distribution
    problem = lottery.problem
    able = fair.able if fair.certificate.people else lottery.chance[fair.selectable]
    low, high = int(problem.lower[0]), int(problem.upper[0])
    shape: dict[str, Any]
    if lottery.kind == "exact":
        shape = {"kind": "exact", "tickets": None, "panels": len(lottery.panels)}
    else:
        shape = {"tickets": len(lottery.tickets), "panels": len(fair.panels)}
        shape |= {"balance": _balance(lottery)} if lottery.balance else {}
    return {
        "schema": 1,
        "objective": fair.certificate.objective,
        "size": low if low == high else [low, high],
        "pool": len(problem.ids),
        "types": problem.types,
        **shape,
        "min_chance": float(able.min()),
        "max_chance": float(able.max()),
        "bound": fair.certificate.bound,
        "gap": _finite(fair.certificate.gap),
        "value": _finite(fair.certificate.value),
        "value_bound": _finite(fair.certificate.value_bound),
        "direction": fair.certificate.direction,
        "proven": fair.certificate.proven,
        "ticket_loss": lottery.loss,
        "unselectable": sorted(own for group in fair.unselectable for own in group.ids),
        "lottery_sha256": lottery.sha256,
        "seconds": round(fair.seconds, 3),
    }


def _finite(value: float) -> float | None:
    """Return a value as JSON can hold it."""
    return value if math.isfinite(value) else None


def _balance(lottery: Lottery) -> list[dict[str, Any]]:
    return [
        {"over": list(part.over), "before": part.before, "after": part.after, "floor": part.floor}
        for part in lottery.balance
    ]


def lottery_files(
    lottery: Lottery | ExactLottery,
    source: Mapping[str, Any] | None = None,
    earlier: Sequence[Mapping[str, Any]] = (),
    follows: Mapping[str, Any] | None = None,
    *,
    announced: Mapping[str, str] | None = None,
    before: Mapping[str, Any] | None = None,
    rehearsal: bool = False,
    fixed_at: str | None = None,
    key: bytes | None = None,
) -> dict[str, bytes]:
    """Return ``lottery.csv``, ``chances.csv``, ``groups.csv``, ``record.json`` and the proofs.

    Parameters
    ----------
    lottery
        What to publish.
    source
        Where the pool was read and how, so that the drawn rows can be found again; plain data.
    earlier
        Draws from a lottery that this one replaces: they stay on record.
    follows
        Of a replacement, the draw that it follows: digest of its record, who stays, who is gone.
    announced
        The ``source`` of randomness that was announced and the time ``at`` which it is drawn.
    before
        The record that this one replaces, in the same folder.
    rehearsal
        Whether draws from it count for nothing, because nobody could see it before.
    fixed_at
        When it is made, by the clock of the computer: ISO 8601 with its distance from UTC. No
        beacon that was known before can draw from it. None where nobody says.
    key
        What the salts of the pool's hash tree follow from; secret and new each time if not given.

    Raises
    ------
    InputError
        If it is made when the announced time has passed, and no rehearsal.
    """
    if not rehearsal:
        refuse_late(announced, fixed_at)
    problem = lottery.problem
    held = [""] * len(problem.ids) if lottery.kind == "exact" else lottery.counts.tolist()
    chances = zip(problem.ids, map(decimal, lottery.chance), held, strict=True)
    groups = group_rows(problem)
    files = {
        "lottery.csv": lottery.csv.encode(),
        "chances.csv": to_csv(["id", "chance", "tickets"], chances).encode(),
        "groups.csv": (
            lottery.groups if lottery.kind == "exact" else to_csv(groups[0], groups[1:])
        ).encode(),
    }
    outcome = summary(lottery)
    pool_root, proofs = inclusions(groups[1:], key)
    people = lottery.distribution.certificate.people
    able = _able(lottery)
    gamma = lottery.distribution.certificate.gamma
    record = {
        "schema": SCHEMA,
        "tool": f"sortition {_version()}",
        "solver": _solver(),
        "objective": outcome["objective"],
        "gamma": None if gamma is None else decimal(gamma),
        "size": [int(problem.lower[0]), int(problem.upper[0])],
        "kind": lottery.kind,
        "tickets": outcome["tickets"],
        "per_household": problem.per_household,
        "quotas": [
            {"name": name, "min": int(low), "max": int(high)}
            for name, low, high in zip(
                problem.names[1:], problem.lower[1:], problem.upper[1:], strict=True
            )
        ],
        "pool": outcome["pool"],
        "min_chance": decimal(float(min(able))),
        "max_chance": decimal(float(max(able))),
        "mean_chance": str(sum(able) / len(able)),
        "bound": decimal(outcome["bound"]),
        "gap": None if outcome["gap"] is None else decimal(outcome["gap"]),
        "proven": outcome["proven"],
        "proof": _proof(lottery),
        "ticket_loss": (f"{lottery.loss:.15f}" if lottery.kind == "exact"
                        else decimal(lottery.loss)),
        "balance": [
            {name: decimal(value) if isinstance(value, float) else value
             for name, value in part.items()}
            for part in outcome.get("balance", [])
        ],
        "barred": _barred(lottery),
        "source": dict(source or {}),
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "pool_root": pool_root,
        "lottery_root": root(read_rows(files["lottery.csv"])[1:]),
        "announced": None if announced is None else dict(announced),
        **_attempt(before or {}),
        "fixed_at": fixed_at,
        "rehearsal": rehearsal,
        "past_draws": [dict(draw) for draw in earlier],
        "draw": None,
        "earlier_draws": [],
    }
    if people:
        record["persons"] = True
    if lottery.kind == "exact":
        record |= {"panels": outcome["panels"], "total": lottery.total}
    if follows is not None:
        record["follows"] = dict(follows)
    record["proof"] = _sound_proof(lottery, record, groups)
    return files | {"record.json": sealed(record), PRIVATE: proofs}


def _able(lottery: Lottery | ExactLottery) -> list[Fraction]:
    """Return the chances, as published, of all who can be selected: of people across seats."""
    fair, ids = lottery.distribution, lottery.problem.ids
    chances = [Fraction(decimal(chance)) for chance in lottery.chance.tolist()]
    if not fair.certificate.people:
        return [chance for chance, able in zip(chances, fair.selectable, strict=True) if able]
    total: dict[str, Fraction] = {}
    for own, chance, able in zip(ids, chances, fair.selectable.tolist(), strict=True):
        if able:
            who = own.partition(JOINS)[2]
            total[who] = total.get(who, Fraction(0)) + chance
    return list(total.values())


def _attempt(before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the number of this attempt, and the seal of the record before it if that is whole."""
    count, seal = before.get("attempt"), before.get("seal")
    if not isinstance(count, int) or seal != commitment(before, "seal"):
        return {"attempt": 1, "before": None}
    return {"attempt": count + 1, "before": seal}


def _sound_proof(
    lottery: Lottery | ExactLottery, record: dict[str, Any], groups: list[list[str]]
) -> dict[str, Any]:
    """Return the proof, or what of it holds when it is checked: nothing is claimed that fails."""
    chances = {
        own: Fraction(decimal(value))
        for own, value in zip(lottery.problem.ids, lottery.chance.tolist(), strict=True)
    }
    proof: dict[str, Any] = record["proof"]
    open_ = not record["proven"] or not proof["levels"]
    try:
        check_exclusions(record, groups[1:], chances)
        if not open_:
            check_levels(record, chances, groups[1:])
        return proof
    except Failed:
        pass
    sort_of = sorts(record, groups[1:])
    proof["excluded"] = [
        entry for entry in proof["excluded"] if not_excluded(record, entry, sort_of) is None
    ]
    if open_:
        return proof
    try:
        check_levels(record, chances, groups[1:])
    except Failed:
        return {"levels": [], "excluded": [], "cuts": []}
    return proof


def _barred(lottery: Lottery | ExactLottery) -> dict[str, bool]:
    """Return for each of those who cannot be selected whether it took whole numbers to show it."""
    proven = {group.ids: group.whole for group in lottery.distribution.unselectable}
    return {own: whole for ids, whole in proven.items() for own in ids}


def _proof(lottery: Lottery | ExactLottery) -> dict[str, Any]:
    """Return the proof in terms of people and of households as ``groups.csv`` numbers them."""
    problem = lottery.problem
    homes = home_numbers(problem)
    proof = lottery.distribution.certificate.proof
    people: dict[int, list[str]] = {}
    by_pattern: dict[int, set[int]] = {}
    for own, home, t in zip(
        problem.ids, problem.household.tolist(), problem.type_of.tolist(), strict=True
    ):
        people.setdefault(t, []).append(own)
        if home in homes:
            by_pattern.setdefault(int(problem.pattern[t]), set()).add(homes[home])

    def named(entry: Mapping[str, Any]) -> dict[str, Any]:
        households = {
            str(number): value
            for pattern, value in entry["households"].items()
            for number in sorted(by_pattern.get(pattern, ()))
        }
        kept = {key: value for key, value in entry.items() if key != "type"}
        who = {"ids": people[entry["type"]]} if "type" in entry else {}
        return kept | who | {"households": households}

    cuts = [
        {"most": max(cut.most, _heaviest(lottery, cut)),
         "weights": {own: int(cut.weights[t]) for t, own_people in people.items()
                     for own in own_people if cut.weights[t]}}
        for cut in proof.cuts
    ]
    return {"levels": [named(entry) for entry in proof.levels],
            "excluded": [named(entry) for entry in proof.excluded], "cuts": cuts}


def _heaviest(lottery: Lottery | ExactLottery, cut: Cut) -> int:
    """Return the most that a published panel weighs in a cut.

    Panels found after the integer program may weigh a unit of its last digit more than its answer,
    which its tolerance lets pass; what they weigh is known.
    """
    if lottery.kind == "exact":
        return int((lottery.panels @ cut.weights).max())
    weight = np.append(cut.weights[lottery.problem.type_of], 0)  # the last is for an empty seat
    return int(weight[lottery.tickets].sum(axis=1).max())


def _version() -> str:
    from sortition import __version__

    return __version__


def _solver() -> str:
    from sortition.engine.solver import solver_version

    return solver_version()
