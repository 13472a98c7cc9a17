"""The error tree, and the issue: one thing wrong with an input and where it stands.

Everything a user can get wrong ends here as a value; `sortition.messages` turns the codes
into English or Dutch. Raised by every module, printed only by the command line.

::

    SortitionError
    ├── InputError(ValueError)   .issues
    │   ├── PoolError
    │   └── QuotaError
    ├── InfeasibleError          .diagnosis, .reasons
    ├── SolverError
    │   └── TimeLimitError       .distribution
    └── VerificationError        .expected, .got
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sortition.diagnosis.diagnose import Diagnosis
    from sortition.engine.distribution import Distribution

__all__ = [
    "Gathered",
    "InfeasibleError",
    "InputError",
    "Issue",
    "PoolError",
    "QuotaError",
    "SolverError",
    "SortitionError",
    "TimeLimitError",
    "VerificationError",
]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with an input.

    Parameters
    ----------
    code
        What is wrong, as a key of the message catalogue.
    params
        The values the text speaks of. Never a name, an address or a whole row.
    file, row, column
        Where: the file as the user named it, the row as a spreadsheet numbers it (the header is
        row 1), the column as its header spells it.
    suggestion
        What to do about it, as a key of the catalogue; it may use the same `params`.
    also
        Further rows in which the very same is wrong.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    row: int | None = None
    column: str | None = None
    suggestion: str | None = None
    also: tuple[int, ...] = ()

    def __str__(self) -> str:
        from sortition.messages import render_issue

        return render_issue(self)

    def to_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the issue as plain data, for a program to read."""
        from sortition.messages import text

        suggestion = text(self.suggestion, language, **self.params) if self.suggestion else None
        return {
            "code": self.code,
            "params": {
                name: value if isinstance(value, (int, float, str, type(None))) else str(value)
                for name, value in self.params.items()
            },
            "file": self.file,
            "row": self.row,
            **({"rows": [self.row, *self.also]} if self.also else {}),
            "column": self.column,
            "message": text(self.code, language, **self.params),
            "suggestion": suggestion,
        }


class Gathered:
    """Issues, those that differ by their row only as one: a column of formulas is one mistake."""

    def __init__(self, issues: Iterable[Issue] = ()) -> None:
        self._found: dict[object, tuple[Issue, list[int]]] = {}
        for issue in issues:
            self.add(issue)

    def __len__(self) -> int:
        return len(self._found)

    def add(self, issue: Issue) -> None:
        """Put an issue to the others."""
        key = (issue.code, str(issue.params), issue.file, issue.column, issue.suggestion)
        _, rows = self._found.setdefault(key, (issue, []))
        if issue.row is not None:
            rows.append(issue.row)

    @property
    def issues(self) -> list[Issue]:
        """All issues, by the first row of each."""
        found = [replace(issue, also=tuple(rows[1:])) for issue, rows in self._found.values()]
        return sorted(found, key=lambda issue: issue.row or 0)


class SortitionError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    code
        Key of the message catalogue.
    params
        The values the text speaks of.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        from sortition.messages import text

        return text(self.code, **self.params)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by what it holds: a pool of processes hands errors on so."""
        return _as_it_was, (type(self), self.args, vars(self))


def _as_it_was(
    kind: type[SortitionError], args: tuple[Any, ...], held: dict[str, Any]
) -> SortitionError:
    """Return an error as it was before it was copied or pickled."""
    error = kind.__new__(kind, *args)
    vars(error).update(held)
    return error


class InputError(SortitionError, ValueError):
    """The input is wrong; `issues` holds everything that was found, not only the first."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        super().__init__("input-wrong", count=len(issues))
        self.issues = tuple(issues)

    def __str__(self) -> str:
        return "\n".join(str(issue) for issue in self.issues)


class PoolError(InputError):
    """The list of people is wrong."""


class QuotaError(InputError):
    """The quotas are wrong."""


class InfeasibleError(SortitionError):
    """Nobody is at fault, yet no panel satisfies all rules.

    Attributes
    ----------
    diagnosis : tuple of Issue
        The rules that conflict, to print.
    reasons : Diagnosis
        The same as a value: conflicts with their rules and counts.
    """

    def __init__(self, reasons: Diagnosis) -> None:
        super().__init__("infeasible")
        self.reasons = reasons
        self.diagnosis = reasons.issues

    def __str__(self) -> str:
        from sortition.messages import text

        return "\n".join([text(self.code), *(str(issue) for issue in self.diagnosis)])


class SolverError(SortitionError):
    """The solver stopped without an answer."""


class TimeLimitError(SolverError):
    """Time ran out; `distribution` is the best one so far, `certificate` says how good it is."""

    def __init__(self, distribution: Distribution) -> None:
        certificate = distribution.certificate
        code = "time-out"
        if math.isfinite(certificate.gap):
            levelled = certificate.objective in ("leximin", "maximin")
            code = "time-limit" if levelled else "time-limit-value"
        super().__init__(
            code, gap=certificate.gap, objective=certificate.objective, value=certificate.value,
            bound=certificate.value_bound,
        )
        self.distribution = distribution
        self.certificate = certificate


class VerificationError(SortitionError):
    """A published draw is not what its record says."""

    def __init__(self, code: str, expected: object, got: object, **params: Any) -> None:
        super().__init__(code, expected=expected, got=got, **params)
        self.expected = expected
        self.got = got
