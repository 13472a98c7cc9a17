"""Files in and out: tables of strings, whatever spreadsheet they come from."""

__all__: list[str] = []
