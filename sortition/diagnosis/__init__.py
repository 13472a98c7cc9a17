"""Why no panel exists, what would mend it, and what each quota costs."""

__all__: list[str] = []
