"""The engine: from a problem in arrays to a distribution with its certificate."""

__all__: list[str] = []
