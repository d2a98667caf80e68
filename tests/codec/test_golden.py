"""Bytes that q itself has written, as facts from KX reference, page kb/serialization.md, and others noted below.

The page's q takes ``1`` for an int (type 6), as kdb+ 2 did.
"""

from __future__ import annotations

import pytest

import anyq
from anyq import codec

TWO = anyq.vector("i", [2])
THREE = anyq.vector("i", [3])
KEYS = anyq.symbols(["a", "b"])

PAGE = {
    "010000000d000000fa01000000": anyq.int(1),
    "010000001200000006000100000001000000": anyq.vector("i", [1]),
    "01000000130000000400050000000001020304": anyq.vector("x", range(5)),
    "01000000190000000000010000000400050000000001020304": anyq.List([anyq.vector("x", range(5))]),
    "0100000021000000630b0002000000610062000600020000000200000003000000": anyq.Dict(KEYS, anyq.vector("i", [2, 3])),
    "01000000210000007f0b0102000000610062000600020000000200000003000000": anyq.Dict(
        anyq.symbols(["a", "b"], "s"), anyq.vector("i", [2, 3]), sorted=True
    ),
    "010000002d000000630b0002000000610062000000020000000600010000000200000006000100000003000000": anyq.Dict(
        KEYS, anyq.List([TWO, THREE])
    ),
    "010000002f0000006200630b0002000000610062000000020000000600010000000200000006000100000003000000": anyq.table(
        {"a": TWO, "b": THREE}
    ),
    "010000002f0000006201630b0002000000610062000000020000000603010000000200000006000100000003000000": anyq.Table(
        KEYS, anyq.List([anyq.vector("i", [2], "p"), THREE]), "s"
    ),
    "010000003f000000636200630b00010000006100000001000000060001000000020000006200630b0001000000620000000100000006"
    "000100000003000000": anyq.keyed_table({"a": TWO}, {"b": THREE}),
    "010000003f0000007f6201630b00010000006100000001000000060001000000020000006200630b0001000000620000000100000006"
    "000100000003000000": anyq.KeyedTable(
        anyq.Table(anyq.symbols(["a"]), anyq.List([TWO]), "s"), anyq.table({"b": THREE}), sorted=True
    ),
    "010000001500000064000a00050000007b782b797d": anyq.Lambda("", "{x+y}"),
    "01000000160000006464000a00050000007b782b797d": anyq.Lambda("d", "{x+y}"),
}

SEEN = {
    # a projection with its function and its one argument, as kdb+ 3 writes ``{x+y}[3]``
    "680200000064000a00050000007b782b797df90300000000000000": anyq.Projection([anyq.Lambda("", "{x+y}"), anyq.long(3)]),
    "f80000c07f": anyq.real(None),
    "f1000000000000f87f": anyq.datetime(None),
    "fe00000000000000000000000000000000": anyq.guid(None),
    "6b660c": anyq.Derived(107, anyq.Primitive(102, 12)),
    "6500": anyq.NULL,
}


@pytest.mark.parametrize(("text", "value"), PAGE.items(), ids=[repr(v)[5:30] for v in PAGE.values()])
def test_messages_of_the_page(text: str, value: anyq.Value) -> None:
    assert anyq.identical(codec.loads(bytes.fromhex(text)), value)
    assert codec.dumps(value).hex() == text


@pytest.mark.parametrize(("text", "value"), SEEN.items(), ids=[repr(v)[5:30] for v in SEEN.values()])
def test_bodies_seen_on_the_wire(text: str, value: anyq.Value) -> None:
    assert anyq.identical(codec.decode(bytes.fromhex(text)), value)
    assert codec.encode(value).hex() == text


def test_big_endian_messages() -> None:
    message = bytes.fromhex("00000000 0000001e 0700 00000002 0000000000000001 8000000000000000")
    assert anyq.identical(codec.loads(message), anyq.vector("j", [1, None]))
    guid = bytes(range(16))
    assert codec.decode(b"\xfe" + guid, little_endian=False) == anyq.guid(guid)
    assert codec.decode(bytes.fromhex("fb0102"), little_endian=False) == anyq.short(258)
    assert codec.decode(bytes.fromhex("0900 00000001 3ff8000000000000"), little_endian=False) == anyq.vector("f", [1.5])
