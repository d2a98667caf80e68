"""The entry points of a simulation, all with one face: who gives a message to anyq, and how."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import anyio

from anyq import sync
from anyq.client import Address, Connection, Pool, RawConnection, connect
from anyq.embedded import BlockingEmbedded, Embedded, EmbeddedQ
from anyq.errors import ClosedError, ConnectError, ConnectionLost, PortalClosed
from anyq.portal import Portal, start_portal
from anyq.values import Value

from ._puppet import Puppet, PuppetWire
from ._seams import MemoryWaits, RawSocket, replaced
from ._served import QUERY, embedded_q
from ._simulated import SimulatedServer
from ._virtual import virtual_clock

__all__ = ["ENTRIES", "LOST", "Entry", "Handle"]

T = TypeVar("T")
_POLL: Final = 0.02
"""Virtual seconds between two polls of a raw connection."""
LOST: Final = (ConnectionLost, ClosedError, ConnectError, PortalClosed)
"""What tells a caller that there will be no answer."""


class Handle(ABC):
    """A call that was submitted."""

    @abstractmethod
    async def wait(self) -> Value:
        """The answer."""

    @abstractmethod
    async def cancel(self) -> None:
        """Give it up."""


class Entry(ABC):
    """A way to use anyq. ``ordered``: messages reach the server in the order in which they are given."""

    name: str
    ordered = True

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Within this block the next message may be handed over: at once, without waiting."""
        yield

    @abstractmethod
    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        """Ask, and wait for the answer, at most ``timeout`` seconds where that can be said."""

    @abstractmethod
    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        """Ask, without waiting."""

    @abstractmethod
    async def post(self, payload: Any) -> None:
        """Send an async message."""

    def waiting(self) -> int:
        """How many messages of the server's wait to be read."""
        return 0

    async def read(self) -> Value:
        """The next of those."""
        raise NotImplementedError

    def leftovers(self) -> int:
        """After the end: how many calls it still knows of."""
        return 0


class AwaitedHandle(Handle):
    """A handle that is awaited."""

    def __init__(self, pending: Any) -> None:
        self._pending = pending

    async def wait(self) -> Value:
        answer: Value = await self._pending
        return answer

    async def cancel(self) -> None:
        self._pending.cancel()


class AsyncEntry(Entry):
    """A connection of this event loop."""

    name = "async"

    def __init__(self, q: Connection) -> None:
        self.q = q
        self.feed = q.messages(buffer=5, overflow="drop-oldest")

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.q(QUERY, payload, idempotent=idempotent, timeout=timeout)

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return AwaitedHandle(self.q.submit(QUERY, payload, idempotent=idempotent))

    async def post(self, payload: Any) -> None:
        await self.q.post(QUERY, payload)

    def waiting(self) -> int:
        return len(self.feed)

    async def read(self) -> Value:
        return await anext(self.feed)

    def leftovers(self) -> int:
        return self.q.statistics().in_flight

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        async with connect("simulated", 1, dial=server.dial, on_request=lambda value: value, **options) as q:
            yield cls(q)


class PoolEntry(Entry):
    """A pool of this event loop."""

    name = "pool"
    ordered = False

    def __init__(self, q: Pool) -> None:
        self.q = q

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.q(QUERY, payload, idempotent=idempotent, timeout=timeout)

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return AwaitedHandle(self.q.submit(QUERY, payload, idempotent=idempotent))

    async def post(self, payload: Any) -> None:
        await self.q.post(QUERY, payload)

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        async with Pool("simulated", 1, dial=server.dial, max_size=3, on_request=lambda value: value, **options) as q:
            yield cls(q)


class BlockingHandle(Handle):
    """A handle of a blocking connection."""

    def __init__(self, entry: BlockingEntry, pending: Any) -> None:
        self._entry = entry
        self._pending = pending

    async def wait(self) -> Value:
        async with self._entry.turn():
            answer: Value = await self._entry.puppet.do(self._pending.result)
        return answer

    async def cancel(self) -> None:
        async with self._entry.turn():
            await self._entry.puppet.do(self._pending.cancel)


class BlockingEntry(Entry):
    """A blocking connection: its calls are made in one thread, one after the other."""

    name = "blocking"

    def __init__(self, q: sync.Connection, puppet: Puppet) -> None:
        self.q = q
        self.puppet = puppet
        self._alone = anyio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._alone:
            yield

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.puppet.do(lambda: self.q(QUERY, payload, idempotent=idempotent, timeout=timeout))

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        pending = await self.puppet.do(lambda: self.q.submit(QUERY, payload, idempotent=idempotent))
        return BlockingHandle(self, pending)

    async def post(self, payload: Any) -> None:
        await self.puppet.do(lambda: self.q.post(QUERY, payload))

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        puppet = Puppet()
        options = {**options, "on_request": lambda value: value}

        def dial(address: Address, *_: object) -> PuppetWire:
            return PuppetWire.dial(server.connect, address)

        try:
            clock = virtual_clock()
            times = SimpleNamespace(monotonic=clock, sleep=lambda delay: puppet.perform(lambda: anyio.sleep(delay)))
            with replaced("anyq.sync.", dial=dial, monotonic=clock, time=times):
                q = await puppet.do(lambda: sync.connect("simulated", 1, **options).__enter__())
                try:
                    yield cls(q, puppet)
                finally:
                    with anyio.CancelScope(shield=True):
                        await puppet.do(q.close)
        finally:
            puppet.end()


class PuppetHandle(Handle):
    """A handle that any thread may ask."""

    def __init__(self, entry: PortalEntry, pending: Any) -> None:
        self._entry = entry
        self._pending = pending

    async def wait(self) -> Value:
        async with self._entry.turn():
            answer: Value = await self._entry.do(self._pending.result)
        return answer

    async def cancel(self) -> None:
        async with self._entry.turn():
            await self._entry.do(self._pending.cancel)


class PortalEntry(Entry):
    """A connection that threads share through a portal."""

    name = "portal"

    def __init__(self, q: Any, puppets: list[Puppet]) -> None:
        self.q = q
        self._puppets = puppets
        self._free = anyio.Semaphore(len(puppets))

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._free:
            yield

    async def do(self, function: Callable[[], T]) -> T:
        """Call it in a thread, in `turn`."""
        puppet = self._puppets.pop()
        try:
            return await puppet.do(function)
        finally:
            self._puppets.append(puppet)

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.do(lambda: self.q(QUERY, payload, idempotent=idempotent, timeout=timeout))

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return AwaitedHandle(await self.do(lambda: self.q.submit(QUERY, payload, idempotent=idempotent)))

    async def post(self, payload: Any) -> None:
        await self.do(lambda: self.q.post(QUERY, payload))

    def leftovers(self) -> int:
        in_flight: int = self.q.target.statistics().in_flight
        return in_flight

    @staticmethod
    def shared(portal: Portal, options: dict[str, Any]) -> Any:
        """What is shared."""
        return portal.connect("simulated", 1, **options)

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        puppets = [Puppet() for _ in range(3)]
        all_of_them = list(puppets)
        options = {**options, "dial": server.dial, "on_request": lambda value: value}
        try:
            async with start_portal().in_this_loop() as portal:
                q = await puppets[0].do(lambda: cls.shared(portal, options))
                try:
                    yield cls(q, puppets)
                finally:
                    with anyio.CancelScope(shield=True):
                        await all_of_them[0].do(q.close)
        finally:
            for puppet in all_of_them:
                puppet.end()


class SharedPoolEntry(PortalEntry):
    """A pool that threads share through a portal."""

    name = "shared pool"
    ordered = False

    @staticmethod
    def shared(portal: Portal, options: dict[str, Any]) -> Any:
        return portal.pool("simulated", 1, max_size=3, **options)

    def leftovers(self) -> int:
        return 0


class RawEntry(Entry):
    """A raw connection, which a task polls."""

    name = "raw"

    def __init__(self, q: RawConnection) -> None:
        self.q = q
        self.read_last: list[Value] = []

    async def poll(self) -> None:
        """Move bytes as long as there is a connection."""
        with contextlib.suppress(*LOST):
            while True:
                self.q.poll_send(0)
                if (message := self.q.poll_recv(1)) is not None:
                    self.read_last = [message]
                await anyio.sleep(_POLL)

    def _sent(self, payload: Any, wait: bool) -> Any:
        pending = self.q.submit(QUERY, payload, wait=wait)
        self.q.poll_send(1)
        return pending

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        pending = self._sent(payload, True)
        try:
            answer: Value = await pending
        finally:
            if not pending.done():
                pending.cancel()
        return answer

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return AwaitedHandle(self._sent(payload, True))

    async def post(self, payload: Any) -> None:
        self._sent(payload, False)

    def waiting(self) -> int:
        return len(self.read_last)

    async def read(self) -> Value:
        return self.read_last.pop()

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        async def dial(*_: object) -> RawSocket:
            return RawSocket(server.connect())

        in_flight = options["max_in_flight"]
        with replaced("anyq.client._raw_client", dial_socket=dial), replaced("anyq.client._wire", anyio=MemoryWaits()):
            made = RawConnection("simulated", 1, max_in_flight=in_flight, on_request=lambda value: value)
            async with made as q, anyio.create_task_group() as tasks:
                entry = cls(q)
                tasks.start_soon(entry.poll)
                try:
                    yield entry
                finally:
                    tasks.cancel_scope.cancel()


class EmbeddedEntry(Entry):
    """An embedded q of this event loop; what it evaluates is what the model sees."""

    name = "embedded"

    def __init__(self, core: EmbeddedQ) -> None:
        self.q = Embedded(core)

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.q(QUERY, payload, timeout=timeout)

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return AwaitedHandle(self.q.submit(QUERY, payload))

    async def post(self, payload: Any) -> None:
        await self.q.post(QUERY, payload)

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        async with embedded_q(seen_by(server)) as core:
            yield cls(core)


class BlockingEmbeddedEntry(PortalEntry):
    """An embedded q that threads share."""

    name = "blocking embedded"

    async def call(self, payload: Any, idempotent: bool, timeout: float | None) -> Value:
        return await self.do(lambda: self.q(QUERY, payload, timeout=timeout))

    async def submit(self, payload: Any, idempotent: bool) -> Handle:
        return PuppetHandle(self, await self.do(lambda: self.q.submit(QUERY, payload)))

    def leftovers(self) -> int:
        return 0

    @classmethod
    @asynccontextmanager
    async def open(cls, server: SimulatedServer, options: dict[str, Any]) -> AsyncIterator[Entry]:
        puppets = [Puppet() for _ in range(3)]
        all_of_them = list(puppets)
        try:
            async with embedded_q(seen_by(server)) as core:
                yield cls(BlockingEmbedded(core, started=True), puppets)
        finally:
            for puppet in all_of_them:
                puppet.end()


def seen_by(server: SimulatedServer) -> Callable[[Value], None]:
    """What tells the model of the calls of an embedded q."""
    return partial(server.model.saw, server.model.link(True))


Opener = Callable[[SimulatedServer, dict[str, Any]], AbstractAsyncContextManager[Entry]]
_KINDS: Final = (
    AsyncEntry, PoolEntry, BlockingEntry, PortalEntry, SharedPoolEntry, RawEntry, EmbeddedEntry, BlockingEmbeddedEntry,
)  # fmt: skip
ENTRIES: Final[dict[str, tuple[type[Entry], Opener]]] = {kind.name: (kind, kind.open) for kind in _KINDS}
"""Each entry point, and how it is opened."""
