"""One q, owned by one thread."""

from __future__ import annotations

import itertools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread

from anyq.engine import Interpreter
from anyq.errors import QError
from anyq.loops import Local
from anyq.portal import Job, Owner, current_loop
from anyq.values import NULL, Atom, Dict, List, QType, Strings, Value, as_q, collapse, settled

from ._caller import OWNER, Caller
from ._entry_points import allow_python
from ._handles import Handles, Outbound
from ._host import SharedHost
from ._permissions import EVERYTHING, Permissions
from ._python import parameters, python_function

__all__ = ["EmbeddedQ", "as_received"]

T = TypeVar("T")
log: Final = logging.getLogger("anyq.embedded")
_NUMBERS: Final = itertools.count(1)


def as_received(value: Value) -> Value:
    """A value as q has it after it came over the wire: a general list of atoms of one type is a vector.

    Clients send their arrays as general lists and rely on that.
    """
    if isinstance(value, List) and value.strings is None:
        return collapse([as_received(item) for item in value.items])
    if type(value) is Dict:
        return Dict(as_received(value.key), as_received(value.value), value.sorted)
    return value


class EmbeddedQ(Local):
    """An interpreter on a thread of its own. All that reads or changes its state is a job of that thread, in order.

    This is what the faces stand on: `anyq.open_embedded`, `anyq.sync.open_embedded`, the default handlers of
    `anyq.serve`. ``start`` begins, ``stop`` ends it; any thread may call any method. ``options`` are those of
    `SystemHost`. With ``python=True`` q may execute Python, see `anyq.remote`: callers may then do anything that this
    process may. ``owned_by`` is the kind of its owner.
    """

    def __init__(self, *, python: bool = False, owned_by: type[Owner] = Owner, **options: Any) -> None:
        self._python = python
        self.handles: Handles = Handles()
        self.host: SharedHost = SharedHost(self.handles, **options)
        self.owner: Owner = owned_by(f"embedded q {next(_NUMBERS)}", self._interrupt, self.rest)
        self.handles.owner = self.owner
        self.handles.opener = self._open
        self._interpreter: Interpreter | None = None
        self._end_timer: Callable[[], None] = lambda: None
        self._authors: dict[str, Permissions] = {}
        self.host.on_timer = self._set_timer
        self.host.before_exit = self.farewell
        self._leaving = False
        self._watched = False

    def start(self) -> None:
        """Start the thread. The interpreter is made there, as the first job."""
        self.owner.start()
        self.owner.submit(self._make)

    @asynccontextmanager
    async def in_this_loop(self) -> AsyncIterator[EmbeddedQ]:
        """The q in the thread of the event loop that runs here, for the length of the block: for simulations."""
        loop, ring = current_loop(), anyio.Event()

        async def work() -> None:
            nonlocal ring
            while True:
                await ring.wait()
                ring = anyio.Event()
                self.owner.work_off()

        self.owner.start_here(lambda: loop.post(lambda: ring.set()))
        self.owner.submit(self._make)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work)
            try:
                yield self
            finally:
                tasks.cancel_scope.cancel()
                self.owner.stop()

    def stop(self, deadline: float = 5.0) -> None:
        """End it: the evaluation that runs may finish within ``deadline`` seconds, then it is interrupted.

        Jobs that wait fail with `anyq.PortalClosed`. Blocks until the thread has ended. Idempotent.
        """
        self.owner.stop(deadline)
        self.handles.close_all()

    async def astop(self, deadline: float = 5.0) -> None:
        """As `stop`, for a task; not cancellable. While the interpreter exits it blocks the event loop."""
        with anyio.CancelScope(shield=True):
            try:
                await anyio.to_thread.run_sync(self.stop, deadline)
            except RuntimeError:  # an interpreter that exits begins no threads
                self.stop(deadline)

    def _make(self) -> None:
        made = Interpreter(self.host)
        computed = made.names.computed
        host = self.host
        computed[".z.w"] = lambda: Atom(QType.INT, host.acting.handle)
        computed[".z.a"] = lambda: Atom(QType.INT, host.acting.address)
        computed[".z.W"] = self.handles.waiting
        computed[".z.H"] = self.handles.open_handles
        own_user = computed.get(".z.u", lambda: Atom(QType.SYMBOL, host.facts()["user"]))
        computed[".z.u"] = lambda: Atom(QType.SYMBOL, host.acting.user) if host.acting.handle else own_user()
        self.handles.check = host.look = made.check
        self.handles.aside = made.aside
        made.names.on_change = self._note_change
        made.names.guard = host.check_name
        if self._python:
            allow_python(made, host.check_python)
        self._interpreter = made

    def allow_python(self) -> None:
        """Let q execute Python from now on, for callers that may; as ``python=True`` does from the start."""
        self.owner.submit(lambda: allow_python(self.interpreter, self.host.check_python))

    @property
    def interpreter(self) -> Interpreter:
        """The interpreter. Only for jobs."""
        assert self._interpreter is not None
        return self._interpreter

    def _interrupt(self) -> None:
        if self._interpreter is not None:
            self._interpreter.state.stop = True  # also for a job that is about to begin
            self._interpreter.interrupt()
        self.host.wake()

    def rest(self) -> None:
        """No interrupt is pending: what an earlier one left behind is forgotten."""
        if self._interpreter is not None:
            self._interpreter.state.stop = False
        self.host.rest()

    def interrupt(self) -> bool:
        """Make the evaluation that runs raise ``stop`` soon, as a signal does to q. False when none runs."""
        return self.owner.interrupt()

    def _open(self, target: str, timeout: float | None) -> Outbound:
        from ._outbound import open_outbound  # with the whole client behind it

        inbound = _FromOthers(self, self.host.acting.permissions)
        return open_outbound(target, timeout, self.host.append, inbound, self.host.check_address, self.host.look)

    def _note_change(self, name: str, path: tuple[Value, ...]) -> None:
        """A variable was set, at ``path`` if only an item of it was: one of the root goes to ``.z.vs``. Of the handlers
        that q calls by itself is remembered what those may do who set them.
        """
        if self._watched and not name.startswith("."):
            where = collapse(list(path)) if path else List.of(())
            self._watched = False
            try:
                self._call_handler(".z.vs", Atom(QType.SYMBOL, name), where)
            finally:
                self._watched = ".z.vs" in self.interpreter.names
        elif name.startswith(".z."):
            self._watched = ".z.vs" in self.interpreter.names
            permissions = self.host.acting.permissions
            if permissions is EVERYTHING:
                self._authors.pop(name, None)
            else:
                self._authors[name] = permissions

    def author(self, handler: str) -> Caller:
        """On whose behalf q calls a handler by itself: its owner's, or somebody's who may do what the client may that
        set it. In a job.

        That goes for the handler alone: what a handler of the owner's calls is the owner's, whoever defined it.
        """
        return Caller(permissions=self._authors.get(handler, EVERYTHING))

    def message(self, message: Value, caller: Caller, handler: str) -> Value:
        """In a job: what ``.z.ps`` or ``.z.pg`` makes of a message, or its value when q has no such handler."""

        def work(interpreter: Interpreter) -> Value:
            function = interpreter.names.get(handler)
            received = as_received(message)
            return interpreter.value(received) if function is None else interpreter.apply(function, (received,))

        return self._do(work, caller)

    def farewell(self, code: int) -> None:
        """In a job, before q ends: apply ``.z.exit``, once; its error is written where q's errors go."""
        if self._leaving:
            return
        self._leaving = True
        try:
            self._call_handler(".z.exit", Atom(QType.LONG, code))
        except QError as error:
            self.complain(error)
        finally:
            self._leaving = False

    def _call_handler(self, name: str, *arguments: Value) -> None:
        """In a job: apply a handler, if it is set, on behalf of its `author`."""

        def work(interpreter: Interpreter) -> None:
            handler = interpreter.names.get(name)
            if handler is not None:
                interpreter.apply(handler, arguments)

        self._do(work, self.author(name))

    def complain(self, error: QError) -> None:
        """Write an error where q's errors go."""
        self.host.write(2, f"'{error}\n".encode("utf-8", "surrogateescape"))

    # The timer

    def _set_timer(self, interval: int) -> None:
        self._end_timer()
        self._end_timer = self.owner.every(interval / 1000, self._tick) if interval else lambda: None

    def _tick(self) -> None:
        """Apply ``.z.ts``; its error is written where q's errors go."""

        try:
            self._call_handler(".z.ts", Atom(QType.TIMESTAMP, self.host.now()))
        except QError as error:
            self.complain(error)
        except SystemExit:
            log.info("the timer ended the process")

    # Jobs

    def submit(self, work: Callable[[Interpreter], T], caller: Caller = OWNER, seconds: float | None = None) -> Job[T]:
        """Have ``work`` done by the owner on behalf of ``caller``; what it posts leaves when it ends.

        It ends with the q error ``stop`` when it takes longer than ``seconds``, or by default than its caller may take.
        The time that it waits for its turn does not count.
        """
        return self.owner.submit(self._do, work, caller, seconds, tag=caller.handle)

    def evaluate(self, message: Value, caller: Caller = OWNER) -> Job[Value]:
        """Have q evaluate a message: text, or a list of a function and its arguments. Raises `QError`.

        What q keeps of it shares no memory with what the caller can write to.
        """
        message = settled(message)
        return self.submit(lambda interpreter: interpreter.value(message), caller)

    def _do(self, work: Callable[[Interpreter], T], caller: Caller, seconds: float | None = None) -> T:
        interpreter, host = self.interpreter, self.host
        seconds = seconds or caller.permissions.seconds
        before = host.acting
        host.begin(caller)
        try:
            if caller.permissions.read_only:
                with interpreter.sealed():
                    return interpreter.guarded(lambda: work(interpreter), seconds)
            return interpreter.guarded(lambda: work(interpreter), seconds)
        except QError:
            self.handles.failed(caller)
            raise
        except Exception as error:
            self.handles.failed(caller)
            raise interpreter.explained(error) from error
        finally:
            host.begin(before)
            if caller.outbox:
                self.handles.flush(caller.outbox)

    def get(self, name: str) -> Job[Value]:
        """The value of a variable. Raises `QError` with the name."""
        return self.submit(lambda interpreter: interpreter.get(name))

    def set(self, name: str, value: Value) -> Job[None]:
        """Set a variable."""
        kept = settled(value)
        return self.submit(lambda interpreter: interpreter.set(name, kept))

    def assign(self, name: str, value: object, strings: Strings = "symbols") -> Job[None]:
        """Set a variable to any object with a q form, or to a Python function. Raises `ConversionError` at once.

        The variable shares no memory with what the caller can write to.
        """
        if callable(value) and not isinstance(value, Value):
            function, given = value, parameters(value)
            return self.submit(lambda interpreter: interpreter.set(name, python_function(interpreter, function, given)))
        return self.set(name, as_q(value, strings=strings))

    def has(self, name: str) -> bool:
        """Whether q has a variable of that full name just now. Any thread may ask."""
        return self._interpreter is not None and name in self._interpreter.names

    def applied(self, name: str, arguments: Sequence[Value], caller: Caller | None = None) -> Job[Value]:
        """Apply the handler of that name, if there is one, else give the generic null; without ``caller``, on behalf of
        its `author`.
        """

        def work(interpreter: Interpreter) -> Value:
            function = interpreter.names.get(name)
            return NULL if function is None else interpreter.apply(function, arguments)

        if caller is not None:
            return self.owner.submit(self._do, work, caller, tag=caller.handle)
        return self.owner.submit(lambda: self._do(work, self.author(name)), tag=OWNER.handle)


class _FromOthers:
    """What processes that q connected to send: evaluated as what clients send is. They may do what those may on whose
    behalf q connected to them.
    """

    def __init__(self, q: EmbeddedQ, permissions: Permissions) -> None:
        self._q = q
        self._permissions = permissions

    def submit(self, work: Callable[[], bool], handle: int) -> Job[bool]:
        return self._q.owner.submit(work, tag=handle)

    def received(self, handle: int, message: Value) -> None:
        try:
            self._q.message(message, Caller(handle=handle, permissions=self._permissions), ".z.ps")
        except QError as error:
            self._q.complain(error)

    def asked(self, handle: int, message: Value) -> Value:
        return self._q.message(message, Caller(handle=handle, permissions=self._permissions), ".z.pg")

    def lost(self, handle: int, error: Exception) -> None:
        log.debug("the connection of handle %d is gone: %s", handle, error)
        self._q.handles.lose(handle)
        try:
            if self._q.has(".z.pc"):
                self._q.message(Atom(QType.INT, handle), self._q.author(".z.pc"), ".z.pc")
        except QError as problem:
            self._q.complain(problem)
