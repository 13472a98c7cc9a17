"""Lotteries to draw from, and the files in which they are published."""

__all__: list[str] = []
