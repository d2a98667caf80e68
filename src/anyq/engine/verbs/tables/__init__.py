"""Tables, dicts and enumerations: columns and keys, insert and upsert, joins, as-of joins, ``fby``."""

__all__: list[str] = []
