"""Text to nodes: tokens, literals, the grammar's tables, the parser, and what can be read off nodes (scopes)."""

__all__: list[str] = []
