"""Compiled text."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from anyq.values import Value

__all__ = ["Program"]


@attrs.frozen
class Program:
    """Compiled text. ``silent``: its last statement shows nothing at the console (an assignment, a final semicolon)."""

    source: str
    code: Callable[[], Value]
    silent: bool
