"""The compiled decoder gives what the one in Python gives, value or error, for any bytes."""

from __future__ import annotations

import gc
import struct
import sys
import threading
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import anyq
from anyq import codec
from anyq.codec import _decode
from anyq.protocol import _receive
from anyq.speedups import COMPILED, speedups
from anyq.testing import strategies as q
from anyq.values import Atom, Dict, List, QType, StringArray, SymbolArray, Table, Value, Vector

pytestmark = pytest.mark.skipif(not COMPILED, reason="the accelerator is not in use")


def raw_bits(raw: Any) -> Any:
    return struct.pack("<d", raw) if isinstance(raw, float) else raw


def shape(value: Value) -> Any:
    """All that can be seen of a value: classes, storage, types, bits."""
    if isinstance(value, Atom):
        return type(value), value.qtype, type(value.raw), raw_bits(value.raw)
    if isinstance(value, Vector):
        data = value.data
        if isinstance(data, SymbolArray):
            return Vector, value.attr, len(data), data.held, type(data._raw), bytes(data.raw())
        return Vector, value.qtype, value.attr, data.dtype, data.flags.writeable, data.tobytes()
    if isinstance(value, List):
        texts = value.strings
        if texts is not None:
            return List, value.attr, list(texts), texts.starts.tolist(), texts.data.size
        return List, value.attr, [shape(item) for item in value.items]
    if isinstance(value, Table):
        return Table, value.attr, shape(value.names), shape(value.data)
    if isinstance(value, Dict):
        return type(value), value.sorted, shape(value.key), shape(value.value)
    return type(value), repr(value)


def outcome(body: Any, limits: codec.Limits = codec.DEFAULT_LIMITS) -> Any:
    try:
        value = codec.decode(body, limits=limits)
    except anyq.Error as error:
        return type(error), str(error), getattr(error, "position", None)
    return shape(value), codec.encode(value)


def same(body: Any, limits: codec.Limits = codec.DEFAULT_LIMITS) -> None:
    compiled = outcome(body, limits)
    with mock.patch.object(_decode, "decode_fast", _decode._not_known):
        assert compiled == outcome(body, limits)


texts = st.lists(st.binary(max_size=5).map(lambda raw: raw.replace(b"\0", b"")), min_size=1, max_size=20)
long_lists = st.builds(lambda some, times: anyq.symbols(some * times), texts, st.integers(1, 40)) | st.builds(
    lambda some, times: anyq.strings(some * times), texts, st.integers(1, 40)
)
string_columns = st.integers(1, 12).map(
    lambda width: anyq.table({f"c{i}": anyq.chars("ab") for i in range(width)}),
)
tables = q.tables() | q.keyed_tables() | string_columns
valid = (q.values() | tables | q.lists(allow_collapsible=True) | long_lists).map(codec.encode)
MARKS = [0, 1, 2, 4, 5, 7, 8, 10, 11, 19, 20, 98, 99, 100, 101, 127, 128, 236, 237, 245, 247, 248, 249, 254, 255]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A body that was right, with bytes changed, taken out, put in, or cut off."""
    body = bytearray(draw(valid))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        some = bytes(draw(st.lists(st.sampled_from(MARKS), max_size=6)))
        end = draw(st.integers(at, min(len(body), at + 6)))
        body[at:end] = some
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body)


grammar = st.lists(
    st.sampled_from([b"\0\0", b"c\x0b\0", b"b\0", b"\x01\0\0\0", b"\2\0\0\0", b"\x08\0\0\0", b"\n\0\1\0\0\0a", b"a\0",
                     b"\7\0\1\0\0\0" + bytes(8), b"\xf5s\0", b"e\0", b"\x7f", b"\x01\0\2\0\0\0\0\1", b"\x80\0"]),
    max_size=24,
).map(b"".join)  # fmt: skip


@given(valid | damaged() | grammar | st.binary(max_size=40), st.sampled_from([bytes, bytearray]))
@example(b"\xf8" + struct.pack("<f", -1), bytes)
@example(b"\xf8\1\0\xa0\x7f", bytes)
@example(b"\xf7" + struct.pack("<d", -1), bytes)
@example(b"\xf7" + struct.pack("<d", float("nan")), bytes)
@example(b"\xff\2", bytes)
@example(b"\xfc\xff", bytes)
def test_any_bytes(body: bytes, kind: Any) -> None:
    same(kind(body))


@pytest.mark.parametrize("depth", [1, 30, 31, 32, 33, 62, 63, 64, 65, 66, 200])
@pytest.mark.parametrize("opening", ["0000 01000000", "63 0000 01000000 0400 01000000 01 0000 01000000"])
@pytest.mark.parametrize("most", [10, 63, 64, 65, 20_000])
def test_depth(opening: str, depth: int, most: int) -> None:
    same(bytes.fromhex(opening) * depth + b"\xfc\1", codec.Limits(max_depth=most))


@pytest.mark.parametrize("depth", [1, 20, 31, 32, 33, 63, 64, 150, 250])
def test_tables_in_tables(depth: int) -> None:
    body = bytes.fromhex("0400 02000000 0102")
    for _ in range(depth):
        body = bytes.fromhex("6200 63 0b00 01000000 6100 0000 01000000") + body
    same(body)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 64, 65, 4095, 4096, 70_000])
@pytest.mark.parametrize("kind", ["symbols", "strings", "mixed", "booleans"])
def test_counts_at_every_bound(kind: str, count: int) -> None:
    made: dict[str, Any] = {
        "symbols": lambda: anyq.symbols(["ab"] * count),
        "strings": lambda: anyq.strings(["ab"] * count),
        "mixed": lambda: anyq.List.of((anyq.long(1), anyq.symbol("a")) * (count // 2)),
        "booleans": lambda: anyq.vector("boolean", [True] * count),
    }
    value = made[kind]()
    body = codec.encode(value)
    same(body)
    same(body[:-1] + b"\2")
    if len(value) and kind != "mixed":
        same(codec.encode(anyq.table({"a": value, "b": anyq.vector("long", range(count))})))


def test_numbers_are_made_at_once() -> None:
    for number in (1, *range(4, 11), *range(12, 20)):
        body = bytes([256 - number]) + b"\1" * anyq.QType(number).width
        atom = _decode.decode_number(body)
        assert type(atom) is Atom
        assert atom.qtype is QType(number)
        assert codec.encode(atom) == body
        assert _decode.decode_number(body[:-1]) is None
        assert _decode.decode_number(body + b"\0") is None


# Columns that are decoded when they are looked at


def trades(rows: int = 3) -> bytes:
    return codec.encode(
        anyq.table({"sym": anyq.symbols(["a"] * rows), "price": anyq.vector("float", range(rows)), "on": [True] * rows})
    )


def is_made(columns: List) -> bool:
    try:
        List.__dict__["_storage"].__get__(columns)
    except AttributeError:
        return False
    return True


def test_columns_are_decoded_when_they_are_looked_at() -> None:
    table = codec.decode(trades())
    assert isinstance(table, Table)
    assert not is_made(table.data)
    assert table.column_names == ["sym", "price", "on"]
    assert not is_made(table.data)
    assert table["price"] == anyq.vector("float", range(3))
    assert is_made(table.data)
    assert table.data.items is table.data.items


LOOKS = [len, list, repr, str, codec.encode, lambda t: t.pd(), lambda t: t == t, lambda t: t[0]]


@pytest.mark.parametrize("look", LOOKS)
def test_every_way_of_looking_sees_the_same(look: Any) -> None:
    with mock.patch.object(_decode, "decode_fast", _decode._not_known):
        plain = codec.decode(trades())
    one, other = look(codec.decode(trades())), look(plain)
    assert str(one) == str(other)


def test_copies_and_pickles_of_what_was_not_looked_at() -> None:
    import copy
    import pickle

    for again in (copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))):
        made: Any = again
        table = codec.decode(trades())
        assert anyq.identical(made(table), table)


def test_a_list_has_no_other_attributes() -> None:
    table = codec.decode(trades())
    assert isinstance(table, Table)
    assert not hasattr(table.data, "nothing")
    with pytest.raises(AttributeError, match="'nothing'"):
        table.data.nothing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        List.__new__(List).items  # noqa: B018


def test_threads_may_look_at_once() -> None:
    body = trades(1000)
    for _ in range(50):
        table = codec.decode(body)
        assert isinstance(table, Table)
        seen: list[Any] = []
        start = threading.Barrier(4)

        def look(table: Table = table, seen: list[Any] = seen, start: threading.Barrier = start) -> None:
            start.wait()
            seen.append(table["price"])

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 4
        assert all(anyq.identical(one, seen[0]) for one in seen)


def test_names_are_shared_and_bounded() -> None:
    def names(*of: str) -> Vector:
        table = codec.decode(codec.encode(anyq.table({name: [1] for name in of})))
        assert isinstance(table, Table)
        return table.names

    assert names("a", "b") is names("a", "b")
    for number in range(1000):
        names(f"c{number}")
    known = gc.get_referents(_decode._decoder)[-1]
    assert isinstance(known, dict)
    assert len(known) <= 256


def test_nothing_is_leaked() -> None:
    bodies = [
        trades(),
        trades()[:-1],
        codec.encode(anyq.as_q({"a": [1, "b", None]})),
        b"b\0c\x0b\0",
        b"\xf8\0\0\xff\x7f",
    ]

    def rounds(count: int) -> int:
        for _ in range(count):
            for body in bodies:
                outcome(body)
        gc.collect()
        return sys.getallocatedblocks()

    rounds(20)
    before = rounds(20)
    assert rounds(400) - before < 200


@pytest.mark.parametrize("wrong", range(25))
def test_a_decoder_of_wrong_parts(wrong: int) -> None:
    made: list[tuple[Any, ...]] = []

    class Speedups:
        @staticmethod
        def Decoder(*parts: Any) -> None:
            made.append(parts)

    with mock.patch.object(_decode, "speedups", Speedups):
        _decode._new_decoder()
    (parts,) = made
    assert len(parts) == 25
    with pytest.raises(TypeError):
        speedups.Decoder(*parts[:-1])
    if parts[wrong] is anyq.NULL:
        return
    with pytest.raises(TypeError, match=f"argument {wrong} "):
        speedups.Decoder(*parts[:wrong], 7, *parts[wrong + 1 :])


@pytest.mark.parametrize("arguments", [(b"ab", 3, 1), (b"ab", -1, 1), (b"ab", 0, 5), (b"ab", 0, -1), ("ab", 0, 1)])
def test_storage_that_is_not_there(arguments: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, TypeError)):
        _decode._new_decoder().storage(*arguments)


# Frames


def message(kind: int, body: bytes, order: int = 1, compressed: int = 0, size: int | None = None) -> bytes:
    size = len(body) + 8 if size is None else size
    return bytes([order, kind, compressed, 0]) + size.to_bytes(4, "little") + body


messages = st.lists(
    st.builds(
        message,
        st.sampled_from([0, 0, 0, 0, 1, 2, 3]),
        st.binary(max_size=20),
        st.sampled_from([1, 1, 1, 0, 2]),
        st.sampled_from([0, 0, 0, 1]),
        st.none() | st.none() | st.integers(0, 40),
    ),
    max_size=8,
).map(b"".join)


@given(messages, st.data())
def test_frames(data: bytes, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, min(9, len(data))))
    end = draw.draw(st.integers(start, len(data)))
    limit = draw.draw(st.integers(1, 40))
    arguments = memoryview(data), start, end, limit, draw.draw(st.integers(0, 9))
    assert speedups.frames(*arguments) == _receive.frames(*arguments)


@pytest.mark.parametrize("bounds", [(-1, 3), (2, 1), (0, 100)])
def test_frames_outside_of_the_buffer(bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="positions"):
        speedups.frames(bytes(10), *bounds, 100, 9)


def test_strings_stay_one_buffer() -> None:
    value = codec.decode(codec.encode(anyq.strings(["ab"] * 100)))
    assert isinstance(value, List)
    assert isinstance(value.strings, StringArray)
    assert isinstance(np.asarray(value.strings.data), np.ndarray)
