"""The memory of a large body serves the next one when nobody refers to it any more, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import anyq
from anyq import codec
from anyq.codec import _memory, allocate

SIZE = 2 << 20


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    _memory._spare.clear()
    yield
    _memory._spare.clear()


def place(memory: memoryview) -> int:
    return np.frombuffer(memory, np.uint8).ctypes.data


def test_a_body_of_about_the_size_gets_the_kept_memory() -> None:
    first = allocate(SIZE)
    where = place(first)
    del first
    for size in (SIZE, SIZE - (1 << 19)):
        again = allocate(size)
        assert (len(again), place(again)) == (size, where)
        assert not _memory._spare
        del again


@pytest.mark.parametrize("size", [SIZE + 1, SIZE + (9 << 20)])
def test_other_sizes_let_it_go(size: int) -> None:
    allocate(size)
    (kept,) = _memory._spare
    assert len(allocate(SIZE)) == SIZE
    if size > SIZE + (8 << 20):
        assert _memory._spare[0] is not kept


@pytest.mark.parametrize("size", [0, 1000, 129 << 20])
def test_small_and_huge_ones_are_not_kept(size: int) -> None:
    assert len(allocate(size)) == size
    assert not _memory._spare


@pytest.mark.parametrize(
    "keep",
    [
        lambda value, _: value[3:9],
        lambda value, _: value.np()[7::90_000],
        lambda value, _: value.pa()[3:9],
        lambda value, _: value.pl()[3:9],
        lambda _, received: np.frombuffer(received, np.uint8).base.obj[7:19],  # type: ignore[union-attr]
    ],
    ids=["value", "NumPy", "Arrow", "polars", "what the body is a view of"],
)
def test_not_while_anything_reads_it(keep: Callable[[Any, memoryview], Any]) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    body = codec.encode(anyq.vector("j", np.arange(SIZE // 8)))
    received = allocate(len(body))
    received[:] = body
    kept = keep(codec.decode(received), received)
    before = str(kept)
    del received
    assert not _memory._spare
    other = allocate(len(body))
    other[:] = bytes(len(body))
    assert str(kept) == before
