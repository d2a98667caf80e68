"""Bytes that are no message: one documented error each, at once, and no memory taken on their word."""

from __future__ import annotations

import pytest

import anyq
from anyq import codec

BODIES = {
    "nothing": "",
    "cut atom": "f9010203",
    "cut vector": "070002000000 0100000000000000",
    "negative count": "0700 ffffffff 0100000000000000",
    "count over the rest": "0400 ffffff7f 00",
    "count of 2 to the 63": "0480 0000000000000080 00",
    "count times size over 2 to the 64": "0780 ffffffffffffff7f 00",
    "list of 4 billion": "0000 ffffffff 6500",
    "list of strings cut": "0000 09000000" + "0a0001000000 61" * 8 + "0a0005000000 61",
    "symbol without end": "f5 616263",
    "symbols without end": "0b00 02000000 61 00 62",
    "many symbols without end": "0b00 80000000" + "00" * 127 + "61" * 9,
    "more symbols than bytes": "0b00 ffffffff 00",
    "trailing byte": "fa01000000 00",
    "attribute 5": "0705 01000000 0100000000000000",
    "attribute 0x85": "0785 0100000000000000 0100000000000000",
    "boolean atom of 2": "ff02",
    "boolean vector of 2": "0100 02000000 0102",
    "guid cut": "fe 0011",
    "error in a list": "0000 01000000 80 7479706500",
    "error without end": "80 74797065",
    "error and more": "80 7400 00",
    "table of a vector": "6200 0700 00000000",
    "table of a sorted dict": "6200 7f 0b00 00000000 0000 00000000",
    "table with attribute 5": "6205 63 0b00 00000000 0000 00000000",
    "table whose names are longs": "6200 63 0700 01000000 0100000000000000 0000 01000000 0700 00000000",
    "table with a name too many": "6200 63 0b00 02000000 6100 6200 0000 01000000 0700 00000000",
    "ragged table": "6200 63 0b00 02000000 6100 6200 0000 02000000 0400 01000000 01 0400 02000000 0102",
    "table of an atom": "6200 63 0b00 01000000 6100 0000 01000000 fa01000000",
    "dict of different counts": "63 0400 01000000 01 0400 02000000 0102",
    "dict of atoms": "63 fa01000000 fa01000000",
    "unary 45": "652d",
    "operator 37": "6625",
    "iterator 6": "6706",
    "projection of nothing": "68 00000000",
    "projection of 4 billion": "68 ffffffff 6500",
    "lambda without end": "64 64",
    "lambda of a symbol": "64 00 f500",
    "lambda with an attribute": "64 00 0a01 01000000 7b",
    "lambda cut": "64 00 0a00 05000000 7b",
    "derived of nothing": "6a",
} | {f"type {kind}": f"{kind:02x}00 00000000" for kind in (3, 253, *range(20, 98), *range(112, 127))}


@pytest.mark.parametrize("text", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("buffer", [bytes, bytearray, memoryview], ids=["bytes", "bytearray", "memoryview"])
def test_bodies_that_are_no_value(text: str, buffer: type) -> None:
    with pytest.raises(anyq.DecodeError):
        codec.decode(buffer(bytes.fromhex(text)))


@pytest.mark.parametrize("length", range(9))
def test_messages_without_a_body(length: int) -> None:
    with pytest.raises(anyq.DecodeError):
        codec.loads(bytes([1, 0, 0, 0, length, 0, 0, 0, 0])[:length])


@pytest.mark.parametrize(
    "text",
    [
        "0200000009000000 65",
        "0103000009000000 65",
        "0100030009000000 65",
        "010000000b000000 6500",
        "01000001 0a000000 6500",
        "010000ff ffffffff 6500",
    ],
)
def test_headers_that_are_none(text: str) -> None:
    with pytest.raises(anyq.DecodeError):
        codec.loads(bytes.fromhex(text))


def test_an_error_is_raised_with_its_text() -> None:
    with pytest.raises(anyq.QError, match=r"^type$"):
        codec.decode(b"\x80type\0")
    with pytest.raises(anyq.QError, match=r"^length$"):
        codec.loads(codec.dumps(anyq.QError("length"), kind="response"))
    assert codec.encode_error("a\0b") == b"\x80ab\0"


def nested(depth: int) -> bytes:
    return bytes.fromhex("000001000000") * depth + b"\x65\x00"


STREAMS = {
    "no size": ("0a0000", 1),
    "no size of eight bytes": ("0a000000", 2),
    "flag 3": ("1000000000 41", 3),
    "size of a header": ("08000000 00", 1),
    "size less than a header": ("01000000 00", 1),
    "cut": ("0c000000 00 4141", 1),
    "cut repeat": ("14000000 04 4141 00", 1),
    "refers to nothing yet": ("0a000000 01 0000", 1),
    "refers to another hash": ("20000000 04 4141 05ff", 1),
    "longer than declared": ("0b000000 04 4141 00 ff", 1),
    "bytes left": ("0a000000 00 4141 41", 1),
    "declared 4 GB of 5 bytes": ("ffffffff 00 41414141", 1),
}
