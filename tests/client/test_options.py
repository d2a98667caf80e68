"""Each entry point honours an option, or refuses it by name."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import anyio
import attrs
import numpy as np
import pytest
from tests.scenarios.support import listening

import anyq
from anyq.client import REFUSED, Options
from anyq.protocol import EndOfFile, SyncRequest
from anyq.testing import ScriptedPeer

NAMES = [field.name for field in attrs.fields(Options) if field.name != "ssl_context"]
SAMPLES: dict[str, object] = {
    "capability": 3,
    "connect_timeout": 7.0,
    "timeout": 7.0,
    "send_timeout": 7.0,
    "close_timeout": 7.0,
    "liveness": 7.0,
    "keepalive": False,
    "max_in_flight": 3,
    "max_message_size": 1 << 20,
    "max_queued": 1 << 20,
    "abandon": "close",
    "reconnection_attempts": 3,
    "reconnection_delay": 0.25,
    "reconnection_function": lambda delay: delay,
    "max_delay": 3.0,
    "jitter": 0.5,
    "connect_attempts": 2,
    "compress": True,
    "no_ctx": True,
    "verify": False,
    "ca_file": "ca.pem",
    "cert_file": "client.pem",
    "key_file": "client.key",
    "server_hostname": "other",
    "tls_from_environment": True,
    "on_request": lambda value: value,
    "on_state": lambda state: None,
    "on_call": lambda report: None,
    "report_queries": False,
    "dial": lambda address: None,
}


def of(kind: str, **options: Any) -> Options:
    """The options that an entry point works with, when it was given these."""
    made: Any
    if kind == "anyq.connect":
        made = anyq.connect("localhost", 1, **options)._core.options
    elif kind == "anyq.Pool":
        made = anyq.Pool("localhost", 1, **options)._options
    elif kind == "anyq.sync.Pool":
        made = anyq.sync.Pool("localhost", 1, **options)._made._options
    elif kind == "anyq.sync.subscribe":
        made = anyq.sync.subscribe("localhost", 1, **options)._connection._core.options
    elif kind == "anyq.RawConnection":
        client = anyq.RawConnection("localhost", 1, **options)._client
        assert client is not None
        made = client.options
    elif kind == "anyq.RawConnection(as_server=True)":
        anyq.RawConnection(port=1, as_server=True, on_sync=lambda value: value, **options)
        made = Options(**options)
    else:
        made = blocking(options)
    result: Options = made
    return result


def blocking(options: dict[str, Any]) -> Options:
    """Those of a blocking connection, which opens at once: here to a port where nobody listens."""
    from anyq.sync import _connection

    seen: list[Options] = []

    class Seen(_connection.Connection):
        def __init__(self, address: anyq.Address, options: Options) -> None:
            seen.append(options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_connection, "Connection", Seen)
        anyq.sync.connect("localhost", 1, **options)
    return seen[0]


ENTRIES = ["anyq.connect", "anyq.sync.connect", "anyq.Pool", "anyq.sync.Pool", "anyq.sync.subscribe", *REFUSED]


def test_every_option_has_a_sample() -> None:
    assert sorted(SAMPLES) == sorted(NAMES)
    defaults = Options()
    for name, sample in SAMPLES.items():
        assert getattr(defaults, name) != sample


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("entry", dict.fromkeys(ENTRIES))
def test_honoured_or_refused_by_name(entry: str, name: str) -> None:
    given: dict[str, Any] = {name: SAMPLES[name]}
    if name in REFUSED.get(entry, {}):
        with pytest.raises(TypeError) as caught:
            of(entry, **given)
        assert f"{entry} cannot honour {name}: " in str(caught.value)
        of(entry, **{name: getattr(Options(), name)})  # what changes nothing is no matter
    else:
        assert getattr(of(entry, **given), name) == SAMPLES[name]


@pytest.mark.parametrize("entry", dict.fromkeys(ENTRIES))
def test_an_unknown_option_is_named(entry: str) -> None:
    with pytest.raises(TypeError) as caught:
        of(entry, reconection_attempts=3)
    assert "has no option reconection_attempts; did you mean reconnection_attempts?" in str(caught.value)


def test_a_context_reaches_each_that_has_tls() -> None:
    context = ssl.create_default_context()
    kinds: list[Callable[..., Any]] = [anyq.connect, anyq.Pool, anyq.sync.subscribe, anyq.RawConnection]
    for kind in kinds:
        made: Any = kind("localhost", 1, tls=context)
        made = getattr(made, "_connection", made)
        core = getattr(made, "_core", None) or getattr(made, "_client", None)
        options = core.options if core is not None else made._options
        assert options.ssl_context is context


@pytest.mark.parametrize("name", ["on_sync", "on_async", "authenticate", "conn_gc_time"])
def test_a_raw_client_refuses_what_is_for_servers(name: str) -> None:
    given: dict[str, Any] = {name: 1.0 if name == "conn_gc_time" else print}
    with pytest.raises(TypeError, match=name):
        anyq.RawConnection("localhost", 1, **given)


# What raw connections ignored


@pytest.mark.anyio
async def test_a_raw_connection_compresses_bounds_what_is_in_flight_and_reports() -> None:
    sizes: list[int] = []
    arrived = anyio.Event()
    answer = anyio.Event()

    async def server(stream: Any) -> None:
        peer = ScriptedPeer(stream)
        await peer.accept()
        while not isinstance(event := await peer.next_event(), EndOfFile):
            assert isinstance(event, SyncRequest)
            sizes.append(event.size)
            arrived.set()
            await answer.wait()
            await peer.reply(1)
        states.append("gone")

    states: list[str] = []
    reports: list[anyq.client.CallReport] = []
    async with (
        listening(server) as port,
        anyq.RawConnection(
            "localhost", port, compress=True, max_in_flight=1, on_state=states.append, on_call=reports.append
        ) as q,
    ):
        first, second = q.submit("{x}", np.zeros(100_000)), q.submit("2")
        assert q.poll_send(0) == 1
        await arrived.wait()
        assert sizes[0] < 10_000
        answer.set()
        assert await q.poll_recv_async() is None
        assert q.poll_send(0) == 1
        assert await q.poll_recv_async() is None
        assert first is not None
        assert second is not None
        assert first.result() == second.result() == 1
        assert [report.outcome for report in reports] == ["answered"] * 2
        assert q.statistics().answered == 2
    assert states[0] == "connected"
    assert "closed" in states
