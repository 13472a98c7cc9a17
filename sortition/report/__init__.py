"""What people look at: the page of a lottery, made from its published files."""

from importlib import resources

from sortition.report.page import page

__all__ = ["page", "verifier"]


def verifier() -> bytes:
    """Return the page with which anybody checks a lottery in a browser, without a network."""
    inside = resources.files("sortition.report") / "verify.html"
    # In a source tree it stands with the documentation.
    place = inside if inside.is_file() else resources.files("sortition") / "../docs/verify.html"
    return place.read_bytes()
