"""Functions of the server as attributes: ``await q.test.addition(4, 2)``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final

from anyq.errors import QError
from anyq.values import NULL, Value, chars

__all__ = ["BlockingNamespace", "Namespace", "never_asked"]

_KNOWN: Final = "{@[{value x;1b};x;{[e]0b}]}"
"""A q function: whether its argument, a char vector, names something on the server."""


_PROBED: Final = frozenset(
    {"cursor", "execute", "executemany", "executescript", "commit", "rollback"}
    | {"aihwerij235234ljsdnp34ksodfipwoe234234jlskjdf"}
)
"""Attributes by which Python's libraries find out what an object is: those of DB-API connections, and Rich's."""


def never_asked(name: str) -> bool:
    """True for attributes that Python's libraries probe for: the server is not asked whether it has them."""
    return name in _PROBED or name.startswith(("__", "_repr_", "_ipython_"))


def _told(answer: Value) -> bool:
    return answer.py() is True


def _refused(error: QError) -> bool:
    """Whether the server refuses the question itself; then it is unknown what it has, and the name is just called."""
    return error.text.split(":")[0].strip() == "access"


def unknown_name(path: str) -> AttributeError:
    """What is raised for a name that the server does not have."""
    namespace, _, name = path.rpartition(".")
    place = f"the namespace {namespace}" if namespace else "the server"
    return AttributeError(f"{place} has no attribute {name!r}\nQError: '{path}", name=name)


class Namespace:
    """A name on the server, in a namespace or for one.

    Attributes lead further down, a call calls what has the name, ``await`` fetches its value. Whether the
    server has the name is asked once per connection and name; `AttributeError` if it has not. If the server refuses the
    question (``access``), the name is called.
    """

    __slots__ = ("_ask", "_known", "_path")

    def __init__(self, path: str, ask: Callable[..., Awaitable[Value]], known: set[str]) -> None:
        self._path = path
        self._ask = ask
        self._known = known

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path}>"

    def __getattr__(self, name: str) -> Namespace:
        if never_asked(name):
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
        try:
            known = _told(await self._ask(_KNOWN, chars(self._path.encode())))
        except QError as error:
            if not _refused(error):
                raise
            known = True
        if not known:
            raise unknown_name(self._path)
        self._known.add(self._path)
        return self._path


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
        if never_asked(name):
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
            try:
                if not _told(self._ask(_KNOWN, chars(path.encode()))):
                    return False
            except QError as error:
                if not _refused(error):
                    raise
            self._known.add(path)
        return True
