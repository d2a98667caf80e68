"""What the faces of everything that answers q have in common, beside variables."""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import anyio

from anyq.client._context import BlockingNamespace, Namespace, never_asked
from anyq.client._script import load_script, script_error
from anyq.client._stream import BlockingStream, Stream, Windowed
from anyq.client._variables import BlockingVariables, Variables
from anyq.errors import MisuseError, QError
from anyq.values import NULL, Value

__all__ = ["AsyncFace", "AsyncOnly", "BlockingFace"]


def _name_unawaited(kind: type) -> None:
    """Have Python's warning about a coroutine that was never awaited say what to write, for each method of a class."""
    for name, method in vars(kind).items():
        if inspect.iscoroutinefunction(method) and (name == "__call__" or not name.startswith("_")):
            call = "q" if name == "__call__" else f"q.{name}"
            method.__qualname__ += f" (nothing was done: write 'await {call}(...)')"


def _given(results: list[Value], return_all: bool) -> Value | list[Value]:
    if return_all:
        return results
    return results[-1] if results else NULL


class _Face:
    """No pickling, and names of the server as attributes."""

    _opener = "anyq.connect"

    @property
    def has_names(self) -> bool:
        """Whether attributes that are not defined are names on the server (``no_ctx``)."""
        return True

    @property
    def _names(self) -> set[str]:
        """The names that the server is known to have."""
        known: set[str] = self.__dict__.setdefault("_known", set())
        return known

    def _check_name(self, name: str) -> None:
        """`AttributeError` if an attribute that is not defined is no name on the server."""
        if name.startswith("_") or not self.has_names:
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
        elif never_asked(name):
            text = f"{type(self).__name__!r} object has no attribute {name!r}; to call q's own {name}: q({name!r}, ...)"
        else:
            return
        raise AttributeError(text, name=name, obj=self)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} cannot be pickled or copied: send its address to the other process or task, and "
            f"open another one there with {self._opener}"
        )


class AsyncOnly:
    """Says what to write to those who open it as if there were no event loop."""

    _blocking = "anyq.sync.connect"

    def __enter__(self) -> NoReturn:
        raise MisuseError(f"write 'async with', or without an event loop 'with {self._blocking}(...)'")

    def __exit__(self, *_: object) -> None:
        """Never reached: entering raises."""


class AsyncFace(_Face, AsyncOnly, Variables):
    """The face of what answers q in an event loop. ``async with`` opens it; a call is awaited."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _name_unawaited(cls)

    async def execute_file(
        self, path: str | os.PathLike[str], return_all: bool = False, *, timeout: float | None = None
    ) -> Value | list[Value]:
        """Run a local q script on the server, statement by statement, and give the last result, or all of
        them.

        ``.k`` files run as k, ``.p`` and ``.py`` files need Python on the server. ``timeout`` is for each
        statement. Raises `OSError` if the file cannot be read, `QError` with file and line in its
        ``detail``; the statements before it have run. Cancelled, so have those that were sent, and no more follow.
        """
        results: list[Value] = []
        for statement in load_script(path, await anyio.Path(path).read_text("utf-8", "surrogateescape")):
            try:
                results.append(await self(statement.query, *statement.arguments, timeout=timeout))
            except QError as error:
                raise script_error(error, path, statement) from None
        return _given(results, return_all)

    file_execute = execute_file

    def stream(self, query: Windowed, *, rows: int = 1_000_000, timeout: float | None = None) -> Stream:
        """The result of a large select in parts: ``async for part in q.stream(select("trade"), rows=1_000_000)``.

        ``query`` is one that `anyq.select` makes, of a table that the server has, without ``by``, ``distinct``, order
        or limit. Each part is the result for ``rows`` rows of the table (a partitioned one is read partition by
        partition), so memory for that many is all it takes here and there; parts without rows are left out. Conditions
        and columns see the rows of their part only: ``price=max price`` is of each part's own. Rows that are appended
        meanwhile are not read. ``timeout`` is for each part, in seconds.

        `TypeError` and `ValueError` for a query that has no parts; reading raises what a call raises.
        """
        return Stream(self, query, rows, timeout)

    def __await__(self) -> Generator[Any, Any, NoReturn]:
        raise MisuseError("it is not awaited: write 'async with ... as q', and await what you ask of it in the block")

    def __getattr__(self, name: str) -> Namespace:
        self._check_name(name)
        return Namespace(name, self, self._names)


for _kind in (AsyncFace, Variables):
    _name_unawaited(_kind)


class BlockingFace(_Face, BlockingVariables):
    """The face of what answers q to a program without an event loop."""

    def execute_file(
        self, path: str | os.PathLike[str], return_all: bool = False, *, timeout: float | None = None
    ) -> Value | list[Value]:
        """Run a local q script on the server, statement by statement, and give the last result, or all of
        them.

        ``.k`` files run as k, ``.p`` and ``.py`` files need Python on the server. ``timeout`` is for each
        statement. Raises `OSError` if the file cannot be read, `QError` with file and line in its
        ``detail``; the statements before it have run.
        """
        results: list[Value] = []
        for statement in load_script(path, Path(path).read_text("utf-8", "surrogateescape")):
            try:
                results.append(self(statement.query, *statement.arguments, timeout=timeout))
            except QError as error:
                raise script_error(error, path, statement) from None
        return _given(results, return_all)

    file_execute = execute_file

    def stream(self, query: Windowed, *, rows: int = 1_000_000, timeout: float | None = None) -> BlockingStream:
        """The result of a large select in parts: ``for part in q.stream(select("trade"), rows=1_000_000)``.

        ``query`` is one that `anyq.select` makes, of a table that the server has, without ``by``, ``distinct``, order
        or limit. Each part is the result for ``rows`` rows of the table (a partitioned one is read partition by
        partition), so memory for that many is all it takes here and there; parts without rows are left out. Conditions
        and columns see the rows of their part only: ``price=max price`` is of each part's own. Rows that are appended
        meanwhile are not read. ``timeout`` is for each part, in seconds.

        `TypeError` and `ValueError` for a query that has no parts; reading raises what a call raises.
        Arrow's libraries take the stream as record batches: see `BlockingStream`.
        """
        return BlockingStream(self, query, rows, timeout)

    def __getattr__(self, name: str) -> BlockingNamespace:
        self._check_name(name)
        return BlockingNamespace.root(name, self, self._names)
