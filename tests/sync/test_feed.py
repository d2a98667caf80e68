"""Posted messages of a blocking connection: one by one, in batches, and when the buffer is full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.sync.peer import Client, Peer

import anyq
from anyq.values import Value

POST = "{{neg[.z.w] x}} each til {}"


@pytest.fixture
def port() -> Iterator[int]:
    with anyq.sync.serve(port=0) as server:
        yield server.port


def test_batches_of_a_blocking_feed(port: int) -> None:
    with anyq.sync.connect("127.0.0.1", port) as q, q.messages() as feed:
        q(POST.format(5))
        batches = feed.batches(max_items=3)
        assert next(batches) == [0, 1, 2]
        assert next(batches) == [3, 4]
        q(POST.format(2))
        assert next(feed.batches(max_items=2, max_delay=60)) == [0, 1]
        for bounds in ({"max_items": 0}, {"max_delay": -1.0}):
            wrong: dict[str, Any] = dict(bounds)
            with pytest.raises(ValueError, match=r"batch has at least|number of seconds"):
                feed.batches(**wrong)
        feed.close()
        with pytest.raises(anyq.ClosedError):
            next(batches)


def test_messages(q: anyq.sync.Connection, peer: Peer) -> None:
    def push(client: Client, value: Value) -> None:
        for number in range(3):
            client.post(number)
        client.answer("done")

    peer.on_sync = push
    q("nobody listens")
    assert q.statistics().messages_dropped == 3
    with q.messages() as feed:
        assert q("somebody listens") == "done"
        assert [feed.receive().py() for _ in range(3)] == [0, 1, 2]
        with pytest.raises(anyq.CallTimeout):
            feed.receive(0.01)
        peer.clients[0].post(7)
        assert next(feed) == 7
    with pytest.raises(anyq.ClosedError):
        next(feed)
    for overflow, kept in (("drop-oldest", [1, 2]), ("error", [0, 1])):
        feed = q.messages(buffer=2, overflow=overflow)  # type: ignore[arg-type]
        q("x")
        assert [feed.receive().py() for _ in range(2)] == kept
        assert feed.dropped == 1
        if overflow == "error":
            with pytest.raises(anyq.LimitError):
                feed.receive()
        feed.close()
