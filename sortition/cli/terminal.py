"""Tables and progress for whoever sits at a terminal: the one module that speaks to rich.

Imported by `sortition.cli.say` when there is something to show, so that nobody else waits for it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

__all__ = ["Bar", "show_table"]


class Bar:
    """One line of progress on standard error, which goes away again.

    Parameters
    ----------
    plain
        Whether to do without colours.
    """

    def __init__(self, *, plain: bool) -> None:
        self._shown = Progress(
            SpinnerColumn(style="cyan"), TextColumn("{task.description}", markup=False),
            BarColumn(24, complete_style="cyan", pulse_style="cyan"),
            TextColumn("{task.fields[share]}", markup=False), TimeElapsedColumn(),
            TextColumn("{task.fields[left]}", markup=False, style="dim"),
            console=Console(file=sys.stderr, no_color=plain), transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )
        self._task = self._shown.add_task("", total=None, share="", left="")
        self._shown.start()

    def update(self, words: str, done: float | None, left: str) -> None:
        """Show what is done now, which share of it is behind us, and how long it will take."""
        if done is None:
            self._shown.update(self._task, description=words, total=None, share="", left=left)
            return
        self._shown.update(self._task, description=words, total=1.0, completed=done,
                           share=f"{100 * done:3.0f} %", left=left)

    def stop(self) -> None:
        """Take the line away."""
        self._shown.stop()


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, plain: bool) -> None:
    """Print a table on standard output, numbers to the right.

    Parameters
    ----------
    head
        Of each column.
    rows
        A cell for each column; all but the first are numbers.
    plain
        Whether to do without colours.
    """
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, border_style="dim")
    for at, name in enumerate(head):
        table.add_column(Text(name), justify="right" if at else "left", overflow="fold",
                         no_wrap=at > 0, style=None if at else "cyan")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout, no_color=plain, highlight=False).print(table)
