"""What type checkers are told about the public face; mypy reads this, nothing here runs."""

from __future__ import annotations

from typing import assert_type

import pytest

import anyq
from anyq.client import CallReport, ConnectionStatistics, EndOfDay, Feed, Gap, Pending, Subscription, Update


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
        assert_type(await pool.map("f", [1, 2]), list[anyq.Value])
        async with pool.connection() as q:
            assert_type(q, anyq.Connection)


def hook(report: CallReport) -> None:
    assert_type(report.seconds, float)


def test_wrong_options_are_errors_of_type_checkers_and_of_python() -> None:
    with pytest.raises(TypeError, match="time_out"):
        anyq.connect("localhost", 1, time_out=1)  # type: ignore[call-arg]
