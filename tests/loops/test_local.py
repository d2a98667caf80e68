"""What lives in one process says so when it is sent to another."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

import anyq
from anyq.embedded import BlockingEmbedded, EmbeddedQ
from anyq.server import Server

MAKERS: dict[str, Callable[[], object]] = {
    "connection": lambda: anyq.connect("localhost", 1),
    "pool": lambda: anyq.Pool("localhost", 1),
    "raw connection": lambda: anyq.RawConnection("localhost", 1),
    "portal": anyq.start_portal,
    "server": lambda: Server(print, port=0),
    "embedded server": lambda: anyq.serve(port=0),
    "embedded q": EmbeddedQ,
    "async embedded": anyq.open_embedded,
    "blocking embedded": anyq.sync.open_embedded,
    "blocking pool": lambda: anyq.sync.Pool("localhost", 1),
    "blocking server": lambda: anyq.sync.serve(port=0),
}


@pytest.mark.parametrize("what", MAKERS)
@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_it_says_what_to_send_instead(what: str, how: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled or copied: .*address"):
        how(MAKERS[what]())


def test_what_is_open_in_a_portal() -> None:
    with (
        anyq.start_portal() as portal,
        portal.embedded() as q,
        anyq.sync.serve(port=0) as server,
        portal.connect("localhost", server.port) as shared,
    ):
        assert isinstance(q, BlockingEmbedded)
        for thing in (shared, shared.submit("1"), portal.submit(int), q, q.core.owner):
            with pytest.raises(TypeError, match="cannot be pickled or copied"):
                pickle.dumps(thing)
