"""`anyq gateway`: one port in front of many q processes."""

from __future__ import annotations

import argparse
import os
import signal
import sys

import anyio
import attrs

import anyq
from anyq.errors import Error

from ._logs import logging_to_stderr

__all__ = ["run"]


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal; 1 when it cannot, 2 for options that do not fit."""
    roles: dict[str, list[str]] = {}
    for role, address in arguments.server:
        roles.setdefault(role, []).append(address)
    try:
        gateway = anyq.Gateway(
            {role: [_login(address, arguments.user) for address in several] for role, several in roles.items()},
            host=arguments.listen[0],
            port=arguments.listen[1],
            users=arguments.users,
            depth=arguments.depth,
            per_client=arguments.per_client,
            query_timeout=arguments.seconds or None,
        )
    except (TypeError, ValueError, OSError) as error:
        print(f"anyq gateway: {error}", file=sys.stderr)
        return 2
    with logging_to_stderr(arguments.log_level):
        try:
            return anyio.run(_serve, gateway)
        except (OSError, Error) as error:
            print(f"anyq gateway: {error}", file=sys.stderr)
            return 1


def _login(address: str, user: str | None) -> anyq.Address:
    found = anyq.parse_address(address)
    if user is None or found.user:
        return found
    return attrs.evolve(found, user=user, password=os.environ.get("ANYQ_PASSWORD"))


async def _serve(gateway: anyq.Gateway) -> int:
    async with gateway:
        print(f"serving on {', '.join(gateway.server.addresses)}", flush=True)
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for number in signals:
                return 128 + number
    return 0
