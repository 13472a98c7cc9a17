"""Invitations: letters from a register, before there are any sign-ups.

The line: `invitation` is what is asked, `heading` and `survey` look at the register, `letters`
divides, `selection` is the lot, which `register` (DuckDB), `plain` (CSV) and `reference` follow;
`invite` calls these.
"""

__all__: list[str] = []
