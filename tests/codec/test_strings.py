"""Strings written from their storage."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from anyq.codec import _speedups, _strings
from anyq.values import StringArray


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=30), st.data())
def test_strings_are_written(texts: list[bytes], data: st.DataObject) -> None:
    array = StringArray.from_bytes(texts)
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1))
    for made in (array, array.take(np.array(chosen)), array.take(slice(None, None, -1))):
        assert bytes(_speedups.string_list_bytes(made)) == bytes(_strings.string_list_bytes(made))
        assert made.contiguous()[0].tobytes() == b"".join(made)
