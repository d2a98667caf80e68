"""Appending without copying: the results are right whoever appends to which state."""

from __future__ import annotations

import gc

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from anyq.engine.kernel._growth import _rooms, _words, grown, grown_symbols
from anyq.values import SymbolArray


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 400)), min_size=1, max_size=12))
def test_every_state_keeps_its_items(steps: list[tuple[int, int]]) -> None:
    """Append to any earlier state, in any order; each state is what a copy would be."""
    states = [np.arange(600)]
    copies = [np.arange(600)]
    for which, size in steps:
        at = which % len(states)
        more = np.arange(size) + 10_000 * len(states)
        states.append(grown(states[at], more))
        copies.append(np.concatenate([copies[at], more]))
    for state, copy in zip(states, copies, strict=True):
        assert np.array_equal(state, copy)
        assert state is states[0] or not state.flags.writeable


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.text("abc", max_size=2), max_size=20)), max_size=10))
def test_symbols_too(steps: list[tuple[int, list[str]]]) -> None:
    first = ["x", "y"] * 300
    states = [SymbolArray.from_strs(first)]
    copies = [list(first)]
    for which, texts in steps:
        at = which % len(states)
        states.append(grown_symbols(states[at], SymbolArray.from_strs(texts)))
        copies.append(copies[at] + texts)
    for state, copy in zip(states, copies, strict=True):
        assert state.objects().tolist() == copy
        codes, uniques = state.factorize()
        assert uniques[codes].tolist() == copy
        assert len(set(uniques.tolist())) == len(uniques)


def test_an_append_to_a_long_vector_writes_only_what_is_new() -> None:
    big = grown(np.arange(1000), np.arange(10))
    bigger = grown(big, np.arange(5))
    assert np.shares_memory(big, bigger)
    assert not np.shares_memory(grown(big, np.arange(5)), bigger)


def test_buffers_are_forgotten_with_their_vectors() -> None:
    gc.collect()
    before = len(_rooms), len(_words)
    big = grown_symbols(SymbolArray.from_strs(["a"] * 1000), SymbolArray.from_strs(["b"]))
    assert len(_rooms) > before[0]
    del big
    gc.collect()
    assert (len(_rooms), len(_words)) == before
