"""What a workbook is packed in: bytes in, the elements of the XML inside out, within limits.

Called by `sortition.files.workbook`. The parser builds nothing, so it can stop at a limit whatever
a file claims about itself.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from xml.parsers import expat

from sortition.errors import InputError
from sortition.files.tables import unreadable

__all__ = ["Package", "Part", "opened", "too_large"]

_MOST_PARTS = 5_000  # files inside
_MOST_INFLATED = 128_000_000  # bytes of one part, unpacked
_MOST_ELEMENTS = 3_500_000  # of all parts that are read: a cell, its value, the text it names
_MOST_TOKEN = 1_000_000  # bytes from < to >
_DEEPEST = 100
_CHUNK = 1 << 16
_BROKEN = (
    expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, LookupError, NotImplementedError,
    OSError, OverflowError, RuntimeError, StopIteration, ValueError,
)  # what damage looks like to the standard library; RuntimeError is a part with a password


class Part:
    """What a part of a workbook says, element by element."""

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        """Take the begin of an element, with its attributes."""

    def words(self, tag: str, text: str) -> None:
        """Take the text of a ``v`` or a ``t``."""

    def end(self, tag: str) -> None:
        """Take the end of any other element."""


class Package:
    """The parts of one file; how many elements were read counts over all of them."""

    def __init__(self, archive: zipfile.ZipFile, file: str) -> None:
        self._archive, self._file = archive, file
        self._elements = 0

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return kind and path of everything that a part refers to, by the name it has there."""
        folder, name = posixpath.split(part)
        links = _Links(folder)
        self.parse(posixpath.join(folder, "_rels", f"{name}.rels"), links)
        return links.found

    def parse(self, path: str, part: Part) -> None:
        """Read one part, as far as the limits allow."""
        held: list[str] = []
        tags: dict[str, str] = {}
        elements, depth, fed = self._elements, 0, 0
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def local(name: str) -> str:
            tags[name] = name.rpartition(":")[2]
            return tags[name]

        def start(name: str, values: dict[str, str]) -> None:
            nonlocal depth, elements
            depth += 1
            elements += 1
            if depth > _DEEPEST or elements > _MOST_ELEMENTS:
                raise too_large(self._file)
            tag = tags.get(name) or local(name)
            if tag in {"v", "t"}:
                held.clear()
                parser.CharacterDataHandler = held.append
            else:
                part.start(tag, values)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            tag = tags.get(name) or local(name)
            if tag in {"v", "t"}:
                parser.CharacterDataHandler = None
                part.words(tag, "".join(held))
            else:
                part.end(tag)

        def refuse(*_: object) -> None:
            raise unreadable("file-xlsx", self._file, suggestion="save-as-xlsx")

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.StartDoctypeDeclHandler = refuse  # no workbook has one; it could define entities
        with self._archive.open(path) as source:
            while chunk := source.read(_CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed > _MOST_INFLATED or fed - parser.CurrentByteIndex > _MOST_TOKEN:
                    raise too_large(self._file)
        parser.Parse(b"", True)
        self._elements = elements


class _Links(Part):
    def __init__(self, folder: str) -> None:
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "Relationship":
            path = posixpath.normpath(posixpath.join("/", self._folder, values["Target"]))
            self.found[values["Id"]] = posixpath.basename(values["Type"]), path[1:]


@contextmanager
def opened(data: bytes, file: str) -> Iterator[Package]:
    """Open a workbook; what is found to be damaged while it is read ends in an issue.

    Parameters
    ----------
    data
        The file.
    file
        The name the user gave, for messages.

    Raises
    ------
    InputError
        If it is no XLSX workbook, is damaged or too large.
    """
    # Every part has this mark in the directory, which is read whole before anything else.
    if data.count(b"PK\x01\x02") > _MOST_PARTS:
        raise too_large(file)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_other_kinds(archive, file)
            yield Package(archive, file)
    except InputError:
        raise
    except _BROKEN:
        raise unreadable("file-xlsx", file, suggestion="save-as-xlsx") from None


def too_large(file: str) -> InputError:
    """Return the error of a file that would take too much time or memory."""
    return unreadable("file-too-large", file, suggestion="fewer-columns")


def _refuse_other_kinds(archive: zipfile.ZipFile, file: str) -> None:
    """Raise the error that names a file which is packed like a workbook and is none."""
    parts = set(archive.namelist())
    if "xl/workbook.bin" in parts:
        raise unreadable("file-xlsb", file, suggestion="save-as-xlsx")
    if "mimetype" in parts:
        with archive.open("mimetype") as kind:
            if b"opendocument" in kind.read(100):
                raise unreadable("file-ods", file, suggestion="save-as-xlsx")
