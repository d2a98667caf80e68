"""Application: values applied to arguments, and the iterators."""

__all__: list[str] = []
