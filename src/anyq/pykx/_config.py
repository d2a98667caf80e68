"""What environment variables choose. They are read when the package is imported, as PyKX reads them."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any, Final

__all__ = [
    "beta_features", "default_conversion", "ignore_qhome", "k_allocator", "licensed", "max_error_length",
    "no_pykx_signal", "pandas_2", "pykx_4_1", "pykx_qdebug", "pykx_threading", "qargs", "qhome", "qlic",
    "skip_under_q", "strings_as_char", "suppress_warnings",
]  # fmt: skip

_TRUE: Final = frozenset({"1", "true", "yes", "on"})


def _flag(*names: str) -> bool:
    return any(os.environ.get(name, "").strip().lower() in _TRUE for name in names)


def _number(name: str, default: int) -> int:
    try:
        return int(os.environ.get(name, default))
    except ValueError:
        return default


def _home() -> Path:
    found = Path(os.environ.get("QHOME") or Path.home() / "q")
    return found if found.is_dir() else Path.cwd()


licensed: bool = True
"""Always: the embedded q needs no licence."""
qhome: Path = _home()
qlic: Path = Path(os.environ.get("QLIC") or qhome)
qargs: tuple[str, ...] = tuple(shlex.split(os.environ.get("QARGS", "")))
beta_features: list[str] = []
pykx_threading: bool = _flag("PYKX_THREADING")
pykx_qdebug: bool = _flag("PYKX_QDEBUG", "QDEBUG")
pykx_4_1: bool = _flag("PYKX_4_1_ENABLED")
ignore_qhome: bool = _flag("PYKX_IGNORE_QHOME")
skip_under_q: bool = _flag("SKIP_UNDERQ", "PYKX_SKIP_UNDERQ")
suppress_warnings: bool = _flag("PYKX_SUPPRESS_WARNINGS")
no_pykx_signal: bool = _flag("PYKX_NO_SIGNAL")
k_allocator: bool = False
strings_as_char: bool = _flag("PYKX_STRINGS_AS_CHAR")
default_conversion: str = os.environ.get("PYKX_DEFAULT_CONVERSION", "")
max_error_length: int = _number("PYKX_MAX_ERROR_LENGTH", 256)
pandas_2: bool = True
under_q: bool = False
keep_local_times: bool = _flag("PYKX_KEEP_LOCAL_TIMES", "KEEP_LOCAL_TIMES")
jupyterq: bool = _flag("PYKX_JUPYTERQ")


def _set_keep_local_times(keep: bool) -> None:
    """Whether times with a zone are taken as they are written, without their zone."""
    global keep_local_times
    keep_local_times = keep


def environment() -> dict[str, Any]:
    """All that was chosen, by name."""
    return {name: value for name, value in globals().items() if name in __all__}
