"""The numbers that stand for connections and files in q."""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from anyq.errors import Error, QError
from anyq.portal import Owner
from anyq.values import NULL, Atom, Dict, List, QType, Value, Vector, vector

from ._caller import Caller

if TYPE_CHECKING:  # a console that serves nobody starts without them
    from anyq.server import Answer, Client, Encoded

    from ._errands import Errands

__all__ = ["Appending", "Handles", "Outbound"]

log: Final = logging.getLogger("anyq.embedded")
_FIRST: Final = 5
_REFUSALS_LOGGED: Final = 20
"""Of one client; it could fill the log."""
_HANDLES: Final = (QType.SHORT, QType.INT, QType.LONG)


class Outbound(Protocol):
    """A connection to another process, or a file, that q opened."""

    def call(self, message: Value) -> Value:
        """Send a sync message and wait for the answer."""

    def post(self, message: Value) -> None:
        """Send an async message."""

    def attend(self, handle: int) -> None:
        """It has its number now: what comes in may be evaluated."""

    def close(self) -> None:
        """Close it."""


class Appending:
    """Base of outbound files."""

    __slots__ = ()


Opener = Callable[[str, float | None], Outbound]


def _nothing(target: str, timeout: float | None) -> Outbound:
    raise QError("hop", detail=f"nothing here opens {target}")


@attrs.define
class _Connected:
    """A client of a server that serves this q."""

    client: Client
    errands: Errands
    refusals: int = 0
    """How often it was refused something."""


@attrs.define(eq=False)
class Handles:
    """All handles of one embedded q. Used by its owner thread; clients come and go from their server's."""

    numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(_FIRST))
    opener: Opener = _nothing
    owner: Owner | None = None
    check: Callable[[], None] = lambda: None
    """Raises when the running evaluation is to stop."""
    aside: Callable[[], AbstractContextManager[None]] = nullcontext
    """Around what others evaluate while an evaluation waits."""
    _clients: dict[int, _Connected] = attrs.field(factory=dict)
    _outbound: dict[int, Outbound] = attrs.field(factory=dict)
    _openers: dict[int, int] = attrs.field(factory=dict)
    """Who opened each, by the handle of the caller."""
    _owing: dict[int, int] = attrs.field(factory=dict)
    """How many answers to each client were deferred and not yet given."""
    _answers: dict[int, deque[Answer]] = attrs.field(factory=dict)
    """Those answers, the oldest first; only for their servers' event loops."""

    # Clients

    def add_client(self, client: Client, errands: Errands) -> None:
        self._clients[client.handle] = _Connected(client, errands)

    def drop_client(self, client: Client) -> None:
        self._clients.pop(client.handle, None)
        self._owing.pop(client.handle, None)
        self._answers.pop(client.handle, None)

    def client(self, handle: int) -> Client:
        """The client of that number; `QError` (``domain``) if there is none."""
        found = self._clients.get(handle)
        if found is None:
            raise QError("domain", detail=f"{handle} is no client's handle")
        return found.client

    def __contains__(self, handle: int) -> bool:
        return handle in self._outbound or handle in self._clients

    def client_handles(self) -> list[int]:
        return list(self._clients)

    def flush(self, outbox: list[tuple[int, Value | Encoded]]) -> None:
        """Send what an evaluation posted, in order."""
        for handle, message in outbox:
            there = self._clients.get(handle)
            if there is None:
                log.warning("an async message to handle %d is dropped: it is closed", handle)
                continue
            if isinstance(message, Value):
                message = _encoded(message, there.client.capability, there.client.remote)
            there.errands.add(_post, there.client, message)
        outbox.clear()

    def on_client(self, handle: int, action: Callable[[Client], object]) -> None:
        """Have something done with a client in its server's thread. `QError` (``domain``) if there is none."""
        there = self._clients.get(handle)
        if there is None:
            raise QError("domain", detail=f"{handle} is no client's handle")
        there.errands.add(action, there.client)

    def note_refusal(self, handle: int) -> bool:
        """Something was refused to a client: whether that is to be logged, as the first ones of each client are."""
        there = self._clients.get(handle)
        if there is None:
            return True
        there.refusals += 1
        return there.refusals <= _REFUSALS_LOGGED

    # What q does with handles

    def open(self, target: str, timeout: float | None, caller: Caller) -> int:
        outbound = self.opener(target, timeout)
        handle = next(self.numbers)
        self._outbound[handle] = outbound
        self._openers[handle] = caller.handle
        try:
            outbound.attend(handle)
        except BaseException as error:
            self.lose(handle)
            if isinstance(error, OSError | RuntimeError):  # descriptors or threads are exhausted
                raise QError(f"hop. OS reports: {getattr(error, 'strerror', None) or error}") from error
            raise
        return handle

    def lose(self, handle: int) -> None:
        """Forget a connection that q opened and that is gone."""
        outbound = self._outbound.pop(handle, None)
        self._openers.pop(handle, None)
        if outbound is not None:
            outbound.close()

    def may_close(self, handle: int, caller: Caller) -> bool:
        """Whether a handle is the caller's own to close; the owner of the q closes all."""
        return caller.permissions.files or handle == caller.handle or self._openers.get(handle) == caller.handle

    def close(self, handle: int, caller: Caller) -> None:
        if handle in self._outbound:
            self.lose(handle)
        elif handle in self._clients:
            self.flush(caller.outbox)
            self.on_client(handle, lambda client: client.close())
        else:
            raise _bad(handle, "close handle")

    def post(self, handle: int, message: Value, caller: Caller) -> Value:
        if handle in self._outbound:
            _told(handle, self._outbound[handle].post, message)
            if isinstance(self._outbound[handle], Appending):
                return Atom(QType.INT, -handle)
        elif handle in self._clients:
            caller.outbox.append((handle, message))
        else:
            raise _bad(handle, "write to handle")
        return NULL

    def call(self, handle: int, message: Value, caller: Caller) -> Value:
        if handle in self._outbound:
            answer: Value = _told(handle, self._outbound[handle].call, message)
            # A file has nothing to answer: q gives its handle.
            return answer if not isinstance(self._outbound[handle], Appending) else Atom(QType.INT, handle)
        if handle in self._clients:
            self.flush(caller.outbox)
            return self._ask_client(handle, message)
        raise _bad(handle, "write to handle")

    def _ask_client(self, handle: int, message: Value) -> Value:
        """Ask a client; while it has not answered, run what it asks us, as q does (page basics/ipc.md)."""
        owner = self.owner
        assert owner is not None
        answers: list[Value | BaseException] = []

        def answered(answer: Value | BaseException) -> None:
            answers.append(answer)
            owner.submit(lambda: None, tag=handle)

        self.on_client(handle, lambda client: client.ask_soon(message, answered))
        while not answers:
            with self.aside():
                owner.run_next(lambda tag: tag == handle, timeout=0.1)
            self.check()
            if handle not in self._clients and not answers:
                raise QError(f"rcv handle: {handle}. the client left before it answered")
        answer = answers[0]
        if isinstance(answer, BaseException):
            raise answer if isinstance(answer, QError) else QError(f"rcv handle: {handle}. {answer}")
        return answer

    def waiting(self) -> Value:
        """``.z.W``: the bytes that wait for each handle."""
        handles = list(self._clients)
        sizes = [self._clients[handle].client.queued_bytes for handle in handles]
        return Dict(vector("int", handles), vector("long", sizes))

    def open_handles(self) -> Value:
        """``.z.H``: the handles of the connections that are open."""
        return vector("int", list(self._clients))

    # Internal functions

    def internal(self, number: int, argument: Value, caller: Caller) -> Value:
        """``-25!(handles;message)`` posts to many, serialised once; ``-30!`` defers an answer, and gives it.

        (Page basics/internal.md.)
        """
        if number == -25:
            return self._broadcast(argument, caller)
        if number == -30:
            return self._defer(caller) if argument is NULL else self._answer(argument)
        raise QError("nyi", detail=f"{number}!x")

    def _broadcast(self, argument: Value, caller: Caller) -> Value:
        if not isinstance(argument, List) or len(argument) != 2 or not isinstance(argument[0], Vector):
            raise QError("type")
        clients = [self.client(abs(int(handle))) for handle in argument[0]]
        if clients:
            lowest = min(client.capability for client in clients)
            message = _encoded(argument[1], lowest, False)
            caller.outbox.extend((client.handle, message) for client in clients)
        return NULL

    def _defer(self, caller: Caller) -> Value:
        if not caller.asks or caller.deferred or caller.handle not in self._clients:
            raise QError("domain")
        caller.deferred = True
        self._owing[caller.handle] = self._owing.get(caller.handle, 0) + 1
        self.on_client(caller.handle, self._note_answer)
        return NULL

    def _note_answer(self, client: Client) -> None:
        if not client.closed:
            self._answers.setdefault(client.handle, deque()).append(client.defer())

    def _answer(self, argument: Value) -> Value:
        """Give a client the oldest answer that it is owed."""
        if not isinstance(argument, List) or len(argument) != 3:
            raise QError("type")
        number, failed, result = argument
        if not (isinstance(number, Atom) and number.qtype in _HANDLES and isinstance(failed, Atom)):
            raise QError("type")
        handle = int(number)
        client = self.client(handle)
        if handle not in self._owing:
            raise QError(f"Handle {handle} was not expecting a response msg")
        self._owe_less(handle)
        if bool(failed):
            text = bytes(result).decode("utf-8", "surrogateescape") if isinstance(result, Vector) else str(result)
            self.on_client(handle, lambda client: self._give(client, text, None))
        else:
            message = _encoded(result, client.capability, client.remote)
            self.on_client(handle, lambda client: self._give(client, "", message))
        return NULL

    def _give(self, client: Client, error: str, result: Encoded | None) -> None:
        owed = self._answers.get(client.handle, deque())
        while owed:  # past those that the failure of their evaluation has answered
            answer = owed.popleft()
            if answer.fail(error) if result is None else answer.reply(result):
                return

    def failed(self, caller: Caller) -> None:
        """The evaluation of ``caller`` failed: its client gets the error, also if its answer was deferred."""
        if caller.deferred:
            self._owe_less(caller.handle)

    def _owe_less(self, handle: int) -> None:
        count = self._owing.pop(handle, 0) - 1
        if count > 0:
            self._owing[handle] = count

    def close_all(self) -> None:
        """Close what q opened."""
        for outbound in self._outbound.values():
            outbound.close()
        self._outbound.clear()


def _encoded(value: Value, capability: int, remote: bool) -> Encoded:
    from anyq.server import encode

    return encode(value, capability, remote)


def _post(client: Client, message: Encoded) -> None:
    if not client.closed:
        client.post_body(message)


def _bad(handle: int, what: str) -> QError:
    return QError(f"Cannot {what} {handle}. OS reports: Bad file descriptor")


def _told(handle: int, action: Callable[[Value], Any], message: Value) -> Any:
    """The failures of a connection as q says them."""
    try:
        result = action(message)
    except QError:
        raise
    except (Error, OSError) as error:
        raise QError(f"snd handle: {handle}. OS reports: {error}") from error
    return NULL if result is None else result
