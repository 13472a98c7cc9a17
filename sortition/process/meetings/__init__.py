"""Meetings: people who were drawn, seated in groups of limited size.

The line: `rules` reads a `programme`, `layout` puts it into numbers, `model` and `search` seat,
`conflicts` says why that cannot be, `check` counts again, `seating` calls these, `files` writes.
"""

__all__: list[str] = []
