"""Values and bytes on disk: files, splayed and partitioned tables, databases, logs."""

__all__: list[str] = []
