"""The bytes of a login.

A login is ``user:password``, a capability byte, NUL; the part after the first colon is the password.
Clients of old send no capability byte; a last byte of 0x20 or more is part of the text then. The verdict
is one byte, the capability that both sides share, or the end of the stream. (KX knowledge base, page
kb/serialization.md, and q's behaviour.)
"""

from __future__ import annotations

from typing import Final, Literal

from anyq.errors import LocalProtocolError
from anyq.protocol._events import Login

__all__ = ["CAPABILITY", "foreign_protocol", "login_bytes", "parse_login"]

CAPABILITY: Final = 6
"""The highest capability there is: messages over 2 GB and vectors of more than 2e9 items."""

_HTTP_METHODS: Final = (b"GET /", b"POST /", b"HEAD /", b"PUT /", b"DELETE /", b"OPTIONS /", b"CONNECT /")
_TEXT_FROM: Final = 0x20
"""Where the last byte is less, it is a capability."""
_TLS_HELLO: Final = b"\x16\x03"


def login_bytes(login: Login) -> bytes:
    """What a client sends first. `LocalProtocolError` for what cannot be said in a login."""
    if not 0 <= login.capability <= CAPABILITY:
        raise LocalProtocolError(f"capability must be 0 to {CAPABILITY}, not {login.capability}")
    if ":" in login.user:
        raise LocalProtocolError("a user name cannot hold a colon: the first colon starts the password")
    try:
        text = f"{login.user}:{login.password or ''}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise LocalProtocolError("user name or password hold a lone surrogate that stands for no byte") from None
    if b"\0" in text:
        raise LocalProtocolError("user name and password cannot hold NUL")
    if login.capability:
        return text + bytes((login.capability, 0))
    # A byte 0 would end the login already; who has nothing to offer sends none, as clients of old.
    if text[-1] < _TEXT_FROM:
        raise LocalProtocolError("without a capability, a password cannot end in a control character")
    return text + b"\0"


def parse_login(data: bytes) -> Login:
    """A login from its bytes, without the NUL."""
    capability = 0
    if data and data[-1] < _TEXT_FROM:
        capability = data[-1]
        data = data[:-1]
    user, _, password = data.decode("utf-8", "surrogateescape").partition(":")
    return Login(user, password or None, capability)


def foreign_protocol(data: bytes) -> Literal["HTTP", "TLS"] | None:
    """The protocol that a client speaks which began with ``data``, if that is clearly not a q login."""
    if data.startswith(_TLS_HELLO):
        return "TLS"
    if data.startswith(_HTTP_METHODS):
        return "HTTP"
    return None
