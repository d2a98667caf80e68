"""One q connection without I/O: bytes in, events out, and the other way round.

Three verbs, as in h11: `Connection.receive_data` stores bytes (empty bytes mean end of file),
`Connection.next_event` parses one event or says `NEED_DATA`, `Connection.send` turns an event into bytes.
For speed there are two more ways in and out: `get_buffer` / `buffer_updated` receive into the memory that
a body is decoded from, and `queue` / `take` keep this side's messages in order (see `Ledger`) and give
them out as buffers, large bodies uncopied.

Whatever the peer does wrong raises `RemoteProtocolError` and leaves its side in ERROR for good: each later
`next_event` raises the same error. What we do wrong raises `LocalProtocolError` and changes nothing.

Buffered data are bounded: one small buffer, plus one body of at most ``max_message_size`` bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from struct import Struct
from typing import Final, Literal, TypeAlias

from anyq.errors import LimitError, LocalProtocolError, ProtocolError, RemoteProtocolError
from anyq.protocol._events import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Buffer,
    DroppedReply,
    EndOfFile,
    Event,
    ForeignProtocol,
    Login,
    Message,
    NeedData,
    Refuse,
    Response,
    SyncRequest,
    TooLarge,
)
from anyq.protocol._header import HEADER_SIZE, MAX_SIZE, Header, check_size, header_bytes, parse_header
from anyq.protocol._ledger import Call, CallState, Ledger
from anyq.protocol._login import CAPABILITY, foreign_protocol, login_bytes, parse_login
from anyq.protocol._receive import BUFFER_SIZE, Allocate, Inbox, Split, frames
from anyq.protocol._states import Role, State, States

__all__ = ["Connection", "request_bytes", "response_body"]

_KINDS: Final[dict[type, int]] = {AsyncMessage: 0, SyncRequest: 1, Response: 2}
_JOIN_BELOW: Final = 1 << 16
_QUICK: Final = Struct("<II")
"""The header of a small plain message: its first four bytes as one number, and its size."""
_pack_header: Final = _QUICK.pack
_unpack_header: Final = _QUICK.unpack_from
_REQUEST: Final = 0x0101
_RESPONSE: Final = 0x0201


def request_bytes(body: bytes) -> bytes:
    """A plain sync request with that body."""
    return _pack_header(_REQUEST, len(body) + HEADER_SIZE) + body


def response_body(data: bytes, limit: int) -> bytes | None:
    """The body of a plain response of at most ``limit`` bytes with its header, if that is all that ``data`` is."""
    size = len(data)
    if size <= HEADER_SIZE or size > limit or _unpack_header(data) != (_RESPONSE, size):
        return None
    return data[HEADER_SIZE:]


class Connection:
    """One side of a q connection.

    ``role`` is the part we play. ``max_message_size`` bounds what is received (bytes, header included; a
    longer message is refused after its header), ``max_login_size`` a login. A sync request that is longer, or finds no
    memory, is skipped and gives `TooLarge` if it has at most ``max_skipped_size`` bytes. ``max_in_flight`` bounds how
    many of our requests may await their response. ``allocate`` gives writable memory of a given size for
    large bodies. ``request_bytes``, ``response_body`` and ``split`` (for `frames`) may be quicker functions that give
    the same as those of this package.
    """

    def __init__(
        self,
        role: Role,
        *,
        max_message_size: int = MAX_SIZE,
        max_login_size: int = 1024,
        max_skipped_size: int = 0,
        max_in_flight: int = 1,
        allocate: Allocate = bytearray,
        request_bytes: Callable[[bytes], bytes] = request_bytes,
        response_body: Callable[[bytes, int], bytes | None] = response_body,
        split: Split = frames,
    ) -> None:
        self.role = role
        self.capability: int = 0
        """What both sides can do; known once the login was accepted."""
        self.ledger: Ledger[Message] = Ledger(max_in_flight)
        self.max_message_size = max_message_size
        self.max_login_size = max_login_size
        self.max_skipped_size = max_skipped_size
        self._request_bytes = request_bytes
        self._response_body = response_body
        self._split = split
        self._offered = 0
        self._states = States()
        self._theirs = role.other
        self._inbox = Inbox(allocate)
        self._header: Header | None = None
        self._refused: Literal["limit", "wsfull"] | None = None
        """Why the request that is being skipped is refused."""
        self._failure: ProtocolError | LimitError | None = None
        self._urgent: deque[Response] = deque()
        self._owed = 0

    @property
    def our_state(self) -> State:
        return self._states[self.role]

    @property
    def their_state(self) -> State:
        return self._states[self._theirs]

    @property
    def owed(self) -> int:
        """How many of the other side's requests we have not answered."""
        return self._owed

    @property
    def receiving(self) -> tuple[int, int]:
        """Of the large message that is arriving: the bytes of its body that are here, and all of them. (0, 0) when
        none is.
        """
        return self._inbox.filled, self._inbox.size

    @property
    def inside_message(self) -> bool:
        """Whether bytes wait for the rest of their message, or were not looked at yet."""
        return bool(self._inbox.end or self._inbox.size)

    # Receiving

    def receive_data(self, data: Buffer) -> None:
        """Store what was received; empty data is the end of the stream."""
        self._inbox.receive_data(data)

    def get_buffer(self) -> memoryview:
        """Writable memory for the next bytes from the network, at most as many as fit. Pair with
        `buffer_updated`.
        """
        if self._header is not None and self._inbox.body is not None and self._unwanted(self._header):
            self._inbox.drop_body()
        return self._inbox.get_buffer()

    def buffer_updated(self, count: int) -> None:
        """The network put ``count`` bytes at the start of `get_buffer`'s memory; 0 ends the stream."""
        self._inbox.buffer_updated(count)

    def next_event(self) -> Event | NeedData:
        """One event, in the order of the stream, or `NEED_DATA`.

        At the end of the stream `EndOfFile` comes again and again. Raises `RemoteProtocolError` (or
        `LimitError`, if a message is over ``max_message_size``), now and for ever, when the peer breaks
        the protocol.
        """
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        theirs = self._theirs
        try:
            event = _READERS[theirs, self._states[theirs]](self)
            if event is None:
                if not self._inbox.eof or (self.their_state is State.LOGGING_IN and len(self._inbox)):
                    return NEED_DATA
                event = self._end_of_file()
            if not self._states.move(theirs, type(event)):
                raise RemoteProtocolError(f"{type(event).__name__} while {self.their_state.value}")
        except (ProtocolError, LimitError) as error:
            self._failure = error
            self._states.fail(theirs)
            raise
        return event

    def posts(self, most: int) -> list[bytes]:
        """The bodies of the async messages that come next, ``most`` at most, as far as they are here, whole, small,
        plain and little-endian: what `next_event` would give one by one. What else comes next is for that.
        """
        if self._header is not None or self._failure is not None or self.their_state is not State.OPEN:
            return []
        return self._inbox.take_posts(self._split, self.max_message_size, most)

    def _end_of_file(self) -> Event:
        if self.role is Role.CLIENT and self.their_state is State.DECIDING:
            return Refuse()
        inbox, header = self._inbox, self._header
        if header is not None:
            return EndOfFile(inbox.filled + HEADER_SIZE, header.size)
        waiting = len(inbox)
        if not waiting:
            return EndOfFile()
        if self.their_state is State.OPEN and waiting >= HEADER_SIZE:
            return EndOfFile(waiting, parse_header(inbox.peek()).size)
        return EndOfFile(waiting, max(HEADER_SIZE, waiting + 1))

    def _read_login(self) -> Event | None:
        data = self._inbox.peek()[: self.max_login_size + 1]
        text = bytes(data)
        foreign = foreign_protocol(text)
        if foreign is not None:
            return ForeignProtocol(foreign)
        length = text.find(b"\0")
        if length < 0:
            if len(text) > self.max_login_size:
                raise LimitError(f"a login of more than {self.max_login_size} bytes")
            return None
        self._inbox.take(0, length + 1)
        login = parse_login(text[:length])
        self._offered = login.capability
        return login

    def _read_verdict(self) -> Event | None:
        if not len(self._inbox):
            return None
        capability = self._inbox.take(0, 1)[0]
        if capability > self._offered:
            raise RemoteProtocolError(
                f"the answer to the login is byte {capability}, but capability {self._offered} was offered: "
                "this is not a q server, or it speaks TLS"
            )
        self.capability = capability
        return Accept(capability)

    def _read_message(self) -> Event | None:
        inbox = self._inbox
        header = self._header
        if header is not None:
            if not inbox.body_done:
                return None
            self._header = None
            return self._message(header, inbox.take_body(), header.size - HEADER_SIZE)
        waiting = inbox.end - inbox.start
        if waiting < HEADER_SIZE:
            return None
        assert inbox.view is not None
        header = parse_header(inbox.view, inbox.start)
        kind, size, _, _ = header
        if size > self.max_message_size:
            if kind != 1 or size > self.max_skipped_size:
                raise LimitError(f"a message of {size} bytes is over max_message_size={self.max_message_size}")
            self._skip(header, "limit")
            return self._read_message()
        if kind == 2 and self.ledger.head() is None:
            raise RemoteProtocolError("a response came, but no request awaits one")
        if waiting >= size:
            return self._message(header, inbox.take(HEADER_SIZE, size - HEADER_SIZE), size - HEADER_SIZE)
        if size > BUFFER_SIZE:
            try:
                inbox.begin_body(HEADER_SIZE, size - HEADER_SIZE, keep=not self._unwanted(header))
            except MemoryError:
                if kind != 1 or size > self.max_skipped_size:
                    raise RemoteProtocolError(f"no memory for a message of {size} bytes") from None
                self._skip(header, "wsfull")
            self._header = header
        return None

    def _skip(self, header: Header, error: Literal["limit", "wsfull"]) -> None:
        self._inbox.begin_body(HEADER_SIZE, header.size - HEADER_SIZE, keep=False)
        self._header, self._refused = header, error

    def _unwanted(self, header: Header) -> bool:
        head = self.ledger.head()
        return header.kind == 2 and head is not None and head.state is CallState.ABANDONED

    def _message(self, header: Header, body: Buffer | None, size: int) -> Event:
        kind, _, compressed, little_endian = header
        if kind == 2:
            call = self.ledger.answer()
            if body is None or call.state is CallState.ABANDONED:
                return DroppedReply(call, size)
            return Response(body, little_endian, compressed, call)
        if kind == 1 and body is None:
            assert self._refused is not None
            self._owed += 1
            return TooLarge(size + HEADER_SIZE, self._refused)
        assert body is not None
        if kind == 1:
            self._owed += 1
            return SyncRequest(body, little_endian, compressed)
        return AsyncMessage(body, little_endian, compressed)

    def _nothing(self) -> Event | None:
        return None

    # Sending

    def send(self, event: Event, call: Call | None = None) -> bytes:
        """Do ``event`` now; its bytes, to be sent before anything else is.

        For a `SyncRequest`, ``call`` (or a new one) enters the ledger. Raises `LocalProtocolError` if the
        protocol does not allow the event now, `LimitError` if it is too long for the peer; nothing has
        changed then.
        """
        if isinstance(event, AsyncMessage | SyncRequest | Response):
            return b"".join(self._send_message(event, call))
        self._check(event)
        data = b""
        if isinstance(event, Login):
            data = login_bytes(event)
            self._offered = event.capability
        elif isinstance(event, Accept):
            if not 0 <= event.capability <= min(self._offered, CAPABILITY):
                raise LocalProtocolError(
                    f"cannot accept with capability {event.capability}: {self._offered} was offered"
                )
            self.capability = event.capability
            data = bytes((event.capability,))
        elif not isinstance(event, Refuse | EndOfFile):
            raise LocalProtocolError(f"{type(event).__name__} cannot be sent")
        self._states.move(self.role, type(event))
        return data

    def queue(self, event: Message, call: Call | None = None) -> Call:
        """Put a message in line for `take`, behind those that are there; responses go to the front.

        The messages are known by their ``call`` (a new one if none is given), see `Ledger.abandon`. Raises
        as `send`.
        """
        self._check(event)
        check_size(event.size, self.capability)
        call = Call() if call is None else call
        if isinstance(event, Response):
            self._settle()
            self._urgent.append(event)
            call.state = CallState.SENT
        else:
            expects_reply = isinstance(event, SyncRequest)
            self.ledger.add(call, event, expects_reply=expects_reply, size=event.size + HEADER_SIZE)
        return call

    def take(self, *, more: bool = False) -> tuple[Buffer, ...] | None:
        """The buffers of the next message to hand to the network, or ``None`` when nothing may go now.

        A small message is one buffer, a large one its header and the pieces of its body. The caller must send all of
        them before anything else; ``more`` says that they follow what was taken before, of which not all is sent yet.
        """
        event: Message | None
        if self._urgent:
            event = self._urgent.popleft()
            self.ledger.hand_over(event, len(event.body) + HEADER_SIZE, more=more)
        else:
            event = self.ledger.take(more=more)
            if event is None:
                return None
        return self._parts(event)

    # One small request and its answer

    def request(self, body: bytes, call: Call) -> bytes | None:
        """The bytes of a small request that may go at once, since nothing else waits; else ``None``, and nothing
        has changed.

        With `reply`, this is the quick way for those who make one call after the other. It is the same as `queue` and
        `take`.
        """
        if len(body) >= _JOIN_BELOW or self._urgent or not self._states.open or not self.ledger.enter_alone(call):
            return None
        return self._request_bytes(body)

    def send_alone(self, message: Message, call: Call) -> bytes | None:
        """The bytes of a small plain request, if it may go at once since nothing else waits; else ``None``, and nothing
        has changed. It is the same as `queue` and `take`.
        """
        body = message.body
        size = len(body) + HEADER_SIZE
        if type(message) is not SyncRequest or type(body) is not bytes or size > _JOIN_BELOW or self._urgent:
            return None
        if message.more or message.compressed or not message.little_endian or not self._states.open:
            return None
        return self._request_bytes(body) if self.ledger.take_alone(call, message, size) else None

    def reply(self, data: bytes) -> bytes | None:
        """The body of the response to the only request in flight, if that is all that ``data`` is, just received:
        plain, whole, and alone. Else ``None``, and nothing has changed: give it to `receive_data`.
        """
        inbox = self._inbox
        if inbox.end != inbox.start or inbox.size or not self._states.open:
            return None
        body = self._response_body(data, self.max_message_size)
        return body if body is not None and self.ledger.answer_alone() else None

    def asked(self, data: bytes) -> bytes | None:
        """The body of a sync request, if that is all that ``data`` is, just received: plain, whole, and alone. Else
        ``None``, and nothing has changed: give it to `receive_data`.

        With `answer`, this is the quick way for servers of peers that make one call after the other.
        """
        size = len(data)
        if size < HEADER_SIZE + 1 or _unpack_header(data) != (_REQUEST, size) or size > self.max_message_size:
            return None
        if self._inbox.end or self._header is not None or self._states[self._theirs] is not State.OPEN:
            return None
        self._owed += 1
        return data[HEADER_SIZE:]

    def answer(self, body: Buffer) -> bytes | None:
        """The bytes of a small response that may go at once, since none waits; else ``None``, and nothing has changed.
        It is the same as `queue` and `take`.
        """
        size = len(body)
        if self._urgent or not self._owed or size >= _JOIN_BELOW or self._states[self.role] is not State.OPEN:
            return None
        self._owed -= 1
        return _pack_header(_RESPONSE, size + HEADER_SIZE) + body

    def _check(self, event: Event) -> None:
        if not self._states.allows(self.role, type(event)):
            raise LocalProtocolError(f"cannot send {type(event).__name__} while {self.our_state.value}")

    def _settle(self) -> None:
        if not self._owed:
            raise LocalProtocolError("cannot send a response: every request of the peer has been answered")
        self._owed -= 1

    def _send_message(self, event: Message, call: Call | None) -> tuple[Buffer, ...]:
        self._check(event)
        parts = self._parts(event)
        if isinstance(event, Response):
            self._settle()
        elif isinstance(event, SyncRequest):
            self.ledger.enter(Call() if call is None else call)
        return parts

    def _parts(self, event: Message) -> tuple[Buffer, ...]:
        body = event.body
        size = event.size
        header = header_bytes(_KINDS[type(event)], size, event.compressed, event.little_endian, self.capability)
        if size < _JOIN_BELOW:
            return (b"".join((header, body, *event.more)),)
        return header, body, *event.more


_Reader: TypeAlias = Callable[[Connection], Event | None]
_READERS: Final[dict[tuple[Role, State], _Reader]] = {
    **{(role, state): Connection._nothing for role in Role for state in State},
    (Role.CLIENT, State.CONNECTED): Connection._read_login,
    (Role.CLIENT, State.OPEN): Connection._read_message,
    (Role.SERVER, State.DECIDING): Connection._read_verdict,
    (Role.SERVER, State.OPEN): Connection._read_message,
}
