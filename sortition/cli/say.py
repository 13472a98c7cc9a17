"""Where words go: results to standard output, everything else to standard error.

Every command gets one `Say`, and prints through it alone.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sortition import messages
from sortition.cli.pace import Pace, clock, share

if TYPE_CHECKING:
    from sortition.cli.terminal import Bar
    from sortition.engine.clock import Progress
    from sortition.errors import InfeasibleError, Issue

__all__ = ["Say", "print_document", "shown"]

_MOST = 50  # issues shown in full
_PATIENCE = 0.5  # seconds before anybody wonders what is going on


class Say:
    """Where words go: results to standard output, everything else to standard error."""

    def __init__(self, language: str, options: dict[str, Any]) -> None:
        self.language = language
        self.json = bool(options.get("as_json"))
        self.quiet = bool(options.get("quiet"))
        self.debug = bool(options.get("debug"))
        self.color = False if options.get("no_color") or "NO_COLOR" in os.environ else None
        self.dry_run = bool(options.get("dry_run"))
        self.wrote = False
        able = os.environ.get("TERM") != "dumb" and not self.quiet and not self.json
        self._live = able and sys.stderr.isatty()
        self._tables = able and sys.stdout.isatty()
        self._bar: Bar | None = None
        self._pace = Pace(options.get("time_limit"))
        self._plan: dict[str, list[str]] = {}

    def words(self, code: str, **params: Any) -> str:
        """Return a text in the user's language."""
        return messages.text(code, self.language, **params)

    def line(self, code: str, *, bold: bool = False, **params: Any) -> None:
        """Print a text, unless asked to be quiet or to speak JSON."""
        self.plain(self.words(code, **params), bold=bold)

    def sign(self, sign: str) -> str:
        """Return a sign in the colour of what it says, where colours are shown."""
        colors = {"✓": "green", "✗": "red", "–": "yellow"}
        return click.style(sign, fg=colors.get(sign), bold=True)

    def table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], plain: Iterable[str]
    ) -> None:
        """Print rows as a table on a terminal, or else as plain lines.

        Parameters
        ----------
        head
            A code of the catalogue for each column.
        rows
            A cell for each column; all but the first are numbers.
        plain
            The lines.
        """
        self.clear()
        if not self._tables or self._plan:
            for line in plain:
                self.plain(f"  {line}")
            return
        from sortition.cli.terminal import show_table

        show_table([self.words(code) for code in head], rows, plain=self.color is False)

    def plain(self, words: str, *, bold: bool = False) -> None:
        """Print words as they are."""
        self.clear()
        if not self.quiet and not self.json and not self._plan:
            click.secho(words, bold=bold, color=self.color)

    def error(self, words: str) -> None:
        """Print to standard error, always."""
        self.clear()
        click.secho(words, err=True, fg="red", color=self.color)

    def document(self, content: dict[str, Any]) -> None:
        """Print the JSON document, when asked for."""
        if self.json:
            print_document(content | ({"dry_run": self._plan} if self._plan else {}))

    def progress(self, report: Progress) -> None:
        """Keep one line of progress on a terminal, once it takes longer than a moment."""
        left = self._pace.left(report)
        if not self._live or report.seconds < _PATIENCE:
            return
        most = self._pace.at_most(report)
        words = ""
        if left is not None and (most is None or left < most):
            words = self.words("progress-left", left=clock(left))
        elif most is not None:
            words = self.words("progress-at-most", left=clock(most))
        self._line().update(self.words("progress-" + report.stage), share(report), words)

    @contextmanager
    def busy(self, stage: str, seconds: float) -> Iterator[None]:
        """Show on a terminal that work goes on which does not tell how far it is."""
        if self._live:
            self._line().update(self.words("progress-" + stage), None,
                                self.words("progress-at-most", left=clock(seconds)))
        yield
        self.clear()

    def _line(self) -> Bar:
        """Return the line of progress; rich is loaded by now, and not before."""
        if self._bar is None:
            from sortition.cli.terminal import Bar

            self._bar = Bar(plain=self.color is False)
        return self._bar

    def clear(self) -> None:
        """Take the line of progress away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

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

    def write(
        self, folder: str, files: Mapping[str, bytes], *, force: bool, remove: Iterable[str] = (),
    ) -> list[Path]:
        """Write files as `sortition.output.write_files` does, and say so.

        With ``--dry-run`` nothing is written: it is said what would be, also by later calls, and
        nothing more, since all that comes behind speaks of files that are not there.
        """
        from sortition.output import refuse_taken, write_files

        place = Path(folder)
        if not self.dry_run:
            written = write_files(folder, files, force=force, remove=remove)
            self.wrote = True
            self.line("written")
            for path in written:
                self.plain(f"  {os.path.normpath(path)}")
            return written
        gone = [name for name in remove if name not in files and (place / name).exists()]
        refuse_taken(folder, [*files, *gone], force=force)
        there = [name for name in files if (place / name).exists()]
        new = [name for name in files if name not in there]
        plan = {"write": new, "overwrite": there, "remove": gone}
        before, self._plan = self._plan, {}
        if not before:
            self.line("dry-run", bold=True)
        for code, names in (("dry-run-write", new), ("dry-run-overwrite", there),
                            ("dry-run-remove", gone)):
            for name in names:
                self.line(code, file=os.path.normpath(place / name))
        self._plan = {kind: [*before.get(kind, ()),
                             *(os.path.normpath(place / name) for name in names)]
                      for kind, names in plan.items()}
        return [place / name for name in files]

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
