"""Paths as a file that lies in some folder says them: of project files, and of records."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["path_from"]


def path_from(folder: str | os.PathLike[str], path: str | os.PathLike[str]) -> str:
    """Return a path as seen from a folder, with the slashes of every system.

    From another drive, such as a stick, there is no way to it: it is then the whole path.
    """
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return Path(path).absolute().as_posix()
