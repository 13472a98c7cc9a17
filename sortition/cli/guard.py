"""Every error becomes words and an exit code of the contract; called round every command."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from sortition.cli.say import Say

if TYPE_CHECKING:
    from sortition.errors import InputError

__all__ = [
    "INFEASIBLE",
    "INPUT",
    "INTERRUPTED",
    "OK",
    "OUT_OF_TIME",
    "UNEXPECTED",
    "UNVERIFIED",
    "USAGE",
    "guarded",
]

OK, UNEXPECTED, USAGE, INPUT, INFEASIBLE, UNVERIFIED, OUT_OF_TIME, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 130,
)


def guarded(run: Callable[..., int], say: Say, given: dict[str, Any]) -> int:
    """Run a command; turn every error into words and an exit code."""
    from sortition.errors import (
        InfeasibleError,
        InputError,
        Issue,
        SolverError,
        VerificationError,
    )

    try:
        return run(say, **given)
    except InputError as error:
        return _wrong(say, error)
    except InfeasibleError as error:
        say.infeasible(error)
        say.line("infeasible-check")
        listed = [issue.to_dict(say.language) for issue in error.diagnosis]
        say.document({"schema": 1, "error": error.code, "level": error.reasons.level,
                      "issues": listed})
        return INFEASIBLE
    except VerificationError as error:
        words = say.words(error.code, **error.params)
        say.error(words)
        say.document({"schema": 1, "error": error.code, "message": words, "issues": []})
        return UNVERIFIED
    except SolverError as error:
        return _unexpected(say, error, say.words(error.code, **error.params))
    except KeyboardInterrupt:
        code = "interrupted-written" if say.wrote else "interrupted"
        say.error(say.words(code))
        say.document({"schema": 1, "error": "interrupted", "message": say.words(code),
                      "issues": []})
        return INTERRUPTED
    except click.ClickException:
        raise
    except OSError as error:
        if error.filename is None or say.wrote:
            return _unexpected(say, error, type(error).__name__)
        # A name that no disk can have, a disk that fails, a file that somebody took away.
        if say.debug:
            traceback.print_exception(error)
        reason = {"reason": error.strerror or type(error).__name__}
        return _wrong(say, InputError([Issue("file-unusable", reason, str(error.filename))]))
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback unasked
        return _unexpected(say, error, type(error).__name__)
    finally:
        say.clear()


def _wrong(say: Say, error: InputError) -> int:
    say.issues(error.issues, error.code)
    say.error(say.words("input-count", count=len(error.issues)))
    return INPUT


def _unexpected(say: Say, error: Exception, kind: str) -> int:
    if say.debug:
        traceback.print_exception(error)
    words = say.words("unexpected-written" if say.wrote else "unexpected", kind=kind)
    say.error(words)
    say.document({"schema": 1, "error": "unexpected", "message": words, "issues": []})
    return UNEXPECTED
