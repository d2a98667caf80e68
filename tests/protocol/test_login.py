"""Logins: what clients of all ages send, what cannot be said, and other protocols."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.protocol.test_connection import events

from anyq.errors import LimitError, LocalProtocolError
from anyq.protocol import (
    NEED_DATA,
    Accept,
    AsyncMessage,
    Connection,
    ForeignProtocol,
    Login,
    Role,
    State,
)


@pytest.mark.parametrize(
    ("data", "login"),
    [
        (b":\x06\0", Login("", None, 6)),
        (b"user\x03\0", Login("user", None, 3)),
        (b"user:\x01\0", Login("user", None, 1)),
        (b"user:secret\0", Login("user", "secret", 0)),
        (b"\0", Login("", None, 0)),
        (b"u\xff:p\xfe\x06\0", Login("u\udcff", "p\udcfe", 6)),
    ],
)
def test_logins_of_all_ages(data: bytes, login: Login) -> None:
    server = Connection(Role.SERVER)
    server.receive_data(data)
    assert server.next_event() == login


def test_the_password_is_in_no_repr() -> None:
    assert "secret" not in repr(Login("user", "secret"))


@pytest.mark.parametrize("login", [Login("", None, 0), Login("u", "p", 0), Login("u", "p", 1), Login("u", None, 6)])
def test_a_login_of_any_capability_leaves_nothing_behind(login: Login) -> None:
    client, server = Connection(Role.CLIENT), Connection(Role.SERVER)
    server.receive_data(client.send(login))
    assert server.next_event() == login
    client.receive_data(server.send(Accept(login.capability)))
    assert client.next_event() == Accept(login.capability)
    server.receive_data(client.send(AsyncMessage(b"\x65\0")))
    message = server.next_event()
    assert isinstance(message, AsyncMessage)
    assert bytes(message.body) == b"\x65\0"


@pytest.mark.parametrize(
    "login", [Login("a:b"), Login("a", "b\0"), Login(capability=7), Login("a", "\ud800"), Login("a", "b\5", 0)]
)
def test_a_login_that_cannot_be_said(login: Login) -> None:
    client = Connection(Role.CLIENT)
    with pytest.raises(LocalProtocolError):
        client.send(login)
    assert client.our_state is State.CONNECTED


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GET / HTTP/1.1\r\n", "HTTP"),
        (b"POST /x HTTP/1.1\r\n", "HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "TLS"),
    ],
)
def test_other_protocols_are_recognised_at_once(data: bytes, name: str) -> None:
    server = Connection(Role.SERVER)
    server.receive_data(data)
    event = server.next_event()
    assert isinstance(event, ForeignProtocol)
    assert event.name == name
    assert server.their_state is State.CLOSED


def test_a_login_is_bounded() -> None:
    server = Connection(Role.SERVER, max_login_size=10)
    server.receive_data(b"a" * 10)
    assert server.next_event() is NEED_DATA
    server.receive_data(b"a")
    with pytest.raises(LimitError):
        server.next_event()


@given(st.binary(max_size=60), st.data())
def test_any_login_bytes_cut_anywhere_give_the_same(stream: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    assert events(Connection(Role.SERVER), chunks) == events(Connection(Role.SERVER), [stream] if stream else [])
