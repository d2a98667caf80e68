"""``kx.util``: small helpers that programs use."""

from __future__ import annotations

import functools
import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from . import _config
from ._base import wrap
from ._exceptions import Unsupported

__all__ = [
    "add_to_config", "attr_as", "cached_property", "debug_environment", "delete_from_config", "detect_bad_columns",
    "df_from_arrays", "get_default_args", "install_q", "normalize_to_bytes", "normalize_to_str", "num_available_cores",
    "once", "subclasses",
]  # fmt: skip

T = TypeVar("T")


class cached_property(functools.cached_property[T]):
    """As Python's, with the name of the attribute in ``attrname``."""


def subclasses(cls: type) -> set[type]:
    """A class and all classes below it."""
    found: set[type] = {cls}
    return found.union(*map(subclasses, cls.__subclasses__()))


def num_available_cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def normalize_to_bytes(s: Any, name: str = "Argument") -> bytes:
    """Text or bytes as bytes; ``TypeError`` for others."""
    if isinstance(s, str):
        return s.encode()
    if isinstance(s, bytes):
        return s
    raise TypeError(f"{name} must be of type 'str' or 'bytes', not {type(s).__name__!r}")


def normalize_to_str(s: Any, name: str = "Argument") -> str:
    """Text or bytes as text; ``TypeError`` for others."""
    return normalize_to_bytes(s, name).decode()


@contextmanager
def attr_as(obj: Any, attr: str, value: Any) -> Iterator[Any]:
    """Inside the block an attribute has another value."""
    had, before = hasattr(obj, attr), getattr(obj, attr, None)
    setattr(obj, attr, value)
    try:
        yield obj
    finally:
        if had:
            setattr(obj, attr, before)
        else:
            delattr(obj, attr)


def once(f: Callable[..., T]) -> Callable[..., T]:
    """A function that runs at its first call, and gives that result ever after."""
    found: list[T] = []

    @functools.wraps(f)
    def wrapper(*arguments: Any, **keywords: Any) -> T:
        if not found:
            found.append(f(*arguments, **keywords))
        return found[0]

    return wrapper


def get_default_args(f: Callable[..., Any]) -> dict[str, Any]:
    """The defaults of a function's parameters."""
    import inspect

    found = inspect.signature(f).parameters
    return {name: p.default for name, p in found.items() if p.default is not p.empty}


def df_from_arrays(columns: Any, arrays: Any, index: Any) -> Any:
    """A pandas frame of columns."""
    import pandas

    return pandas.DataFrame(dict(zip(columns, arrays, strict=True)), index=index)


def debug_environment(detailed: bool = False, return_info: bool = False) -> str | None:
    """Print what this process runs on, or give it as text."""
    from importlib.metadata import version

    lines = [
        "**** anyq.pykx ****", f"pykx.qhome: {_config.qhome}", f"pykx.qlic: {_config.qlic}",
        f"pykx.licensed: {_config.licensed}", f"pykx.args: {_config.qargs}",
        f"anyq.__version__: {version('anyq')}", "",
        "**** Python ****", f"sys.version: {sys.version}", "",
        "**** Platform ****", f"platform: {platform.platform()}", "", "**** Environment ****",
        *[f"{name}: {os.environ[name]}" for name in sorted(os.environ) if name.startswith("PYKX")],
    ]  # fmt: skip
    text = "\n".join(lines)
    if return_info:
        return text
    print(text)
    return None


def detect_bad_columns(table: Any, return_cols: bool = False) -> Any:
    """Warn of columns that are named twice, or as no name of q is; whether there are any, or which."""
    names = wrap(table._v).columns.py()
    twice = sorted({name for name in names if names.count(name) > 1}, key=names.index)
    wrong = [name for name in names if not name.replace("_", "").isalnum() or not name[:1].isalpha()]
    if not twice and not wrong:
        return [] if return_cols else False
    parts = []
    if type(table).__name__ == "KeyedTable":
        parts.append("Duplicate columns or columns with invalid characters detected")
    if twice:
        parts.append(f"Duplicate columns: {twice}")
    if wrong:
        parts.append(f"Invalid columns: {wrong}")
    warnings.warn("\n".join(parts), RuntimeWarning, stacklevel=2)
    return [*twice, *wrong] if return_cols else True


def add_to_config(config: dict[str, Any], folder: Any = None) -> None:
    """Write settings to ``.pykx-config``, in the home directory by default."""
    path = Path(folder or Path.home()) / ".pykx-config"
    lines = path.read_text().splitlines() if path.exists() else ["[default]"]
    kept = [line for line in lines if line.partition("=")[0].strip() not in config]
    path.write_text("\n".join([*kept, *[f"{name} = {_toml(value)}" for name, value in config.items()], ""]))


def delete_from_config(config: Any, folder: Any = None) -> None:
    """Take settings out of ``.pykx-config``."""
    path = Path(folder or Path.home()) / ".pykx-config"
    names = [config] if isinstance(config, str) else list(config)
    if path.exists():
        kept = [line for line in path.read_text().splitlines() if line.partition("=")[0].strip() not in names]
        path.write_text("\n".join([*kept, ""]))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def install_q(*arguments: Any, **keywords: Any) -> None:
    """KX's q is not installed here: ``anyq q`` is a q."""
    raise Unsupported("KX's q is not installed by this package: 'anyq q -p PORT' starts anyq's own")
