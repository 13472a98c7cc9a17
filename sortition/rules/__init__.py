"""The rules: quotas in integers, and the ways in which people state them."""

__all__: list[str] = []
