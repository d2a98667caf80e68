"""Messages of ours on their way, and the errors that tell what became of them."""

from __future__ import annotations

from copy import copy
from typing import Final

from anyq.errors import (
    ClosedError,
    ConnectError,
    ConnectionCorrupted,
    ConnectionLost,
    DecodeError,
    LimitError,
    Outcome,
    ProtocolError,
)
from anyq.protocol._events import EndOfFile, Message, Response
from anyq.protocol._hooks import CallInfo
from anyq.protocol._ledger import Call, CallState

__all__ = [
    "REFUSED",
    "Post",
    "Request",
    "broken_error",
    "broken_reason",
    "end_of_file_text",
    "error_in",
    "lost_error",
    "with_outcome",
]


class Post(Call):
    """An async message on its way. ``error`` is set if it was lost before it was sent."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None


class Request(Call):
    """A call on its way, and its response or what prevents that. Drivers add the waiting."""

    __slots__ = ("error", "idempotent", "info", "label", "message", "response", "size", "started", "uncertain")

    def __init__(self, *, idempotent: bool = False, size: int = 0) -> None:
        super().__init__()
        self.idempotent: bool = idempotent
        self.message: Message | None = None
        """What to send again after a reconnect; only an idempotent call keeps it."""
        self.uncertain: bool = False
        """True once it went out on a link that is lost, and waits to be sent again."""
        self.label: str | None = None
        self.info: CallInfo | None = None
        """What hooks are told, where there are any."""
        self.size: int = size
        self.started: float = 0.0
        self.response: Response | None = None
        self.error: BaseException | None = None

    def done(self) -> bool:
        """True once the response, or what prevents it, is here."""
        return self.response is not None or self.error is not None

    def answer(self, response: Response) -> None:
        """The response arrived."""
        self.response = response

    def fail(self, error: BaseException) -> None:
        """No response will arrive."""
        if not self.done():
            self.error = error

    @property
    def outcome_if_lost(self) -> Outcome:
        """The outcome to report for a call that was given up: "not sent" if the peer never saw it whole."""
        return "not sent" if self.state is CallState.WITHDRAWN and not self.uncertain else "unknown"


REFUSED: Final = (
    "the login was refused: the peer closed the connection (wrong user or password, or a port that speaks TLS)"
)
"""What a client knows when the stream ends in place of the answer to its login."""


def broken_reason(error: Exception) -> str:
    """Why a connection broke before the login was over: the system's words, but for a reset by the peer."""
    if isinstance(error, ConnectionResetError):  # a refused login ends the stream in an orderly way
        return "the peer reset the connection: it has no room for another client, or is going down"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def end_of_file_text(event: EndOfFile) -> str:
    """How the stream ended, in words."""
    if event.expected:
        return f"the peer closed the connection inside a message ({event.received} of {event.expected} bytes)"
    return "the peer closed the connection"


def lost_error(where: object, cause: Exception | None, outcome: Outcome) -> ConnectionLost:
    """The error for a caller whose message was ``outcome`` when the connection to ``where`` broke by ``cause``."""
    told = "it was not sent" if outcome == "not sent" else "it was sent, outcome unknown"
    return broken_error(f"connection to {where} lost: {cause} ({told})", cause, outcome)


def broken_error(text: str, cause: Exception | None, outcome: Outcome) -> ConnectionLost:
    """A `ConnectionLost`, or `ConnectionCorrupted` if ``cause`` is a breach of the protocol."""
    kind = ConnectionCorrupted if isinstance(cause, ProtocolError | LimitError | DecodeError) else ConnectionLost
    error = kind(text, outcome=outcome)
    error.__cause__ = cause
    return error


def with_outcome(error: Exception, outcome: Outcome) -> Exception:
    """A copy of ``error`` for one of several callers, whose message was ``outcome``."""
    if not isinstance(error, ConnectError | ClosedError | ConnectionLost):
        return error
    own = copy(error)
    own.__cause__ = error.__cause__
    own.outcome = outcome
    return own


def error_in(response: Response) -> str | None:
    """The text of the q error that a response is, if it is one; errors are never compressed."""
    head = bytes(memoryview(response.body)[:512])
    return head[1:].partition(b"\0")[0].decode("utf-8", "replace") if head[:1] == b"\x80" else None
