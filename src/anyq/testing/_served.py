"""Servers of anyq's own as the servers of a simulation: `anyq.serve` over connections in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final, Protocol

import anyio

from anyq.embedded import EmbeddedQ, EmbeddedServer, serve
from anyq.server import Client
from anyq.values import Value, chars, long

from ._model import Link, Model, payload_number
from ._network import MemoryStream
from ._seams import MemoryLookout, MemoryWaits, RawListener, replaced
from ._simulated import Host, SimulatedServer

__all__ = ["QUERY", "SERVERS", "embedded_q"]

QUERY: Final = "f"
"""What clients ask: the name of a function of one argument."""


class ServedServer(SimulatedServer):
    """A server of anyq's own, which echoes: by a plain handler, by an async one, or by the embedded q behind it."""

    def __init__(self, model: Model, host: Host, *, ordered: bool) -> None:
        super().__init__(model, host, ordered=ordered)
        self._listener = RawListener()
        self._links: dict[int, Link] = {}
        self._server: EmbeddedServer | None = None

    @classmethod
    def opener(cls, kind: str) -> Opener:
        """What opens a server of that kind."""

        @asynccontextmanager
        async def open_server(model: Model, *, ordered: bool) -> AsyncIterator[SimulatedServer]:
            async with AsyncExitStack() as stack:
                stack.enter_context(seams())
                tasks = await stack.enter_async_context(anyio.create_task_group())
                stack.callback(tasks.cancel_scope.cancel)
                server = cls(model, Host(tasks), ordered=ordered)
                stack.enter_context(replaced("anyq.server._server", listen_tcp=server._listen))
                await server._start(kind, stack)
                yield server

        return open_server

    def _listen(self, *_: object) -> list[tuple[RawListener, str]]:
        return [(self._listener, "memory:1")]

    async def _start(self, kind: str, stack: AsyncExitStack) -> None:
        options: dict[str, Any] = {"port": 1, "grace": 0.0, "on_open": self._opened, "on_close": self._left}
        if kind == "q":
            core = await stack.enter_async_context(embedded_q(lambda value: self._saw(core.host.acting.handle, value)))
            options["q"] = core
        else:
            options["on_sync"] = self._handle_async if kind == "async handlers" else self._handle
        self._server = await stack.enter_async_context(serve(**options))

    def _accept(self, far: MemoryStream) -> None:
        self._listener.add(far)

    # What it is told

    def _opened(self, client: Client) -> None:
        self._links[client.handle] = self.model.link(self.ordered)

    def _left(self, client: Client) -> None:
        del self._links[client.handle]

    def _saw(self, handle: int, value: Value) -> None:
        # An evaluation may be over after its client has left.
        self.model.saw(self._links.get(handle) or Link(0, ordered=False), value)

    def _handle(self, value: Value, client: Client) -> Value:
        self._saw(client.handle, value)
        return value

    async def _handle_async(self, value: Value, client: Client) -> Value:
        while self._held:
            await self._go.wait()
        return self._handle(value, client)

    # What a program of steps does

    @property
    def _newest(self) -> Client | None:
        assert self._server is not None
        return max((client for client in self._server.clients.values() if not client.closed), key=_handle, default=None)

    def push(self) -> None:
        if (client := self._newest) is not None:
            self.model.pushed += 1
            client.post(long(self.model.pushed))

    def ask(self) -> None:
        if (client := self._newest) is None:
            return
        self.model.pushed += 1
        number = self.model.pushed

        def answered(answer: Value | BaseException) -> None:
            got = number if isinstance(answer, BaseException) else payload_number(answer)
            if got != number:
                self.model.broken("faithful", f"the answer to the server's request {number} is {got}")

        client.ask_soon(long(number), answered)


def _handle(client: Client) -> int:
    return client.handle


def seams() -> AbstractContextManager[None]:
    """Sockets in memory in the place of those of the system."""
    return replaced("anyq.server.", anyio=MemoryWaits(), lookout_here=MemoryLookout)


@asynccontextmanager
async def embedded_q(seen: Callable[[Value], object]) -> AsyncIterator[EmbeddedQ]:
    """An embedded q with a function `QUERY`, which calls ``seen``, keeps its argument, and gives it back."""

    def told(value: Value) -> Value:
        seen(value)
        return value

    async with EmbeddedQ().in_this_loop() as core:
        core.assign("seen", told)
        core.evaluate(chars(f"{QUERY}:{{kept::seen x}}"))
        yield core


class Opener(Protocol):
    """Opens a server for the length of a block."""

    def __call__(self, model: Model, *, ordered: bool) -> AbstractAsyncContextManager[SimulatedServer]: ...


SERVERS: Final[dict[str, Opener]] = {
    "scripted": SimulatedServer.open,
    "handlers": ServedServer.opener("handlers"),
    "async handlers": ServedServer.opener("async handlers"),
    "q": ServedServer.opener("q"),
}
"""The servers of a simulation, by name."""
