"""The embedded q that a portal opens without importing it."""

from __future__ import annotations

import threading

import pytest

import anyq
from anyq.portal import Portal


def test_the_embedded_q_of_a_portal_in_a_block_has_one_owner_still(owner: Portal) -> None:
    with owner.embedded() as q:
        assert isinstance(q, anyq.embedded.BlockingEmbedded)
        q("a:1")
        with q:
            assert q("a") == 1
        assert len([thread for thread in threading.enumerate() if thread.name == q.core.owner.name]) == 0
    with pytest.raises(anyq.ClosedError):
        q("a")
    owner.close()
    assert owner._thread is not None
    assert not owner._thread.is_alive()
