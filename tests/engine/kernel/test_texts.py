"""One stroke over all strings gives what a loop gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.asking import Q

from anyq.engine.kernel._support import chars
from anyq.engine.kernel._texts import WHOLE
from anyq.values import List, StringArray, collapse

texts = st.lists(st.binary(max_size=6), max_size=6)


@pytest.mark.parametrize("name", sorted(WHOLE))
@given(items=texts, start=st.integers(0, 3))
def test_as_each(name: str, items: list[bytes], start: int) -> None:
    array = StringArray.from_bytes(items)
    verb = Q.builtin(Q.vocabulary.entries[name], 1)
    made = WHOLE[name](array)
    assert list(made) == [verb(chars(text)) for text in items]
    part = StringArray(array.data, array.starts[start:], array.ends[start:])  # strings that begin elsewhere
    assert list(WHOLE[name](part)) == list(made)[start:]


def test_the_list_of_no_strings() -> None:
    assert collapse([]) == List.of(())
    assert [len(WHOLE[name](StringArray.from_bytes([]))) for name in sorted(WHOLE)] == [0] * len(WHOLE)
