"""The protocol object of a client, with the parts of it that the accelerator has."""

from __future__ import annotations

from typing import Any, Final

from anyq.client._options import Options
from anyq.codec import allocate
from anyq.protocol import Connection, Role
from anyq.speedups import speedups

__all__ = ["client_protocol"]

_COMPILED: Final[dict[str, Any]] = {
    argument: getattr(speedups, name)
    for argument, name in (("request_bytes", "request_bytes"), ("response_body", "response_body"), ("split", "frames"))
    if hasattr(speedups, name)
}


def client_protocol(options: Options) -> Connection:
    """One link's protocol, before the login."""
    return Connection(
        Role.CLIENT,
        max_message_size=options.max_message_size,
        max_in_flight=options.max_in_flight,
        allocate=allocate,
        **_COMPILED,
    )
