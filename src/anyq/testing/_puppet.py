"""Threads that run only while their event loop waits for them, so that blocking calls are a part of a simulation.

Theory of operation. A puppet's thread and the thread of the event loop pass a baton: one of the two runs, the other one
waits for it. Whatever blocks in the puppet (receiving, waiting for a job) is an operation that it gives back with the
baton; the loop performs it, while other tasks run, and returns the baton with the result. So there is never a race, and
what happens depends on the program alone.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar, cast, overload

import anyio

from anyq.client import Address
from anyq.errors import ClosedError, ConnectError
from anyq.portal import block_by

from ._network import MemoryStream

__all__ = ["Puppet", "PuppetWire", "puppet_here"]

T = TypeVar("T")
_here: Final = threading.local()


class Interrupt(BaseException):
    """What ends a blocking call from outside, as Ctrl-C does."""


def puppet_here() -> Puppet:
    """The puppet in whose thread this is called."""
    puppet: Puppet = _here.puppet
    return puppet


class Puppet:
    """One thread. `do` has it call a function; `perform` is what that function may do meanwhile."""

    def __init__(self) -> None:
        self._go, self._back = threading.Lock(), threading.Lock()
        self._go.acquire()
        self._back.acquire()
        self._function: Callable[[], Any] | None = None
        self._operation: Callable[[], Any] | None = None
        self._outcome: tuple[Any, BaseException | None] = (None, None)
        self._done = False
        self._thread = threading.Thread(target=self._work, name="anyq puppet", daemon=True)
        self._thread.start()

    # In the event loop

    async def do(self, function: Callable[[], T]) -> T:
        """Call a function in the thread. Cancelled, what it waits for is interrupted, and it is waited for."""
        if not self._thread.is_alive():
            raise ClosedError("the puppet's thread has ended")
        self._function = function
        cancelled: BaseException | None = None
        self._pass_baton()
        while not self._done:
            with anyio.CancelScope(shield=cancelled is not None):
                try:
                    assert self._operation is not None
                    value = self._operation()
                    self._outcome = (await value if inspect.isawaitable(value) else value), None
                except anyio.get_cancelled_exc_class() as error:
                    cancelled = cancelled or error
                    self._outcome = None, Interrupt()
                except Exception as error:
                    self._outcome = None, error
            self._pass_baton()
        value, failure = self._outcome
        self._outcome = None, None
        if cancelled is not None:
            raise cancelled
        if failure is not None:
            raise failure
        return cast(T, value)

    def _pass_baton(self) -> None:
        self._done = False
        self._go.release()
        self._back.acquire()

    def end(self) -> None:
        """End the thread."""
        self._function = None
        self._go.release()
        self._thread.join()

    # In the thread

    @overload
    def perform(self, operation: Callable[[], Coroutine[Any, Any, T]]) -> T: ...

    @overload
    def perform(self, operation: Callable[[], T]) -> T: ...

    def perform(self, operation: Callable[[], Any]) -> Any:
        """Have the event loop do something, and wait for it. Raises what that raises, or `Interrupt`."""
        self._operation = operation
        self._back.release()
        self._go.acquire()
        value, error = self._outcome
        if error is not None:
            raise error
        return value

    def _work(self) -> None:
        _here.puppet = self
        block_by(_PuppetGate)
        while True:
            self._go.acquire()
            function = self._function
            if function is None:
                return
            try:
                self._outcome = function(), None
            except BaseException as error:
                self._outcome = None, error
            self._done = True
            self._back.release()


class _PuppetGate:
    """What a blocking call in a puppet's thread waits at; the event loop opens it."""

    def __init__(self) -> None:
        self._puppet = puppet_here()
        self._event = self._puppet.perform(anyio.Event)

    def open(self) -> None:
        self._event.set()

    def wait(self, timeout: float | None = None) -> bool:
        return self._puppet.perform(lambda: self._wait(timeout))

    async def _wait(self, timeout: float | None) -> bool:
        with anyio.move_on_after(timeout):
            await self._event.wait()
        return self._event.is_set()


class PuppetWire:
    """A connection in memory as the wire of a blocking connection in a puppet's thread."""

    quick = True

    def __init__(self, stream: MemoryStream) -> None:
        self.counts: list[int] = []
        self._stream = stream
        self._puppet = puppet_here()

    @classmethod
    def dial(cls, connect: Callable[[], MemoryStream], address: Address) -> PuppetWire:
        """Connect; a refusal takes a moment."""

        async def operation() -> MemoryStream:
            await anyio.sleep(0.2)
            try:
                return connect()
            except ConnectionRefusedError as error:
                raise ConnectError(f"cannot connect to {address}: {error}") from error

        return cls(puppet_here().perform(operation))

    def send(self, data: bytes | memoryview) -> int:
        return self._puppet.perform(lambda: self._put(data))

    def _put(self, data: bytes | memoryview) -> int:
        if self._stream.closed:
            raise BrokenPipeError("the simulated connection is closed")
        try:
            return self._stream.outgoing.put(data)
        except anyio.BrokenResourceError as error:
            raise BrokenPipeError(str(error)) from None

    def receive(self, buffer: memoryview) -> int:
        data = self._puppet.perform(lambda: self._get(len(buffer)))
        buffer[: len(data)] = data
        self.counts.append(len(data))
        return len(data)

    def exchange(self, data: bytes, results: list[Any]) -> None:
        sent = self.send(data)
        results.append(sent)
        if sent == len(data):
            results.append(self._puppet.perform(lambda: self._get(4096)))

    async def _get(self, size: int) -> bytes:
        incoming = self._stream.incoming
        while (data := incoming.get(size)) is None:
            await incoming.changed()
        return data

    def ready(self, *, sending: bool = False, timeout: float | None = None) -> bool:
        return self._puppet.perform(lambda: self._wait(sending, timeout))

    async def _wait(self, sending: bool, timeout: float | None) -> bool:
        incoming, outgoing = self._stream.incoming, self._stream.outgoing
        with anyio.move_on_after(timeout):
            while not (incoming.readable or (sending and outgoing.writable)):
                if timeout == 0:
                    return False
                event = anyio.Event()
                incoming.call_on_change(event.set)
                outgoing.call_on_change(event.set)
                with anyio.move_on_after(incoming.late or None):
                    await event.wait()
            return True
        return False

    def fileno(self) -> int:
        return -1

    def shut(self) -> None:
        self._puppet.perform(self._close)

    def close(self) -> None:
        self._puppet.perform(self._close)

    def _close(self) -> None:
        self._stream.closed = True
        self._stream.incoming.close()
        self._stream.outgoing.close()
