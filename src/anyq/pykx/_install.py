"""``import pykx`` answered by this package."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Final

__all__ = ["install", "uninstall"]

_NAME: Final = "pykx"
_HERE: Final = __name__.rpartition(".")[0]
_PARTS: Final = frozenset({
    "wrappers", "ctx", "ipc", "embedded_q", "exceptions", "config", "util", "random", "schema", "remote", "db", "tick",
    "console", "register", "read", "write", "system", "query", "toq", "reimporter", "nbextension",
})  # fmt: skip


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``pykx`` and its modules here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _NAME and not fullname.startswith(f"{_NAME}."):
            return None
        if fullname != _NAME and fullname.partition(".")[2] not in _PARTS:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname == _NAME)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        package = importlib.import_module(_HERE)
        return package if spec.name == _NAME else getattr(package, spec.name.partition(".")[2])

    def exec_module(self, module: ModuleType) -> None:
        """It has run before."""


_FINDER: Final = _Finder()


def install() -> None:
    """Have ``import pykx`` give this package from now on. ``ImportError`` if the real one is loaded already."""
    loaded = sys.modules.get(_NAME)
    if loaded is not None and getattr(loaded, "__name__", "") != _HERE:
        raise ImportError("pykx is imported already: call anyq.pykx.install() before anything imports it")
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)


def uninstall() -> None:
    """Have ``import pykx`` look for the real one again."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
    for name in [name for name in sys.modules if name == _NAME or name.startswith(f"{_NAME}.")]:
        del sys.modules[name]


def for_children() -> None:
    """Have the Python processes that this one starts do the same."""
    folder = os.path.join(os.path.dirname(__file__), "_alias")
    before = os.environ.get("PYTHONPATH", "")
    if folder not in before.split(os.pathsep):
        os.environ["PYTHONPATH"] = folder + (os.pathsep + before if before else "")
