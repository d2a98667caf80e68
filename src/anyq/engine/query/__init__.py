"""qSQL: parse trees, prepared queries, and their evaluation over tables, dicts and partitioned tables."""

__all__: list[str] = []
