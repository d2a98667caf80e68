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


texts_of = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6), max_size=40)


@pytest.mark.parametrize("widest", [0, 64])
@given(texts=texts_of)
def test_sorted_positions_are_those_of_the_bytes(widest: int, texts: list[str]) -> None:
    different = list(dict.fromkeys(texts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bulk, "OBJECTS", 4)
        patch.setattr(_bulk, "_WIDEST", widest)
        order = _bulk.sorted_positions(different).tolist()
    assert [different[at] for at in order] == sorted(different, key=str.encode)


@given(texts_of)
def test_places_are_the_first_ones(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_bulk, "OBJECTS", 3)
        assert _bulk.places_of(texts) == {text: texts.index(text) for text in texts}
        assert _bulk.places_of(texts, list(range(10, 10 + len(texts)))) == {t: 10 + texts.index(t) for t in texts}
        assert _bulk.mapped(len, texts, np.int64).tolist() == list(map(len, texts))
