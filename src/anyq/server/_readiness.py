"""Waiting for input on the sockets of a server.

Theory of operation. A socket stays registered from its first wait on, and what is told is that there is input (not that
there is new input). ``eager`` may get the news first: a function that is called in no task and answers what can be
answered at once, so that no task is woken for a small request or for a piece of a large one (`Turn`). Input that comes
while nobody waits ends the registration, or the loop would spin; the next wait makes it anew.

Event loops tell of input at a price: a turn of the loop, with Trio a system call for each wait, too. So all sockets of
a server are registered with one `select.epoll`, and the event loop looks after that one's descriptor. When it has news
there are several rounds, as long as each has answered a request: while some clients are answered, others ask. A client
has one turn in each round, and tasks wait for no more than some dozens of turns.

Where there is no epoll, asyncio's own registrations do, and on Trio each
session waits by itself.
"""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Protocol

import anyio

__all__ = ["Eager", "Lookout", "Readable", "Turn", "lookout_here"]

_TURNS: Final = 64
"""How many sockets are served, about, before the tasks of the event loop have their turn."""


class Turn(Enum):
    """What came of a socket's input."""

    WAKE = "who waits for it has to go on"
    TAKEN = "it was received; more has to come before anyone can go on"
    ANSWERED = "a request was answered"


Eager = Callable[[], Turn]
_ANSWERED: Final = Turn.ANSWERED  # the class of an enumeration takes its time to find a member


class Readable(Protocol):
    """Waits for the input of one socket; one task at a time does."""

    eager: Eager | None
    """Called when there is input while a task waits; `Turn.WAKE` wakes it."""

    async def wait(self) -> None:
        """Wait until there is input, or the end of it."""

    def close(self) -> None:
        """The socket is about to be closed."""


class Lookout(Protocol):
    """Knows which sockets of a server have input."""

    def readable(self, sock: socket.socket) -> Readable:
        """What waits for that socket's input."""

    async def run(self) -> None:
        """Look out, until cancelled. To be run in a task for as long as there are sockets."""


def lookout_here() -> Lookout:
    """The best one for the event loop that runs here."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return TrioLookout() if hasattr(select, "epoll") else TaskLookout()
    try:
        loop.remove_reader(-1)
    except (NotImplementedError, AttributeError):
        return TaskLookout()
    except (OSError, ValueError):
        pass
    return AsyncioLookout(loop) if hasattr(select, "epoll") else LoopLookout(loop)


# Sessions that wait by themselves


class TaskReadable:
    """Waits by AnyIO."""

    __slots__ = ("_socket", "eager")

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.eager: Eager | None = None

    async def wait(self) -> None:
        await anyio.wait_readable(self._socket)
        while self.eager is not None and self.eager() is not Turn.WAKE:
            await anyio.wait_readable(self._socket)

    def close(self) -> None:
        pass


class TaskLookout:
    """Leaves the waiting to each session."""

    def readable(self, sock: socket.socket) -> Readable:
        return TaskReadable(sock)

    async def run(self) -> None:
        await anyio.sleep_forever()


# Registrations


class Event(Protocol):
    """As both event loops have it."""

    def is_set(self) -> bool: ...

    def set(self) -> object: ...

    async def wait(self) -> object: ...


class Registry(Protocol):
    """Where sockets are registered."""

    new_event: Callable[[], Event]

    def add(self, number: int, ready: Eager, /) -> object:
        """Have ``ready`` called again and again while the descriptor has input."""

    def remove(self, number: int, /) -> object:
        """The end of `add`; the descriptor is still open."""


class RegisteredReadable:
    """Waits for a registration's news."""

    __slots__ = ("_event", "_number", "_registered", "_registry", "eager")

    def __init__(self, sock: socket.socket, registry: Registry) -> None:
        self._registry = registry
        self._number = sock.fileno()
        self._registered = False
        self._event: Event | None = None
        self.eager: Eager | None = None

    async def wait(self) -> None:
        if not self._registered:
            self._registry.add(self._number, self._ready)
            self._registered = True
        event = self._event = self._registry.new_event()
        try:
            await event.wait()
        finally:
            self._event = None

    def _ready(self) -> Turn:
        event = self._event
        if event is None:
            self.close()
            return Turn.TAKEN
        if event.is_set():
            return Turn.TAKEN
        turn = Turn.WAKE if self.eager is None else self.eager()
        if turn is Turn.WAKE:
            event.set()
        return turn

    def close(self) -> None:
        if self._registered:
            self._registered = False
            self._registry.remove(self._number)


class LoopLookout:
    """asyncio's own registrations."""

    new_event: Callable[[], Event] = asyncio.Event

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.add: Callable[[int, Eager], object] = loop.add_reader
        self.remove: Callable[[int], object] = loop.remove_reader

    def readable(self, sock: socket.socket) -> Readable:
        return RegisteredReadable(sock, self)

    async def run(self) -> None:
        await anyio.sleep_forever()


class EpollLookout:
    """One epoll for all sockets."""

    new_event: Callable[[], Event]

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._number = self._epoll.fileno()
        self._ready: dict[int, Eager] = {}

    def readable(self, sock: socket.socket) -> Readable:
        return RegisteredReadable(sock, self)

    def add(self, number: int, ready: Eager) -> None:
        self._ready[number] = ready
        self._epoll.register(number, select.EPOLLIN)

    def remove(self, number: int) -> None:
        if self._ready.pop(number, None) is not None and not self._epoll.closed:
            self._epoll.unregister(number)

    def _serve(self) -> None:
        """Give those their turn that have input."""
        poll, ready, turns = self._epoll.poll, self._ready, 0
        answered = True
        while answered and turns < _TURNS and (found := poll(0, _TURNS)):
            answered = False
            turns += len(found)
            for number, _ in found:
                function = ready.get(number)  # another one's turn may have closed it
                if function is not None and function() is _ANSWERED:
                    answered = True


class AsyncioLookout(EpollLookout):
    """An epoll that asyncio looks after."""

    new_event: Callable[[], Event] = asyncio.Event

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop

    async def run(self) -> None:
        try:
            self._loop.add_reader(self._number, self._serve)
            await anyio.sleep_forever()
        finally:
            self._loop.remove_reader(self._number)
            self._epoll.close()


class TrioLookout(EpollLookout):
    """An epoll that a task of Trio's looks after."""

    def __init__(self) -> None:
        super().__init__()
        import trio

        self.new_event = trio.Event
        self._wait_readable: Callable[[int], Any] = trio.lowlevel.wait_readable

    async def run(self) -> None:
        try:
            while True:
                await self._wait_readable(self._number)
                self._serve()
        finally:
            self._epoll.close()
