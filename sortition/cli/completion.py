"""``sortition completion``: the lines by which a shell completes commands, options and files."""

from __future__ import annotations

from typing import Any

import click

from sortition.cli import options
from sortition.cli.guard import OK
from sortition.cli.say import Say

__all__ = ["command"]

_SHELLS = ("bash", "fish", "zsh")


def command(language: str) -> click.Command:
    """Return the command with its help in one language."""
    return options.command(
        language, "completion", _completion,
        [options.argument(language, "shell", "meta-shell", "argument-shell",
                          type=click.Choice(_SHELLS))],
        'eval "$(sortition completion bash)"', 'eval "$(sortition completion zsh)"',
        "sortition completion fish | source", about="help-completion-where",
    )


def _completion(say: Say, shell: str, **_: Any) -> int:
    from click.shell_completion import get_completion_class

    speaks = get_completion_class(shell)
    group = click.get_current_context().find_root().command
    assert speaks is not None  # noqa: S101 - click has a class for each of _SHELLS
    lines = speaks(group, {}, "sortition", "_SORTITION_COMPLETE").source()
    if not say.quiet and not say.json:
        click.echo(lines)
    say.document({"schema": 1, "shell": shell, "script": lines})
    return OK
