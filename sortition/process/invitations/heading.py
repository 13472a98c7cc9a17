"""The columns of a register: found before a row of it is read.

The path of a CSV or Parquet file and an `Invitation` in, a `Heading` out, or every column that is
not there. Called by `sortition.process.invitations.invite`.
"""

from __future__ import annotations

import codecs
import csv
import io
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sortition.errors import InputError, Issue
from sortition.files.headings import HEADINGS, missing_column
from sortition.files.tables import Table, unreadable
from sortition.process.invitations.invitation import Invitation

__all__ = ["Heading", "heading"]

_SEPARATORS = ",;\t|"
_FIRST = 1 << 17  # bytes in which the header is looked for


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a register stands, and its columns.

    Parameters
    ----------
    file
        As the user named it.
    columns
        Every header.
    id
        The header of the ids.
    parquet
        Whether it is a Parquet file and not text.
    separator, skip
        Of a text file: what stands between cells, and lines above the header.
    """

    file: str
    columns: tuple[str, ...]
    id: str
    parquet: bool = False
    separator: str = ","
    skip: int = 0

    def column(self, name: str) -> str:
        """Return the header that a name means, whatever its case and spaces."""
        found = Table(self.columns, (), ()).find(name)
        if found is None:
            raise KeyError(name)
        return found


def heading(file: str, asked: Invitation) -> Heading:
    """Return the heading of a register.

    Raises
    ------
    InputError
        If there is no such file or it is no such table, or with every column that is not there.
    """
    try:
        with Path(file).open("rb") as stream:
            if not stat.S_ISREG(Path(file).stat().st_mode):
                raise unreadable("file-is-device", file, suggestion="save-first")
            first = stream.read(_FIRST)
    except FileNotFoundError:
        raise unreadable("file-missing", file, suggestion="check-path") from None
    except IsADirectoryError:
        raise unreadable("file-is-folder", file, suggestion="name-a-file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "invalid path"
        raise unreadable("file-unreadable", file, reason=reason) from None
    if not first.strip():
        raise unreadable("file-empty", file)
    if first.startswith(b"PAR1"):
        columns, separator, skip = _parquet(file), "", 0
    elif first.startswith(b"PK\x03\x04"):
        raise unreadable("register-xlsx", file, suggestion="save-as-utf8")
    else:
        columns, separator, skip = _text(first, file)
    table = Table(columns, (), (), file)
    issues = []
    if len({name.strip().lower() for name in columns}) < len(columns) or not all(columns):
        issues.append(Issue("register-header", {}, file, skip + 1, suggestion="name-column"))
    own = asked.id or next((c for c in map(table.find, HEADINGS["id"]) if c is not None), "id")
    wanted = [own, *([asked.region] if asked.region else []), *asked.address, *asked.features,
              *asked.named]
    missing = dict.fromkeys(name for name in wanted if table.find(name) is None)
    issues += [missing_column(table, name) for name in missing]
    if issues:
        raise InputError(issues)
    return Heading(file, columns, table.find(own) or own, not separator, separator, skip)


def _parquet(file: str) -> tuple[str, ...]:
    """Return the columns of a Parquet file."""
    try:
        import duckdb
    except ImportError:
        raise unreadable("register-engine", file, suggestion="register-install") from None
    try:
        with duckdb.connect() as db:
            rows = db.execute("SELECT name FROM parquet_schema(?)", [file]).fetchall()
            return tuple(name for (name,) in rows[1:])
    except duckdb.Error:
        raise unreadable("register-parquet", file) from None


def _text(first: bytes, file: str) -> tuple[tuple[str, ...], str, int]:
    """Return the columns of a text file, its separator, and how many lines stand above them."""
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first:
        raise unreadable("file-encoding", file, suggestion="save-as-utf8")
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(first)
    except UnicodeError:
        raise unreadable("file-encoding", file, suggestion="save-as-utf8") from None
    lines, skip = io.StringIO(text, newline=""), 0
    line = lines.readline()
    if line.lower().startswith("sep="):
        line, skip = lines.readline(), 1
    outside = Counter("".join(line.split('"')[::2]))
    separator = max(_SEPARATORS, key=lambda sign: outside[sign])
    header = next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])
    return tuple(name.strip() for name in header), separator, skip
