"""Arithmetic, comparison, aggregates, running and windowed functions, bases, random numbers, matrices."""

__all__: list[str] = []
