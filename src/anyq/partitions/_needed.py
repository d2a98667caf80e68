"""Libraries of others' engines, loaded when they are asked for."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["needed"]


def needed(module: str, extra: str) -> Any:
    """The module; an ``ImportError`` that says what to install when it is not there."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"this needs {module}: pip install 'anyq[{extra}]'", name=error.name) from error
