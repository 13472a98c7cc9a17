"""What people look at: the page of a lottery, made from its published files."""

from pathlib import Path

from sortition.report.page import page

__all__ = ["checkers", "page"]


def checkers(kind: str) -> dict[str, bytes]:
    """Return what anybody checks a lottery with, without a network or this package.

    A page for the browser, and the files that Python runs alone; a lottery without tickets, whose
    kind is ``"exact"``, needs one more of these.
    """
    names = ("verify.py", "prove.py", *(["verify_exact.py"] if kind == "exact" else []))
    home = Path(__file__).parents[1]
    return {"verify.html": _verifier(), **{name: (home / name).read_bytes() for name in names}}


def _verifier() -> bytes:
    inside = Path(__file__).with_name("verify.html")
    # In a source tree it stands with the documentation.
    place = inside if inside.is_file() else Path(__file__).parents[2] / "docs" / "verify.html"
    return place.read_bytes()
