"""Per-client queue of evaluations: the owner thread holds at most one evaluation of each client.

Theory of operation. One evaluation at a time makes clients take turns, however many messages one client sends at once.
It also keeps a message from starting inside an earlier message of the same client, while q waits for that client's
reply. When an evaluation ends, the owner thread submits the next one itself, without a turn of the server's event loop.
The end of an evaluation is queued as a callback, behind the callbacks that the evaluation left.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any
from weakref import ref

from anyq.engine import Interpreter
from anyq.errors import ClosedError, Error
from anyq.portal import Job
from anyq.server import Client, Later

from ._caller import Caller
from ._core import EmbeddedQ
from ._errands import Errands

__all__ = ["Evaluation", "Lane"]


class Lane:
    """Queue of one client's evaluations."""

    __slots__ = ("_busy", "_client", "_errands", "_lock", "_waiting", "q")

    def __init__(self, q: EmbeddedQ, errands: Errands, client: Client) -> None:
        self.q = q
        self._errands = errands
        self._client = ref(client)
        self._lock = threading.Lock()
        self._waiting: deque[Evaluation] = deque()
        self._busy = False

    def add(self, evaluation: Evaluation) -> None:
        """Start ``evaluation`` after the queued ones. Any thread may call this and `go_on`."""
        with self._lock:
            self._waiting.append(evaluation)
            if self._busy:
                return
            self._busy = True
        self.go_on()

    def conclude(self, done: Callable[[], object]) -> None:
        """Queue ``done`` as a callback of the event loop. Replies of one run of callbacks leave as one write."""
        self._errands.add(self._conclude, done)

    def _conclude(self, done: Callable[[], object]) -> None:
        client = self._client()
        if client is not None:
            client.hold()
            self._errands.afterwards(client.release)
        done()

    def go_on(self) -> None:
        """Start the next evaluation, after one has ended."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                evaluation = self._waiting.popleft()
            if evaluation.start():
                return


class Evaluation(Later):
    """Deferred result of one message. Awaiting it calls ``alone`` instead of using the client's queue."""

    evaluated = True
    __slots__ = ("_alone", "_caller", "_done", "_dropped", "_error", "_job", "_lane", "_work")

    def __init__(
        self,
        lane: Lane,
        work: Callable[[Interpreter], Any],
        caller: Caller,
        alone: Callable[[], Awaitable[Any]],
    ) -> None:
        self._lane = lane
        self._alone = alone
        self._work = work
        self._caller = caller
        self._done: Callable[[], object] = lambda: None
        self._dropped = False
        self._error: Error | None = None
        self._job: Job[Any] | None = None

    def begin(self, done: Callable[[], object]) -> None:
        self._done = done
        self._lane.add(self)

    def start(self) -> bool:
        """Submit it to the owner thread. False if it ended at once, because the client left or the q is closed."""
        try:
            if self._dropped:
                raise ClosedError("the client has left")
            job = self._job = self._lane.q.submit(self._work, self._caller)
        except Error as error:
            self._error = error
            self._lane.conclude(self._done)
            return False
        job.add_waiter(self._finished)
        if self._dropped:
            job.interrupt()
        return True

    def _finished(self) -> None:
        self._lane.conclude(self._done)
        self._lane.go_on()

    def outcome(self) -> Any:
        if self._error is not None:
            raise self._error
        assert self._job is not None
        return self._job.result()

    def interrupt(self) -> None:
        self._dropped = True
        job = self._job
        if job is not None:
            job.interrupt()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._alone().__await__()
