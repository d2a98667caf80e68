"""What belongs to one q session: variables, views, vocabulary, settings, the host, and `Context`, their sum."""

__all__: list[str] = []
