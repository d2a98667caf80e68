"""The table of types, against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyq.values import Attr, QType

ROWS = [kind for kind in QType if kind.char.strip() and kind is not QType.SYMBOL]


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.label)
def test_widths_nulls_and_infinities_fit_the_dtype(kind: QType) -> None:
    assert kind.numpy.itemsize == kind.width
    for raw in (kind.null, kind.inf, kind.ninf):
        if raw is not None and kind is not QType.GUID:
            made = np.array([raw]).astype(kind.numpy)[0]
            assert made == raw or raw != raw
    if isinstance(kind.inf, int) and isinstance(kind.null, int) and kind.numpy.kind == "i":
        info = np.iinfo(kind.numpy)
        assert (kind.null, kind.ninf, kind.inf) == (info.min, info.min + 1, info.max)


@pytest.mark.parametrize("kind", QType, ids=lambda kind: kind.label)
def test_a_type_is_found_by_number_name_and_character(kind: QType) -> None:
    assert QType.of(int(kind)) is kind
    assert QType.of(kind.label) is kind
    if kind.char.strip():
        assert QType.of(kind.char) is kind


@given(st.text(max_size=4) | st.integers(-300, 300))
def test_anything_else_is_refused_by_name(kind: str | int) -> None:
    known = {*[k.char for k in QType], *[k.label for k in QType], *[int(k) for k in QType]}
    if kind not in known:
        with pytest.raises((ValueError, TypeError), match="type"):
            QType.of(kind)


def test_attributes() -> None:
    for attr in Attr:
        assert Attr.of(attr.char) is attr
        assert Attr.of(int(attr)) is attr
