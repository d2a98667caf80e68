"""Programs of steps, and the world in which they are played.

Theory of operation. A program is data: what clients, servers and the network do, step after step. Between two steps all
tasks run for some turns of the event loop. Whatever goes on at the same time goes on in one thread, in virtual time,
and in an order that the seed decides; so a program and a seed always give the same trace.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import anyio
import anyio.lowlevel
import attrs
import numpy as np

from anyq.errors import CallTimeout

from ._entries import ENTRIES, LOST, Entry, Handle
from ._model import Kind, Message, Model, Violation
from ._served import SERVERS
from ._simulated import Host, SimulatedServer

__all__ = ["STEPS", "Program", "Step", "World", "draw_program", "play"]

Step = tuple[Any, ...]
"""The name of a step, and its arguments: numbers only."""

_SMALL: Final = 2
_LARGE: Final = 6_000
"""Items of a message whose array is sent without a copy."""
_TIME_LIMIT: Final = 0.3
"""Virtual seconds; calls have none, or some times that."""
_PATIENCE: Final = 600.0
"""Virtual seconds after which a caller counts as waiting for ever."""


@attrs.frozen
class Program:
    """What happens: to which entry point, with which options and server, step by step."""

    entry: str
    in_flight: int
    attempts: int
    steps: tuple[Step, ...]
    server: str = "scripted"
    """A name of `SERVERS`."""


# name: (weight, arguments)
STEPS: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "calls": (40, (2, 8, 5, 8)),
    "large_call": (4, (2,)),
    "submit": (12, (2, 2)),
    "post": (8, (2,)),
    "cancel": (8, (9,)),
    "cancel_handle": (2, (9,)),
    "read": (4, ()),
    "push": (4, ()),
    "ask": (2, ()),
    "split": (2, (2, 9)),
    "delay": (1, (2, 20)),
    "stall": (2, (2, 2)),
    "hold": (2, (2,)),
    "cut": (1, (2, 300)),
    "half_close": (1, (2,)),
    "down": (1, ()),
    "up": (6, ()),
    "wait": (2, (50,)),
}
"""How often each step is drawn, and below which number each of its arguments is."""


def draw_program(source: random.Random, steps: int, entries: Sequence[str]) -> Program:
    """A program of so many steps, for one of these entry points."""
    names = list(STEPS)
    weights = [STEPS[name][0] for name in names]
    drawn = [
        (name, source.randrange(6), *(source.randrange(bound) for bound in STEPS[name][1]))
        for name in source.choices(names, weights, k=steps)
    ]
    entry = source.choice(entries)
    in_flight, attempts = source.randint(1, 4), source.choice((0, 0, -1))
    return Program(entry, in_flight, attempts, tuple(drawn), source.choice(list(SERVERS)))


class World:
    """One client, its servers and the network between them. Each step of a program is a method."""

    def __init__(self, entry: Entry, server: SimulatedServer, model: Model, host: Host) -> None:
        self.entry = entry
        self.server = server
        self.model = model
        self._host = host
        self._callers: dict[int, anyio.CancelScope] = {}
        self._handles: list[tuple[Message, Handle]] = []
        self._buffers: dict[int, list[Any]] = {}
        self._read_last = 0
        self._tasks = self._running = 0

    # Buffers that their owner uses again

    def _take(self, message: Message) -> Any:
        """A buffer with the message's payload."""
        free = self._buffers.setdefault(message.size, [])
        buffer = free.pop() if free else np.empty(message.size, np.int64)
        buffer[:] = message.number
        return buffer

    def _give_back(self, buffer: Any) -> None:
        """The owner writes something else into it."""
        buffer[:] = -1
        self._buffers[len(buffer)].append(buffer)

    # Clients

    def calls(self, idempotent: int, more: int, again: int, patience: int) -> None:
        """Some tasks of the client's ask, one time or several times, perhaps with a time limit."""
        for _ in range(1 + more):
            self._start(self._caller, bool(idempotent), _SMALL, 1 + again, patience * _TIME_LIMIT or None)

    def large_call(self, idempotent: int) -> None:
        """One asks with an array that is not copied."""
        self._start(self._caller, bool(idempotent), _LARGE, 1, None)

    async def _caller(self, idempotent: bool, size: int, times: int, timeout: float | None) -> None:
        async def ask(message: Message, buffer: Any) -> None:
            began = anyio.current_time()
            try:
                answer = await self.entry.call(buffer, idempotent, timeout)
            except CallTimeout:
                self.model.timed_out(message, anyio.current_time() - began, timeout)
            else:
                self.model.answered(message, answer)

        for _ in range(times):
            await self._give("call", size, idempotent, ask)

    async def _give(
        self, kind: Kind, size: int, idempotent: bool, hand_over: Callable[[Message, Any], Awaitable[None]]
    ) -> None:
        """Hand a message over, which `cancel` may interrupt, and write into its buffer afterwards."""
        with anyio.CancelScope() as scope:
            async with self._cancellable(scope), self.entry.turn():
                message = self.model.give(kind, size, idempotent)
                buffer = self._take(message)
                try:
                    await hand_over(message, buffer)
                except LOST as error:
                    self.model.failed(message, error)
                except anyio.get_cancelled_exc_class():
                    self.model.cancelled(message)
                    raise
                finally:
                    self._give_back(buffer)

    @asynccontextmanager
    async def _cancellable(self, scope: anyio.CancelScope) -> AsyncIterator[None]:
        """Have `cancel` know of a task."""
        self._tasks += 1
        number = self._tasks
        self._callers[number] = scope
        try:
            yield
        finally:
            del self._callers[number]

    def _start(self, function: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> None:
        """Start a task of the client's."""
        self._running += 1
        self._host.start_soon(self._run, function, arguments)

    async def _run(self, function: Callable[..., Coroutine[Any, Any, None]], arguments: tuple[Any, ...]) -> None:
        try:
            await function(*arguments)
        finally:
            self._running -= 1

    def cancel(self, index: int) -> None:
        """Cancel one that asks or posts, wherever it is."""
        if self._callers:
            numbers = list(self._callers)
            self._callers[numbers[index % len(numbers)]].cancel()

    def submit(self, idempotent: int, large: int) -> None:
        """Ask without waiting."""
        self._start(self._submitter, bool(idempotent), _LARGE if large else _SMALL)

    async def _submitter(self, idempotent: bool, size: int) -> None:
        async def hand_over(message: Message, buffer: Any) -> None:
            handle = await self.entry.submit(buffer, idempotent)
            self._handles.append((message, handle))

        await self._give("submit", size, idempotent, hand_over)

    def cancel_handle(self, index: int) -> None:
        """Give up what was submitted."""
        if self._handles:
            self._start(self._handles[index % len(self._handles)][1].cancel)

    def post(self, large: int) -> None:
        """A task of the client's posts."""
        self._start(self._poster, _LARGE if large else _SMALL)

    async def _poster(self, size: int) -> None:
        await self._give("post", size, False, lambda message, buffer: self.entry.post(buffer))

    async def read(self) -> None:
        """Read what was posted to the client, if something is there: in order, and nothing twice."""
        if self.entry.waiting():
            number = int((await self.entry.read()).py())
            self.model.note("read", number)
            if number <= self._read_last:
                self.model.broken("faithful", f"message {number} was read after {self._read_last}")
            self._read_last = number

    # The server and the network

    def push(self) -> None:
        """The server posts."""
        self.server.push()

    def ask(self) -> None:
        """The server asks."""
        self.server.ask()

    def _pipe(self, up: int) -> Any:
        streams = self.server.streams
        return None if not streams else streams[-1].outgoing if up else streams[-1].incoming

    def split(self, up: int, chunk: int) -> None:
        """A proxy that splits what it carries; 0 ends it."""
        if (pipe := self._pipe(up)) is not None:
            pipe.chunk = chunk or None

    def delay(self, up: int, tenths: int) -> None:
        """A proxy that delays."""
        if (pipe := self._pipe(up)) is not None:
            pipe.delay = tenths / 10

    def stall(self, up: int, stalled: int) -> None:
        """A reader that reads nothing."""
        if (pipe := self._pipe(up)) is not None:
            pipe.stalled = bool(stalled)

    def hold(self, held: int) -> None:
        """The server looks at nothing."""
        self.server.held = bool(held)

    def cut(self, up: int, after: int) -> None:
        """The connection breaks, perhaps inside a message."""
        if (pipe := self._pipe(up)) is not None:
            pipe.cut(after)

    def half_close(self, up: int) -> None:
        """One direction ends."""
        if (pipe := self._pipe(up)) is not None:
            pipe.close()

    def down(self) -> None:
        """The server goes."""
        self.server.restart()

    def up(self) -> None:
        """The server is there again, and holds nothing back."""
        self.server.up = True
        self.server.held = False

    async def wait(self, tenths: int) -> None:
        """Time passes."""
        await anyio.sleep(tenths / 10)

    # A whole program

    async def play(self, steps: Sequence[Step]) -> None:
        """Do step after step; after each, the promises are looked at."""
        turn = _turn()
        for name, turns, *arguments in steps:
            self.model.note("step", name, *arguments)
            waiting = getattr(self, name)(*arguments)
            if waiting is not None:
                await waiting
            for _ in range(turns):
                await turn()
            self.model.check()
        await self.finish()

    async def finish(self) -> None:
        """Everything goes its way again: everybody gets an answer or an error."""
        self.server.heal()
        with anyio.move_on_after(_PATIENCE):
            while self._running:
                await anyio.sleep(1)
            for message, handle in self._handles:
                await self._settle(message, handle)
        if self._running:
            self.model.broken("nothing lost in silence", f"{self._running} callers wait for ever")
        self.model.check_end()

    async def _settle(self, message: Message, handle: Handle) -> None:
        try:
            answer = await handle.wait()
        except LOST as error:
            self.model.failed(message, error)
        except CancelledError:  # a portal's future was cancelled
            self.model.cancelled(message)
        except anyio.get_cancelled_exc_class():  # another handle was, or this task
            await anyio.lowlevel.checkpoint_if_cancelled()
            self.model.cancelled(message)
        else:
            self.model.answered(message, answer)


def _turn() -> Callable[[], Awaitable[None]]:
    """What lets the other tasks of the event loop run."""
    if anyio.get_cancelled_exc_class() is asyncio.CancelledError:
        return partial(asyncio.sleep, 0)
    return anyio.lowlevel.checkpoint


async def play(program: Program, model: Model) -> None:
    """Play a program in the event loop that runs here. Raises `Violation`; the model has the trace."""
    kind, open_entry = ENTRIES[program.entry]
    options: dict[str, Any] = {
        "max_in_flight": program.in_flight,
        "reconnection_attempts": program.attempts,
        "reconnection_delay": 0.2,
        "reconnection_function": lambda delay: delay,
    }
    async with SERVERS[program.server](model, ordered=kind.ordered) as server:
        async with open_entry(server, options) as entry:
            async with anyio.create_task_group() as callers:
                try:
                    await World(entry, server, model, Host(callers)).play(program.steps)
                finally:
                    callers.cancel_scope.cancel()
            server.heal()
        if left := entry.leftovers():
            raise Violation(f"scoped: {left} calls are left behind")
