"""Connections that are driven by hand, and the server that is polled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Self

from anyq import errors
from anyq.client import Pending, RawConnection
from anyq.embedded import as_received
from anyq.values import NULL, Value, atom, symbol

from . import _engine
from ._async import Done
from ._base import wrap
from ._connect import CLOSED, arguments_of, connect_error, head_of, told_error
from ._exceptions import PyKXException, UninitializedConnection
from ._ipc import QConnection

__all__ = ["RawQConnection", "RawQFuture"]


class RawQFuture:
    """The answer of a call that `RawQConnection.poll_send` sends. Awaiting it sends and reads what is needed."""

    def __init__(self, owner: RawQConnection, pending: Pending | None) -> None:
        self._owner = owner
        self._pending = pending

    def done(self) -> bool:
        """Whether the answer, or what prevents it, is known."""
        return self._pending is None or self._pending.done()

    def result(self) -> Any:
        """The answer, or what prevents it. An error before that is known."""
        if self._pending is None:
            return wrap(NULL)
        try:
            return wrap(self._pending.result())
        except errors.Error as error:
            raise told_error(error) from error.__cause__

    def cancel(self, msg: str = "") -> bool:
        """Give the call up."""
        if self._pending is not None:
            self._pending.cancel()
        return True

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        owner = self._owner
        owner.poll_send(0)
        while not self.done():
            value = await owner._raw_usable().poll_recv_async()
            if value is not None:
                owner._arrived.append(wrap(value))
        return self.result()


class RawQConnection(QConnection):
    """A connection that sends and reads when it is told to, or with ``as_server=True`` a server that is polled.

    ``poll_send(n)`` sends up to n calls, ``poll_recv(n)`` reads up to n messages (0: all, one for each call), from any
    thread, one at a time. As a server it runs what its clients ask through ``kx.q.z.pg`` and ``kx.q.z.ps`` (by default
    ``value``), checks logins with ``kx.q.z.pw``, and calls ``kx.q.z.po`` and ``kx.q.z.pc``.
    """

    def __init__(
        self,
        host: str = "localhost",
        port: int | None = None,
        *args: Any,
        username: str = "",
        password: str = "",
        timeout: float = 0.0,
        large_messages: bool = True,
        tls: bool = False,
        unix: bool = False,
        wait: bool = True,
        no_ctx: bool = False,
        event_loop: Any = None,
        as_server: bool = False,
        conn_gc_time: float = 0.0,
        **rest: Any,
    ) -> None:
        if port is None:
            raise TypeError("A port is needed: kx.RawQConnection('localhost', 5050)")
        if tls and unix:
            raise PyKXException("TLS and UNIX domain sockets cannot both be used: say tls=True or unix=True")
        self._host, self._port, self._wait, self._no_ctx = host, port, wait, True
        self._arrived: deque[Any] = deque()
        self._send_stack: list[RawQFuture] = []
        self._waiting: list[RawQFuture] = []
        self._is_open = False
        self._as_server = as_server
        if as_server:
            self._conn = RawConnection(
                None if host == "localhost" else host, port, as_server=True, on_sync=_on_sync, on_async=_on_async,
                authenticate=_authenticate, on_open=_on_open, on_close=_on_close, conn_gc_time=conn_gc_time,
            )  # fmt: skip
        else:
            options: dict[str, Any] = {"tls": True, "tls_from_environment": True} if tls else {}
            self._conn = RawConnection(
                f"unix://{port}" if unix else host, None if unix else port, username=username,
                password=password or None, **options,
            )  # fmt: skip
        self._set_up()

    def __repr__(self) -> str:
        return f"pykx.RawQConnection(port={self._port!r})"

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._opened().__await__()

    async def _opened(self) -> Self:
        if not self._is_open:
            try:
                await self._conn.__aenter__()
            except errors.ConnectError as error:
                raise connect_error(error) from error
            self._is_open = True
        return self

    async def __aenter__(self) -> Self:
        return await self._opened()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _raw_usable(self) -> RawConnection:
        if not self._is_open:
            raise UninitializedConnection
        found: RawConnection = self._conn
        return found

    def close(self) -> Any:
        """Close, awaited or not."""
        self._raw_usable().close()
        self._send_stack.clear()
        self._waiting.clear()
        return Done()

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self._conn.state == "closed")

    def fileno(self) -> int:
        """The number of the socket is not given out here: wait with `poll_recv_async`."""
        raise RuntimeError(CLOSED) if self.closed else NotImplementedError("wait with poll_recv_async")

    @property
    def _call_stack(self) -> list[RawQFuture]:
        self._waiting = [future for future in self._waiting if not future.done()]
        return self._waiting

    # Asking

    def __call__(
        self, query: Any, *args: Any, wait: bool | None = None, sync: bool | None = None, **rest: Any
    ) -> RawQFuture:
        """Queue a call for `poll_send`; with ``wait=False`` one without an answer."""
        conn, waits = self._raw_usable(), self._wait if wait is None else wait
        try:
            pending = conn.submit(head_of(query), *arguments_of(args), wait=waits)
        except errors.Error as error:
            raise told_error(error) from error.__cause__
        made = RawQFuture(self, pending)
        self._send_stack.append(made)
        if pending is not None:
            self._waiting.append(made)
        return made

    def _now(self, query: Any, *arguments: Any) -> Any:
        raise PyKXException("a raw connection waits for nothing: call it, poll_send() and poll_recv()")

    def poll_send(self, amount: int = 1) -> None:
        """Send up to so many queued calls, all if 0."""
        sent = self._guarded(lambda conn: conn.poll_send(amount))
        if not self._as_server:
            del self._send_stack[:sent]

    def poll_recv(self, amount: int = 1) -> Any:
        """Read up to so many messages without waiting, if 0 one for each call; the last one that answers no call."""
        if self._as_server:
            _tick()
        if self._arrived:
            return self._arrived.popleft()
        value = self._guarded(lambda conn: conn.poll_recv(amount))
        return None if value is None else wrap(value)

    async def poll_recv_async(self) -> Any:
        """Wait for a message; ``None`` when it answered a call."""
        if self._arrived:
            return self._arrived.popleft()
        try:
            value = await self._raw_usable().poll_recv_async()
        except errors.Error as error:
            raise told_error(error) from error.__cause__
        return None if value is None else wrap(value)

    def clean_open_connections(self) -> None:
        """Forget the clients that have gone, now."""
        self._raw_usable().clean_open_connections()

    def _guarded(self, action: Callable[[RawConnection], Any]) -> Any:
        try:
            return action(self._raw_usable())
        except errors.Error as error:
            raise told_error(error) from error.__cause__

    def __del__(self) -> None:
        if self.__dict__.get("_is_open"):
            self._conn.close()


# A server's handlers


def _handler(name: str) -> Value | None:
    return _engine.on_q(lambda engine: engine.names.get(f".z.{name}"))


def _answered(name: str, value: Value) -> Value:
    """What the handler of a name makes of a message: by default its value."""

    def work(engine: Any) -> Value:
        message = as_received(value)
        handler = engine.names.get(f".z.{name}")
        made: Value = engine.value(message) if handler is None else engine.apply(handler, (message,))
        return made

    return _engine.opened().core.submit(work).wait()


def _on_sync(value: Value) -> Value:
    return _answered("pg", value)


def _on_async(value: Value) -> Value:
    return _answered("ps", value)


def _authenticate(user: str, password: str | None) -> bool:
    handler = _handler("pw")
    if handler is None:
        return True
    secret = NULL if password is None else symbol(password)
    return bool(wrap(_engine.on_q(lambda engine: engine.apply(handler, (symbol(user), secret)))))


def _on_open(number: int) -> None:
    _called("po", number)


def _on_close(number: int) -> None:
    _called("pc", number)


def _called(name: str, number: int) -> None:
    handler = _handler(name)
    if handler is not None:
        _engine.on_q(lambda engine: engine.apply(handler, (atom("i", number),)))


def _tick() -> None:
    """Let timers of q run that are due."""
    _engine.on_q(lambda engine: None)
