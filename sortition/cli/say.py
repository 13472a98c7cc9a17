"""Where words go: results to standard output, everything else to standard error.

Every command gets one `Say`, and prints through it alone.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition import messages

if TYPE_CHECKING:
    from sortition.engine.search import Progress
    from sortition.errors import InfeasibleError, Issue

__all__ = ["Say", "print_document", "shown"]

_MOST = 50  # issues shown in full


class Say:
    """Where words go: results to standard output, everything else to standard error."""

    def __init__(self, language: str, options: dict[str, Any]) -> None:
        self.language = language
        self.json = bool(options.get("as_json"))
        self.quiet = bool(options.get("quiet"))
        self.debug = bool(options.get("debug"))
        self.color = False if options.get("no_color") or "NO_COLOR" in os.environ else None
        self.wrote = False
        self._live = not self.quiet and sys.stderr.isatty()
        self._shown = 0

    def words(self, code: str, **params: Any) -> str:
        """Return a text in the user's language."""
        return messages.text(code, self.language, **params)

    def line(self, code: str, *, bold: bool = False, **params: Any) -> None:
        """Print a text, unless asked to be quiet or to speak JSON."""
        self.plain(self.words(code, **params), bold=bold)

    def plain(self, words: str, *, bold: bool = False) -> None:
        """Print words as they are."""
        self.clear()
        if not self.quiet and not self.json:
            click.secho(words, bold=bold, color=self.color)

    def error(self, words: str) -> None:
        """Print to standard error, always."""
        self.clear()
        click.secho(words, err=True, fg="red", color=self.color)

    def document(self, content: dict[str, Any]) -> None:
        """Print the JSON document, when asked for."""
        if self.json:
            print_document(content)

    def progress(self, report: Progress) -> None:
        """Keep one line of progress on a terminal."""
        if not self._live:
            return
        seconds = messages.number(report.seconds, ".1f", self.language)
        words = f"{self.words('progress-' + report.stage)} … {seconds} s"
        click.echo("\r" + words.ljust(self._shown), err=True, nl=False)
        self._shown = len(words)

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._shown:
            click.echo("\r" + " " * self._shown + "\r", err=True, nl=False)
            self._shown = 0

    def infeasible(self, error: InfeasibleError) -> None:
        """Print that no panel exists, and why."""
        self.error(self.words(error.code))
        if error.diagnosis:
            self.error(self.words("infeasible-shown"))
        self._list(error.diagnosis)

    def _list(self, issues: Sequence[Issue]) -> None:
        for issue in issues[:_MOST]:
            self.error(messages.render_issue(issue, self.language))
        if len(issues) > _MOST:
            self.error("…")

    def issues(self, issues: Sequence[Issue], code: str) -> None:
        """Print issues, at most fifty in full, or as JSON."""
        self._list(issues)
        listed = [issue.to_dict(self.language) for issue in issues]
        self.document({"schema": 1, "error": code, "issues": listed})

    def written(self, paths: Sequence[Path]) -> None:
        """Print which files are there now."""
        self.wrote = True
        self.line("written")
        for path in paths:
            self.plain(f"  {os.path.normpath(path)}")

    def percent(self, chance: float) -> str:
        """Return a chance as people read it."""
        return messages.percent(chance, self.language)

    def points(self, gap: float) -> str:
        """Return a difference between chances, in percentage points."""
        return messages.points(gap, self.language)


def print_document(content: dict[str, Any]) -> None:
    """Print one JSON document, with escapes where the encoding lacks a sign."""
    words = json.dumps(content, ensure_ascii=False, indent=1)
    try:
        words.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        words = json.dumps(content, indent=1)
    click.echo(words)


def shown(folder: str) -> str:
    """Return a folder as it can be pasted behind a command."""
    return shlex.quote(os.path.normpath(folder))
