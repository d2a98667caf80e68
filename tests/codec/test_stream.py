"""The compressed stream: Python's loops and the accelerator's agree."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from tests.speedups.test_speedups import outcome, patterned

from anyq.codec import _speedups, _stream


@given(st.binary(max_size=600) | patterned, st.integers(-20, 20))
@example(bytes(3000), 0)
def test_compression(body: bytes, slack: int) -> None:
    for limit in (len(body) // 2 + slack, 2 * len(body) + 40):
        assert _speedups.compress_stream(body, limit) == _stream.compress_stream(body, limit)


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
            assert outcome(_speedups.decompress_stream, wrong, size) == outcome(_stream.decompress_stream, wrong, size)


@given(st.binary(max_size=400), st.integers(1, 4000))
def test_decompression_of_anything(stream: bytes, size: int) -> None:
    assert outcome(_speedups.decompress_stream, stream, size) == outcome(_stream.decompress_stream, stream, size)
