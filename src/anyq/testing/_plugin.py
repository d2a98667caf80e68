"""Fixtures for the tests of programs that use anyq; pytest finds them by itself.

``q_server`` is an embedded q that listens on a free loopback port, a fresh one for each test. ``q`` is a blocking
connection to it. In an async test, connect to it: ``async with q_server.connect() as q``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import pytest

if TYPE_CHECKING:
    from anyq.client import Connection
    from anyq.sync import Connection as BlockingConnection

__all__ = ["QServer", "q", "q_server"]


@attrs.frozen
class QServer:
    """Where the q of a test listens."""

    host: str
    port: int

    def connect(self, **options: Any) -> Connection:
        """A connection to it, to be opened by ``async with``; options as for `anyq.connect`."""
        from anyq.client import connect

        return connect(self.host, self.port, **options)


@pytest.fixture
def q_server() -> Iterator[QServer]:
    """An embedded q on a free port. It is gone after the test, whatever the test did."""
    from anyq.embedded import serve
    from anyq.portal import start_portal

    with start_portal() as portal, portal.wrap(serve(port=0, grace=0)) as server:
        yield QServer("127.0.0.1", server.port)


@pytest.fixture
def q(q_server: QServer) -> Iterator[BlockingConnection]:
    """A blocking connection to `q_server`."""
    from anyq.sync import connect

    with connect(q_server.host, q_server.port) as connection:
        yield connection
