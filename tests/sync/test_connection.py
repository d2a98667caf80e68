"""The public face of the blocking connection, against a scripted server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sync.peer import Client, Peer

import anyq
from anyq.sync import connect
from anyq.values import Value


def test_calls_and_arguments(q: anyq.sync.Connection, peer: Peer) -> None:
    assert q("1+1") == "1+1"
    assert q("{x+y}", 1, 2).py() == [b"{x+y}", 1, 2]
    assert q("a", wait=False) == anyq.NULL
    q("b")
    assert [value.py() for value in peer.posted] == [b"a"]
    assert q.statistics().calls == 3
    assert q.statistics().answered == 3
    with pytest.raises(TypeError, match="8"):
        q("f", *range(9))
    with pytest.raises(anyq.QError, match=r"^type$"):
        q("'type")
    assert q("after") == "after"


def test_deferred_and_dedicated(q: anyq.sync.Connection, peer: Peer) -> None:
    peer.on_async = lambda client, value: client.post("answer")
    assert q.deferred("later") == "answer"
    assert q("later", wait=False, reuse=False) == "answer"
    assert q("sleep 0.01 own", reuse=False) == "own"
    assert len(peer.logins) == 4
    with pytest.raises(anyq.CallTimeout):
        q("sleep 1 own", reuse=False, timeout=0.05)


def test_names_and_files(q: anyq.sync.Connection, peer: Peer, tmp_path: Path) -> None:
    def known(client: Client, value: Value) -> None:
        texts = value.py() if isinstance(value, anyq.List) else [value.py()]
        if b"value x" in texts[0]:
            client.answer(texts[1] in (b".test", b".test.addition"))
        elif texts[0] == b"bad":
            client.fail("oops")
        else:
            client.answer(value if len(texts) > 1 else texts[0].decode())

    peer.on_sync = known
    assert q.test.addition(4, 2).py() == [b".test.addition", 4, 2]
    asked = len(peer.asked)
    assert q.test.addition(1).py() == [b".test.addition", 1]
    assert len(peer.asked) == asked + 1
    with pytest.raises(AttributeError, match=r"QError: '\.test\.unavailable"):
        _ = q.test.unavailable
    path = tmp_path / "script.q"
    path.write_text("a\nb\n c\n")
    assert q.execute_file(path) == "b\n c"
    results = q.file_execute(path, return_all=True)
    assert results == ["a", "b\n c"]
    path.write_text("a\nbad\n")
    with pytest.raises(anyq.QError) as caught:
        q.execute_file(path)
    assert "line 2" in caught.value.detail
    with connect("127.0.0.1", peer.port, no_ctx=True) as other, pytest.raises(AttributeError):
        _ = other.test


def test_a_connection_belongs_to_one_scope(peer: Peer) -> None:
    with connect("127.0.0.1", peer.port) as q:
        with pytest.raises(anyq.BusyError, match="with block"), q:
            pass
        assert q("a") == "a"
    with pytest.raises((anyq.BusyError, anyq.ClosedError)), q:
        pass


def test_a_report_of_a_query_that_is_not_utf_8(peer: Peer) -> None:
    reports: list[anyq.client.CallReport] = []
    with connect("127.0.0.1", peer.port, on_call=reports.append) as q:
        q(b"`\xff")
    assert [report.query for report in reports] == ["`\\xff"]
