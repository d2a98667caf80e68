"""How messages are made: large arrays as they are, and compressed where the connection says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anyq
from anyq import codec
from anyq.client import Address, Options, outgoing, request_body, request_value
from anyq.protocol import AsyncMessage, Connection, Login, Role, SyncRequest
from anyq.testing import strategies as qst

ZEROS = anyq.vector("j", [0] * 1000)
NOISE = anyq.Vector("j", np.random.default_rng(5).integers(0, 2**62, 1000))
COLUMN = np.arange(50_000)
LARGE = anyq.table({"a": anyq.Vector("j", COLUMN), "b": anyq.Vector("f", np.arange(50_000) / 3)})


@pytest.mark.parametrize(
    ("host", "unix", "default"),
    [
        ("localhost", False, False),
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("x", True, False),
        ("x", False, True),
    ],
)
def test_other_machines_get_compressed_messages(host: str, unix: bool, default: bool) -> None:
    address = Address(host, 5050, unix=unix)
    assert Options().compresses(address) is default
    assert Options(compress=True).compresses(address)
    assert not Options(compress=False).compresses(address)


def request(value: anyq.Value, compress: bool, capability: int = 6) -> SyncRequest:
    return outgoing(SyncRequest, request_body(value, (), capability, compress))


def test_what_shrinks_is_compressed() -> None:
    assert request(ZEROS, True).compressed == 1
    assert request(ZEROS, False).compressed == 0
    assert request(ZEROS, True, 0).compressed == 0
    assert request(NOISE, True).compressed == 0


def test_large_arrays_are_pieces_that_go_out_one_after_the_other() -> None:
    message = request(LARGE, False)
    assert len(message.more) == 3
    assert message.size == len(codec.encode(LARGE))
    assert np.shares_memory(np.frombuffer(message.more[0], np.uint8), COLUMN)
    peer = Connection(Role.CLIENT)
    peer.send(Login())
    peer.receive_data(b"\6")
    peer.next_event()
    peer.queue(message)
    parts = peer.take()
    assert parts is not None
    assert np.shares_memory(np.frombuffer(parts[2], np.uint8), COLUMN)
    assert b"".join(parts) == codec.dumps(LARGE, kind="sync")


@pytest.mark.parametrize("text", ["1+1", "x" * 1999, "x" * 5000])
def test_texts_are_char_vectors(text: str) -> None:
    for compress in (False, True):
        message = outgoing(AsyncMessage, request_body(text, (), 6, compress))
        assert message.compressed == (compress and len(text) > 2000)
        body = message.body if not message.compressed else codec.decompress(message.body)
        assert body == codec.encode(anyq.chars(text))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.just("x" * 3000),
    st.lists(qst.values() | st.integers(-5, 5) | st.text("ab\xe9") | st.just("long " * 500), max_size=8),
)
def test_a_text_and_its_arguments_are_the_list_of_them(text: str, arguments: list[object]) -> None:
    want = codec.encode(request_value(text, arguments))
    made = request_body(text, arguments, 6)
    assert (made if isinstance(made, bytes) else b"".join((made.body, *made.more))) == want


@pytest.mark.parametrize("argument", [anyq.Atom(anyq.QType.SYMBOL, "a\0b"), anyq.Atom(anyq.QType.LONG, 2**63)])
def test_an_argument_without_bytes_is_an_error(argument: anyq.Value) -> None:
    with pytest.raises(anyq.EncodeError):
        request_body("f", (1, argument), 6)
    with pytest.raises(anyq.EncodeError, match="guid"):
        request_body("f", (anyq.guid("00000000-0000-0000-8000-000000000000"),), 2)
    with pytest.raises(TypeError, match="8"):
        request_body("f", [1] * 9, 6)
