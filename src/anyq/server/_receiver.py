"""Receiving of one client's bytes, and the fast path: a small request is answered in the step that receives it.

Most requests of most clients are of this kind: one message that came alone, small and plain, for a plain function whose
answer is small too, while nothing else of that client is going on. It needs no task: a blocking round trip takes a
third less time. A piece of a large body is received here as well, into the memory that the body is decoded from; the
reader is woken when all of it is there. What does not fit goes the usual way, through the session's reader, from
whatever point the fast path has come to: both change the same state.
"""

from __future__ import annotations

import logging
import socket
from typing import Final

from anyq import codec
from anyq.errors import DecodeError, Error, LimitError, QError, error_text
from anyq.protocol import Connection
from anyq.values import Atom, Vector

from ._handlers import Action, Failures
from ._limits import Limits
from ._readiness import Turn
from ._transport import SocketTransport, Transport
from ._wire import error_body
from ._work import Worker

__all__ = ["Receiver"]

log: Final = logging.getLogger("anyq.server")
_BURST: Final = 1 << 20
"""Bytes of one client's large body that are received before others get their turn: half a millisecond."""
_SOME: Final = 4096
_SMALL: Final = 1000
"""Bytes of an answer that is sent at once; q compresses none that small."""
_REFUSE: Final = Action(lambda text: error_body(text), 1)
"""The handler of requests that were not decoded."""


class Receiver(Worker):
    """A client whose bytes are received."""

    def __init__(
        self,
        handle: int,
        address: str,
        peer: Connection,
        transport: Transport,
        limits: Limits,
        failures: Failures,
    ) -> None:
        super().__init__(handle, address, peer, transport, limits, failures)
        self._socket = transport if isinstance(transport, SocketTransport) else None
        self._fed = False
        """True when input was received that the reader has not seen."""
        self._heard = False
        self._last_heard = 0.0

    def _receive(self) -> bool:
        """Take what the network has, and of a large body up to `_BURST` bytes. True if the reader has to go on; False
        if all there is, is a part of a large body.
        """
        peer, taken = self._peer, 0
        while True:
            count = self._transport.try_receive(peer.get_buffer())
            if count >= 0:
                peer.buffer_updated(count)
            filled, size = peer.receiving
            if count == 0 or filled == size:
                return True
            taken += count
            if count < 0 or taken >= _BURST:
                return False

    def _bad(self, error: Exception) -> None:
        """Close the connection: the client sent an undecodable body."""
        self._stats.bad_messages += 1
        log.warning("client %d (%r) is disconnected: %s", self.handle, self.user, error)
        self._end(f"it sent what is no message: {error}")

    def _refuse_message(self, error: Exception, sync: bool, *, now: bool = False) -> None:
        """Answer a request that is too large to be decoded, in its turn or ``now``; else close the connection."""
        if not sync or isinstance(error, DecodeError):
            self._bad(error)
            return
        text = error_text(error)
        log.warning(
            "client %d (%r): a request is refused: %s", self.handle, self.user, getattr(error, "detail", "") or error
        )
        self._stats.too_large += 1
        if now:
            self._handle_now(_REFUSE, text, True)
        else:
            self._add_work((_REFUSE, text, True))

    def heard(self) -> None:
        """The client has said something."""
        self._heard = True

    def silent_since(self, now: float) -> float:
        """The last time at which this was asked and the client had said something since the time before."""
        if self._heard:
            self._heard, self._last_heard = False, now
        return self._last_heard

    # The fast path

    def _use_fast_path(self, action: Action) -> None:
        """Answer small requests with a plain handler when there is input and the reader waits for it."""
        self._plain_function = action.function
        self._wants_client = action.wants_client
        assert self._socket is not None
        self._plain_socket: socket.socket = self._socket.socket
        self._socket.answer_eagerly(self._input)

    def _input(self) -> Turn:
        """Receive, and answer if that takes no task. `Turn.WAKE` if the reader has to go on; if the reader was
        ``fed``, with what was received.
        """
        peer = self._peer
        if self._closed:
            return Turn.WAKE
        try:
            if peer.inside_message:
                return self._read_on()
            if self._working or self._work or self._laters or self._answers or self._waiting:
                return Turn.WAKE
            data = self._plain_socket.recv(_SOME)
            self._heard = True
            body = peer.asked(data)
            if body is None:
                peer.receive_data(data)
                return self._read_on() if len(data) == _SOME else self._feed()
        except (BlockingIOError, InterruptedError):
            return Turn.TAKEN
        except OSError as error:
            self._end(f"cannot be read from: {error}")
            return Turn.WAKE
        try:
            if not self._finishing:
                self._answer_now(body)
        except Exception:  # here it would end the server, not the session
            log.exception("client %d at %s: the session failed", self.handle, self.address)
            self._end("the session failed")
        return Turn.ANSWERED

    def _read_on(self) -> Turn:
        """Receive more of a message of which a part is here already."""
        self._heard = True
        return self._feed() if self._receive() else Turn.TAKEN

    def _feed(self) -> Turn:
        self._fed = True
        return Turn.WAKE

    def _answer_now(self, body: bytes) -> None:
        try:
            value = codec.decode(body)
        except QError:
            self._bad(DecodeError("an error can only be the body of a response"))
            return
        except (DecodeError, LimitError, MemoryError) as error:
            self._refuse_message(error, True, now=True)
            return
        self._stats.sync_messages += 1
        self._handling_sync = True
        try:
            result = self._plain_function(value, self) if self._wants_client else self._plain_function(value)
        except BaseException as error:
            self._failed(error, True)
            return
        kind = type(result)
        if not ((kind is Vector or kind is Atom) and self._sent_now(result)):
            self._handled(result, True)

    def _sent_now(self, result: Vector | Atom) -> bool:
        """Send the answer if it is small and nothing is to be sent before it."""
        if self._answers or self._waiting or self._closed:
            return False
        peer = self._peer
        try:
            body = codec.encode(result, capability=peer.capability)
        except Error:
            return False
        message = peer.answer(body) if len(body) <= _SMALL else None
        if message is None:
            return False
        self._handling_sync = False
        try:
            sent = self._plain_socket.send(message)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._end(f"cannot be written to: {error}")
            return True
        if sent < len(message):
            self._push(memoryview(message)[sent:])
        return True
