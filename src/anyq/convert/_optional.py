"""Libraries that are loaded when they are asked for."""

from __future__ import annotations

import importlib
from functools import cache
from importlib.util import find_spec
from typing import Any

__all__ = ["has_arrow", "need"]


def need(library: str, extra: str) -> Any:
    """The module ``library``; an ``ImportError`` that says what to install when it is not there."""
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise ImportError(f"this conversion needs {library}: pip install 'anyq[{extra}]'", name=library) from None


@cache
def has_arrow() -> bool:
    return find_spec("pyarrow") is not None
