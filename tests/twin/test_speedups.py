"""The compiled loops give what those in Python give, for right and wrong input alike."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import Any
from unittest import mock

import numpy as np
import pytest
import trio
from hypothesis import example, given
from hypothesis import strategies as st

import anyq
from anyq import codec, twin
from anyq.client import _bodies
from anyq.codec import _scan, _stream, _strings, _twin
from anyq.convert import _texts
from anyq.portal import _loop
from anyq.protocol import _connection
from anyq.values import StringArray, SymbolArray, _storage

pytestmark = pytest.mark.skipif(not twin.COMPILED, reason="the compiled twin is not in use")


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        result = function(*arguments)
    except anyq.DecodeError:
        return "refused"
    return bytes(result) if result is not None else None


patterned = st.lists(
    st.tuples(st.binary(min_size=1, max_size=12), st.integers(1, 300)).map(lambda part: part[0] * part[1]), max_size=8
).map(b"".join)


@given(st.binary(max_size=600) | patterned, st.integers(-20, 20))
@example(bytes(3000), 0)
def test_compression(body: bytes, slack: int) -> None:
    for limit in (len(body) // 2 + slack, 2 * len(body) + 40):
        assert _twin.compress_stream(body, limit) == _stream.compress_stream(body, limit)


@given(patterned, st.integers(0, 3), st.data())
def test_decompression(body: bytes, off: int, data: st.DataObject) -> None:
    stream = _stream.compress_stream(body, 2 * len(body) + 40)
    assert stream is not None
    changed = bytearray(stream)
    if changed and data.draw(st.booleans()):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    size = len(body) + off - 1
    for wrong in (stream, bytes(changed), stream[:-1], stream + b"\0"):
        if size > 0:
            assert outcome(_twin.decompress_stream, wrong, size) == outcome(_stream.decompress_stream, wrong, size)


@given(st.binary(max_size=400), st.integers(1, 4000))
def test_decompression_of_anything(stream: bytes, size: int) -> None:
    assert outcome(_twin.decompress_stream, stream, size) == outcome(_stream.decompress_stream, stream, size)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.booleans(), st.data())
def test_bounds_of_strings(texts: list[bytes], little_endian: bool, data: st.DataObject) -> None:
    order: Any = "little" if little_endian else "big"
    body = bytearray(b"lead" + b"".join(b"\x0a\0" + len(t).to_bytes(4, order) + t for t in texts) + b"tail")
    check_bounds(bytes(body), len(texts), little_endian)
    check_bounds(bytes(body[: data.draw(st.integers(0, len(body)))]), len(texts), little_endian)
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    check_bounds(bytes(body), len(texts), little_endian)


def check_bounds(body: bytes, count: int, little_endian: bool) -> None:
    here = _twin.string_bounds(body, 4, count, little_endian)
    there = _scan.string_bounds(body, 4, count, little_endian)
    assert (here is None) == (there is None)
    if here and there:
        assert [list(map(int, part)) for part in here[:2]] == [list(map(int, part)) for part in there[:2]]
        assert here[2] == there[2]


@given(
    st.lists(st.tuples(st.binary(max_size=5) | st.just(b"\0"), st.sampled_from([1, 7, 300, 5000])), max_size=5),
    st.integers(0, 30),
    st.integers(-2, 2),
    st.data(),
)
def test_end_of_symbols(parts: list[tuple[bytes, int]], pos: int, off: int, data: st.DataObject) -> None:
    body = b"".join(text * times for text, times in parts)
    there = body[pos:].count(b"\0")
    for count in {max(1, there + off), max(1, there // 2), data.draw(st.integers(1, 20_000))}:
        for buf in (body, memoryview(body)):
            assert _twin.symbols_end(buf, pos, count) == _scan.symbols_end(buf, pos, count)


def test_end_of_many_symbols() -> None:
    body = b"lead" + b"symbol\0" * 50_000 + b"tail"
    for count in (1, 49_999, 50_000, 50_001):
        assert _twin.symbols_end(body, 4, count) == (4 + 7 * count if count <= 50_000 else -1)
    assert _twin.symbols_end(body, len(body) + 1, 1) == -1
    for pos, count in ((-1, 1), (0, -1)):
        with pytest.raises(ValueError, match="less than 0"):
            _twin.symbols_end(body, pos, count)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_strings_are_written(texts: list[bytes], data: st.DataObject) -> None:
    array = StringArray.from_bytes(texts)
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1))
    for made in (array, array.take(np.array(chosen)), array.take(slice(None, None, -1))):
        assert bytes(_twin.string_list_bytes(made)) == bytes(_strings.string_list_bytes(made))
        assert made.contiguous()[0].tobytes() == b"".join(made)


@given(st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\0", b"")), max_size=50), st.integers(1, 100))
def test_symbols_are_numbered(texts: list[bytes], times: int) -> None:
    many = texts * times
    codes, uniques = SymbolArray.from_raw(len(many), b"".join(text + b"\0" for text in many)).factorize()
    numbers: dict[bytes, int] = {}
    assert codes.tolist() == [numbers.setdefault(text, len(numbers)) for text in many]
    assert [text.encode("utf-8", "surrogateescape") for text in uniques] == list(numbers)


any_symbol = (st.text(max_size=6) | st.text("ab\xe9\udc80\u20ac\U0001f600", max_size=4)).map(
    lambda text: text.replace("\0", "")
)


class Shouting(str):
    """Compares by a method of its own."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self).lower() == str(other).lower()

    def __hash__(self) -> int:
        return hash(str(self).lower())


@given(st.lists(any_symbol, max_size=30), st.integers(1, 60), st.sampled_from([1, -1, 3]))
def test_strings_are_numbered(texts: list[str], times: int, step: int) -> None:
    copies = [text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass") for text in texts * times]
    items = np.array([*copies, None], object)[:-1][::step]
    codes, uniques = SymbolArray.from_strs(items).factorize()
    distinct = SymbolArray.from_strs(items).distinct()
    with mock.patch.object(_storage, "speedups", None):
        plain_codes, plain_uniques = SymbolArray.from_strs(items).factorize()
        assert distinct == SymbolArray.from_strs(items).distinct() == plain_uniques.tolist()
    assert (codes.tolist(), uniques.tolist()) == (plain_codes.tolist(), plain_uniques.tolist())
    assert codes.dtype == plain_codes.dtype


def test_strings_of_a_subclass_are_numbered_by_their_own_methods() -> None:
    codes, uniques = SymbolArray.from_strs([Shouting("a"), Shouting("A"), Shouting("b")]).factorize()
    assert (codes.tolist(), uniques.tolist()) == ([0, 0, 1], ["a", "b"])


@pytest.mark.parametrize(
    ("items", "count", "error"),
    [
        (["a", None], 2, TypeError),
        (["a", Shouting("b")], 2, TypeError),
        (["a", b"b"], 2, TypeError),
        (["a", "b"], 1, ValueError),
        (["a", "b"], 3, ValueError),
    ],
)
def test_what_is_no_array_of_strings_is_not_numbered(items: list[Any], count: int, error: type[Exception]) -> None:
    assert twin.speedups is not None
    array = np.array(items, object)
    for wrong, kind in ((array, error), (np.array([array, array]), TypeError), (np.zeros(2), TypeError)):
        with pytest.raises(kind):
            twin.speedups.factorize_strs(wrong, np.empty(count, np.int32))
    with pytest.raises(TypeError):
        twin.speedups.factorize_strs(items, np.empty(count, np.int32))
    with pytest.raises(ValueError, match="codes"):
        twin.speedups.factorize_strs(array, np.empty(7, np.uint8))


def test_numbering_strings_keeps_no_references() -> None:
    assert twin.speedups is not None
    text = "".join(["text of ", str(id(object()))])
    before = sys.getrefcount(text)
    for _ in range(10):
        assert twin.speedups.factorize_strs(np.array([text, "other"] * 9, object), np.empty(18, np.int32))[0] is text
        with pytest.raises(TypeError):
            twin.speedups.factorize_strs(np.array([text, 1], object), np.empty(2, np.int32))
    assert sys.getrefcount(text) == before


@given(st.lists(st.integers(0, 9), max_size=40))
def test_distinct_of_codes_in_any_order(numbers: list[int]) -> None:
    names = np.array([f"n{number}" for number in range(10)], object)
    chosen = np.array(numbers, np.int32)
    for symbols in (
        SymbolArray.from_codes(chosen, names),
        SymbolArray.from_codes(np.arange(10, dtype=np.int32), names).take(chosen),
    ):
        assert symbols.distinct() == list(dict.fromkeys(names[chosen].tolist()))
        assert not symbols.ordered


texts_of_many_kinds = st.lists(
    (st.text(max_size=30) | st.text("ab\xe9", max_size=14)).map(lambda text: text.replace("\0", "")), max_size=20
)


@given(texts_of_many_kinds, st.binary(max_size=20))
def test_texts_of_symbols(texts: list[str], other: bytes) -> None:
    for raw in ([text.encode() for text in texts], [*(text.encode() for text in texts), other.replace(b"\0", b"")]):
        wire = b"".join(text + b"\0" for text in raw)
        data, offsets = _texts.symbol_texts(SymbolArray.from_raw(len(raw), wire))
        with mock.patch.object(_texts, "speedups", None):
            plain, plain_offsets = _texts.symbol_texts(SymbolArray.from_raw(len(raw), wire))
        assert (data.tobytes(), offsets.tolist()) == (plain.tobytes(), plain_offsets.tolist())


def read_views(views: tuple[Any, Any]) -> list[bytes]:
    """What Arrow's format says that views stand for."""
    table, data = views
    found = []
    for view in table.reshape(-1, 16):
        length, _, buffer, place = view.view(np.int32).tolist()
        if length > 12:
            text = bytes(data[place : place + length])
            assert (buffer, text[:4]) == (0, bytes(view[4:8]))
        else:
            text = bytes(view[4 : 4 + length])
            assert not any(view[4 + length :])
        found.append(text)
    return found


@given(texts_of_many_kinds, st.booleans())
def test_views_of_texts(texts: list[str], backwards: bool) -> None:
    raw = [text.encode() for text in texts]
    symbols = SymbolArray.from_raw(len(raw), b"".join(text + b"\0" for text in raw))
    strings = StringArray.from_bytes(raw)
    if backwards:
        strings = strings.take(slice(None, None, -1))
    for value, want in ((anyq.Vector("s", symbols), raw), (anyq.List.of(strings), list(strings))):
        views = _texts.text_views(value)
        if views is None:
            assert not all(text.isascii() for text in texts)
        else:
            assert read_views(views) == want
            assert (views[1] is not None) == any(len(text) > 12 for text in want)


@pytest.mark.parametrize(("raw", "count"), [(b"a", 1), (b"a\0", 2), (b"a\0b\0", 1), (b"", 1), (b"\0\0\0", 2)])
def test_texts_of_symbols_that_are_not_there(raw: bytes, count: int) -> None:
    assert twin.speedups is not None
    for room in (0, 1, 100):
        assert twin.speedups.symbol_texts(raw, np.empty(room, np.uint8), np.empty(count + 1, np.int64)) == -1
    assert twin.speedups.symbol_texts(raw, np.empty(1, np.uint8), np.empty(0, np.int64)) == -1
    assert twin.speedups.symbol_views(raw, np.empty(count * 16, np.uint8)) == -1
    assert twin.speedups.symbol_views(raw, np.empty(count * 16 + 1, np.uint8)) == -1


def test_many_distinct_symbols() -> None:
    texts = [f"{i:x}" for i in range(50_000)]
    codes, uniques = anyq.symbols(texts * 2).symbols.factorize()
    assert uniques.tolist() == texts
    raw = codec.encode(anyq.symbols(texts * 2))
    value = codec.decode(raw)
    assert isinstance(value, anyq.Vector)
    assert value.symbols.factorize()[1].tolist() == texts
    assert np.array_equal(value.symbols.factorize()[0], codes)


@pytest.mark.parametrize(("raw", "count"), [(b"a", 1), (b"a\0", 2), (b"a\0b\0", 1), (b"", 1), (b"\0\0\0", 2)])
def test_symbols_that_are_not_there(raw: bytes, count: int) -> None:
    assert twin.speedups is not None
    with pytest.raises(ValueError, match="symbols"):
        twin.speedups.factorize(raw, np.empty(count, np.int32))


@pytest.mark.parametrize(
    ("starts", "ends", "room"),
    [
        ([0], [9], 9),
        ([-1], [1], 2),
        ([2], [1], 0),
        ([0, 1], [1], 1),
        ([0], [3], 2),
        ([0], [3], 4),
        ([2**62], [2**63 - 1], 9),
    ],
)
def test_bounds_that_do_not_fit(starts: list[int], ends: list[int], room: int) -> None:
    assert twin.speedups is not None
    out = np.empty(room, np.uint8)
    with pytest.raises(ValueError, match="bounds"):
        twin.speedups.join_strings(b"abcd", np.array(starts, np.int64), np.array(ends, np.int64), out, False)
    with pytest.raises(ValueError, match="64-bit"):
        twin.speedups.string_bounds(b"abcd", 0, np.empty(7, np.uint8), np.empty(7, np.uint8), True)


@pytest.mark.parametrize(("start", "end"), [(0, 9), (-1, 1), (2, 1), (5, 5), (2**62, 2**63 - 1)])
def test_views_of_bounds_that_do_not_fit(start: int, end: int) -> None:
    assert twin.speedups is not None
    starts, ends, views = np.array([start]), np.array([end]), np.empty(16, np.uint8)
    assert twin.speedups.string_views(b"abcd", starts, ends, views) == -1
    for room in (0, 15, 32):
        assert twin.speedups.string_views(b"abcd", starts * 0, ends * 0, np.empty(room, np.uint8)) == -1


@pytest.mark.parametrize(("setting", "compiled"), [("1", False), ("", True), ("0", True)])
def test_the_environment_chooses(setting: str, compiled: bool) -> None:
    code = "import anyq.twin; print(anyq.twin.COMPILED)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ANYQ_PURE": setting},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(compiled)


def test_a_message_over_the_limit_is_refused_though_it_is_an_atom() -> None:
    limits = codec.Limits(max_message_size=16, max_decompressed_size=16)
    with pytest.raises(anyq.LimitError):
        codec.decode(codec.encode(anyq.long(1)), limits=limits)


@given(st.text(max_size=20) | st.integers(1990, 2010).map(lambda size: "x" * size))
@example("\ud800")
def test_bodies_of_texts(text: str) -> None:
    def body() -> Any:
        try:
            return _bodies.request_body(text, (), 3)
        except (ValueError, anyq.ConversionError) as error:
            return type(error), str(error)

    compiled = body()
    with mock.patch.object(_bodies, "_text_body", None):
        assert compiled == body()


@given(st.binary(max_size=40))
def test_requests(body: bytes) -> None:
    assert twin.speedups.request_bytes(body) == _connection.request_bytes(body)


@given(
    st.sampled_from([b"\1\2\0\0", b"\1\1\0\0", b"\0\2\0\0", b"\1\2\1\0"]),
    st.binary(max_size=12),
    st.integers(-1, 1),
    st.integers(8, 24),
)
def test_responses(start: bytes, body: bytes, off: int, limit: int) -> None:
    data = start + (8 + len(body) + off).to_bytes(4, "little") + body
    for received in (data, data[:7], b""):
        assert twin.speedups.response_body(received, limit) == _connection.response_body(received, limit)


def test_whether_a_thread_may_run_an_event_loop() -> None:
    async def both() -> tuple[bool, bool]:
        return twin.speedups.has_asyncgen_hook(), _loop._hooked()

    assert (twin.speedups.has_asyncgen_hook(), _loop._hooked()) == (False, False)
    assert asyncio.run(both()) == trio.run(both) == (True, True)


@pytest.mark.parametrize("name", ["text_body", "request_bytes", "response_body"])
@pytest.mark.parametrize("arguments", [(), (1,), (None, None), (1, 2, 3, 4)])
def test_small_messages_of_wrong_arguments(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        getattr(twin.speedups, name)(*arguments)
