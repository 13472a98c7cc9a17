"""Where results go: files, whole or not at all, and a stream of words that may end early.

Called by the command line only; everything before it works on bytes in memory.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from sortition.errors import InputError, Issue

try:
    import fcntl
except ImportError:  # on Windows, where a folder cannot be held
    fcntl = None  # type: ignore[assignment]  # looked at before it is used

__all__ = ["finish", "left_behind", "patient_streams", "refuse_taken", "steady", "write_files"]

# A folder's new files and the names of what goes, complete, on their way to their places.
_PENDING, _GONE = ".pending", "gone"
# Plain signs, for a terminal or a file whose encoding lacks the sign itself.
_PLAIN = {
    "✓": "ok", "✗": "!!", "→": "->", "…": "...", "–": "-", "—": "-", "“": '"', "”": '"',
    "‘": "'", "’": "'", "×": "x", "≤": "<=", "≥": ">=",
}


class _Patient:
    """A text stream that never fails: a reader that left, a full disk or a sign it cannot show."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.encoding = stream.encoding or "utf-8"
        self.errors = "replace"
        self.gone = False

    def write(self, words: str) -> int:
        """Write words, signs that the encoding lacks in a plain form."""
        if not isinstance(words, str):
            raise TypeError("words are text")
        if not self.gone:
            try:
                self.stream.write(self._shown(words))
            except (OSError, ValueError):
                self._leave()
        return len(words)

    def flush(self) -> None:
        """Send what was written."""
        if not self.gone:
            try:
                self.stream.flush()
            except (OSError, ValueError):
                self._leave()

    def isatty(self) -> bool:
        """Return whether a person is reading along."""
        return not self.gone and self.stream.isatty()

    def fileno(self) -> int:
        """Return the number of the file below."""
        return self.stream.fileno()

    def _shown(self, words: str) -> str:
        try:
            words.encode(self.encoding)
        except UnicodeEncodeError:
            return "".join(map(self._sign, words))
        return words

    def _sign(self, sign: str) -> str:
        try:
            sign.encode(self.encoding)
        except UnicodeEncodeError:
            return _PLAIN.get(sign, "?")
        return sign

    def _leave(self) -> None:
        """Nobody reads any more: what is still waiting goes nowhere, when Python ends too."""
        self.gone = True
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


@contextmanager
def patient_streams() -> Iterator[None]:
    """Let no trouble in showing words end the work inside the block."""
    own: tuple[Any, Any] = sys.stdout, sys.stderr
    out, err = (None if stream is None else _Patient(stream) for stream in own)
    sys.stdout, sys.stderr = out, err  # all that print and click use
    try:
        yield
    finally:
        for stream in (out, err):
            if stream is not None:
                stream.flush()
        sys.stdout, sys.stderr = own


def write_files(
    folder: str, files: Mapping[str, bytes], *, force: bool, remove: Iterable[str] = ()
) -> list[Path]:
    """Write the files into a folder, made when it is not there.

    A new folder appears with all its files at once. In an existing one every file is written
    beside its place first and the record, which names the others, is moved in last; when that
    fails half-way, everything goes back to how it was. Killed at any moment, the folder is as it
    was, or `finish` makes it what it was to become. Whoever else writes or reads it waits.

    Parameters
    ----------
    folder
        Where to.
    files
        Contents by name.
    force
        Whether files of these names may be replaced.
    remove
        Names of files that go away in the same step, where they are.

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
    gone = [name for name in remove if name not in files]
    try:
        finish(folder)
        refuse_taken(folder, [*files, *gone], force=force)
        home = place.resolve().parent
        home.mkdir(parents=True, exist_ok=True)
        # Inside a folder that is there, which may be a disk of its own; else beside it.
        where = place if place.is_dir() else home
        fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=where))
        try:
            for name, data in files.items():
                (fresh / name).write_bytes(data)
            if place.exists():
                (fresh / _GONE).write_text(json.dumps(gone), encoding="utf-8")
                with _held(place):
                    _finish(place)
                    refuse_taken(folder, [*files, *gone], force=force)  # by now, too
                    # From here on a later command could finish it.
                    pending = fresh.rename(place / _PENDING)
                    try:
                        _swap(pending, place, [*gone, *sorted(files, key="record.json".__eq__)])
                    finally:
                        shutil.rmtree(pending, ignore_errors=True)
            else:
                fresh.chmod(0o777 & ~_umask())
                fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a link to itself
        if isinstance(error, InputError):
            raise
        params = {"folder": folder, "reason": getattr(error, "strerror", None) or "?"}
        raise InputError([Issue("out-unwritable", params, suggestion="other-folder")]) from None
    return [place / name for name in files]


def finish(folder: str) -> None:
    """Put in place what a command had ready for a folder when it was killed.

    Called by whoever reads or writes a lottery's folder, so that its files are those of one moment.
    """
    place = Path(folder)
    if (place / _PENDING).is_dir():
        with _held(place):  # a command that is still at work finishes by itself
            _finish(place)


@contextmanager
def steady(folder: str | Path) -> Iterator[None]:
    """Let nobody change the files of a folder while they are read, so that they belong together."""
    place = Path(folder)
    while True:
        finish(str(folder))
        with _held(place, shared=True):
            if fcntl is None or not (place / _PENDING).is_dir():
                yield
                return


@contextmanager
def _held(place: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold a folder for oneself, or together with others who read; whoever is killed lets go.

    Where that is impossible, as on Windows and on some shares of a network, nothing is held.
    """
    hold = None
    if fcntl is not None:
        with suppress(OSError):
            hold = os.open(place, os.O_RDONLY)
            fcntl.flock(hold, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
    try:
        yield
    finally:
        if hold is not None:
            os.close(hold)


def _finish(place: Path) -> None:
    """Put in place what is ready, of a folder that is held."""
    pending = place / _PENDING
    if not pending.is_dir():
        return
    listed = pending / _GONE
    gone = json.loads(listed.read_text(encoding="utf-8")) if listed.exists() else []
    ready = [own.name for own in pending.iterdir() if own.is_file() and own.name != _GONE]
    for name in gone:
        (place / name).unlink(missing_ok=True)
    for name in sorted(ready, key="record.json".__eq__):
        (pending / name).replace(place / name)
    shutil.rmtree(pending, ignore_errors=True)


def left_behind(folder: str) -> list[Path]:
    """Return what commands that were killed left of their writing, in a folder or beside it.

    They may hold names, and nobody looks for them: files that begin with a dot are hidden.
    """
    place = Path(folder)
    made = re.compile(rf"\.{re.escape(place.name)}-[a-z0-9_]{{8}}")  # by tempfile.mkdtemp
    found = [own for where in (place, place.resolve().parent) for own in where.iterdir()
             if made.fullmatch(own.name) and own.is_dir() and not own.is_symlink()]
    return sorted(found)


def _swap(fresh: Path, place: Path, names: Iterable[str]) -> None:
    """Put what `fresh` has of these names in the place of what is there; all of it or nothing."""
    old = Path(tempfile.mkdtemp(dir=fresh))
    names = list(names)
    new = {name for name in names if (fresh / name).exists()}
    try:
        for name in names:
            if (place / name).exists():
                shutil.copy2(place / name, old / name)
            if name in new:
                (fresh / name).replace(place / name)  # at no moment is there none
            else:
                (place / name).unlink(missing_ok=True)
    except BaseException:  # also when somebody presses Ctrl-C just now
        if not old.is_dir():  # where no folder can be held: another command has finished all of it
            raise
        for name in names:
            if (old / name).exists():
                (old / name).replace(place / name)
            elif name in new and not (fresh / name).exists():
                (place / name).unlink(missing_ok=True)
        raise


def refuse_taken(folder: str, names: Iterable[str], *, force: bool) -> None:
    """Raise `InputError` when a file of these names is in the folder, unless forced.

    Called before the work as well as before writing: what would be refused is refused at once.
    """
    try:
        home = next(p for p in (Path(folder), *Path(folder).absolute().parents) if p.exists())
        is_folder, writable = home.is_dir(), os.access(home, os.W_OK)
        taken = sorted(name for name in names if is_folder and (Path(folder) / name).exists())
    except (OSError, ValueError):
        return  # an impossible name: writing will say so
    if not is_folder:
        raise InputError([Issue("out-is-file", {"file": str(home)}, suggestion="other-folder")])
    if not writable:
        params = {"folder": folder, "reason": str(home)}
        raise InputError([Issue("out-unwritable", params, suggestion="other-folder")])
    if taken and not force:
        params = {"folder": folder, "file": ", ".join(taken)}
        raise InputError([Issue("out-exists", params, suggestion="use-force")])


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
