"""Every exception that anyq raises on purpose, in one tree.

::

    Error                       base of everything here
    ├── QError                  q said no: the error text that q itself uses, e.g. ``type``
    ├── ConnectError            a connection could not be made (host, port and phase are in the text)
    │   ├── AuthenticationError the server refused the login
    │   └── ConnectTimeout      it took longer than ``connect_timeout`` (also a ``TimeoutError``)
    ├── ConnectionLost          the connection broke; ``outcome`` says what became of the message
    │   └── ConnectionCorrupted because the peer broke the protocol (also a ``RemoteProtocolError``)
    ├── ClosedError             you closed it, then used it
    ├── BusyError               two tasks used something that only one may use at a time
    ├── MisuseError             a call that cannot work where it is made, e.g. a blocking one in an event loop
    ├── CallTimeout             a ``timeout=`` of yours ran out (also a ``TimeoutError``)
    ├── ProtocolError           the message stream is not q IPC
    │   ├── LocalProtocolError  this side tried something the protocol forbids
    │   └── RemoteProtocolError the peer sent something the protocol forbids
    ├── DecodeError             a message body is not a q value
    │   └── DecodeLimitError    ... or one that exceeds a bound of `anyq.codec.Limits` (also a ``LimitError``)
    ├── EncodeError             a value cannot be sent to this peer (also a ``ValueError``)
    ├── ConversionError         an object has no q form, or a q value no such form here (also a ``TypeError``)
    ├── LimitError              a configured bound would be exceeded
    └── PortalClosed            the owner thread is gone

All of them pickle. Messages never hold a password.
"""

from __future__ import annotations

from typing import Any, Final, Literal

__all__ = [
    "AuthenticationError",
    "BusyError",
    "CallTimeout",
    "ClosedError",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionCorrupted",
    "ConnectionLost",
    "ConversionError",
    "DecodeError",
    "DecodeLimitError",
    "EncodeError",
    "Error",
    "LimitError",
    "LocalProtocolError",
    "MisuseError",
    "Outcome",
    "PortalClosed",
    "ProtocolError",
    "QError",
    "RemoteProtocolError",
    "error_text",
]

Outcome = Literal["not sent", "unknown"]


class Error(Exception):
    """Base of all errors of anyq. Their text can be printed whatever bytes a peer put into it."""

    def __str__(self) -> str:
        text = super().__str__()
        try:
            return (
                text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            )
        except UnicodeEncodeError:
            return text.encode("utf-8", "backslashreplace").decode()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[Error], args: tuple[Any, ...], state: dict[str, Any]) -> Error:
    error = cls.__new__(cls, *args)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


class QError(Error):
    """A q error: ``str(error)`` is q's own text, e.g. ``type`` or ``length``.

    ``text`` is the same, with surrogate escapes for bytes that are no UTF-8 (``str(error)`` spells them ``\\xff``).
    ``detail`` is what surrounds the error where it is known (for the embedded q: the source line with a caret
    and the call chain), ``position`` the offset in the evaluated text.
    """

    def __init__(self, text: str = "", *, detail: str = "", position: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail
        self.position = position


class ConnectError(Error):
    """A connection could not be made. The text names host, port and phase, never the password.

    ``outcome`` is for a call that waited for a reconnect: ``"not sent"``, or ``"unknown"`` if it is idempotent and had
    gone out on the connection before.
    """

    outcome: Outcome = "not sent"


class AuthenticationError(ConnectError):
    """The server closed the connection in answer to the login."""


class ConnectTimeout(ConnectError, TimeoutError):
    """Connecting and logging in took longer than ``connect_timeout``."""


class ConnectionLost(Error):
    """The connection broke while a message was on its way.

    ``outcome`` is ``"not sent"`` (the peer cannot have seen the message whole) or ``"unknown"`` (it was
    handed to the network, and no answer came).
    """

    def __init__(self, text: str = "connection lost", *, outcome: Outcome = "unknown") -> None:
        super().__init__(text)
        self.outcome: Outcome = outcome


class ClosedError(Error):
    """The object was used after it had been closed by its owner.

    ``outcome`` is ``"unknown"`` for a call that had been sent when the connection was closed, else ``"not sent"``.
    """

    outcome: Outcome = "not sent"


class BusyError(Error):
    """Two tasks use an object that only one task may use at a time."""


class MisuseError(Error, RuntimeError):
    """A call that cannot work where it is made; the text names what to write instead."""


class CallTimeout(Error, TimeoutError):
    """The time-out given for a call ran out; the connection stays usable."""


class ProtocolError(Error):
    """The stream of messages breaks the protocol. The connection is closed."""


class LocalProtocolError(ProtocolError):
    """This side asked for something that the protocol forbids in the present state."""


class RemoteProtocolError(ProtocolError):
    """The peer sent something that the protocol forbids in the present state."""


class ConnectionCorrupted(ConnectionLost, RemoteProtocolError):
    """The connection was given up because the peer sent what the protocol forbids, or what is no q value."""


class DecodeError(Error):
    """Bytes are not a q value. ``position`` is the offset in the body, where it is known."""

    def __init__(self, text: str = "", *, position: int | None = None) -> None:
        super().__init__(text)
        self.position = position


class EncodeError(Error, ValueError):
    """A q value cannot be put into bytes, or not for a peer of this capability."""


class ConversionError(Error, TypeError):
    """There is no conversion between this Python object and a q value; the text names it."""


class LimitError(Error):
    """A bound (message size, depth, queue, ...) would be exceeded."""


class DecodeLimitError(DecodeError, LimitError):
    """A message exceeds a bound of `anyq.codec.Limits`."""


class PortalClosed(Error):
    """The portal's owner thread has ended, or is ending, and did not run this job to its end.

    ``outcome`` is ``"not run"`` (the job never began) or ``"unknown"`` (it had begun).
    """

    def __init__(
        self, text: str = "the portal is closed", *, outcome: Literal["not run", "unknown"] = "not run"
    ) -> None:
        super().__init__(text)
        self.outcome: Literal["not run", "unknown"] = outcome


_LONGEST: Final = 1000


def error_text(error: BaseException, expose: bool = True) -> str:
    """What the other side is told of the exception of a handler: q's own text of a `QError`, else class and text.

    Without ``expose`` the class alone. What cannot be converted or sent is ``type``, a bound ``limit``, a time-out
    ``timeout``, no memory ``wsfull``. Never raises, also if the exception's ``__str__`` does.
    """
    if isinstance(error, QError):
        text = str(error.text)
    elif isinstance(error, ConversionError | EncodeError):
        text = "type"
    elif isinstance(error, LimitError):
        text = "limit"
    elif isinstance(error, TimeoutError):
        text = "timeout"
    elif isinstance(error, MemoryError):
        text = "wsfull"
    else:
        said = _said(error) if expose else ""
        text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return text.replace("\0", "")[:_LONGEST]


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""
