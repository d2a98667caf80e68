"""``kx.remote``: Python functions that run on a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anyq import errors
from anyq import remote as anyq_remote

from ._base import wrap
from ._connect import arguments_of, told_error
from ._exceptions import QError
from ._ipc import SyncQConnection, blocking_in_loop

__all__ = ["function", "session"]


class session:
    """Where functions run: a connection to a process that can execute Python."""

    def __init__(
        self,
        host: str = "localhost",
        port: int | None = None,
        *,
        username: str = "",
        password: str = "",
        timeout: float = 0.0,
        tls: bool = False,
        unix: bool = False,
        libraries: Mapping[str, str] | None = None,
        **rest: Any,
    ) -> None:
        self._session: SyncQConnection = SyncQConnection(
            host, port, username=username, password=password, timeout=timeout, tls=tls, unix=unix
        )
        self._libraries: dict[str, str] = {}
        self._remote: anyq_remote.Session = anyq_remote.session(_Caller(self._session))
        if libraries:
            self.libraries(libraries)

    def libraries(self, libs: Mapping[str, str]) -> None:
        """Import modules on the server: names and modules. `QError` for what cannot be imported."""
        for alias, module in libs.items():
            try:
                self._remote.libraries({alias: module})
            except errors.QError as error:
                raise QError(f"Failed to load library '{module}' with alias '{alias}': {error}") from error
            self._libraries[alias] = module

    add_library = libraries

    def clear(self) -> None:
        """Forget what was imported."""
        self._libraries.clear()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def function(remote_session: Any, *args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have the decorated function run on the server of a session, with q values as its result."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        prepared: list[Any] = []

        def call(*arguments: Any, **keywords: Any) -> Any:
            if not isinstance(remote_session, session):
                raise Exception(
                    f"Supplied remote_session instance must be of type kx.remote.session, not {type(remote_session)}"
                )
            try:
                if not prepared:
                    prepared.append(anyq_remote.function(remote_session._remote)(function))
                return wrap(prepared[0](*arguments_of(arguments), **keywords))
            except errors.Error as error:
                raise told_error(error) from error.__cause__

        call.__name__ = getattr(function, "__name__", "function")
        call.__doc__ = function.__doc__
        return call

    return decorate


class _Caller:
    """What `anyq.remote` asks: anyq's own connection, also inside a running event loop."""

    def __init__(self, connection: SyncQConnection) -> None:
        self._connection = connection

    def __call__(self, query: Any, /, *arguments: Any) -> Any:
        with blocking_in_loop():
            return self._connection._conn(query, *arguments)

    def __enter__(self) -> Any:
        return self
