"""Writing a set of files whole or not at all.

Called by the command line only; everything before it works on bytes in memory.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sortition.errors import InputError, Issue

__all__ = ["refuse_taken", "write_files"]


def write_files(folder: str, files: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write the files into a folder, made when it is not there.

    A new folder appears with all its files at once. In an existing one every file is written
    beside its place first and the record, which names the others, is moved in last.

    Parameters
    ----------
    folder
        Where to.
    files
        Contents by name.
    force
        Whether files of these names may be replaced.

    Returns
    -------
    list of Path
        What was written, in the order of the names.

    Raises
    ------
    InputError
        If a file is there already, or the folder cannot be written.
    """
    place = Path(folder)
    refuse_taken(folder, files, force=force)
    try:
        home = place.resolve().parent
        home.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=home))
        try:
            for name, data in files.items():
                (fresh / name).write_bytes(data)
            if place.exists():
                for name in sorted(files, key=lambda name: name == "record.json"):
                    (fresh / name).replace(place / name)
            else:
                fresh.chmod(0o777 & ~_umask())
                fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except (OSError, ValueError) as error:
        params = {"folder": folder, "reason": getattr(error, "strerror", None) or "?"}
        raise InputError([Issue("out-unwritable", params, suggestion="other-folder")]) from None
    return [place / name for name in files]


def refuse_taken(folder: str, names: Iterable[str], *, force: bool) -> None:
    """Raise `InputError` when a file of these names is in the folder, unless forced.

    Called before the work as well as before writing: what would be refused is refused at once.
    """
    try:
        home = next(p for p in (Path(folder), *Path(folder).absolute().parents) if p.exists())
        if not home.is_dir() or not os.access(home, os.W_OK):
            raise InputError([Issue("out-unwritable", {"folder": folder, "reason": str(home)},
                                    suggestion="other-folder")])
        taken = sorted(name for name in names if (Path(folder) / name).exists())
    except (OSError, ValueError):
        taken = []  # an impossible name: writing will say so
    if taken and not force:
        params = {"folder": folder, "file": ", ".join(taken)}
        raise InputError([Issue("out-exists", params, suggestion="use-force")])


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
