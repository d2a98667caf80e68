"""``kx.tick``: what the pages of PyKX about streaming show, in one process and on free ports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from anyq import pykx as kx


@pytest.fixture
def trade() -> Any:
    return kx.schema.builder(
        {"time": kx.TimespanAtom, "sym": kx.SymbolAtom, "price": kx.FloatAtom, "volume": kx.LongAtom}
    )


@pytest.fixture
def arrived() -> Any:
    """A post-processor that tells when so many rows are there."""
    told = Event()

    def post(table: str, rows: Any) -> None:
        if len(kx.q[table]) >= post.rows:  # type: ignore[attr-defined]
            told.set()

    post.wait = lambda: told.wait(20)  # type: ignore[attr-defined]
    return post


def test_from_feed_to_subscriber(trade: Any, arrived: Any, tmp_path: Path) -> None:
    def no_ibm(table: str, rows: Any) -> Any:
        return rows.select(where=kx.Column("sym") != "IBM")

    arrived.rows = 3
    with kx.tick.TICK(0, tables={"trade": trade}, log_directory=str(tmp_path)) as tick:
        tick.start()
        with kx.SyncQConnection(port=tick._port, wait=False) as q:
            q(".u.upd", "trade", [kx.TimespanAtom("now"), "AAPL", 1.5, 10])
            q("", wait=True)
        with kx.tick.RTP(0, subscriptions=["trade"], pre_processor=no_ibm, post_processor=arrived) as rtp:
            rtp.start({"tickerplant": f"localhost:{tick._port}"})
            with kx.SyncQConnection(port=tick._port, wait=False) as q:
                q(".u.upd", "trade", [["IBM", "AAPL", "GOOG"], [1.0, 2.0, 3.0], [1, 2, 3]])
            assert arrived.wait()
            assert rtp("exec sym from trade").py() == ["AAPL", "AAPL", "GOOG"]
            assert tick(".u.i").py() == 2
            rtp.register_api("symbol_count", lambda table, sym: len(kx.q[table].select(where=kx.Column("sym") == sym)))
            assert rtp("symbol_count", "trade", "AAPL").py() == 2
            gateway_of(rtp)
        tick.restart()
        assert tick(".u.i").py() == 2


def gateway_of(rtp: Any) -> None:
    def validation_function(username: str, password: str) -> bool:
        return username == "test_user" and re.match("password.*", password) is not None  # type: ignore[name-defined]  # noqa: F821

    def gateway_function(table: Any, sym: Any) -> Any:
        return gateway.call_port("rtp", "symbol_count", table, sym) + 1

    with kx.tick.GATEWAY(0, connections={"rtp": f"localhost:{rtp._port}"}, libraries={"re": "re"}) as gateway:
        gateway.connection_validation(validation_function)
        gateway.register_api("sum_of_symbols", gateway_function)
        gateway.start()
        with kx.SyncQConnection(port=gateway._port, username="test_user", password="password1") as q:
            assert q("sum_of_symbols", "trade", "AAPL").py() == 3
        with pytest.raises(kx.QError, match="access"):
            kx.SyncQConnection(port=gateway._port, username="test_user", password="wrong")


def test_the_end_of_a_day_goes_to_disk(trade: Any, tmp_path: Path) -> None:
    basic = kx.tick.BASIC(
        {"trade": trade}, log_directory=str(tmp_path / "log"), database=str(tmp_path / "db"),
        ports={"tickerplant": 0, "rdb": 0, "hdb": 0},
    )  # fmt: skip
    basic.start()
    try:
        assert basic.tick is not None
        assert basic.rdb is not None
        assert basic.hdb is not None
        with kx.SyncQConnection(port=basic.tick._port) as q:
            q(".u.upd", "trade", [["b", "a"], [1.0, 2.0], [1, 2]])
        done = Event()
        after = basic.rdb._end

        def end(day: Any) -> None:
            after(day)
            done.set()

        assert basic.rdb._follower is not None
        basic.rdb._follower._end = end
        with kx.SyncQConnection(port=basic.tick._port) as q:
            q(".u.end", dt.date(2024, 1, 31))
        assert done.wait(20)
        assert basic.rdb("count trade").py() == 0
        assert basic.hdb("exec sym from trade where date=2024.01.31").py() == ["a", "b"]
    finally:
        basic.stop()


def test_a_chained_plant(trade: Any, arrived: Any) -> None:
    arrived.rows = 1
    with kx.tick.TICK(0, tables={"trade": trade}) as tick, kx.tick.TICK(0, chained=True) as chained:
        tick.start()
        chained.start({"tickerplant": f"localhost:{tick._port}"})
        with kx.tick.RTP(0, post_processor=arrived) as rtp:
            rtp.start({"tickerplant": f"localhost:{chained._port}"})
            with kx.SyncQConnection(port=tick._port) as q:
                q(".u.upd", "trade", ["a", 1.0, 1])
            assert arrived.wait()
            assert rtp("exec volume from trade").py() == [1]


def test_what_is_wrong_is_said(trade: Any) -> None:
    with kx.tick.TICK(0, tables={"trade": trade}) as tick:
        with kx.SyncQConnection(port=tick._port) as q, pytest.raises(kx.QError, match="no table quote"):
            q(".u.upd", "quote", [1])
        with pytest.raises(OSError, match="in use"):
            kx.tick.HDB(tick._port)
    with pytest.raises(kx.PyKXException, match="init_args"):
        kx.tick.RTP(0, init_args=["-s", "4"])
