"""Compiled text, and the flag by which a running evaluation is stopped."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from anyq.values import Value

__all__ = ["Program", "State"]


@attrs.frozen
class Program:
    """Compiled text. ``silent``: its last statement shows nothing at the console (an assignment, a final semicolon)."""

    source: str
    code: Callable[[], Value]
    silent: bool


@attrs.define
class State:
    """The flags that compiled code reads at every call. ``stop``: an interruption was requested."""

    stop: bool = False
