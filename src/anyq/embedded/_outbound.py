"""What q opens: connections to other processes, and files to append to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from anyq import sync
from anyq.client import Address, parse_address
from anyq.engine import appended_bytes
from anyq.errors import AuthenticationError, CallTimeout, ConnectError, Error, QError
from anyq.portal import Job
from anyq.values import NULL, List, Value

from ._handles import Appending, Outbound
from ._watch import Watch

__all__ = ["Inbound", "open_outbound"]

_PROCESS: Final = re.compile(r"(?:tcps?|unixs?)://.+|[\w.-]*:\d+(?::.*)?|\d+")


_BUFFER: Final = 1_000_000
_AT_ONCE: Final = 1000
"""Messages of one connection that are evaluated before others get their turn."""


class Inbound(Protocol):
    """What is done with what other processes send. All but ``submit`` is called in the owner thread."""

    def submit(self, work: Callable[[], bool], handle: int) -> Job[bool]:
        """Have work done by the owner thread; `ClosedError` after its end."""

    def received(self, handle: int, message: Value) -> None:
        """A posted message. Never raises."""

    def asked(self, handle: int, message: Value) -> Value:
        """A request, to be answered. Raises `QError`."""

    def lost(self, handle: int, error: Exception) -> None:
        """The connection is gone."""


class _Process:
    """A connection to another q process.

    What that process posts comes in while q waits for an answer, and, when q has nothing to do, as soon as `Watch`
    hears it. All of it is taken in and evaluated by the owner thread.
    """

    def __init__(self, address: Address, timeout: float | None, inbound: Inbound, look: Callable[[], object]) -> None:
        self._inbound = inbound
        self._look = look
        self._handle = 0
        self._watch: Watch | None = None
        try:
            options = {} if timeout is None else {"connect_timeout": timeout}
            with sync.watched(look):
                self._connection = sync.connect(address, on_request=self._asked, **options)  # type: ignore[arg-type]
        except AuthenticationError as error:
            raise QError("access", detail=str(error)) from error
        except ConnectError as error:
            text = "timeout" if isinstance(error, TimeoutError) else "hop"
            raise QError(f"{text}. OS reports: {error}" if text == "hop" else text) from error

        self._feed = self._connection.messages(buffer=_BUFFER)

    def attend(self, handle: int) -> None:
        self._handle = handle
        self._watch = Watch(self._connection.fileno(), self._heard)

    def _asked(self, message: Value) -> Value:
        return self._inbound.asked(self._handle, message)

    def call(self, message: Value) -> Value:
        with sync.watched(self._look):
            if message is NULL:
                return self._feed.receive()
            call = self._connection.submit(message)
            try:
                return call.result()
            except CallTimeout:
                raise QError("timeout") from None
            finally:
                call.cancel()
                if len(self._feed):
                    self._heard()

    def post(self, message: Value) -> None:
        with sync.watched(self._look):
            self._connection.post(message)
            self._connection.flush()

    def _heard(self) -> Job[bool]:
        return self._inbound.submit(self._take, self._handle)

    def _take(self) -> bool:
        """Evaluate what came; False when no more will."""
        for _ in range(_AT_ONCE):
            try:
                message = self._feed.receive(timeout=0)
            except CallTimeout:
                return True
            except Error as error:
                self._inbound.lost(self._handle, error)
                return False
            self._inbound.received(self._handle, message)
        self._heard()
        return True

    def close(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        with sync.watched(self._look):
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

    def attend(self, handle: int) -> None:
        """Nothing comes from a file."""

    def post(self, message: Value) -> None:
        lines = message.items if isinstance(message, List) else (message,)
        self._append(self._path, b"".join([appended_bytes(line) + b"\n" for line in lines]))

    def close(self) -> None:
        """Nothing is kept open."""


def open_outbound(
    target: str,
    timeout: float | None,
    append: Callable[[str, bytes], None],
    inbound: Inbound,
    admit: Callable[[Address], None],
    look: Callable[[], object],
) -> Outbound:
    """A process for an address, else a file. `QError`: ``hop``, ``timeout``, ``access``, or the system's words.

    ``admit`` raises if the caller may not connect to that address, ``look`` when the evaluation that waits is to end.
    """
    if not _PROCESS.fullmatch(target):
        return _File(target, append)
    try:
        address = parse_address(f":{target}" if target.isdigit() else target)
    except (ValueError, TypeError) as error:
        raise QError("hop", detail=str(error)) from error
    admit(address)
    return _Process(address, timeout, inbound, look)
