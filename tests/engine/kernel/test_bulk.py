"""Long arrays made in pieces equal those that NumPy makes at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.engine.kernel import _bulk


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bulk, "PIECE", 7)


data_of = st.lists(st.integers(-5, 5), min_size=1, max_size=40).map(lambda items: np.array(items, np.int64))


@given(data_of, st.data())
def test_repeated_items_is_repeat(data: np.ndarray[tuple[int], np.dtype[np.int64]], draw: st.DataObject) -> None:
    counts = draw.draw(st.lists(st.integers(0, 30), min_size=len(data), max_size=len(data)))
    assert _bulk.repeated_items(data, np.array(counts, np.int64)).tolist() == np.repeat(data, counts).tolist()
    assert _bulk.repeated_items(data, counts[0]).tolist() == np.repeat(data, counts[0]).tolist()


@given(data_of, st.integers(0, 100), st.data())
def test_tiled_goes_round(data: np.ndarray[tuple[int], np.dtype[np.int64]], size: int, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(data) - 1))
    expected = [int(data[(start + i) % len(data)]) for i in range(size)]
    assert _bulk.tiled(data, size, start).tolist() == expected


@given(st.integers(0, 60))
def test_counting_and_same(size: int) -> None:
    assert _bulk.counting(size).tolist() == list(range(size))
    assert _bulk.same(3, size, np.int16).tolist() == [3] * size


def test_nothing_is_repeated() -> None:
    assert _bulk.repeated_items(np.empty(0, np.int64), 3).tolist() == []
