"""Functions as inert data."""

from __future__ import annotations

from typing import Any

import pytest

import anyq


@pytest.mark.parametrize("source", [5, None, ["{x}"], "\ud800"])
def test_the_source_of_a_function_is_text(source: Any) -> None:
    with pytest.raises(anyq.ConversionError, match="source"):
        anyq.Lambda("", source)
    assert anyq.Lambda("", anyq.chars("{x}")).source == anyq.Lambda("", "{x}").source == b"{x}"
