"""Fixtures for the tests of programs that use anyq; pytest finds them by itself.

``q_server`` is an embedded q that listens on a free loopback port, a fresh one for each test. ``q`` is a connection to
it: a blocking one in a plain test, and in an ``async def`` test one whose methods are awaited, whatever event loop or
plugin runs the test. ``async_q`` is always the latter, for async fixtures of yours. For options of your own connect to
the server: ``async with q_server.connect(...) as q``.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import pytest

if TYPE_CHECKING:
    from anyq.client import Connection
    from anyq.portal import Portal
    from anyq.sync import Connection as BlockingConnection

    from ._awaited import AwaitedConnection

__all__ = ["QServer", "async_q", "q", "q_server"]


@attrs.frozen
class QServer:
    """Where the q of a test listens."""

    host: str
    port: int
    _portal: Portal = attrs.field(repr=False)

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
        yield QServer("127.0.0.1", server.port, portal)


@pytest.fixture
def async_q(q_server: QServer) -> Iterator[AwaitedConnection]:
    """A connection to `q_server` to be awaited, in any event loop and task."""
    from ._awaited import AwaitedConnection

    with q_server._portal.connect(q_server.host, q_server.port) as shared:
        yield AwaitedConnection(shared)


@pytest.fixture
def q(request: pytest.FixtureRequest, q_server: QServer) -> Iterator[BlockingConnection | AwaitedConnection]:
    """A connection to `q_server`: to be awaited in an ``async def`` test, a blocking one in other tests."""
    if inspect.iscoroutinefunction(inspect.unwrap(request.function)):
        yield request.getfixturevalue("async_q")
        return
    from anyq.sync import connect

    with connect(q_server.host, q_server.port) as connection:
        yield connection
