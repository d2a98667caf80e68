"""What type checkers are told about the public face; mypy reads this, nothing here runs."""

from __future__ import annotations

from typing import assert_type

import pytest

import anyq
from anyq.client import CallReport, ConnectionStatistics, EndOfDay, Feed, Gap, Pending, Subscription, Update
from anyq.portal import JobFuture, LocalQ, SharedConnection, SharedPool


async def connections() -> None:
    async with anyq.connect("localhost", 5050, timeout=1.0, on_call=print) as q:
        assert_type(q, anyq.Connection)
        assert_type(await q("1+1"), anyq.Value)
        assert_type(q.submit("1+1"), Pending)
        assert_type(await q.submit("1+1"), anyq.Value)
        assert_type(await q.post("x"), None)
        assert_type(await q.deferred("x"), anyq.Value)
        assert_type(await q.ns.name(1), anyq.Value)
        assert_type(q.messages(), Feed[anyq.Value])
        assert_type(q.statistics(), ConnectionStatistics)
        async for message in q.messages():
            assert_type(message, anyq.Value)
        async with q.subscribe("trade") as feed:
            assert_type(feed, Subscription)
            async for item in feed:
                assert_type(item, Update | EndOfDay | Gap)


async def pools() -> None:
    async with anyq.Pool(["a:1", "b:2"], max_size=3) as pool:
        assert_type(pool, anyq.Pool)
        assert_type(await pool("x"), anyq.Value)
        assert_type(await pool.submit("x"), anyq.Value)
        assert_type(await pool.map("f", [1, 2]), list[anyq.Value])
        async with pool.connection() as q:
            assert_type(q, anyq.Connection)


def blocking() -> None:
    with anyq.sync.connect("localhost", 5050) as q:
        assert_type(q, anyq.sync.Connection)
        assert_type(q("1+1"), anyq.Value)
        assert_type(q.submit("1+1"), anyq.sync.Pending)
        assert_type(q.submit("1+1").result(), anyq.Value)
        assert_type(q.ns.name(1), anyq.Value)
        assert_type(q.messages(), anyq.sync.Feed[anyq.Value])
        with q.subscribe("trade") as feed:
            for item in feed:
                assert_type(item, Update | EndOfDay | Gap)
    with anyq.sync.Pool("a:1") as pool:
        assert_type(pool, anyq.sync.Pool)
        assert_type(pool("1"), anyq.Value)
    with anyq.sync.serve(port=0) as server:
        assert_type(server, anyq.sync.Server)
        assert_type(server.port, int)
        assert_type(server.stats, anyq.server.Stats)


def in_this_process() -> None:
    with anyq.sync.open_embedded() as q, anyq.start_portal() as portal:
        for each in (q, portal.embedded()):
            assert_type(each, LocalQ)
            assert_type(each("1+1"), anyq.Value)
            assert_type(each.submit("1+1").result(), anyq.Value)
            assert_type(each.ns.name(1), anyq.Value)
            assert_type(each.core, object)
    with anyq.embedded.open_blocking() as local:
        assert_type(local, anyq.embedded.BlockingEmbedded)
        assert_type(local.core, anyq.embedded.EmbeddedQ)


def shared() -> None:
    with anyq.start_portal() as portal:
        q, pool = portal.connect("localhost", 5050), portal.pool("localhost", 5050)
        assert_type(q, SharedConnection)
        assert_type(pool, SharedPool)
        assert_type(q("1+1"), anyq.Value)
        assert_type(pool("1+1"), anyq.Value)
        assert_type(q.submit("1+1"), JobFuture[anyq.Value])
        assert_type(pool.submit("1+1"), JobFuture[anyq.Value])
        assert_type(q.deferred("1+1"), anyq.Value)
        for message in q.messages():
            assert_type(message, anyq.Value)


async def embedded_and_raw() -> None:
    async with anyq.open_embedded() as q, anyq.serve(port=0) as server, anyq.RawConnection(port=1) as raw:
        assert_type(q, anyq.embedded.Embedded)
        assert_type(await q("1+1"), anyq.Value)
        assert_type(await q.submit("1+1"), anyq.Value)
        assert_type(server, anyq.embedded.EmbeddedServer)
        assert_type(raw, anyq.RawConnection)
        assert_type(raw.submit("1"), Pending | None)
        assert_type(raw.poll_recv(), anyq.Value | None)
        assert_type(await raw.poll_recv_async(), anyq.Value | None)


def hook(report: CallReport) -> None:
    assert_type(report.seconds, float)


def test_wrong_options_are_errors_of_type_checkers_and_of_python() -> None:
    with pytest.raises(TypeError, match="time_out"):
        anyq.connect("localhost", 1, time_out=1)  # type: ignore[call-arg]
