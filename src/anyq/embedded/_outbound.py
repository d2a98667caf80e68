"""What q opens: connections to other processes, and files to append to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from anyq import sync
from anyq.client import Address, parse_address
from anyq.engine import appended_bytes
from anyq.errors import AuthenticationError, CallTimeout, ConnectError, QError
from anyq.values import NULL, List, Value

from ._handles import Appending, Outbound

__all__ = ["open_outbound"]

_PROCESS: Final = re.compile(r"(?:tcps?|unixs?)://.+|[\w.-]*:\d+(?::.*)?|\d+")


class _Process:
    """A connection to another q process."""

    def __init__(self, address: Address, timeout: float | None) -> None:
        try:
            options = {} if timeout is None else {"connect_timeout": timeout}
            self._connection = sync.connect(address, **options)  # type: ignore[arg-type]
        except AuthenticationError as error:
            raise QError("access", detail=str(error)) from error
        except ConnectError as error:
            text = "timeout" if isinstance(error, TimeoutError) else "hop"
            raise QError(f"{text}. OS reports: {error}" if text == "hop" else text) from error

    def call(self, message: Value) -> Value:
        try:
            return self._connection(message)
        except CallTimeout:
            raise QError("timeout") from None

    def post(self, message: Value) -> None:
        self._connection.post(message)
        self._connection.flush()

    def close(self) -> None:
        self._connection.close()


class _File(Appending):
    """A file to which text, or messages, are appended."""

    def __init__(self, path: str, append: Callable[[str, bytes], None]) -> None:
        self._path = path
        self._append = append
        append(path, b"")

    def call(self, message: Value) -> Value:
        self._append(self._path, appended_bytes(message))
        return NULL

    def post(self, message: Value) -> None:
        lines = message.items if isinstance(message, List) else (message,)
        self._append(self._path, b"".join([appended_bytes(line) + b"\n" for line in lines]))

    def close(self) -> None:
        """Nothing is kept open."""


def open_outbound(target: str, timeout: float | None, append: Callable[[str, bytes], None]) -> Outbound:
    """A process for an address, else a file. `QError`: ``hop``, ``timeout``, ``access``, or the system's words."""
    if not _PROCESS.fullmatch(target):
        return _File(target, append)
    try:
        address = parse_address(f":{target}" if target.isdigit() else target)
    except (ValueError, TypeError) as error:
        raise QError("hop", detail=str(error)) from error
    return _Process(address, timeout)
