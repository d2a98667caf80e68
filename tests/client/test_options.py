"""Each entry point honours an option, or refuses it by name."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import attrs
import numpy as np
import pandas as pd
import pytest
from tests.scenarios.support import listening

import anyq
from anyq.client import REFUSED, Engine, Options
from anyq.codec import decode
from anyq.protocol import EndOfFile, SyncRequest
from anyq.testing import ScriptedPeer
from anyq.values import Strings

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
    "hooks": anyq.Hooks(),
    "on_call": lambda report: None,
    "report_queries": False,
    "strings": "chars",
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


# What texts become


TEXTS = pd.DataFrame({"name": ["ab", "c"], "kind": pd.Series(["x", "y"], dtype="category")})
SENT = ("{(type x;type each value flip y;type z)}", "ab", TEXTS, anyq.symbol("ab"))
CHARS = [10, [0, 11], -11]
SYMBOLS = [-11, [11, 11], -11]
FOUND = {"chars": CHARS, "symbols": SYMBOLS, None: SYMBOLS}


def told(answer: Any) -> list[Any]:
    return [list(item) if isinstance(item, list | np.ndarray) else item for item in answer.py()]


@asynccontextmanager
async def asynchronous(entry: str, **options: Any) -> AsyncIterator[Any]:
    """An open q of an asynchronous entry point."""
    if entry == "embedded":
        async with anyq.open_embedded(**options) as embedded:
            yield embedded
        return
    async with anyq.serve(port=0) as server:
        if entry == "raw":
            async with anyq.RawConnection("localhost", server.port, **options) as raw:

                async def ask(*query: Any) -> Any:
                    handle = raw.submit(*query)
                    assert handle is not None
                    raw.poll_send(0)
                    while not handle.done():
                        await raw.poll_recv_async()
                    return handle.result()

                yield ask
            return
        opened: Any = anyq.Pool if entry == "pool" else anyq.connect
        async with opened("localhost", server.port, **options) as q:
            yield q


@pytest.mark.anyio
@pytest.mark.parametrize("strings", FOUND)
@pytest.mark.parametrize("entry", ["connection", "pool", "embedded", "raw"])
async def test_texts_in_an_event_loop(entry: str, strings: str | None) -> None:
    options = {} if strings is None else {"strings": strings}
    async with asynchronous(entry, **options) as q:
        assert told(await q(*SENT)) == FOUND[strings]
        if entry != "raw":
            assert told(await q.submit(*SENT)) == FOUND[strings]
            assert told(await q.fn(SENT[0])(*SENT[1:])) == FOUND[strings]
            await q.set("texts", TEXTS)
            assert (await q("type each value flip texts")).py() == FOUND[strings][1]
        if entry == "embedded":
            q["texts"] = TEXTS
            assert (await q("type each value flip texts")).py() == FOUND[strings][1]
        if entry == "pool":
            assert (await q.map("type", ["a", "b"]))[1] == FOUND[strings][0]
        if entry == "connection":
            assert told(await q(*SENT, reuse=False)) == FOUND[strings]
            await q.post("set", anyq.symbol("posted"), "ab")
            assert await q("type posted") == FOUND[strings][0]


@pytest.mark.parametrize("strings", FOUND)
@pytest.mark.parametrize("entry", ["connection", "pool", "embedded", "portal", "portal's pool", "portal's embedded"])
def test_texts_for_threads(entry: str, strings: str | None) -> None:
    options: Any = {} if strings is None else {"strings": strings}
    with anyq.sync.serve(port=0) as server, anyq.start_portal() as portal:
        made: dict[str, Callable[[], Any]] = {
            "connection": lambda: anyq.sync.connect("localhost", server.port, **options),
            "pool": lambda: anyq.sync.Pool("localhost", server.port, **options),
            "embedded": lambda: anyq.sync.open_embedded(**options),
            "portal": lambda: portal.connect("localhost", server.port, **options),
            "portal's pool": lambda: portal.pool("localhost", server.port, **options),
            "portal's embedded": lambda: portal.embedded(**options),
        }
        with made[entry]() as q:
            assert told(q(*SENT)) == FOUND[strings]
            assert told(q.submit(*SENT).result()) == FOUND[strings]
            assert told(q.fn(SENT[0])(*SENT[1:])) == FOUND[strings]
            q["texts"] = TEXTS
            assert q("type each value flip texts").py() == FOUND[strings][1]
            q.post("set", anyq.symbol("posted"), "ab")
            if entry not in ("pool", "portal's pool"):
                assert q("type posted") == FOUND[strings][0]
            else:
                assert q.map("type", ["a", "b"])[1] == FOUND[strings][0]
                with q.connection() as one:
                    assert told(one(*SENT)) == FOUND[strings]


@pytest.mark.parametrize("strings", FOUND)
def test_texts_that_answer_the_server(strings: Strings | None) -> None:
    options: Any = {} if strings is None else {"strings": strings}
    engine = Engine(anyq.parse_address("localhost", 1), Options(**options))
    assert decode(bytes(engine.response("ab").body)) == anyq.as_q("ab", strings=strings or "symbols")


def test_texts_have_two_forms() -> None:
    makes: list[Any] = [anyq.open_embedded, anyq.sync.open_embedded, lambda **o: anyq.connect("localhost", 1, **o)]
    for make in makes:
        with pytest.raises(ValueError, match="strings is 'symbols' or 'chars', not 'text'"):
            make(strings="text")


# What kind of value each option takes

WRONG: dict[str, list[object]] = {
    "a number": ["3", b"3", [1], True],
    "a whole number": ["3", 1.5, None],
    "True or False": ["yes", "false", 3],
    "a function": ["print", 3],
    "the path of a file": [3, b"x"],
    "text": [3, b"x"],
    "anyq.Hooks": [print, object()],
}
OF_KIND = {
    **dict.fromkeys(("connect_timeout", "timeout", "liveness", "jitter", "reconnection_delay"), "a number"),
    **dict.fromkeys(("max_in_flight", "reconnection_attempts", "max_message_size"), "a whole number"),
    **dict.fromkeys(("compress", "no_ctx", "verify"), "True or False"),
    **dict.fromkeys(("on_state", "on_call", "on_request"), "a function"),
    **dict.fromkeys(("ca_file", "cert_file"), "the path of a file"),
    "server_hostname": "text",
    "hooks": "anyq.Hooks",
}


@pytest.mark.parametrize("entry", [entry for entry in dict.fromkeys(ENTRIES) if "Raw" not in entry])
@pytest.mark.parametrize(("name", "kind"), OF_KIND.items())
def test_a_value_of_another_kind_is_named(entry: str, name: str, kind: str) -> None:
    for value in WRONG[kind]:
        with pytest.raises(TypeError) as caught:
            of(entry, **{name: value})
        said = str(caught.value)
        assert said.startswith(entry.replace("sync.subscribe", "sync.subscribe"))
        assert f"{name} is" in said
        assert kind in said
        assert repr(value) in said


@pytest.mark.parametrize(
    ("name", "meant"),
    [("user", "username"), ("usernam", "username"), ("pwd", "password"), ("ssl", "tls"), ("time_out", "timeout"),
     ("retries", "reconnection_attempts"), ("zzz", "")],
)  # fmt: skip
@pytest.mark.parametrize("entry", [entry for entry in dict.fromkeys(ENTRIES) if "server" not in entry])
def test_an_unknown_option_says_what_was_meant(entry: str, name: str, meant: str) -> None:
    with pytest.raises(TypeError) as caught:
        of(entry, **{name: "x"})
    said = str(caught.value)
    assert said.startswith(f"{entry} has no option {name}")
    assert said.endswith(f"did you mean {meant}?" if meant else name)


@pytest.mark.parametrize("entry", [entry for entry in dict.fromkeys(ENTRIES) if "server" not in entry])
@pytest.mark.parametrize("given", [{"username": b"x"}, {"password": 12345}, {"tls": "yes"}], ids=str)
def test_logins_of_another_kind(entry: str, given: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as caught:
        of(entry, **given)
    (name,) = given
    assert str(caught.value).startswith(f"{entry}: {name} is ")
    assert "12345" not in str(caught.value)
