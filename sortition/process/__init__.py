"""The process round a draw: invitations, planning ahead, several panels, lots and meetings."""

__all__: list[str] = []
