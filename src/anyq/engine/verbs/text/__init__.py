"""Strings, cast and tok, delimited text (``0:``), JSON, base 64, workbooks."""

__all__: list[str] = []
