"""Blocking reads: one connection a process and address, and another replica when one is lost."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from anyq.client import Address, Query
from anyq.errors import CallTimeout, ConnectError, ConnectionLost, Error
from anyq.sync import Connection, connect
from anyq.values import Value

__all__ = ["LOST", "PartitionError", "ask", "close_connections", "unreachable"]

LOST: Final = (ConnectError, ConnectionLost, CallTimeout)
"""What another replica may answer better."""


class PartitionError(Error):
    """No server that has a partition answered. ``partition`` says which, ``addresses`` who was asked."""

    def __init__(self, message: str, *, partition: str = "", addresses: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.partition: str = partition
        self.addresses: tuple[str, ...] = addresses

    def __reduce__(self) -> tuple[Callable[..., PartitionError], tuple[object, ...]]:
        return _error, (str(self), self.partition, self.addresses)


def _error(message: str, partition: str, addresses: tuple[str, ...]) -> PartitionError:
    return PartitionError(message, partition=partition, addresses=addresses)


@attrs.define(eq=False)
class _Held:
    """A connection, and the lock that its user holds."""

    lock: threading.Lock = attrs.field(factory=threading.Lock)
    connection: Connection | None = None


_held: dict[tuple[int, Address, str], _Held] = {}
_lock: Final = threading.Lock()


def ask(
    addresses: Sequence[Address], options: Mapping[str, Any], partition: str, query: Query, *given: object
) -> Value:
    """The answer of the first address that gives one.

    Raises `PartitionError` if none does, `QError` at once for q's own errors.
    """
    errors: list[Error] = []
    for address in addresses:
        key = os.getpid(), address, repr(sorted(options.items()))
        with _lock:
            held = _held.setdefault(key, _Held())
        with held.lock:
            try:
                if held.connection is None:
                    held.connection = connect(address, **options)
                return held.connection(query, *given)
            except LOST as error:
                errors.append(error)
                if held.connection is not None:
                    held.connection.close()
                    held.connection = None
    raise unreachable(addresses, partition, errors) from errors[-1]


def unreachable(addresses: Sequence[Address], partition: str, errors: Sequence[Error]) -> PartitionError:
    """The error that names the partition."""
    where = tuple(map(str, addresses))
    why = "; ".join(f"{address}: {error}" for address, error in zip(where, errors, strict=True))
    return PartitionError(f"no server answered for {partition}: {why}", partition=partition, addresses=where)


def close_connections() -> None:
    """Close the connections that reads of this process keep; the next read makes new ones."""
    with _lock:
        mine = [key for key in _held if key[0] == os.getpid()]
        gone = [_held.pop(key) for key in mine]
    for held in gone:
        with held.lock:
            if held.connection is not None:
                held.connection.close()
