"""Functions of the server as attributes: ``q.test.addition(4, 2)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyq.client import KNOWN, unknown_name
from anyq.values import NULL, Value, chars

__all__ = ["BlockingNamespace"]


class BlockingNamespace:
    """A name on the server, in a namespace or for one.

    Attributes lead further down, a call calls what has the name. Whether the server has the name is asked once per
    connection and name, when the attribute is taken; `AttributeError` if it has not. (The value of a variable is
    ``q("name")``.)
    """

    __slots__ = ("_ask", "_known", "_path")

    def __init__(self, path: str, ask: Callable[..., Value], known: set[str]) -> None:
        self._path = path
        self._ask = ask
        self._known = known

    @classmethod
    def root(cls, name: str, ask: Callable[..., Value], known: set[str]) -> BlockingNamespace:
        """The name ``name`` itself, or the namespace ``.name``."""
        found = cls(name, ask, known)
        if f".{name}" not in known and not found._exists(name) and not found._exists(f".{name}"):
            raise unknown_name(name)
        return found

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path}>"

    def __getattr__(self, name: str) -> BlockingNamespace:
        if name.startswith("__"):
            raise AttributeError(name)
        path = self._path if self._path.startswith(".") else f".{self._path}"
        path = f"{path}.{name}"
        if not self._exists(path):
            raise unknown_name(path)
        return BlockingNamespace(path, self._ask, self._known)

    def __call__(self, *arguments: object, **options: Any) -> Value:
        """Call it; no arguments means the generic null, as ``f[]`` does in q. Options as for a call of q."""
        return self._ask(self._path, *(arguments or (NULL,)), **options)

    def _exists(self, path: str) -> bool:
        if path not in self._known:
            if self._ask(KNOWN, chars(path.encode())).py() is not True:
                return False
            self._known.add(path)
        return True
