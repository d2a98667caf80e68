"""However the bytes are cut, the frames are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyq.cli._frames import Frame, Splitter
from anyq.protocol import header_bytes

KEEP = 40
KINDS = ("async", "sync", "response")


def message(kind: int, body: bytes) -> bytes:
    return header_bytes(kind, len(body), 0, True, 6) + body


messages = st.lists(st.tuples(st.integers(0, 2), st.binary(min_size=1, max_size=80)))


def expected(said: list[tuple[int, bytes]]) -> list[Frame]:
    whole = [(KINDS[kind], message(kind, body)) for kind, body in said]
    return [Frame(what, len(data), data if len(data) <= KEEP else b"") for what, data in whole]  # type: ignore[arg-type]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [data[a:b] for a, b in zip([0, *ends], ends, strict=False)]


@given(messages, st.lists(st.integers(0, 1 << 16), max_size=20))
def test_client_side(said: list[tuple[int, bytes]], places: list[int]) -> None:
    data = b"ann:secret\x06\x00" + b"".join(message(*one) for one in said)
    splitter = Splitter("login", KEEP)
    frames = [frame for part in cut(data, places) for frame in splitter.feed(part)]
    assert frames == [Frame("login", 12, b"ann"), *expected(said)]


@given(messages, st.lists(st.integers(0, 1 << 16), max_size=20))
def test_server_side(said: list[tuple[int, bytes]], places: list[int]) -> None:
    data = b"\x03" + b"".join(message(*one) for one in said)
    splitter = Splitter("verdict", KEEP)
    frames = [frame for part in cut(data, places) for frame in splitter.feed(part)]
    assert frames == [Frame("verdict", 1, b"\x03"), *expected(said)]


def test_what_is_no_message_ends_the_cutting() -> None:
    splitter = Splitter("verdict", KEEP)
    frames = splitter.feed(b"\x06HTTP/1.1 400 Bad Request\r\n")
    assert [frame.what for frame in frames] == ["verdict", "garbage"]
    assert splitter.feed(message(0, b"x")) == []


def test_no_frame_holds_a_password() -> None:
    assert "secret" not in repr(Splitter("login", KEEP).feed(b"ann:secret\x06\x00"))
