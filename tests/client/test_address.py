"""All forms of an address."""

from __future__ import annotations

from typing import Any

import pytest

import anyq
from anyq.client import Address, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:5050", Address("localhost", 5050)),
        (":localhost:5050", Address("localhost", 5050)),
        (":5050", Address("localhost", 5050)),
        ("::5050", Address("localhost", 5050)),
        ("kx:5050:user:pa:ss", Address("kx", 5050, "user", "pa:ss")),
        (":kx:5050:user:pass", Address("kx", 5050, "user", "pass")),
        ("kx:5050:user", Address("kx", 5050, "user")),
        ("127.0.0.1:5050", Address("127.0.0.1", 5050)),
        ("[::1]:5050", Address("::1", 5050)),
        ("[::1]:5050:user:pass", Address("::1", 5050, "user", "pass")),
        ("tcp://kx:5050", Address("kx", 5050)),
        ("kx:5050:user:pw://x:y", Address("kx", 5050, "user", "pw://x:y")),
        ("tcps://kx:5050:user:p://w", Address("kx", 5050, "user", "p://w", tls=True)),
        ("tcps://kx:5050:u:p", Address("kx", 5050, "u", "p", tls=True)),
        (":tcps://kx:5050", Address("kx", 5050, tls=True)),
        ("unix://5050", Address(port=5050, unix=True)),
        (":unix://5050:u:p", Address(port=5050, user="u", password="p", unix=True)),
        ("unix:///tmp/kx.5050", Address(path="/tmp/kx.5050", unix=True)),
        ("unixs:///tmp/kx.5050:u:p", Address(path="/tmp/kx.5050", user="u", password="p", unix=True, tls=True)),
    ],
)
def test_forms(text: str, address: Address) -> None:
    assert parse_address(text) == address


def test_host_and_port_apart() -> None:
    assert parse_address("kx", 5050) == Address("kx", 5050)
    assert parse_address(port=5050) == Address("localhost", 5050)
    assert parse_address("::1", 5050) == Address("::1", 5050)
    assert parse_address("[::1]", 5050) == Address("::1", 5050)
    assert parse_address("tcps://kx", 5050) == Address("kx", 5050, tls=True)
    assert parse_address("kx:1:user:pw", 5050) == Address("kx", 5050, "user", "pw")
    assert parse_address(":kx", 5050) == Address("kx", 5050)
    assert parse_address("fe80::1%lo", 5050) == Address("fe80::1%lo", 5050)
    assert parse_address("::ffff:127.0.0.1", 5050) == Address("::ffff:127.0.0.1", 5050)


def test_keywords_win() -> None:
    found = parse_address("kx:5050:u:p", username="other", password="word", tls=True)
    assert found == Address("kx", 5050, "other", "word", tls=True)
    assert parse_address(found) == found


@pytest.mark.parametrize(
    "text", ["kx:port", "kx:0", "kx:65536", "http://kx:1", "[::1:5", "unix://x", "[::1]5050", "kx:5_0", "kx:+5"]
)
def test_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|known|'\["):
        parse_address(text)


def test_a_port_is_needed() -> None:
    with pytest.raises(TypeError, match="port"):
        parse_address("kx")
    with pytest.raises(TypeError, match="port"):
        parse_address()


def test_no_text_of_it_has_the_password() -> None:
    address = parse_address("kx:5050:user:secret")
    assert "secret" not in f"{address} {address!r}"
    assert str(address) == "kx:5050"
    assert str(parse_address("tcps://[::1]:1")) == "tcps://[::1]:1"


def test_names_of_a_unix_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUDSPATH", raising=False)
    exact, padded, file = parse_address("unix://5050").socket_names
    assert exact == b"\0/tmp/kx.5050"
    assert padded == exact + bytes(108 - len(exact))
    assert file == b"/tmp/kx.5050"
    monkeypatch.setenv("QUDSPATH", "/var/q")
    assert str(parse_address("unix://5050")) == "unix:///var/q/kx.5050"


@pytest.mark.parametrize(("host", "port"), [(5050, None), (b"kx:5050", None), ("kx", 5.5)])
def test_what_is_no_text_or_no_number(host: Any, port: Any) -> None:
    with pytest.raises(TypeError):
        parse_address(host, port)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("reconnection_attempts", -2),
        ("reconnection_attempts", 1.5),
        ("reconnection_delay", -1),
        ("reconnection_delay", float("nan")),
        ("reconnection_function", 5),
    ],
)
def test_options_of_reconnecting(option: str, value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=option):
        anyq.connect("kx", 5050, **{option: value})
