"""Batches and frames for programs without an event loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import anyq

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


def test_batches_through_a_portal(port: int) -> None:
    with anyq.start_portal() as portal:
        q = portal.connect("127.0.0.1", port)
        with q.messages() as feed:
            q(POST.format(5))
            batches = feed.batches(max_items=5, max_delay=60)
            assert next(batches) == [0, 1, 2, 3, 4]
