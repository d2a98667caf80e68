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
from anyq import codec
from anyq.client import _bodies
from anyq.codec import _scan, _speedups
from anyq.convert import _texts
from anyq.portal import _loop
from anyq.protocol import _connection
from anyq.speedups import COMPILED, speedups
from anyq.values import StringArray, SymbolArray, _storage

pytestmark = pytest.mark.skipif(not COMPILED, reason="the accelerator is not in use")


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        result = function(*arguments)
    except anyq.DecodeError:
        return "refused"
    return bytes(result) if result is not None else None


patterned = st.lists(
    st.tuples(st.binary(min_size=1, max_size=12), st.integers(1, 300)).map(lambda part: part[0] * part[1]), max_size=8
).map(b"".join)


def check_bounds(body: bytes, count: int, little_endian: bool) -> None:
    here = _speedups.string_bounds(body, 4, count, little_endian)
    there = _scan.string_bounds(body, 4, count, little_endian)
    assert (here is None) == (there is None)
    if here and there:
        assert [list(map(int, part)) for part in here[:2]] == [list(map(int, part)) for part in there[:2]]
        assert here[2] == there[2]


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
    assert speedups is not None
    array = np.array(items, object)
    for wrong, kind in ((array, error), (np.array([array, array]), TypeError), (np.zeros(2), TypeError)):
        with pytest.raises(kind):
            speedups.factorize_strs(wrong, np.empty(count, np.int32))
    with pytest.raises(TypeError):
        speedups.factorize_strs(items, np.empty(count, np.int32))
    with pytest.raises(ValueError, match="codes"):
        speedups.factorize_strs(array, np.empty(7, np.uint8))


def test_numbering_strings_keeps_no_references() -> None:
    assert speedups is not None
    text = "".join(["text of ", str(id(object()))])
    before = sys.getrefcount(text)
    for _ in range(10):
        assert speedups.factorize_strs(np.array([text, "other"] * 9, object), np.empty(18, np.int32))[0] is text
        with pytest.raises(TypeError):
            speedups.factorize_strs(np.array([text, 1], object), np.empty(2, np.int32))
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
    assert speedups is not None
    for room in (0, 1, 100):
        assert speedups.symbol_texts(raw, np.empty(room, np.uint8), np.empty(count + 1, np.int64)) == -1
    assert speedups.symbol_texts(raw, np.empty(1, np.uint8), np.empty(0, np.int64)) == -1
    assert speedups.symbol_views(raw, np.empty(count * 16, np.uint8)) == -1
    assert speedups.symbol_views(raw, np.empty(count * 16 + 1, np.uint8)) == -1


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
    assert speedups is not None
    with pytest.raises(ValueError, match="symbols"):
        speedups.factorize(raw, np.empty(count, np.int32))


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
    assert speedups is not None
    out = np.empty(room, np.uint8)
    with pytest.raises(ValueError, match="bounds"):
        speedups.join_strings(b"abcd", np.array(starts, np.int64), np.array(ends, np.int64), out, False)
    with pytest.raises(ValueError, match="64-bit"):
        speedups.string_bounds(b"abcd", 0, np.empty(7, np.uint8), np.empty(7, np.uint8), True)


@pytest.mark.parametrize(("start", "end"), [(0, 9), (-1, 1), (2, 1), (5, 5), (2**62, 2**63 - 1)])
def test_views_of_bounds_that_do_not_fit(start: int, end: int) -> None:
    assert speedups is not None
    starts, ends, views = np.array([start]), np.array([end]), np.empty(16, np.uint8)
    assert speedups.string_views(b"abcd", starts, ends, views) == -1
    for room in (0, 15, 32):
        assert speedups.string_views(b"abcd", starts * 0, ends * 0, np.empty(room, np.uint8)) == -1


@pytest.mark.parametrize(("setting", "compiled"), [("1", False), ("", True), ("0", True)])
def test_the_environment_chooses(setting: str, compiled: bool) -> None:
    code = "import anyq.speedups; print(anyq.speedups.COMPILED)"
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
    assert speedups.request_bytes(body) == _connection.request_bytes(body)


@given(
    st.sampled_from([b"\1\2\0\0", b"\1\1\0\0", b"\0\2\0\0", b"\1\2\1\0"]),
    st.binary(max_size=12),
    st.integers(-1, 1),
    st.integers(8, 24),
)
def test_responses(start: bytes, body: bytes, off: int, limit: int) -> None:
    data = start + (8 + len(body) + off).to_bytes(4, "little") + body
    for received in (data, data[:7], b""):
        assert speedups.response_body(received, limit) == _connection.response_body(received, limit)


def test_whether_a_thread_may_run_an_event_loop() -> None:
    async def both() -> tuple[bool, bool]:
        return speedups.has_asyncgen_hook(), _loop._hooked()

    assert (speedups.has_asyncgen_hook(), _loop._hooked()) == (False, False)
    assert asyncio.run(both()) == trio.run(both) == (True, True)


@pytest.mark.parametrize("name", ["text_body", "request_bytes", "response_body"])
@pytest.mark.parametrize("arguments", [(), (1,), (None, None), (1, 2, 3, 4)])
def test_small_messages_of_wrong_arguments(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        getattr(speedups, name)(*arguments)
