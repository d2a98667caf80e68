"""Variables and functions of the q that one is connected to: what all faces that answer q have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, NoReturn, Protocol

from anyq.client._bodies import Query
from anyq.console import is_path
from anyq.errors import ConversionError
from anyq.values import NULL, Value, symbol

__all__ = ["BlockingFunction", "BlockingVariables", "Function", "Variables", "check_name"]

SET: Final = b"set"
GET: Final = b"get"
"""q's own functions: the name and the value are their arguments, and no part of any text."""


def check_name(name: object) -> str:
    """``name``, if a q variable can have it, with its namespace. `ConversionError` otherwise."""
    if isinstance(name, str) and is_path(name):
        return name
    raise ConversionError(
        f"{name!r} is no name of a q variable: letters, digits and _, none of q's words, with or without a namespace,"
        " such as 'trade' or '.db.trade'"
    )


class Function:
    """A q function for a program to call and await, made by ``q.fn``."""

    __slots__ = ("_ask", "query")

    def __init__(self, ask: _Asks, query: Query) -> None:
        self._ask = ask
        self.query: Query = query

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {_shown(self.query)}>"

    async def __call__(self, *arguments: object, timeout: float | None = None) -> Value:
        """Apply it; no arguments means the generic null, as ``f[]`` does in q.

        Raises, and is cancelled, as a call of the q that it came from. ``timeout`` is in seconds.
        """
        return await self._ask(self.query, *(arguments or (NULL,)), timeout=timeout)


class BlockingFunction:
    """A q function for a program to call, made by ``q.fn``."""

    __slots__ = ("_ask", "query")

    def __init__(self, ask: _Answers, query: Query) -> None:
        self._ask = ask
        self.query: Query = query

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {_shown(self.query)}>"

    def __call__(self, *arguments: object, timeout: float | None = None) -> Value:
        """Apply it; no arguments means the generic null, as ``f[]`` does in q.

        Raises as a call of the q that it came from. ``timeout`` is in seconds.
        """
        return self._ask(self.query, *(arguments or (NULL,)), timeout=timeout)


def _shown(query: Query) -> str:
    text = str(query.decode("utf-8", "backslashreplace") if isinstance(query, bytes) else query)
    return text if len(text) <= 200 else text[:200] + "..."


class _Asks(Protocol):
    async def __call__(self, query: Query, *arguments: object, timeout: float | None = None) -> Value: ...


class _Answers(Protocol):
    def __call__(self, query: Query, *arguments: object, timeout: float | None = None) -> Value: ...


class _NoNewAttributes:
    """Refuses attributes that the class does not declare: ``q.trade = t`` would set nothing on the server."""

    _fields: ClassVar[frozenset[str]] = frozenset()
    """The public attributes that ``__init__`` sets."""
    _instead: ClassVar[str] = ""

    if not TYPE_CHECKING:  # a checker knows without it what cannot be set

        def __setattr__(self, name: str, value: object) -> None:
            if name.startswith("_") or name in self._fields or hasattr(type(self), name):
                object.__setattr__(self, name, value)
                return
            instead = self._instead.format(name)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r} to set; a variable of q is set by {instead}",
                name=name,
                obj=self,
            )


class Variables(_NoNewAttributes):
    """The part of an asynchronous face that reads and sets variables."""

    _instead = "`await q.set({!r}, value)`"

    async def __call__(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        raise NotImplementedError

    async def set(self, name: str, value: object, *, timeout: float | None = None) -> None:
        """Set a variable of q to any object that has a q form: a frame becomes a table.

        ``name`` may have a namespace; it is checked, and sent as a symbol. Raises `ConversionError` for what is no name
        or has no q form, and as a call of q. Cancelled before it was sent, it is not set; afterwards it may be.
        """
        await self(SET, symbol(check_name(name)), value, timeout=timeout)

    async def get(self, name: str, *, timeout: float | None = None) -> Value:
        """The value of a variable of q.

        Raises `QError` with the name if there is none, `ConversionError` for what is no name, and as a call of q.
        """
        return await self(GET, symbol(check_name(name)), timeout=timeout)

    def fn(self, function: Query) -> Function:
        """A q function to be called and awaited: ``add = q.fn("{x+y}")``, then ``await add(1, 2)``.

        ``function`` is its q text, also its name, or a q value. Nothing is sent before it is called.
        """
        return Function(self, function)

    def __getitem__(self, name: str) -> NoReturn:
        raise TypeError(f"a variable of q is read by `await q.get({name!r})` here")

    def __setitem__(self, name: str, value: object) -> None:
        raise TypeError(f"a variable of q is set by `await q.set({name!r}, value)` here")


class BlockingVariables(_NoNewAttributes):
    """The part of a blocking face that reads and sets variables."""

    _instead = "`q[{!r}] = value`"

    def __call__(self, query: Query, *arguments: object, timeout: float | None = None) -> Value:
        raise NotImplementedError

    def set(self, name: str, value: object, *, timeout: float | None = None) -> None:
        """Set a variable of q to any object that has a q form: a frame becomes a table. ``q[name] = value`` does it.

        ``name`` may have a namespace; it is checked, and sent as a symbol. Raises `ConversionError` for what is no name
        or has no q form, and as a call of q.
        """
        self(SET, symbol(check_name(name)), value, timeout=timeout)

    def get(self, name: str, *, timeout: float | None = None) -> Value:
        """The value of a variable of q, as ``q[name]`` gives it.

        Raises `QError` with the name if there is none, `ConversionError` for what is no name, and as a call of q.
        """
        return self(GET, symbol(check_name(name)), timeout=timeout)

    def fn(self, function: Query) -> BlockingFunction:
        """A q function to be called: ``add = q.fn("{x+y}")``, then ``add(1, 2)``.

        ``function`` is its q text, also its name, or a q value. Nothing is sent before it is called.
        """
        return BlockingFunction(self, function)

    def __getitem__(self, name: str) -> Value:
        return self.get(name)

    def __setitem__(self, name: str, value: object) -> None:
        self.set(name, value)
