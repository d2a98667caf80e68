"""The processes behind a gateway: which are there, what they hold, and who is asked next."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import anyio
import anyio.lowlevel
import attrs

from anyq.client import Address, Connection, connect
from anyq.errors import CallTimeout, ClosedError, ConnectError, ConnectionLost, Error, QError
from anyq.loops import BackgroundTasks
from anyq.partitions import LOOK, Holding, holding
from anyq.values import List, Value, Vector

__all__ = ["Turn", "Worker", "WorkerInfo", "Workers", "in_roles"]

log: Final = logging.getLogger("anyq.gateway")
_LOOK: Final = f"{{[]t:tables`.;(t;{LOOK} each t)}}[]"
_LOOK_TIME: Final = 30.0
_DELAYS: Final = 0.1, 5.0
"""Seconds before the first and between later attempts to reach a process."""


@attrs.frozen(kw_only=True)
class WorkerInfo:
    """What a gateway knows of a process."""

    role: str
    address: str
    up: bool
    """Whether it is connected."""
    busy: int
    """Queries that it has and has not answered."""
    asked: int
    lost: int
    """How often its connection broke or could not be made."""
    tables: tuple[str, ...]


@attrs.define(eq=False)
class Worker:
    """A process that is asked."""

    role: str
    address: Address
    connection: Connection | None = None
    busy: int = 0
    asked: int = 0
    lost: int = 0
    holdings: dict[str, Holding] = attrs.field(factory=dict)

    @property
    def name(self) -> str:
        return f"{self.role} {self.address}"

    def info(self) -> WorkerInfo:
        return WorkerInfo(
            role=self.role, address=str(self.address), up=self.connection is not None, busy=self.busy,
            asked=self.asked, lost=self.lost, tables=tuple(sorted(self.holdings)),
        )  # fmt: skip


@attrs.define(eq=False)
class Turn:
    """A place in the queue for one of some workers."""

    workers: list[Worker]
    what: str
    """What they are asked for, for errors."""
    wake: anyio.Event = attrs.field(factory=anyio.Event)
    got: Worker | None = None


@attrs.define(eq=False)
class _Asked:
    """A query that a worker has."""

    done: anyio.Event = attrs.field(factory=anyio.Event)
    result: Value | None = None
    error: Exception | None = None


class Workers:
    """All processes. A query waits until one of those that can answer it is free: first come, first served."""

    def __init__(self, all: Sequence[Worker], depth: int, refresh: float, options: Mapping[str, Any]) -> None:
        self.all = all
        self._depth = depth
        self._refresh = refresh
        self._options = options
        self._waiting: deque[Turn] = deque()
        self._tasks: BackgroundTasks | None = None

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def start(self, tasks: BackgroundTasks) -> None:
        """Begin to connect; returns when each process has been tried once."""
        self._tasks = tasks
        tried = [anyio.Event() for _ in self.all]
        for worker, event in zip(self.all, tried, strict=True):
            tasks.start_soon(self._keep, worker, event)
        for event in tried:
            await event.wait()

    def queue(self, workers: Sequence[Worker], what: str) -> Turn:
        """The last place in the queue for whichever of ``workers`` is free first."""
        turn = Turn(list(workers), what)
        self._waiting.append(turn)
        self._hand_out()
        return turn

    async def ask(self, turn: Turn, message: Value, *, repeat: bool) -> Value:
        """The answer of the worker that has this turn: of those that are free, the one with the fewest queries before.

        When its connection breaks, the query goes to another of them if the process cannot have seen it, or with
        ``repeat``. Raises `QError`: of q, or that nobody is connected, or that the one who broke may have run it.
        Cancelled, a query that has begun goes on, and its worker counts as busy until it has answered.
        """
        assert self._tasks is not None
        while True:
            worker = await self._taken(turn)
            asked = _Asked()
            self._tasks.start_soon(self._run, worker, message, asked)
            await asked.done.wait()
            error = asked.error
            if error is None:
                assert asked.result is not None
                return asked.result
            if not isinstance(error, ConnectError | ConnectionLost | ClosedError):
                raise error
            if not (repeat or error.outcome == "not sent"):
                raise QError(f"{worker.name} was lost while it had the query: it may have run") from error
            log.warning("%s was lost; its query is asked again", worker.name)
            turn = self.queue([other for other in turn.workers if other is not worker], turn.what)

    async def _taken(self, turn: Turn) -> Worker:
        try:
            await turn.wake.wait()
            await anyio.lowlevel.checkpoint_if_cancelled()
        except BaseException:
            if turn.got is not None:
                self._give_back(turn.got)
            elif not turn.wake.is_set():
                self._waiting.remove(turn)
            raise
        if turn.got is None:
            raise QError(f"no server is connected for {turn.what}")
        return turn.got

    def _hand_out(self) -> None:
        """Give free workers to those that wait, in order."""
        kept: deque[Turn] = deque()
        for turn in self._waiting:
            up = [worker for worker in turn.workers if worker.connection is not None]
            free = [worker for worker in up if worker.busy < self._depth]
            if up and not free:
                kept.append(turn)
                continue
            if free:
                turn.got = min(free, key=lambda worker: (worker.busy, worker.asked))
                turn.got.busy += 1
                turn.got.asked += 1
            turn.wake.set()
        self._waiting = kept

    def _give_back(self, worker: Worker) -> None:
        worker.busy -= 1
        self._hand_out()

    async def _run(self, worker: Worker, message: Value, asked: _Asked) -> None:
        """Ask a worker and keep it busy until it has answered, whether or not somebody still waits."""
        try:
            if worker.connection is None:
                raise ConnectionLost(f"{worker.name} was lost", outcome="not sent")
            asked.result = await worker.connection(message)
        except Exception as error:
            asked.error = error
        finally:
            asked.done.set()
            self._give_back(worker)

    async def _keep(self, worker: Worker, tried: anyio.Event) -> None:
        """Stay connected."""
        delay, longest = _DELAYS
        while True:
            lost = anyio.Event()

            def heard(state: str, lost: anyio.Event = lost) -> None:
                if state in ("lost", "closed"):
                    lost.set()

            try:
                async with connect(worker.address, on_state=heard, max_in_flight=self._depth, **self._options) as q:
                    await self._look(worker, q)
                    worker.connection = q
                    log.info("%s is connected", worker.name)
                    delay = _DELAYS[0]
                    tried.set()
                    self._hand_out()
                    while not lost.is_set():
                        with anyio.move_on_after(self._refresh):
                            await lost.wait()
                        if not (lost.is_set() or worker.busy):
                            await self._look(worker, q)
            except Error as error:
                log.warning("%s cannot be asked: %s", worker.name, error)
            finally:
                worker.connection = None
            worker.lost += 1
            tried.set()
            self._hand_out()
            await anyio.sleep(delay)
            delay = min(2 * delay, longest)

    @staticmethod
    async def _look(worker: Worker, q: Connection) -> None:
        """Learn which tables and partitions it has. One that cannot say holds nothing that is routed by tables."""
        try:
            answer = await q(_LOOK, timeout=_LOOK_TIME)
            worker.holdings = dict(_holdings(answer))
        except (QError, CallTimeout, TypeError, ValueError) as error:
            log.warning("%s does not say what it holds: %s", worker.name, error)


def _holdings(answer: Value) -> Iterator[tuple[str, Holding]]:
    if not isinstance(answer, List):
        raise TypeError(f"its answer is {answer!r}")
    names, found = answer
    if not (isinstance(names, Vector) and isinstance(found, List)):
        raise TypeError(f"its answer is {answer!r}")
    for name, one in zip(names.py(), found, strict=True):
        held = holding(one)
        if held is not None:
            yield name, held


def in_roles(workers: Sequence[Worker], role: str) -> list[Worker]:
    """The workers of a role. `QError` if there is no such role."""
    found = [worker for worker in workers if worker.role == role]
    if not found:
        raise QError(f"no role `{role}; there are {' '.join(dict.fromkeys(worker.role for worker in workers))}")
    return found
