"""The fast path: a small request is answered in the step in which it is received, in no task.

Most requests of most clients are of this kind: one message that came alone, small and plain, for a plain function whose
answer is small too, while nothing else of that client is going on. A piece of a large body is received here as well,
into the memory that the body is decoded from; the reader is woken when all of it is there. What does not fit goes the
usual way, through the session's reader, from whatever point the fast path has come to: both change the same state.
"""

from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING, Final

from anyq import codec
from anyq.errors import DecodeError, Error, LimitError, QError
from anyq.values import Atom, Vector

from ._handlers import Action
from ._limits import Stats
from ._readiness import Turn

if TYPE_CHECKING:
    from ._session import Session

__all__ = ["Quick"]

log: Final = logging.getLogger("anyq.server")
_SOME: Final = 4096
_SMALL: Final = 1000
"""Bytes of an answer that is sent at once; q compresses none that small."""


class Quick:
    """Answers one session's small requests. Called when there is input and the session's reader waits for it."""

    __slots__ = ("_function", "_peer", "_session", "_socket", "_stats", "_wants_client")

    def __init__(self, session: Session, sock: socket.socket, action: Action, stats: Stats) -> None:
        self._session = session
        self._peer = session._peer
        self._socket = sock
        self._stats = stats
        self._function = action.function
        self._wants_client = action.wants_client

    def __call__(self) -> Turn:
        """Receive, and answer if that takes no task. `Turn.WAKE` if the reader has to go on; if the session was
        ``fed``, with what was received.
        """
        session, peer = self._session, self._peer
        if session._closed:
            return Turn.WAKE
        try:
            if peer.inside_message:
                return self._read_on(session)
            if session._working or session._work or session._laters or session._answers or session._waiting:
                return Turn.WAKE
            data = self._socket.recv(_SOME)
            session._heard = True
            body = peer.asked(data)
            if body is None:
                peer.receive_data(data)
                return self._read_on(session) if len(data) == _SOME else self._feed(session)
        except (BlockingIOError, InterruptedError):
            return Turn.TAKEN
        except OSError as error:
            session._end(f"cannot be read from: {error}")
            return Turn.WAKE
        try:
            if not session._finishing:
                self._answer(session, body)
        except Exception:  # here it would end the server, not the session
            log.exception("client %d at %s: the session failed", session.handle, session.address)
            session._end("the session failed")
        return Turn.ANSWERED

    def _read_on(self, session: Session) -> Turn:
        """Receive more of a message of which a part is here already."""
        session._heard = True
        return self._feed(session) if session._receive() else Turn.TAKEN

    @staticmethod
    def _feed(session: Session) -> Turn:
        session._fed = True
        return Turn.WAKE

    def _answer(self, session: Session, body: bytes) -> None:
        try:
            value = codec.decode(body)
        except QError:
            session._bad(DecodeError("an error can only be the body of a response"))
            return
        except (DecodeError, LimitError) as error:
            session._bad(error)
            return
        self._stats.sync_messages += 1
        session._handling_sync = True
        try:
            result = self._function(value, session) if self._wants_client else self._function(value)
        except BaseException as error:
            session._failed(error, True)
            return
        kind = type(result)
        if not ((kind is Vector or kind is Atom) and self._sent(session, result)):
            session._handled(result, True)

    def _sent(self, session: Session, result: Vector | Atom) -> bool:
        """Send the answer if it is small and nothing is to be sent before it."""
        if session._answers or session._waiting or session._closed:
            return False
        peer = self._peer
        try:
            body = codec.encode(result, capability=peer.capability)
        except Error:
            return False
        message = peer.answer(body) if len(body) <= _SMALL else None
        if message is None:
            return False
        session._handling_sync = False
        try:
            sent = self._socket.send(message)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            session._end(f"cannot be written to: {error}")
            return True
        if sent < len(message):
            session._push(memoryview(message)[sent:])
        return True
