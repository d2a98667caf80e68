"""A connection of a notebook: on an event loop in a thread of its own, asked from the cells."""

from __future__ import annotations

from typing import Any, Final, Unpack

from anyq.client import Address, Connection, ConnectOptions, Query, handed_query, parse_address
from anyq.client import connect as open_connection
from anyq.errors import ClosedError
from anyq.portal import SharedConnection, start_portal
from anyq.values import Value

from ._progress import Progress

__all__ = ["NotebookConnection", "connect"]

_STEP: Final = 0.1
"""Seconds between two looks for an interrupt, where the system does not end a wait for it, and at the progress."""


class NotebookConnection(SharedConnection):
    """A blocking connection, which shows how far a long reply is.

    A call that `KeyboardInterrupt` ends is abandoned, and the connection goes on. Closing it ends its thread.
    """

    _fields = frozenset({"portal", "target", "_closed"})
    _closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.target.address}{' closed' if self._closed else ''}>"

    def __call__(self, query: Query, *arguments: object, **options: Any) -> Value:
        """The answer. Options and errors as a call of `anyq.Connection`; `ClosedError` once it was closed."""
        if self._closed:
            raise ClosedError(f"{self!r}: it was closed, or another one was connected under its name")
        progress = Progress()
        handed = handed_query(query, arguments, self.strings_as)
        try:
            return self.portal.watch(
                lambda: self.target(*handed, **options),
                lambda: progress.update(*self.target.statistics().receiving),
                _STEP,
            )
        finally:
            progress.clear()

    def close(self) -> None:
        """Close it, and end its thread. Idempotent."""
        self._closed = True
        self.portal.close()


def connect(
    address: str | Address,
    *,
    username: str = "",
    password: str | None = None,
    tls: bool = False,
    **options: Unpack[ConnectOptions],
) -> NotebookConnection:
    """A connection for a notebook, open when this returns. Arguments and errors as `anyq.connect`."""
    where = parse_address(address)
    made: Connection = open_connection(where, username=username, password=password, tls=tls, **options)
    portal = start_portal(name="anyq notebook", blocks_loops=True)
    portal.__enter__()
    try:
        return portal.share(made, NotebookConnection)
    except BaseException:
        portal.close()
        raise
