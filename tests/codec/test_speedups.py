"""The loops in use, compiled or not, give what the loops in Python give."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyq.codec import _scan, _speedups, _stream, _strings
from anyq.speedups import COMPILED
from anyq.values import StringArray

bodies = st.binary(max_size=300)


def test_the_choice_is_one_for_all_loops() -> None:
    assert (_speedups.compress_stream is not _stream.compress_stream) is COMPILED
    assert (_speedups.symbols_end is not _scan.symbols_end) is COMPILED


@given(bodies, st.integers(1, 5))
def test_streams(body: bytes, times: int) -> None:
    data = body * times
    made = _speedups.compress_stream(data, len(data))
    assert made == _stream.compress_stream(data, len(data))
    if made is not None:
        assert bytes(_speedups.decompress_stream(made, len(data))) == data


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=9))
def test_strings(texts: list[bytes]) -> None:
    array = StringArray.from_bytes(texts)
    data = bytes(_speedups.string_list_bytes(array))
    assert data == bytes(_strings.string_list_bytes(array))
    found = _speedups.string_bounds(data, 0, len(texts), True)
    assert found is not None
    assert [data[a:b] for a, b in zip(found[0], found[1], strict=True)] == texts
