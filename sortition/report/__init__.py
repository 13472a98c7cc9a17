"""What people look at: the page of a lottery, made from its published files."""

from sortition.report.page import page

__all__ = ["page"]
