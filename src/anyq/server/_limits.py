"""Bounds of a server, and counts of what it did."""

from __future__ import annotations

import attrs

__all__ = ["Limits", "Stats"]


@attrs.frozen(kw_only=True)
class Limits:
    """Limits of one server. A client that exceeds one is disconnected, and counted in `Stats`.

    Times are seconds, sizes bytes; ``None`` means without bound.

    * ``connections``, ``per_address``: clients at a time, in all and from one network address (unix sockets count
      only in all).
    * ``login_time``, ``login_size``: from the accepted connection to the end of the login, TLS handshake included.
    * ``message_size``: one message as it comes, header included; refused after its header. A request of up to 16 times
      that (or 64 MiB) is thrown away as it comes and answered with the q error ``limit``; its client stays.
    * ``queued_bytes``: what may wait to be sent to one client. A message is taken while less than that waits, so
      the memory used is bounded by this and one message.
    * ``send_time``: how long a client may take none of the bytes that wait for it.
    * ``requests``: messages of one client that wait to be handled; beyond, the client's socket is not read.
    * ``idle_time``: how long a client may stay silent.
    * ``refused_logins``: how many of one network address cost nothing. Each further one makes its logins wait longer,
      up to 3 s; it is forgotten after five minutes.

    `ValueError` for what is not above 0.
    """

    connections: int | None = 10_000
    per_address: int | None = None
    login_time: float | None = 10.0
    login_size: int = 1024
    message_size: int = 2**31
    queued_bytes: int = 64 * 2**20
    send_time: float | None = 60.0
    requests: int = 64
    idle_time: float | None = None
    refused_logins: int | None = 5

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Limits):
            value = getattr(self, field.name)
            if value is not None and not value > 0:
                raise ValueError(f"{field.name} must be above 0, not {value!r}")


@attrs.define
class Stats:
    """Counts since the server started."""

    accepted: int = 0
    """Connections taken from the network."""
    logins: int = 0
    """Clients whose login was accepted."""
    refused: int = 0
    """Logins that were refused."""
    slowed: int = 0
    """Logins that had to wait, because of refused ones from the same address."""
    denied: int = 0
    """Messages that tried what their client may not do (the q error ``access``)."""
    late_logins: int = 0
    """Logins that were not complete in time, or too long."""
    foreign: int = 0
    """HTTP, WebSocket, or TLS where q was expected."""
    over_limit: int = 0
    """Connections closed at once because there were too many."""
    sync_messages: int = 0
    """Sync messages that were handled, errors included."""
    async_messages: int = 0
    """Async messages that were handled, errors included."""
    errors: int = 0
    """Sync messages answered with an error, and async ones whose handler failed."""
    bad_messages: int = 0
    """Clients disconnected for what is not q IPC, or far over the message size."""
    too_large: int = 0
    """Requests that were not decoded because they are over a size, or there was no memory for them."""
    slow: int = 0
    """Clients disconnected because they did not read what was sent to them."""
    idle: int = 0
    """Clients disconnected after ``idle_time``."""
