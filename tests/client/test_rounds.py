"""When to try again, and what the log says of it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anyq
from anyq.client import Options, Round, parse_address
from anyq.testing import ScriptedPeer, VirtualNetwork

HERE = parse_address("localhost:5050:u:secret")


def delays(count: int, **options: Any) -> list[float]:
    attempts = Round(Options(reconnection_attempts=0, **options), HERE, OSError("cut"), first=False)
    return [attempts.failed(anyq.ConnectError("no")) for _ in range(count)]


def test_without_end_and_without_a_function_they_are_bounded() -> None:
    assert delays(9) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert delays(3, reconnection_function=lambda delay: delay * 100) == [0.5, 50.0, 5000.0]
    assert delays(3, reconnection_function=lambda delay: delay * 100, max_delay=60.0) == [0.5, 50.0, 60.0]
    finite = Round(Options(reconnection_attempts=9), HERE, None, first=False)
    assert [finite.failed(anyq.ConnectError("no")) for _ in range(8)][-1] == 64.0
    with pytest.raises(anyq.ConnectError, match="no"):
        finite.failed(anyq.ConnectError("no"))


@given(st.floats(0, 1), st.floats(0.1, 100))
def test_jitter_is_a_part_of_the_delay(jitter: float, bound: float) -> None:
    plain = delays(6, max_delay=bound)
    for delay, without in zip(delays(6, jitter=jitter, max_delay=bound), plain, strict=True):
        assert 0 <= delay <= bound
        assert delay >= min(without * (1 - jitter), bound) * 0.999


@pytest.mark.parametrize("wrong", [{"jitter": 2}, {"jitter": -1}, {"max_delay": 0}, {"connect_attempts": -1}])
def test_wrong_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Options(**wrong)


async def accepting(stream: Any) -> None:
    peer = ScriptedPeer(stream)
    await peer.accept()
    await peer.echo()


@pytest.mark.anyio
@pytest.mark.parametrize("attempts", [1, 3, 0])
async def test_connect_attempts_are_for_the_first_connect(attempts: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="anyq")
    async with VirtualNetwork.open(accepting) as network:
        network.refusals = 2
        made = anyq.connect("peer", 1, dial=network.dial, connect_attempts=attempts, reconnection_delay=0.001)
        if attempts == 1:
            with pytest.raises(anyq.ConnectError):
                await made.__aenter__()
            return
        async with made as q:
            assert (await q("x")).py() == b"x"
            assert q.state == "connected"
    told = [record.getMessage().partition(" [")[0] for record in caplog.records]
    assert told == [
        "Failed to connect, trying again in 0.001 seconds.",
        "Failed to connect, trying again in 0.002 seconds.",
        "Connection successfully established.",
    ]


@pytest.mark.anyio
async def test_a_refused_first_login_ends_the_attempts() -> None:
    async def refusing(stream: Any) -> None:
        await ScriptedPeer(stream).refuse()

    async with VirtualNetwork.open(refusing) as network:
        with pytest.raises(anyq.AuthenticationError):
            async with anyq.connect("peer", 1, dial=network.dial, connect_attempts=0):
                pytest.fail("connected")
        assert network.attempts == 1


@pytest.mark.parametrize("text", ["unix:/tmp/kx.5050", "unix:///tmp/kx.5050", ":unix:/tmp/kx.5050:u:p"])
def test_the_form_of_the_log_is_an_address(text: str) -> None:
    address = parse_address(text)
    assert address.unix
    assert address.socket_path == "/tmp/kx.5050"
    assert parse_address(str(address)).socket_path == "/tmp/kx.5050"
