"""What people look at: the page of a lottery, made from its published files."""

from importlib import resources

from sortition.report.page import page

__all__ = ["checkers", "page"]


def checkers(kind: str) -> dict[str, bytes]:
    """Return what anybody checks a lottery with, without a network or this package.

    A page for the browser, and the files that Python runs alone; a lottery without tickets, whose
    kind is ``"exact"``, needs one more of these.
    """
    names = ("verify.py", "prove.py", *(["verify_exact.py"] if kind == "exact" else []))
    home = resources.files("sortition")
    return {"verify.html": _verifier(), **{name: (home / name).read_bytes() for name in names}}


def _verifier() -> bytes:
    inside = resources.files("sortition.report") / "verify.html"
    # In a source tree it stands with the documentation.
    place = inside if inside.is_file() else resources.files("sortition") / "../docs/verify.html"
    return place.read_bytes()
