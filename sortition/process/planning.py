"""What is asked of a plan: which rules, who answers, how sure one wants to be.

From the table ``[plan]`` of a project file, or from options, to one frozen `Planning`; called by
the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from sortition.errors import InputError, Issue
from sortition.process.invitations.invitation import positive
from sortition.rules.fitting import table_issues
from sortition.rules.keys import TABLES

__all__ = ["Planning", "planning"]


@dataclass(frozen=True, slots=True)
class Planning:
    """Settings of `sortition.process.plan` and `sortition.process.kinds`.

    Parameters
    ----------
    rate
        Which part of the letters is answered on the whole.
    response
        Per feature the rate of each value, which multiplies it.
    by
        Features by which letters can be counted.
    population
        File with the number of people of each combination.
    letters, confidence, simulations, seed
        As for `sortition.process.plan.plan`.
    to_come
        Which part of all answers is still expected.
    """

    rate: Fraction
    response: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    population: str | None = None
    letters: int | None = None
    confidence: float = 0.95
    simulations: int = 1000
    seed: str = "plan"
    to_come: float = 0.0


def planning(values: Mapping[str, Any], file: str | None = None) -> Planning:
    """Return what is asked.

    Parameters
    ----------
    values
        The table ``[plan]``.
    file
        The project file it stands in; files stand relative to it.

    Raises
    ------
    InputError
        With every key that is unknown or of the wrong kind, and every number that makes no sense.
    """
    issues = list(table_issues(values, TABLES["plan"], "plan.", file or "", None))
    if issues:
        raise InputError(issues)

    def part(key: str, said: object, *, zero: bool = False, most: int = 1) -> Fraction:
        found = Fraction(0) if zero and said in (0, "0", "0%") else positive(said)
        if found is None or found > most:
            params = {"key": key, "cell": str(said)[:30]}
            issues.append(Issue("plan-part" if most == 1 else "invite-number", params, file))
            return Fraction(1, 2)  # raised below
        return found

    response = {
        column: {
            value.strip(): part(f"response.{column}.{value}", said, most=10**6)
            for value, said in rates.items()
        }
        for column, rates in values.get("response", {}).items()
    }
    rate = part("rate", values["rate"])
    confidence = part("confidence", values.get("confidence", "95%"))
    to_come = part("to_come", values.get("to_come", 0), zero=True)
    if confidence == 1:
        issues.append(Issue("plan-part", {"key": "confidence", "cell": "100%"}, file))
    if issues:
        raise InputError(issues)
    population = values.get("population")
    if population is not None and file:
        population = str(Path(file).parent / population)
    return Planning(
        rate, response, tuple(values.get("by", ())), population, values.get("letters"),
        float(confidence), values.get("simulations", 1000), values.get("seed", "plan"),
        float(to_come),
    )
