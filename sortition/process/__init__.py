"""The process round a draw: invitations from a register, and planning ahead of them."""

__all__: list[str] = []
