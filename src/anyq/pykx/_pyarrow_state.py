"""Whether PyArrow is there; it is imported when that is first asked for."""

from __future__ import annotations

from typing import Any

__all__ = ["import_attempt_output", "pyarrow"]

import_attempt_output: str | None = None
pyarrow: Any


def __getattr__(name: str) -> Any:
    global import_attempt_output, pyarrow
    if name != "pyarrow":
        raise AttributeError(name)
    try:
        import pyarrow as found
    except ImportError as error:
        import_attempt_output = str(error)
        pyarrow = None
        return None
    pyarrow = found
    return found
