"""The process round a draw: invitations, planning ahead, and several panels from one pool."""

__all__: list[str] = []
