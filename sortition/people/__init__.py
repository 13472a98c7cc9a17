"""The people: the pool, and what is looked up, derived or left out before it is one."""

__all__: list[str] = []
