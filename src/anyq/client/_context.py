"""Functions of the server as attributes: ``await q.test.addition(4, 2)``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any

from anyq.values import NULL, Value, chars

__all__ = ["KNOWN", "Namespace", "unknown_name"]

KNOWN = "{@[{value x;1b};x;{[e]0b}]}"
"""A q function: whether its argument, a char vector, names something on the server."""


def unknown_name(path: str) -> AttributeError:
    """What is raised for a name that the server does not have."""
    namespace, _, name = path.rpartition(".")
    place = f"the namespace {namespace}" if namespace else "the server"
    return AttributeError(f"{place} has no attribute {name!r}\nQError: '{path}", name=name)


class Namespace:
    """A name on the server, in a namespace or for one.

    Attributes lead further down, a call calls what has the name, ``await`` fetches its value. Whether the
    server has the name is asked once per connection and name; `AttributeError` if it has not.
    """

    __slots__ = ("_ask", "_known", "_path")

    def __init__(self, path: str, ask: Callable[..., Awaitable[Value]], known: set[str]) -> None:
        self._path = path
        self._ask = ask
        self._known = known

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path}>"

    def __getattr__(self, name: str) -> Namespace:
        if name.startswith("__"):
            raise AttributeError(name)
        path = self._path if self._path.startswith(".") else f".{self._path}"
        return Namespace(f"{path}.{name}", self._ask, self._known)

    def __await__(self) -> Generator[Any, Any, Value]:
        return self._value().__await__()

    async def __call__(self, *arguments: object, **options: Any) -> Value:
        """Call it; no arguments means the generic null, as ``f[]`` does in q.

        Options, errors and cancellation as for a call of q; `AttributeError` if the server has no such name.
        """
        name = await self._checked()
        return await self._ask(name, *(arguments or (NULL,)), **options)

    async def _value(self) -> Value:
        return await self._ask(await self._checked())

    async def _checked(self) -> str:
        if self._path in self._known:
            return self._path
        known = await self._ask(KNOWN, chars(self._path.encode()))
        if known.py() is not True:
            raise unknown_name(self._path)
        self._known.add(self._path)
        return self._path
