"""Connections, pools and feeds of a portal, used by many threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

import anyq
from anyq.portal import start_portal

POST = "{{neg[.z.w] x}} each til {}"


@pytest.fixture
def server() -> Iterator[anyq.sync.Server]:
    with anyq.sync.serve(port=0) as server:
        yield server


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_one_connection_for_many_threads(backend: Any, server: anyq.sync.Server) -> None:
    wrong: list[object] = []
    with start_portal(backend) as portal:
        q = portal.connect("localhost", server.port)
        pool = portal.pool("localhost", server.port, max_size=2)
        embedded = portal.embedded()

        def work(thread: int) -> None:
            for number in range(50):
                key = thread * 1000 + number
                wrong.extend(ask for ask in (q, pool, embedded) if ask("{x+1}", key) != key + 1)

        threads = [threading.Thread(target=work, args=[thread]) for thread in range(8)]
        for worker in threads:
            worker.start()
        for worker in threads:
            worker.join()
        assert not wrong
        assert q.statistics().answered == 400
        with q.messages() as feed:
            q("neg[.z.w] 42")
            assert next(feed) == 42
        assert q.deferred("neg[.z.w] 43") == 43
        q.close()
        with pytest.raises(anyq.ClosedError):
            q("1")
    with pytest.raises(anyq.PortalClosed):
        pool("1")
    with pytest.raises(anyq.ClosedError):
        embedded("1")


def test_batches_through_a_portal(server: anyq.sync.Server) -> None:
    with anyq.start_portal() as portal:
        q = portal.connect("127.0.0.1", server.port)
        with q.messages() as feed:
            q(POST.format(5))
            batches = feed.batches(max_items=5, max_delay=60)
            assert next(batches) == [0, 1, 2, 3, 4]
