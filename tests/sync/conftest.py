"""A scripted server, and a blocking connection to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sync.peer import Peer

import anyq
from anyq.sync import connect


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as peer:
        yield peer


@pytest.fixture
def q(peer: Peer) -> Iterator[anyq.sync.Connection]:
    with connect("127.0.0.1", peer.port) as connection:
        yield connection
