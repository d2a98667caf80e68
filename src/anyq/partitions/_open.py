"""Concurrent reads in a block: bounded, and all of them end with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, Self

import anyio
import attrs
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from anyq.client import Address, Connection, connect
from anyq.errors import Error
from anyq.values import Table

from ._read import LOST, unreachable
from ._task import Task, as_table

__all__ = ["Part", "Parts", "opened"]


@attrs.frozen
class Part:
    """What a task read."""

    index: int
    task: Task
    table: Table


class Parts:
    """The parts of a plan as they are read, for one reader."""

    def __init__(
        self, stream: MemoryObjectReceiveStream[Part], room: anyio.Semaphore, ordered: bool, failure: list[Exception]
    ) -> None:
        self._stream = stream
        self._room = room
        self._ordered = ordered
        self._failure = failure
        self._ahead: dict[int, Part] = {}
        self._next = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Part:
        """The next part. Raises what a task raised; cancelled, it has lost nothing."""
        while not (self._ordered and self._next in self._ahead):
            try:
                part = await self._stream.receive()
            except anyio.EndOfStream:
                if self._failure:
                    raise self._failure[0] from None
                raise StopAsyncIteration from None
            if not self._ordered:
                self._room.release()
                return part
            self._ahead[part.index] = part
        self._room.release()
        self._next += 1
        return self._ahead.pop(self._next - 1)


@asynccontextmanager
async def opened(tasks: Sequence[Task], limit: int, ordered: bool) -> AsyncIterator[Parts]:
    """Read tasks while the block runs; see `Plan.open`."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    send, receive = anyio.create_memory_object_stream[Part](limit)
    room: Final = anyio.Semaphore(2 * limit)
    failure: list[Exception] = []
    left = iter(enumerate(tasks))
    raised: BaseException | None = None

    scopes: list[anyio.CancelScope] = []

    async def worker(stream: MemoryObjectSendStream[Part]) -> None:
        async with stream:
            with anyio.CancelScope() as scope:
                scopes.append(scope)
                try:
                    if not failure:
                        await _work(left, stream, room)
                except Exception as error:
                    failure.append(error)
                    for one in scopes:
                        one.cancel()

    # What the block or a worker raises goes on as it is, not in an exception group of this task group's.
    async with anyio.create_task_group() as workers:
        async with send:
            for _ in range(min(limit, len(tasks))):
                workers.start_soon(worker, send.clone())
        try:
            yield Parts(receive, room, ordered, failure)
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            raised = error
        finally:
            receive.close()
            workers.cancel_scope.cancel()
    if raised is not None:
        raise raised


async def _work(left: Iterator[tuple[int, Task]], stream: MemoryObjectSendStream[Part], room: anyio.Semaphore) -> None:
    """Read tasks, one after the other, until there are none."""
    async with AsyncExitStack() as stack:
        connections: dict[Address, Connection] = {}
        while True:
            await room.acquire()
            found = next(left, None)
            if found is None:
                return
            index, task = found
            table = await _fetched(task, stack, connections)
            await stream.send(Part(index, task, table))


async def _fetched(task: Task, stack: AsyncExitStack, connections: dict[Address, Connection]) -> Table:
    errors: list[Error] = []
    for address in task.addresses:
        try:
            if address not in connections:
                connections[address] = await stack.enter_async_context(connect(address, **task.options))
            return as_table(await connections[address](task.query))
        except LOST as error:
            errors.append(error)
            connections.pop(address, None)
    raise unreachable(task.addresses, task.name, errors) from errors[-1]
